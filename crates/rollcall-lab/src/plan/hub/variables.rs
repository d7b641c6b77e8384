//! Variables. GitHub gives their values to whoever may list them; here each holds the canary.

use rollcall_model::Timestamp;
use serde::Serialize;

use super::{Sort, Store};
use crate::plan::{Company, Repository};

/// A variable of a repository or of one of its environments.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Variable {
    /// Who reads it: actions or agents.
    pub store: Store,
    /// The environment, where it is one's.
    pub environment: Option<String>,
    /// Its name.
    pub name: String,
    /// Its value.
    #[serde(skip)]
    pub value: String,
    /// When it was made.
    pub created: Timestamp,
    /// When it was last set.
    pub updated: Timestamp,
}

/// A variable of the organisation.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct OrganizationVariable {
    /// Who reads it: actions or agents.
    pub store: Store,
    /// Its name.
    pub name: String,
    /// Its value.
    #[serde(skip)]
    pub value: String,
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
    /// The variables of the organisation: more than a page of thirty holds.
    #[must_use]
    pub fn hub_organization_variables(&self) -> Vec<OrganizationVariable> {
        let one = |n: u64, store: Store, name: String, visibility, repositories| {
            let mut draw = self.hub_draw(Sort::Variable, 1 << 40 | n);
            let created = draw.ago(self.spec.now, 900, 300);
            OrganizationVariable {
                store,
                value: format!("{}-{n}", self.hub_canary()),
                name,
                created,
                updated: draw.ago(self.spec.now, 299, 3),
                visibility,
                repositories,
            }
        };
        let mut found = vec![
            one(0, Store::Actions, "REGISTRY".to_owned(), "all", Vec::new()),
            one(1, Store::Actions, "REGION".to_owned(), "private", Vec::new()),
            one(2, Store::Actions, "STAGE".to_owned(), "selected", vec![0, 1, 2]),
            one(3, Store::Agents, "AGENT_MODEL".to_owned(), "all", Vec::new()),
        ];
        found.extend(
            (4..40).map(|n| one(n, Store::Actions, format!("ENDPOINT_{n}"), "all", Vec::new())),
        );
        found
    }

    pub(super) fn hub_variables(&self, plan: &Repository, from: Timestamp) -> Vec<Variable> {
        let mut draw = self.hub_draw(Sort::Variable, plan.number);
        let mut rows: Vec<(Store, Option<String>, &str)> = Vec::new();
        if draw.chance(300) {
            rows.push((Store::Actions, None, "SERVICE_URL"));
        }
        if draw.chance(100) {
            rows.push((Store::Agents, None, "AGENT_NOTES"));
        }
        let jobs = plan.workflows.iter().flat_map(|w| &w.jobs);
        for environment in jobs.filter_map(|job| job.environment.as_ref()) {
            if draw.chance(300) {
                rows.push((Store::Actions, Some(environment.to_string()), "CLUSTER"));
            }
        }
        rows.into_iter()
            .map(|(store, environment, name)| {
                let created = draw.ago(self.spec.now, 470, 100).max(from);
                Variable {
                    store,
                    environment,
                    name: name.to_owned(),
                    value: format!("{}-{}", self.hub_canary(), plan.number),
                    created,
                    updated: draw.ago(self.spec.now, 99, 1).max(created),
                }
            })
            .collect()
    }
}
