//! The streams that list a whole account at once, some with one question for every entry.

use std::collections::BTreeSet;

use futures::{StreamExt as _, stream};
use rollcall_connector::transport::CallError;
use rollcall_record::{Problem, Record};

use crate::client::Account;
use crate::error::NOT_FOUND;
use crate::map::{Realm, located, malformed, provider};
use crate::reading::Reading;

use super::ending;
use super::users::for_all;

/// Maps a list; a fault in one entry leaves the others.
async fn all<T>(
    list: Vec<T>,
    operation: &str,
    reading: &mut Reading,
    map: impl Fn(T, &mut Vec<Record>) -> Result<(), Problem>,
) -> Result<(), Problem> {
    let mut out = Vec::new();
    for entry in list {
        if let Err(problem) = map(entry, &mut out) {
            out.push(Record::Problem(located(problem, operation)));
        }
        reading.emit(&mut out).await?;
    }
    Ok(())
}

pub(super) async fn server_certificates(
    account: &Account,
    reading: &mut Reading,
) -> Result<(), Problem> {
    const OPERATION: &str = "aws:iam:ListServerCertificates";
    let listed = account.server_certificates().await;
    let listed = listed.map_err(|e| ending(e, OPERATION, "server-certificates"))?;
    all(listed, OPERATION, reading, |c, out| provider::server_certificate(&account.realm, &c, out))
        .await
}

pub(super) async fn instance_profiles(
    account: &Account,
    reading: &mut Reading,
) -> Result<(), Problem> {
    const OPERATION: &str = "aws:iam:ListInstanceProfiles";
    let listed = account.instance_profiles().await;
    let listed = listed.map_err(|e| ending(e, OPERATION, "instance-profiles"))?;
    all(listed, OPERATION, reading, |p, out| provider::instance_profile(&account.realm, p, out))
        .await
}

pub(super) async fn oidc_providers(
    account: &Account,
    at_once: usize,
    reading: &mut Reading,
) -> Result<(), Problem> {
    let listed = account.oidc_providers().await;
    let listed =
        listed.map_err(|e| ending(e, "aws:iam:ListOpenIDConnectProviders", "oidc-providers"))?;
    each(
        account,
        listed,
        at_once,
        ("oidc-providers", "aws:iam:GetOpenIDConnectProvider"),
        reading,
        |arn| async move {
            let found = account.oidc_provider(&arn).await;
            (arn, found)
        },
        provider::oidc,
    )
    .await
}

pub(super) async fn saml_providers(
    account: &Account,
    at_once: usize,
    reading: &mut Reading,
) -> Result<(), Problem> {
    let listed = account.saml_providers().await;
    let listed = listed.map_err(|e| ending(e, "aws:iam:ListSAMLProviders", "saml-providers"))?;
    each(
        account,
        listed,
        at_once,
        ("saml-providers", "aws:iam:GetSAMLProvider"),
        reading,
        |arn| async move {
            let found = account.saml_provider(&arn).await;
            (arn, found)
        },
        provider::saml,
    )
    .await
}

/// Asks for every listed ARN. What is gone by now is left out; any other fault is told.
async fn each<T, Fut>(
    account: &Account,
    listed: Vec<String>,
    at_once: usize,
    (stream, operation): (&str, &str),
    reading: &mut Reading,
    fetch: impl Fn(String) -> Fut,
    map: impl Fn(&Realm, &str, T, &mut Vec<Record>) -> Result<(), Problem>,
) -> Result<(), Problem>
where
    Fut: Future<Output = (String, Result<T, CallError>)>,
{
    let all = listed.len();
    let arns: BTreeSet<String> = listed.into_iter().filter(|a| !a.is_empty()).collect();
    if arns.len() < all {
        let problem =
            malformed(format!("{} listed providers have no ARN of their own", all - arns.len()));
        reading.problem(located(problem, operation)).await?;
    }
    let mut answers = stream::iter(arns).map(fetch).buffered(at_once.max(1));
    let mut out = Vec::new();
    while let Some((arn, answer)) = answers.next().await {
        match answer {
            Ok(found) => {
                if let Err(problem) = map(&account.realm, &arn, found, &mut out) {
                    out.push(Record::Problem(located(problem, operation)));
                }
            }
            Err(e) if e.code == NOT_FOUND => {}
            Err(e) if for_all(&e) => return Err(ending(e, operation, stream)),
            Err(mut e) => {
                e.message = format!("{arn}: {}", e.message);
                out.push(Record::Problem(ending(e, operation, stream)));
            }
        }
        reading.emit(&mut out).await?;
    }
    Ok(())
}
