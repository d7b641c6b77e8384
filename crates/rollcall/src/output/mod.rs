//! Everything that is printed goes through here: results to standard output, what happens meanwhile
//! and what went wrong to standard error.

mod aside;
mod grid;
pub(crate) mod text;

use std::io::{self, IsTerminal, Write};

use anyhow::Result;
use serde::Serialize;

pub(crate) use aside::{Complaint, Screen, print_help};
pub(crate) use grid::{Cell, Grid};

use crate::cli::ColorChoice;

/// How a piece of text is meant.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum Tone {
    #[default]
    Plain,
    Heading,
    Good,
    Warn,
    Bad,
    Quiet,
}

impl Tone {
    /// The escape sequence that begins it. Source: ECMA-48, select graphic rendition.
    const fn begin(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Heading => "\u{1b}[1m",
            Self::Good => "\u{1b}[32m",
            Self::Warn => "\u{1b}[33m",
            Self::Bad => "\u{1b}[31m",
            Self::Quiet => "\u{1b}[2m",
        }
    }

    /// The text in this tone, where there are colours.
    fn paint(self, text: &str, colour: bool) -> String {
        if colour && self != Self::Plain {
            format!("{}{text}\u{1b}[0m", self.begin())
        } else {
            text.to_owned()
        }
    }
}

/// Nobody reads our output any more.
#[derive(Debug, thiserror::Error)]
#[error("the output was closed")]
pub(crate) struct Closed;

/// Standard output.
pub(crate) struct Out {
    writer: io::BufWriter<io::Stdout>,
    json: bool,
    colour: bool,
    width: Option<u16>,
}

impl Out {
    pub(crate) fn new(json: bool, choice: ColorChoice, no_colour: bool) -> Self {
        let terminal = io::stdout().is_terminal();
        Self {
            writer: io::BufWriter::new(io::stdout()),
            json,
            colour: wants_colour(choice, no_colour, terminal),
            width: if terminal { grid::terminal_width() } else { None },
        }
    }

    /// Whether results are JSON.
    pub(crate) const fn json(&self) -> bool {
        self.json
    }

    /// Prints one object as one line of JSON.
    pub(crate) fn object<T: Serialize>(&mut self, value: &T) -> Result<()> {
        let mut line = serde_json::to_string(value)?;
        line.push('\n');
        self.raw(line.as_bytes())
    }

    /// Prints a line for people.
    pub(crate) fn line(&mut self, line: &str) -> Result<()> {
        self.say(Tone::Plain, line)
    }

    /// Prints a line for people in a tone.
    pub(crate) fn say(&mut self, tone: Tone, line: &str) -> Result<()> {
        let text = tone.paint(&text::clean(line), self.colour);
        self.raw(text.as_bytes())?;
        self.raw(b"\n")
    }

    /// Prints an empty line and a heading.
    pub(crate) fn heading(&mut self, title: &str) -> Result<()> {
        self.raw(b"\n")?;
        self.say(Tone::Heading, title)
    }

    /// Prints a table, if it has rows.
    pub(crate) fn grid(&mut self, grid: &Grid) -> Result<()> {
        if grid.is_empty() {
            return Ok(());
        }
        let text = grid.render(self.width, self.colour);
        self.raw(text.as_bytes())?;
        self.raw(b"\n")
    }

    /// Prints a document as it is: a policy, a page, a completion script.
    pub(crate) fn document(&mut self, text: &str) -> Result<()> {
        self.raw(text.as_bytes())?;
        if text.ends_with('\n') { Ok(()) } else { self.raw(b"\n") }
    }

    /// A writer for a long result; its errors are those of this output.
    pub(crate) fn writer(&mut self) -> &mut (dyn Write + Send) {
        &mut self.writer
    }

    /// Says what an error of [`Out::writer`] means.
    pub(crate) fn settle(error: io::Error) -> anyhow::Error {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Closed.into(),
            _ => error.into(),
        }
    }

    /// Sends what is still held back.
    pub(crate) fn flush(&mut self) -> Result<()> {
        self.writer.flush().map_err(Self::settle)
    }

    fn raw(&mut self, bytes: &[u8]) -> Result<()> {
        self.writer.write_all(bytes).map_err(Self::settle)
    }
}

fn wants_colour(choice: ColorChoice, no_colour: bool, terminal: bool) -> bool {
    match choice {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto => terminal && !no_colour,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colour_needs_a_terminal_and_nobody_against_it() {
        assert!(wants_colour(ColorChoice::Auto, false, true));
        assert!(!wants_colour(ColorChoice::Auto, true, true));
        assert!(!wants_colour(ColorChoice::Auto, false, false));
        assert!(wants_colour(ColorChoice::Always, true, false));
        assert_eq!(Tone::Bad.paint("x", false), "x");
        assert_eq!(Tone::Bad.paint("x", true), "\u{1b}[31mx\u{1b}[0m");
    }
}
