//! Making users.

use std::collections::BTreeMap;

use rollcall_model::Timestamp;

use super::account::{AccessKey, Account, Owner, Password, Use, User};
use super::draw::{DAY, Domain, Draw, unique_id};
use super::pairs::{Defect, Planted};
use super::policy::Text;
use super::{Company, names};

impl Company {
    fn user_id(&self, prefix: &str, account: u64, number: u64) -> String {
        unique_id(prefix, self.spec.seed, 1 << 60 | account << 24 | number)
    }

    /// The second key of a user has another number than the first.
    fn key(
        &self,
        account: u64,
        user: u64,
        which: u64,
        created: Timestamp,
        used: Option<Use>,
    ) -> AccessKey {
        let id = unique_id("AKIA", self.spec.seed, 1 << 59 | account << 25 | user << 1 | which);
        AccessKey { id, active: true, created, used }
    }

    /// A user that is there of itself; `n` counts within the account.
    pub(crate) fn filler_user(&self, account: &Account, n: u64) -> User {
        let mut draw = Draw::new(self.spec.seed, Domain::User, account.number << 24 | n);
        if draw.chance(self.shape().humans) {
            self.human_user(account, n, &mut draw)
        } else {
            self.program_user(account, n, &mut draw)
        }
    }

    fn human_user(&self, account: &Account, n: u64, draw: &mut Draw) -> User {
        // One person has one user in an account at most: the first so many from a random start on.
        let start = account.number * 7_919;
        let number = (start + n) % self.people;
        let person = self.person(number);
        let created = person.joined.plus_seconds(DAY);
        let password = Password { created, used: self.use_of(draw, created).map(|u| u.at) };
        let mut user = User {
            id: self.user_id("AIDA", account.number, n),
            name: if n < self.people { person.email } else { format!("{}-{n}", person.login) },
            path: "/people/".into(),
            created,
            person: Some(number),
            keys: Vec::new(),
            password: Some(password),
            mfa: draw.chance(900).then(|| created.plus_seconds(600)),
            service_key: None,
            groups: vec![if draw.chance(100) { "administrators" } else { "developers" }.into()],
            attached: Vec::new(),
            tags: BTreeMap::new(),
            owner: Owner::Person(number),
            planted: None,
        };
        if draw.chance(250) {
            let made = draw.ago(self.spec.now, 300, 1).max(created);
            let used = self.use_of(draw, made);
            user.keys.push(self.key(account.number, n, 0, made, used));
        }
        user
    }

    fn program_user(&self, account: &Account, n: u64, draw: &mut Draw) -> User {
        let team = draw.below(self.teams - 1);
        let purpose = draw.pick(names::PURPOSES);
        let created = draw.ago(self.spec.now, 1_200, 2);
        let mut user = User {
            id: self.user_id("AIDA", account.number, n),
            name: format!("svc-{purpose}-{n}"),
            path: "/service/".into(),
            created,
            person: None,
            keys: Vec::new(),
            password: None,
            mfa: None,
            service_key: None,
            groups: Vec::new(),
            attached: vec![format!("arn:aws:iam::aws:policy/{}", draw.pick(names::AWS_POLICIES))],
            tags: self.tags_of(draw, team),
            owner: Owner::Team(team),
            planted: None,
        };
        let made = draw.ago(self.spec.now, 400, 1).max(created);
        let used = self.use_of(draw, made);
        user.keys.push(self.key(account.number, n, 0, made, used));
        if draw.chance(150) {
            // The key before, which nobody deleted.
            let mut old = self.key(account.number, n, 1, created, None);
            old.active = draw.chance(300);
            user.keys.push(old);
        }
        if draw.chance(80) {
            let id = unique_id("ACCA", self.spec.seed, 1 << 58 | account.number << 24 | n);
            user.service_key = Some((id, made));
        }
        user
    }

    /// A pair's user; everything but one field follows from the pair's number.
    pub(crate) fn planted_user(
        &self,
        account: &Account,
        n: u64,
        pair: u64,
        planted: Planted,
    ) -> User {
        let Planted { defect, twin, .. } = planted;
        let now = self.spec.now;
        let days = |n: i64| now.plus_seconds(-n * DAY);
        let used =
            |n: i64| Some(Use { at: days(n), region: "us-east-1".into(), service: "sqs".into() });
        let mut draw = Draw::new(self.spec.seed, Domain::Pair, pair | 1 << 42);
        let team = draw.below(self.teams - 1);
        let purpose = draw.pick(names::PURPOSES);
        let owner = BTreeMap::from([(Text::from("owner"), self.team(team).slug)]);
        let key = |which, created, used| self.key(account.number, n, which, created, used);
        let mut user = User {
            id: self.user_id("AIDA", account.number, n),
            name: format!("svc-{purpose}-{}{pair}", if twin { "b" } else { "a" }),
            path: "/service/".into(),
            created: days(420),
            person: None,
            keys: vec![key(0, days(30), used(1))],
            password: None,
            mfa: None,
            service_key: None,
            groups: Vec::new(),
            attached: vec!["arn:aws:iam::aws:policy/AmazonSQSFullAccess".to_owned()],
            tags: owner,
            owner: Owner::Team(team),
            planted: Some(planted),
        };
        match defect {
            Defect::StaleNeverUsed => {
                // The key is as old as the user: one guard, seen twice.
                user.created = days(if twin { 2 } else { 60 });
                user.keys = vec![key(0, user.created, None)];
            }
            Defect::RotationOverdue => {
                user.keys = vec![key(0, days(if twin { 30 } else { 400 }), used(0))];
            }
            Defect::MultipleActive => {
                user.created = days(800);
                let second = days(if twin { 1 } else { 60 });
                user.keys = vec![key(0, days(80), used(1)), key(1, second, used(0))];
            }
            _ => {}
        }
        user
    }
}
