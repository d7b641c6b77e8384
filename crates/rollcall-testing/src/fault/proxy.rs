//! The proxy itself: its own thread, one task a connection.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use super::http::{Message, read_head, read_request_body, read_response_body};
use super::rule::{Fault, Rule, SeenRequest, When};
use crate::TestError;

/// Stands between a client and an HTTP server on this machine, counts and keeps the requests, and
/// breaks the answers to those that are chosen. What is not chosen goes through unchanged, but for
/// its framing.
///
/// It has a thread of its own, so that tests with and without a runtime can use it, and a runtime
/// whose time is paused does not stop it.
#[derive(Debug)]
pub struct FaultProxy {
    address: SocketAddr,
    shared: Arc<Mutex<Shared>>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Shared {
    rules: Vec<Rule>,
    seen: Vec<SeenRequest>,
}

impl FaultProxy {
    /// Starts one before the server at `target`, which is on this machine.
    ///
    /// # Errors
    /// When the target is elsewhere, or no port or thread is to be had.
    pub fn start(target: SocketAddr) -> Result<Self, TestError> {
        if !target.ip().is_loopback() {
            return Err(TestError::Refused(format!("{target} is not on this machine")));
        }
        let what = || TestError::io("starting a proxy");
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(what())?;
        listener.set_nonblocking(true).map_err(what())?;
        let address = listener.local_addr().map_err(what())?;
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(what())?;
        let shared = Arc::<Mutex<Shared>>::default();
        let (stop, stopped) = oneshot::channel();
        let state = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("fault-proxy".to_owned())
            .spawn(move || runtime.block_on(serve(listener, target, state, stopped)))
            .map_err(what())?;
        Ok(Self { address, shared, stop: Some(stop), thread: Some(thread) })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its URL, without a slash at the end.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// From now on these requests meet this fault. Of several rules the oldest that strikes wins.
    pub fn inject(&self, when: When, fault: Fault) {
        lock(&self.shared).rules.push(Rule::new(when, fault));
    }

    /// Takes all faults away; the count goes on.
    pub fn clear(&self) {
        lock(&self.shared).rules.clear();
    }

    /// Forgets the requests seen, and counts from 1 again.
    pub fn restart_count(&self) {
        let mut shared = lock(&self.shared);
        shared.seen.clear();
        shared.rules.iter_mut().for_each(Rule::restart);
    }

    /// The requests seen, in order.
    #[must_use]
    pub fn requests(&self) -> Vec<SeenRequest> {
        lock(&self.shared).seen.clone()
    }
}

impl Drop for FaultProxy {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// A test that panicked while it held the lock has failed already.
fn lock(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn serve(
    listener: std::net::TcpListener,
    target: SocketAddr,
    shared: Arc<Mutex<Shared>>,
    mut stopped: oneshot::Receiver<()>,
) {
    let Ok(listener) = TcpListener::from_std(listener) else { return };
    loop {
        tokio::select! {
            _ = &mut stopped => return,
            accepted = listener.accept() => {
                if let Ok((stream, _)) = accepted {
                    let shared = Arc::clone(&shared);
                    // How a connection ends is between the client and the fault.
                    tokio::spawn(async move { drop(converse(stream, target, &shared).await) });
                }
            }
        }
    }
}

/// One connection: request after request until either side closes or a fault does.
async fn converse(stream: TcpStream, target: SocketAddr, shared: &Mutex<Shared>) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut client = BufReader::new(stream);
    while let Some(mut request) = read_head(&mut client).await? {
        if request.header("expect").is_some() {
            client.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").await?;
        }
        read_request_body(&mut client, &mut request).await?;
        let last = wants_close(&request);
        let again = match note(shared, &request) {
            None => {
                let answer = ask(target, &request).await;
                send(&mut client, &request, &answer, last).await?
            }
            Some(fault) => strike(client.get_mut(), target, &request, fault, last).await?,
        };
        if !again {
            return client.shutdown().await;
        }
    }
    Ok(())
}

fn wants_close(request: &Message) -> bool {
    let said = request.header("connection").unwrap_or_default().to_ascii_lowercase();
    said.contains("close") || (request.word(2) == "HTTP/1.0" && !said.contains("keep-alive"))
}

/// Counts a request and finds the fault that strikes it.
fn note(shared: &Mutex<Shared>, request: &Message) -> Option<Fault> {
    let mut shared = lock(shared);
    let number = shared.seen.len() as u64 + 1;
    let text = request.text();
    // Every rule is asked, so that each counts every request.
    let struck: Vec<Fault> =
        shared.rules.iter_mut().filter_map(|rule| rule.strikes(number, &text)).collect();
    let fault = struck.into_iter().next();
    shared.seen.push(SeenRequest {
        number,
        method: request.word(0).to_owned(),
        target: request.word(1).to_owned(),
        text,
        fault: fault.as_ref().map(|fault| format!("{fault:?}")),
    });
    fault
}

/// Does what the fault says; whether the connection goes on.
async fn strike(
    client: &mut TcpStream,
    target: SocketAddr,
    request: &Message,
    fault: Fault,
    last: bool,
) -> io::Result<bool> {
    match fault {
        Fault::Answer { status, headers, body } => {
            let start = format!("HTTP/1.1 {status} Fault");
            let answer = Message { start, headers, body: body.into_bytes(), framed: true };
            send(client, request, &answer, last).await
        }
        Fault::Rewrite(change) => {
            let mut plain = request.clone();
            plain.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("accept-encoding"));
            let mut answer = ask(target, &plain).await;
            answer.body = change(&String::from_utf8_lossy(&answer.body)).into_bytes();
            send(client, request, &answer, last).await
        }
        Fault::TruncatedBody => {
            let answer = ask(target, request).await;
            // An empty body has no half: the client is promised one byte that never comes.
            client.write_all(&answer.head(Some(answer.body.len().max(1)), "close")).await?;
            client.write_all(&answer.body[..answer.body.len() / 2]).await?;
            Ok(false)
        }
        Fault::Stall => {
            // Nothing is read but the end, or bytes of a client that is past waiting.
            while client.read(&mut [0; 1024]).await? > 0 {}
            Ok(false)
        }
        Fault::Reset => {
            client.set_zero_linger()?;
            // Dropped by the caller, without the orderly end that `Ok(false)` gives.
            Err(io::ErrorKind::ConnectionReset.into())
        }
        Fault::Garbage => {
            client.write_all(b"\x00\xff\x16\x03 this is not HTTP \xfe\r\n\r\n\x00").await?;
            Ok(false)
        }
    }
}

/// The server's answer, or one that says why there is none.
async fn ask(target: SocketAddr, request: &Message) -> Message {
    let result = async {
        let mut server = BufReader::new(TcpStream::connect(target).await?);
        server.get_ref().set_nodelay(true)?;
        let length = request.framed.then_some(request.body.len());
        server.write_all(&request.head(length, "close")).await?;
        server.write_all(&request.body).await?;
        loop {
            let mut answer = read_head(&mut server).await?.ok_or(io::ErrorKind::UnexpectedEof)?;
            // Interim answers are between the proxy and the server.
            if !answer.word(1).starts_with('1') {
                read_response_body(&mut server, &mut answer, request.word(0)).await?;
                return Ok::<_, io::Error>(answer);
            }
        }
    };
    result.await.unwrap_or_else(|error| Message {
        start: "HTTP/1.1 502 Bad Gateway".to_owned(),
        headers: vec![("Content-Type".to_owned(), "text/plain".to_owned())],
        body: format!("the proxy got no answer from {target}: {error}").into_bytes(),
        framed: true,
    })
}

/// Sends an answer on; whether the connection goes on.
async fn send<W: AsyncWriteExt + Unpin>(
    client: &mut W,
    request: &Message,
    answer: &Message,
    last: bool,
) -> io::Result<bool> {
    let bodiless = request.word(0) == "HEAD" || matches!(answer.word(1), "204" | "304");
    let length = if bodiless {
        // What a body would have been long, if the server said so.
        answer.header("content-length").and_then(|length| length.parse().ok())
    } else {
        Some(answer.body.len())
    };
    let connection = if last { "close" } else { "keep-alive" };
    // In one write: a head alone would wait for its acknowledgement on some systems.
    let mut bytes = answer.head(length, connection);
    if !bodiless {
        bytes.extend_from_slice(&answer.body);
    }
    client.write_all(&bytes).await?;
    Ok(!last)
}
