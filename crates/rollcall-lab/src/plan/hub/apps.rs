//! Apps that are installed in the organisation.

use std::collections::BTreeMap;

use rollcall_model::Timestamp;
use serde::Serialize;

use super::Sort;
use crate::plan::{Company, DAY};

/// Whether an App is known as an agent, and as which account it acts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct AgentApp {
    /// The id of its bot.
    pub bot: u64,
}

/// An installation of an App.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Installation {
    /// Its id.
    pub id: u64,
    /// The App's id.
    pub app: u64,
    /// The App's short name.
    pub slug: String,
    /// The App's client id.
    pub client: String,
    /// Whether the App is the company's own.
    pub own: bool,
    /// Whether it is an agent.
    pub agent: Option<AgentApp>,
    /// The repositories it was given, by number; none when it has all.
    pub repositories: Option<Vec<u64>>,
    /// Its rights.
    pub permissions: BTreeMap<String, String>,
    /// What it is told of.
    pub events: Vec<&'static str>,
    /// When it was installed.
    pub created: Timestamp,
    /// When its rights changed.
    pub updated: Timestamp,
    /// When it was suspended, and by which account, by number.
    pub suspended: Option<(Timestamp, u64)>,
}

/// Everything that an App can be given to read and an inventory has a use for.
pub(crate) const READER: &[&str] = &[
    "actions",
    "actions_variables",
    "administration",
    "agent_secrets",
    "agent_variables",
    "contents",
    "copilot_agent_settings",
    "dependabot_secrets",
    "deployments",
    "environments",
    "members",
    "metadata",
    "organization_actions_variables",
    "organization_administration",
    "organization_agent_secrets",
    "organization_agent_variables",
    "organization_codespaces_secrets",
    "organization_copilot_agent_settings",
    "organization_copilot_seat_management",
    "organization_custom_org_roles",
    "organization_custom_properties",
    "organization_custom_roles",
    "organization_dependabot_secrets",
    "organization_hooks",
    "organization_personal_access_token_requests",
    "organization_personal_access_tokens",
    "organization_private_registries",
    "organization_secrets",
    "organization_self_hosted_runners",
    "repository_custom_properties",
    "repository_hooks",
    "secret_scanning_alerts",
    "secrets",
];

type Row = (&'static str, Option<u64>, &'static [(&'static str, &'static str)]);

/// Apps of others: short name, the bot of an agent, rights.
const OTHERS: [Row; 9] = [
    (
        "claude",
        Some(209_825_114),
        &[("contents", "write"), ("issues", "write"), ("pull_requests", "write")],
    ),
    (
        "chatgpt-codex-connector",
        Some(199_175_422),
        &[("contents", "write"), ("pull_requests", "write")],
    ),
    ("cursor", Some(206_951_365), &[("contents", "write"), ("workflows", "write")]),
    ("devin-ai-integration", Some(158_243_242), &[("contents", "write"), ("actions", "write")]),
    ("gemini-code-assist", Some(176_961_590), &[("pull_requests", "write")]),
    ("coderabbitai", Some(136_622_811), &[("contents", "read"), ("pull_requests", "write")]),
    (
        "renovate",
        None,
        &[("contents", "write"), ("pull_requests", "write"), ("workflows", "write")],
    ),
    ("ticket-bridge", None, &[("issues", "write"), ("members", "read")]),
    ("old-scanner", None, &[("contents", "read"), ("administration", "write")]),
];

impl Company {
    /// The installations; the first is the one that an inventory reads through.
    #[must_use]
    pub fn hub_installations(&self) -> Vec<Installation> {
        let reader = READER.iter().map(|p| ((*p).to_owned(), "read".to_owned())).collect();
        let mut found = vec![self.hub_installation(0, "rollcall-reader".to_owned(), None, reader)];
        found[0].own = true;
        found[0].repositories = None;
        for (n, (slug, bot, rights)) in (1..).zip(OTHERS) {
            let mut permissions: BTreeMap<String, String> =
                rights.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
            permissions.insert("metadata".to_owned(), "read".to_owned());
            let agent = bot.map(|bot| AgentApp { bot });
            found.push(self.hub_installation(n, slug.to_owned(), agent, permissions));
        }
        let n = found.len() as u64;
        let rights = [("contents", "write"), ("deployments", "write"), ("metadata", "read")];
        let rights = rights.map(|(k, v)| (k.to_owned(), v.to_owned())).into();
        let mut deployer =
            self.hub_installation(n, format!("{}-deployer", self.name), None, rights);
        deployer.own = true;
        found.push(deployer);
        if let Some(old) = found.iter_mut().find(|i| i.slug == "old-scanner") {
            old.suspended = Some((self.spec.now.plus_seconds(-90 * DAY), 0));
        }
        found
    }

    fn hub_installation(
        &self,
        n: u64,
        slug: String,
        agent: Option<AgentApp>,
        permissions: BTreeMap<String, String>,
    ) -> Installation {
        let mut draw = self.hub_draw(Sort::Installation, n);
        let created = draw.ago(self.spec.now, 800, 100);
        let selected = draw.chance(500).then(|| self.some_repositories(&mut draw));
        Installation {
            id: self.hub_id(Sort::Installation, n),
            app: self.hub_id(Sort::App, n) % 4_000_000,
            slug,
            client: format!("Iv23li{:014x}", draw.bits() >> 8),
            own: false,
            agent,
            repositories: selected,
            permissions,
            events: vec!["push", "pull_request"],
            created,
            updated: draw.ago(self.spec.now, 99, 5),
            suspended: None,
        }
    }
}
