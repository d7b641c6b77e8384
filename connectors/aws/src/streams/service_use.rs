//! `service-last-accessed`: one job for every user and role, asked about in the session that
//! started it.

use std::sync::Arc;

use futures::{StreamExt as _, stream};
use rollcall_connector::transport::CallError;
use rollcall_model::{EntityKey, ProblemClass};
use rollcall_record::{Problem, Record};
use tokio::sync::Mutex;

use crate::client::{Account, Pinned};
use crate::error::NOT_FOUND;
use crate::kinds;
use crate::map::usage;
use crate::paging::Pages;
use crate::reading::Reading;
use crate::shapes::ServiceUse;

use super::users::for_all;
use super::{Began, ending};

const STREAM: &str = "service-last-accessed";
const START: &str = "aws:iam:GenerateServiceLastAccessedDetails";
const GET: &str = "aws:iam:GetServiceLastAccessedDetails";
/// How many identities in a row may fail before the scope is given up.
const MOST_FAULTS: usize = 5;

pub(super) async fn read(
    account: &Account,
    at_once: usize,
    began: Began,
    reading: &mut Reading,
) -> Result<(), Problem> {
    let identities = identities(account).await?;
    let total = identities.len() as u64;
    let session = Mutex::new(account.pinned().await);
    let session = &session;
    let mut answers = stream::iter(identities)
        .map(|(key, arn)| async move {
            let found = ask(account, session, began, &arn).await;
            (key, arn, found)
        })
        .buffered(at_once.max(1));
    let mut out = Vec::new();
    let mut faults = 0;
    while let Some((key, arn, answer)) = answers.next().await {
        match answer {
            Ok(uses) => {
                faults = 0;
                usage::services(&key, &uses, &mut out);
            }
            Err((e, _)) if e.code == NOT_FOUND => faults = 0,
            Err((e, operation)) if for_all(&e) || faults + 1 >= MOST_FAULTS => {
                return Err(ending(e, operation, STREAM));
            }
            Err((mut e, operation)) => {
                faults += 1;
                e.message = format!("{arn}: {}", e.message);
                out.push(Record::Problem(ending(e, operation, STREAM)));
            }
        }
        reading.emit(&mut out).await?;
        reading.progress(1, Some(total)).await?;
    }
    Ok(())
}

/// Users and roles, by key and ARN. The roles are known already when they were listed in this run.
async fn identities(account: &Account) -> Result<Vec<(EntityKey, String)>, Problem> {
    let users = account.users(STREAM).await?;
    let roles =
        account.roles.get_or_try_init(|| async { account.list_roles().await.map(Arc::new) }).await;
    let roles = roles.map_err(|e| ending(e, "aws:iam:ListRoles", STREAM))?;
    let mut found = Vec::with_capacity(users.len() + roles.len());
    for user in users.iter() {
        found.push((account.realm.key(kinds::USER, &user.id)?, user.arn.clone()));
    }
    for role in roles.iter() {
        // An entry without an id was told where it was listed.
        if let Ok(key) = account.realm.key(kinds::ROLE, &role.id) {
            found.push((key, role.arn.clone()));
        }
    }
    Ok(found)
}

/// Starts a job and waits for its result, with one session from start to end.
async fn ask(
    account: &Account,
    session: &Mutex<Pinned>,
    began: Began,
    arn: &str,
) -> Result<Vec<ServiceUse>, (CallError, &'static str)> {
    let with = {
        let mut current = session.lock().await;
        if !current.lasts(began.time()) {
            *current = account.pinned().await;
        }
        current.clone()
    };
    let job = account.start_service_use(&with, arn).await.map_err(|e| (e, START))?;
    wait(account, &with, arn, &job).await.map_err(|e| (e, GET))
}

async fn wait(
    account: &Account,
    with: &Pinned,
    arn: &str,
    job: &str,
) -> Result<Vec<ServiceUse>, CallError> {
    let options = account.transport.options();
    let deadline = tokio::time::Instant::now() + options.max_wait;
    let mut pause = options.first_pause;
    let mut pages = Pages::new(options.max_pages);
    let mut found = Vec::new();
    loop {
        let page = account.service_use(with, arn, job, pages.marker()).await?;
        match page.status.as_str() {
            "COMPLETED" => {
                found.extend(page.services);
                if !pages.advance(GET, page.truncated, page.marker)? {
                    return Ok(found);
                }
            }
            "IN_PROGRESS" if tokio::time::Instant::now() + pause < deadline => {
                if !account.transport.is_replay() {
                    tokio::time::sleep(pause).await;
                }
                pause = (pause * 2).min(options.longest_pause);
            }
            "IN_PROGRESS" => {
                let message = "the job did not end in time";
                return Err(CallError::new(ProblemClass::Transient, "job_not_ready", message));
            }
            other => {
                let why = page.error.unwrap_or_else(|| format!("its state is {other:?}"));
                let message = format!("the job failed: {why}");
                return Err(CallError::new(ProblemClass::Malformed, "job_failed", message));
            }
        }
    }
}
