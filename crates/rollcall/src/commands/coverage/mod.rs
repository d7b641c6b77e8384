//! `rollcall coverage`.

mod view;

use anyhow::Result;
use clap::Args;
use rollcall_engine::coverage;
use rollcall_store_sql::OpenMode;

use crate::app::App;
use crate::commands::{COMPLETE, problems};
use crate::output::{Cell, Grid, Out, Tone, text};
use rollcall_model::{ScopeState, Timestamp};
use view::{GapView, SourceView, StreamView};

/// How many gaps of a source people are shown.
const MOST_GAPS: usize = 50;

#[derive(Args, Debug)]
pub(crate) struct CoverageArgs {
    /// Only these sources
    sources: Vec<String>,
    /// Only what is not known to be current, scope by scope
    #[arg(long)]
    gaps: bool,
}

pub(super) async fn run(app: &mut App, args: CoverageArgs) -> Result<u8> {
    let config = app.config()?;
    let store = app.store(&config, OpenMode::Read).await?;
    let mut views: Vec<SourceView> = coverage(&store).await?.iter().map(SourceView::new).collect();
    store.close().await;
    for source in &config.sources {
        if !views.iter().any(|view| view.source == source.name) {
            views.push(SourceView::never_read(&source.name, &source.kind));
        }
    }
    views.sort_by(|a, b| a.source.cmp(&b.source));
    view::choose(&mut views, &args.sources)?;
    if args.gaps {
        views.iter_mut().for_each(SourceView::only_gaps);
    }
    if app.out.json() {
        for view in &views {
            app.out.object(view)?;
        }
        return Ok(COMPLETE);
    }
    let now = app.now();
    for view in &views {
        print(&mut app.out, view, now, args.gaps)?;
    }
    let complete: u64 = views.iter().map(|view| view.scopes_current).sum();
    let scopes: u64 = views.iter().map(|view| view.scopes).sum();
    app.out.line("")?;
    let tone = if complete == scopes { Tone::Good } else { Tone::Warn };
    app.out.say(tone, &format!("{complete} of {} current", text::count(scopes, "scope")))?;
    Ok(COMPLETE)
}

fn print(out: &mut Out, view: &SourceView, now: Timestamp, gaps: bool) -> Result<()> {
    out.heading(&format!("{} ({})", view.source, view.kind))?;
    if let Some(at) = view.abandoned_at {
        let name = text::shell_word(&view.source);
        out.say(
            Tone::Warn,
            &format!(
                "  abandoned: not configured since {}; what it said is kept and may be old. `rollcall source forget \
                 {name}` lets go of it",
                text::moment_and_age(at, now)
            ),
        )?;
    }
    match &view.last_run {
        None => out.say(
            Tone::Warn,
            &format!("  never read; rollcall sync {}", text::shell_word(&view.source)),
        )?,
        Some(run) => {
            let how = match (run.finished_at, run.exit_code) {
                (None, _) => "did not end, or is under way",
                (_, Some(0)) => "complete",
                (_, Some(1)) => "nothing could be read",
                _ => "not complete",
            };
            out.line(&format!(
                "  last reading {}: {how}",
                text::moment_and_age(run.started_at, now)
            ))?;
        }
    }
    if view.scopes > 0 {
        out.line(&format!(
            "  {} of {} current; {} entities and {} relations live",
            view.scopes_current,
            text::count(view.scopes, "scope"),
            view.entities,
            view.relations
        ))?;
    }
    if gaps && view.gaps.is_empty() && view.last_run.is_some() {
        out.say(Tone::Good, "  no gaps")?;
    } else if gaps {
        out.grid(&gap_table(&view.gaps, now))?;
        if view.gaps.len() > MOST_GAPS {
            out.line(&format!("  and {} more; --json has all", view.gaps.len() - MOST_GAPS))?;
        }
    } else {
        out.grid(&stream_table(&view.streams, now))?;
    }
    problems::print(out, &view.problems)?;
    if view.held > 0 {
        let name = text::shell_word(&view.source);
        let facts = text::count(view.held, "fact");
        out.say(Tone::Warn, &format!("  held: {facts} wait for you: rollcall source held {name}"))?;
    }
    Ok(())
}

fn stream_table(streams: &[StreamView], now: Timestamp) -> Grid {
    let header =
        ["stream", "current", "last readings", "complete since", "entities", "relations", "held"];
    let mut grid = Grid::new(&header).numbers([4, 5, 6]).indented();
    for stream in streams {
        let tone = if stream.current == stream.scopes { Tone::Good } else { Tone::Warn };
        let states: Vec<String> =
            stream.states.iter().map(|(state, count)| format!("{count} {state}")).collect();
        let since = match (stream.never_complete, stream.oldest_complete_at) {
            (0, Some(at)) => Cell::from(text::age(at, now)),
            (0, None) => Cell::none(),
            (never, _) => Cell::new(format!("never: {never}"), Tone::Warn),
        };
        grid.row([
            Cell::from(stream.stream.as_str()),
            Cell::new(format!("{} of {}", stream.current, stream.scopes), tone),
            Cell::from(states.join(", ")),
            since,
            Cell::count(stream.entities, Tone::Plain),
            Cell::count(stream.relations, Tone::Plain),
            Cell::count(stream.held, Tone::Warn),
        ]);
    }
    grid
}

fn gap_table(gaps: &[GapView], now: Timestamp) -> Grid {
    let mut grid = Grid::new(&["scope", "last reading", "last complete", "why"]).indented();
    for gap in gaps.iter().take(MOST_GAPS) {
        let state = match gap.state {
            Some(ScopeState::Complete) => Cell::new("complete", Tone::Good),
            Some(state) => Cell::new(state.as_str(), Tone::Warn),
            None => Cell::new("none ended", Tone::Warn),
        };
        grid.row([
            Cell::from(gap.scope.to_string()),
            state,
            gap.complete_at.map_or_else(
                || Cell::new("never", Tone::Warn),
                |at| Cell::from(text::age(at, now)),
            ),
            Cell::from(gap.why.join("; ")),
        ]);
    }
    grid
}
