//! rollcall: the live inventory of every identity that can act. The command line.

mod app;
mod cli;
mod clock;
mod commands;
mod config;
mod environment;
mod failure;
mod key;
mod logs;
mod lookup;
mod output;
mod process;
mod progress;
mod registry;
mod resolve;
mod secret;
mod snapshot;
mod sources;
mod stop;

use std::process::ExitCode;

use clap::Parser;

use crate::app::App;
use crate::cli::Cli;
use crate::output::{Closed, Complaint};

/// Records are made in one thread and freed in another, millions of them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // Whoever speaks TLS finds this provider; it fails only where one is installed already.
    drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
    let arguments = environment::arguments();
    let cli = match Cli::try_parse_from(&arguments) {
        Ok(cli) => cli,
        Err(error) => return refused(&error, &arguments),
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            Complaint::new("runtime", &error.to_string()).print(cli.globals.json);
            return ExitCode::FAILURE;
        }
    };
    let json = cli.globals.json;
    let outcome = runtime.block_on(async {
        let mut app = App::new(cli.globals);
        let code = commands::run(&mut app, cli.command).await?;
        app.out.flush()?;
        anyhow::Ok(code)
    });
    // A reading that was broken off at the second Ctrl-C may still be at work.
    runtime.shutdown_background();
    match outcome {
        Ok(code) => ExitCode::from(code),
        // Whoever read our output has seen enough.
        Err(error) if error.downcast_ref::<Closed>().is_some() => ExitCode::SUCCESS,
        Err(error) => {
            Complaint::from(&error).print(json);
            ExitCode::FAILURE
        }
    }
}

/// What to do with a command line that is no command: help and version are answers, the rest is an
/// error with exit code 1, since 2 says that something could not be read to its end.
fn refused(error: &clap::Error, arguments: &[std::ffi::OsString]) -> ExitCode {
    if !error.use_stderr() {
        output::print_help(error);
        return ExitCode::SUCCESS;
    }
    let json = arguments.iter().any(|argument| argument == "--json");
    if json {
        let text = error.to_string();
        let message = text.strip_prefix("error: ").unwrap_or(&text).trim_end();
        Complaint::new("usage", message).print(true);
    } else {
        output::print_help(error);
    }
    ExitCode::FAILURE
}
