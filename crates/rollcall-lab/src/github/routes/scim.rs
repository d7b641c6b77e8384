//! GitHub's own SCIM: the people that single sign-on made accounts for.

use serde_json::{Value, json};

use crate::github::access::Level::Read;
use crate::github::access::Needs::Organization;
use crate::github::ask::{Answer, Ask, Reply};
use crate::github::router::Route;
use crate::plan::hub::ExternalIdentity;

pub(super) const ROUTES: &[Route] =
    &[Route::get("/scim/v2/organizations/{org}/Users", Organization("members", Read), users)];

fn users(ask: &Ask<'_>) -> Answer {
    let filter = ask.query("filter").unwrap_or_default();
    let wanted = filter.split_once(" eq ").map(|(_, v)| v.trim_matches('"').to_lowercase());
    let fits = |i: &&ExternalIdentity| i.scim && wanted.as_ref().is_none_or(|w| *w == i.name_id);
    let found: Vec<&ExternalIdentity> = ask.world.identities.iter().filter(fits).collect();
    let number =
        |name: &str, usual: usize| ask.query(name).and_then(|n| n.parse().ok()).unwrap_or(usual);
    let (start, count) = (number("startIndex", 1).max(1), number("count", 30).min(100));
    let from = (start - 1).min(found.len());
    let to = (from + count).min(found.len());
    let page: Vec<Value> = found[from..to].iter().map(|i| show(ask, i)).collect();
    Ok(Reply::ok(json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": found.len(),
        "itemsPerPage": page.len(),
        "startIndex": start,
        "Resources": page,
    })))
}

fn show(ask: &Ask<'_>, identity: &ExternalIdentity) -> Value {
    let person = ask.world.company.person(identity.person);
    let (first, last) = person.name.split_once(' ').unwrap_or((&person.name, ""));
    let login = &ask.world.organization.login;
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "id": identity.guid,
        "externalId": person.id,
        "userName": identity.name_id,
        "displayName": person.name,
        "name": {"givenName": first, "familyName": last, "formatted": person.name},
        "emails": [{"value": identity.name_id, "primary": true, "type": "work"}],
        "active": true,
        "meta": {
            "resourceType": "User",
            "created": person.joined.to_string(),
            "lastModified": person.joined.to_string(),
            "location": ask.url(&format!("/scim/v2/organizations/{login}/Users/{}", identity.guid)),
        },
    })
}
