//! The known clients, and where their files lie in repositories and home folders.
//!
//! Sources: each client's own documentation of its configuration files, read in November 2026.

use serde::{Deserialize, Serialize};

/// A client.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Client {
    /// A stable word for it.
    pub id: &'static str,
    /// What people call it.
    pub title: &'static str,
}

const fn client(id: &'static str, title: &'static str) -> Client {
    Client { id, title }
}

const CLAUDE_CODE: Client = client("claude-code", "Claude Code");
const CLAUDE_DESKTOP: Client = client("claude-desktop", "Claude Desktop");
const VSCODE: Client = client("vscode", "VS Code");
const CURSOR: Client = client("cursor", "Cursor");
const COPILOT: Client = client("copilot", "GitHub Copilot");
const CODEX: Client = client("codex", "Codex");
const GEMINI: Client = client("gemini-cli", "Gemini CLI");
const ANTIGRAVITY: Client = client("antigravity", "Antigravity");
const QWEN: Client = client("qwen-code", "Qwen Code");
const ROO: Client = client("roo-code", "Roo Code");
const KILO: Client = client("kilo-code", "Kilo Code");
const KIRO: Client = client("kiro", "Kiro");
const AMAZON_Q: Client = client("amazon-q", "Amazon Q Developer");
const ZED: Client = client("zed", "Zed");
const OPENCODE: Client = client("opencode", "opencode");
const AMP: Client = client("amp", "Amp");
const WINDSURF: Client = client("windsurf", "Windsurf");
const CLINE: Client = client("cline", "Cline");
const CONTINUE: Client = client("continue", "Continue");
const GOOSE: Client = client("goose", "Goose");
const JUNIE: Client = client("junie", "Junie");
const JETBRAINS: Client = client("copilot-jetbrains", "GitHub Copilot for JetBrains");
const FACTORY: Client = client("factory", "Factory");
const CRUSH: Client = client("crush", "Crush");
const LM_STUDIO: Client = client("lm-studio", "LM Studio");
const AIDER: Client = client("aider", "Aider");
const TRAE: Client = client("trae", "Trae");
const WARP: Client = client("warp", "Warp");

/// How a file is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// JSON, with comments and trailing commas.
    Json,
    /// TOML.
    Toml,
    /// YAML.
    Yaml,
}

/// What a file is mostly for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// It lists MCP servers.
    Mcp,
    /// It configures a client, servers maybe included.
    Settings,
}

/// How much of a file is looked at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scan {
    /// All of it may hold credentials of the client.
    Everything,
    /// Only its servers; the rest belongs to something else (editor settings, chat history).
    Servers,
}

/// What is known of a file from its path.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FileKind {
    /// Whose it is.
    pub client: Client,
    /// What it is for.
    pub sort: Sort,
    /// How it is written.
    pub format: Format,
    /// How much of it is looked at.
    pub scan: Scan,
}

const fn kind(client: Client, sort: Sort, format: Format, scan: Scan) -> FileKind {
    FileKind { client, sort, format, scan }
}

const fn mcp(client: Client) -> FileKind {
    kind(client, Sort::Mcp, Format::Json, Scan::Everything)
}

const fn settings(client: Client, format: Format) -> FileKind {
    kind(client, Sort::Settings, format, Scan::Everything)
}

const fn editor(client: Client) -> FileKind {
    kind(client, Sort::Settings, Format::Json, Scan::Servers)
}

/// Files of repositories: the end of their path, in any folder. `*` stands for a part of one name.
const IN_REPOSITORIES: &[(&str, FileKind)] = &[
    (".mcp.json", mcp(CLAUDE_CODE)),
    (".claude/settings.json", settings(CLAUDE_CODE, Format::Json)),
    (".claude/settings.local.json", settings(CLAUDE_CODE, Format::Json)),
    (".claude-plugin/plugin.json", editor(CLAUDE_CODE)),
    (".vscode/mcp.json", mcp(VSCODE)),
    (".vscode/settings.json", editor(VSCODE)),
    (".cursor/mcp.json", mcp(CURSOR)),
    (".copilot/mcp-config.json", mcp(COPILOT)),
    (".github/mcp.json", mcp(COPILOT)),
    (".codex/config.toml", settings(CODEX, Format::Toml)),
    (".gemini/settings.json", settings(GEMINI, Format::Json)),
    ("gemini-extension.json", mcp(GEMINI)),
    (".qwen/settings.json", settings(QWEN, Format::Json)),
    (".roo/mcp.json", mcp(ROO)),
    (".kilocode/mcp.json", mcp(KILO)),
    (".kiro/settings/mcp.json", mcp(KIRO)),
    (".amazonq/mcp.json", mcp(AMAZON_Q)),
    (".amazonq/default.json", mcp(AMAZON_Q)),
    (".zed/settings.json", settings(ZED, Format::Json)),
    ("opencode.json", settings(OPENCODE, Format::Json)),
    ("opencode.jsonc", settings(OPENCODE, Format::Json)),
    (".amp/settings.json", settings(AMP, Format::Json)),
    (".windsurf/mcp_config.json", mcp(WINDSURF)),
    (".cline/mcp.json", mcp(CLINE)),
    (".continue/config.yaml", settings(CONTINUE, Format::Yaml)),
    (".continue/config.json", settings(CONTINUE, Format::Json)),
    (".continue/mcpServers/*.yaml", kind(CONTINUE, Sort::Mcp, Format::Yaml, Scan::Everything)),
    (".continue/mcpServers/*.yml", kind(CONTINUE, Sort::Mcp, Format::Yaml, Scan::Everything)),
    (".continue/mcpServers/*.json", mcp(CONTINUE)),
    (".goose/config.yaml", settings(GOOSE, Format::Yaml)),
    (".junie/mcp/mcp.json", mcp(JUNIE)),
    (".factory/mcp.json", mcp(FACTORY)),
    ("crush.json", settings(CRUSH, Format::Json)),
    (".crush.json", settings(CRUSH, Format::Json)),
    (".aider.conf.yml", settings(AIDER, Format::Yaml)),
    (".trae/mcp.json", mcp(TRAE)),
    (".warp/.mcp.json", mcp(WARP)),
];

/// Files of home folders by their path from it, on any system. `*` stands for a part of one name.
const IN_HOMES: &[(&str, FileKind)] = &[
    (".claude.json", editor(CLAUDE_CODE)),
    (".claude/settings.json", settings(CLAUDE_CODE, Format::Json)),
    (".claude/settings.local.json", settings(CLAUDE_CODE, Format::Json)),
    (".claude/mcp.json", mcp(CLAUDE_CODE)),
    (".config/Claude/claude_desktop_config.json", mcp(CLAUDE_DESKTOP)),
    ("Library/Application Support/Claude/claude_desktop_config.json", mcp(CLAUDE_DESKTOP)),
    ("AppData/Roaming/Claude/claude_desktop_config.json", mcp(CLAUDE_DESKTOP)),
    (".cursor/mcp.json", mcp(CURSOR)),
    (".copilot/mcp-config.json", mcp(COPILOT)),
    (".copilot/config.json", settings(COPILOT, Format::Json)),
    (".config/github-copilot/intellij/mcp.json", mcp(JETBRAINS)),
    ("AppData/Local/github-copilot/intellij/mcp.json", mcp(JETBRAINS)),
    (".codex/config.toml", settings(CODEX, Format::Toml)),
    (".gemini/settings.json", settings(GEMINI, Format::Json)),
    (".gemini/antigravity/mcp_config.json", mcp(ANTIGRAVITY)),
    (".qwen/settings.json", settings(QWEN, Format::Json)),
    (".kiro/settings/mcp.json", mcp(KIRO)),
    (".aws/amazonq/mcp.json", mcp(AMAZON_Q)),
    (".aws/amazonq/default.json", mcp(AMAZON_Q)),
    (".codeium/windsurf/mcp_config.json", mcp(WINDSURF)),
    (".codeium/windsurf-next/mcp_config.json", mcp(WINDSURF)),
    (".codeium/mcp_config.json", mcp(WINDSURF)),
    (".config/zed/settings.json", settings(ZED, Format::Json)),
    ("AppData/Roaming/Zed/settings.json", settings(ZED, Format::Json)),
    (".config/opencode/opencode.json", settings(OPENCODE, Format::Json)),
    (".config/opencode/opencode.jsonc", settings(OPENCODE, Format::Json)),
    (".config/amp/settings.json", settings(AMP, Format::Json)),
    (".config/goose/config.yaml", settings(GOOSE, Format::Yaml)),
    ("AppData/Roaming/Block/goose/config/config.yaml", settings(GOOSE, Format::Yaml)),
    (".continue/config.yaml", settings(CONTINUE, Format::Yaml)),
    (".continue/config.json", settings(CONTINUE, Format::Json)),
    (".continue/mcpServers/*.yaml", kind(CONTINUE, Sort::Mcp, Format::Yaml, Scan::Everything)),
    (".continue/mcpServers/*.json", mcp(CONTINUE)),
    (".cline/data/settings/cline_mcp_settings.json", mcp(CLINE)),
    (".junie/mcp/mcp.json", mcp(JUNIE)),
    (".factory/mcp.json", mcp(FACTORY)),
    (".config/crush/crush.json", settings(CRUSH, Format::Json)),
    (".lmstudio/mcp.json", mcp(LM_STUDIO)),
    (".aider.conf.yml", settings(AIDER, Format::Yaml)),
    (".trae/mcp.json", mcp(TRAE)),
];

/// Where editors of the VS Code family keep their user settings, below a home folder.
const EDITOR_ROOTS: &[&str] = &[".config", "Library/Application Support", "AppData/Roaming"];
/// Those editors.
const EDITORS: &[(&str, Client)] = &[
    ("Code", VSCODE),
    ("Code - Insiders", VSCODE),
    ("VSCodium", VSCODE),
    ("Cursor", CURSOR),
    ("Windsurf", WINDSURF),
    ("Kiro", KIRO),
    ("Trae", TRAE),
];
/// Files of editors and their extensions below `User`.
const IN_EDITORS: &[(&str, Option<Client>)] = &[
    ("mcp.json", None),
    ("settings.json", None),
    ("globalStorage/saoudrizwan.claude-dev/settings/cline_mcp_settings.json", Some(CLINE)),
    ("globalStorage/rooveterinaryinc.roo-cline/settings/mcp_settings.json", Some(ROO)),
    ("globalStorage/kilocode.kilo-code/settings/mcp_settings.json", Some(KILO)),
];

/// What a file of a repository is, from its path with `/`.
#[must_use]
pub fn in_repository(path: &str) -> Option<FileKind> {
    let name = path.rsplit('/').next().unwrap_or(path);
    IN_REPOSITORIES
        .iter()
        .find(|(pattern, _)| {
            // Most files fall out by their name.
            let (_, last) = pattern.rsplit_once('/').unwrap_or(("", pattern));
            wild(last, name) && ends_with(path, pattern)
        })
        .map(|(_, kind)| *kind)
}

/// The files a home folder may have, by their path from it, and what each is. The last name of a
/// path may hold a `*`.
#[must_use]
pub fn in_home() -> Vec<(String, FileKind)> {
    let mut all: Vec<(String, FileKind)> =
        IN_HOMES.iter().map(|(path, kind)| ((*path).to_owned(), *kind)).collect();
    for root in EDITOR_ROOTS {
        for (editor_name, owner) in EDITORS {
            for (file, extension) in IN_EDITORS {
                let path = format!("{root}/{editor_name}/User/{file}");
                let kind = match (extension, *file) {
                    (Some(client), _) => mcp(*client),
                    (None, "settings.json") => editor(*owner),
                    (None, _) => mcp(*owner),
                };
                all.push((path, kind));
            }
        }
    }
    all
}

/// Whether a name matches a pattern with at most one `*`.
#[must_use]
pub fn wild(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((before, after)) => {
            name.len() >= before.len() + after.len()
                && name.starts_with(before)
                && name.ends_with(after)
        }
    }
}

fn ends_with(path: &str, pattern: &str) -> bool {
    let mut names = path.rsplit('/');
    pattern.rsplit('/').all(|part| names.next().is_some_and(|name| wild(part, name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_known_by_the_end_of_their_path() {
        let id = |path: &str| in_repository(path).map(|kind| kind.client.id);
        assert_eq!(id(".mcp.json"), Some("claude-code"));
        assert_eq!(id("packages/a/.mcp.json"), Some("claude-code"));
        assert_eq!(id("a/.vscode/mcp.json"), Some("vscode"));
        assert_eq!(id(".continue/mcpServers/x.yaml"), Some("continue"));
        for other in
            ["mcp.json", "x.mcp.json", "src/settings.json", ".continue/mcpServers/a/x.yaml", ""]
        {
            assert_eq!(id(other), None, "{other}");
        }
    }

    #[test]
    fn homes_have_files_on_every_system() {
        let all = in_home();
        for path in [
            ".claude.json",
            "Library/Application Support/Code/User/mcp.json",
            ".codex/config.toml",
            "AppData/Roaming/Claude/claude_desktop_config.json",
            ".config/Code/User/globalStorage/saoudrizwan.claude-dev/settings/cline_mcp_settings.json",
        ] {
            assert!(all.iter().any(|(known, _)| known == path), "{path}");
        }
        let mut paths: Vec<_> = all.iter().map(|(path, _)| path).collect();
        paths.sort();
        paths.dedup();
        assert_eq!(paths.len(), all.len());
    }
}
