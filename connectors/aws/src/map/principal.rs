//! Users, roles, groups and policies of the account authorization details.

use std::collections::HashMap;

use rollcall_model::{EntityKey, EntityType, IdentityClass, ProblemClass, Relation};
use rollcall_record::{EntityRecord, Problem, Record, RelationRecord};
use serde_json::{Map, Value};

use super::{AWS_REALM, Realm, last_use, located, malformed, named, path, put};
use crate::arn::Arn;
use crate::kinds;
use crate::policy::statements;
use crate::shapes::{ManagedPolicy, Principal};

const OPERATION: &str = "aws:iam:GetAccountAuthorizationDetails";

/// What a user names a group by; turned into relations when all groups are known.
#[derive(Default)]
pub(crate) struct Memberships {
    groups: HashMap<String, EntityKey>,
    members: Vec<(EntityKey, String)>,
}

impl Memberships {
    /// The relations, and a problem for every group that was named and not listed.
    pub(crate) fn finish(self, out: &mut Vec<Record>) {
        for (user, group) in self.members {
            match self.groups.get(&group.to_ascii_lowercase()) {
                Some(key) => {
                    let relation = RelationRecord::new(user, Relation::MemberOf, key);
                    out.push(Record::Relation(relation));
                }
                None => out.push(problem(malformed(format!(
                    "user {} is in the group {group:?}, which was not listed",
                    user.id
                )))),
            }
        }
    }
}

fn problem(problem: Problem) -> Record {
    Record::Problem(located(problem, OPERATION))
}

/// A user. AWS does not tell who or what is behind it.
pub(crate) fn user(
    realm: &Realm,
    mut from: Principal,
    members: &mut Memberships,
    out: &mut Vec<Record>,
) -> Result<(), Problem> {
    let key = realm.key(kinds::USER, &from.id)?;
    for group in std::mem::take(&mut from.groups) {
        members.members.push((key.clone(), group));
    }
    principal(realm, key, EntityType::Identity, from, |_, e| e, out)
}

/// A role, and when it was last used.
pub(crate) fn role(realm: &Realm, from: Principal, out: &mut Vec<Record>) -> Result<(), Problem> {
    let key = realm.key(kinds::ROLE, &from.id)?;
    if let Some(at) = from.last_used {
        let region = from.last_used_region.as_deref().unwrap_or_default();
        out.push(last_use(key.clone(), "aws.role-last-used", at, &[("region", region)]));
    }
    let decorate = |from: &Principal, mut entity: EntityRecord| {
        // Source: IAM user guide: service-linked roles live below /aws-service-role/, what
        // Identity Center makes for people below /aws-reserved/sso.amazonaws.com/.
        let for_people = from.path.starts_with("/aws-reserved/sso.amazonaws.com/");
        if from.path.starts_with("/aws-service-role/") || from.path.starts_with("/aws-reserved/") {
            put(&mut entity, "provider_managed", true.into());
        }
        entity.class(if for_people { IdentityClass::Human } else { IdentityClass::Service })
    };
    principal(realm, key, EntityType::Identity, from, decorate, out)
}

/// A group.
pub(crate) fn group(
    realm: &Realm,
    from: Principal,
    members: &mut Memberships,
    out: &mut Vec<Record>,
) -> Result<(), Problem> {
    let key = realm.key(kinds::GROUP, &from.id)?;
    members.groups.insert(from.name.to_ascii_lowercase(), key.clone());
    principal(realm, key, EntityType::Group, from, |_, e| e, out)
}

fn principal(
    realm: &Realm,
    key: EntityKey,
    entity_type: EntityType,
    from: Principal,
    decorate: impl FnOnce(&Principal, EntityRecord) -> EntityRecord,
    out: &mut Vec<Record>,
) -> Result<(), Problem> {
    let mut entity = decorate(&from, named(key.clone(), entity_type, &from.name))
        .created_at(from.created_at)
        .attribute("path", path(&from.path));
    let mut documents = Documents::default();
    if let Some(trust) = &from.trust {
        documents.add("trust", None, None, trust);
    } else if key.kind.as_str() == kinds::ROLE {
        documents.missing("trust");
    }
    let mut inline = from.inline;
    inline.sort_unstable_by(|a, b| a.name.cmp(&b.name));
    for policy in inline {
        match &policy.document {
            Some(document) => documents.add("permission", Some(&policy.name), None, document),
            None => documents.missing(&policy.name),
        }
    }
    if let Some(boundary) = &from.boundary {
        documents.boundary(boundary);
    }
    documents.attach(&mut entity, &from.arn, out);
    put(&mut entity, "tags", from.tags.into_iter().map(|(k, v)| (k, Value::from(v))).collect());
    out.push(Record::Entity(entity));
    realm.claims(&key, &from.arn, &from.id, out);
    realm.contains(&key, out)?;
    let mut attached = from.attached;
    attached.sort_unstable();
    attached.dedup();
    for arn in attached {
        if arn.is_empty() {
            out.push(problem(malformed(format!(
                "{} has an attached policy without an ARN",
                from.arn
            ))));
            continue;
        }
        out.push(Record::Relation(RelationRecord::new(&key, Relation::HasGrant, realm.arn(&arn))));
    }
    Ok(())
}

/// A managed policy, of the account or of AWS. True when it had to be keyed by its ARN although it
/// is the account's own: the server told no id.
pub(crate) fn managed_policy(
    realm: &Realm,
    from: ManagedPolicy,
    out: &mut Vec<Record>,
) -> Result<bool, Problem> {
    let Some(arn) = Arn::parse(&from.arn) else {
        return Err(malformed(format!("a policy has no ARN but {:?}", from.arn)));
    };
    let of_aws = arn.account == AWS_REALM;
    let keyed_by_arn = !of_aws && from.id.is_empty();
    let key = if of_aws {
        EntityKey::new("aws", AWS_REALM, kinds::POLICY, &from.arn)
            .map_err(|e| malformed(e.to_string()))?
    } else if keyed_by_arn {
        realm.named_key(kinds::POLICY, &from.arn, from.created_at)?
    } else {
        realm.key(kinds::POLICY, &from.id)?
    };
    let name = if from.name.is_empty() { arn.name() } else { &from.name };
    let mut entity = named(key.clone(), EntityType::Grant, name)
        .created_at(from.created_at)
        .attribute("path", path(&from.path))
        .attribute("description", from.description)
        .attribute("default_version", from.default_version)
        .attribute("updated_at", from.updated_at);
    if of_aws {
        put(&mut entity, "provider_managed", true.into());
    }
    if keyed_by_arn {
        put(&mut entity, "keyed_by_arn", true.into());
    }
    let mut documents = Documents::default();
    match &from.document {
        Some(document) => documents.add("permission", Some(name), Some(&from.arn), document),
        None => documents.missing(name),
    }
    documents.attach(&mut entity, &from.arn, out);
    out.push(Record::Entity(entity));
    // Another account may number AWS's policies otherwise; its ARN is the same everywhere.
    realm.claims(&key, &from.arn, if of_aws { "" } else { &from.id }, out);
    if !of_aws {
        realm.contains(&key, out)?;
    }
    Ok(keyed_by_arn)
}

/// The parsed policies of one entity, and those that could not be parsed.
#[derive(Default)]
struct Documents {
    parsed: Vec<Value>,
    unreadable: Vec<(String, String)>,
}

impl Documents {
    fn add(&mut self, role: &str, name: Option<&str>, arn: Option<&str>, document: &str) {
        match statements(document) {
            Ok(statements) => {
                let mut policy = header(role, name, arn);
                policy.insert("statements".to_owned(), Value::Array(statements));
                self.parsed.push(Value::Object(policy));
            }
            Err(why) => self.unreadable.push((name.unwrap_or(role).to_owned(), why)),
        }
    }

    /// A boundary is a managed policy; its statements are those of the policy with that ARN.
    fn boundary(&mut self, arn: &str) {
        let name = Arn::parse(arn).map(|a| a.name().to_owned());
        self.parsed.push(Value::Object(header("boundary", name.as_deref(), Some(arn))));
    }

    fn missing(&mut self, name: &str) {
        self.unreadable.push((name.to_owned(), "the answer holds no document".to_owned()));
    }

    fn attach(self, entity: &mut EntityRecord, arn: &str, out: &mut Vec<Record>) {
        put(entity, "policies", Value::Array(self.parsed));
        let mut names = Vec::with_capacity(self.unreadable.len());
        for (name, why) in self.unreadable {
            let found = Problem::new(
                ProblemClass::Malformed,
                "policy_unreadable",
                format!("{arn}: the policy {name:?} could not be parsed: {why}"),
            );
            out.push(problem(found.hides(format!("what the policy {name:?} of {arn} grants"))));
            names.push(Value::from(name));
        }
        put(entity, "policy_unreadable", Value::Array(names));
    }
}

fn header(role: &str, name: Option<&str>, arn: Option<&str>) -> Map<String, Value> {
    let mut policy = Map::new();
    policy.insert("role".to_owned(), role.into());
    for (field, value) in [("name", name), ("arn", arn)] {
        if let Some(value) = value {
            policy.insert(field.to_owned(), value.into());
        }
    }
    policy
}
