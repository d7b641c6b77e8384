//! The truth of an account.

use std::collections::HashMap;

use rollcall_model::EntityKey;
use serde_json::{Value, json};

use super::Lines;
use super::findings::{Expect, Judged, Known};
use super::owners::{Evidence, People, json_of, state};
use super::usage::Verdict;
use crate::keys;
use crate::plan::{Account, Company, DAY, Defect, Entry, LabError, Role, Statement, User};

/// Workloads that present themselves to the account, by issuer and subject.
type Workloads = HashMap<(String, String), EntityKey>;

/// Days after which a key is due for rotation, and in which two keys may overlap.
const ROTATION_DAYS: i64 = 90;
const OVERLAP_DAYS: i64 = 14;
/// Days that something new has until someone must answer for it.
pub(super) const GRACE_DAYS: i64 = 7;

pub(super) fn account(
    company: &Company,
    account: &Account,
    people: &People,
    out: &mut Lines<'_>,
) -> Result<(), LabError> {
    let key = keys::aws(&account.id, "aws.account", &account.id)?;
    let planted = company.planted_account(account.number);
    let judged = Judged { key: &key, planted };
    judged.plant(out);
    if account.entry != Entry::Open {
        judged.expect("inventory-gap", Expect::Must, out)?;
    }
    if account.entry == Entry::Shut {
        return Ok(());
    }
    let workloads = workloads(company, account)?;
    root(account, out)?;
    for user in &account.users {
        of_user(company, account, user, people, out)?;
    }
    for role in &account.roles {
        of_role((company, account), role, people, &workloads, out)?;
    }
    Ok(())
}

fn root(account: &Account, out: &mut Lines<'_>) -> Result<(), LabError> {
    let key = keys::aws(&account.id, "aws.root-user", &account.id)?;
    let judged = Judged { key: &key, planted: account.root.planted };
    judged.plant(out);
    if account.root.key.is_some() {
        judged.expect("cred-root", Expect::Must, out)?;
    }
    out.identities += 1;
    out.say(&json!({
        "line": "identity", "source": "aws", "id": key.public_id(), "key": key, "name": "root",
        "class": "human", "account": account.id,
    }))
}

struct Seen<'a> {
    key: &'a EntityKey,
    name: &'a str,
    class: &'a str,
    person: Option<String>,
    owner: Value,
    evidence: &'a [Evidence],
    verdict: Verdict,
}

fn identity(seen: &Seen<'_>, account: &Account, out: &mut Lines<'_>) -> Result<(), LabError> {
    out.identities += 1;
    out.say(&json!({
        "line": "identity", "source": "aws", "id": seen.key.public_id(), "key": seen.key,
        "name": seen.name, "class": seen.class, "person": seen.person, "owner": seen.owner,
        "owner_state": state(seen.evidence).as_str(), "evidence": json_of(seen.evidence),
        "usage": seen.verdict.json(), "account": account.id,
    }))
}

fn of_user(
    company: &Company,
    account: &Account,
    user: &User,
    people: &People,
    out: &mut Lines<'_>,
) -> Result<(), LabError> {
    let key = keys::aws(&account.id, "aws.iam-user", &user.id)?;
    let mut evidence = people.tags("tag", &user.tags);
    if user.person.is_some() {
        evidence.push(people.hint("name", &user.name));
    }
    let limited = account.entry == Entry::Limited;
    let verdict = if limited {
        Verdict::Unobservable("the account refuses what tells of use")
    } else {
        Verdict::without_window(user.created, user.last_use(), out.now)
    };
    let seen = Seen {
        key: &key,
        name: &user.name,
        class: if user.person.is_some() { "human" } else { "service" },
        person: user.person.map(|n| company.person(n).email),
        owner: People::owner(company, user.owner),
        evidence: &evidence,
        verdict,
    };
    identity(&seen, account, out)?;
    // What was planted in a credential is found there.
    let of_key = user.planted.filter(|p| p.defect == Defect::RotationOverdue);
    let judged = Judged { key: &key, planted: user.planted.filter(|_| of_key.is_none()) };
    judged.plant(out);
    if user.is_live() {
        if let Some(rule) = verdict.rule() {
            judged.expect(rule, Expect::Must, out)?;
        }
        let old_enough = user.created < out.now.plus_seconds(-GRACE_DAYS * DAY);
        if user.person.is_none() {
            let known = Known { is_read: !limited, is_old: old_enough };
            judged.owner(state(&evidence), known, out)?;
        }
        let old = out.now.plus_seconds(-OVERLAP_DAYS * DAY);
        if user.keys.iter().filter(|k| k.active && k.created < old).count() > 1 {
            judged.expect("cred-multiple-active", Expect::Must, out)?;
        }
    }
    for access in &user.keys {
        let own = keys::aws(&account.id, "aws.access-key", &access.id)?;
        let verdict = if limited {
            Verdict::Unobservable("the account refuses to tell of it")
        } else {
            Verdict::without_window(access.created, access.used.as_ref().map(|u| u.at), out.now)
        };
        credential(&own, &key, verdict, access.active, out)?;
        let judged = Judged { key: &own, planted: of_key };
        judged.plant(out);
        if access.active && access.created < out.now.plus_seconds(-ROTATION_DAYS * DAY) {
            judged.expect("cred-rotation-overdue", Expect::Must, out)?;
        }
    }
    if let Some((id, _)) = &user.service_key {
        let own = keys::aws(&account.id, "aws.service-specific-credential", id)?;
        let verdict = Verdict::Unobservable("AWS tells no use of it");
        credential(&own, &key, verdict, true, out)?;
    }
    Ok(())
}

fn credential(
    key: &EntityKey,
    of: &EntityKey,
    verdict: Verdict,
    active: bool,
    out: &mut Lines<'_>,
) -> Result<(), LabError> {
    out.say(&json!({
        "line": "credential", "id": key.public_id(), "key": key, "of": of.public_id(),
        "active": active, "usage": verdict.json(),
    }))
}

/// The service accounts of the clusters in an account, by issuer and subject.
fn workloads(company: &Company, account: &Account) -> Result<Workloads, LabError> {
    let mut found = Workloads::new();
    for number in (0..company.clusters).filter(|n| company.open_account(*n) == account.number) {
        let cluster = company.cluster(number);
        for one in &cluster.service_accounts {
            let key = keys::kubernetes(&cluster.id, "kubernetes.service-account", &one.id)?;
            found.insert((format!("https://{}", cluster.issuer), one.subject()), key);
        }
    }
    Ok(found)
}

fn of_role(
    (company, account): (&Company, &Account),
    role: &Role,
    people: &People,
    workloads: &Workloads,
    out: &mut Lines<'_>,
) -> Result<(), LabError> {
    let key = keys::aws(&account.id, "aws.iam-role", &role.id)?;
    let mut evidence = people.tags("tag", &role.tags);
    let from = federation(company, &role.trust);
    if let Some((_, subject)) = &from {
        evidence.push(people.hint("federation", subject));
    }
    let used = role.used.as_ref().map(|u| u.at);
    let verdict = Verdict::new(role.created, used, out.now);
    let seen = Seen {
        key: &key,
        name: &role.name,
        class: if role.is_for_people() { "human" } else { "service" },
        person: None,
        owner: People::owner(company, role.owner),
        evidence: &evidence,
        verdict,
    };
    identity(&seen, account, out)?;
    if let Some((issuer, subject)) = from {
        let known = (issuer, subject);
        let workload = match workloads.get(&known) {
            Some(key) => key.clone(),
            None => keys::subject(&known.0, &known.1)?,
        };
        let (issuer, subject) = known;
        out.say(&json!({
            "line": "edge", "sort": "federation", "issuer": issuer, "subject": subject,
            "from": workload.public_id(), "to": key.public_id(),
        }))?;
    }
    let judged = Judged { key: &key, planted: role.planted };
    judged.plant(out);
    if role.is_managed_by_provider() {
        return Ok(());
    }
    let in_reserve = role.tags.get("purpose").is_some_and(|p| p == "break-glass");
    if let Some(rule) = verdict.rule().filter(|_| !in_reserve) {
        judged.expect(rule, Expect::Must, out)?;
    }
    let old_enough = role.created < out.now.plus_seconds(-GRACE_DAYS * DAY);
    let known = Known { is_read: account.entry == Entry::Open, is_old: old_enough };
    judged.owner(state(&evidence), known, out)
}

/// The one subject of an issuer that a role trusts, as issuer and subject.
fn federation(company: &Company, trust: &[Statement]) -> Option<(String, String)> {
    let conditions = trust.iter().flat_map(|s| &s.conditions);
    let exact =
        conditions.filter(|(operator, key, _)| operator == "StringEquals" && key.ends_with(":sub"));
    let (_, key, values) = exact.clone().next()?;
    let issuer = key.strip_suffix(":sub")?;
    let subject = values.first()?;
    // The planted twins pin a repository whose workflow presents something else.
    let somebodys = !subject.starts_with(&format!("repo:{}/mono:ref", company.name));
    somebodys.then(|| (format!("https://{issuer}"), subject.to_string()))
}
