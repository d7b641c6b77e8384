//! The organisation.

use serde_json::{Value, json};

use super::node;
use super::user::merge;
use crate::github::ask::Ask;

/// As it stands in lists.
pub(crate) fn simple(ask: &Ask<'_>) -> Value {
    let organization = &ask.world.organization;
    let url = ask.url(&format!("/orgs/{}", organization.login));
    json!({
        "login": organization.login,
        "id": organization.id,
        "node_id": node::id("O", organization.id),
        "url": url,
        "repos_url": format!("{url}/repos"),
        "events_url": format!("{url}/events"),
        "hooks_url": format!("{url}/hooks"),
        "issues_url": format!("{url}/issues"),
        "members_url": format!("{url}/members{{/member}}"),
        "public_members_url": format!("{url}/public_members{{/member}}"),
        "avatar_url": format!("https://avatars.githubusercontent.com/u/{}?v=4", organization.id),
        "description": "A company that was made up",
    })
}

/// As the owner of repositories and the account of installations, in the form of an account.
pub(crate) fn as_account(ask: &Ask<'_>, login: &str) -> Value {
    let organization = &ask.world.organization;
    let url = ask.url(&format!("/users/{login}"));
    json!({
        "login": login,
        "id": organization.id,
        "node_id": node::id("O", organization.id),
        "avatar_url": format!("https://avatars.githubusercontent.com/u/{}?v=4", organization.id),
        "gravatar_id": "",
        "url": url,
        "html_url": format!("https://github.com/{login}"),
        "followers_url": format!("{url}/followers"),
        "following_url": format!("{url}/following{{/other_user}}"),
        "gists_url": format!("{url}/gists{{/gist_id}}"),
        "starred_url": format!("{url}/starred{{/owner}}{{/repo}}"),
        "subscriptions_url": format!("{url}/subscriptions"),
        "organizations_url": format!("{url}/orgs"),
        "repos_url": format!("{url}/repos"),
        "events_url": format!("{url}/events{{/privacy}}"),
        "received_events_url": format!("{url}/received_events"),
        "type": "Organization",
        "user_view_type": "public",
        "site_admin": false,
    })
}

/// By itself; `private` is what only members see.
pub(crate) fn full(ask: &Ask<'_>, private: bool) -> Value {
    let world = ask.world;
    let organization = &world.organization;
    let mut value = simple(ask);
    let count = |visibility: &str| {
        world.present().filter(|r| r.hub.visibility.as_str() == visibility).count()
    };
    merge(
        &mut value,
        json!({
            "name": organization.name,
                "blog": "",
                "twitter_username": null,
            "is_verified": true,
            "has_organization_projects": true,
            "has_repository_projects": true,
            "public_repos": count("public"),
            "public_gists": 0,
            "followers": 0,
            "following": 0,
            "html_url": format!("https://github.com/{}", organization.login),
            "type": "Organization",
            "created_at": organization.created.to_string(),
            "updated_at": world.now().to_string(),
            "archived_at": null,
        }),
    );
    if private {
        let of_its_own = count("private") + count("internal");
        merge(
            &mut value,
            json!({
                "total_private_repos": of_its_own,
                "owned_private_repos": of_its_own,
                "private_gists": 0,
                "disk_usage": 1_000,
                "collaborators": 0,
                "billing_email": format!("billing@{}", world.company.domain),
                "plan": {
                    "name": organization.plan,
                    "space": 976_562_499,
                    "private_repos": 999_999,
                    "filled_seats": world.members.len(),
                    "seats": world.members.len() + 20,
                },
                "default_repository_permission": organization.default_permission,
                "members_can_create_repositories": true,
                "two_factor_requirement_enabled": organization.two_factor_required,
                "members_allowed_repository_creation_type": "all",
                "members_can_create_public_repositories": false,
                "members_can_create_private_repositories": true,
                "members_can_create_internal_repositories": true,
                "members_can_create_pages": true,
                "members_can_fork_private_repositories": false,
                "web_commit_signoff_required": false,
                "deploy_keys_enabled_for_repositories": true,
                "secret_scanning_enabled_for_new_repositories": true,
            }),
        );
    }
    value
}
