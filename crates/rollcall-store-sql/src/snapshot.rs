//! Everything that a snapshot is made of, as of now or of a publication, in one transaction.

use std::collections::HashMap;

use rollcall_model::{NodeId, Reference, Relation, ScopeState, Timestamp};
use rollcall_store::{
    AsOf, ClaimTable, ClaimedEntity, LastUse, MissingReason, Position, ReferenceFact, RelationFact,
    ScopeId, ScopeView, SnapshotRow,
};

use crate::claims::table_name;
use crate::db::{Arg, Row, Tx};
use crate::entities;
use crate::error::{Answer, corrupt};
use crate::live::{self, PACK};
use crate::publication;
use crate::read::{self, VISIBLE};
use crate::relations::relation;
use crate::scopes::{scope_key, scope_state};

/// The scopes, with what was published as of a sequence; states and times are the present ones.
pub(crate) fn scopes_at(at: Option<i64>) -> String {
    match at {
        None => "scope".to_owned(),
        Some(sequence) => format!(
            "(SELECT id, source_id, stream, realm, part, rank, state, closed_at, reading, \
             next_number, complete_at, parent_id, lost, live_entities, (SELECT COALESCE(MAX(p.revision), 0) FROM publication p \
             WHERE p.scope_id = scope.id AND p.sequence <= {sequence}) AS published FROM scope)"
        ),
    }
}

/// The relations whose body counts: it tells how far access goes, or how surely something is owned.
fn telling() -> String {
    format!("{}, {}", Relation::CanAccess.number(), Relation::OwnedBy.number())
}

/// The columns of relation claims for [`fact`].
pub(crate) fn relation_columns() -> String {
    format!(
        "c.from_id, c.relation, c.to_id, CASE WHEN c.relation IN ({}) THEN c.body ELSE '' END",
        telling()
    )
}

pub(crate) fn fact(row: &Row, from: usize) -> Answer<RelationFact> {
    Ok(RelationFact {
        from: NodeId(row.i64(from)?),
        relation: relation(row.i64(from + 1)?)?,
        to: NodeId(row.i64(from + 2)?),
        body: row.text(from + 3)?,
    })
}

pub(crate) async fn scope_views(tx: &mut Tx, at: Option<AsOf>) -> Answer<Vec<ScopeView>> {
    let Some(at) = at else { return views(tx, "scope", "true", &[]).await };
    // What nobody had read yet was not there.
    let was_there = "s.published > 0 OR EXISTS (SELECT 1 FROM run_scope r \
                     WHERE r.scope_id = s.id AND r.finished_at <= $1)";
    let args = [Arg::I64(at.time.micros())];
    let mut views = views(tx, &scopes_at(Some(at.sequence)), was_there, &args).await?;
    // How each was read by then, the last reading last.
    let sql = "SELECT scope_id, state, finished_at FROM run_scope WHERE finished_at <= $1 \
               ORDER BY finished_at";
    let mut read: HashMap<i64, (ScopeState, Option<Timestamp>)> = HashMap::new();
    tx.each(sql, &args, |row| {
        let (state, ended) = (scope_state(row.i64(1)?)?, Timestamp::from_micros(row.i64(2)?));
        // A reading that another overtook ended nothing.
        if state != ScopeState::Superseded {
            let known = read.entry(row.i64(0)?).or_insert((state, None));
            known.0 = state;
            if state == ScopeState::Complete {
                known.1 = Some(ended);
            }
        }
        Ok(())
    })
    .await?;
    for view in &mut views {
        let (state, complete_at) = read.get(&view.id.0).copied().unzip();
        (view.state, view.complete_at) = (state, complete_at.flatten());
    }
    Ok(views)
}

/// Scopes that a condition holds for, by id.
pub(crate) async fn views(
    tx: &mut Tx,
    scopes: &str,
    condition: &str,
    args: &[Arg<'_>],
) -> Answer<Vec<ScopeView>> {
    let sql = format!(
        "SELECT s.stream, s.realm, s.part, s.id, src.name, src.connector, s.state, s.complete_at, \
         s.closed_at, s.reading, s.parent_id, s.lost, s.live_entities, \
         (SELECT COUNT(*) FROM missing m WHERE m.scope_id = s.id AND m.claim_table < 2 \
         AND m.reason >= {}) FROM {scopes} s JOIN source src ON src.id = s.source_id \
         WHERE {condition} ORDER BY s.id",
        MissingReason::Brake.number()
    );
    let read = |row: &Row| {
        Ok(ScopeView {
            key: scope_key(row, 0)?,
            id: ScopeId(row.i64(3)?),
            source: row.text(4)?,
            connector: row.text(5)?,
            state: row.i64_opt(6)?.map(scope_state).transpose()?,
            complete_at: row.i64_opt(7)?.map(Timestamp::from_micros),
            closed: row.i64_opt(8)?.is_some(),
            reading: row.i64(9)?,
            parent: row.i64_opt(10)?.map(NodeId),
            lost: row.text(11)? != "[]",
            live_entities: row.i64(12)?,
            held: row.i64(13)?,
        })
    };
    tx.rows(&sql, args).await?.iter().map(read).collect()
}

/// Hands over everything. Gives the position that was read.
pub(crate) async fn snapshot(
    tx: &mut Tx,
    at: Option<i64>,
    take: &mut (dyn FnMut(SnapshotRow) + Send),
) -> Answer<Position> {
    let mut position = publication::position(tx).await?;
    position.sequence = at.map_or(position.sequence, |at| at.min(position.sequence));
    let scopes = scopes_at(at);
    tx.each("SELECT id, namespace, authority, value FROM reference", &[], |row| {
        let text =
            Reference { namespace: row.text(1)?, authority: row.text(2)?, value: row.text(3)? };
        take(SnapshotRow::Text(NodeId(row.i64(0)?), text));
        Ok(())
    })
    .await?;
    let sql = format!(
        "SELECT c.entity_id, c.reference_id FROM reference_claim c \
         JOIN {scopes} s ON s.id = c.scope_id WHERE {VISIBLE}"
    );
    tx.each(&sql, &[], |row| {
        take(SnapshotRow::Reference(reference_fact(row)?));
        Ok(())
    })
    .await?;
    let several = "SELECT fact_id FROM entity_claim GROUP BY fact_id HAVING COUNT(*) > 1";
    tx.each(several, &[], |row| {
        take(SnapshotRow::Several(NodeId(row.i64(0)?)));
        Ok(())
    })
    .await?;
    entities::all(tx, &scopes, |claim| take(SnapshotRow::Entity(Box::new(claim)))).await?;
    match tx {
        Tx::Sqlite(_) => packed_relations(tx, &scopes, take).await?,
        Tx::Postgres(_) => relations(tx, &scopes, "true", take).await?,
    }
    for (node, at, evidence) in read::last_uses(tx).await? {
        take(SnapshotRow::Use(LastUse { node: NodeId(node), at, evidence }));
    }
    Ok(position)
}

fn reference_fact(row: &Row) -> Answer<ReferenceFact> {
    Ok(ReferenceFact { entity: NodeId(row.i64(0)?), reference: NodeId(row.i64(1)?) })
}

async fn relations(
    tx: &mut Tx,
    scopes: &str,
    condition: &str,
    take: &mut (dyn FnMut(SnapshotRow) + Send),
) -> Answer<()> {
    let sql = format!(
        "SELECT {} FROM relation_claim c JOIN {scopes} s ON s.id = c.scope_id \
         WHERE {VISIBLE} AND {condition}",
        relation_columns()
    );
    tx.each(&sql, &[], |row| {
        take(SnapshotRow::Relation(fact(row, 0)?));
        Ok(())
    })
    .await
}

/// The same, many in a row, but for the few that have a body.
async fn packed_relations(
    tx: &mut Tx,
    scopes: &str,
    take: &mut (dyn FnMut(SnapshotRow) + Send),
) -> Answer<()> {
    let telling = telling();
    relations(tx, scopes, &format!("c.relation IN ({telling}) AND c.body <> ''"), take).await?;
    let end = tx.one("SELECT COALESCE(MAX(next_number), 0) FROM scope", &[]).await?.i64(0)?;
    let sql = format!(
        "SELECT group_concat(c.from_id), group_concat(c.relation), group_concat(c.to_id) \
         FROM {scopes} s CROSS JOIN {} c ON c.scope_id = s.id \
         AND c.number >= $1 AND c.number < $2 \
         WHERE s.next_number > $1 AND {VISIBLE} AND (c.relation NOT IN ({telling}) OR c.body = '') GROUP BY s.id",
        table_name(ClaimTable::Relation)
    );
    let mut from = 0;
    while from < end {
        let to = from.saturating_add(PACK);
        tx.each(&sql, &[Arg::I64(from), Arg::I64(to)], |row| {
            let (from, how, to) = (row.text(0)?, row.text(1)?, row.text(2)?);
            let (mut how, mut to) = (how.split(','), to.split(','));
            for from in from.split(',') {
                let (Some(how), Some(to)) = (how.next(), to.next()) else {
                    return Err(corrupt("relations with fewer ends than starts".to_owned()));
                };
                take(SnapshotRow::Relation(RelationFact {
                    from: NodeId(live::number(from)?),
                    relation: relation(live::number(how)?)?,
                    to: NodeId(live::number(to)?),
                    body: String::new(),
                }));
            }
            Ok(())
        })
        .await?;
        from = to;
    }
    Ok(())
}

/// All claims about entities, live and ended; those about one stand together.
pub(crate) async fn claims_of(tx: &mut Tx, nodes: &[NodeId]) -> Answer<Vec<ClaimedEntity>> {
    let ids: Vec<i64> = nodes.iter().map(|node| node.0).collect();
    let sql = format!(
        "{} WHERE c.fact_id {} AND {} ORDER BY c.fact_id, c.scope_id",
        read::select_claim("scope"),
        tx.among(1),
        read::alive()
    );
    tx.rows(&sql, &[Arg::Ids(&ids)]).await?.iter().map(read::claimed).collect()
}

/// The references that entities answer to.
pub(crate) async fn aliases_of(tx: &mut Tx, nodes: &[NodeId]) -> Answer<Vec<ReferenceFact>> {
    let ids: Vec<i64> = nodes.iter().map(|node| node.0).collect();
    let sql = format!(
        "SELECT DISTINCT c.entity_id, c.reference_id FROM reference_claim c \
         JOIN scope s ON s.id = c.scope_id WHERE c.entity_id {} AND {VISIBLE}",
        tx.among(1)
    );
    tx.rows(&sql, &[Arg::Ids(&ids)]).await?.iter().map(reference_fact).collect()
}
