//! What a listing shows of one entity, for programs and for people.

use rollcall_graph::{Derived, FacetCounts, Node, OwnerState, Snapshot};
use rollcall_model::{
    EntityKey, EntityType, Grade, IdentityClass, PresenceWord, PublicId, Reference, Timestamp,
    UsageVerdict,
};
use serde::Serialize;

use crate::output::{Cell, Grid, Tone, text};

/// How much of a realm a row shows; `show` and JSON have it whole.
const REALM_WIDTH: usize = 32;

/// One entity, as programs get it.
#[derive(Serialize)]
pub(super) struct Row<'s> {
    id: Option<PublicId>,
    key: Option<EntityKey>,
    #[serde(rename = "type")]
    entity_type: Option<EntityType>,
    class: Option<IdentityClass>,
    kind: &'s str,
    provider: &'s str,
    realm: &'s str,
    name: &'s str,
    /// The references it answers to.
    aliases: Vec<Reference>,
    owner: Owner,
    usage: Usage,
    /// The newest use that was seen.
    last_used: Option<Timestamp>,
    created_at: Option<Timestamp>,
    expires_at: Option<Timestamp>,
    first_seen: Option<Timestamp>,
    last_seen: Option<Timestamp>,
    gone_at: Option<Timestamp>,
    disabled: Option<bool>,
    /// The rules that apply to it.
    findings: Vec<String>,
    /// Complete readings miss it, but it is held live.
    missing: bool,
    /// One of the scopes that say so is not known to be current.
    gap: bool,
    sources: Vec<&'s str>,
}

/// Whether somebody answers for it.
#[derive(Serialize)]
struct Owner {
    state: OwnerState,
    name: Option<String>,
    score: Option<u16>,
    /// Whether they are here; of a person or a team, whether that is.
    presence: PresenceWord,
}

/// The verdict on its use; `rollcall why` says how it came about.
#[derive(Serialize)]
struct Usage {
    verdict: UsageVerdict,
    at: Option<Timestamp>,
    grade: Option<Grade>,
}

impl<'s> Row<'s> {
    pub(super) fn new(known: &'s Snapshot, node: Node, derived: Derived) -> Self {
        let entity = known.entity(node);
        let name = Some(derived.owner).filter(|name| !name.is_empty());
        Self {
            id: entity.public_id(),
            key: entity.key(),
            entity_type: entity.entity_type(),
            class: entity.class(),
            kind: entity.kind(),
            provider: entity.provider(),
            realm: entity.realm(),
            name: entity.name(),
            aliases: entity.aliases().map(|(_, reference)| reference).collect(),
            owner: Owner {
                state: derived.owner_state,
                score: name.as_ref().map(|_| derived.score),
                name,
                presence: derived.presence,
            },
            usage: Usage {
                verdict: derived.usage,
                at: derived.usage_at,
                grade: Grade::from_number(derived.usage_grade),
            },
            last_used: entity.last_used().map(|(at, _)| at),
            created_at: entity.created_at(),
            expires_at: entity.expires_at(),
            first_seen: entity.first_seen(),
            last_seen: entity.last_seen(),
            gone_at: entity.gone_at(),
            disabled: entity.disabled(),
            findings: derived.findings.unwrap_or_default(),
            missing: entity.is_missing(),
            gap: entity.scopes().any(rollcall_graph::ScopeRow::is_gap),
            sources: entity.sources().collect(),
        }
    }

    fn mark(&self) -> Cell {
        match (self.missing, self.gap, self.disabled) {
            (true, ..) => Cell::new("missing", Tone::Warn),
            (_, true, _) => Cell::new("gap", Tone::Warn),
            (.., Some(true)) => Cell::new("disabled", Tone::Quiet),
            _ => Cell::default(),
        }
    }

    fn owner(&self) -> Cell {
        let state = self.owner.state.as_str();
        let presence = self.owner.presence;
        let word = presence.as_str().replace('_', " ");
        if matches!(self.entity_type, Some(EntityType::Person | EntityType::Team)) {
            use PresenceWord::{Empty, Left, Suspended};
            let is_gone = matches!(presence, Empty | Left | Suspended);
            return Cell::new(word, if is_gone { Tone::Warn } else { Tone::Quiet });
        }
        match (self.owner.state, &self.owner.name) {
            (OwnerState::Suggested | OwnerState::Assigned | OwnerState::Confirmed, Some(name)) => {
                match presence {
                    PresenceWord::OnLeave | PresenceWord::Pending => {
                        Cell::from(format!("{name} ({word})"))
                    }
                    _ => Cell::from(name.as_str()),
                }
            }
            (OwnerState::Unowned, _) => Cell::new("unowned", Tone::Warn),
            (OwnerState::Orphaned, Some(name)) => Cell::new(format!("{name} ({word})"), Tone::Warn),
            (OwnerState::Contested, Some(name)) => {
                Cell::new(format!("{name} ({state})"), Tone::Warn)
            }
            _ => Cell::new(state, Tone::Quiet),
        }
    }

    fn usage(&self, now: Timestamp) -> Cell {
        let word = self.usage.verdict.as_str().replace('_', " ");
        let age = self.usage.at.map(|at| text::age(at, now));
        match (self.usage.verdict, age) {
            (UsageVerdict::Used, Some(age)) => Cell::from(format!("{word} {age}")),
            (UsageVerdict::Unused, Some(age)) => {
                Cell::new(format!("{word} since {age}"), Tone::Warn)
            }
            (UsageVerdict::NeverUsed, _) => Cell::new(word, Tone::Warn),
            _ => Cell::new(word, Tone::Quiet),
        }
    }
}

/// Rows for people.
pub(super) fn table(rows: &[Row<'_>], now: Timestamp, gone: bool) -> Grid {
    let mut header =
        vec!["name", "kind", "class", "realm", "owner", "usage", "created", "findings", "mark"];
    if gone {
        header.push("gone");
    }
    let mut grid = Grid::new(&header).whole([1, 2, 5, 6, 8]);
    let or_none = |text: Option<String>| text.map_or_else(Cell::none, Cell::from);
    for row in rows {
        let findings = row.findings.join(", ");
        let mut cells = vec![
            Cell::from(row.name),
            Cell::from(row.kind),
            or_none(row.class.map(|class| class.to_string())),
            Cell::from(text::start_of(row.realm, REALM_WIDTH)),
            row.owner(),
            row.usage(now),
            or_none(row.created_at.map(text::date)),
            Cell::from(findings),
            row.mark(),
        ];
        if gone {
            cells.push(or_none(row.gone_at.map(text::date)));
        }
        grid.row(cells);
    }
    grid
}

/// The counts of one facet, as programs get them.
#[derive(Serialize)]
pub(super) struct FacetView<'c> {
    facet: &'static str,
    /// How many values there are, shown or not.
    distinct: usize,
    /// The most frequent first; the empty text is *none*.
    values: Vec<FacetValue<'c>>,
}

#[derive(Serialize)]
struct FacetValue<'c> {
    value: &'c str,
    count: u64,
}

impl<'c> FacetView<'c> {
    pub(super) fn new(counts: &'c FacetCounts) -> Self {
        let value = |(value, count): &'c (String, u64)| FacetValue { value, count: *count };
        Self {
            facet: counts.facet.as_str(),
            distinct: counts.distinct,
            values: counts.values.iter().map(value).collect(),
        }
    }
}
