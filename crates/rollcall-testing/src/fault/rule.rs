//! What can go wrong, and when.

use std::fmt;
use std::sync::Arc;

/// What the client gets instead of the server's answer.
#[derive(Clone)]
pub enum Fault {
    /// This answer; the server is not asked.
    Answer {
        /// The status code.
        status: u16,
        /// Headers besides the length.
        headers: Vec<(String, String)>,
        /// The body.
        body: String,
    },
    /// The server's answer, whose body ends in the middle: the length is right, half of the bytes
    /// come, the connection closes.
    TruncatedBody,
    /// The server's answer with another body.
    Rewrite(Arc<dyn Fn(&str) -> String + Send + Sync>),
    /// No answer, on a connection that stays open until the client gives up.
    Stall,
    /// The connection is reset before any answer.
    Reset,
    /// Bytes that are not HTTP.
    Garbage,
}

impl Fault {
    /// Any answer.
    #[must_use]
    pub fn answer(status: u16, content_type: &str, body: &str) -> Self {
        let headers = vec![("Content-Type".to_owned(), content_type.to_owned())];
        Self::Answer { status, headers, body: body.to_owned() }
    }

    /// The same answer with one more header. Of use for [`Fault::Answer`] only.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        if let Self::Answer { headers, .. } = &mut self {
            headers.push((name.to_owned(), value.to_owned()));
        }
        self
    }

    /// 401: the credential is not known.
    #[must_use]
    pub fn unauthorized() -> Self {
        Self::answer(401, "application/json", r#"{"message":"Bad credentials"}"#)
    }

    /// 403: the credential may not.
    #[must_use]
    pub fn forbidden() -> Self {
        Self::answer(403, "application/json", r#"{"message":"Forbidden"}"#)
    }

    /// 404: it is not there, or we may not know that it is.
    #[must_use]
    pub fn not_found() -> Self {
        Self::answer(404, "application/json", r#"{"message":"Not Found"}"#)
    }

    /// 429: come back in so many seconds.
    #[must_use]
    pub fn too_many_requests(seconds: u64) -> Self {
        Self::answer(429, "application/json", r#"{"message":"Too Many Requests"}"#)
            .with_header("Retry-After", &seconds.to_string())
    }

    /// 500 with a JSON body, as an API gives it.
    #[must_use]
    pub fn server_error_json() -> Self {
        Self::answer(500, "application/json", r#"{"message":"Internal Server Error"}"#)
    }

    /// 500 with a page for people, as what stands before an API gives it.
    #[must_use]
    pub fn server_error_html() -> Self {
        let page = "<!doctype html><html><body><h1>500 Internal Server Error</h1></body></html>";
        Self::answer(500, "text/html", page)
    }

    /// 200 with no body at all.
    #[must_use]
    pub fn empty_ok() -> Self {
        Self::answer(200, "application/json", "")
    }

    /// The server's answer with its body changed.
    pub fn rewrite(change: impl Fn(&str) -> String + Send + Sync + 'static) -> Self {
        Self::Rewrite(Arc::new(change))
    }

    /// One of each kind, with a name, for tests that go through all of them. Whoever meets
    /// `stall` needs a time-out of its own.
    #[must_use]
    pub fn each() -> Vec<(&'static str, Self)> {
        vec![
            ("unauthorized", Self::unauthorized()),
            ("forbidden", Self::forbidden()),
            ("not_found", Self::not_found()),
            ("too_many_requests", Self::too_many_requests(1)),
            ("server_error_json", Self::server_error_json()),
            ("server_error_html", Self::server_error_html()),
            ("empty_ok", Self::empty_ok()),
            ("truncated_body", Self::TruncatedBody),
            ("stall", Self::Stall),
            ("reset", Self::Reset),
            ("garbage", Self::Garbage),
        ]
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answer { status, .. } => write!(f, "Answer({status})"),
            Self::TruncatedBody => f.write_str("TruncatedBody"),
            Self::Rewrite(_) => f.write_str("Rewrite"),
            Self::Stall => f.write_str("Stall"),
            Self::Reset => f.write_str("Reset"),
            Self::Garbage => f.write_str("Garbage"),
        }
    }
}

/// Which requests meet a fault. Requests are counted from 1.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum When {
    /// Every one.
    Always,
    /// One of them.
    Nth(u64),
    /// This one and all that follow.
    From(u64),
    /// Each that has this text in its request line, a header or its body.
    Containing(String),
    /// The so-manieth of those that have this text.
    NthContaining(u64, String),
}

/// A request that came to the proxy.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SeenRequest {
    /// Counted from 1, since the start or the last [`crate::FaultProxy::restart_count`].
    pub number: u64,
    /// Its method.
    pub method: String,
    /// Its path and query.
    pub target: String,
    /// Its request line, headers and body as text.
    pub text: String,
    /// The fault that it met.
    pub fault: Option<String>,
}

/// A fault and when it strikes.
#[derive(Debug)]
pub(super) struct Rule {
    when: When,
    fault: Fault,
    /// How many requests had its text.
    matched: u64,
}

impl Rule {
    pub(super) fn new(when: When, fault: Fault) -> Self {
        Self { when, fault, matched: 0 }
    }

    /// Forgets what it has counted.
    pub(super) fn restart(&mut self) {
        self.matched = 0;
    }

    /// Its fault, if it strikes this request. Asked once for each request.
    pub(super) fn strikes(&mut self, number: u64, text: &str) -> Option<Fault> {
        let strikes = match &self.when {
            When::Always => true,
            When::Nth(n) => number == *n,
            When::From(n) => number >= *n,
            When::Containing(part) => text.contains(part),
            When::NthContaining(n, part) => {
                self.matched += u64::from(text.contains(part));
                text.contains(part) && self.matched == *n
            }
        };
        strikes.then(|| self.fault.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn struck(when: When) -> Vec<u64> {
        let mut rule = Rule::new(when, Fault::Reset);
        let texts = ["list", "get", "list", "get"];
        (1..)
            .zip(texts)
            .filter(|(number, text)| rule.strikes(*number, text).is_some())
            .map(|(number, _)| number)
            .collect()
    }

    #[test]
    fn each_way_to_choose_chooses() {
        assert_eq!(struck(When::Always), [1, 2, 3, 4]);
        assert_eq!(struck(When::Nth(2)), [2]);
        assert_eq!(struck(When::From(3)), [3, 4]);
        assert_eq!(struck(When::Containing("get".into())), [2, 4]);
        assert_eq!(struck(When::NthContaining(2, "list".into())), [3]);
    }
}
