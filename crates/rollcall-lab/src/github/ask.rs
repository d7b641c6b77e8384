//! A request on its way to an answer, and the answer.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::auth::Caller;
use super::faults::GitHubFaultKind;
use super::world::{Named, Repo, World};

/// A request.
pub(crate) struct Ask<'a> {
    pub(crate) world: &'a World,
    pub(crate) caller: &'a Caller,
    /// The address of the API without a slash at the end.
    pub(crate) base: String,
    /// The path as links name it.
    pub(crate) path: String,
    /// What stands in the places of the route, decoded.
    pub(crate) params: Vec<String>,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) body: &'a [u8],
    /// What strikes it.
    pub(crate) faults: &'a [GitHubFaultKind],
    /// The version of the API.
    pub(crate) version: String,
    /// What the caller wants, as `Accept` says.
    pub(crate) accept: String,
}

/// An answer, or the reason why there is none.
pub(crate) type Answer = Result<Reply, Reply>;

/// What goes back.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: BTreeMap<&'static str, String>,
    pub(crate) body: Body,
}

/// The content of an answer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Body {
    /// JSON.
    Json(Value),
    /// Text of another type.
    Text(&'static str, String),
    /// Nothing.
    Empty,
}

impl Reply {
    pub(crate) fn json(status: u16, value: Value) -> Self {
        Self { status, headers: BTreeMap::new(), body: Body::Json(value) }
    }

    pub(crate) fn ok(value: Value) -> Self {
        Self::json(200, value)
    }

    pub(crate) fn empty(status: u16) -> Self {
        Self { status, headers: BTreeMap::new(), body: Body::Empty }
    }

    /// An error in GitHub's form.
    pub(crate) fn error(status: u16, message: &str) -> Self {
        Self::json(
            status,
            json!({
                "message": message,
                "documentation_url": "https://docs.github.com/rest",
                "status": status.to_string(),
            }),
        )
    }

    /// There is nothing, or nothing that the caller may see.
    pub(crate) fn not_found() -> Self {
        Self::error(404, "Not Found")
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.insert(name, value.into());
        self
    }
}

impl Ask<'_> {
    /// What stands at a place of the route.
    pub(crate) fn param(&self, at: usize) -> &str {
        self.params.get(at).map_or("", String::as_str)
    }

    /// A parameter of the query.
    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(k, _)| k == name).map(|(_, v)| v.as_str())
    }

    /// A number at a place of the route; what is none leads nowhere.
    pub(crate) fn number(&self, at: usize) -> Result<u64, Reply> {
        self.param(at).parse().map_err(|_| Reply::not_found())
    }

    /// An address of the API.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    pub(crate) fn struck(&self, kind: &GitHubFaultKind) -> bool {
        self.faults.contains(kind)
    }

    /// The JSON that was sent; null where nothing was.
    pub(crate) fn sent(&self) -> Result<Value, Reply> {
        if self.body.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(self.body).map_err(|_| Reply::error(400, "Problems parsing JSON"))
    }

    /// The repository that the first two places of the route name.
    pub(crate) fn repo(&self) -> Result<&Repo, Reply> {
        if !self.world.is_organization(self.param(0)) {
            return Err(Reply::not_found());
        }
        match self.world.named(self.param(1)) {
            Named::Here(repo) if self.caller.sees(self.world, repo) => Ok(repo),
            Named::Moved(repo) if self.caller.sees(self.world, repo) => {
                let rest: String =
                    self.path.split('/').skip(4).map(|part| format!("/{part}")).collect();
                let url = self.url(&format!("/repositories/{}{rest}", repo.hub.id));
                let body = json!({
                    "message": "Moved Permanently",
                    "url": url,
                    "documentation_url": "https://docs.github.com/rest/guides/best-practices-for-using-the-rest-api#follow-redirects",
                });
                Err(Reply::json(301, body).with("location", url))
            }
            _ => Err(Reply::not_found()),
        }
    }
}
