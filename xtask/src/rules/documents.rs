//! What the documents name is there: paths in backticks, and targets after `make`. A guide that
//! names a file of last year teaches people not to read it.

use std::collections::BTreeSet;

use crate::repository::Repository;

/// What a path of ours begins with.
const FOLDERS: [&str; 11] = [
    "crates/",
    "connectors/",
    "migrations/",
    "docs/",
    "tests/",
    "tools/",
    "xtask/",
    "benches/",
    "dashboards/",
    ".ci/",
    "./",
];

/// Files at the root that are looked for when they are named without a folder, besides pages.
const ROOT_FILES: [&str; 7] =
    ["Makefile", "LICENSE", "Cargo.toml", "Cargo.lock", "deny.toml", "clippy.toml", "rustfmt.toml"];

/// What is named and not there.
#[must_use]
pub fn check(repository: &Repository) -> Vec<String> {
    let makefile = repository.text("Makefile");
    let targets = make_targets(&makefile);
    let mut broken = Vec::new();
    let is_guide = |file: &&str| !file.contains('/') || file.starts_with("docs/");
    for file in repository.written(&[".md"]).filter(is_guide) {
        let text = repository.text(file);
        for (line, code) in pieces(&text) {
            if let Some(target) = make_target(code)
                && !targets.contains(target)
            {
                broken.push(format!(
                    "{file}:{line}: `make {target}`, and the Makefile has no such target; name one \
                     of those that `make help` lists"
                ));
            }
            // Pages under docs/ speak of users' machines too.
            if !file.contains('/') && is_our_path(code) && !repository.exists(code) {
                broken.push(format!(
                    "{file}:{line}: `{code}` is not there; name the file that is, or leave it out"
                ));
            }
        }
    }
    broken
}

/// The pieces of code of a page with their lines: what is in backticks, and each line of a block.
fn pieces(text: &str) -> Vec<(usize, &str)> {
    let mut pieces = Vec::new();
    let mut in_block = false;
    for (number, line) in (1..).zip(text.lines()) {
        if line.trim_start().starts_with("```") {
            in_block = !in_block;
        } else if in_block {
            pieces.push((number, line.trim().trim_start_matches("$ ")));
        } else {
            pieces.extend(line.split('`').skip(1).step_by(2).map(|code| (number, code)));
        }
    }
    pieces
}

/// Whether a piece of code is meant to be a path in this repository.
fn is_our_path(code: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    if code.is_empty() || !code.chars().all(plain) {
        return false;
    }
    // `connectors/NAME/src/lib.rs` stands for many.
    let placeholder = |part: &str| part.len() > 1 && part.chars().all(|c| c.is_ascii_uppercase());
    if code.contains('/') {
        return FOLDERS.iter().any(|folder| code.starts_with(folder))
            && !code.split(['/', '.']).any(|part| placeholder(part) && part != "README");
    }
    ROOT_FILES.contains(&code)
        || code.strip_suffix(".md").is_some_and(|name| name.chars().all(|c| c.is_ascii_uppercase()))
}

/// The target of a piece of code that runs make.
fn make_target(code: &str) -> Option<&str> {
    let mut words = code.split_whitespace();
    if words.next() != Some("make") {
        return None;
    }
    words.find(|word| !word.starts_with('-') && !word.contains('='))
}

fn make_targets(makefile: &str) -> BTreeSet<&str> {
    makefile
        .lines()
        .filter(|line| !line.starts_with(['\t', '#', '.', ' ']))
        .filter_map(|line| line.split_once(':'))
        .filter(|(_, rest)| !rest.starts_with('='))
        .flat_map(|(names, _)| names.split_whitespace())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repository::tests::holding;
    use crate::rules::tests::holds;

    #[test]
    fn what_documents_name_is_there() {
        holds(&check(&Repository::here()));
    }

    #[test]
    fn paths_are_told_from_other_code() {
        for path in ["crates/rollcall/src/main.rs", "STYLE.md", "Makefile", "tools/run", "docs/"] {
            assert!(is_our_path(path), "{path}");
        }
        for other in [
            "connectors/NAME/src/lib.rs",
            "rollcall.toml",
            "GET /x",
            "a/b",
            "crates/*/x.rs",
            "application/json",
            "connectors/<name>/",
            "rollcall sync",
            "",
        ] {
            assert!(!is_our_path(other), "{other}");
        }
    }

    #[test]
    fn what_is_missing_is_found() {
        let page = "Run `make run`, read `docs/a.md`.\n```\n$ make tset\nmake -j2 X=1 test\n```\n\
                    See `docs/b.md` and `STYLE.md`.\n";
        let makefile = "A := 1\n.PHONY: x\nrun test: a ## doc\n\techo b: c\n";
        let (_folder, repository) =
            holding(&[("README.md", page), ("Makefile", makefile), ("docs/a.md", "")]);
        let broken = check(&repository);
        let starts: Vec<&str> = broken.iter().filter_map(|b| b.split(", ").next()).collect();
        assert_eq!(starts.len(), 3, "{broken:?}");
        assert!(starts[0].starts_with("README.md:3: `make tset`"), "{broken:?}");
        assert!(starts[1].starts_with("README.md:6: `docs/b.md`"), "{broken:?}");
        assert!(starts[2].starts_with("README.md:6: `STYLE.md`"), "{broken:?}");
    }
}
