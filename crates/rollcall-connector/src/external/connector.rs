//! A connector that is a program of its own.

use async_trait::async_trait;
use rollcall_model::{ProblemClass, Timestamp};
use rollcall_record::{Problem, Record};
use serde::Deserialize;
use serde_json::{Value, json};

use super::lines::{Line, parse_record};
use super::process::Process;
use super::reading::Reading;
use super::{ExternalProgram, PROTOCOL_VERSION};
use crate::transport::parse_json;
use crate::{
    AccessDocument, CheckReport, ConfigShape, Connector, Definition, Emitter, SyncRequest,
    definition_violations,
};

/// A program that speaks the protocol, as a connector.
#[derive(Clone, Debug)]
pub struct ExternalConnector {
    program: ExternalProgram,
    definition: Definition,
    config: Value,
}

#[derive(Deserialize)]
struct Spec {
    protocol: u32,
    definition: Value,
}

impl ExternalConnector {
    /// Asks the program what it is. `config` is the source's configuration with secrets resolved;
    /// it reaches the program on standard input only.
    ///
    /// # Errors
    /// When the program cannot be started (`config`), speaks another version of the protocol
    /// (`unsupported`), or does not describe itself as it should (`malformed`).
    pub async fn load(program: ExternalProgram, config: Value) -> Result<Self, Problem> {
        let document = json!({"protocol": PROTOCOL_VERSION});
        let answer = answer(&program, "spec", &document, Vec::new()).await?;
        let name = program.name();
        let spec: Spec = parse_json(&format!("{name} spec"), &answer)?;
        if spec.protocol != PROTOCOL_VERSION {
            return Err(Problem::new(
                ProblemClass::Unsupported,
                "protocol_version",
                format!(
                    "{name} speaks version {} of the protocol, not {PROTOCOL_VERSION}",
                    spec.protocol
                ),
            ));
        }
        let bytes = spec.definition.to_string();
        let definition: Definition = parse_json(&format!("{name} spec"), bytes.as_bytes())?;
        let violations = definition_violations(&definition);
        if !violations.is_empty() {
            let message = format!("{name} describes itself badly: {}", violations.join("; "));
            return Err(Problem::new(ProblemClass::Malformed, "bad_spec", message));
        }
        Ok(Self { program, definition, config })
    }

    /// The values of the configuration that are secrets, to be blanked in what is kept of logs.
    fn secrets(&self) -> Vec<String> {
        let fields = self.definition.config.iter().filter(|f| f.shape == ConfigShape::Secret);
        let values = fields.filter_map(|field| self.config.get(&field.name)?.as_str());
        values.filter(|value| value.len() >= 4).map(str::to_owned).collect()
    }
}

#[async_trait]
impl Connector for ExternalConnector {
    fn definition(&self) -> &Definition {
        &self.definition
    }

    async fn check(&self, now: Timestamp) -> Result<CheckReport, Problem> {
        let document = json!({"protocol": PROTOCOL_VERSION, "config": self.config, "now": now});
        let answer = answer(&self.program, "check", &document, self.secrets()).await?;
        Ok(parse_json(&format!("{} check", self.program.name()), &answer)?)
    }

    async fn sync(&self, request: SyncRequest, out: Emitter) -> Result<(), Problem> {
        let document = json!({
            "protocol": PROTOCOL_VERSION,
            "config": self.config,
            "stream": request.stream,
            "cursor": request.cursor,
            "now": request.now,
        });
        let stop = out.cancelled().clone();
        let mut process = Process::start(&self.program, "sync", &document, self.secrets())?;
        let reading = read(&self.program, &self.definition, &request.stream, &mut process, out);
        if let Some(outcome) = stop.run_until_cancelled(reading).await {
            // An early end of the reading leaves the program behind otherwise.
            if outcome.is_err() {
                process.kill().await;
            }
            return outcome;
        }
        process.kill().await;
        Err(Problem::new(ProblemClass::Cancelled, "cancelled", "the reading was stopped"))
    }

    fn access(&self, format: &str) -> Result<Vec<AccessDocument>, Problem> {
        let message = format!("an external connector prints no access documents, such as {format}");
        Err(Problem::new(ProblemClass::Unsupported, "access_format", message))
    }
}

async fn read(
    program: &ExternalProgram,
    definition: &Definition,
    stream: &str,
    process: &mut Process,
    out: Emitter,
) -> Result<(), Problem> {
    let mut reading = Reading::new(definition, stream, out, program.max_broken_lines);
    loop {
        let line = tokio::time::timeout(program.silence_timeout, process.line()).await;
        let broken = match line.unwrap_or_else(|_| Err(silent(program, "sync"))) {
            Ok(Some(line)) => reading.line(line).await.err(),
            Ok(None) => return reading.end(process.ended().await).await,
            Err(problem) => Some(problem),
        };
        if let Some(problem) = broken {
            return reading.abort(problem).await;
        }
    }
}

/// The one JSON document that `spec` and `check` answer.
async fn answer(
    program: &ExternalProgram,
    command: &str,
    document: &Value,
    secrets: Vec<String>,
) -> Result<Vec<u8>, Problem> {
    let mut process = Process::start(program, command, document, secrets)?;
    let reading = async {
        let (mut text, mut said) = (Vec::new(), None);
        while let Some(line) = process.line().await? {
            let Line::Whole(line) = line else { return Err(too_long(program, command)) };
            if text.len() + line.len() > program.max_line_bytes {
                return Err(too_long(program, command));
            }
            if let Ok(Some(Record::Problem(problem))) = parse_record(&line) {
                said = Some(problem);
                continue;
            }
            text.extend_from_slice(&line);
            text.push(b'\n');
        }
        match (process.ended().await, said) {
            (Ok(()), _) => Ok(text),
            (Err(_), Some(problem)) => Err(problem),
            (Err(problem), None) => Err(problem),
        }
    };
    let outcome = tokio::time::timeout(program.answer_timeout, reading).await;
    outcome.unwrap_or_else(|_| Err(silent(program, command)))
}

fn silent(program: &ExternalProgram, command: &str) -> Problem {
    let message = format!("{} {command} said nothing for too long", program.name());
    Problem::new(ProblemClass::Transient, "timed_out", message)
}

fn too_long(program: &ExternalProgram, command: &str) -> Problem {
    let (name, cap) = (program.name(), program.max_line_bytes);
    let message = format!("{name} {command} answered more than {cap} bytes");
    Problem::new(ProblemClass::Malformed, "body_too_large", message)
}
