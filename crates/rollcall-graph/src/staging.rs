//! Rows on their way into a base: columns in the order of arrival.

use std::ops::Range;

use rollcall_model::{ContentHash, content_hash};
use rustc_hash::FxHashMap;

use crate::builder::BuildError;
use crate::column::{Codes, code, time};
use crate::facet::Vocabulary;
use crate::row::{Alias, Numbering, Row, Words};
use crate::scopes::ScopeNumbers;
use crate::symbols::{Interner, SetInterner};
use crate::texts::{Aliases, Arena};

/// Numbers of shared texts in the order of arrival.
#[derive(Debug, Default)]
pub(crate) struct Numbers {
    symbols: [Interner; 9],
    scopes: ScopeNumbers,
    scope_sets: SetInterner,
    finding_sets: SetInterner,
    documents: FxHashMap<ContentHash, u32>,
    texts: Arena,
}

impl Numbering for Numbers {
    fn symbol(&mut self, words: Words, text: &str) -> u32 {
        self.symbols[words as usize].intern(text)
    }

    fn scope(&mut self, id: i64) -> u32 {
        self.scopes.intern(id)
    }

    fn name_scope(&mut self, id: i64, source: u32) {
        self.scopes.name(id, source);
    }

    fn scope_set(&mut self, members: Vec<u32>) -> u32 {
        self.scope_sets.intern(members)
    }

    fn finding_set(&mut self, members: Vec<u32>) -> u32 {
        self.finding_sets.intern(members)
    }

    fn document(&mut self, text: &str) -> u32 {
        let next = self.texts.len() as u32 + 1;
        let number = *self.documents.entry(content_hash(text.as_bytes())).or_insert(next);
        // A block that is full leaves the document out, and `Numbers::is_full` says so.
        if number == next && self.texts.push(text).is_none() {
            self.texts.ends.push(self.texts.text.len() as u32);
        }
        number
    }
}

impl Numbers {
    pub(crate) fn no_scopes(&mut self) -> u32 {
        self.scope_sets.intern(Vec::new())
    }

    /// Sorted texts of derived columns only; the columns (in the order of `DERIVED_CODES`) are
    /// renumbered.
    pub(crate) fn finish_derived(mut self, columns: &mut [Vec<u32>; 10]) -> Vocabulary {
        let mut tables = std::mem::take(&mut self.symbols).map(|table| Some(table.finish()));
        let mut table = |words: Words| tables[words as usize].take().unwrap_or_default();
        let (owners, numbers) = table(Words::Owner);
        renumber(&mut columns[1], &numbers);
        let (teams, numbers) = table(Words::Team);
        renumber(&mut columns[2], &numbers);
        let (rules, numbers) = table(Words::Rule);
        let finding_sets = self.finding_sets.finish(&numbers);
        Vocabulary { owners, teams, rules, finding_sets, ..Vocabulary::default() }
    }

    /// The vocabulary with sorted texts, and the documents; the staged codes are renumbered.
    pub(crate) fn finish(&mut self, staged: &mut Staged) -> (Vocabulary, Arena) {
        let mut tables = std::mem::take(&mut self.symbols).map(|table| Some(table.finish()));
        let mut table = |words: Words| tables[words as usize].take().unwrap_or_default();
        let mut renumber = |column: usize, numbers: &[u32]| {
            renumber(&mut staged.codes[column], numbers);
        };
        let (kinds, numbers) = table(Words::Kind);
        renumber(code::KIND, &numbers);
        let (providers, numbers) = table(Words::Provider);
        renumber(code::PROVIDER, &numbers);
        let (realms, numbers) = table(Words::Realm);
        renumber(code::REALM, &numbers);
        let (envs, numbers) = table(Words::Env);
        renumber(code::ENV, &numbers);
        let (owners, numbers) = table(Words::Owner);
        renumber(code::OWNER_NAME, &numbers);
        let (teams, numbers) = table(Words::Team);
        renumber(code::TEAM, &numbers);
        let (sources, numbers) = table(Words::Source);
        let scopes = std::mem::take(&mut self.scopes).renumbered(&numbers);
        let scope_sets = std::mem::take(&mut self.scope_sets).finish_as_is();
        let (rules, numbers) = table(Words::Rule);
        let finding_sets = std::mem::take(&mut self.finding_sets).finish(&numbers);
        let (domains, numbers) = table(Words::Domain);
        self::renumber(&mut staged.alias_domains, &numbers);
        let mut vocabulary = Vocabulary {
            kinds,
            providers,
            realms,
            sources,
            envs,
            owners,
            teams,
            rules,
            domains,
            scopes,
            scope_sets,
            finding_sets,
            ..Vocabulary::default()
        };
        vocabulary.derive_sources();
        let mut texts = std::mem::take(&mut self.texts);
        texts.shrink();
        (vocabulary, texts)
    }
}

fn renumber(codes: &mut [u32], numbers: &[u32]) {
    for code in codes {
        *code = numbers.get(*code as usize).copied().unwrap_or_default();
    }
}

/// Columns in the order of arrival.
#[derive(Debug, Default)]
pub(crate) struct Staged {
    pub(crate) ids: Vec<i64>,
    pub(crate) codes: [Vec<u32>; code::COUNT],
    pub(crate) times: [Vec<i64>; time::COUNT],
    pub(crate) names: Arena,
    natives: Arena,
    alias_ends: Vec<u32>,
    pub(crate) alias_ids: Vec<i64>,
    alias_domains: Vec<u32>,
    alias_values: Arena,
    /// A block of texts was full, so something is missing.
    pub(crate) is_full: bool,
}

/// The same in the order of nodes.
#[derive(Debug)]
pub(crate) struct Columns {
    pub(crate) ids: Vec<i64>,
    pub(crate) codes: [Vec<u32>; code::COUNT],
    pub(crate) times: [Vec<i64>; time::COUNT],
    pub(crate) names: Arena,
    pub(crate) natives: Arena,
    pub(crate) aliases: Aliases,
}

impl Staged {
    pub(crate) fn len(&self) -> usize {
        self.ids.len()
    }

    pub(crate) fn reserve(&mut self, rows: usize) {
        self.ids.reserve(rows);
        self.codes.iter_mut().for_each(|column| column.reserve(rows));
        self.times.iter_mut().for_each(|column| column.reserve(rows));
    }

    pub(crate) fn push(&mut self, row: Row) {
        self.ids.push(row.id);
        self.codes.iter_mut().zip(row.codes).for_each(|(column, code)| column.push(code));
        self.times.iter_mut().zip(row.times).for_each(|(column, time)| column.push(time));
        let mut fits = self.names.push(&row.name).is_some();
        fits &= self.natives.push(&row.native).is_some();
        for alias in row.aliases {
            self.alias_ids.push(alias.id);
            self.alias_domains.push(alias.domain);
            fits &= self.alias_values.push(&alias.value).is_some();
        }
        self.alias_ends.push(self.alias_ids.len() as u32);
        self.is_full |= !fits;
    }

    pub(crate) fn aliases_of(&self, node: usize) -> Range<usize> {
        let start = node.checked_sub(1).map_or(0, |before| self.alias_ends[before] as usize);
        start..self.alias_ends[node] as usize
    }

    pub(crate) fn alias(&self, at: usize) -> Alias {
        Alias {
            id: self.alias_ids[at],
            domain: self.alias_domains[at],
            value: self.alias_values.get(at).into(),
        }
    }

    /// The arrivals in the order that nodes shall have.
    pub(crate) fn order(&self) -> Vec<u32> {
        let mut order: Vec<(u32, u32, u32, u32)> = (0..self.len())
            .map(|i| {
                let code = |column: usize| self.codes[column][i];
                (code(code::PROVIDER), code(code::REALM), code(code::KIND), i as u32)
            })
            .collect();
        order.sort_unstable_by(|a, b| {
            let last = |i: u32| (self.names.get(i as usize), self.ids[i as usize]);
            (a.0, a.1, a.2).cmp(&(b.0, b.1, b.2)).then_with(|| last(a.3).cmp(&last(b.3)))
        });
        order.into_iter().map(|(.., i)| i).collect()
    }

    /// Everything in a new order. What was staged is let go column by column.
    pub(crate) fn gather(&mut self, order: &[u32]) -> Result<Columns, BuildError> {
        fn pick<T: Copy>(from: Vec<T>, order: &[u32]) -> Vec<T> {
            order.iter().map(|i| from[*i as usize]).collect()
        }
        if self.is_full {
            return Err(BuildError::TooLarge("names"));
        }
        let text = |from: &Arena| {
            let mut to = Arena::default();
            to.text.reserve_exact(from.text.len());
            to.ends.reserve_exact(from.len());
            order.iter().try_for_each(|i| to.push(from.get(*i as usize)))?;
            Some(to)
        };
        let names = text(&self.names).ok_or(BuildError::TooLarge("names"))?;
        let natives = text(&self.natives).ok_or(BuildError::TooLarge("native ids"))?;
        let mut aliases = Aliases {
            ends: Vec::with_capacity(order.len()),
            ids: Vec::with_capacity(self.alias_ids.len()),
            domains: Codes::Same(0, 0),
            values: Arena::default(),
            by_id: (0..self.alias_ids.len() as u32).collect(),
        };
        aliases.values.text.reserve_exact(self.alias_values.text.len());
        let mut domains = Vec::with_capacity(self.alias_ids.len());
        for node in order {
            for i in self.aliases_of(*node as usize) {
                aliases.ids.push(self.alias_ids[i]);
                domains.push(self.alias_domains[i]);
                let pushed = aliases.values.push(self.alias_values.get(i));
                pushed.ok_or(BuildError::TooLarge("aliases"))?;
            }
            aliases.ends.push(aliases.ids.len() as u32);
        }
        aliases.values.shrink();
        aliases.domains = Codes::of(domains);
        let ids = &aliases.ids;
        aliases.by_id.sort_unstable_by_key(|i| (ids[*i as usize], *i));
        let mut staged = std::mem::take(self);
        drop((staged.names, staged.natives, staged.alias_values));
        Ok(Columns {
            ids: pick(staged.ids, order),
            codes: std::array::from_fn(|c| pick(std::mem::take(&mut staged.codes[c]), order)),
            times: std::array::from_fn(|t| pick(std::mem::take(&mut staged.times[t]), order)),
            names,
            natives,
            aliases,
        })
    }
}
