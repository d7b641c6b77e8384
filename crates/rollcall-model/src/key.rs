//! How an entity is keyed: provider, realm, kind and immutable native id.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::ids::hash_parts;
use crate::{NodeId, PublicId, Timestamp};

/// A key part that breaks the rules.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum KeyError {
    /// A kind that is not `provider.noun-singular`.
    #[error("{0:?} is no kind; expected provider.noun-singular in lowercase, such as aws.iam-role")]
    Kind(String),
    /// An empty key part.
    #[error("the {0} of an entity key is empty")]
    Empty(&'static str),
}

/// The provider's own noun, `provider.noun-singular`, such as `aws.iam-role`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Kind(String);

impl Kind {
    /// The whole word.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part before the dot: the provider whose noun it is.
    #[must_use]
    pub fn provider(&self) -> &str {
        self.0.split_once('.').map_or("", |(provider, _)| provider)
    }
}

impl FromStr for Kind {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let word = |w: &str| {
            w.starts_with(|c: char| c.is_ascii_lowercase())
                && w.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        };
        match text.split_once('.') {
            Some((provider, noun)) if word(provider) && word(noun) => Ok(Self(text.to_owned())),
            _ => Err(KeyError::Kind(text.chars().take(80).collect())),
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Kind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Kind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

/// What makes an entity the same entity: `(provider, realm, kind, immutable native id)`.
///
/// Names change and are reused; a native id is the provider's own immutable one. Kinds that have
/// none are declared `name_keyed` and made by [`EntityKey::name_keyed`].
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct EntityKey {
    /// The kind of system, such as `aws`.
    pub provider: String,
    /// The administrative domain by its immutable id: an account number, a repository's address.
    pub realm: String,
    /// The provider's noun.
    pub kind: Kind,
    /// The immutable id within realm and kind.
    pub id: String,
}

impl EntityKey {
    /// A key from its parts.
    ///
    /// # Errors
    /// When a part is empty or the kind is malformed.
    pub fn new(provider: &str, realm: &str, kind: &str, id: &str) -> Result<Self, KeyError> {
        for (part, name) in [(provider, "provider"), (realm, "realm"), (id, "native id")] {
            if part.is_empty() {
                return Err(KeyError::Empty(name));
            }
        }
        Ok(Self {
            provider: provider.to_owned(),
            realm: realm.to_owned(),
            kind: kind.parse()?,
            id: id.to_owned(),
        })
    }

    /// The key of an entity that has no immutable id, only a name. Its time of creation, where the
    /// provider tells it, is part of the id: what is created again under the same name is another
    /// identity and inherits nothing.
    ///
    /// # Errors
    /// As [`EntityKey::new`].
    pub fn name_keyed(
        provider: &str,
        realm: &str,
        kind: &str,
        name: &str,
        created_at: Option<Timestamp>,
    ) -> Result<Self, KeyError> {
        match created_at {
            Some(at) if !name.is_empty() => {
                Self::new(provider, realm, kind, &format!("{name}@{at}"))
            }
            _ => Self::new(provider, realm, kind, name),
        }
    }

    fn hash(&self) -> [u8; 32] {
        hash_parts("entity", &[&self.provider, &self.realm, self.kind.as_str(), &self.id])
    }

    /// The id that people and other systems use.
    #[must_use]
    pub fn public_id(&self) -> PublicId {
        PublicId::from_hash(&self.hash())
    }

    /// The id inside a store.
    #[must_use]
    pub fn node_id(&self) -> NodeId {
        NodeId::from_hash(&self.hash(), false)
    }

    /// Both ids, with one hash.
    #[must_use]
    pub fn ids(&self) -> (NodeId, PublicId) {
        let hash = self.hash();
        (NodeId::from_hash(&hash, false), PublicId::from_hash(&hash))
    }
}

impl fmt::Display for EntityKey {
    /// For people; not parsed back.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}/{}", self.provider, self.realm, self.kind, self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_checked() {
        assert!("aws.iam-role".parse::<Kind>().is_ok());
        for bad in
            ["", "aws", "aws.", ".role", "AWS.role", "aws.iam role", "aws.iam.role", "aws.-x"]
        {
            assert!(bad.parse::<Kind>().is_err(), "{bad}");
        }
    }

    #[test]
    fn the_same_name_created_again_is_another_identity() {
        let key = |at| EntityKey::name_keyed("github", "O_1", "github.actions-secret", "TOKEN", at);
        let (a, b) = (Timestamp::from_seconds(1), Timestamp::from_seconds(2));
        assert_ne!(key(Some(a)), key(Some(b)));
        assert_eq!(key(Some(a)), key(Some(a)));
    }

    #[test]
    fn public_ids_do_not_change_between_versions() {
        let key = EntityKey::new("aws", "123456789012", "aws.iam-role", "AROAEXAMPLE");
        assert_eq!(key.map(|k| k.public_id().to_string()).as_deref(), Ok("jybfom3fltsf3tdcm7b4"));
    }
}
