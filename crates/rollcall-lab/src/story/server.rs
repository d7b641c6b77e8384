//! The lab over HTTP: AWS at the root, the story below `/lab`.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Response, StatusCode, header};
use axum::routing::{get, post};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::{EVENTS, Lab};
use crate::aws::Fault;
use crate::aws::request::Call;
use crate::plan::LabError;

/// A running server. It stops when this is dropped, or when it is told to.
#[derive(Debug)]
pub struct ServerHandle {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<std::io::Result<()>>,
}

impl ServerHandle {
    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its URL without a slash at the end, as for `AWS_ENDPOINT_URL`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Answers what was asked already, and stops.
    ///
    /// # Errors
    /// When the server failed.
    pub async fn shutdown(mut self) -> Result<(), LabError> {
        if let Some(stop) = self.stop.take() {
            // It may have stopped by itself.
            let _ = stop.send(());
        }
        match (&mut self.task).await {
            Ok(ended) => ended.map_err(LabError::io("serving the lab")),
            Err(error) => Err(LabError::Bug(error.to_string())),
        }
    }
}

impl Drop for ServerHandle {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Serves a lab's AWS and its story on a listener, which should be one of 127.0.0.1: signatures are
/// not checked.
///
/// # Errors
/// When the listener has no address.
pub fn serve_aws(lab: Arc<Lab>, listener: TcpListener) -> Result<ServerHandle, LabError> {
    let router = Router::new()
        .route("/", post(aws))
        .route("/lab/events", get(list_events))
        .route("/lab/events/{name}", post(event))
        .route("/lab/truth", get(truth))
        .route("/lab/faults", get(list_faults).post(add_fault).delete(clear_faults))
        .with_state(lab);
    start(listener, router)
}

/// Serves a router on a listener.
///
/// # Errors
/// When the listener has no address.
pub(crate) fn start(listener: TcpListener, router: Router) -> Result<ServerHandle, LabError> {
    let address = listener.local_addr().map_err(LabError::io("serving the lab"))?;
    let (stop, stopped) = oneshot::channel::<()>();
    let task = tokio::spawn(async move {
        let ended = async {
            // A handle that was dropped stops it as well.
            let _ = stopped.await;
        };
        axum::serve(listener, router).with_graceful_shutdown(ended).await
    });
    Ok(ServerHandle { address, stop: Some(stop), task })
}

fn answer(status: u16, content_type: &'static str, body: impl Into<Body>) -> Response<Body> {
    let mut answer = Response::new(body.into());
    *answer.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let value = header::HeaderValue::from_static(content_type);
    answer.headers_mut().insert(header::CONTENT_TYPE, value);
    answer
}

fn json_answer(status: u16, value: &Value) -> Response<Body> {
    answer(status, "application/json", value.to_string() + "\n")
}

fn fault(error: &LabError) -> Response<Body> {
    let status = if matches!(error, LabError::Event(_)) { 404 } else { 500 };
    json_answer(status, &json!({"error": error.code(), "message": error.to_string()}))
}

async fn aws(State(lab): State<Arc<Lab>>, headers: HeaderMap, body: Bytes) -> Response<Body> {
    let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
    let call = Call::read(text("x-amz-target"), text("authorization"), &body);
    let given = lab.answer(&call);
    answer(given.status, given.content_type, given.body)
}

async fn list_events(State(lab): State<Arc<Lab>>) -> Response<Body> {
    let known: Vec<Value> =
        EVENTS.iter().map(|(name, title)| json!({"event": name, "does": title})).collect();
    json_answer(200, &json!({"events": known, "happened": lab.happened()}))
}

async fn event(State(lab): State<Arc<Lab>>, Path(name): Path<String>) -> Response<Body> {
    // It may write files.
    let done = tokio::task::spawn_blocking(move || lab.event(&name)).await;
    match done {
        Ok(Ok(happened)) => json_answer(200, &json!(happened)),
        Ok(Err(error)) => fault(&error),
        Err(error) => fault(&LabError::Bug(error.to_string())),
    }
}

async fn truth(State(lab): State<Arc<Lab>>) -> Response<Body> {
    match tokio::task::spawn_blocking(move || lab.truth()).await {
        Ok(Ok(lines)) => answer(200, "application/x-ndjson", lines),
        Ok(Err(error)) => fault(&error),
        Err(error) => fault(&LabError::Bug(error.to_string())),
    }
}

async fn list_faults(State(lab): State<Arc<Lab>>) -> Response<Body> {
    json_answer(200, &json!({"faults": lab.faults()}))
}

async fn add_fault(State(lab): State<Arc<Lab>>, body: Bytes) -> Response<Body> {
    match serde_json::from_slice::<Fault>(&body) {
        Ok(fault) => {
            lab.inject(fault);
            json_answer(200, &json!({"faults": lab.faults()}))
        }
        Err(error) => {
            json_answer(400, &json!({"error": "bad_fault", "message": error.to_string()}))
        }
    }
}

async fn clear_faults(State(lab): State<Arc<Lab>>) -> Response<Body> {
    lab.clear_faults();
    json_answer(200, &json!({"faults": []}))
}
