//! Canonical JSON: sorted keys, no floats, no white space. Equal content has equal bytes.

use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::ContentHash;

/// Content that has no canonical form.
#[derive(Debug, thiserror::Error)]
pub enum CanonicalError {
    /// A number that is not an integer, and where it stands.
    #[error("{path}: the number {number} is not an integer; canonical JSON has no floats (use thousandths)")]
    Float {
        /// Where it was found, as a JSON pointer.
        path: String,
        /// The number as written.
        number: String,
    },
    /// A value that is not JSON at all (a map with keys that are no strings).
    #[error("not JSON: {0}")]
    NotJson(#[from] serde_json::Error),
}

/// The canonical bytes of a value.
///
/// # Errors
/// When the value holds a float or cannot be JSON.
pub fn canonical_bytes<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, CanonicalError> {
    // serde_json's map is a B-tree: going through `Value` sorts the keys.
    let value = serde_json::to_value(value)?;
    refuse_floats(&value, &mut String::new())?;
    Ok(serde_json::to_vec(&value)?)
}

/// The canonical text of a value.
///
/// # Errors
/// As [`canonical_bytes`].
pub fn canonical_json<T: Serialize + ?Sized>(value: &T) -> Result<String, CanonicalError> {
    let value = serde_json::to_value(value)?;
    refuse_floats(&value, &mut String::new())?;
    Ok(serde_json::to_string(&value)?)
}

/// The hash of bytes: the first 128 bits of SHA-256.
#[must_use]
pub fn content_hash(bytes: &[u8]) -> ContentHash {
    let digest = Sha256::digest(bytes);
    let mut short = [0; 16];
    short.copy_from_slice(&digest[..16]);
    ContentHash(short)
}

fn refuse_floats(value: &Value, path: &mut String) -> Result<(), CanonicalError> {
    match value {
        Value::Number(n) if n.is_f64() => {
            Err(CanonicalError::Float { path: path.clone(), number: n.to_string() })
        }
        Value::Array(items) => items.iter().enumerate().try_for_each(|(i, item)| {
            descend(item, &i.to_string(), path)
        }),
        Value::Object(fields) => {
            fields.iter().try_for_each(|(name, item)| descend(item, name, path))
        }
        _ => Ok(()),
    }
}

fn descend(value: &Value, step: &str, path: &mut String) -> Result<(), CanonicalError> {
    if !matches!(value, Value::Number(_) | Value::Array(_) | Value::Object(_)) {
        return Ok(());
    }
    let length = path.len();
    path.push('/');
    path.push_str(step);
    refuse_floats(value, path)?;
    path.truncate(length);
    Ok(())
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
    fn a_float_is_refused_with_its_place() {
        let error = canonical_json(&json!({"a": {"b": [1, 0.5]}})).map_err(|e| e.to_string());
        assert!(matches!(error, Err(m) if m.starts_with("/a/b/1: the number 0.5")));
    }
}
