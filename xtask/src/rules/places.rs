//! Nothing names a place that only one machine has: someone's home, the folder where a copy happens
//! to lie, the host from which packages were fetched.

use crate::repository::Repository;

/// People who live in examples only, and the usual accounts of machines that build. So is every
/// name of one letter.
const INVENTED: [&str; 14] = [
    "alice", "bob", "carol", "dave", "ada", "dev", "me", "user", "you", "app", "node", "vscode",
    "runner", "jenkins",
];

/// Folders of single machines, in halves, so that this file keeps the rule.
const FOLDERS: [(&str, &str); 2] = [("/wo", "rk/"), ("/ro", "ot/")];
const HOMES: [(&str, &str); 2] = [("/ho", "me/"), ("/Us", "ers/")];

/// Hosts of package registries; a client knows its own.
const HOSTS: [(&str, &str); 9] = [
    ("://crates", ".io"),
    ("index.crates", ".io"),
    ("static.crates", ".io"),
    ("pypi", ".org"),
    ("files.python", "hosted.org"),
    ("registry.npm", "js.org"),
    ("registry.yarn", "pkg.com"),
    ("deb.deb", "ian.org"),
    ("proxy.go", "lang.org"),
];

/// Where such a place is named.
#[must_use]
pub fn check(repository: &Repository) -> Vec<String> {
    let mut broken = Vec::new();
    // cargo writes where each package is from; there is nothing to be done about that.
    for file in repository.written(&[""]).filter(|file| !file.ends_with("Cargo.lock")) {
        for (number, line) in (1..).zip(repository.text(file).lines()) {
            if let Some(place) = place_in(line) {
                broken.push(format!(
                    "{file}:{number}: names {place}; use a path from the root, a variable, or in an \
                     example the home of one of: {}",
                    INVENTED.join(", ")
                ));
            }
        }
    }
    broken
}

/// The first place in a line that only one machine has.
fn place_in(line: &str) -> Option<String> {
    let joined = |(start, end): (&str, &str)| format!("{start}{end}");
    let folder =
        FOLDERS.map(joined).into_iter().find(|folder| starts_of(line, folder).next().is_some());
    let home = || {
        HOMES.map(joined).into_iter().find_map(|home| {
            let mut names = starts_of(line, &home).map(name_of);
            names.find(|name| name.len() > 1 && !INVENTED.contains(name)).map(|n| home.clone() + n)
        })
    };
    let host = || HOSTS.map(joined).into_iter().find(|host| line.contains(host.as_str()));
    folder.or_else(home).or_else(host)
}

/// What follows each place where an absolute path begins with `start`.
fn starts_of<'a>(line: &'a str, start: &'a str) -> impl Iterator<Item = &'a str> {
    // After one of these it is the middle of another path, or of a variable's.
    let middle = |c: char| c.is_alphanumeric() || "_.-~/}*)]>".contains(c);
    line.match_indices(start)
        .filter(move |(at, _)| !line[..*at].chars().next_back().is_some_and(middle))
        .map(move |(at, _)| &line[at + start.len()..])
}

fn name_of(rest: &str) -> &str {
    rest.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-')).next().unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repository::tests::holding;
    use crate::rules::tests::holds;

    #[test]
    fn no_file_names_a_place_of_one_machine() {
        holds(&check(&Repository::here()));
    }

    #[test]
    fn places_are_told_from_parts_of_paths() {
        let joined = |(start, end): (&str, &str)| format!("{start}{end}");
        for place in FOLDERS.map(joined) {
            assert!(place_in(&format!("cd {place}main")).is_some());
            assert!(place_in(&format!("cd $HOME{place}main")).is_none());
        }
        for home in HOMES.map(joined) {
            assert!(place_in(&format!("\"{home}zaphod/x\"")).is_some());
            assert!(place_in(&format!("\"{home}alice/x\"")).is_none());
            assert!(place_in(&format!("\"{home}{{name}}/x\"")).is_none());
        }
        for host in HOSTS.map(joined) {
            assert!(place_in(&format!("see {host}/x")).is_some());
        }
    }

    #[test]
    fn fixtures_and_lock_files_may() {
        let line = format!("{}{}main", FOLDERS[0].0, FOLDERS[0].1);
        let (_folder, repository) =
            holding(&[("a.md", &line), ("tests/fixtures/b", &line), ("Cargo.lock", &line)]);
        assert_eq!(check(&repository).len(), 1);
    }
}
