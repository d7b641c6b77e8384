//! Ids. Those of entities and references are hashes of what they name, so any process computes the
//! same id without asking the store.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest, Sha256};

const BASE32: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
const PUBLIC_ID_LENGTH: usize = 20;

/// The hash over length-prefixed parts that every id is cut from: no two lists of parts share their
/// bytes, whatever the parts contain.
pub(crate) fn hash_parts(domain: &str, parts: &[&str]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for part in std::iter::once(&domain).chain(parts) {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    hasher.finalize().into()
}

/// The id by which people and other systems name an entity: the first 100 bits of a SHA-256 over
/// its length-prefixed key, as 20 characters of lowercase base32.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PublicId([u8; PUBLIC_ID_LENGTH]);

impl PublicId {
    pub(crate) fn from_hash(hash: &[u8; 32]) -> Self {
        let mut text = [0; PUBLIC_ID_LENGTH];
        for (i, c) in text.iter_mut().enumerate() {
            let bit = i * 5;
            let pair = u16::from_be_bytes([hash[bit / 8], hash[bit / 8 + 1]]);
            *c = BASE32[usize::from((pair >> (11 - bit % 8)) & 31)];
        }
        Self(text)
    }

    /// The 20 characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // The bytes come from the base32 alphabet only, so this cannot fail.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The first 63 bits, which are an entity's id inside a store.
    #[must_use]
    pub fn prefix63(&self) -> i64 {
        let digit = |c: u8| BASE32.iter().position(|b| *b == c).unwrap_or_default() as u128;
        let bits = self.0.iter().fold(0_u128, |bits, c| (bits << 5) | digit(*c));
        (bits >> (100 - 63)) as i64
    }
}

/// A text that is not an id of the expected form.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{found:?} is no {what}")]
pub struct ParseIdError {
    /// What was expected, such as `public id (20 characters of a-z and 2-7)`.
    pub what: &'static str,
    /// What was found.
    pub found: String,
}

impl FromStr for PublicId {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, ParseIdError> {
        <[u8; PUBLIC_ID_LENGTH]>::try_from(text.as_bytes())
            .ok()
            .filter(|bytes| bytes.iter().all(|b| BASE32.contains(b)))
            .map(Self)
            .ok_or_else(|| ParseIdError {
                what: "public id (20 characters of a-z and 2-7)",
                found: text.chars().take(64).collect(),
            })
    }
}

impl fmt::Display for PublicId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for PublicId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for PublicId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for PublicId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

/// The id of an entity or of a reference inside a store: the first 63 bits of the same hash as its
/// public id, positive for an entity and negative for a reference.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct NodeId(pub i64);

impl NodeId {
    pub(crate) fn from_hash(hash: &[u8; 32], is_reference: bool) -> Self {
        let [a, b, c, d, e, f, g, h, ..] = *hash;
        // Zero would have no sign; one in 2^63 hashes moves to one.
        let id = ((u64::from_be_bytes([a, b, c, d, e, f, g, h]) >> 1) as i64).max(1);
        Self(if is_reference { -id } else { id })
    }

    /// Whether this names a reference that may be unresolved.
    #[must_use]
    pub const fn is_reference(self) -> bool {
        self.0 < 0
    }
}

/// The id of a relation inside a store: 63 bits of a hash over both ends, the relation and the
/// discriminator.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct RelationId(pub i64);

/// The first 128 bits of the SHA-256 of canonical content.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ContentHash(pub [u8; 16]);

impl fmt::Display for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|b| write!(f, "{b:02x}"))
    }
}

impl fmt::Debug for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The id of one execution of a source: a UUID of version 7, made by the engine.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunId(pub String);

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_id_carries_the_store_id() {
        for n in 0..2_000 {
            let hash = hash_parts("test", &[&n.to_string()]);
            let public = PublicId::from_hash(&hash);
            assert_eq!(public.prefix63(), NodeId::from_hash(&hash, false).0);
            assert_eq!(public.as_str().parse(), Ok(public));
        }
    }

    #[test]
    fn parts_cannot_run_into_each_other() {
        assert_ne!(hash_parts("t", &["ab", "c"]), hash_parts("t", &["a", "bc"]));
        assert_ne!(hash_parts("t", &["a"]), hash_parts("t", &["a", ""]));
    }

    #[test]
    fn what_is_no_public_id_is_refused() {
        assert!("abc".parse::<PublicId>().is_err());
        assert!("0bcdefghijklmnopqrst".parse::<PublicId>().is_err());
    }
}
