//! Only the binary reads the environment: everything else is told. What reads it by itself cannot
//! be tested beside its like, and cannot be configured in one file.

use crate::repository::Repository;

/// Who may: the binary, and development tools.
const READERS: [&str; 6] = [
    "crates/rollcall/",
    // Its end-to-end tests.
    "tests/e2e/",
    "crates/rollcall-evaluate/",
    "crates/rollcall-testing/",
    "xtask/",
    "benches/",
];

/// The functions of `std::env` that read or change variables.
const FUNCTIONS: [&str; 6] = ["var", "vars", "var_os", "vars_os", "set_var", "remove_var"];

/// Where others read it.
#[must_use]
pub fn check(repository: &Repository) -> Vec<String> {
    let mut broken = Vec::new();
    for file in repository.written(&[".rs"]) {
        if READERS.iter().any(|folder| file.starts_with(folder)) {
            continue;
        }
        for (line, function) in uses(&repository.text(file)) {
            broken.push(format!(
                "{file}:{line}: env::{function} outside the binary; take the value as an argument, \
                 and read it in crates/rollcall"
            ));
        }
    }
    broken
}

/// Line numbers and names of functions that code calls or imports.
fn uses(text: &str) -> Vec<(usize, &'static str)> {
    let mut found = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let code = line.split("//").next().unwrap_or_default();
        for (at, _) in code.match_indices("env::") {
            let rest = &code[at + "env::".len()..];
            // `use std::env::{var, vars}` or a path.
            let names: Vec<&str> = match rest.strip_prefix('{') {
                Some(list) => list.split(['}', ',']).map(str::trim).collect(),
                None => vec![word(rest)],
            };
            found.extend(
                FUNCTIONS.iter().filter(|name| names.contains(name)).map(|name| (number, *name)),
            );
        }
    }
    found
}

fn word(text: &str) -> &str {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_')).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repository::tests::holding;
    use crate::rules::tests::holds;

    #[test]
    fn only_the_binary_reads_the_environment() {
        holds(&check(&Repository::here()));
    }

    #[test]
    fn a_reader_is_found() {
        let code = "// env::var(x)\nlet a = std::env::var(\"A\");\nuse std::env::{self, vars};\n\
                    let d = std::env::temp_dir();\n";
        assert_eq!(uses(code), [(2, "var"), (3, "vars")]);
        let (_folder, repository) = holding(&[
            ("crates/rollcall/src/a.rs", code),
            ("crates/rollcall-model/src/a.rs", code),
        ]);
        assert_eq!(check(&repository).len(), 2);
    }
}
