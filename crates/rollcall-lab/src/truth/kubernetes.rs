//! The truth of a cluster.

use serde_json::json;

use super::Lines;
use super::aws::GRACE_DAYS;
use super::findings::{Expect, Judged, Known};
use super::owners::{People, json_of, state};
use super::usage::Verdict;
use crate::keys;
use crate::plan::{Cluster, Company, DAY, LabError};

pub(super) fn cluster(
    company: &Company,
    cluster: &Cluster,
    people: &People,
    out: &mut Lines<'_>,
) -> Result<(), LabError> {
    for account in &cluster.service_accounts {
        let key = keys::kubernetes(&cluster.id, "kubernetes.service-account", &account.id)?;
        let evidence = people.tags("label", &account.labels);
        let verdict = if cluster.audit_log {
            Verdict::without_window(account.created, account.used, out.now)
        } else {
            Verdict::Unobservable("the cluster keeps no audit log")
        };
        out.identities += 1;
        out.say(&json!({
            "line": "identity", "source": "kubernetes", "id": key.public_id(), "key": key,
            "name": format!("{}/{}", account.namespace, account.name), "class": "service",
            "owner": People::owner(company, account.owner),
            "owner_state": state(&evidence).as_str(), "evidence": json_of(&evidence),
            "usage": verdict.json(), "cluster": cluster.id,
        }))?;
        let judged = Judged { key: &key, planted: account.planted };
        judged.plant(out);
        if let Some(rule) = verdict.rule() {
            judged.expect(rule, Expect::Must, out)?;
        }
        let is_old = account.created < out.now.plus_seconds(-GRACE_DAYS * DAY);
        judged.owner(state(&evidence), Known { is_read: true, is_old }, out)?;
    }
    Ok(())
}
