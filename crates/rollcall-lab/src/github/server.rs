//! GitHub over HTTP.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::Router;
use axum::body::{Body as HttpBody, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, Uri};
use sha2::{Digest as _, Sha256};
use tokio::net::TcpListener;

use super::access::Needs;
use super::ask::{Answer, Ask, Body, Reply};
use super::auth::{self, Caller};
use super::faults::GitHubFaultKind;
use super::lab::GitHubLab;
use super::limits::{self, Resource};
use super::{apps, control, graphql, router};
use crate::plan::LabError;
use crate::story::{ServerHandle, start};

/// The versions of the API that there are.
const VERSIONS: [&str; 2] = ["2022-11-28", "2026-03-10"];

/// Serves a company's GitHub on a listener, which should be one of 127.0.0.1: REST at the root and
/// below `/api/v3`, GraphQL at `/graphql` and `/api/graphql`, the lab's own entries below `/_lab`.
///
/// # Errors
/// When the listener has no address.
pub fn serve_github(lab: Arc<GitHubLab>, listener: TcpListener) -> Result<ServerHandle, LabError> {
    let address = listener.local_addr().map_err(LabError::io("serving the lab"))?;
    lab.served_at(format!("http://{address}"));
    start(listener, Router::new().fallback(handle).with_state(lab))
}

/// A request without what only HTTP needs.
struct Incoming {
    method: String,
    path: String,
    query: Vec<(String, String)>,
    base: String,
    headers: HeaderMap,
    body: Bytes,
}

impl Incoming {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|v| v.to_str().ok())
    }
}

/// Counts a request while it is under way.
struct UnderWay<'a>(&'a GitHubLab);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.under_way.fetch_sub(1, Ordering::SeqCst);
    }
}

async fn handle(
    State(lab): State<Arc<GitHubLab>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response<HttpBody> {
    let (mut path, mut prefix) = (uri.path().to_owned(), "");
    if path == "/api/graphql" {
        "/graphql".clone_into(&mut path);
    } else if let Some(rest) = uri.path().strip_prefix("/api/v3") {
        rest.clone_into(&mut path);
        prefix = "/api/v3";
    }
    if path.starts_with("/_lab") {
        return respond(control::answer(&lab, method.as_str(), &path, &body).await, false);
    }
    let host = headers.get("host").and_then(|h| h.to_str().ok()).unwrap_or("127.0.0.1");
    let query = uri.query().unwrap_or_default();
    let incoming = Incoming {
        method: method.to_string(),
        base: format!("http://{host}{prefix}"),
        query: url::form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
        path,
        headers,
        body,
    };
    let many = lab.under_way.fetch_add(1, Ordering::SeqCst) + 1;
    let _counted = UnderWay(&lab);
    {
        let mut memory = lab.memory();
        memory.most_under_way = memory.most_under_way.max(many);
    }
    let latency = lab.latency();
    if !latency.is_zero() {
        tokio::time::sleep(latency).await;
    }
    let (reply, cut, stall) = if many > lab.options.limits.concurrent {
        *lab.memory().requests.entry("too many at once".to_owned()).or_default() += 1;
        (limits::secondary(60), false, None)
    } else {
        answer(&lab, &incoming)
    };
    if let Some(stall) = stall {
        tokio::time::sleep(stall).await;
    }
    respond(reply, cut)
}

/// Answers; whether the body is to be cut, and how long nothing is to come.
fn answer(lab: &Arc<GitHubLab>, incoming: &Incoming) -> (Reply, bool, Option<Duration>) {
    let (route, repository) = {
        let world = lab.world();
        let found = router::find(&incoming.path, &world);
        let repository = found.as_ref().and_then(router::repository_of).map(str::to_owned);
        let route = match (&found, incoming.path.as_str()) {
            (Some(found), _) => found.route.path.to_owned(),
            (None, "/graphql" | "/rate_limit") => incoming.path.clone(),
            (None, path) if token_path(path).is_some() => TOKENS.to_owned(),
            (None, _) => "unknown".to_owned(),
        };
        (route, repository)
    };
    let route = if route.is_empty() { "/".to_owned() } else { route };
    let struck = {
        let mut memory = lab.memory();
        *memory.requests.entry(route.clone()).or_default() += 1;
        memory.faults.strike(&route, repository.as_deref())
    };
    let (mut cut, mut stall) = (false, None);
    for kind in &struck {
        match kind {
            GitHubFaultKind::Change { change } => {
                // A fault that names what is not there strikes nothing.
                if let Ok(Some(event)) = lab.apply(change) {
                    let lab = Arc::clone(lab);
                    // Who listens may be gone; the change stands all the same.
                    drop(tokio::spawn(async move { lab.tell(event).await.map(|_| ()) }));
                }
            }
            GitHubFaultKind::Truncate => cut = true,
            GitHubFaultKind::Stall { milliseconds } => {
                stall = Some(Duration::from_millis(*milliseconds));
            }
            _ => {}
        }
    }
    let reply = settle(undisturbed(lab, incoming, &struck));
    (reply, cut, stall)
}

fn settle(answer: Answer) -> Reply {
    match answer {
        Ok(reply) | Err(reply) => reply,
    }
}

const TOKENS: &str = "/app/installations/{installation_id}/access_tokens";

/// The installation that a token is wanted for.
fn token_path(path: &str) -> Option<&str> {
    let id = path.strip_prefix("/app/installations/")?.strip_suffix("/access_tokens")?;
    (!id.contains('/')).then_some(id)
}

/// What a fault says in place of an answer.
fn instead(kind: &GitHubFaultKind, lab: &GitHubLab, caller: &Caller) -> Option<Reply> {
    Some(match kind {
        GitHubFaultKind::SecondaryLimit { retry_after } => limits::secondary(*retry_after),
        GitHubFaultKind::PrimaryLimit => limits::primary(&caller.counted_as()),
        GitHubFaultKind::ServerError { status } => Reply::error(*status, "Server Error"),
        GitHubFaultKind::Garbage => {
            let body = Body::Text("application/json; charset=utf-8", "<html>Unicorn!".to_owned());
            Reply { body, ..Reply::empty(200) }
        }
        GitHubFaultKind::NotFound => Reply::not_found(),
        GitHubFaultKind::Forbidden => super::access::refused(caller),
        GitHubFaultKind::SsoRequired => {
            let login = &lab.world().organization.login;
            let message = "Resource protected by organization SAML enforcement. You must grant your Personal Access token access to this organization.";
            let link = format!(
                "required; url=https://github.com/orgs/{login}/sso?authorization_request=lab"
            );
            Reply::error(403, message).with("x-github-sso", link)
        }
        GitHubFaultKind::Suspended => Reply::error(403, "This installation has been suspended"),
        GitHubFaultKind::BadCredentials => Reply::error(401, "Bad credentials"),
        GitHubFaultKind::Unavailable => Reply::error(451, "Repository access blocked"),
        _ => return None,
    })
}

fn undisturbed(lab: &GitHubLab, incoming: &Incoming, struck: &[GitHubFaultKind]) -> Answer {
    if incoming.header("user-agent").is_none_or(str::is_empty) {
        let message = "Request forbidden by administrative rules. Please make sure your request has a User-Agent header";
        return Err(Reply::error(403, message));
    }
    let version = incoming.header("x-github-api-version").unwrap_or(VERSIONS[0]);
    if !VERSIONS.contains(&version) {
        let message = format!("\"{version}\" is not a valid API version.");
        return Err(Reply::error(400, &message));
    }
    let now = lab.now();
    let clock = lab.options.strict_clock.then_some(now);
    let caller = {
        let world = lab.world();
        let memory = lab.memory();
        auth::caller(incoming.header("authorization"), &world, &lab.keys, &memory.issued, clock)?
    };
    let graphql = incoming.path == "/graphql";
    let world = lab.world();
    let found = router::find(&incoming.path, &world);
    let resource = match &found {
        _ if graphql => Resource::Graphql,
        Some(found) => found.route.resource(),
        None => Resource::Core,
    };
    let counted = caller.counted_as();
    let limits = &lab.options.limits;
    let free = incoming.path == "/rate_limit";
    let (standing, wait) = {
        let meter = &mut lab.memory().meter;
        let standing = meter.standing(&counted, resource, limits, now);
        let points = if incoming.method == "GET" || graphql { 1 } else { 5 };
        (standing, if free { None } else { meter.minute(&counted, graphql, points, limits) })
    };
    let fault = struck.iter().find_map(|kind| instead(kind, lab, &caller));
    let used_up = standing.remaining() == 0 && !free;
    let primary = struck.contains(&GitHubFaultKind::PrimaryLimit);
    let mut cost = u64::from(!free);
    let mut reply = if let Some(seconds) = wait {
        limits::secondary(seconds)
    } else if let Some(reply) = fault {
        reply
    } else if used_up && graphql {
        graphql::exhausted(&counted)
    } else if used_up {
        limits::primary(&counted)
    } else if free {
        let body = lab.memory().meter.report(&counted, limits, now, version);
        Reply::ok(body)
    } else {
        let mut ask = Ask {
            world: &world,
            caller: &caller,
            base: incoming.base.clone(),
            path: incoming.path.clone(),
            params: Vec::new(),
            query: incoming.query.clone(),
            body: &incoming.body,
            faults: struck,
            version: version.to_owned(),
            accept: incoming.header("accept").unwrap_or_default().to_owned(),
        };
        if graphql {
            let (reply, points) = graphql::answer(&ask, &incoming.method, lab, &standing);
            cost = points;
            reply
        } else if let ("POST", Some(id)) = (incoming.method.as_str(), token_path(&incoming.path)) {
            ask.params = vec![id.to_owned()];
            ask.check(Needs::App)?;
            settle(apps::issue(&ask, &mut lab.memory().issued, now))
        } else if let (Some(found), "GET" | "HEAD") = (found, incoming.method.as_str()) {
            ask.params = found.params;
            ask.path = found.path;
            let allowed =
                apps::is_open(&world, &caller).and_then(|()| ask.check(found.route.needs));
            settle(allowed.and_then(|()| (found.route.answer)(&ask)))
        } else {
            Reply::not_found()
        }
    };
    // What a client holds already costs nothing.
    if reply.status == 200 && incoming.method == "GET" && !graphql {
        let tag = etag(incoming, &reply);
        if incoming
            .header("if-none-match")
            .is_some_and(|held| held.contains(tag.trim_start_matches("W/")))
        {
            let link = reply.headers.remove("link");
            reply = Reply::empty(304);
            reply.headers.extend(link.map(|l| ("link", l)));
            cost = 0;
            lab.memory().unchanged += 1;
        }
        reply.headers.insert("etag", tag);
    }
    let mut standing = if used_up || wait.is_some() {
        standing
    } else {
        lab.memory().meter.spend(&counted, resource, cost, limits, now)
    };
    if primary {
        standing.used = standing.limit;
    }
    limits::headers(&standing, resource, &mut reply.headers);
    if let Caller::Person { scopes, rights: None, .. } = &caller {
        reply.headers.insert("x-oauth-scopes", scopes.join(", "));
    }
    let format = "github.v3; format=json".to_owned();
    reply.headers.insert("x-github-media-type", format);
    reply.headers.insert("x-github-api-version-selected", version.to_owned());
    Ok(reply)
}

/// The tag of an answer: bound to the token, as GitHub's are.
fn etag(incoming: &Incoming, reply: &Reply) -> String {
    let mut hash = Sha256::new();
    for name in ["accept", "authorization"] {
        hash.update(incoming.header(name).unwrap_or_default());
        hash.update([0]);
    }
    hash.update(incoming.path.as_bytes());
    match &reply.body {
        Body::Json(value) => hash.update(value.to_string()),
        Body::Text(_, text) => hash.update(text),
        Body::Empty => {}
    }
    let hex: String = hash.finalize().iter().map(|b| format!("{b:02x}")).collect();
    format!("W/\"{hex}\"")
}

fn respond(reply: Reply, cut: bool) -> Response<HttpBody> {
    let (content_type, mut bytes) = match reply.body {
        Body::Json(value) => ("application/json; charset=utf-8", value.to_string().into_bytes()),
        Body::Text(content_type, text) => (content_type, text.into_bytes()),
        Body::Empty => ("", Vec::new()),
    };
    if cut {
        bytes.truncate(bytes.len() / 2);
    }
    let mut response = Response::new(HttpBody::from(bytes));
    *response.status_mut() =
        StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    for (name, value) in reply.headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    if !content_type.is_empty() {
        headers.insert("content-type", HeaderValue::from_static(content_type));
    }
    headers.insert("x-github-request-id", HeaderValue::from_static("LAB0:0000:0000:0000:00000000"));
    response
}
