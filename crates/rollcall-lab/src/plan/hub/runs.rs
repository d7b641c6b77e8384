//! Runs of workflows.

use rollcall_model::Timestamp;
use serde::Serialize;

use super::Sort;
use super::users::BOTS;
use crate::plan::{Company, Owner, Repository};

/// A run of a workflow.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Run {
    /// Its id.
    pub id: u64,
    /// Its number within the workflow.
    pub run_number: u64,
    /// The id of the workflow.
    pub workflow: u64,
    /// The workflow's file.
    pub path: String,
    /// The workflow's name.
    pub name: String,
    /// What started it.
    pub event: String,
    /// The login and id of who caused it.
    pub actor: (String, u64),
    /// When it started.
    pub at: Timestamp,
    /// How it ended.
    pub conclusion: &'static str,
}

impl Company {
    /// The id of the workflow of a repository at a place in its list.
    pub(crate) fn hub_workflow(&self, repository: u64, at: u64) -> u64 {
        self.hub_id(Sort::Workflow, repository * 128 + at)
    }

    pub(super) fn hub_runs(&self, plan: &Repository) -> Vec<Run> {
        let mut draw = self.hub_draw(Sort::Run, plan.number);
        let mut runs = Vec::new();
        for (at, workflow) in (0..).zip(&plan.workflows) {
            // Some have not run for long.
            let count = if draw.chance(850) { 1 + draw.below(3) } else { 0 };
            let event = workflow.triggers.first().map_or("workflow_dispatch", |t| t.event.as_ref());
            for n in 0..count {
                let team = match plan.owner {
                    Owner::Team(team) => team,
                    Owner::Person(person) => person % self.teams,
                };
                let (bot, bot_id, _) = BOTS[0];
                let actor = if draw.chance(100) && event != "issue_comment" {
                    (bot.to_owned(), bot_id)
                } else {
                    let user = self.hub_user(self.someone_active(team));
                    (user.login, user.id)
                };
                runs.push(Run {
                    id: self.hub_id(Sort::Run, (plan.number * 128 + at) * 4 + n),
                    run_number: n + 1,
                    workflow: self.hub_workflow(plan.number, at),
                    path: workflow.path(),
                    name: workflow.name.to_string(),
                    event: event.to_owned(),
                    actor,
                    at: draw.ago(self.spec.now, 60, 0),
                    conclusion: if draw.chance(850) { "success" } else { "failure" },
                });
            }
        }
        runs.sort_by_key(|run| (std::cmp::Reverse(run.at), run.id));
        runs
    }
}
