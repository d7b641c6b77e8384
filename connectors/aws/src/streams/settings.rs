//! `account-settings`: three questions about an account, each of which may be refused alone.

use rollcall_connector::transport::CallError;
use rollcall_model::ProblemClass;
use rollcall_record::Problem;

use crate::client::Account;
use crate::error::FEATURE_DISABLED;
use crate::map::account::{self as map, Settings};
use crate::reading::Reading;

use super::ending;

const STREAM: &str = "account-settings";

pub(super) async fn read(account: &Account, reading: &mut Reading) -> Result<(), Problem> {
    let mut settings = Settings::default();
    let mut refused: Vec<(CallError, &str)> = Vec::new();
    let mut answers = 0;
    match account.aliases().await {
        Ok(aliases) => {
            settings.aliases = aliases;
            answers += 1;
        }
        Err(e) => refused.push((e, "aws:iam:ListAccountAliases")),
    }
    match account.summary().await {
        Ok(summary) => {
            // Source: IAM API reference, GetAccountSummary: 0 or 1.
            let flag = |name: &str| summary.get(name).map(|n| *n > 0);
            settings.root_mfa = flag("AccountMFAEnabled");
            settings.root_access_keys = flag("AccountAccessKeysPresent");
            settings.root_signing_certificates = flag("AccountSigningCertificatesPresent");
            answers += 1;
        }
        Err(e) => refused.push((e, "aws:iam:GetAccountSummary")),
    }
    match account.outbound().await {
        Ok(outbound) => {
            settings.outbound_enabled = Some(outbound.enabled);
            settings.outbound_issuer = outbound.issuer;
            answers += 1;
        }
        Err(e) if e.code == FEATURE_DISABLED => {
            settings.outbound_enabled = Some(false);
            answers += 1;
        }
        // Where it is not offered, the account hands out no tokens.
        Err(e) if e.class == ProblemClass::Unsupported => {
            reading.note(e.into_problem("aws:iam:GetOutboundWebIdentityFederationInfo")).await?;
        }
        Err(e) => refused.push((e, "aws:iam:GetOutboundWebIdentityFederationInfo")),
    }
    if answers > 0 {
        let mut out = Vec::new();
        map::settings(&account.realm, settings, &mut out)?;
        reading.emit(&mut out).await?;
    }
    let mut refused = refused.into_iter().map(|(e, operation)| ending(e, operation, STREAM));
    if answers == 0
        && let Some(first) = refused.next()
    {
        return Err(first);
    }
    for problem in refused {
        reading.problem(problem).await?;
    }
    Ok(())
}
