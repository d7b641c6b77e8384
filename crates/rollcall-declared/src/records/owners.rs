//! Who owns declaring files, by CODEOWNERS.

use std::collections::BTreeSet;

use rollcall_model::{EntityKey, Reference, Relation};
use rollcall_record::{Record, RelationRecord};

use crate::codeowners::{CodeOwners, Dialect, Owner, Rule};
use crate::records::Place;

/// So many owners of parts divide a repository.
const SEVERAL: usize = 3;

/// The one of several CODEOWNERS paths that the host reads.
#[must_use]
pub fn effective_place<'p>(
    dialect: Dialect,
    paths: impl Iterator<Item = &'p str> + Clone,
) -> Option<&'p str> {
    dialect.places().iter().find_map(|place| paths.clone().find(|path| path == place))
}

/// `owned_by` relations from each file to its owners. `place` is that of the CODEOWNERS file.
#[must_use]
pub fn owned_by<'f>(
    owners: &CodeOwners,
    place: Place<'_>,
    files: impl Iterator<Item = (&'f EntityKey, &'f str)>,
) -> Vec<Record> {
    let host = place.repository.host.as_deref().unwrap_or("unknown");
    let is_divided = is_divided(owners);
    let mut records = Vec::new();
    for (key, path) in files {
        for decision in owners.owners_of(path) {
            for owner in decision.owners {
                let section = decision.section.map(|section| section.name.as_str());
                let relation = RelationRecord::new(
                    key,
                    Relation::OwnedBy,
                    reference(owner, owners.dialect, host),
                )
                .discriminator(section.unwrap_or_default())
                .attribute("rule_line", decision.rule.line)
                .attribute("pattern", decision.rule.pattern.as_str())
                .attribute("fallback", fallback(is_divided, decision.rule))
                .attribute("source", "codeowners")
                .attribute("role", "technical")
                .attribute("section", section)
                .attribute("optional", decision.section.filter(|s| s.optional).map(|_| true))
                .evidence(place.evidence(decision.rule.line));
                records.push(Record::Relation(relation));
            }
        }
    }
    records
}

/// Whether a file divides a repository among several, by lines for parts of it. A line for everything
/// then only catches what nobody thought of; otherwise it names who the repository belongs to.
fn is_divided(owners: &CodeOwners) -> bool {
    let parts = owners.rules.iter().filter(|rule| !rule.pattern.is_for_everything());
    let named: BTreeSet<&Owner> = parts.flat_map(|rule| &rule.owners).collect();
    named.len() >= SEVERAL
}

/// Whether a line only catches what the others leave.
fn fallback(is_divided: bool, rule: &Rule) -> Option<bool> {
    (is_divided && rule.pattern.is_for_everything()).then_some(true)
}

fn reference(owner: &Owner, dialect: Dialect, host: &str) -> Reference {
    let (user, team) = match dialect {
        Dialect::GitHub => ("github.user", "github.team"),
        Dialect::GitLab => ("gitlab.user", "gitlab.group"),
    };
    match owner {
        Owner::User(name) => Reference::new(user, host, name),
        Owner::Team(name) => Reference::new(team, host, name),
        Owner::Role(name) => Reference::new("gitlab.role", host, name),
        Owner::Email(address) => {
            let domain = address.rsplit_once('@').map_or("", |(_, domain)| domain);
            Reference::new("email", domain, address)
        }
    }
}
