//! Scans folders and writes every record as a JSON line: `scan [--no-history] [--home] FOLDER…`.
//! Times go to the error stream. Used by `tests/code/compare.py`.

use std::io::Write;
use std::time::Instant;

use rollcall_connector::{ConnectorContext, Message, SyncRequest, channel};
use rollcall_model::Timestamp;
use serde_json::json;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (flags, folders): (Vec<String>, Vec<String>) =
        std::env::args().skip(1).partition(|argument| argument.starts_with("--"));
    let has = |flag: &str| flags.iter().any(|f| f == flag);
    let config = json!({
        if has("--home") { "homes" } else { "roots" }: folders,
        "history": !has("--no-history"),
    });
    let context = ConnectorContext { literal_key: [1; 32], ..ConnectorContext::default() };
    let connector = rollcall_code::build(&config, &context)?;
    let streams: Vec<String> =
        connector.definition().streams.iter().map(|stream| stream.name.clone()).collect();
    let mut stdout = std::io::BufWriter::new(std::io::stdout().lock());
    for stream in streams {
        let begun = Instant::now();
        let (out, mut inbox) =
            channel(16, tokio_util::sync::CancellationToken::new(), Default::default());
        let request = SyncRequest::new(stream.clone(), Timestamp::default());
        let connector = connector.clone();
        let reading = tokio::spawn(async move { connector.sync(request, out).await });
        let (mut scopes, mut records) = (0_u64, 0_u64);
        let mut keys = std::collections::HashMap::new();
        while let Some(message) = inbox.recv().await {
            match message {
                Message::Started(handle, started) => {
                    scopes += 1;
                    writeln!(stdout, "{}", json!({"started": started}))?;
                    keys.insert(handle, started.scope);
                }
                Message::Records(handle, found) => {
                    records += found.len() as u64;
                    for record in found {
                        writeln!(
                            stdout,
                            "{}",
                            json!({"scope": keys.get(&handle), "record": record})
                        )?;
                    }
                }
                Message::Problem(_, problem)
                | Message::Failed(_, problem)
                | Message::StreamProblem(problem) => {
                    writeln!(stdout, "{}", json!({"problem": problem}))?;
                }
                Message::Note(_, note) => writeln!(stdout, "{}", json!({"note": note}))?,
                Message::Progress(..) | Message::Finished(..) | Message::Unchanged(..) => {}
            }
        }
        reading.await??;
        writeln!(
            std::io::stderr(),
            "{stream}: {scopes} scopes, {records} records, {:?}",
            begun.elapsed()
        )?;
    }
    stdout.flush()?;
    Ok(())
}
