//! What a repository is at the code host, besides its files.

use std::collections::BTreeMap;

use rollcall_model::Timestamp;
use serde::Serialize;

use super::{
    Alert, DeployKey, Environment, Hook, Permission, RepositorySettings, Run, Runner, Secret, Sort,
    Variable,
};
use crate::files::history;
use crate::plan::{Company, DAY, Draw, Owner, Repository};

/// Who sees a repository.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Visibility {
    /// Everybody.
    Public,
    /// Whoever may.
    Private,
    /// The enterprise.
    Internal,
}

impl Visibility {
    /// GitHub's word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Private => "private",
            Self::Internal => "internal",
        }
    }
}

/// A repository with what hangs from it.
#[derive(Clone, Debug, Serialize)]
pub struct HubRepository {
    /// Its number in the plan; the empty one comes after all others.
    pub number: u64,
    /// Its numeric id, which never changes.
    pub id: u64,
    /// Its name below the organisation.
    pub name: String,
    /// Who sees it.
    pub visibility: Visibility,
    /// Whether it is read-only.
    pub archived: bool,
    /// Whether GitHub switched it off.
    pub disabled: bool,
    /// Whether it is a fork.
    pub fork: bool,
    /// When it was made.
    pub created: Timestamp,
    /// The last push; none of an empty one.
    pub pushed: Option<Timestamp>,
    /// The last change of its settings.
    pub updated: Timestamp,
    /// Topics.
    pub topics: Vec<String>,
    /// Custom properties that have a value.
    pub properties: BTreeMap<&'static str, String>,
    /// Teams with rights, by number.
    pub teams: Vec<(u64, Permission)>,
    /// Accounts with rights of their own, by number.
    pub collaborators: Vec<(u64, Permission)>,
    /// Deploy keys.
    pub keys: Vec<DeployKey>,
    /// Environments.
    pub environments: Vec<Environment>,
    /// Names of secrets, in all stores.
    pub secrets: Vec<Secret>,
    /// Variables.
    pub variables: Vec<Variable>,
    /// Webhooks.
    pub hooks: Vec<Hook>,
    /// Runners of its own.
    pub runners: Vec<Runner>,
    /// Runs of workflows, the newest first.
    pub runs: Vec<Run>,
    /// Alerts of secret scanning.
    pub alerts: Vec<Alert>,
    /// Settings of Actions, of OIDC and of agents.
    pub settings: RepositorySettings,
}

impl HubRepository {
    /// Whether nothing was ever pushed.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.pushed.is_none()
    }
}

impl Company {
    /// How many repositories the organisation has: those of the plan and an empty one.
    #[must_use]
    pub const fn hub_repositories(&self) -> u64 {
        self.repositories + 1
    }

    /// The repository with a number below [`Company::hub_repositories`].
    #[must_use]
    pub fn hub_repository(&self, number: u64) -> HubRepository {
        if number >= self.repositories {
            return self.hub_empty(number);
        }
        let plan = self.repository(number);
        let mut draw = self.hub_draw(Sort::Repository, number);
        let commits = history::commits(self, &plan);
        let now = self.spec.now;
        let created = commits.first().map_or(now.plus_seconds(-100 * DAY), |c| c.at);
        let pushed = commits.last().map(|c| c.at);
        // What is planted must be there to be found.
        let natural = plan.planted.is_none();
        let archived = draw.chance(50) && natural;
        let disabled = draw.chance(4) && natural;
        let visibility = match draw.below(20) {
            0 => Visibility::Public,
            1..=5 => Visibility::Internal,
            _ => Visibility::Private,
        };
        let mut found = HubRepository {
            number,
            id: self.hub_id(Sort::Repository, number),
            name: plan.name.clone(),
            visibility,
            archived,
            disabled,
            fork: draw.chance(20) && natural,
            created,
            pushed,
            updated: pushed.unwrap_or(created).plus_seconds(3_600).min(now),
            topics: vec!["made-up".to_owned()],
            properties: self.hub_properties(&plan, &mut draw),
            teams: self.hub_grants(&plan, &mut draw),
            collaborators: self.hub_collaborators(&plan, &mut draw),
            keys: self.hub_keys(&plan, created),
            environments: self.hub_environments(&plan, created),
            secrets: self.hub_secrets(&plan, created),
            variables: self.hub_variables(&plan, created),
            hooks: self.hub_repository_hooks(number, created),
            runners: self.hub_repository_runners(number),
            runs: Vec::new(),
            alerts: self.hub_alerts(&plan),
            settings: self.hub_settings(&plan),
        };
        if !archived && !disabled {
            found.runs = self.hub_runs(&plan);
        }
        found
    }

    /// A repository that nothing was pushed to.
    fn hub_empty(&self, number: u64) -> HubRepository {
        let created = self.spec.now.plus_seconds(-3 * DAY);
        HubRepository {
            number,
            id: self.hub_id(Sort::Repository, number),
            name: "nothing-yet".to_owned(),
            visibility: Visibility::Private,
            archived: false,
            disabled: false,
            fork: false,
            created,
            pushed: None,
            updated: created,
            topics: Vec::new(),
            properties: BTreeMap::new(),
            teams: vec![(0, Permission::Admin)],
            collaborators: Vec::new(),
            keys: Vec::new(),
            environments: Vec::new(),
            secrets: Vec::new(),
            variables: Vec::new(),
            hooks: Vec::new(),
            runners: Vec::new(),
            runs: Vec::new(),
            alerts: Vec::new(),
            settings: RepositorySettings::default(),
        }
    }

    fn hub_properties(&self, plan: &Repository, draw: &mut Draw) -> BTreeMap<&'static str, String> {
        let mut properties = BTreeMap::new();
        let tier = draw.pick(&["critical", "standard", "experiment"]);
        properties.insert("tier", tier.to_owned());
        // What is planted as ownerless must stay so.
        if let (Owner::Team(team), true, None) = (plan.owner, draw.chance(600), plan.planted) {
            properties.insert("owner-team", self.team(team).slug);
        }
        properties
    }

    fn hub_grants(&self, plan: &Repository, draw: &mut Draw) -> Vec<(u64, Permission)> {
        let mut teams = Vec::new();
        if let (Owner::Team(team), None) = (plan.owner, plan.planted) {
            teams.push((team, Permission::Maintain));
        }
        let other = draw.below(self.teams - 1);
        if draw.chance(250) && teams.iter().all(|(team, _)| *team != other) {
            teams.push((other, Permission::Write));
        }
        teams
    }

    fn hub_collaborators(&self, plan: &Repository, draw: &mut Draw) -> Vec<(u64, Permission)> {
        let mut accounts = Vec::new();
        let outsiders = self.hub_outsiders();
        // Each of the outsiders is somewhere, in the first repositories.
        if plan.number < 4 {
            accounts.push((outsiders.start + plan.number % 4, Permission::Write));
        }
        if draw.chance(100) {
            accounts.push((self.someone_active(draw.below(self.people)), Permission::Admin));
        }
        if draw.chance(150) {
            accounts.push((self.people + draw.below(2), Permission::Write));
        }
        accounts
    }
}
