//! Who could take over from somebody: the next manager above them who is at work.

use rollcall_graph::{Node, Snapshot};
use rollcall_model::{Presence, Reference, Relation};

use super::{HumanId, People};

/// How many managers are looked at.
const MOST: usize = 10;

impl People {
    /// The next manager above a human who is at work, with those between.
    pub(crate) fn successor(
        &self,
        snapshot: &Snapshot,
        human: HumanId,
    ) -> Option<(HumanId, Vec<HumanId>)> {
        let mut passed = vec![human];
        while passed.len() <= MOST {
            let manager = self.manager(snapshot, *passed.last()?)?;
            if passed.contains(&manager) {
                return None;
            }
            if self.presence(manager) == Presence::Active {
                return Some((manager, passed.split_off(1)));
            }
            passed.push(manager);
        }
        None
    }

    /// The manager whom the strongest entry names that names one: by a relation, or, where the person
    /// is not listed any more and relations have ended, by what was last said.
    fn manager(&self, snapshot: &Snapshot, human: HumanId) -> Option<HumanId> {
        let entries = &self.human(human)?.entries;
        let by_relation = |node: Node| {
            let up = snapshot.relations_out(node).filter(|l| l.relation == Relation::ReportsTo);
            let named = up.filter_map(|link| self.of_person(link.node));
            named.filter(|manager| *manager != human).min()
        };
        entries.iter().map(|at| &self.entries[*at]).find_map(|entry| {
            by_relation(entry.node).or_else(|| {
                let named = entry.manager.as_deref()?;
                let entity = snapshot.entity(entry.node);
                let namespace = format!("{}.user-id", entity.provider());
                let id = Reference::new(&namespace, entity.realm(), named).node_id();
                let by_id = || snapshot.node(id).and_then(|node| self.of_person(node));
                self.at_address(named).or_else(by_id).filter(|manager| *manager != human)
            })
        })
    }
}
