//! `rollcall version`.

use anyhow::Result;
use serde::Serialize;

use crate::app::{App, VERSION};
use crate::commands::COMPLETE;

#[derive(Serialize)]
struct View {
    name: &'static str,
    version: &'static str,
}

pub(super) fn run(app: &mut App) -> Result<u8> {
    if app.out.json() {
        app.out.object(&View { name: "rollcall", version: VERSION })?;
    } else {
        app.out.line(&format!("rollcall {VERSION}"))?;
    }
    Ok(COMPLETE)
}
