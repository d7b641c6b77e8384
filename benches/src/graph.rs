//! A synthetic company for the snapshot: identities with names as long as real ones, and relations
//! of which half end at hubs.

use rollcall_graph::{
    ActivityRow, Derived, EntityRow, OwnerState, PresenceWord, Reach, RelationRow, ScopeRow,
    Standing, UsageVerdict,
};
use rollcall_model::{
    AccessLevel, EntityKey, EntityType, IdentityClass, NodeId, Reference, Relation, ScopeState,
    Timestamp,
};

/// The moment from which the benchmark looks.
pub const NOW: Timestamp = Timestamp::from_seconds(1_790_000_000);

const DAY: i64 = 86_400;
/// Kinds with their providers' noun, type and share in a hundred.
const KINDS: [(&str, EntityType, u64); 12] = [
    ("aws.iam-role", EntityType::Identity, 30),
    ("aws.iam-user", EntityType::Identity, 4),
    ("aws.access-key", EntityType::Credential, 8),
    ("github.user", EntityType::Identity, 6),
    ("github.app-installation", EntityType::Identity, 2),
    ("github.deploy-key", EntityType::Credential, 10),
    ("github.repository", EntityType::Resource, 10),
    ("kubernetes.service-account", EntityType::Identity, 16),
    ("kubernetes.deployment", EntityType::Workload, 6),
    ("entra.service-principal", EntityType::Identity, 4),
    ("aws.iam-policy", EntityType::Grant, 3),
    ("okta.user", EntityType::Identity, 1),
];
const SERVICES: [&str; 24] = [
    "billing",
    "checkout",
    "payments",
    "ledger",
    "search",
    "catalog",
    "orders",
    "shipping",
    "fraud",
    "identity",
    "session",
    "metrics",
    "logging",
    "alerts",
    "mailer",
    "reports",
    "exports",
    "imports",
    "pricing",
    "inventory",
    "support",
    "warehouse",
    "gateway",
    "scheduler",
];
const PARTS: [&str; 16] = [
    "api", "worker", "cron", "reader", "writer", "deploy", "ci", "admin", "sync", "backup",
    "proxy", "agent", "runner", "lambda", "batch", "stream",
];
const ENVS: [&str; 4] = ["prod", "staging", "dev", "sandbox"];
const RULES: [&str; 20] = [
    "owner-missing",
    "stale-unused",
    "stale-never-used",
    "activity-unknown",
    "inventory-gap",
    "key-old",
    "key-many",
    "admin-unused",
    "trust-wide",
    "trust-external",
    "deploy-key-write",
    "owner-left",
    "agent-admin",
    "secret-shared",
    "token-no-expiry",
    "mfa-missing",
    "root-used",
    "app-all-repos",
    "runner-shared",
    "wildcard-action",
];

/// A cheap mix of bits.
#[must_use]
pub const fn mix(n: u64) -> u64 {
    let n = n.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let n = (n ^ (n >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let n = (n ^ (n >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    n ^ (n >> 31)
}

fn pick<'a>(from: &[&'a str], n: u64) -> &'a str {
    from.get((n % from.len() as u64) as usize).copied().unwrap_or_default()
}

/// The company.
#[derive(Debug)]
pub struct Company {
    ids: Vec<NodeId>,
}

impl Company {
    /// One with so many entities.
    ///
    /// # Errors
    /// Never: its words are well-formed.
    pub fn new(entities: usize) -> anyhow::Result<Self> {
        let mut ids = Vec::with_capacity(entities);
        for n in 0..entities {
            ids.push(key(n)?.node_id());
        }
        Ok(Self { ids })
    }

    /// How many entities it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// An entity's id.
    #[must_use]
    pub fn id(&self, n: usize) -> NodeId {
        self.ids.get(n % self.ids.len().max(1)).copied().unwrap_or(NodeId(1))
    }

    /// An entity. `salt` changes its name and what is said of it, not its key.
    ///
    /// # Errors
    /// Never: its words are well-formed.
    pub fn entity(&self, n: usize, salt: u64) -> anyhow::Result<EntityRow> {
        let r = mix(n as u64 ^ salt << 40);
        let key = key(n)?;
        let entity_type = kind(n).1;
        let name = format!(
            "{}-{}-{}-{:05x}",
            pick(&SERVICES, r),
            pick(&PARTS, r >> 8),
            pick(&ENVS, r >> 12),
            r >> 20 & 0xf_ffff
        );
        let alias = match key.provider.as_str() {
            "aws" => {
                Reference::new("aws.arn", "aws", &format!("arn:aws:iam::{}:role/{name}", key.realm))
            }
            provider => Reference::new(&format!("{provider}.name"), &key.realm, &name),
        };
        let age = (r >> 5 & 0x7ff) as i64;
        Ok(EntityRow {
            class: (entity_type == EntityType::Identity).then_some(match r % 20 {
                0 => IdentityClass::Agent,
                1..=4 => IdentityClass::Human,
                _ => IdentityClass::Service,
            }),
            aliases: vec![(alias.node_id(), alias)],
            disabled: Some(r.is_multiple_of(31)),
            created_at: Some(NOW.plus_seconds(-age * DAY - (r >> 30) as i64 % DAY)),
            expires_at: r
                .is_multiple_of(9)
                .then(|| NOW.plus_seconds((r >> 40) as i64 % (400 * DAY))),
            first_seen: Some(NOW.plus_seconds(-(age.min(300)) * DAY)),
            last_seen: Some(NOW.plus_seconds(-3 * DAY)),
            gone_at: r.is_multiple_of(97).then(|| NOW.plus_seconds(-(r as i64 & 0xff) * DAY)),
            scopes: vec![(n / 1_000) as i64 + 1],
            env: Some(pick(&ENVS, r >> 12).to_owned()),
            document: r
                .is_multiple_of(50)
                .then(|| format!("{{\"statements\":{}}}", r % 4_000).into()),
            ..EntityRow::new(key, entity_type, &name)
        })
    }

    /// One of an entity's relations. Half of the far ends are drawn so that few nodes have most.
    #[must_use]
    pub fn relation(&self, n: usize, which: u64) -> RelationRow {
        let r = mix((n as u64) << 8 | which);
        let size = self.ids.len();
        let to = if which.is_multiple_of(2) {
            let u = (r >> 11) as f64 / (1_u64 << 53) as f64;
            (u * u * u * u * size as f64) as usize
        } else {
            // Within the same realm, as most relations are.
            (n / 1_000 * 1_000 + r as usize % 1_000) % size
        };
        let relations = [
            Relation::HasGrant,
            Relation::MemberOf,
            Relation::CanAccess,
            Relation::CanAssume,
            Relation::Created,
        ];
        let relation = relations.get(which as usize % 5).copied().unwrap_or(Relation::Contains);
        let level = (relation == Relation::CanAccess).then_some(if r.is_multiple_of(7) {
            AccessLevel::Admin
        } else {
            AccessLevel::Read
        });
        RelationRow { from: self.id(n), relation, to: self.id(to), level, weak: false }
    }

    /// The last use of an entity; of six in ten something is known.
    #[must_use]
    pub fn activity(&self, n: usize) -> Option<ActivityRow> {
        let r = mix(n as u64 ^ 0xac);
        let at = NOW.plus_seconds(-((r >> 8) as i64 % (400 * DAY)));
        (r % 10 < 6).then(|| ActivityRow { id: self.id(n), at, grade: (r % 4) as u16 })
    }

    /// What the analysis says about an entity.
    #[must_use]
    pub fn derived(&self, n: usize) -> Derived {
        let r = mix(n as u64 ^ 0xde);
        let owned = r % 5 < 3;
        let reach = match r % 40 {
            0 => Reach::NOTHING.with(0, AccessLevel::Admin),
            1..=4 => Reach::NOTHING.with(1, AccessLevel::Write).with(2, AccessLevel::Admin),
            5..=20 => Reach::NOTHING.with(3, AccessLevel::Read),
            _ => Reach::NOTHING,
        };
        Derived {
            owner_state: match r % 5 {
                0 => OwnerState::Confirmed,
                1 => OwnerState::Suggested,
                2 => OwnerState::Assigned,
                3 => OwnerState::Unowned,
                _ => OwnerState::Undetermined,
            },
            owner: if owned {
                format!("person-{}@example.com", r >> 9 & 0xfff)
            } else {
                String::new()
            },
            team: if owned { format!("team-{}", (r >> 9) % 300) } else { String::new() },
            score: (r >> 20) as u16 % 1_000,
            usage: UsageVerdict::ALL
                .get(1 + (r >> 30) as usize % 6)
                .copied()
                .unwrap_or(UsageVerdict::Used),
            usage_at: Some(NOW),
            usage_grade: (r >> 4) as u16 % 4,
            findings: Some(match r >> 40 & 7 {
                0 => vec![pick(&RULES, r >> 43).to_owned(), pick(&RULES, r >> 48).to_owned()],
                1 | 2 => vec![pick(&RULES, r >> 43).to_owned()],
                _ => Vec::new(),
            }),
            reach,
            standing: if r.is_multiple_of(9) { Standing::Expiring } else { Standing::Standing },
            presence: PresenceWord::Active,
        }
    }

    /// The scopes: one per realm.
    #[must_use]
    pub fn scopes(&self) -> Vec<ScopeRow> {
        let scope = |n: usize| ScopeRow {
            id: n as i64 + 1,
            source: format!("source-{}", n % 25),
            provider: provider(n * 1_000).to_owned(),
            stream: "roles".into(),
            realm: realm(n * 1_000),
            part: String::new(),
            state: Some(if n.is_multiple_of(40) {
                ScopeState::Partial
            } else {
                ScopeState::Complete
            }),
            complete_at: Some(NOW.plus_seconds(-((n % 60) as i64) * 3_600)),
            parent: None,
            held: 0,
            lost: false,
            live_entities: 1_000,
        };
        (0..self.ids.len().div_ceil(1_000)).map(scope).collect()
    }
}

fn kind(n: usize) -> (&'static str, EntityType) {
    let mut at = mix(n as u64 ^ 0x41) % 100;
    for (kind, entity_type, share) in KINDS {
        if at < share {
            return (kind, entity_type);
        }
        at -= share;
    }
    ("aws.iam-role", EntityType::Identity)
}

fn provider(n: usize) -> &'static str {
    kind(n).0.split_once('.').map_or("", |(provider, _)| provider)
}

fn realm(n: usize) -> String {
    format!("{:012}", 100_000_000_000_usize + n / 1_000 * 7_919)
}

fn key(n: usize) -> anyhow::Result<EntityKey> {
    let r = mix(n as u64);
    let id = match provider(n) {
        "aws" => {
            let digits: String = (0..17)
                .map(|i| {
                    char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[(mix(r + i) % 32) as usize])
                })
                .collect();
            format!("AROA{digits}")
        }
        "kubernetes" => format!(
            "{:08x}-{:04x}-4{:03x}-{:012x}",
            r >> 32,
            r >> 16 & 0xffff,
            r & 0xfff,
            mix(r) >> 16
        ),
        _ => format!("{}", 10_000_000 + n),
    };
    Ok(EntityKey::new(provider(n), &realm(n), kind(n).0, &id)?)
}
