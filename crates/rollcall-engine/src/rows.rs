//! Dictionary rows: which entities and references are known to stand in the store already, so that
//! each is written about once a run.

use std::collections::{HashMap, HashSet};

use rollcall_model::{Endpoint, EntityKey, NodeId, Reference};
use rollcall_store::{EntityRow, ReferenceRow, ScopeWrites};

/// Ids remembered at most; beyond it they are forgotten and written again, which does no harm.
const REMEMBERED: usize = 1_000_000;

/// Ids whose rows are committed.
#[derive(Debug, Default)]
pub(crate) struct Known {
    entities: HashSet<i64>,
    /// With whether the row says that a relation names it.
    references: HashMap<i64, bool>,
}

impl Known {
    /// Remembers what a committed write held.
    pub(crate) fn committed(&mut self, entities: &[i64], references: &[(i64, bool)]) {
        if self.entities.len() + self.references.len() > REMEMBERED {
            self.entities.clear();
            self.references.clear();
        }
        self.entities.extend(entities);
        for (id, referred) in references {
            *self.references.entry(*id).or_default() |= referred;
        }
    }
}

/// The dictionary rows waiting in one scope's writes.
#[derive(Debug, Default)]
pub(crate) struct Waiting {
    entities: HashSet<i64>,
    references: HashMap<i64, usize>,
}

impl Waiting {
    /// Adds the row of an entity unless it is known or waits already.
    pub(crate) fn entity(
        &mut self,
        id: NodeId,
        key: EntityKey,
        known: &Known,
        writes: &mut ScopeWrites,
    ) {
        if !known.entities.contains(&id.0) && self.entities.insert(id.0) {
            writes.entities.push(EntityRow { id, key });
        }
    }

    /// Adds the row of a reference unless it is known, with that much said of it, or waits already.
    pub(crate) fn reference(
        &mut self,
        id: NodeId,
        reference: Reference,
        referred: bool,
        known: &Known,
        writes: &mut ScopeWrites,
    ) {
        if known.references.get(&id.0).is_some_and(|was| *was || !referred) {
            return;
        }
        match self.references.get(&id.0) {
            Some(place) => writes.references[*place].referred |= referred,
            None => {
                self.references.insert(id.0, writes.references.len());
                writes.references.push(ReferenceRow { id, reference, referred });
            }
        }
    }

    /// Adds the row of one end of a relation.
    pub(crate) fn endpoint(
        &mut self,
        id: NodeId,
        endpoint: Endpoint,
        known: &Known,
        writes: &mut ScopeWrites,
    ) {
        match endpoint {
            Endpoint::Key(key) => self.entity(id, key, known, writes),
            Endpoint::Reference(reference) => self.reference(id, reference, true, known, writes),
        }
    }

    /// Takes the writes out, in the order of ids: two processes that write the same rows in one
    /// order cannot wait for each other.
    pub(crate) fn take(&mut self, writes: &mut ScopeWrites) -> ScopeWrites {
        self.entities.clear();
        self.references.clear();
        let mut taken = std::mem::take(writes);
        taken.entities.sort_unstable_by_key(|row| row.id);
        taken.references.sort_unstable_by_key(|row| row.id);
        taken
    }
}

/// The ids of the dictionary rows in writes, to be remembered once they are committed.
pub(crate) fn ids(writes: &ScopeWrites) -> (Vec<i64>, Vec<(i64, bool)>) {
    (
        writes.entities.iter().map(|row| row.id.0).collect(),
        writes.references.iter().map(|row| (row.id.0, row.referred)).collect(),
    )
}
