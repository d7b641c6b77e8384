//! Coverage as it is told: every count with what it is a part of.

use std::collections::BTreeMap;

use rollcall_engine::{ScopeCoverage, SourceCoverage};
use rollcall_model::{RunId, ScopeKey, ScopeState, Timestamp};
use serde::Serialize;

use crate::commands::problems::{self, Group};
use crate::config::hint;
use crate::failure::Failure;

/// How completely one source is known.
#[derive(Serialize)]
pub(super) struct SourceView {
    pub(super) source: String,
    pub(super) kind: String,
    pub(super) abandoned_at: Option<Timestamp>,
    pub(super) last_run: Option<RunView>,
    pub(super) scopes: u64,
    /// Read to their end at the last reading, with nothing held and nothing lost from view.
    pub(super) scopes_current: u64,
    pub(super) entities: i64,
    pub(super) relations: i64,
    pub(super) held: i64,
    pub(super) streams: Vec<StreamView>,
    pub(super) gaps: Vec<GapView>,
    pub(super) problems: Vec<Group>,
}

#[derive(Serialize)]
pub(super) struct RunView {
    pub(super) run: RunId,
    pub(super) started_at: Timestamp,
    pub(super) finished_at: Option<Timestamp>,
    pub(super) exit_code: Option<i64>,
}

/// The scopes of one stream.
#[derive(Serialize, Default)]
pub(super) struct StreamView {
    pub(super) stream: String,
    pub(super) scopes: u64,
    pub(super) current: u64,
    /// How the last readings ended.
    pub(super) states: BTreeMap<&'static str, u64>,
    /// When the scope that waits longest was last read completely.
    pub(super) oldest_complete_at: Option<Timestamp>,
    pub(super) never_complete: u64,
    pub(super) entities: i64,
    pub(super) relations: i64,
    pub(super) held: i64,
}

/// A scope that is not known to be current.
#[derive(Serialize)]
pub(super) struct GapView {
    pub(super) scope: ScopeKey,
    pub(super) state: Option<ScopeState>,
    pub(super) read_at: Option<Timestamp>,
    pub(super) complete_at: Option<Timestamp>,
    pub(super) held: i64,
    /// What the credential no longer sees.
    pub(super) lost: Vec<String>,
    pub(super) why: Vec<String>,
}

impl SourceView {
    pub(super) fn new(coverage: &SourceCoverage) -> Self {
        let mut view = Self::never_read(&coverage.source.name, &coverage.source.connector);
        view.abandoned_at = coverage.source.abandoned_at;
        view.last_run = coverage.last_run.as_ref().map(|run| RunView {
            run: run.id.clone(),
            started_at: run.started_at,
            finished_at: run.finished_at,
            exit_code: run.exit_code,
        });
        for one in &coverage.scopes {
            view.count(one, coverage.source.abandoned_at.is_some());
        }
        view.problems = problems::group(coverage.problems.iter().map(|p| (&p.problem, p.note)));
        view
    }

    /// Of a source that is configured and was never read.
    pub(super) fn never_read(name: &str, kind: &str) -> Self {
        Self {
            source: name.to_owned(),
            kind: kind.to_owned(),
            abandoned_at: None,
            last_run: None,
            scopes: 0,
            scopes_current: 0,
            entities: 0,
            relations: 0,
            held: 0,
            streams: Vec::new(),
            gaps: Vec::new(),
            problems: Vec::new(),
        }
    }

    fn count(&mut self, one: &ScopeCoverage, abandoned: bool) {
        let scope = &one.scope;
        let current = u64::from(!one.gap);
        self.scopes += 1;
        self.scopes_current += current;
        self.entities += scope.live_entities;
        self.relations += scope.live_relations;
        self.held += scope.held;
        if !self.streams.iter().any(|stream| stream.stream == scope.key.stream) {
            let stream = scope.key.stream.clone();
            self.streams.push(StreamView { stream, ..StreamView::default() });
        }
        if let Some(stream) = self.streams.iter_mut().find(|s| s.stream == scope.key.stream) {
            stream.scopes += 1;
            stream.current += current;
            *stream.states.entry(scope.state.map_or("unread", ScopeState::as_str)).or_default() +=
                1;
            stream.never_complete += u64::from(scope.complete_at.is_none());
            stream.oldest_complete_at = match (stream.oldest_complete_at, scope.complete_at) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (a, b) => a.or(b),
            };
            stream.entities += scope.live_entities;
            stream.relations += scope.live_relations;
            stream.held += scope.held;
        }
        if one.gap {
            self.gaps.push(GapView {
                scope: scope.key.clone(),
                state: scope.state,
                read_at: scope.read_at,
                complete_at: scope.complete_at,
                held: scope.held,
                lost: scope.lost.clone(),
                why: why(one, abandoned),
            });
        }
    }

    /// Leaves out what is current.
    pub(super) fn only_gaps(&mut self) {
        self.streams.retain(|stream| stream.current < stream.scopes);
    }
}

fn why(one: &ScopeCoverage, abandoned: bool) -> Vec<String> {
    let scope = &one.scope;
    let mut why = Vec::new();
    match scope.state {
        Some(ScopeState::Complete) => {}
        Some(state) => why.push(format!("the last reading was {state}")),
        None => why.push("no reading of it ended".to_owned()),
    }
    if scope.held > 0 {
        why.push(format!("{} held until confirmed", scope.held));
    }
    if !scope.lost.is_empty() {
        why.push(format!("the credential no longer sees {}", scope.lost.join(", ")));
    }
    if abandoned {
        why.push("its source is not configured any more".to_owned());
    }
    why
}

/// Keeps the named sources.
///
/// # Errors
/// When one is unknown.
pub(super) fn choose(views: &mut Vec<SourceView>, names: &[String]) -> Result<(), Failure> {
    let known: Vec<&str> = views.iter().map(|view| view.source.as_str()).collect();
    if let Some(unknown) = names.iter().find(|name| !known.contains(&name.as_str())) {
        let hint = hint(unknown, &known, "sources");
        return Err(Failure::new(
            "unknown_source",
            format!("no source is called {unknown:?}{hint}"),
        ));
    }
    if !names.is_empty() {
        views.retain(|view| names.contains(&view.source));
    }
    Ok(())
}
