//! `rollcall completions`.

use anyhow::Result;
use clap::{Args, CommandFactory};
use clap_complete::Shell;
use serde::Serialize;

use crate::app::App;
use crate::cli::Cli;
use crate::commands::COMPLETE;

#[derive(Args, Debug)]
pub(crate) struct CompletionsArgs {
    /// The shell
    shell: Shell,
}

#[derive(Serialize)]
struct View {
    shell: String,
    script: String,
}

pub(super) fn run(app: &mut App, args: CompletionsArgs) -> Result<u8> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "rollcall", &mut script);
    let script = String::from_utf8_lossy(&script);
    if app.out.json() {
        app.out.object(&View { shell: args.shell.to_string(), script: script.into_owned() })?;
    } else {
        app.out.document(&script)?;
    }
    Ok(COMPLETE)
}
