//! Teams.

use serde_json::{Value, json};

use super::node;
use super::user::merge;
use crate::github::ask::Ask;
use crate::plan::hub::{HubTeam, Permission};

/// A team without the one above it.
pub(crate) fn simple(ask: &Ask<'_>, team: &HubTeam) -> Value {
    let organization = &ask.world.organization;
    let url = ask.url(&format!("/organizations/{}/team/{}", organization.id, team.id));
    json!({
        "id": team.id,
        "node_id": node::id("T", team.id),
        "name": team.slug.replace('-', " "),
        "slug": team.slug,
        "description": null,
        "privacy": if team.secret { "secret" } else { "closed" },
        "notification_setting": "notifications_enabled",
        "permission": "pull",
        "url": url,
        "html_url": format!("https://github.com/orgs/{}/teams/{}", organization.login, team.slug),
        "members_url": format!("{url}/members{{/member}}"),
        "repositories_url": format!("{url}/repos"),
        "type": "organization",
        "organization_id": organization.id,
    })
}

/// A team as it stands in lists.
pub(crate) fn listed(ask: &Ask<'_>, team: &HubTeam) -> Value {
    let mut value = simple(ask, team);
    let parent = team.parent.and_then(|n| ask.world.teams.get(n as usize));
    let parent = parent.map_or(Value::Null, |p| simple(ask, p));
    merge(&mut value, json!({"parent": parent}));
    value
}

/// A team with what it may do in a repository.
pub(crate) fn granted(ask: &Ask<'_>, team: &HubTeam, permission: Permission) -> Value {
    let mut value = listed(ask, team);
    let rights = json!({
        "permission": permission.legacy(),
        "permissions": permissions(permission),
        "access_source": "direct",
    });
    merge(&mut value, rights);
    value
}

/// What a permission includes, word by word.
pub(crate) fn permissions(permission: Permission) -> Value {
    json!({
        "pull": true,
        "triage": permission >= Permission::Triage,
        "push": permission >= Permission::Write,
        "maintain": permission >= Permission::Maintain,
        "admin": permission >= Permission::Admin,
    })
}
