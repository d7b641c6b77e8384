//! A small HTTP server on the loopback address that answers from a table, or forwards to another
//! server, and misbehaves where it is told to.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::Serialize;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::Fault;

/// One answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reply {
    /// Its status.
    pub status: u16,
    /// Its headers; `{url}` in a value stands for the server's own address.
    pub headers: Vec<(String, String)>,
    /// Its body.
    pub body: Vec<u8>,
}

impl Reply {
    /// An answer without headers of its own.
    #[must_use]
    pub fn new(status: u16, body: Vec<u8>) -> Self {
        Self { status, headers: Vec::new(), body }
    }

    /// A JSON answer.
    ///
    /// # Panics
    /// When the value cannot be JSON.
    #[must_use]
    pub fn json(status: u16, value: &impl Serialize) -> Self {
        let body = serde_json::to_vec(value).expect("the reply is JSON");
        Self::new(status, body).with_header("content-type", "application/json")
    }

    /// The same with a header, in place of any of the same name.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(n, _)| !n.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}

/// One request that arrived.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SeenRequest {
    /// Its method.
    pub method: String,
    /// Path and query.
    pub target: String,
    /// Its headers, names in lowercase.
    pub headers: Vec<(String, String)>,
    /// Its body.
    pub body: Vec<u8>,
}

impl SeenRequest {
    /// The value of a header, named in lowercase.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }
}

/// The server. It ends when it is dropped.
#[derive(Debug)]
pub struct FaultyServer {
    address: SocketAddr,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

#[derive(Debug)]
struct Shared {
    url: String,
    routes: Vec<(String, Reply)>,
    upstream: Option<(reqwest::Client, String)>,
    plan: Mutex<Plan>,
}

#[derive(Debug, Default)]
struct Plan {
    seen: Vec<SeenRequest>,
    faults: Vec<(Option<usize>, Fault)>,
}

impl FaultyServer {
    /// A server that answers from a table: `METHOD /path?query`, or `METHOD /path` for any query.
    /// Anything else is 404.
    ///
    /// # Panics
    /// When no port can be had.
    pub async fn answering(routes: Vec<(&str, Reply)>) -> Self {
        let routes = routes.into_iter().map(|(at, reply)| (at.to_owned(), reply)).collect();
        Self::start(routes, None).await
    }

    /// A server that forwards everything to another one, such as `http://127.0.0.1:5000`.
    ///
    /// # Panics
    /// When no port can be had.
    pub async fn before(upstream: &str) -> Self {
        let client = reqwest::Client::builder().no_proxy().build().expect("an HTTP client");
        Self::start(Vec::new(), Some((client, upstream.trim_end_matches('/').to_owned()))).await
    }

    async fn start(
        routes: Vec<(String, Reply)>,
        upstream: Option<(reqwest::Client, String)>,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port on the loopback");
        let address = listener.local_addr().expect("the listener's address");
        let url = format!("http://{address}");
        let shared = Arc::new(Shared { url, routes, upstream, plan: Mutex::default() });
        let accepting = Arc::clone(&shared);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let shared = Arc::clone(&accepting);
                // A client that goes away early is no concern of the server's.
                tokio::spawn(async move { drop(serve(stream, &shared).await) });
            }
        });
        Self { address, shared, task }
    }

    /// Its address, without a slash at the end.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.shared.url
    }

    /// Its socket address.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Makes the `n`-th request from now on, counted from 0 since the last [`FaultyServer::reset`],
    /// go wrong.
    pub fn inject(&self, n: usize, fault: Fault) {
        self.shared.plan().faults.push((Some(n), fault));
    }

    /// Makes every request go wrong.
    pub fn inject_always(&self, fault: Fault) {
        self.shared.plan().faults.push((None, fault));
    }

    /// Forgets faults and requests.
    pub fn reset(&self) {
        *self.shared.plan() = Plan::default();
    }

    /// The requests that arrived since the last reset.
    #[must_use]
    pub fn requests(&self) -> Vec<SeenRequest> {
        self.shared.plan().seen.clone()
    }
}

impl Drop for FaultyServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Shared {
    fn plan(&self) -> MutexGuard<'_, Plan> {
        self.plan.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn arrived(&self, request: &SeenRequest) -> Option<Fault> {
        let mut plan = self.plan();
        let n = plan.seen.len();
        plan.seen.push(request.clone());
        plan.faults.iter().find(|(at, _)| at.is_none_or(|at| at == n)).map(|(_, fault)| *fault)
    }

    async fn answer(&self, request: &SeenRequest) -> Reply {
        if let Some((client, upstream)) = &self.upstream {
            return forward(client, upstream, request)
                .await
                .unwrap_or_else(|e| Reply::new(502, format!("upstream: {e}").into_bytes()));
        }
        let whole = format!("{} {}", request.method, request.target);
        let path = whole.split('?').next().unwrap_or_default();
        let route = |at: &str| self.routes.iter().find(|(r, _)| r == at).map(|(_, reply)| reply);
        route(&whole)
            .or_else(|| route(path))
            .cloned()
            .unwrap_or_else(|| Reply::json(404, &serde_json::json!({"message": "Not Found"})))
    }
}

async fn forward(
    client: &reqwest::Client,
    upstream: &str,
    request: &SeenRequest,
) -> Result<Reply, reqwest::Error> {
    let method = reqwest::Method::from_bytes(request.method.as_bytes()).unwrap_or_default();
    let mut call = client.request(method, format!("{upstream}{}", request.target));
    for (name, value) in &request.headers {
        if !matches!(
            name.as_str(),
            "connection" | "content-length" | "accept-encoding" | "transfer-encoding"
        ) {
            call = call.header(name, value);
        }
    }
    let answer = call.body(request.body.clone()).send().await?;
    let status = answer.status().as_u16();
    let headers = answer
        .headers()
        .iter()
        .filter(|(name, _)| {
            !matches!(name.as_str(), "connection" | "content-length" | "transfer-encoding")
        })
        .filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())))
        .collect();
    Ok(Reply { status, headers, body: answer.bytes().await?.to_vec() })
}

async fn serve(mut stream: TcpStream, shared: &Shared) -> std::io::Result<()> {
    let Some(request) = read_request(&mut stream).await? else { return Ok(()) };
    let fault = shared.arrived(&request);
    if fault == Some(Fault::HangUp) {
        return Ok(());
    }
    let answer = shared.answer(&request).await;
    let reply = match fault {
        Some(fault) => fault.apply(&request.target, || answer),
        None => answer,
    };
    let mut head = format!("HTTP/1.1 {} Status\r\nconnection: close\r\n", reply.status);
    for (name, value) in &reply.headers {
        head.push_str(&format!("{name}: {}\r\n", value.replace("{url}", &shared.url)));
    }
    let half = reply.body.len() / 2;
    let (length, sent) = match fault {
        Some(Fault::Truncated) => (reply.body.len() + 64, reply.body.len()),
        Some(Fault::Stalled) => (reply.body.len() + 64, half),
        _ => (reply.body.len(), reply.body.len()),
    };
    head.push_str(&format!("content-length: {length}\r\n\r\n"));
    stream.write_all(head.as_bytes()).await?;
    if request.method != "HEAD" {
        stream.write_all(&reply.body[..sent]).await?;
    }
    stream.flush().await?;
    if fault == Some(Fault::Stalled) {
        // Until the client gives up, or the server is dropped.
        let mut nothing = [0; 1];
        let _closed = tokio::time::timeout(Duration::from_mins(5), stream.read(&mut nothing)).await;
    }
    stream.shutdown().await
}

async fn read_request(stream: &mut TcpStream) -> std::io::Result<Option<SeenRequest>> {
    const LARGEST_HEAD: usize = 64 << 10;
    let mut bytes = Vec::new();
    let head_end = loop {
        if let Some(end) = bytes.windows(4).position(|w| w == b"\r\n\r\n") {
            break end;
        }
        if bytes.len() > LARGEST_HEAD || stream.read_buf(&mut bytes).await? == 0 {
            return Ok(None);
        }
    };
    let head = String::from_utf8_lossy(&bytes[..head_end]).into_owned();
    let mut lines = head.split("\r\n");
    let mut first = lines.next().unwrap_or_default().split(' ');
    let (method, target) = (first.next().unwrap_or_default(), first.next().unwrap_or_default());
    let headers: Vec<_> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let length = headers.iter().find(|(n, _)| n == "content-length");
    let length = length.and_then(|(_, v)| v.parse().ok()).unwrap_or(0);
    let mut body = bytes.split_off(head_end + 4);
    while body.len() < length && stream.read_buf(&mut body).await? > 0 {}
    Ok(Some(SeenRequest { method: method.to_owned(), target: target.to_owned(), headers, body }))
}
