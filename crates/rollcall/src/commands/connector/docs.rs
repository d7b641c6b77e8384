//! `rollcall connector docs`.

use std::path::Path;

use anyhow::Result;
use rollcall_connector::Definition;
use serde::Serialize;

use super::{DocsArgs, page};
use crate::app::App;
use crate::commands::{COMPLETE, NOTHING};
use crate::failure::Failure;
use crate::registry::CONNECTORS;

#[derive(Serialize)]
struct View {
    connector: String,
    file: String,
    /// `current`, `written` or `stale`.
    state: &'static str,
}

pub(super) fn run(app: &mut App, args: DocsArgs) -> Result<u8> {
    let mut stale = false;
    for registration in &CONNECTORS {
        let definition = (registration.definition)();
        let view = match (&args.write, &args.check) {
            (Some(folder), _) => one(folder, &definition, true)?,
            (None, Some(folder)) => one(folder, &definition, false)?,
            // clap asks for one of them.
            (None, None) => return Ok(NOTHING),
        };
        stale |= view.state == "stale";
        if app.out.json() {
            app.out.object(&view)?;
        } else {
            app.out.line(&format!("{}: {}", view.file, view.state))?;
        }
    }
    if stale && !app.out.json() {
        app.screen.warn("run `rollcall connector docs --write DIR` to bring them up to date");
    }
    Ok(if stale { NOTHING } else { COMPLETE })
}

fn one(folder: &Path, definition: &Definition, write: bool) -> Result<View> {
    let file = folder.join(format!("{}.md", definition.id));
    let view =
        |state| View { connector: definition.id.clone(), file: file.display().to_string(), state };
    let found = match std::fs::read_to_string(&file) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => return Err(Failure::new("io", format!("{}: {error}", file.display())).into()),
    };
    let expected = match &found {
        None => page::new_page(definition),
        Some(text) => page::replaced(text, definition),
    };
    if found.as_ref() == Some(&expected) {
        return Ok(view("current"));
    }
    if !write {
        return Ok(view("stale"));
    }
    std::fs::create_dir_all(folder)?;
    std::fs::write(&file, expected)?;
    Ok(view("written"))
}
