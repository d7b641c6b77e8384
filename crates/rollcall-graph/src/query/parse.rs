//! From text to a query.

use std::fmt;
use std::ops::Range;

use super::ast::{Expression, Query, Term, Value};
use super::field::{FIELDS, Field, field};
use super::value::{self, Raw};

/// Brackets and negations within each other, so that no text exhausts the stack.
const DEEPEST: usize = 64;
/// Longer texts are no queries.
const LONGEST: usize = 16_384;

/// What is wrong with a text, and where.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct QueryError {
    /// The bytes of the text that are wrong; empty at the end for what is missing.
    pub span: Range<usize>,
    /// What was found and what was expected.
    pub message: String,
    /// What may have been meant, nearest first: each to stand in place of the span.
    pub suggestions: Vec<String>,
}

impl fmt::Display for QueryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match self.suggestions.as_slice() {
            [] => Ok(()),
            suggestions => write!(f, "; did you mean {}?", suggestions.join(" or ")),
        }
    }
}

impl std::error::Error for QueryError {}

impl QueryError {
    pub(crate) fn new(span: Range<usize>, message: impl Into<String>) -> Self {
        Self { span, message: message.into(), suggestions: Vec::new() }
    }

    pub(crate) fn suggest(mut self, suggestions: Vec<String>) -> Self {
        self.suggestions = suggestions;
        self
    }

    /// The query with marks under what is wrong, and the message, for a terminal.
    #[must_use]
    pub fn render(&self, text: &str) -> String {
        let before = text.get(..self.span.start).unwrap_or(text).chars().count();
        let wrong = text.get(self.span.clone()).unwrap_or_default().chars().count().max(1);
        let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        format!("{line}\n{}{}\n{self}", " ".repeat(before), "^".repeat(wrong))
    }
}

/// The words nearest to one that is unknown, nearest first.
pub(crate) fn nearest<'a>(found: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let found = found.to_lowercase();
    let most = 1 + found.chars().count() / 3;
    let mut near: Vec<(usize, &str)> = known
        .into_iter()
        .map(|word| {
            let lower = word.to_lowercase();
            let distance = strsim::damerau_levenshtein(&found, &lower);
            // A word whose beginning was typed is nearer than its length tells.
            let starts = found.len() > 1 && lower.starts_with(&found);
            (if starts { distance.min(1) } else { distance }, word)
        })
        .filter(|(distance, _)| *distance <= most)
        .collect();
    near.sort_unstable();
    near.dedup();
    near.into_iter().take(3).map(|(_, word)| word.to_owned()).collect()
}

/// Reads a query. The empty text asks for everything.
///
/// # Errors
/// When the text is no query; the error points at what is wrong.
pub fn parse(text: &str) -> Result<Query, QueryError> {
    if text.len() > LONGEST {
        let message = format!("the query has {} bytes; at most {LONGEST} are read", text.len());
        return Err(QueryError::new(0..0, message));
    }
    let mut parser = Parser { text, at: 0, depth: 0 };
    parser.space();
    if parser.rest().is_empty() {
        return Ok(Query::default());
    }
    let expression = parser.any_of()?;
    match parser.rest().chars().next() {
        None => Ok(Query(expression)),
        Some(c) => {
            let span = parser.at..parser.at + c.len_utf8();
            Err(QueryError::new(span, format!("found `{c}` with nothing open before it")))
        }
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn space(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    fn eat(&mut self, c: char) -> bool {
        let found = self.rest().starts_with(c);
        self.at += if found { c.len_utf8() } else { 0 };
        found
    }

    /// Whether the next word is a keyword, which must stand alone.
    fn keyword(&self, word: &str) -> bool {
        self.rest().strip_prefix(word).is_some_and(|rest| {
            rest.is_empty() || rest.starts_with(|c: char| c.is_whitespace() || "()\"".contains(c))
        })
    }

    fn eat_keyword(&mut self, word: &str) -> bool {
        let found = self.keyword(word);
        if found {
            self.at += word.len();
            self.space();
        }
        found
    }

    fn any_of(&mut self) -> Result<Expression, QueryError> {
        let mut parts = vec![self.all_of()?];
        while self.eat_keyword("OR") {
            parts.push(self.all_of()?);
        }
        Ok(Expression::or(parts))
    }

    fn all_of(&mut self) -> Result<Expression, QueryError> {
        let mut parts = vec![self.one()?];
        loop {
            self.space();
            if self.eat_keyword("AND") {
                parts.push(self.one()?);
                continue;
            }
            if self.rest().is_empty() || self.rest().starts_with(')') || self.keyword("OR") {
                return Ok(Expression::and(parts));
            }
            parts.push(self.one()?);
        }
    }

    fn one(&mut self) -> Result<Expression, QueryError> {
        self.space();
        let start = self.at;
        if self.depth == DEEPEST {
            let message = format!("more than {DEEPEST} brackets and negations within each other");
            return Err(QueryError::new(start..start + 1, message));
        }
        self.depth += 1;
        let result = self.one_inside(start);
        self.depth -= 1;
        result
    }

    fn one_inside(&mut self, start: usize) -> Result<Expression, QueryError> {
        if self.eat_keyword("NOT") {
            return Ok(Expression::Not(Box::new(self.one()?)));
        }
        for word in ["AND", "OR"] {
            if self.keyword(word) {
                let message = format!("found {word} where a condition should stand");
                return Err(QueryError::new(start..start + word.len(), message));
            }
        }
        match self.rest().chars().next() {
            None => {
                Err(QueryError::new(start..start, "the query ends where a condition should stand"))
            }
            Some('-') => {
                self.at += 1;
                if self.rest().starts_with(|c: char| c.is_whitespace()) || self.rest().is_empty() {
                    let message = "found `-` with nothing after it to negate; put it in quotes to search for it";
                    return Err(QueryError::new(start..start + 1, message));
                }
                Ok(Expression::Not(Box::new(self.one()?)))
            }
            Some('(') => {
                self.at += 1;
                let inside = self.any_of()?;
                self.space();
                if !self.eat(')') {
                    return Err(QueryError::new(start..start + 1, "this bracket is not closed"));
                }
                Ok(inside)
            }
            Some(')') => {
                Err(QueryError::new(start..start + 1, "found `)` where a condition should stand"))
            }
            Some('"') => Ok(Expression::Term(Term::Text(self.quoted()?))),
            Some(_) => self.term(start),
        }
    }

    /// A text in quotes; a backslash takes the next character as it is.
    fn quoted(&mut self) -> Result<String, QueryError> {
        let start = self.at;
        let mut text = String::new();
        let mut chars = self.rest().char_indices().skip(1);
        while let Some((offset, c)) = chars.next() {
            match c {
                '"' => {
                    self.at = start + offset + 1;
                    return Ok(text);
                }
                '\\' => text.extend(chars.next().map(|(_, c)| c)),
                c => text.push(c),
            }
        }
        Err(QueryError::new(start..self.text.len(), "this quote is not closed"))
    }

    fn bare(&mut self, stop: &str) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|c: char| c.is_whitespace() || stop.contains(c)).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    fn term(&mut self, start: usize) -> Result<Expression, QueryError> {
        let word = self.bare("()\"");
        let Some((name, _)) = word.split_once(':').filter(|(name, _)| is_name(name)) else {
            return Ok(Expression::Term(Term::Text(word.to_owned())));
        };
        let span = start..start + name.len();
        let Some(field) = field(name) else {
            let near = nearest(name, FIELDS.iter().map(|field| field.name));
            let message = format!(
                "there is no field `{name}`; put the whole in quotes to search for it as text"
            );
            return Err(QueryError::new(span, message).suggest(near));
        };
        self.at = span.end + 1;
        let values = self.values(field)?;
        Ok(Expression::Term(Term::Field(field, values)))
    }

    fn values(&mut self, field: &'static Field) -> Result<Vec<Value>, QueryError> {
        let open = self.at;
        let in_brackets = self.eat('(');
        let mut values = Vec::new();
        loop {
            if in_brackets {
                self.space();
            }
            values.push(self.value(field)?);
            if in_brackets {
                self.space();
            }
            if self.eat(',') {
                continue;
            }
            if !in_brackets {
                return Ok(values);
            }
            if self.eat(')') {
                return Ok(values);
            }
            let end = self.at;
            return Err(match self.rest().chars().next() {
                None => QueryError::new(open..open + 1, "this bracket is not closed"),
                Some(c) => QueryError::new(
                    end..end + c.len_utf8(),
                    format!("found `{c}` in a list; expected `,` or `)`"),
                ),
            });
        }
    }

    fn value(&mut self, field: &'static Field) -> Result<Value, QueryError> {
        let start = self.at;
        let operator = value::operator(self.rest());
        self.at += operator.map_or(0, |operator| operator.as_str().len());
        let (text, is_quoted) = if self.rest().starts_with('"') {
            (self.quoted()?, true)
        } else {
            (self.bare("()\",").to_owned(), false)
        };
        if text.is_empty() && !is_quoted {
            let message = format!("`{}:` wants {} after it", field.name, field.takes());
            let suggestions = field.words().into_iter().take(3).map(str::to_owned).collect();
            return Err(QueryError::new(start..self.at, message).suggest(suggestions));
        }
        let raw = Raw { operator, text: &text, is_quoted, span: start..self.at };
        value::read(field, &raw)
    }
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
}
