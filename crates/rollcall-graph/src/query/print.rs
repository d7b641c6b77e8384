//! The canonical text of a query.

use std::fmt;

use super::ast::{Expression, Operator, Query, Scalar, Term, Value};
use crate::words::LEVEL_WORDS;

impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => Ok(()),
            Self::And(parts) => {
                for (i, part) in parts.iter().enumerate() {
                    if i > 0 {
                        f.write_str(" ")?;
                    }
                    match part {
                        Self::Or(_) => write!(f, "({part})")?,
                        _ => write!(f, "{part}")?,
                    }
                }
                Ok(())
            }
            Self::Or(parts) => {
                for (i, part) in parts.iter().enumerate() {
                    if i > 0 {
                        f.write_str(" OR ")?;
                    }
                    write!(f, "{part}")?;
                }
                Ok(())
            }
            Self::Not(part) => match &**part {
                Self::And(_) | Self::Or(_) => write!(f, "-({part})"),
                _ => write!(f, "-{part}"),
            },
            Self::Term(term) => term.fmt(f),
        }
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => {
                let special = |c: char| c.is_whitespace() || "()\"\\:,".contains(c);
                let keyword = ["AND", "OR", "NOT"].contains(&text.as_str());
                if text.is_empty() || text.starts_with('-') || keyword || text.contains(special) {
                    quoted(text, f)
                } else {
                    f.write_str(text)
                }
            }
            Self::Field(field, values) => {
                write!(f, "{}:", field.name)?;
                match values.as_slice() {
                    [value] => value.fmt(f),
                    values => {
                        for (i, value) in values.iter().enumerate() {
                            f.write_str(if i == 0 { "(" } else { "," })?;
                            value.fmt(f)?;
                        }
                        f.write_str(")")
                    }
                }
            }
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::Any => f.write_str("any"),
            Self::Unknown => f.write_str("unknown"),
            Self::Word(word) => text(word, f),
            Self::Is(scalar) => scalar.fmt(f),
            Self::Compare(operator, scalar) => write!(f, "{}{scalar}", operator.as_str()),
            Self::Range(from, to) => {
                if let Some(from) = from {
                    from.fmt(f)?;
                }
                f.write_str("..")?;
                to.iter().try_for_each(|to| to.fmt(f))
            }
        }
    }
}

impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Moment(moment) => moment.fmt(f),
            Self::Number(number) => number.fmt(f),
            Self::Level(level) => {
                let word = LEVEL_WORDS.iter().find(|(l, _)| l == level).map(|(_, word)| *word);
                f.write_str(word.unwrap_or_default())
            }
            Self::Text(value) => text(value, f),
        }
    }
}

/// A word after a colon, in quotes where it would mean something else without.
fn text(word: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let special = |c: char| c.is_whitespace() || "()\"\\,".contains(c);
    let is_keyword = ["none", "any", "unknown"].iter().any(|k| word.eq_ignore_ascii_case(k));
    let starts = word.starts_with(['<', '>', '=']);
    if word.is_empty() || is_keyword || starts || word.contains(special) {
        quoted(word, f)
    } else {
        f.write_str(word)
    }
}

pub(crate) fn quoted(text: &str, f: &mut impl fmt::Write) -> fmt::Result {
    f.write_char('"')?;
    for c in text.chars() {
        if matches!(c, '"' | '\\') {
            f.write_char('\\')?;
        }
        f.write_char(c)?;
    }
    f.write_char('"')
}

/// Every operator with its text, the longer ones first.
pub(crate) const OPERATORS: [Operator; 5] =
    [Operator::AtMost, Operator::AtLeast, Operator::Less, Operator::More, Operator::Exactly];
