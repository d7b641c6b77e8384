//! `rollcall connector`.

mod docs;
mod list;
mod page;
mod show;
mod test;

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, Subcommand};
use rollcall_connector::Definition;

use crate::app::App;
use crate::config::hint;
use crate::failure::Failure;
use crate::registry;

#[derive(Subcommand, Debug)]
pub(crate) enum ConnectorCommand {
    /// List the connectors of this program
    List,
    /// Describe a connector: what it sees and cannot see, what it needs, what it may do
    Show(ShowArgs),
    /// Check whether a program keeps the connector protocol
    Test(TestArgs),
    /// Write or compare the generated part of the connectors' pages
    Docs(DocsArgs),
}

#[derive(Args, Debug)]
pub(crate) struct ShowArgs {
    /// The connector
    id: String,
    /// As the generated part of its page
    #[arg(long)]
    markdown: bool,
}

#[derive(Args, Debug)]
pub(crate) struct TestArgs {
    /// A JSON file with a configuration that works; secrets are references, as in the configuration
    #[arg(long, value_name = "FILE")]
    with: Option<PathBuf>,
    /// The program: a path, or a name on the search path
    program: PathBuf,
    /// What comes before spec, check and sync on its command line
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<String>,
}

#[derive(Args, Debug)]
#[group(required = true, multiple = false)]
pub(crate) struct DocsArgs {
    /// Write the pages in this folder
    #[arg(long, value_name = "DIR")]
    write: Option<PathBuf>,
    /// Compare the pages in this folder; exit code 1 when one is not current
    #[arg(long, value_name = "DIR")]
    check: Option<PathBuf>,
}

pub(super) async fn run(app: &mut App, command: ConnectorCommand) -> Result<u8> {
    match command {
        ConnectorCommand::List => list::run(app),
        ConnectorCommand::Show(args) => show::run(app, &args.id, args.markdown),
        ConnectorCommand::Test(args) => test::run(app, args).await,
        ConnectorCommand::Docs(args) => docs::run(app, args),
    }
}

/// The definition of a connector.
fn definition(id: &str) -> Result<Definition, Failure> {
    registry::find(id).map(|(_, definition)| definition).ok_or_else(|| {
        let known = registry::ids();
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        let message = format!("there is no connector {id:?}{}", hint(id, &known, "connectors"));
        Failure::new("unknown_connector", message)
    })
}
