//! Whether anybody is left in a team.
//!
//! The people of a team are its members, those of the teams within it, and those of the team of
//! another system that a directory says is the same. A member that is an account counts as the person
//! it belongs to; one of which nobody says whose it is may be anybody's, so such a team is not known to
//! be empty. Programs among the members are nobody.

use rollcall_graph::{Entity, Node};
use rollcall_model::{EntityType, Presence, Relation, Timestamp};
use rustc_hash::FxHashSet;

use super::account::Behind;
use super::entry::last_read;
use super::{HumanId, People, Place};

/// A team's presence, and by what it is known.
pub(crate) type Staff = (Presence, Vec<String>);

/// Who was found in a team.
#[derive(Default)]
struct Found {
    people: FxHashSet<HumanId>,
    here: Vec<String>,
    away: Vec<String>,
    /// Members of which it cannot be told whether they are here.
    open: Vec<String>,
    /// What was not read, so that there may be more members.
    unread: Option<String>,
}

fn is_team(entity: &Entity<'_>) -> bool {
    matches!(entity.entity_type(), Some(EntityType::Team | EntityType::Group))
}

/// Whether anybody is left in a team.
pub(super) fn staff(people: &People, place: &Place<'_>, root: Node) -> Staff {
    let mut found = Found::default();
    let mut seen: FxHashSet<Node> = FxHashSet::from_iter([root]);
    let mut rest = vec![root];
    let mut is_listed = false;
    while let Some(node) = rest.pop() {
        let entity = place.snapshot.entity(node);
        if entity.is_collected() && entity.gone_at().is_none() {
            is_listed = true;
            found.unread = found.unread.take().or_else(|| unread(people, place, entity));
        }
        let mut push = |team: Node| {
            if seen.insert(team) {
                rest.push(team);
            }
        };
        for link in place.snapshot.relations_in(node) {
            let other = place.snapshot.entity(link.node);
            match link.relation {
                Relation::MemberOf | Relation::SameAs if is_team(&other) => push(link.node),
                Relation::MemberOf => member(people, place, other, &mut found),
                _ => {}
            }
        }
        for link in place.snapshot.relations_out(node) {
            let other = place.snapshot.entity(link.node);
            match link.relation {
                Relation::Contains | Relation::SameAs if is_team(&other) => push(link.node),
                Relation::Contains => member(people, place, other, &mut found),
                _ => {}
            }
        }
    }
    let root = place.snapshot.entity(root);
    let known_by = vec![found.says()];
    if !found.here.is_empty() {
        return (Presence::Staffed, known_by);
    }
    if let Some(at) = root.gone_at() {
        return gone(people, place, root, at);
    }
    if !is_listed {
        let why = "no source that was read lists it".to_owned();
        return (Presence::Unknown { why }, Vec::new());
    }
    if let Some(why) = found.unread {
        return (Presence::Unknown { why }, known_by);
    }
    match found.open.len() {
        0 => (Presence::Empty, known_by),
        count => {
            let why = format!("whether {count} of its members are here is not known");
            (Presence::Unknown { why }, known_by)
        }
    }
}

/// A team that a complete reading did not list any more.
fn gone(people: &People, place: &Place<'_>, team: Entity<'_>, at: Timestamp) -> Staff {
    let says = format!("{} is not listed any more since {at}", team.name());
    match unread(people, place, team) {
        Some(why) => (Presence::Unknown { why }, vec![says]),
        None => (Presence::Left { since: Some(at) }, vec![says]),
    }
}

/// Why the members of a team are not known; `None` where they are.
fn unread(people: &People, place: &Place<'_>, team: Entity<'_>) -> Option<String> {
    let facts = place.knowledge.of(team.kind());
    let read = last_read(team, facts).flatten();
    if read.is_some_and(|at| place.is_fresh(at)) {
        return None;
    }
    if !people.is_connected() {
        return Some(people.unconnected());
    }
    Some(match read {
        Some(at) => format!("the members of {} were last read to their end at {at}", team.name()),
        None => format!("the members of {} were never read to their end", team.name()),
    })
}

fn member(people: &People, place: &Place<'_>, member: Entity<'_>, found: &mut Found) {
    if member.gone_at().is_some() && people.of_person(member.node()).is_none() {
        return;
    }
    match people.account(place.snapshot, member.node()).behind {
        Behind::Machine => {}
        Behind::Several | Behind::Nobody => found.open.push(member.name().to_owned()),
        Behind::Human(human) => {
            if !found.people.insert(human) {
                return;
            }
            let list = match people.presence(human) {
                presence if presence.is_gone() => &mut found.away,
                Presence::Pending { .. } => &mut found.away,
                Presence::Unknown { .. } => &mut found.open,
                _ => &mut found.here,
            };
            list.push(people.name(human).to_owned());
        }
    }
}

impl Found {
    fn says(&self) -> String {
        let list = |names: &[String]| {
            let mut names: Vec<&str> = names.iter().map(String::as_str).collect();
            names.sort_unstable();
            let more = names.len().saturating_sub(3);
            names.truncate(3);
            let shown = names.join(", ");
            if more > 0 { format!("{shown} and {more} more") } else { shown }
        };
        let parts = [
            (self.here.len(), "here", list(&self.here)),
            (self.away.len(), "not here", list(&self.away)),
            (self.open.len(), "of whom it is not known", list(&self.open)),
        ];
        let said = parts.into_iter().filter(|(count, ..)| *count > 0);
        let said: Vec<String> =
            said.map(|(count, what, names)| format!("{count} {what} ({names})")).collect();
        if said.is_empty() { "it has no members".to_owned() } else { said.join(", ") }
    }
}
