//! From the messages of a connector to lines.

use std::collections::HashMap;

use rollcall_model::{ProblemClass, ScopeKey};
use rollcall_record::{Problem, Record, ScopeFinished};
use serde::Serialize;

use super::Control;
use crate::{Message, ScopeHandle};

/// Writes the messages of one stream as lines.
#[derive(Debug)]
pub struct Encoder {
    lane: u32,
    scopes: HashMap<ScopeHandle, ScopeKey>,
}

impl Encoder {
    /// For a stream, whose beginning is written.
    ///
    /// # Errors
    /// When something has no JSON form, which is a defect.
    pub fn start(stream: &str, out: &mut Vec<u8>) -> Result<Self, serde_json::Error> {
        line(&Control::StreamStarted { stream: stream.to_owned() }, out)?;
        Ok(Self { lane: 0, scopes: HashMap::new() })
    }

    /// Writes a message.
    ///
    /// # Errors
    /// When something has no JSON form, which is a defect.
    pub fn message(
        &mut self,
        message: Message,
        out: &mut Vec<u8>,
    ) -> Result<(), serde_json::Error> {
        match message {
            Message::Started(handle, started) => {
                self.enter(handle, out)?;
                self.scopes.insert(handle, started.scope.clone());
                line(&Record::ScopeStarted(started), out)
            }
            Message::Records(handle, records) => {
                self.enter(handle, out)?;
                records.iter().try_for_each(|record| line(record, out))
            }
            // Nobody watches at the other end.
            Message::Progress(..) => Ok(()),
            Message::Problem(handle, problem) => {
                self.enter(handle, out)?;
                line(&Control::Problem { problem }, out)
            }
            Message::Note(handle, problem) => {
                self.enter(handle, out)?;
                line(&Control::Note { problem }, out)
            }
            Message::Failed(handle, problem) => {
                self.enter(handle, out)?;
                self.scopes.remove(&handle);
                line(&Control::Failed { problem }, out)
            }
            Message::Finished(handle, count) => {
                self.enter(handle, out)?;
                match self.scopes.remove(&handle) {
                    Some(scope) => {
                        line(&Record::ScopeFinished(ScopeFinished { scope, count }), out)
                    }
                    None => Ok(()),
                }
            }
            Message::Unchanged(handle) => {
                self.enter(handle, out)?;
                self.scopes.remove(&handle);
                // What was read before is not known at this end, so nothing can be as it was.
                let message = "a scope was said to be unchanged, and nothing was read before it";
                let problem = Problem::new(ProblemClass::Bug, "unchanged_without_past", message);
                line(&Control::Failed { problem }, out)
            }
            Message::StreamProblem(problem) => line(&Control::StreamProblem { problem }, out),
        }
    }

    /// Writes how the stream ended.
    ///
    /// # Errors
    /// When something has no JSON form, which is a defect.
    pub fn finish(
        self,
        outcome: Result<(), Problem>,
        out: &mut Vec<u8>,
    ) -> Result<(), serde_json::Error> {
        line(&Control::StreamFinished { problem: outcome.err() }, out)
    }

    fn enter(&mut self, handle: ScopeHandle, out: &mut Vec<u8>) -> Result<(), serde_json::Error> {
        if self.lane == handle.0 {
            return Ok(());
        }
        self.lane = handle.0;
        line(&Control::Lane { lane: handle.0 }, out)
    }
}

fn line(value: &impl Serialize, out: &mut Vec<u8>) -> Result<(), serde_json::Error> {
    serde_json::to_writer(&mut *out, value)?;
    out.push(b'\n');
    Ok(())
}
