//! Clusters as records.

use rollcall_model::{EntityType, IdentityClass, Reference, Relation, ScopeKey};
use rollcall_record::{ActivityRecord, ReferenceRecord, RelationRecord, entity};
use serde_json::Map;

use super::Out;
use crate::keys;
use crate::plan::{Cluster, Company, LabError};

/// One cluster and its service accounts.
pub(super) fn cluster(
    company: &Company,
    cluster: &Cluster,
    out: &mut Out<'_>,
) -> Result<(), LabError> {
    let key = keys::kubernetes(&cluster.id, "kubernetes.cluster", &cluster.id)?;
    let account = company.account_id(cluster.account);
    let mut scope = out.scope(ScopeKey::realm("clusters", &cluster.id), None);
    let issuer = format!("https://{}", cluster.issuer);
    let record = entity(key.clone(), EntityType::Resource, &cluster.name)
        .attribute("issuer", &issuer)
        .attribute("audit_log", cluster.audit_log)
        .attribute("account", account);
    scope.entity(record);
    scope.finish();
    let mut scope = out.scope(ScopeKey::realm("service-accounts", &cluster.id), Some(key.clone()));
    for account in &cluster.service_accounts {
        let own = keys::kubernetes(&cluster.id, "kubernetes.service-account", &account.id)?;
        let name = format!("{}/{}", account.namespace, account.name);
        let record = entity(own.clone(), EntityType::Identity, &name)
            .class(IdentityClass::Service)
            .created_at(Some(account.created))
            .attribute("namespace", &account.namespace)
            .attribute("labels", &account.labels);
        scope.entity(record);
        // What the cluster's tokens say of it, by which clouds know it.
        let subject = Reference::new("oidc.subject", &issuer, &account.subject());
        scope.reference(ReferenceRecord::new(&own, subject));
        scope.relation(RelationRecord::new(&key, Relation::Contains, &own));
        let role = Reference::new("kubernetes.cluster-role", &cluster.id, &account.cluster_role);
        scope.relation(RelationRecord::new(&own, Relation::HasGrant, role));
        if let Some(at) = account.used.filter(|_| cluster.audit_log) {
            scope.activity(ActivityRecord {
                entity: own.into(),
                evidence: "kubernetes.audit".to_owned(),
                first_at: at,
                last_at: at,
                count: None,
                attributes: Map::new(),
            });
        }
    }
    scope.finish();
    Ok(())
}
