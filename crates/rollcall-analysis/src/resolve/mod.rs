//! From accounts to people: who stands behind an account, and whether they are here.
//!
//! A human is what the entries of all directories about one person make together (`unify`); whether
//! they are here follows from the words of all of them (`presence`). Accounts lead to humans by what
//! is collected (`account`), teams are asked for their people (`team`). Only kinds whose connector says
//! so are directories. Everything is made anew from each snapshot; nothing of it is stored.

mod account;
mod entry;
mod manager;
mod presence;
mod team;
mod unify;

use rollcall_graph::{Node, Snapshot};
use rollcall_model::{EntityType, NodeId, Presence, PublicId, Relation, Timestamp};
use rustc_hash::FxHashMap;

use crate::knowledge::Knowledge;
use crate::text::plain;

pub(crate) use account::{Account, Behind};
pub(crate) use team::Staff;

use entry::{Entry, Word};

/// A human: its place among all.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct HumanId(u32);

/// What is looked at, and for when.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'a> {
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) knowledge: &'a Knowledge,
    pub(crate) now: Timestamp,
    /// A directory that was read longer ago than so many seconds tells nothing.
    pub(crate) max_age: i64,
}

impl Place<'_> {
    fn is_fresh(&self, read: Timestamp) -> bool {
        read.plus_seconds(self.max_age) >= self.now
    }
}

#[derive(Debug)]
struct Human {
    /// Of the entry that stands for it.
    name: String,
    id: Option<PublicId>,
    /// The strongest first.
    entries: Vec<usize>,
    presence: Presence,
}

/// What people and teams a name may mean.
#[derive(Clone, Debug, Default)]
struct Named {
    humans: Vec<HumanId>,
    teams: Vec<Node>,
}

/// Somebody whom a name means.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Somebody {
    /// A human.
    Human(HumanId),
    /// A team.
    Team(Node),
}

/// People and teams of directories, and what leads to them.
#[derive(Debug, Default)]
pub(crate) struct People {
    entries: Vec<Entry>,
    humans: Vec<Human>,
    by_person: FxHashMap<Node, HumanId>,
    /// `None` for an address of several people.
    by_address: FxHashMap<String, Option<HumanId>>,
    by_name: FxHashMap<String, Named>,
    by_login: FxHashMap<String, Named>,
    former_logins: FxHashMap<NodeId, HumanId>,
    staff: FxHashMap<Node, Staff>,
    /// When a directory was last read to its end.
    last_read: Option<Timestamp>,
    /// All directories were read to their end, none too long ago.
    is_whole: bool,
    is_fresh: bool,
}

impl People {
    pub(crate) fn new(place: &Place<'_>) -> Self {
        let mut people = Self { is_whole: true, ..Self::default() };
        let mut teams = Vec::new();
        let mut directories: FxHashMap<(&str, &str), usize> = FxHashMap::default();
        for node in place.snapshot.nodes() {
            let entity = place.snapshot.entity(node);
            match entity.entity_type() {
                Some(EntityType::Team) if entity.is_collected() => teams.push(node),
                Some(EntityType::Person) => {
                    let facts = place.knowledge.of(entity.kind());
                    let count = directories.len();
                    let directory = (entity.provider(), entity.realm());
                    let directory = *directories.entry(directory).or_insert(count);
                    let when = (place.now, place.max_age);
                    people.entries.extend(Entry::read(entity, facts, directory, when));
                }
                _ => {}
            }
        }
        // The order of nodes depends on how the snapshot came about, that of keys does not.
        people.entries.sort_by_cached_key(|entry| order(place.snapshot, entry.node));
        // A directory is as complete as those of its entries that are still listed.
        for entry in people.entries.iter().filter(|e| !matches!(e.word, Word::Gone(_))) {
            people.last_read = people.last_read.max(entry.read);
            people.is_fresh |= entry.is_fresh;
            people.is_whole &= entry.is_fresh;
        }
        people.is_whole &= people.is_fresh;
        people.unite(place.snapshot);
        people.index(place.snapshot);
        for team in teams {
            let staff = team::staff(&people, place, team);
            people.staff.insert(team, staff);
            people.name_team(place.snapshot, team);
        }
        people
    }

    fn unite(&mut self, snapshot: &Snapshot) {
        for group in unify::humans(&self.entries) {
            let entries: Vec<&Entry> = group.iter().map(|at| &self.entries[*at]).collect();
            let presence = presence::presence(&entries);
            let entity = snapshot.entity(entries[0].node);
            let human = HumanId(u32::try_from(self.humans.len()).unwrap_or(u32::MAX));
            for entry in &entries {
                self.by_person.insert(entry.node, human);
            }
            self.humans.push(Human {
                name: entity.name().to_owned(),
                id: entity.public_id(),
                entries: group,
                presence,
            });
        }
    }

    fn index(&mut self, snapshot: &Snapshot) {
        let mut mains: FxHashMap<&str, Vec<HumanId>> = FxHashMap::default();
        let mut all: FxHashMap<&str, Vec<HumanId>> = FxHashMap::default();
        for entry in &self.entries {
            let human = self.by_person[&entry.node];
            for (at, email) in entry.emails.iter().enumerate() {
                add(all.entry(email).or_default(), human);
                if at == 0 {
                    add(mains.entry(email).or_default(), human);
                }
            }
            let entity = snapshot.entity(entry.node);
            for name in [entity.name(), entity.native_id()] {
                add(&mut self.by_name.entry(plain(name)).or_default().humans, human);
            }
            for login in &entry.logins {
                add(&mut self.by_login.entry(plain(login)).or_default().humans, human);
            }
            if matches!(entry.word, Word::Gone(_)) {
                self.former_logins.extend(entry.accounts.iter().map(|id| (*id, human)));
            }
        }
        // An address of several is its main holder's, if there is one.
        let one = |list: Option<&Vec<HumanId>>| match list.map(Vec::as_slice) {
            Some([human]) => Some(*human),
            _ => None,
        };
        let owner = |email: &str| one(all.get(email)).or_else(|| one(mains.get(email)));
        self.by_address = all.keys().map(|email| ((*email).to_owned(), owner(email))).collect();
    }

    fn name_team(&mut self, snapshot: &Snapshot, node: Node) {
        let entity = snapshot.entity(node);
        let team = self.same_team(snapshot, node);
        for name in [entity.name(), entity.native_id()] {
            add(&mut self.by_name.entry(plain(name)).or_default().teams, team);
        }
    }

    /// The team that stands for another one which a directory says is the same; itself where none
    /// does.
    pub(crate) fn same_team(&self, snapshot: &Snapshot, team: Node) -> Node {
        let same = snapshot.relations_in(team).filter(|link| link.relation == Relation::SameAs);
        let is_team = |node: &Node| snapshot.entity(*node).entity_type() == Some(EntityType::Team);
        let all = same.map(|link| link.node).filter(is_team);
        all.min_by_key(|node| order(snapshot, *node)).unwrap_or(team)
    }

    /// The human of a person of a directory.
    pub(crate) fn of_person(&self, node: Node) -> Option<HumanId> {
        self.by_person.get(&node).copied()
    }

    /// The human with an e-mail address.
    pub(crate) fn at_address(&self, address: &str) -> Option<HumanId> {
        self.by_address.get(&address.trim().to_lowercase()).copied().flatten()
    }

    /// Whether several people have an address, so that it leads to none.
    pub(crate) fn is_shared(&self, address: &str) -> bool {
        self.by_address.get(&address.trim().to_lowercase()) == Some(&None)
    }

    fn with_former_login(&self, account: NodeId) -> Option<HumanId> {
        self.former_logins.get(&account).copied()
    }

    /// The one that a name means: a person's or a team's name, id or, where neither has it, login.
    pub(crate) fn named(&self, snapshot: &Snapshot, name: &str) -> Option<Somebody> {
        let name = plain(name);
        let named = self.by_name.get(&name).or_else(|| self.by_login.get(&name))?;
        match (named.humans.as_slice(), named.teams.as_slice()) {
            ([human], []) => Some(Somebody::Human(*human)),
            // Of teams of one name in several systems the one that has people.
            ([], teams) => {
                let rank = |team: &Node| match self.staff.get(team) {
                    Some((presence, _)) if presence.is_here() => 0,
                    Some((presence, _)) if presence.is_gone() => 2,
                    _ => 1,
                };
                let first = teams.iter().min_by_key(|team| (rank(team), order(snapshot, **team)));
                first.copied().map(Somebody::Team)
            }
            _ => None,
        }
    }

    /// A human's name.
    pub(crate) fn name(&self, human: HumanId) -> &str {
        self.human(human).map_or("", |human| &human.name)
    }

    /// The public id of the entry that stands for a human.
    pub(crate) fn id(&self, human: HumanId) -> Option<PublicId> {
        self.human(human).and_then(|human| human.id)
    }

    /// Whether a human is here.
    pub(crate) fn presence(&self, human: HumanId) -> Presence {
        self.human(human).map_or_else(|| self.unheard(), |human| human.presence.clone())
    }

    /// By what that is known: what each directory says.
    pub(crate) fn known_by(&self, snapshot: &Snapshot, human: HumanId) -> Vec<String> {
        let entries = self.human(human).map(|human| human.entries.as_slice()).unwrap_or_default();
        let says = |entry: &Entry| entry.says(snapshot.entity(entry.node));
        entries.iter().map(|at| says(&self.entries[*at])).collect()
    }

    /// Whether anybody is left in a team.
    pub(crate) fn staff(&self, place: &Place<'_>, team: Node) -> Staff {
        self.staff.get(&team).cloned().unwrap_or_else(|| team::staff(self, place, team))
    }

    /// Whether any directory was read to its end, not too long ago.
    pub(crate) const fn is_connected(&self) -> bool {
        self.is_fresh
    }

    /// Whether every directory was read to its end, none too long ago.
    pub(crate) const fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// What is said of somebody whom no directory names.
    pub(crate) fn unheard(&self) -> Presence {
        if self.is_whole {
            Presence::Unheard
        } else {
            Presence::Unknown { why: self.unconnected() }
        }
    }

    /// Why directories do not tell.
    pub(crate) fn unconnected(&self) -> String {
        if self.entries.is_empty() {
            return "no directory connected".to_owned();
        }
        if self.is_fresh {
            return "not every directory was read to its end within a day".to_owned();
        }
        presence::stale(self.last_read)
    }

    fn human(&self, human: HumanId) -> Option<&Human> {
        self.humans.get(human.0 as usize)
    }
}

/// What puts nodes in the same order in every snapshot of the same facts.
fn order(snapshot: &Snapshot, node: Node) -> (String, String, String, NodeId) {
    let entity = snapshot.entity(node);
    let texts = [entity.provider(), entity.realm(), entity.native_id()].map(str::to_owned);
    let [provider, realm, id] = texts;
    (provider, realm, id, entity.id())
}

fn add<T: PartialEq>(list: &mut Vec<T>, one: T) {
    if !list.contains(&one) {
        list.push(one);
    }
}
