//! Relations as compressed sparse rows, and the labels on them.

use rollcall_model::{AccessLevel, Relation};

/// A set of relations.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct RelationSet(u32);

impl RelationSet {
    /// No relation.
    pub const NONE: Self = Self(0);
    /// Every relation.
    pub const ALL: Self = Self(u32::MAX);
    /// Those along which access flows: who has the first end can get at the second.
    ///
    /// Left out is what only tells of the past or of people (`created`, `last_changed`, `same_as`,
    /// `owned_by`, `declares`, `reports_to`), and `calls` and `stored_in`, whose first end gains nothing from the
    /// second.
    pub const ACCESS: Self = Self::of(&[
        Relation::Contains,
        Relation::MemberOf,
        Relation::AuthenticatesAs,
        Relation::RunsAs,
        Relation::RunsOn,
        Relation::Starts,
        Relation::UsesCredential,
        Relation::HasGrant,
        Relation::CanAccess,
        Relation::CanAssume,
        Relation::Assumed,
        Relation::CanModify,
        Relation::ActsFor,
        Relation::CanCall,
    ]);

    /// The set of some relations.
    #[must_use]
    pub const fn of(relations: &[Relation]) -> Self {
        let (mut mask, mut i) = (0, 0);
        while i < relations.len() {
            mask |= 1 << relations[i] as u32;
            i += 1;
        }
        Self(mask)
    }

    /// The same without some.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether a relation is in it.
    #[must_use]
    pub const fn contains(self, relation: Relation) -> bool {
        self.0 >> relation as u32 & 1 == 1
    }

    #[inline]
    pub(crate) const fn passes(self, label: Label) -> bool {
        self.0 >> (label.0 & 31) & 1 == 1
    }
}

impl Default for RelationSet {
    fn default() -> Self {
        Self::ACCESS
    }
}

/// What stands on a relation: which one (bits 0–7), its level plus one (8–12), whether it is said only
/// in general (13), in rows of references whether the reference is where it comes from (14), and whether
/// an end was a reference (15).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub(crate) struct Label(pub(crate) u16);

impl Label {
    const LEVELS: [AccessLevel; 5] = [
        AccessLevel::Read,
        AccessLevel::Write,
        AccessLevel::Deploy,
        AccessLevel::Admin,
        AccessLevel::Secrets,
    ];
    const WEAK: u16 = 1 << 13;
    const OUTWARD: u16 = 1 << 14;
    const BY_REFERENCE: u16 = 1 << 15;

    pub(crate) fn new(relation: Relation, level: Option<AccessLevel>, weak: bool) -> Self {
        let weak = if weak { Self::WEAK } else { 0 };
        Self(relation as u16 | level.map_or(0, |level| level as u16 + 1) << 8 | weak)
    }

    pub(crate) fn relation(self) -> Option<Relation> {
        Relation::from_number((self.0 & 0xff).into())
    }

    pub(crate) fn level(self) -> Option<AccessLevel> {
        let number = (self.0 >> 8 & 0x1f).checked_sub(1)?;
        Self::LEVELS.get(usize::from(number)).copied()
    }

    /// Whether a label from a file can be one of ours.
    pub(crate) fn is_valid(self) -> bool {
        self.relation().is_some() && (self.0 >> 8 & 0x1f) <= Self::LEVELS.len() as u16
    }

    pub(crate) fn is_weak(self) -> bool {
        self.0 & Self::WEAK != 0
    }

    /// What two rows of one relation say together, both plain: the higher level, and weak only where
    /// both are.
    pub(crate) fn merged(self, other: Self) -> Self {
        let strong = (self.0 & !Self::WEAK).max(other.0 & !Self::WEAK);
        Self(strong | self.0 & other.0 & Self::WEAK)
    }

    pub(crate) fn is_by_reference(self) -> bool {
        self.0 & Self::BY_REFERENCE != 0
    }

    pub(crate) fn is_outward(self) -> bool {
        self.0 & Self::OUTWARD != 0
    }

    pub(crate) fn by_reference(self) -> Self {
        Self(self.0 | Self::BY_REFERENCE)
    }

    pub(crate) fn outward(self) -> Self {
        Self(self.0 | Self::OUTWARD)
    }

    /// Relation, level and strength only.
    pub(crate) fn plain(self) -> Self {
        Self(self.0 & 0x3fff)
    }

    /// Whether both are of one relation.
    pub(crate) fn is_like(self, other: Self) -> bool {
        self.0 & 0xff == other.0 & 0xff
    }
}

/// Some of a node's relations in one direction: the nodes at the other end and the labels.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Edges<'a> {
    pub(crate) ends: &'a [u32],
    pub(crate) labels: &'a [Label],
}

impl<'a> Edges<'a> {
    pub(crate) fn iter(self) -> impl Iterator<Item = (u32, Label)> + 'a {
        self.ends.iter().copied().zip(self.labels.iter().copied())
    }
}

/// All relations in one direction. A node's are sorted by other end, then label; two rows that name
/// one relation in different ways (by key, by reference) are both there.
#[derive(Debug, Default)]
pub(crate) struct Adjacency {
    /// Where each node's begin; one more at the end.
    pub(crate) starts: Vec<u32>,
    pub(crate) ends: Vec<u32>,
    pub(crate) labels: Vec<Label>,
}

impl Adjacency {
    /// From relations in any order; `from` and `to` say which end is the node.
    pub(crate) fn build(nodes: usize, edges: &[(u32, u32, Label)], outward: bool) -> Self {
        let ends_of = |(from, to, _): &(u32, u32, Label)| {
            if outward { (*from, *to) } else { (*to, *from) }
        };
        let mut starts = vec![0_u32; nodes + 1];
        for edge in edges {
            starts[ends_of(edge).0 as usize + 1] += 1;
        }
        for i in 1..starts.len() {
            starts[i] += starts[i - 1];
        }
        let mut next = starts.clone();
        let mut rows = vec![(0_u32, Label::default()); edges.len()];
        for edge in edges {
            let (node, other) = ends_of(edge);
            let at = &mut next[node as usize];
            rows[*at as usize] = (other, edge.2);
            *at += 1;
        }
        for bounds in starts.windows(2) {
            rows[bounds[0] as usize..bounds[1] as usize].sort_unstable();
        }
        let (ends, labels) = rows.into_iter().unzip();
        Self { starts, ends, labels }
    }

    #[inline]
    pub(crate) fn of(&self, node: u32) -> Edges<'_> {
        let at = node as usize;
        let (Some(start), Some(end)) = (self.starts.get(at), self.starts.get(at + 1)) else {
            return Edges::default();
        };
        let range = *start as usize..*end as usize;
        Edges {
            ends: self.ends.get(range.clone()).unwrap_or_default(),
            labels: self.labels.get(range).unwrap_or_default(),
        }
    }
}

/// Relations that end at references, as rows of the store know them, by reference: needed when a
/// reference comes to be answered by something else.
#[derive(Debug, Default)]
pub(crate) struct ReferenceRows {
    /// The references, sorted.
    pub(crate) ids: Vec<i64>,
    /// Where each one's rows end.
    pub(crate) ends: Vec<u32>,
    /// The other end of each row.
    pub(crate) others: Vec<i64>,
    pub(crate) labels: Vec<Label>,
}

impl ReferenceRows {
    /// From distinct rows in any order.
    pub(crate) fn build(rows: &[(i64, i64, Label)]) -> Self {
        let mut entries: Vec<(i64, i64, Label)> = Vec::with_capacity(rows.len());
        for (from, to, label) in rows {
            if *from < 0 {
                entries.push((*from, *to, label.plain().outward()));
            }
            if *to < 0 {
                entries.push((*to, *from, label.plain()));
            }
        }
        entries.sort_unstable();
        let mut built = Self::default();
        for (id, other, label) in entries {
            if built.ids.last() != Some(&id) {
                built.ids.push(id);
                built.ends.push(built.others.len() as u32);
            }
            built.others.push(other);
            built.labels.push(label);
            if let Some(end) = built.ends.last_mut() {
                *end = built.others.len() as u32;
            }
        }
        built
    }

    /// The rows of a reference: other end, and a label that knows the direction.
    pub(crate) fn of(&self, id: i64) -> impl Iterator<Item = (i64, Label)> + '_ {
        let range = match self.ids.binary_search(&id) {
            Ok(at) => {
                let start = at.checked_sub(1).and_then(|b| self.ends.get(b)).copied();
                start.unwrap_or_default() as usize
                    ..self.ends.get(at).copied().unwrap_or_default() as usize
            }
            Err(_) => 0..0,
        };
        range.filter_map(|at| Some((*self.others.get(at)?, *self.labels.get(at)?)))
    }
}
