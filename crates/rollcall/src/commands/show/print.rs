//! An entity for people.

use anyhow::Result;
use rollcall_model::{ScopeState, Timestamp};
use rollcall_record::Evidence;

use super::place;
use super::policy::{flat, lines};
use super::view::{Claim, RelationView, View};
use crate::output::{Cell, Grid, Out, Tone, text};
use crate::resolve::End;

/// How many relations of one sort and days of use people are shown.
const MOST_RELATIONS: usize = 100;
const MOST_DAYS: usize = 14;

pub(super) fn print(out: &mut Out, view: &View, now: Timestamp) -> Result<()> {
    out.say(Tone::Heading, &view.name)?;
    out.grid(&facts(view, now))?;
    if view.missing {
        out.say(
            Tone::Warn,
            "missing: complete readings no longer see it; it stays until another reading or `rollcall source confirm` decides",
        )?;
    }
    attributes(out, view)?;
    if !view.references.is_empty() {
        out.heading("Answers to")?;
        let mut grid = Grid::new(&["namespace", "authority", "value"]).indented();
        for reference in &view.references {
            grid.row(
                [&reference.namespace, &reference.authority, &reference.value]
                    .map(|t| Cell::from(t.as_str())),
            );
        }
        out.grid(&grid)?;
    }
    relations(out, view, "out", "Reaches out to")?;
    relations(out, view, "in", "Is reached from")?;
    activity(out, view, now)?;
    out.heading("Who says so")?;
    out.grid(&claims(&view.claims, now))
}

fn facts(view: &View, now: Timestamp) -> Grid {
    let mut grid = Grid::new(&["", ""]).indented();
    let class = view.class.map(|class| format!(", {class}")).unwrap_or_default();
    grid.row(["is", &format!("{} ({}{class})", view.key.kind, view.entity_type)]);
    grid.row(["id", view.id.as_str()]);
    grid.row(["provider", &view.key.provider]);
    grid.row(["realm", &view.key.realm]);
    grid.row(["native id", &view.key.id]);
    if let Some(disabled) = view.disabled {
        grid.row(["disabled", if disabled { "yes" } else { "no" }]);
    }
    for (name, at) in [
        ("created", view.created_at),
        ("expires", view.expires_at),
        ("first seen", view.first_seen),
        ("last seen", view.last_seen),
        ("gone", view.gone_at),
    ] {
        if let Some(at) = at {
            grid.row([name.to_owned(), text::moment_and_age(at, now)]);
        }
    }
    grid
}

fn attributes(out: &mut Out, view: &View) -> Result<()> {
    if view.attributes.is_empty() {
        return Ok(());
    }
    out.heading("Facts")?;
    // Whose word each is matters only where there are several.
    let several = view.claims.len() > 1;
    let header: &[&str] = if several { &["fact", "value", "says"] } else { &["fact", "value"] };
    let mut grid = Grid::new(header).indented();
    let says = |claim: usize| format!("[{}]", claim + 1);
    for (name, value) in &view.attributes {
        let mut row = vec![Cell::from(name.as_str()), Cell::from(lines(value).join("\n"))];
        if several {
            let claim = view.attribute_from.get(name).map(|claim| says(*claim));
            row.push(claim.map_or_else(Cell::none, Cell::from));
        }
        grid.row(row);
        for other in view.disagreements.iter().filter(|other| other.attribute == *name) {
            let value = format!("not: {}", lines(&other.value).join("\n"));
            grid.row([
                Cell::default(),
                Cell::new(value, Tone::Warn),
                Cell::new(says(other.claim), Tone::Warn),
            ]);
        }
    }
    out.grid(&grid)
}

fn relations(out: &mut Out, view: &View, direction: &str, title: &str) -> Result<()> {
    let these: Vec<&RelationView> =
        view.relations.iter().filter(|relation| relation.direction == direction).collect();
    if these.is_empty() {
        return Ok(());
    }
    out.heading(title)?;
    let mut grid = Grid::new(&["relation", "other", "details", "source", "stated at"]).indented();
    for relation in these.iter().take(MOST_RELATIONS) {
        let tone = match relation.other {
            End::Collected { .. } => Tone::Plain,
            End::NotCollected { .. } => Tone::Quiet,
            End::Ambiguous { .. } => Tone::Warn,
        };
        let details: Vec<String> = relation
            .attributes
            .iter()
            .map(|(name, value)| format!("{name}: {}", flat(value)))
            .collect();
        grid.row([
            Cell::from(relation.relation.as_str()),
            Cell::new(relation.other.describe(), tone),
            Cell::from(details.join("; ")),
            Cell::from(relation.source.as_str()),
            Cell::new(places(&relation.evidence), Tone::Quiet),
        ]);
    }
    out.grid(&grid)?;
    if these.len() > MOST_RELATIONS {
        out.line(&format!("  and {} more; --json has all", these.len() - MOST_RELATIONS))?;
    }
    Ok(())
}

fn activity(out: &mut Out, view: &View, now: Timestamp) -> Result<()> {
    out.heading("Use that was seen")?;
    if view.activity.is_empty() {
        return out.say(
            Tone::Quiet,
            "  none; whether it could have been seen depends on what its sources can see",
        );
    }
    let mut grid = Grid::new(&["day", "last", "count", "evidence", "details", "source"])
        .numbers([2])
        .indented();
    for one in view.activity.iter().take(MOST_DAYS) {
        let details = if one.attributes.is_null() { String::new() } else { flat(&one.attributes) };
        grid.row([
            Cell::from(text::date(one.last_at)),
            Cell::from(text::age(one.last_at, now)),
            one.count.map_or_else(Cell::none, |count| Cell::from(count.to_string())),
            Cell::from(one.evidence.as_str()),
            Cell::from(details),
            Cell::from(one.source.as_str()),
        ]);
    }
    out.grid(&grid)?;
    if view.activity.len() > MOST_DAYS {
        out.line(&format!("  and {} earlier; --json has more", view.activity.len() - MOST_DAYS))?;
    }
    Ok(())
}

fn claims(claims: &[Claim], now: Timestamp) -> Grid {
    let mut grid =
        Grid::new(&["", "source", "scope", "rank", "last complete", "state", "stated at"])
            .indented();
    for (index, claim) in claims.iter().enumerate() {
        let rank = match claim.rank {
            0 => "authoritative",
            1 => "secondary",
            _ => "declared",
        };
        let state = match (claim.gone_at, claim.missing, claim.gap, claim.state) {
            (Some(at), ..) => Cell::new(format!("gone {}", text::age(at, now)), Tone::Quiet),
            (None, true, ..) => Cell::new("missing", Tone::Warn),
            (None, false, true, Some(state)) if state != ScopeState::Complete => {
                Cell::new(state.as_str(), Tone::Warn)
            }
            (None, false, true, _) => Cell::new("gap", Tone::Warn),
            (None, false, false, _) => Cell::new("current", Tone::Good),
        };
        let seen = claim.last_seen.map(|at| text::age(at, now));
        grid.row([
            Cell::from(format!("[{}]", index + 1)),
            Cell::from(claim.source.as_str()),
            Cell::from(claim.scope.to_string()),
            Cell::from(rank),
            seen.map_or_else(|| Cell::new("never", Tone::Warn), Cell::from),
            state,
            Cell::from(places(&claim.evidence)),
        ]);
    }
    grid
}

fn places(evidence: &[Evidence]) -> String {
    let mut places: Vec<String> = evidence.iter().map(place).filter(|p| !p.is_empty()).collect();
    let more = places.len().saturating_sub(3);
    places.truncate(3);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}", places.join(", "))
}
