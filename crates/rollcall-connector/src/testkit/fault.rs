//! The ways in which a provider's answer goes wrong.

use super::Reply;

/// What is wrong with one answer.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Fault {
    /// 401 with a JSON error.
    Unauthorized,
    /// 403 with a JSON error.
    Forbidden,
    /// 404 with a JSON error.
    NotFound,
    /// 429 with `Retry-After` in seconds.
    TooManyRequests(u64),
    /// 500 with a JSON error.
    ServerErrorJson,
    /// 500 with an HTML page, as from a server that does not know the operation.
    ServerErrorHtml,
    /// The answer with a content length larger than what is sent.
    Truncated,
    /// Half of the answer, and then nothing more.
    Stalled,
    /// 200 with bytes that mean nothing.
    Garbage,
    /// 200 with `[]`.
    EmptyList,
    /// The answer with a null added to its list, where it is one.
    NullEntry,
    /// The answer with a `Link` that leads to the same page again.
    PageLoop,
    /// The answer with a `Link` to another host.
    ForeignLink,
    /// The connection closes without an answer.
    HangUp,
}

impl Fault {
    /// All faults, with a `Retry-After` of a second.
    pub const ALL: [Self; 14] = [
        Self::Unauthorized,
        Self::Forbidden,
        Self::NotFound,
        Self::TooManyRequests(1),
        Self::ServerErrorJson,
        Self::ServerErrorHtml,
        Self::Truncated,
        Self::Stalled,
        Self::Garbage,
        Self::EmptyList,
        Self::NullEntry,
        Self::PageLoop,
        Self::ForeignLink,
        Self::HangUp,
    ];

    /// The answer as it leaves, for faults that are whole answers; `target` is what was asked for.
    pub(super) fn apply(self, target: &str, answer: impl FnOnce() -> Reply) -> Reply {
        let refusal = |status, message: &str| {
            Reply::json(
                status,
                &serde_json::json!({"message": message, "documentation_url": "about:blank"}),
            )
        };
        match self {
            Self::Unauthorized => refusal(401, "Bad credentials"),
            Self::Forbidden => refusal(403, "Resource not accessible"),
            Self::NotFound => refusal(404, "Not Found"),
            Self::TooManyRequests(wait) => {
                refusal(429, "Too many requests").with_header("retry-after", &wait.to_string())
            }
            Self::ServerErrorJson => refusal(500, "Server Error"),
            Self::ServerErrorHtml => {
                let page = "<!doctype html>\n<title>500 Internal Server Error</title>";
                Reply::new(500, page.as_bytes().to_vec()).with_header("content-type", "text/html")
            }
            Self::Garbage => Reply::new(200, vec![0x00, 0xff, b'{', 0x17, 0xfe, b']'])
                .with_header("content-type", "application/json"),
            Self::EmptyList => Reply::json(200, &serde_json::json!([])),
            Self::NullEntry => with_null(answer()),
            Self::PageLoop => {
                let link = format!("<{{url}}{target}>; rel=\"next\"");
                answer().with_header("link", &link)
            }
            Self::ForeignLink => answer()
                .with_header("link", "<https://elsewhere.invalid/resource?page=2>; rel=\"next\""),
            Self::Truncated | Self::Stalled | Self::HangUp => answer(),
        }
    }
}

fn with_null(mut reply: Reply) -> Reply {
    if let Ok(serde_json::Value::Array(mut entries)) = serde_json::from_slice(&reply.body) {
        entries.push(serde_json::Value::Null);
        reply.body = serde_json::Value::Array(entries).to_string().into_bytes();
    }
    reply
}
