//! Actions that run an agent: its credentials, and who may start it.

use std::collections::BTreeMap;

use crate::expression;
use crate::secret::{self, Credential};
use crate::text::Position;
use crate::tree::Node;
use crate::workflow::context::{Context, References};
use crate::workflow::{Span, Uses};

/// A step that runs an agent.
#[derive(Clone, Debug)]
pub struct AgentStep {
    /// The product's name.
    pub product: &'static str,
    /// The action, as `owner/repo`.
    pub action: &'static str,
    /// Its lines.
    pub span: Span,
    /// What it is given: secrets named in its inputs and environment.
    pub references: References,
    /// Literals that stand in its inputs, by input.
    pub literals: Vec<(String, Credential, Position)>,
    /// Inputs that say who may start it and what it may do, as templates.
    pub settings: BTreeMap<String, String>,
    /// Whether anyone may start it: an allow-list of `*`.
    pub open_to_all: bool,
}

/// The agent actions: `owner/repo[/path]`, product.
const AGENTS: &[(&str, &str)] = &[
    ("anthropics/claude-code-action", "Claude Code"),
    ("anthropics/claude-code-base-action", "Claude Code"),
    ("anthropics/claude-code-action/base-action", "Claude Code"),
    ("anthropics/claude-code-security-review", "Claude Code"),
    ("openai/codex-action", "Codex"),
    ("google-github-actions/run-gemini-cli", "Gemini CLI"),
    ("google-gemini/gemini-cli-action", "Gemini CLI"),
    ("actions/ai-inference", "GitHub Models"),
    ("sst/opencode/github", "opencode"),
    ("anomalyco/opencode/github", "opencode"),
    ("qodo-ai/pr-agent", "PR-Agent"),
    ("codium-ai/pr-agent", "PR-Agent"),
    ("coderabbitai/ai-pr-reviewer", "CodeRabbit"),
    ("augmentcode/augment-agent", "Augment Agent"),
    ("augmentcode/review-pr", "Augment Agent"),
    ("factory-ai/droid-action", "Droid"),
    ("all-hands-ai/openhands", "OpenHands"),
    ("openhands/openhands", "OpenHands"),
    ("warpdotdev/oz-agent-action", "Oz"),
    ("warpdotdev/warp-agent-action", "Oz"),
    ("google-labs-code/jules-invoke", "Jules"),
    ("block/goose-action", "Goose"),
    ("continuedev/continue", "Continue"),
    ("continuedev/continue-agents", "Continue"),
    ("cursor/agent-action", "Cursor"),
];

/// Inputs that say who may start an agent and what it may do. Prompts are never read.
const SETTINGS: &[&str] = &[
    "allowed_bots",
    "allowed_non_write_users",
    "allow-users",
    "allow-bots",
    "allow_users",
    "sandbox",
    "safety-strategy",
    "permission-profile",
    "use_bedrock",
    "use_vertex",
    "use_foundry",
    "use_vertex_ai",
    "use_gemini_code_assist",
    "allowed_tools",
    "disallowed_tools",
    "allowed-tools",
    "model",
    "trigger_phrase",
    "assignee_trigger",
    "label_trigger",
    "responses-api-endpoint",
    "enable-github-mcp",
    "track_progress",
    "anthropic_federation_rule_id",
    "anthropic_service_account_id",
    "anthropic_organization_id",
    "gcp_workload_identity_provider",
    "gcp_service_account",
];

/// Inputs that list who may start it.
const ALLOW_LISTS: &[&str] =
    &["allowed_bots", "allowed_non_write_users", "allow-users", "allow-bots", "allow_users"];

pub(crate) fn read(uses: &Uses, step: &Node<'_>, context: &Context<'_, '_>) -> Option<AgentStep> {
    let (action, product) = AGENTS.iter().find(|(slug, _)| uses.is_action(slug))?;
    let mut agent = AgentStep {
        product,
        action,
        span: Span { at: step.at, lines: step.lines() },
        references: References::default(),
        literals: Vec::new(),
        settings: BTreeMap::new(),
        open_to_all: false,
    };
    let section = |name: &str| step.get(name).map(Node::entries).unwrap_or_default();
    for entry in section("with").iter().chain(section("env")) {
        context.collect(&entry.value, &mut agent.references);
        let Some(text) = entry.value.text() else { continue };
        let key = entry.key.to_string();
        if !expression::is_dynamic(text) && text.len() <= 4096 && !is_prose(&key) {
            for credential in secret::credentials(&key, text, &[], context.key) {
                if matches!(credential, Credential::Literal(_)) {
                    agent.literals.push((key.clone(), credential, entry.value.at));
                }
            }
        }
        if key == "claude_args" {
            flags(text, &mut agent.settings);
        }
        if SETTINGS.contains(&key.as_str())
            && text.len() <= 1024
            && secret::detect::all(text).is_empty()
        {
            if ALLOW_LISTS.contains(&key.as_str()) && text.split(',').any(|item| item.trim() == "*")
            {
                agent.open_to_all = true;
            }
            agent.settings.insert(key, expression::template(text));
        }
    }
    Some(agent)
}

fn is_prose(input: &str) -> bool {
    matches!(
        input,
        "prompt"
            | "direct_prompt"
            | "custom_instructions"
            | "settings"
            | "mcp_config"
            | "claude_args"
    )
}

/// The flags of `claude_args` that say what it may do.
fn flags(text: &str, settings: &mut BTreeMap<String, String>) {
    let wanted = [
        ("--allowedTools", "allowed_tools"),
        ("--allowed-tools", "allowed_tools"),
        ("--disallowedTools", "disallowed_tools"),
        ("--disallowed-tools", "disallowed_tools"),
        ("--permission-mode", "permission_mode"),
        ("--model", "model"),
    ];
    if text.contains("--dangerously-skip-permissions") {
        settings.insert("permission_mode".to_owned(), "bypassPermissions".to_owned());
    }
    for (flag, name) in wanted {
        let Some(at) = text.find(flag) else { continue };
        let rest = text[at + flag.len()..].trim_start_matches(['=', ' ']);
        let value = match rest.strip_prefix('"') {
            Some(quoted) => quoted.split('"').next(),
            None => rest.split_whitespace().next(),
        };
        let value = value.unwrap_or_default();
        if !value.is_empty() && value.len() <= 1024 && secret::detect::all(value).is_empty() {
            settings.insert(name.to_owned(), expression::template(value));
        }
    }
}
