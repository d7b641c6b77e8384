//! A query made ready for one snapshot: words have become numbers, times instants.

use std::sync::Arc;

use roaring::RoaringBitmap;
use rollcall_model::{PublicId, Timestamp};

use super::ast::{Expression, Operator, Query, Scalar, Term, Value};
use super::field::{Field, FieldKind, TextField};
use super::parse::nearest;
use crate::column::{NEVER, code, time};
use crate::facet::{Facet, Sense, Vocabulary};
use crate::snapshot::Snapshot;
use crate::symbols::{PENDING, Symbols};
use crate::texts::fold;
use crate::walk::Direction;
use crate::words::{LEVELS, OWNER_WORDS, REACH_LEVELS};

/// A name in a query that this snapshot does not know: nothing can have it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UnknownValue {
    /// The field's name.
    pub field: &'static str,
    /// The name.
    pub value: String,
    /// Known ones that are near, nearest first.
    pub suggestions: Vec<String>,
}

#[derive(Debug)]
pub(crate) enum Plan {
    All,
    And(Vec<Plan>),
    Or(Vec<Plan>),
    Not(Box<Plan>),
    Leaf(Leaf),
}

#[derive(Debug)]
pub(crate) enum Leaf {
    /// A facet has one of the values; of those with one of `unknown` it is not known.
    Values { facet: Facet, values: Vec<u32>, unknown: Vec<u32> },
    /// A column of codes has one of the codes, sorted.
    CodeIn { column: usize, codes: Vec<u32> },
    /// A column of codes has a code from one to another, both included.
    CodeBetween { column: usize, from: u32, to: u32 },
    /// A time from one to before another.
    Between { column: usize, from: i64, to: i64 },
    /// No time.
    NoTime { column: usize },
    /// Last seen from one time to before another. `sets` says when each set of scopes was.
    SeenBetween { sets: Arc<Vec<i64>>, from: i64, to: i64 },
    /// A folded text is in, or with `whole` is, one of the texts.
    Text { texts: TextField, needle: String, whole: bool },
    /// There is no such text.
    NoText { texts: TextField },
    /// One of these.
    Nodes(RoaringBitmap),
}

/// Makes a query ready.
pub(crate) fn plan(snapshot: &Snapshot, query: &Query, now: Timestamp) -> Plan {
    expression(snapshot, &query.0, now)
}

fn expression(snapshot: &Snapshot, of: &Expression, now: Timestamp) -> Plan {
    let all = |parts: &[Expression]| parts.iter().map(|p| expression(snapshot, p, now)).collect();
    match of {
        Expression::All => Plan::All,
        Expression::And(parts) => Plan::And(all(parts)),
        Expression::Or(parts) => Plan::Or(all(parts)),
        Expression::Not(part) => Plan::Not(Box::new(expression(snapshot, part, now))),
        Expression::Term(Term::Text(text)) => Plan::Leaf(Leaf::Text {
            texts: TextField::Any,
            needle: fold(text).into_owned(),
            whole: false,
        }),
        Expression::Term(Term::Field(field, values)) => {
            let mut parts: Vec<Plan> =
                values.iter().map(|value| test(snapshot, field, value, now)).collect();
            if parts.len() == 1 { parts.remove(0) } else { Plan::Or(parts) }
        }
    }
}

fn test(snapshot: &Snapshot, field: &Field, value: &Value, now: Timestamp) -> Plan {
    let vocabulary = &snapshot.vocabulary;
    match field.kind {
        FieldKind::Facet(facet) => facet_test(vocabulary, facet, value),
        FieldKind::Reach => facet_test(vocabulary, Facet::Reach, value),
        FieldKind::Owner => match value {
            Value::Word(word) if !OWNER_WORDS.iter().any(|w| w.eq_ignore_ascii_case(word)) => {
                let codes = matching(&vocabulary.owners, word);
                // While the state is unknown, so is the name.
                Plan::Or(vec![
                    Plan::Leaf(Leaf::CodeIn { column: code::OWNER_NAME, codes }),
                    values_leaf(vocabulary, Facet::Owner, |_| false),
                ])
            }
            _ => facet_test(vocabulary, Facet::Owner, value),
        },
        FieldKind::Time { column, is_ahead } => time_test(snapshot, column, is_ahead, value, now),
        FieldKind::Score => Plan::Leaf(score_test(value)),
        FieldKind::Text(texts) => text_test(texts, value),
        FieldKind::Id => Plan::Leaf(Leaf::Nodes(named(snapshot, value, true))),
        FieldKind::Path(direction) => {
            let ends = named(snapshot, value, false);
            Plan::Leaf(Leaf::Nodes(snapshot.closure(&ends, direction)))
        }
    }
}

/// The values of a facet that pass, and beside them those that leave it open.
fn values_leaf(vocabulary: &Vocabulary, facet: Facet, pass: impl Fn(u32) -> bool) -> Plan {
    let all = 0..facet.values(vocabulary) as u32;
    let (values, others): (Vec<u32>, Vec<u32>) = all.partition(|value| pass(*value));
    let open = |value: &u32| facet.sense(*value, vocabulary) == Sense::Unknown;
    let unknown = others.into_iter().filter(open).collect();
    Plan::Leaf(Leaf::Values { facet, values, unknown })
}

fn facet_test(vocabulary: &Vocabulary, facet: Facet, value: &Value) -> Plan {
    let sense = |wanted: Sense| {
        values_leaf(vocabulary, facet, |value| facet.sense(value, vocabulary) == wanted)
    };
    match value {
        Value::None => sense(Sense::None),
        Value::Any => sense(Sense::Some),
        Value::Unknown => sense(Sense::Unknown),
        Value::Word(word) => match vocabulary.symbols(facet) {
            Some(symbols) => {
                let found = matching(symbols, word);
                values_leaf(vocabulary, facet, |value| found.binary_search(&value).is_ok())
            }
            None => values_leaf(vocabulary, facet, |value| {
                facet.value_text(value, vocabulary).eq_ignore_ascii_case(word)
            }),
        },
        Value::Compare(operator, Scalar::Level(level)) => {
            let level = *level as u32;
            values_leaf(vocabulary, facet, |value| {
                let Some(at) = value.checked_sub(REACH_LEVELS as u32) else { return false };
                at < LEVELS as u32
                    && match operator {
                        Operator::Less => at < level,
                        Operator::AtMost => at <= level,
                        Operator::More => at > level,
                        Operator::AtLeast => at >= level,
                        Operator::Exactly => at == level,
                    }
            })
        }
        _ => values_leaf(vocabulary, facet, |_| false),
    }
}

/// The symbols that a word names: the whole text whatever the case, with `*` for anything, or the
/// part of a kind after its provider. Sorted.
fn matching(symbols: &Symbols, word: &str) -> Vec<u32> {
    let word = fold(word);
    let pieces: Vec<&str> = word.split('*').collect();
    let fits = |text: &str| match pieces.as_slice() {
        [whole] => text == *whole,
        [first, middle @ .., last] => {
            let Some(inside) = text.strip_prefix(first).and_then(|t| t.strip_suffix(last)) else {
                return false;
            };
            let mut rest = inside;
            middle.iter().all(|piece| match rest.find(piece) {
                Some(at) => {
                    rest = &rest[at + piece.len()..];
                    true
                }
                None => false,
            })
        }
        [] => false,
    };
    let mut found = Vec::new();
    for (symbol, text) in symbols.iter().filter(|(_, t)| !t.is_empty() && *t != PENDING) {
        let text = fold(text);
        let noun = text.split_once('.').map(|(_, noun)| noun);
        if fits(&text) || noun.is_some_and(fits) {
            found.push(symbol);
        }
    }
    found
}

fn time_test(
    snapshot: &Snapshot,
    column: usize,
    is_ahead: bool,
    value: &Value,
    now: Timestamp,
) -> Plan {
    // What it was last seen by is told by its scopes too, not by the column alone.
    let seen = (column == time::LAST_SEEN).then(|| snapshot.seen.clone());
    let between = |from: i64, to: i64| {
        Plan::Leaf(match seen.clone() {
            Some(sets) => Leaf::SeenBetween { sets, from, to },
            None => Leaf::Between { column, from, to },
        })
    };
    let nothing = || between(0, 0);
    let span = |scalar: &Scalar| match scalar {
        Scalar::Moment(moment) => {
            moment.span(now, is_ahead).map(|span| (span, moment.is_relative()))
        }
        _ => None,
    };
    let (first, last) = (NEVER + 1, i64::MAX);
    match value {
        Value::None if seen.is_some() => Plan::Not(Box::new(between(first, last))),
        Value::None => Plan::Leaf(Leaf::NoTime { column }),
        Value::Any => between(first, last),
        Value::Is(scalar) => match span(scalar) {
            Some((span, true)) => away(span, Operator::AtMost, is_ahead, now, between),
            Some(((from, to), false)) => between(from, to),
            None => nothing(),
        },
        Value::Compare(operator, scalar) => match (span(scalar), operator) {
            (Some((span, true)), operator) => away(span, *operator, is_ahead, now, between),
            (Some(((from, _), _)), Operator::Less) => between(first, from),
            (Some(((_, to), _)), Operator::AtMost) => between(first, to),
            (Some(((_, to), _)), Operator::More) => between(to, last),
            (Some(((from, _), _)), Operator::AtLeast) => between(from, last),
            _ => nothing(),
        },
        Value::Range(from, to) => {
            let from = from.as_ref().map_or(Some(first), |s| span(s).map(|((from, _), _)| from));
            let to = to.as_ref().map_or(Some(last), |s| span(s).map(|((_, to), _)| to));
            match (from, to) {
                (Some(from), Some(to)) => between(from, to),
                _ => nothing(),
            }
        }
        Value::Unknown | Value::Word(_) => nothing(),
    }
}

/// What is nearer to now or further from it than an instant.
fn away(
    (from, to): (i64, i64),
    operator: Operator,
    is_ahead: bool,
    now: Timestamp,
    between: impl Fn(i64, i64) -> Plan,
) -> Plan {
    let (first, last, now) = (NEVER + 1, i64::MAX, now.micros());
    match (operator, is_ahead) {
        (Operator::More, false) => between(first, from),
        (Operator::AtLeast, false) => between(first, to),
        (Operator::Less, false) => between(to, last),
        (_, false) => between(from, last),
        (Operator::More, true) => between(to, last),
        (Operator::AtLeast, true) => between(from, last),
        (Operator::Less, true) => between(now, from),
        (_, true) => between(now, to),
    }
}

fn score_test(value: &Value) -> Leaf {
    let number = |scalar: &Scalar| match scalar {
        Scalar::Number(number) => *number,
        _ => 0,
    };
    let between = |from: u32, to: u32| Leaf::CodeBetween { column: code::SCORE, from, to };
    match value {
        Value::Is(scalar) => between(number(scalar), number(scalar)),
        Value::Compare(operator, scalar) => match (operator, number(scalar)) {
            (Operator::Less, 0) => between(1, 0),
            (Operator::Less, n) => between(0, n - 1),
            (Operator::AtMost, n) => between(0, n),
            (Operator::More, u32::MAX) => between(1, 0),
            (Operator::More, n) => between(n + 1, u32::MAX),
            (_, n) => between(n, u32::MAX),
        },
        Value::Range(from, to) => {
            between(from.as_ref().map_or(0, number), to.as_ref().map_or(u32::MAX, number))
        }
        _ => between(1, 0),
    }
}

fn text_test(texts: TextField, value: &Value) -> Plan {
    let text = |text: &str, whole| {
        Plan::Leaf(Leaf::Text { texts, needle: fold(text).into_owned(), whole })
    };
    match value {
        Value::Word(word) => text(word, false),
        Value::Compare(_, Scalar::Text(word)) => text(word, true),
        Value::None => Plan::Leaf(Leaf::NoText { texts }),
        _ => Plan::Not(Box::new(Plan::Leaf(Leaf::NoText { texts }))),
    }
}

/// The nodes that a text names: by public id, by the whole native id, and unless only ids count by
/// the whole name or alias.
fn named(snapshot: &Snapshot, value: &Value, only_ids: bool) -> RoaringBitmap {
    let Value::Word(word) = value else { return RoaringBitmap::new() };
    let mut nodes = RoaringBitmap::new();
    if let Ok(id) = word.parse::<PublicId>()
        && let Some(node) = snapshot.find(id)
    {
        nodes.insert(node.0);
    }
    let needle = fold(word);
    let is = |text: &str| fold(text) == needle;
    let names = |node: u32| {
        is(snapshot.native(node))
            || !only_ids
                && (is(snapshot.name(node))
                    || snapshot.row(node).is_some_and(|r| r.aliases.iter().any(|a| is(&a.value))))
    };
    let found = snapshot.base.fixed.search.find(&needle).nodes - &snapshot.overlay.hidden;
    nodes.extend(found.iter().filter(|node| names(*node)));
    nodes.extend(snapshot.overlay.rows.keys().copied().filter(|node| names(*node)));
    nodes
}

impl Snapshot {
    /// The names in a query that nothing in this snapshot has, with near ones that something has.
    /// A query with such a name is not wrong, but most likely mistyped.
    #[must_use]
    pub fn unknown_values(&self, query: &Query) -> Vec<UnknownValue> {
        let mut unknown = Vec::new();
        collect_unknown(&self.vocabulary, &query.0, &mut unknown);
        unknown
    }
}

fn collect_unknown(vocabulary: &Vocabulary, of: &Expression, unknown: &mut Vec<UnknownValue>) {
    match of {
        Expression::All | Expression::Term(Term::Text(_)) => {}
        Expression::And(parts) | Expression::Or(parts) => {
            parts.iter().for_each(|part| collect_unknown(vocabulary, part, unknown));
        }
        Expression::Not(part) => collect_unknown(vocabulary, part, unknown),
        Expression::Term(Term::Field(field, values)) => {
            let symbols = match field.kind {
                FieldKind::Facet(facet) => vocabulary.symbols(facet),
                _ => None,
            };
            let Some(symbols) = symbols else { return };
            for value in values {
                if let Value::Word(word) = value
                    && matching(symbols, word).is_empty()
                {
                    let known = symbols.iter().map(|(_, text)| text);
                    let known = known.filter(|text| !text.is_empty() && *text != PENDING);
                    let suggestions = nearest(word, known);
                    unknown.push(UnknownValue {
                        field: field.name,
                        value: word.clone(),
                        suggestions,
                    });
                }
            }
        }
    }
}

impl Direction {
    /// The other way.
    #[must_use]
    pub const fn reversed(self) -> Self {
        match self {
            Self::Outward => Self::Inward,
            Self::Inward => Self::Outward,
        }
    }
}
