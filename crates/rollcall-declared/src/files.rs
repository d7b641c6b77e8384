//! Which files declare something, by their path, and reading any of them.

use crate::action::{self, Action};
use crate::agent::{self, Config, FileKind, clients};
use crate::codeowners::{self, CodeOwners, Dialect};
use crate::instructions::{self, Instructions};
use crate::secret::LiteralKey;
use crate::text::Issue;
use crate::workflow::{self, Workflow};

/// Folders that hold other people's code or build results, by name: what lies in them declares nothing
/// of the repository.
pub const EXCLUDED_FOLDERS: [&str; 10] = [
    "node_modules",
    "bower_components",
    "site-packages",
    "__pycache__",
    ".venv",
    "venv",
    ".tox",
    ".terraform",
    ".gradle",
    ".yarn",
];

/// What a file is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FileType {
    /// A GitHub Actions workflow.
    Workflow,
    /// A GitHub action.
    Action,
    /// Configuration of an agent or MCP client.
    Config(FileKind),
    /// Instructions for agents: whose, and what for.
    Instructions(&'static str, instructions::Sort),
    /// CODEOWNERS.
    CodeOwners,
}

impl FileType {
    /// The kind of the file's entity.
    #[must_use]
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Workflow => "code.workflow-file",
            Self::Action => "code.action-file",
            Self::Config(FileKind { sort: clients::Sort::Mcp, .. }) => "code.mcp-config",
            Self::Config(_) => "code.agent-config",
            Self::Instructions(..) => "code.agent-instructions",
            Self::CodeOwners => "code.codeowners",
        }
    }

    /// Whether such a file counts only in its place from the root of a repository.
    #[must_use]
    pub const fn is_rooted(self) -> bool {
        matches!(self, Self::Workflow | Self::CodeOwners)
    }
}

/// What a file of a repository is, from its path from the repository's root, with `/`.
#[must_use]
pub fn classify(path: &str) -> Option<FileType> {
    let found = classify_below(path)?;
    if !found.is_rooted() {
        return Some(found);
    }
    let in_place = match found {
        FileType::Workflow => {
            path.starts_with(".github/workflows/") && path.matches('/').count() == 2
        }
        _ => matches!(
            path,
            "CODEOWNERS" | "docs/CODEOWNERS" | ".github/CODEOWNERS" | ".gitlab/CODEOWNERS"
        ),
    };
    in_place.then_some(found)
}

/// What a file may be, from a path that begins anywhere above the repository.
#[must_use]
pub fn classify_below(path: &str) -> Option<FileType> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    match extension {
        "yml" | "yaml" => {
            if folder == ".github/workflows" || folder.ends_with("/.github/workflows") {
                return Some(FileType::Workflow);
            }
            if name == "action.yml" || name == "action.yaml" {
                return Some(FileType::Action);
            }
        }
        "json" | "jsonc" | "toml" | "md" | "mdc" => {}
        _ if name == "CODEOWNERS" => return Some(FileType::CodeOwners),
        // Every other known name begins with a dot and has no extension.
        _ if !name.starts_with('.') => return None,
        _ => {}
    }
    if let Some(kind) = clients::in_repository(path) {
        return Some(FileType::Config(kind));
    }
    instructions::kind(path).map(|(product, sort)| FileType::Instructions(product, sort))
}

/// The folders above a rooted file that would have to be the repository's root for it to count.
#[must_use]
pub fn roots_of(path: &str, file: FileType) -> Vec<&str> {
    let up = |path: &'_ str, levels: usize| -> Option<usize> {
        let mut end = path.len();
        for _ in 0..levels {
            match path[..end].rfind('/') {
                Some(at) => end = at,
                None if end > 0 => end = 0,
                None => return None,
            }
        }
        Some(end)
    };
    let levels: &[usize] = match file {
        FileType::Workflow => &[3],
        FileType::CodeOwners => &[1, 2],
        _ => &[],
    };
    levels.iter().filter_map(|levels| up(path, *levels)).map(|end| &path[..end]).collect()
}

/// What a file declares.
#[derive(Clone, Debug)]
pub enum Facts {
    /// Of a workflow.
    Workflow(Workflow),
    /// Of an action.
    Action(Action),
    /// Of a configuration.
    Config(FileKind, Config),
    /// Of an instruction file.
    Instructions(&'static str, instructions::Sort, Instructions),
    /// Of CODEOWNERS, by GitHub's rules and by GitLab's, each with what it does not take.
    CodeOwners(Box<[(CodeOwners, Vec<Issue>); 2]>),
}

/// Reads a file. Nothing is returned for one that only has the name of its type, such as an
/// `action.yml` that is no action.
#[must_use]
pub fn parse(file: FileType, bytes: &[u8], key: LiteralKey<'_>) -> (Option<Facts>, Vec<Issue>) {
    match file {
        FileType::Workflow => {
            let (workflow, issues) = workflow::parse(bytes, key);
            (Some(Facts::Workflow(workflow)), issues)
        }
        FileType::Action => {
            let (action, issues) = action::parse(bytes, key);
            (action.map(Facts::Action), issues)
        }
        FileType::Config(kind) => {
            let (config, issues) = agent::parse(bytes, &kind, key);
            // Editor settings say nothing about agents unless they list servers.
            let empty = kind.scan == agent::Scan::Servers
                && config.servers.is_empty()
                && config.credentials.is_empty()
                && issues.is_empty();
            ((!empty).then_some(Facts::Config(kind, config)), issues)
        }
        FileType::Instructions(product, sort) => {
            let (instructions, issues) = instructions::parse(bytes, key);
            let front = instructions.front.is_some();
            // A workflow folder may hold plain documentation.
            let documentation = sort == instructions::Sort::Workflow && !front;
            ((!documentation).then_some(Facts::Instructions(product, sort, instructions)), issues)
        }
        FileType::CodeOwners => {
            let both = [Dialect::GitHub, Dialect::GitLab].map(|d| codeowners::parse(bytes, d));
            (Some(Facts::CodeOwners(Box::new(both))), Vec::new())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rooted_files_count_only_in_their_place() {
        assert_eq!(classify(".github/workflows/ci.yml"), Some(FileType::Workflow));
        assert_eq!(classify("tests/.github/workflows/ci.yml"), None);
        assert_eq!(classify(".github/workflows/sub/ci.yml"), None);
        assert_eq!(classify("docs/CODEOWNERS"), Some(FileType::CodeOwners));
        assert_eq!(classify("src/CODEOWNERS"), None);
        assert_eq!(classify("a/b/action.yml"), Some(FileType::Action));
        assert_eq!(classify(".mcp.json").map(FileType::kind), Some("code.mcp-config"));
        assert_eq!(classify("src/main.rs"), None);
        assert_eq!(classify_below("x/y/.github/workflows/ci.yaml"), Some(FileType::Workflow));
    }

    #[test]
    fn roots_of_rooted_files_are_named() {
        assert_eq!(roots_of("a/b/.github/workflows/ci.yml", FileType::Workflow), ["a/b"]);
        assert_eq!(roots_of(".github/workflows/ci.yml", FileType::Workflow), [""]);
        assert_eq!(roots_of("a/docs/CODEOWNERS", FileType::CodeOwners), ["a/docs", "a"]);
        assert_eq!(roots_of("CODEOWNERS", FileType::CodeOwners), [""]);
    }
}
