//! A client of SCIM 2.0 (RFC 7643, RFC 7644).

mod list;
mod map;
mod shapes;

pub(crate) use list::{Listed, list, page_size};
pub(crate) use map::{group, user};
pub(crate) use shapes::{Group, User};

use http::HeaderValue;
use http::header::ACCEPT;
use rollcall_connector::transport::{Credential, HttpClient, Transport};
use rollcall_record::Problem;

use crate::config::Scim;

/// A client for the server.
pub(crate) fn client(scim: &Scim, transport: &Transport) -> Result<HttpClient, Problem> {
    let accept = HeaderValue::from_static("application/scim+json, application/json");
    let client = HttpClient::new(transport, &scim.url)?.with_header(ACCEPT, accept);
    match &scim.token {
        Some(token) => client.with_credential(&Credential::bearer(token)),
        None => Ok(client),
    }
}
