//! `accounts`: which accounts there are, and which of them cannot be entered.

use futures::{StreamExt as _, stream};
use rollcall_connector::Emitter;
use rollcall_model::{Listing, ProblemClass, ScopeKey, Visibility};
use rollcall_record::{Problem, Record, ScopeStarted};

use crate::connector::{ACCOUNTS_AT_ONCE, Aws};
use crate::map::{account as map, malformed};
use crate::reading::Reading;
use crate::shapes::Member;

const STREAM: &str = "accounts";

/// Reads the accounts: one scope for the organisation, or one for each account where there is none.
///
/// # Errors
/// When there is no session to start from, or the reading was stopped.
pub(crate) async fn read(aws: &Aws, out: &Emitter) -> Result<(), Problem> {
    let census = aws.census().await?;
    let partition = &aws.base().await?.partition;
    if !aws.config.organization || census.alone {
        for member in &census.members {
            let kind = if aws.config.accounts.is_some() { "configured" } else { "own" };
            let Some(mut reading) = start(out, &member.id, kind).await? else { continue };
            let mut records = Vec::new();
            map::account(partition, member, None, None, &mut records)?;
            reading.emit(&mut records).await?;
            if census.alone {
                let message = "the credential's account is in no organisation; only it is read";
                let class = ProblemClass::Unsupported;
                reading.note(Problem::new(class, "no_organization", message)).await?;
            }
            enter(aws, std::slice::from_ref(member), &mut reading).await?;
            reading.finish().await?;
        }
        return Ok(());
    }
    let own = &aws.base().await?.account;
    let realm = census.organization.as_ref().unwrap_or(own);
    let Some(mut reading) = start(out, realm, "organization").await? else { return Ok(()) };
    let mut records: Vec<Record> = Vec::new();
    // Without a listing the credential's own account is known and nothing was read.
    for member in census.members.iter().filter(|m| m.arn.is_some() || census.gap.is_none()) {
        let organization = census.organization.as_deref();
        map::account(partition, member, organization, census.management.as_deref(), &mut records)?;
        reading.emit(&mut records).await?;
    }
    if census.nameless > 0 {
        let message = format!("{} accounts were listed without a number", census.nameless);
        reading.problem(malformed(message)).await?;
    }
    enter(aws, &aws.targets().await?, &mut reading).await?;
    match &census.gap {
        Some(gap) => {
            let hides = "the organisation's accounts, and with them everything in those not listed";
            reading.fail(gap.clone().hides(hides)).await
        }
        None => reading.finish().await,
    }
}

/// Begins a scope, unless it was read shortly before.
async fn start(out: &Emitter, realm: &str, kind: &str) -> Result<Option<Reading>, Problem> {
    let scope = ScopeKey::realm(STREAM, realm);
    if out.already_read(&scope) {
        return Ok(None);
    }
    let started = ScopeStarted {
        scope,
        parent: None,
        listing: Listing::Full,
        visibility: Visibility::of([format!("accounts:{kind}")]),
    };
    Ok(Some(Reading::new(out.scope(started).await?)))
}

/// Tries every account's door, and says once for each that stays shut. The list of accounts is
/// complete all the same; what is inside is missing from the account's own scopes.
async fn enter(aws: &Aws, members: &[Member], reading: &mut Reading) -> Result<(), Problem> {
    let mut open = members.to_vec();
    open.retain(|m| !map::is_closed(m.state.as_deref()));
    let mut tried = stream::iter(open)
        .map(|member| async move { aws.open(&member.id).await.err() })
        .buffered(ACCOUNTS_AT_ONCE);
    while let Some(refused) = tried.next().await {
        if let Some(problem) = refused {
            reading.note(problem).await?;
        }
    }
    Ok(())
}
