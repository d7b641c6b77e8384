//! What a demo says once its company was read: what there is to see, and what to ask.

use std::path::PathBuf;

use anyhow::Result;
use serde::Serialize;

use super::folder::{Folder, State};
use super::service::{QUESTIONS, Service};
use crate::app::App;
use crate::environment;
use crate::output::{Out, Tone, text};

/// Prints while the service runs.
pub(super) struct Teller {
    out: Out,
    config: PathBuf,
    folder: PathBuf,
}

/// A demo that can be asked, as programs get it.
#[derive(Serialize)]
struct View<'s> {
    event: &'static str,
    url: &'s str,
    lab: &'s str,
    config: String,
    counts: Vec<CountView>,
}

#[derive(Serialize)]
struct CountView {
    query: &'static str,
    what: &'static str,
    count: u64,
}

impl Teller {
    pub(super) fn new(app: &App, folder: &Folder) -> Self {
        let no_colour = environment::variable("NO_COLOR").is_some();
        Self {
            out: Out::new(app.globals.json, app.globals.color, no_colour),
            config: folder.config(),
            folder: folder.path().to_owned(),
        }
    }

    /// Waits for the first readings, then tells. A failure is told too, and ends nothing.
    pub(super) async fn tell(mut self, state: State) {
        let told = self.told(&state).await;
        if let Err(error) = told {
            tracing::warn!(%error, "the demo cannot say what there is to see");
        }
    }

    async fn told(&mut self, state: &State) -> Result<()> {
        let service = Service::new(state.clone());
        service.read_once().await?;
        let counts = service.counts().await?;
        let out = &mut self.out;
        if out.json() {
            let counts = QUESTIONS.iter().zip(counts);
            out.object(&View {
                event: "read",
                url: &state.api,
                lab: &state.lab,
                config: self.config.display().to_string(),
                counts: counts
                    .map(|((query, what), count)| CountView { query, what, count })
                    .collect(),
            })?;
            return out.flush();
        }
        out.say(Tone::Heading, "read; this is who can act in the company")?;
        for ((_, what), count) in QUESTIONS.iter().zip(counts) {
            out.line(&format!("  {count:>6} {what}"))?;
        }
        let program = environment::program()
            .map_or_else(|| "rollcall".to_owned(), |p| p.display().to_string());
        let program = text::shell_word(&program);
        let config = text::shell_word(&self.config.display().to_string());
        let folder = text::shell_word(&self.folder.display().to_string());
        out.heading("Ask it, in another terminal")?;
        out.line(&format!("  alias rollcall={program}; export ROLLCALL_CONFIG={config}"))?;
        for (command, what) in [
            ("rollcall ls class:agent finding:owner-missing", "agents nobody answers for"),
            ("rollcall ls --facets", "everything, counted"),
            ("rollcall why NAME", "who answers, whether it is used, what rules say, and why"),
            ("rollcall coverage --gaps", "what could not be read, and what that hides"),
        ] {
            out.line(&format!("  {command:<48} {what}"))?;
        }
        out.line(&format!("  curl -s '{}/api/v1/count?q=finding:owner-missing'", state.api))?;
        out.heading("Move the story on")?;
        for (event, what) in [
            ("new-agent", "somebody sets up an agent"),
            ("forbid-source", "AWS may not be read any more: nothing is lost"),
            ("allow-source", "it may again"),
        ] {
            out.line(&format!("  rollcall demo --folder {folder} event {event:<16} {what}"))?;
        }
        out.say(Tone::Quiet, "  rollcall demo events lists the others; Ctrl-C ends the demo")?;
        out.flush()
    }
}
