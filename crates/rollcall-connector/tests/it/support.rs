//! What the tests share.

use rollcall_connector::Definition;
use rollcall_connector::transport::{Credential, HttpClient, Transport, TransportOptions};
use serde::{Deserialize, Serialize};

pub(crate) const SECRET: &str = "hunter2-hunter2";

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct User {
    pub(crate) id: u64,
}

pub(crate) fn users(ids: &[u64]) -> Vec<User> {
    ids.iter().map(|&id| User { id }).collect()
}

pub(crate) fn definition(operations: &[&str]) -> Definition {
    Definition {
        id: "test".to_owned(),
        title: "Test".to_owned(),
        summary: "A test.".to_owned(),
        provider: "test".to_owned(),
        streams: Vec::new(),
        kinds: Vec::new(),
        config: Vec::new(),
        operations: operations.iter().map(|&o| o.to_owned()).collect(),
        access_formats: Vec::new(),
    }
}

pub(crate) fn client(url: &str, operations: &[&str], options: &TransportOptions) -> HttpClient {
    let transport = Transport::new(&definition(operations), options).unwrap();
    let client = HttpClient::new(&transport, url).unwrap();
    client.with_credential(&Credential::bearer(&SECRET.into())).unwrap()
}
