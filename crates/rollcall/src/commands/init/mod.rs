//! `rollcall init`.

mod aws;
mod checkouts;
mod github;
mod homes;
mod render;

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::{Args, Subcommand};
use serde::Serialize;

use crate::app::App;
use crate::commands::COMPLETE;
use crate::commands::backup::new_private_file;
use crate::config;
use crate::environment;
use crate::failure::Failure;
use crate::output::{Out, Tone, text};
use aws::AwsFound;
use checkouts::Checkouts;
use homes::HomeFound;

#[derive(Args, Debug)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct InitArgs {
    #[command(subcommand)]
    command: Option<InitCommand>,
    /// Write without asking
    #[arg(long)]
    yes: bool,
    /// Write over a configuration that exists; the old one is kept with the ending .bak
    #[arg(long)]
    force: bool,
}

#[derive(Subcommand, Debug)]
pub(crate) enum InitCommand {
    /// Say which App a GitHub organisation needs, as a link that sets it up; writes nothing
    Github(github::GithubArgs),
}

/// What was found on this machine.
#[derive(Serialize)]
struct Found {
    file: String,
    written: bool,
    checkouts: Checkouts,
    homes: Vec<HomeFound>,
    aws: AwsFound,
    /// The sources that the configuration enables.
    enabled: Vec<&'static str>,
    cannot_see: Vec<String>,
}

pub(super) fn run(app: &mut App, args: InitArgs) -> Result<u8> {
    if let Some(InitCommand::Github(args)) = &args.command {
        return github::run(app, args);
    }
    let file = app.globals.config.clone().unwrap_or_else(|| PathBuf::from(config::FILE_NAME));
    if file.exists() && !args.force {
        return Err(Failure::new(
            "exists",
            format!(
                "{} exists already and was not changed; --force writes a new one and keeps the old one as {}.bak",
                file.display(),
                file.display()
            ),
        )
        .into());
    }
    let mut found = look_around(&file)?;
    if !app.out.json() {
        tell(&mut app.out, &found)?;
        app.out.flush()?;
    }
    let asks = !args.yes && app.screen.can_ask();
    if asks && !app.screen.ask(&format!("Write {}?", file.display())) {
        let message = format!("{} was not written", file.display());
        return Err(Failure::new("not_confirmed", message).into());
    }
    write(&file, &render::configuration(&found), args.force)?;
    found.written = true;
    if app.out.json() {
        app.out.object(&found)?;
        return Ok(COMPLETE);
    }
    app.out.line("")?;
    app.out.say(Tone::Good, &format!("wrote {}", file.display()))?;
    let named = app.globals.config.is_some();
    let flag = if named {
        format!(" --config {}", text::shell_word(&file.display().to_string()))
    } else {
        String::new()
    };
    app.out
        .line(&format!("next: rollcall{flag} check   shows what can be read and what cannot"))?;
    app.out.line(&format!("      rollcall{flag} sync    reads it"))?;
    app.out.line(&format!("      rollcall{flag} ls      shows who can act"))?;
    Ok(COMPLETE)
}

/// Looks at this machine's files and environment. Nothing leaves the machine.
fn look_around(file: &Path) -> Result<Found> {
    let here = environment::working_folder();
    let home = environment::home().filter(|home| home.is_dir());
    let checkouts = checkouts::find(&here, home.as_deref());
    let homes: Vec<HomeFound> = home.iter().map(|home| homes::look(home)).collect();
    let aws = aws::look(home.as_deref());
    let mut enabled = Vec::new();
    if !checkouts.roots.is_empty() || !homes.is_empty() {
        enabled.push("code");
    }
    if aws.enabled() {
        enabled.push("aws");
    }
    let mut cannot_see = vec![
        "systems that nobody has configured yet: each needs a source of its own".to_owned(),
        "home folders of other users, and other machines".to_owned(),
    ];
    if checkouts.cut_short {
        cannot_see.push(format!(
            "checkouts that are deeper than {} folders below the home folder or the working folder, or beyond the first {} \
             folders: add them to roots",
            checkouts::DEPTH,
            checkouts::MOST_FOLDERS
        ));
    }
    if !aws.enabled() {
        cannot_see.push("AWS: neither profiles nor credentials were found here".to_owned());
    }
    let shown = std::path::absolute(file)?.display().to_string();
    Ok(Found { file: shown, written: false, checkouts, homes, aws, enabled, cannot_see })
}

fn tell(out: &mut Out, found: &Found) -> Result<()> {
    out.say(Tone::Heading, "Found on this machine (nothing left it)")?;
    let Checkouts { found: count, roots, .. } = &found.checkouts;
    out.line(&format!("  {}", text::count(*count as u64, "git checkout")))?;
    for root in roots {
        out.line(&format!("    {}", root.display()))?;
    }
    for home in &found.homes {
        let clients = if home.clients.is_empty() {
            "no agent or MCP configuration yet".to_owned()
        } else {
            format!("configuration of {}", home.clients.join(", "))
        };
        out.line(&format!("  home folder {}: {clients}", home.path.display()))?;
    }
    for line in found.aws.describe() {
        out.line(&format!("  {line}"))?;
    }
    out.heading("Not seen")?;
    for line in &found.cannot_see {
        out.line(&format!("  {line}"))?;
    }
    Ok(())
}

fn write(file: &Path, text: &str, force: bool) -> Result<()> {
    if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder)
            .map_err(|error| Failure::new("io", format!("{}: {error}", folder.display())))?;
    }
    if force && file.exists() {
        let mut old = file.as_os_str().to_owned();
        old.push(".bak");
        std::fs::rename(file, &old)?;
    }
    new_private_file(file)?.write_all(text.as_bytes())?;
    Ok(())
}
