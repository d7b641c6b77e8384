//! What earlier readings of a stream left behind, for connectors that read only what needs it.

use std::collections::HashMap;

use rollcall_model::{ScopeKey, ScopeState, Timestamp};
use serde_json::Value;

/// What is known of a stream's scopes before it is read.
#[derive(Clone, Debug, Default)]
pub struct Past {
    scopes: HashMap<ScopeKey, PastScope>,
}

/// What is known of one scope.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct PastScope {
    /// How its last reading ended.
    pub state: Option<ScopeState>,
    /// When its last complete reading ended.
    pub complete_at: Option<Timestamp>,
    /// What its last complete reading left with [`crate::ScopeGuard::cursor`].
    pub cursor: Option<Value>,
}

impl Past {
    /// From scopes and what is known of them.
    #[must_use]
    pub fn new(scopes: impl IntoIterator<Item = (ScopeKey, PastScope)>) -> Self {
        Self { scopes: scopes.into_iter().collect() }
    }

    /// What is known of a scope.
    #[must_use]
    pub fn scope(&self, scope: &ScopeKey) -> Option<&PastScope> {
        self.scopes.get(scope)
    }

    /// Whether nothing was read before.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.scopes.is_empty()
    }

    /// All scopes, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (&ScopeKey, &PastScope)> {
        self.scopes.iter()
    }
}

impl PastScope {
    /// Whether its last reading reached the end and left just this cursor, so that where the cursor
    /// names the content ([`crate::ScopeGuard::unchanged`]) nothing needs to be read.
    #[must_use]
    pub fn is_at(&self, cursor: &Value) -> bool {
        self.state == Some(ScopeState::Complete) && self.cursor.as_ref() == Some(cursor)
    }

    /// How many seconds ago it was read to its end; `None` where it never was, or where the last
    /// reading fell short.
    #[must_use]
    pub fn age(&self, now: Timestamp) -> Option<i64> {
        let at = self.complete_at.filter(|_| self.state == Some(ScopeState::Complete))?;
        Some(now.seconds().saturating_sub(at.seconds()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_a_last_reading_that_was_complete_counts() {
        let complete = PastScope {
            state: Some(ScopeState::Complete),
            complete_at: Some(Timestamp::from_seconds(100)),
            cursor: Some(json!("oid")),
        };
        let now = Timestamp::from_seconds(160);
        assert!(complete.is_at(&json!("oid")) && !complete.is_at(&json!("other")));
        assert_eq!(complete.age(now), Some(60));
        for state in [None, Some(ScopeState::Partial), Some(ScopeState::Forbidden)] {
            let broken = PastScope { state, ..complete.clone() };
            assert!(!broken.is_at(&json!("oid")));
            assert_eq!(broken.age(now), None);
        }
    }
}
