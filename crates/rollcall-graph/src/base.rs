//! The base of a snapshot: every node as of one moment, in columns.

use std::sync::Arc;

use crate::adjacency::{Adjacency, ReferenceRows};
use crate::column::{Codes, Times, code, time};
use crate::facet::{Bitmaps, FACETS};
use crate::row::{Alias, Row};
use crate::search::Search;
use crate::texts::{Aliases, Arena, fold};
use crate::together::Groups;

/// What never changes while a base lives.
#[derive(Debug)]
pub(crate) struct Fixed {
    /// The ids, in the order of nodes: provider, realm, kind, name, so that what is asked for
    /// together lies together.
    pub(crate) ids: Vec<i64>,
    /// The nodes by id.
    pub(crate) by_id: Vec<u32>,
    pub(crate) names: Arena,
    pub(crate) natives: Arena,
    pub(crate) aliases: Aliases,
    /// Each node's place among the folded names; equal names share one.
    pub(crate) rank: Vec<u32>,
    /// The nodes by folded name.
    pub(crate) by_name: Vec<u32>,
    pub(crate) search: Search,
    pub(crate) outward: Adjacency,
    pub(crate) inward: Adjacency,
    pub(crate) references: ReferenceRows,
    /// Uses of references: id, time, grade; sorted.
    pub(crate) used_references: Vec<(i64, i64, u32)>,
    pub(crate) documents: Arena,
}

/// The base. Columns and facets are shared one by one, so that a new generation of derived columns
/// replaces only those.
#[derive(Clone, Debug)]
pub(crate) struct Base {
    pub(crate) fixed: Arc<Fixed>,
    pub(crate) codes: [Arc<Codes>; code::COUNT],
    pub(crate) times: [Arc<Times>; time::COUNT],
    pub(crate) facets: [Bitmaps; FACETS],
    pub(crate) together: Groups,
}

impl Base {
    /// How many nodes there are.
    pub(crate) fn len(&self) -> usize {
        self.fixed.ids.len()
    }

    pub(crate) fn node_of(&self, id: i64) -> Option<u32> {
        let key = |node: &u32| self.fixed.ids.get(*node as usize).copied().unwrap_or_default();
        let at = self.fixed.by_id.binary_search_by_key(&id, key).ok()?;
        self.fixed.by_id.get(at).copied()
    }

    /// A node as a row.
    pub(crate) fn row(&self, node: u32) -> Row {
        let at = node as usize;
        let fixed = &self.fixed;
        let aliases = fixed.aliases.of(at).map(|i| Alias {
            id: fixed.aliases.ids.get(i).copied().unwrap_or_default(),
            domain: fixed.aliases.domains.get(i),
            value: fixed.aliases.values.get(i).into(),
        });
        Row {
            id: fixed.ids.get(at).copied().unwrap_or_default(),
            codes: std::array::from_fn(|c| self.codes[c].get(at)),
            times: std::array::from_fn(|t| self.times[t].get(at)),
            name: fixed.names.get(at).into(),
            native: fixed.natives.get(at).into(),
            aliases: aliases.collect(),
        }
    }

    /// The nodes that answer to a reference: they have it as an alias and are not gone.
    pub(crate) fn claimants(&self, reference: i64) -> impl Iterator<Item = u32> {
        let gone = &self.codes[code::GONE];
        self.fixed.aliases.nodes_with(reference).filter(|node| {
            gone.get(*node as usize) == 0
                && self.fixed.ids.get(*node as usize).is_some_and(|id| *id > 0)
        })
    }

    /// Where a folded name stands among the names: twice the place plus one when it is there, the
    /// even number below the next name otherwise.
    pub(crate) fn name_place(&self, folded: &str) -> i64 {
        let fixed = &self.fixed;
        let name = |node: u32| fold(fixed.names.get(node as usize));
        let at = fixed.by_name.partition_point(|node| *name(*node) < *folded);
        match fixed.by_name.get(at) {
            None => 2 * fixed.by_name.len() as i64,
            Some(node) => {
                let rank = fixed.rank.get(*node as usize).copied().unwrap_or_default();
                2 * i64::from(rank) + i64::from(*name(*node) == *folded)
            }
        }
    }
}
