//! What GitHub sends to the entry for webhooks.

use http::HeaderMap;
use rollcall_connector::Refreshes;
use rollcall_model::ProblemClass;
use rollcall_record::Problem;

use crate::config::Config;
use crate::host::Host;

pub(crate) fn receive(
    _config: &Config,
    _host: &Host,
    _headers: &HeaderMap,
    _body: &[u8],
) -> Result<Refreshes, Problem> {
    Err(Problem::new(ProblemClass::Config, "no_webhook_secret", "no webhook_secret is configured"))
}
