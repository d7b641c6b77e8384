//! Work that makes more work, done by several threads.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

struct Queue<W> {
    state: Mutex<State<W>>,
    changed: Condvar,
}

struct State<W> {
    /// The newest first, so that a tree is worked off in depth and little waits.
    waiting: Vec<W>,
    /// Threads that may still make more work.
    busy: usize,
    idle: usize,
}

/// Does `first` and all that comes of it. Each thread has a state that `start` makes; `work` does one
/// piece and adds what it leads to. Returns the states. `stop` ends it early.
pub(crate) fn run<W: Send, S: Send>(
    first: W,
    stop: &AtomicBool,
    start: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, W, &mut Vec<W>) + Sync,
) -> Vec<S> {
    let queue = Queue {
        state: Mutex::new(State { waiting: vec![first], busy: 0, idle: 0 }),
        changed: Condvar::new(),
    };
    let thread = || {
        let mut own = start();
        let mut more = Vec::new();
        while let Some(piece) = queue.take(stop) {
            // Dropped also when `work` panics: the other threads must not wait for this one.
            let _busy = Busy(&queue);
            work(&mut own, piece, &mut more);
            queue.add(&mut more);
        }
        own
    };
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(thread)).collect();
        let mut states = vec![thread()];
        for other in others {
            match other.join() {
                Ok(state) => states.push(state),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        states
    })
}

impl<W> Queue<W> {
    fn lock(&self) -> MutexGuard<'_, State<W>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next piece; none when all is done.
    fn take(&self, stop: &AtomicBool) -> Option<W> {
        let mut state = self.lock();
        loop {
            if stop.load(Ordering::Relaxed) {
                return None;
            }
            if let Some(piece) = state.waiting.pop() {
                state.busy += 1;
                return Some(piece);
            }
            if state.busy == 0 {
                return None;
            }
            state.idle += 1;
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.idle -= 1;
        }
    }

    fn add(&self, more: &mut Vec<W>) {
        if more.is_empty() {
            return;
        }
        let mut state = self.lock();
        state.waiting.append(more);
        // Whoever adds takes one itself.
        let idle = state.idle > 0 && state.waiting.len() > 1;
        drop(state);
        if idle {
            self.changed.notify_all();
        }
    }
}

struct Busy<'q, W>(&'q Queue<W>);

impl<W> Drop for Busy<'_, W> {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.busy -= 1;
        // No one is left who could wake those that wait: all is done, or was stopped.
        let last = state.busy == 0 && state.idle > 0;
        drop(state);
        if last {
            self.0.changed.notify_all();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A tree of three levels with ten branches each.
    fn grow(count: &mut u32, depth: u32, more: &mut Vec<u32>) {
        *count += 1;
        if depth < 3 {
            more.extend(std::iter::repeat_n(depth + 1, 10));
        }
    }

    #[test]
    fn all_that_comes_of_the_first_piece_is_done_once() {
        let counts = run(0, &AtomicBool::new(false), || 0, grow);
        assert_eq!(counts.iter().sum::<u32>(), 1 + 10 + 100 + 1000);
    }

    #[test]
    fn nothing_is_begun_after_a_stop() {
        let stop = AtomicBool::new(false);
        let counts = run(
            0,
            &stop,
            || 0,
            |count, depth, more| {
                grow(count, depth, more);
                stop.store(true, Ordering::Relaxed);
            },
        );
        let threads = std::thread::available_parallelism().map_or(2, usize::from);
        assert!(counts.iter().sum::<u32>() as usize <= 1 + threads);
    }

    #[test]
    fn a_panic_of_one_thread_ends_all() {
        let ended = std::panic::catch_unwind(|| {
            run(
                0,
                &AtomicBool::new(false),
                || 0,
                |_: &mut u32, depth, more| {
                    assert!(depth < 2, "as asked");
                    more.extend([depth + 1; 4]);
                },
            )
        });
        assert!(ended.is_err());
    }
}
