//! `rollcall source rename` and `rollcall source forget`.

use anyhow::Result;
use rollcall_store::StoreError;
use rollcall_store_sql::OpenMode;
use serde::Serialize;

use crate::app::App;
use crate::commands::COMPLETE;
use crate::failure::Failure;
use crate::output::text;

#[derive(Serialize)]
struct Renamed {
    old: String,
    new: String,
    /// Whether the configuration uses the new name already.
    configured: bool,
}

#[derive(Serialize)]
struct Forgotten {
    source: String,
    retired: i64,
    closed_scopes: usize,
}

pub(super) async fn rename(app: &mut App, old: &str, new: &str) -> Result<u8> {
    let config = app.config()?;
    app.store(&config, OpenMode::Read).await?.close().await;
    let store = app.store(&config, OpenMode::Write).await?;
    store.rename_source(old, new).await?;
    store.close().await;
    let configured = config.sources.iter().any(|source| source.name == new);
    if app.out.json() {
        let (old, new) = (old.to_owned(), new.to_owned());
        app.out.object(&Renamed { old, new, configured })?;
        return Ok(COMPLETE);
    }
    app.out.line(&format!("source {old} is now called {new}; everything of it stays"))?;
    if !configured {
        app.out.line(&format!(
            "write name = \"{new}\" into {} too: otherwise the next `rollcall sync` takes {new} for a source that \
             is not configured any more",
            config.file.display()
        ))?;
    }
    Ok(COMPLETE)
}

pub(super) async fn forget(app: &mut App, name: &str, yes: bool) -> Result<u8> {
    let config = app.config()?;
    let store = app.store(&config, OpenMode::Read).await?;
    let row = store.sources().await?.into_iter().find(|source| source.name == name);
    let row = row.ok_or_else(|| StoreError::NotFound { what: "source", name: name.to_owned() })?;
    let scopes = store.scopes_of(row.id).await?;
    store.close().await;
    let open: Vec<_> = scopes.iter().filter(|scope| scope.closed_at.is_none()).collect();
    let (entities, relations) = (
        open.iter().map(|scope| scope.live_entities).sum::<i64>(),
        open.iter().map(|scope| scope.live_relations).sum::<i64>(),
    );
    let what = format!(
        "forgetting {name} closes {}: what it said about {entities} entities and {relations} relations is then no \
         longer live, unless other sources say it too. Its history stays",
        text::count(open.len() as u64, "scope"),
    );
    if config.sources.iter().any(|source| source.name == name) {
        app.screen.warn(&format!(
            "source {name} is still configured: the next `rollcall sync` reads it again"
        ));
    }
    if !yes {
        let agreed = app.screen.can_ask() && app.screen.ask(&format!("{what}. Go on?"));
        if !agreed {
            let message = format!("{what}. Nothing was changed; --yes does it");
            return Err(Failure::new("not_confirmed", message).into());
        }
    }
    let store = app.store(&config, OpenMode::Write).await?;
    let outcome = store.forget_source(name, app.now()).await?;
    store.close().await;
    let view =
        Forgotten { source: name.to_owned(), retired: outcome.total(), closed_scopes: open.len() };
    if app.out.json() {
        app.out.object(&view)?;
    } else {
        let retired = text::count(view.retired, "claim");
        app.out
            .line(&format!("source {name} is forgotten: {retired} retired; their history stays"))?;
    }
    Ok(COMPLETE)
}
