//! `rollcall rules`.

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use rollcall_engine::{RULES, Rule};
use rollcall_model::Severity;
use serde::Serialize;

use crate::app::App;
use crate::commands::{COMPLETE, NOTHING};
use crate::config::hint;
use crate::failure::Failure;
use crate::output::{Cell, Grid, Tone};

#[derive(Args, Debug)]
pub(crate) struct RulesArgs {
    /// Show this rule's page: when it applies, when not, what to do
    #[arg(value_name = "RULE")]
    rule: Option<String>,
    /// Write a page for each rule into a folder
    #[arg(long, value_name = "DIR", conflicts_with = "rule")]
    write: Option<PathBuf>,
    /// Say which pages in a folder are not current
    #[arg(long, value_name = "DIR", conflicts_with_all = ["rule", "write"])]
    check: Option<PathBuf>,
}

#[derive(Serialize)]
struct View {
    rule: &'static str,
    title: &'static str,
    severity: Severity,
    mappings: &'static [&'static str],
    page: String,
    /// Of a page in a folder: `current`, `written` or `stale`.
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<&'static str>,
}

impl View {
    fn new(rule: &'static Rule, state: Option<&'static str>) -> Self {
        let Rule { id, title, severity, mappings, .. } = rule;
        Self { rule: id, title, severity: *severity, mappings, page: rule.page(), state }
    }
}

pub(super) fn run(app: &mut App, args: RulesArgs) -> Result<u8> {
    if let Some(id) = &args.rule {
        let names: Vec<&str> = RULES.iter().map(|rule| rule.id).collect();
        let rule = RULES.iter().find(|rule| rule.id == id).ok_or_else(|| {
            Failure::new(
                "unknown_rule",
                format!("no rule is called {id:?}{}", hint(id, &names, "rules")),
            )
        })?;
        if app.out.json() {
            app.out.object(&View::new(rule, None))?;
        } else {
            app.out.document(&rule.page())?;
        }
        return Ok(COMPLETE);
    }
    let mut stale = false;
    let mut grid = Grid::new(&["rule", "severity", "says"]);
    for rule in &RULES {
        let state = match (&args.write, &args.check) {
            (Some(folder), _) => Some(page(folder, rule, true)?),
            (None, Some(folder)) => Some(page(folder, rule, false)?),
            (None, None) => None,
        };
        stale |= state == Some("stale");
        if app.out.json() {
            app.out.object(&View::new(rule, state))?;
        }
        let says = state.unwrap_or(rule.title);
        grid.row([Cell::from(rule.id), Cell::from(rule.severity.as_str()), Cell::from(says)]);
    }
    if !app.out.json() {
        app.out.grid(&grid)?;
        if stale {
            app.out.say(Tone::Warn, "run `rollcall rules --write DIR` to bring them up to date")?;
        }
    }
    Ok(if stale { NOTHING } else { COMPLETE })
}

/// Writes a rule's page, or says how it is.
fn page(folder: &Path, rule: &Rule, write: bool) -> Result<&'static str> {
    let file = folder.join(format!("{}.md", rule.id));
    let failed = |error: std::io::Error| Failure::new("io", format!("{}: {error}", file.display()));
    if std::fs::read_to_string(&file).is_ok_and(|text| text == rule.page()) {
        return Ok("current");
    }
    if !write {
        return Ok("stale");
    }
    std::fs::create_dir_all(folder).map_err(failed)?;
    std::fs::write(&file, rule.page()).map_err(failed)?;
    Ok("written")
}
