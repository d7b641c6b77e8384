//! The repository holds text of a reasonable size: what a person cannot read in a review is not
//! reviewed. What a test needs in bytes it makes, or takes from a package.

use crate::repository::Repository;

const MOST_BYTES: usize = 1 << 20;

/// The files that are too large or not text.
#[must_use]
pub fn check(repository: &Repository) -> Vec<String> {
    let mut broken = Vec::new();
    for file in repository.files() {
        let bytes = repository.bytes(file);
        if bytes.len() > MOST_BYTES {
            let kib = bytes.len() >> 10;
            broken.push(format!(
                "{file}: {kib} KiB, and 1 MiB is the most; make it where it is used"
            ));
        }
        if bytes.contains(&0) || std::str::from_utf8(&bytes).is_err() {
            broken.push(format!("{file}: not text; make it where it is used"));
        }
    }
    broken
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repository::tests::holding;
    use crate::rules::tests::holds;

    #[test]
    fn all_files_are_text_of_a_reasonable_size() {
        holds(&check(&Repository::here()));
    }

    #[test]
    fn bytes_and_bulk_are_found() {
        let bulk = "x".repeat(MOST_BYTES + 1);
        let (_folder, repository) =
            holding(&[("a.txt", "größe"), ("b.bin", "a\0b"), ("c.txt", &bulk)]);
        assert_eq!(check(&repository).len(), 2);
    }
}
