//! Which of our crates may import which. The arrows go one way: from the edges to the model. A new
//! edge is a decision: it gets a commit of its own, and its reason goes into `ARCHITECTURE.md`.

use crate::packages::Package;

/// A crate, without its prefix `rollcall-`.
struct Row {
    name: &'static str,
    /// What it may import.
    may: &'static [&'static str],
    /// What its tests may import besides.
    dev: &'static [&'static str],
}

const fn row(
    name: &'static str,
    may: &'static [&'static str],
    dev: &'static [&'static str],
) -> Row {
    Row { name, may, dev }
}

/// The house. Crates that are not written yet have their row already.
const TABLE: [Row; 15] = [
    row("model", &[], &[]),
    row("record", &["model"], &[]),
    row("connector", &["record", "model"], &[]),
    row("declared", &["record", "model"], &[]),
    row("graph", &["model"], &["lab"]),
    row("analysis", &["model", "graph"], &["lab"]),
    row("store", &["record", "model"], &[]),
    row("store-sql", &["store", "record", "model"], &["lab"]),
    row(
        "engine",
        &["model", "record", "connector", "graph", "analysis", "store", "report"],
        &["store-sql", "lab"],
    ),
    row("report", &["model", "graph"], &["lab"]),
    row("deliver", &["engine", "model"], &[]),
    row("api", &["engine", "graph", "model"], &["store-sql", "lab"]),
    row("lab", &["record", "model"], &[]),
    row("evaluate", &["lab", "engine", "analysis", "graph", "store-sql", "model"], &[]),
    // For tests only: in nobody's list of what it may import.
    row("testing", &[], &[]),
];

/// What every connector may import. Their tests may read the lab's systems.
const CONNECTOR: Row = row("connectors/*", &["connector", "declared", "record", "model"], &["lab"]);

/// Tests everywhere may start other people's servers.
const DEV_EVERYWHERE: &str = "testing";

/// What breaks the table.
#[must_use]
pub fn check(packages: &[Package]) -> Vec<String> {
    packages.iter().flat_map(|package| check_package(package, packages)).collect()
}

fn check_package(package: &Package, all: &[Package]) -> Vec<String> {
    let Package { name, manifest_path, .. } = package;
    let name = short(name);
    let row = if manifest_path.starts_with("connectors/") {
        &CONNECTOR
    } else if let Some(row) = TABLE.iter().find(|row| row.name == name) {
        row
    } else {
        return check_untabled(package, all);
    };
    let edges = package.dependencies.iter().filter(|d| d.is_ours() && d.name != package.name);
    edges
        .filter(|edge| {
            let to = short(&edge.name);
            let shipped = row.may.contains(&to);
            !(shipped || edge.is_dev() && (row.dev.contains(&to) || to == DEV_EVERYWHERE))
        })
        .map(|edge| {
            let (kind, allowed) = if edge.is_dev() {
                ("dev-dependency on", list(&[row.may, row.dev, &[DEV_EVERYWHERE]].concat()))
            } else {
                ("dependency on", list(row.may))
            };
            format!(
                "{manifest_path}: {name} has a {kind} {}, and may have: {allowed}. Move what it \
                 needs to a crate that both may import, or change TABLE in \
                 xtask/src/rules/imports.rs in a commit of its own, with the reason in \
                 ARCHITECTURE.md",
                short(&edge.name)
            )
        })
        .collect()
}

/// The binary wires everything that ships; tools may use everything; what else there is must be in
/// the table.
fn check_untabled(package: &Package, all: &[Package]) -> Vec<String> {
    let Package { name, manifest_path, .. } = package;
    if manifest_path.starts_with("benches/") || manifest_path.starts_with("xtask/") {
        return Vec::new();
    }
    if name != "rollcall" {
        return vec![format!(
            "{manifest_path}: {name} is not in TABLE of xtask/src/rules/imports.rs; add its row, \
             in a commit of its own, with the reason in ARCHITECTURE.md"
        )];
    }
    let is_tool = |name: &str| {
        let tool = |package: &&Package| {
            package.name == name
                && (package.manifest_path.starts_with("benches/")
                    || package.manifest_path.starts_with("xtask/")
                    || ["evaluate", "testing"].contains(&short(name)))
        };
        all.iter().any(|package| tool(&package))
    };
    package
        .dependencies
        .iter()
        .filter(|edge| edge.is_ours() && !edge.is_dev() && is_tool(&edge.name))
        .map(|edge| {
            format!(
                "{manifest_path}: the binary depends on {}, which is a development tool; make it a \
                 dev-dependency or move what is needed out of it",
                edge.name
            )
        })
        .collect()
}

fn short(name: &str) -> &str {
    name.strip_prefix("rollcall-").unwrap_or(name)
}

fn list(names: &[&str]) -> String {
    if names.is_empty() { "none of ours".to_owned() } else { names.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packages::tests::{here, package};
    use crate::rules::tests::holds;

    #[test]
    fn imports_follow_the_table() {
        holds(&check(&here()));
    }

    #[test]
    fn an_edge_against_the_arrow_is_found() {
        let broken = |path: &str, name: &str, edges: &[&str]| {
            check(&[package(path, name, edges), package("xtask/Cargo.toml", "xtask", &[])])
        };
        let model = "crates/rollcall-model/Cargo.toml";
        assert_eq!(broken(model, "rollcall-model", &["serde"]), Vec::<String>::new());
        assert_eq!(broken(model, "rollcall-model", &["./rollcall-store"]).len(), 1);
        assert_eq!(broken(model, "rollcall-model", &["./rollcall-testing"]).len(), 1);
        assert_eq!(broken(model, "rollcall-model", &["dev:./rollcall-testing"]).len(), 0);
        let aws = "connectors/aws/Cargo.toml";
        assert_eq!(broken(aws, "rollcall-aws", &["./rollcall-connector"]).len(), 0);
        assert_eq!(broken(aws, "rollcall-aws", &["./rollcall-code"]).len(), 1);
        assert_eq!(broken(aws, "rollcall-aws", &["dev:./rollcall-engine"]).len(), 1);
        let binary = "crates/rollcall/Cargo.toml";
        assert_eq!(broken(binary, "rollcall", &["./rollcall-aws", "dev:./xtask"]).len(), 0);
        assert_eq!(broken(binary, "rollcall", &["./xtask"]).len(), 1);
    }

    #[test]
    fn a_crate_without_a_row_is_found() {
        let new = package("crates/rollcall-new/Cargo.toml", "rollcall-new", &[]);
        assert_eq!(check(&[new]).len(), 1);
    }
}
