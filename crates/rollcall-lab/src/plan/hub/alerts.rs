//! Alerts of secret scanning.

use rollcall_model::Timestamp;
use serde::Serialize;

use super::Sort;
use crate::plan::{Company, McpValue, Repository};

/// Whether a leaked secret still works.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "GitHub's own words")]
pub enum Validity {
    Active,
    Inactive,
    Unknown,
}

/// A secret that was found in a repository.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Alert {
    /// Its number within the repository.
    pub number: u64,
    /// When it was found.
    pub created: Timestamp,
    /// How it was settled, and when.
    pub resolved: Option<(&'static str, Timestamp)>,
    /// What sort of secret.
    pub secret_type: &'static str,
    /// Whether it still works.
    pub validity: Validity,
    /// Whether it was seen in public.
    pub public: bool,
    /// The file it stands in.
    pub path: String,
}

impl Company {
    pub(super) fn hub_alerts(&self, plan: &Repository) -> Vec<Alert> {
        let mut draw = self.hub_draw(Sort::Alert, plan.number);
        let literal =
            |s: &crate::plan::McpServer| matches!(s.variable, Some((_, McpValue::Literal(_))));
        let mut found = Vec::new();
        if plan.servers.iter().any(literal) {
            found.push(Alert {
                number: 1,
                created: draw.ago(self.spec.now, 30, 2),
                resolved: None,
                secret_type: "github_personal_access_token",
                validity: Validity::Active,
                public: false,
                path: ".mcp.json".to_owned(),
            });
        }
        if draw.chance(40) && plan.planted.is_none() {
            let created = draw.ago(self.spec.now, 300, 10);
            let settled = draw.chance(500).then_some(("revoked", created.plus_seconds(86_400)));
            found.push(Alert {
                number: found.len() as u64 + 1,
                created,
                resolved: settled,
                secret_type: "slack_api_token",
                validity: if settled.is_some() { Validity::Inactive } else { Validity::Unknown },
                public: draw.chance(200),
                path: "src/main.txt".to_owned(),
            });
        }
        found
    }
}
