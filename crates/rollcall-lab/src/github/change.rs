//! What can change while somebody reads, and what a webhook says of it.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::ask::Ask;
use super::auth::Caller;
use super::render::{node, organization, repository, user};
use super::routes::show_key;
use super::world::{Named, Repo, World};
use crate::plan::LabError;
use crate::plan::hub::{DeployKey, Member, RepositorySettings, Sort, public_key};

/// A change of the organisation.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "change")]
pub enum Change {
    /// Somebody pushes a file to the default branch, or its deletion.
    Push {
        /// The name of the repository.
        repository: String,
        /// The file.
        path: String,
        /// Its text; none deletes it.
        text: Option<String>,
    },
    /// A deploy key is added.
    AddKey {
        /// The name of the repository.
        repository: String,
        /// What it is called.
        title: String,
        /// Whether it may not push.
        read_only: bool,
    },
    /// A deploy key is removed.
    RemoveKey {
        /// The name of the repository.
        repository: String,
        /// Its id.
        id: u64,
    },
    /// Somebody joins the organisation.
    AddMember {
        /// The login of an account there is.
        login: String,
    },
    /// Somebody is taken out of the organisation.
    RemoveMember {
        /// The login.
        login: String,
    },
    /// A repository is made.
    CreateRepository {
        /// Its name.
        name: String,
    },
    /// A repository is given another name.
    RenameRepository {
        /// The name of the repository.
        repository: String,
        /// The new one.
        name: String,
    },
    /// A repository is given to somebody else.
    TransferRepository {
        /// The name of the repository.
        repository: String,
        /// The login of who has it then.
        owner: String,
    },
    /// A repository is deleted.
    DeleteRepository {
        /// The name of the repository.
        repository: String,
    },
    /// A repository is archived.
    ArchiveRepository {
        /// The name of the repository.
        repository: String,
    },
    /// The App that reads is given some repositories in place of all.
    SelectRepositories {
        /// Their names.
        repositories: Vec<String>,
    },
    /// The App that reads is suspended, or not any more.
    Suspend {
        /// Which of the two.
        suspended: bool,
    },
}

/// What a webhook says: the event, its body.
pub(super) type Event = (&'static str, Value);

fn unknown(what: &str) -> LabError {
    LabError::Event(format!("there is no {what} at the lab's GitHub"))
}

/// Carries a change out.
///
/// # Errors
/// When there is nothing of the name.
pub(super) fn carry_out(
    world: &mut World,
    change: &Change,
    base: &str,
) -> Result<Option<Event>, LabError> {
    match change {
        Change::Push { repository, path, text } => {
            push(world, repository, path, text.as_deref(), base).map(Some)
        }
        Change::AddKey { repository, title, read_only } => {
            let key = add_key(world, repository, title, *read_only)?;
            Ok(Some(key_event(world, repository, &key, "created", base)))
        }
        Change::RemoveKey { repository, id } => {
            let repo = world.named_mut(repository).ok_or_else(|| unknown(repository))?;
            let at = repo.hub.keys.iter().position(|k| k.id == *id);
            let key = repo.hub.keys.remove(at.ok_or_else(|| unknown("such key"))?);
            Ok(Some(key_event(world, repository, &key, "deleted", base)))
        }
        Change::AddMember { login } => {
            let number = world.login(login).ok_or_else(|| unknown(login))?;
            if world.membership(number).is_none() {
                world.members.push(Member { user: number, admin: false, two_factor: true });
            }
            Ok(Some(member_event(world, number, "member_added", base)))
        }
        Change::RemoveMember { login } => {
            let number = world.login(login).ok_or_else(|| unknown(login))?;
            world.members.retain(|m| m.user != number);
            for team in &mut world.teams {
                team.members.retain(|(user, _)| *user != number);
            }
            Ok(Some(member_event(world, number, "member_removed", base)))
        }
        Change::SelectRepositories { repositories } => {
            let mut numbers = Vec::new();
            for name in repositories {
                let repo = world.named_mut(name).ok_or_else(|| unknown(name))?;
                numbers.push(repo.hub.number);
            }
            numbers.sort_unstable();
            if let Some(own) = world.installations.first_mut() {
                own.repositories = Some(numbers);
            }
            Ok(Some(installation_event(world, "installation_repositories", "removed", base)))
        }
        Change::Suspend { suspended } => {
            let now = world.now();
            if let Some(own) = world.installations.first_mut() {
                own.suspended = suspended.then_some((now, 0));
            }
            let action = if *suspended { "suspend" } else { "unsuspend" };
            Ok(Some(installation_event(world, "installation", action, base)))
        }
        _ => of_repository(world, change, base),
    }
}

fn of_repository(
    world: &mut World,
    change: &Change,
    base: &str,
) -> Result<Option<Event>, LabError> {
    let present = |world: &mut World, name: &str| match world.named_mut(name) {
        Some(_) => Ok(()),
        None => Err(unknown(name)),
    };
    match change {
        Change::CreateRepository { name } => {
            create(world, name)?;
            Ok(Some(repository_event(world, name, "created", base)))
        }
        Change::RenameRepository { repository, name } => {
            present(world, repository)?;
            if let Some(repo) = world.named_mut(repository) {
                repo.hub.name.clone_from(name);
            }
            world.rename(repository, Some(name));
            let (event, mut body) = repository_event(world, name, "renamed", base);
            body["changes"] = json!({"repository": {"name": {"from": repository}}});
            Ok(Some((event, body)))
        }
        Change::TransferRepository { repository, owner } => {
            present(world, repository)?;
            let event = repository_event(world, repository, "transferred", base);
            if let Some(repo) = world.named_mut(repository) {
                repo.elsewhere = Some(owner.clone());
            }
            world.rename(repository, None);
            Ok(Some(event))
        }
        Change::DeleteRepository { repository } => {
            present(world, repository)?;
            let event = repository_event(world, repository, "deleted", base);
            world.remove(repository);
            Ok(Some(event))
        }
        Change::ArchiveRepository { repository } => {
            let repo = world.named_mut(repository).ok_or_else(|| unknown(repository))?;
            repo.hub.archived = true;
            Ok(Some(repository_event(world, repository, "archived", base)))
        }
        _ => Ok(None),
    }
}

fn create(world: &mut World, name: &str) -> Result<(), LabError> {
    if matches!(world.named(name), Named::Here(_)) {
        return Err(LabError::Event(format!("there is a repository {name} already")));
    }
    let number = world.next;
    world.next += 1;
    // Made like the empty one of the plan.
    let mut hub = world.company.hub_repository(number);
    hub.name = name.to_owned();
    hub.created = world.now();
    hub.updated = world.now();
    hub.settings = RepositorySettings::default();
    world.add(hub);
    Ok(())
}

fn push(
    world: &mut World,
    name: &str,
    path: &str,
    text: Option<&str>,
    base: &str,
) -> Result<Event, LabError> {
    let company = world.company.clone();
    let now = world.now();
    let author = company.person(company.someone_active(1));
    let repo = world.named_mut(name).ok_or_else(|| unknown(name))?;
    let files = repo.files_mut(&company)?;
    let before = files.head().map(|c| (c.oid.clone(), c.at));
    let known = files.head().and_then(|c| files.at(&c.tree.clone(), path)).is_some();
    // Each push is later than what came before it.
    let at = before.as_ref().map_or(now, |(_, at)| at.plus_seconds(1).max(now));
    let message = match text {
        Some(text) => {
            files.write(path, text);
            format!("Write {path}")
        }
        None if files.delete(path) => format!("Delete {path}"),
        None => return Err(unknown(path)),
    };
    files.commit(&author.name, &author.email, at, &message)?;
    let after = files.head().map(|c| c.oid.clone()).unwrap_or_default();
    repo.hub.pushed = Some(at);
    repo.hub.updated = at;
    let (mut added, mut modified, mut removed) = (Vec::new(), Vec::new(), Vec::new());
    match (text, known) {
        (Some(_), false) => added.push(path),
        (Some(_), true) => modified.push(path),
        (None, _) => removed.push(path),
    }
    let commit = json!({
        "id": after,
        "message": message,
        "timestamp": at.to_string(),
        "author": {"name": author.name, "email": author.email, "username": author.login},
        "committer": {"name": author.name, "email": author.email, "username": author.login},
        "added": added,
        "modified": modified,
        "removed": removed,
        "distinct": true,
    });
    let zero = "0".repeat(40);
    let (_, mut body) = repository_event(world, name, "", base);
    if let Value::Object(fields) = &mut body {
        fields.remove("action");
    }
    // In this event, and in no other place, these are numbers.
    body["repository"]["pushed_at"] = at.seconds().into();
    body["repository"]["default_branch"] = "main".into();
    body["ref"] = "refs/heads/main".into();
    body["before"] = before.map_or(zero, |(oid, _)| oid).into();
    body["after"] = after.into();
    body["created"] = false.into();
    body["deleted"] = false.into();
    body["forced"] = false.into();
    body["base_ref"] = Value::Null;
    body["pusher"] = json!({"name": author.login, "email": author.email});
    body["commits"] = json!([commit]);
    body["head_commit"] = commit;
    Ok(("push", body))
}

fn add_key(
    world: &mut World,
    name: &str,
    title: &str,
    read_only: bool,
) -> Result<DeployKey, LabError> {
    let (now, by) = (world.now(), world.user(0).login);
    let n = world.next;
    world.next += 1;
    let id = world.company.hub_id(Sort::Key, (1 << 28) + n);
    let key = public_key(&mut world.company.hub_draw(Sort::Key, 1 << 40 | n));
    let repo = world.named_mut(name).ok_or_else(|| unknown(name))?;
    let key = DeployKey {
        id,
        title: title.to_owned(),
        key,
        read_only,
        enabled: true,
        created: now,
        added_by: Some(by),
        used: None,
    };
    repo.hub.keys.push(key.clone());
    Ok(key)
}

/// A request of nobody, to show things with.
fn showing<'a>(world: &'a World, base: &str) -> Ask<'a> {
    Ask {
        world,
        caller: &Caller::Nobody,
        base: base.to_owned(),
        path: String::new(),
        params: Vec::new(),
        query: Vec::new(),
        body: &[],
        faults: &[],
        version: "2022-11-28".to_owned(),
        accept: String::new(),
    }
}

fn body(ask: &Ask<'_>, action: &str) -> Value {
    let installation = ask.world.installations.first().map_or(0, |i| i.id);
    json!({
        "action": action,
        "organization": organization::simple(ask),
        "sender": user::numbered(ask, 0),
        "installation": {"id": installation, "node_id": node::id("MDIzOkludGVncmF0aW9uSW5zdGFsbGF0aW9u", installation)},
    })
}

fn with_repository(
    world: &World,
    name: &str,
    base: &str,
    add: impl Fn(&Ask<'_>, &Repo, &mut Value),
) -> Value {
    let ask = showing(world, base);
    let mut value = body(&ask, "");
    if let Named::Here(repo) | Named::Moved(repo) = world.named(name) {
        value["repository"] = repository::listed(&ask, repo);
        add(&ask, repo, &mut value);
    }
    value
}

fn repository_event(world: &World, name: &str, action: &str, base: &str) -> Event {
    let mut value = with_repository(world, name, base, |_, _, _| ());
    value["action"] = action.into();
    ("repository", value)
}

fn key_event(world: &World, name: &str, key: &DeployKey, action: &str, base: &str) -> Event {
    let mut value = with_repository(world, name, base, |ask, repo, value| {
        value["key"] = show_key(ask, repo, key);
    });
    value["action"] = action.into();
    ("deploy_key", value)
}

fn member_event(world: &World, number: u64, action: &str, base: &str) -> Event {
    let ask = showing(world, base);
    let mut value = body(&ask, action);
    let login = &world.organization.login;
    let name = world.user(number).login;
    value["membership"] = json!({
        "url": ask.url(&format!("/orgs/{login}/memberships/{name}")),
        "state": if action == "member_added" { "active" } else { "inactive" },
        "role": "member",
        "organization_url": ask.url(&format!("/orgs/{login}")),
        "user": user::numbered(&ask, number),
    });
    ("organization", value)
}

fn installation_event(world: &World, event: &'static str, action: &str, base: &str) -> Event {
    let ask = showing(world, base);
    let mut value = body(&ask, action);
    if let Some(own) = world.installations.first() {
        value["installation"] = super::routes::show_installation(&ask, own);
        value["repository_selection"] = value["installation"]["repository_selection"].clone();
    }
    (event, value)
}
