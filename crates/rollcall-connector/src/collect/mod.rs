//! A reading on one machine for a store on another: the connector runs here, its records leave as
//! JSON lines over outbound HTTP, and the other end takes them as if the connector ran there.
//!
//! The lines are those of external programs (`docs/protocol.md`) with a few between them that tell
//! where streams begin and end and to which of several open scopes records belong ([`Control`]).
//! They travel in chunks with numbers: a chunk that comes again is dropped, and one that is missing
//! breaks the upload, whose open scopes are then partial.

mod connector;
mod encode;
#[cfg(test)]
mod tests;
mod uplink;

use std::collections::BTreeMap;

use rollcall_model::Timestamp;
use rollcall_record::Problem;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Definition;

pub use connector::PushedConnector;
pub use encode::Encoder;
pub use uplink::{Answered, Uplink, UplinkError};

/// The version of what is said here; another one is refused.
pub const VERSION: u32 = 1;
/// The header with the id of an upload.
pub const SESSION: &str = "rollcall-session";
/// The header with the number of a chunk, from 0.
pub const SEQUENCE: &str = "rollcall-sequence";
/// The header of the last chunk.
pub const END: &str = "rollcall-end";
/// The largest chunk, in bytes of its lines.
pub const LARGEST_CHUNK: usize = 16 << 20;

/// What is said first.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Hello {
    /// [`VERSION`].
    pub collect: u32,
    /// The connector that will read.
    pub definition: Definition,
    /// The streams it will read, in the order of its definition.
    pub streams: Vec<String>,
}

/// What is answered to it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Begun {
    /// The id of the upload.
    pub session: String,
    /// When the reading began, by the clock of the store's side.
    pub now: Timestamp,
    /// Where each delta stream stopped last time.
    pub cursors: BTreeMap<String, Value>,
}

/// A line that is no record.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "collect", rename_all = "snake_case")]
pub enum Control {
    /// A stream begins.
    StreamStarted {
        /// Its name.
        stream: String,
    },
    /// What follows belongs to this one of several open scopes.
    Lane {
        /// Its number.
        lane: u32,
    },
    /// Something of the open scope could not be read.
    Problem {
        /// What.
        problem: Problem,
    },
    /// Something to know about the open scope that leaves it complete.
    Note {
        /// What.
        problem: Problem,
    },
    /// The open scope ends short of its end.
    Failed {
        /// Why.
        problem: Problem,
    },
    /// Something is wrong with the stream as a whole.
    StreamProblem {
        /// What.
        problem: Problem,
    },
    /// The stream ended, and how.
    StreamFinished {
        /// Why it could not go on; nothing when it reached its end.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        problem: Option<Problem>,
    },
}
