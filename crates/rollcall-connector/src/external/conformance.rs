//! Whether a program keeps the protocol.

use std::time::Duration;

use rollcall_model::{ScopeState, Timestamp};
use serde::Serialize;
use serde_json::{Value, json};

use super::connector::ExternalConnector;
use super::lines::{Line, parse_record};
use super::process::Process;
use super::{ExternalProgram, PROTOCOL_VERSION};
use crate::Connector;
use crate::testkit::{Collected, collect, difference};

/// How long a stopped reading may take to end.
const STOP_WITHIN: Duration = Duration::from_secs(2);

/// What one check of the protocol found.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ConformanceResult {
    /// What was checked, such as `sync users`.
    pub name: String,
    /// Whether the program keeps it.
    pub passed: bool,
    /// What was found, in one or two sentences.
    pub detail: String,
}

fn result(name: &str, outcome: Result<String, String>) -> ConformanceResult {
    let passed = outcome.is_ok();
    let detail = outcome.unwrap_or_else(|why| why);
    ConformanceResult { name: name.to_owned(), passed, detail }
}

/// Checks a program: it describes itself, answers `check`, reads each of its streams twice alike
/// with every record as declared and every scope finished with its count, ends promptly when
/// stopped, and refuses a stream it does not have. It needs a configuration that works.
pub async fn conformance(
    program: &ExternalProgram,
    config: &Value,
    now: Timestamp,
) -> Vec<ConformanceResult> {
    let connector = match ExternalConnector::load(program.clone(), config.clone()).await {
        Ok(connector) => connector,
        Err(problem) => return vec![result("spec", Err(problem.message))],
    };
    let definition = connector.definition();
    let streams: Vec<_> = definition.streams.iter().map(|s| s.name.clone()).collect();
    let (count, kinds) = (streams.len(), definition.kinds.len());
    let mut results = vec![result("spec", Ok(format!("{count} streams, {kinds} kinds")))];
    results.push(result("check", checked(&connector, now).await));
    for stream in &streams {
        let first = collect(&connector, stream, now).await;
        let second = collect(&connector, stream, now).await;
        results.push(result(&format!("sync {stream}"), read_well(&first)));
        let same = difference(&first, &second)
            .map_or(Ok("two readings are equal".to_owned()), |line| {
                Err(format!("two readings differ, for example in: {line}"))
            });
        results.push(result(&format!("repeat {stream}"), same));
        results.push(result(&format!("stop {stream}"), stops(&connector, stream, now).await));
    }
    results.push(result("unknown stream", refuses(program, config, now).await));
    results
}

async fn checked(connector: &ExternalConnector, now: Timestamp) -> Result<String, String> {
    let report = connector.check(now).await.map_err(|problem| problem.message)?;
    let known = |stream: &str| connector.definition().stream(stream).is_some();
    if let Some(stray) = report.permissions.iter().find(|p| !known(&p.stream)) {
        return Err(format!(
            "a permission belongs to the stream {:?}, which is not declared",
            stray.stream
        ));
    }
    Ok(format!("{} permissions probed", report.permissions.len()))
}

fn read_well(collected: &Collected) -> Result<String, String> {
    let broken = |code: &str| code.starts_with("protocol_") || code == "external_failed";
    if let Some(problem) = collected.all_problems().find(|p| broken(&p.code)) {
        return Err(problem.message.clone());
    }
    if collected.scopes.is_empty() && collected.all_problems().next().is_none() {
        return Err("it said nothing: neither a scope nor a problem".to_owned());
    }
    let complete = collected.states().iter().filter(|s| **s == ScopeState::Complete).count();
    let (scopes, entities) = (collected.scopes.len(), collected.entities().count());
    let relations = collected.relations().count();
    Ok(format!(
        "{complete} of {scopes} scopes complete, {entities} entities, {relations} relations"
    ))
}

async fn stops(
    connector: &ExternalConnector,
    stream: &str,
    now: Timestamp,
) -> Result<String, String> {
    let took = crate::testkit::time_to_stop(connector, stream, now, STOP_WITHIN).await?;
    Ok(format!("stopped within {} ms", took.as_millis()))
}

async fn refuses(
    program: &ExternalProgram,
    config: &Value,
    now: Timestamp,
) -> Result<String, String> {
    let document = json!({
        "protocol": PROTOCOL_VERSION,
        "config": config,
        "stream": "no-such-stream",
        "cursor": null,
        "now": now,
    });
    let reading = async {
        let mut process = Process::start(program, "sync", &document, Vec::new())?;
        let mut finished = false;
        while let Some(line) = process.line().await? {
            if let Line::Whole(line) = line
                && let Ok(Some(rollcall_record::Record::ScopeFinished(_))) = parse_record(&line)
            {
                finished = true;
            }
        }
        Ok((finished, process.ended().await.is_ok()))
    };
    let outcome = tokio::time::timeout(program.answer_timeout, reading).await;
    let outcome = outcome.map_err(|_| "it did not end".to_owned())?;
    match outcome.map_err(|problem: rollcall_record::Problem| problem.message)? {
        (true, _) => Err("it finished a scope of a stream it does not have".to_owned()),
        (false, true) => Err("it ended with exit code 0".to_owned()),
        (false, false) => Ok("refused".to_owned()),
    }
}
