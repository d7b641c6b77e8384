//! Names of secrets. The lab has no values for them.

use std::collections::BTreeSet;

use rollcall_model::Timestamp;
use serde::Serialize;

use super::Sort;
use crate::plan::{Company, DAY, Draw, Job, Repository, Step};

/// Who reads a secret.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "GitHub's own words")]
pub enum Store {
    Actions,
    Dependabot,
    Codespaces,
    Agents,
}

impl Store {
    /// All four.
    pub const ALL: [Self; 4] = [Self::Actions, Self::Dependabot, Self::Codespaces, Self::Agents];

    /// The word in addresses.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Actions => "actions",
            Self::Dependabot => "dependabot",
            Self::Codespaces => "codespaces",
            Self::Agents => "agents",
        }
    }
}

/// A secret of a repository or of one of its environments.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Secret {
    /// Who reads it.
    pub store: Store,
    /// The environment, where it is one's.
    pub environment: Option<String>,
    /// Its name.
    pub name: String,
    /// When it was made.
    pub created: Timestamp,
    /// When it was last set.
    pub updated: Timestamp,
}

/// A secret of the organisation.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct OrganizationSecret {
    /// Who reads it.
    pub store: Store,
    /// Its name.
    pub name: &'static str,
    /// When it was made.
    pub created: Timestamp,
    /// When it was last set.
    pub updated: Timestamp,
    /// `all`, `private` or `selected`.
    pub visibility: &'static str,
    /// The repositories, by number, where they are selected.
    pub repositories: Vec<u64>,
}

impl Company {
    /// The secrets of the organisation.
    #[must_use]
    pub fn hub_organization_secrets(&self) -> Vec<OrganizationSecret> {
        let agents = (0..self.repositories).filter(|n| uses(&self.repository(*n), AGENT_KEY));
        let agents: Vec<u64> = agents.collect();
        let rows = [
            (Store::Actions, AGENT_KEY, "selected", agents),
            (Store::Actions, "REGISTRY_PASSWORD", "all", Vec::new()),
            (Store::Actions, "SIGNING_KEY", "private", Vec::new()),
            (Store::Dependabot, "PACKAGES_TOKEN", "all", Vec::new()),
            (Store::Codespaces, "DOTFILES_TOKEN", "selected", vec![0, 1]),
            (Store::Agents, "COPILOT_MCP_TRACKER_TOKEN", "private", Vec::new()),
        ];
        (0..)
            .zip(rows)
            .map(|(n, (store, name, visibility, repositories))| {
                let mut draw = self.hub_draw(Sort::Secret, 1 << 40 | n);
                let created = draw.ago(self.spec.now, 900, 300);
                let updated = draw.ago(self.spec.now, 299, 3);
                OrganizationSecret { store, name, created, updated, visibility, repositories }
            })
            .collect()
    }

    pub(super) fn hub_secrets(&self, plan: &Repository, from: Timestamp) -> Vec<Secret> {
        let mut draw = self.hub_draw(Sort::Secret, plan.number);
        let mut names: BTreeSet<(Store, Option<String>, String)> = BTreeSet::new();
        for job in plan.workflows.iter().flat_map(|w| &w.jobs) {
            for name in named(job) {
                // The organisation has this one.
                if name != AGENT_KEY {
                    let environment = job.environment.as_ref().map(ToString::to_string);
                    names.insert((Store::Actions, environment, name));
                }
            }
        }
        if draw.chance(120) {
            names.insert((Store::Actions, None, "LEGACY_API_KEY".to_owned()));
        }
        if draw.chance(150) {
            names.insert((Store::Dependabot, None, "NPM_READ_TOKEN".to_owned()));
        }
        if draw.chance(60) {
            names.insert((Store::Codespaces, None, "SANDBOX_LOGIN".to_owned()));
        }
        if !plan.servers.is_empty() && draw.chance(400) {
            for server in &plan.servers {
                let name = format!("COPILOT_MCP_{}_TOKEN", server.name.to_uppercase());
                names.insert((Store::Agents, None, name));
            }
        }
        let jobs = plan.workflows.iter().flat_map(|w| &w.jobs);
        for environment in jobs.filter_map(|job| job.environment.as_ref()) {
            if draw.chance(300) {
                let name = "DEPLOY_TOKEN".to_owned();
                names.insert((Store::Actions, Some(environment.to_string()), name));
            }
        }
        let times = |draw: &mut Draw| {
            let created = draw.ago(self.spec.now, 470, 100).max(from.plus_seconds(DAY));
            (created, draw.ago(self.spec.now, 99, 1).max(created))
        };
        names
            .into_iter()
            .map(|(store, environment, name)| {
                let (created, updated) = times(&mut draw);
                Secret { store, environment, name, created, updated }
            })
            .collect()
    }
}

/// The key of the agent that workflows run; the organisation keeps it.
const AGENT_KEY: &str = "ANTHROPIC_API_KEY";

fn uses(plan: &Repository, secret: &str) -> bool {
    plan.workflows.iter().flat_map(|w| &w.jobs).any(|job| named(job).iter().any(|n| n == secret))
}

/// The secrets that the steps of a job name.
fn named(job: &Job) -> Vec<String> {
    let mut found = Vec::new();
    for step in &job.steps {
        match step {
            Step::Uses { with, .. } => {
                let inside = |value: &str| {
                    let name = value.strip_prefix("${{ secrets.")?.strip_suffix(" }}")?;
                    Some(name.to_owned())
                };
                found.extend(with.iter().filter_map(|(_, value)| inside(value)));
            }
            Step::Run(_, secrets) => {
                found.extend(secrets.iter().map(|(_, secret)| secret.to_string()));
            }
            Step::Local(_) => {}
        }
    }
    found
}
