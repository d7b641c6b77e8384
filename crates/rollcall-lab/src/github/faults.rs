//! Faults on demand.

use serde::{Deserialize, Serialize};

use super::change::Change;

/// What goes wrong.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "fault")]
pub enum GitHubFaultKind {
    /// The secondary limit strikes: 403 with `retry-after`.
    SecondaryLimit {
        /// Seconds to wait.
        retry_after: u64,
    },
    /// The primary limit is used up: 403 with nothing remaining until the window's end.
    PrimaryLimit,
    /// The server stumbles with a status of its own: 500, 502, 503, 504.
    ServerError {
        /// Which.
        status: u16,
    },
    /// Nothing comes for a while.
    Stall {
        /// How long.
        milliseconds: u64,
    },
    /// What comes is no JSON.
    Garbage,
    /// The body ends in the middle, and says so nowhere.
    Truncate,
    /// 404, as GitHub hides what one may not see.
    NotFound,
    /// 403, as for a missing permission.
    Forbidden,
    /// 403 that sends to single sign-on.
    SsoRequired,
    /// 403, as of an installation that was suspended.
    Suspended,
    /// 401, as of a token that was revoked.
    BadCredentials,
    /// 451, as of what a court had taken away.
    Unavailable,
    /// GraphQL answers 502 for more nodes than so many.
    GraphqlTimeout {
        /// How many it still manages.
        above: u64,
    },
    /// Every n-th repository of a GraphQL answer is null, with an error.
    GraphqlPartial {
        /// Which.
        every: u64,
    },
    /// Recursive trees end early and say so.
    TruncatedTree,
    /// Every other account in a list is null.
    NullUsers,
    /// Actors of runs and of the audit log are deleted accounts.
    Ghosts,
    /// `Link` points at another host.
    ForeignLink,
    /// Something changes, once.
    Change {
        /// What.
        change: Change,
    },
}

/// A fault and where it strikes.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct GitHubFault {
    /// The route, as `GET /_lab/requests` names it, such as `/orgs/{org}/members` or `/graphql`; a
    /// `*` at the end stands for all that begin so; all of them where none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub route: Option<String>,
    /// The name of the repository; all of them where none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repository: Option<String>,
    /// How many requests it lets pass first.
    #[serde(default)]
    pub after: u64,
    /// How often it strikes; for ever where it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u64>,
    /// What happens.
    #[serde(flatten)]
    pub kind: GitHubFaultKind,
}

impl GitHubFault {
    /// A fault that strikes everywhere and always.
    #[must_use]
    pub const fn everywhere(kind: GitHubFaultKind) -> Self {
        Self { route: None, repository: None, after: 0, times: None, kind }
    }

    /// A fault of one route.
    #[must_use]
    pub fn at(route: &str, kind: GitHubFaultKind) -> Self {
        Self { route: Some(route.to_owned()), ..Self::everywhere(kind) }
    }

    /// The same for one repository only.
    #[must_use]
    pub fn of_repository(mut self, name: &str) -> Self {
        self.repository = Some(name.to_owned());
        self
    }

    /// The same after so many requests.
    #[must_use]
    pub const fn after(mut self, requests: u64) -> Self {
        self.after = requests;
        self
    }

    /// The same so many times.
    #[must_use]
    pub const fn times(mut self, times: u64) -> Self {
        self.times = Some(times);
        self
    }

    fn fits(&self, route: &str, repository: Option<&str>) -> bool {
        let here = match &self.route {
            None => true,
            Some(wanted) => match wanted.strip_suffix('*') {
                Some(start) => route.starts_with(start),
                None => wanted == route,
            },
        };
        let of = self
            .repository
            .as_ref()
            .is_none_or(|wanted| repository.is_some_and(|name| name.eq_ignore_ascii_case(wanted)));
        here && of
    }
}

/// Faults that are on, with what they count.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<(GitHubFault, u64)>);

impl Faults {
    pub(crate) fn add(&mut self, fault: GitHubFault) {
        self.0.push((fault, 0));
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    pub(crate) fn list(&self) -> Vec<GitHubFault> {
        self.0.iter().map(|(fault, _)| fault.clone()).collect()
    }

    /// Everything that strikes a request.
    pub(crate) fn strike(&mut self, route: &str, repository: Option<&str>) -> Vec<GitHubFaultKind> {
        let mut struck = Vec::new();
        for (fault, seen) in &mut self.0 {
            if !fault.fits(route, repository) {
                continue;
            }
            *seen += 1;
            let hit = seen.saturating_sub(fault.after);
            let once = matches!(fault.kind, GitHubFaultKind::Change { .. });
            let most = fault.times.unwrap_or(if once { 1 } else { u64::MAX });
            if hit > 0 && hit <= most {
                struck.push(fault.kind.clone());
            }
        }
        struck
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_strike_where_when_and_as_often_as_they_should() {
        let mut faults = Faults::default();
        let kind = GitHubFaultKind::Garbage;
        faults.add(
            GitHubFault::at("/repos/{owner}/{repo}/*", kind.clone())
                .of_repository("Mono")
                .after(1)
                .times(2),
        );
        let keys = "/repos/{owner}/{repo}/keys";
        let hit = |faults: &mut Faults, route, name| faults.strike(route, name).len();
        assert_eq!(hit(&mut faults, keys, Some("other")), 0);
        assert_eq!(hit(&mut faults, "/orgs/{org}", None), 0);
        let counts: Vec<usize> = (0..4).map(|_| hit(&mut faults, keys, Some("mono"))).collect();
        assert_eq!(counts, [0, 1, 1, 0]);
        let text = r#"{"route":"/graphql","fault":"graphql_timeout","above":50}"#;
        let fault: GitHubFault = serde_json::from_str(text).unwrap();
        assert_eq!(
            fault,
            GitHubFault::at("/graphql", GitHubFaultKind::GraphqlTimeout { above: 50 })
        );
    }
}
