//! Running the connector here and sending what it says.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use rollcall_connector::collect::{Begun, Encoder, Uplink};
use rollcall_connector::{AHEAD, Connector, Message, SyncRequest, channel};
use rollcall_model::ProblemClass;
use rollcall_record::Problem;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::failure;
use crate::app::App;

/// Lines are sent when there are so many bytes of them, or so often, whichever comes first. What is
/// sent even when there is nothing says that more will come.
const CHUNK: usize = 512 << 10;
const AT_LEAST_EVERY: Duration = Duration::from_secs(5);

/// Reads streams one after the other and sends what each says.
///
/// # Errors
/// When the other end cannot be reached or refuses.
pub(super) async fn all(
    uplink: &mut Uplink,
    connector: &Arc<dyn Connector>,
    streams: &[String],
    begun: &Begun,
    app: &App,
    stop: &CancellationToken,
) -> Result<()> {
    for stream in streams {
        app.screen.note(&format!("reading {stream}"));
        let cursor = begun.cursors.get(stream).cloned();
        let request = SyncRequest { cursor, ..SyncRequest::new(stream.clone(), app.now()) };
        one(uplink, connector, request, stop).await?;
    }
    Ok(())
}

async fn one(
    uplink: &mut Uplink,
    connector: &Arc<dyn Connector>,
    request: SyncRequest,
    stop: &CancellationToken,
) -> Result<()> {
    let stop = stop.child_token();
    let (emitter, mut inbox) = channel(AHEAD, stop.clone(), HashSet::new());
    let mut lines = Vec::new();
    let mut encoder = Encoder::start(&request.stream, &mut lines)?;
    let connector = Arc::clone(connector);
    let reading = tokio::spawn(async move { connector.sync(request, emitter).await });
    let mut tick = interval(AT_LEAST_EVERY);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    tick.tick().await;
    loop {
        let is_due = tokio::select! {
            message = inbox.recv() => match message {
                Some(message) => encode(&mut encoder, message, &mut lines)?,
                None => break,
            },
            _ = tick.tick() => true,
        };
        if is_due {
            let sent = uplink.send(std::mem::take(&mut lines)).await;
            if let Err(error) = sent {
                // Nobody takes what the connector would say.
                stop.cancel();
                return Err(failure(error));
            }
        }
    }
    let outcome = reading.await.unwrap_or_else(|error| {
        let message = format!("the connector broke off: {error}");
        Err(Problem::new(ProblemClass::Bug, "connector_panicked", message))
    });
    encoder.finish(outcome, &mut lines)?;
    uplink.send(lines).await.map_err(failure)
}

/// Writes a message; whether there is enough to send.
fn encode(encoder: &mut Encoder, message: Message, lines: &mut Vec<u8>) -> Result<bool> {
    encoder.message(message, lines)?;
    Ok(lines.len() >= CHUNK)
}
