//! The connector contract: what a connector declares about itself ([`Definition`]), what it does
//! ([`Connector`]), and how it says what it read ([`Emitter`], [`ScopeGuard`]).
//!
//! A connector knows nothing of the store. It reads streams of one provider and emits records;
//! completeness is a guard that must be finished, so an early `?` can never look complete.
//!
//! [`transport`] is how calls leave, [`external`] hosts connectors that are programs of their own
//! (`docs/protocol.md`), [`collect`] is a reading
//! on one machine for a store on another, and [`testkit`] is what every connector's tests run.

pub mod collect;
mod contract;
mod definition;
pub mod directory;
mod emitter;
pub mod external;
mod past;
mod plan;
mod rules;
pub mod testkit;
pub mod transport;

pub use contract::{
    AccessDocument, Build, CheckReport, Connector, ConnectorContext, PermissionCheck,
    PermissionState, Refreshes, SyncRequest,
};
pub use definition::{
    AttributeDef, ConfigField, ConfigShape, Definition, KindDef, Rank, StreamDef,
};
pub use emitter::{AHEAD, Emitter, Message, ScopeGuard, ScopeHandle, channel};
pub use past::{Past, PastScope};
pub use plan::{Plan, PlanBudget, PlanRequest, StreamPlan};
pub use rules::{definition_violations, record_violation};
