//! From plain rows to a base.

use std::sync::Arc;

use rollcall_model::{NodeId, Reference};
use rustc_hash::FxHashMap;

use crate::adjacency::{Adjacency, Label, ReferenceRows};
use crate::base::{Base, Fixed};
use crate::column::{Codes, Times, code, time};
use crate::facet::{self, Facet};
use crate::overlay::Overlay;
use crate::row::{
    Alias, DERIVED_CODES, DerivedCodes, Row, alias, close_scope, derived_codes, name_scope,
};
use crate::rows::{ActivityRow, EntityRow, RelationRow, ScopeRow};
use crate::search::{Search, SearchBuilder};
use crate::snapshot::{Snapshot, SnapshotId};
use crate::staging::{Columns, Numbers, Staged};
use crate::texts::{Aliases, Arena, fold};
use crate::together::groups;
use crate::words::Derived;

/// Why no snapshot can be built.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum BuildError {
    /// Two rows have one id.
    #[error("two entities have the id {}: {first} and {second}", id.0)]
    Twice {
        /// The id.
        id: NodeId,
        /// The name of one.
        first: String,
        /// The name of the other.
        second: String,
    },
    /// A block of texts or a list of relations would pass 2^32.
    #[error("too large for one snapshot: {0} would exceed 4 GiB")]
    TooLarge(&'static str),
}

/// What a reference resolves to while a base is built.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Claim {
    One(u32),
    Several,
}

/// Collects rows in any order and makes a snapshot of them.
#[derive(Debug, Default)]
pub struct SnapshotBuilder {
    numbers: Numbers,
    staged: Staged,
    scopes: Vec<ScopeRow>,
    references: FxHashMap<i64, (u32, Box<str>)>,
    relations: Vec<(i64, i64, Label)>,
    used: FxHashMap<i64, (i64, u32)>,
    derived: Vec<(i64, DerivedCodes)>,
}

impl SnapshotBuilder {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes room for so many entities and relations.
    pub fn reserve(&mut self, entities: usize, relations: usize) {
        self.staged.reserve(entities);
        self.relations.reserve(relations);
    }

    /// Adds a scope.
    pub fn scope(&mut self, scope: ScopeRow) {
        name_scope(&scope, &mut self.numbers);
        self.scopes.push(scope);
    }

    /// Adds a scope that nobody reads any more, with the name of its source: what is gone was its.
    pub fn closed_scope(&mut self, id: i64, source: &str) {
        close_scope(id, source, &mut self.numbers);
    }

    /// Adds an entity.
    pub fn entity(&mut self, entity: &EntityRow) {
        let row = Row::of(entity, &mut self.numbers);
        self.push(row);
    }

    /// Adds the text of a reference that relations may end at, with its id.
    pub fn reference(&mut self, id: NodeId, text: &Reference) {
        let Alias { id, domain, value } = alias(id.0, text, &mut self.numbers);
        self.references.insert(id, (domain, value));
    }

    /// Adds a relation. Of rows with the same ends and relation the highest level counts, and they are
    /// weak together only where all are.
    pub fn relation(&mut self, row: RelationRow) {
        let label = Label::new(row.relation, row.level, row.weak);
        self.relations.push((row.from.0, row.to.0, label));
    }

    /// Adds a use. The latest counts.
    pub fn activity(&mut self, row: ActivityRow) {
        self.push_use(row.id.0, (row.at.micros(), row.grade.into()));
    }

    /// Adds what the analysis says about an entity.
    pub fn derived(&mut self, id: NodeId, derived: &Derived) {
        let codes = derived_codes(Some(derived), &mut self.numbers);
        self.derived.push((id.0, codes));
    }

    pub(crate) fn numbers(&mut self) -> &mut Numbers {
        &mut self.numbers
    }

    pub(crate) fn push(&mut self, row: Row) {
        self.staged.push(row);
    }

    pub(crate) fn push_relation(&mut self, from: i64, to: i64, label: Label) {
        self.relations.push((from, to, label));
    }

    pub(crate) fn push_reference(&mut self, alias: Alias) {
        self.references.insert(alias.id, (alias.domain, alias.value));
    }

    pub(crate) fn push_derived(&mut self, id: i64, derived: DerivedCodes) {
        self.derived.push((id, derived));
    }

    pub(crate) fn push_use(&mut self, id: i64, used: (i64, u32)) {
        let known = self.used.entry(id).or_insert(used);
        *known = used.max(*known);
    }

    /// The snapshot.
    ///
    /// # Errors
    /// When two entities have one id, or there is too much for 32-bit positions.
    pub fn finish(mut self, id: SnapshotId) -> Result<Snapshot, BuildError> {
        let mut nodes = self.number_nodes()?;
        let claims = self.claims();
        self.add_stubs(&mut nodes, &claims)?;
        let (mut references, mut edges) = (Vec::new(), Vec::new());
        self.resolve(&nodes, &claims, &mut references, &mut edges);
        self.apply_derived(&nodes);
        self.apply_used(&nodes, &claims);
        let mut used: Vec<(i64, i64, u32)> =
            self.used.iter().filter(|(id, _)| **id < 0).map(|(id, u)| (*id, u.0, u.1)).collect();
        used.sort_unstable();
        drop((nodes, claims));

        let (vocabulary, documents) = self.numbers.finish(&mut self.staged);
        let order = self.staged.order();
        let mut place = vec![0_u32; order.len()];
        for (new, old) in (0..).zip(&order) {
            place[*old as usize] = new;
        }
        for (from, to, _) in &mut edges {
            (*from, *to) = (place[*from as usize], place[*to as usize]);
        }
        drop(place);
        u32::try_from(edges.len()).map_err(|_| BuildError::TooLarge("relations"))?;
        let Columns { ids, codes, times, names, natives, aliases } = self.staged.gather(&order)?;
        // The index of texts takes as long as all the rest.
        let (search, rest) = both(
            || index_texts(&names, &natives, &aliases),
            || {
                let outward = Adjacency::build(order.len(), &edges, true);
                let inward = Adjacency::build(order.len(), &edges, false);
                drop(edges);
                let references = ReferenceRows::build(&references);
                let mut by_id: Vec<u32> = (0..order.len() as u32).collect();
                by_id.sort_unstable_by_key(|node| ids[*node as usize]);
                let codes = codes.map(|values| Arc::new(Codes::of(values)));
                let facet = |f: Facet| facet::index(f, &codes[f.column()], &vocabulary);
                let (facets, together) = (Facet::ALL.map(facet), groups(&codes));
                (outward, inward, references, by_id, rank(&names), codes, facets, together)
            },
        );
        let search = search.ok_or(BuildError::TooLarge("words"))?;
        let (outward, inward, references, by_id, (rank, by_name), codes, facets, together) = rest;
        let times = times.map(|values| Arc::new(Times::of(values)));
        let fixed = Fixed {
            ids,
            by_id,
            names,
            natives,
            aliases,
            rank,
            by_name,
            search,
            outward,
            inward,
            references,
            used_references: used,
            documents,
        };
        let base = Base { fixed: Arc::new(fixed), codes, times, facets, together };
        self.scopes.sort_by_key(|scope| scope.id);
        self.scopes.dedup_by_key(|scope| scope.id);
        Ok(Snapshot::new(id, base, vocabulary, Overlay::default(), self.scopes))
    }

    fn number_nodes(&self) -> Result<FxHashMap<i64, u32>, BuildError> {
        let mut nodes = FxHashMap::default();
        nodes.reserve(self.staged.len());
        for (node, id) in (0..).zip(&self.staged.ids) {
            if let Some(other) = nodes.insert(*id, node) {
                return Err(BuildError::Twice {
                    id: NodeId(*id),
                    first: self.staged.names.get(other as usize).to_owned(),
                    second: self.staged.names.get(node as usize).to_owned(),
                });
            }
        }
        Ok(nodes)
    }

    fn claims(&self) -> FxHashMap<i64, Claim> {
        let mut claims = FxHashMap::default();
        for node in 0..self.staged.len() {
            if self.staged.codes[code::GONE][node] != 0 {
                continue;
            }
            for alias in self.staged.aliases_of(node) {
                claims
                    .entry(self.staged.alias_ids[alias])
                    .and_modify(|claim| *claim = Claim::Several)
                    .or_insert(Claim::One(node as u32));
            }
        }
        claims
    }

    /// Adds a node for each end of a relation that has none.
    fn add_stubs(
        &mut self,
        nodes: &mut FxHashMap<i64, u32>,
        claims: &FxHashMap<i64, Claim>,
    ) -> Result<(), BuildError> {
        let pending = derived_codes(None, &mut self.numbers);
        let no_scopes = self.numbers.no_scopes();
        let mut texts: FxHashMap<i64, Alias> = FxHashMap::default();
        for node in 0..self.staged.len() {
            for i in self.staged.aliases_of(node) {
                let id = self.staged.alias_ids[i];
                if claims.get(&id) != Some(&Claim::One(node as u32)) {
                    texts.insert(id, self.staged.alias(i));
                }
            }
        }
        for end in self.relations.iter().flat_map(|(from, to, _)| [*from, *to]) {
            let is_resolved = end < 0 && matches!(claims.get(&end), Some(Claim::One(_)));
            if is_resolved || nodes.contains_key(&end) {
                continue;
            }
            nodes.insert(end, self.staged.len() as u32);
            let mut row = Row::stub(end, pending, no_scopes);
            let given = self.references.remove(&end);
            let text = given.map(|(domain, value)| Alias { id: end, domain, value });
            if let Some(alias) = text.or_else(|| texts.remove(&end)) {
                row.name = alias.value.clone();
                row.aliases.push(alias);
            }
            self.staged.push(row);
        }
        if self.staged.is_full { Err(BuildError::TooLarge("names")) } else { Ok(()) }
    }

    /// Splits relations into those by reference, as rows, and all of them between nodes.
    fn resolve(
        &mut self,
        nodes: &FxHashMap<i64, u32>,
        claims: &FxHashMap<i64, Claim>,
        references: &mut Vec<(i64, i64, Label)>,
        edges: &mut Vec<(u32, u32, Label)>,
    ) {
        let node_of = |id: i64| match claims.get(&id) {
            Some(Claim::One(node)) if id < 0 => Some(*node),
            _ => nodes.get(&id).copied(),
        };
        self.relations
            .sort_unstable_by_key(|(from, to, label)| (*from, *to, label.0.rotate_left(8)));
        self.relations.dedup_by(|next, kept| {
            let same = next.0 == kept.0 && next.1 == kept.1 && next.2.is_like(kept.2);
            if same {
                kept.2 = kept.2.merged(next.2);
            }
            same
        });
        edges.reserve(self.relations.len());
        for (from, to, label) in std::mem::take(&mut self.relations) {
            let by_reference = from < 0 || to < 0;
            if by_reference {
                references.push((from, to, label));
            }
            if let (Some(a), Some(b)) = (node_of(from), node_of(to)) {
                edges.push((a, b, if by_reference { label.by_reference() } else { label }));
            }
        }
    }

    fn apply_derived(&mut self, nodes: &FxHashMap<i64, u32>) {
        for (id, derived) in std::mem::take(&mut self.derived) {
            let Some(node) = nodes.get(&id).map(|node| *node as usize) else { continue };
            for (column, code) in DERIVED_CODES.into_iter().zip(derived.codes) {
                self.staged.codes[column][node] = code;
            }
            self.staged.times[time::USAGE_AT][node] = derived.usage_at;
        }
    }

    fn apply_used(&mut self, nodes: &FxHashMap<i64, u32>, claims: &FxHashMap<i64, Claim>) {
        for (id, (at, grade)) in &self.used {
            let claimed = match claims.get(id) {
                Some(Claim::One(node)) if *id < 0 => Some(*node),
                _ => None,
            };
            let Some(node) = claimed.or_else(|| nodes.get(id).copied()) else { continue };
            let node = node as usize;
            if *id > 0 {
                self.staged.times[time::OWN_USED][node] = *at;
                self.staged.codes[code::OWN_GRADE][node] = *grade;
            }
            let known = (self.staged.times[time::USED][node], self.staged.codes[code::GRADE][node]);
            let (at, grade) = known.max((*at, *grade));
            self.staged.times[time::USED][node] = at;
            self.staged.codes[code::GRADE][node] = grade;
        }
    }
}

/// Runs two computations, in two threads where the system gives a second one.
fn both<A: Send, B>(one: impl Fn() -> A + Sync, other: impl FnOnce() -> B) -> (A, B) {
    std::thread::scope(|scope| {
        let beside = std::thread::Builder::new().spawn_scoped(scope, &one);
        let other = other();
        let one = match beside {
            Ok(thread) => thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            Err(_) => one(),
        };
        (one, other)
    })
}

/// The index of the texts of all nodes. `None` when there is too much.
fn index_texts(names: &Arena, natives: &Arena, aliases: &Aliases) -> Option<Search> {
    let mut search = SearchBuilder::default();
    for node in 0..names.len() {
        let own = [fold(names.get(node)), fold(natives.get(node))];
        let others: Vec<_> = aliases.of(node).map(|i| fold(aliases.values.get(i))).collect();
        search.add(node as u32, own.iter().chain(&others).map(|text| &**text));
    }
    search.finish(names.len())
}

/// Each node's place among the folded names, and the nodes in that order.
fn rank(names: &Arena) -> (Vec<u32>, Vec<u32>) {
    // Most comparisons end within the first bytes, which are compared without looking at the text.
    let prefix = |text: &str| {
        let mut bytes = [0; 8];
        for (to, from) in bytes.iter_mut().zip(text.bytes()) {
            *to = from;
        }
        u64::from_be_bytes(bytes)
    };
    let mut folded = Arena::default();
    let mut order: Vec<(u64, u32)> = Vec::with_capacity(names.len());
    for (node, name) in (0..).zip(names.iter()) {
        let name = fold(name);
        order.push((prefix(&name), node));
        // Folding hardly ever lengthens; a block that overflows ends names early, which changes
        // only how such names sort.
        let _ = folded.push(&name);
    }
    order.sort_unstable_by(|a, b| {
        let text = |node: u32| folded.get(node as usize);
        a.0.cmp(&b.0).then_with(|| text(a.1).cmp(text(b.1))).then(a.1.cmp(&b.1))
    });
    let mut ranks = vec![0; names.len()];
    let (mut rank, mut last) = (0, None);
    for (_, node) in &order {
        let text = folded.get(*node as usize);
        if last.is_some_and(|last| last != text) {
            rank += 1;
        }
        last = Some(text);
        ranks[*node as usize] = rank;
    }
    (ranks, order.into_iter().map(|(_, node)| node).collect())
}
