//! Nothing is left for later in the code: what is missing is an issue, where others can find it,
//! and a test that does not run tests nothing.

use crate::repository::Repository;

const ENDINGS: [&str; 9] = [".rs", ".ts", ".tsx", ".js", ".css", ".py", ".sql", ".sh", "Makefile"];

/// In two halves, so that this file keeps the rule.
const MARKERS: [(&str, &str); 6] = [
    ("TO", "DO"),
    ("FIX", "ME"),
    ("XX", "X:"),
    ("to", "do!("),
    ("unimpl", "emented!("),
    ("#[ig", "nore"),
];

/// Where something is left.
#[must_use]
pub fn check(repository: &Repository) -> Vec<String> {
    let markers = MARKERS.map(|(start, end)| format!("{start}{end}"));
    let scripts = repository.files().filter(|f| f.starts_with("tools/") || f.starts_with(".ci/"));
    let mut broken = Vec::new();
    for file in repository.written(&ENDINGS).chain(scripts) {
        for (number, line) in (1..).zip(repository.text(file).lines()) {
            if let Some(marker) = markers.iter().find(|marker| has_word(line, marker)) {
                broken.push(format!(
                    "{file}:{number}: {marker}: do it now, or open an issue and remove the mark"
                ));
            }
        }
    }
    broken
}

/// Whether the line has it, not as a part of a longer word.
fn has_word(line: &str, marker: &str) -> bool {
    let inside = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    let ends_as_word = inside(marker.chars().last());
    line.match_indices(marker).any(|(at, _)| {
        let after = line[at + marker.len()..].chars().next();
        !(inside(line[..at].chars().last()) || ends_as_word && inside(after))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repository::tests::holding;
    use crate::rules::tests::holds;

    #[test]
    fn nothing_is_left_for_later() {
        holds(&check(&Repository::here()));
    }

    #[test]
    fn each_marker_is_found() {
        for (start, end) in MARKERS {
            let line = format!("    // {start}{end} later\n");
            let (_folder, repository) = holding(&[("a.rs", &line), ("fixtures/b.rs", &line)]);
            assert_eq!(check(&repository).len(), 1, "{line}");
        }
        let (_folder, repository) = holding(&[("a.rs", &format!("fn x{}{}S() {{}}", "TO", "DO"))]);
        assert_eq!(check(&repository), Vec::<String>::new());
    }
}
