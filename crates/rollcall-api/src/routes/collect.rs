//! `POST /collect/{source}`: what another machine reads, chunk by chunk.

use std::io::Read;
use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use flate2::read::GzDecoder;
use rollcall_engine::collecting::{END, Hello, LARGEST_CHUNK, SEQUENCE, SESSION};
use rollcall_engine::{CollectError, Collector, Ended};

use crate::problem::Problem;
use crate::{App, access};

/// The largest body, packed or not.
pub(super) const MOST_BODY: usize = LARGEST_CHUNK;

/// Takes the next piece of an upload: its beginning, a chunk of lines, or its end.
pub(crate) async fn collect(
    State(app): State<Arc<App>>,
    Path(source): Path<String>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    // Who may not push learns nothing of what there is.
    let allowed = app.collecting.as_ref().and_then(|collecting| {
        let token = collecting.tokens.get(&source)?;
        access::carries(&headers, token).then_some(&collecting.collector)
    });
    let collector = allowed.ok_or_else(access::unauthorized)?;
    let body =
        body.map_err(|refusal| Problem::new(refusal.status(), "bad_body", refusal.body_text()))?;
    let lines = unpacked(&headers, body).await?;
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let Some(session) = text(SESSION) else { return begin(collector, &source, &lines).await };
    let sequence = text(SEQUENCE).and_then(|number| number.parse().ok());
    let bad = || Problem::bad("bad_header", format!("the header {SEQUENCE} holds no number"));
    let sequence: u64 = sequence.ok_or_else(bad)?;
    if text(END).is_none() {
        let taken = collector.chunk(&source, session, sequence, lines).await;
        return taken.map(|()| StatusCode::NO_CONTENT.into_response()).map_err(problem);
    }
    match collector.end(&source, session, sequence).await.map_err(problem)? {
        Ended::NotYet => Ok(StatusCode::ACCEPTED.into_response()),
        Ended::Report(report) => Ok(Json(report).into_response()),
    }
}

async fn begin(collector: &Arc<Collector>, source: &str, body: &[u8]) -> Result<Response, Problem> {
    let hello: Hello = serde_json::from_slice(body)
        .map_err(|error| Problem::bad("bad_hello", format!("the upload begins badly: {error}")))?;
    let begun = collector.begin(source, hello).await.map_err(problem)?;
    Ok(Json(begun).into_response())
}

/// The lines of a body, within bounds whatever it says of itself.
async fn unpacked(headers: &HeaderMap, body: Bytes) -> Result<Vec<u8>, Problem> {
    let encoding = headers.get(header::CONTENT_ENCODING).map(|value| value.as_bytes());
    match encoding {
        None | Some(b"identity") => Ok(body.to_vec()),
        Some(b"gzip") => {
            let work = tokio::task::spawn_blocking(move || unpack(&body));
            work.await.unwrap_or_else(|error| Err(Problem::bad("bad_body", error.to_string())))
        }
        Some(_) => {
            let detail = "content-encoding is neither gzip nor identity";
            Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "bad_encoding", detail))
        }
    }
}

fn unpack(body: &[u8]) -> Result<Vec<u8>, Problem> {
    let mut lines = Vec::new();
    let most = LARGEST_CHUNK as u64;
    let read = GzDecoder::new(body).take(most + 1).read_to_end(&mut lines);
    read.map_err(|error| Problem::bad("bad_body", format!("this is not gzip: {error}")))?;
    if lines.len() as u64 > most {
        let detail = format!("a chunk holds at most {most} bytes of lines");
        return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "chunk_too_large", detail));
    }
    Ok(lines)
}

fn problem(error: CollectError) -> Problem {
    let detail = error.to_string();
    let (status, code) = match error {
        CollectError::UnknownSource(_) => (StatusCode::NOT_FOUND, "unknown_source"),
        CollectError::Version { .. } => (StatusCode::BAD_REQUEST, "collect_version"),
        CollectError::OtherConnector { .. } => (StatusCode::CONFLICT, "other_connector"),
        CollectError::BadHello(_) => (StatusCode::BAD_REQUEST, "bad_hello"),
        CollectError::UnknownSession => (StatusCode::GONE, "unknown_session"),
        CollectError::OutOfOrder { .. } => (StatusCode::CONFLICT, "out_of_order"),
        CollectError::Busy => (StatusCode::TOO_MANY_REQUESTS, "busy"),
        // The other machine need not know how this one's store is reached.
        CollectError::Engine(error) => {
            tracing::warn!(code = error.code(), "an upload cannot be taken: {detail}");
            let detail = "the store cannot be written now; the log has more";
            return Problem::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", detail);
        }
        CollectError::BrokeOff(_) => (StatusCode::CONFLICT, "broke_off"),
    };
    Problem::new(status, code, detail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn a_body_that_unpacks_to_very_much_is_refused() {
        let packed = |lines: &[u8]| {
            let mut encoder =
                flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
            encoder.write_all(lines).unwrap();
            encoder.finish().unwrap()
        };
        assert_eq!(unpack(&packed(b"a\nb\n")).unwrap(), b"a\nb\n");
        let bomb = packed(&vec![b'\n'; LARGEST_CHUNK + 1]);
        assert!(bomb.len() < 100_000 && unpack(&bomb).is_err());
        assert!(unpack(b"no gzip").is_err());
    }
}
