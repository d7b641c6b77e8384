//! `rollcall collect`.

mod push;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;
use clap::Args;
use rollcall_connector::collect::{Answered, Hello, Uplink, UplinkError, VERSION};
use rollcall_model::ExitCode;
use secrecy::SecretString;
use url::Url;

use crate::app::App;
use crate::commands::sync::Report;
use crate::commands::{COMPLETE, INCOMPLETE, NOTHING};
use crate::failure::Failure;
use crate::secret::{Context, Reference};
use crate::sources;
use crate::{environment, key, stop};

/// The variable with the token, where no file is named.
const TOKEN: &str = "ROLLCALL_COLLECT_TOKEN";
/// How long to wait before asking again whether the reading has ended.
const ASK_AGAIN: Duration = Duration::from_millis(200);

#[derive(Args, Debug)]
pub(crate) struct CollectArgs {
    /// The source to read, as both this configuration and that of the service call it
    #[arg(long, value_name = "NAME")]
    source: String,
    /// The address of the service, such as https://rollcall.example.com
    #[arg(long, value_name = "URL")]
    to: Url,
    /// The file with the source's token [default: the variable ROLLCALL_COLLECT_TOKEN]
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// Send over http:// to another machine too, where others may read along
    #[arg(long)]
    allow_http: bool,
}

pub(in crate::commands) async fn run(app: &mut App, args: CollectArgs) -> Result<u8> {
    check_address(&args.to, args.allow_http)?;
    let config = app.config()?;
    let source = config.source(&args.source)?;
    if source.is_pushed() {
        let message = format!(
            "{} has a collect_token, so it is this configuration's service that takes it; collect \
             runs on the other machine",
            source.name
        );
        return Err(Failure::new("pushed_source", message).into());
    }
    let checked = sources::check_all(&config, &[source]).await?;
    let Some(checked) = checked.first() else {
        return Err(Failure::new("config", "the source is not configured").into());
    };
    let transport = sources::transport(&config).await?;
    let token = token(&args, &config.folder, &transport).await?;
    let address = app.store_address(&config).await?;
    let literal_key = key::load_or_make(&key::file(&config, &address))?;
    let connector = sources::build(&config, checked, literal_key).await?;

    let skipped = |stream: &str| source.skip_streams.iter().any(|(name, _)| name == stream);
    let streams = checked.definition.streams.iter().map(|stream| stream.name.clone());
    let streams: Vec<String> = streams.filter(|stream| !skipped(stream)).collect();
    let stop =
        stop::listen(&app.screen, "stopping; what was read is kept. Ctrl-C again stops at once");
    let mut uplink = Uplink::new(&transport, &args.to, &source.name, token).map_err(failure)?;
    let hello = Hello { collect: VERSION, definition: checked.definition.clone(), streams };
    let begun = uplink.begin(&hello).await.map_err(failure)?;
    let pushing = push::all(&mut uplink, &connector, &hello.streams, &begun, app, &stop.token);
    tokio::select! {
        pushed = pushing => pushed?,
        () = stop.broken_off.cancelled() => return Err(broken_off()),
    }
    let report = loop {
        match uplink.end().await.map_err(failure)? {
            Answered::Report(report) => break report,
            _ => tokio::time::sleep(ASK_AGAIN).await,
        }
        if stop.broken_off.is_cancelled() {
            return Err(broken_off());
        }
    };
    print(app, report)
}

fn print(app: &mut App, report: serde_json::Value) -> Result<u8> {
    let report: Report = serde_json::from_value(report).map_err(|error| {
        let message = format!("the service answered a report of another form: {error}");
        Failure::new("strange_report", message)
    })?;
    report.print(&mut app.out)?;
    Ok(match report.exit_code() {
        ExitCode::Complete => COMPLETE,
        ExitCode::Incomplete => INCOMPLETE,
        ExitCode::Nothing => NOTHING,
    })
}

fn broken_off() -> anyhow::Error {
    let message =
        "broken off; what was uploaded whole is kept, and the service ends the rest as partial";
    Failure::new("broken_off", message).into()
}

/// Over http:// anyone on the way could read the token and the records.
fn check_address(to: &Url, allow_http: bool) -> Result<(), Failure> {
    let local = match to.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    };
    match to.scheme() {
        "https" => Ok(()),
        "http" if local || allow_http => Ok(()),
        "http" => Err(Failure::new(
            "plain_http",
            format!(
                "{to} is not encrypted: others could read the token and what is sent; use https://, or \
                 --allow-http where the network itself is trusted"
            ),
        )),
        _ => Err(Failure::new("bad_address", format!("{to} is neither https:// nor http://"))),
    }
}

async fn token(
    args: &CollectArgs,
    folder: &std::path::Path,
    transport: &rollcall_connector::transport::TransportOptions,
) -> Result<SecretString> {
    if let Some(file) = &args.token_file {
        let file = std::path::absolute(file)?;
        let reference = Reference::File(file.to_string_lossy().into_owned());
        return reference.resolve("--token-file", &Context::new(folder, transport.clone())).await;
    }
    environment::variable(TOKEN).map(SecretString::from).ok_or_else(|| {
        let message = format!("no token is given: set {TOKEN}, or name a file with --token-file");
        Failure::new("no_token", message).into()
    })
}

fn failure(error: UplinkError) -> anyhow::Error {
    let code = match &error {
        UplinkError::Client(_) => "transport",
        UplinkError::Unreachable { .. } => "unreachable",
        UplinkError::Refused { .. } => "refused",
        UplinkError::Strange { .. } => "strange_service",
    };
    Failure::new(code, error.to_string()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_not_sent_in_the_open() {
        let check =
            |to: &str, allow| check_address(&to.parse().unwrap(), allow).map_err(|f| f.code);
        assert_eq!(check("https://rollcall.example.com", false), Ok(()));
        assert_eq!(check("http://127.0.0.1:7077", false), Ok(()));
        assert_eq!(check("http://rollcall.example.com", false), Err("plain_http"));
        assert_eq!(check("http://rollcall.example.com", true), Ok(()));
        assert_eq!(check("ftp://localhost", true), Err("bad_address"));
    }
}
