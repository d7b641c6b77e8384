//! Accounts.

use serde_json::{Value, json};

use super::node;
use crate::github::ask::Ask;
use crate::github::faults::GitHubFaultKind;
use crate::plan::hub::{HubUser, UserKind};

/// An account as it stands in lists.
pub(crate) fn simple(ask: &Ask<'_>, user: &HubUser) -> Value {
    let encoded = user.login.replace('[', "%5B").replace(']', "%5D");
    let url = ask.url(&format!("/users/{encoded}"));
    let (kind, prefix, html) = match user.kind {
        UserKind::User => ("User", "U", format!("https://github.com/{}", user.login)),
        UserKind::Bot => {
            let app = user.login.trim_end_matches("[bot]").to_lowercase();
            ("Bot", "BOT", format!("https://github.com/apps/{app}"))
        }
    };
    json!({
        "login": user.login,
        "id": user.id,
        "node_id": node::id(prefix, user.id),
        "avatar_url": format!("https://avatars.githubusercontent.com/u/{}?v=4", user.id),
        "gravatar_id": "",
        "url": url,
        "html_url": html,
        "followers_url": format!("{url}/followers"),
        "following_url": format!("{url}/following{{/other_user}}"),
        "gists_url": format!("{url}/gists{{/gist_id}}"),
        "starred_url": format!("{url}/starred{{/owner}}{{/repo}}"),
        "subscriptions_url": format!("{url}/subscriptions"),
        "organizations_url": format!("{url}/orgs"),
        "repos_url": format!("{url}/repos"),
        "events_url": format!("{url}/events{{/privacy}}"),
        "received_events_url": format!("{url}/received_events"),
        "type": kind,
        "user_view_type": "public",
        "site_admin": false,
    })
}

/// The account with a number.
pub(crate) fn numbered(ask: &Ask<'_>, number: u64) -> Value {
    simple(ask, &ask.world.user(number))
}

/// The accounts of a list; with the fault, every other one is null.
pub(crate) fn listed(ask: &Ask<'_>, place: usize, value: Value) -> Value {
    if place % 2 == 1 && ask.struck(&GitHubFaultKind::NullUsers) { Value::Null } else { value }
}

/// Who did something, by login and id; with the fault, an account that was deleted.
pub(crate) fn actor(ask: &Ask<'_>, login: &str) -> Value {
    let ghost = || ask.world.ghost();
    let account = if ask.struck(&GitHubFaultKind::Ghosts) {
        ghost()
    } else {
        ask.world.account(login).unwrap_or_else(ghost)
    };
    simple(ask, &account)
}

/// An account by itself.
pub(crate) fn full(ask: &Ask<'_>, user: &HubUser) -> Value {
    let mut value = simple(ask, user);
    let more = json!({
        "name": user.name,
        "company": null,
        "blog": "",
        "location": null,
        "email": user.email,
        "hireable": null,
        "bio": null,
        "twitter_username": null,
        "public_repos": 0,
        "public_gists": 0,
        "followers": 0,
        "following": 0,
        "created_at": user.created.to_string(),
        "updated_at": ask.world.now().to_string(),
    });
    merge(&mut value, more);
    value
}

/// Adds the fields of one object to another.
pub(crate) fn merge(into: &mut Value, more: Value) {
    if let (Value::Object(into), Value::Object(more)) = (into, more) {
        into.extend(more);
    }
}
