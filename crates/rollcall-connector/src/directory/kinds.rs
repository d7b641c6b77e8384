//! The kinds of people and teams, the same for every directory but for their names.

use rollcall_model::{EntityType, Kind, KindFacts, Listing};

use super::source::DELETED_USERS;
use crate::{AttributeDef, KindDef, Rank, StreamDef};

/// A stream of a directory over the network: the provider's own word, listed as a whole. Absence weighs
/// more than elsewhere, but for deleted users, who go from that list by themselves.
#[must_use]
pub fn directory_stream(
    (name, title): (&str, &str),
    part: Option<&str>,
    permission: &str,
    sees: &str,
    blind_spots: &[&str],
) -> StreamDef {
    StreamDef {
        name: name.to_owned(),
        title: title.to_owned(),
        listing: Listing::Full,
        rank: Rank::Authoritative,
        part: part.map(str::to_owned),
        permissions: vec![permission.to_owned()],
        tier: None,
        sees: sees.to_owned(),
        blind_spots: blind_spots.iter().map(|spot| (*spot).to_owned()).collect(),
        shifting: false,
        careful: name != DELETED_USERS,
    }
}

/// Analysed or not, name, shape, what it says.
type Attribute = (bool, &'static str, &'static str, &'static str);

const PERSON: [Attribute; 12] = [
    (
        true,
        "status",
        "text",
        "active, on_leave, suspended, left or pending, by the directory's word and by dates",
    ),
    (true, "email", "text", "The main address"),
    (true, "emails", "list of text", "All addresses and aliases"),
    (true, "logins", "object", "The names under which she or he signs in, by system"),
    (false, "title", "text", "The job title"),
    (false, "department", "text", "The department"),
    (
        true,
        "employment",
        "text",
        "employee, contractor, intern, temporary, or the directory's own word",
    ),
    (true, "started_at", "time", "The first day"),
    (true, "left_at", "time", "The last day; it may lie in the future"),
    (true, "leave_from", "time", "The first day of a leave of absence"),
    (true, "leave_until", "time", "The last day of a leave of absence"),
    (true, "manager", "text", "The manager as the directory names her or him"),
];

const TEAM: [Attribute; 3] = [
    (false, "description", "text", "What it is for"),
    (false, "sort", "text", "The directory's own word for what sort of group it is"),
    (true, "emails", "list of text", "The addresses that reach it"),
];

fn attributes(list: &[Attribute]) -> Vec<AttributeDef> {
    list.iter()
        .map(|(analysed, name, shape, title)| AttributeDef {
            name: (*name).to_owned(),
            shape: (*shape).to_owned(),
            analysed: *analysed,
            title: (*title).to_owned(),
        })
        .collect()
}

/// The kind of a directory's people; `streams` are those that list them whole.
#[must_use]
pub fn person_kind(kind: Kind, title: &str, streams: &[&str]) -> KindDef {
    KindDef {
        kind,
        entity_type: EntityType::Person,
        title: title.to_owned(),
        name_keyed: false,
        attributes: attributes(&PERSON),
        facts: KindFacts { directory: true, ..facts(streams) },
    }
}

/// The kind of a directory's teams or groups; `streams` are those that list them whole, their
/// members included.
#[must_use]
pub fn team_kind(kind: Kind, title: &str, streams: &[&str]) -> KindDef {
    KindDef {
        kind,
        entity_type: EntityType::Team,
        title: title.to_owned(),
        name_keyed: false,
        attributes: attributes(&TEAM),
        facts: facts(streams),
    }
}

fn facts(streams: &[&str]) -> KindFacts {
    KindFacts {
        described_by: streams.iter().map(|stream| (*stream).to_owned()).collect(),
        ..KindFacts::default()
    }
}
