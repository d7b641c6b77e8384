//! Answers in AWS's own forms.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use rollcall_model::Timestamp;
use serde_json::{Value, json};

use crate::plan::{Statement, document};

const IAM: &str = "https://iam.amazonaws.com/doc/2010-05-08/";
const STS: &str = "https://sts.amazonaws.com/doc/2011-06-15/";

/// What goes back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    /// The HTTP status.
    pub(crate) status: u16,
    /// The content type.
    pub(crate) content_type: &'static str,
    /// The body.
    pub(crate) body: String,
}

/// An element with text in it.
pub(crate) fn element(name: &str, text: &str, out: &mut String) {
    open(name, out);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // XML 1.0 has no other control characters.
            c if c.is_control() && !matches!(c, '\n' | '\t') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    close(name, out);
}

/// An element with elements in it.
pub(crate) fn nested(name: &str, out: &mut String, fill: impl FnOnce(&mut String)) {
    open(name, out);
    fill(out);
    close(name, out);
}

/// A list of `<member>`s.
pub(crate) fn list<T>(
    name: &str,
    items: impl IntoIterator<Item = T>,
    out: &mut String,
    mut fill: impl FnMut(T, &mut String),
) {
    nested(name, out, |out| {
        for item in items {
            nested("member", out, |out| fill(item, out));
        }
    });
}

/// A time.
pub(crate) fn time(name: &str, at: Timestamp, out: &mut String) {
    element(name, &at.to_string(), out);
}

/// A policy document, percent-encoded as IAM sends it.
pub(crate) fn policy(name: &str, statements: &[Statement], out: &mut String) {
    let text = document(statements);
    element(name, &utf8_percent_encode(&text, NON_ALPHANUMERIC).to_string(), out);
}

fn open(name: &str, out: &mut String) {
    out.push('<');
    out.push_str(name);
    out.push('>');
}

fn close(name: &str, out: &mut String) {
    out.push_str("</");
    out.push_str(name);
    out.push('>');
}

impl Answer {
    /// An answer of the query protocol.
    pub(crate) fn query(action: &str, fill: impl FnOnce(&mut String)) -> Self {
        let space = if is_sts(action) { STS } else { IAM };
        let mut body = format!("<{action}Response xmlns=\"{space}\">");
        nested(&format!("{action}Result"), &mut body, fill);
        body.push_str(METADATA);
        close(&format!("{action}Response"), &mut body);
        Self { status: 200, content_type: "text/xml", body }
    }

    /// An error of the query protocol.
    pub(crate) fn error(status: u16, code: &str, message: &str) -> Self {
        let mut body = format!("<ErrorResponse xmlns=\"{IAM}\">");
        nested("Error", &mut body, |out| {
            element("Type", if status < 500 { "Sender" } else { "Receiver" }, out);
            element("Code", code, out);
            element("Message", message, out);
        });
        element("RequestId", REQUEST, &mut body);
        close("ErrorResponse", &mut body);
        Self { status, content_type: "text/xml", body }
    }

    /// An answer of the JSON protocol.
    pub(crate) fn json(value: &Value) -> Self {
        Self { status: 200, content_type: JSON, body: value.to_string() }
    }

    /// An error of the JSON protocol.
    pub(crate) fn json_error(status: u16, code: &str, message: &str) -> Self {
        let body = json!({"__type": code, "Message": message, "message": message}).to_string();
        Self { status, content_type: JSON, body }
    }

    /// The same with half of its body.
    pub(crate) fn cut(mut self) -> Self {
        let mut half = self.body.len() / 2;
        while !self.body.is_char_boundary(half) {
            half -= 1;
        }
        self.body.truncate(half);
        self
    }
}

const JSON: &str = "application/x-amz-json-1.1";
const REQUEST: &str = "00000000-0000-4000-8000-000000000000";
const METADATA: &str = "<ResponseMetadata><RequestId>00000000-0000-4000-8000-000000000000</RequestId></ResponseMetadata>";

fn is_sts(action: &str) -> bool {
    matches!(action, "GetCallerIdentity" | "AssumeRole")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped() {
        let mut out = String::new();
        element("A", "<a&\"b\">\u{1}", &mut out);
        assert_eq!(out, "<A>&lt;a&amp;&quot;b&quot;&gt;\u{fffd}</A>");
    }

    #[test]
    fn half_a_body_ends_between_characters() {
        let answer = Answer { status: 200, content_type: JSON, body: "aé".to_owned() };
        assert_eq!(answer.cut().body, "a");
    }
}
