//! From a configured source to a connector that can read it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;
use rollcall_connector::external::{ExternalConnector, ExternalProgram};
use rollcall_connector::transport::TransportOptions;
use rollcall_connector::{ConfigShape, Connector, ConnectorContext, Definition};
use secrecy::ExposeSecret;
use serde_json::{Map, Value, json};

use crate::config::{Config, External, Field, Source, check_fields, hint};
use crate::failure::Failure;
use crate::secret::{Context, Reference};
use crate::{environment, registry};

/// The word in `kind = "…"` of a source that is a program of its own.
pub(crate) const EXTERNAL: &str = "external";

/// A configured source whose configuration fits its connector.
pub(crate) struct Checked<'c> {
    pub(crate) source: &'c Source,
    pub(crate) definition: Definition,
}

/// Holds the configuration of sources against what their connectors declare, before anything runs.
///
/// # Errors
/// With everything that is wrong, or when an external program does not describe itself.
pub(crate) async fn check_all<'c>(
    config: &'c Config,
    sources: &[&'c Source],
) -> Result<Vec<Checked<'c>>> {
    let (mut checked, mut errors) = (Vec::new(), Vec::new());
    let shown = config.file.display();
    for source in sources {
        if let Some(stray) = source.config.values().next().filter(|_| source.is_pushed()) {
            let place = stray.place;
            errors.push(format!(
                "{shown}:{}:{}: {:?} is pushed from another machine, whose configuration this belongs to",
                place.line, place.column, source.name
            ));
        }
        let definition = match definition_of(config, source).await? {
            Ok(definition) => definition,
            Err(unknown) => {
                let place = source.kind_place;
                errors.push(format!("{shown}:{}:{}: {unknown}", place.line, place.column));
                continue;
            }
        };
        let section = format!("[source.config] of {:?}", source.name);
        let mut faults = if source.is_pushed() {
            Vec::new()
        } else {
            check_fields(&source.config, &definition, &section, source.config_place)
        };
        let streams: Vec<&str> = definition.streams.iter().map(|s| s.name.as_str()).collect();
        for (stream, place) in &source.skip_streams {
            // The streams of a program that only another machine has are not known here.
            let is_known_here = !(source.is_pushed() && source.kind == EXTERNAL);
            if is_known_here && !streams.contains(&stream.as_str()) {
                let hint = hint(stream, &streams, "streams");
                faults.push((*place, format!("skip_streams: there is no stream {stream:?}{hint}")));
            }
        }
        faults.sort_by_key(|(place, _)| (place.line, place.column));
        errors.extend(
            faults.into_iter().map(|(p, why)| format!("{shown}:{}:{}: {why}", p.line, p.column)),
        );
        checked.push(Checked { source, definition });
    }
    if errors.is_empty() {
        Ok(checked)
    } else {
        Err(Failure::new("config", errors.join("\n")).into())
    }
}

/// What is said to whoever wants to read a source from here that another machine pushes.
pub(crate) fn pushed(name: &str) -> Failure {
    let message =
        format!("{name} is pushed by `rollcall collect` on another machine and is read there");
    Failure::new("pushed_source", message)
}

/// The definition behind a source, or what is wrong with its kind.
async fn definition_of(config: &Config, source: &Source) -> Result<Result<Definition, String>> {
    if source.is_pushed() && source.kind == EXTERNAL {
        return Ok(Ok(unknown_program()));
    }
    if let Some(external) = &source.external {
        let program = program(external, &config.folder);
        let connector = ExternalConnector::load(program, json!({})).await?;
        return Ok(Ok(connector.definition().clone()));
    }
    if let Some((_, definition)) = registry::find(&source.kind) {
        return Ok(Ok(definition));
    }
    let mut known = registry::ids();
    known.push(EXTERNAL.to_owned());
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    let hint = hint(&source.kind, &known, "kinds");
    Ok(Err(format!("there is no connector {:?}{hint}", source.kind)))
}

/// What stands for a program that only another machine has.
fn unknown_program() -> Definition {
    Definition {
        id: EXTERNAL.to_owned(),
        title: String::new(),
        summary: String::new(),
        provider: String::new(),
        streams: Vec::new(),
        kinds: Vec::new(),
        config: Vec::new(),
        operations: Vec::new(),
        access_formats: Vec::new(),
    }
}

/// Makes the connector of a source: resolves its secrets and builds it.
///
/// # Errors
/// When a secret cannot be had, or the connector refuses its configuration.
pub(crate) async fn build(
    config: &Config,
    checked: &Checked<'_>,
    literal_key: [u8; 32],
) -> Result<Arc<dyn Connector>> {
    if checked.source.is_pushed() {
        return Err(pushed(&checked.source.name).into());
    }
    let transport = transport(config).await?;
    let secrets = Context::new(&config.folder, transport.clone());
    let source = checked.source;
    let values = resolve(&source.config, &checked.definition, &source.name, &secrets).await?;
    if let Some(external) = &source.external {
        let mut program = program(external, &config.folder);
        for (name, text) in &external.environment {
            if let Some(Ok(reference)) = Reference::parse(text) {
                let what = format!("{name} of source {:?}", source.name);
                program.environment.insert(name.clone(), reference.resolve(&what, &secrets).await?);
            }
        }
        return Ok(Arc::new(ExternalConnector::load(program, Value::Object(values)).await?));
    }
    assemble(config, source, values, ConnectorContext { literal_key, transport })
}

/// Makes a connector that is asked for documents only and reads nothing: secrets stay references.
///
/// # Errors
/// When the connector refuses its configuration, or is a program of its own, which has no documents.
pub(crate) fn build_unread(config: &Config, checked: &Checked<'_>) -> Result<Arc<dyn Connector>> {
    let fields = checked.source.config.iter();
    let values = fields.map(|(name, field)| (name.clone(), field.value.clone())).collect();
    assemble(config, checked.source, values, ConnectorContext::default())
}

fn assemble(
    config: &Config,
    source: &Source,
    values: Map<String, Value>,
    context: ConnectorContext,
) -> Result<Arc<dyn Connector>> {
    let Some((registration, _)) = registry::find(&source.kind) else {
        return Err(
            Failure::new("config", format!("there is no connector {:?}", source.kind)).into()
        );
    };
    let values = registration.paths.iter().fold(values, |mut values, field| {
        if let Some(value) = values.get_mut(*field) {
            make_absolute(value, &config.folder);
        }
        values
    });
    Ok((registration.build)(&Value::Object(values), &context)?)
}

/// How calls leave, with the proxy resolved.
pub(crate) async fn transport(config: &Config) -> Result<TransportOptions> {
    let mut options = config.transport.options()?;
    if let Some(Some(Ok(reference))) = config.transport.proxy.as_deref().map(Reference::parse) {
        let context = Context::new(&config.folder, options.clone());
        let proxy = reference.resolve("proxy in [transport]", &context).await?;
        options.proxy = Some(proxy.expose_secret().to_owned());
    }
    Ok(options)
}

/// The configuration as its connector takes it: secrets in place of their references.
///
/// # Errors
/// When a secret cannot be had.
pub(crate) async fn resolve(
    fields: &BTreeMap<String, Field>,
    definition: &Definition,
    source: &str,
    context: &Context,
) -> Result<Map<String, Value>> {
    let mut values = Map::new();
    for (name, field) in fields {
        let declared = definition.config.iter().find(|declared| declared.name == *name);
        let is_secret = declared.is_some_and(|declared| declared.shape == ConfigShape::Secret);
        let reference = field.value.as_str().filter(|_| is_secret).map(Reference::parse);
        let value = match reference {
            Some(Some(Ok(reference))) => {
                let what = format!("{name} of source {source:?}");
                reference.resolve(&what, context).await?.expose_secret().into()
            }
            _ => field.value.clone(),
        };
        values.insert(name.clone(), value);
    }
    Ok(values)
}

fn program(external: &External, folder: &Path) -> ExternalProgram {
    let mut program = ExternalProgram::new(&external.program).with_args(external.args.clone());
    program.search_path = environment::search_path();
    program.directory = Some(folder.to_owned());
    program
}

/// Makes the paths in a text or a list of texts absolute.
fn make_absolute(value: &mut Value, folder: &Path) {
    match value {
        Value::String(text) => *text = absolute(text, folder).to_string_lossy().into_owned(),
        Value::Array(items) => items.iter_mut().for_each(|item| make_absolute(item, folder)),
        _ => {}
    }
}

fn absolute(text: &str, folder: &Path) -> PathBuf {
    let home = match text.strip_prefix('~') {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => {
            environment::home().map(|home| home.join(rest.trim_start_matches('/')))
        }
        _ => None,
    };
    home.unwrap_or_else(|| folder.join(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_start_at_the_configuration() {
        let mut value = json!(["a", "/b", "~c"]);
        make_absolute(&mut value, Path::new("/etc"));
        assert_eq!(value, json!(["/etc/a", "/b", "/etc/~c"]));
        if let Some(home) = environment::home() {
            assert_eq!(absolute("~/x", Path::new("/etc")), home.join("x"));
        }
    }
}
