//! The snapshot: everything that is known, in memory, as of one publication.
//!
//! Rows go into a [`SnapshotBuilder`]; a [`Snapshot`] answers queries ([`Query`]), pages and facet
//! counts, paths and reach. Changes ([`Delta`]) are laid over a shared base; a file keeps a snapshot
//! for the next start. No SQL, no async, no clock.

mod adjacency;
mod apply;
mod base;
mod builder;
mod column;
mod compact;
mod coverage;
mod derived;
mod diff;
mod facet;
mod file;
mod kept;
mod lists;
mod overlay;
mod page;
mod pairs;
mod patch;
mod query;
mod relation;
mod row;
mod rows;
mod scopes;
mod search;
mod snapshot;
mod sort;
mod staging;
mod symbols;
mod texts;
mod together;
mod view;
mod visit;
mod walk;
mod words;

pub use adjacency::RelationSet;
pub use builder::{BuildError, SnapshotBuilder};
pub use coverage::{Count, Coverage, Gap};
pub use diff::{Difference, RelationEnds, diff};
pub use facet::Facet;
pub use file::FileError;
pub use kept::Kept;
pub use page::{FacetCounts, Matches, Page, PageRequest};
pub use query::{
    Completion, Expression, FIELDS, Field, Moment, Operator, Query, QueryError, Scalar, Term, Unit,
    UnknownValue, Value, complete, field, fields_page, parse,
};
pub use relation::Link;
pub use rows::{ActivityRow, Delta, EntityRow, RelationRow, ScopeRow};
pub use snapshot::{Node, Snapshot, SnapshotId};
pub use sort::{Cursor, CursorError, Sort, SortError, SortField};
pub use view::Entity;
pub use visit::{Boxed, Edge, Graph, Visited};
pub use walk::{Direction, Hop, Neighbour, Neighbours, Path, PathLimits, Reached, WalkLimits};
pub use words::{
    Derived, LEVEL_WORDS, OwnerState, PresenceWord, Reach, Standing, TIERS, UsageVerdict,
};
