//! `rollcall check`.

mod plan;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;
use clap::Args;
use rollcall_connector::{
    AccessDocument, CheckReport, Connector, Definition, PermissionCheck, PermissionState,
};
use serde::Serialize;

use crate::app::App;
use crate::commands::{COMPLETE, INCOMPLETE, NOTHING};
use crate::config::{Config, hint};
use crate::failure::{Failure, code_of};
use crate::output::{Cell, Grid, Out, Tone};
use crate::sources::{self, Checked};
use crate::{commands, key};

/// A longer document is named and not printed beside the probes.
const MOST_LINES: usize = 120;

#[derive(Args, Debug)]
pub(crate) struct CheckArgs {
    /// The sources to check; all when none is named
    sources: Vec<String>,
    /// Probe nothing; print the least access a source needs in this form, such as policy or terraform
    #[arg(long, value_name = "FORM")]
    emit: Option<String>,
    /// Write what --emit prints into files in this folder
    #[arg(long, value_name = "DIR", requires = "emit")]
    out: Option<PathBuf>,
    /// Probe nothing; print the requests that reading each source now would take, stream by stream
    #[arg(long, conflicts_with = "emit")]
    plan: bool,
}

#[derive(Serialize)]
struct View {
    source: String,
    kind: String,
    /// Whom the provider takes the credential for.
    identity: Option<String>,
    permissions: Vec<PermissionCheck>,
    warnings: Vec<String>,
    /// The least access, in the connector's first form.
    access: Vec<AccessDocument>,
    error: Option<Error>,
    /// The connector's first form.
    #[serde(skip)]
    form: Option<String>,
}

#[derive(Serialize)]
struct Error {
    code: String,
    message: String,
    hides: Option<String>,
}

pub(super) async fn run(app: &mut App, args: CheckArgs) -> Result<u8> {
    let config = app.config()?;
    let chosen = config.chosen(&args.sources)?;
    let checked = sources::check_all(&config, &chosen).await?;
    if let Some(form) = &args.emit {
        return emit(app, &config, &checked, form, args.out.as_deref());
    }
    let address = app.store_address(&config).await?;
    let literal_key = key::load_or_pass(&key::file(&config, &address))?;
    if args.plan {
        return plan::run(app, &config, &checked, literal_key).await;
    }
    let mut codes = Vec::new();
    for one in &checked {
        let view = match sources::build(&config, one, literal_key).await {
            Ok(connector) => probe(app, one, &connector).await,
            Err(error) => View::failed(one, code_of(&error), format!("{error:#}"), None),
        };
        codes.push(view.code());
        view.print(&mut app.out)?;
        app.out.flush()?;
    }
    Ok(match (codes.iter().max(), codes.iter().min()) {
        (Some(&COMPLETE), _) | (None, _) => COMPLETE,
        (_, Some(&NOTHING)) if codes.iter().all(|code| *code == NOTHING) => NOTHING,
        _ => INCOMPLETE,
    })
}

async fn probe(app: &App, checked: &Checked<'_>, connector: &Arc<dyn Connector>) -> View {
    match connector.check(app.now()).await {
        Ok(report) => View::new(checked, report, least_access(connector)),
        Err(problem) => View {
            access: least_access(connector),
            ..View::failed(checked, problem.code, problem.message, problem.hides)
        },
    }
}

fn least_access(connector: &Arc<dyn Connector>) -> Vec<AccessDocument> {
    let form = connector.definition().access_formats.first();
    form.and_then(|form| connector.access(form).ok()).unwrap_or_default()
}

impl View {
    fn new(checked: &Checked, report: CheckReport, access: Vec<AccessDocument>) -> Self {
        let skipped = |stream: &str| checked.source.skip_streams.iter().any(|(s, _)| s == stream);
        Self {
            source: checked.source.name.clone(),
            kind: checked.source.kind.clone(),
            identity: report.identity,
            permissions: report.permissions.into_iter().filter(|p| !skipped(&p.stream)).collect(),
            warnings: report.warnings,
            access,
            error: None,
            form: checked.definition.access_formats.first().cloned(),
        }
    }

    fn failed(checked: &Checked, code: String, message: String, hides: Option<String>) -> Self {
        let view = Self::new(checked, CheckReport::default(), Vec::new());
        Self { error: Some(Error { code, message, hides }), ..view }
    }

    fn code(&self) -> u8 {
        // What could not be tried for want of something to try it on is no lack.
        let lacks = |p: &PermissionCheck| p.state == PermissionState::Denied;
        match &self.error {
            Some(_) => NOTHING,
            None if self.permissions.iter().any(lacks) => INCOMPLETE,
            None => COMPLETE,
        }
    }

    /// How many permissions there are, of how many.
    fn counts(&self) -> String {
        let of = |state| self.permissions.iter().filter(|p| p.state == state).count();
        let granted = of(PermissionState::Granted);
        let mut text = format!("{granted} of {} permissions granted", self.permissions.len());
        for state in
            [PermissionState::Denied, PermissionState::Unknown, PermissionState::Unsupported]
        {
            if of(state) > 0 {
                text.push_str(&format!(", {} {}", of(state), word(state).0));
            }
        }
        text
    }

    fn print(&self, out: &mut Out) -> Result<()> {
        if out.json() {
            return out.object(self);
        }
        out.heading(&format!("{} ({})", self.source, self.kind))?;
        if let Some(identity) = &self.identity {
            out.line(&format!("  reads as {identity}"))?;
        }
        if let Some(error) = &self.error {
            out.say(Tone::Bad, &format!("  nothing could be probed: {}", error.message))?;
            if let Some(hides) = &error.hides {
                out.line(&format!("  hides: {hides}"))?;
            }
        }
        out.grid(&permissions(&self.permissions))?;
        if self.error.is_none() {
            out.line(&format!("  {}", self.counts()))?;
        }
        for warning in &self.warnings {
            out.say(Tone::Warn, &format!("  {warning}"))?;
        }
        let form = self.form.as_deref().unwrap_or_default();
        print_documents(out, &self.access, &self.source, form)
    }
}

fn permissions(permissions: &[PermissionCheck]) -> Grid {
    let mut grid = Grid::new(&["stream", "realm", "permission", "state", "hides"]).indented();
    for p in permissions {
        let (word, tone) = word(p.state);
        let hidden = match p.state {
            PermissionState::Granted => Cell::default(),
            _ => {
                let why = p.detail.as_ref().map(|d| format!(" ({d})")).unwrap_or_default();
                Cell::from(format!("{}{why}", p.hides.as_deref().unwrap_or_default()))
            }
        };
        grid.row([
            Cell::from(p.stream.as_str()),
            Cell::from(p.realm.as_str()),
            Cell::from(p.permission.as_str()),
            Cell::new(word, tone),
            hidden,
        ]);
    }
    grid
}

const fn word(state: PermissionState) -> (&'static str, Tone) {
    match state {
        PermissionState::Granted => ("granted", Tone::Good),
        PermissionState::Denied => ("denied", Tone::Bad),
        PermissionState::Unsupported => ("not offered here", Tone::Quiet),
        PermissionState::Unknown => ("not known", Tone::Warn),
    }
}

fn print_documents(
    out: &mut Out,
    documents: &[AccessDocument],
    source: &str,
    form: &str,
) -> Result<()> {
    for AccessDocument { name, usage, text } in documents {
        out.heading(&format!("  least access: {name}"))?;
        out.say(Tone::Quiet, &format!("  {usage}"))?;
        let lines = text.lines().count();
        if lines > MOST_LINES {
            let source = crate::output::text::shell_word(source);
            out.line(&format!("  {lines} lines: rollcall check {source} --emit {form}"))?;
        } else {
            out.document(text)?;
        }
    }
    Ok(())
}

#[derive(Serialize)]
struct Emitted<'d> {
    source: &'d str,
    form: &'d str,
    name: &'d str,
    usage: &'d str,
    text: &'d str,
    /// The file it was written to.
    file: Option<String>,
}

/// Prints or writes the documents of sources in a form.
fn emit(
    app: &mut App,
    config: &Config,
    checked: &[Checked<'_>],
    form: &str,
    folder: Option<&Path>,
) -> Result<u8> {
    let offering: Vec<&Checked> =
        checked.iter().filter(|one| offers(&one.definition, form)).collect();
    if offering.is_empty() {
        let known: Vec<&str> = checked
            .iter()
            .flat_map(|one| one.definition.access_formats.iter().map(String::as_str))
            .collect();
        let message = format!(
            "no chosen source prints its access as {form:?}{}",
            hint(form, &known, "forms")
        );
        return Err(Failure::new("unknown_form", message).into());
    }
    for one in offering {
        let connector = sources::build_unread(config, one)?;
        for AccessDocument { name, usage, text } in connector.access(form)? {
            let file = folder.map(|folder| write(folder, &name, &text)).transpose()?;
            if app.out.json() {
                let file = file.map(|file| file.display().to_string());
                let (name, usage, text) = (&name, &usage, &text);
                app.out.object(&Emitted {
                    source: &one.source.name,
                    form,
                    name,
                    usage,
                    text,
                    file,
                })?;
            } else if let Some(file) = file {
                app.out.line(&format!("wrote {}: {usage}", file.display()))?;
            } else {
                app.screen.note(&format!("{name}: {usage}"));
                app.out.document(&text)?;
            }
        }
    }
    Ok(COMPLETE)
}

fn offers(definition: &Definition, form: &str) -> bool {
    definition.access_formats.iter().any(|offered| offered == form)
}

fn write(folder: &Path, name: &str, text: &str) -> Result<PathBuf> {
    // The name is the connector's; an external one must not choose the place.
    let plain = Path::new(name).file_name().filter(|plain| *plain == name);
    let plain =
        plain.ok_or_else(|| Failure::new("malformed", format!("{name:?} is no file name")))?;
    std::fs::create_dir_all(folder)?;
    let file = folder.join(plain);
    commands::backup::new_private_file(&file)?.write_all(text.as_bytes())?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(states: &[PermissionState]) -> View {
        let permission = |state: &PermissionState| PermissionCheck {
            stream: "s".into(),
            realm: "r".into(),
            permission: "p".into(),
            state: *state,
            detail: None,
            hides: None,
        };
        View {
            source: "a".into(),
            kind: "b".into(),
            identity: None,
            permissions: states.iter().map(permission).collect(),
            warnings: Vec::new(),
            access: Vec::new(),
            error: None,
            form: None,
        }
    }

    #[test]
    fn only_what_is_denied_is_lacking_and_every_count_has_its_whole() {
        use PermissionState::{Denied, Granted, Unknown, Unsupported};
        let most = view(&[Granted, Unknown, Unsupported]);
        assert_eq!((most.code(), view(&[Granted, Denied]).code()), (COMPLETE, INCOMPLETE));
        assert_eq!(most.counts(), "1 of 3 permissions granted, 1 not known, 1 not offered here");
    }
}
