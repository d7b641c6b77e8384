//! AWS accounts as records: users, roles, groups and policies, as the connector maps them.

use rollcall_model::Reference;
use rollcall_model::{EntityKey, EntityType, IdentityClass, Relation, ScopeKey, Timestamp};
use rollcall_record::{EntityRecord, ReferenceRecord, RelationRecord, entity};
use serde_json::{Map, Value};

use super::aws_streams;
use super::{Out, Scope};
use crate::keys;
use crate::plan::{
    Account, Entry, Group, LabError, ManagedPolicy, Role, Statement, User, attached_in, aws_policy,
    shown,
};

/// The streams of an account, in the connector's order.
const STREAMS: [&str; 14] = [
    "authorization-details",
    "credential-report",
    "access-keys",
    "login-profiles",
    "mfa-devices",
    "service-specific-credentials",
    "ssh-public-keys",
    "signing-certificates",
    "server-certificates",
    "oidc-providers",
    "saml-providers",
    "instance-profiles",
    "account-settings",
    "service-last-accessed",
];

/// Every stream of an account.
pub(super) fn account(
    account: &Account,
    out: &mut Out<'_>,
    now: Timestamp,
) -> Result<(), LabError> {
    let parent = keys::aws(&account.id, "aws.account", &account.id)?;
    for stream in STREAMS {
        let mut scope = out.scope(ScopeKey::realm(stream, &account.id), Some(parent.clone()));
        if account.entry == Entry::Shut {
            scope.fail("account_unreachable", "the account cannot be entered");
            continue;
        }
        let limited = account.entry == Entry::Limited;
        match stream {
            "authorization-details" => details(account, &parent, &mut scope, now)?,
            "credential-report" | "service-last-accessed" if limited => {
                scope.fail("access_denied", "the read role may not do this");
                continue;
            }
            "credential-report" => aws_streams::report(account, &parent, &mut scope)?,
            "access-keys" => aws_streams::access_keys(account, &mut scope)?,
            "login-profiles" => aws_streams::passwords(account, &mut scope)?,
            "mfa-devices" => aws_streams::mfa_devices(account, &mut scope)?,
            "service-specific-credentials" => aws_streams::service_keys(account, &mut scope)?,
            "oidc-providers" => aws_streams::issuers(account, &parent, &mut scope)?,
            "account-settings" => aws_streams::settings(account, &parent, &mut scope),
            "service-last-accessed" => aws_streams::service_use(account, &mut scope, now)?,
            _ => {}
        }
        scope.finish();
    }
    Ok(())
}

fn details(
    account: &Account,
    parent: &EntityKey,
    scope: &mut Scope<'_, '_>,
    now: Timestamp,
) -> Result<(), LabError> {
    let realm = account.id.as_str();
    for user in &account.users {
        of_user(account, user, parent, scope)?;
    }
    for group in &account.groups {
        of_group(account, group, parent, scope)?;
    }
    for role in &account.roles {
        of_role(account, role, parent, scope, now)?;
    }
    for policy in &account.policies {
        let arn = account.arn(&format!("policy/{}", policy.name));
        let key = keys::aws(realm, "aws.iam-policy", &policy.id)?;
        scope.entity(of_policy(key.clone(), policy, &arn));
        claims(&key, &arn, Some(&policy.id), scope);
        scope.relation(RelationRecord::new(parent, Relation::Contains, &key));
    }
    for arn in attached_in(account) {
        let policy = aws_policy(&arn);
        let key = keys::aws(keys::AWS, "aws.iam-policy", &arn)?;
        let entity = of_policy(key.clone(), &policy, &arn).attribute("provider_managed", true);
        scope.entity(entity);
        claims(&key, &arn, None, scope);
    }
    for user in &account.users {
        for name in &user.groups {
            let Some(group) = account.groups.iter().find(|g| g.name == *name) else { continue };
            let from = keys::aws(realm, "aws.iam-user", &user.id)?;
            let to = keys::aws(realm, "aws.iam-group", &group.id)?;
            scope.relation(RelationRecord::new(from, Relation::MemberOf, to));
        }
    }
    Ok(())
}

fn of_user(
    account: &Account,
    user: &User,
    parent: &EntityKey,
    scope: &mut Scope<'_, '_>,
) -> Result<(), LabError> {
    let key = keys::aws(&account.id, "aws.iam-user", &user.id)?;
    let record = entity(key.clone(), EntityType::Identity, &user.name)
        .created_at(Some(user.created))
        .attribute("path", &user.path)
        .attribute("tags", &user.tags);
    scope.entity(record);
    claims(&key, &account.arn(&user.resource()), Some(&user.id), scope);
    scope.relation(RelationRecord::new(parent, Relation::Contains, &key));
    grants(&key, &user.attached, scope);
    Ok(())
}

fn of_group(
    account: &Account,
    group: &Group,
    parent: &EntityKey,
    scope: &mut Scope<'_, '_>,
) -> Result<(), LabError> {
    let key = keys::aws(&account.id, "aws.iam-group", &group.id)?;
    let record = entity(key.clone(), EntityType::Group, group.name.clone());
    scope.entity(record.created_at(Some(group.created)));
    claims(&key, &account.arn(&format!("group/{}", group.name)), Some(&group.id), scope);
    scope.relation(RelationRecord::new(parent, Relation::Contains, &key));
    grants(&key, &group.attached, scope);
    Ok(())
}

fn of_role(
    account: &Account,
    role: &Role,
    parent: &EntityKey,
    scope: &mut Scope<'_, '_>,
    now: Timestamp,
) -> Result<(), LabError> {
    let key = keys::aws(&account.id, "aws.iam-role", &role.id)?;
    if let Some(used) = shown(role.used.as_ref(), now) {
        scope.activity(aws_streams::last_use(
            &key,
            "aws.role-last-used",
            used.at,
            &[("region", &used.region)],
        ));
    }
    let class = if role.is_for_people() { IdentityClass::Human } else { IdentityClass::Service };
    let mut policies = Vec::with_capacity(2 + role.inline.len());
    policies.push(policy_value("trust", None, None, Some(&role.trust)));
    for (name, statements) in &role.inline {
        policies.push(policy_value("permission", Some(name), None, Some(statements)));
    }
    if let Some(arn) = &role.boundary {
        let name = arn.rsplit('/').next();
        policies.push(policy_value("boundary", name, Some(arn), None));
    }
    let mut record = entity(key.clone(), EntityType::Identity, &role.name)
        .class(class)
        .created_at(Some(role.created));
    put(&mut record, "path", role.path.as_ref().into());
    put(&mut record, "policies", Value::Array(policies));
    if !role.tags.is_empty() {
        let tags = role.tags.iter().map(|(k, v)| (k.to_string(), Value::from(v.as_str())));
        put(&mut record, "tags", tags.collect());
    }
    if role.is_managed_by_provider() {
        put(&mut record, "provider_managed", true.into());
    }
    scope.entity(record);
    claims(&key, &account.arn(&role.resource()), Some(&role.id), scope);
    scope.relation(RelationRecord::new(parent, Relation::Contains, &key));
    grants(&key, &role.attached, scope);
    Ok(())
}

fn of_policy(key: EntityKey, policy: &ManagedPolicy, arn: &str) -> EntityRecord {
    let mut record = entity(key, EntityType::Grant, &policy.name).created_at(Some(policy.created));
    let parsed =
        policy_value("permission", Some(&policy.name), Some(arn), Some(&policy.statements));
    put(&mut record, "policies", Value::Array(vec![parsed]));
    record.attribute("default_version", "v1").attribute("updated_at", policy.created)
}

fn policy_value(
    role: &str,
    name: Option<&str>,
    arn: Option<&str>,
    statements: Option<&[Statement]>,
) -> Value {
    let mut policy = Map::new();
    policy.insert("role".to_owned(), role.into());
    for (field, value) in [("name", name), ("arn", arn)] {
        if let Some(value) = value {
            policy.insert(field.to_owned(), value.into());
        }
    }
    if let Some(statements) = statements {
        let statements = statements.iter().map(Statement::normal).collect();
        policy.insert("statements".to_owned(), Value::Array(statements));
    }
    Value::Object(policy)
}

fn put(record: &mut EntityRecord, name: &str, value: Value) {
    record.attributes.insert(name.to_owned(), value);
}

/// The entity answers to its ARN and its id.
pub(super) fn claims(key: &EntityKey, arn: &str, id: Option<&str>, scope: &mut Scope<'_, '_>) {
    if !arn.is_empty() {
        scope.reference(ReferenceRecord::new(key, keys::arn(arn)));
    }
    if let Some(id) = id {
        let unique = Reference::new("aws.unique-id", "aws", id);
        scope.reference(ReferenceRecord::new(key, unique));
    }
}

fn grants(key: &EntityKey, attached: &[String], scope: &mut Scope<'_, '_>) {
    for arn in attached {
        scope.relation(RelationRecord::new(key, Relation::HasGrant, keys::arn(arn)));
    }
}
