//! What a reading of one source came to.

use std::collections::BTreeMap;

use anyhow::Result;
use rollcall_connector::Definition;
use rollcall_engine::{Collected, HeldSet, RunReport, SyncOptions};
use rollcall_model::{ExitCode, RunId, ScopeKey, ScopeState};
use serde::{Deserialize, Serialize};

use crate::commands::problems::{self, Group};
use crate::failure::code_of;
use crate::output::{Cell, Grid, Out, Tone, text};
use crate::sources::Checked;

/// How it was read, what the run did, what each stream retired, and what waits for a human.
type Outcome<'r> = (&'r SyncOptions, &'r RunReport, &'r BTreeMap<String, i64>, &'r HeldSet);

/// What a reading of one source came to.
#[derive(Serialize, Deserialize)]
pub(crate) struct Report {
    source: String,
    kind: String,
    /// None where nothing could be begun.
    run: Option<RunId>,
    exit_code: u8,
    streams: Vec<StreamReport>,
    /// Streams that were left out, by the configuration or on request.
    left_out: Vec<String>,
    resumed_scopes: usize,
    closed_scopes: usize,
    problems: Vec<Group>,
    held: Option<Held>,
    error: Option<Error>,
}

#[derive(Serialize, Deserialize)]
struct StreamReport {
    stream: String,
    scopes: BTreeMap<String, u64>,
    seen: u64,
    added: u64,
    changed: u64,
    retired: i64,
    held: i64,
}

/// What waits for a human.
#[derive(Serialize, Deserialize)]
struct Held {
    set: String,
    facts: usize,
    scopes: Vec<HeldScope>,
    look: String,
    confirm: String,
}

#[derive(Serialize, Deserialize)]
struct HeldScope {
    scope: ScopeKey,
    facts: i64,
    why: String,
}

#[derive(Serialize, Deserialize)]
struct Error {
    code: String,
    message: String,
}

impl Report {
    /// Of a source that could not even be begun.
    pub(super) fn unreadable(checked: &Checked, error: &anyhow::Error) -> Self {
        Self {
            source: checked.source.name.clone(),
            kind: checked.source.kind.clone(),
            run: None,
            exit_code: ExitCode::Nothing as u8,
            streams: Vec::new(),
            left_out: Vec::new(),
            resumed_scopes: 0,
            closed_scopes: 0,
            problems: Vec::new(),
            held: None,
            error: Some(Error { code: code_of(error), message: format!("{error:#}") }),
        }
    }

    pub(super) fn new(
        checked: &Checked,
        options: &SyncOptions,
        run: &RunReport,
        retired: &BTreeMap<String, i64>,
        held: &HeldSet,
    ) -> Self {
        let skip = checked.source.skip_streams.iter().map(|(stream, _)| stream.as_str());
        let skip: Vec<&str> = skip.collect();
        Self::of(&checked.source.kind, &checked.definition, &skip, (options, run, retired, held))
    }

    /// Of what another machine read.
    pub(crate) fn collected(collected: &Collected<'_>) -> Self {
        let Collected { source, definition, options, run, retired, held } = collected;
        let skip: Vec<&str> = source.spec.skip_streams.iter().map(String::as_str).collect();
        Self::of(&source.kind, definition, &skip, (options, run, retired, held))
    }

    fn of(
        kind: &str,
        definition: &Definition,
        skip: &[&str],
        (options, run, retired, held): Outcome<'_>,
    ) -> Self {
        let skipped = |stream: &str| {
            skip.contains(&stream)
                || !(options.streams.is_empty() || options.streams.iter().any(|s| s == stream))
        };
        let (left_out, read): (Vec<_>, Vec<_>) =
            definition.streams.iter().map(|s| s.name.as_str()).partition(|s| skipped(s));
        let source = run.source.clone();
        Self {
            streams: read.into_iter().map(|stream| stream_report(stream, run, retired)).collect(),
            left_out: left_out.into_iter().map(str::to_owned).collect(),
            kind: kind.to_owned(),
            run: Some(run.run.clone()),
            exit_code: run.exit_code() as u8,
            resumed_scopes: run.resumed,
            closed_scopes: run.closed,
            problems: problems::group(run.problems.iter().map(|(p, note)| (p, *note))),
            held: waiting(&source, run, held),
            error: None,
            source,
        }
    }

    pub(crate) fn exit_code(&self) -> ExitCode {
        match self.exit_code {
            0 => ExitCode::Complete,
            2 => ExitCode::Incomplete,
            _ => ExitCode::Nothing,
        }
    }

    pub(crate) fn print(&self, out: &mut Out) -> Result<()> {
        if out.json() {
            return out.object(self);
        }
        let (tone, verdict) = match self.exit_code() {
            ExitCode::Complete => (Tone::Good, "read completely"),
            ExitCode::Incomplete => (Tone::Warn, "not read completely"),
            ExitCode::Nothing => (Tone::Bad, "could not be read"),
        };
        out.heading(&format!("{} ({})", self.source, self.kind))?;
        if let Some(error) = &self.error {
            return out.say(Tone::Bad, &format!("  {verdict}: {}", error.message));
        }
        out.say(tone, &format!("  {verdict}"))?;
        out.grid(&self.table())?;
        if !self.left_out.is_empty() {
            out.say(Tone::Quiet, &format!("  left out: {}", self.left_out.join(", ")))?;
        }
        if self.resumed_scopes > 0 {
            let scopes = text::count(self.resumed_scopes as u64, "scope");
            out.line(&format!("  {scopes} taken over from the reading before"))?;
        }
        problems::print(out, &self.problems)?;
        self.print_held(out)
    }

    fn table(&self) -> Grid {
        let states = [
            ScopeState::Partial,
            ScopeState::Failed,
            ScopeState::Forbidden,
            ScopeState::Skipped,
            ScopeState::Superseded,
        ];
        // A state that no scope is in gets no column.
        let shown: Vec<ScopeState> = states
            .into_iter()
            .filter(|state| self.streams.iter().any(|s| s.scopes.contains_key(state.as_str())))
            .collect();
        let mut header = vec!["stream", "complete"];
        header.extend(shown.iter().map(|state| state.as_str()));
        header.extend(["seen", "added", "changed", "retired", "held"]);
        let mut grid = Grid::new(&header).numbers(1..header.len()).indented();
        for stream in &self.streams {
            let of = |state: ScopeState| stream.scopes.get(state.as_str()).copied().unwrap_or(0);
            let all: u64 = stream.scopes.values().sum();
            let complete = of(ScopeState::Complete);
            let tone = if complete == all { Tone::Plain } else { Tone::Warn };
            let mut row = vec![
                Cell::from(stream.stream.as_str()),
                Cell::new(format!("{complete} of {all}"), tone),
            ];
            row.extend(shown.iter().map(|state| Cell::count(of(*state), Tone::Warn)));
            row.extend(
                [stream.seen, stream.added, stream.changed].map(|n| Cell::count(n, Tone::Plain)),
            );
            row.extend([
                Cell::count(stream.retired, Tone::Plain),
                Cell::count(stream.held, Tone::Warn),
            ]);
            grid.row(row);
        }
        grid
    }

    fn print_held(&self, out: &mut Out) -> Result<()> {
        let Some(held) = &self.held else { return Ok(()) };
        let facts = text::count(held.facts as u64, "fact");
        out.say(
            Tone::Warn,
            &format!("  held: {facts} were not seen any more and stay live until you confirm that they are gone"),
        )?;
        for HeldScope { scope, facts, why } in &held.scopes {
            out.line(&format!("    {scope}: {facts}: {why}"))?;
        }
        out.line(&format!("    look:    {}", held.look))?;
        out.line(&format!("    confirm: {}", held.confirm))
    }
}

fn stream_report(stream: &str, run: &RunReport, retired: &BTreeMap<String, i64>) -> StreamReport {
    let mut report = StreamReport {
        stream: stream.to_owned(),
        scopes: BTreeMap::new(),
        seen: 0,
        added: 0,
        changed: 0,
        retired: retired.get(stream).copied().unwrap_or(0),
        held: run.held.iter().filter(|(key, ..)| key.stream == stream).map(|(_, n, _)| n).sum(),
    };
    for outcome in run.scopes.iter().filter(|outcome| outcome.scope.stream == stream) {
        *report.scopes.entry(outcome.state.to_string()).or_default() += 1;
        report.seen += outcome.seen;
        report.added += outcome.added;
        report.changed += outcome.changed;
    }
    for (_, state) in run.failed_streams.iter().filter(|(failed, _)| failed == stream) {
        *report.scopes.entry(state.to_string()).or_default() += 1;
    }
    report
}

fn waiting(source: &str, run: &RunReport, held: &HeldSet) -> Option<Held> {
    if held.facts.is_empty() {
        return None;
    }
    let name = text::shell_word(source);
    Some(Held {
        set: held.id.clone(),
        facts: held.facts.len(),
        scopes: run
            .held
            .iter()
            .map(|(scope, facts, why)| HeldScope {
                scope: scope.clone(),
                facts: *facts,
                why: why.clone(),
            })
            .collect(),
        look: format!("rollcall source held {name}"),
        confirm: format!("rollcall source confirm {name} {}", held.id),
    })
}
