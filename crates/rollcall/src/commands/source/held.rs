//! `rollcall source held` and `rollcall source confirm`.

use anyhow::Result;
use rollcall_engine::held_set;
use rollcall_model::ScopeKey;
use rollcall_store::{ClaimTable, HeldFact};
use rollcall_store_sql::OpenMode;
use serde::Serialize;

use crate::app::App;
use crate::commands::COMPLETE;
use crate::output::{Cell, Grid, Tone, text};

/// How many facts people are shown.
const MOST_FACTS: usize = 200;

#[derive(Serialize)]
struct View {
    source: String,
    /// Names exactly these facts; a confirmation binds to it.
    set: String,
    facts: Vec<FactView>,
    /// Scopes in which the credential sees less than before.
    narrowed: Vec<Narrowed>,
    confirm: Option<String>,
}

#[derive(Serialize)]
struct FactView {
    scope: ScopeKey,
    fact: &'static str,
    name: String,
    reason: &'static str,
}

#[derive(Serialize)]
struct Narrowed {
    scope: ScopeKey,
    lost: Vec<String>,
}

#[derive(Serialize)]
struct Confirmed {
    source: String,
    set: String,
    retired: i64,
    closed_scopes: usize,
    /// Scopes that were being read just then; they keep what is held.
    busy_scopes: usize,
}

pub(super) async fn held(app: &mut App, name: &str) -> Result<u8> {
    let store = app.store(&app.config()?, OpenMode::Read).await?;
    let held = held_set(&store, name).await?;
    let row = store.sources().await?.into_iter().find(|source| source.name == name);
    let scopes = match row {
        Some(row) => store.scopes_of(row.id).await?,
        None => Vec::new(),
    };
    store.close().await;
    let narrowed: Vec<Narrowed> = scopes
        .into_iter()
        .filter(|scope| !scope.lost.is_empty())
        .map(|scope| Narrowed { scope: scope.key, lost: scope.lost })
        .collect();
    let waits = !held.facts.is_empty() || !narrowed.is_empty();
    let view = View {
        source: name.to_owned(),
        confirm: waits
            .then(|| format!("rollcall source confirm {} {}", text::shell_word(name), held.id)),
        set: held.id,
        facts: held.facts.into_iter().map(fact).collect(),
        narrowed,
    };
    if app.out.json() {
        app.out.object(&view)?;
    } else {
        print(app, &view)?;
    }
    Ok(COMPLETE)
}

fn fact(fact: HeldFact) -> FactView {
    let HeldFact { scope, table, name, reason, .. } = fact;
    let sort = match table {
        ClaimTable::Entity => "entity",
        ClaimTable::Relation => "relation",
        ClaimTable::Reference => "reference",
    };
    FactView { scope, fact: sort, name, reason: reason.as_str() }
}

fn print(app: &mut App, view: &View) -> Result<()> {
    let Some(confirm) = &view.confirm else {
        return app.out.line(&format!("nothing of source {} waits for you", view.source));
    };
    for Narrowed { scope, lost } in &view.narrowed {
        let lost = lost.join(", ");
        app.out.say(Tone::Warn, &format!("{scope}: the credential no longer sees {lost}"))?;
    }
    let mut grid = Grid::new(&["scope", "fact", "what", "why"]);
    for fact in view.facts.iter().take(MOST_FACTS) {
        let why = match fact.reason {
            "brake" => "too many at once",
            "visibility" => "the credential sees less",
            other => other,
        };
        grid.row([
            Cell::from(fact.scope.to_string()),
            Cell::from(fact.fact),
            Cell::from(fact.name.as_str()),
            Cell::from(why),
        ]);
    }
    app.out.grid(&grid)?;
    if view.facts.len() > MOST_FACTS {
        app.out.line(&format!("and {} more; --json has all", view.facts.len() - MOST_FACTS))?;
    }
    let facts = text::count(view.facts.len() as u64, "fact");
    app.out.line(&format!(
        "{facts} stay live until a reading sees them again or you confirm that they are gone:"
    ))?;
    app.out.line(&format!("  {confirm}"))
}

pub(super) async fn confirm(app: &mut App, name: &str, set: &str) -> Result<u8> {
    let config = app.config()?;
    // Confirming makes nothing: a store that is not there is an error here too.
    app.store(&config, OpenMode::Read).await?.close().await;
    let store = app.store(&config, OpenMode::Write).await?;
    let outcome = rollcall_engine::confirm(&store, name, set, app.now()).await?;
    store.close().await;
    let view = Confirmed {
        source: name.to_owned(),
        set: set.to_owned(),
        retired: outcome.total(),
        closed_scopes: outcome.closed.len(),
        busy_scopes: outcome.busy.len(),
    };
    if app.out.json() {
        app.out.object(&view)?;
        return Ok(COMPLETE);
    }
    app.out
        .line(&format!("{} retired; their history stays", text::count(view.retired, "claim")))?;
    if view.busy_scopes > 0 {
        let scopes = text::count(view.busy_scopes as u64, "scope");
        app.out.say(
            Tone::Warn,
            &format!("{scopes} being read just now keep what is held; look again later"),
        )?;
    }
    Ok(COMPLETE)
}
