//! One run of a program.

use std::collections::VecDeque;
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

use rollcall_model::ProblemClass;
use rollcall_record::Problem;
use secrecy::ExposeSecret;
use serde_json::Value;
use tokio::io::{AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStderr, ChildStdout, Command};
use tokio::task::JoinHandle;

use super::ExternalProgram;
use super::lines::{Line, Lines};
use crate::transport::redact;

/// The exit code for a command, stream or configuration that the program cannot use.
const NOT_UNDERSTOOD: i32 = 2;
/// How many of the last lines of standard error are kept.
const KEPT_LOG_LINES: usize = 5;
/// How long such a line may be, in bytes.
const LOG_LINE_BYTES: usize = 4 << 10;

/// A program that runs. Dropping it kills the program.
pub(super) struct Process {
    name: String,
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    log: Arc<Mutex<VecDeque<String>>>,
    log_task: Option<JoinHandle<()>>,
    exit_timeout: std::time::Duration,
}

impl Process {
    /// Starts the program with a command and hands it its document. `secrets` are blanked in what
    /// is kept of its log.
    pub(super) fn start(
        program: &ExternalProgram,
        command: &str,
        document: &Value,
        secrets: Vec<String>,
    ) -> Result<Self, Problem> {
        let name = program.name();
        let failed = |why: String| {
            let message = format!("{name} cannot be started: {why}");
            Problem::new(ProblemClass::Config, "external_program", message)
        };
        let mut process = Command::new(&program.program);
        process
            .args(&program.args)
            .arg(command)
            .env_clear()
            .env("PATH", &program.search_path)
            .envs(program.environment.iter().map(|(n, v)| (n, v.expose_secret())))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        if let Some(directory) = &program.directory {
            process.current_dir(directory);
        }
        let mut child = process.spawn().map_err(|e| failed(e.to_string()))?;
        let (Some(mut stdin), Some(stdout), Some(stderr)) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(failed("it has no standard streams".to_owned()));
        };
        let document = document.to_string();
        // A program that does not read its input is no fault of the writer; it shows elsewhere.
        tokio::spawn(async move { drop(stdin.write_all(document.as_bytes()).await) });
        let log = Arc::new(Mutex::new(VecDeque::new()));
        let log_task = tokio::spawn(follow_log(name.clone(), stderr, Arc::clone(&log), secrets));
        Ok(Self {
            name,
            child,
            lines: Lines::new(BufReader::new(stdout), program.max_line_bytes),
            log,
            log_task: Some(log_task),
            exit_timeout: program.exit_timeout,
        })
    }

    /// The next line of its output.
    pub(super) async fn line(&mut self) -> Result<Option<Line>, Problem> {
        self.lines.next().await.map_err(|e| {
            let message = format!("the output of {} cannot be read: {e}", self.name);
            Problem::new(ProblemClass::Transient, "external_output", message)
        })
    }

    /// Waits for its end after its output ended. One that stays is killed.
    ///
    /// The error is a problem that quotes the end of its log.
    pub(super) async fn ended(&mut self) -> Result<(), Problem> {
        let waited = tokio::time::timeout(self.exit_timeout, self.child.wait()).await;
        let mut class = ProblemClass::Malformed;
        let how = match waited {
            Ok(Ok(status)) if status.success() => return Ok(()),
            Ok(Ok(status)) => {
                if status.code() == Some(NOT_UNDERSTOOD) {
                    class = ProblemClass::Config;
                }
                described(status)
            }
            Ok(Err(error)) => format!("could not be waited for: {error}"),
            Err(_) => {
                self.kill().await;
                format!("closed its output and did not end within {:?}", self.exit_timeout)
            }
        };
        if let Some(task) = self.log_task.take() {
            // A grandchild may hold the log open; what it said so far is enough.
            let _timely = tokio::time::timeout(std::time::Duration::from_secs(1), task).await;
        }
        let log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        let said: Vec<_> = log.iter().map(String::as_str).collect();
        let said = if said.is_empty() { "nothing".to_owned() } else { said.join(" | ") };
        let message = format!("{} {how}; its last words: {said}", self.name);
        Err(Problem::new(class, "external_failed", message))
    }

    /// Ends it now.
    pub(super) async fn kill(&mut self) {
        // It may have ended by itself in between.
        drop(self.child.kill().await);
    }
}

fn described(status: ExitStatus) -> String {
    match status.code() {
        Some(code) => format!("ended with exit code {code}"),
        None => "was ended by a signal".to_owned(),
    }
}

async fn follow_log(
    name: String,
    stderr: ChildStderr,
    log: Arc<Mutex<VecDeque<String>>>,
    secrets: Vec<String>,
) {
    let mut lines = Lines::new(BufReader::new(stderr), LOG_LINE_BYTES);
    while let Ok(Some(line)) = lines.next().await {
        let text = match line {
            Line::Whole(bytes) => blanked(&String::from_utf8_lossy(&bytes), &secrets),
            Line::TooLong => "(a line too long)".to_owned(),
        };
        if text.is_empty() {
            continue;
        }
        tracing::debug!(program = name, "{text}");
        let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
        if log.len() == KEPT_LOG_LINES {
            log.pop_front();
        }
        log.push_back(text);
    }
}

fn blanked(text: &str, secrets: &[String]) -> String {
    let text = secrets.iter().fold(text.to_owned(), |text, secret| text.replace(secret, "[…]"));
    redact(&text)
}
