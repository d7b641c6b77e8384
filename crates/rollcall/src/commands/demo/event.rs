//! `rollcall demo event`.

use anyhow::Result;
use clap::Args;
use rollcall_lab::EVENTS;
use serde::Serialize;

use super::folder::Folder;
use super::service::{Kept, QUESTIONS, Service};
use super::{counted, not_running};
use crate::app::App;
use crate::commands::COMPLETE;
use crate::config::hint;
use crate::failure::Failure;
use crate::output::{Tone, text};

#[derive(Args, Debug)]
pub(crate) struct EventArgs {
    /// What happens; `rollcall demo events` lists all
    #[arg(value_name = "NAME")]
    name: String,
}

/// What happened and what became of it, as programs get it.
#[derive(Serialize)]
struct View<'e> {
    event: &'e str,
    changed: &'e str,
    expect: &'e str,
    counts: Vec<CountView>,
    /// What would look gone if an answer that did not come were believed.
    kept: Option<Kept>,
}

#[derive(Serialize)]
struct CountView {
    query: &'static str,
    what: &'static str,
    before: u64,
    after: u64,
}

pub(super) async fn run(app: &mut App, folder: &Folder, args: EventArgs) -> Result<u8> {
    let known: Vec<&str> = EVENTS.iter().map(|(name, _)| *name).collect();
    if !known.contains(&args.name.as_str()) {
        let message = format!("{:?} is no event{}", args.name, hint(&args.name, &known, "events"));
        return Err(Failure::new("lab_event", message).into());
    }
    let service = Service::new(folder.state().ok_or_else(|| not_running(folder))?);
    // A demo that was killed leaves its address behind.
    let before = service.counts().await.map_err(|_| not_running(folder))?;
    let happened = service.event(&args.name).await?;
    if !app.out.json() {
        app.out.say(Tone::Heading, &happened.changed)?;
        app.out.say(Tone::Quiet, "reading every source again")?;
        app.out.flush()?;
    }
    let status = service.read_again().await?;
    let after = service.counts().await?;
    let counts = QUESTIONS.iter().zip(before.into_iter().zip(after));
    let counts: Vec<CountView> = counts
        .map(|((query, what), (before, after))| CountView { query, what, before, after })
        .collect();
    let kept = status.kept.filter(|kept| kept.entities > 0);
    let (changed, expect) = (happened.changed.as_str(), happened.expect.as_str());
    if app.out.json() {
        app.out.object(&View { event: &args.name, changed, expect, counts, kept })?;
        return Ok(COMPLETE);
    }
    for count in &counts {
        let tone = if count.before == count.after { Tone::Plain } else { Tone::Warn };
        let change = match i128::from(count.after) - i128::from(count.before) {
            0 => String::new(),
            change => format!(" ({change:+})"),
        };
        counted(app, tone, count.after, &format!("{}{change}", count.what))?;
    }
    if let Some(kept) = kept {
        let age = kept.oldest.map(|at| text::age(at, app.now())).unwrap_or_default();
        app.out.say(
            Tone::Warn,
            &format!(
                "{} would look gone, {} of them identities: they could not be read again. They are kept \
                 as they were {age}, nothing is concluded from their absence, and no count moves until \
                 they can be read",
                text::count(kept.entities, "entity"),
                kept.identities
            ),
        )?;
    }
    app.out.say(Tone::Quiet, &format!("expected: {expect}"))?;
    Ok(COMPLETE)
}
