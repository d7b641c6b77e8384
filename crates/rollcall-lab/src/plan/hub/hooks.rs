//! Webhooks. Some have credentials in their address, which GitHub shows to whoever may list them.

use rollcall_model::Timestamp;
use serde::Serialize;

use super::Sort;
use crate::plan::Company;

/// A webhook.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Hook {
    /// Its id.
    pub id: u64,
    /// Where it sends to, credentials included.
    #[serde(skip)]
    pub url: String,
    /// The host of that address.
    pub host: String,
    /// What it is told of.
    pub events: Vec<&'static str>,
    /// Whether it sends.
    pub active: bool,
    /// Whether certificates are not checked.
    pub insecure: bool,
    /// Whether a secret signs what it sends.
    pub signed: bool,
    /// When it was made.
    pub created: Timestamp,
    /// When it was changed.
    pub updated: Timestamp,
    /// What the receiver last answered.
    pub last: Option<u16>,
}

impl Company {
    /// The webhooks of the organisation.
    #[must_use]
    pub fn hub_hooks(&self) -> Vec<Hook> {
        let first = self.spec.now.plus_seconds(-80_000_000);
        vec![
            self.hub_hook(1 << 30, "events.siem.example", true, first),
            self.hub_hook((1 << 30) + 1, "chat.example", false, first),
        ]
    }

    pub(super) fn hub_repository_hooks(&self, number: u64, from: Timestamp) -> Vec<Hook> {
        let mut draw = self.hub_draw(Sort::Hook, number);
        if !draw.chance(250) {
            return Vec::new();
        }
        let host = draw.pick(&["ci.example", "deploy.example", "chat.example"]);
        vec![self.hub_hook(number, host, draw.chance(600), from)]
    }

    fn hub_hook(&self, n: u64, host: &str, with_credentials: bool, from: Timestamp) -> Hook {
        let mut draw = self.hub_draw(Sort::Hook, 1 << 40 | n);
        let canary = self.hub_canary();
        let url = if with_credentials {
            format!("https://hook:{canary}@{host}/in?token={canary}")
        } else {
            format!("https://{host}/services/github")
        };
        let created = draw.ago(self.spec.now, 900, 30).max(from);
        Hook {
            // Both halves of the numbers stay apart: those of the organisation lie above all others.
            id: self.hub_id(Sort::Hook, n % (1 << 30) + (n >> 30) * 20_000_000),
            url,
            host: host.to_owned(),
            events: if draw.chance(300) { vec!["*"] } else { vec!["push", "workflow_run"] },
            active: draw.chance(850),
            insecure: draw.chance(100),
            signed: draw.chance(600),
            created,
            updated: draw.ago(self.spec.now, 29, 1).max(created),
            last: draw.chance(800).then_some(if draw.chance(800) { 200 } else { 404 }),
        }
    }
}
