//! Building the WHERE clause of an entity listing.

use rollcall_store::EntityFilter;

/// A clause with the texts its placeholders stand for, `$1` first.
pub(crate) struct Clause {
    pub(crate) sql: String,
    pub(crate) texts: Vec<String>,
}

/// The condition for a filter over `entity_claim c`, `entity e` and `source src`. `by_bytes` is what
/// keeps a text from being cased by the rules of a language.
pub(crate) fn clause(filter: &EntityFilter, by_bytes: &str) -> Clause {
    let mut clause = Clause { sql: "true".to_owned(), texts: Vec::new() };
    let numbers = |list: Vec<i64>| list.iter().map(i64::to_string).collect::<Vec<_>>().join(",");
    if !filter.types.is_empty() {
        let list = numbers(filter.types.iter().map(|t| t.number()).collect());
        clause.sql.push_str(&format!(" AND c.type IN ({list})"));
    }
    if !filter.classes.is_empty() {
        let list = numbers(filter.classes.iter().map(|c| c.number()).collect());
        clause.sql.push_str(&format!(" AND c.class IN ({list})"));
    }
    for (column, texts) in [
        ("e.kind", &filter.kinds),
        ("src.name", &filter.sources),
        ("e.provider", &filter.providers),
    ] {
        if !texts.is_empty() {
            let places: Vec<_> = texts
                .iter()
                .map(|text| {
                    clause.texts.push(text.clone());
                    format!("${}", clause.texts.len())
                })
                .collect();
            clause.sql.push_str(&format!(" AND {column} IN ({})", places.join(",")));
        }
    }
    if let Some(name) = &filter.name {
        let escaped: String = name
            .to_ascii_lowercase()
            .chars()
            .flat_map(|c| {
                let escape = matches!(c, '%' | '_' | '\\').then_some('\\');
                escape.into_iter().chain([c])
            })
            .collect();
        clause.texts.push(format!("%{escaped}%"));
        let place = clause.texts.len();
        clause.sql.push_str(&format!(" AND LOWER(c.name{by_bytes}) LIKE ${place} ESCAPE '\\'"));
    }
    clause
}
