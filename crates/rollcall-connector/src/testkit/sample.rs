//! A connector for this crate's own tests: users and their groups behind a small HTTP API.

use async_trait::async_trait;
use rollcall_model::{
    EntityKey, EntityType, Listing, ProblemClass, ScopeKey, Timestamp, Visibility,
};
use rollcall_record::{Problem, ScopeStarted, entity};
use serde::{Deserialize, Serialize};

use crate::transport::{Credential, HttpClient, ListOf, Transport, TransportOptions};
use crate::{
    AccessDocument, AttributeDef, CheckReport, ConfigField, ConfigShape, Connector, Definition,
    Emitter, KindDef, Rank, StreamDef, SyncRequest,
};

const USERS: &str = "GET /orgs/{org}/users";

pub(crate) fn sample_definition() -> Definition {
    Definition {
        id: "sample".to_owned(),
        title: "Sample".to_owned(),
        summary: "Reads users. Needs a token.".to_owned(),
        provider: "sample".to_owned(),
        streams: vec![StreamDef {
            name: "users".to_owned(),
            title: "Users".to_owned(),
            listing: Listing::Full,
            rank: Rank::Authoritative,
            part: None,
            permissions: vec!["users:read".to_owned()],
            tier: None,
            sees: "Every user.".to_owned(),
            blind_spots: vec!["Removed users.".to_owned()],
            shifting: false,
            careful: false,
        }],
        kinds: vec![KindDef {
            kind: "sample.user".parse().unwrap(),
            entity_type: EntityType::Identity,
            title: "A user.".to_owned(),
            name_keyed: false,
            attributes: vec![AttributeDef {
                name: "title".to_owned(),
                shape: "text".to_owned(),
                analysed: false,
                title: "The job title.".to_owned(),
            }],
            facts: rollcall_model::KindFacts::default(),
        }],
        config: vec![ConfigField::optional("organization", ConfigShape::Text, "Whose users.")],
        operations: vec![USERS.to_owned()],
        access_formats: Vec::new(),
    }
}

/// Keeps no `password`, whatever the provider sends.
#[derive(Serialize, Deserialize)]
struct User {
    id: u64,
    login: String,
    title: Option<String>,
}

pub(crate) struct Sample {
    definition: Definition,
    client: HttpClient,
}

impl Sample {
    pub(crate) fn new(url: &str, options: &TransportOptions) -> Self {
        let definition = sample_definition();
        let transport = Transport::new(&definition, options).unwrap();
        let client = HttpClient::new(&transport, url).unwrap();
        let client = client.with_credential(&Credential::bearer(&"s3cret".into())).unwrap();
        Self { definition, client }
    }
}

#[async_trait]
impl Connector for Sample {
    fn definition(&self) -> &Definition {
        &self.definition
    }

    async fn check(&self, _now: Timestamp) -> Result<CheckReport, Problem> {
        Ok(CheckReport::default())
    }

    async fn sync(&self, _request: SyncRequest, out: Emitter) -> Result<(), Problem> {
        let client = self.client.over(&self.client.transport().cancelled_by(out.cancelled()));
        let mut scope = out
            .scope(ScopeStarted {
                scope: ScopeKey::realm("users", "acme"),
                parent: None,
                listing: Listing::Full,
                visibility: Visibility::of(["users:read"]),
            })
            .await?;
        let mut pages = client.pages(USERS, &[("org", "acme")], &[("per_page", "2")]);
        loop {
            let page = match pages.next_link::<ListOf<User>>().await {
                Ok(Some(page)) => page.value,
                Ok(None) => return scope.finish().await,
                Err(error) if error.class == ProblemClass::Cancelled => return Err(error.into()),
                Err(error) => return scope.fail(error.into_problem(USERS)).await,
            };
            if let Some(problem) = page.problem("users") {
                scope.problem(problem).await?;
            }
            for user in page.items {
                let key = EntityKey::new("sample", "acme", "sample.user", &user.id.to_string());
                let key = key.map_err(|e| Problem::new(ProblemClass::Bug, "key", e.to_string()))?;
                let record = entity(key, EntityType::Identity, user.login);
                scope.entity(record.attribute("title", user.title)).await?;
            }
        }
    }

    fn access(&self, format: &str) -> Result<Vec<AccessDocument>, Problem> {
        Err(Problem::new(ProblemClass::Config, "access_format", format!("no format {format}")))
    }
}
