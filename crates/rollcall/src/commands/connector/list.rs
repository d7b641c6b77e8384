//! `rollcall connector list`.

use anyhow::Result;
use serde::Serialize;

use crate::app::App;
use crate::commands::COMPLETE;
use crate::output::{Cell, Grid, Tone};
use crate::registry::CONNECTORS;

#[derive(Serialize)]
struct View {
    id: String,
    title: String,
    summary: String,
    provider: String,
    streams: usize,
    kinds: usize,
}

pub(super) fn run(app: &mut App) -> Result<u8> {
    let mut grid = Grid::new(&["id", "title", "streams", "kinds"]).numbers([2, 3]);
    for registration in &CONNECTORS {
        let definition = (registration.definition)();
        let view = View {
            streams: definition.streams.len(),
            kinds: definition.kinds.len(),
            id: definition.id,
            title: definition.title,
            summary: definition.summary,
            provider: definition.provider,
        };
        if app.out.json() {
            app.out.object(&view)?;
        } else {
            let count = |n: usize| Cell::count(n as u64, Tone::Plain);
            grid.row([
                Cell::from(view.id),
                Cell::from(view.title),
                count(view.streams),
                count(view.kinds),
            ]);
        }
    }
    if !app.out.json() {
        app.out.grid(&grid)?;
        app.out.say(
            Tone::Quiet,
            "a program of your own can be one too: kind = \"external\", program = \"…\" (rollcall connector test)",
        )?;
    }
    Ok(COMPLETE)
}
