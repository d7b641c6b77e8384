//! `check`: one small call per permission and account, and what each refusal hides.

use futures::{StreamExt as _, stream};
use rollcall_connector::transport::CallError;
use rollcall_connector::{CheckReport, PermissionCheck, PermissionState};
use rollcall_model::ProblemClass;
use rollcall_record::Problem;

use crate::client::Account;
use crate::connector::{ACCOUNTS_AT_ONCE, Aws};
use crate::definition::{STREAMS, Stream};
use crate::error::{FEATURE_DISABLED, NOT_FOUND};
use crate::map::account::is_closed;

/// How many accounts are probed when there are more.
const MOST_ACCOUNTS: usize = 20;

/// Probes every permission in every account, or in a sample of them.
///
/// # Errors
/// When there is no session to start from.
pub(crate) async fn check(aws: &Aws) -> Result<CheckReport, Problem> {
    let base = aws.base().await?;
    let census = aws.census().await?;
    let mut report = CheckReport { identity: Some(base.caller.clone()), ..CheckReport::default() };
    if base.caller.ends_with(":root") {
        report
            .warnings
            .push("the credential is a root user's, which can do anything; use a role".to_owned());
    }
    if aws.config.organization {
        let state = match (&census.gap, census.alone) {
            (Some(gap), _) => of_class(gap.class),
            (None, true) => PermissionState::Unsupported,
            (None, false) => PermissionState::Granted,
        };
        for permission in permissions("accounts") {
            report.permissions.push(PermissionCheck {
                stream: "accounts".to_owned(),
                realm: census.organization.clone().unwrap_or_else(|| base.account.clone()),
                permission: (*permission).to_owned(),
                state,
                detail: census.gap.as_ref().map(|g| g.message.clone()),
                hides: census
                    .gap
                    .as_ref()
                    .map(|_| "every account but the credential's own".to_owned()),
            });
        }
        if census.alone {
            report.warnings.push("the credential's account is in no organisation".to_owned());
        }
    }
    let targets = aws.targets().await?;
    let open: Vec<_> = targets.iter().filter(|m| !is_closed(m.state.as_deref())).collect();
    if open.len() < targets.len() {
        let closed = targets.len() - open.len();
        report
            .warnings
            .push(format!("{closed} accounts are suspended or closed and cannot be read"));
    }
    if open.len() > MOST_ACCOUNTS {
        report.warnings.push(format!("{MOST_ACCOUNTS} of {} accounts were probed", open.len()));
    }
    let mut sample: Vec<String> = open.iter().map(|m| m.id.clone()).collect();
    // Our own account first, then evenly over the list.
    sample.sort_by_key(|id| *id != base.account);
    let step = sample.len().div_ceil(MOST_ACCOUNTS).max(1);
    let mut probed = stream::iter(sample.into_iter().step_by(step))
        .map(|id| async move { (aws.open(&id).await, id) })
        .buffered(ACCOUNTS_AT_ONCE);
    while let Some((door, id)) = probed.next().await {
        match door {
            Ok(account) => report.permissions.extend(probe_account(aws, &account).await),
            Err(problem) => report.permissions.push(PermissionCheck {
                stream: "accounts".to_owned(),
                realm: id,
                permission: "sts:AssumeRole".to_owned(),
                state: of_class(problem.class),
                detail: Some(problem.message),
                hides: problem.hides,
            }),
        }
    }
    Ok(report)
}

fn permissions(stream: &str) -> &'static [&'static str] {
    crate::definition::stream(stream).map_or(&[], |s| s.permissions)
}

fn of_class(class: ProblemClass) -> PermissionState {
    match class {
        ProblemClass::Permission => PermissionState::Denied,
        ProblemClass::Unsupported => PermissionState::Unsupported,
        _ => PermissionState::Unknown,
    }
}

/// What the probes need: a user, a key and an identity that exist.
#[derive(Default)]
struct Sample {
    user: Option<String>,
    arn: Option<String>,
    key: Option<String>,
}

async fn probe_account(aws: &Aws, account: &Account) -> Vec<PermissionCheck> {
    let mut sample = Sample::default();
    let mut done: Vec<(&str, PermissionState, Option<String>)> = Vec::new();
    let mut checks = Vec::new();
    let streams = STREAMS.iter().filter(|s| s.name != "accounts" && aws.config.reads(s.name));
    for stream in streams {
        for permission in stream.permissions {
            let known = done.iter().find(|(p, ..)| p == permission).cloned();
            let (state, detail) = match known {
                Some((_, state, detail)) => (state, detail),
                None => {
                    let (state, detail) = told(probe(account, permission, &mut sample).await);
                    done.push((permission, state, detail.clone()));
                    (state, detail)
                }
            };
            checks.push(row(stream, account, permission, state, detail));
        }
    }
    checks
}

fn row(
    stream: &Stream,
    account: &Account,
    permission: &str,
    state: PermissionState,
    detail: Option<String>,
) -> PermissionCheck {
    PermissionCheck {
        stream: stream.name.to_owned(),
        realm: account.realm.account.to_string(),
        permission: permission.to_owned(),
        hides: (state != PermissionState::Granted).then(|| stream.sees.to_owned()),
        state,
        detail,
    }
}

fn told(outcome: Result<bool, CallError>) -> (PermissionState, Option<String>) {
    match outcome {
        Ok(true) => (PermissionState::Granted, None),
        Ok(false) => {
            let detail = "there is nothing here to try it on".to_owned();
            (PermissionState::Unknown, Some(detail))
        }
        // The question was allowed; the thing is not there or not ready.
        Err(e) if [NOT_FOUND, FEATURE_DISABLED, "report_not_ready"].contains(&e.code.as_str()) => {
            (PermissionState::Granted, None)
        }
        Err(e) => (of_class(e.class), Some(e.message)),
    }
}

/// One small call. False when there is nothing to make it with.
async fn probe(
    account: &Account,
    permission: &'static str,
    sample: &mut Sample,
) -> Result<bool, CallError> {
    // A name that nobody has still tells a refusal from "not found".
    let nobody = "rollcall-probe".to_owned();
    let user = sample.user.clone().unwrap_or(nobody);
    match permission {
        "iam:GetAccountAuthorizationDetails" => account.probe_details().await?,
        "iam:ListUsers" => {
            if let Some((name, arn)) = account.probe_users().await? {
                sample.user = Some(name);
                sample.arn.get_or_insert(arn);
            }
        }
        "iam:ListRoles" => {
            if let Some(arn) = account.probe_roles().await? {
                sample.arn.get_or_insert(arn);
            }
        }
        "iam:GenerateCredentialReport" => {
            account.generate_report().await?;
        }
        "iam:GetCredentialReport" => {
            account.report().await?;
        }
        "iam:ListAccessKeys" => {
            let keys = account.access_keys(&user).await?;
            sample.key = keys.into_iter().map(|k| k.id).next();
        }
        "iam:GetAccessKeyLastUsed" => match &sample.key {
            // For a key that does not exist AWS answers as if the call were refused.
            Some(key) => {
                account.key_use(key).await?;
            }
            None => return Ok(false),
        },
        "iam:GetLoginProfile" => {
            account.login_profile(&user).await?;
        }
        "iam:ListMFADevices" => {
            account.mfa_devices(&user).await?;
        }
        "iam:ListServiceSpecificCredentials" => {
            account.service_credentials(&user).await?;
        }
        "iam:ListSSHPublicKeys" => {
            account.ssh_keys(&user).await?;
        }
        "iam:ListSigningCertificates" => {
            account.signing_certificates(&user).await?;
        }
        "iam:ListServerCertificates" => account.probe_server_certificates().await?,
        "iam:ListOpenIDConnectProviders" => {
            account.oidc_providers().await?;
        }
        "iam:GetOpenIDConnectProvider" => {
            match account.oidc_providers().await?.into_iter().find(|a| !a.is_empty()) {
                Some(arn) => {
                    account.oidc_provider(&arn).await?;
                }
                None => return Ok(false),
            }
        }
        "iam:ListSAMLProviders" => {
            account.saml_providers().await?;
        }
        "iam:GetSAMLProvider" => {
            match account.saml_providers().await?.into_iter().find(|a| !a.is_empty()) {
                Some(arn) => {
                    account.saml_provider(&arn).await?;
                }
                None => return Ok(false),
            }
        }
        "iam:ListInstanceProfiles" => account.probe_instance_profiles().await?,
        "iam:ListAccountAliases" => {
            account.aliases().await?;
        }
        "iam:GetAccountSummary" => {
            account.summary().await?;
        }
        "iam:GetOutboundWebIdentityFederationInfo" => {
            account.outbound().await?;
        }
        "iam:GenerateServiceLastAccessedDetails" | "iam:GetServiceLastAccessedDetails" => {
            let Some(arn) = &sample.arn else { return Ok(false) };
            let session = account.pinned().await;
            let job = account.start_service_use(&session, arn).await?;
            if permission == "iam:GetServiceLastAccessedDetails" {
                account.service_use(&session, arn, &job, None).await?;
            }
        }
        _ => return Ok(false),
    }
    Ok(true)
}
