//! The command line tools that scripts call. Scripts are split into words, never run.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::text::{Position, saturate};
use crate::tree::Node;

/// A tool that uses an identity of another system, or is an agent.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tool {
    /// `aws`
    Aws,
    /// `aws sts`
    AwsSts,
    /// `az`
    Azure,
    /// `gcloud`
    Gcloud,
    /// `gcloud auth`
    GcloudAuth,
    /// `gh`
    Gh,
    /// `helm`
    Helm,
    /// `kubectl`
    Kubectl,
    /// `terraform` or `tofu`
    Terraform,
    /// `vault`
    Vault,
    /// Claude Code.
    Claude,
    /// Codex.
    Codex,
    /// Gemini CLI.
    Gemini,
    /// GitHub Copilot CLI.
    Copilot,
    /// Cursor's agent.
    CursorAgent,
    /// opencode.
    Opencode,
    /// Aider.
    Aider,
    /// Goose.
    Goose,
    /// Amp.
    Amp,
}

impl Tool {
    /// The word used in JSON and text.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Aws => "aws",
            Self::AwsSts => "aws-sts",
            Self::Azure => "azure",
            Self::Gcloud => "gcloud",
            Self::GcloudAuth => "gcloud-auth",
            Self::Gh => "gh",
            Self::Helm => "helm",
            Self::Kubectl => "kubectl",
            Self::Terraform => "terraform",
            Self::Vault => "vault",
            Self::Claude => "claude",
            Self::Codex => "codex",
            Self::Gemini => "gemini",
            Self::Copilot => "copilot",
            Self::CursorAgent => "cursor-agent",
            Self::Opencode => "opencode",
            Self::Aider => "aider",
            Self::Goose => "goose",
            Self::Amp => "amp",
        }
    }

    /// Whether it is an agent, and the product's name.
    #[must_use]
    pub const fn agent(self) -> Option<&'static str> {
        match self {
            Self::Claude => Some("Claude Code"),
            Self::Codex => Some("Codex"),
            Self::Gemini => Some("Gemini CLI"),
            Self::Copilot => Some("GitHub Copilot CLI"),
            Self::CursorAgent => Some("Cursor"),
            Self::Opencode => Some("opencode"),
            Self::Aider => Some("Aider"),
            Self::Goose => Some("Goose"),
            Self::Amp => Some("Amp"),
            _ => None,
        }
    }
}

/// The tools of a `run`, each with the line of its first call.
pub(crate) fn of_script(node: &Node<'_>) -> BTreeMap<Tool, Position> {
    let Some(text) = node.text() else { return BTreeMap::new() };
    // The text of a block begins on the line after its mark; one on the mark's line is one line.
    let one_line = node.at.line == node.last_line;
    let mut found = BTreeMap::new();
    for (tool, line) in tools(text) {
        let offset = if one_line { 0 } else { line };
        let at =
            Position { line: (node.at.line + saturate(offset)).min(node.last_line), column: 1 };
        found.entry(tool).or_insert(if one_line { node.at } else { at });
    }
    found
}

/// The tools a shell script calls, each with its line from 0. Words inside strings that are handed
/// to `echo` and the like do not count, as they do not stand where a command does.
#[must_use]
pub fn tools(script: &str) -> Vec<(Tool, usize)> {
    let mut found: Vec<(Tool, usize)> = Vec::new();
    let mut continued = false;
    for (number, line) in script.lines().enumerate() {
        let line = line.trim();
        let skip = continued || line.starts_with('#');
        continued = line.ends_with('\\');
        if skip {
            continue;
        }
        for command in line.split(['|', ';', '&', '(', '`', '{']) {
            for tool in tool(command) {
                if !found.iter().any(|(known, _)| *known == tool) {
                    found.push((tool, number));
                }
            }
        }
    }
    found
}

/// The tool a command calls, and the finer one where its arguments say more.
fn tool(command: &str) -> Vec<Tool> {
    fn clean(word: &str) -> &str {
        word.trim_matches(['"', '\'', ')', '}'])
    }
    let mut words = command.split_whitespace().map(clean).peekable();
    while let Some(word) = words.peek() {
        let assignment = word.split_once('=').is_some_and(|(name, _)| {
            !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        });
        let prefix = matches!(
            *word,
            "sudo"
                | "exec"
                | "time"
                | "env"
                | "nohup"
                | "if"
                | "then"
                | "else"
                | "elif"
                | "while"
                | "until"
                | "do"
                | "!"
                | "command"
                | "eval"
                | "xargs"
        );
        if !assignment && !prefix {
            break;
        }
        words.next();
    }
    let Some(mut name) = words.next() else { return Vec::new() };
    let runner = matches!(name, "npx" | "bunx" | "uvx" | "pipx" | "pnpx")
        || (matches!(name, "pnpm" | "yarn") && words.peek() == Some(&"dlx"));
    if runner {
        let package = words.find(|word| !word.starts_with('-') && *word != "dlx" && *word != "run");
        let Some(package) = package else { return Vec::new() };
        let at =
            package.get(1..).and_then(|rest| rest.find('@')).map_or(package.len(), |at| at + 1);
        name = &package[..at];
    } else if let Some((_, base)) = name.rsplit_once('/') {
        name = base;
    }
    let next = words.peek().copied().unwrap_or_default();
    match name {
        "aws" if next == "sts" => vec![Tool::Aws, Tool::AwsSts],
        "aws" => vec![Tool::Aws],
        "az" => vec![Tool::Azure],
        "gcloud" if next == "auth" => vec![Tool::Gcloud, Tool::GcloudAuth],
        "gcloud" => vec![Tool::Gcloud],
        "gh" => vec![Tool::Gh],
        "helm" => vec![Tool::Helm],
        "kubectl" => vec![Tool::Kubectl],
        "terraform" | "tofu" => vec![Tool::Terraform],
        "vault" => vec![Tool::Vault],
        "claude" | "@anthropic-ai/claude-code" if next != "mcp" && next != "--version" => {
            vec![Tool::Claude]
        }
        "codex" | "@openai/codex" if next != "--version" => vec![Tool::Codex],
        "gemini" | "@google/gemini-cli" if next != "--version" => vec![Tool::Gemini],
        "copilot" | "@github/copilot" if next != "--version" => vec![Tool::Copilot],
        "cursor-agent" => vec![Tool::CursorAgent],
        "opencode" | "opencode-ai" => vec![Tool::Opencode],
        "aider" | "aider-chat" => vec![Tool::Aider],
        "goose" if matches!(next, "run" | "session") => vec![Tool::Goose],
        "amp" | "@sourcegraph/amp" if matches!(next, "-x" | "--execute" | "-p") => vec![Tool::Amp],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(script: &str) -> Vec<&'static str> {
        tools(script).into_iter().map(|(tool, _)| tool.as_str()).collect()
    }

    #[test]
    fn tools_count_where_a_command_stands() {
        assert_eq!(names("set -e\nID=$(aws sts get-caller-identity)\n"), ["aws", "aws-sts"]);
        assert_eq!(
            names("A=1 sudo /usr/local/bin/kubectl get x | vault read y"),
            ["kubectl", "vault"]
        );
        assert_eq!(
            names("npx -y @openai/codex@1.2 exec 'x'; npx @anthropic-ai/claude-code -p hi"),
            ["codex", "claude"]
        );
        assert_eq!(
            names("if gcloud auth list; then terraform apply; fi"),
            ["gcloud", "gcloud-auth", "terraform"]
        );
        assert_eq!(names("cat x | claude -p 'do it' --model opus"), ["claude"]);
    }

    #[test]
    fn names_in_arguments_and_comments_do_not_count() {
        for script in [
            "echo vault kubectl",
            "# claude -p",
            "npm install -g @openai/codex",
            "docker run \\\n  vault \\\n  x",
            "claude --version",
            "pip install aider-chat",
            "cd terraform",
            "goose up",
        ] {
            assert_eq!(names(script), Vec::<&str>::new(), "{script}");
        }
    }
}
