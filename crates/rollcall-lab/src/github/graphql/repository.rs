//! A repository with its keys, environments, topics and files.

use serde_json::{Value, json};

use super::connection::{self, nothing};
use super::shape::{Arguments, Got, Shape, leaf};
use super::{Context, objects, organization, people};
use crate::github::access::Level::Read;
use crate::github::render::node;
use crate::github::world::Repo;
use crate::plan::hub::{Environment, Permission, Visibility};

const FORBIDDEN: &str = "Resource not accessible by integration";

/// A repository.
pub(super) fn repository<'a>(cx: &'a Context<'a>, repo: &'a Repo) -> Shape<'a> {
    let hub = &repo.hub;
    let world = cx.ask.world;
    let owner = repo.elsewhere.as_deref().unwrap_or(&world.organization.login);
    Shape::new("Repository", move |field, arguments| match field {
        "id" => leaf(node::id("R", hub.id)),
        "databaseId" => leaf(hub.id),
        "name" => leaf(hub.name.clone()),
        "nameWithOwner" => leaf(format!("{owner}/{}", hub.name)),
        "owner" => Got::One(Some(organization::organization(cx))),
        "isArchived" => leaf(hub.archived),
        "isDisabled" => leaf(hub.disabled),
        "isFork" => leaf(hub.fork),
        "isPrivate" => leaf(hub.visibility != Visibility::Public),
        "isEmpty" => leaf(hub.is_empty()),
        "isInOrganization" => leaf(true),
        "isLocked" | "isMirror" | "isTemplate" => leaf(false),
        "visibility" => leaf(hub.visibility.as_str().to_uppercase()),
        "createdAt" => leaf(hub.created.to_string()),
        "updatedAt" => leaf(hub.updated.to_string()),
        "pushedAt" => leaf(hub.pushed.map(|at| at.to_string())),
        "url" => leaf(format!("https://github.com/{owner}/{}", hub.name)),
        "sshUrl" => leaf(format!("git@github.com:{owner}/{}.git", hub.name)),
        "resourcePath" => leaf(format!("/{owner}/{}", hub.name)),
        "diskUsage" => leaf(12),
        "viewerPermission" => leaf("READ"),
        "defaultBranchRef" => Got::One(objects::main(cx, repo)),
        "ref" => {
            let wanted = arguments.text("qualifiedName").unwrap_or_default();
            let is_main = ["main", "refs/heads/main"].contains(&wanted);
            Got::One(if is_main { objects::main(cx, repo) } else { None })
        }
        "object" if !cx.ask.may("contents", Read) => Got::Failed(FORBIDDEN.to_owned()),
        "object" => Got::One(match (arguments.text("oid"), arguments.text("expression")) {
            (Some(oid), _) => objects::object(cx, repo, oid),
            (None, Some(expression)) => objects::expression(cx, repo, expression),
            (None, None) => None,
        }),
        "deployKeys" if !cx.ask.may("administration", Read) => Got::Failed(FORBIDDEN.to_owned()),
        "deployKeys" => keys(repo, arguments),
        "environment" => {
            let wanted = arguments.text("name").unwrap_or_default();
            let found = hub.environments.iter().find(|e| e.name == wanted);
            Got::One(found.map(|e| environment(cx, e)))
        }
        "environments" => {
            let names = arguments.texts("names");
            let found: Vec<&Environment> = hub
                .environments
                .iter()
                .filter(|e| names.is_empty() || names.contains(&e.name))
                .collect();
            connection::of(
                ("EnvironmentConnection", "EnvironmentEdge"),
                &found,
                arguments,
                move |e| Ok(environment(cx, e)),
                nothing,
            )
        }
        "repositoryTopics" => connection::of(
            ("RepositoryTopicConnection", "RepositoryTopicEdge"),
            &hub.topics,
            arguments,
            move |name| Ok(topic(hub.id, name.clone())),
            nothing,
        ),
        "collaborators" => connection::of(
            ("RepositoryCollaboratorConnection", "RepositoryCollaboratorEdge"),
            &hub.collaborators,
            arguments,
            move |(n, _)| Ok(people::user(cx, &world.users[*n as usize])),
            |(_, permission): &(u64, Permission), _| permission.role().to_uppercase().into(),
        ),
        _ => leaf(Value::Null),
    })
}

fn topic<'a>(repository: u64, name: String) -> Shape<'a> {
    Shape::new("RepositoryTopic", move |field, _| match field {
        "id" => leaf(node::id("RT", repository)),
        "topic" => {
            let values = json!({"id": node::id("TO", repository), "name": name});
            Got::One(Some(Shape::plain("Topic", values)))
        }
        "url" => leaf(format!("https://github.com/topics/{name}")),
        _ => leaf(format!("/topics/{name}")),
    })
}

fn keys<'a>(repo: &'a Repo, arguments: &Arguments<'_>) -> Got<'a> {
    connection::of(
        ("DeployKeyConnection", "DeployKeyEdge"),
        &repo.hub.keys,
        arguments,
        |key| {
            Ok(Shape::plain(
                "DeployKey",
                json!({
                    "id": node::id("DK", key.id),
                    "key": key.key,
                    "title": key.title,
                    "readOnly": key.read_only,
                    "verified": true,
                    "enabled": key.enabled,
                    "createdAt": key.created.to_string(),
                }),
            ))
        },
        nothing,
    )
}

fn environment<'a>(cx: &'a Context<'a>, environment: &'a Environment) -> Shape<'a> {
    Shape::new("Environment", move |field, arguments| match field {
        "id" => leaf(node::id("EN", environment.id)),
        "databaseId" => leaf(environment.id),
        "name" => leaf(environment.name.clone()),
        "isPinned" => leaf(false),
        _ => {
            let wait = environment.wait.map(|_| "WAIT_TIMER");
            let reviewers = environment.reviewers.as_ref().map(|_| "REQUIRED_REVIEWERS");
            let branches = environment.protected_branches.map(|_| "BRANCH_POLICY");
            let found: Vec<&'static str> =
                [wait, reviewers, branches].into_iter().flatten().collect();
            connection::of(
                ("DeploymentProtectionRuleConnection", "DeploymentProtectionRuleEdge"),
                &found,
                arguments,
                move |kind| Ok(rule(cx, environment, kind)),
                nothing,
            )
        }
    })
}

fn rule<'a>(cx: &'a Context<'a>, environment: &'a Environment, kind: &'static str) -> Shape<'a> {
    Shape::new("DeploymentProtectionRule", move |field, arguments| {
        let reviewers = environment.reviewers.as_ref().filter(|_| kind == "REQUIRED_REVIEWERS");
        match field {
            "databaseId" => leaf(environment.id * 4 % (1 << 31)),
            "type" => leaf(kind),
            "timeout" => leaf(environment.wait.filter(|_| kind == "WAIT_TIMER").unwrap_or(0)),
            "preventSelfReview" => leaf(reviewers.map(|r| r.not_self)),
            _ => {
                // Teams first: whether it is one, number.
                let teams = reviewers.iter().flat_map(|r| r.teams.iter().map(|n| (true, *n)));
                let users = reviewers.iter().flat_map(|r| r.users.iter().map(|n| (false, *n)));
                let world = cx.ask.world;
                connection::of(
                    ("DeploymentReviewerConnection", "DeploymentReviewerEdge"),
                    &teams.chain(users).collect::<Vec<(bool, u64)>>(),
                    arguments,
                    move |(is_team, n)| {
                        let n = *n as usize;
                        Ok(match is_team {
                            true => organization::team(cx, &world.teams[n]),
                            false => people::user(cx, &world.users[n]),
                        })
                    },
                    nothing,
                )
            }
        }
    })
}
