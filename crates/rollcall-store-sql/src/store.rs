//! The port's verbs, each in a transaction.

use std::path::Path;

use async_trait::async_trait;
use rollcall_model::{Endpoint, EntityKey, NodeId, PublicId, Reference, RunId, Timestamp};
use rollcall_record::Problem;
use rollcall_store::{
    AsOf, Candidate, Changes, ClaimScope, ClaimedEntity, ClaimedRelation, ClaimedScope,
    EntityFilter, EntityVersion, ExportedFact, FinishOutcome, FinishScope, HeldFact, Lease,
    LiveFacts, MissingReason, Position, Publication, ReferenceFact, RetireOutcome, RetireRequest,
    RunProblem, RunRow, RunScope, RunStart, Runs, ScopeId, ScopePast, ScopeRow, ScopeView,
    ScopeWrites, SnapshotRow, SourceId, SourceRow, Store, StoreError, StoredActivity,
};

use crate::db::{Arg, Pool, TRIES, Tx};
use crate::error::{Answer, translate};
use crate::{
    SqlStore, claims, close, finish, follow, leases, live, publication, read, relations, retire,
    runs, scopes, snapshot, sources,
};

/// Runs a write transaction, again if another process won a race for the same rows. `$body` uses
/// `$tx` and gives an [`Answer`].
macro_rules! transaction {
    ($store:expr, $tx:ident, $body:expr) => {{
        let mut tries = 0;
        loop {
            tries += 1;
            let attempt = async {
                let mut $tx = $store.pool.write().await?;
                let value = $body?;
                $tx.commit().await?;
                Ok(value)
            };
            match attempt.await {
                Err(StoreError::Busy(_)) if tries < TRIES => {}
                other => break other,
            }
        }
    }};
}

impl SqlStore {
    async fn reading(&self) -> Answer<Tx> {
        self.pool.read().await
    }
}

#[async_trait]
impl Store for SqlStore {
    async fn source(&self, name: &str, connector: &str, at: Timestamp) -> Answer<SourceId> {
        transaction!(self, tx, sources::ensure(&mut tx, name, connector, at).await)
    }

    async fn sources(&self) -> Answer<Vec<SourceRow>> {
        sources::all(&mut self.reading().await?).await
    }

    async fn abandon_others(&self, configured: &[String], at: Timestamp) -> Answer<Vec<String>> {
        transaction!(self, tx, sources::abandon_others(&mut tx, configured, at).await)
    }

    async fn rename_source(&self, old: &str, new: &str) -> Answer<()> {
        transaction!(self, tx, sources::rename(&mut tx, old, new).await)
    }

    async fn forget_source(&self, name: &str, at: Timestamp) -> Answer<RetireOutcome> {
        let mut tx = self.reading().await?;
        let source = sources::named(&mut tx, name).await?;
        let scopes = scopes::of_source(&mut tx, source.id).await?;
        drop(tx);
        let open: Vec<ScopeId> =
            scopes.iter().filter(|scope| scope.closed_at.is_none()).map(|scope| scope.id).collect();
        let outcome = close::close_source(&self.pool, open, at).await?;
        transaction!(self, tx, sources::abandon(&mut tx, source.id, at).await)?;
        Ok(outcome)
    }

    async fn lease(
        &self,
        source: SourceId,
        stream: &str,
        holder: &str,
        seconds: i64,
    ) -> Answer<Option<Lease>> {
        transaction!(self, tx, leases::take(&mut tx, source, stream, holder, seconds).await)
    }

    async fn lease_holder(&self, source: SourceId, stream: &str) -> Answer<Option<String>> {
        leases::holder(&mut self.reading().await?, source, stream).await
    }

    async fn renew(&self, lease: &Lease, seconds: i64) -> Answer<bool> {
        transaction!(self, tx, leases::renew(&mut tx, lease, seconds).await)
    }

    async fn release(&self, lease: &Lease) -> Answer<()> {
        transaction!(self, tx, leases::release(&mut tx, lease).await)
    }

    async fn begin_run(&self, start: RunStart) -> Answer<()> {
        transaction!(self, tx, runs::begin(&mut tx, &start).await)
    }

    async fn finish_run(&self, run: &RunId, exit_code: i64, at: Timestamp) -> Answer<()> {
        transaction!(self, tx, runs::finish(&mut tx, run, exit_code, at).await)
    }

    async fn add_problems(&self, run: &RunId, problems: &[(Problem, bool)]) -> Answer<()> {
        if problems.is_empty() {
            return Ok(());
        }
        transaction!(self, tx, runs::add_problems(&mut tx, run, problems).await)
    }

    async fn runs(&self, source: SourceId, which: Runs, limit: i64) -> Answer<Vec<RunRow>> {
        runs::newest(&mut self.reading().await?, source, which, limit).await
    }

    async fn run_scopes(&self, run: &RunId) -> Answer<Vec<RunScope>> {
        runs::scopes(&mut self.reading().await?, run).await
    }

    async fn run_problems(&self, run: &RunId) -> Answer<Vec<RunProblem>> {
        runs::problems(&mut self.reading().await?, run).await
    }

    async fn claim_scopes(&self, requests: &[ClaimScope]) -> Answer<Vec<ClaimedScope>> {
        transaction!(self, tx, scopes::claim(&mut tx, requests).await)
    }

    async fn live_facts(&self, scopes: &[ScopeId]) -> Answer<Vec<LiveFacts>> {
        live::live_facts(&mut self.reading().await?, scopes).await
    }

    async fn write(&self, scope: ScopeId, token: i64, writes: ScopeWrites) -> Answer<bool> {
        transaction!(self, tx, write_rows(&mut tx, scope, token, &writes).await)
    }

    async fn finish_scopes(&self, ends: Vec<FinishScope>) -> Answer<Vec<FinishOutcome>> {
        transaction!(self, tx, finish::finish(&mut tx, &ends).await)
    }

    async fn scopes_of(&self, source: SourceId) -> Answer<Vec<ScopeRow>> {
        scopes::of_source(&mut self.reading().await?, source).await
    }

    async fn past(&self, source: SourceId, stream: &str) -> Answer<Vec<ScopePast>> {
        scopes::past(&mut self.reading().await?, source, stream).await
    }

    async fn candidates(&self, source: SourceId, stream: &str) -> Answer<Vec<Candidate>> {
        retire::candidates(&mut self.reading().await?, source, stream).await
    }

    async fn hold(&self, scopes: &[ScopeId], run: &RunId) -> Answer<()> {
        transaction!(self, tx, retire::hold(&mut tx, scopes, &run.0).await)
    }

    async fn retire(&self, request: RetireRequest) -> Answer<RetireOutcome> {
        retire::retire(&self.pool, &request).await
    }

    async fn held(&self, source: SourceId) -> Answer<Vec<HeldFact>> {
        relations::held(&mut self.reading().await?, source).await
    }

    async fn accept_visibility(&self, scopes: &[ScopeId]) -> Answer<()> {
        transaction!(self, tx, accept_all(&mut tx, scopes).await)
    }

    async fn last_publication(&self) -> Answer<i64> {
        publication::last(&mut self.reading().await?).await
    }

    async fn publications(&self, after: i64, limit: i64) -> Answer<Vec<Publication>> {
        publication::after(&mut self.reading().await?, after, limit).await
    }

    async fn sequence_at(&self, at: Timestamp) -> Answer<i64> {
        publication::last_at(&mut self.reading().await?, at).await
    }

    async fn entities(&self, filter: &EntityFilter) -> Answer<Vec<ClaimedEntity>> {
        read::entities(&mut self.reading().await?, filter).await
    }

    async fn key_of(&self, id: PublicId) -> Answer<Option<EntityKey>> {
        read::key_of(&mut self.reading().await?, id).await
    }

    async fn keys_named(&self, name: &str) -> Answer<Vec<EntityKey>> {
        read::keys_named(&mut self.reading().await?, name).await
    }

    async fn claims_about(&self, key: &EntityKey) -> Answer<Vec<ClaimedEntity>> {
        read::claims_about(&mut self.reading().await?, key).await
    }

    async fn relations_of(&self, key: &EntityKey) -> Answer<Vec<ClaimedRelation>> {
        relations::relations_of(&mut self.reading().await?, key).await
    }

    async fn references_of(&self, key: &EntityKey) -> Answer<Vec<Reference>> {
        relations::references_of(&mut self.reading().await?, key).await
    }

    async fn claimants(&self, reference: &Reference) -> Answer<Vec<EntityKey>> {
        relations::claimants(&mut self.reading().await?, reference).await
    }

    async fn redirect(&self, stub: PublicId) -> Answer<Option<EntityKey>> {
        relations::redirect(&mut self.reading().await?, stub).await
    }

    async fn activity_of(&self, key: &EntityKey, limit: i64) -> Answer<Vec<StoredActivity>> {
        read::activity_of(&mut self.reading().await?, key, limit).await
    }

    async fn last_uses(&self) -> Answer<Vec<(i64, Timestamp, String)>> {
        read::last_uses(&mut self.reading().await?).await
    }

    async fn position(&self) -> Answer<Position> {
        publication::position(&mut self.reading().await?).await
    }

    async fn mark(&self, at: Position) -> Answer<Option<String>> {
        publication::mark(&mut self.reading().await?, at).await
    }

    async fn scope_views(&self, at: Option<AsOf>) -> Answer<Vec<ScopeView>> {
        snapshot::scope_views(&mut self.reading().await?, at).await
    }

    async fn snapshot(
        &self,
        at: Option<i64>,
        take: &mut (dyn FnMut(SnapshotRow) + Send),
    ) -> Answer<Position> {
        snapshot::snapshot(&mut self.reading().await?, at, take).await
    }

    async fn changes(&self, since: Position) -> Answer<Changes> {
        follow::changes(&mut self.reading().await?, since).await
    }

    async fn claims_of(&self, nodes: &[NodeId]) -> Answer<Vec<ClaimedEntity>> {
        snapshot::claims_of(&mut self.reading().await?, nodes).await
    }

    async fn aliases_of(&self, nodes: &[NodeId]) -> Answer<Vec<ReferenceFact>> {
        snapshot::aliases_of(&mut self.reading().await?, nodes).await
    }

    async fn endpoints(&self, nodes: &[NodeId]) -> Answer<Vec<(NodeId, Endpoint)>> {
        let ids = nodes.iter().map(|node| node.0).collect();
        let found = relations::endpoints(&mut self.reading().await?, ids).await?;
        Ok(found.into_iter().map(|(id, endpoint)| (NodeId(id), endpoint)).collect())
    }

    async fn history(&self, key: &EntityKey) -> Answer<Vec<EntityVersion>> {
        read::history(&mut self.reading().await?, key).await
    }

    async fn export_scope(&self, scope: ScopeId) -> Answer<Vec<ExportedFact>> {
        relations::export_scope(&mut self.reading().await?, scope).await
    }

    async fn endpoint(&self, node: i64) -> Answer<Option<Endpoint>> {
        let mut tx = self.reading().await?;
        Ok(relations::endpoints(&mut tx, vec![node]).await?.remove(&node))
    }

    async fn forget_activity(&self, before: Timestamp) -> Answer<u64> {
        transaction!(self, tx, read::forget_activity(&mut tx, before).await)
    }

    async fn backup(&self, to: &Path) -> Answer<()> {
        let (Pool::Sqlite { write, .. }, Some(_)) = (&self.pool, self.file()) else {
            return Err(StoreError::Open(
                "a PostgreSQL store is backed up with pg_dump and restored with pg_restore".into(),
            ));
        };
        // SQLite fills an empty file as well as a new one; this one is its owner's alone.
        crate::open::create_new(to)?;
        let done = sqlx::query("VACUUM INTO $1")
            .bind(to.to_string_lossy().into_owned())
            .execute(write)
            .await;
        done.map(drop).map_err(|error| {
            // Half a copy is none. What cannot be removed is no copy either.
            let _ = std::fs::remove_file(to);
            crate::open::with_file(translate(error), to)
        })
    }

    async fn close(&self) {
        self.pool.close().await;
    }

    fn address(&self) -> String {
        Self::address(self).to_owned()
    }

    async fn missing_counts(
        &self,
        source: SourceId,
        reasons: &[MissingReason],
    ) -> Answer<Vec<(ScopeId, i64)>> {
        retire::missing_counts(&mut self.reading().await?, source, reasons).await
    }
}

/// Writes rows if the token is still the newest and not published yet. The check locks the scope's
/// row, so that a claim that comes meanwhile waits and then undoes what is written here.
async fn write_rows(tx: &mut Tx, scope: ScopeId, token: i64, writes: &ScopeWrites) -> Answer<bool> {
    tx.relax_durability().await?;
    let sql = "UPDATE scope SET claimed = $2 WHERE id = $1 AND claimed = $2 AND published < $2";
    if tx.execute(sql, &[Arg::I64(scope.0), Arg::I64(token)]).await? == 0 {
        return Ok(false);
    }
    claims::write(tx, scope, token, writes).await?;
    Ok(true)
}

async fn accept_all(tx: &mut Tx, scopes: &[ScopeId]) -> Answer<()> {
    retire::lock(tx, scopes).await?;
    for scope in scopes {
        retire::accept_visibility(tx, *scope).await?;
    }
    publication::tell(tx, scopes).await
}
