//! From the text after a colon to a value of a field.

use std::ops::Range;

use super::ast::{Operator, Scalar, Value};
use super::field::{Field, FieldKind};
use super::moment::Moment;
use super::parse::{QueryError, nearest};
use super::print::OPERATORS;
use crate::facet::Facet;
use crate::words::LEVEL_WORDS;

/// A value as written.
pub(crate) struct Raw<'a> {
    pub(crate) operator: Option<Operator>,
    pub(crate) text: &'a str,
    pub(crate) is_quoted: bool,
    pub(crate) span: Range<usize>,
}

/// The operator at the beginning of a text.
pub(crate) fn operator(text: &str) -> Option<Operator> {
    OPERATORS.into_iter().find(|operator| text.starts_with(operator.as_str()))
}

/// Reads a value.
pub(crate) fn read(field: &'static Field, raw: &Raw<'_>) -> Result<Value, QueryError> {
    if raw.operator.is_none() && !raw.is_quoted {
        let is = |word: &str| raw.text.eq_ignore_ascii_case(word);
        if is("none") && field.allows_none() {
            return Ok(Value::None);
        }
        if is("any") && field.allows_none() {
            return Ok(Value::Any);
        }
        if is("unknown") && field.allows_unknown() {
            return Ok(Value::Unknown);
        }
    }
    match field.kind {
        FieldKind::Facet(facet) => match facet.words() {
            Some(words) => plain(field, raw).and_then(|()| word(field, raw, words)),
            None => plain(field, raw).map(|()| Value::Word(raw.text.to_owned())),
        },
        FieldKind::Owner | FieldKind::Id | FieldKind::Path(_) => {
            plain(field, raw).map(|()| Value::Word(raw.text.to_owned()))
        }
        FieldKind::Reach => match raw.operator {
            None => word(field, raw, Facet::Reach.words().unwrap_or_default()),
            Some(Operator::Exactly) => Err(no_equals(field, raw)),
            Some(operator) => Ok(Value::Compare(operator, level(raw)?)),
        },
        FieldKind::Text(_) => match raw.operator {
            None => Ok(Value::Word(raw.text.to_owned())),
            Some(Operator::Exactly) => {
                Ok(Value::Compare(Operator::Exactly, Scalar::Text(raw.text.to_owned())))
            }
            Some(_) => Err(no_comparison(field, raw)),
        },
        FieldKind::Time { .. } => ordered(field, raw, |text| {
            Moment::parse(text).map(Scalar::Moment).ok_or(
                "a time: 2026-05-03, 2026-05, 2026, an RFC 3339 time, 90d, 12h, 10min, 2w, 1y or now",
            )
        }),
        FieldKind::Score => ordered(field, raw, |text| {
            let plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
            let number = if plain { text.parse().ok() } else { None };
            number.map(Scalar::Number).ok_or("a whole number")
        }),
    }
}

fn plain(field: &Field, raw: &Raw<'_>) -> Result<(), QueryError> {
    match raw.operator {
        None => Ok(()),
        Some(_) => Err(no_comparison(field, raw)),
    }
}

fn no_comparison(field: &Field, raw: &Raw<'_>) -> QueryError {
    let operator = raw.operator.map_or("", Operator::as_str);
    let message = format!(
        "`{}` cannot be compared with `{operator}`; it takes {}",
        field.name,
        field.takes()
    );
    QueryError::new(raw.span.clone(), message).suggest(vec![raw.text.to_owned()])
}

fn no_equals(field: &Field, raw: &Raw<'_>) -> QueryError {
    let message = format!("`{}` takes no `=`: the colon says it already", field.name);
    QueryError::new(raw.span.clone(), message).suggest(vec![raw.text.to_owned()])
}

fn word(field: &Field, raw: &Raw<'_>, words: &'static [&'static str]) -> Result<Value, QueryError> {
    let synonym = match raw.text.to_ascii_lowercase().as_str() {
        "yes" => "true",
        "no" => "false",
        _ => raw.text,
    };
    let known = words
        .iter()
        .find(|w| w.eq_ignore_ascii_case(raw.text))
        .or_else(|| words.iter().find(|w| w.eq_ignore_ascii_case(synonym)));
    if let Some(word) = known {
        return Ok(Value::Word((*word).to_owned()));
    }
    let message =
        format!("`{}` is no value of `{}`; expected one of {}", raw.text, field.name, shown(words));
    Err(QueryError::new(raw.span.clone(), message).suggest(nearest(raw.text, field.words())))
}

/// A list of words for a message; of long lists the beginning.
fn shown(words: &[&str]) -> String {
    match words.get(..12).filter(|_| words.len() > 12) {
        Some(first) => format!("{} and {} more", first.join(", "), words.len() - 12),
        None => words.join(", "),
    }
}

fn level(raw: &Raw<'_>) -> Result<Scalar, QueryError> {
    let known = LEVEL_WORDS.iter().find(|(_, word)| word.eq_ignore_ascii_case(raw.text));
    known.map(|(level, _)| Scalar::Level(*level)).ok_or_else(|| {
        let words = LEVEL_WORDS.map(|(_, word)| word);
        let message =
            format!("`{}` is no level of access; expected one of {}", raw.text, words.join(", "));
        QueryError::new(raw.span.clone(), message).suggest(nearest(raw.text, words))
    })
}

fn ordered(
    field: &Field,
    raw: &Raw<'_>,
    read: impl Fn(&str) -> Result<Scalar, &'static str>,
) -> Result<Value, QueryError> {
    let part = |text: &str| {
        read(text).map_err(|expected| {
            let message = format!("`{text}` is no value of `{}`; expected {expected}", field.name);
            QueryError::new(raw.span.clone(), message).suggest(nearest(text, field.words()))
        })
    };
    match (raw.operator, raw.text.split_once("..")) {
        (Some(Operator::Exactly), _) => Err(no_equals(field, raw)),
        (Some(operator), _) => Ok(Value::Compare(operator, part(raw.text)?)),
        (None, None) => Ok(Value::Is(part(raw.text)?)),
        (None, Some(("", ""))) => {
            Err(QueryError::new(raw.span.clone(), "`..` is a range without ends; use `any`")
                .suggest(vec!["any".to_owned()]))
        }
        (None, Some((from, to))) => {
            let end = |text: &str| if text.is_empty() { Ok(None) } else { part(text).map(Some) };
            Ok(Value::Range(end(from)?, end(to)?))
        }
    }
}
