//! `rollcall check --plan`: the requests that reading a source now would take.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::Result;
use rollcall_connector::{Connector, Plan, PlanRequest};
use rollcall_engine::pasts;
use rollcall_store_sql::OpenMode;
use serde::Serialize;

use crate::app::App;
use crate::commands::{COMPLETE, INCOMPLETE, NOTHING};
use crate::config::Config;
use crate::failure::code_of;
use crate::output::{Cell, Grid, Out, Tone};
use crate::sources::{self, Checked};

#[derive(Serialize)]
struct View {
    source: String,
    kind: String,
    /// Requests now, of all streams.
    requests: u64,
    /// Requests left for later runs.
    later: u64,
    /// `None` where nothing is budgeted.
    plan: Option<Plan>,
    error: Option<Error>,
}

#[derive(Serialize)]
struct Error {
    code: String,
    message: String,
}

pub(super) async fn run(
    app: &mut App,
    config: &Config,
    checked: &[Checked<'_>],
    literal_key: [u8; 32],
) -> Result<u8> {
    let mut failed = 0;
    for one in checked {
        let outcome = match sources::build(config, one, literal_key).await {
            Ok(connector) => plan(app, config, one, &connector).await,
            Err(error) => Err(error),
        };
        let view = View::new(one, outcome);
        failed += usize::from(view.error.is_some());
        view.print(&mut app.out)?;
        app.out.flush()?;
    }
    Ok(match failed {
        0 => COMPLETE,
        all if all == checked.len() => NOTHING,
        _ => INCOMPLETE,
    })
}

async fn plan(
    app: &App,
    config: &Config,
    one: &Checked<'_>,
    connector: &Arc<dyn Connector>,
) -> Result<Option<Plan>> {
    let past = match app.store(config, OpenMode::Read).await {
        Ok(store) => {
            let past = pasts(&store, &one.source.name, connector.definition()).await;
            store.close().await;
            past?
        }
        // Nothing was read yet.
        Err(error) if code_of(&error) == "no_store" => BTreeMap::new(),
        Err(error) => return Err(error),
    };
    let mut plan = connector.plan(PlanRequest { now: app.now(), past }).await?;
    if let Some(plan) = &mut plan {
        let skipped = |stream: &str| one.source.skip_streams.iter().any(|(s, _)| s == stream);
        plan.streams.retain(|stream| !skipped(&stream.stream));
    }
    Ok(plan)
}

impl View {
    fn new(one: &Checked<'_>, outcome: Result<Option<Plan>>) -> Self {
        let (plan, error) = match outcome {
            Ok(plan) => (plan, None),
            Err(error) => {
                (None, Some(Error { code: code_of(&error), message: format!("{error:#}") }))
            }
        };
        Self {
            source: one.source.name.clone(),
            kind: one.source.kind.clone(),
            requests: plan.as_ref().map_or(0, Plan::requests),
            later: plan.as_ref().map_or(0, Plan::later),
            plan,
            error,
        }
    }

    fn print(&self, out: &mut Out) -> Result<()> {
        if out.json() {
            return out.object(self);
        }
        out.heading(&format!("{} ({})", self.source, self.kind))?;
        if let Some(error) = &self.error {
            return out.say(Tone::Bad, &format!("  nothing could be planned: {}", error.message));
        }
        let Some(plan) = &self.plan else {
            return out.say(Tone::Quiet, "  nothing is budgeted: it reads everything every time");
        };
        out.grid(&grid(plan))?;
        for budget in &plan.budgets {
            let bound = budget.per_hour.map_or_else(
                || "no limit an hour".to_owned(),
                |limit| format!("{limit} requests an hour"),
            );
            let at_once = budget.concurrency;
            out.line(&format!("  {}: {bound}, {at_once} at the same time", budget.name))?;
        }
        let later = match self.later {
            0 => String::new(),
            later => format!("; {later} are left for later runs"),
        };
        out.line(&format!("  {} requests now{later}", self.requests))
    }
}

fn grid(plan: &Plan) -> Grid {
    let mut grid =
        Grid::new(&["stream", "realm", "scopes", "requests", "later", "first", ""]).indented();
    for stream in &plan.streams {
        grid.row([
            Cell::from(stream.stream.as_str()),
            Cell::from(stream.realm.as_str()),
            Cell::from(stream.scopes.to_string()),
            Cell::from(stream.requests.to_string()),
            Cell::from(stream.later.to_string()),
            Cell::from(if stream.priority { "yes" } else { "" }),
            Cell::from(stream.note.as_deref().unwrap_or_default()),
        ]);
    }
    grid
}
