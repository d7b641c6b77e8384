//! Delta listings: only what is said to be gone retires, and the last word about an entity counts.

use async_trait::async_trait;
use rollcall_connector::{
    AccessDocument, CheckReport, Connector, Definition, Emitter, Rank, StreamDef, SyncRequest,
};
use rollcall_engine::{Observer, SourceSpec, SyncOptions, list, read_source};
use rollcall_model::{EntityType, Listing, ScopeKey, Timestamp, Visibility};
use rollcall_record::{Gone, Problem, Record, ScopeStarted, entity};
use rollcall_store::EntityFilter;
use serde_json::json;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

use crate::fixture::on_both;
use crate::world::user;

/// Says what it is told, as a delta listing.
struct Feed {
    definition: Definition,
    says: Vec<Record>,
}

impl Feed {
    fn saying(says: Vec<Record>) -> Arc<dyn Connector> {
        let stream = StreamDef {
            name: "feed".into(),
            title: "Feed".into(),
            listing: Listing::Delta,
            rank: Rank::Authoritative,
            part: None,
            permissions: Vec::new(),
            tier: None,
            sees: "changes".into(),
            blind_spots: Vec::new(),
            shifting: false,
            careful: false,
        };
        let definition = Definition {
            id: "feed".into(),
            title: "Feed".into(),
            summary: "Changes.".into(),
            provider: "fake".into(),
            streams: vec![stream],
            kinds: Vec::new(),
            config: Vec::new(),
            operations: Vec::new(),
            access_formats: Vec::new(),
        };
        Arc::new(Self { definition, says })
    }
}

#[async_trait]
impl Connector for Feed {
    fn definition(&self) -> &Definition {
        &self.definition
    }

    async fn check(&self, _now: Timestamp) -> Result<CheckReport, Problem> {
        Ok(CheckReport::default())
    }

    fn access(&self, _format: &str) -> Result<Vec<AccessDocument>, Problem> {
        Ok(Vec::new())
    }

    async fn sync(&self, request: SyncRequest, out: Emitter) -> Result<(), Problem> {
        let mut scope = out
            .scope(ScopeStarted {
                scope: ScopeKey::realm("feed", "org"),
                parent: None,
                listing: Listing::Delta,
                visibility: Visibility::default(),
            })
            .await?;
        for record in &self.says {
            scope.record(record.clone()).await?;
        }
        let seen = request.cursor.map_or(0, |cursor| cursor["org "].as_i64().unwrap_or(-1));
        scope.cursor(json!(seen + 1)).await?;
        scope.finish().await
    }
}

#[test]
fn the_last_word_about_an_entity_counts() {
    on_both(async |fixture| {
        let store = fixture.new_store().await;
        let is =
            |n: usize, name: &str| Record::Entity(entity(user(0, n), EntityType::Identity, name));
        let gone = |n: usize| Record::Gone(Gone { key: user(0, n) });
        let source = store.source("feed", "feed", fixture.clock().now()).await.unwrap();
        let steps = [
            (vec![is(1, "a"), is(2, "b")], vec!["a", "b"]),
            // Absence says nothing.
            (vec![is(3, "c")], vec!["a", "b", "c"]),
            (vec![gone(1)], vec!["b", "c"]),
            // Changed, then gone; and new, then gone.
            (vec![is(2, "b2"), gone(2), is(4, "d"), gone(4)], vec!["c"]),
            // Gone, then there again; unchanged and changed.
            (vec![gone(3), is(3, "c")], vec!["c"]),
            (vec![gone(3), is(3, "c2"), is(1, "a")], vec!["a", "c2"]),
        ];
        for (i, (says, expected)) in steps.into_iter().enumerate() {
            let connector = Feed::saying(says);
            let spec = SourceSpec { name: "feed".into(), skip_streams: Vec::new() };
            let observer: Observer = Arc::new(|_| {});
            let (clock, options) = (fixture.clock(), SyncOptions::default());
            let token = CancellationToken::new();
            let report =
                read_source(&store, &connector, &spec, &clock, &options, &observer, &token)
                    .await
                    .unwrap();
            assert!(report.problems.is_empty(), "{report:?}");
            let entities = list(&store, &EntityFilter::default()).await.unwrap();
            let names: Vec<&str> = entities.iter().map(|e| e.name.as_str()).collect();
            assert_eq!(names, expected, "step {i} on {:?}", fixture.database);
            let live = store.scopes_of(source).await.unwrap()[0].live_entities;
            assert_eq!(live, expected.len() as i64, "step {i}");
            let past = store.past(source, "feed").await.unwrap().remove(0);
            assert_eq!(past.cursor, Some(json!(i + 1)));
        }
    });
}
