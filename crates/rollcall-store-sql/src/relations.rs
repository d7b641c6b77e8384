//! Reading relations, references and whole scopes.

use std::collections::HashMap;

use rollcall_model::{Endpoint, EntityKey, NodeId, PublicId, Reference, Relation};
use rollcall_store::{
    ClaimTable, ClaimedRelation, ExportedFact, HeldFact, RelationBody, ScopeId, SourceId,
};

use crate::db::{Arg, Row, Tx};
use crate::error::{Answer, corrupt};
use crate::read::{VISIBLE, entity_key, key_by_id};
use crate::scopes::{hash, missing, scope_key};

fn reference(row: &Row, from: usize) -> Answer<Reference> {
    Ok(Reference {
        namespace: row.text(from)?,
        authority: row.text(from + 1)?,
        value: row.text(from + 2)?,
    })
}

pub(crate) fn relation(number: i64) -> Answer<Relation> {
    Relation::from_number(number).ok_or_else(|| corrupt(format!("relation {number}")))
}

/// What node ids stand for.
pub(crate) async fn endpoints(tx: &mut Tx, mut ids: Vec<i64>) -> Answer<HashMap<i64, Endpoint>> {
    ids.sort_unstable();
    ids.dedup();
    let (references, entities): (Vec<i64>, Vec<i64>) = ids.iter().partition(|id| **id < 0);
    let mut found = HashMap::with_capacity(ids.len());
    for lot in entities.chunks(5_000) {
        let sql = format!(
            "SELECT id, provider, realm, kind, native_id FROM entity WHERE id {}",
            tx.among(1)
        );
        for row in tx.rows(&sql, &[Arg::Ids(lot)]).await? {
            found.insert(row.i64(0)?, Endpoint::Key(entity_key(&row, 1)?));
        }
    }
    for lot in references.chunks(5_000) {
        let sql = format!(
            "SELECT id, namespace, authority, value FROM reference WHERE id {}",
            tx.among(1)
        );
        for row in tx.rows(&sql, &[Arg::Ids(lot)]).await? {
            found.insert(row.i64(0)?, Endpoint::Reference(reference(&row, 1)?));
        }
    }
    Ok(found)
}

fn known(endpoints: &HashMap<i64, Endpoint>, id: i64) -> Answer<Endpoint> {
    endpoints.get(&id).cloned().ok_or_else(|| corrupt(format!("node {id} has no row")))
}

fn relation_body(text: &str) -> Answer<RelationBody> {
    if text.is_empty() {
        return Ok(RelationBody::default());
    }
    serde_json::from_str(text).map_err(|e| corrupt(format!("relation body: {e}")))
}

/// Live relations at an entity, whichever of its names they use.
pub(crate) async fn relations_of(tx: &mut Tx, key: &EntityKey) -> Answer<Vec<ClaimedRelation>> {
    let mut nodes = vec![key.node_id().0];
    nodes.extend(references_of(tx, key).await?.iter().map(|r| r.node_id().0));
    let among = tx.among(1);
    let sql = format!(
        "SELECT c.from_id, c.relation, c.to_id, src.name, s.stream, s.realm, s.part, c.body \
         FROM relation_claim c JOIN scope s ON s.id = c.scope_id \
         JOIN source src ON src.id = s.source_id \
         WHERE {VISIBLE} AND (c.from_id {among} OR c.to_id {among})"
    );
    let rows = tx.rows(&sql, &[Arg::Ids(&nodes)]).await?;
    let mut ids = Vec::with_capacity(rows.len() * 2);
    for row in &rows {
        ids.extend([row.i64(0)?, row.i64(2)?]);
    }
    let endpoints = endpoints(tx, ids).await?;
    let mut list = Vec::with_capacity(rows.len());
    for row in &rows {
        list.push(ClaimedRelation {
            from: known(&endpoints, row.i64(0)?)?,
            relation: relation(row.i64(1)?)?,
            to: known(&endpoints, row.i64(2)?)?,
            source: row.text(3)?,
            scope: scope_key(row, 4)?,
            body: relation_body(&row.text(7)?)?,
        });
    }
    list.sort_by(|a, b| {
        (a.relation, &a.from, &a.to, &a.source, &a.scope)
            .cmp(&(b.relation, &b.from, &b.to, &b.source, &b.scope))
    });
    Ok(list)
}

pub(crate) async fn references_of(tx: &mut Tx, key: &EntityKey) -> Answer<Vec<Reference>> {
    let sql = format!(
        "SELECT DISTINCT r.namespace, r.authority, r.value FROM reference_claim c \
         JOIN reference r ON r.id = c.reference_id JOIN scope s ON s.id = c.scope_id \
         WHERE c.entity_id = $1 AND {VISIBLE}"
    );
    let rows = tx.rows(&sql, &[Arg::I64(key.node_id().0)]).await?;
    let mut list: Vec<Reference> =
        rows.iter().map(|row| reference(row, 0)).collect::<Answer<_>>()?;
    list.sort();
    Ok(list)
}

pub(crate) async fn claimants(tx: &mut Tx, reference: &Reference) -> Answer<Vec<EntityKey>> {
    let sql = format!(
        "SELECT DISTINCT e.provider, e.realm, e.kind, e.native_id FROM reference_claim c \
         JOIN entity e ON e.id = c.entity_id JOIN scope s ON s.id = c.scope_id \
         WHERE c.reference_id = $1 AND {VISIBLE}"
    );
    let rows = tx.rows(&sql, &[Arg::I64(reference.node_id().0)]).await?;
    let mut keys: Vec<EntityKey> =
        rows.iter().map(|row| entity_key(row, 0)).collect::<Answer<_>>()?;
    keys.sort();
    Ok(keys)
}

pub(crate) async fn redirect(tx: &mut Tx, stub: PublicId) -> Answer<Option<EntityKey>> {
    let id = -stub.prefix63().max(1);
    let sql = "SELECT r.namespace, r.authority, r.value, d.entity_id FROM redirect d \
               JOIN reference r ON r.id = d.reference_id WHERE d.reference_id = $1";
    let Some(row) = tx.row(sql, &[Arg::I64(id)]).await? else { return Ok(None) };
    if reference(&row, 0)?.public_id() != stub {
        return Ok(None);
    }
    key_by_id(tx, NodeId(row.i64(3)?)).await
}

/// All live claims of a scope, unordered.
pub(crate) async fn export_scope(tx: &mut Tx, scope: ScopeId) -> Answer<Vec<ExportedFact>> {
    let mut facts = Vec::new();
    let args = [Arg::I64(scope.0)];
    let sql = format!(
        "SELECT e.provider, e.realm, e.kind, e.native_id, c.body, c.hash FROM entity_claim c \
         JOIN entity e ON e.id = c.fact_id JOIN scope s ON s.id = c.scope_id \
         WHERE c.scope_id = $1 AND {VISIBLE}"
    );
    tx.each(&sql, &args, |row| {
        facts.push(ExportedFact {
            table: ClaimTable::Entity,
            entity: Some(entity_key(row, 0)?),
            from: None,
            relation: None,
            to: None,
            body: row.text(4)?,
            hash: hash(row, 5)?,
        });
        Ok(())
    })
    .await?;
    let sql = format!(
        "SELECT e.provider, e.realm, e.kind, e.native_id, r.namespace, r.authority, r.value, \
         c.hash FROM reference_claim c JOIN entity e ON e.id = c.entity_id \
         JOIN reference r ON r.id = c.reference_id JOIN scope s ON s.id = c.scope_id \
         WHERE c.scope_id = $1 AND {VISIBLE}"
    );
    tx.each(&sql, &args, |row| {
        facts.push(ExportedFact {
            table: ClaimTable::Reference,
            entity: Some(entity_key(row, 0)?),
            from: None,
            relation: None,
            to: Some(Endpoint::Reference(reference(row, 4)?)),
            body: String::new(),
            hash: hash(row, 7)?,
        });
        Ok(())
    })
    .await?;
    let sql = format!(
        "SELECT c.from_id, c.relation, c.to_id, c.body, c.hash FROM relation_claim c \
         JOIN scope s ON s.id = c.scope_id WHERE c.scope_id = $1 AND {VISIBLE}"
    );
    let rows = tx.rows(&sql, &args).await?;
    let mut ids = Vec::with_capacity(rows.len() * 2);
    for row in &rows {
        ids.extend([row.i64(0)?, row.i64(2)?]);
    }
    let endpoints = endpoints(tx, ids).await?;
    for row in &rows {
        facts.push(ExportedFact {
            table: ClaimTable::Relation,
            entity: None,
            from: Some(known(&endpoints, row.i64(0)?)?),
            relation: Some(relation(row.i64(1)?)?),
            to: Some(known(&endpoints, row.i64(2)?)?),
            body: row.text(3)?,
            hash: hash(row, 4)?,
        });
    }
    Ok(facts)
}

/// The facts of a source that wait for a human, in a stable order.
pub(crate) async fn held(tx: &mut Tx, source: SourceId) -> Answer<Vec<HeldFact>> {
    let sql = "SELECT s.stream, s.realm, s.part, m.claim_table, m.fact_id, m.number, m.reason, \
               r.from_id, r.relation, r.to_id FROM missing m \
               JOIN scope s ON s.id = m.scope_id \
               LEFT JOIN relation_claim r ON m.claim_table = 1 AND r.scope_id = m.scope_id \
               AND r.number = m.number AND r.from_rev <= s.published \
               AND r.to_rev > s.published \
               WHERE s.source_id = $1 AND m.reason >= 2 AND m.claim_table < 2";
    let rows = tx.rows(sql, &[Arg::I64(source.0)]).await?;
    let mut ids = Vec::new();
    for row in &rows {
        ids.push(row.i64(4)?);
        ids.extend(row.i64_opt(7)?);
        ids.extend(row.i64_opt(9)?);
    }
    let endpoints = endpoints(tx, ids).await?;
    let name_of = |id: i64| endpoints.get(&id).map_or_else(|| id.to_string(), Endpoint::to_string);
    let mut list = Vec::with_capacity(rows.len());
    for row in &rows {
        let mark = missing(row, 3)?;
        let name = match (row.i64_opt(7)?, row.i64_opt(8)?, row.i64_opt(9)?) {
            (Some(from), Some(how), Some(to)) => {
                format!("{} {} {}", name_of(from), relation(how)?, name_of(to))
            }
            _ => name_of(mark.fact),
        };
        list.push(HeldFact {
            scope: scope_key(row, 0)?,
            table: mark.table,
            name,
            reason: mark.reason,
            fact: mark.fact,
        });
    }
    list.sort();
    Ok(list)
}
