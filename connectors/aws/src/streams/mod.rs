//! Reading one stream of one account.

mod accounts;
mod authorization;
mod report;
mod service_use;
mod settings;
mod users;
mod whole;

pub(crate) use accounts::read as read_accounts;

use rollcall_connector::transport::CallError;
use rollcall_model::{ProblemClass, Timestamp};
use rollcall_record::Problem;

use crate::client::Account;
use crate::config::Config;
use crate::definition::Stream;
use crate::reading::Reading;

/// When the reading began, by the wall and by the stopwatch, so that the time is known later on
/// without asking a clock.
#[derive(Clone, Copy)]
pub(crate) struct Began {
    pub(crate) now: Timestamp,
    at: tokio::time::Instant,
}

impl Began {
    pub(crate) fn new(now: Timestamp) -> Self {
        Self { now, at: tokio::time::Instant::now() }
    }

    /// What time it is by now.
    pub(crate) fn time(&self) -> Timestamp {
        self.now.plus_seconds(i64::try_from(self.at.elapsed().as_secs()).unwrap_or(i64::MAX))
    }
}

/// Reads one stream of one account and says what it finds.
///
/// # Errors
/// When the scope cannot be read on; the caller ends it with this problem.
pub(crate) async fn read(
    stream: &Stream,
    account: &Account,
    config: &Config,
    began: Began,
    reading: &mut Reading,
) -> Result<(), Problem> {
    let at_once = account.transport.options().concurrency;
    match stream.name {
        "authorization-details" => authorization::read(account, config, reading).await,
        "credential-report" => report::read(account, began, reading).await,
        "access-keys" => users::access_keys(account, at_once, reading).await,
        "login-profiles" => users::login_profiles(account, at_once, reading).await,
        "mfa-devices" => users::mfa_devices(account, at_once, reading).await,
        "service-specific-credentials" => {
            users::service_credentials(account, at_once, reading).await
        }
        "ssh-public-keys" => users::ssh_keys(account, at_once, reading).await,
        "signing-certificates" => users::signing_certificates(account, at_once, reading).await,
        "server-certificates" => whole::server_certificates(account, reading).await,
        "oidc-providers" => whole::oidc_providers(account, at_once, reading).await,
        "saml-providers" => whole::saml_providers(account, at_once, reading).await,
        "instance-profiles" => whole::instance_profiles(account, reading).await,
        "account-settings" => settings::read(account, reading).await,
        "service-last-accessed" => service_use::read(account, at_once, began, reading).await,
        other => {
            Err(Problem::new(ProblemClass::Bug, "unknown_stream", format!("no stream {other}")))
        }
    }
}

/// The problem that ends a scope: with the operation and what is hidden now.
fn ending(error: CallError, operation: &str, stream: &str) -> Problem {
    let problem = error.into_problem(operation);
    match crate::definition::stream(stream) {
        Some(stream) => problem.hides(stream.sees),
        None => problem,
    }
}
