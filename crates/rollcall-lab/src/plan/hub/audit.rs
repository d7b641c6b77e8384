//! The audit log.

use rollcall_model::Timestamp;
use serde::Serialize;

use super::Sort;
use crate::plan::Company;

/// A line of the audit log.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct AuditEvent {
    /// Its id, by which readers know it again.
    pub document: String,
    /// What was done.
    pub action: &'static str,
    /// The number of the account that did it.
    pub actor: u64,
    /// The repository it was done to, by number.
    pub repository: Option<u64>,
    /// The account it was done to, by number.
    pub user: Option<u64>,
    /// The id of the token it was done with.
    pub token: Option<u64>,
    /// The name of the secret or hook it was done to.
    pub name: Option<&'static str>,
    /// When.
    pub at: Timestamp,
}

/// Seconds between two lines.
const STEP: i64 = 1_800;
/// What happens in turn.
const ACTIONS: [&str; 8] = [
    "org.add_member",
    "repo.create",
    "public_key.create",
    "org.create_actions_secret",
    "integration_installation.create",
    "personal_access_token.access_granted",
    "hook.create",
    "git.clone",
];

impl Company {
    /// How many lines the audit log has: of the last ninety days, the newest being line 0.
    #[must_use]
    pub fn hub_audit_length(&self) -> u64 {
        // Ninety days hold 4,320 steps; a small company has fewer lines.
        (self.repositories * 3 + self.people).clamp(150, 4_000)
    }

    /// A line of the audit log by its place, the newest being line 0.
    #[must_use]
    pub fn hub_audit_event(&self, n: u64) -> AuditEvent {
        let mut draw = self.hub_draw(Sort::Audit, n);
        let action = ACTIONS[(n % ACTIONS.len() as u64) as usize];
        let repository =
            matches!(action, "repo.create" | "public_key.create" | "hook.create" | "git.clone")
                .then(|| draw.below(self.repositories));
        let token = (action.starts_with("personal") || action == "git.clone" && draw.chance(500))
            .then(|| self.hub_id(Sort::Token, draw.below(self.people) << 1));
        AuditEvent {
            document: format!("lab{n:08}{:08x}", draw.bits() >> 32),
            action,
            actor: self.someone_active(draw.below(self.people)),
            repository,
            user: (action == "org.add_member").then(|| draw.below(self.people)),
            token,
            name: match action {
                "org.create_actions_secret" => Some("REGISTRY_PASSWORD"),
                "integration_installation.create" => Some("ticket-bridge"),
                _ => None,
            },
            at: self
                .spec
                .now
                .plus_seconds(-(n.cast_signed() * STEP) - draw.below(STEP as u64).cast_signed()),
        }
    }
}
