//! Which shape reads the answers of which operation: one line for each operation whose answers are
//! read, for tests that hold them against GitHub's own description.

use rollcall_connector::transport::{ListOf, parse_json};
use serde::de::DeserializeOwned;

use crate::contents::CONFORMANCE;
use crate::shapes as s;

/// Reads a body, or says what is wrong with it.
pub(crate) type Reads = fn(&[u8]) -> Result<(), String>;

/// Operation, and what reads its answers.
const TABLE: &[(&str, Reads)] = &[
    ("GET /app/installations", list::<ListOf<s::Installation>>),
    ("POST /app/installations/{installation_id}/access_tokens", one::<s::Minted>),
    ("GET /user", one::<s::Viewer>),
    ("GET /user/orgs", list::<ListOf<s::Viewer>>),
    ("GET /rate_limit", one::<s::RateLimits>),
    ("GET /repositories/{id}", one::<s::RepositoryName>),
    ("GET /installation/repositories", list::<s::SelectedRepositories>),
    ("GET /orgs/{org}", one::<s::OrganizationDetail>),
    ("GET /orgs/{org}/members", list::<ListOf<s::User>>),
    ("GET /orgs/{org}/outside_collaborators", list::<ListOf<s::User>>),
    ("GET /orgs/{org}/invitations", list::<ListOf<s::Invitation>>),
    ("GET /orgs/{org}/teams", list::<ListOf<s::Team>>),
    ("GET /orgs/{org}/teams/{team_slug}/members", list::<ListOf<s::User>>),
    ("GET /orgs/{org}/teams/{team_slug}/repos", list::<ListOf<s::RepositoryName>>),
    ("GET /orgs/{org}/organization-roles", list::<s::Roles>),
    ("GET /orgs/{org}/organization-roles/{role_id}/users", list::<ListOf<s::User>>),
    ("GET /orgs/{org}/organization-roles/{role_id}/teams", list::<ListOf<s::Team>>),
    ("GET /orgs/{org}/repos", list::<ListOf<s::Repo>>),
    ("GET /orgs/{org}/installations", list::<s::Installations>),
    ("GET /orgs/{org}/personal-access-tokens", list::<ListOf<s::PersonalToken>>),
    (
        "GET /orgs/{org}/personal-access-tokens/{pat_id}/repositories",
        list::<ListOf<s::RepositoryName>>,
    ),
    ("GET /orgs/{org}/personal-access-token-requests", list::<ListOf<s::PersonalToken>>),
    (
        "GET /orgs/{org}/personal-access-token-requests/{pat_request_id}/repositories",
        list::<ListOf<s::RepositoryName>>,
    ),
    ("GET /orgs/{org}/credential-authorizations", list::<ListOf<s::CredentialAuthorization>>),
    ("GET /orgs/{org}/actions/secrets", list::<s::Secrets>),
    ("GET /orgs/{org}/actions/secrets/{secret_name}/repositories", list::<s::SelectedRepositories>),
    ("GET /orgs/{org}/dependabot/secrets", list::<s::Secrets>),
    (
        "GET /orgs/{org}/dependabot/secrets/{secret_name}/repositories",
        list::<s::SelectedRepositories>,
    ),
    ("GET /orgs/{org}/codespaces/secrets", list::<s::Secrets>),
    (
        "GET /orgs/{org}/codespaces/secrets/{secret_name}/repositories",
        list::<s::SelectedRepositories>,
    ),
    ("GET /orgs/{org}/agents/secrets", list::<s::Secrets>),
    ("GET /orgs/{org}/agents/secrets/{secret_name}/repositories", list::<s::SelectedRepositories>),
    ("GET /orgs/{org}/actions/variables", list::<s::Variables>),
    ("GET /orgs/{org}/agents/variables", list::<s::Variables>),
    ("GET /orgs/{org}/hooks", list::<ListOf<s::Hook>>),
    ("GET /orgs/{org}/actions/runner-groups", list::<s::RunnerGroups>),
    ("GET /orgs/{org}/actions/runners", list::<s::Runners>),
    ("GET /orgs/{org}/actions/permissions", one::<s::ActionsPermissions>),
    ("GET /orgs/{org}/actions/permissions/workflow", one::<s::DefaultWorkflowPermissions>),
    ("GET /orgs/{org}/actions/permissions/selected-actions", one::<s::SelectedActions>),
    ("GET /orgs/{org}/actions/oidc/customization/sub", one::<s::SubjectTemplate>),
    ("GET /orgs/{org}/copilot/billing/seats", list::<s::Seats>),
    ("GET /orgs/{org}/secret-scanning/alerts", list::<ListOf<s::Alert>>),
    ("GET /orgs/{org}/audit-log", list::<ListOf<s::AuditEvent>>),
    ("GET /repos/{owner}/{repo}/collaborators", list::<ListOf<s::User>>),
    ("GET /repos/{owner}/{repo}/keys", list::<ListOf<s::DeployKey>>),
    ("GET /repos/{owner}/{repo}/environments", list::<s::Environments>),
    ("GET /repos/{owner}/{repo}/environments/{environment_name}/secrets", list::<s::Secrets>),
    ("GET /repos/{owner}/{repo}/environments/{environment_name}/variables", list::<s::Variables>),
    ("GET /repos/{owner}/{repo}/actions/secrets", list::<s::Secrets>),
    ("GET /repos/{owner}/{repo}/dependabot/secrets", list::<s::Secrets>),
    ("GET /repos/{owner}/{repo}/codespaces/secrets", list::<s::Secrets>),
    ("GET /repos/{owner}/{repo}/agents/secrets", list::<s::Secrets>),
    ("GET /repos/{owner}/{repo}/actions/variables", list::<s::Variables>),
    ("GET /repos/{owner}/{repo}/agents/variables", list::<s::Variables>),
    ("GET /repos/{owner}/{repo}/hooks", list::<ListOf<s::Hook>>),
    ("GET /repos/{owner}/{repo}/actions/runners", list::<s::Runners>),
    ("GET /repos/{owner}/{repo}/actions/permissions", one::<s::ActionsPermissions>),
    (
        "GET /repos/{owner}/{repo}/actions/permissions/workflow",
        one::<s::DefaultWorkflowPermissions>,
    ),
    ("GET /repos/{owner}/{repo}/actions/permissions/selected-actions", one::<s::SelectedActions>),
    ("GET /repos/{owner}/{repo}/actions/oidc/customization/sub", one::<s::SubjectTemplate>),
];

/// Whether a body can be read by what an operation's answers are read with.
pub(crate) fn accepts(operation: &str, body: &[u8]) -> Result<(), String> {
    match TABLE.iter().chain(CONFORMANCE).find(|(name, _)| *name == operation) {
        Some((_, reads)) => reads(body),
        None => Err(format!("no answer of {operation} is read")),
    }
}

pub(crate) fn one<T: DeserializeOwned>(body: &[u8]) -> Result<(), String> {
    parse_json::<s::Object<T>>("the answer", body).map(drop).map_err(|error| error.message)
}

pub(crate) fn list<P: s::Page>(body: &[u8]) -> Result<(), String> {
    let page = parse_json::<P>("the answer", body).map_err(|error| error.message)?.list();
    page.problem("the page").map_or(Ok(()), |problem| Err(problem.message))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rollcall_connector::transport::graphql_operation;

    #[test]
    fn every_declared_operation_has_its_line_and_none_else_has() {
        let declared = crate::definition().operations;
        let table = || TABLE.iter().chain(CONFORMANCE);
        for operation in declared.iter().filter(|o| !o.starts_with("graphql:")) {
            assert!(table().any(|(name, _)| name == operation), "{operation}");
        }
        for (name, _) in table() {
            assert!(declared.iter().any(|operation| operation == name), "{name}");
        }
        assert!(declared.contains(&graphql_operation(crate::streams::identities::LINKS)));
    }

    #[test]
    fn minimal_bodies_are_read_and_broken_ones_are_not() {
        assert_eq!(accepts("GET /orgs/{org}/teams", br#"[{"id":1}]"#), Ok(()));
        assert_eq!(
            accepts("GET /orgs/{org}/agents/secrets", br#"{"secrets":[{"name":"A"}]}"#),
            Ok(())
        );
        for (operation, body) in [
            ("GET /orgs/{org}/teams", "{}"),
            ("GET /orgs/{org}/teams", "[null]"),
            ("GET /orgs/{org}/agents/secrets", "{}"),
            ("GET /orgs/{org}/agents/secrets", "[]"),
            ("GET /orgs/{org}/actions/permissions", "[]"),
            ("GET /orgs/{org}/agents/secrets", r#"{"secrets":[{"name":null}]}"#),
            ("GET /nowhere", "[]"),
        ] {
            assert!(accepts(operation, body.as_bytes()).is_err(), "{operation} {body}");
        }
    }
}
