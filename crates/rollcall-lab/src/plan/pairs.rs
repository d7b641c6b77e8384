//! What is planted: defects, each with a near-miss twin that differs in exactly one guard and must
//! not be flagged.

use serde::{Serialize, Serializer};

/// Where a pair is planted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// Two roles of one account.
    Role,
    /// Two users of one account.
    User,
    /// A user of a limited account and one of an open account.
    Users,
    /// Two accounts.
    Accounts,
    /// The root users of two accounts.
    Roots,
    /// Two repositories.
    Repositories,
    /// Two service accounts of one cluster, or of two.
    ServiceAccounts,
}

/// A sort of defect.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[expect(missing_docs, reason = "name, rule and guard say what each is")]
pub enum Defect {
    OwnerMissing,
    StaleUnused,
    StaleNeverUsed,
    ActivityUnknown,
    InventoryGap,
    AgentOwnerMissing,
    OwnerDeparted,
    OwnerTeamEmpty,
    StaleBreakGlass,
    McpPlaintext,
    RotationOverdue,
    UnpinnedPrivileged,
    OidcUnscoped,
    StaticCloudKey,
    AdminRole,
    RootKey,
    MultipleActive,
    NeverUsedRole,
    TrustWildcard,
    OidcBroad,
    TrustExternal,
    ZombieGrant,
    McpUnpinned,
    SecretUntrusted,
    AgentPublicTrigger,
    ServiceAccountUnknown,
    ClusterAdmin,
    OwnerSuspended,
    ContractorEnded,
    OwnerCameBack,
    OwnerRenamed,
    OwnerMoved,
    TeamNested,
    TeamOnLeave,
}

/// Name, rule, guard in words, the field of the plan in which the twin differs, place.
type Row = (Defect, &'static str, &'static str, &'static str, &'static str, Place);

#[rustfmt::skip]
const ROWS: [Row; 34] = [
    (Defect::OwnerMissing, "role-without-owner", "owner-missing", "the twin has a tag that names its team", "tags", Place::Role),
    (Defect::StaleUnused, "role-unused", "stale-unused", "the twin was used 20 days ago", "used", Place::Role),
    (Defect::StaleNeverUsed, "key-never-used", "stale-never-used", "the twin and its key are two days old", "created", Place::User),
    (Defect::ActivityUnknown, "use-unreadable", "activity-unknown", "the twin's account lets its last use be read", "account", Place::Users),
    (Defect::InventoryGap, "account-shut", "inventory-gap", "the read role exists in the twin", "entry", Place::Accounts),
    (Defect::AgentOwnerMissing, "agent-without-owner", "owner-missing", "CODEOWNERS of the twin covers the file", "codeowners", Place::Repositories),
    (Defect::OwnerDeparted, "owner-left", "owner-departed", "the person in the twin's tag still works here", "tags", Place::Role),
    (Defect::OwnerTeamEmpty, "team-empty", "owner-team-empty", "the team in the twin's tag has members", "tags", Place::Role),
    (Defect::StaleBreakGlass, "role-unused-in-reserve", "stale-unused", "the twin is tagged as break-glass", "tags", Place::Role),
    (Defect::McpPlaintext, "mcp-literal", "mcp-plaintext-token", "the twin names a variable", "servers", Place::Repositories),
    (Defect::RotationOverdue, "key-old", "cred-rotation-overdue", "the twin's key is 30 days old", "keys", Place::User),
    (Defect::UnpinnedPrivileged, "action-unpinned", "ci-unpinned-privileged", "the twin names a commit", "workflows", Place::Repositories),
    (Defect::OidcUnscoped, "oidc-any-repository", "oidc-trust-unscoped", "the twin pins the repository", "trust", Place::Role),
    (Defect::StaticCloudKey, "ci-static-key", "ci-static-cloud-key", "the twin takes on a role", "workflows", Place::Repositories),
    (Defect::AdminRole, "role-admin", "priv-admin", "a boundary caps the twin", "boundary", Place::Role),
    (Defect::RootKey, "root-key", "cred-root", "the twin's root user has no key", "key", Place::Roots),
    (Defect::MultipleActive, "two-keys", "cred-multiple-active", "the twin's second key was made yesterday", "keys", Place::User),
    (Defect::NeverUsedRole, "role-never-used", "stale-never-used", "the twin is nine days old", "created", Place::Role),
    (Defect::TrustWildcard, "trust-anyone", "trust-wildcard", "the twin asks for the own organisation", "trust", Place::Role),
    (Defect::OidcBroad, "oidc-any-branch", "oidc-trust-broad", "the twin names one environment", "trust", Place::Role),
    (Defect::TrustExternal, "trust-stranger", "trust-external", "the twin asks for an external id", "trust", Place::Role),
    (Defect::ZombieGrant, "trust-deleted", "zombie-grant", "the twin trusts a role that exists", "trust", Place::Role),
    (Defect::McpUnpinned, "mcp-unpinned", "mcp-unapproved", "the twin names a version", "servers", Place::Repositories),
    (Defect::SecretUntrusted, "secret-to-strangers", "ci-secret-untrusted", "the twin checks out its own branch", "workflows", Place::Repositories),
    (Defect::AgentPublicTrigger, "agent-for-strangers", "agent-public-trigger", "the twin asks who wrote the comment", "workflows", Place::Repositories),
    (Defect::ServiceAccountUnknown, "cluster-without-audit", "activity-unknown", "the twin's cluster keeps an audit log", "cluster", Place::ServiceAccounts),
    (Defect::ClusterAdmin, "cluster-admin", "k8s-cluster-admin", "the twin is bound to view", "cluster_role", Place::ServiceAccounts),
    (Defect::OwnerSuspended, "owner-suspended", "owner-departed", "the person in the twin's tag is on leave", "tags", Place::Role),
    (Defect::ContractorEnded, "contract-ended", "owner-departed", "the contract of the person in the twin's tag ends later", "tags", Place::Role),
    (Defect::OwnerCameBack, "owner-left-again", "owner-departed", "the person in the twin's tag left once and came back", "tags", Place::Role),
    (Defect::OwnerRenamed, "owner-left-renamed", "owner-departed", "the person in the twin's tag has another name now", "tags", Place::Role),
    (Defect::OwnerMoved, "owner-left-moved", "owner-departed", "the person in the twin's tag is in another team now", "tags", Place::Role),
    (Defect::TeamNested, "team-empty-within", "owner-team-empty", "somebody is in a team within the twin's team", "tags", Place::Role),
    (Defect::TeamOnLeave, "team-suspended", "owner-team-empty", "everybody in the team of the twin's tag is on leave", "tags", Place::Role),
];

impl Defect {
    /// All of them; the first are planted in the smallest companies too.
    pub fn all() -> impl Iterator<Item = Self> {
        ROWS.iter().map(|row| row.0)
    }

    fn row(self) -> &'static Row {
        // Rows are in the order of the variants; a test holds it.
        &ROWS[self as usize]
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().1
    }

    /// The rule that must find it.
    #[must_use]
    pub fn rule(self) -> &'static str {
        self.row().2
    }

    /// How the twin differs, in words.
    #[must_use]
    pub fn guard(self) -> &'static str {
        self.row().3
    }

    /// The field of the plan in which the twin differs.
    #[must_use]
    pub fn field(self) -> &'static str {
        self.row().4
    }

    /// Where it is planted.
    #[must_use]
    pub fn place(self) -> Place {
        self.row().5
    }
}

impl Serialize for Defect {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// What a part of the plan was planted as.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Planted {
    /// The defect.
    pub defect: Defect,
    /// Tells the pairs of one defect apart.
    pub round: u64,
    /// Whether this is the twin, which must not be flagged.
    pub twin: bool,
}

impl Planted {
    /// The defect or, with `twin`, its near miss.
    pub(crate) const fn new(defect: Defect, round: u64, twin: bool) -> Self {
        Self { defect, round, twin }
    }

    /// The name of the pair.
    #[must_use]
    pub fn pair(&self) -> String {
        format!("{}/{}", self.defect.name(), self.round)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_defect_finds_its_row() {
        for (at, defect) in Defect::all().enumerate() {
            assert_eq!(defect as usize, at);
            assert_eq!(defect.row().0, defect);
        }
    }
}
