//! The streams that ask once for every user.

use std::sync::Arc;

use futures::{StreamExt as _, stream};
use rollcall_connector::transport::CallError;
use rollcall_model::ProblemClass;
use rollcall_record::{Problem, Record};

use crate::client::Account;
use crate::error::NOT_FOUND;
use crate::map::{Realm, credential, located};
use crate::reading::Reading;
use crate::shapes::{Credential, KeyUse, User};

use super::ending;

/// How many users in a row may fail before the scope is given up.
const MOST_FAULTS: usize = 5;

impl Account {
    /// The users, listed once a run.
    ///
    /// # Errors
    /// When they cannot be listed; nothing is kept of a failed listing.
    pub(super) async fn users(&self, stream: &str) -> Result<Arc<Vec<User>>, Problem> {
        let listed =
            self.users.get_or_try_init(|| async { self.list_users().await.map(Arc::new) }).await;
        Ok(Arc::clone(listed.map_err(|e| ending(e, "aws:iam:ListUsers", stream))?))
    }
}

/// Whether an error says nothing about this user alone but about all of them.
pub(super) fn for_all(error: &CallError) -> bool {
    matches!(
        error.class,
        ProblemClass::Permission
            | ProblemClass::Unsupported
            | ProblemClass::Config
            | ProblemClass::Cancelled
            | ProblemClass::Bug
    )
}

/// Asks `fetch` for every user, at most `at_once` together, and hands the answers to `map` in the
/// order of the users. A user who is gone by now has nothing.
async fn each<'a, T, Fut>(
    account: &'a Account,
    at_once: usize,
    (stream, operation): (&str, &'static str),
    reading: &mut Reading,
    fetch: impl Fn(&'a Account, User) -> Fut,
    map: impl Fn(&Realm, &User, T, &mut Vec<Record>) -> Result<(), Problem>,
) -> Result<(), Problem>
where
    Fut: Future<Output = (User, Result<T, CallError>)>,
{
    let users = account.users(stream).await?;
    let total = users.len() as u64;
    let mut answers = stream::iter(0..users.len())
        .map(|i| fetch(account, users[i].clone()))
        .buffered(at_once.max(1));
    let mut out = Vec::new();
    let mut faults = 0;
    while let Some((user, answer)) = answers.next().await {
        match answer {
            Ok(found) => {
                faults = 0;
                if let Err(problem) = map(&account.realm, &user, found, &mut out) {
                    out.push(Record::Problem(located(problem, operation)));
                }
            }
            Err(e) if e.code == NOT_FOUND => faults = 0,
            Err(e) if for_all(&e) || faults + 1 >= MOST_FAULTS => {
                reading.emit(&mut out).await?;
                return Err(ending(e, operation, stream));
            }
            Err(mut e) => {
                faults += 1;
                e.message = format!("user {}: {}", user.name, e.message);
                out.push(Record::Problem(ending(e, operation, stream)));
            }
        }
        for record in &mut out {
            if let Record::Problem(problem) = record
                && problem.evidence.is_none()
            {
                *problem = located(problem.clone(), operation);
            }
        }
        reading.emit(&mut out).await?;
        reading.progress(1, Some(total)).await?;
    }
    Ok(())
}

/// Maps each of a user's credentials; a fault in one leaves the others.
fn all_of(
    map: impl Fn(&Realm, &User, Credential, &mut Vec<Record>) -> Result<(), Problem>,
) -> impl Fn(&Realm, &User, Vec<Credential>, &mut Vec<Record>) -> Result<(), Problem> {
    move |realm, user, list, out| {
        for one in list {
            if let Err(problem) = map(realm, user, one, out) {
                out.push(Record::Problem(problem));
            }
        }
        Ok(())
    }
}

pub(super) async fn access_keys(
    account: &Account,
    at_once: usize,
    reading: &mut Reading,
) -> Result<(), Problem> {
    type Keys = Vec<(Credential, Result<KeyUse, CallError>)>;
    const LAST_USED: &str = "aws:iam:GetAccessKeyLastUsed";
    let refused = &std::sync::OnceLock::new();
    each(
        account,
        at_once,
        ("access-keys", "aws:iam:ListAccessKeys"),
        reading,
        |account, user| async move {
            let keys = match account.access_keys(&user.name).await {
                Ok(keys) => keys,
                Err(e) => return (user, Err(e)),
            };
            let mut found: Keys = Vec::with_capacity(keys.len());
            for key in keys {
                // Once refused, always refused: the keys are worth having without their last use.
                let used = match refused.get() {
                    None if !key.id.is_empty() => account.key_use(&key.id).await,
                    _ => Ok(KeyUse { at: None, service: None, region: None }),
                };
                found.push((key, used));
            }
            (user, Ok(found))
        },
        |realm, user, keys: Keys, out| {
            for (key, used) in keys {
                let used = match used {
                    Ok(used) => Some(used),
                    Err(e) if e.code == NOT_FOUND => None,
                    Err(e) => {
                        let first = !for_all(&e) || refused.set(()).is_ok();
                        if first {
                            let problem = e.into_problem(LAST_USED);
                            out.push(Record::Problem(
                                problem.hides("when access keys were last used"),
                            ));
                        }
                        None
                    }
                };
                if let Err(problem) = credential::access_key(realm, user, key, used, out) {
                    out.push(Record::Problem(problem));
                }
            }
            Ok(())
        },
    )
    .await
}

pub(super) async fn login_profiles(
    account: &Account,
    at_once: usize,
    reading: &mut Reading,
) -> Result<(), Problem> {
    each(
        account,
        at_once,
        ("login-profiles", "aws:iam:GetLoginProfile"),
        reading,
        |account, user| async move {
            let found = account.login_profile(&user.name).await;
            (user, found)
        },
        |realm, user, profile, out| credential::password(realm, user, &profile, out),
    )
    .await
}

pub(super) async fn mfa_devices(
    account: &Account,
    at_once: usize,
    reading: &mut Reading,
) -> Result<(), Problem> {
    each(
        account,
        at_once,
        ("mfa-devices", "aws:iam:ListMFADevices"),
        reading,
        |account, user| async move {
            let found = account.mfa_devices(&user.name).await;
            (user, found)
        },
        all_of(credential::mfa_device),
    )
    .await
}

pub(super) async fn service_credentials(
    account: &Account,
    at_once: usize,
    reading: &mut Reading,
) -> Result<(), Problem> {
    each(
        account,
        at_once,
        ("service-specific-credentials", "aws:iam:ListServiceSpecificCredentials"),
        reading,
        |account, user| async move {
            let found = account.service_credentials(&user.name).await;
            (user, found)
        },
        all_of(credential::service_credential),
    )
    .await
}

pub(super) async fn ssh_keys(
    account: &Account,
    at_once: usize,
    reading: &mut Reading,
) -> Result<(), Problem> {
    each(
        account,
        at_once,
        ("ssh-public-keys", "aws:iam:ListSSHPublicKeys"),
        reading,
        |account, user| async move {
            let found = account.ssh_keys(&user.name).await;
            (user, found)
        },
        all_of(credential::ssh_key),
    )
    .await
}

pub(super) async fn signing_certificates(
    account: &Account,
    at_once: usize,
    reading: &mut Reading,
) -> Result<(), Problem> {
    each(
        account,
        at_once,
        ("signing-certificates", "aws:iam:ListSigningCertificates"),
        reading,
        |account, user| async move {
            let found = account.signing_certificates(&user.name).await;
            (user, found)
        },
        all_of(credential::signing_certificate),
    )
    .await
}
