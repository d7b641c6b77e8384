//! Use cases: reading a source into the store, judging what is gone, and answering questions about
//! the inventory. Knows no concrete connector, no SQL and no HTTP.

mod brake;
mod clock;
mod confirm;
mod coverage;
mod error;
mod export;
mod inventory;
mod judge;
mod lease;
mod live;
mod observer;
mod reading;
mod retirement;
mod rows;
mod service;
mod snapshot;
mod stream;
mod sync;

pub use brake::{BrakeReason, Level};
pub use clock::Clock;
pub use confirm::{HeldSet, confirm, held_set};
pub use coverage::{ScopeCoverage, SourceCoverage, coverage};
pub use error::EngineError;
pub use export::{export_canonical, export_lines};
pub use inventory::{Entity, Seen, find, list, merge};
pub use judge::Judge;
pub use lease::Process;
pub use observer::{Observer, SyncEvent};
pub use rollcall_analysis::{Analysis, RULES, Rule, Settings};
/// What travels between `rollcall collect` and the API.
pub use rollcall_connector::collect as collecting;
pub use rollcall_store::Store;
pub use service::{
    Board, CollectError, CollectSource, Collected, Collector, Ended, FollowState, Follower,
    HookError, HookOutcome, Hooks, Job, LastRun, Published, Queue, QueueFull, Queued, Reader,
    Refresher, Render, Schedule, ScheduleError, Scheduled, ServedSource, Service, Shown,
    SourceState, Sources, Step, Worker, next_due,
};
pub use snapshot::{LiveSnapshot, Schema, SnapshotCache, SnapshotError, load_snapshot};
pub use sync::{RunReport, ScopeOutcome, SourceSpec, SyncOptions, pasts, read_source};

/// What sources are made of, for crates that offer them without a connector of their own.
pub mod connector {
    pub use rollcall_connector::{
        AccessDocument, CheckReport, Connector, Definition, Emitter, Rank, Refreshes, StreamDef,
        SyncRequest,
    };
    pub use rollcall_record::{Problem, RelationRecord, ScopeStarted, entity};
}
