//! One tree for YAML, JSON and TOML: scalars, lists and maps, each with its place in the file.

use std::fmt;
use std::ops::{Deref, Range};

use zeroize::Zeroizing;

use crate::text::{Lines, Position};

/// The text of a scalar: a part of the file, or a copy that is zeroised when dropped.
#[derive(Clone)]
pub enum Text<'a> {
    /// As it stands in the file.
    Borrowed(&'a str),
    /// Unescaped or folded.
    Owned(Zeroizing<String>),
}

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Self::Borrowed(text) => text,
            Self::Owned(text) => text,
        }
    }
}

/// Scalars may hold secrets: only their length is ever printed.
impl fmt::Debug for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{} bytes>", self.len())
    }
}

/// What a node is.
#[derive(Clone, Debug)]
pub enum Value<'a> {
    /// A text, number, boolean or nothing, as spelled. `plain` scalars had no quotes, so that
    /// `true` and `null` are words of the format.
    Scalar {
        /// The text after unescaping.
        text: Text<'a>,
        /// Written without quotes.
        plain: bool,
    },
    /// A list.
    List(Vec<Node<'a>>),
    /// A map in file order; a key may occur twice.
    Map(Vec<Entry<'a>>),
}

/// A key of a map and its value.
#[derive(Clone, Debug)]
pub struct Entry<'a> {
    /// The key.
    pub key: Text<'a>,
    /// Where the key stands.
    pub at: Position,
    /// The value.
    pub value: Node<'a>,
}

impl Entry<'_> {
    /// The lines from the key to the end of its value.
    #[must_use]
    pub fn lines(&self) -> Lines {
        Lines::new(self.at.line, self.value.last_line.max(self.at.line))
    }
}

/// A value and where it stands.
#[derive(Clone, Debug)]
pub struct Node<'a> {
    /// The value.
    pub value: Value<'a>,
    /// Where it begins.
    pub at: Position,
    /// The last line of it.
    pub last_line: u32,
    /// The bytes of the file that spell it.
    pub source: Range<usize>,
}

impl<'a> Node<'a> {
    /// An empty map at the beginning, which stands for a file that holds nothing.
    #[must_use]
    pub fn nothing() -> Self {
        Self { value: Value::Map(Vec::new()), at: Position::default(), last_line: 1, source: 0..0 }
    }

    /// The text of a scalar that is not null.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar { text, .. } if !self.is_null() => Some(text),
            _ => None,
        }
    }

    /// Whether it is an explicit or implied null.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(&self.value, Value::Scalar { text, plain: true }
            if matches!(&**text, "" | "~" | "null" | "Null" | "NULL"))
    }

    /// The value of an unquoted boolean.
    #[must_use]
    pub fn boolean(&self) -> Option<bool> {
        match &self.value {
            Value::Scalar { text, plain: true } => match &**text {
                "true" | "True" | "TRUE" => Some(true),
                "false" | "False" | "FALSE" => Some(false),
                _ => None,
            },
            _ => None,
        }
    }

    /// The items of a list; nothing for anything else.
    #[must_use]
    pub fn items(&self) -> &[Node<'a>] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    /// The entries of a map; nothing for anything else.
    #[must_use]
    pub fn entries(&self) -> &[Entry<'a>] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    /// Whether it is a map.
    #[must_use]
    pub fn is_map(&self) -> bool {
        matches!(self.value, Value::Map(_))
    }

    /// The last entry of a map with a key: what most readers take where a key occurs twice.
    #[must_use]
    pub fn entry(&self, key: &str) -> Option<&Entry<'a>> {
        self.entries().iter().rev().find(|entry| &*entry.key == key)
    }

    /// The value under a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Node<'a>> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The value under the first of several keys that is there.
    #[must_use]
    pub fn get_any(&self, keys: &[&str]) -> Option<&Node<'a>> {
        keys.iter().find_map(|key| self.get(key))
    }

    /// The texts of a list of scalars, or the one text of a scalar.
    #[must_use]
    pub fn texts(&self) -> Vec<&str> {
        match &self.value {
            Value::List(items) => items.iter().filter_map(Node::text).collect(),
            _ => self.text().into_iter().collect(),
        }
    }

    /// The lines it takes.
    #[must_use]
    pub fn lines(&self) -> Lines {
        Lines::new(self.at.line, self.last_line)
    }
}
