//! The configuration of a source.

use std::path::{Path, PathBuf};

use globset::{Glob, GlobSet, GlobSetBuilder};
use rollcall_declared::files::EXCLUDED_FOLDERS;
use rollcall_model::{ProblemClass, Visibility};
use rollcall_record::Problem;
use serde::Deserialize;
use serde_json::Value;

/// As written in `[source.config]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Written {
    roots: Vec<PathBuf>,
    homes: Vec<PathBuf>,
    max_file_bytes: u64,
    max_depth: usize,
    exclude: Vec<String>,
    history: bool,
    history_budget: u32,
}

impl Default for Written {
    fn default() -> Self {
        Self {
            roots: Vec::new(),
            homes: Vec::new(),
            max_file_bytes: 1 << 20,
            max_depth: 64,
            exclude: Vec::new(),
            history: true,
            history_budget: 20_000,
        }
    }
}

/// What to read and how far.
pub(crate) struct Config {
    /// Folders searched for checkouts.
    pub(crate) roots: Vec<PathBuf>,
    /// Home folders.
    pub(crate) homes: Vec<PathBuf>,
    /// Bigger files are listed and not read.
    pub(crate) max_file_bytes: u64,
    /// How deep below a root is searched.
    pub(crate) max_depth: usize,
    /// Globs over paths below a root.
    pub(crate) exclude: GlobSet,
    has_excludes: bool,
    /// Whether git history is read.
    pub(crate) history: bool,
    /// How many commits of a repository are looked at.
    pub(crate) history_budget: u32,
    /// What narrows the view, for every scope.
    pub(crate) visibility: Visibility,
}

impl Config {
    pub(crate) fn read(value: &Value) -> Result<Self, Problem> {
        let written: Written =
            serde_json::from_value(value.clone()).map_err(|error| problem(error.to_string()))?;
        for path in written.roots.iter().chain(&written.homes) {
            if !path.is_absolute() {
                return Err(problem(format!("{} is not an absolute path", path.display())));
            }
        }
        if written.roots.is_empty() && written.homes.is_empty() {
            return Err(problem("neither `roots` nor `homes` names a folder to read".to_owned()));
        }
        let mut globs = GlobSetBuilder::new();
        for text in &written.exclude {
            globs.add(Glob::new(text).map_err(|error| problem(format!("exclude: {error}")))?);
        }
        let exclude = globs.build().map_err(|error| problem(format!("exclude: {error}")))?;
        let visibility = visibility(&written);
        Ok(Self {
            visibility,
            roots: unique(written.roots),
            homes: unique(written.homes),
            max_file_bytes: written.max_file_bytes,
            max_depth: written.max_depth,
            exclude,
            has_excludes: !written.exclude.is_empty(),
            history: written.history,
            history_budget: written.history_budget,
        })
    }

    /// Whether a folder or file is left out; its path below the root is asked for only if needed.
    pub(crate) fn excludes(&self, name: &str, below_root: impl FnOnce() -> String) -> bool {
        EXCLUDED_FOLDERS.contains(&name)
            || (self.has_excludes && self.exclude.is_match(below_root()))
    }
}

/// What narrows the view. A change of any of it must not look as if things had gone.
fn visibility(written: &Written) -> Visibility {
    let mut exclude = written.exclude.clone();
    exclude.sort();
    Visibility::of([
        format!("files up to {} bytes", written.max_file_bytes),
        format!("{} folders deep", written.max_depth),
        format!(
            "without {}",
            if exclude.is_empty() { "exceptions".to_owned() } else { exclude.join(" ") }
        ),
    ])
}

fn unique(mut paths: Vec<PathBuf>) -> Vec<PathBuf> {
    let mut seen = std::collections::HashSet::new();
    paths.retain(|path| seen.insert(resolved(path)));
    paths
}

/// A path without links, or as it is where it does not exist.
pub(crate) fn resolved(path: &Path) -> PathBuf {
    std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

fn problem(message: String) -> Problem {
    Problem::new(
        ProblemClass::Config,
        "bad_config",
        format!("the configuration of this source: {message}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_not_understood_is_refused() {
        for (config, said) in [
            (json!({}), "neither"),
            (json!({"roots": ["relative"]}), "absolute"),
            (json!({"roots": ["/x"], "depth": 1}), "unknown field `depth`"),
            (json!({"roots": ["/x"], "exclude": ["[z-a]"]}), "exclude"),
        ] {
            let message = Config::read(&config).err().map(|p| p.message).unwrap_or_default();
            assert!(message.contains(said), "{message}");
        }
    }

    #[test]
    fn a_narrower_view_is_another_view() {
        let of = |config| Config::read(&config).map(|c| c.visibility).ok();
        assert_ne!(of(json!({"roots": ["/x"]})), of(json!({"roots": ["/x"], "exclude": ["a"]})));
        assert_eq!(of(json!({"roots": ["/x"]})), of(json!({"roots": ["/x"], "history": false})));
    }
}
