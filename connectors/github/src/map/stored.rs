//! Secrets and variables as records. There is no value to map.

use rollcall_model::{Endpoint, EntityKey, EntityType, Reference, Relation};
use rollcall_record::{Evidence, Problem, Record, ReferenceRecord, RelationRecord, entity};

use super::malformed;
use crate::client::Organization;
use crate::host::PROVIDER;
use crate::kinds;
use crate::shapes::Repo;
use crate::stored::{Named, Store};

/// Where a secret or a variable is kept.
pub(crate) struct Holder<'a> {
    /// The id up to the `#`: `org`, `repo:ID`, `repo:ID/env:ENV`.
    pub(crate) id: String,
    pub(crate) level: &'static str,
    /// The holder itself.
    pub(crate) endpoint: Endpoint,
    pub(crate) organization: &'a Organization,
    pub(crate) evidence: Evidence,
}

impl<'a> Holder<'a> {
    pub(crate) fn organization(
        organization: &'a Organization,
        evidence: Evidence,
    ) -> Result<Self, Problem> {
        let endpoint = organization.own_key()?.into();
        Ok(Self { id: "org".to_owned(), level: "organization", endpoint, organization, evidence })
    }

    pub(crate) fn repository(
        organization: &'a Organization,
        repository: &Repo,
        evidence: Evidence,
    ) -> Result<Self, Problem> {
        let endpoint = organization.repository_key(repository.id)?.into();
        let id = format!("repo:{}", repository.id);
        Ok(Self { id, level: "repository", endpoint, organization, evidence })
    }

    pub(crate) fn environment(
        organization: &'a Organization,
        repository: &Repo,
        name: &str,
        evidence: Evidence,
    ) -> Self {
        let endpoint = environment_name(organization, repository, name).into();
        let id = format!("repo:{}/env:{name}", repository.id);
        Self { id, level: "environment", endpoint, organization, evidence }
    }
}

/// The name of an environment, to be resolved.
pub(crate) fn environment_name(
    organization: &Organization,
    repository: &Repo,
    name: &str,
) -> Reference {
    let at = format!("{}/{}", organization.host.name, repository.full_name);
    Reference::new("github.environment", &at, name)
}

/// The name by which workflows of a repository use a secret.
pub(crate) fn workflow_name(
    organization: &Organization,
    repository: &Repo,
    secret: &str,
) -> Reference {
    let at = format!("{}/{}", organization.host.name, repository.full_name);
    Reference::new("github.secret", &at, secret)
}

/// The key of a secret: its name, and when it was made.
pub(crate) fn secret_key(
    holder: &Holder<'_>,
    store: &Store,
    from: &Named<'_>,
) -> Result<EntityKey, Problem> {
    let id = format!("{}#{}", holder.id, from.name);
    named_key(holder, store.kind, &id, from)
}

fn named_key(
    holder: &Holder<'_>,
    kind: &str,
    id: &str,
    from: &Named<'_>,
) -> Result<EntityKey, Problem> {
    if from.name.is_empty() {
        return Err(malformed(format!("an entry of kind {kind} has no name")));
    }
    let realm = &holder.organization.realm;
    EntityKey::name_keyed(PROVIDER, realm, kind, id, from.created_at)
        .map_err(|e| malformed(e.to_string()))
}

/// A secret as records; gives its key.
pub(crate) fn secret(
    holder: &Holder<'_>,
    store: &Store,
    from: &Named<'_>,
    out: &mut Vec<Record>,
) -> Result<EntityKey, Problem> {
    let key = secret_key(holder, store, from)?;
    let record = entity(key.clone(), EntityType::Credential, from.name)
        .created_at(from.created_at)
        .attribute("store", store.name)
        .attribute("level", holder.level)
        .attribute("visibility", from.visibility)
        .attribute("changed_at", from.changed_at)
        .evidence(holder.evidence.clone());
    out.push(Record::Entity(record));
    let kept = RelationRecord::new(&key, Relation::StoredIn, holder.endpoint.clone());
    out.push(Record::Relation(kept.evidence(holder.evidence.clone())));
    let name = format!("{}:{}#{}", store.name, holder.id, from.name);
    let name = Reference::new("github.stored-secret", &holder.organization.realm, &name);
    out.push(Record::Reference(ReferenceRecord::new(&key, name)));
    Ok(key)
}

/// A variable as records.
pub(crate) fn variable(
    holder: &Holder<'_>,
    store: &str,
    from: &Named<'_>,
    out: &mut Vec<Record>,
) -> Result<(), Problem> {
    let id = format!("{store}:{}#{}", holder.id, from.name);
    let key = named_key(holder, kinds::VARIABLE, &id, from)?;
    let record = entity(key.clone(), EntityType::Resource, from.name)
        .created_at(from.created_at)
        .attribute("store", store)
        .attribute("level", holder.level)
        .attribute("visibility", from.visibility)
        .attribute("changed_at", from.changed_at)
        .evidence(holder.evidence.clone());
    out.push(Record::Entity(record));
    let holds = RelationRecord::new(holder.endpoint.clone(), Relation::Contains, &key);
    out.push(Record::Relation(holds.evidence(holder.evidence.clone())));
    Ok(())
}
