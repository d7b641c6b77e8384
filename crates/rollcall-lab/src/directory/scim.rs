//! SCIM 2.0. Source: RFC 7643 and RFC 7644.

use rollcall_model::Timestamp;
use serde_json::{Value, json};

use super::entries::{Entry, Group};
use super::faults::DirectoryFaultKind;
use super::server::{Ask, Reply};

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
/// What the standard has no word for, in an extension of the company's own.
const EMPLOYMENT: &str = "urn:example:lab:2.0:Employment";
const LIST: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";
const ERROR: &str = "urn:ietf:params:scim:api:messages:2.0:Error";

/// The most resources in one answer.
const MOST: usize = 100;

fn ok(body: Value) -> Reply {
    Reply { status: 200, headers: Vec::new(), body }
}

fn error(status: u16, detail: &str, kind: Option<&str>) -> Reply {
    let mut body = json!({"schemas": [ERROR], "status": status.to_string(), "detail": detail});
    if let Some(kind) = kind {
        body["scimType"] = kind.into();
    }
    Reply { status, headers: Vec::new(), body }
}

/// Answers a request.
pub(super) fn answer(ask: &Ask<'_>, known: bool) -> Reply {
    for fault in &ask.faults {
        match fault {
            DirectoryFaultKind::ServerError => return error(500, "internal error", None),
            DirectoryFaultKind::Forbidden => return error(403, "not allowed", None),
            DirectoryFaultKind::RateLimit => {
                let mut reply = error(429, "too many requests", None);
                reply.headers.push(("retry-after", "1".to_owned()));
                return reply;
            }
            _ => {}
        }
    }
    if !known {
        return error(401, "authorization failure", None);
    }
    let parts: Vec<&str> = ask.parts.iter().map(String::as_str).collect();
    match parts.as_slice() {
        ["ServiceProviderConfig"] => ok(configuration(ask)),
        ["ResourceTypes"] => resource_types(ask),
        ["Schemas"] => schemas(ask),
        ["Users"] => users(ask),
        ["Users", id] => {
            let people = &ask.directory.entries.people;
            let found = ask.people().into_iter().find(|n| people[*n].scim == *id);
            found.map_or_else(
                || error(404, &format!("Resource {id} not found"), None),
                |place| ok(user(ask, place)),
            )
        }
        ["Groups"] => groups(ask),
        ["Groups", id] => {
            let found = ask.directory.entries.teams.iter().find(|t| t.scim == *id);
            found.map_or_else(
                || error(404, &format!("Resource {id} not found"), None),
                |team| ok(group(ask, team)),
            )
        }
        _ => error(404, "no such endpoint", None),
    }
}

fn configuration(ask: &Ask<'_>) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
        "documentationUri": "https://directory.example/scim",
        "patch": {"supported": false},
        "bulk": {"supported": false, "maxOperations": 0, "maxPayloadSize": 0},
        "filter": {"supported": true, "maxResults": MOST},
        "changePassword": {"supported": false},
        "sort": {"supported": false},
        "etag": {"supported": false},
        "authenticationSchemes": [{
            "name": "OAuth Bearer Token",
            "description": "Authentication with a bearer token",
            "type": "oauthbearertoken",
        }],
        "meta": {
            "resourceType": "ServiceProviderConfig",
            "location": format!("{}/scim/v2/ServiceProviderConfig", ask.base),
        },
    })
}

fn resource_types(ask: &Ask<'_>) -> Reply {
    let one = |name: &str, endpoint: &str, schema: &str, extensions: Value| {
        json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],
            "id": name,
            "name": name,
            "endpoint": endpoint,
            "schema": schema,
            "schemaExtensions": extensions,
            "meta": {
                "resourceType": "ResourceType",
                "location": format!("{}/scim/v2/ResourceTypes/{name}", ask.base),
            },
        })
    };
    let extensions = json!([
        {"schema": ENTERPRISE, "required": false},
        {"schema": EMPLOYMENT, "required": false},
    ]);
    let found =
        [one("User", "/Users", USER, extensions), one("Group", "/Groups", GROUP, json!([]))];
    listed(ask, &found, |value| value.clone())
}

fn schemas(ask: &Ask<'_>) -> Reply {
    let found = [(USER, "User"), (GROUP, "Group"), (ENTERPRISE, "EnterpriseUser")];
    listed(ask, &found, |(id, name)| {
        json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Schema"],
            "id": id,
            "name": name,
            "attributes": [],
        })
    })
}

/// A page: `startIndex` counts from 1, `count` may be 0. Source: RFC 7644, section 3.4.2.4.
fn listed<T>(ask: &Ask<'_>, all: &[T], show: impl FnMut(&T) -> Value) -> Reply {
    let number = |name: &str| ask.query(name).and_then(|n| n.parse::<i64>().ok());
    let start = number("startIndex").unwrap_or(1).max(1) as usize;
    let count = number("count").map_or(MOST, |n| n.max(0) as usize).min(MOST);
    let from = ask.shifted(start - 1).min(all.len());
    let to = (from + count).min(all.len());
    let resources: Vec<Value> = all[from..to].iter().map(show).collect();
    ok(json!({
        "schemas": [LIST],
        "totalResults": all.len(),
        "startIndex": start,
        "itemsPerPage": resources.len(),
        "Resources": resources,
    }))
}

fn users(ask: &Ask<'_>) -> Reply {
    let people = &ask.directory.entries.people;
    let mut found = ask.people();
    if let Some(filter) = ask.query("filter") {
        let parsed = comparison(filter);
        let Some((attribute, value)) = parsed else {
            return error(400, "only comparisons with eq are understood", Some("invalidFilter"));
        };
        let fits = |entry: &Entry| match attribute.as_str() {
            "username" => entry.login.eq_ignore_ascii_case(&value),
            "externalid" => entry.person.id == value,
            "id" => entry.scim == value,
            "emails.value" | "emails" => addresses(entry).any(|a| a.eq_ignore_ascii_case(&value)),
            "active" => value == entry.is_on().to_string(),
            _ => false,
        };
        found.retain(|place| fits(&people[*place]));
    }
    listed(ask, &found, |place| user(ask, *place))
}

/// `attribute eq "value"`, the attribute in small letters.
fn comparison(filter: &str) -> Option<(String, String)> {
    let mut words = filter.trim().splitn(3, ' ');
    let (attribute, operator, value) = (words.next()?, words.next()?, words.next()?);
    let value = value.trim();
    let value = value.strip_prefix('"').and_then(|v| v.strip_suffix('"')).unwrap_or(value);
    operator.eq_ignore_ascii_case("eq").then(|| (attribute.to_lowercase(), value.to_owned()))
}

fn addresses(entry: &Entry) -> impl Iterator<Item = &str> {
    let former = entry.person.former_email.as_deref();
    std::iter::once(entry.login.as_str()).chain(former)
}

fn day(at: Timestamp) -> String {
    at.to_string()[..10].to_owned()
}

fn user(ask: &Ask<'_>, place: usize) -> Value {
    let entries = &ask.directory.entries;
    let entry = &entries.people[place];
    let person = &entry.person;
    let (first, last) = person.name.split_once(' ').unwrap_or((&person.name, ""));
    let emails: Vec<Value> = addresses(entry)
        .enumerate()
        .map(|(n, value)| {
            json!({"value": value, "type": if n == 0 { "work" } else { "other" }, "primary": n == 0})
        })
        .collect();
    let groups: Vec<Value> = entries
        .teams_of(place)
        .map(|t| json!({"value": t.scim, "display": t.slug, "$ref": format!("{}/scim/v2/Groups/{}", ask.base, t.scim)}))
        .collect();
    let manager = entry.manager.map(|n| &entries.people[n]).map(|m| {
        json!({
            "value": m.scim,
            "$ref": format!("{}/scim/v2/Users/{}", ask.base, m.scim),
            "displayName": m.person.name,
        })
    });
    let team = ask.directory.company.team(person.team).slug;
    let mut enterprise = json!({"employeeNumber": person.id, "department": team});
    if let Some(manager) = manager {
        enterprise["manager"] = manager;
    }
    let mut employment = json!({
        "status": person.status,
        "employment": person.employment,
        "startDate": day(person.joined),
        "githubLogin": person.login,
    });
    let before = person.earlier.as_ref().filter(|e| e.id == person.id).map(|e| e.left);
    let dates = [
        ("endDate", person.left.or(person.ends).or(before)),
        ("leaveFrom", person.leave.map(|l| l.from)),
        ("leaveUntil", person.leave.map(|l| l.until)),
    ];
    for (name, at) in dates {
        if let Some(at) = at {
            employment[name] = day(at).into();
        }
    }
    let changed = person.left.unwrap_or(person.joined);
    json!({
        "schemas": [USER, ENTERPRISE, EMPLOYMENT],
        "id": entry.scim,
        "externalId": person.id,
        "userName": entry.login,
        "name": {"givenName": first, "familyName": last, "formatted": person.name},
        "displayName": person.name,
        "userType": person.employment.as_str(),
        "active": entry.is_on(),
        "emails": emails,
        "groups": groups,
        ENTERPRISE: enterprise,
        EMPLOYMENT: employment,
        "meta": {
            "resourceType": "User",
            "created": person.joined.to_string(),
            "lastModified": changed.to_string(),
            "location": format!("{}/scim/v2/Users/{}", ask.base, entry.scim),
        },
    })
}

fn groups(ask: &Ask<'_>) -> Reply {
    let mut found: Vec<&Group> = ask.directory.entries.teams.iter().collect();
    if let Some(filter) = ask.query("filter") {
        let parsed = comparison(filter).filter(|(attribute, _)| attribute == "displayname");
        let Some((_, value)) = parsed else {
            return error(400, "only displayName eq is understood", Some("invalidFilter"));
        };
        found.retain(|t| t.slug.eq_ignore_ascii_case(&value));
    }
    listed(ask, &found, |team| group(ask, team))
}

fn group(ask: &Ask<'_>, team: &Group) -> Value {
    let people = &ask.directory.entries.people;
    let members: Vec<Value> = team
        .members
        .iter()
        .map(|n| {
            let entry = &people[*n];
            json!({
                "value": entry.scim,
                "display": entry.person.name,
                "type": "User",
                "$ref": format!("{}/scim/v2/Users/{}", ask.base, entry.scim),
            })
        })
        .collect();
    let mut value = json!({
        "schemas": [GROUP],
        "id": team.scim,
        "displayName": team.slug,
        "meta": {
            "resourceType": "Group",
            "location": format!("{}/scim/v2/Groups/{}", ask.base, team.scim),
        },
    });
    if ask.query("excludedAttributes").is_none_or(|names| !names.contains("members")) {
        value["members"] = Value::Array(members);
    }
    value
}
