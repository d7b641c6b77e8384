//! `rollcall show`.

mod policy;
mod print;
mod view;

use anyhow::Result;
use clap::Args;
use rollcall_model::Reference;
use rollcall_record::Evidence;
use rollcall_store_sql::OpenMode;

use crate::app::App;
use crate::commands::COMPLETE;
use crate::lookup::{Found, lookup};
use crate::output::Tone;

#[derive(Args, Debug)]
pub(crate) struct ShowArgs {
    /// A name, a native id, or the id that `rollcall ls --json` gives
    #[arg(value_name = "NAME|ID")]
    entity: String,
}

pub(super) async fn run(app: &mut App, args: ShowArgs) -> Result<u8> {
    let store = app.store(&app.config()?, OpenMode::Read).await?;
    match lookup(&store, &args.entity).await? {
        Found::Entity(entity) => {
            let view = view::load(&store, *entity).await?;
            if app.out.json() {
                app.out.object(&view)?;
            } else {
                let now = app.now();
                print::print(&mut app.out, &view, now)?;
            }
        }
        Found::Stub(reference) => stub(app, &reference)?,
    }
    store.close().await;
    Ok(COMPLETE)
}

fn stub(app: &mut App, reference: &Reference) -> Result<()> {
    if app.out.json() {
        return app.out.object(&view::Stub::new(reference));
    }
    app.out.say(Tone::Heading, &reference.to_string())?;
    app.out.line("not collected: others name it, and no configured source has read it")?;
    app.out.line(&format!("id {}", reference.public_id()))
}

/// Where a statement comes from, in one line: `file:line@commit`, an operation, a link.
pub(crate) fn place(evidence: &Evidence) -> String {
    let mut parts = Vec::new();
    if let Some(file) = &evidence.file {
        let line = evidence.line.map(|line| format!(":{line}")).unwrap_or_default();
        let commit: String = evidence.commit.iter().flat_map(|c| c.chars().take(12)).collect();
        let commit = if commit.is_empty() { commit } else { format!("@{commit}") };
        parts.push(format!("{file}{line}{commit}"));
    }
    parts.extend(evidence.operation.clone());
    parts.extend(evidence.url.clone());
    parts.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evidence_is_one_line() {
        let evidence = Evidence {
            file: Some("a/b.yml".into()),
            line: Some(7),
            commit: Some("0123456789abcdef0123".into()),
            ..Evidence::default()
        };
        assert_eq!(place(&evidence), "a/b.yml:7@0123456789ab");
        let operation =
            Evidence { operation: Some("aws:iam:ListUsers".into()), ..Evidence::default() };
        assert_eq!(place(&operation), "aws:iam:ListUsers");
        assert_eq!(place(&Evidence::default()), "");
    }
}
