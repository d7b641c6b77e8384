//! Settings of Actions, of OIDC subjects, of Copilot and of coding agents.

use rollcall_model::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

use super::Sort;
use crate::plan::{Company, Repository};

/// Settings of a repository.
#[derive(Clone, Debug, Serialize)]
pub struct RepositorySettings {
    /// Whether Actions run here.
    pub actions: bool,
    /// `all`, `local_only` or `selected`.
    pub allowed_actions: &'static str,
    /// Whether actions must be pinned to a commit.
    pub pinning: bool,
    /// What the token of a run may do unless the workflow says: `read` or `write`.
    pub token: &'static str,
    /// Whether a run may approve changes.
    pub approves: bool,
    /// The subject that jobs present.
    pub oidc: OidcSetting,
    /// The coding agent.
    pub agent: AgentSettings,
}

/// How the subjects of a repository are made.
#[derive(Clone, Debug, Serialize)]
pub struct OidcSetting {
    /// Whether GitHub's form is used and not the organisation's.
    pub default: bool,
    /// The claims, where the form is the repository's own.
    pub claims: Vec<&'static str>,
    /// Whether ids stand beside names.
    pub immutable: bool,
}

/// The coding agent of a repository.
#[derive(Clone, Debug, Default, Serialize)]
pub struct AgentSettings {
    /// Whether it may be given tasks here.
    pub enabled: bool,
    /// Names of its MCP servers.
    pub servers: Vec<String>,
    /// Its MCP configuration, with the canary.
    #[serde(skip)]
    pub configuration: Option<Value>,
    /// Whether the firewall around it is on.
    pub firewall: bool,
}

/// A seat of Copilot.
#[derive(Clone, Debug, Serialize)]
pub struct Seat {
    /// The number of the account.
    pub user: u64,
    /// The team it was given through, by number.
    pub team: Option<u64>,
    /// When it was given.
    pub created: Timestamp,
    /// The last use.
    pub used: Option<Timestamp>,
    /// The day on which it ends.
    pub ends: Option<Timestamp>,
}

impl Default for RepositorySettings {
    fn default() -> Self {
        Self {
            actions: true,
            allowed_actions: "all",
            pinning: false,
            token: "read",
            approves: false,
            oidc: OidcSetting { default: true, claims: Vec::new(), immutable: false },
            agent: AgentSettings::default(),
        }
    }
}

impl Company {
    pub(super) fn hub_settings(&self, plan: &Repository) -> RepositorySettings {
        let mut draw = self.hub_draw(Sort::Settings, plan.number);
        let default = draw.chance(850);
        let claims = match default {
            true => Vec::new(),
            false => vec!["repo", "context", "job_workflow_ref"],
        };
        let enabled = draw.chance(300) || plan.number < 2;
        let servers: Vec<String> = if enabled && !plan.servers.is_empty() {
            plan.servers.iter().map(|s| s.name.to_string()).collect()
        } else {
            Vec::new()
        };
        let entry = |name: &String| {
            let canary = self.hub_canary();
            let server = json!({
                "type": "local",
                "command": "npx",
                "args": ["-y", format!("@{name}-tools/mcp"), format!("--token={canary}")],
                "env": {"TOKEN": format!("$COPILOT_MCP_{}_TOKEN", name.to_uppercase()), "EXTRA": canary},
                "tools": ["*"],
            });
            (name.clone(), server)
        };
        let configuration = (!servers.is_empty()).then(|| {
            let all: serde_json::Map<String, Value> = servers.iter().map(entry).collect();
            json!({"mcpServers": all})
        });
        RepositorySettings {
            actions: draw.chance(970),
            allowed_actions: if draw.chance(300) { "selected" } else { "all" },
            pinning: draw.chance(200),
            token: if draw.chance(250) { "write" } else { "read" },
            approves: draw.chance(150),
            oidc: OidcSetting { default, claims, immutable: draw.chance(200) },
            agent: AgentSettings { enabled, servers, configuration, firewall: draw.chance(900) },
        }
    }

    /// The seats of Copilot: of most who work here and of some who left.
    #[must_use]
    pub fn hub_seats(&self) -> Vec<Seat> {
        let mut seats = Vec::new();
        for member in self.hub_members() {
            let mut draw = self.hub_draw(Sort::Settings, 1 << 40 | member.user);
            if member.user >= self.people || !draw.chance(600) {
                continue;
            }
            let created = draw.ago(self.spec.now, 400, 10);
            let team = draw.chance(300).then_some(member.user % self.teams);
            let used = draw.chance(800).then(|| draw.ago(self.spec.now, 90, 0).max(created));
            let ends = draw.chance(30).then(|| self.spec.now.plus_seconds(864_000));
            seats.push(Seat { user: member.user, team, created, used, ends });
        }
        seats
    }
}
