//! Both databases have the same migrations, file by file: a step that one of them has nothing to do
//! for is a file with a comment that says why.

use std::collections::BTreeMap;

use crate::repository::Repository;

const FOLDERS: [&str; 2] = ["migrations/sqlite", "migrations/postgres"];

/// What is not paired, not numbered, or numbered twice.
#[must_use]
pub fn check(repository: &Repository) -> Vec<String> {
    let [sqlite, postgres] = FOLDERS.map(|folder| repository.files_in(folder));
    let mut broken = Vec::new();
    for (here, there, lacking) in
        [(&sqlite, &postgres, FOLDERS[1]), (&postgres, &sqlite, FOLDERS[0])]
    {
        for name in here.difference(there) {
            broken.push(format!(
                "{lacking}/{name}: not there, though the other database has it; write it, or a \
                 comment that says why nothing is to be done"
            ));
        }
    }
    let mut numbers: BTreeMap<&str, &str> = BTreeMap::new();
    for name in &sqlite {
        let Some(number) = number(name) else {
            broken.push(format!(
                "{}/{name}: call it NNNN_what_it_does.sql, with lowercase letters",
                FOLDERS[0]
            ));
            continue;
        };
        if let Some(other) = numbers.insert(number, name) {
            broken.push(format!(
                "{}/{name}: has the number of {other}; give it the next free one",
                FOLDERS[0]
            ));
        }
    }
    broken
}

/// The four digits before the name.
fn number(name: &str) -> Option<&str> {
    let (number, rest) = name.strip_suffix(".sql")?.split_once('_')?;
    let digits = number.len() == 4 && number.bytes().all(|b| b.is_ascii_digit());
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    (digits && !rest.is_empty() && rest.bytes().all(plain)).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repository::tests::holding;
    use crate::rules::tests::holds;

    #[test]
    fn migrations_come_in_pairs() {
        holds(&check(&Repository::here()));
    }

    #[test]
    fn a_missing_twin_a_bad_name_and_a_double_number_are_found() {
        let both = |name: &str| {
            FOLDERS.map(|folder| format!("{folder}/{name}")).into_iter().collect::<Vec<_>>()
        };
        let broken = |files: Vec<String>| {
            let files: Vec<(&str, &str)> = files.iter().map(|f| (f.as_str(), "")).collect();
            let (_folder, repository) = holding(&files);
            check(&repository).len()
        };
        assert_eq!(broken([both("0001_a.sql"), both("0002_b.sql")].concat()), 0);
        assert_eq!(broken(vec!["migrations/sqlite/0001_a.sql".to_owned()]), 1);
        assert_eq!(broken(vec!["migrations/postgres/0001_a.sql".to_owned()]), 1);
        assert_eq!(broken(both("1_a.sql")), 1);
        assert_eq!(broken(both("0001-A.sql")), 1);
        assert_eq!(broken([both("0001_a.sql"), both("0001_b.sql")].concat()), 1);
    }
}
