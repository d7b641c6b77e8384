//! What the connectors know of their kinds.

use std::collections::BTreeMap;

use rollcall_model::{Authenticates, EntityType, KindFacts};

/// Facts by kind.
#[derive(Clone, Debug, Default)]
pub struct Knowledge {
    kinds: BTreeMap<String, KindFacts>,
    /// By provider: the streams that list credentials one can authenticate with.
    credentials: BTreeMap<String, Vec<String>>,
    /// By provider: the streams that list credentials of people.
    sign_ins: BTreeMap<String, Vec<String>>,
    none: KindFacts,
}

impl Knowledge {
    /// Adds what a connector says of a kind. Several connectors may emit the same kind; the first
    /// that says anything counts.
    pub fn add(&mut self, kind: &str, entity_type: EntityType, facts: &KindFacts) {
        let known = self.kinds.entry(kind.to_owned()).or_default();
        if !known.is_empty() || facts.is_empty() {
            return;
        }
        *known = facts.clone();
        let provider = kind.split('.').next().unwrap_or_default().to_owned();
        if entity_type != EntityType::Credential {
            return;
        }
        if matches!(facts.authenticates, Some(Authenticates::Person | Authenticates::Program)) {
            let list = self.credentials.entry(provider.clone()).or_default();
            list.extend(facts.described_by.iter().cloned());
        }
        if facts.authenticates == Some(Authenticates::Person) {
            let list = self.sign_ins.entry(provider).or_default();
            list.extend(facts.described_by.iter().cloned());
        }
    }

    /// What is known of a kind.
    #[must_use]
    pub fn of(&self, kind: &str) -> &KindFacts {
        self.kinds.get(kind).unwrap_or(&self.none)
    }

    /// The streams that list credentials one can authenticate with.
    pub(crate) fn credential_streams(&self, provider: &str) -> &[String] {
        self.credentials.get(provider).map_or(&[], Vec::as_slice)
    }

    /// The streams that list credentials of people.
    pub(crate) fn sign_in_streams(&self, provider: &str) -> &[String] {
        self.sign_ins.get(provider).map_or(&[], Vec::as_slice)
    }
}
