//! `rollcall init github`: the App that a source of GitHub needs, and the lines that name it.

use anyhow::Result;
use clap::Args;
use rollcall_connector::{AccessDocument, ConnectorContext};
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::app::App;
use crate::commands::COMPLETE;
use crate::failure::Failure;
use crate::output::Tone;
use crate::registry;

#[derive(Args, Debug)]
pub(crate) struct GithubArgs {
    /// The organisation's login
    #[arg(long, value_name = "LOGIN")]
    organization: String,
    /// How much of repositories' contents is read: no-contents, workflows or full
    #[arg(long, value_name = "TIER", default_value = "full")]
    tier: String,
    /// The address of the interface, where it is not github.com's: https://api.SUBDOMAIN.ghe.com or
    /// https://HOST/api/v3
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
}

/// What there is to do, as programs get it.
#[derive(Serialize)]
struct View<'v> {
    source: &'v str,
    kind: &'v str,
    /// The link to the App, and its manifest.
    access: &'v [AccessDocument],
    /// Lines for the configuration.
    configuration: &'v str,
}

pub(super) fn run(app: &mut App, args: &GithubArgs) -> Result<u8> {
    let documents = documents(args)?;
    let source = format!("{}-github", args.organization.to_lowercase());
    let configuration = configuration(args, &source);
    if app.out.json() {
        let (source, configuration) = (source.as_str(), configuration.as_str());
        app.out.object(&View { source, kind: "github", access: &documents, configuration })?;
        return Ok(COMPLETE);
    }
    if let Some(AccessDocument { usage, text, .. }) = documents.first() {
        app.out.say(Tone::Heading, "1. Register the App: read permissions only")?;
        app.out.line(usage)?;
        app.out.line("")?;
        app.out.document(text)?;
    }
    app.out.heading("2. Keep its private key in a file that only rollcall may read")?;
    app.out.heading("3. Add these lines to rollcall.toml, with the App's id")?;
    app.out.document(&configuration)?;
    app.out.heading("4. See what it will ask, and what it may")?;
    app.out.line(&format!("  rollcall check {source} --plan"))?;
    app.out.line(&format!("  rollcall check {source}"))?;
    Ok(COMPLETE)
}

/// The App as the connector describes it, which nobody needs a credential for.
fn documents(args: &GithubArgs) -> Result<Vec<AccessDocument>> {
    let Some((registration, definition)) = registry::find("github") else {
        return Err(Failure::new("config", "there is no connector \"github\"").into());
    };
    let mut values = Map::new();
    values.insert("organizations".to_owned(), json!([args.organization]));
    values.insert("tier".to_owned(), json!(args.tier));
    // Never sent: no call is made for a document.
    values.insert("token".to_owned(), Value::String("none".to_owned()));
    if let Some(base) = &args.base_url {
        values.insert("base_url".to_owned(), json!(base));
    }
    let build = registration.build;
    let connector = build(&Value::Object(values), &ConnectorContext::default())?;
    let form = definition.access_formats.first().map_or("manifest", String::as_str);
    Ok(connector.access(form)?)
}

fn configuration(args: &GithubArgs, source: &str) -> String {
    let text = |value: &str| Value::String(value.to_owned()).to_string();
    let mut lines = format!(
        "[[source]]\nname = {}\nkind = \"github\"\nschedule = \"*/15 * * * *\"\n[source.config]\n\
         organizations = [{}]\napp_id = 0\nprivate_key = \"file:/etc/rollcall/github.pem\"\n",
        text(source),
        text(&args.organization)
    );
    for (name, value, is_usual) in [
        ("base_url", args.base_url.as_deref(), false),
        ("tier", Some(args.tier.as_str()), args.tier == "full"),
    ] {
        if let Some(value) = value.filter(|_| !is_usual) {
            lines.push_str(&format!("{name} = {}\n", text(value)));
        }
    }
    lines
}
