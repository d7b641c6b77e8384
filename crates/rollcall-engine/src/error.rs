//! What can stop a use case.

use rollcall_store::StoreError;

/// Why a use case ended without its result.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The store refused or failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A human confirmed a set that is no longer the one that is held.
    #[error(
        "the set {given} is not what is held now ({now}); look at it again with \
         `rollcall source held {source_name}`"
    )]
    SetChanged {
        /// The source's name.
        source_name: String,
        /// The set that was confirmed.
        given: String,
        /// The set that is held.
        now: String,
    },
    /// Nothing is held.
    #[error("nothing of source {0:?} waits to be confirmed")]
    NothingHeld(String),
    /// Several entities have the name that was asked for.
    #[error("{name:?} is the name of {count} entities; use an id: {ids}")]
    Ambiguous {
        /// The name.
        name: String,
        /// How many have it.
        count: usize,
        /// The first of their ids.
        ids: String,
    },
    /// Nothing has the name or id that was asked for.
    #[error("nothing is called {0:?} and no id is; `rollcall ls --name TEXT` searches")]
    Unknown(String),
}

impl EngineError {
    /// A stable word for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Store(error) => error.code(),
            Self::SetChanged { .. } => "set_changed",
            Self::NothingHeld(_) => "nothing_held",
            Self::Ambiguous { .. } => "ambiguous_name",
            Self::Unknown(_) => "unknown_entity",
        }
    }
}
