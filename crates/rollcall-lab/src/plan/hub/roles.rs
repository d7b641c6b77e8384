//! Roles of the organisation and who has them.

use rollcall_model::Timestamp;
use serde::Serialize;

use super::Sort;
use crate::plan::{Company, DAY};

/// A role of the organisation.
#[derive(Clone, Debug, Serialize)]
pub struct OrganizationRole {
    /// Its id.
    pub id: u64,
    /// Its name.
    pub name: &'static str,
    /// What it is for.
    pub description: &'static str,
    /// What it gives on every repository.
    pub base_role: Option<&'static str>,
    /// `Predefined` or `Organization`.
    pub source: &'static str,
    /// What it permits.
    pub permissions: Vec<&'static str>,
    /// When it was made.
    pub created: Timestamp,
    /// The accounts that have it, by number.
    pub users: Vec<u64>,
    /// The teams that have it, by number.
    pub teams: Vec<u64>,
}

impl Company {
    /// The roles of the organisation: GitHub's own, and one that was made here.
    #[must_use]
    pub fn hub_roles(&self) -> Vec<OrganizationRole> {
        let created = self.hub_organization().created;
        let role = |id, name, description, base_role| OrganizationRole {
            id,
            name,
            description,
            base_role,
            source: "Predefined",
            permissions: Vec::new(),
            created,
            users: Vec::new(),
            teams: Vec::new(),
        };
        let mut read = role(8132, "all_repo_read", "Reads every repository", Some("read"));
        read.teams = vec![self.hub_first_division()];
        let mut admin = role(8136, "all_repo_admin", "Administers every repository", Some("admin"));
        // A machine that nobody looks at any more.
        admin.users = vec![self.people];
        let mut security = role(138, "security_manager", "Sees security everywhere", Some("read"));
        security.teams = vec![12.min(self.teams - 1)];
        let mut pipelines = role(
            self.hub_id(Sort::Role, 0),
            "pipeline-keeper",
            "Looks after runners and secrets of the organisation",
            None,
        );
        pipelines.source = "Organization";
        pipelines.permissions =
            vec!["read_organization_actions_usage_metrics", "write_organization_actions_secrets"];
        pipelines.created = self.spec.now.plus_seconds(-200 * DAY);
        pipelines.users = vec![self.someone_active(7)];
        vec![read, admin, security, pipelines]
    }
}
