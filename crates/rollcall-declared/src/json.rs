//! JSON as configuration files have it: comments, trailing commas, single quotes. The tokens come
//! from `jsonc-parser`; the tree is built here so that a broken file still yields what stands before
//! the break.

use jsonc_parser::tokens::Token;
use jsonc_parser::{Scanner, ScannerOptions};
use zeroize::Zeroizing;

use crate::text::{Issue, LineIndex, Position};
use crate::tree::{Entry, Node, Text, Value};

/// How deep lists and maps may nest.
const DEPTH: usize = 128;

/// The tree of a text, and at most one issue: where it broke.
#[must_use]
pub(crate) fn parse<'a>(text: &'a str, issues: &mut Vec<Issue>) -> Node<'a> {
    let mut reader = Reader {
        text,
        lines: LineIndex::new(text),
        scanner: Scanner::new(text, &ScannerOptions::default()),
        token: None,
        start: 0,
        end: 0,
        issue: None,
    };
    reader.advance();
    if reader.token.is_none() && reader.issue.is_none() {
        return Node::nothing();
    }
    let node = reader.value(0).unwrap_or_else(Node::nothing);
    if reader.issue.is_none() && reader.token.is_some() {
        reader.fail("nothing more was expected after the end of the value");
    }
    issues.extend(reader.issue);
    node
}

struct Reader<'a> {
    text: &'a str,
    lines: LineIndex,
    scanner: Scanner<'a>,
    token: Option<Token<'a>>,
    /// Of the current token.
    start: usize,
    /// Of the token before the current one.
    end: usize,
    issue: Option<Issue>,
}

impl<'a> Reader<'a> {
    /// Moves to the next token that is no comment. After an issue there are no more tokens, so every
    /// open list and map closes with what it has.
    fn advance(&mut self) {
        self.end = self.scanner.token_end();
        self.token = None;
        if self.issue.is_some() {
            return;
        }
        loop {
            match self.scanner.scan() {
                Ok(Some(Token::CommentLine(_) | Token::CommentBlock(_))) => {}
                Ok(token) => {
                    self.start = self.scanner.token_start();
                    self.token = token;
                    return;
                }
                Err(error) => {
                    let at = self.at(error.range().start);
                    self.issue = Some(Issue::hides(
                        "json_syntax",
                        error.kind().to_string().to_lowercase(),
                        at,
                    ));
                    return;
                }
            }
        }
    }

    fn at(&self, offset: usize) -> Position {
        self.lines.position(self.text, offset)
    }

    fn fail(&mut self, message: &str) {
        if self.issue.is_none() {
            let offset = if self.token.is_some() { self.start } else { self.text.len() };
            self.issue = Some(Issue::hides("json_syntax", message, self.at(offset)));
        }
        self.token = None;
    }

    fn node(&self, value: Value<'a>, start: usize) -> Node<'a> {
        Node {
            value,
            at: self.at(start),
            last_line: self.at(self.end.max(start + 1) - 1).line,
            source: start..self.end.max(start),
        }
    }

    fn value(&mut self, depth: usize) -> Option<Node<'a>> {
        if depth > DEPTH {
            self.fail("lists and maps nest too deep");
            return None;
        }
        let start = self.start;
        let Some(token) = self.token.take() else {
            self.fail("a value was expected");
            return None;
        };
        match token {
            Token::OpenBrace => Some(self.map(start, depth)),
            Token::OpenBracket => Some(self.list(start, depth)),
            Token::String(text) => Some(self.scalar(own(text), false, start)),
            Token::Number(text) => Some(self.scalar(Text::Borrowed(text), true, start)),
            Token::Boolean(true) => Some(self.scalar(Text::Borrowed("true"), true, start)),
            Token::Boolean(false) => Some(self.scalar(Text::Borrowed("false"), true, start)),
            Token::Null => Some(self.scalar(Text::Borrowed("null"), true, start)),
            other => {
                self.token = Some(other);
                self.fail("a value was expected");
                None
            }
        }
    }

    fn scalar(&mut self, text: Text<'a>, plain: bool, start: usize) -> Node<'a> {
        self.advance();
        self.node(Value::Scalar { text, plain }, start)
    }

    fn list(&mut self, start: usize, depth: usize) -> Node<'a> {
        let mut items = Vec::new();
        self.advance();
        loop {
            match &self.token {
                Some(Token::CloseBracket) => {
                    self.advance();
                    break;
                }
                None => {
                    self.fail("the list is not closed");
                    break;
                }
                Some(_) => {}
            }
            let Some(item) = self.value(depth + 1) else { break };
            items.push(item);
            if !self.comma(&Token::CloseBracket) {
                break;
            }
        }
        self.node(Value::List(items), start)
    }

    fn map(&mut self, start: usize, depth: usize) -> Node<'a> {
        let mut entries = Vec::new();
        self.advance();
        loop {
            let key_start = self.start;
            let key = match self.token.take() {
                Some(Token::CloseBrace) => {
                    self.advance();
                    break;
                }
                Some(Token::String(text)) => own(text),
                Some(Token::Word(text)) => Text::Borrowed(text),
                None => {
                    self.fail("the map is not closed");
                    break;
                }
                Some(other) => {
                    self.token = Some(other);
                    self.fail("a key in quotes was expected");
                    break;
                }
            };
            self.advance();
            if self.token != Some(Token::Colon) {
                self.fail("a colon was expected after the key");
                break;
            }
            self.advance();
            let at = self.at(key_start);
            let Some(value) = self.value(depth + 1) else { break };
            entries.push(Entry { key, at, value });
            if !self.comma(&Token::CloseBrace) {
                break;
            }
        }
        self.node(Value::Map(entries), start)
    }

    /// Whether the list or map goes on: past a comma, or at its closing token.
    fn comma(&mut self, close: &Token<'static>) -> bool {
        match &self.token {
            Some(Token::Comma) => {
                self.advance();
                true
            }
            Some(token) if token == close => true,
            Some(_) => {
                self.fail("a comma was expected");
                false
            }
            None => {
                self.fail("the list or map is not closed");
                false
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

    fn broken_at(text: &str) -> (u32, u32) {
        let mut issues = Vec::new();
        let _ = parse(text, &mut issues);
        assert_eq!(issues.len(), 1, "{text}");
        (issues[0].at.line, issues[0].at.column)
    }

    #[test]
    fn comments_and_trailing_commas_are_read() {
        let mut issues = Vec::new();
        let node = parse(
            "// c\n{\"a\": [1, true, null,], /* x */ 'b': {\"c\": \"d\\u0065\"},}",
            &mut issues,
        );
        assert_eq!(issues, []);
        assert_eq!(node.get("a").map(|a| a.items().len()), Some(3));
        assert_eq!(node.get("b").and_then(|b| b.get("c")).and_then(Node::text), Some("de"));
        assert_eq!(node.entry("a").map(|e| e.at), Some(Position { line: 2, column: 2 }));
    }

    #[test]
    fn what_stands_before_the_break_is_kept() {
        let text = "{\n  \"mcpServers\": {\n    \"a\": {\"command\": \"x\"},\n    \"b\": {\"command\" \"y\"}\n  }\n}";
        let mut issues = Vec::new();
        let node = parse(text, &mut issues);
        assert_eq!(issues[0].at, Position { line: 4, column: 21 });
        let servers = node.get("mcpServers").expect("the open map is kept");
        assert_eq!(servers.get("a").and_then(|a| a.get("command")).and_then(Node::text), Some("x"));
    }

    #[test]
    fn breaks_have_a_line_and_a_column() {
        assert_eq!(broken_at("{\n \"a\": }"), (2, 7));
        assert_eq!(broken_at("{\"a\": 1"), (1, 8));
        assert_eq!(broken_at("[1 2]"), (1, 4));
        assert_eq!(broken_at("{} x"), (1, 4));
        assert_eq!(broken_at(&"[".repeat(1000)), (1, 130));
    }

    #[test]
    fn an_empty_file_is_an_empty_map() {
        let mut issues = Vec::new();
        assert!(parse(" \n// nothing\n", &mut issues).entries().is_empty());
        assert_eq!(issues, []);
    }
}
