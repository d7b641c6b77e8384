//! Databases to open, and a small reader to fill them.

use std::path::{Path, PathBuf};

use rollcall_model::{EntityKey, EntityType, Listing, RunId, ScopeKey, ScopeState, Timestamp};
use rollcall_record::entity;
use rollcall_store::{
    ClaimScope, ClaimedScope, EntityFilter, EntityRow, FinishOutcome, FinishScope, ScopeWrites,
    SourceId, Store, StoreError, prepare_entity,
};
use rollcall_store_sql::{OpenMode, SqlStore};
use rollcall_testing::Postgres;
use tempfile::TempDir;

/// A folder with room for a database.
pub(crate) struct Folder {
    folder: TempDir,
}

impl Folder {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The address of its database.
    pub(crate) fn url(&self) -> String {
        url_of(&self.file("store.db"))
    }
}

pub(crate) fn url_of(file: &Path) -> String {
    format!("sqlite:{}", file.display())
}

/// An empty PostgreSQL database.
pub(crate) fn postgres() -> String {
    Postgres::shared().unwrap().fresh_database().unwrap()
}

/// Every sort of database, new: the address of each, and what keeps it.
pub(crate) fn databases() -> (Vec<String>, Folder) {
    let folder = Folder::new();
    (vec![folder.url(), postgres()], folder)
}

pub(crate) async fn open(url: &str) -> SqlStore {
    SqlStore::open(url, OpenMode::Write).await.unwrap()
}

pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(1_800_000_000 + seconds)
}

pub(crate) fn run_id() -> RunId {
    RunId("01900000-0000-7000-8000-000000000001".to_owned())
}

pub(crate) fn scope(part: &str) -> ScopeKey {
    ScopeKey::part("roles", "1", part)
}

/// A source of a store that is read.
pub(crate) struct Reader<'a> {
    pub(crate) store: &'a dyn Store,
    pub(crate) source: SourceId,
}

impl<'a> Reader<'a> {
    pub(crate) async fn new(store: &'a dyn Store, name: &str) -> Result<Self, StoreError> {
        Ok(Self { store, source: store.source(name, "aws", at(0)).await? })
    }

    pub(crate) async fn claim(&self, part: &str) -> Result<ClaimedScope, StoreError> {
        let wish = ClaimScope { source: self.source, key: scope(part), rank: 1, parent: None };
        Ok(self.store.claim_scopes(&[wish]).await?.remove(0))
    }

    /// Reads a scope whose roles all have this name now, with a text of some length each.
    pub(crate) async fn read(
        &self,
        part: &str,
        roles: usize,
        name: &str,
        length: usize,
    ) -> Result<FinishOutcome, StoreError> {
        let claimed = self.claim(part).await?;
        let live = self.store.live_facts(&[claimed.id]).await?.remove(0);
        let mut writes = roles_named(part, roles, name, length);
        let known: Vec<i64> = live.tables[0].iter().map(|live| live.number).collect();
        for claim in &mut writes.entity_claims {
            claim.number += claimed.next - 1;
        }
        let (added, changed) = (roles - known.len(), known.len());
        writes.superseded[0] = known;
        let mut end = end_of(&claimed, writes);
        (end.added, end.changed) = (added as u64, changed as u64);
        end.grown.0 = added as i64;
        Ok(self.store.finish_scopes(vec![end]).await?.remove(0))
    }
}

/// The rows of roles that all have one name.
pub(crate) fn roles_named(part: &str, roles: usize, name: &str, length: usize) -> ScopeWrites {
    let mut writes = ScopeWrites::default();
    for i in 0..roles {
        let key = EntityKey::new("aws", "1", "aws.iam-role", &format!("{part}-{i}")).unwrap();
        let record =
            entity(key, EntityType::Identity, name).attribute("padding", "p".repeat(length));
        let (key, mut claim) = prepare_entity(record).unwrap();
        claim.number = i as i64 + 1;
        writes.entities.push(EntityRow { id: claim.id, key });
        writes.entity_claims.push(claim);
    }
    writes
}

/// The end of a first, complete reading.
pub(crate) fn end_of(claimed: &ClaimedScope, writes: ScopeWrites) -> FinishScope {
    let added = writes.claims() as u64;
    FinishScope {
        id: claimed.id,
        token: claimed.token,
        run: run_id(),
        state: ScopeState::Complete,
        listing: Listing::Full,
        missing: Some(Vec::new()),
        visibility: None,
        lost: Vec::new(),
        cursor: None,
        seen: added,
        added,
        changed: 0,
        grown: (writes.entity_claims.len() as i64, 0),
        next: claimed.next + writes.entity_claims.len() as i64,
        at: at(1),
        writes,
    }
}

/// The names of all live roles, without repetition; a reading gives all roles of a scope one name.
pub(crate) async fn names(store: &dyn Store) -> Vec<String> {
    let claims = store.entities(&EntityFilter::default()).await.unwrap();
    let mut names: Vec<String> = claims.into_iter().map(|claim| claim.body.name).collect();
    names.sort();
    names.dedup();
    names
}

/// Fails unless publications are numbered without gaps; gives the last.
pub(crate) async fn check_order(store: &dyn Store) -> i64 {
    let list = store.publications(0, i64::MAX).await.unwrap();
    let found: Vec<i64> = list.iter().map(|publication| publication.sequence).collect();
    let last = store.last_publication().await.unwrap();
    assert_eq!(found, (1..=last).collect::<Vec<i64>>());
    last
}

/// Fails unless every scope of a source holds as many roles as it should, all of one name.
pub(crate) async fn check_scopes(store: &dyn Store, source: SourceId, roles: usize) {
    for row in store.scopes_of(source).await.unwrap() {
        if row.published == 0 {
            continue;
        }
        let facts = store.export_scope(row.id).await.unwrap();
        let mut bodies: Vec<&str> = facts.iter().map(|fact| fact.body.as_str()).collect();
        bodies.dedup();
        assert_eq!((facts.len(), bodies.len()), (roles, 1), "{}", row.key);
        assert_eq!(row.live_entities, roles as i64, "{}", row.key);
    }
}
