//! What is to be found: ids by kind, and for every repository what hangs from it.

use serde_json::{Map, Value, json};

use super::world::{Repo, World};
use crate::plan::hub::{Store, Visibility};

/// Everything there is, as it is now.
pub(super) fn truth(world: &World) -> Value {
    let organization = &world.organization;
    let repositories: Map<String, Value> =
        world.present().map(|r| (r.hub.id.to_string(), repository(world, r))).collect();
    json!({
        "schema": 1,
        "organization": {"id": organization.id, "login": organization.login},
        "kinds": kinds(world),
        "repositories": repositories,
        "people": people(world),
    })
}

fn kind(mut ids: Vec<String>) -> Value {
    ids.sort();
    json!({"count": ids.len(), "ids": ids})
}

fn kinds(world: &World) -> Value {
    let mut found = Map::new();
    let mut add = |name: &str, ids: Vec<String>| {
        found.insert(name.to_owned(), kind(ids));
    };
    let user = |n: &u64| world.user(*n).id.to_string();
    let all = || world.present();
    add("organization", vec![world.organization.id.to_string()]);
    add("member", world.members.iter().map(|m| user(&m.user)).collect());
    add("owner", world.members.iter().filter(|m| m.admin).map(|m| user(&m.user)).collect());
    let no_second = world.members.iter().filter(|m| !m.two_factor);
    add("member_without_two_factor", no_second.map(|m| user(&m.user)).collect());
    let forgotten = world.members.iter().filter(|m| {
        world
            .users
            .get(m.user as usize)
            .and_then(|u| u.person)
            .is_some_and(|p| !world.company.works_here(p))
    });
    add("member_who_left", forgotten.map(|m| user(&m.user)).collect());
    add("outside_collaborator", world.outsiders.clone().map(|n| user(&n)).collect());
    add("invitation", world.invitations.iter().map(|i| i.id.to_string()).collect());
    add("team", world.teams.iter().map(|t| t.id.to_string()).collect());
    add("organization_role", world.roles.iter().map(|r| r.id.to_string()).collect());
    add("repository", all().map(|r| r.hub.id.to_string()).collect());
    add("app_installation", world.installations.iter().map(|i| i.id.to_string()).collect());
    let agents = world.installations.iter().filter(|i| i.agent.is_some());
    add("agent_installation", agents.map(|i| i.id.to_string()).collect());
    add("personal_access_token", world.tokens.iter().map(|t| t.token.to_string()).collect());
    add("personal_access_token_request", world.requests.iter().map(|t| t.id.to_string()).collect());
    add(
        "credential_authorization",
        world.authorizations.iter().map(|a| a.id.to_string()).collect(),
    );
    add("deploy_key", all().flat_map(|r| &r.hub.keys).map(|k| k.id.to_string()).collect());
    add("environment", all().flat_map(|r| &r.hub.environments).map(|e| e.id.to_string()).collect());
    for store in Store::ALL {
        let of_organization = world.secrets.iter().filter(|s| s.store == store);
        let mut ids: Vec<String> = of_organization.map(|s| format!("org#{}", s.name)).collect();
        ids.extend(all().flat_map(|r| secrets(r, store)));
        add(&format!("{}_secret", store.as_str()), ids);
        let of_organization = world.variables.iter().filter(|v| v.store == store);
        let mut ids: Vec<String> = of_organization.map(|v| format!("org#{}", v.name)).collect();
        ids.extend(all().flat_map(|r| variables(r, store)));
        if !ids.is_empty() {
            add(&format!("{}_variable", store.as_str()), ids);
        }
    }
    let mut hooks: Vec<String> = world.hooks.iter().map(|h| format!("org:{}", h.id)).collect();
    hooks.extend(
        all().flat_map(|r| r.hub.hooks.iter().map(|h| format!("repo:{}:{}", r.hub.id, h.id))),
    );
    add("webhook", hooks);
    let own = all().flat_map(|r| &r.hub.runners);
    add("runner", world.runners.iter().chain(own).map(|r| r.id.to_string()).collect());
    add("runner_group", world.groups.iter().map(|g| g.id.to_string()).collect());
    add("copilot_seat", world.seats.iter().map(|s| user(&s.user)).collect());
    let agents = all().filter(|r| r.hub.settings.agent.enabled);
    add("coding_agent", agents.map(|r| format!("repo:{}", r.hub.id)).collect());
    let alerts =
        all().flat_map(|r| r.hub.alerts.iter().map(|a| format!("repo:{}#{}", r.hub.id, a.number)));
    add("secret_scanning_alert", alerts.collect());
    add("workflow_run", all().flat_map(|r| &r.hub.runs).map(|r| r.id.to_string()).collect());
    let linked = world.identities.iter().filter_map(|i| i.user);
    add("external_identity", linked.map(|n| user(&n)).collect());
    let audit = world.company.hub_audit_length();
    add("audit_event", (0..audit).map(|n| world.company.hub_audit_event(n).document).collect());
    Value::Object(found)
}

fn place(repo: &Repo, environment: Option<&String>, name: &str) -> String {
    match environment {
        Some(environment) => format!("repo:{}/env:{environment}#{name}", repo.hub.id),
        None => format!("repo:{}#{name}", repo.hub.id),
    }
}

fn secrets(repo: &Repo, store: Store) -> impl Iterator<Item = String> {
    let here = repo.hub.secrets.iter().filter(move |s| s.store == store);
    here.map(|s| place(repo, s.environment.as_ref(), &s.name))
}

fn variables(repo: &Repo, store: Store) -> impl Iterator<Item = String> {
    let here = repo.hub.variables.iter().filter(move |v| v.store == store);
    here.map(|v| place(repo, v.environment.as_ref(), &v.name))
}

fn repository(world: &World, repo: &Repo) -> Value {
    let hub = &repo.hub;
    let teams: Map<String, Value> = hub
        .teams
        .iter()
        .filter_map(|(n, p)| {
            world.teams.get(*n as usize).map(|t| (t.slug.clone(), p.role().into()))
        })
        .collect();
    let collaborators: Map<String, Value> =
        hub.collaborators.iter().map(|(n, p)| (world.user(*n).login, p.role().into())).collect();
    let mut secret = Map::new();
    for store in Store::ALL {
        secret.insert(store.as_str().to_owned(), secrets(repo, store).collect::<Vec<_>>().into());
    }
    // Made only where somebody has asked for them already: all of them are two thousand.
    let files = (hub.number < 200).then(|| repo.files(&world.company));
    let head = files.and_then(|f| f.head());
    let paths: Option<Map<String, Value>> =
        files.map(|f| f.paths().map(|(path, oid)| (path.to_owned(), oid.into())).collect());
    json!({
        "name": hub.name,
        "visibility": hub.visibility,
        "public": hub.visibility == Visibility::Public,
        "archived": hub.archived,
        "disabled": hub.disabled,
        "empty": hub.is_empty(),
        "deploy_keys": hub.keys.iter().map(|k| k.id).collect::<Vec<_>>(),
        "environments": hub.environments.iter().map(|e| e.name.clone()).collect::<Vec<_>>(),
        "secrets": secret,
        "variables": hub.variables.iter().map(|v| v.name.clone()).collect::<Vec<_>>(),
        "webhooks": hub.hooks.iter().map(|h| h.id).collect::<Vec<_>>(),
        "runners": hub.runners.iter().map(|r| r.id).collect::<Vec<_>>(),
        "runs": hub.runs.iter().map(|r| r.id).collect::<Vec<_>>(),
        "alerts": hub.alerts.iter().map(|a| a.number).collect::<Vec<_>>(),
        "coding_agent": hub.settings.agent.enabled,
        "mcp_servers": hub.settings.agent.servers,
        "teams": teams,
        "collaborators": collaborators,
        "head": head.map(|c| c.oid.clone()),
        "files": paths,
    })
}

/// Who is behind which account.
fn people(world: &World) -> Value {
    let all: Map<String, Value> = world
        .members
        .iter()
        .filter_map(|m| {
            let user = world.users.get(m.user as usize)?;
            let person = world.company.person(user.person?);
            let left = person.left.map(|at| at.to_string());
            Some((
                user.login.clone(),
                json!({"id": user.id, "person": person.id, "email": person.email, "left": left}),
            ))
        })
        .collect();
    Value::Object(all)
}
