//! YAML into the tree, from the events of `granit-parser`. Aliases are expanded within caps, and a
//! broken file yields what stands before the break.

use std::borrow::Cow;
use std::collections::HashMap;

use granit_parser::{Event, Marker, Options, Parser, ScalarStyle, Span};
use zeroize::Zeroizing;

use crate::text::{Issue, Position, saturate};
use crate::tree::{Entry, Node, Text, Value};

/// How many nodes a file may have after its aliases are expanded.
const NODES: usize = 200_000;
/// How deep lists and maps may nest after aliases are expanded.
const DEPTH: usize = 128;

/// The tree of the first document of a text, and an issue for each thing that stopped it.
#[must_use]
pub(crate) fn parse<'a>(text: &'a str, issues: &mut Vec<Issue>) -> Node<'a> {
    let mut options = Options::default();
    options.set_emit_comments(false);
    options.emit_unresolved_aliases = true;
    let mut builder = Builder {
        text,
        open: Vec::new(),
        root: None,
        anchors: HashMap::new(),
        nodes: 0,
        anchored: 0,
        issues,
        end: end_of(text),
        over: false,
    };
    for event in Parser::new_from_str_with_options(text, options) {
        match event {
            Ok((Event::DocumentEnd, span)) if builder.root.is_some() => {
                builder.after_document(&text[byte(&span.end).min(text.len())..], &span);
                break;
            }
            Ok((event, span)) => builder.event(event, &span),
            Err(error) => {
                let at = builder.position(error.marker());
                builder.issues.push(Issue::hides("yaml_syntax", error.info(), at));
                break;
            }
        }
        if builder.over {
            break;
        }
    }
    builder.close_all();
    builder.root.unwrap_or_else(Node::nothing)
}

fn byte(marker: &Marker) -> usize {
    marker.byte_offset().unwrap_or_default()
}

fn end_of(text: &str) -> Position {
    let line = text.bytes().filter(|b| *b == b'\n').count() + 1;
    let column = text.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    Position { line: saturate(line), column: saturate(column) }
}

struct Builder<'a, 'i> {
    text: &'a str,
    open: Vec<Open<'a>>,
    root: Option<Node<'a>>,
    anchors: HashMap<usize, (Node<'a>, Size)>,
    nodes: usize,
    anchored: usize,
    issues: &'i mut Vec<Issue>,
    end: Position,
    over: bool,
}

/// What expanding an anchor costs.
#[derive(Clone, Copy)]
struct Size {
    nodes: usize,
    depth: usize,
}

struct Open<'a> {
    items: Items<'a>,
    at: Position,
    start: usize,
    anchor: usize,
    size: Size,
}

enum Items<'a> {
    List(Vec<Node<'a>>),
    Map { entries: Vec<Entry<'a>>, key: Option<(Text<'a>, Position)> },
}

impl<'a> Builder<'a, '_> {
    /// A marker as a position; the parser's end of file may lie a line past the text.
    fn position(&self, marker: &Marker) -> Position {
        let at =
            Position { line: saturate(marker.line()).max(1), column: saturate(marker.col()) + 1 };
        at.min(self.end)
    }

    fn event(&mut self, event: Event<'a>, span: &Span) {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let plain = style == ScalarStyle::Plain && tag.is_none();
                let text = match text {
                    Cow::Borrowed(text) => Text::Borrowed(text),
                    Cow::Owned(text) => Text::Owned(Zeroizing::new(text)),
                };
                let node = self.scalar(Value::Scalar { text, plain }, span);
                self.add(node, anchor, Size { nodes: 1, depth: 1 });
            }
            Event::SequenceStart(_, anchor, _) => self.push(Items::List(Vec::new()), anchor, span),
            Event::MappingStart(_, anchor, _) => {
                self.push(Items::Map { entries: Vec::new(), key: None }, anchor, span);
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(byte(&span.start)),
            Event::Alias(anchor) => self.alias(anchor, span),
            Event::UnresolvedAlias(_) => {
                let at = self.position(&span.start);
                self.issues.push(Issue::hides(
                    "yaml_alias",
                    "an alias without an anchor before it",
                    at,
                ));
                let node =
                    self.scalar(Value::Scalar { text: Text::Borrowed(""), plain: true }, span);
                self.add(node, 0, Size { nodes: 1, depth: 1 });
            }
            _ => {}
        }
    }

    fn scalar(&self, value: Value<'a>, span: &Span) -> Node<'a> {
        let at = self.position(&span.start);
        let source = byte(&span.start)..byte(&span.end).max(byte(&span.start));
        // A block of text ends where the next thing begins, empty lines in between included.
        let breaks = if span.start.line() == span.end.line() {
            0
        } else {
            let text = self.text.get(source.clone()).unwrap_or_default().trim_end();
            text.bytes().filter(|b| *b == b'\n').count()
        };
        let last_line = (at.line + saturate(breaks)).min(self.end.line.max(at.line));
        Node { value, at, last_line, source }
    }

    fn push(&mut self, items: Items<'a>, anchor: usize, span: &Span) {
        if self.open.len() >= DEPTH {
            let at = self.position(&span.start);
            self.issues.push(Issue::hides("yaml_depth", "lists and maps nest too deep", at));
            self.over = true;
            return;
        }
        let at = self.position(&span.start);
        let size = Size { nodes: 1, depth: 1 };
        self.open.push(Open { items, at, start: byte(&span.start), anchor, size });
    }

    fn alias(&mut self, anchor: usize, span: &Span) {
        let at = self.position(&span.start);
        let Some((node, size)) = self.anchors.get(&anchor) else {
            self.issues.push(Issue::hides(
                "yaml_alias",
                "an alias of a node that is still open or too big",
                at,
            ));
            let node = self.scalar(Value::Scalar { text: Text::Borrowed(""), plain: true }, span);
            self.add(node, 0, Size { nodes: 1, depth: 1 });
            return;
        };
        if self.nodes + size.nodes > NODES || self.open.len() + size.depth > DEPTH {
            self.issues.push(Issue::hides(
                "yaml_aliases",
                format!("aliases expand to more than {NODES} nodes or {DEPTH} levels"),
                at,
            ));
            self.over = true;
            return;
        }
        let (node, size) = (node.clone(), *size);
        self.add(node, 0, size);
    }

    fn add(&mut self, node: Node<'a>, anchor: usize, size: Size) {
        self.nodes += size.nodes;
        if self.nodes > NODES {
            self.issues.push(Issue::hides(
                "yaml_size",
                format!("more than {NODES} nodes"),
                node.at,
            ));
            self.over = true;
            return;
        }
        self.place(node, anchor, size);
    }

    fn place(&mut self, node: Node<'a>, anchor: usize, size: Size) {
        if anchor != 0 {
            // Anchors inside anchors are copies of copies, so they count too.
            self.anchored += size.nodes;
            if self.anchored <= NODES {
                self.anchors.insert(anchor, (node.clone(), size));
            }
        }
        let Some(open) = self.open.last_mut() else {
            self.root.get_or_insert(node);
            return;
        };
        open.size.nodes += size.nodes;
        open.size.depth = open.size.depth.max(size.depth + 1);
        match &mut open.items {
            Items::List(items) => items.push(node),
            Items::Map { entries, key } => match key.take() {
                Some((key, at)) => entries.push(Entry { key, at, value: node }),
                None => {
                    let at = node.at;
                    // A list or map as a key has no name; its value is kept under an empty one.
                    let text = match node.value {
                        Value::Scalar { text, .. } => text,
                        _ => Text::Borrowed(""),
                    };
                    *key = Some((text, at));
                }
            },
        }
    }

    fn close(&mut self, end: usize) {
        let Some(open) = self.open.pop() else { return };
        let value = match open.items {
            Items::List(items) => Value::List(items),
            Items::Map { entries, .. } => Value::Map(merge(entries)),
        };
        let last_line = match &value {
            Value::List(items) => items.iter().map(|item| item.last_line).max(),
            Value::Map(entries) => entries.iter().map(|entry| entry.lines().last).max(),
            Value::Scalar { .. } => None,
        };
        let node = Node {
            value,
            at: open.at,
            last_line: last_line.unwrap_or(open.at.line).max(open.at.line),
            source: open.start..end.max(open.start),
        };
        // The nodes inside are counted already.
        self.nodes += 1;
        self.place(node, open.anchor, open.size);
    }

    fn close_all(&mut self) {
        while let Some(end) = self.open.last().map(|open| open.start) {
            self.close(end);
        }
    }

    fn after_document(&mut self, rest: &str, span: &Span) {
        let more = rest.lines().map(str::trim).any(|line| {
            !line.is_empty() && !line.starts_with('#') && !matches!(line, "---" | "...")
        });
        if more {
            let at = self.position(&span.end);
            self.issues.push(Issue::note("yaml_documents", "only the first document is read", at));
        }
    }
}

/// Puts the entries of `<<` below the map's own.
fn merge(entries: Vec<Entry<'_>>) -> Vec<Entry<'_>> {
    if !entries.iter().any(|entry| &*entry.key == "<<") {
        return entries;
    }
    let (merged, own): (Vec<_>, Vec<_>) = entries.into_iter().partition(|e| &*e.key == "<<");
    let mut all = Vec::new();
    for entry in merged {
        match entry.value.value {
            Value::Map(inner) => all.extend(inner),
            Value::List(items) => {
                for item in items.into_iter().rev() {
                    if let Value::Map(inner) = item.value {
                        all.extend(inner);
                    }
                }
            }
            Value::Scalar { .. } => {}
        }
    }
    // The last entry with a key counts, so the map's own come last.
    all.extend(own);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Node<'_>, Vec<Issue>) {
        let mut issues = Vec::new();
        let node = parse(text, &mut issues);
        (node, issues)
    }

    #[test]
    fn on_is_a_word_and_places_are_known() {
        let (node, issues) = read(
            "name: x\non:\n  push:\njobs:\n  a:\n    steps:\n      - run: |\n          echo\n          done\n\n  b: {}\n",
        );
        assert_eq!(issues, []);
        assert!(node.get("on").is_some_and(Node::is_map));
        let jobs = node.get("jobs").expect("jobs");
        let a = jobs.entry("a").expect("a");
        assert_eq!((a.at, a.lines().last), (Position { line: 5, column: 3 }, 9));
        assert_eq!(jobs.entry("b").map(|b| b.at.line), Some(11));
    }

    #[test]
    fn what_stands_before_the_break_is_kept() {
        let (node, issues) = read("jobs:\n  a:\n    runs-on: x\n  b:\n    name: y: z\n");
        assert_eq!(
            (issues[0].code, issues[0].at),
            ("yaml_syntax", Position { line: 5, column: 12 })
        );
        let (_, issues) = read("a: 1\nb: [x,\n  y\n");
        assert_eq!((issues[0].code, issues[0].at.line), ("yaml_syntax", 2));
        let jobs = node.get("jobs").expect("jobs");
        assert_eq!(jobs.get("a").and_then(|a| a.get("runs-on")).and_then(Node::text), Some("x"));
    }

    #[test]
    fn aliases_expand_and_merge_within_caps() {
        let (node, issues) = read("a: &x {k: 1, j: 2}\nb: *x\nc: {<<: *x, j: 3}\n");
        assert_eq!(issues, []);
        assert_eq!(node.get("b").and_then(|b| b.get("k")).and_then(Node::text), Some("1"));
        assert_eq!(node.get("c").and_then(|c| c.get("j")).and_then(Node::text), Some("3"));
        assert_eq!(node.get("c").and_then(|c| c.get("k")).and_then(Node::text), Some("1"));
    }

    #[test]
    fn a_bomb_is_defused() {
        let mut text = String::from("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
        for n in 1..12 {
            let items = vec![format!("*a{}", n - 1); 10].join(",");
            text.push_str(&format!("a{n}: &a{n} [{items}]\n"));
        }
        let (node, issues) = read(&text);
        assert_eq!(issues[0].code, "yaml_aliases");
        assert!(node.get("a2").is_some());
    }

    #[test]
    fn an_unknown_alias_and_a_second_document_are_said() {
        let (node, issues) = read("a: *nope\nb: 1\n---\nc: 2\n");
        assert_eq!(
            issues.iter().map(|i| i.code).collect::<Vec<_>>(),
            ["yaml_alias", "yaml_documents"]
        );
        assert_eq!(node.get("b").and_then(Node::text), Some("1"));
        let (_, issues) = read("---\na: 1\n...\n---\n# end\n");
        assert_eq!(issues, []);
    }
}
