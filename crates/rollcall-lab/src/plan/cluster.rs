//! Kubernetes clusters.

use std::collections::BTreeMap;

use rollcall_model::Timestamp;
use serde::Serialize;

use super::draw::{Domain, Draw, mix};
use super::pairs::{Defect, Place, Planted};
use super::policy::Text;
use super::{Company, Owner, names};

/// Service accounts of one namespace.
const PER_NAMESPACE: u64 = 8;

/// A cluster.
#[derive(Clone, Debug, Serialize)]
pub struct Cluster {
    /// The number by which others refer to it.
    pub number: u64,
    /// The UID of its `kube-system` namespace.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The number of the account it runs in.
    pub account: u64,
    /// Whether it keeps an audit log, so that use can be seen.
    pub audit_log: bool,
    /// The issuer of its tokens, without scheme.
    pub issuer: String,
    /// Its service accounts, by namespace.
    pub service_accounts: Vec<ServiceAccount>,
}

/// A service account.
#[derive(Clone, Debug, Serialize)]
pub struct ServiceAccount {
    /// Its UID.
    pub id: String,
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// When it was made.
    pub created: Timestamp,
    /// Its labels.
    pub labels: BTreeMap<Text, String>,
    /// The cluster role it is bound to.
    pub cluster_role: Text,
    /// Its last use, whether anyone can see it or not.
    pub used: Option<Timestamp>,
    /// Who truly answers for it.
    pub owner: Owner,
    /// What was planted.
    pub planted: Option<Planted>,
}

impl ServiceAccount {
    /// `namespace:name`, as in subjects.
    #[must_use]
    pub fn subject(&self) -> String {
        format!("system:serviceaccount:{}:{}", self.namespace, self.name)
    }
}

fn uuid(seed: u64, number: u64) -> String {
    let (a, b) = (mix(seed ^ mix(number)), mix(number ^ mix(seed ^ 0xc1)));
    format!(
        "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
        a >> 32,
        (a >> 16) & 0xffff,
        a & 0xfff,
        (b >> 48) & 0x3fff | 0x8000,
        b & 0xffff_ffff_ffff
    )
}

impl Company {
    /// The cluster with a number below [`Company::clusters`].
    #[must_use]
    pub fn cluster(&self, number: u64) -> Cluster {
        let account = self.open_account(number);
        let mut cluster = Cluster {
            number,
            id: uuid(self.spec.seed, number << 32),
            name: format!("cluster-{number}"),
            account,
            audit_log: number.is_multiple_of(2),
            issuer: format!(
                "oidc.eks.eu-central-1.amazonaws.com/id/{:032X}",
                u128::from(mix(self.spec.seed ^ number)) << 64 | u128::from(mix(number))
            ),
            service_accounts: Vec::new(),
        };
        for n in 0..self.service_accounts {
            cluster.service_accounts.push(self.service_account(number, n));
        }
        for (n, defect, round) in self.pairs_at(Place::ServiceAccounts) {
            for twin in [false, true] {
                let planted = Planted::new(defect, round, twin);
                let home = match defect {
                    // Odd clusters keep no audit log.
                    Defect::ServiceAccountUnknown => u64::from(!twin),
                    _ => 0,
                };
                if home == number {
                    cluster.service_accounts.push(self.planted_service_account(n, planted));
                }
            }
        }
        cluster
    }

    fn service_account(&self, cluster: u64, n: u64) -> ServiceAccount {
        let mut draw = Draw::new(self.spec.seed, Domain::Cluster, cluster << 32 | n);
        let space = n / PER_NAMESPACE;
        let team = (space + cluster) % (self.teams - 1);
        let purpose = draw.pick(names::PURPOSES);
        let created = draw.ago(self.spec.now, 900, 3);
        let used = match draw.below(10) {
            0 => None,
            1 => Some(draw.ago(self.spec.now, 300, 120)),
            _ => Some(draw.ago(self.spec.now, 40, 0)),
        };
        let slug = self.team(team).slug;
        let mut labels = BTreeMap::new();
        if draw.chance(self.shape().tagged) {
            labels.insert(Text::from("team"), slug.clone());
        }
        ServiceAccount {
            id: uuid(self.spec.seed, cluster << 32 | (n + 1)),
            namespace: format!("{slug}-{space}"),
            name: format!("{purpose}-{n}"),
            created,
            labels,
            cluster_role: "edit".into(),
            used: used.filter(|at| *at > created),
            owner: Owner::Team(team),
            planted: None,
        }
    }

    fn planted_service_account(&self, n: u64, planted: Planted) -> ServiceAccount {
        let mut base = self.service_account(n, 1 << 24);
        base.planted = Some(planted);
        let twin = planted.twin;
        base.id = uuid(self.spec.seed, 1 << 62 | n << 1 | u64::from(twin));
        base.name = format!("{}-{}", base.name, if twin { "b" } else { "a" });
        base.created = self.spec.now.plus_seconds(-400 * super::draw::DAY);
        base.used = Some(self.spec.now.plus_seconds(-3 * super::draw::DAY));
        let Owner::Team(team) = base.owner else { return base };
        base.labels.insert("team".into(), self.team(team).slug);
        if planted.defect == Defect::ClusterAdmin {
            base.cluster_role = if twin { "view" } else { "cluster-admin" }.into();
        }
        base
    }
}
