//! Repositories as records: what the code connector says of their checkouts.

use rollcall_model::{EntityKey, EntityType, IdentityClass, Reference, Relation, ScopeKey};
use rollcall_record::{Evidence, ReferenceRecord, RelationRecord, entity};

use super::workflow::{self, Place, by};
use super::{Out, Scope};
use crate::files::history::history;
use crate::keys;
use crate::plan::{Company, LabError, McpServer, McpValue, Owner, Repository, Text, Workflow};

/// The realm of the list of repositories.
const ROOT: &str = "lab";

/// A file that declares something.
enum Declaring<'a> {
    Workflow(&'a Workflow),
    Composite,
    Servers,
    Agent(&'a str),
    Instructions,
    CodeOwners,
}

/// The declaring files of a repository: path, kind, what.
fn files(repository: &Repository) -> Vec<(String, &'static str, Declaring<'_>)> {
    let mut found = Vec::new();
    for workflow in &repository.workflows {
        found.push((workflow.path(), "code.workflow-file", Declaring::Workflow(workflow)));
    }
    if repository.composite {
        let path = ".github/actions/setup/action.yml".to_owned();
        found.push((path, "code.action-file", Declaring::Composite));
    }
    if !repository.servers.is_empty() {
        found.push((".mcp.json".to_owned(), "code.mcp-config", Declaring::Servers));
    }
    for (name, _) in &repository.agents {
        let path = format!(".claude/agents/{name}.md");
        found.push((path, "code.agent-instructions", Declaring::Agent(name)));
    }
    if repository.instructions {
        let path = "CLAUDE.md".to_owned();
        found.push((path, "code.agent-instructions", Declaring::Instructions));
    }
    if !repository.codeowners.is_empty() {
        let path = ".github/CODEOWNERS".to_owned();
        found.push((path, "code.codeowners", Declaring::CodeOwners));
    }
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found
}

/// The list of repositories.
pub(super) fn repositories(company: &Company, out: &mut Out<'_>) -> Result<(), LabError> {
    let mut scope = out.scope(ScopeKey::realm("repositories", ROOT), None);
    for number in 0..company.repositories {
        let repository = company.repository(number);
        let realm = keys::repository_realm(&company.name, &repository);
        let slug = repository.slug(&company.name);
        let key = keys::code(&realm, "code.repository", ".")?;
        let record = entity(key.clone(), EntityType::Resource, &slug)
            .attribute("remote", &realm)
            .attribute("branch", "main")
            .attribute("default_branch", "main")
            .attribute("checkout", &repository.name);
        scope.entity(record);
        scope.reference(ReferenceRecord::new(
            &key,
            Reference::new("git.remote", "github.com", &slug),
        ));
    }
    scope.finish();
    Ok(())
}

/// The files of a repository and what each declares.
pub(super) fn repository(
    company: &Company,
    repository: &Repository,
    out: &mut Out<'_>,
) -> Result<(), LabError> {
    let realm = keys::repository_realm(&company.name, repository);
    let slug = repository.slug(&company.name);
    let parent = keys::code(&realm, "code.repository", ".")?;
    let files = files(repository);
    let mut scope = out.scope(ScopeKey::realm("files", &realm), Some(parent.clone()));
    let changes = history(company, repository);
    for (path, kind, what) in &files {
        let key = keys::code(&realm, kind, path)?;
        file(&key, path, &slug, what, repository, &mut scope);
        let evidence = Evidence { file: Some(path.clone()), ..Evidence::default() };
        scope.relation(RelationRecord::new(&parent, Relation::Contains, &key).evidence(evidence));
        let first = changes.iter().find(|c| c.path == *path);
        let last = changes.iter().rev().find(|c| c.path == *path);
        for (relation, change) in [(Relation::LastChanged, last), (Relation::Created, first)] {
            if let Some(change) = change {
                scope.relation(by(relation, change, &key));
            }
        }
    }
    scope.finish();
    for (path, kind, what) in &files {
        let key = keys::code(&realm, kind, path)?;
        let changed = changes.iter().rev().find(|c| c.path == *path);
        let place = Place { realm: &realm, slug: &slug, repository, path, file: &key, changed };
        let mut scope = out.scope(ScopeKey::part("declarations", &realm, path), Some(key.clone()));
        match what {
            Declaring::Workflow(found) => workflow::declared(found, &place, &mut scope)?,
            Declaring::Servers => servers(company, repository, &place, &mut scope)?,
            Declaring::Agent(name) => agent(name, repository, &place, &mut scope)?,
            Declaring::CodeOwners => owners(company, repository, &realm, &files, &mut scope)?,
            Declaring::Composite | Declaring::Instructions => {}
        }
        scope.finish();
    }
    Ok(())
}

fn file(
    key: &EntityKey,
    path: &str,
    slug: &str,
    what: &Declaring<'_>,
    repository: &Repository,
    scope: &mut Scope<'_, '_>,
) {
    let record = entity(key.clone(), EntityType::Resource, path);
    let record = match what {
        Declaring::Workflow(workflow) => record
            .attribute("workflow", &workflow.name)
            .attribute("triggers", workflow.triggers.iter().map(|t| &t.event).collect::<Vec<_>>())
            .attribute("permissions", ["default"])
            .attribute("jobs", workflow.jobs.len()),
        Declaring::Composite => record.attribute("action", "setup").attribute("using", "composite"),
        Declaring::Servers => record
            .attribute("client", "claude-code")
            .attribute("servers", repository.servers.iter().map(|s| &s.name).collect::<Vec<_>>()),
        Declaring::Agent(name) => record
            .attribute("client", "claude-code")
            .attribute("purpose", "agent")
            .attribute("name", name)
            .attribute("tools", tools_of(repository, name)),
        Declaring::Instructions => {
            record.attribute("client", "claude-code").attribute("purpose", "instructions")
        }
        Declaring::CodeOwners => record,
    };
    scope.entity(record.evidence(Evidence { file: Some(path.to_owned()), ..Evidence::default() }));
    let slug = slug.to_lowercase();
    let reference = match what {
        Declaring::Workflow(_) => {
            Reference::new("github.workflow", "github.com", &format!("{slug}/{path}"))
        }
        Declaring::Composite => {
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            Reference::new("github.action", "github.com", &format!("{slug}/{folder}"))
        }
        _ => return,
    };
    scope.reference(ReferenceRecord::new(key, reference));
}

/// The agent of a client, and the servers it may call.
fn servers(
    company: &Company,
    repository: &Repository,
    place: &Place<'_>,
    scope: &mut Scope<'_, '_>,
) -> Result<(), LabError> {
    let agent = keys::code(place.realm, "code.agent", "claude-code")?;
    let record =
        entity(agent.clone(), EntityType::Identity, format!("Claude Code in {}", place.slug))
            .class(IdentityClass::Agent)
            .attribute("product", "Claude Code")
            .attribute("client", "claude-code")
            .attribute("runs_in", "client")
            .evidence(place.evidence());
    scope.entity(record);
    place.declares(&agent, scope);
    for server in &repository.servers {
        let key = keys::code(place.realm, "mcp.server", &format!(".mcp.json#{}", server.name))?;
        let literal = matches!(server.variable, Some((_, McpValue::Literal(_))));
        let record = entity(key.clone(), EntityType::Resource, server.package.clone())
            .attribute("server", &server.name)
            .attribute("transport", "stdio")
            .attribute("ecosystem", "npm")
            .attribute("package", &server.package)
            .attribute("version", &server.version)
            .attribute("pinned", server.version.is_some())
            .attribute("authenticated", server.variable.is_some())
            .attribute("literal_credential", literal.then_some(true))
            .disabled(Some(false))
            .evidence(place.evidence());
        scope.entity(record);
        place.declares(&key, scope);
        let calls = RelationRecord::new(&agent, Relation::CanCall, &key);
        scope.relation(calls.evidence(place.evidence()));
        credential(company, server, &agent, place, scope)?;
    }
    Ok(())
}

fn credential(
    company: &Company,
    server: &McpServer,
    agent: &EntityKey,
    place: &Place<'_>,
    scope: &mut Scope<'_, '_>,
) -> Result<(), LabError> {
    let Some((variable, value)) = &server.variable else { return Ok(()) };
    let relation = match value {
        McpValue::Reference(name) => {
            let to = Reference::new("env.variable", place.realm, name);
            RelationRecord::new(agent, Relation::UsesCredential, to)
        }
        McpValue::Literal(number) => {
            // A real reader's hash is keyed; this one only tells equal ones apart.
            let hash = format!("{:032x}", crate::plan::mix(company.spec.seed ^ number));
            let id = format!("github-token:{hash}");
            let key = keys::code("literals", "code.literal-credential", &id)?;
            let name = format!("github-token {}", &hash[..8]);
            let record = entity(key.clone(), EntityType::Credential, name)
                .attribute("detector", "github-token")
                .attribute("hash", &hash)
                .evidence(place.evidence());
            scope.entity(record);
            place.declares(&key, scope);
            RelationRecord::new(agent, Relation::UsesCredential, key)
        }
    };
    let relation = relation
        .discriminator(format!(".mcp.json#{}#{variable}", server.name))
        .attribute("server", &server.name)
        .attribute("under", variable)
        .attribute("holder", "env")
        .attribute("literal", matches!(value, McpValue::Literal(_)))
        .evidence(place.evidence());
    scope.relation(relation);
    Ok(())
}

/// The tools of an agent.
fn tools_of<'a>(repository: &'a Repository, name: &str) -> &'a [Text] {
    repository.agents.iter().find(|(n, _)| n == name).map_or(&[], |(_, tools)| tools)
}

/// An agent that a file defines.
fn agent(
    name: &str,
    repository: &Repository,
    place: &Place<'_>,
    scope: &mut Scope<'_, '_>,
) -> Result<(), LabError> {
    let key = keys::code(place.realm, "code.agent", &format!("{}#{name}", place.path))?;
    let record = entity(key.clone(), EntityType::Identity, format!("{name} in {}", place.slug))
        .class(IdentityClass::Agent)
        .attribute("client", "claude-code")
        .attribute("runs_in", "client")
        .attribute("tools", tools_of(repository, name))
        .evidence(place.evidence());
    scope.entity(record);
    place.declares(&key, scope);
    Ok(())
}

/// Who owns each file.
fn owners(
    company: &Company,
    repository: &Repository,
    realm: &str,
    files: &[(String, &'static str, Declaring<'_>)],
    scope: &mut Scope<'_, '_>,
) -> Result<(), LabError> {
    for (path, kind, _) in files {
        let Some((line, pattern, owner)) = repository.rule_for(path) else { continue };
        let (namespace, value) = match owner {
            Owner::Team(team) => {
                ("github.team", format!("{}/{}", company.name, company.team(team).slug))
            }
            Owner::Person(person) => ("github.user", company.person(person).login),
        };
        let key = keys::code(realm, kind, path)?;
        let to = Reference::new(namespace, "github.com", &value.to_lowercase());
        let relation = RelationRecord::new(key, Relation::OwnedBy, to)
            .attribute("rule_line", line)
            .attribute("pattern", pattern)
            .attribute("source", "codeowners")
            .attribute("role", "technical")
            .evidence(Evidence {
                file: Some(".github/CODEOWNERS".to_owned()),
                ..Evidence::default()
            });
        scope.relation(relation);
    }
    Ok(())
}
