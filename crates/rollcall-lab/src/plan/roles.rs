//! Making roles.

use std::collections::BTreeMap;

use rollcall_model::Timestamp;

use super::account::{Account, Owner, Role, Use};
use super::draw::{DAY, Domain, Draw, unique_id};
use super::pairs::{Defect, Planted};
use super::policy::{Statement, Text, borrowed};
use super::{Company, names};

/// The issuer of the tokens of workflows.
pub(crate) const GITHUB: &str = "token.actions.githubusercontent.com";
/// The ARN of the policy that allows everything.
pub(crate) const ADMIN: &str = "arn:aws:iam::aws:policy/AdministratorAccess";
/// The name of the policy that is the boundary where there is one.
pub(crate) const BOUNDARY: &str = "permissions-limit";

/// Trusts what a workflow presents, where the subject has a form.
fn github_trust(account: &Account, operator: &'static str, subject: Option<String>) -> Statement {
    let provider = account.arn(&format!("oidc-provider/{GITHUB}"));
    let trust = Statement::trust("Federated", provider).when(
        "StringEquals",
        format!("{GITHUB}:aud"),
        "sts.amazonaws.com",
    );
    match subject {
        Some(subject) => trust.when(operator, format!("{GITHUB}:sub"), subject),
        None => trust,
    }
}

impl Company {
    fn role_id(&self, account: u64, number: u64) -> String {
        unique_id("AROA", self.spec.seed, account << 24 | number)
    }

    /// Tags of something of a team, if its people wrote any.
    pub(crate) fn tags_of(&self, draw: &mut Draw, team: u64) -> BTreeMap<Text, String> {
        let mut tags = BTreeMap::new();
        if draw.chance(self.shape().tagged) {
            let slug = self.team(team).slug;
            // One in ten names a person, one in thirty is misspelled.
            match draw.below(30) {
                0..=2 => {
                    let members: Vec<u64> = self.members(team).take(5).collect();
                    let who = members[draw.below(members.len() as u64) as usize];
                    let written = self.person(who).written_email().to_owned();
                    tags.insert("owner".into(), written);
                }
                3 => drop(tags.insert("owner".into(), format!("{slug}s-old"))),
                4..=8 => drop(tags.insert("team".into(), slug)),
                _ => drop(tags.insert("owner".into(), slug)),
            }
        }
        tags
    }

    /// When something that was made at a time was used last.
    pub(crate) fn use_of(&self, draw: &mut Draw, created: Timestamp) -> Option<Use> {
        let now = self.spec.now;
        let at = match draw.below(100) {
            0..=77 => draw.ago(now, 60, 0),
            78..=88 => draw.ago(now, 380, 120),
            89..=91 => draw.ago(now, 700, 420),
            _ => return None,
        };
        let region = draw.pick(names::REGIONS);
        let service = draw.pick(names::USED);
        // Nothing is used before it is made.
        let at = if at > created { at } else { created.plus_seconds(3_600) };
        (at <= now).then(|| Use { at, region: region.into(), service: service.into() })
    }

    fn attached(&self, draw: &mut Draw, account: &Account) -> Vec<String> {
        let count = 2 + draw.below(5) as usize;
        let mut arns = Vec::with_capacity(count);
        for _ in 0..count {
            if draw.chance(400) && account.policies.len() > 1 {
                // The first is the boundary.
                let at = 1 + draw.below(account.policies.len() as u64 - 1) as usize;
                arns.push(account.arn(&format!("policy/{}", account.policies[at].name)));
            } else {
                arns.push(format!("arn:aws:iam::aws:policy/{}", draw.pick(names::AWS_POLICIES)));
            }
        }
        arns.sort();
        arns.dedup();
        arns
    }

    fn boundary(&self, draw: &mut Draw, account: &Account) -> Option<String> {
        draw.chance(self.shape().bounded).then(|| account.arn(&format!("policy/{BOUNDARY}")))
    }

    fn inline(&self, draw: &mut Draw, name: &str) -> Vec<(String, Vec<Statement>)> {
        if draw.chance(600) {
            return Vec::new();
        }
        let bucket = format!("arn:aws:s3:::{}-{name}", self.name);
        let mut read = Statement::allow(
            &["s3:GetObject", "s3:ListBucket"],
            vec![bucket.clone().into(), format!("{bucket}/*").into()],
        );
        if draw.chance(300) {
            read = read.when("StringEquals", "aws:PrincipalOrgID", self.organization.clone());
        }
        let mut statements = vec![read];
        if draw.chance(200) {
            let mut deny = Statement::allow(&["s3:DeleteObject"], borrowed(&["*"]));
            deny.deny = true;
            deny.sid = Some("KeepHistory".into());
            statements.push(deny);
        }
        vec![("access".to_owned(), statements)]
    }

    /// A role that is there of itself; `n` counts within the account.
    pub(crate) fn filler_role(&self, account: &Account, n: u64, cluster: Option<&str>) -> Role {
        let mut draw = Draw::new(self.spec.seed, Domain::Role, account.number << 24 | n);
        let team = draw.below(self.teams - 1);
        let purpose = draw.pick(names::PURPOSES);
        let created = draw.ago(self.spec.now, 1_500, 2);
        let mut name = format!("{}-{purpose}-{n}", self.team(team).slug);
        let mut path = Text::from("/app/");
        let trust = match (n, cluster) {
            (0, _) => {
                path = "/aws-service-role/autoscaling.amazonaws.com/".into();
                name = "AWSServiceRoleForAutoScaling".to_owned();
                Statement::trust("Service", "autoscaling.amazonaws.com")
            }
            (1, _) => {
                path = "/aws-reserved/sso.amazonaws.com/eu-central-1/".into();
                name = format!("AWSReservedSSO_ReadOnly_{:016x}", draw.bits());
                Statement::trust("Federated", account.arn("saml-provider/AWSSSO_DO_NOT_DELETE"))
            }
            (_, Some(trust)) => {
                let (issuer, subject) = trust.split_once('#').unwrap_or((trust, ""));
                let provider = account.arn(&format!("oidc-provider/{issuer}"));
                Statement::trust("Federated", provider).when(
                    "StringEquals",
                    format!("{issuer}:sub"),
                    subject.to_owned(),
                )
            }
            _ if draw.chance(100) => {
                let management = format!("arn:aws:iam::{}:root", self.account_id(0));
                Statement::trust("AWS", management)
            }
            _ => {
                Statement::trust("Service", format!("{}.amazonaws.com", draw.pick(names::SERVICES)))
            }
        };
        let ours = !path.starts_with("/aws-");
        Role {
            id: self.role_id(account.number, n),
            path,
            created,
            trust: vec![trust],
            inline: if ours { self.inline(&mut draw, &name) } else { Vec::new() },
            attached: self.attached(&mut draw, account),
            boundary: if ours { self.boundary(&mut draw, account) } else { None },
            tags: if ours { self.tags_of(&mut draw, team) } else { BTreeMap::new() },
            used: self.use_of(&mut draw, created),
            owner: Owner::Team(team),
            planted: None,
            name,
        }
    }

    /// The role that a repository's deploying job takes on.
    pub(crate) fn deploy_role(&self, account: &Account, n: u64, repository: u64) -> Role {
        let repository = self.repository(repository);
        let mut draw = Draw::new(self.spec.seed, Domain::Role, account.number << 24 | n);
        let team = match repository.owner {
            Owner::Team(team) => team,
            Owner::Person(person) => self.person(person).team,
        };
        let created = draw.ago(self.spec.now, 900, 40);
        let name = format!("gh-{}", repository.name);
        let slug = repository.slug(&self.name);
        let subject = format!("repo:{slug}:environment:production");
        Role {
            id: self.role_id(account.number, n),
            path: "/ci/".into(),
            created,
            trust: vec![github_trust(account, "StringEquals", Some(subject))],
            inline: self.inline(&mut draw, &name),
            attached: self.attached(&mut draw, account),
            boundary: self.boundary(&mut draw, account),
            tags: self.tags_of(&mut draw, team),
            used: self.use_of(&mut draw, created),
            owner: repository.owner,
            planted: None,
            name,
        }
    }

    /// A pair's role; everything but one field follows from the pair's number.
    pub(crate) fn planted_role(
        &self,
        account: &Account,
        n: u64,
        pair: u64,
        planted: Planted,
    ) -> Role {
        let Planted { defect, twin, .. } = planted;
        let now = self.spec.now;
        let days = |n: i64| now.plus_seconds(-n * DAY);
        let used =
            |n: i64| Some(Use { at: days(n), region: "eu-central-1".into(), service: "s3".into() });
        let mut draw = Draw::new(self.spec.seed, Domain::Pair, pair);
        let team = draw.below(self.teams - 1);
        let purpose = draw.pick(names::PURPOSES);
        let slug = self.team(team).slug;
        let owned = |who: String| BTreeMap::from([(Text::from("owner"), who)]);
        let mut role = Role {
            id: self.role_id(account.number, n),
            name: format!("{purpose}-{}{pair}", if twin { "b" } else { "a" }),
            path: "/app/".into(),
            created: days(300),
            trust: vec![Statement::trust("Service", "ecs-tasks.amazonaws.com")],
            inline: Vec::new(),
            attached: vec!["arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess".to_owned()],
            boundary: None,
            tags: owned(slug.clone()),
            used: used(1),
            owner: Owner::Team(team),
            planted: Some(planted),
        };
        let admin = || vec![ADMIN.to_owned()];
        match defect {
            Defect::OwnerMissing if !twin => role.tags = BTreeMap::new(),
            Defect::StaleUnused => role.used = used(if twin { 20 } else { 210 }),
            Defect::StaleBreakGlass => {
                role.used = used(210);
                if twin {
                    role.tags.insert("purpose".into(), "break-glass".to_owned());
                }
            }
            Defect::NeverUsedRole => {
                role.used = None;
                role.created = days(if twin { 9 } else { 100 });
            }
            Defect::OwnerDeparted => {
                let gone = self.someone_gone(pair);
                // The truth is who built it, which is the one who left, in both.
                role.owner = Owner::Person(gone);
                let who = if twin { self.someone_active(pair) } else { gone };
                role.tags = owned(self.person(who).email);
            }
            Defect::OwnerTeamEmpty => {
                role.owner = Owner::Team(self.empty_team());
                let team = if twin { team } else { self.empty_team() };
                role.tags = owned(self.team(team).slug);
            }
            Defect::OwnerSuspended
            | Defect::ContractorEnded
            | Defect::OwnerCameBack
            | Defect::OwnerRenamed
            | Defect::OwnerMoved => {
                let (first, _) = self.cast_of(defect, planted.round, false);
                let (who, _) = self.cast_of(defect, planted.round, twin);
                role.owner = Owner::Person(first);
                role.tags = owned(self.person(who).written_email().to_owned());
            }
            Defect::TeamNested | Defect::TeamOnLeave => {
                let (_, first) = self.cast_of(defect, planted.round, false);
                let (_, named) = self.cast_of(defect, planted.round, twin);
                role.owner = Owner::Team(first);
                role.tags = owned(self.team(named).slug);
            }
            Defect::AdminRole => {
                role.attached = admin();
                role.boundary = twin.then(|| account.arn(&format!("policy/{BOUNDARY}")));
            }
            Defect::TrustWildcard => {
                let anyone = Statement::trust("AWS", "*");
                let own = self.organization.clone();
                role.trust = vec![if twin {
                    anyone.when("StringEquals", "aws:PrincipalOrgID", own)
                } else {
                    anyone
                }];
            }
            Defect::OidcUnscoped => {
                let subject = twin.then(|| format!("repo:{}/mono:ref:refs/heads/main", self.name));
                role.trust = vec![github_trust(account, "StringEquals", subject)];
            }
            Defect::OidcBroad => {
                role.attached = admin();
                role.tags.insert("env".into(), "prod".to_owned());
                let subject = if twin { "mono:environment:production" } else { "*" };
                let subject = format!("repo:{}/{subject}", self.name);
                role.trust = vec![github_trust(account, "StringLike", Some(subject))];
            }
            Defect::TrustExternal => {
                role.attached = admin();
                // No account of the company begins so.
                let stranger = Statement::trust("AWS", "arn:aws:iam::999000111222:root");
                role.trust = vec![if twin {
                    stranger.when("StringEquals", "sts:ExternalId", format!("x-{pair}"))
                } else {
                    stranger
                }];
            }
            Defect::ZombieGrant => {
                let deleted = unique_id("AROA", self.spec.seed, 1 << 61 | pair);
                let there = account.arn("role/app/");
                let first = format!("{there}{}", role.name);
                role.trust = vec![Statement::trust("AWS", if twin { first } else { deleted })];
            }
            _ => {}
        }
        role
    }
}
