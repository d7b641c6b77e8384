//! The command line as clap reads it. What a command takes stands in its own file.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::commands;

/// A live inventory of every identity that can act in your systems: people, service identities and
/// AI agents.
#[derive(Parser, Debug)]
#[command(name = "rollcall", version, max_term_width = 100, after_help = AFTER)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) globals: Globals,
    #[command(subcommand)]
    pub(crate) command: Command,
}

const AFTER: &str = "Exit codes: 0 everything that was asked was done and read completely; 2 some of \
it could not be read to its end; 1 nothing could be done.\n\nStart with `rollcall init`, then `rollcall sync`, \
then `rollcall ls`.";

/// What every command takes.
#[derive(Args, Debug, Clone)]
pub(crate) struct Globals {
    /// The configuration [default: ./rollcall.toml, else rollcall/rollcall.toml in the user's
    /// configuration folder]
    #[arg(long, global = true, value_name = "FILE", env = "ROLLCALL_CONFIG")]
    pub(crate) config: Option<PathBuf>,
    /// Print one JSON object a line; its schemas are in docs/schemas/cli
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Tell more on standard error; twice for still more
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
    /// The form of what is told on standard error
    #[arg(long, global = true, value_name = "FORM", default_value = "text")]
    pub(crate) log_format: LogFormat,
    /// Whether to use colours; NO_COLOR switches them off too
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: ColorChoice,
}

/// The form of log lines.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum LogFormat {
    /// For people
    Text,
    /// One JSON object a line
    Json,
}

/// When to use colours.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ColorChoice {
    /// On a terminal
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// Look around on this machine and write a configuration
    Init(commands::init::InitArgs),
    /// Read sources into the inventory
    Sync(commands::sync::SyncArgs),
    /// Run as a service: read sources on their schedules and answer over HTTP
    Serve(commands::serve::ServeArgs),
    /// Read a source here and send what it says to a service elsewhere
    Collect(commands::collect::CollectArgs),
    /// Probe what each source's credential may read, and print the least access it needs
    Check(commands::check::CheckArgs),
    /// Say how completely and how recently everything was read
    Coverage(commands::coverage::CoverageArgs),
    /// List identities, or what a query matches
    Ls(commands::ls::LsArgs),
    /// Show how access leads from one entity to another
    Path(commands::path::PathArgs),
    /// Show what is different since a time
    Diff(commands::diff::DiffArgs),
    /// Show everything that is known about one entity
    Show(commands::show::ShowArgs),
    /// Say who answers for one entity, whether it is used and what rules say, with every reason
    Why(commands::why::WhyArgs),
    /// Show what changed about one entity, and when
    History(commands::history::HistoryArgs),
    /// Look after sources: what is held, renaming, forgetting
    #[command(subcommand)]
    Source(commands::source::SourceCommand),
    /// Describe and test connectors
    #[command(subcommand)]
    Connector(commands::connector::ConnectorCommand),
    /// List the rules, or show one's page
    Rules(commands::rules::RulesArgs),
    /// Bring the database to this program's schema
    Migrate(commands::migrate::MigrateArgs),
    /// Write the inventory out
    #[command(subcommand)]
    Export(commands::export::ExportCommand),
    /// Write a consistent copy of the database
    Backup(commands::backup::BackupArgs),
    /// Put a backup in the place of the database
    Restore(commands::restore::RestoreArgs),
    /// Show rollcall at work on a company that is made up, on this machine alone
    Demo(commands::demo::DemoArgs),
    /// Print the completions of a shell
    Completions(commands::completions::CompletionsArgs),
    /// Print the version
    Version,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }
}
