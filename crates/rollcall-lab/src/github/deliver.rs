//! Sending webhooks, signed as GitHub signs them.

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::Serialize;
use serde_json::Value;
use sha2::Sha256;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use url::Url;

use crate::plan::LabError;

/// A webhook that was sent.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Delivery {
    /// Its id, in `X-GitHub-Delivery`.
    pub id: String,
    /// The event.
    pub event: String,
    /// The action within the event, where it has one.
    pub action: Option<String>,
    /// What the receiver answered; none when it could not be reached.
    pub status: Option<u16>,
}

/// The value of `X-Hub-Signature-256`.
pub(super) fn signature(secret: &str, body: &[u8]) -> Result<String, LabError> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes())
        .map_err(|error| LabError::Bug(error.to_string()))?;
    mac.update(body);
    let hex: String = mac.finalize().into_bytes().iter().map(|b| format!("{b:02x}")).collect();
    Ok(format!("sha256={hex}"))
}

/// Sends one; what the receiver answered.
///
/// # Errors
/// When the address is not `http://` or nobody listens there.
pub(super) async fn send(
    url: &str,
    secret: &str,
    event: &str,
    id: &str,
    body: &Value,
) -> Result<u16, LabError> {
    let address = Url::parse(url).map_err(|e| LabError::Event(format!("{url}: {e}")))?;
    let (host, port) = match (address.scheme(), address.host_str(), address.port_or_known_default())
    {
        ("http", Some(host), Some(port)) => (host.to_owned(), port),
        _ => return Err(LabError::Event(format!("{url}: webhooks of the lab go to http:// only"))),
    };
    let body = body.to_string();
    let signature = signature(secret, body.as_bytes())?;
    let path = match address.query() {
        Some(query) => format!("{}?{query}", address.path()),
        None => address.path().to_owned(),
    };
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\
         User-Agent: GitHub-Hookshot/lab\r\nAccept: */*\r\nContent-Type: application/json\r\n\
         X-GitHub-Event: {event}\r\nX-GitHub-Delivery: {id}\r\nX-GitHub-Hook-ID: 1\r\n\
         X-GitHub-Hook-Installation-Target-Type: integration\r\n\
         X-Hub-Signature-256: {signature}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    let fault = LabError::io(format!("sending a webhook to {url}"));
    let exchange = async {
        let mut stream = TcpStream::connect((host.as_str(), port)).await?;
        stream.write_all(head.as_bytes()).await?;
        stream.write_all(body.as_bytes()).await?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await?;
        Ok::<_, std::io::Error>(answer)
    };
    let answer = exchange.await.map_err(fault)?;
    let text = String::from_utf8_lossy(&answer);
    Ok(text.split(' ').nth(1).and_then(|s| s.parse().ok()).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    /// Source: GitHub's documentation, validating webhook deliveries.
    #[test]
    fn signatures_are_those_of_the_documentation() {
        let found = super::signature("It's a Secret to Everybody", b"Hello, World!").unwrap();
        let wanted = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
        assert_eq!(found, wanted);
    }
}
