//! Environments that jobs run in.

use std::collections::BTreeSet;

use rollcall_model::Timestamp;
use serde::Serialize;

use super::Sort;
use crate::plan::{Company, Owner, Repository};

/// An environment of a repository.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Environment {
    /// Its id.
    pub id: u64,
    /// Its name.
    pub name: String,
    /// When it was made.
    pub created: Timestamp,
    /// Minutes that a job waits before it starts.
    pub wait: Option<u64>,
    /// Who must agree.
    pub reviewers: Option<Reviewers>,
    /// Whether only protected branches may be deployed; none when all may.
    pub protected_branches: Option<bool>,
    /// Whether administrators may pass by the rules.
    pub admins_bypass: bool,
}

/// Who must agree before a job starts.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Reviewers {
    /// Teams, by number.
    pub teams: Vec<u64>,
    /// Accounts, by number.
    pub users: Vec<u64>,
    /// Whether who starts it may not be the one who agrees.
    pub not_self: bool,
}

impl Company {
    pub(super) fn hub_environments(&self, plan: &Repository, from: Timestamp) -> Vec<Environment> {
        let jobs = plan.workflows.iter().flat_map(|w| &w.jobs);
        let mut names: BTreeSet<String> =
            jobs.filter_map(|job| job.environment.as_ref().map(ToString::to_string)).collect();
        let mut draw = self.hub_draw(Sort::Environment, plan.number);
        if draw.chance(100) {
            // A slash must be encoded in addresses.
            names.insert("review/preview".to_owned());
        }
        if draw.chance(60) {
            names.insert("copilot".to_owned());
        }
        let mut found = Vec::new();
        for (n, name) in (0..).zip(names) {
            let team = match plan.owner {
                Owner::Team(team) => team,
                Owner::Person(_) => 0,
            };
            let reviewers = draw.chance(400).then(|| Reviewers {
                teams: vec![team],
                users: vec![self.someone_active(team)],
                not_self: draw.chance(500),
            });
            found.push(Environment {
                id: self.hub_id(Sort::Environment, plan.number * 128 + n),
                name,
                created: from.plus_seconds(7_200).min(self.spec.now),
                wait: draw.chance(150).then_some(30),
                reviewers,
                protected_branches: draw.chance(500).then(|| draw.chance(600)),
                admins_bypass: draw.chance(700),
            });
        }
        found
    }
}
