//! The floor: raw multi-row statements into the same tables, five thousand rows a transaction.

use anyhow::Result;
use rollcall_model::EntityKey;
use rollcall_store::{EntityClaim, RelationClaim};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, SqliteConnection};

/// Rows to write.
pub(crate) struct Lot {
    scope: i64,
    pub(crate) entities: Vec<(EntityKey, EntityClaim)>,
    pub(crate) relations: Vec<RelationClaim>,
}

impl Lot {
    pub(crate) const fn new(scope: i64) -> Self {
        Self { scope, entities: Vec::new(), relations: Vec::new() }
    }

    pub(crate) const fn rows(&self) -> usize {
        self.entities.len() * 2 + self.relations.len()
    }
}

pub(crate) enum Database {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

const ENTITY: &str = "entity (id, provider, realm, kind, native_id)";
const ENTITY_UPSERT: &str = "ON CONFLICT (id) DO UPDATE SET native_id = excluded.native_id";
const ENTITY_CLAIM: &str =
    "entity_claim (scope_id, number, fact_id, from_rev, to_rev, hash, type, class, name, body)";
const RELATION_CLAIM: &str = "relation_claim (scope_id, number, fact_id, from_rev, to_rev, hash, relation, from_id, to_id, body)";
const CLAIM_UPSERT: &str = "ON CONFLICT (scope_id, number) DO UPDATE SET \
                            to_rev = excluded.to_rev, hash = excluded.hash, body = excluded.body";
/// Rows of one SQLite statement, as the adapter has it.
const LOT: usize = 200;

impl Database {
    pub(crate) async fn open(url: &str) -> Result<Self> {
        if let Some(file) = url.strip_prefix("sqlite:") {
            let mut connection = SqliteConnection::connect(&format!("sqlite://{file}")).await?;
            for pragma in [
                "PRAGMA journal_mode = WAL",
                "PRAGMA synchronous = NORMAL",
                "PRAGMA cache_size = -65536",
                "PRAGMA mmap_size = 1073741824",
                "PRAGMA temp_store = memory",
            ] {
                sqlx::query(pragma).execute(&mut connection).await?;
            }
            return Ok(Self::Sqlite(connection));
        }
        Ok(Self::Postgres(PgConnection::connect(url).await?))
    }

    pub(crate) async fn write(&mut self, lot: &Lot, upsert: bool) -> Result<()> {
        let tail = |text: &'static str| if upsert { text } else { "" };
        match self {
            Self::Sqlite(connection) => {
                let mut tx = connection.begin_with("BEGIN IMMEDIATE").await?;
                for rows in lot.entities.chunks(LOT) {
                    let mut query = sqlx::query(values(ENTITY, 5, rows.len(), tail(ENTITY_UPSERT)));
                    for (key, claim) in rows {
                        query = query
                            .bind(claim.id.0)
                            .bind(key.provider.clone())
                            .bind(key.realm.clone())
                            .bind(key.kind.as_str().to_owned())
                            .bind(key.id.clone());
                    }
                    query.execute(&mut *tx).await?;
                    let sql = values(ENTITY_CLAIM, 10, rows.len(), tail(CLAIM_UPSERT));
                    let mut query = sqlx::query(sql);
                    for (_, claim) in rows {
                        query = query
                            .bind(lot.scope)
                            .bind(claim.number)
                            .bind(claim.id.0)
                            .bind(1_i64)
                            .bind(i64::MAX)
                            .bind(claim.hash.0.to_vec())
                            .bind(claim.entity_type.number())
                            .bind(claim.class.map(|c| c.number()))
                            .bind(claim.name.clone())
                            .bind(claim.body.clone());
                    }
                    query.execute(&mut *tx).await?;
                }
                for rows in lot.relations.chunks(LOT) {
                    let sql = values(RELATION_CLAIM, 10, rows.len(), tail(CLAIM_UPSERT));
                    let mut query = sqlx::query(sql);
                    for claim in rows {
                        query = query
                            .bind(lot.scope)
                            .bind(claim.number)
                            .bind(claim.id.0)
                            .bind(1_i64)
                            .bind(i64::MAX)
                            .bind(claim.hash.0.to_vec())
                            .bind(claim.relation.number())
                            .bind(claim.from.0)
                            .bind(claim.to.0)
                            .bind(claim.body.clone());
                    }
                    query.execute(&mut *tx).await?;
                }
                tx.commit().await?;
            }
            Self::Postgres(connection) => postgres(connection, lot, upsert).await?,
        }
        Ok(())
    }
}

fn values(into: &str, columns: usize, rows: usize, tail: &str) -> AssertSqlSafe<String> {
    let row = format!("({})", vec!["?"; columns].join(","));
    AssertSqlSafe(format!("INSERT INTO {into} VALUES {} {tail}", vec![row; rows].join(",")))
}

async fn postgres(connection: &mut PgConnection, lot: &Lot, upsert: bool) -> Result<()> {
    let tail = |text: &'static str| if upsert { text } else { "" };
    let mut tx = connection.begin().await?;
    sqlx::query("SET LOCAL synchronous_commit = off").execute(&mut *tx).await?;
    let (keys, claims): (Vec<&EntityKey>, Vec<&EntityClaim>) =
        lot.entities.iter().map(|(key, claim)| (key, claim)).unzip();
    let sql = format!(
        "INSERT INTO {ENTITY} SELECT * FROM UNNEST($1::bigint[], $2::text[], $3::text[], \
         $4::text[], $5::text[]) {}",
        tail(ENTITY_UPSERT)
    );
    sqlx::query(AssertSqlSafe(sql))
        .bind(claims.iter().map(|c| c.id.0).collect::<Vec<_>>())
        .bind(keys.iter().map(|k| k.provider.as_str()).collect::<Vec<_>>())
        .bind(keys.iter().map(|k| k.realm.as_str()).collect::<Vec<_>>())
        .bind(keys.iter().map(|k| k.kind.as_str()).collect::<Vec<_>>())
        .bind(keys.iter().map(|k| k.id.as_str()).collect::<Vec<_>>())
        .execute(&mut *tx)
        .await?;
    let sql = format!(
        "INSERT INTO {ENTITY_CLAIM} SELECT $1, k, f, 1, {}, h, t, c, n, b FROM UNNEST($2::bigint[], \
         $3::bigint[], $4::bytea[], $5::bigint[], $6::bigint[], $7::text[], $8::text[]) \
         AS r(k, f, h, t, c, n, b) {}",
        i64::MAX,
        tail(CLAIM_UPSERT)
    );
    sqlx::query(AssertSqlSafe(sql))
        .bind(lot.scope)
        .bind(claims.iter().map(|c| c.number).collect::<Vec<_>>())
        .bind(claims.iter().map(|c| c.id.0).collect::<Vec<_>>())
        .bind(claims.iter().map(|c| c.hash.0.as_slice()).collect::<Vec<_>>())
        .bind(claims.iter().map(|c| c.entity_type.number()).collect::<Vec<_>>())
        .bind(claims.iter().map(|c| c.class.map(|c| c.number())).collect::<Vec<_>>())
        .bind(claims.iter().map(|c| c.name.as_str()).collect::<Vec<_>>())
        .bind(claims.iter().map(|c| c.body.as_str()).collect::<Vec<_>>())
        .execute(&mut *tx)
        .await?;
    let sql = format!(
        "INSERT INTO {RELATION_CLAIM} SELECT $1, k, f, 1, {}, h, r, a, z, b FROM \
         UNNEST($2::bigint[], $3::bigint[], $4::bytea[], $5::bigint[], $6::bigint[], \
         $7::bigint[], $8::text[]) AS r(k, f, h, r, a, z, b) {}",
        i64::MAX,
        tail(CLAIM_UPSERT)
    );
    let claims = &lot.relations;
    sqlx::query(AssertSqlSafe(sql))
        .bind(lot.scope)
        .bind(claims.iter().map(|c| c.number).collect::<Vec<_>>())
        .bind(claims.iter().map(|c| c.id.0).collect::<Vec<_>>())
        .bind(claims.iter().map(|c| c.hash.0.as_slice()).collect::<Vec<_>>())
        .bind(claims.iter().map(|c| c.relation.number()).collect::<Vec<_>>())
        .bind(claims.iter().map(|c| c.from.0).collect::<Vec<_>>())
        .bind(claims.iter().map(|c| c.to.0).collect::<Vec<_>>())
        .bind(claims.iter().map(|c| c.body.as_str()).collect::<Vec<_>>())
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(())
}
