//! Every crate's manifest is made the same way: the workspace's lints, and the workspace's choice
//! of versions and features. A crate that switched a feature on by itself would have everything
//! that shares the dependency compiled twice.

use toml::Value;

use crate::packages::Package;
use crate::repository::Repository;

const SECTIONS: [&str; 3] = ["dependencies", "dev-dependencies", "build-dependencies"];

/// What is made differently.
#[must_use]
pub fn check(repository: &Repository, packages: &[Package]) -> Vec<String> {
    packages
        .iter()
        .flat_map(|package| {
            let file = &package.manifest_path;
            let sentences = match toml::from_str::<Value>(&repository.text(file)) {
                Ok(manifest) => check_manifest(&manifest, package),
                Err(error) => vec![error.to_string()],
            };
            sentences.into_iter().map(|sentence| format!("{file}: {sentence}")).collect::<Vec<_>>()
        })
        .collect()
}

fn check_manifest(manifest: &Value, package: &Package) -> Vec<String> {
    let mut broken = Vec::new();
    if manifest.get("lints").and_then(|lints| lints.get("workspace")) != Some(&true.into()) {
        broken.push("add the section [lints] with workspace = true".to_owned());
    }
    for section in SECTIONS {
        let dependencies = manifest.get(section).and_then(Value::as_table);
        for (name, value) in dependencies.into_iter().flatten() {
            if value.get("workspace") != Some(&true.into()) {
                broken.push(format!(
                    "{name} has a version or a path of its own; put it into \
                     [workspace.dependencies] of the root's Cargo.toml and write \
                     {name}.workspace = true"
                ));
            }
            let ours = package.dependencies.iter().any(|d| d.name == *name && d.is_ours());
            if value.get("features").is_some() && !ours {
                broken.push(format!(
                    "{name} has features of its own; choose them in [workspace.dependencies] of \
                     the root's Cargo.toml"
                ));
            }
        }
    }
    let mut folders = package.manifest_path.rsplit('/').skip(1);
    let expected = match (folders.next(), folders.next()) {
        (Some(folder), Some("connectors")) => format!("rollcall-{folder}"),
        (Some(folder), Some("crates")) => folder.to_owned(),
        _ => package.name.clone(),
    };
    if package.name != expected {
        broken.push(format!("the crate in this folder is called {expected}, not {}", package.name));
    }
    broken
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packages::tests::{here, package};
    use crate::repository::tests::holding;
    use crate::rules::tests::holds;

    #[test]
    fn manifests_are_made_the_same_way() {
        holds(&check(&Repository::here(), &here()));
    }

    #[test]
    fn what_is_made_differently_is_found() {
        let broken = |path: &str, name: &str, text: &str| {
            let (_folder, repository) = holding(&[(path, text)]);
            check(&repository, &[package(path, name, &["./ours", "theirs"])]).len()
        };
        let path = "crates/a/Cargo.toml";
        let good = "[lints]\nworkspace = true\n[dependencies]\ntheirs.workspace = true\n\
                    ours = { workspace = true, features = [\"x\"] }\n";
        assert_eq!(broken(path, "a", good), 0);
        assert_eq!(broken(path, "a", &good.replace("[lints]\nworkspace = true", "")), 1);
        assert_eq!(
            broken(path, "a", &good.replace("theirs.workspace = true", "theirs = \"1\"")),
            1
        );
        let featured = good.replace(
            "theirs.workspace = true",
            "theirs = { workspace = true, features = [\"x\"] }",
        );
        assert_eq!(broken(path, "a", &featured), 1);
        assert_eq!(broken(path, "b", good), 1);
        assert_eq!(broken("connectors/aws/Cargo.toml", "rollcall-aws", good), 0);
        assert_eq!(broken(path, "a", "not toml"), 1);
    }
}
