//! No source file is longer than a person reads in one sitting.

use crate::repository::Repository;

const ENDINGS: [&str; 4] = [".rs", ".ts", ".tsx", ".py"];
const MOST_LINES: usize = 500;

/// The files that are longer.
#[must_use]
pub fn check(repository: &Repository) -> Vec<String> {
    repository
        .written(&ENDINGS)
        .map(|file| (file, repository.text(file).lines().count()))
        .filter(|(_, lines)| *lines > MOST_LINES)
        .map(|(file, lines)| {
            format!("{file}: {lines} lines, and {MOST_LINES} is the most; split it by what it does")
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repository::tests::holding;
    use crate::rules::tests::holds;

    #[test]
    fn no_source_file_is_too_long() {
        holds(&check(&Repository::here()));
    }

    #[test]
    fn one_line_too_many_is_found() {
        let (most, more) = ("x\n".repeat(MOST_LINES), "x\n".repeat(MOST_LINES + 1));
        let (_folder, repository) = holding(&[("a.rs", &most), ("b.py", &more), ("c.sql", &more)]);
        let broken = check(&repository);
        assert_eq!(broken.len(), 1);
        assert!(broken[0].starts_with("b.py: 501 lines"), "{broken:?}");
    }
}
