//! Which attributes of which kinds the analysis looks at.

use std::collections::{BTreeMap, BTreeSet};

use rollcall_connector::Definition;
use rollcall_model::{canonical_json, content_hash};
use serde_json::{Map, Value};

/// The analysed attributes of every kind, by the connectors' definitions.
#[derive(Clone, Debug, Default)]
pub struct Schema(BTreeMap<String, BTreeSet<String>>);

impl Schema {
    /// From the definitions of all connectors.
    #[must_use]
    pub fn of<'d>(definitions: impl IntoIterator<Item = &'d Definition>) -> Self {
        let mut analysed: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for kind in definitions.into_iter().flat_map(|definition| &definition.kinds) {
            let names = kind.attributes.iter().filter(|a| a.analysed).map(|a| a.name.clone());
            analysed.entry(kind.kind.to_string()).or_default().extend(names);
        }
        Self(analysed)
    }

    /// Tells it from every other one.
    pub(super) fn fingerprint(&self) -> String {
        content_hash(format!("{:?}", self.0).as_bytes()).to_string()
    }

    /// The analysed attributes of an entity as canonical JSON; `None` where it has none.
    pub(super) fn document(&self, kind: &str, attributes: &Map<String, Value>) -> Option<String> {
        let names = self.0.get(kind)?;
        let kept: Map<String, Value> = attributes
            .iter()
            .filter(|(name, _)| names.contains(*name))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        if kept.is_empty() {
            return None;
        }
        // What stands in the store was canonical when it was written.
        canonical_json(&kept).ok()
    }
}
