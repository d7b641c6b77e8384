//! The crates of this workspace, as `cargo metadata` describes them.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

/// A crate of the workspace.
#[derive(Clone, Debug, Deserialize)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// The path of its `Cargo.toml`; from the root, once [`packages`] returned it.
    pub manifest_path: String,
    /// What it depends on.
    pub dependencies: Vec<Dependency>,
}

/// Something that a crate depends on.
#[derive(Clone, Debug, Deserialize)]
pub struct Dependency {
    /// The crate's own name, whatever it is renamed to.
    pub name: String,
    /// `dev` or `build`; absent for what ships.
    pub kind: Option<String>,
    /// Where it is, if it is not from a registry.
    pub path: Option<String>,
}

impl Dependency {
    /// Whether only tests, examples and benchmarks see it.
    #[must_use]
    pub fn is_dev(&self) -> bool {
        self.kind.as_deref() == Some("dev")
    }

    /// Whether it is a crate of this workspace.
    #[must_use]
    pub fn is_ours(&self) -> bool {
        self.path.is_some()
    }
}

/// Asks cargo, without the network.
///
/// # Errors
/// With cargo's words, when a manifest is wrong.
pub fn packages(root: &Path) -> Result<Vec<Package>> {
    #[derive(Deserialize)]
    struct Metadata {
        packages: Vec<Package>,
        workspace_root: String,
    }
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(root)
        .output()
        .context("running cargo metadata")?;
    if !output.status.success() {
        bail!("cargo metadata failed: {}", String::from_utf8_lossy(&output.stderr));
    }
    let metadata: Metadata = serde_json::from_slice(&output.stdout)?;
    let mut packages = metadata.packages;
    for package in &mut packages {
        let relative = Path::new(&package.manifest_path).strip_prefix(&metadata.workspace_root)?;
        package.manifest_path = relative.to_string_lossy().replace('\\', "/");
    }
    Ok(packages)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// The crates of this repository.
    pub(crate) fn here() -> Vec<Package> {
        packages(crate::repository::Repository::here().root()).unwrap()
    }

    /// A crate with dependencies: `name` from a registry, `./name` of ours, `dev:` before either.
    pub(crate) fn package(manifest_path: &str, name: &str, dependencies: &[&str]) -> Package {
        let dependency = |text: &&str| {
            let kind = text.starts_with("dev:").then(|| "dev".to_owned());
            let text = text.trim_start_matches("dev:");
            let path = text.strip_prefix("./").map(|name| format!("crates/{name}"));
            Dependency { name: text.trim_start_matches("./").to_owned(), kind, path }
        };
        Package {
            name: name.to_owned(),
            manifest_path: manifest_path.to_owned(),
            dependencies: dependencies.iter().map(dependency).collect(),
        }
    }

    #[test]
    fn this_crate_is_among_them() {
        let all = here();
        let this = all.iter().find(|package| package.name == "xtask").unwrap();
        assert_eq!(this.manifest_path, "xtask/Cargo.toml");
        assert!(this.dependencies.iter().any(|d| d.name == "tempfile" && d.is_dev()));
    }
}
