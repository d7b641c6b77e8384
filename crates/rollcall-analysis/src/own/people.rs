//! Who is there: people and teams of directories, and names that lead to them.

use rollcall_graph::{Entity, Snapshot};
use rollcall_model::{
    CandidateSort, EntityType, Presence, PublicId, Reference, Relation, Timestamp,
};
use rustc_hash::FxHashMap;

use crate::settings::Settings;
use crate::text::plain;

/// Somebody, or a name.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Who {
    /// The entity's id in the store; 0 for a name that leads nowhere.
    node: i64,
    pub(crate) name: String,
    pub(crate) id: Option<PublicId>,
    pub(crate) sort: CandidateSort,
    /// It stands for something that another system would have to list.
    is_stub: bool,
}

/// People and teams, by their names.
#[derive(Debug, Default)]
pub(crate) struct People {
    by_name: FxHashMap<String, Option<Who>>,
    by_email: FxHashMap<String, Who>,
    presence: FxHashMap<i64, Presence>,
    /// A directory of people was read completely, not too long ago.
    is_connected: bool,
}

impl People {
    pub(crate) fn new(snapshot: &Snapshot, settings: &Settings, now: Timestamp) -> Self {
        let mut people = Self::default();
        let oldest = now.plus_seconds(-settings.directory_max_age);
        for node in snapshot.nodes() {
            let entity = snapshot.entity(node);
            let sort = match entity.entity_type() {
                Some(EntityType::Person) => CandidateSort::Person,
                Some(EntityType::Team) => CandidateSort::Team,
                _ => continue,
            };
            if !entity.is_collected() {
                continue;
            }
            people.add(snapshot, entity, sort, oldest);
        }
        people
    }

    fn add(
        &mut self,
        snapshot: &Snapshot,
        entity: Entity<'_>,
        sort: CandidateSort,
        oldest: Timestamp,
    ) {
        let who = Who {
            node: entity.id().0,
            name: entity.name().to_owned(),
            id: entity.public_id(),
            sort,
            is_stub: false,
        };
        let is_fresh = entity.scopes().any(|s| s.complete_at.is_some_and(|at| at >= oldest));
        let presence = match (is_fresh, sort) {
            (false, _) => unread_directory(),
            (true, CandidateSort::Team) => team_presence(snapshot, entity),
            (true, _) if is_here(&entity) => Presence::Here,
            (true, _) => Presence::Left,
        };
        self.is_connected |= is_fresh && sort == CandidateSort::Person;
        self.presence.insert(who.node, presence);
        for (_, reference) in entity.aliases() {
            if reference.namespace == "email" {
                self.by_email.insert(reference.value.to_lowercase(), who.clone());
            }
        }
        for name in [entity.name(), entity.native_id()] {
            let known = self.by_name.entry(plain(name)).or_insert_with(|| Some(who.clone()));
            if known.as_ref().is_some_and(|k| k.node != who.node) {
                // Two have the name: it leads to neither.
                *known = None;
            }
        }
    }

    /// Whoever a text names: an e-mail address, a person's or a team's name.
    pub(crate) fn named(&self, text: &str) -> Who {
        let text = text.trim().trim_start_matches("mailto:");
        let is_email = text.contains('@') && !text.starts_with('@');
        let found = if is_email {
            self.by_email.get(&text.to_lowercase())
        } else {
            self.by_name.get(&plain(text)).and_then(Option::as_ref)
        };
        found.cloned().unwrap_or_else(|| Who {
            node: 0,
            name: text.to_owned(),
            id: None,
            sort: if is_email { CandidateSort::Person } else { CandidateSort::Name },
            is_stub: false,
        })
    }

    /// Whoever an entity is that something is owned by.
    pub(crate) fn entity(&self, snapshot: &Snapshot, entity: Entity<'_>) -> Who {
        let reference: Option<Reference> = entity.aliases().next().map(|(_, reference)| reference);
        let namespace = reference.as_ref().map(|r| r.namespace.as_str()).unwrap_or_default();
        if let Some(reference) = &reference
            && !entity.is_collected()
            && namespace == "email"
        {
            return self.named(&reference.value);
        }
        let sort = match (entity.entity_type(), namespace) {
            (Some(EntityType::Person), _) => CandidateSort::Person,
            (Some(EntityType::Team | EntityType::Group), _) => CandidateSort::Team,
            (_, name) if name.ends_with(".user") => CandidateSort::Person,
            (_, name) if name.ends_with(".team") || name.ends_with(".group") => CandidateSort::Team,
            _ => CandidateSort::Name,
        };
        Who {
            node: snapshot.id_of(entity.node()).0,
            name: entity.name().to_owned(),
            id: entity.public_id(),
            sort,
            is_stub: !self.presence.contains_key(&entity.id().0),
        }
    }

    /// Whether a candidate is there.
    pub(crate) fn presence(&self, who: &Who) -> Presence {
        if let Some(presence) = self.presence.get(&who.node) {
            return presence.clone();
        }
        match (who.is_stub, self.is_connected) {
            (true, _) => {
                let why = "no source that was read lists it".to_owned();
                Presence::Unknown { why }
            }
            (false, true) => Presence::Unheard,
            (false, false) => unread_directory(),
        }
    }
}

fn unread_directory() -> Presence {
    Presence::Unknown { why: "no directory connected".to_owned() }
}

fn is_here(person: &Entity<'_>) -> bool {
    person.gone_at().is_none() && person.disabled() != Some(true)
}

/// A team is there while anybody of it is.
fn team_presence(snapshot: &Snapshot, team: Entity<'_>) -> Presence {
    if team.gone_at().is_some() {
        return Presence::Left;
    }
    let members = snapshot.relations_in(team.node()).filter(|r| r.relation == Relation::MemberOf);
    let mut here = members.filter(|end| is_here(&snapshot.entity(end.node)));
    if here.next().is_some() { Presence::Here } else { Presence::Empty }
}
