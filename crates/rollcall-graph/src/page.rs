//! Lists of entities page by page, with counts of facets.

use std::borrow::Cow;
use std::collections::BinaryHeap;

use roaring::RoaringBitmap;
use rollcall_model::Timestamp;

use crate::column::{below, each};
use crate::facet::Facet;
use crate::query::{Mode, Query};
use crate::snapshot::{Node, Snapshot};
use crate::sort::{Cursor, CursorError, Nodes, Place, Sort, Sorter};
use crate::together::TOGETHER;

/// What to list.
#[derive(Clone, Debug)]
pub struct PageRequest<'a> {
    /// Which entities.
    pub query: &'a Query,
    /// The time that relative times in the query count from.
    pub now: Timestamp,
    /// In which order.
    pub sort: Sort,
    /// After which place.
    pub after: Option<&'a Cursor>,
    /// How many.
    pub limit: usize,
    /// Which facets to count, and how many values of each.
    pub facets: &'a [Facet],
    /// How many values of each facet to name, the most frequent ones.
    pub values: usize,
}

impl<'a> PageRequest<'a> {
    /// The first fifty by name, without facets.
    #[must_use]
    pub fn of(query: &'a Query, now: Timestamp) -> Self {
        Self { query, now, sort: Sort::default(), after: None, limit: 50, facets: &[], values: 50 }
    }
}

/// A page.
#[derive(Clone, Debug)]
pub struct Page {
    /// The entities, in order.
    pub nodes: Vec<Node>,
    /// How many the query matches on all pages.
    pub total: u64,
    /// The place after the last one, if there are more.
    pub next: Option<Cursor>,
    /// The facets that were asked for, in that order.
    pub facets: Vec<FacetCounts>,
}

/// How many of the entities that a query matches have which value. Nothing is left out of the query
/// for it: a facet that the query itself names counts only what the query lets through. An entity
/// with several values (sources, findings, reach) counts with each.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FacetCounts {
    /// The facet.
    pub facet: Facet,
    /// Values with counts above zero, most first, then by text. The empty text is *none*.
    pub values: Vec<(String, u64)>,
    /// How many values have a count above zero, named or not.
    pub distinct: usize,
}

/// Entities that a query matched, for questions about all of them at once.
#[derive(Clone, PartialEq, Debug)]
pub struct Matches(pub(crate) RoaringBitmap);

impl Matches {
    /// How many.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a node is among them.
    #[must_use]
    pub fn contains(&self, node: Node) -> bool {
        self.0.contains(node.0)
    }

    /// All of them, by position.
    pub fn iter(&self) -> impl Iterator<Item = Node> + '_ {
        self.0.iter().map(Node)
    }
}

/// Nodes that are as in the base, and nodes that are in the overlay.
struct Split<'m> {
    base: Cow<'m, RoaringBitmap>,
    /// Those of `base` one by one, or where these are more, the others of the base.
    nodes: Vec<u32>,
    /// Whether `nodes` are the others.
    is_rest: bool,
    changed: Vec<u32>,
}

impl Snapshot {
    /// All entities that a query matches.
    #[must_use]
    pub fn select(&self, query: &Query, now: Timestamp) -> Matches {
        Matches(self.matches(&self.plan(query, now), Mode::Plain))
    }

    /// One page of what a query matches, with counts of facets.
    ///
    /// # Errors
    /// When the cursor is of another order.
    pub fn page(&self, request: &PageRequest<'_>) -> Result<Page, CursorError> {
        let matches = self.select(request.query, request.now);
        let split = self.split(&matches);
        let (nodes, next) =
            self.page_of_split(&split, &request.sort, request.after, request.limit)?;
        let facets = self.facet_counts_of(&split, request.facets, request.values);
        Ok(Page { nodes, total: matches.len(), next, facets })
    }

    /// The first ones after a place in an order, and the place after them if there are more.
    ///
    /// # Errors
    /// When the cursor is of another order.
    pub fn page_of(
        &self,
        matches: &Matches,
        sort: &Sort,
        after: Option<&Cursor>,
        limit: usize,
    ) -> Result<(Vec<Node>, Option<Cursor>), CursorError> {
        self.page_of_split(&self.split(matches), sort, after, limit)
    }

    fn page_of_split(
        &self,
        split: &Split<'_>,
        sort: &Sort,
        after: Option<&Cursor>,
        limit: usize,
    ) -> Result<(Vec<Node>, Option<Cursor>), CursorError> {
        // No page has more than there is: whoever wants all of it may ask for any number.
        let limit = limit.min(self.node_bound());
        let sorter = Sorter::new(self, sort);
        let after = after.map(|cursor| sorter.place_of(cursor)).transpose()?;
        let mut heap: BinaryHeap<(Place, u32)> = BinaryHeap::with_capacity(limit + 1);
        let mut worst = i64::MAX;
        let start = after.as_ref().map_or(i64::MIN, Place::first);
        let mut offer = |node: u32, first: i64| {
            // Most are out of the page by their first key, and nothing else of them is looked at.
            if first > worst || first < start {
                return;
            }
            let place = sorter.place(node);
            if after.as_ref().is_some_and(|after| place <= *after) {
                return;
            }
            heap.push((place, node));
            if heap.len() > limit + 1 {
                heap.pop();
            }
            if heap.len() > limit {
                worst = heap.peek().map_or(i64::MAX, |(place, _)| place.first());
            }
        };
        for node in &split.changed {
            offer(*node, sorter.first(*node));
        }
        let by_name = sorter.next_by_name(&split.base, start, limit + 1);
        let by_time = sorter.first_by_time(&split.base, start, limit + 1);
        let nodes = match (&by_name, &by_time) {
            (Some(nodes), _) => Nodes::List(nodes),
            (None, Some(nodes)) => Nodes::Bitmap(nodes),
            (None, None) if split.is_rest => Nodes::Bitmap(&split.base),
            (None, None) => Nodes::List(&split.nodes),
        };
        sorter.each_of_base(nodes, offer);
        let mut nodes: Vec<u32> =
            heap.into_sorted_vec().into_iter().map(|(_, node)| node).collect();
        let more = nodes.len() > limit;
        nodes.truncate(limit);
        let next = nodes.last().filter(|_| more).map(|node| sorter.cursor(*node));
        Ok((nodes.into_iter().map(Node).collect(), next))
    }

    /// How many of some entities have which value of a facet; `values` of them are named.
    #[must_use]
    pub fn facet_counts(&self, matches: &Matches, facet: Facet, values: usize) -> FacetCounts {
        let mut counts = self.facet_counts_of(&self.split(matches), &[facet], values);
        let none = || FacetCounts { facet, values: Vec::new(), distinct: 0 };
        counts.pop().unwrap_or_else(none)
    }

    /// Which of some nodes are as in the base, and which are in the overlay.
    fn split<'m>(&self, matches: &'m Matches) -> Split<'m> {
        let (base, changed) = if self.overlay.present.is_empty() {
            (Cow::Borrowed(&matches.0), Vec::new())
        } else {
            let changed = (&matches.0 & &self.overlay.present).iter().collect();
            (Cow::Owned(&matches.0 - &self.overlay.present), changed)
        };
        let is_rest = base.len() > self.base.len() as u64 / 2;
        let rest = is_rest.then(|| below(self.base.len()) - &*base);
        let listed = rest.as_ref().unwrap_or(&base);
        let mut nodes = Vec::with_capacity(listed.len() as usize);
        each(listed, |node| nodes.push(node));
        Split { base, nodes, is_rest, changed }
    }

    fn facet_counts_of(
        &self,
        split: &Split<'_>,
        facets: &[Facet],
        values: usize,
    ) -> Vec<FacetCounts> {
        let counts = self.count(split, facets);
        let named = facets.iter().zip(counts);
        named.map(|(facet, counts)| self.named(*facet, counts, values)).collect()
    }

    /// The counts by value of a facet, with the texts of the most frequent ones.
    fn named(&self, facet: Facet, counts: Vec<u64>, values: usize) -> FacetCounts {
        let mut named: Vec<(&str, u64)> = (0..)
            .zip(counts)
            .filter(|(_, count)| *count > 0)
            .map(|(value, count)| (facet.value_text(value, &self.vocabulary), count))
            .collect();
        let distinct = named.len();
        named.sort_unstable_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        named.truncate(values);
        let values = named.into_iter().map(|(text, count)| (text.to_owned(), count)).collect();
        FacetCounts { facet, values, distinct }
    }

    /// How many have which value, for each of some facets.
    fn count(&self, split: &Split<'_>, facets: &[Facet]) -> Vec<Vec<u64>> {
        let zeros = |facet: &Facet| vec![0; facet.values(&self.vocabulary)];
        let mut listed: Vec<Vec<u64>> = facets.iter().map(zeros).collect();
        let mut add = |at: usize, code: u32, many: u64| {
            facets[at].members(code, &self.vocabulary, |value| {
                if let Some(count) = listed[at].get_mut(value as usize) {
                    *count += many;
                }
            });
        };
        let mut alone: Vec<usize> = (0..facets.len()).collect();
        for (group, together) in self.base.together.iter().zip(TOGETHER) {
            let Some(group) = group else { continue };
            // Which of the facets asked for are in the group, and where.
            let place = |at: &usize| Some((*at, together.iter().position(|f| *f == facets[*at])?));
            let asked: Vec<(usize, usize)> = alone.iter().filter_map(place).collect();
            if asked.is_empty() {
                continue;
            }
            alone.retain(|at| asked.iter().all(|(asked, _)| asked != at));
            for (codes, many) in group.histogram(&split.nodes, together.len()) {
                asked.iter().for_each(|(at, place)| add(*at, codes[*place], many));
            }
        }
        for at in alone {
            let facet = facets[at];
            let bound = match facet {
                Facet::Source => Some(self.vocabulary.scope_sets.len()),
                Facet::Finding => Some(self.vocabulary.finding_sets.len()),
                Facet::Reach => None,
                _ => Some(facet.values(&self.vocabulary)),
            };
            // Many have the same code: what a code stands for is looked up once for all of them.
            for (code, many) in self.base.codes[facet.column()].histogram(&split.nodes, bound) {
                add(at, code, many);
            }
        }
        if split.is_rest {
            for (facet, counts) in facets.iter().zip(&mut listed) {
                let bitmaps = self.base.facets[*facet as usize].iter();
                let all = bitmaps.map(RoaringBitmap::len).chain(std::iter::repeat(0));
                counts.iter_mut().zip(all).for_each(|(rest, all)| *rest = all - *rest);
            }
        }
        for node in &split.changed {
            for (facet, counts) in facets.iter().zip(&mut listed) {
                facet.members(self.code(facet.column(), *node), &self.vocabulary, |value| {
                    if let Some(count) = counts.get_mut(value as usize) {
                        *count += 1;
                    }
                });
            }
        }
        listed
    }
}
