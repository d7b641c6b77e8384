//! A TOML document whose values know where they stand.

use serde_json::Value;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::Place;
use super::nearest::hint;
use crate::failure::Failure;

/// How many errors are told at once.
const MOST_ERRORS: usize = 12;

/// A document being read, with what was found wrong so far.
pub(super) struct Document<'t> {
    shown: String,
    text: &'t str,
    errors: Vec<(Place, String)>,
}

/// A table: names and values with their places.
#[derive(Clone, Debug)]
pub(super) struct Table {
    pub(super) place: Place,
    pub(super) entries: Vec<Entry>,
}

/// One entry of a table.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) place: Place,
    pub(super) value: Node,
    pub(super) value_place: Place,
}

/// A value.
#[derive(Clone, Debug)]
pub(super) enum Node {
    Text(String),
    Integer(i64),
    Boolean(bool),
    List(Vec<(Node, Place)>),
    Table(Table),
    /// A float or a date, which no setting is.
    Other(&'static str),
}

impl Node {
    /// What it is, for people. Never its content, which may be a secret in the wrong place.
    pub(super) fn what(&self) -> &'static str {
        match self {
            Self::Text(_) => "a text",
            Self::Integer(_) => "a whole number",
            Self::Boolean(_) => "true or false",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
            Self::Other(what) => what,
        }
    }

    /// As JSON.
    pub(super) fn to_json(&self) -> Value {
        match self {
            Self::Text(text) => text.clone().into(),
            Self::Integer(number) => (*number).into(),
            Self::Boolean(flag) => (*flag).into(),
            Self::List(items) => items.iter().map(|(item, _)| item.to_json()).collect(),
            Self::Table(table) => {
                let pairs = table.entries.iter().map(|e| (e.name.clone(), e.value.to_json()));
                Value::Object(pairs.collect())
            }
            Self::Other(_) => Value::Null,
        }
    }
}

impl Table {
    pub(super) fn get(&self, name: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.name == name)
    }
}

impl<'t> Document<'t> {
    pub(super) fn new(shown: &str, text: &'t str) -> Self {
        Self { shown: shown.to_owned(), text, errors: Vec::new() }
    }

    /// The root table.
    pub(super) fn parse(&mut self) -> Result<Table, Failure> {
        let (root, errors) = DeTable::parse_recoverable(self.text);
        for error in errors.iter().take(3) {
            let place = self.place(error.span().map_or(0, |span| span.start));
            self.error(place, format!("this is not TOML: {}", error.message()));
        }
        if errors.is_empty() { Ok(self.convert(0, root.get_ref())) } else { Err(self.failure()) }
    }

    fn convert(&self, start: usize, table: &DeTable<'_>) -> Table {
        let mut entries: Vec<(usize, Entry)> = table
            .iter()
            .map(|(name, value)| {
                let entry = Entry {
                    name: name.get_ref().to_string(),
                    place: self.place(name.span().start),
                    value: self.node(value),
                    value_place: self.place(value.span().start),
                };
                (name.span().start, entry)
            })
            .collect();
        entries.sort_by_key(|(at, _)| *at);
        let entries = entries.into_iter().map(|(_, entry)| entry).collect();
        Table { place: self.place(start), entries }
    }

    fn node(&self, value: &Spanned<DeValue<'_>>) -> Node {
        match value.get_ref() {
            DeValue::String(text) => Node::Text(text.to_string()),
            DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
                .map_or(Node::Other("a number too large"), Node::Integer),
            DeValue::Boolean(flag) => Node::Boolean(*flag),
            DeValue::Array(items) => Node::List(
                items.iter().map(|i| (self.node(i), self.place(i.span().start))).collect(),
            ),
            DeValue::Table(table) => Node::Table(self.convert(value.span().start, table)),
            DeValue::Float(_) => Node::Other("a decimal number"),
            DeValue::Datetime(_) => Node::Other("a date"),
        }
    }

    fn place(&self, offset: usize) -> Place {
        let mut end = offset.min(self.text.len());
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        let before = &self.text[..end];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Place {
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }

    /// Keeps an error.
    pub(super) fn error(&mut self, place: Place, message: impl Into<String>) {
        self.errors.push((place, message.into()));
    }

    /// Keeps an error for every entry that is not one of the known.
    pub(super) fn known(&mut self, table: &Table, section: &str, known: &[&str]) {
        for entry in &table.entries {
            if !known.contains(&entry.name.as_str()) {
                let hint = hint(&entry.name, known, "known keys");
                self.error(entry.place, format!("unknown key {:?} in {section}{hint}", entry.name));
            }
        }
    }

    fn wrong(&mut self, entry: &Entry, section: &str, expected: &str) {
        let message =
            format!("{} in {section} is {}; expected {expected}", entry.name, entry.value.what());
        self.error(entry.value_place, message);
    }

    pub(super) fn table(&mut self, table: &Table, section: &str, name: &str) -> Option<Table> {
        let entry = table.get(name)?;
        if let Node::Table(inner) = &entry.value {
            return Some(inner.clone());
        }
        self.wrong(entry, section, "a table");
        None
    }

    pub(super) fn text(
        &mut self,
        table: &Table,
        section: &str,
        name: &str,
    ) -> Option<(String, Place)> {
        let entry = table.get(name)?;
        if let Node::Text(text) = &entry.value {
            return Some((text.clone(), entry.value_place));
        }
        self.wrong(entry, section, "a text in quotes");
        None
    }

    pub(super) fn texts(
        &mut self,
        table: &Table,
        section: &str,
        name: &str,
    ) -> Vec<(String, Place)> {
        let Some(entry) = table.get(name) else { return Vec::new() };
        let mut texts = Vec::new();
        if let Node::List(items) = &entry.value {
            for (item, place) in items {
                match item {
                    Node::Text(text) => texts.push((text.clone(), *place)),
                    other => {
                        let message = format!(
                            "an item of {name} in {section} is {}; expected a text",
                            other.what()
                        );
                        self.error(*place, message);
                    }
                }
            }
        } else {
            self.wrong(entry, section, "a list of texts");
        }
        texts
    }

    /// A whole number within bounds.
    pub(super) fn integer(
        &mut self,
        table: &Table,
        section: &str,
        name: &str,
        bounds: std::ops::RangeInclusive<i64>,
    ) -> Option<i64> {
        let entry = table.get(name)?;
        match entry.value {
            Node::Integer(number) if bounds.contains(&number) => return Some(number),
            Node::Integer(number) => {
                let message = format!(
                    "{name} in {section} is {number}; expected a number from {} to {}",
                    bounds.start(),
                    bounds.end()
                );
                self.error(entry.value_place, message);
            }
            _ => self.wrong(entry, section, "a whole number"),
        }
        None
    }

    /// Fails when anything was wrong.
    pub(super) fn finish(&mut self) -> Result<(), Failure> {
        if self.errors.is_empty() { Ok(()) } else { Err(self.failure()) }
    }

    fn failure(&mut self) -> Failure {
        self.errors.sort_by_key(|(place, _)| (place.line, place.column));
        let more = self.errors.len().saturating_sub(MOST_ERRORS);
        let mut lines: Vec<String> = self
            .errors
            .iter()
            .take(MOST_ERRORS)
            .map(|(place, message)| {
                format!("{}:{}:{}: {message}", self.shown, place.line, place.column)
            })
            .collect();
        if more > 0 {
            lines.push(format!("and {more} more"));
        }
        Failure::new("config", lines.join("\n"))
    }
}
