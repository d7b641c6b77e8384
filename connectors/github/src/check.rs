//! `check`: one small call per permission and organisation, and what each refusal hides.

use futures::{FutureExt as _, StreamExt as _, stream};
use rollcall_connector::{CheckReport, PermissionCheck, PermissionState};
use rollcall_model::ProblemClass;
use rollcall_record::Problem;
use serde::de::IgnoredAny;

use crate::client::Organization;
use crate::definition::{Stream, streams};
use crate::reading::Reading;
use crate::shapes::Repo;

/// How many organisations are probed when there are more.
const MOST_ORGANIZATIONS: usize = 20;
/// How many probes are under way at once.
const AT_ONCE: usize = 8;

/// The operation that shows whether a permission of a stream is there. Where a stream has further
/// permissions, only an App's own list tells of them.
const PROBES: [(&str, &str); 34] = [
    ("organization_administration organization", "GET /orgs/{org}"),
    ("members members", "GET /orgs/{org}/members"),
    ("members outside-collaborators", "GET /orgs/{org}/outside_collaborators"),
    ("members invitations", "GET /orgs/{org}/invitations"),
    ("members teams", "GET /orgs/{org}/teams"),
    ("organization_custom_org_roles organization-roles", "GET /orgs/{org}/organization-roles"),
    ("metadata repositories", "GET /orgs/{org}/repos"),
    ("metadata collaborators", "GET /repos/{owner}/{repo}/collaborators"),
    ("organization_administration app-installations", "GET /orgs/{org}/installations"),
    (
        "organization_personal_access_tokens personal-access-tokens",
        "GET /orgs/{org}/personal-access-tokens",
    ),
    (
        "organization_personal_access_token_requests personal-access-token-requests",
        "GET /orgs/{org}/personal-access-token-requests",
    ),
    (
        "organization_administration credential-authorizations",
        "GET /orgs/{org}/credential-authorizations",
    ),
    ("administration deploy-keys", "GET /repos/{owner}/{repo}/keys"),
    ("actions environments", "GET /repos/{owner}/{repo}/environments"),
    ("organization_secrets organization-secrets", "GET /orgs/{org}/actions/secrets"),
    ("organization_dependabot_secrets organization-secrets", "GET /orgs/{org}/dependabot/secrets"),
    ("organization_codespaces_secrets organization-secrets", "GET /orgs/{org}/codespaces/secrets"),
    ("organization_agent_secrets organization-secrets", "GET /orgs/{org}/agents/secrets"),
    ("organization_actions_variables organization-variables", "GET /orgs/{org}/actions/variables"),
    ("organization_agent_variables organization-variables", "GET /orgs/{org}/agents/variables"),
    ("secrets repository-secrets", "GET /repos/{owner}/{repo}/actions/secrets"),
    ("dependabot_secrets repository-secrets", "GET /repos/{owner}/{repo}/dependabot/secrets"),
    ("agent_secrets repository-secrets", "GET /repos/{owner}/{repo}/agents/secrets"),
    ("actions_variables repository-variables", "GET /repos/{owner}/{repo}/actions/variables"),
    ("agent_variables repository-variables", "GET /repos/{owner}/{repo}/agents/variables"),
    ("organization_hooks webhooks", "GET /orgs/{org}/hooks"),
    ("repository_hooks webhooks", "GET /repos/{owner}/{repo}/hooks"),
    ("organization_self_hosted_runners runners", "GET /orgs/{org}/actions/runners"),
    ("administration runners", "GET /repos/{owner}/{repo}/actions/runners"),
    ("organization_administration actions-settings", "GET /orgs/{org}/actions/permissions"),
    ("administration actions-settings", "GET /repos/{owner}/{repo}/actions/permissions"),
    ("organization_copilot_seat_management copilot", "GET /orgs/{org}/copilot/billing/seats"),
    ("secret_scanning_alerts secret-scanning-alerts", "GET /orgs/{org}/secret-scanning/alerts"),
    ("organization_administration audit-log", "GET /orgs/{org}/audit-log"),
];

/// Scopes of classic tokens with which nothing can be changed.
const READING_SCOPES: [&str; 9] = [
    "read:org",
    "read:user",
    "read:public_key",
    "read:gpg_key",
    "read:repo_hook",
    "read:packages",
    "read:audit_log",
    "read:enterprise",
    "user:email",
];

/// Probes every permission in every organisation.
///
/// # Errors
/// When the credential does not work at all.
pub(crate) async fn check(reading: &Reading) -> Result<CheckReport, Problem> {
    let census = reading.organizations().await?;
    let mut report = CheckReport { identity: census.identity.clone(), ..CheckReport::default() };
    report.warnings.extend(census.problems.iter().map(|problem| problem.message.clone()));
    if census.organizations.is_empty() {
        report.warnings.push("there is no organisation to read".to_owned());
    }
    if !reading.session().is_app() {
        report.warnings.extend(writes(census.scopes.as_deref()));
    }
    if census.organizations.len() > MOST_ORGANIZATIONS {
        let all = census.organizations.len();
        report.warnings.push(format!("{MOST_ORGANIZATIONS} of {all} organisations were probed"));
    }
    for organization in census.organizations.iter().take(MOST_ORGANIZATIONS) {
        report.warnings.extend(grants(organization));
        if organization.is_selective() {
            let login = &organization.login;
            report.warnings.push(format!(
                "in {login} the App reaches chosen repositories only; others are hidden"
            ));
        }
        report.permissions.extend(probe(reading, organization).await);
    }
    Ok(report)
}

/// What is to be said of a token that may do more than read.
fn writes(scopes: Option<&[String]>) -> Option<String> {
    let Some(scopes) = scopes else {
        return Some(
            "what this token may do is not told; give it permissions to read only".to_owned(),
        );
    };
    let writing: Vec<&str> =
        scopes.iter().map(String::as_str).filter(|scope| !READING_SCOPES.contains(scope)).collect();
    (!writing.is_empty()).then(|| {
        format!(
            "the token's scopes {} can change things; an App with permissions to read is safer",
            writing.join(", ")
        )
    })
}

/// The same of an App.
fn grants(organization: &Organization) -> Option<String> {
    let granted = organization.granted()?;
    let writing: Vec<String> = granted
        .iter()
        .filter(|(_, level)| *level != "read")
        .map(|(name, level)| format!("{name}:{level}"))
        .collect();
    (!writing.is_empty()).then(|| {
        format!(
            "the App's installation in {} may change things ({}); the tokens used here are narrowed \
             to reading",
            organization.login,
            writing.join(", ")
        )
    })
}

async fn probe(reading: &Reading, organization: &Organization) -> Vec<PermissionCheck> {
    let repositories = match organization.shut() {
        Some(_) => None,
        None => Some(reading.repositories(organization).await),
    };
    let sample = repositories.as_ref().and_then(|repositories| {
        let mut reached = repositories.list.iter().filter(|r| repositories.reaches(r));
        reached.find(|r| r.archived != Some(true) && r.disabled != Some(true))
    });
    let wanted: Vec<(&'static Stream, &'static str)> = streams()
        .filter(|stream| reading.config.reads(stream))
        .flat_map(|stream| stream.permissions.iter().map(move |name| (stream, *name)))
        .collect();
    let probes: Vec<_> = wanted
        .into_iter()
        .map(|(stream, permission)| {
            one(organization, stream, permission, sample.map(|r| &**r)).boxed()
        })
        .collect();
    stream::iter(probes).buffered(AT_ONCE).collect().await
}

async fn one(
    organization: &Organization,
    stream: &'static Stream,
    permission: &'static str,
    sample: Option<&Repo>,
) -> PermissionCheck {
    let known = organization.shut().or_else(|| organization.lacks(permission));
    let (state, said) = match known {
        Some(problem) => (PermissionState::Denied, Some(problem.message)),
        None => asked(organization, stream, permission, sample).await,
    };
    let tier = format!("tier {}", stream.tier.as_str());
    PermissionCheck {
        stream: stream.name.to_owned(),
        realm: organization.login.clone(),
        permission: format!("{permission}:read"),
        hides: (state != PermissionState::Granted).then(|| stream.sees.to_owned()),
        detail: Some(said.map_or_else(|| tier.clone(), |said| format!("{tier}; {said}"))),
        state,
    }
}

async fn asked(
    organization: &Organization,
    stream: &Stream,
    permission: &str,
    sample: Option<&Repo>,
) -> (PermissionState, Option<String>) {
    let wanted = format!("{permission} {}", stream.name);
    let Some((_, operation)) = PROBES.iter().find(|(probe, _)| *probe == wanted) else {
        // An App says itself what it may do.
        return match organization.granted() {
            Some(_) => (PermissionState::Granted, None),
            None => (PermissionState::Unknown, Some("no single call shows it".to_owned())),
        };
    };
    let repository = sample.map(Repo::owner_and_name);
    let values = match (operation.contains("{repo}"), repository) {
        (false, _) => vec![("org", organization.login.as_str())],
        (true, Some((owner, name))) => vec![("owner", owner), ("repo", name)],
        (true, None) => {
            let said = "there is no repository to try it on".to_owned();
            return (PermissionState::Unknown, Some(said));
        }
    };
    let mut query = vec![("per_page", "1")];
    if operation.ends_with("/secret-scanning/alerts") {
        query.push(("hide_secret", "true"));
    }
    match organization.get_any::<Nothing>(operation, &values, &query).await {
        Ok(_) => (PermissionState::Granted, None),
        Err(problem) => (of_class(problem.class), Some(problem.message)),
    }
}

/// An answer of which nothing is kept.
#[derive(serde::Serialize)]
struct Nothing;

impl<'de> serde::Deserialize<'de> for Nothing {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(from).map(|_| Self)
    }
}

fn of_class(class: ProblemClass) -> PermissionState {
    match class {
        ProblemClass::Permission => PermissionState::Denied,
        ProblemClass::Unsupported => PermissionState::Unsupported,
        _ => PermissionState::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_probe_is_of_a_stream_that_needs_it_and_is_declared() {
        for (probe, operation) in PROBES {
            let (permission, name) = probe.split_once(' ').unwrap();
            let stream = crate::definition::stream(name).unwrap();
            assert!(stream.permissions.contains(&permission), "{probe}");
            assert!(stream.operations.contains(&operation), "{probe}: {operation}");
        }
    }

    #[test]
    fn scopes_that_write_are_named() {
        let scopes = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>();
        assert_eq!(writes(Some(&scopes(&["read:org", "read:audit_log"]))), None);
        let said = writes(Some(&scopes(&["read:org", "repo", "admin:org"]))).unwrap();
        assert!(said.contains("repo, admin:org") && !said.contains("read:org"), "{said}");
        assert!(writes(None).is_some());
    }
}
