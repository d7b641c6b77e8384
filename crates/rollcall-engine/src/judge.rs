//! Judging snapshots: the analysis with what the connectors know and the company has set.

use rollcall_analysis::{Analysis, Knowledge, Settings};
use rollcall_connector::Definition;
use rollcall_graph::Snapshot;
use rollcall_model::Timestamp;

/// What judgements are made with.
#[derive(Clone, Debug, Default)]
pub struct Judge {
    knowledge: Knowledge,
    settings: Settings,
}

impl Judge {
    /// From the definitions of all connectors and what the company has set.
    #[must_use]
    pub fn new<'d>(
        definitions: impl IntoIterator<Item = &'d Definition>,
        settings: Settings,
    ) -> Self {
        let mut knowledge = Knowledge::default();
        for kind in definitions.into_iter().flat_map(|definition| &definition.kinds) {
            knowledge.add(kind.kind.as_str(), kind.entity_type, &kind.facts);
        }
        Self { knowledge, settings }
    }

    /// The analysis of a snapshot at a time.
    #[must_use]
    pub fn analysis<'a>(&'a self, snapshot: &'a Snapshot, now: Timestamp) -> Analysis<'a> {
        Analysis::new(snapshot, &self.knowledge, &self.settings, now)
    }

    /// The snapshot with everything judged.
    #[must_use]
    pub fn apply(&self, snapshot: &Snapshot, now: Timestamp) -> Snapshot {
        self.analysis(snapshot, now).applied()
    }

    /// What the company has set.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }
}
