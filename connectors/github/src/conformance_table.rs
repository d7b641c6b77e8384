//! Which shape reads the answers of which operation.

use rollcall_connector::transport::ListOf;
use serde::de::DeserializeOwned;

use crate::shapes::{self, Page};

/// What reads one answer: what is wrong with it, if anything.
type Reads = fn(&[u8]) -> Result<(), String>;

const TABLE: &[(&str, Reads)] = &[
    (crate::session::INSTALLATIONS, list::<ListOf<shapes::Installation>>),
    (crate::session::MINT, one::<shapes::Minted>),
    (crate::session::USER, one::<shapes::Viewer>),
    (crate::session::USER_ORGANIZATIONS, list::<ListOf<shapes::Account>>),
    (crate::session::ORGANIZATION, one::<shapes::OrganizationDetail>),
    (crate::client::REPOSITORY_BY_ID, one::<shapes::RepositoryName>),
    (crate::client::RATE_LIMIT, one::<shapes::RateLimits>),
    (crate::reading::REPOSITORIES, list::<ListOf<shapes::Repo>>),
    (crate::reading::SELECTED, list::<shapes::SelectedRepositories>),
    ("GET /orgs/{org}/members", list::<ListOf<shapes::User>>),
    ("GET /orgs/{org}/outside_collaborators", list::<ListOf<shapes::User>>),
    ("GET /orgs/{org}/invitations", list::<ListOf<shapes::Invitation>>),
    ("GET /orgs/{org}/teams", list::<ListOf<shapes::Team>>),
    ("GET /orgs/{org}/teams/{team_slug}/members", list::<ListOf<shapes::User>>),
    ("GET /orgs/{org}/teams/{team_slug}/repos", list::<ListOf<shapes::RepositoryName>>),
    ("GET /orgs/{org}/organization-roles", list::<shapes::Roles>),
    ("GET /orgs/{org}/organization-roles/{role_id}/users", list::<ListOf<shapes::User>>),
    ("GET /orgs/{org}/organization-roles/{role_id}/teams", list::<ListOf<shapes::Team>>),
    ("GET /repos/{owner}/{repo}/collaborators", list::<ListOf<shapes::User>>),
    ("GET /orgs/{org}/installations", list::<shapes::Installations>),
    ("GET /orgs/{org}/personal-access-tokens", list::<ListOf<shapes::PersonalToken>>),
    ("GET /orgs/{org}/personal-access-token-requests", list::<ListOf<shapes::PersonalToken>>),
    (
        "GET /orgs/{org}/personal-access-tokens/{pat_id}/repositories",
        list::<ListOf<shapes::RepositoryName>>,
    ),
    (
        "GET /orgs/{org}/personal-access-token-requests/{pat_request_id}/repositories",
        list::<ListOf<shapes::RepositoryName>>,
    ),
    ("GET /orgs/{org}/credential-authorizations", list::<ListOf<shapes::CredentialAuthorization>>),
    ("GET /repos/{owner}/{repo}/keys", list::<ListOf<shapes::DeployKey>>),
    ("GET /repos/{owner}/{repo}/environments", list::<shapes::Environments>),
    ("GET /orgs/{org}/hooks", list::<ListOf<shapes::Hook>>),
    ("GET /repos/{owner}/{repo}/hooks", list::<ListOf<shapes::Hook>>),
    ("GET /orgs/{org}/actions/runner-groups", list::<shapes::RunnerGroups>),
    ("GET /orgs/{org}/actions/runners", list::<shapes::Runners>),
    ("GET /repos/{owner}/{repo}/actions/runners", list::<shapes::Runners>),
    ("GET /orgs/{org}/copilot/billing/seats", list::<shapes::Seats>),
    ("GET /orgs/{org}/secret-scanning/alerts", list::<ListOf<shapes::Alert>>),
    ("GET /orgs/{org}/audit-log", list::<ListOf<shapes::AuditEvent>>),
    ("GET /orgs/{org}/actions/oidc/customization/sub", one::<shapes::SubjectTemplate>),
    (crate::reading::REPOSITORY_SUBJECT, one::<shapes::SubjectTemplate>),
];

/// What reads an operation that several streams share, by the last part of its path.
const BY_LAST_PART: &[(&str, Reads)] = &[
    ("/secrets", list::<shapes::Secrets>),
    ("/variables", list::<shapes::Variables>),
    ("/repositories", list::<shapes::SelectedRepositories>),
    ("/actions/permissions", one::<shapes::ActionsPermissions>),
    ("/actions/permissions/workflow", one::<shapes::DefaultWorkflowPermissions>),
    ("/actions/permissions/selected-actions", one::<shapes::SelectedActions>),
];

fn one<T: DeserializeOwned>(body: &[u8]) -> Result<(), String> {
    serde_json::from_slice::<T>(body).map(drop).map_err(|error| error.to_string())
}

/// A listing is read when every entry is.
fn list<P: Page>(body: &[u8]) -> Result<(), String> {
    let page: P = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    match page.list().broken.first() {
        Some((index, why)) => Err(format!("entry {index}: {why}")),
        None => Ok(()),
    }
}

pub(crate) fn accepts(operation: &str, body: &[u8]) -> Result<(), String> {
    let exact = TABLE.iter().find(|(known, _)| *known == operation);
    let reads = exact.or_else(|| BY_LAST_PART.iter().find(|(end, _)| operation.ends_with(end)));
    let (_, reads) = reads.ok_or_else(|| format!("{operation} is not read"))?;
    reads(body)
}
