//! A snapshot with what is looked up in it again and again.

use rayon::prelude::*;
use rollcall_graph::{Derived, Node, ScopeRow, Snapshot};
use rollcall_model::{Finding, Judgement, NodeId, Timestamp};
use rustc_hash::FxHashMap;

use crate::case::Case;
use crate::horizon::Horizon;
use crate::judge;
use crate::knowledge::Knowledge;
use crate::resolve::{People, Place};
use crate::rules::inventory_gap;
use crate::settings::Settings;

/// Judges the entities of one snapshot.
#[derive(Debug)]
pub struct Analysis<'a> {
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) knowledge: &'a Knowledge,
    pub(crate) settings: &'a Settings,
    pub(crate) now: Timestamp,
    pub(crate) people: People,
    by_stream: FxHashMap<(&'a str, &'a str, &'a str), Vec<&'a ScopeRow>>,
    by_parent: FxHashMap<NodeId, Vec<&'a ScopeRow>>,
    /// By source and realm: up to when the files that name owners were read; `None` where one was not.
    owner_lists: FxHashMap<(&'a str, &'a str), Option<Timestamp>>,
}

impl<'a> Analysis<'a> {
    /// Looks up once what every judgement needs. `now` counts by the hour: within one, the same
    /// facts give the same judgements.
    #[must_use]
    pub fn new(
        snapshot: &'a Snapshot,
        knowledge: &'a Knowledge,
        settings: &'a Settings,
        now: Timestamp,
    ) -> Self {
        let mut by_stream: FxHashMap<_, Vec<&ScopeRow>> = FxHashMap::default();
        let mut by_parent: FxHashMap<_, Vec<&ScopeRow>> = FxHashMap::default();
        for scope in snapshot.scopes() {
            let place = (scope.source.as_str(), scope.realm.as_str(), scope.stream.as_str());
            by_stream.entry(place).or_default().push(scope);
            if let Some(parent) = scope.parent {
                by_parent.entry(parent).or_default().push(scope);
            }
        }
        let now = now.hour();
        let max_age = settings.directory_max_age;
        let people = People::new(&Place { snapshot, knowledge, now, max_age });
        let owner_lists = FxHashMap::default();
        let mut analysis =
            Self { snapshot, knowledge, settings, now, people, by_stream, by_parent, owner_lists };
        analysis.owner_lists = read_owner_lists(&analysis);
        analysis
    }

    /// Everything about one entity.
    #[must_use]
    pub fn judge(&self, node: Node) -> Judgement {
        judge::judgement(&Case::new(self, node))
    }

    /// The columns of one entity.
    #[must_use]
    pub fn derive(&self, node: Node) -> Derived {
        judge::derived(&Case::new(self, node))
    }

    /// The columns of every entity, in the order of nodes.
    #[must_use]
    pub fn derive_all(&self) -> Vec<(NodeId, Derived)> {
        let nodes: Vec<Node> = self.snapshot.nodes().collect();
        let one = |node: &Node| (self.snapshot.id_of(*node), self.derive(*node));
        nodes.par_iter().with_min_len(1_024).map(one).collect()
    }

    /// The snapshot with the columns of every entity.
    #[must_use]
    pub fn applied(&self) -> Snapshot {
        let derived = self.derive_all();
        let id = self.snapshot.id().clone();
        self.snapshot.with_derived(id, derived.iter().map(|(id, derived)| (*id, derived)))
    }

    /// What rules observe about sources as a whole: scopes that belong to no entity.
    #[must_use]
    pub fn source_findings(&self) -> Vec<Finding> {
        inventory_gap::of_sources(self)
    }

    /// What people are looked up in.
    pub(crate) fn place(&self) -> Place<'a> {
        let max_age = self.settings.directory_max_age;
        Place { snapshot: self.snapshot, knowledge: self.knowledge, now: self.now, max_age }
    }

    /// The scopes of a stream in a realm.
    pub(crate) fn scopes_of<'s>(
        &'s self,
        source: &'s str,
        realm: &'s str,
        stream: &'s str,
    ) -> &'s [&'a ScopeRow] {
        self.by_stream.get(&(source, realm, stream)).map_or(&[], Vec::as_slice)
    }

    /// Up to when the files that name owners in a realm were read; `None` where there are none.
    pub(crate) fn owner_lists(&self, place: (&str, &str)) -> Option<Option<Timestamp>> {
        self.owner_lists.get(&place).copied()
    }

    /// The scopes that list what an entity contains.
    pub(crate) fn scopes_in(&self, entity: NodeId) -> &[&'a ScopeRow] {
        self.by_parent.get(&entity).map_or(&[], Vec::as_slice)
    }
}

fn read_owner_lists<'a>(
    analysis: &Analysis<'a>,
) -> FxHashMap<(&'a str, &'a str), Option<Timestamp>> {
    let mut lists: FxHashMap<_, Option<Timestamp>> = FxHashMap::default();
    for node in analysis.snapshot.nodes() {
        let entity = analysis.snapshot.entity(node);
        let facts = analysis.knowledge.of(entity.kind());
        if !facts.names_owners || entity.gone_at().is_some() || !entity.is_collected() {
            continue;
        }
        let read = Horizon::new(analysis, entity, &facts.described_by).all();
        for scope in entity.scopes() {
            let place = (scope.source.as_str(), scope.realm.as_str());
            let known = lists.entry(place).or_insert(read);
            *known = known.zip(read).map(|(a, b)| a.min(b));
        }
    }
    lists
}
