//! Standard error: what happens meanwhile, and what went wrong.

use std::io::{self, IsTerminal, Write};

use indicatif::{MultiProgress, ProgressDrawTarget};
use serde::Serialize;

use super::{Tone, text, wants_colour};
use crate::cli::ColorChoice;
use crate::failure::code_of;

/// Standard error, shared by notices, logs and progress bars. Cloning is cheap.
#[derive(Clone)]
pub(crate) struct Screen {
    bars: MultiProgress,
    json: bool,
    terminal: bool,
    colour: bool,
}

impl Screen {
    pub(crate) fn new(json: bool, choice: ColorChoice, no_colour: bool) -> Self {
        let terminal = io::stderr().is_terminal();
        let bars = MultiProgress::with_draw_target(if terminal {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        });
        Self { bars, json, terminal, colour: wants_colour(choice, no_colour, terminal) }
    }

    /// Whether there are colours.
    pub(crate) const fn colour(&self) -> bool {
        self.colour
    }

    /// Whether bars can be drawn.
    pub(crate) const fn is_terminal(&self) -> bool {
        self.terminal
    }

    /// The bars.
    pub(crate) const fn bars(&self) -> &MultiProgress {
        &self.bars
    }

    /// Tells people what happens; programs are not told.
    pub(crate) fn note(&self, line: &str) {
        if !self.json {
            self.write_aside(format!("{}\n", text::clean(line)).as_bytes());
        }
    }

    /// Tells people what they should look after; programs are not told, as the result says it too.
    pub(crate) fn warn(&self, line: &str) {
        if !self.json {
            let text = Tone::Warn.paint(&text::clean(line), self.colour);
            self.write_aside(format!("{text}\n").as_bytes());
        }
    }

    /// Writes without disturbing the bars. A standard error that is closed is no reason to stop.
    pub(crate) fn write_aside(&self, bytes: &[u8]) {
        self.bars.suspend(|| drop(io::stderr().lock().write_all(bytes)));
    }

    /// Asks a person; no answer is no.
    pub(crate) fn ask(&self, question: &str) -> bool {
        self.write_aside(format!("{question} [y/N] ").as_bytes());
        let mut answer = String::new();
        io::stdin().read_line(&mut answer).is_ok()
            && matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes")
    }

    /// Whether a person can be asked.
    pub(crate) fn can_ask(&self) -> bool {
        self.terminal && !self.json && io::stdin().is_terminal()
    }
}

/// Why a command ended without its result.
#[derive(Serialize)]
pub(crate) struct Complaint {
    error: Inner,
}

#[derive(Serialize)]
struct Inner {
    code: String,
    message: String,
}

impl Complaint {
    pub(crate) fn new(code: &str, message: &str) -> Self {
        Self { error: Inner { code: code.to_owned(), message: message.to_owned() } }
    }

    /// Prints it to standard error.
    pub(crate) fn print(&self, json: bool) {
        let text = if json {
            serde_json::to_string(self).unwrap_or_default()
        } else {
            format!("error: {}", text::clean(&self.error.message))
        };
        drop(writeln!(io::stderr().lock(), "{text}"));
    }
}

impl From<&anyhow::Error> for Complaint {
    fn from(error: &anyhow::Error) -> Self {
        Self::new(&code_of(error), &format!("{error:#}"))
    }
}

/// Prints what clap has to say: help and version to standard output, the rest to standard error.
pub(crate) fn print_help(error: &clap::Error) {
    drop(error.print());
}
