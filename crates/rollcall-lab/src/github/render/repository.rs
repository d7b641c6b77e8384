//! Repositories.

use serde_json::{Map, Value, json};

use super::user::merge;
use super::{node, organization};
use crate::github::ask::Ask;
use crate::github::world::Repo;
use crate::plan::hub::Visibility;

/// The addresses of a repository: field, rest of the path.
const ADDRESSES: [(&str, &str); 37] = [
    ("archive_url", "/{archive_format}{/ref}"),
    ("assignees_url", "/assignees{/user}"),
    ("blobs_url", "/git/blobs{/sha}"),
    ("branches_url", "/branches{/branch}"),
    ("collaborators_url", "/collaborators{/collaborator}"),
    ("comments_url", "/comments{/number}"),
    ("commits_url", "/commits{/sha}"),
    ("compare_url", "/compare/{base}...{head}"),
    ("contents_url", "/contents/{+path}"),
    ("contributors_url", "/contributors"),
    ("deployments_url", "/deployments"),
    ("downloads_url", "/downloads"),
    ("events_url", "/events"),
    ("forks_url", "/forks"),
    ("git_commits_url", "/git/commits{/sha}"),
    ("git_refs_url", "/git/refs{/sha}"),
    ("git_tags_url", "/git/tags{/sha}"),
    ("hooks_url", "/hooks"),
    ("issue_comment_url", "/issues/comments{/number}"),
    ("issue_events_url", "/issues/events{/number}"),
    ("issues_url", "/issues{/number}"),
    ("keys_url", "/keys{/key_id}"),
    ("labels_url", "/labels{/name}"),
    ("languages_url", "/languages"),
    ("merges_url", "/merges"),
    ("milestones_url", "/milestones{/number}"),
    ("notifications_url", "/notifications{?since,all,participating}"),
    ("pulls_url", "/pulls{/number}"),
    ("releases_url", "/releases{/id}"),
    ("stargazers_url", "/stargazers"),
    ("statuses_url", "/statuses/{sha}"),
    ("subscribers_url", "/subscribers"),
    ("subscription_url", "/subscription"),
    ("tags_url", "/tags"),
    ("teams_url", "/teams"),
    ("trees_url", "/git/trees{/sha}"),
    ("url", ""),
];

/// `owner/name`, as it is now.
pub(crate) fn full_name(ask: &Ask<'_>, repo: &Repo) -> String {
    let owner = repo.elsewhere.as_deref().unwrap_or(&ask.world.organization.login);
    format!("{owner}/{}", repo.hub.name)
}

/// A repository as it stands below other things.
pub(crate) fn minimal(ask: &Ask<'_>, repo: &Repo) -> Value {
    let hub = &repo.hub;
    let full_name = full_name(ask, repo);
    let url = ask.url(&format!("/repos/{full_name}"));
    let mut value: Map<String, Value> = ADDRESSES
        .iter()
        .map(|(field, rest)| ((*field).to_owned(), format!("{url}{rest}").into()))
        .collect();
    let owner = repo.elsewhere.as_deref().unwrap_or(&ask.world.organization.login);
    let fields = json!({
        "id": hub.id,
        "node_id": node::id("R", hub.id),
        "name": hub.name,
        "full_name": full_name,
        "owner": organization::as_account(ask, owner),
        "private": hub.visibility != Visibility::Public,
        "html_url": format!("https://github.com/{full_name}"),
        "description": null,
        "fork": hub.fork,
    });
    if let Value::Object(fields) = fields {
        value.extend(fields);
    }
    Value::Object(value)
}

/// A repository as it stands in lists of repositories.
pub(crate) fn listed(ask: &Ask<'_>, repo: &Repo) -> Value {
    let hub = &repo.hub;
    let mut value = minimal(ask, repo);
    let full_name = full_name(ask, repo);
    merge(
        &mut value,
        json!({
            "git_url": format!("git://github.com/{full_name}.git"),
            "ssh_url": format!("git@github.com:{full_name}.git"),
            "clone_url": format!("https://github.com/{full_name}.git"),
            "svn_url": format!("https://github.com/{full_name}"),
            "mirror_url": null,
            "homepage": null,
            "language": null,
            "license": null,
            "forks": 0,
            "forks_count": 0,
            "stargazers_count": 0,
            "watchers": 0,
            "watchers_count": 0,
            "open_issues": 0,
            "open_issues_count": 0,
            "size": if hub.is_empty() { 0 } else { 12 },
            "default_branch": "main",
            "is_template": false,
            "topics": hub.topics,
            "has_issues": true,
            "has_projects": true,
            "has_wiki": false,
            "has_pages": false,
            "has_discussions": false,
            "archived": hub.archived,
            "disabled": hub.disabled,
            "visibility": hub.visibility.as_str(),
            "pushed_at": hub.pushed.map(|at| at.to_string()),
            "created_at": hub.created.to_string(),
            "updated_at": hub.updated.to_string(),
            "allow_forking": hub.visibility != Visibility::Private,
            "web_commit_signoff_required": false,
            "permissions": {"admin": false, "maintain": false, "push": false, "triage": false, "pull": true},
            "custom_properties": hub.properties,
        }),
    );
    if ask.version.as_str() < "2026-03-10" {
        merge(&mut value, json!({"has_downloads": true}));
    }
    value
}

/// A repository by itself.
pub(crate) fn full(ask: &Ask<'_>, repo: &Repo) -> Value {
    let mut value = listed(ask, repo);
    let organization = value["owner"].clone();
    merge(
        &mut value,
        json!({
            "network_count": 0,
            "subscribers_count": 0,
            "organization": organization,
            "security_and_analysis": {
                "secret_scanning": {"status": "enabled"},
                "secret_scanning_push_protection": {"status": "disabled"},
                "dependabot_security_updates": {"status": "enabled"},
            },
        }),
    );
    value
}
