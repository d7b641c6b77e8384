//! `rollcall source runs`.

use std::collections::BTreeMap;

use anyhow::Result;
use rollcall_model::{RunId, Timestamp};
use rollcall_store::{Runs, StoreError};
use rollcall_store_sql::OpenMode;
use serde::Serialize;

use crate::app::App;
use crate::commands::COMPLETE;
use crate::output::{Cell, Grid, Tone, text};

#[derive(Serialize)]
struct View {
    run: RunId,
    source: String,
    started_at: Timestamp,
    finished_at: Option<Timestamp>,
    exit_code: Option<i64>,
    scopes: BTreeMap<&'static str, u64>,
    seen: i64,
    added: i64,
    changed: i64,
    retired: i64,
    problems: usize,
}

pub(super) async fn run(app: &mut App, name: &str, limit: i64) -> Result<u8> {
    let store = app.store(&app.config()?, OpenMode::Read).await?;
    let row = store.sources().await?.into_iter().find(|source| source.name == name);
    let row = row.ok_or_else(|| StoreError::NotFound { what: "source", name: name.to_owned() })?;
    let mut views = Vec::new();
    for run in store.runs(row.id, Runs::All, limit).await? {
        let scopes = store.run_scopes(&run.id).await?;
        let mut states = BTreeMap::new();
        for scope in &scopes {
            *states.entry(scope.state.as_str()).or_default() += 1;
        }
        views.push(View {
            problems: store.run_problems(&run.id).await?.len(),
            run: run.id,
            source: name.to_owned(),
            started_at: run.started_at,
            finished_at: run.finished_at,
            exit_code: run.exit_code,
            scopes: states,
            seen: scopes.iter().map(|scope| scope.seen).sum(),
            added: scopes.iter().map(|scope| scope.added).sum(),
            changed: scopes.iter().map(|scope| scope.changed).sum(),
            retired: scopes.iter().map(|scope| scope.retired).sum(),
        });
    }
    store.close().await;
    if app.out.json() {
        for view in &views {
            app.out.object(view)?;
        }
        return Ok(COMPLETE);
    }
    let header =
        ["started", "ended", "took", "scopes", "seen", "added", "changed", "retired", "problems"];
    let mut grid = Grid::new(&header).numbers(4..9);
    for view in &views {
        let ended = match (view.finished_at, view.exit_code) {
            (None, _) => Cell::new("not, or not yet", Tone::Warn),
            (_, Some(0)) => Cell::new("complete", Tone::Good),
            (_, Some(1)) => Cell::new("nothing read", Tone::Bad),
            _ => Cell::new("not complete", Tone::Warn),
        };
        let took = view.finished_at.map(|at| at.seconds() - view.started_at.seconds());
        let states: Vec<String> =
            view.scopes.iter().map(|(state, count)| format!("{count} {state}")).collect();
        let mut row = vec![
            Cell::from(text::moment(view.started_at)),
            ended,
            took.map_or_else(Cell::none, |seconds| Cell::from(format!("{seconds} s"))),
            Cell::from(states.join(", ")),
        ];
        row.extend(
            [view.seen, view.added, view.changed, view.retired]
                .map(|n| Cell::count(n, Tone::Plain)),
        );
        row.push(Cell::count(view.problems as u64, Tone::Warn));
        grid.row(row);
    }
    app.out.grid(&grid)?;
    app.out.say(Tone::Quiet, &text::count(views.len() as u64, "reading"))?;
    Ok(COMPLETE)
}
