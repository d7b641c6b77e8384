//! `rollcall migrate`.

use anyhow::Result;
use clap::Args;
use rollcall_store::StoreError;
use rollcall_store_sql::OpenMode;
use serde::Serialize;

use crate::app::App;
use crate::commands::{COMPLETE, INCOMPLETE};

#[derive(Args, Debug)]
pub(crate) struct MigrateArgs {
    /// Only say whether it is needed; exit code 2 says it is
    #[arg(long)]
    check: bool,
}

#[derive(Serialize)]
struct View {
    store: String,
    state: &'static str,
}

pub(super) async fn run(app: &mut App, args: MigrateArgs) -> Result<u8> {
    let config = app.config()?;
    let state = match app.store(&config, OpenMode::Read).await {
        Ok(store) => {
            let view = View { store: store.address(), state: "current" };
            store.close().await;
            return print(app, &view, "is of this program's schema already");
        }
        Err(error) => match (error.downcast_ref::<StoreError>(), crate::failure::code_of(&error)) {
            (Some(StoreError::OldSchema(_)), _) => "old",
            (None, code) if code == "no_store" => "absent",
            _ => return Err(error),
        },
    };
    if args.check {
        let store = "the configured store".to_owned();
        print(
            app,
            &View { store, state },
            "is not of this program's schema; run `rollcall migrate`",
        )?;
        return Ok(INCOMPLETE);
    }
    let store = app.store(&config, OpenMode::Write).await?;
    let view = View { store: store.address(), state: "migrated" };
    store.close().await;
    print(app, &view, "is now of this program's schema")
}

fn print(app: &mut App, view: &View, words: &str) -> Result<u8> {
    if app.out.json() {
        app.out.object(view)?;
    } else {
        app.out.line(&format!("{} {words}", view.store))?;
    }
    Ok(COMPLETE)
}
