//! The snapshot: loaded from the store, kept up with it, and cached in a file beside it.

mod cache;
mod follow;
mod load;
mod multiples;
mod row;
mod schema;

use rollcall_graph::{BuildError, Snapshot};
use rollcall_store::{Position, StoreError};

use multiples::Multiples;

pub use cache::SnapshotCache;
pub use load::load_snapshot;
pub use schema::Schema;

/// A snapshot with what is needed to follow the store from it.
#[derive(Clone, Debug)]
pub struct LiveSnapshot {
    /// The snapshot.
    pub snapshot: Snapshot,
    /// The state of the store that it shows.
    pub position: Position,
    /// Relations that more than one claim says.
    multiples: Multiples,
}

/// Why there is no snapshot.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is too much for one snapshot, or two entities have one id.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// What makes it broke off, as after a defect.
    #[error("making the snapshot broke off")]
    BrokeOff,
}
