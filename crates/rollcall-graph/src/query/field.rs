//! The table of fields: the one place that parser, completions, evaluation and the manual read.

use std::fmt::Write as _;

use crate::column::time;
use crate::facet::Facet;
use crate::walk::Direction;

/// A field of the query language.
#[derive(Debug)]
pub struct Field {
    /// Its name, as written before the colon.
    pub name: &'static str,
    pub(crate) kind: FieldKind,
    /// What it asks, for the manual and for completions.
    pub about: &'static str,
    /// A query that uses it.
    pub example: &'static str,
}

/// What can be asked of a field.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum FieldKind {
    /// One of the values of a facet.
    Facet(Facet),
    /// The state of ownership, or the owner's name.
    Owner,
    /// A level of access, a tier, or both.
    Reach,
    /// A column of points in time.
    Time { column: usize, is_ahead: bool },
    /// A part of a text.
    Text(TextField),
    /// A public or native id.
    Id,
    /// Thousandths.
    Score,
    /// What has a path to (walk inward) or from (walk outward) an entity.
    Path(Direction),
}

/// Which texts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum TextField {
    /// Names, aliases and native ids.
    Any,
    Name,
    Alias,
}

impl PartialEq for Field {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Field {}

const fn facet(facet: Facet, about: &'static str, example: &'static str) -> Field {
    Field { name: facet.as_str(), kind: FieldKind::Facet(facet), about, example }
}

const fn past(
    name: &'static str,
    column: usize,
    about: &'static str,
    example: &'static str,
) -> Field {
    Field { name, kind: FieldKind::Time { column, is_ahead: false }, about, example }
}

/// All fields, in the order of the manual.
pub static FIELDS: [Field; 30] = [
    facet(
        Facet::Type,
        "what it is: identity, credential, workload, resource and so on",
        "type:credential",
    ),
    facet(Facet::Class, "human, service or agent; identities only", "class:agent"),
    facet(
        Facet::Kind,
        "the provider's noun; without the provider's name too; `*` stands for anything",
        "kind:aws.*",
    ),
    facet(Facet::Provider, "the kind of system", "provider:github"),
    facet(
        Facet::Realm,
        "the account, organisation or cluster, by its immutable id",
        "realm:123456789012",
    ),
    facet(Facet::Source, "a configured source that says so", "source:acme-github"),
    facet(Facet::Env, "the environment", "env:prod"),
    Field {
        name: "owner",
        kind: FieldKind::Owner,
        about: "the state of ownership (`confirmed`, `assigned`, `suggested`, `contested`, `orphaned`, \
                `unowned`, `undetermined`, `pending`), or who. `none` is unowned; `any` is confirmed, \
                assigned, suggested or contested; `unknown` is undetermined or pending",
        example: "owner:(none,orphaned)",
    },
    facet(Facet::Team, "the team that answers for it", "team:payments"),
    facet(
        Facet::Usage,
        "the verdict: `used`, `unused`, `never_used`, `too_young`, `unobservable`, `undetermined`, \
         `pending`. `unknown` is the last three",
        "usage:never_used",
    ),
    Field {
        name: "reach",
        kind: FieldKind::Reach,
        about: "what it can get to: a level (`read`, `write`, `deploy`, `admin`, `secrets`), a tier \
                (`tier0` to `tier3`), both, or a level and those above it",
        example: "reach:tier0/admin",
    },
    facet(
        Facet::Finding,
        "a rule with an open finding; `any` for some finding",
        "finding:stale-unused",
    ),
    facet(
        Facet::Standing,
        "how long it lasts: `standing`, `expiring`, `per_session`, `unknown`",
        "standing:standing",
    ),
    facet(
        Facet::Presence,
        "whether the person or team itself, or for anything else who answers for it, is here: \
         `active`, `on_leave`, `pending` (not here yet), `suspended`, `left`, `staffed` and `empty` of \
         teams, `unheard` (in no directory), `unknown` (such as when no directory is connected)",
        "presence:(left,suspended,empty)",
    ),
    facet(
        Facet::Disabled,
        "whether it is switched off: `true`, `false` or `unknown`",
        "disabled:false",
    ),
    facet(Facet::Gone, "whether every claim about it has ended", "gone:true"),
    facet(
        Facet::Missing,
        "whether complete readings miss it while it is still held live",
        "missing:true",
    ),
    facet(
        Facet::Collected,
        "whether a source has read it; `false` for what is only referred to",
        "collected:false",
    ),
    past("created", time::CREATED, "when the provider says it was created", "created:2026-01-01.."),
    past("first_seen", time::FIRST_SEEN, "when it was first reported", "first_seen:<7d"),
    past("last_seen", time::LAST_SEEN, "when it was last known to be there", "last_seen:>1d"),
    past(
        "last_used",
        time::USED,
        "the last known use; `none` where none is known, which is not the same as unused",
        "last_used:>90d",
    ),
    past("gone_at", time::GONE_AT, "when the last claim about it ended", "gone_at:<30d"),
    Field {
        name: "expires",
        kind: FieldKind::Time { column: time::EXPIRES, is_ahead: true },
        about: "when it stops working by itself; spans such as `30d` lie ahead",
        example: "expires:<30d",
    },
    Field {
        name: "score",
        kind: FieldKind::Score,
        about: "how sure the owner is, in thousandths",
        example: "score:>=600",
    },
    Field {
        name: "id",
        kind: FieldKind::Id,
        about: "a public or native id, whole",
        example: "id:AROAEXAMPLE",
    },
    Field {
        name: "name",
        kind: FieldKind::Text(TextField::Name),
        about: "a part of its name, or with `=` the whole name",
        example: "name:=deploy-bot",
    },
    Field {
        name: "alias",
        kind: FieldKind::Text(TextField::Alias),
        about: "a part of a reference that names it, or with `=` the whole",
        example: "alias:role/deploy",
    },
    Field {
        name: "path_to",
        kind: FieldKind::Path(Direction::Inward),
        about: "has a path of access to what has this name, alias or id, whole",
        example: "class:agent path_to:billing-db",
    },
    Field {
        name: "path_from",
        kind: FieldKind::Path(Direction::Outward),
        about: "is on the far end of a path of access from what has this name, alias or id, whole",
        example: "type:resource path_from:deploy-bot",
    },
];

/// The field with a name.
#[must_use]
pub fn field(name: &str) -> Option<&'static Field> {
    FIELDS.iter().find(|field| field.name.eq_ignore_ascii_case(name))
}

impl Field {
    /// What may stand after the colon, for people.
    #[must_use]
    pub fn takes(&self) -> &'static str {
        match self.kind {
            FieldKind::Facet(facet) if facet.words().is_some() => "a word",
            FieldKind::Facet(_) => "a name",
            FieldKind::Owner => "a word or a name",
            FieldKind::Reach => "a word, or a level after `>` `>=` `<` `<=`",
            FieldKind::Time { .. } => "a time, a comparison or a range",
            FieldKind::Text(_) => "a text",
            FieldKind::Id | FieldKind::Path(_) => "an id or a name",
            FieldKind::Score => "a number, a comparison or a range",
        }
    }

    /// The words that always may stand after the colon.
    pub(crate) fn words(&self) -> Vec<&'static str> {
        let mut words: Vec<&str> = match self.kind {
            FieldKind::Facet(facet) => facet.words().unwrap_or_default().to_vec(),
            FieldKind::Owner => Facet::Owner.words().unwrap_or_default().to_vec(),
            FieldKind::Reach => Facet::Reach.words().unwrap_or_default().to_vec(),
            _ => Vec::new(),
        };
        for (word, allowed) in [
            ("none", self.allows_none()),
            ("any", self.allows_none()),
            ("unknown", self.allows_unknown()),
        ] {
            if allowed && !words.contains(&word) {
                words.push(word);
            }
        }
        words
    }

    pub(crate) fn allows_none(&self) -> bool {
        !matches!(self.kind, FieldKind::Id | FieldKind::Score | FieldKind::Path(_))
    }

    pub(crate) fn allows_unknown(&self) -> bool {
        matches!(self.kind, FieldKind::Facet(_) | FieldKind::Owner | FieldKind::Reach)
    }
}

/// The table of fields of the manual, in Markdown.
#[must_use]
pub fn fields_page() -> String {
    let mut page = String::from("| field | takes | asks for | example |\n|---|---|---|---|\n");
    for field in &FIELDS {
        let Field { name, about, example, .. } = field;
        // Writing to a text cannot fail.
        let _ = writeln!(page, "| `{name}` | {} | {about} | `{example}` |", field.takes());
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_example_parses_and_uses_its_field() {
        for field in &FIELDS {
            let query = super::super::parse(field.example);
            assert!(query.is_ok_and(|query| query.mentions(field.name)), "{}", field.example);
        }
    }

    #[test]
    fn every_facet_is_a_field() {
        for facet in Facet::ALL {
            assert!(field(facet.as_str()).is_some(), "{}", facet.as_str());
        }
    }

    #[test]
    fn the_manual_has_every_field() {
        let manual = include_str!("../../../../docs/query.md");
        assert!(
            manual.contains(&fields_page()),
            "the table in docs/query.md is not that of the fields; it should be:\n{}",
            fields_page()
        );
    }
}
