//! The organisation itself.

use rollcall_model::Timestamp;
use serde::Serialize;

use super::Sort;
use crate::plan::{Company, DAY};

/// The organisation.
#[derive(Clone, Debug, Serialize)]
pub struct Organization {
    /// Its numeric id, which never changes.
    pub id: u64,
    /// Its login.
    pub login: String,
    /// The name shown.
    pub name: String,
    /// Its plan.
    pub plan: &'static str,
    /// What members may do with every repository.
    pub default_permission: &'static str,
    /// Whether members must have a second factor.
    pub two_factor_required: bool,
    /// When it was made.
    pub created: Timestamp,
}

impl Company {
    /// The organisation at the code host.
    #[must_use]
    pub fn hub_organization(&self) -> Organization {
        Organization {
            id: self.hub_id(Sort::Organization, 0),
            login: self.name.clone(),
            name: self.name.replace("-co", " Co"),
            plan: "enterprise",
            default_permission: "read",
            two_factor_required: false,
            created: self.spec.now.plus_seconds(-3_000 * DAY),
        }
    }
}
