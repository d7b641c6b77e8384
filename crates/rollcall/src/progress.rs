//! What a reading looks like while it goes on: bars on a terminal, lines elsewhere.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use rollcall_engine::{Observer, SyncEvent};
use rollcall_model::{ScopeKey, ScopeState};

use crate::output::{Screen, text};

/// How many scopes have a bar of their own; the others are counted.
const MOST_BARS: usize = 6;

/// Watches one source being read.
pub(crate) struct Progress {
    state: Arc<Mutex<State>>,
}

struct State {
    screen: Screen,
    source: String,
    total: Option<ProgressBar>,
    active: BTreeMap<ScopeKey, Option<ProgressBar>>,
    stream: Stream,
    retired: BTreeMap<String, i64>,
}

/// The stream that is being read.
#[derive(Default)]
struct Stream {
    name: String,
    scopes: u64,
    incomplete: u64,
    seen: u64,
    added: u64,
    changed: u64,
}

impl Progress {
    pub(crate) fn new(screen: &Screen, source: &str) -> Self {
        let total = screen.is_terminal().then(|| {
            let bar = screen.bars().add(ProgressBar::new_spinner());
            bar.set_style(style("{spinner} {msg}"));
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        let state = State {
            screen: screen.clone(),
            source: source.to_owned(),
            total,
            active: BTreeMap::new(),
            stream: Stream::default(),
            retired: BTreeMap::new(),
        };
        Self { state: Arc::new(Mutex::new(state)) }
    }

    /// Who tells it what happens.
    pub(crate) fn observer(&self) -> Observer {
        let state = Arc::clone(&self.state);
        Arc::new(move |event| state.lock().unwrap_or_else(PoisonError::into_inner).take(event))
    }

    /// Takes the bars away and gives what each stream retired.
    pub(crate) fn finish(self) -> BTreeMap<String, i64> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        for bar in std::mem::take(&mut state.active).into_values().flatten() {
            state.screen.bars().remove(&bar);
        }
        if let Some(bar) = state.total.take() {
            bar.finish_and_clear();
            state.screen.bars().remove(&bar);
        }
        std::mem::take(&mut state.retired)
    }
}

impl State {
    fn take(&mut self, event: SyncEvent) {
        match event {
            SyncEvent::StreamStarted { stream } => {
                self.stream = Stream { name: stream, ..Stream::default() };
            }
            SyncEvent::ScopeStarted { scope } => {
                let bar = self.bar(&scope);
                self.active.insert(scope, bar);
            }
            SyncEvent::Progress { scope, done, total } => self.progress(&scope, done, total),
            SyncEvent::ScopeEnded { scope, state, seen, added, changed } => {
                self.stream.scopes += 1;
                self.stream.incomplete += u64::from(state != ScopeState::Complete);
                self.stream.seen += seen;
                self.stream.added += added;
                self.stream.changed += changed;
                if let Some(Some(bar)) = self.active.remove(&scope) {
                    self.screen.bars().remove(&bar);
                }
            }
            SyncEvent::Problem { problem, note } => {
                tracing::debug!(class = %problem.class, code = problem.code, note, "{}", problem.message);
            }
            SyncEvent::Held { scope, facts, why } => tracing::info!(%scope, facts, "held: {why}"),
            SyncEvent::StreamEnded { stream, retired } => {
                *self.retired.entry(stream).or_default() += retired;
                self.ended(retired);
            }
        }
        self.tell();
    }

    fn progress(&mut self, scope: &ScopeKey, done: u64, total: Option<u64>) {
        // A scope that began while there were too many gets its bar when there is room.
        if matches!(self.active.get(scope), Some(None)) {
            let bar = self.bar(scope);
            self.active.insert(scope.clone(), bar);
        }
        if let Some(Some(bar)) = self.active.get(scope) {
            if let Some(total) = total {
                bar.set_length(total);
            }
            bar.set_position(done);
        }
    }

    fn bar(&self, scope: &ScopeKey) -> Option<ProgressBar> {
        self.total.as_ref()?;
        if self.active.values().flatten().count() >= MOST_BARS {
            return None;
        }
        let bar = self.screen.bars().add(ProgressBar::no_length());
        bar.set_style(style("  {msg} {pos}"));
        let name = if scope.part.is_empty() { &scope.realm } else { &scope.part };
        bar.set_message(text::start_of(&text::clean(name), 60));
        Some(bar)
    }

    fn tell(&self) {
        let Some(bar) = &self.total else { return };
        let Stream { name, scopes, seen, .. } = &self.stream;
        let active = self.active.len();
        let scopes = text::count(*scopes, "scope");
        bar.set_message(format!(
            "{}: {name}: {scopes} read, {active} under way, {seen} entities and relations",
            self.source
        ));
    }

    fn ended(&self, retired: i64) {
        if self.screen.is_terminal() {
            return;
        }
        let Stream { name, scopes, incomplete, seen, added, changed } = &self.stream;
        let incomplete =
            if *incomplete > 0 { format!(", {incomplete} not complete") } else { String::new() };
        self.screen.note(&format!(
            "{}: {name}: {}{incomplete}; {seen} seen, {added} added, {changed} changed, {retired} retired",
            self.source,
            text::count(*scopes, "scope"),
        ));
    }
}

fn style(template: &str) -> ProgressStyle {
    // The templates are the two above; one that is wrong would show the default bar.
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner())
}
