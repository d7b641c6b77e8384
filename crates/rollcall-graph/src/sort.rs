//! Orders of entities, and cursors that hold a place in one.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use roaring::RoaringBitmap;
use serde::{Deserialize, Serialize};

use crate::column::{NEVER, code, lots, time};
use crate::scopes::Seen;
use crate::snapshot::{Node, Snapshot};
use crate::symbols::Symbols;
use crate::texts::fold;

/// By what entities can be ordered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)] // The names are those of the query language.
pub enum SortField {
    Name,
    Type,
    Class,
    Kind,
    Provider,
    Realm,
    Env,
    Owner,
    Team,
    Usage,
    Score,
    Created,
    FirstSeen,
    LastSeen,
    LastUsed,
    Expires,
    GoneAt,
}

/// What a field orders by.
#[derive(Clone, Copy, Debug)]
enum Key {
    Name,
    Code(usize),
    Symbol(usize),
    Time(usize),
    /// The last time that it was known to be there.
    Seen,
}

/// The names of the fields, with their columns.
const FIELDS: [(SortField, &str, Key); 17] = [
    (SortField::Name, "name", Key::Name),
    (SortField::Type, "type", Key::Code(code::TYPE)),
    (SortField::Class, "class", Key::Code(code::CLASS)),
    (SortField::Kind, "kind", Key::Symbol(code::KIND)),
    (SortField::Provider, "provider", Key::Symbol(code::PROVIDER)),
    (SortField::Realm, "realm", Key::Symbol(code::REALM)),
    (SortField::Env, "env", Key::Symbol(code::ENV)),
    (SortField::Owner, "owner", Key::Symbol(code::OWNER_NAME)),
    (SortField::Team, "team", Key::Symbol(code::TEAM)),
    (SortField::Usage, "usage", Key::Code(code::USAGE)),
    (SortField::Score, "score", Key::Code(code::SCORE)),
    (SortField::Created, "created", Key::Time(time::CREATED)),
    (SortField::FirstSeen, "first_seen", Key::Time(time::FIRST_SEEN)),
    (SortField::LastSeen, "last_seen", Key::Seen),
    (SortField::LastUsed, "last_used", Key::Time(time::USED)),
    (SortField::Expires, "expires", Key::Time(time::EXPIRES)),
    (SortField::GoneAt, "gone_at", Key::Time(time::GONE_AT)),
];

/// An order: fields, each upwards or downwards. Entities that are alike in all are ordered by id.
/// What has no value comes last either way.
///
/// As text: names with commas between, a `-` before those downwards: `provider,-last_used`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sort(Vec<(SortField, bool)>);

/// A text that is no order.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{found:?} cannot be sorted by; expected some of {expected}")]
pub struct SortError {
    /// The part that is no field.
    pub found: String,
    /// The fields.
    pub expected: String,
}

impl Default for Sort {
    /// By name.
    fn default() -> Self {
        Self(vec![(SortField::Name, false)])
    }
}

impl Sort {
    /// By some fields; `true` for downwards. Four count.
    #[must_use]
    pub fn by(fields: &[(SortField, bool)]) -> Self {
        Self(fields.iter().copied().take(4).collect())
    }
}

impl FromStr for Sort {
    type Err = SortError;

    fn from_str(text: &str) -> Result<Self, SortError> {
        let mut fields = Vec::new();
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let name = part.strip_prefix('-').unwrap_or(part);
            let known = FIELDS.iter().find(|(_, n, _)| *n == name).ok_or_else(|| SortError {
                found: part.chars().take(64).collect(),
                expected: FIELDS.map(|(_, name, _)| name).join(", "),
            })?;
            fields.push((known.0, part.starts_with('-')));
        }
        if fields.is_empty() { Ok(Self::default()) } else { Ok(Self::by(&fields)) }
    }
}

impl fmt::Display for Sort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, (field, downwards)) in self.0.iter().enumerate() {
            let name = FIELDS.iter().find(|(f, ..)| f == field).map_or("", |(_, name, _)| name);
            let comma = if i > 0 { "," } else { "" };
            write!(f, "{comma}{}{name}", if *downwards { "-" } else { "" })?;
        }
        Ok(())
    }
}

/// A value in a cursor.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(untagged)]
enum Held {
    Number(i64),
    Text(String),
    Nothing,
}

/// A place in an order: after one entity, by what it is ordered by. It stays a place in later
/// snapshots, whatever became of the entity.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Cursor {
    #[serde(rename = "s")]
    sort: String,
    #[serde(rename = "k")]
    keys: Vec<Held>,
    #[serde(rename = "n")]
    id: i64,
}

/// A text that is no cursor, or one of another order.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("the cursor does not belong to this list; begin again without one")]
pub struct CursorError;

impl fmt::Display for Cursor {
    /// As lowercase hexadecimal, which needs no escaping anywhere.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let json = serde_json::to_vec(self).map_err(|_| fmt::Error)?;
        json.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for Cursor {
    type Err = CursorError;

    fn from_str(text: &str) -> Result<Self, CursorError> {
        let digit = |b: u8| char::from(b).to_digit(16).map(|d| d as u8).ok_or(CursorError);
        if text.len() % 2 == 1 {
            return Err(CursorError);
        }
        let pairs = text.as_bytes().chunks(2).map(|pair| match pair {
            [high, low] => Ok(digit(*high)? << 4 | digit(*low)?),
            _ => Err(CursorError),
        });
        let json: Vec<u8> = pairs.collect::<Result<_, _>>()?;
        serde_json::from_slice(&json).map_err(|_| CursorError)
    }
}

/// One key of an entity: a number that sorts in the direction asked for, and a text where numbers
/// are alike and texts are not.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Rank {
    number: i64,
    text: Option<Box<str>>,
    downwards: bool,
}

impl Ord for Rank {
    fn cmp(&self, other: &Self) -> Ordering {
        self.number.cmp(&other.number).then_with(|| {
            let order = self.text.cmp(&other.text);
            if self.downwards { order.reverse() } else { order }
        })
    }
}

impl PartialOrd for Rank {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// An entity's place in an order.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Place {
    ranks: Vec<Rank>,
    id: i64,
}

impl Place {
    /// The number that decides first.
    pub(crate) fn first(&self) -> i64 {
        self.ranks.first().map_or(0, |rank| rank.number)
    }
}

/// How many samples are taken of nodes, and how many nodes each is.
const SAMPLES: u32 = 32;
const SAMPLE: usize = 256;

/// Nodes of a base.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Nodes<'n> {
    List(&'n [u32]),
    Bitmap(&'n RoaringBitmap),
}

impl Nodes<'_> {
    fn lots(self, give: impl FnMut(&[u32])) {
        match self {
            Self::List(nodes) => nodes.chunks(4_096).for_each(give),
            Self::Bitmap(nodes) => lots(nodes, give),
        }
    }
}

/// An order made ready for one snapshot.
pub(crate) struct Sorter<'a> {
    snapshot: &'a Snapshot,
    sort: String,
    /// The key, the direction, and for symbols their sorting numbers.
    keys: Vec<(Key, bool, Vec<i64>)>,
}

impl<'a> Sorter<'a> {
    pub(crate) fn new(snapshot: &'a Snapshot, sort: &Sort) -> Self {
        let keys = sort.0.iter().filter_map(|(field, downwards)| {
            let (.., key) = FIELDS.iter().find(|(f, ..)| f == field)?;
            let numbers = match key {
                Key::Symbol(column) => symbols(snapshot, *column).sort_keys(),
                _ => Vec::new(),
            };
            Some((*key, *downwards, numbers))
        });
        Self { snapshot, sort: sort.to_string(), keys: keys.collect() }
    }

    /// What decides first between entities; see [`Place::first`].
    pub(crate) fn first(&self, node: u32) -> i64 {
        self.keys.first().map_or(0, |key| self.number(key, node))
    }

    /// Calls `offer` with nodes that are as in the base and what decides first between them.
    pub(crate) fn each_of_base(&self, nodes: Nodes<'_>, mut offer: impl FnMut(u32, i64)) {
        let mut firsts = Vec::new();
        nodes.lots(|lot| {
            firsts.clear();
            self.firsts_of_base(lot, &mut firsts);
            lot.iter().zip(&firsts).for_each(|(node, first)| offer(*node, *first));
        });
    }

    /// What decides first between nodes that are as in the base. The key is looked at once, not for
    /// each node.
    fn firsts_of_base(&self, lot: &[u32], firsts: &mut Vec<i64>) {
        let Some((key, downwards, numbers)) = self.keys.first() else { return };
        let base = &self.snapshot.base;
        let known = |time: i64| directed((time != NEVER).then_some(time), *downwards);
        match key {
            Key::Name => {
                let rank = |node: &u32| base.fixed.rank.get(*node as usize).copied();
                let number = |rank: u32| 2 * i64::from(rank) + 1;
                firsts.extend(lot.iter().map(|n| directed(rank(n).map(number), *downwards)));
            }
            Key::Code(column) => base.codes[*column].gather(lot, firsts, |code| {
                directed((code > 0).then_some(code.into()), *downwards)
            }),
            Key::Symbol(column) => base.codes[*column].gather(lot, firsts, |symbol| {
                let number = numbers.get(symbol as usize).filter(|_| symbol > 0);
                directed(number.map(|number| 2 * number), *downwards)
            }),
            Key::Time(column) => base.times[*column].gather(lot, firsts, known),
            Key::Seen => {
                let seen = Seen::of(base, &self.snapshot.seen);
                firsts.extend(lot.iter().map(|node| known(seen.get(*node as usize))));
            }
        }
    }

    /// In an order by name, so many nodes of the base beyond a number, those at the number, and all
    /// that are alike in name to the last of them. `None` where looking at all nodes costs less, or in
    /// another order.
    pub(crate) fn next_by_name(
        &self,
        nodes: &RoaringBitmap,
        start: i64,
        limit: usize,
    ) -> Option<Vec<u32>> {
        let Some((Key::Name, downwards, _)) = self.keys.first() else { return None };
        let fixed = &self.snapshot.base.fixed;
        if nodes.len() < fixed.ids.len() as u64 / 64 {
            return None;
        }
        // All of them may have names that come late: then looking at each of them is better.
        let mut left = nodes.len() / 8;
        let rank = |node: u32| fixed.rank.get(node as usize).copied().unwrap_or_default();
        let number = |node: u32| directed(Some(2 * i64::from(rank(node)) + 1), *downwards);
        let mut found: Vec<u32> = Vec::with_capacity(limit);
        // What is alike in name to the start may be before it, and so does not count.
        let mut beyond = 0;
        let mut more = |node: &u32| {
            let is_alike = found.last().is_some_and(|last| rank(*last) == rank(*node));
            let more = left > 0 && (beyond < limit || is_alike);
            left = left.saturating_sub(1);
            if more && nodes.contains(*node) {
                found.push(*node);
                beyond += usize::from(number(*node) > start);
            }
            more
        };
        let by_name = &fixed.by_name;
        if *downwards {
            let end = by_name.partition_point(|node| number(*node) >= start);
            by_name.get(..end)?.iter().rev().all(&mut more);
        } else {
            let begin = by_name.partition_point(|node| number(*node) < start);
            by_name.get(begin..)?.iter().all(&mut more);
        }
        (left > 0).then_some(found)
    }

    /// In an order by time, the nodes of the base from a number on that can be among so many first
    /// ones. `None` where looking at all nodes costs less, or in another order.
    pub(crate) fn first_by_time(
        &self,
        nodes: &RoaringBitmap,
        start: i64,
        limit: usize,
    ) -> Option<RoaringBitmap> {
        let Some((Key::Time(column), downwards, _)) = self.keys.first() else { return None };
        let size = self.snapshot.base.len() as u32;
        if nodes.len() < 1 << 16 || limit == 0 {
            return None;
        }
        // Some of them, from everywhere: as many first ones of these are a bound for all.
        let mut some = Vec::new();
        for part in 0..SAMPLES {
            let mut from_here = nodes.iter();
            from_here.advance_to(size / SAMPLES * part);
            some.extend(from_here.take(SAMPLE));
        }
        some.sort_unstable();
        some.dedup();
        let mut firsts = Vec::with_capacity(some.len());
        self.firsts_of_base(&some, &mut firsts);
        firsts.retain(|first| *first > start && *first < i64::MAX);
        if firsts.len() < limit {
            return None;
        }
        let last = *firsts.select_nth_unstable(limit - 1).1;
        let (from, to) = if *downwards {
            (last.saturating_neg(), start.saturating_neg().saturating_add(1))
        } else {
            (start, last.saturating_add(1))
        };
        Some(self.snapshot.base.times[*column].within(from, to) & nodes)
    }

    fn number(&self, (key, downwards, numbers): &(Key, bool, Vec<i64>), node: u32) -> i64 {
        let plain = match key {
            Key::Name => match self.snapshot.changed(node) {
                Some(changed) => Some(changed.place),
                None => {
                    let ranks = &self.snapshot.base.fixed.rank;
                    ranks.get(node as usize).map(|rank| 2 * i64::from(*rank) + 1)
                }
            },
            Key::Code(column) => Some(self.snapshot.code(*column, node).into()).filter(|c| *c > 0),
            Key::Symbol(column) => match self.snapshot.code(*column, node) {
                0 => None,
                symbol => numbers.get(symbol as usize).map(|number| 2 * number),
            },
            Key::Time(column) => Some(self.snapshot.time(*column, node)).filter(|t| *t != NEVER),
            Key::Seen => Some(self.snapshot.last_seen(node)).filter(|t| *t != NEVER),
        };
        directed(plain, *downwards)
    }

    pub(crate) fn place(&self, node: u32) -> Place {
        let rank = |key: &(Key, bool, Vec<i64>)| {
            let number = self.number(key, node);
            // Names of the base differ by number; others may lie together between two of them.
            let text = match key.0 {
                Key::Name if number % 2 == 0 => Some(fold(self.snapshot.name(node)).into()),
                _ => None,
            };
            Rank { number, text, downwards: key.1 }
        };
        Place { ranks: self.keys.iter().map(rank).collect(), id: self.snapshot.id_of(Node(node)).0 }
    }

    pub(crate) fn cursor(&self, node: u32) -> Cursor {
        let held = |(key, ..): &(Key, bool, Vec<i64>)| match key {
            Key::Name => Held::Text(fold(self.snapshot.name(node)).into_owned()),
            Key::Code(column) => match self.snapshot.code(*column, node) {
                0 => Held::Nothing,
                code => Held::Number(code.into()),
            },
            Key::Symbol(column) => match self.snapshot.code(*column, node) {
                0 => Held::Nothing,
                symbol => Held::Text(symbols(self.snapshot, *column).text(symbol).to_owned()),
            },
            Key::Time(column) => held_time(self.snapshot.time(*column, node)),
            Key::Seen => held_time(self.snapshot.last_seen(node)),
        };
        Cursor {
            sort: self.sort.clone(),
            keys: self.keys.iter().map(held).collect(),
            id: self.snapshot.id_of(Node(node)).0,
        }
    }

    /// The place that a cursor holds, in this snapshot.
    pub(crate) fn place_of(&self, cursor: &Cursor) -> Result<Place, CursorError> {
        if cursor.sort != self.sort || cursor.keys.len() != self.keys.len() {
            return Err(CursorError);
        }
        let mut ranks = Vec::with_capacity(self.keys.len());
        for ((key, downwards, numbers), held) in self.keys.iter().zip(&cursor.keys) {
            let (plain, text) = match (key, held) {
                (Key::Name, Held::Text(name)) => {
                    let place = self.snapshot.base.name_place(name);
                    (Some(place), (place % 2 == 0).then(|| name.as_str().into()))
                }
                (Key::Symbol(column), Held::Text(text)) => {
                    let (number, is_there) =
                        symbols(self.snapshot, *column).sort_key_of(text, numbers);
                    (Some(number.saturating_mul(2) - i64::from(!is_there)), None)
                }
                (Key::Code(_) | Key::Time(_) | Key::Seen, Held::Number(number)) => {
                    (Some(*number), None)
                }
                (Key::Code(_) | Key::Time(_) | Key::Seen | Key::Symbol(_), Held::Nothing) => {
                    (None, None)
                }
                _ => return Err(CursorError),
            };
            ranks.push(Rank { number: directed(plain, *downwards), text, downwards: *downwards });
        }
        Ok(Place { ranks, id: cursor.id })
    }
}

fn held_time(time: i64) -> Held {
    if time == NEVER { Held::Nothing } else { Held::Number(time) }
}

/// A number that sorts in the direction; what has none comes last either way.
fn directed(plain: Option<i64>, downwards: bool) -> i64 {
    match plain {
        None => i64::MAX,
        Some(number) if downwards => number.saturating_neg(),
        Some(number) => number,
    }
}

fn symbols(snapshot: &Snapshot, column: usize) -> &Symbols {
    let vocabulary = &snapshot.vocabulary;
    match column {
        code::KIND => &vocabulary.kinds,
        code::PROVIDER => &vocabulary.providers,
        code::REALM => &vocabulary.realms,
        code::ENV => &vocabulary.envs,
        code::OWNER_NAME => &vocabulary.owners,
        _ => &vocabulary.teams,
    }
}
