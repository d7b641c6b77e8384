//! What authenticates a call.

use std::fmt;

use http::header::AUTHORIZATION;
use http::{HeaderName, HeaderValue};
use rollcall_model::ProblemClass;
use rollcall_record::Problem;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A header that authenticates, sent to one host only and never printed.
#[derive(Clone)]
pub struct Credential {
    name: HeaderName,
    value: SecretString,
}

impl Credential {
    /// `Authorization: Bearer …`.
    #[must_use]
    pub fn bearer(token: &SecretString) -> Self {
        Self::scheme("Bearer", token)
    }

    /// `Authorization: <scheme> …`, such as `token` or `SSWS`.
    #[must_use]
    pub fn scheme(scheme: &str, token: &SecretString) -> Self {
        let value = format!("{scheme} {}", token.expose_secret());
        Self { name: AUTHORIZATION, value: value.into() }
    }

    /// `Authorization: Basic …` of a user and a password or token.
    #[must_use]
    pub fn basic(user: &str, password: &SecretString) -> Self {
        let pair = format!("{user}:{}", password.expose_secret());
        Self { name: AUTHORIZATION, value: format!("Basic {}", base64(pair.as_bytes())).into() }
    }

    /// A header of another name, such as `private-token`.
    #[must_use]
    pub fn header(name: HeaderName, value: SecretString) -> Self {
        Self { name, value }
    }

    /// The header, marked sensitive.
    pub(crate) fn to_header(&self) -> Result<(HeaderName, HeaderValue), Problem> {
        let mut value = HeaderValue::from_str(self.value.expose_secret()).map_err(|_| {
            Problem::new(
                ProblemClass::Config,
                "bad_credential",
                "the credential holds characters that cannot stand in a header, such as a line end",
            )
        })?;
        value.set_sensitive(true);
        Ok((self.name.clone(), value))
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Credential({}: [redacted])", self.name)
    }
}

/// A token inside an answer, such as a minted access token. It is never written into a recording:
/// it serialises as null, and null reads as an empty token, which a replay needs no more than that.
#[derive(Clone, Default, Debug)]
pub struct Token(pub SecretString);

impl Serialize for Token {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_none()
    }
}

impl<'de> Deserialize<'de> for Token {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::<SecretString>::deserialize(deserializer)?.map_or_else(Self::default, Self))
    }
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let byte = |i: usize| u32::from(chunk.get(i).copied().unwrap_or(0));
        let bits = (byte(0) << 16) | (byte(1) << 8) | byte(2);
        for i in 0..4 {
            let digit = ALPHABET[(bits >> (18 - 6 * i)) as usize & 63];
            text.push(if i <= chunk.len() { char::from(digit) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn basic_is_base64() {
        for (plain, encoded) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")]
        {
            assert_eq!(base64(plain.as_bytes()), encoded);
        }
        let basic = Credential::basic("aladdin", &"opensesame".into());
        let (name, value) = basic.to_header().unwrap();
        assert_eq!(
            (name.as_str(), value.to_str().unwrap()),
            ("authorization", "Basic YWxhZGRpbjpvcGVuc2VzYW1l")
        );
    }

    #[test]
    fn nothing_prints_or_records_a_secret() {
        let credential = Credential::bearer(&"hunter2".into());
        let (_, header) = credential.to_header().unwrap();
        let token = Token("hunter2".into());
        for printed in [
            format!("{credential:?}"),
            format!("{header:?}"),
            format!("{token:?}"),
            serde_json::to_string(&token).unwrap(),
        ] {
            assert!(!printed.contains("hunter2"), "{printed}");
        }
        let minted: Token = serde_json::from_str(r#""abc""#).unwrap();
        assert_eq!(minted.0.expose_secret(), "abc");
        assert_eq!(serde_json::from_str::<Token>("null").unwrap().0.expose_secret(), "");
    }

    #[test]
    fn a_line_end_is_refused_without_showing_the_value() {
        let problem = Credential::bearer(&"hunter2\n".into()).to_header().unwrap_err();
        assert_eq!(problem.class, ProblemClass::Config);
        assert!(!problem.message.contains("hunter2"));
    }
}
