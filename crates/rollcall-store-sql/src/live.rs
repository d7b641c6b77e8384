//! The live facts of scopes, which every reading is compared with: by far the most rows that are
//! read at once.

use std::collections::HashMap;

use rollcall_model::ContentHash;
use rollcall_store::{ClaimTable, LiveFact, LiveFacts, ScopeId};

use crate::OPEN;
use crate::claims::table_name;
use crate::db::{Arg, Row, Tx};
use crate::error::{Answer, corrupt};
use crate::scopes::{hash, missing};

/// Version rows that SQLite packs into one answer for each scope. Handing over a row costs three
/// times what reading it does; a pack is a text of about four megabytes.
pub(crate) const PACK: i64 = 1 << 16;

/// The live facts of scopes, in the order asked.
pub(crate) async fn live_facts(tx: &mut Tx, scopes: &[ScopeId]) -> Answer<Vec<LiveFacts>> {
    let ids: Vec<i64> = scopes.iter().map(|scope| scope.0).collect();
    let place: HashMap<i64, usize> = ids.iter().enumerate().map(|(i, id)| (*id, i)).collect();
    let mut live = vec![LiveFacts::default(); scopes.len()];
    for table in ClaimTable::ALL {
        let t = table.index();
        let mut take = |scope: i64, facts: &[LiveFact]| {
            if let Some(place) = place.get(&scope) {
                live[*place].tables[t].extend_from_slice(facts);
            }
        };
        match tx {
            Tx::Sqlite(_) => packed(tx, table, &ids, &mut take).await?,
            Tx::Postgres(_) => one_by_one(tx, table, &ids, &mut take).await?,
        }
    }
    let sql = format!(
        "SELECT scope_id, claim_table, fact_id, number, reason FROM missing WHERE scope_id {}",
        tx.among(1)
    );
    tx.each(&sql, &[Arg::Ids(&ids)], |row| {
        if let Some(place) = place.get(&row.i64(0)?) {
            live[*place].missing.push(missing(row, 1)?);
        }
        Ok(())
    })
    .await?;
    for facts in &mut live {
        facts.tables.iter_mut().for_each(|table| table.sort_unstable_by_key(|live| live.number));
        facts.missing.sort_unstable();
    }
    Ok(live)
}

async fn one_by_one(
    tx: &mut Tx,
    table: ClaimTable,
    scopes: &[i64],
    take: &mut (impl FnMut(i64, &[LiveFact]) + Send),
) -> Answer<()> {
    let sql = format!(
        "SELECT scope_id, fact_id, number, hash FROM {} WHERE scope_id {} AND to_rev = {OPEN}",
        table_name(table),
        tx.among(1)
    );
    tx.each(&sql, &[Arg::Ids(scopes)], |row| {
        let fact = LiveFact { fact: row.i64(1)?, number: row.i64(2)?, hash: hash(row, 3)? };
        take(row.i64(0)?, &[fact]);
        Ok(())
    })
    .await
}

/// The same, many facts in a row: lists of ids, of numbers and of hashes. All three aggregates of a
/// group see its rows in one order.
async fn packed(
    tx: &mut Tx,
    table: ClaimTable,
    scopes: &[i64],
    take: &mut (impl FnMut(i64, &[LiveFact]) + Send),
) -> Answer<()> {
    let among = tx.among(1);
    let sql = format!("SELECT COALESCE(MAX(next_number), 0) FROM scope WHERE id {among}");
    let end = tx.one(&sql, &[Arg::Ids(scopes)]).await?.i64(0)?;
    let sql = format!(
        "SELECT scope_id, group_concat(fact_id), group_concat(number), \
         group_concat(hex(hash), '') FROM {} WHERE scope_id {among} \
         AND number >= $2 AND number < $3 AND to_rev = {OPEN} GROUP BY scope_id",
        table_name(table)
    );
    let mut from = 0;
    let mut facts = Vec::new();
    while from < end {
        let to = from.saturating_add(PACK);
        tx.each(&sql, &[Arg::Ids(scopes), Arg::I64(from), Arg::I64(to)], |row| {
            facts.clear();
            unpack(row, &mut facts)?;
            take(row.i64(0)?, &facts);
            Ok(())
        })
        .await?;
        from = to;
    }
    Ok(())
}

fn unpack(row: &Row, facts: &mut Vec<LiveFact>) -> Answer<()> {
    let (ids, numbers, hashes) = (row.text(1)?, row.text(2)?, row.text(3)?);
    let hashes = hashes.as_bytes().chunks(32);
    facts.reserve(hashes.len());
    let mut numbers = numbers.split(',').map(number);
    let mut hashes = hashes.map(hash_of_hex);
    for id in ids.split(',').map(number) {
        let (Some(number), Some(hash)) = (numbers.next(), hashes.next()) else {
            return Err(corrupt("live facts with fewer numbers or hashes than ids".to_owned()));
        };
        facts.push(LiveFact { fact: id?, number: number?, hash: hash? });
    }
    Ok(())
}

pub(crate) fn number(text: &str) -> Answer<i64> {
    text.parse().map_err(|_| corrupt(format!("a number {text:?}")))
}

fn hash_of_hex(text: &[u8]) -> Answer<ContentHash> {
    let mut hash = [0; 16];
    if text.len() == 32 && faster_hex::hex_decode(text, &mut hash).is_ok() {
        return Ok(ContentHash(hash));
    }
    Err(corrupt(format!("a hash {:?}", String::from_utf8_lossy(text))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_come_back_from_hex() {
        let hash = ContentHash(std::array::from_fn(|i| i as u8 * 17));
        let text = hash.to_string().to_uppercase();
        assert_eq!(hash_of_hex(text.as_bytes()).unwrap(), hash);
        assert!(hash_of_hex(&text.as_bytes()[2..]).is_err());
        assert!(hash_of_hex(text.replace('F', "G").as_bytes()).is_err());
    }
}
