//! From a path to the function that answers.

use percent_encoding::percent_decode_str;

use super::access::Needs;
use super::ask::{Answer, Ask};
use super::limits::Resource;
use super::routes;
use super::world::World;

/// One route.
pub(crate) struct Route {
    /// Its path with the names of its places, as GitHub's documentation has it.
    pub(crate) path: &'static str,
    /// What it needs.
    pub(crate) needs: Needs,
    /// Who answers.
    pub(crate) answer: fn(&Ask<'_>) -> Answer,
}

impl Route {
    /// A route that reads.
    pub(crate) const fn get(
        path: &'static str,
        needs: Needs,
        answer: fn(&Ask<'_>) -> Answer,
    ) -> Self {
        Self { path, needs, answer }
    }

    /// What it is counted as.
    pub(crate) fn resource(&self) -> Resource {
        if self.path.ends_with("/audit-log") { Resource::AuditLog } else { Resource::Core }
    }
}

/// A route with what stands in its places.
pub(crate) struct Found {
    pub(crate) route: &'static Route,
    pub(crate) params: Vec<String>,
    /// The path as links name it: by numbers.
    pub(crate) path: String,
}

/// Finds the route of a path.
pub(crate) fn find(path: &str, world: &World) -> Option<Found> {
    let path = path.strip_suffix('/').unwrap_or(path);
    let by_name = named(path, world);
    let segments: Vec<&str> = by_name.split('/').skip(1).collect();
    for group in routes::ALL {
        for route in *group {
            if let Some(params) = fit(route.path, &segments) {
                let path = numbered(&by_name, &params, route.path, world);
                return Some(Found { route, params, path });
            }
        }
    }
    None
}

/// What stands in the places of a route, if the path is one of it.
fn fit(route: &str, segments: &[&str]) -> Option<Vec<String>> {
    let mut params = Vec::new();
    let mut rest = segments.iter();
    for wanted in route.split('/').skip(1) {
        if wanted == "{path}" {
            // The one place that holds slashes.
            let parts: Vec<&str> = rest.by_ref().copied().collect();
            params.push(decode(&parts.join("/")));
            return Some(params);
        }
        let part = rest.next()?;
        if wanted.starts_with('{') {
            params.push(decode(part));
        } else if wanted != *part {
            return None;
        }
    }
    rest.next().is_none().then_some(params)
}

fn decode(part: &str) -> String {
    percent_decode_str(part).decode_utf8_lossy().into_owned()
}

/// A path that has numbers, with names.
fn named(path: &str, world: &World) -> String {
    let mut parts = path.splitn(4, '/').skip(1);
    let (kind, number, rest) = (parts.next(), parts.next(), parts.next());
    let rest = rest.map(|r| format!("/{r}")).unwrap_or_default();
    let number = number.and_then(|n| n.parse::<u64>().ok());
    let login = &world.organization.login;
    match (kind, number) {
        (Some("organizations"), Some(id)) if id == world.organization.id => {
            format!("/orgs/{login}{rest}")
        }
        (Some("repositories"), Some(id)) => match world.repositories.get(&id) {
            Some(repo) => format!("/repos/{login}/{}{rest}", repo.hub.name),
            None => path.to_owned(),
        },
        _ => path.to_owned(),
    }
}

/// A path that has names, with numbers, as GitHub's links have them.
fn numbered(path: &str, params: &[String], route: &str, world: &World) -> String {
    if let Some(rest) = route.strip_prefix("/orgs/{org}/").map(|_| path.splitn(4, '/').nth(3)) {
        let is_here = params.first().is_some_and(|p| world.is_organization(p));
        if let (true, Some(rest)) = (is_here, rest) {
            return format!("/organizations/{}/{rest}", world.organization.id);
        }
    }
    if route.starts_with("/repos/{owner}/{repo}/")
        && let (Some(name), Some(rest)) = (params.get(1), path.splitn(5, '/').nth(4))
        && let super::world::Named::Here(repo) = world.named(name)
    {
        return format!("/repositories/{}/{rest}", repo.hub.id);
    }
    path.to_owned()
}

/// The name of the repository that a route is about.
pub(crate) fn repository_of(found: &Found) -> Option<&str> {
    found
        .route
        .path
        .starts_with("/repos/{owner}/{repo}")
        .then(|| found.params.get(1).map(String::as_str))?
}
