//! The commands, one a file.

pub(crate) mod backup;
pub(crate) mod check;
pub(crate) mod collect;
pub(crate) mod completions;
pub(crate) mod connector;
pub(crate) mod coverage;
pub(crate) mod demo;
pub(crate) mod diff;
pub(crate) mod export;
pub(crate) mod history;
pub(crate) mod init;
pub(crate) mod ls;
pub(crate) mod migrate;
pub(crate) mod path;
pub(crate) mod problems;
pub(crate) mod restore;
pub(crate) mod rules;
pub(crate) mod serve;
pub(crate) mod show;
pub(crate) mod source;
pub(crate) mod sync;
mod version;
pub(crate) mod why;

use anyhow::Result;

use crate::app::App;
use crate::cli::Command;

/// Done, and everything was read completely.
pub(crate) const COMPLETE: u8 = 0;
/// Nothing could be done.
pub(crate) const NOTHING: u8 = 1;
/// Some of it could not be read to its end.
pub(crate) const INCOMPLETE: u8 = 2;

/// Runs a command and gives the exit code.
///
/// # Errors
/// When it ends without its result; the exit code is 1 then.
pub(crate) async fn run(app: &mut App, command: Command) -> Result<u8> {
    match command {
        Command::Init(args) => init::run(app, args),
        Command::Sync(args) => sync::run(app, args).await,
        Command::Serve(args) => serve::run(app, args).await,
        Command::Collect(args) => collect::run(app, args).await,
        Command::Check(args) => check::run(app, args).await,
        Command::Coverage(args) => coverage::run(app, args).await,
        Command::Ls(args) => ls::run(app, args).await,
        Command::Path(args) => path::run(app, args).await,
        Command::Diff(args) => diff::run(app, args).await,
        Command::Show(args) => show::run(app, args).await,
        Command::Why(args) => why::run(app, args).await,
        Command::History(args) => history::run(app, args).await,
        Command::Source(command) => source::run(app, command).await,
        Command::Connector(command) => connector::run(app, command).await,
        Command::Rules(args) => rules::run(app, args),
        Command::Migrate(args) => migrate::run(app, args).await,
        Command::Export(command) => export::run(app, command).await,
        Command::Backup(args) => backup::run(app, args).await,
        Command::Restore(args) => restore::run(app, args).await,
        Command::Demo(args) => demo::run(app, args).await,
        Command::Completions(args) => completions::run(app, args),
        Command::Version => version::run(app),
    }
}
