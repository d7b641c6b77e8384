//! `authorization-details`: one page at a time, mapped and dropped.

use std::sync::Arc;

use rollcall_model::ProblemClass;
use rollcall_record::{Problem, Record};

use crate::client::Account;
use crate::config::Config;
use crate::map::located;
use crate::map::principal::{self, Memberships};
use crate::paging::Pages;
use crate::reading::Reading;
use crate::shapes::RoleName;

use super::ending;

const STREAM: &str = "authorization-details";
const OPERATION: &str = "aws:iam:GetAccountAuthorizationDetails";

pub(super) async fn read(
    account: &Account,
    config: &Config,
    reading: &mut Reading,
) -> Result<(), Problem> {
    let realm = &account.realm;
    let mut pages = Pages::new(account.transport.options().max_pages);
    let mut members = Memberships::default();
    let mut roles = Vec::new();
    let keep_roles = config.reads("service-last-accessed");
    let mut keyed_by_arn = 0_usize;
    let mut out: Vec<Record> = Vec::with_capacity(16);
    loop {
        let page =
            account.details(pages.marker()).await.map_err(|e| ending(e, OPERATION, STREAM))?;
        if !page.any_list {
            let message = "the answer holds no list at all, not even an empty one";
            let problem = Problem::new(ProblemClass::Malformed, "empty_answer", message);
            return Err(located(problem, OPERATION));
        }
        let count = page.users.len() + page.roles.len() + page.groups.len() + page.policies.len();
        // A fault in one entry is told, and the others are kept.
        for user in page.users {
            let result = principal::user(realm, user, &mut members, &mut out);
            say(result.map(drop), &mut out, reading).await?;
        }
        for group in page.groups {
            let result = principal::group(realm, group, &mut members, &mut out);
            say(result.map(drop), &mut out, reading).await?;
        }
        for role in page.roles {
            if keep_roles {
                roles.push(RoleName { id: role.id.clone(), arn: role.arn.clone() });
            }
            say(principal::role(realm, role, &mut out), &mut out, reading).await?;
        }
        for policy in page.policies {
            let result = principal::managed_policy(realm, policy, &mut out);
            keyed_by_arn += usize::from(matches!(result, Ok(true)));
            say(result.map(drop), &mut out, reading).await?;
        }
        reading.progress(count as u64, None).await?;
        let more = pages.advance(OPERATION, page.truncated, page.marker);
        if !more.map_err(|e| ending(e, OPERATION, STREAM))? {
            break;
        }
    }
    members.finish(&mut out);
    reading.emit(&mut out).await?;
    if keep_roles {
        // Saves the stream that asks about every role one listing of them all.
        let _ = account.roles.set(Arc::new(roles));
    }
    if keyed_by_arn > 0 {
        let message = format!(
            "this server told no id for {keyed_by_arn} policies, so they are known by their ARN and \
             the time they were made"
        );
        let note = Problem::new(ProblemClass::Malformed, "policy_without_id", message);
        reading.note(located(note, OPERATION)).await?;
    }
    Ok(())
}

/// Emits what came of one entry, its fault included.
async fn say(
    result: Result<(), Problem>,
    out: &mut Vec<Record>,
    reading: &mut Reading,
) -> Result<(), Problem> {
    if let Err(problem) = result {
        // Half an entry would be a wrong one.
        out.clear();
        out.push(Record::Problem(located(problem, OPERATION)));
    }
    reading.emit(out).await
}
