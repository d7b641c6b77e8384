//! Walking along relations: how far access goes, and on which paths.

mod neighbours;
mod path;
mod reach;

use std::sync::Mutex;

pub use neighbours::{Direction, Neighbour, Neighbours};
pub use path::{Hop, Path, PathLimits};
pub use reach::{Reached, WalkLimits};

/// Levels that one walk may tell apart.
const LEVELS: u32 = 250;

/// Marks on nodes that need not be cleared between walks: a mark counts when it is not older than the
/// walk.
#[derive(Debug, Default)]
pub(crate) struct Marks {
    stamp: u32,
    marks: Vec<u32>,
}

impl Marks {
    /// Forgets all marks, for nodes below a bound.
    fn start(&mut self, bound: usize) {
        if self.marks.len() < bound {
            self.marks.resize(bound, 0);
        }
        if self.stamp > u32::MAX - 2 * LEVELS {
            self.marks.fill(0);
            self.stamp = 0;
        }
        self.stamp += LEVELS;
    }

    /// The level that a node was marked with.
    #[inline]
    fn level(&self, node: u32) -> Option<u32> {
        self.marks.get(node as usize).and_then(|mark| mark.checked_sub(self.stamp))
    }

    /// Marks a node unless it has a mark; whether it had none.
    #[inline]
    fn mark(&mut self, node: u32, level: u32) -> bool {
        match self.marks.get_mut(node as usize) {
            Some(mark) if *mark < self.stamp => {
                *mark = self.stamp + level;
                true
            }
            _ => false,
        }
    }
}

/// What one walk needs besides the graph.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    forth: Marks,
    back: Marks,
    useful: Marks,
}

/// Scratch space that walks leave behind for the next ones.
#[derive(Debug, Default)]
pub(crate) struct ScratchPool(Mutex<Vec<Scratch>>);

impl ScratchPool {
    /// Runs with scratch space of its own.
    pub(crate) fn with<T>(&self, run: impl FnOnce(&mut Scratch) -> T) -> T {
        let mut scratch = self.lock().pop().unwrap_or_default();
        let result = run(&mut scratch);
        self.lock().push(scratch);
        result
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Scratch>> {
        // What is inside is only space; a panic elsewhere cannot have spoilt it.
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
