//! Okta's listings. Pages follow the `Link` header.

use std::sync::Arc;

use async_trait::async_trait;
use rollcall_connector::AccessDocument;
use rollcall_connector::directory::{
    DirectoryApi, DirectoryPerson, DirectoryReading, DirectoryTeam, GROUP_MEMBERS, GROUPS, Listed,
    Member,
};
use rollcall_connector::transport::{Credential, HttpClient, ListOf, SignIn, Transport};
use rollcall_record::Problem;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::config::{Auth, Config};
use crate::definition::{LIST_GROUPS, LIST_MEMBERS, LIST_USERS, ORGANIZATION};
use crate::shapes::{Group, InGroup, Organization, User};
use crate::sign_in::ServiceApp;
use crate::{access, map};

/// Everybody: without a filter Okta leaves out who was deprovisioned.
const EVERYBODY: &str = "lastUpdated gt \"1970-01-01T00:00:00.000Z\"";

pub(crate) struct Okta {
    http: HttpClient,
    auth: As,
    realm: Option<String>,
}

enum As {
    Token(HttpClient),
    App(SignIn),
}

impl Okta {
    pub(crate) fn new(config: &Config, transport: &Transport) -> Result<Self, Problem> {
        let http = HttpClient::new(transport, &config.url)?;
        let auth = match &config.auth {
            Auth::Token(token) => {
                As::Token(http.with_credential(&Credential::scheme("SSWS", token))?)
            }
            Auth::App { client_id, private_key, key_id } => {
                let app = ServiceApp {
                    http: http.clone(),
                    client_id: client_id.clone(),
                    private_key: private_key.clone(),
                    key_id: key_id.clone(),
                };
                As::App(SignIn::new(http.clone(), Arc::new(app)))
            }
        };
        Ok(Self { http, auth, realm: config.realm.clone() })
    }

    async fn client(&self, reading: &DirectoryReading) -> Result<HttpClient, Problem> {
        match &self.auth {
            As::Token(client) => Ok(client.over(&reading.transport)),
            As::App(session) => session.client(&reading.transport, reading.now).await,
        }
    }

    /// Every entry of a listing.
    async fn list<T>(
        &self,
        reading: &DirectoryReading,
        operation: &str,
        values: &[(&str, &str)],
        query: &[(&str, &str)],
    ) -> Listed<T>
    where
        T: Serialize + DeserializeOwned + Send,
    {
        let mut listed = Listed::default();
        let client = match self.client(reading).await {
            Ok(client) => client,
            Err(problem) => return Listed { ended: Some(problem), ..listed },
        };
        let mut pages = client.pages(operation, values, query);
        loop {
            match pages.next_link::<ListOf<T>>().await {
                Ok(Some(page)) => {
                    listed.problems.extend(page.value.problem(operation));
                    listed.entries.extend(page.value.items);
                }
                Ok(None) => return listed,
                Err(error) => {
                    listed.ended = Some(error.into_problem(operation));
                    return listed;
                }
            }
        }
    }
}

#[async_trait]
impl DirectoryApi for Okta {
    async fn realm(&self, reading: &DirectoryReading) -> Result<String, Problem> {
        if let Some(realm) = &self.realm {
            return Ok(realm.clone());
        }
        // Needs no credential.
        let client = self.http.over(&reading.transport);
        let answer = client.get::<Organization>(ORGANIZATION, &[], &[]).await;
        Ok(answer.map_err(|error| error.into_problem(ORGANIZATION))?.value.id)
    }

    async fn people(&self, reading: &DirectoryReading, _stream: &str) -> Listed<DirectoryPerson> {
        let query = [("filter", EVERYBODY), ("limit", "200")];
        let users: Listed<User> = self.list(reading, LIST_USERS, &[], &query).await;
        let mut listed =
            Listed { problems: users.problems, ended: users.ended, ..Listed::default() };
        let mut people = Vec::new();
        let mut seen = std::collections::HashSet::new();
        for user in users.entries {
            // Pages shift while people are added.
            if !seen.insert(user.id.clone()) {
                continue;
            }
            match map::user(user) {
                Ok(person) => people.push(person),
                Err(problem) => listed.problems.push(problem),
            }
        }
        map::resolve_managers(&mut people);
        listed.entries = people.into_iter().map(|(person, _)| person).collect();
        listed
    }

    async fn teams(&self, reading: &DirectoryReading) -> Listed<DirectoryTeam> {
        let groups: Listed<Group> =
            self.list(reading, LIST_GROUPS, &[], &[("limit", "1000")]).await;
        let mut seen = std::collections::HashSet::new();
        let mut entries: Vec<_> = groups.entries.into_iter().map(map::group).collect();
        entries.retain(|team| seen.insert(team.id.clone()));
        Listed { entries, problems: groups.problems, ended: groups.ended }
    }

    async fn members(&self, reading: &DirectoryReading, team: &DirectoryTeam) -> Listed<Member> {
        let values = [("groupId", team.id.as_str())];
        let users: Listed<InGroup> =
            self.list(reading, LIST_MEMBERS, &values, &[("limit", "1000")]).await;
        let entries = users.entries.into_iter().map(|user| Member::Person(user.id)).collect();
        Listed { entries, problems: users.problems, ended: users.ended }
    }

    async fn probe(&self, reading: &DirectoryReading, stream: &str) -> Result<(), Problem> {
        let client = self.client(reading).await?;
        let operation = match stream {
            GROUPS | GROUP_MEMBERS => LIST_GROUPS,
            _ => LIST_USERS,
        };
        let answer = client.get::<ListOf<InGroup>>(operation, &[], &[("limit", "1")]).await;
        let first =
            answer.map_err(|error| error.into_problem(operation))?.value.items.into_iter().next();
        if let (Some(group), GROUP_MEMBERS) = (first, stream) {
            let values = [("groupId", group.id.as_str())];
            let answer = client.get::<Value>(LIST_MEMBERS, &values, &[("limit", "1")]).await;
            answer.map_err(|error| error.into_problem(LIST_MEMBERS))?;
        }
        Ok(())
    }

    fn access(&self, _format: &str) -> Vec<AccessDocument> {
        access::documents(self.http.base().as_str())
    }
}
