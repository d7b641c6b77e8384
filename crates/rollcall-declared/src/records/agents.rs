//! Agent configuration and instructions as records.

use rollcall_model::{EntityKey, EntityType, IdentityClass, Relation};
use rollcall_record::{RelationRecord, entity};
use serde_json::{Value, json};

use crate::agent::{Config, CredentialUse, FileKind, Server};
use crate::instructions::{FrontMatter, Instructions, Sort};
use crate::records::Builder;
use crate::secret::Credential;
use crate::text::Lines;

pub(crate) fn file_attributes(kind: &FileKind, config: &Config) -> Value {
    let settings = &config.settings;
    let mut value = json!({
        "client": kind.client.id,
        "servers": config.servers.iter().map(|s| &s.name).collect::<Vec<_>>(),
        "mode": settings.mode,
        "sandbox": settings.sandbox,
        "model": settings.model,
        "all_project_servers": settings.all_project_servers,
    });
    if let Value::Object(map) = &mut value {
        map.extend(settings.lists().into_iter().map(|(name, list)| (name.to_owned(), json!(list))));
    }
    value
}

pub(crate) fn config(kind: &FileKind, config: &Config, out: &mut Builder<'_>) {
    // Every file of a client in one repository configures the same agent.
    let Some(agent) = out.place.repository.entity("code.agent", kind.client.id) else { return };
    let name = format!("{} in {}", kind.client.title, out.place.repository.title);
    let last = config.servers.iter().map(|s| s.lines.last).max().unwrap_or(1);
    let record = entity(agent.clone(), EntityType::Identity, name)
        .class(IdentityClass::Agent)
        .attribute("product", kind.client.title)
        .attribute("client", kind.client.id)
        .attribute("runs_in", "client");
    out.entity(record, Lines::new(1, last));
    for found in &config.servers {
        server(&agent, found, out);
    }
    credentials(&agent, "", &config.credentials, out);
}

fn server(agent: &EntityKey, server: &Server, out: &mut Builder<'_>) {
    let id = match server.project.as_str() {
        "" => server.name.clone(),
        project => format!("{project}#{}", server.name),
    };
    let Some(key) = out.place.named("mcp.server", &id) else { return };
    let package = server.package.as_ref();
    let literal = server.credentials.iter().any(|c| matches!(c.value, Credential::Literal(_)));
    let record = entity(key.clone(), EntityType::Resource, server.identity())
        .attribute("server", &server.name)
        .attribute("project", &server.project)
        .attribute("transport", server.transport.as_str())
        .attribute("host", &server.host)
        .attribute("encrypted", server.encrypted)
        .attribute("ecosystem", package.map(|p| &p.ecosystem))
        .attribute("package", package.map(|p| &p.name))
        .attribute("version", package.and_then(|p| p.version.as_ref()))
        .attribute("pinned", package.and_then(|p| p.pinned))
        .attribute("tools", &server.tools)
        .attribute("trusted", server.trusted.then_some(true))
        .attribute("oauth", server.oauth.then_some(true))
        .attribute("authenticated", server.oauth || !server.credentials.is_empty())
        .attribute("literal_credential", literal.then_some(true))
        .disabled(Some(server.disabled));
    out.entity(record, server.lines);
    if !server.disabled {
        let relation = RelationRecord::new(agent, Relation::CanCall, &key)
            .attribute("tools", &server.tools)
            .attribute("unasked", server.trusted.then_some(true));
        out.relation(relation, server.at.line);
    }
    credentials(agent, &id, &server.credentials, out);
}

fn credentials(agent: &EntityKey, server: &str, uses: &[CredentialUse], out: &mut Builder<'_>) {
    for used in uses {
        let Some(to) = out.credential(&used.value, used.at) else { continue };
        let relation = RelationRecord::new(agent, Relation::UsesCredential, to)
            .discriminator(format!("{}#{server}#{}", out.place.path, used.name))
            .attribute("server", server)
            .attribute("under", &used.name)
            .attribute("holder", used.holder.as_str())
            .attribute("literal", matches!(used.value, Credential::Literal(_)));
        out.relation(relation, used.at.line);
    }
}

pub(crate) fn instructions(product: &str, sort: Sort, file: &Instructions, out: &mut Builder<'_>) {
    let Some(front) = &file.front else { return };
    let is_agent = matches!(sort, Sort::Agent | Sort::Workflow);
    if !is_agent && front.servers.is_empty() {
        return;
    }
    let stem = out.place.path.rsplit('/').next().unwrap_or_default();
    let name =
        front.name.clone().unwrap_or_else(|| stem.split('.').next().unwrap_or(stem).to_owned());
    let Some(agent) = out.place.named("code.agent", &name) else { return };
    out.entity(
        defined_agent(&agent, &name, product, sort, front, out),
        Lines::new(1, front.last_line),
    );
    for found in &front.servers {
        server(&agent, found, out);
    }
}

fn defined_agent(
    key: &EntityKey,
    name: &str,
    product: &str,
    sort: Sort,
    front: &FrontMatter,
    out: &Builder<'_>,
) -> rollcall_record::EntityRecord {
    entity(key.clone(), EntityType::Identity, format!("{name} in {}", out.place.repository.title))
        .class(IdentityClass::Agent)
        .attribute("client", product)
        .attribute("runs_in", if sort == Sort::Workflow { "workflow" } else { "client" })
        .attribute("tools", &front.tools)
        .attribute("model", &front.model)
        .attribute("engine", &front.engine)
        .attribute("mode", &front.permission_mode)
        .attribute("server_names", &front.server_names)
}
