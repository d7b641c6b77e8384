//! `rollcall why`.

mod print;

use anyhow::Result;
use clap::Args;
use rollcall_model::{Judgement, PublicId};
use rollcall_store_sql::OpenMode;
use serde::Serialize;

use crate::app::App;
use crate::commands::COMPLETE;
use crate::failure::Failure;
use crate::lookup::{Found, lookup};
use crate::snapshot;

#[derive(Args, Debug)]
pub(crate) struct WhyArgs {
    /// A name, a native id, or the id that `rollcall ls --json` gives
    #[arg(value_name = "NAME|ID")]
    entity: String,
    /// As it was known at a time: 7d, 12h, 2026-05-03, 2026-05-03T10:00:00Z
    #[arg(long, value_name = "TIME")]
    as_of: Option<String>,
}

/// Everything that is concluded of an entity, as programs get it.
#[derive(Serialize)]
struct View<'s> {
    name: &'s str,
    kind: &'s str,
    #[serde(flatten)]
    judgement: Judgement,
}

pub(super) async fn run(app: &mut App, args: WhyArgs) -> Result<u8> {
    let config = app.config()?;
    let store = app.store(&config, OpenMode::Read).await?;
    let (known, now) = match &args.as_of {
        Some(time) => snapshot::as_of(&store, time, app.now()).await?,
        None => (snapshot::load(app, &config, &store).await?.snapshot, app.now()),
    };
    let id = match lookup(&store, &args.entity).await? {
        Found::Entity(entity) => entity.key.node_id(),
        Found::Stub(reference) => reference.node_id(),
    };
    store.close().await;
    let node = known.node(id).ok_or_else(|| {
        Failure::new("unknown_entity", format!("{} was not known then", args.entity))
    })?;
    let entity = known.entity(node);
    let judge = snapshot::judge(&config);
    let judgement = judge.analysis(&known, now).judge(node);
    let view = View { name: entity.name(), kind: entity.kind(), judgement };
    if app.out.json() {
        app.out.object(&view)?;
    } else {
        let id: Option<PublicId> = entity.public_id();
        print::print(&mut app.out, (view.name, view.kind, id), &view.judgement)?;
    }
    Ok(COMPLETE)
}
