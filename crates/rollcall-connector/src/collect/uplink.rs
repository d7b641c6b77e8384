//! The pushing end's side of HTTP: one chunk after the other, each until it was taken.

use std::io::Write;
use std::time::Duration;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use rollcall_record::Problem;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use url::Url;

use super::{Begun, END, Hello, SEQUENCE, SESSION};
use crate::transport::{TransportOptions, redact};

/// How often a chunk is sent before the upload is given up, and the first wait between.
const ATTEMPTS: u32 = 6;
const FIRST_WAIT: Duration = Duration::from_millis(500);
/// How long one request may take; the other end answers sooner, if only to say "not yet".
const REQUEST: Duration = Duration::from_secs(60);

/// What became of a chunk.
#[derive(Clone, PartialEq, Debug)]
pub enum Answered {
    /// It was taken.
    Taken,
    /// The reading goes on at the other end; ask again.
    NotYet,
    /// The reading ended, with its report.
    Report(Value),
}

/// Why nothing can be uploaded.
#[derive(Debug, thiserror::Error)]
pub enum UplinkError {
    /// The client cannot be made.
    #[error(transparent)]
    Client(#[from] Box<Problem>),
    /// The other end cannot be reached, or breaks off.
    #[error("{to} cannot be reached: {why}")]
    Unreachable {
        /// Host and port.
        to: String,
        /// What went wrong.
        why: String,
    },
    /// The other end refuses.
    #[error("{to} refuses: {detail} ({code}, HTTP {status})")]
    Refused {
        /// Host and port.
        to: String,
        /// The HTTP status.
        status: u16,
        /// Its stable word.
        code: String,
        /// Its words.
        detail: String,
    },
    /// What it answers is not what was agreed.
    #[error("{to} answers something else than a rollcall of this version: {why}")]
    Strange {
        /// Host and port.
        to: String,
        /// What is strange.
        why: String,
    },
}

/// An upload to one source of a service.
pub struct Uplink {
    client: reqwest::Client,
    url: Url,
    to: String,
    token: SecretString,
    session: Option<String>,
    sequence: u64,
}

impl Uplink {
    /// To the source of a service; `base` is the service's address.
    ///
    /// # Errors
    /// When the client cannot be made: a certificate or a proxy that is none.
    pub fn new(
        options: &TransportOptions,
        base: &Url,
        source: &str,
        token: SecretString,
    ) -> Result<Self, UplinkError> {
        let client = crate::transport::client(options, base).map_err(Box::new)?;
        let mut url = base.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().push("collect").push(source);
        }
        let port = base.port().map_or_else(String::new, |port| format!(":{port}"));
        let to = format!("{}{port}", base.host_str().unwrap_or("?"));
        Ok(Self { client, url, to, token, session: None, sequence: 0 })
    }

    /// Begins an upload.
    ///
    /// # Errors
    /// When the other end cannot be reached or refuses.
    pub async fn begin(&mut self, hello: &Hello) -> Result<Begun, UplinkError> {
        let body = serde_json::to_vec(hello).map_err(|e| self.strange(&e.to_string()))?;
        let (_, answer) = self.post(body, false).await?;
        let begun: Begun =
            serde_json::from_slice(&answer).map_err(|e| self.strange(&e.to_string()))?;
        self.session = Some(begun.session.clone());
        Ok(begun)
    }

    /// Sends lines, the next chunk.
    ///
    /// # Errors
    /// When the other end cannot be reached or refuses; the upload is broken then.
    pub async fn send(&mut self, lines: Vec<u8>) -> Result<(), UplinkError> {
        self.post(lines, false).await?;
        self.sequence += 1;
        Ok(())
    }

    /// Says that everything was sent, or asks again after [`Answered::NotYet`].
    ///
    /// # Errors
    /// When the other end cannot be reached or refuses.
    pub async fn end(&self) -> Result<Answered, UplinkError> {
        match self.post(Vec::new(), true).await? {
            (202, _) => Ok(Answered::NotYet),
            (_, answer) => serde_json::from_slice(&answer)
                .map(Answered::Report)
                .map_err(|e| self.strange(&e.to_string())),
        }
    }

    async fn post(&self, lines: Vec<u8>, end: bool) -> Result<(u16, Bytes), UplinkError> {
        let body: Bytes = packed(&lines).map_err(|e| self.strange(&e.to_string()))?.into();
        let mut wait = FIRST_WAIT;
        for attempt in 1.. {
            match self.post_once(body.clone(), end).await {
                Ok(answer) => return Ok(answer),
                Err((error, true)) if attempt < ATTEMPTS => {
                    tracing::debug!(%error, attempt, "sent again");
                    tokio::time::sleep(wait).await;
                    wait *= 2;
                }
                Err((error, _)) => return Err(error),
            }
        }
        Err(self.strange("it was asked for ever"))
    }

    /// Sends once; an error says whether it is worth sending again.
    async fn post_once(&self, body: Bytes, end: bool) -> Result<(u16, Bytes), (UplinkError, bool)> {
        let mut request = self
            .client
            .post(self.url.clone())
            .timeout(REQUEST)
            .bearer_auth(self.token.expose_secret())
            .header("content-encoding", "gzip")
            .header("content-type", "application/x-ndjson")
            .header(SEQUENCE, self.sequence);
        if let Some(session) = &self.session {
            request = request.header(SESSION, session);
        }
        if end {
            request = request.header(END, "1");
        }
        let unreachable = |error: reqwest::Error| {
            let mut why = error.without_url().to_string();
            why.truncate(why.floor_char_boundary(300));
            (UplinkError::Unreachable { to: self.to.clone(), why }, true)
        };
        let answer = request.body(body).send().await.map_err(unreachable)?;
        let status = answer.status();
        let bytes = answer.bytes().await.map_err(unreachable)?;
        if status.is_success() {
            return Ok((status.as_u16(), bytes));
        }
        let problem: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        let text = |name: &str| problem[name].as_str().map(redact).unwrap_or_default();
        let again = status.is_server_error() || status.as_u16() == 429;
        let (to, status) = (self.to.clone(), status.as_u16());
        let error = UplinkError::Refused { to, status, code: text("code"), detail: text("detail") };
        Err((error, again))
    }

    fn strange(&self, why: &str) -> UplinkError {
        UplinkError::Strange { to: self.to.clone(), why: why.to_owned() }
    }
}

fn packed(lines: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(lines)?;
    encoder.finish()
}
