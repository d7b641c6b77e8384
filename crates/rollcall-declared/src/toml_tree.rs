//! TOML into the tree. The parser recovers by itself and reports every break.

use toml::Spanned;
use toml::de::{DeTable, DeValue};
use zeroize::Zeroizing;

use crate::text::{Issue, LineIndex};
use crate::tree::{Entry, Node, Text, Value};

/// How deep lists and maps may nest; the parser's own limit is lower.
const DEPTH: usize = 256;
/// How many breaks are worth reading.
const ISSUES: usize = 20;

/// The tree of a text, and an issue for each place where it broke.
#[must_use]
pub(crate) fn parse<'a>(text: &'a str, issues: &mut Vec<Issue>) -> Node<'a> {
    let lines = LineIndex::new(text);
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in errors.into_iter().take(ISSUES) {
        let offset = error.span().map_or(0, |span| span.start);
        let message = error.message().lines().next().unwrap_or("broken").to_owned();
        issues.push(Issue::hides("toml_syntax", message, lines.position(text, offset)));
    }
    let reader = Reader { text, lines };
    let span = table.span();
    reader.table(table.into_inner(), span, 0)
}

struct Reader<'a> {
    text: &'a str,
    lines: LineIndex,
}

impl<'a> Reader<'a> {
    fn node(&self, value: Value<'a>, span: std::ops::Range<usize>) -> Node<'a> {
        let own_last = self.lines.position(self.text, span.end.max(1) - 1).line;
        // The span of `[table]` is its header: its content tells where it ends.
        let inner_last = match &value {
            Value::Map(entries) => entries.iter().map(|e| e.lines().last).max().unwrap_or_default(),
            _ => 0,
        };
        Node {
            value,
            at: self.lines.position(self.text, span.start),
            last_line: own_last.max(inner_last),
            source: span,
        }
    }

    fn table(&self, table: DeTable<'a>, span: std::ops::Range<usize>, depth: usize) -> Node<'a> {
        let mut entries: Vec<Entry<'a>> = Vec::with_capacity(table.len());
        if depth < DEPTH {
            for (key, value) in table {
                let at = self.lines.position(self.text, key.span().start);
                let value = self.value(value, depth + 1);
                entries.push(Entry { key: own(key.into_inner()), at, value });
            }
        }
        // The map is sorted by key; the file's order is the one people know.
        entries.sort_by_key(|entry| entry.at);
        self.node(Value::Map(entries), span)
    }

    fn value(&self, value: Spanned<DeValue<'a>>, depth: usize) -> Node<'a> {
        let span = value.span();
        let scalar = |text: Text<'a>, plain| self.node(Value::Scalar { text, plain }, span.clone());
        match value.into_inner() {
            DeValue::String(text) => scalar(own(text), false),
            DeValue::Boolean(true) => scalar(Text::Borrowed("true"), true),
            DeValue::Boolean(false) => scalar(Text::Borrowed("false"), true),
            DeValue::Array(mut items) if depth < DEPTH => {
                let items = items.iter_mut().map(|item| {
                    let span = item.span();
                    let inner = std::mem::replace(item.get_mut(), DeValue::Boolean(false));
                    self.value(Spanned::new(span, inner), depth + 1)
                });
                let items = items.collect();
                self.node(Value::List(items), span)
            }
            DeValue::Table(table) => self.table(table, span, depth),
            _ => {
                let text = self.text.get(span.clone()).unwrap_or_default();
                scalar(Text::Borrowed(text), true)
            }
        }
    }
}

fn own(text: std::borrow::Cow<'_, str>) -> Text<'_> {
    match text {
        std::borrow::Cow::Borrowed(text) => Text::Borrowed(text),
        std::borrow::Cow::Owned(text) => Text::Owned(Zeroizing::new(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Position;

    #[test]
    fn tables_are_maps_with_places() {
        let mut issues = Vec::new();
        let node = parse(
            "a = 1\n[mcp_servers.x]\ncommand = \"npx\"\nargs = [\"-y\",\n \"p\"]\n",
            &mut issues,
        );
        assert_eq!(issues, []);
        let server =
            node.get("mcp_servers").and_then(|s| s.entry("x")).expect("the table is there");
        assert_eq!(server.value.get("command").and_then(Node::text), Some("npx"));
        assert_eq!((server.at.line, server.lines().last), (2, 5));
    }

    #[test]
    fn what_can_be_read_around_a_break_is_kept() {
        let mut issues = Vec::new();
        let node = parse(
            "[mcp_servers.a]\ncommand = \"x\"\nurl = \n[mcp_servers.b]\ncommand = \"y\"\n",
            &mut issues,
        );
        assert_eq!(issues[0].at, Position { line: 3, column: 7 });
        let servers = node.get("mcp_servers").expect("servers are there");
        assert_eq!(servers.entries().len(), 2);
    }
}
