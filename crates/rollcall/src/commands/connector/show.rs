//! `rollcall connector show`.

use anyhow::Result;
use rollcall_connector::{Definition, Rank};

use super::page;
use crate::app::App;
use crate::commands::COMPLETE;
use crate::config::expected;
use crate::output::{Cell, Grid, Out, Tone};

pub(super) fn run(app: &mut App, id: &str, markdown: bool) -> Result<u8> {
    let definition = super::definition(id)?;
    if markdown {
        app.out.document(&page::generated(&definition))?;
    } else if app.out.json() {
        app.out.object(&definition)?;
    } else {
        print(&mut app.out, &definition)?;
    }
    Ok(COMPLETE)
}

fn print(out: &mut Out, definition: &Definition) -> Result<()> {
    out.say(Tone::Heading, &format!("{} ({})", definition.title, definition.id))?;
    out.line(&definition.summary)?;
    out.heading("Streams")?;
    for stream in &definition.streams {
        let rank = rank(stream.rank);
        out.line(&format!("  {}: {}", stream.name, stream.title))?;
        out.say(
            Tone::Quiet,
            &format!("    {rank}{}", if stream.shifting { ", pages can shift" } else { "" }),
        )?;
        out.line(&format!("    sees:       {}", stream.sees))?;
        for blind in &stream.blind_spots {
            out.line(&format!("    cannot see: {blind}"))?;
        }
        if !stream.permissions.is_empty() {
            let tier =
                stream.tier.as_ref().map(|tier| format!(" (tier {tier})")).unwrap_or_default();
            out.line(&format!("    needs:      {}{tier}", stream.permissions.join(", ")))?;
        }
    }
    out.heading("Kinds")?;
    for kind in &definition.kinds {
        let keyed = if kind.name_keyed { "; has no immutable id, only a name" } else { "" };
        out.line(&format!("  {} ({}): {}{keyed}", kind.kind, kind.entity_type, kind.title))?;
        let mut grid = Grid::new(&["", "", ""]).indented();
        for attribute in &kind.attributes {
            grid.row([
                Cell::from(format!("  {}", attribute.name)),
                Cell::new(&attribute.shape, Tone::Quiet),
                Cell::from(attribute.title.as_str()),
            ]);
        }
        out.grid(&grid)?;
    }
    out.heading("Configuration")?;
    let mut grid = Grid::new(&["field", "is", "default", "does"]).indented();
    for field in &definition.config {
        let default = match (&field.default, field.required) {
            (_, true) => Cell::new("required", Tone::Warn),
            (Some(default), false) => Cell::from(default.as_str()),
            (None, false) => Cell::none(),
        };
        grid.row([
            Cell::from(field.name.as_str()),
            Cell::from(expected(field.shape)),
            default,
            Cell::from(field.title.as_str()),
        ]);
    }
    out.grid(&grid)?;
    out.heading("Every operation it may perform")?;
    for operation in &definition.operations {
        out.line(&format!("  {operation}"))?;
    }
    if !definition.access_formats.is_empty() {
        out.heading("The least access it needs")?;
        out.line(&format!("  rollcall check --emit {}", definition.access_formats.join("|")))?;
    }
    Ok(())
}

/// A stream's rank in words.
pub(super) const fn rank(rank: Rank) -> &'static str {
    match rank {
        Rank::Authoritative => "authoritative",
        Rank::Secondary => "secondary",
        Rank::Declared => "declared",
    }
}
