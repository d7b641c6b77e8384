//! What a process that stays does besides single use cases: it keeps a snapshot published, reads
//! sources on their schedules, and takes what others push.

mod board;
mod collect;
mod follower;
mod hooks;
mod published;
mod queue;
mod reader;
mod refresher;
mod schedule;
mod worker;

use std::sync::Arc;

pub use board::{Board, LastRun, SourceState};
pub use collect::{CollectError, CollectSource, Collected, Collector, Ended, Render};
pub use follower::{Follower, Step};
pub use hooks::{HookError, HookOutcome, Hooks};
pub use published::{FollowState, Published, Shown};
pub use queue::{Job, Queue, QueueFull, Queued};
pub use reader::Reader;
pub use refresher::Refresher;
pub use schedule::{Schedule, ScheduleError, Scheduled, next_due};
pub use worker::{ServedSource, Sources, Worker};

use crate::clock::Clock;

/// What answers are made from, and what can be asked of a process that serves.
#[derive(Clone)]
pub struct Service {
    /// The snapshot.
    pub published: Arc<Published>,
    /// What is known of each source.
    pub board: Arc<Board>,
    /// What is to be read next.
    pub queue: Arc<Queue>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}
