//! Facts as records: the entities and relations that a file declares.
//!
//! Entities found in code are keyed by `(repository, path, kind, logical name)`; line and commit are
//! evidence. Keys are the same whoever read the file.

mod agents;
mod kinds;
pub(crate) mod mask;
mod oidc;
mod owners;
mod workflow;

pub use kinds::{Attribute, DeclaredKind, KINDS};
pub use oidc::{
    Customization, Form, Ids, Named, Part, Prefix, Subject, SubjectSetting, Subjects, effective,
    issuer, subjects,
};
pub use owners::{effective_place, owned_by};

use std::collections::BTreeMap;

use rollcall_model::{Endpoint, EntityKey, EntityType, Reference, Relation};
use rollcall_record::{EntityRecord, Evidence, Record, ReferenceRecord, RelationRecord, entity};
use serde_json::{Map, Value, json};

use crate::files::{Facts, FileType};
use crate::secret::{Credential, Literal, ReferenceSort};
use crate::text::{Lines, Position};

/// The provider of every entity that is found in code.
pub const PROVIDER: &str = "code";

/// The realm of literals: equal literals are one credential wherever they stand.
pub const LITERALS: &str = "literals";

/// The repository, or home folder, a file belongs to.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Repository {
    /// Its id, the realm of what is found in it: `github.com/acme/app`, `home:/home/ada`.
    pub id: String,
    /// What people call it: `acme/app`.
    pub title: String,
    /// The host of its remote, in lowercase.
    pub host: Option<String>,
    /// `owner/name` on that host, as spelled in its remote.
    pub name: Option<String>,
    /// The branch on which scheduled and most other workflows run.
    pub default_branch: Option<String>,
    /// The ids of its owner and itself, where an API told them; no checkout does.
    pub ids: Option<Ids>,
    /// The form of the subjects its jobs present, where an API told it. Where it is not known, every
    /// form that can be told is.
    pub subject: Option<SubjectSetting>,
    /// Who issues the tokens of its jobs, where that is not what [`issuer`] says of its host.
    pub issuer: Option<String>,
}

impl Repository {
    /// The key of the repository's own entity.
    #[must_use]
    pub fn key(&self) -> Option<EntityKey> {
        EntityKey::new(PROVIDER, &self.id, "code.repository", ".").ok()
    }

    /// The key of an entity found in it.
    #[must_use]
    pub fn entity(&self, kind: &str, id: &str) -> Option<EntityKey> {
        EntityKey::new(PROVIDER, &self.id, kind, id).ok()
    }
}

/// Where a file lies, and the commit its lines are evidence of: the one that last changed the file,
/// so that evidence changes only when the file does. None where the lines are not committed.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The repository.
    pub repository: &'a Repository,
    /// The path in it, with `/`.
    pub path: &'a str,
    /// The commit.
    pub commit: Option<&'a str>,
}

impl Place<'_> {
    /// Evidence of a line.
    #[must_use]
    pub fn evidence(&self, line: u32) -> Evidence {
        Evidence {
            file: Some(self.path.to_owned()),
            line: Some(line),
            commit: self.commit.map(str::to_owned),
            ..Evidence::default()
        }
    }

    /// The key of an entity with a logical name in this file.
    #[must_use]
    pub fn named(&self, kind: &str, name: &str) -> Option<EntityKey> {
        self.repository.entity(kind, &format!("{}#{name}", self.path))
    }
}

/// The entity of a file.
#[must_use]
pub fn file_entity(place: Place<'_>, file: FileType) -> Option<EntityRecord> {
    let key = place.repository.entity(file.kind(), place.path)?;
    Some(entity(key, EntityType::Resource, place.path).evidence(place.evidence(1)))
}

/// Attributes that a file's entity has from its content.
#[must_use]
pub fn file_attributes(facts: &Facts) -> Map<String, Value> {
    let value = match facts {
        Facts::Workflow(workflow) => json!({
            "workflow": workflow.name,
            "triggers": workflow.triggers.iter().map(|t| &t.event).collect::<Vec<_>>(),
            "permissions": workflow.permissions.describe(),
            "jobs": workflow.jobs.len(),
        }),
        Facts::Action(action) => {
            json!({"action": action.name, "using": action.using, "inputs": action.inputs})
        }
        Facts::Config(kind, config) => agents::file_attributes(kind, config),
        Facts::Instructions(product, sort, file) => {
            let front = file.front.as_ref();
            json!({
                "client": product,
                "purpose": sort.as_str(),
                "name": front.and_then(|f| f.name.clone()),
                "tools": front.map(|f| f.tools.clone()),
                "model": front.and_then(|f| f.model.clone()),
            })
        }
        Facts::CodeOwners(_) => json!({}),
    };
    let Value::Object(mut map) = value else { return Map::new() };
    mask::map(&mut map);
    map.retain(|_, value| match value {
        Value::Null | Value::Bool(false) => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        _ => true,
    });
    map
}

/// The references a file's entity answers to: actions and workflows are called by them.
#[must_use]
pub fn file_references(place: Place<'_>, file: FileType) -> Vec<ReferenceRecord> {
    let (Some(host), Some(name)) = (&place.repository.host, &place.repository.name) else {
        return Vec::new();
    };
    let Some(key) = place.repository.entity(file.kind(), place.path) else { return Vec::new() };
    let reference = match file {
        FileType::Workflow => Reference::new("github.workflow", host, &address(name, place.path)),
        FileType::Action => {
            let folder = place.path.rsplit_once('/').map_or("", |(folder, _)| folder);
            Reference::new("github.action", host, &address(name, folder))
        }
        _ => return Vec::new(),
    };
    vec![ReferenceRecord::new(&key, reference)]
}

/// `owner/name[/path]` in the case in which GitHub compares it: owner and name in lowercase.
pub(crate) fn address(name: &str, path: &str) -> String {
    let name = name.to_lowercase();
    if path.is_empty() { name } else { format!("{name}/{path}") }
}

/// What a file declares: records, and the lines of each entity for its history.
#[derive(Clone, Debug, Default)]
pub struct Declared {
    /// The records, entities before the relations that begin at them.
    pub records: Vec<Record>,
    /// The lines that declare each entity.
    pub spans: Vec<(EntityKey, Lines)>,
}

/// The records of a file's facts. Of CODEOWNERS see [`owned_by`].
#[must_use]
pub fn declared(facts: &Facts, place: Place<'_>, file: FileType) -> Declared {
    let Some(file_key) = place.repository.entity(file.kind(), place.path) else {
        return Declared::default();
    };
    let mut builder = Builder::new(place, file_key);
    match facts {
        Facts::Workflow(found) => workflow::workflow(found, &mut builder),
        Facts::Action(action) => workflow::action(action, &mut builder),
        Facts::Config(kind, config) => agents::config(kind, config, &mut builder),
        Facts::Instructions(product, sort, found) => {
            agents::instructions(product, *sort, found, &mut builder);
        }
        Facts::CodeOwners(_) => {}
    }
    builder.finish()
}

/// Gathers records; relations that are said twice become one with both lines as evidence.
pub(crate) struct Builder<'a> {
    pub(crate) place: Place<'a>,
    pub(crate) file: EntityKey,
    entities: BTreeMap<EntityKey, EntityRecord>,
    relations: BTreeMap<(Endpoint, Relation, Endpoint, String), RelationRecord>,
    references: Vec<ReferenceRecord>,
    spans: BTreeMap<EntityKey, Lines>,
}

impl<'a> Builder<'a> {
    fn new(place: Place<'a>, file: EntityKey) -> Self {
        Self {
            place,
            file,
            entities: BTreeMap::new(),
            relations: BTreeMap::new(),
            references: Vec::new(),
            spans: BTreeMap::new(),
        }
    }

    /// An entity that the file declares on some lines.
    pub(crate) fn entity(&mut self, record: EntityRecord, lines: Lines) {
        let key = record.key.clone();
        let evidence = self.place.evidence(lines.first);
        self.relation(RelationRecord::new(&self.file, Relation::Declares, &key), lines.first);
        self.spans
            .entry(key.clone())
            .and_modify(|known| {
                *known = Lines::new(known.first.min(lines.first), known.last.max(lines.last))
            })
            .or_insert(lines);
        match self.entities.get_mut(&key) {
            Some(known) => {
                if !known.evidence.contains(&evidence) {
                    known.evidence.push(evidence);
                }
            }
            None => {
                self.entities.insert(key, record.evidence(evidence));
            }
        }
    }

    /// A relation, with its line.
    pub(crate) fn relation(&mut self, record: RelationRecord, line: u32) {
        let evidence = self.place.evidence(line);
        let key =
            (record.from.clone(), record.relation, record.to.clone(), record.discriminator.clone());
        let known = self.relations.entry(key).or_insert(record);
        if !known.evidence.contains(&evidence) {
            known.evidence.push(evidence);
        }
    }

    /// An entity answers to a reference.
    pub(crate) fn reference(&mut self, entity: &EntityKey, reference: Reference) {
        let record = ReferenceRecord::new(entity, reference);
        if !self.references.contains(&record) {
            self.references.push(record);
        }
    }

    /// What a credential is as the end of a relation; a literal becomes an entity.
    pub(crate) fn credential(&mut self, credential: &Credential, at: Position) -> Option<Endpoint> {
        match credential {
            Credential::Reference { sort, name } => Some(self.named_credential(*sort, name).into()),
            Credential::Literal(literal) => {
                let key = literal_key(literal)?;
                let short: String = literal.hash.chars().take(8).collect();
                let record = entity(
                    key.clone(),
                    EntityType::Credential,
                    format!("{} {short}", literal.detector),
                )
                .attribute("detector", &literal.detector)
                .attribute("hash", &literal.hash);
                self.entity(record, Lines::one(at.line));
                Some(key.into())
            }
        }
    }

    fn named_credential(&self, sort: ReferenceSort, name: &str) -> Reference {
        let namespace = match sort {
            ReferenceSort::Environment => "env.variable",
            ReferenceSort::Input => "editor.input",
            ReferenceSort::File => "file.path",
            ReferenceSort::Command => "command.output",
            ReferenceSort::Secret => "client.secret",
            ReferenceSort::Store => "secret-store.item",
        };
        Reference::new(namespace, &self.place.repository.id, name)
    }

    fn finish(self) -> Declared {
        let records = self.entities.into_values().map(Record::Entity);
        let references = self.references.into_iter().map(Record::Reference);
        let relations = self.relations.into_values().map(Record::Relation);
        let mut records: Vec<Record> = records.chain(references).chain(relations).collect();
        records.iter_mut().for_each(mask::record);
        let mut spans: Vec<(EntityKey, Lines)> = self.spans.into_iter().collect();
        spans.iter_mut().for_each(|(key, _)| mask::key(key));
        Declared { records, spans }
    }
}

/// The key of a literal: what recognised it and its keyed hash.
#[must_use]
pub fn literal_key(literal: &Literal) -> Option<EntityKey> {
    let id = format!("{}:{}", literal.detector, literal.hash);
    EntityKey::new(PROVIDER, LITERALS, "code.literal-credential", &id).ok()
}

#[cfg(test)]
mod tests;
