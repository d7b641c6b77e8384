//! What is written is also wired: a connector that nobody registered is read by nobody, and a page
//! without a connector describes nothing.

use crate::packages::Package;
use crate::repository::Repository;

const REGISTRY: &str = "crates/rollcall/src/registry.rs";
const PAGES: &str = "docs/connectors";

/// Pages that are about no single connector.
const GENERAL_PAGES: [&str; 2] = ["README.md", "index.md"];

/// What is not wired.
#[must_use]
pub fn check(repository: &Repository, packages: &[Package]) -> Vec<String> {
    let mut broken = Vec::new();
    let connectors = repository.folders_in("connectors");
    let binary = packages.iter().find(|package| package.name == "rollcall");
    let registry = repository.text(REGISTRY);
    for connector in &connectors {
        let manifest = format!("connectors/{connector}/Cargo.toml");
        let Some(package) = packages.iter().find(|package| package.manifest_path == manifest)
        else {
            broken.push(format!("connectors/{connector}: a folder without a crate; remove it"));
            continue;
        };
        let name = &package.name;
        if !binary.is_some_and(|b| b.dependencies.iter().any(|d| d.name == *name && !d.is_dev())) {
            broken.push(format!("crates/rollcall/Cargo.toml: does not depend on {name}; add it"));
        }
        if !registry.contains(&format!("{}::", name.replace('-', "_"))) {
            broken.push(format!("{REGISTRY}: does not name {name}; add its line"));
        }
    }

    let pages = repository.files_in(PAGES);
    for page in pages.iter().filter(|page| page.ends_with(".md")) {
        let about = page.split('.').next().unwrap_or_default();
        if !GENERAL_PAGES.contains(&page.as_str()) && !connectors.contains(about) {
            broken.push(format!("{PAGES}/{page}: there is no connectors/{about}; remove the page"));
        }
    }
    for connector in connectors {
        if !pages.contains(&format!("{connector}.md")) {
            broken.push(format!("{PAGES}/{connector}.md: not there; `make docs` writes it"));
        }
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
    fn every_connector_is_wired_and_has_its_page() {
        holds(&check(&Repository::here(), &here()));
    }

    #[test]
    fn what_is_missing_is_found() {
        let aws = package("connectors/aws/Cargo.toml", "rollcall-aws", &[]);
        let wired = package("crates/rollcall/Cargo.toml", "rollcall", &["./rollcall-aws"]);
        let files = [
            ("connectors/aws/src/lib.rs", ""),
            (REGISTRY, "rollcall_aws::CONNECTOR"),
            ("docs/connectors/aws.md", ""),
        ];
        let broken = |files: &[(&str, &str)], packages: &[Package]| {
            let (_folder, repository) = holding(files);
            check(&repository, packages).len()
        };
        assert_eq!(broken(&files, &[aws.clone(), wired.clone()]), 0);
        assert_eq!(broken(&files[..2], &[aws.clone(), wired.clone()]), 1, "no page");
        assert_eq!(broken(&[files[0], files[2]], &[aws.clone(), wired.clone()]), 1, "no line");
        let bare = package("crates/rollcall/Cargo.toml", "rollcall", &["dev:./rollcall-aws"]);
        assert_eq!(broken(&files, &[aws, bare]), 1, "no dependency");
        assert_eq!(broken(&files, &[wired]), 1, "no crate");
        assert_eq!(broken(&[("docs/connectors/okta.md", "")], &[]), 1, "no connector");
    }
}
