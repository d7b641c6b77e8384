//! Files that instruct agents: that they are there, how big they are and what their front matter
//! declares. Their text is neither kept nor interpreted.

use crate::agent::{self, Server};
use crate::secret::LiteralKey;
use crate::text::{Issue, Source, Weight};
use crate::tree::{Node, Value};
use crate::yaml;

/// What an instruction file is for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Sort {
    /// Instructions for whatever agent works here.
    Instructions,
    /// The definition of an agent with a name of its own.
    Agent,
    /// A skill or command that an agent may load.
    Skill,
    /// A workflow that an agent carries out.
    Workflow,
}

impl Sort {
    /// The word used in attributes.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Instructions => "instructions",
            Self::Agent => "agent",
            Self::Skill => "skill",
            Self::Workflow => "workflow",
        }
    }
}

/// An instruction file as read.
#[derive(Clone, Debug, Default)]
pub struct Instructions {
    /// Its front matter, if it has one.
    pub front: Option<FrontMatter>,
}

/// What a front matter declares.
#[derive(Clone, Debug, Default)]
pub struct FrontMatter {
    /// The agent's or skill's name.
    pub name: Option<String>,
    /// The tools it may use.
    pub tools: Vec<String>,
    /// The model it asks for.
    pub model: Option<String>,
    /// The engine that carries out an agentic workflow.
    pub engine: Option<String>,
    /// How it decides what to ask for.
    pub permission_mode: Option<String>,
    /// The MCP servers it brings.
    pub servers: Vec<Server>,
    /// Names of MCP servers it may use that are configured elsewhere.
    pub server_names: Vec<String>,
    /// The last line of the front matter.
    pub last_line: u32,
}

/// What a file of a repository or home is, from its path with `/`: the product it instructs, if any
/// one, and what it is for.
#[must_use]
pub fn kind(path: &str) -> Option<(&'static str, Sort)> {
    let mut names = path.rsplit('/');
    let name = names.next().unwrap_or_default();
    let known = match name {
        "AGENTS.md" | "AGENT.md" | "AGENTS.override.md" => Some(("any", Sort::Instructions)),
        "CLAUDE.md" | "CLAUDE.local.md" => Some(("claude-code", Sort::Instructions)),
        "GEMINI.md" => Some(("gemini-cli", Sort::Instructions)),
        "QWEN.md" => Some(("qwen-code", Sort::Instructions)),
        "WARP.md" => Some(("warp", Sort::Instructions)),
        ".cursorrules" => Some(("cursor", Sort::Instructions)),
        ".windsurfrules" => Some(("windsurf", Sort::Instructions)),
        ".clinerules" => Some(("cline", Sort::Instructions)),
        ".roorules" => Some(("roo-code", Sort::Instructions)),
        ".goosehints" => Some(("goose", Sort::Instructions)),
        _ => None,
    };
    if known.is_some() {
        return known;
    }
    let (stem, extension) = name.rsplit_once('.')?;
    if !matches!(extension, "md" | "mdc" | "toml") {
        return None;
    }
    let folders: Vec<&str> = names.take(4).collect();
    let markdown = extension != "toml";
    let under = |folder: &str, inner: &[&str]| {
        folders
            .iter()
            .position(|f| *f == folder)
            .is_some_and(|at| at > 0 && folders.get(at - 1).is_some_and(|f| inner.contains(f)))
    };
    if under(".github", &["agents", "chatmodes"]) && markdown {
        return Some(("copilot", Sort::Agent));
    }
    if under(".github", &["instructions", "prompts"]) && markdown {
        return Some(("copilot", Sort::Instructions));
    }
    if folders.first() == Some(&".github") && stem == "copilot-instructions" {
        return Some(("copilot", Sort::Instructions));
    }
    if folders.len() == 2 && folders == ["workflows", ".github"] && extension == "md" {
        return Some(("gh-aw", Sort::Workflow));
    }
    for (folder, client) in [
        (".claude", "claude-code"),
        (".cursor", "cursor"),
        (".codex", "codex"),
        (".gemini", "gemini-cli"),
        (".opencode", "opencode"),
        (".agents", "any"),
        (".factory", "factory"),
        (".kiro", "kiro"),
        (".windsurf", "windsurf"),
        (".roo", "roo-code"),
        (".clinerules", "cline"),
        (".continue", "continue"),
        (".amazonq", "amazon-q"),
        (".junie", "junie"),
    ] {
        if under(folder, &["agents", "agent", "droids"]) {
            return Some((client, Sort::Agent));
        }
        if under(folder, &["skills", "skill"]) && name == "SKILL.md"
            || under(folder, &["commands", "command"])
        {
            return Some((client, Sort::Skill));
        }
        let rules = under(folder, &["rules", "steering", "instructions"]);
        let own = folder == ".clinerules" && folders.first() == Some(&folder);
        if (rules || own) && markdown
            || folder == ".junie" && name == "guidelines.md" && folders.first() == Some(&folder)
        {
            return Some((client, Sort::Instructions));
        }
    }
    None
}

/// Reads an instruction file. A broken front matter is a note: agents read on without it.
#[must_use]
pub fn parse(bytes: &[u8], key: LiteralKey<'_>) -> (Instructions, Vec<Issue>) {
    let (source, mut issues) = Source::decode(bytes);
    let front = front_matter(source.text(), key, &mut issues);
    for issue in &mut issues {
        issue.weight = Weight::Note;
    }
    (Instructions { front }, issues)
}

fn front_matter(text: &str, key: LiteralKey<'_>, issues: &mut Vec<Issue>) -> Option<FrontMatter> {
    let rest = text.strip_prefix("---")?.trim_start_matches([' ', '\t']);
    if !rest.starts_with(['\n', '\r']) {
        return None;
    }
    let (mut offset, mut last_line) = (0, 1);
    let mut end = None;
    for line in text.split_inclusive('\n') {
        if offset > 0 && matches!(line.trim_end(), "---" | "...") {
            end = Some(offset);
            last_line += 1;
            break;
        }
        last_line += u32::from(offset > 0);
        offset += line.len();
    }
    // The marker line is kept, so that lines are those of the file.
    let text = &text[..end?];
    let root = yaml::parse(text, issues);
    let words = |names: &[&str]| -> Vec<String> {
        let node = root.get_any(names);
        let mut all = Vec::new();
        for text in node.map(Node::texts).unwrap_or_default() {
            all.extend(
                text.split(',')
                    .map(|t| t.trim().to_owned())
                    .filter(|t| !t.is_empty() && t.len() <= 200),
            );
        }
        // Some write a map of tool to switch or settings.
        all.extend(node.map(Node::entries).unwrap_or_default().iter().map(|e| e.key.to_string()));
        all
    };
    let broken = !issues.is_empty();
    let word = |name: &str| {
        let node = root.get(name);
        let value = node.and_then(|n| n.text().or_else(|| n.get("id").and_then(Node::text)));
        let value = value.or_else(|| broken.then(|| plain_line(text, name)).flatten())?;
        (value.len() <= 200 && crate::secret::detect::all(value).is_empty())
            .then(|| value.to_owned())
    };
    let servers = root.get_any(&["mcp-servers", "mcpServers", "mcp_servers"]);
    let server_names = match servers.map(|s| &s.value) {
        Some(Value::List(_)) => servers.map(Node::texts).unwrap_or_default(),
        _ => Vec::new(),
    };
    Some(FrontMatter {
        name: word("name"),
        tools: match words(&["tools", "allowed-tools"]) {
            none if none.is_empty() && broken => plain_line(text, "tools")
                .map(|line| line.split(',').map(|tool| tool.trim().to_owned()).collect())
                .unwrap_or_default(),
            tools => tools,
        },
        model: word("model"),
        engine: word("engine"),
        permission_mode: word("permissionMode"),
        servers: servers.map(|node| agent::servers_of(node, key)).unwrap_or_default(),
        server_names: server_names.into_iter().map(str::to_owned).collect(),
        last_line,
    })
}

/// The value of `name: value` on a line of its own. Descriptions with a colon in them break YAML,
/// and the clients read on all the same.
fn plain_line<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?.trim();
    (!value.is_empty() && !value.starts_with(['[', '{', '|', '>', '&', '*'])).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_known_by_their_path() {
        for (path, expected) in [
            ("AGENTS.md", Some(("any", Sort::Instructions))),
            ("a/b/CLAUDE.md", Some(("claude-code", Sort::Instructions))),
            (".claude/agents/reviewer.md", Some(("claude-code", Sort::Agent))),
            (".claude/skills/x/SKILL.md", Some(("claude-code", Sort::Skill))),
            (".github/copilot-instructions.md", Some(("copilot", Sort::Instructions))),
            (".github/instructions/a/b.instructions.md", Some(("copilot", Sort::Instructions))),
            (".github/agents/x.agent.md", Some(("copilot", Sort::Agent))),
            (".github/workflows/triage.md", Some(("gh-aw", Sort::Workflow))),
            (".cursor/rules/x.mdc", Some(("cursor", Sort::Instructions))),
            ("docs/README.md", None),
            ("agents/x.md", None),
            (".github/ISSUE_TEMPLATE/x.md", None),
        ] {
            assert_eq!(kind(path), expected, "{path}");
        }
    }

    #[test]
    fn a_front_matter_declares_and_the_text_does_not() {
        let text = b"---\nname: reviewer\ntools: Read, Bash\nmodel: opus\nmcp-servers:\n  gh:\n    type: http\n    url: https://api.example.com/mcp\n---\nYou may use `Write`.\n";
        let (file, issues) = parse(text, LiteralKey(&[0; 32]));
        assert_eq!(issues, []);
        let front = file.front.expect("there is one");
        assert_eq!(
            (front.name.as_deref(), front.tools.as_slice()),
            (Some("reviewer"), &["Read".to_owned(), "Bash".to_owned()][..])
        );
        assert_eq!((front.servers.len(), front.servers[0].at.line, front.last_line), (1, 6, 9));
        assert!(parse(b"# Title\n---\nname: x\n---\n", LiteralKey(&[0; 32])).0.front.is_none());
    }

    #[test]
    fn a_broken_front_matter_is_a_note() {
        let text = b"---\nname: reviewer\ndescription: use it so: user: x\ntools: Read, Grep\nmodel: opus\n---\ntext";
        let (file, issues) = parse(text, LiteralKey(&[0; 32]));
        let front = file.front.expect("there is one");
        assert_eq!(
            (front.name.as_deref(), front.tools.len(), front.model.as_deref()),
            (Some("reviewer"), 2, Some("opus"))
        );
        assert_eq!((issues.len(), issues[0].at.line), (1, 3));
        let (_, issues) = parse(b"---\nname: [x\n---\ntext", LiteralKey(&[0; 32]));
        assert!(!issues.is_empty() && issues.iter().all(|i| i.weight == Weight::Note));
    }
}
