//! Canonical JSON: sorted keys, no floats, no white space. Equal content has equal bytes.

use serde::ser::{Error as _, SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::ContentHash;

/// Content that has no canonical form: a float, or a map with keys that are no texts.
#[derive(Debug, thiserror::Error)]
#[error("no canonical form: {0}")]
pub struct CanonicalError(#[from] serde_json::Error);

/// Serialises a JSON value in canonical form. It sorts keys itself, whatever map `serde_json` was
/// built with.
#[derive(Clone, Copy, Debug)]
pub struct Canonical<'a>(pub &'a Value);

impl Serialize for Canonical<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Number(number) if number.is_f64() => Err(S::Error::custom(format!(
                "the number {number} is not an integer; canonical JSON has no floats (use thousandths)"
            ))),
            Value::Array(items) => {
                let mut list = serializer.serialize_seq(Some(items.len()))?;
                items.iter().try_for_each(|item| list.serialize_element(&Canonical(item)))?;
                list.end()
            }
            Value::Object(fields) => canonical_map(fields, serializer),
            plain => plain.serialize(serializer),
        }
    }
}

/// Serialises an object's fields in canonical form.
///
/// # Errors
/// When a value inside is a float.
pub fn canonical_map<S: Serializer>(
    fields: &serde_json::Map<String, Value>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(fields.len()))?;
    if fields.keys().is_sorted() {
        fields.iter().try_for_each(|(name, value)| map.serialize_entry(name, &Canonical(value)))?;
    } else {
        let mut sorted: Vec<_> = fields.iter().collect();
        sorted.sort_unstable_by_key(|(name, _)| *name);
        sorted
            .into_iter()
            .try_for_each(|(name, value)| map.serialize_entry(name, &Canonical(value)))?;
    }
    map.end()
}

/// The canonical text of a value.
///
/// # Errors
/// When the value holds a float or cannot be JSON.
pub fn canonical_json<T: Serialize + ?Sized>(value: &T) -> Result<String, CanonicalError> {
    let value = serde_json::to_value(value)?;
    Ok(serde_json::to_string(&Canonical(&value))?)
}

/// The hash of bytes: the first 128 bits of SHA-256.
#[must_use]
pub fn content_hash(bytes: &[u8]) -> ContentHash {
    let digest = Sha256::digest(bytes);
    let mut short = [0; 16];
    short.copy_from_slice(&digest[..16]);
    ContentHash(short)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn keys_are_sorted_and_space_is_gone() {
        let text = canonical_json(&json!({"b": [1, {"z": null, "a": "é"}], "a": true})).ok();
        assert_eq!(text.as_deref(), Some(r#"{"a":true,"b":[1,{"a":"é","z":null}]}"#));
    }

    #[test]
    fn a_float_is_refused() {
        let error = canonical_json(&json!({"a": {"b": [1, 0.5]}})).map_err(|e| e.to_string());
        assert!(matches!(error, Err(m) if m.contains("0.5")));
    }
}
