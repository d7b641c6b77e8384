//! `with-postgres COMMAND…` runs a command with a new, empty PostgreSQL database, whose URL is in
//! `DATABASE_URL`, and ends as the command ends. For trying things by hand:
//! `cargo run -p rollcall-testing --bin with-postgres -- sh`.

use std::io::Write;
use std::process::{Command, ExitCode};

use rollcall_testing::{Postgres, TestError};

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "with-postgres: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<ExitCode, TestError> {
    let mut words = std::env::args_os().skip(1);
    let Some(program) = words.next() else {
        return Err(TestError::Refused("say which command to run".to_owned()));
    };
    let postgres = Postgres::start()?;
    let url = postgres.fresh_database()?;
    let status = Command::new(&program).args(words).env("DATABASE_URL", url).status();
    let status = status
        .map_err(|error| TestError::Io { what: format!("running {}", program.display()), error })?;
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}
