//! `credential-report`: ordered, waited for, read.

use std::collections::HashMap;

use rollcall_connector::transport::CallError;
use rollcall_model::ProblemClass;
use rollcall_record::{Problem, Record};

use crate::client::Account;
use crate::map::{account as map, located, malformed};
use crate::reading::Reading;
use crate::report::{self, Cell};
use crate::shapes::User;

use super::{Began, ending};

const STREAM: &str = "credential-report";
const GENERATE: &str = "aws:iam:GenerateCredentialReport";
const GET: &str = "aws:iam:GetCredentialReport";

pub(super) async fn read(
    account: &Account,
    began: Began,
    reading: &mut Reading,
) -> Result<(), Problem> {
    let users = account.users(STREAM).await?;
    order(account, began).await.map_err(|e| ending(e, GENERATE, STREAM))?;
    let content = account.report().await.map_err(|e| ending(e, GET, STREAM))?;
    let rows = report::parse(content.as_bytes()).map_err(|why| {
        let problem = malformed(format!("the credential report cannot be read: {why}"));
        located(problem, GET)
    })?;
    let by_name: HashMap<&str, &User> = users.iter().map(|u| (u.name.as_str(), u)).collect();
    let realm = &account.realm;
    let mut out = Vec::new();
    let mut has_root = false;
    for row in &rows {
        if !row.whole || row.user.is_empty() {
            let problem = malformed(format!("the row of {:?} is cut off", row.user));
            out.push(Record::Problem(located(problem, GET)));
        } else if row.is_root() {
            has_root = true;
            map::root(realm, row, &mut out)?;
        } else if let Some(user) = by_name.get(row.user.as_str()) {
            // The report may be hours old: a user deleted since is left out, and one made anew
            // under the same name is not the one of the row.
            let made = (row.created_at, user.created_at);
            let same = match made {
                (Cell::Known(reported), Some(listed)) => reported.seconds() == listed.seconds(),
                _ => true,
            };
            if same {
                map::reported_user(realm, user, row, &mut out)?;
            }
        }
        reading.emit(&mut out).await?;
    }
    if !has_root {
        // Every account has a root user, whether the report tells of it or not.
        map::silent_root(realm, &mut out)?;
        reading.emit(&mut out).await?;
        let note = malformed("the credential report has no row of the root user".to_owned());
        let note = note.hides("whether the root user has a password, MFA and access keys");
        reading.note(located(note, GET)).await?;
    }
    Ok(())
}

/// Orders the report until AWS says that it is there.
async fn order(account: &Account, began: Began) -> Result<(), CallError> {
    let options = account.transport.options();
    let mut pause = options.first_pause;
    let deadline = tokio::time::Instant::now() + options.max_wait;
    while !account.generate_report().await? {
        if tokio::time::Instant::now() + pause > deadline {
            let waited = began.time().seconds() - began.now.seconds();
            let message = format!("the credential report was not ready after {waited} s");
            return Err(CallError::new(ProblemClass::Transient, "report_not_ready", message));
        }
        if !account.transport.is_replay() {
            tokio::time::sleep(pause).await;
        }
        pause = (pause * 2).min(options.longest_pause);
    }
    Ok(())
}
