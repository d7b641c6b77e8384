//! The company's organisation at its code host, GitHub: everything that hangs from the organisation and
//! its repositories and is no file. Like the rest of the plan it follows from the seed and a number.

mod alerts;
mod apps;
mod audit;
mod environments;
mod hooks;
mod identities;
mod keys;
mod organization;
mod repositories;
mod roles;
mod runners;
mod runs;
mod secrets;
mod settings;
mod teams;
mod tokens;
mod users;
mod variables;

pub use alerts::{Alert, Validity};
pub use apps::{AgentApp, Installation};
pub use audit::AuditEvent;
pub use environments::{Environment, Reviewers};
pub use hooks::Hook;
pub use identities::ExternalIdentity;
pub(crate) use identities::uuid;
pub use keys::DeployKey;
pub(crate) use keys::public_key;
pub use organization::Organization;
pub use repositories::{HubRepository, Visibility};
pub use roles::OrganizationRole;
pub use runners::{Runner, RunnerGroup};
pub use runs::Run;
pub use secrets::{OrganizationSecret, Secret, Store};
pub use settings::{AgentSettings, OidcSetting, RepositorySettings, Seat};
pub use teams::{HubTeam, Permission};
pub use tokens::{Authorization, FineToken, TokenState};
pub use users::{BOTS, GHOST, HubUser, Invitation, Member, UserKind};
pub use variables::{OrganizationVariable, Variable};

use super::Company;
use super::draw::{Domain, Draw, mix, token_text};

/// Sorts of things that have numbers at the code host. Ids are unique within a sort.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Sort {
    Organization = 1,
    User,
    Team,
    Repository,
    Installation,
    App,
    Token,
    Grant,
    Authorization,
    Key,
    Environment,
    Hook,
    Runner,
    Run,
    Workflow,
    Alert,
    Audit,
    Role,
    Invitation,
    Secret,
    Variable,
    Settings,
}

impl Company {
    /// The id of the n-th thing of a sort.
    pub(crate) fn hub_id(&self, sort: Sort, n: u64) -> u64 {
        // Above the ids of all bots that are known by theirs, and below 2^32 for any company.
        300_000_000 + mix(self.spec.seed ^ (sort as u64) << 32) % 800_000_000 + n * 13
    }

    /// Numbers for the n-th thing of a sort.
    pub(crate) fn hub_draw(&self, sort: Sort, n: u64) -> Draw {
        Draw::new(self.spec.seed, Domain::Hub, (sort as u64) << 48 | n)
    }

    /// What stands wherever GitHub answers with something that nobody should keep: values of variables,
    /// credentials in addresses of webhooks, MCP configurations, leaked secrets. Whoever reads the lab
    /// must hold it nowhere.
    #[must_use]
    pub fn hub_canary(&self) -> String {
        format!("canary{}", token_text(self.spec.seed, 1 << 50, 24))
    }
}
