//! Reading a snapshot. What is inside is checked as far as reading it later could go wrong.

use std::io::Read;
use std::sync::Arc;

use rollcall_model::{NodeId, ScopeState, Timestamp};

use super::input::Input;
use super::{FileError, HEADER, MAGIC, VERSION};
use crate::adjacency::{Adjacency, ReferenceRows};
use crate::base::{Base, Fixed};
use crate::column::{Codes, NEVER, Times, code, time};
use crate::facet::{FACETS, Facet, Vocabulary};
use crate::overlay::Overlay;
use crate::pairs::Pairs;
use crate::rows::ScopeRow;
use crate::scopes::ScopeNumbers;
use crate::search::Search;
use crate::snapshot::{Snapshot, SnapshotId};
use crate::symbols::{Sets, Symbols};
use crate::texts::Aliases;
use crate::together::{Groups, Together};

impl Snapshot {
    /// Reads a snapshot of a store.
    ///
    /// # Errors
    /// When it is damaged, of another version or store, or cannot be read.
    pub fn read(from: impl Read, store: &str) -> Result<Self, FileError> {
        let snapshot = Self::read_any(from)?;
        if snapshot.id.store == store {
            return Ok(snapshot);
        }
        Err(FileError::OtherStore { found: snapshot.id.store.clone(), wanted: store.to_owned() })
    }

    fn read_any(mut from: impl Read) -> Result<Self, FileError> {
        let mut header = [0; HEADER];
        from.read_exact(&mut header).map_err(|_| FileError::NotASnapshot)?;
        let part = |at: usize| -> [u8; 4] {
            std::array::from_fn(|i| header.get(at + i).copied().unwrap_or_default())
        };
        if header[..8] != MAGIC {
            return Err(FileError::NotASnapshot);
        }
        // The version comes first: of a header of another version nothing else is known.
        let version = u32::from_le_bytes(part(8));
        if version != VERSION {
            return Err(FileError::OtherVersion { found: version });
        }
        if crc32fast::hash(&header[..HEADER - 4]) != u32::from_le_bytes(part(HEADER - 4)) {
            return Err(FileError::Damaged("the checksum of its header is wrong"));
        }
        let low = u64::from(u32::from_le_bytes(part(12)));
        let length = low | u64::from(u32::from_le_bytes(part(16))) << 32;
        let mut input = Input::new(from, length);
        let snapshot = content(&mut input)?;
        if input.finish()? != u32::from_le_bytes(part(20)) {
            return Err(FileError::Damaged("its checksum is wrong"));
        }
        Ok(snapshot)
    }
}

fn content<R: Read>(input: &mut Input<R>) -> Result<Snapshot, FileError> {
    let store = input.text()?;
    let sequence = input.i64s()?.first().copied().unwrap_or_default();
    let scopes = scopes(input)?;
    let vocabulary = vocabulary(input)?;
    let fixed = fixed(input, &vocabulary)?;
    let n = fixed.ids.len();
    let mut codes: [Arc<Codes>; code::COUNT] = std::array::from_fn(|_| Arc::new(Codes::Same(0, 0)));
    for (column, slot) in codes.iter_mut().enumerate() {
        *slot = Arc::new(input.codes(n, bound(column, &vocabulary, fixed.documents.len()))?);
    }
    let mut times: [Arc<Times>; time::COUNT] =
        std::array::from_fn(|_| Arc::new(Times::Same(NEVER, 0)));
    for slot in &mut times {
        *slot = Arc::new(input.times(n)?);
    }
    let mut facets: [_; FACETS] = std::array::from_fn(|_| Arc::new(Vec::new()));
    for (facet, slot) in Facet::ALL.into_iter().zip(&mut facets) {
        let values = input.number()? as usize;
        if values != facet.values(&vocabulary) {
            return Err(FileError::Damaged("a facet does not fit"));
        }
        let mut bitmaps = Vec::with_capacity(values);
        for _ in 0..values {
            bitmaps.push(input.bitmap(n)?);
        }
        *slot = Arc::new(bitmaps);
    }
    let together = groups(input, n)?;
    let base = Base { fixed: Arc::new(fixed), codes, times, facets, together };
    let id = SnapshotId { store, sequence };
    Ok(Snapshot::new(id, base, vocabulary, Overlay::default(), scopes))
}

fn groups<R: Read>(input: &mut Input<R>, n: usize) -> Result<Groups, FileError> {
    let mut groups: Groups = Default::default();
    for group in &mut groups {
        if input.number()? == 1 {
            let (numbers, codes) = (input.codes(n, usize::MAX)?, input.u32s()?);
            *group = Some(Arc::new(Together { numbers, codes }));
        }
    }
    Ok(groups)
}

/// One more than the largest code that a column may have.
fn bound(column: usize, v: &Vocabulary, documents: usize) -> usize {
    match column {
        code::KIND => v.kinds.len(),
        code::PROVIDER => v.providers.len(),
        code::REALM => v.realms.len(),
        code::SCOPES => v.scope_sets.len(),
        code::ENV => v.envs.len(),
        code::OWNER_NAME => v.owners.len(),
        code::TEAM => v.teams.len(),
        code::FINDINGS => v.finding_sets.len(),
        code::DOCUMENT => documents + 1,
        // Numbers with a meaning of their own; words are looked up with care.
        _ => usize::MAX,
    }
}

fn scopes<R: Read>(input: &mut Input<R>) -> Result<Vec<ScopeRow>, FileError> {
    let mut scopes = Vec::new();
    for _ in 0..input.number()? {
        let numbers = input.i64s()?;
        let [id, complete, state, parent, held, lost, live_entities] = numbers.as_slice() else {
            return Err(FileError::Damaged("a scope does not fit"));
        };
        scopes.push(ScopeRow {
            id: *id,
            source: input.text()?,
            provider: input.text()?,
            stream: input.text()?,
            realm: input.text()?,
            part: input.text()?,
            state: ScopeState::from_number(*state),
            complete_at: (*complete != NEVER).then(|| Timestamp::from_micros(*complete)),
            parent: (*parent != 0).then_some(NodeId(*parent)),
            held: *held,
            lost: *lost != 0,
            live_entities: *live_entities,
        });
    }
    if scopes.is_sorted_by(|a: &ScopeRow, b| a.id < b.id) {
        Ok(scopes)
    } else {
        Err(FileError::Damaged("scopes are not in order"))
    }
}

/// The scopes by number; see [`ScopeNumbers`].
fn scope_numbers<R: Read>(input: &mut Input<R>) -> Result<ScopeNumbers, FileError> {
    let (ids, sources) = (input.i64s()?, input.u32s()?);
    let scopes = ScopeNumbers::of(ids, sources);
    let (ids, sources) = scopes.parts();
    // Each id has its number, the first is of none.
    let is_own = |(number, id): (u32, &i64)| scopes.find(*id) == Some(number);
    if ids.first() == Some(&0) && ids.len() == sources.len() && (0..).zip(ids).all(is_own) {
        Ok(scopes)
    } else {
        Err(FileError::Damaged("scopes do not fit"))
    }
}

fn vocabulary<R: Read>(input: &mut Input<R>) -> Result<Vocabulary, FileError> {
    let mut tables: [Symbols; 9] = std::array::from_fn(|_| Symbols::default());
    for table in &mut tables {
        let mut texts: Vec<Box<str>> = Vec::new();
        for _ in 0..input.number()? {
            texts.push(input.text()?.into());
        }
        // A vocabulary with later additions is not sorted: it keeps its numbers all the same.
        let sorted = texts.iter().zip(texts.iter().skip(1)).take_while(|(a, b)| a < b).count() + 1;
        let extra = texts.split_off(sorted.min(texts.len()));
        *table = Symbols::sorted(texts);
        for text in extra {
            table.intern(&text);
        }
    }
    let scopes = scope_numbers(input)?;
    let mut sets: [Sets; 2] = std::array::from_fn(|_| Sets::default());
    for set in &mut sets {
        let mut members = Vec::new();
        for _ in 0..input.number()? {
            members.push(input.u32s()?.into());
        }
        *set = Sets::of(members);
    }
    let [kinds, providers, realms, sources, envs, owners, teams, rules, domains] = tables;
    let [scope_sets, finding_sets] = sets;
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
    Ok(vocabulary)
}

fn fixed<R: Read>(input: &mut Input<R>, vocabulary: &Vocabulary) -> Result<Fixed, FileError> {
    let ids = input.i64s()?;
    let n = ids.len();
    let by_id = input.positions(n, n)?;
    if !by_id.iter().map(|node| ids[*node as usize]).is_sorted_by(|a, b| a < b) {
        return Err(FileError::Damaged("ids are not in order"));
    }
    let (names, natives) = (input.arena()?, input.arena()?);
    let alias_ends = input.u32s()?;
    let alias_ids = input.i64s()?;
    let count = alias_ids.len();
    let aliases = Aliases {
        domains: input.codes(count, vocabulary.domains.len())?,
        values: input.arena()?,
        by_id: input.positions(count, count)?,
        ends: alias_ends,
        ids: alias_ids,
    };
    input.ends(&aliases.ends, count)?;
    let rank = input.positions(n, n)?;
    let by_name = input.positions(n, n)?;
    let search = Search {
        words: input.arena()?,
        nodes: input.lists()?,
        trigrams: input.u32s()?,
        words_of: input.lists()?,
        pairs: pairs(input)?,
        size: n,
    };
    let fits = [names.len(), natives.len(), aliases.ends.len()] == [n, n, n]
        && aliases.values.len() == count
        && search.words.len() == search.nodes.len()
        && search.trigrams.len() == search.words_of.len();
    if !fits {
        return Err(FileError::Damaged("parts do not fit each other"));
    }
    let (outward, inward) = (adjacency(input, n)?, adjacency(input, n)?);
    let references = ReferenceRows {
        ids: input.i64s()?,
        ends: input.u32s()?,
        others: input.i64s()?,
        labels: input.labels()?,
    };
    input.ends(&references.ends, references.others.len())?;
    let fits = references.ids.is_sorted()
        && references.ids.len() == references.ends.len()
        && references.others.len() == references.labels.len();
    let mut used_references = Vec::new();
    for _ in 0..input.number()? {
        match input.i64s()?.as_slice() {
            [id, at, grade] if fits => used_references.push((*id, *at, *grade as u32)),
            _ => return Err(FileError::Damaged("references do not fit")),
        }
    }
    let documents = input.arena()?;
    Ok(Fixed {
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
        used_references,
        documents,
    })
}

fn pairs<R: Read>(input: &mut Input<R>) -> Result<Pairs, FileError> {
    let second = input.u32s()?;
    let separator = input.codes(second.len(), usize::MAX)?;
    let (first, nodes, separators) = (input.u32s()?, input.lists()?, input.arena()?);
    if first.len() == second.len() && nodes.len() == second.len() && second.is_sorted() {
        Ok(Pairs { second, separator, first, nodes, separators })
    } else {
        Err(FileError::Damaged("pairs of words do not fit"))
    }
}

fn adjacency<R: Read>(input: &mut Input<R>, n: usize) -> Result<Adjacency, FileError> {
    let starts = input.u32s()?;
    let ends = input.u32s()?;
    let labels = input.labels()?;
    input.ends(&starts, ends.len())?;
    let fits = starts.len() == n + 1
        && labels.len() == ends.len()
        && ends.iter().all(|end| (*end as usize) < n);
    if fits {
        Ok(Adjacency { starts, ends, labels })
    } else {
        Err(FileError::Damaged("relations do not fit"))
    }
}
