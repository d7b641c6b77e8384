//! One entity of a snapshot, read column by column.

use std::fmt;

use rollcall_model::{
    EntityKey, EntityType, IdentityClass, Kind, NodeId, PublicId, Reference, Timestamp,
};

use crate::column::{NEVER, code, time};
use crate::row::Alias;
use crate::rows::ScopeRow;
use crate::snapshot::{Node, Snapshot};
use crate::symbols::PENDING;
use crate::words::{OwnerState, PresenceWord, Reach, Standing, UsageVerdict};

/// An entity. Cheap to make; every method reads what it returns.
#[derive(Clone, Copy)]
pub struct Entity<'a> {
    snapshot: &'a Snapshot,
    node: Node,
}

impl fmt::Debug for Entity<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Entity({} {:?})", self.id().0, self.name())
    }
}

fn moment(micros: i64) -> Option<Timestamp> {
    (micros != NEVER).then(|| Timestamp::from_micros(micros))
}

impl<'a> Entity<'a> {
    pub(crate) fn new(snapshot: &'a Snapshot, node: Node) -> Self {
        Self { snapshot, node }
    }

    fn code(&self, column: usize) -> u32 {
        self.snapshot.code(column, self.node.0)
    }

    fn time(&self, column: usize) -> Option<Timestamp> {
        moment(self.snapshot.time(column, self.node.0))
    }

    /// Its node.
    #[must_use]
    pub fn node(&self) -> Node {
        self.node
    }

    /// Its id inside the store; negative for a stub of a reference.
    #[must_use]
    pub fn id(&self) -> NodeId {
        self.snapshot.id_of(self.node)
    }

    /// Its key; `None` for a stub of which no key is known.
    #[must_use]
    pub fn key(&self) -> Option<EntityKey> {
        let kind: Kind = self.kind().parse().ok()?;
        let id = self.native_id().to_owned();
        Some(EntityKey { provider: self.provider().into(), realm: self.realm().into(), kind, id })
    }

    /// Its public id; `None` for a stub of which neither key nor reference is known.
    #[must_use]
    pub fn public_id(&self) -> Option<PublicId> {
        if self.id().is_reference() {
            return self.aliases().next().map(|(_, reference)| reference.public_id());
        }
        self.key().map(|key| key.public_id())
    }

    /// What it is; `None` where that is not known.
    #[must_use]
    pub fn entity_type(&self) -> Option<EntityType> {
        EntityType::from_number(i64::from(self.code(code::TYPE)) - 1)
    }

    /// Human, service or agent.
    #[must_use]
    pub fn class(&self) -> Option<IdentityClass> {
        IdentityClass::from_number(i64::from(self.code(code::CLASS)) - 1)
    }

    /// Its kind; empty where that is not known.
    #[must_use]
    pub fn kind(&self) -> &'a str {
        self.snapshot.vocabulary.kinds.text(self.code(code::KIND))
    }

    /// Its provider; empty where that is not known.
    #[must_use]
    pub fn provider(&self) -> &'a str {
        self.snapshot.vocabulary.providers.text(self.code(code::PROVIDER))
    }

    /// Its realm; empty where that is not known.
    #[must_use]
    pub fn realm(&self) -> &'a str {
        self.snapshot.vocabulary.realms.text(self.code(code::REALM))
    }

    /// Its immutable native id; empty where that is not known.
    #[must_use]
    pub fn native_id(&self) -> &'a str {
        self.snapshot.native(self.node.0)
    }

    /// What people call it.
    #[must_use]
    pub fn name(&self) -> &'a str {
        self.snapshot.name(self.node.0)
    }

    /// The references that name it, with their ids.
    pub fn aliases(&self) -> impl Iterator<Item = (NodeId, Reference)> + use<'a> {
        let snapshot = self.snapshot;
        let row = snapshot.row(self.node.0);
        row.into_iter().flat_map(|row| row.aliases).map(move |Alias { id, domain, value }| {
            let domain = snapshot.vocabulary.domains.text(domain);
            let (namespace, authority) = domain.split_once('\0').unwrap_or_default();
            (NodeId(id), Reference::new(namespace, authority, &value))
        })
    }

    /// Whether it is switched off, where that is known.
    #[must_use]
    pub fn disabled(&self) -> Option<bool> {
        match self.code(code::DISABLED) {
            1 => Some(true),
            2 => Some(false),
            _ => None,
        }
    }

    /// Whether complete readings miss it while it is still held live.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        self.code(code::MISSING) == 1
    }

    /// Whether any source has read it.
    #[must_use]
    pub fn is_collected(&self) -> bool {
        self.code(code::COLLECTED) == 1
    }

    /// When the last claim about it ended; `None` while there is one.
    #[must_use]
    pub fn gone_at(&self) -> Option<Timestamp> {
        self.time(time::GONE_AT)
    }

    /// When the provider says it was created.
    #[must_use]
    pub fn created_at(&self) -> Option<Timestamp> {
        self.time(time::CREATED)
    }

    /// When it stops working by itself.
    #[must_use]
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.time(time::EXPIRES)
    }

    /// When anyone first said anything about it.
    #[must_use]
    pub fn first_seen(&self) -> Option<Timestamp> {
        self.time(time::FIRST_SEEN)
    }

    /// When it was last known to be there: when one of its scopes was last read to its end, or for
    /// what complete readings miss and what is gone, when it was before that.
    #[must_use]
    pub fn last_seen(&self) -> Option<Timestamp> {
        moment(self.snapshot.last_seen(self.node.0))
    }

    /// The last known use, and the grade of its evidence.
    #[must_use]
    pub fn last_used(&self) -> Option<(Timestamp, u16)> {
        Some((self.time(time::USED)?, self.code(code::GRADE) as u16))
    }

    /// The scopes that claim it, by id; of what is gone, those that did. Scopes that nobody reads any
    /// more are left out.
    pub fn scopes(&self) -> impl Iterator<Item = &'a ScopeRow> + use<'a> {
        self.snapshot.scopes_of(self.code(code::SCOPES)).into_iter()
    }

    /// The names of the sources that say so, in order; of what is gone, of those that did.
    pub fn sources(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let vocabulary = &self.snapshot.vocabulary;
        let set = vocabulary.set_sources.get(self.code(code::SCOPES));
        let names = set.iter().filter(|s| **s != 0).map(|s| vocabulary.sources.text(*s));
        let mut names: Vec<&str> = names.collect();
        names.sort_unstable();
        names.into_iter()
    }

    /// Its environment.
    #[must_use]
    pub fn env(&self) -> Option<&'a str> {
        Some(self.snapshot.vocabulary.envs.text(self.code(code::ENV))).filter(|e| !e.is_empty())
    }

    /// Its analysed attributes as canonical JSON.
    #[must_use]
    pub fn document(&self) -> Option<&'a str> {
        self.snapshot.document_text(self.code(code::DOCUMENT))
    }

    /// Whether somebody answers for it.
    #[must_use]
    pub fn owner_state(&self) -> OwnerState {
        OwnerState::ALL.get(self.code(code::OWNER) as usize).copied().unwrap_or_default()
    }

    /// Who answers for it; empty for nobody.
    #[must_use]
    pub fn owner(&self) -> &'a str {
        self.snapshot.vocabulary.owners.text(self.code(code::OWNER_NAME))
    }

    /// The team that answers for it; empty for none, `None` while the analysis has not said.
    #[must_use]
    pub fn team(&self) -> Option<&'a str> {
        let team = self.snapshot.vocabulary.teams.text(self.code(code::TEAM));
        Some(team).filter(|team| *team != PENDING)
    }

    /// How sure the owner is, in thousandths.
    #[must_use]
    pub fn score(&self) -> u16 {
        self.code(code::SCORE) as u16
    }

    /// Whether it is used.
    #[must_use]
    pub fn usage(&self) -> UsageVerdict {
        UsageVerdict::ALL.get(self.code(code::USAGE) as usize).copied().unwrap_or_default()
    }

    /// The point in time that the verdict speaks of, and the grade of its evidence.
    #[must_use]
    pub fn usage_at(&self) -> Option<(Timestamp, u16)> {
        Some((self.time(time::USAGE_AT)?, self.code(code::USAGE_GRADE) as u16))
    }

    /// The rules with an open finding about it; `None` while the rules have not run.
    #[must_use]
    pub fn findings(&self) -> Option<Vec<&'a str>> {
        let vocabulary = &self.snapshot.vocabulary;
        let set = vocabulary.finding_sets.get(self.code(code::FINDINGS));
        let rules = set.iter().map(|rule| vocabulary.rules.text(*rule));
        let mut rules: Vec<&str> = rules.filter(|rule| !rule.is_empty()).collect();
        rules.sort_unstable();
        (rules != [PENDING]).then_some(rules)
    }

    /// What it can get to.
    #[must_use]
    pub fn reach(&self) -> Reach {
        Reach::from_code(self.code(code::REACH))
    }

    /// How long it lasts.
    #[must_use]
    pub fn standing(&self) -> Standing {
        Standing::ALL.get(self.code(code::STANDING) as usize).copied().unwrap_or_default()
    }

    /// Whether the person or team itself is here; of anything else, whether who answers for it is.
    #[must_use]
    pub fn presence(&self) -> PresenceWord {
        PresenceWord::ALL.get(self.code(code::PRESENCE) as usize).copied().unwrap_or_default()
    }
}
