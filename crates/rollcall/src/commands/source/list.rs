//! `rollcall source list`.

use anyhow::Result;
use rollcall_engine::{SourceCoverage, coverage};
use rollcall_model::Timestamp;
use rollcall_store_sql::OpenMode;
use serde::Serialize;

use crate::app::App;
use crate::commands::COMPLETE;
use crate::config::Config;
use crate::failure::code_of;
use crate::output::{Cell, Grid, Tone, text};

#[derive(Serialize)]
struct View {
    source: String,
    kind: String,
    configured: bool,
    schedule: Option<String>,
    abandoned_at: Option<Timestamp>,
    last_run_at: Option<Timestamp>,
    last_exit_code: Option<i64>,
    scopes: usize,
    scopes_current: usize,
    held: i64,
}

pub(super) async fn run(app: &mut App) -> Result<u8> {
    let config = app.config()?;
    let known = match app.store(&config, OpenMode::Read).await {
        Ok(store) => {
            let known = coverage(&store).await?;
            store.close().await;
            known
        }
        // Before the first reading there are only configured ones.
        Err(error) if code_of(&error) == "no_store" => Vec::new(),
        Err(error) => return Err(error),
    };
    let views = views(&config, &known);
    if app.out.json() {
        for view in &views {
            app.out.object(view)?;
        }
        return Ok(COMPLETE);
    }
    let now = app.now();
    let header =
        ["source", "kind", "configured", "schedule", "last reading", "ended", "current", "held"];
    let mut grid = Grid::new(&header).numbers([7]);
    for view in &views {
        let configured = match (view.configured, view.abandoned_at) {
            (true, _) => Cell::from("yes"),
            (false, Some(at)) => Cell::new(format!("not since {}", text::date(at)), Tone::Warn),
            (false, None) => Cell::new("no", Tone::Warn),
        };
        let ended = match view.last_exit_code {
            Some(0) => Cell::new("complete", Tone::Good),
            Some(1) => Cell::new("nothing read", Tone::Bad),
            Some(_) => Cell::new("not complete", Tone::Warn),
            None => Cell::none(),
        };
        grid.row([
            Cell::from(view.source.as_str()),
            Cell::from(view.kind.as_str()),
            configured,
            view.schedule.as_deref().map_or_else(Cell::none, Cell::from),
            view.last_run_at.map_or_else(
                || Cell::new("never", Tone::Warn),
                |at| Cell::from(text::age(at, now)),
            ),
            ended,
            Cell::from(format!("{} of {}", view.scopes_current, view.scopes)),
            Cell::count(view.held, Tone::Warn),
        ]);
    }
    app.out.grid(&grid)?;
    app.out.say(Tone::Quiet, &text::count(views.len() as u64, "source"))?;
    Ok(COMPLETE)
}

fn views(config: &Config, known: &[SourceCoverage]) -> Vec<View> {
    let mut views: Vec<View> = known
        .iter()
        .map(|one| View {
            source: one.source.name.clone(),
            kind: one.source.connector.clone(),
            configured: false,
            schedule: None,
            abandoned_at: one.source.abandoned_at,
            last_run_at: one.last_run.as_ref().map(|run| run.started_at),
            last_exit_code: one.last_run.as_ref().and_then(|run| run.exit_code),
            scopes: one.scopes.len(),
            scopes_current: one.scopes.iter().filter(|scope| !scope.gap).count(),
            held: one.scopes.iter().map(|scope| scope.scope.held).sum(),
        })
        .collect();
    for source in &config.sources {
        let schedule = (!source.is_pushed()).then(|| source.schedule.to_string());
        match views.iter_mut().find(|view| view.source == source.name) {
            Some(view) => (view.configured, view.schedule) = (true, schedule),
            None => views.push(View {
                source: source.name.clone(),
                kind: source.kind.clone(),
                configured: true,
                schedule,
                abandoned_at: None,
                last_run_at: None,
                last_exit_code: None,
                scopes: 0,
                scopes_current: 0,
                held: 0,
            }),
        }
    }
    views.sort_by(|a, b| a.source.cmp(&b.source));
    views
}
