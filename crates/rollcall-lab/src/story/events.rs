//! The events of the story.

use std::path::Path;

use super::{Happened, Plan};
use crate::files::write_one;
use crate::plan::{
    ADMIN, AccessKey, Account, DAY, Entry, LabError, McpServer, McpValue, Owner, Repository, Role,
    User, unique_id,
};

/// Every event: its name and what it does.
pub const EVENTS: [(&str, &str); 9] = [
    ("widen-role", "a role that has an owner is given AdministratorAccess"),
    ("rotate-key", "a program's access key is replaced by a new one"),
    ("forbid-source", "the read role may not read IAM any more"),
    ("allow-source", "the read role may read IAM again"),
    ("new-agent", "somebody sets up an agent with an API key and an MCP server"),
    ("leaver", "a person whose name is in the tags of roles leaves"),
    ("delete-role", "a role is deleted"),
    ("throttle", "every third call to AWS is told to slow down"),
    ("calm", "all faults are switched off"),
];

pub(super) fn forbidden(name: &str, forbid: bool) -> Happened {
    let (changed, expect) = if forbid {
        (
            "AWS denies every IAM call and every AssumeRole",
            "all AWS scopes forbidden, every count frozen with its age, nothing gone and no new orphan",
        )
    } else {
        ("AWS answers again", "all AWS scopes complete, the same counts as before with a new age")
    };
    happened(name, changed.to_owned(), expect.to_owned())
}

pub(super) fn throttled(name: &str) -> Happened {
    let (changed, expect) = if name == "throttle" {
        ("every third call answers Throttling", "a slower reading, complete all the same")
    } else {
        ("no fault is on", "readings as fast as at first")
    };
    happened(name, changed.to_owned(), expect.to_owned())
}

fn happened(event: &str, changed: String, expect: String) -> Happened {
    Happened { event: event.to_owned(), changed, expect }
}

/// Carries out an event that changes the plan.
pub(super) fn change(
    plan: &mut Plan,
    name: &str,
    files: Option<&Path>,
) -> Result<Happened, LabError> {
    match name {
        "widen-role" => widen_role(plan, name),
        "rotate-key" => rotate_key(plan, name),
        "delete-role" => delete_role(plan, name),
        "leaver" => leaver(plan, name),
        "new-agent" => new_agent(plan, name, files),
        _ => {
            let known: Vec<&str> = EVENTS.iter().map(|(name, _)| *name).collect();
            Err(LabError::Event(format!("{name:?} is no event; there are {}", known.join(", "))))
        }
    }
}

fn nothing(name: &str) -> LabError {
    LabError::Event(format!("there is nothing left that {name} could happen to"))
}

/// Accounts that can be read in full, in order.
fn open(plan: &mut Plan) -> impl Iterator<Item = &mut Account> {
    plan.accounts.values_mut().filter(|a| a.entry == Entry::Open)
}

/// The first role that people of the company made and no pair needs, with a condition.
fn some_role<'a>(
    plan: &'a mut Plan,
    fits: impl Fn(&Role) -> bool + 'a,
) -> Option<(String, &'a mut Vec<Role>, usize)> {
    open(plan).find_map(|account| {
        let ours = |r: &Role| !r.is_managed_by_provider() && r.planted.is_none() && fits(r);
        let at = account.roles.iter().position(ours)?;
        let arn = account.arn(&account.roles[at].resource());
        Some((arn, &mut account.roles, at))
    })
}

fn widen_role(plan: &mut Plan, name: &str) -> Result<Happened, LabError> {
    let narrow = |r: &Role| !r.tags.is_empty() && !r.attached.iter().any(|a| a == ADMIN);
    let (arn, roles, at) = some_role(plan, narrow).ok_or_else(|| nothing(name))?;
    roles[at].attached.push(ADMIN.to_owned());
    roles[at].attached.sort();
    let changed = format!("{arn} was given AdministratorAccess");
    let expect =
        "the role has one more grant; an acknowledgement of it reopens with that difference";
    Ok(happened(name, changed, expect.to_owned()))
}

fn rotate_key(plan: &mut Plan, name: &str) -> Result<Happened, LabError> {
    let (seed, now) = (plan.company.spec.seed, plan.company.spec.now);
    let works =
        |u: &User| u.person.is_none() && u.planted.is_none() && u.keys.iter().any(|k| k.active);
    // The key that was made first: it has waited longest.
    let found = open(plan)
        .flat_map(|account| account.users.iter_mut().filter(|u| works(u)))
        .min_by_key(|u| (u.keys.iter().map(|k| k.created).min(), u.id.clone()));
    let user = found.ok_or_else(|| nothing(name))?;
    let Some(old) = user.keys.iter().position(|k| k.active) else { return Err(nothing(name)) };
    let gone = user.keys.remove(old);
    let number =
        gone.id.bytes().fold(1_u64 << 55, |n, b| n.wrapping_mul(31).wrapping_add(b.into()));
    let id = unique_id("AKIA", seed, number);
    let changed = format!("user {}: key {} was deleted and {id} made", user.name, gone.id);
    user.keys.push(AccessKey { id, active: true, created: now, used: None });
    let expect = "the old key gone, the new one too young to judge, no question to the owner";
    Ok(happened(name, changed, expect.to_owned()))
}

fn delete_role(plan: &mut Plan, name: &str) -> Result<Happened, LabError> {
    let (arn, roles, at) = some_role(plan, |_| true).ok_or_else(|| nothing(name))?;
    roles.remove(at);
    let expect = "the role gone since this reading; its history stays".to_owned();
    Ok(happened(name, format!("{arn} was deleted"), expect))
}

fn leaver(plan: &mut Plan, name: &str) -> Result<Happened, LabError> {
    let now = plan.company.spec.now;
    let tagged: Vec<String> = open(plan)
        .flat_map(|a| a.roles.iter().filter(|r| r.planted.is_none()))
        .filter_map(|r| r.tags.get("owner").filter(|o| o.contains('@')).cloned())
        .collect();
    let company = &mut plan.company;
    let person = company
        .everybody()
        .find(|p| p.is_active() && tagged.contains(&p.email))
        .ok_or_else(|| nothing(name))?;
    // A last day is a day on which somebody is here still.
    company.departed.insert(person.number, now.plus_seconds(-DAY));
    let owned = tagged.iter().filter(|t| **t == person.email).count();
    let changed = format!("{} <{}> left", person.name, person.email);
    let expect = format!("{owned} roles whose owner has left, pending with the manager");
    Ok(happened(name, changed, expect))
}

fn new_agent(plan: &mut Plan, name: &str, files: Option<&Path>) -> Result<Happened, LabError> {
    plan.agents += 1;
    let (n, seed, now) = (plan.agents, plan.company.spec.seed, plan.company.spec.now);
    let made = now.plus_seconds(-DAY / 24);
    let user = User {
        id: unique_id("AIDA", seed, 1 << 54 | n),
        name: format!("BedrockAPIKey-agent-{n}"),
        path: "/".into(),
        created: made,
        person: None,
        keys: Vec::new(),
        password: None,
        mfa: None,
        service_key: Some((unique_id("ACCA", seed, 1 << 54 | n), made)),
        groups: Vec::new(),
        attached: vec!["arn:aws:iam::aws:policy/AmazonBedrockLimitedAccess".to_owned()],
        tags: std::collections::BTreeMap::new(),
        owner: Owner::Team(0),
        planted: None,
    };
    let account = open(plan).next().ok_or_else(|| nothing(name))?;
    let mut changed =
        format!("user {} with a Bedrock API key in account {}", user.name, account.id);
    account.users.push(user);
    if let Some(folder) = files {
        let repository = agent_repository(plan, n);
        write_one(&plan.company, &repository, folder)?;
        changed = format!("{changed}, and the repository {} with an MCP server", repository.name);
    }
    let expect = "a new identity nobody answers for, in its days of grace".to_owned();
    Ok(happened(name, changed, expect))
}

/// A repository with an agent that nobody asked for.
fn agent_repository(plan: &Plan, n: u64) -> Repository {
    Repository {
        number: plan.company.repositories + n,
        name: format!("agent-trial-{n}"),
        owner: Owner::Team(0),
        codeowners: Vec::new(),
        workflows: Vec::new(),
        servers: vec![McpServer {
            name: "github".into(),
            package: "@modelcontextprotocol/server-github".into(),
            version: None,
            variable: Some(("GITHUB_TOKEN".into(), McpValue::Reference("GITHUB_TOKEN".into()))),
        }],
        agents: vec![("helper".to_owned(), vec!["Bash".into(), "Write".into()])],
        composite: false,
        instructions: true,
        deploys_to: None,
        planted: None,
    }
}
