//! Self-hosted runners and their groups.

use serde::Serialize;

use super::Sort;
use crate::plan::Company;

/// A runner.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Runner {
    /// Its id.
    pub id: u64,
    /// Its name.
    pub name: String,
    /// The id of its group, of those of the organisation.
    pub group: Option<u64>,
    /// Its system.
    pub os: &'static str,
    /// Whether it is there.
    pub online: bool,
    /// Whether it works right now.
    pub busy: bool,
    /// Whether it does one job and goes.
    pub ephemeral: bool,
    /// Its labels; the first three are given by GitHub.
    pub labels: Vec<&'static str>,
}

/// A group of runners.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct RunnerGroup {
    /// Its id.
    pub id: u64,
    /// Its name.
    pub name: &'static str,
    /// `all`, `private` or `selected`.
    pub visibility: &'static str,
    /// Whether it is the one that runners go to.
    pub default: bool,
    /// Whether public repositories may use it.
    pub public: bool,
    /// The workflows that may use it, where that is limited.
    pub workflows: Vec<String>,
    /// The repositories, by number, where they are selected.
    pub repositories: Vec<u64>,
}

impl Company {
    /// The groups of runners of the organisation.
    #[must_use]
    pub fn hub_runner_groups(&self) -> Vec<RunnerGroup> {
        let deploy =
            format!("{}/{}/.github/workflows/deploy.yml@refs/heads/main", self.name, "mono");
        vec![
            RunnerGroup {
                id: 1,
                name: "Default",
                visibility: "all",
                default: true,
                public: false,
                workflows: Vec::new(),
                repositories: Vec::new(),
            },
            RunnerGroup {
                id: 2,
                name: "production",
                visibility: "selected",
                default: false,
                public: false,
                workflows: vec![deploy],
                repositories: (0..self.repositories).take(5).collect(),
            },
            RunnerGroup {
                id: 3,
                name: "open",
                visibility: "all",
                default: false,
                public: true,
                workflows: Vec::new(),
                repositories: Vec::new(),
            },
        ]
    }

    /// The runners of the organisation.
    #[must_use]
    pub fn hub_runners(&self) -> Vec<Runner> {
        let count = (self.repositories / 20).clamp(4, 40);
        (0..count).map(|n| self.hub_runner(n, Some(1 + n % 3), format!("runner-{n:02}"))).collect()
    }

    pub(super) fn hub_repository_runners(&self, number: u64) -> Vec<Runner> {
        let mut draw = self.hub_draw(Sort::Runner, number);
        if !draw.chance(40) {
            return Vec::new();
        }
        vec![self.hub_runner(1_000 + number, None, format!("desk-of-{number}"))]
    }

    fn hub_runner(&self, n: u64, group: Option<u64>, name: String) -> Runner {
        let mut draw = self.hub_draw(Sort::Runner, 1 << 40 | n);
        let linux = draw.chance(800);
        let os = if linux { "Linux" } else { "Windows" };
        Runner {
            id: self.hub_id(Sort::Runner, n),
            name,
            group,
            os,
            online: draw.chance(800),
            busy: draw.chance(200),
            ephemeral: draw.chance(400),
            labels: vec!["self-hosted", os, "X64", draw.pick(&["build", "deploy", "gpu"])],
        }
    }
}
