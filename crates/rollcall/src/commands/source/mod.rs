//! `rollcall source`.

mod change;
mod held;
mod list;
mod runs;

use anyhow::Result;
use clap::{Args, Subcommand};

use crate::app::App;

#[derive(Subcommand, Debug)]
pub(crate) enum SourceCommand {
    /// List the configured sources and those of the inventory
    List,
    /// Show what a source no longer sees and what waits for you to confirm that it is gone
    Held(NameArgs),
    /// Confirm that exactly a set that was shown is gone
    Confirm(ConfirmArgs),
    /// Give a source of the inventory another name; everything of it stays
    Rename(RenameArgs),
    /// Let go of a source: nothing it said is live any more; its history stays
    Forget(ForgetArgs),
    /// Show the readings of a source
    Runs(RunsArgs),
}

#[derive(Args, Debug)]
pub(crate) struct NameArgs {
    /// The source
    name: String,
}

#[derive(Args, Debug)]
pub(crate) struct ConfirmArgs {
    /// The source
    name: String,
    /// The set, as `rollcall source held` names it
    set: String,
}

#[derive(Args, Debug)]
pub(crate) struct RenameArgs {
    /// Its present name
    old: String,
    /// Its new name
    new: String,
}

#[derive(Args, Debug)]
pub(crate) struct ForgetArgs {
    /// The source
    name: String,
    /// Do it without asking
    #[arg(long)]
    yes: bool,
}

#[derive(Args, Debug)]
pub(crate) struct RunsArgs {
    /// The source
    name: String,
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: u32,
}

pub(super) async fn run(app: &mut App, command: SourceCommand) -> Result<u8> {
    match command {
        SourceCommand::List => list::run(app).await,
        SourceCommand::Held(args) => held::held(app, &args.name).await,
        SourceCommand::Confirm(args) => held::confirm(app, &args.name, &args.set).await,
        SourceCommand::Rename(args) => change::rename(app, &args.old, &args.new).await,
        SourceCommand::Forget(args) => change::forget(app, &args.name, args.yes).await,
        SourceCommand::Runs(args) => runs::run(app, &args.name, i64::from(args.limit)).await,
    }
}
