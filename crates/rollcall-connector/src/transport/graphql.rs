//! GraphQL answers, which are 200 whether they succeed or not.

use rollcall_model::ProblemClass;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::CallError;
use super::json::parse_json;
use super::words::redact;

/// Data and the errors beside it. With errors the data is not complete.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct GraphqlAnswer<T> {
    /// What was asked for.
    pub data: T,
    /// What could not be answered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<GraphqlError>,
}

/// One error of a GraphQL answer.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct GraphqlError {
    /// Its class, from its type.
    pub class: ProblemClass,
    /// Its stable code.
    pub code: String,
    /// The provider's words, redacted.
    pub message: String,
    /// Where in the data, such as `organization.samlIdentityProvider`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub path: String,
}

#[derive(Deserialize)]
struct Envelope<T> {
    #[serde(default = "Option::default")]
    data: Option<T>,
    #[serde(default)]
    errors: Vec<Foreign>,
}

#[derive(Deserialize)]
struct Foreign {
    #[serde(default, rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    message: String,
    #[serde(default)]
    path: Vec<Value>,
    #[serde(default)]
    extensions: Option<Value>,
}

pub(super) fn parse<T: DeserializeOwned>(
    operation: &str,
    body: &[u8],
) -> Result<GraphqlAnswer<T>, CallError> {
    // Where `data` is null or lacks what `T` requires, the errors say why better than the parser.
    let envelope: Envelope<T> = match parse_json(operation, body) {
        Ok(envelope) => envelope,
        Err(error) => {
            let rest: Envelope<serde::de::IgnoredAny> =
                parse_json(operation, body).map_err(|_| error.clone())?;
            return Err(rest.errors.first().map_or(error, |first| as_call_error(operation, first)));
        }
    };
    let limited = envelope.errors.iter().find(|e| understood(e).0 == ProblemClass::RateLimited);
    match (envelope.data, limited.or(envelope.errors.first())) {
        (Some(data), _) if limited.is_none() => {
            Ok(GraphqlAnswer { data, errors: envelope.errors.iter().map(kept).collect() })
        }
        (_, Some(error)) => Err(as_call_error(operation, error)),
        (_, None) => Err(CallError::new(
            ProblemClass::Malformed,
            "bad_json",
            format!("{operation} answered neither data nor errors"),
        )),
    }
}

fn understood(error: &Foreign) -> (ProblemClass, &'static str) {
    let nested = || error.extensions.as_ref()?.get("code")?.as_str();
    match error.kind.as_deref().or_else(nested).unwrap_or_default() {
        "RATE_LIMITED" | "RATE_LIMIT" | "MAX_NODE_LIMIT_EXCEEDED" => {
            (ProblemClass::RateLimited, "rate_limited")
        }
        "FORBIDDEN" | "INSUFFICIENT_SCOPES" => (ProblemClass::Permission, "forbidden"),
        "UNAUTHENTICATED" => (ProblemClass::Permission, "unauthenticated"),
        "NOT_FOUND" => (ProblemClass::Unsupported, "not_found"),
        "SERVICE_UNAVAILABLE" | "INTERNAL" => (ProblemClass::Transient, "server_error"),
        _ if error.message.to_ascii_lowercase().contains("rate limit") => {
            (ProblemClass::RateLimited, "rate_limited")
        }
        _ => (ProblemClass::Malformed, "graphql"),
    }
}

fn kept(error: &Foreign) -> GraphqlError {
    let (class, code) = understood(error);
    let step = |v: &Value| v.as_str().map_or_else(|| v.to_string(), str::to_owned);
    GraphqlError {
        class,
        code: code.to_owned(),
        message: redact(&error.message),
        path: redact(&error.path.iter().map(step).collect::<Vec<_>>().join(".")),
    }
}

fn as_call_error(operation: &str, error: &Foreign) -> CallError {
    let kept = kept(error);
    let message = format!("{operation} answered: {}", kept.message);
    CallError::new(kept.class, &kept.code, message).with_status(200)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, PartialEq, Debug, Deserialize)]
    struct Viewer {
        login: String,
    }

    fn read(body: &str) -> Result<GraphqlAnswer<Viewer>, CallError> {
        parse("graphql:x", body.as_bytes())
    }

    #[test]
    fn data_errors_and_both_are_told_apart() {
        assert!(read(r#"{"data":{"login":"a"}}"#).unwrap().errors.is_empty());
        let both = read(
            r#"{"data":{"login":"a"},"errors":[{"type":"FORBIDDEN","message":"no","path":["x",0]}]}"#,
        );
        let both = both.unwrap();
        assert_eq!(
            (both.errors[0].class, both.errors[0].path.as_str()),
            (ProblemClass::Permission, "x.0")
        );
        for (body, code) in [
            (r#"{"data":null,"errors":[{"type":"FORBIDDEN","message":"no"}]}"#, "forbidden"),
            (
                r#"{"data":{"login":null},"errors":[{"type":"NOT_FOUND","message":"no"}]}"#,
                "not_found",
            ),
            (r#"{"errors":[{"message":"API rate limit exceeded"}]}"#, "rate_limited"),
            (
                r#"{"data":{"login":"a"},"errors":[{"type":"RATE_LIMITED","message":"x"}]}"#,
                "rate_limited",
            ),
            (r#"{"errors":[{"extensions":{"code":"UNAUTHENTICATED"}}]}"#, "unauthenticated"),
            (r#"{"errors":[{"message":"Parse error"}]}"#, "graphql"),
            (r#"{"data":{}}"#, "bad_json"),
            ("{}", "bad_json"),
            ("<html>", "html_answer"),
        ] {
            assert_eq!(read(body).unwrap_err().code, code, "{body}");
        }
    }
}
