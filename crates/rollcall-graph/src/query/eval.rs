//! Which nodes a plan matches: by bitmaps and columns for the base, row by row for the overlay.

use roaring::{MultiOps as _, RoaringBitmap};

use super::field::TextField;
use super::plan::{Leaf, Plan};
use crate::base::Base;
use crate::column::{NEVER, below, passing, time};
use crate::facet::Vocabulary;
use crate::row::Row;
use crate::scopes::{Seen, last};
use crate::snapshot::Snapshot;
use crate::texts::{contains_folded, fold};

/// How to take what is not known yet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Mode {
    /// A test on something unknown fails; its negation holds.
    Plain,
    /// A test on something unknown holds, and so does its negation.
    Possible,
    /// A test on something unknown fails, and so does its negation.
    Certain,
}

impl Mode {
    fn negated(self) -> Self {
        match self {
            Self::Plain => Self::Plain,
            Self::Possible => Self::Certain,
            Self::Certain => Self::Possible,
        }
    }
}

impl Snapshot {
    /// The nodes that a plan matches.
    pub(crate) fn matches(&self, plan: &Plan, mode: Mode) -> RoaringBitmap {
        let all = below(self.base.len()) - &self.overlay.hidden;
        let mut found = of_base(&self.base, plan, mode, &all);
        for (node, changed) in &self.overlay.rows {
            if of_row(&self.vocabulary, plan, mode, *node, &changed.row) {
                found.insert(*node);
            }
        }
        found
    }
}

/// How much a part costs, to do the cheap ones first.
fn cost(plan: &Plan) -> u32 {
    match plan {
        Plan::All => 0,
        Plan::And(parts) | Plan::Or(parts) => parts.iter().map(cost).max().unwrap_or_default(),
        Plan::Not(part) => cost(part) + 1,
        Plan::Leaf(Leaf::Values { .. } | Leaf::Nodes(_)) => 0,
        Plan::Leaf(Leaf::Text { texts: TextField::Any, whole: false, .. }) => 4,
        Plan::Leaf(Leaf::Text { .. } | Leaf::NoText { .. }) => 6,
        Plan::Leaf(_) => 2,
    }
}

fn of_base(base: &Base, plan: &Plan, mode: Mode, within: &RoaringBitmap) -> RoaringBitmap {
    match plan {
        Plan::All => within.clone(),
        Plan::Leaf(leaf) => leaf_of_base(base, leaf, mode, within),
        Plan::Not(part) => within - of_base(base, part, mode.negated(), within),
        Plan::And(parts) => {
            let mut parts: Vec<&Plan> = parts.iter().collect();
            parts.sort_by_key(|part| cost(part));
            let mut found: Option<RoaringBitmap> = None;
            for part in parts {
                let next = of_base(base, part, mode, found.as_ref().unwrap_or(within));
                if next.is_empty() {
                    return next;
                }
                found = Some(next);
            }
            found.unwrap_or_else(|| within.clone())
        }
        Plan::Or(parts) => {
            let mut found = RoaringBitmap::new();
            for part in parts {
                found |= of_base(base, part, mode, within);
            }
            found
        }
    }
}

fn leaf_of_base(base: &Base, leaf: &Leaf, mode: Mode, within: &RoaringBitmap) -> RoaringBitmap {
    // Looking at each costs more than a pass over a column, but not for few.
    let few = within.len() < base.len() as u64 / 20;
    let each = |pass: &dyn Fn(usize) -> bool| passing(within, |node| pass(node as usize));
    match leaf {
        Leaf::Values { facet, values, unknown } => {
            let bitmaps = &base.facets[*facet as usize];
            let open = if mode == Mode::Possible { unknown.as_slice() } else { &[] };
            let mut found =
                values.iter().chain(open).filter_map(|value| bitmaps.get(*value as usize));
            match (found.next(), found.next()) {
                (None, _) => RoaringBitmap::new(),
                (Some(only), None) => only & within,
                (Some(one), Some(two)) => {
                    let mut all = [one, two].into_iter().chain(found).union();
                    all &= within;
                    all
                }
            }
        }
        Leaf::CodeIn { column, codes } => {
            let column = &base.codes[*column];
            let pass = |code: u32| codes.binary_search(&code).is_ok();
            if few { each(&|n| pass(column.get(n))) } else { column.matching(pass) & within }
        }
        Leaf::CodeBetween { column, from, to } => {
            let column = &base.codes[*column];
            let pass = |code: u32| *from <= code && code <= *to;
            if few { each(&|n| pass(column.get(n))) } else { column.matching(pass) & within }
        }
        Leaf::Between { column, from, to } => {
            let column = &base.times[*column];
            let pass = |t: i64| t != NEVER && *from <= t && t < *to;
            if few { each(&|n| pass(column.get(n))) } else { column.within(*from, *to) & within }
        }
        Leaf::SeenBetween { sets, from, to } => {
            let seen = Seen::of(base, sets);
            let pass = |t: i64| t != NEVER && *from <= t && t < *to;
            if few { each(&|n| pass(seen.get(n))) } else { seen.within(*from, *to) & within }
        }
        Leaf::NoTime { column } => {
            let column = &base.times[*column];
            if few { each(&|n| column.get(n) == NEVER) } else { within - column.present() }
        }
        Leaf::Text { texts, needle, whole } => {
            let found = base.fixed.search.find(needle);
            let candidates = found.nodes & within;
            if found.is_exact && *texts == TextField::Any && !whole {
                return candidates;
            }
            let test = Test { needle, whole: *whole };
            passing(&candidates, |node| test.holds_in_base(base, node, *texts))
        }
        Leaf::NoText { texts } => each(&|node| !has_text(base, node, *texts)),
        Leaf::Nodes(nodes) => nodes & within,
    }
}

fn has_text(base: &Base, node: usize, texts: TextField) -> bool {
    match texts {
        TextField::Alias => !base.fixed.aliases.of(node).is_empty(),
        _ => !base.fixed.names.get(node).is_empty(),
    }
}

struct Test<'a> {
    needle: &'a str,
    whole: bool,
}

impl Test<'_> {
    fn holds(&self, text: &str) -> bool {
        if self.whole { fold(text) == self.needle } else { contains_folded(text, self.needle) }
    }

    fn holds_in_base(&self, base: &Base, node: u32, texts: TextField) -> bool {
        let (fixed, at) = (&base.fixed, node as usize);
        let aliases = || {
            let mut all = fixed.aliases.of(at);
            all.any(|i| self.holds(fixed.aliases.values.get(i)))
        };
        match texts {
            TextField::Name => self.holds(fixed.names.get(at)),
            TextField::Alias => aliases(),
            // References have colons and slashes, names hardly ever: look first where it is likely.
            TextField::Any if self.needle.contains([':', '/']) => {
                aliases() || self.holds(fixed.names.get(at)) || self.holds(fixed.natives.get(at))
            }
            TextField::Any => {
                self.holds(fixed.names.get(at)) || aliases() || self.holds(fixed.natives.get(at))
            }
        }
    }

    fn holds_in_row(&self, row: &Row, texts: TextField) -> bool {
        let aliases = || row.aliases.iter().any(|alias| self.holds(&alias.value));
        match texts {
            TextField::Name => self.holds(&row.name),
            TextField::Alias => aliases(),
            TextField::Any => self.holds(&row.name) || self.holds(&row.native) || aliases(),
        }
    }
}

/// The same question for one row.
fn of_row(vocabulary: &Vocabulary, plan: &Plan, mode: Mode, node: u32, row: &Row) -> bool {
    match plan {
        Plan::All => true,
        Plan::And(parts) => parts.iter().all(|part| of_row(vocabulary, part, mode, node, row)),
        Plan::Or(parts) => parts.iter().any(|part| of_row(vocabulary, part, mode, node, row)),
        Plan::Not(part) => !of_row(vocabulary, part, mode.negated(), node, row),
        Plan::Leaf(leaf) => leaf_of_row(vocabulary, leaf, mode, node, row),
    }
}

fn leaf_of_row(vocabulary: &Vocabulary, leaf: &Leaf, mode: Mode, node: u32, row: &Row) -> bool {
    match leaf {
        Leaf::Values { facet, values, unknown } => {
            let mut found = false;
            facet.members(row.codes[facet.column()], vocabulary, |value| {
                found |= values.binary_search(&value).is_ok()
                    || mode == Mode::Possible && unknown.binary_search(&value).is_ok();
            });
            found
        }
        Leaf::CodeIn { column, codes } => codes.binary_search(&row.codes[*column]).is_ok(),
        Leaf::CodeBetween { column, from, to } => (*from..=*to).contains(&row.codes[*column]),
        Leaf::Between { column, from, to } => {
            let time = row.times[*column];
            time != NEVER && *from <= time && time < *to
        }
        Leaf::SeenBetween { sets, from, to } => {
            let at = last(sets, row.times[time::LAST_SEEN], |column| row.codes[column]);
            at != NEVER && *from <= at && at < *to
        }
        Leaf::NoTime { column } => row.times[*column] == NEVER,
        Leaf::Text { texts, needle, whole } => {
            Test { needle, whole: *whole }.holds_in_row(row, *texts)
        }
        Leaf::NoText { texts: TextField::Alias } => row.aliases.is_empty(),
        Leaf::NoText { .. } => row.name.is_empty(),
        Leaf::Nodes(nodes) => nodes.contains(node),
    }
}
