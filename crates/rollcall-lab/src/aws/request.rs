//! Requests as AWS's clients send them.

use std::collections::BTreeMap;

use serde_json::Value;

/// A call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Call {
    /// The action, such as `ListUsers`.
    pub(crate) action: String,
    /// Its parameters; those of the JSON protocol only at the top.
    pub(crate) params: BTreeMap<String, String>,
    /// The id of the access key that signed it. The signature itself is not checked.
    pub(crate) signer: Option<String>,
    /// Whether it speaks the JSON protocol.
    pub(crate) json: bool,
}

impl Call {
    /// Reads a request.
    pub(crate) fn read(target: Option<&str>, authorization: Option<&str>, body: &[u8]) -> Self {
        let signer = authorization.and_then(|a| a.split("Credential=").nth(1));
        let signer = signer.and_then(|s| s.split('/').next()).map(str::to_owned);
        match target {
            Some(target) => {
                let action = target.rsplit('.').next().unwrap_or_default().to_owned();
                let value: Value = serde_json::from_slice(body).unwrap_or_default();
                let fields = value.as_object().into_iter().flatten();
                let text = |v: &Value| v.as_str().map_or_else(|| v.to_string(), str::to_owned);
                let params = fields.map(|(name, v)| (name.clone(), text(v))).collect();
                Self { action, params, signer, json: true }
            }
            None => {
                let pairs = url::form_urlencoded::parse(body);
                let mut params: BTreeMap<String, String> =
                    pairs.map(|(k, v)| (k.into_owned(), v.into_owned())).collect();
                let action = params.remove("Action").unwrap_or_default();
                Self { action, params, signer, json: false }
            }
        }
    }

    /// A parameter, or nothing.
    pub(crate) fn param(&self, name: &str) -> &str {
        self.params.get(name).map_or("", String::as_str)
    }

    /// The members of a list parameter.
    pub(crate) fn members(&self, name: &str) -> Vec<&str> {
        let start = format!("{name}.member.");
        self.params.iter().filter(|(k, _)| k.starts_with(&start)).map(|(_, v)| v.as_str()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn both_protocols_are_read() {
        let signed = "AWS4-HMAC-SHA256 Credential=AKIAX/20261122/us-east-1/iam/aws4_request, SignedHeaders=host";
        let call =
            Call::read(None, Some(signed), b"Action=ListUsers&MaxItems=3&Filter.member.1=User");
        assert_eq!((call.action.as_str(), call.param("MaxItems")), ("ListUsers", "3"));
        assert_eq!(call.signer.as_deref(), Some("AKIAX"));
        assert_eq!(call.members("Filter"), ["User"]);
        let call = Call::read(Some("X.ListAccounts"), None, br#"{"MaxResults":20}"#);
        assert_eq!((call.action.as_str(), call.param("MaxResults")), ("ListAccounts", "20"));
        assert!(call.json && call.signer.is_none());
    }

    proptest! {
        #[test]
        fn no_request_panics(target in proptest::option::of(".{0,40}"), head in ".{0,80}", body in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = Call::read(target.as_deref(), Some(&head), &body);
        }
    }
}
