//! How large each part of a company is, such that the identities add up.

use std::collections::BTreeMap;

use rollcall_model::Timestamp;

use super::cast::{Cast, cast};
use super::draw::{Domain, Draw, mix};
use super::names;
use super::pairs::{Defect, Place, Planted};
use super::repositories::Features;
use super::spec::{Archetype, LabError, SIZES, Spec};

/// Of so many accounts one is limited and one is shut.
const BLOCK: u64 = 97;
/// One round of pairs for so many identities, up to [`MOST_ROUNDS`].
const ROUND: u64 = 5_000;
const MOST_ROUNDS: u64 = 40;

/// A company. It holds numbers only; its parts are made when they are asked for.
#[derive(Clone, Debug)]
pub struct Company {
    /// What it follows from.
    pub spec: Spec,
    /// Its name, which is also its organisation at the code host.
    pub name: String,
    /// Its domain.
    pub domain: String,
    /// The id of its AWS organisation.
    pub organization: String,
    /// How many people it has or had.
    pub people: u64,
    /// How many teams, without those of pairs.
    pub teams: u64,
    /// How many AWS accounts.
    pub accounts: u64,
    /// How many repositories.
    pub repositories: u64,
    /// How many clusters.
    pub clusters: u64,
    /// How many people are there of themselves; the others are in pairs.
    pub(crate) natural_people: u64,
    /// The pairs with people of their own.
    pub(crate) cast: Vec<Cast>,
    /// How many repositories are there of themselves; the others were planted.
    pub(crate) natural_repositories: u64,
    /// The service accounts that each cluster has of itself.
    pub(crate) service_accounts: u64,
    /// The accounts that can be read in full and are not the management account.
    pub(crate) open: Vec<u64>,
    /// Accounts that can be entered.
    enterable: u64,
    /// Users and roles that are spread evenly over the accounts that can be entered.
    filler: u64,
    pairs: Vec<(Defect, u64)>,
    /// Who left after the plan was made.
    pub(crate) departed: BTreeMap<u64, Timestamp>,
}

/// What of an archetype is a number, in thousandths of the size or of all cases.
pub(crate) struct Shape {
    people: u64,
    code: u64,
    kubernetes: u64,
    per_account: u64,
    pub(crate) users: u64,
    pub(crate) humans: u64,
    pub(crate) tagged: u64,
    pub(crate) bounded: u64,
    pub(crate) deploy: u64,
    pub(crate) release: u64,
    pub(crate) agent_step: u64,
    pub(crate) mcp: u64,
    pub(crate) agent_file: u64,
    pub(crate) codeowners: u64,
}

const STARTUP: Shape = Shape {
    people: 170,
    code: 200,
    kubernetes: 50,
    per_account: 1_500,
    users: 250,
    humans: 600,
    tagged: 450,
    bounded: 30,
    deploy: 700,
    release: 300,
    agent_step: 200,
    mcp: 200,
    agent_file: 100,
    codeowners: 350,
};
const BANK: Shape = Shape {
    people: 90,
    code: 120,
    kubernetes: 80,
    per_account: 300,
    users: 150,
    humans: 200,
    tagged: 880,
    bounded: 800,
    deploy: 600,
    release: 400,
    agent_step: 50,
    mcp: 50,
    agent_file: 20,
    codeowners: 900,
};
const LAB: Shape = Shape {
    people: 100,
    code: 400,
    kubernetes: 50,
    per_account: 600,
    users: 200,
    humans: 400,
    tagged: 600,
    bounded: 150,
    deploy: 400,
    release: 200,
    agent_step: 700,
    mcp: 700,
    agent_file: 600,
    codeowners: 550,
};

impl Company {
    /// Plans a company. The same specification is the same company, always and everywhere.
    ///
    /// # Errors
    /// When the size is out of range.
    pub fn generate(spec: Spec) -> Result<Self, LabError> {
        if !SIZES.contains(&spec.size) {
            return Err(LabError::Size(spec.size));
        }
        let shape = shape(spec.archetype);
        let part = |thousandths: u64| spec.size * thousandths / 1000;
        let mut draw = Draw::new(spec.seed, Domain::Company, 0);
        let name = draw.pick(names::COMPANIES).to_owned();
        let people = part(shape.people).max(12);
        let teams = (people / 7).max(4);
        let accounts = (part(1000 - shape.code - shape.kubernetes) / shape.per_account).max(5);
        let open: Vec<u64> = (1..accounts).filter(|n| !matches!(n % BLOCK, 1 | 2)).collect();
        let shut = (1..accounts).filter(|n| n % BLOCK == 2).count() as u64;
        let kubernetes = part(shape.kubernetes).max(4);
        let clusters = (kubernetes / 400).max(2);
        let pairs = planned_pairs(spec.size);
        let cast = cast(&pairs, teams);
        let mut company = Self {
            spec,
            domain: format!("{name}.example"),
            organization: format!("o-{:010x}", draw.bits() >> 24),
            name,
            people: people + 2 * cast.len() as u64,
            natural_people: people,
            cast,
            teams,
            accounts,
            repositories: 0,
            clusters,
            natural_repositories: 0,
            service_accounts: kubernetes / clusters,
            open,
            enterable: accounts - shut,
            filler: 0,
            pairs,
            departed: BTreeMap::new(),
        };
        let (repositories, code, deploying) = company.count_repositories(part(shape.code));
        company.natural_repositories = repositories;
        let planted = company.pairs.clone();
        let of = |place: Place| planted.iter().filter(move |(d, _)| d.place() == place);
        let planted_repositories = 2 * of(Place::Repositories).count() as u64;
        company.repositories = repositories + planted_repositories;
        let planted_code: u64 = (repositories..company.repositories)
            .map(|n| company.repository(n).identities(&company.name))
            .sum();
        let in_accounts = [Place::Role, Place::User, Place::Users].map(|p| of(p).count() as u64);
        let planted_accounts =
            2 * in_accounts.iter().sum::<u64>() + company.planted_deploy_roles().count() as u64;
        let planted_clusters = 2 * of(Place::ServiceAccounts).count() as u64;
        let spent = company.enterable
            + planted_accounts
            + deploying
            + code
            + planted_code
            + planted_clusters
            + company.service_accounts * clusters;
        // What a small company has no room for is a mistake in the shapes, which a test looks for.
        company.filler = spec
            .size
            .checked_sub(spent)
            .ok_or_else(|| LabError::Bug(format!("{spent} identities of {}", spec.size)))?;
        Ok(company)
    }

    /// The same company with other numbers of people and of repositories, for servers that are to be
    /// of a certain size. Its identities then are no longer as many as the specification says, and
    /// truth and records must not be made of it.
    #[must_use]
    pub fn resized(mut self, people: Option<u64>, repositories: Option<u64>) -> Self {
        if let Some(people) = people {
            let planted = 2 * self.cast.len() as u64;
            self.natural_people = people.saturating_sub(planted).max(12);
            self.people = self.natural_people + planted;
            self.teams = (self.natural_people / 7).max(4);
            self.cast = cast(&self.pairs, self.teams);
        }
        if let Some(repositories) = repositories {
            let planted = self.repositories - self.natural_repositories;
            self.natural_repositories = repositories.saturating_sub(planted).max(1);
            self.repositories = self.natural_repositories + planted;
        }
        self
    }

    /// The numbers of the archetype.
    pub(crate) fn shape(&self) -> &'static Shape {
        shape(self.spec.archetype)
    }

    /// The pairs that are planted, with their round.
    #[must_use]
    pub fn pairs(&self) -> &[(Defect, u64)] {
        &self.pairs
    }

    /// The pairs of a place, numbered.
    pub(crate) fn pairs_at(&self, place: Place) -> impl Iterator<Item = (u64, Defect, u64)> {
        let here = self.pairs.iter().filter(move |(d, _)| d.place() == place);
        (0..).zip(here).map(|(n, (defect, round))| (n, *defect, *round))
    }

    /// The n-th account, in a circle, that can be read in full.
    pub(crate) fn open_account(&self, n: u64) -> u64 {
        self.open[(n % self.open.len() as u64) as usize]
    }

    /// The n-th account, in a circle, that refuses to tell of use.
    pub(crate) fn limited_account(&self, n: u64) -> u64 {
        let blocks = (self.accounts + BLOCK - 2) / BLOCK;
        n % blocks * BLOCK + 1
    }

    /// Whether an account is limited (1), shut (2), or has the planted root key (4) or its twin (3).
    pub(crate) const fn place_in_block(account: u64) -> u64 {
        account % BLOCK
    }

    /// Which block of accounts an account is in.
    pub(crate) const fn block(account: u64) -> u64 {
        account / BLOCK
    }

    /// The users and roles that an account has besides planted ones and those of repositories.
    pub(crate) fn filler_of(&self, account: u64) -> u64 {
        // Accounts that can be entered, in order, have one more each until the rest is used up.
        let shut_before = if account < 3 { 0 } else { (account - 3) / BLOCK + 1 };
        let position = account - shut_before;
        let rest = self.filler % self.enterable;
        self.filler / self.enterable + u64::from(position < rest)
    }

    /// The id of an account.
    #[must_use]
    pub fn account_id(&self, number: u64) -> String {
        let start = 100 + mix(self.spec.seed) % 800;
        // An odd factor visits every number below 10^9 that ends so once; see the test of ids.
        let rest = (number * 387_420_489 + mix(self.spec.seed ^ 1)) % 1_000_000_000;
        format!("{start}{rest:09}")
    }

    /// The repositories that are there of themselves until so many identities are reached: how
    /// many, their identities, and how many of them deploy.
    fn count_repositories(&self, target: u64) -> (u64, u64, u64) {
        let (mut count, mut identities, mut deploying) = (0, 0, 0);
        while identities < target {
            let features = Features::of(self, count);
            if identities + features.identities() > target && count >= 2 {
                break;
            }
            identities += features.identities();
            deploying += u64::from(features.deploy);
            count += 1;
        }
        (count, identities, deploying)
    }

    /// The planted repositories whose role must exist: account, repository.
    pub(crate) fn planted_deploy_roles(&self) -> impl Iterator<Item = (u64, u64)> {
        self.pairs_at(Place::Repositories)
            .filter(|(_, defect, _)| *defect == Defect::StaticCloudKey)
            .flat_map(|(n, _, _)| {
                let first = self.natural_repositories + 2 * n;
                [first, first + 1].map(|r| (self.open_account(n), r))
            })
    }

    /// What an account was planted as.
    pub(crate) fn planted_account(&self, number: u64) -> Option<Planted> {
        let round = Self::block(number);
        match Self::place_in_block(number) {
            2 => Some(Planted::new(Defect::InventoryGap, round, false)),
            3 if number > 2 => Some(Planted::new(Defect::InventoryGap, round, true)),
            _ => None,
        }
    }

    /// What the root user of an account was planted as.
    pub(crate) fn planted_root(&self, number: u64) -> Option<Planted> {
        let round = Self::block(number);
        // Both of a pair must be there.
        match Self::place_in_block(number) {
            3 if number + 1 < self.accounts => Some(Planted::new(Defect::RootKey, round, true)),
            4 => Some(Planted::new(Defect::RootKey, round, false)),
            _ => None,
        }
    }
}

const fn shape(archetype: Archetype) -> &'static Shape {
    match archetype {
        Archetype::StartupMonorepo => &STARTUP,
        Archetype::RegulatedBank => &BANK,
        Archetype::AgentHeavyLab => &LAB,
    }
}

/// The pairs that a company of a size has room for.
fn planned_pairs(size: u64) -> Vec<(Defect, u64)> {
    let rounds = (size / ROUND).clamp(1, MOST_ROUNDS);
    let mut room = size * 3 / 10;
    let mut pairs = Vec::new();
    for round in 0..rounds {
        for defect in Defect::all() {
            let cost = match defect.place() {
                // One for every block of accounts, whatever the rounds.
                Place::Accounts | Place::Roots => continue,
                Place::Repositories => 4,
                _ => 2,
            };
            if room < cost {
                return pairs;
            }
            room -= cost;
            pairs.push((defect, round));
        }
    }
    pairs
}
