//! The receiving end: a connector whose records come from another machine.

use std::time::Duration;

use async_trait::async_trait;
use rollcall_model::{ProblemClass, Timestamp};
use rollcall_record::Problem;
use tokio::sync::{Mutex, mpsc};

use super::Control;
use crate::external::lines::Line;
use crate::external::reading::Reading;
use crate::transport::redact;
use crate::{AccessDocument, CheckReport, Connector, Definition, Emitter, SyncRequest};

/// How long nothing may come; the pushing end sends empty chunks meanwhile.
const SILENCE: Duration = Duration::from_mins(2);
/// Lines that are no proper record end a stream when they are more.
const MOST_BROKEN: u64 = 100;
const LONGEST_LINE: usize = 8 << 20;
/// What a control line begins with, as [`super::Encoder`] writes it.
const CONTROL: &[u8] = b"{\"collect\":";

/// A connector that runs elsewhere. Its streams are read in the order in which they are pushed.
pub struct PushedConnector {
    definition: Definition,
    input: Mutex<Input>,
}

impl PushedConnector {
    /// Takes chunks of whole lines. When the sender goes before a stream has ended, that stream was
    /// broken off.
    #[must_use]
    pub fn new(definition: Definition, chunks: mpsc::Receiver<Vec<u8>>) -> Self {
        let input = Input { chunks, chunk: Vec::new(), at: 0, broken: None };
        Self { definition, input: Mutex::new(input) }
    }
}

/// Lines out of chunks.
struct Input {
    chunks: mpsc::Receiver<Vec<u8>>,
    chunk: Vec<u8>,
    at: usize,
    broken: Option<Problem>,
}

impl Input {
    /// The next line.
    ///
    /// The error is that there will be none.
    async fn next(&mut self) -> Result<&[u8], Problem> {
        while self.at >= self.chunk.len() {
            if let Some(problem) = &self.broken {
                return Err(problem.clone());
            }
            match tokio::time::timeout(SILENCE, self.chunks.recv()).await {
                Ok(Some(chunk)) => (self.chunk, self.at) = (chunk, 0),
                Ok(None) => self.broken = Some(broken_off("the upload was broken off")),
                Err(_) => {
                    let seconds = SILENCE.as_secs();
                    let why = format!("nothing was uploaded for {seconds} seconds");
                    self.broken = Some(broken_off(&why));
                }
            }
        }
        let rest = self.chunk.get(self.at..).unwrap_or_default();
        let length = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
        self.at += length + 1;
        Ok(rest.get(..length).unwrap_or_default())
    }

    /// Passes over what comes before a stream: streams that are left to another process here.
    async fn until(&mut self, wanted: &str) -> Result<(), Problem> {
        loop {
            if let Some(Ok(Control::StreamStarted { stream })) = control(self.next().await?)
                && stream == wanted
            {
                return Ok(());
            }
        }
    }
}

fn broken_off(why: &str) -> Problem {
    Problem::new(ProblemClass::Transient, "upload_broken", why)
}

/// What a control line says; `None` for any other line.
fn control(line: &[u8]) -> Option<Result<Control, serde_json::Error>> {
    line.starts_with(CONTROL).then(|| serde_json::from_slice(line))
}

#[async_trait]
impl Connector for PushedConnector {
    fn definition(&self) -> &Definition {
        &self.definition
    }

    async fn check(&self, _now: Timestamp) -> Result<CheckReport, Problem> {
        Err(elsewhere("check"))
    }

    async fn sync(&self, request: SyncRequest, out: Emitter) -> Result<(), Problem> {
        let mut input = self.input.lock().await;
        let stop = out.cancelled().clone();
        let stream = &request.stream;
        let reading = async {
            input.until(stream).await.map_err(|problem| problem.in_stream(stream))?;
            let problems = out.clone();
            let mut reading = Reading::new(&self.definition, stream, out, MOST_BROKEN);
            loop {
                let step = match input.next().await {
                    Ok(line) => take(&mut reading, &problems, line).await,
                    Err(problem) => Err(problem),
                };
                match step {
                    Ok(None) => {}
                    // Scopes that are open are left as an early end leaves them.
                    Ok(Some(outcome)) => return outcome,
                    Err(problem) => return reading.abort(problem).await,
                }
            }
        };
        let stopped =
            || Problem::new(ProblemClass::Cancelled, "cancelled", "the reading was stopped");
        stop.run_until_cancelled(reading).await.unwrap_or_else(|| Err(stopped()))
    }

    fn access(&self, _format: &str) -> Result<Vec<AccessDocument>, Problem> {
        Err(elsewhere("what it needs"))
    }
}

fn elsewhere(what: &str) -> Problem {
    let message = format!("{what} is asked of the machine that runs `rollcall collect`");
    Problem::new(ProblemClass::Unsupported, "pushed_source", message)
}

/// Takes a line; the outcome of the stream at its end.
async fn take(
    reading: &mut Reading<'_>,
    out: &Emitter,
    line: &[u8],
) -> Result<Option<Result<(), Problem>>, Problem> {
    let said = match control(line) {
        Some(Ok(said)) => said,
        // What is no control line is a record, or broken, and told so by whom reads records.
        _ => {
            let line = match line.len() {
                ..=LONGEST_LINE => Line::Whole(line.to_vec()),
                _ => Line::TooLong,
            };
            reading.line(line).await?;
            return Ok(None);
        }
    };
    match said {
        Control::Lane { lane } => reading.change_lane(lane),
        Control::Problem { problem } => {
            if let Some(scope) = reading.scope() {
                scope.problem(clean(problem)).await?;
            }
        }
        Control::Note { problem } => {
            if let Some(scope) = reading.scope() {
                scope.note(clean(problem)).await?;
            }
        }
        Control::Failed { problem } => reading.fail_scope(clean(problem)).await?,
        Control::StreamProblem { problem } => out.problem(clean(problem)).await?,
        Control::StreamFinished { problem } => {
            return Ok(Some(problem.map(clean).map_or(Ok(()), Err)));
        }
        Control::StreamStarted { .. } => {
            return Err(broken_off("a stream began before the one before it ended"));
        }
    }
    Ok(None)
}

/// The words of a problem that another machine wrote.
fn clean(mut problem: Problem) -> Problem {
    problem.message = redact(&problem.message);
    problem.hides = problem.hides.map(|hides| redact(&hides));
    problem
}
