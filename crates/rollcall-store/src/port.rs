//! The verbs.

use async_trait::async_trait;
use rollcall_model::{Endpoint, EntityKey, NodeId, PublicId, Reference, RunId, Timestamp};
use rollcall_record::Problem;

use crate::{
    AsOf, Candidate, Changes, ClaimScope, ClaimedEntity, ClaimedRelation, ClaimedScope,
    EntityFilter, EntityVersion, ExportedFact, FinishOutcome, FinishScope, HeldFact, Lease,
    LiveFacts, MissingReason, Position, Publication, ReferenceFact, RetireOutcome, RetireRequest,
    RunProblem, RunRow, RunScope, RunStart, Runs, ScopeId, ScopePast, ScopeRow, ScopeView,
    ScopeWrites, SnapshotRow, SourceId, SourceRow, StoreError, StoredActivity,
};

type Answer<T> = Result<T, StoreError>;

/// A store. Every method fails with [`StoreError`] when the database refuses; what was published
/// before stays intact then.
#[async_trait]
#[allow(clippy::missing_errors_doc)] // said once, above
pub trait Store: Send + Sync {
    /// The source of a name, made if it is new; clears its abandonment.
    async fn source(&self, name: &str, connector: &str, at: Timestamp) -> Answer<SourceId>;
    /// All sources, by name.
    async fn sources(&self) -> Answer<Vec<SourceRow>>;
    /// Marks as abandoned every source that is not among the configured names. Retires nothing.
    async fn abandon_others(&self, configured: &[String], at: Timestamp) -> Answer<Vec<String>>;
    /// Gives a source another name; everything of it stays.
    async fn rename_source(&self, old: &str, new: &str) -> Answer<()>;
    /// Closes every scope of a source, so that nothing it said is live, and marks it abandoned.
    /// History stays.
    async fn forget_source(&self, name: &str, at: Timestamp) -> Answer<RetireOutcome>;

    /// Takes the lease of a stream for some seconds of database time. `None`: somebody else has it.
    async fn lease(
        &self,
        source: SourceId,
        stream: &str,
        holder: &str,
        seconds: i64,
    ) -> Answer<Option<Lease>>;
    /// Who holds the lease of a stream, if anyone does.
    async fn lease_holder(&self, source: SourceId, stream: &str) -> Answer<Option<String>>;
    /// Renews a lease. `false`: it was lost.
    async fn renew(&self, lease: &Lease, seconds: i64) -> Answer<bool>;
    /// Gives a lease back.
    async fn release(&self, lease: &Lease) -> Answer<()>;

    /// Begins a run.
    async fn begin_run(&self, start: RunStart) -> Answer<()>;
    /// Ends a run.
    async fn finish_run(&self, run: &RunId, exit_code: i64, at: Timestamp) -> Answer<()>;
    /// Keeps problems with a run; `true` marks a note.
    async fn add_problems(&self, run: &RunId, problems: &[(Problem, bool)]) -> Answer<()>;
    /// The newest runs of a source, newest first.
    async fn runs(&self, source: SourceId, which: Runs, limit: i64) -> Answer<Vec<RunRow>>;
    /// The scopes of a run.
    async fn run_scopes(&self, run: &RunId) -> Answer<Vec<RunScope>>;
    /// The problems of a run, in the order in which they were met.
    async fn run_problems(&self, run: &RunId) -> Answer<Vec<RunProblem>>;

    /// Claims scopes for reading: takes the next revision of each and undoes what an abandoned
    /// reading left behind. In the order of the requests.
    async fn claim_scopes(&self, requests: &[ClaimScope]) -> Answer<Vec<ClaimedScope>>;
    /// The live facts of scopes, in the order asked.
    async fn live_facts(&self, scopes: &[ScopeId]) -> Answer<Vec<LiveFacts>>;
    /// Writes rows of a revision, unseen. `false`: a later reading has claimed the scope, or this one
    /// has ended, and nothing was written.
    async fn write(&self, scope: ScopeId, token: i64, writes: ScopeWrites) -> Answer<bool>;
    /// Ends readings and publishes what they wrote, each or none of them visible at once. In the
    /// order of the requests.
    async fn finish_scopes(&self, ends: Vec<FinishScope>) -> Answer<Vec<FinishOutcome>>;
    /// The scopes of a source, by key.
    async fn scopes_of(&self, source: SourceId) -> Answer<Vec<ScopeRow>>;
    /// What readings of a stream left behind in its scopes that are open, in no order.
    async fn past(&self, source: SourceId, stream: &str) -> Answer<Vec<ScopePast>>;

    /// What would retire in a stream's scopes.
    async fn candidates(&self, source: SourceId, stream: &str) -> Answer<Vec<Candidate>>;
    /// Marks pending facts of scopes as held by the brake.
    async fn hold(&self, scopes: &[ScopeId], run: &RunId) -> Answer<()>;
    /// Retires marked facts, scope by scope, and closes the scopes of parents that are gone.
    async fn retire(&self, request: RetireRequest) -> Answer<RetireOutcome>;
    /// The facts of a source that wait for a human, in a stable order.
    async fn held(&self, source: SourceId) -> Answer<Vec<HeldFact>>;
    /// Accepts what the credential can see now as what is to be expected.
    async fn accept_visibility(&self, scopes: &[ScopeId]) -> Answer<()>;

    /// The last publication's sequence; 0 when there is none.
    async fn last_publication(&self) -> Answer<i64>;
    /// Publications after a sequence, in order.
    async fn publications(&self, after: i64, limit: i64) -> Answer<Vec<Publication>>;
    /// The last publication at a time; 0 before the first.
    async fn sequence_at(&self, at: Timestamp) -> Answer<i64>;
    /// Claims about entities, ordered so that claims about one entity stand together.
    async fn entities(&self, filter: &EntityFilter) -> Answer<Vec<ClaimedEntity>>;
    /// The keys whose public id this is: none or one.
    async fn key_of(&self, id: PublicId) -> Answer<Option<EntityKey>>;
    /// The keys of entities whose newest name is exactly this, live ones only.
    async fn keys_named(&self, name: &str) -> Answer<Vec<EntityKey>>;
    /// All claims about an entity, live and ended (the newest version of each scope).
    async fn claims_about(&self, key: &EntityKey) -> Answer<Vec<ClaimedEntity>>;
    /// Live relations that start or end at an entity or at a reference it answers to.
    async fn relations_of(&self, key: &EntityKey) -> Answer<Vec<ClaimedRelation>>;
    /// The references an entity answers to, in live claims.
    async fn references_of(&self, key: &EntityKey) -> Answer<Vec<Reference>>;
    /// The entities that live claims say answer to a reference. One: resolved. Several: ambiguous.
    async fn claimants(&self, reference: &Reference) -> Answer<Vec<EntityKey>>;
    /// Where a stub's public id leads since its first resolution.
    async fn redirect(&self, stub: PublicId) -> Answer<Option<EntityKey>>;
    /// The use of an entity or of the references that it alone answers to, newest first.
    async fn activity_of(&self, key: &EntityKey, limit: i64) -> Answer<Vec<StoredActivity>>;
    /// The newest use of every entity that has any: `(node id, last use, evidence)`.
    async fn last_uses(&self) -> Answer<Vec<(i64, Timestamp, String)>>;
    /// How far the store has come.
    async fn position(&self) -> Answer<Position>;
    /// The scopes that had been read as of a moment with their states then, or as they are now.
    async fn scope_views(&self, at: Option<AsOf>) -> Answer<Vec<ScopeView>>;
    /// Hands over everything that a snapshot is made of, one consistent state, as of a publication or
    /// as it is now; the sorts of pieces in the order of [`SnapshotRow`], the pieces of one sort in
    /// none. Gives the position that was read.
    async fn snapshot(
        &self,
        at: Option<i64>,
        take: &mut (dyn FnMut(SnapshotRow) + Send),
    ) -> Answer<Position>;
    /// What changed since a position.
    async fn changes(&self, since: Position) -> Answer<Changes>;
    /// The same as [`Store::claims_about`] for many entities at once; claims about one entity stand
    /// together.
    async fn claims_of(&self, nodes: &[NodeId]) -> Answer<Vec<ClaimedEntity>>;
    /// The references that entities answer to in live claims.
    async fn aliases_of(&self, nodes: &[NodeId]) -> Answer<Vec<ReferenceFact>>;
    /// What ids stand for.
    async fn endpoints(&self, nodes: &[NodeId]) -> Answer<Vec<(NodeId, Endpoint)>>;
    /// A text that tells the state at a position from every other state of any store. `None` for a
    /// position that the store has not reached.
    async fn mark(&self, at: Position) -> Answer<Option<String>>;
    /// Every version of what was said about an entity, oldest first.
    async fn history(&self, key: &EntityKey) -> Answer<Vec<EntityVersion>>;
    /// All live claims of a scope.
    async fn export_scope(&self, scope: ScopeId) -> Answer<Vec<ExportedFact>>;
    /// What an endpoint's id stands for.
    async fn endpoint(&self, node: i64) -> Answer<Option<Endpoint>>;

    /// Drops use older than a time, but never the newest of anything: without it what was used once
    /// would look never used.
    async fn forget_activity(&self, before: Timestamp) -> Answer<u64>;
    /// A consistent copy of the whole store into a new file.
    async fn backup(&self, to: &std::path::Path) -> Answer<()>;
    /// Lets go of connections; a store that is dropped without it may leave files to be recovered.
    async fn close(&self);
    /// Where it is, without a password; for people.
    fn address(&self) -> String;
    /// Facts marked missing for one of the reasons, as numbers by scope.
    async fn missing_counts(
        &self,
        source: SourceId,
        reasons: &[MissingReason],
    ) -> Answer<Vec<(ScopeId, i64)>>;
}
