//! Relations between entities. The set is closed; access flows along the arrow.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{ContentHash, NodeId, RelationId, UnknownWord};

/// How one entity stands to another. New relations go to the end: the position is stored.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// resource → any
    Contains,
    /// identity → group
    MemberOf,
    /// credential → identity
    AuthenticatesAs,
    /// workload → identity
    RunsAs,
    /// workload → runner or node
    RunsOn,
    /// trigger → workload
    Starts,
    /// workload → code it runs (action, image)
    Calls,
    /// workload or identity → credential
    UsesCredential,
    /// credential → secret store
    StoredIn,
    /// identity or group → grant
    HasGrant,
    /// identity, group or grant → resource, with level and actions
    CanAccess,
    /// identity or workload → identity, derived from trust policies
    CanAssume,
    /// the same, observed: first, last, count
    Assumed,
    /// identity → workload: who can change the code that runs
    CanModify,
    /// agent → person or identity
    ActsFor,
    /// agent → tool
    CanCall,
    /// identity → any
    Created,
    /// identity → any
    LastChanged,
    /// identity → person; identity ↔ identity
    SameAs,
    /// any → person or team
    OwnedBy,
    /// code resource → any
    Declares,
    /// person → person: who a person's manager is
    ReportsTo,
}

impl Relation {
    /// All relations; a relation's position is its number in the store.
    pub const ALL: [Self; 22] = [
        Self::Contains,
        Self::MemberOf,
        Self::AuthenticatesAs,
        Self::RunsAs,
        Self::RunsOn,
        Self::Starts,
        Self::Calls,
        Self::UsesCredential,
        Self::StoredIn,
        Self::HasGrant,
        Self::CanAccess,
        Self::CanAssume,
        Self::Assumed,
        Self::CanModify,
        Self::ActsFor,
        Self::CanCall,
        Self::Created,
        Self::LastChanged,
        Self::SameAs,
        Self::OwnedBy,
        Self::Declares,
        Self::ReportsTo,
    ];

    /// The word used in JSON, queries and text.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Contains => "contains",
            Self::MemberOf => "member_of",
            Self::AuthenticatesAs => "authenticates_as",
            Self::RunsAs => "runs_as",
            Self::RunsOn => "runs_on",
            Self::Starts => "starts",
            Self::Calls => "calls",
            Self::UsesCredential => "uses_credential",
            Self::StoredIn => "stored_in",
            Self::HasGrant => "has_grant",
            Self::CanAccess => "can_access",
            Self::CanAssume => "can_assume",
            Self::Assumed => "assumed",
            Self::CanModify => "can_modify",
            Self::ActsFor => "acts_for",
            Self::CanCall => "can_call",
            Self::Created => "created",
            Self::LastChanged => "last_changed",
            Self::SameAs => "same_as",
            Self::OwnedBy => "owned_by",
            Self::Declares => "declares",
            Self::ReportsTo => "reports_to",
        }
    }

    /// The number that stands for it in the store; never reused.
    #[must_use]
    pub const fn number(self) -> i64 {
        self as i64
    }

    /// The relation with a store number.
    #[must_use]
    pub fn from_number(number: i64) -> Option<Self> {
        Self::ALL.get(usize::try_from(number).ok()?).copied()
    }
}

impl fmt::Display for Relation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Relation {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        Self::ALL
            .into_iter()
            .find(|r| r.as_str() == text)
            .ok_or_else(|| UnknownWord::new("relation", text, &Self::ALL.map(Self::as_str)))
    }
}

/// How far access goes, for `can_access`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccessLevel {
    /// Look.
    Read,
    /// Change content.
    Write,
    /// Change what runs.
    Deploy,
    /// Change who may do what.
    Admin,
    /// Read secret values.
    Secrets,
}

impl AccessLevel {
    /// The word used in JSON and text.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Deploy => "deploy",
            Self::Admin => "admin",
            Self::Secrets => "secrets",
        }
    }
}

impl fmt::Display for AccessLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What makes a relation the same relation within a scope. Two relations of one sort between the
/// same ends are told apart by the discriminator, usually empty.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct RelationKey {
    /// Where access comes from.
    pub from: NodeId,
    /// How.
    pub relation: Relation,
    /// Where access goes to.
    pub to: NodeId,
    /// What tells parallel relations apart.
    pub discriminator: String,
}

impl RelationKey {
    /// The id inside a store, and a hash of everything that makes it this relation.
    #[must_use]
    pub fn id_and_hash(&self) -> (RelationId, ContentHash) {
        let mut hasher = Sha256::new();
        hasher.update(self.from.0.to_le_bytes());
        hasher.update(self.relation.number().to_le_bytes());
        hasher.update(self.to.0.to_le_bytes());
        hasher.update(self.discriminator.as_bytes());
        let digest: [u8; 32] = hasher.finalize().into();
        let mut hash = [0; 16];
        hash.copy_from_slice(&digest[16..]);
        (RelationId(NodeId::from_hash(&digest, false).0), ContentHash(hash))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_words_name_the_same_relation() {
        for relation in Relation::ALL {
            assert_eq!(Relation::from_number(relation.number()), Some(relation));
            assert_eq!(relation.as_str().parse(), Ok(relation));
            assert_eq!(
                serde_json::to_value(relation).ok(),
                Some(serde_json::Value::from(relation.as_str()))
            );
        }
    }
}
