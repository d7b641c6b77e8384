//! `vault:`: a field of a secret in the KV store, version 2, of a Vault or OpenBao server.
//!
//! Source: Vault's HTTP API, "KV secrets engine version 2", read secret version:
//! `GET /v1/:mount/data/:path` answers `{"data": {"data": {…}}}`.

use std::collections::BTreeMap;

use http::{HeaderName, HeaderValue};
use rollcall_connector::Definition;
use rollcall_connector::transport::{Credential, HttpClient, Token, Transport, TransportOptions};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use crate::environment;

#[derive(Serialize, Deserialize)]
struct Answer {
    data: Version,
}

#[derive(Serialize, Deserialize)]
struct Version {
    data: BTreeMap<String, Token>,
}

/// Reads a field. The server and the token come from `VAULT_ADDR` and `VAULT_TOKEN`, the namespace
/// from `VAULT_NAMESPACE`.
pub(super) async fn read(
    mount: &str,
    path: &[String],
    field: &str,
    options: &TransportOptions,
) -> Result<SecretString, String> {
    let needed = |name: &str| {
        environment::variable(name)
            .ok_or_else(|| format!("vault: needs the environment variable {name}"))
    };
    let (address, token) = (needed("VAULT_ADDR")?, SecretString::from(needed("VAULT_TOKEN")?));
    let names: Vec<String> = (0..path.len()).map(|i| format!("p{i}")).collect();
    let places: String = names.iter().map(|name| format!("/{{{name}}}")).collect();
    let operation = format!("GET /v1/{{mount}}/data{places}");
    let mut values = vec![("mount", mount)];
    values.extend(names.iter().map(String::as_str).zip(path.iter().map(String::as_str)));

    let transport = Transport::new(&definition(&operation), options).map_err(|p| p.message)?;
    let credential = Credential::header(HeaderName::from_static("x-vault-token"), token);
    let mut client = HttpClient::new(&transport, &address)
        .and_then(|client| client.with_credential(&credential))
        .map_err(|problem| format!("VAULT_ADDR: {}", problem.message))?;
    if let Some(namespace) = environment::variable("VAULT_NAMESPACE") {
        let value = HeaderValue::from_str(&namespace).map_err(|_| "VAULT_NAMESPACE is no name")?;
        client = client.with_header(HeaderName::from_static("x-vault-namespace"), value);
    }
    let answer = client.get::<Answer>(&operation, &values, &[]).await.map_err(|e| e.message)?;
    let Token(value) =
        answer.value.data.data.into_iter().find(|(name, _)| name == field).map_or_else(
            || Err(format!("the secret {mount}/{} has no field {field}", path.join("/"))),
            |(_, value)| Ok(value),
        )?;
    Ok(value)
}

/// What the transport may do here: this one call.
fn definition(operation: &str) -> Definition {
    Definition {
        id: "vault".to_owned(),
        title: "Vault".to_owned(),
        summary: "Reads secrets that the configuration refers to.".to_owned(),
        provider: "vault".to_owned(),
        streams: Vec::new(),
        kinds: Vec::new(),
        config: Vec::new(),
        operations: vec![operation.to_owned()],
        access_formats: Vec::new(),
    }
}
