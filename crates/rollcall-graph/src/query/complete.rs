//! What may stand at the cursor.

use std::ops::Range;

use super::field::{FIELDS, Field, FieldKind, field};
use super::print::quoted;
use crate::facet::Facet;
use crate::snapshot::Snapshot;
use crate::symbols::PENDING;
use crate::texts::fold;

/// One completion.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Completion {
    /// The bytes of the text that it takes the place of.
    pub replaces: Range<usize>,
    /// What to put there.
    pub text: String,
    /// What it is, for people: a field's meaning, or empty.
    pub about: &'static str,
}

/// Completions of the word at the cursor (a byte position), best first: fields, the values of a
/// field, and with a snapshot the names in it.
#[must_use]
pub fn complete(
    text: &str,
    cursor: usize,
    snapshot: Option<&Snapshot>,
    limit: usize,
) -> Vec<Completion> {
    let mut cursor = cursor.min(text.len());
    while !text.is_char_boundary(cursor) {
        cursor -= 1;
    }
    let before = &text[..cursor];
    if before.matches('"').count() % 2 == 1 {
        return Vec::new();
    }
    let start = before
        .rfind(|c: char| c.is_whitespace())
        .map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
    let mut completions = match open_field(before, start) {
        Some((field, value)) => values(field, &before[value..], value..cursor, snapshot),
        None => {
            let word = before[start..].trim_start_matches(['-', '(']);
            fields(word, cursor - word.len()..cursor, snapshot, limit)
        }
    };
    completions.truncate(limit);
    completions
}

/// The field whose value the cursor is in, and where that value begins.
fn open_field(before: &str, word: usize) -> Option<(&'static Field, usize)> {
    // Within brackets the field is before them, perhaps some words back.
    let open = before.rfind('(').filter(|at| before[*at..].find(')').is_none());
    let name_end = match open {
        Some(at) if before[..at].ends_with(':') => at - 1,
        _ => word + before[word..].find(':')?,
    };
    let head = &before[..name_end];
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let name = head.trim_end_matches(is_name);
    let name = &head[name.len()..];
    let field = field(name.trim_start_matches('-'))?;
    let values = &before[name_end + 1..];
    let last = values.rfind([',', '(']).map_or(0, |at| at + 1);
    let space = values[last..].len() - values[last..].trim_start().len();
    Some((field, name_end + 1 + last + space))
}

fn fields(
    word: &str,
    replaces: Range<usize>,
    snapshot: Option<&Snapshot>,
    limit: usize,
) -> Vec<Completion> {
    let lower = word.to_lowercase();
    let mut all: Vec<Completion> = FIELDS
        .iter()
        .filter(|field| field.name.starts_with(&lower))
        .map(|field| Completion {
            replaces: replaces.clone(),
            text: format!("{}:", field.name),
            about: field.about,
        })
        .collect();
    if let Some(snapshot) = snapshot.filter(|_| lower.len() > 1) {
        for (text, _) in snapshot.base.fixed.search.words_starting(&lower, limit) {
            let text = text.to_owned();
            all.push(Completion { replaces: replaces.clone(), text, about: "" });
        }
    }
    all
}

fn values(
    field: &'static Field,
    typed: &str,
    replaces: Range<usize>,
    snapshot: Option<&Snapshot>,
) -> Vec<Completion> {
    let lower = fold(typed);
    let mut texts: Vec<String> = field.words().into_iter().map(str::to_owned).collect();
    if let Some(snapshot) = snapshot {
        let facet = match field.kind {
            FieldKind::Facet(facet) => vec![facet],
            _ => vec![],
        };
        let symbols = match field.kind {
            FieldKind::Owner => Some(&snapshot.vocabulary.owners),
            _ => facet.iter().find_map(|facet: &Facet| snapshot.vocabulary.symbols(*facet)),
        };
        let names = symbols.into_iter().flat_map(|symbols| symbols.iter());
        texts.extend(names.map(|(_, t)| t.to_owned()).filter(|t| !t.is_empty() && t != PENDING));
    }
    if matches!(field.kind, FieldKind::Time { .. }) {
        texts.extend([">90d", "<7d", "now"].map(str::to_owned));
    }
    // What begins as typed comes before what only contains it.
    let place = |text: &String| fold(text).find(&*lower);
    let mut found: Vec<(bool, String)> =
        texts.into_iter().filter_map(|t| Some((place(&t)? > 0, t))).collect();
    found.sort_by_key(|(inside, _)| *inside);
    found.dedup();
    found
        .into_iter()
        .map(|(_, text)| {
            let special = |c: char| c.is_whitespace() || "()\"\\,".contains(c);
            let mut written = String::new();
            if text.contains(special) {
                // Writing to a text cannot fail.
                let _ = quoted(&text, &mut written);
            } else {
                written = text;
            }
            Completion { replaces: replaces.clone(), text: written, about: "" }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        complete(text, text.len(), None, 5).into_iter().map(|c| c.text).collect()
    }

    #[test]
    fn fields_and_values_are_offered() {
        assert_eq!(texts("cla"), ["class:"]);
        assert_eq!(texts("foo -usa"), ["usage:"]);
        assert_eq!(texts("class:a"), ["agent", "any", "human"]);
        assert_eq!(texts("-class:(human,ag"), ["agent"]);
        assert_eq!(texts("class:(human, ag"), ["agent"]);
        assert_eq!(texts("gone:tr"), ["true"]);
        assert_eq!(texts("\"cla"), Vec::<String>::new());
        let inside = complete("cla foo", 3, None, 5);
        assert_eq!(inside.first().map(|c| c.replaces.clone()), Some(0..3));
    }
}
