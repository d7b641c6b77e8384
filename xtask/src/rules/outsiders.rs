//! Which crates of others only some of ours may name. One crate knows a thing, so that one crate
//! changes when the thing does.

use crate::packages::Package;

/// A crate of others, and ours that may name it, in tests too. A name that ends in `*` stands for
/// all that begin so.
const ONLY: [(&str, &[&str]); 16] = [
    // The floor of the ingest benchmark is raw statements.
    ("sqlx*", &["rollcall-store-sql", "rollcall-benches"]),
    ("rusqlite", &[]),
    ("axum*", &["rollcall-api", "rollcall-lab"]),
    ("clap*", &["rollcall", "rollcall-evaluate", "rollcall-lab"]),
    ("aws-c*", &["rollcall-aws"]),
    ("aws-r*", &["rollcall-aws"]),
    ("aws-s*", &["rollcall-aws"]),
    // Keys and signatures, not AWS.
    ("aws-lc-rs", &["rollcall-connector", "rollcall-github", "rollcall-lab"]),
    ("octocrab", &["rollcall-github"]),
    ("kube*", &["rollcall-kubernetes"]),
    ("jiff", &["rollcall-kubernetes"]),
    ("chrono*", &["rollcall-engine"]),
    ("cron*", &["rollcall-engine"]),
    ("utoipa*", &["rollcall-api"]),
    ("prometheus-client", &["rollcall-api"]),
    ("lettre", &["rollcall-deliver"]),
];

/// Crates of ours that compute and do nothing else.
const PURE: [&str; 6] = [
    "rollcall-model",
    "rollcall-record",
    "rollcall-declared",
    "rollcall-graph",
    "rollcall-analysis",
    "rollcall-report",
];

/// What a pure crate has no use for: waiting, the network, the system.
const IMPURE: [&str; 8] =
    ["tokio*", "futures*", "async-*", "reqwest*", "hyper*", "rustls*", "rand*", "gix*"];

/// One of each that nothing here may name, and what to use.
const NEVER: [(&str, &str); 6] = [
    ("ring", "aws-lc-rs is the one provider of cryptography"),
    ("native-tls", "rustls is the one TLS library"),
    ("openssl*", "rustls is the one TLS library"),
    ("serde_yaml", "it is not maintained; serde-saphyr reads YAML"),
    ("once_cell", "the standard library has OnceLock and LazyLock"),
    ("lazy_static", "the standard library has OnceLock and LazyLock"),
];

/// What breaks the lists.
#[must_use]
pub fn check(packages: &[Package]) -> Vec<String> {
    packages.iter().flat_map(check_package).collect()
}

fn check_package(package: &Package) -> Vec<String> {
    let Package { name, manifest_path, .. } = package;
    let mut broken = Vec::new();
    for dependency in package.dependencies.iter().filter(|d| !d.is_ours()) {
        let outsider = &dependency.name;
        for (pattern, allowed) in ONLY.iter().filter(|(pattern, _)| matches(pattern, outsider)) {
            if !allowed.contains(&name.as_str()) {
                let who = if allowed.is_empty() { "none".to_owned() } else { allowed.join(", ") };
                broken.push(format!(
                    "{manifest_path}: {name} names {outsider}; of our crates that may: {who} \
                     ({pattern}). Ask that crate to do the work, or change ONLY in \
                     xtask/src/rules/outsiders.rs"
                ));
            }
        }
        let impure = IMPURE.iter().any(|pattern| matches(pattern, outsider));
        if PURE.contains(&name.as_str()) && impure && !dependency.is_dev() {
            broken.push(format!(
                "{manifest_path}: {name} is pure and names {outsider}; take the result as an \
                 argument and do the work in a crate that may"
            ));
        }
        for (_, instead) in NEVER.iter().filter(|(pattern, _)| matches(pattern, outsider)) {
            broken.push(format!("{manifest_path}: {name} names {outsider}: {instead}"));
        }
    }
    broken
}

fn matches(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == pattern,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packages::tests::{here, package};
    use crate::rules::tests::holds;

    #[test]
    fn outsiders_are_named_where_they_belong() {
        holds(&check(&here()));
    }

    #[test]
    fn a_name_in_the_wrong_place_is_found() {
        let broken =
            |name: &str, edge: &str| check(&[package("x/Cargo.toml", name, &[edge])]).len();
        assert_eq!(broken("rollcall-store-sql", "sqlx"), 0);
        assert_eq!(broken("rollcall-engine", "sqlx"), 1);
        assert_eq!(broken("rollcall", "dev:sqlx"), 1);
        assert_eq!(broken("rollcall-engine", "axum-extra"), 1);
        assert_eq!(broken("rollcall-model", "tokio"), 1);
        assert_eq!(broken("rollcall-declared", "dev:tokio"), 0);
        assert_eq!(broken("rollcall-engine", "tokio"), 0);
        assert_eq!(broken("rollcall-deliver", "openssl-sys"), 1);
    }
}
