//! Okta's users and groups. Source: Okta's API reference, Users and Groups.

use rollcall_model::Timestamp;
use serde_json::{Value, json};

use super::entries::Group;
use super::faults::DirectoryFaultKind;
use super::lab::DirectoryLab;
use super::okta_filter::parse;
use super::server::{Ask, Reply};
use crate::plan::{Status, token_text};

/// The most users on a page, and those where nobody says.
const MOST: usize = 200;

fn error(status: u16, code: &str, summary: &str) -> Reply {
    let body = json!({
        "errorCode": code,
        "errorSummary": summary,
        "errorLink": code,
        "errorId": "oaeLabLabLabLabLabLabL",
        "errorCauses": [],
    });
    Reply { status, headers: Vec::new(), body }
}

fn not_found(what: &str) -> Reply {
    error(404, "E0000007", &format!("Not found: Resource not found: {what}"))
}

/// The organisation's id, which anybody may ask for. Source: Okta's API reference, "Retrieve the org
/// metadata".
pub(super) fn organization(lab: &DirectoryLab) -> Reply {
    let id = format!("00o{}", token_text(lab.directory().company.spec.seed, 1 << 52, 17));
    let body = json!({"id": id, "pipeline": "idx", "settings": {"omEnabled": false}});
    Reply { status: 200, headers: Vec::new(), body }
}

/// Answers a request.
pub(super) fn answer(ask: &Ask<'_>, known: bool) -> Reply {
    let (remaining, reset) = ask.lab.okta_minute();
    let limited = ask.faults.contains(&DirectoryFaultKind::RateLimit) || remaining.is_none();
    let mut reply = if limited {
        error(429, "E0000047", "API call exceeded rate limit due to too many requests.")
    } else if ask.faults.contains(&DirectoryFaultKind::ServerError) {
        error(500, "E0000009", "Internal Server Error")
    } else if !known {
        error(401, "E0000011", "Invalid token provided")
    } else if ask.faults.contains(&DirectoryFaultKind::Forbidden) {
        error(403, "E0000006", "You do not have permission to perform the requested action")
    } else {
        routed(ask)
    };
    let left = if limited { 0 } else { remaining.unwrap_or(0) };
    reply.headers.push(("x-rate-limit-limit", ask.lab.options.okta_per_minute.to_string()));
    reply.headers.push(("x-rate-limit-remaining", left.to_string()));
    reply.headers.push(("x-rate-limit-reset", reset.seconds().to_string()));
    reply.headers.push(("x-okta-request-id", "lab".to_owned()));
    reply
}

fn routed(ask: &Ask<'_>) -> Reply {
    let parts: Vec<&str> = ask.parts.iter().map(String::as_str).collect();
    let entries = &ask.directory.entries;
    let person = |id: &str| {
        let is_it = |n: &usize| {
            let entry = &entries.people[*n];
            entry.okta == id || entry.login == id
        };
        ask.people().into_iter().find(is_it)
    };
    let team = |id: &str| entries.teams.iter().find(|t| t.okta == id);
    match parts.as_slice() {
        ["org"] => ok(
            json!({"companyName": ask.directory.company.name, "subdomain": ask.directory.company.name, "status": "ACTIVE"}),
        ),
        ["users"] => users(ask),
        ["users", id] => person(id).map_or_else(|| not_found(id), |place| ok(user(ask, place))),
        ["users", id, "groups"] => person(id).map_or_else(
            || not_found(id),
            |place| {
                let found: Vec<&Group> = entries.teams_of(place).collect();
                page(ask, &found, MOST, |t| group(ask, t))
            },
        ),
        ["groups"] => {
            let all: Vec<&Group> = entries.teams.iter().collect();
            page(ask, &all, 10_000, |t| group(ask, t))
        }
        ["groups", id] => team(id).map_or_else(|| not_found(id), |t| ok(group(ask, t))),
        ["groups", id, "users"] => team(id).map_or_else(
            || not_found(id),
            |t| page(ask, &t.members, 1_000, |place| user(ask, *place)),
        ),
        _ => not_found("endpoint"),
    }
}

fn ok(body: Value) -> Reply {
    Reply { status: 200, headers: Vec::new(), body }
}

/// A page behind a cursor; `Link` is there once for each relation.
fn page<T>(ask: &Ask<'_>, all: &[T], most: usize, show: impl FnMut(&T) -> Value) -> Reply {
    let size = ask.query("limit").and_then(|n| n.parse().ok()).unwrap_or(most).clamp(1, most);
    let after = ask.query("after").and_then(|c| c.strip_prefix("lab")?.parse::<usize>().ok());
    let from = ask.shifted(after.unwrap_or(0)).min(all.len());
    let to = (from + size).min(all.len());
    let mut reply = ok(Value::Array(all[from..to].iter().map(show).collect()));
    let link = |after: Option<usize>, relation: &str| {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in ask.query.iter().filter(|(n, _)| n != "after" && n != "limit") {
            query.append_pair(name, value);
        }
        if let Some(after) = after {
            query.append_pair("after", &format!("lab{after}"));
        }
        query.append_pair("limit", &size.to_string());
        let path = ask.parts.join("/");
        format!("<{}/api/v1/{path}?{}>; rel=\"{relation}\"", ask.base, query.finish())
    };
    reply.headers.push(("link", link(after, "self")));
    if to < all.len() {
        reply.headers.push(("link", link(Some(to), "next")));
    }
    reply
}

fn users(ask: &Ask<'_>) -> Reply {
    let expression = match ask.query("search").or_else(|| ask.query("filter")) {
        None => None,
        Some(text) => match parse(text) {
            Some(expression) => Some(expression),
            None => return error(400, "E0000031", &format!("Invalid search criteria: {text}")),
        },
    };
    let mut found = ask.people();
    found.retain(|place| match &expression {
        Some(expression) => expression.fits(&user(ask, *place)),
        // The plain list leaves out who was deprovisioned.
        None => ask.directory.entries.people[*place].person.status != Status::Left,
    });
    if let Some(start) = ask.query("q") {
        let start = start.to_lowercase();
        found.retain(|place| ask.directory.entries.people[*place].login.starts_with(&start));
    }
    page(ask, &found, MOST, |place| user(ask, *place))
}

fn day(at: Timestamp) -> String {
    at.to_string()[..10].to_owned()
}

/// Times as Okta writes them: with thousandths.
fn time(at: Timestamp) -> String {
    at.to_string().replace('Z', ".000Z")
}

fn user(ask: &Ask<'_>, place: usize) -> Value {
    let entries = &ask.directory.entries;
    let entry = &entries.people[place];
    let person = &entry.person;
    let (first, last) = person.name.split_once(' ').unwrap_or((&person.name, ""));
    let manager = entry.manager.map(|n| &entries.people[n]);
    let before = person.earlier.as_ref().filter(|e| e.id == person.id).map(|e| e.left);
    let changed = person.left.unwrap_or(person.joined);
    json!({
        "id": entry.okta,
        "status": match person.status {
            Status::Active | Status::OnLeave => "ACTIVE",
            Status::Suspended => "SUSPENDED",
            Status::Left => "DEPROVISIONED",
        },
        "created": time(person.joined),
        "activated": time(person.joined),
        "statusChanged": time(changed),
        "lastLogin": null,
        "lastUpdated": time(changed),
        "passwordChanged": null,
        "type": {"id": "otylabdefault"},
        "profile": {
            "login": entry.login,
            "email": entry.login,
            "secondEmail": person.former_email,
            "firstName": first,
            "lastName": last,
            "displayName": person.name,
            "mobilePhone": null,
            "employeeNumber": person.id,
            "department": ask.directory.company.team(person.team).slug,
            "userType": person.employment.as_str(),
            "manager": manager.map(|m| m.person.name.clone()),
            "managerId": manager.map(|m| m.okta.clone()),
            "githubLogin": person.login,
            "startDate": day(person.joined),
            "endDate": person.left.or(person.ends).or(before).map(day),
            "leaveFrom": person.leave.map(|l| day(l.from)),
            "leaveUntil": person.leave.map(|l| day(l.until)),
        },
        "credentials": {"provider": {"type": "OKTA", "name": "OKTA"}},
        "_links": {"self": {"href": format!("{}/api/v1/users/{}", ask.base, entry.okta)}},
    })
}

fn group(ask: &Ask<'_>, team: &Group) -> Value {
    let company = &ask.directory.company;
    let made = time(company.hub_organization().created);
    json!({
        "id": team.okta,
        "created": made,
        "lastUpdated": made,
        "lastMembershipUpdated": made,
        "objectClass": ["okta:user_group"],
        "type": "OKTA_GROUP",
        "profile": {"name": team.slug, "description": null},
        "_links": {
            "users": {"href": format!("{}/api/v1/groups/{}/users", ask.base, team.okta)},
            "apps": {"href": format!("{}/api/v1/groups/{}/apps", ask.base, team.okta)},
        },
    })
}
