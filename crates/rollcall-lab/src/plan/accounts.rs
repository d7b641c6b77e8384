//! Making accounts.

use super::account::{Account, Entry, Group, ManagedPolicy, Root};
use super::draw::{DAY, Domain, Draw, unique_id};
use super::pairs::{Defect, Place, Planted};
use super::policy::{Statement, borrowed};
use super::roles::{ADMIN, BOUNDARY, GITHUB};
use super::{Company, names};

/// Where the numbers of planted roles and users of an account begin, and those of roles that
/// repositories take on.
const PLANTED: u64 = 1 << 22;
const DEPLOYING: u64 = 1 << 21;
const USERS: u64 = 1 << 20;

impl Company {
    /// The account with a number below [`Company::accounts`]; the first is the management account.
    #[must_use]
    pub fn account(&self, number: u64) -> Account {
        let mut account = self.account_head(number);
        if account.entry == Entry::Shut {
            return account;
        }
        let filler = self.filler_of(number);
        account.policies = self.policies(number, filler / 20 + 3);
        account.groups = self.groups(number);
        account.issuers.push((GITHUB.to_owned(), account.joined));
        let users = filler * self.shape().users / 1000;
        let trusts = self.cluster_trusts(&mut account, (filler - users) / 5);
        for n in 0..users {
            account.users.push(self.filler_user(&account, USERS + n));
        }
        for n in 0..filler - users {
            let trust = n.checked_sub(2).and_then(|at| trusts.get(at as usize));
            account.roles.push(self.filler_role(&account, n, trust.map(String::as_str)));
        }
        for (at, repository) in (0..).zip(self.deploying_to(number)) {
            account.roles.push(self.deploy_role(&account, DEPLOYING + at, repository));
        }
        self.plant(&mut account);
        account
    }

    /// All accounts, one after the other.
    pub fn all_accounts(&self) -> impl Iterator<Item = Account> {
        (0..self.accounts).map(|n| self.account(n))
    }

    /// What is known of an account from outside: everything but its users, roles and policies.
    #[must_use]
    pub fn account_head(&self, number: u64) -> Account {
        let mut draw = Draw::new(self.spec.seed, Domain::Account, number);
        let joined = draw.ago(self.spec.now, 2_400, 1_600);
        let environment = match number {
            0 => "management",
            _ => draw.pick(&["prod", "prod", "staging", "dev"]),
        };
        let team = draw.below(self.teams - 1);
        let planted = self.planted_root(number);
        let key = planted.filter(|p| !p.twin).map(|_| joined.plus_seconds(DAY));
        let used = (number == 0).then(|| draw.ago(self.spec.now, 500, 100));
        Account {
            number,
            id: self.account_id(number),
            name: match number {
                0 => format!("{}-management", self.name),
                _ => format!("{}-{environment}-{number}", self.team(team).slug),
            },
            environment: environment.into(),
            joined,
            entry: match (number, Self::place_in_block(number)) {
                (0, _) => Entry::Open,
                (_, 1) => Entry::Limited,
                (_, 2) => Entry::Shut,
                _ => Entry::Open,
            },
            team,
            root: Root { created: joined, key, used, planted },
            users: Vec::new(),
            roles: Vec::new(),
            groups: Vec::new(),
            policies: Vec::new(),
            issuers: Vec::new(),
        }
    }

    fn policies(&self, account: u64, count: u64) -> Vec<ManagedPolicy> {
        let made = |n: u64, name: String, statements| {
            let mut draw =
                Draw::new(self.spec.seed, Domain::Account, account << 24 | (n + 1) | 1 << 50);
            ManagedPolicy {
                id: unique_id("ANPA", self.spec.seed, 1 << 57 | account << 24 | n),
                name,
                created: draw.ago(self.spec.now, 1_500, 100),
                statements,
            }
        };
        let mut keep = Statement::allow(&["iam:*", "organizations:*"], borrowed(&["*"]));
        keep.deny = true;
        let everything = Statement::allow(&["*"], borrowed(&["*"]));
        let mut policies = vec![made(0, BOUNDARY.to_owned(), vec![everything, keep])];
        for n in 1..count {
            let mut draw = Draw::new(self.spec.seed, Domain::Account, account << 24 | n | 1 << 51);
            let purpose = draw.pick(names::PURPOSES);
            let name = format!("{purpose}-access-{n}");
            let queue = format!("arn:aws:sqs:eu-central-1:*:{purpose}-*");
            let mut statement =
                Statement::allow(&["sqs:SendMessage", "sqs:ReceiveMessage"], vec![queue.into()]);
            if draw.chance(400) {
                statement = statement.when("Bool", "aws:SecureTransport", "true");
            }
            policies.push(made(n, name, vec![statement]));
        }
        policies
    }

    fn groups(&self, account: u64) -> Vec<Group> {
        let group = |n: u64, name: &'static str, policy: &str| Group {
            id: unique_id("AGPA", self.spec.seed, 1 << 56 | account << 24 | n),
            name: name.into(),
            created: Draw::new(self.spec.seed, Domain::Account, account << 24 | 1 << 52).ago(
                self.spec.now,
                1_550,
                1_500,
            ),
            attached: vec![policy.to_owned()],
        };
        vec![
            group(0, "administrators", ADMIN),
            group(1, "developers", "arn:aws:iam::aws:policy/ReadOnlyAccess"),
        ]
    }

    /// What roles of an account trust of the clusters in it, `issuer#subject`, and their issuers.
    fn cluster_trusts(&self, account: &mut Account, most: u64) -> Vec<String> {
        let mut trusts = Vec::new();
        for number in (0..self.clusters).filter(|n| self.open_account(*n) == account.number) {
            let cluster = self.cluster(number);
            account.issuers.push((cluster.issuer.clone(), account.joined));
            let every_third = cluster.service_accounts.iter().step_by(3);
            trusts.extend(every_third.map(|s| format!("{}#{}", cluster.issuer, s.subject())));
        }
        trusts.truncate(most as usize);
        trusts
    }

    fn plant(&self, account: &mut Account) {
        let mut next = PLANTED;
        for (n, defect, round) in self.pairs_at(Place::Role) {
            if self.open_account(n) == account.number {
                for twin in [false, true] {
                    let planted = Planted::new(defect, round, twin);
                    let role = self.planted_role(account, next, n, planted);
                    account.roles.push(role);
                    next += 1;
                }
            }
        }
        for (n, defect, round) in self.pairs_at(Place::User) {
            if self.open_account(n) == account.number {
                for twin in [false, true] {
                    let planted = Planted::new(defect, round, twin);
                    let user = self.planted_user(account, next, n, planted);
                    account.users.push(user);
                    next += 1;
                }
            }
        }
        for (n, defect, round) in self.pairs_at(Place::Users) {
            for (home, twin) in [(self.limited_account(n), false), (self.open_account(n), true)] {
                if home == account.number {
                    let planted = Planted::new(defect, round, twin);
                    // Told apart from the users of the other sort of pair.
                    let user = self.planted_user(account, next, n + (1 << 30), planted);
                    account.users.push(user);
                    next += 1;
                }
            }
        }
    }

    /// The defect that an account's entry was planted as, for tests of both of a pair.
    #[must_use]
    pub fn entry_pair(&self, account: &Account) -> Option<Planted> {
        self.planted_account(account.number).filter(|p| p.defect == Defect::InventoryGap)
    }
}
