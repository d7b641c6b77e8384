//! Facets that are counted together: one number per node for what it has of several facets. Few
//! combinations are ever there, so one pass over one column counts all of them.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::column::{Codes, code};
use crate::facet::Facet;

/// How many groups there are.
pub(crate) const GROUPS: usize = 4;

/// The facets of each group: such as go together, so that there are few combinations.
pub(crate) const TOGETHER: [&[Facet]; GROUPS] = [
    &[
        Facet::Type,
        Facet::Class,
        Facet::Kind,
        Facet::Provider,
        Facet::Disabled,
        Facet::Gone,
        Facet::Missing,
        Facet::Collected,
    ],
    &[Facet::Env, Facet::Owner, Facet::Usage, Facet::Standing, Facet::Presence],
    &[Facet::Reach, Facet::Finding],
    &[Facet::Realm, Facet::Source],
];

/// More combinations than this are not worth it.
const MOST: usize = 1 << 16;

/// What nodes have of the facets of one group.
#[derive(Debug)]
pub(crate) struct Together {
    /// Which combination each node has.
    pub(crate) numbers: Codes,
    /// The codes of each combination, one for each facet, end to end.
    pub(crate) codes: Vec<u32>,
}

/// The groups; `None` for one with too many combinations.
pub(crate) type Groups = [Option<Arc<Together>>; GROUPS];

impl Together {
    /// From the columns of the facets of a group.
    pub(crate) fn of(facets: &[Facet], columns: &[Arc<Codes>; code::COUNT]) -> Option<Arc<Self>> {
        let columns: Vec<&Codes> = facets.iter().map(|facet| &*columns[facet.column()]).collect();
        let count = columns.first().map_or(0, |column| column.len());
        let mut known: FxHashMap<Box<[u32]>, u32> = FxHashMap::default();
        let (mut codes, mut numbers) = (Vec::new(), Vec::with_capacity(count));
        // Neighbours are alike more often than not.
        let (mut last, mut now) = (Vec::new(), Vec::new());
        let mut number = 0;
        for node in 0..count {
            now.clear();
            now.extend(columns.iter().map(|column| column.get(node)));
            if now != last {
                let next = known.len() as u32;
                number = match known.get(now.as_slice()) {
                    Some(number) => *number,
                    None if known.len() == MOST => return None,
                    None => {
                        known.insert(now.as_slice().into(), next);
                        codes.extend_from_slice(&now);
                        next
                    }
                };
                std::mem::swap(&mut last, &mut now);
            }
            numbers.push(number);
        }
        Some(Arc::new(Self { numbers: Codes::of(numbers), codes }))
    }

    /// The codes of each of some nodes' combinations with how many have them.
    pub(crate) fn histogram(&self, nodes: &[u32], facets: usize) -> Vec<(&[u32], u64)> {
        let facets = facets.max(1);
        let bound = self.codes.len() / facets;
        let counts = self.numbers.histogram(nodes, Some(bound)).into_iter();
        let of = |(number, count): (u32, u64)| {
            let at = number as usize * facets;
            Some((self.codes.get(at..at + facets)?, count))
        };
        counts.filter_map(of).collect()
    }
}

/// All groups.
pub(crate) fn groups(columns: &[Arc<Codes>; code::COUNT]) -> Groups {
    TOGETHER.map(|facets| Together::of(facets, columns))
}
