//! `rollcall ls`.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use anyhow::Result;
use clap::Args;
use futures::{StreamExt, TryStreamExt};
use rollcall_engine::{Entity, coverage, list};
use rollcall_model::{EntityKey, EntityType, IdentityClass, PublicId, Reference, Timestamp};
use rollcall_store::{EntityFilter, Store};
use rollcall_store_sql::OpenMode;
use serde::Serialize;

use crate::app::App;
use crate::commands::COMPLETE;
use crate::output::{Cell, Grid, Tone, text};
use crate::snapshot;

/// How many rows people are shown where they name no limit.
const USUAL_LIMIT: usize = 200;
/// How much of a realm a row shows; `show` and JSON have it whole.
const REALM_WIDTH: usize = 32;
/// How many questions are put to the store at once.
const AT_ONCE: usize = 4;

mod query;

#[derive(Args, Debug)]
pub(crate) struct LsArgs {
    /// What to list, such as `class:agent last_used:>90d`; docs/query.md has the words. Identities
    /// that are live, unless it says otherwise
    #[arg(value_name = "QUERY", conflicts_with_all = ["types", "all", "class", "kind", "source", "provider", "name", "gone"])]
    query: Vec<String>,
    /// The order of what a query lists, such as `provider,-last_used`
    #[arg(long, value_name = "FIELDS", requires = "query")]
    sort: Option<String>,
    /// Only these types: identity, credential, workload, resource, group, grant, person, team
    /// [default: identity]
    #[arg(long = "type", value_name = "TYPE", value_delimiter = ',')]
    types: Vec<EntityType>,
    /// Every type
    #[arg(long, conflicts_with = "types")]
    all: bool,
    /// Only identities of these classes: human, service, agent
    #[arg(long, value_name = "CLASS", value_delimiter = ',')]
    class: Vec<IdentityClass>,
    /// Only these kinds, such as aws.iam-role
    #[arg(long, value_name = "KIND", value_delimiter = ',')]
    kind: Vec<String>,
    /// Only what these sources have read
    #[arg(long, value_name = "SOURCE", value_delimiter = ',')]
    source: Vec<String>,
    /// Only of these providers
    #[arg(long, value_name = "PROVIDER", value_delimiter = ',')]
    provider: Vec<String>,
    /// Only with this text in their name
    #[arg(long, value_name = "TEXT")]
    name: Option<String>,
    /// Also what is gone
    #[arg(long)]
    gone: bool,
    /// At most so many; 0 for all [default: 200, and all with --json]
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
}

/// One entity, as programs get it.
#[derive(Serialize)]
struct View<'e> {
    id: PublicId,
    key: &'e EntityKey,
    #[serde(rename = "type")]
    entity_type: EntityType,
    class: Option<IdentityClass>,
    kind: &'e str,
    provider: &'e str,
    realm: &'e str,
    name: &'e str,
    /// The references it answers to.
    aliases: Vec<Reference>,
    owner: Owner,
    usage: Usage,
    created_at: Option<Timestamp>,
    expires_at: Option<Timestamp>,
    first_seen: Option<Timestamp>,
    last_seen: Option<Timestamp>,
    gone_at: Option<Timestamp>,
    disabled: Option<bool>,
    findings: [(); 0],
    /// Complete readings miss it, but it is held live.
    missing: bool,
    /// One of the scopes that say so is not known to be current.
    gap: bool,
    sources: Vec<&'e str>,
}

/// Nobody has been asked and nothing was inferred.
#[derive(Serialize)]
struct Owner {
    state: &'static str,
    name: Option<String>,
    score: Option<i64>,
}

/// The last use that was seen. What it means is not judged.
#[derive(Serialize)]
struct Usage {
    verdict: &'static str,
    at: Option<Timestamp>,
    grade: Option<String>,
    evidence: Option<String>,
}

type LastUse = Option<(Timestamp, String)>;

pub(super) async fn run(app: &mut App, args: LsArgs) -> Result<u8> {
    let config = app.config()?;
    let store = app.store(&config, OpenMode::Read).await?;
    let gaps = Gaps::load(&store).await?;
    let limit = match args.limit {
        Some(0) => usize::MAX,
        Some(limit) => limit,
        None if app.out.json() => usize::MAX,
        None => USUAL_LIMIT,
    };
    let (entities, total) = if args.query.is_empty() {
        let mut entities = list(&store, &filter(&args)).await?;
        let total = entities.len();
        entities.truncate(limit);
        (entities, total)
    } else {
        let live = snapshot::load(app, &config, &store).await?;
        query::entities(app, &store, &live.snapshot, &args, limit).await?
    };
    let uses = last_uses(&store, &entities).await?;
    if app.out.json() {
        let aliases: Vec<Vec<Reference>> = futures::stream::iter(&entities)
            .map(|entity| store.references_of(&entity.key))
            .buffered(AT_ONCE)
            .try_collect()
            .await?;
        for ((entity, last), aliases) in entities.iter().zip(uses).zip(aliases) {
            app.out.object(&view(entity, last, aliases, gaps.touch(entity)))?;
        }
    } else {
        let now = app.now();
        app.out.grid(&table(&entities, &uses, &gaps, now, args.gone))?;
        let last = last_line(&args, entities.len(), total, &gaps);
        app.out.say(Tone::Quiet, &last)?;
    }
    store.close().await;
    Ok(COMPLETE)
}

fn filter(args: &LsArgs) -> EntityFilter {
    let types = match (args.all, args.types.as_slice()) {
        (true, _) => Vec::new(),
        // Whoever asks for a kind means that kind, whatever its type.
        (false, []) if !args.kind.is_empty() => Vec::new(),
        (false, []) => vec![EntityType::Identity],
        (false, types) => types.to_vec(),
    };
    EntityFilter {
        types,
        classes: args.class.clone(),
        kinds: args.kind.clone(),
        sources: args.source.clone(),
        providers: args.provider.clone(),
        name: args.name.clone(),
        gone: args.gone,
    }
}

/// The scopes that are not known to be current.
struct Gaps {
    not_current: HashSet<(String, String)>,
    scopes: usize,
}

impl Gaps {
    async fn load(store: &Arc<dyn Store>) -> Result<Self> {
        let mut gaps = Self { not_current: HashSet::new(), scopes: 0 };
        for source in coverage(store).await? {
            gaps.scopes += source.scopes.len();
            for scope in source.scopes.into_iter().filter(|scope| scope.gap) {
                gaps.not_current.insert((source.source.name.clone(), scope.scope.key.to_string()));
            }
        }
        Ok(gaps)
    }

    fn touch(&self, entity: &Entity) -> bool {
        let seen = |seen: &rollcall_engine::Seen| {
            self.not_current.contains(&(seen.source.clone(), seen.scope.clone()))
        };
        entity.seen.iter().any(seen)
    }
}

/// The newest use of each entity, under its own id or a name that it alone answers to.
async fn last_uses(store: &Arc<dyn Store>, entities: &[Entity]) -> Result<Vec<LastUse>> {
    let uses = store.last_uses().await?;
    if uses.iter().any(|(node, ..)| *node < 0) {
        // Some use is kept under names; which entity has them is the store's to say.
        let asked = futures::stream::iter(entities).map(|entity| store.activity_of(&entity.key, 1));
        let newest: Vec<_> = asked.buffered(AT_ONCE).try_collect().await?;
        let first = |list: Vec<rollcall_store::StoredActivity>| list.into_iter().next();
        return Ok(newest
            .into_iter()
            .map(|list| first(list).map(|a| (a.last_at, a.evidence)))
            .collect());
    }
    let uses: HashMap<i64, (Timestamp, String)> =
        uses.into_iter().map(|(node, at, evidence)| (node, (at, evidence))).collect();
    Ok(entities.iter().map(|entity| uses.get(&entity.key.node_id().0).cloned()).collect())
}

fn view(entity: &Entity, last: LastUse, aliases: Vec<Reference>, gap: bool) -> View<'_> {
    let (at, evidence) = last.unzip();
    View {
        id: entity.id,
        key: &entity.key,
        entity_type: entity.entity_type,
        class: entity.class,
        kind: entity.key.kind.as_str(),
        provider: &entity.key.provider,
        realm: &entity.key.realm,
        name: &entity.name,
        aliases,
        owner: Owner { state: "undetermined", name: None, score: None },
        usage: Usage { verdict: "undetermined", at, grade: None, evidence },
        created_at: entity.created_at,
        expires_at: entity.expires_at,
        first_seen: entity.first_seen,
        last_seen: entity.last_seen,
        gone_at: entity.gone_at,
        disabled: entity.disabled,
        findings: [],
        missing: entity.missing,
        gap,
        sources: sources(entity),
    }
}

fn sources(entity: &Entity) -> Vec<&str> {
    let mut sources: Vec<&str> = entity.seen.iter().map(|seen| seen.source.as_str()).collect();
    sources.sort_unstable();
    sources.dedup();
    sources
}

fn table(entities: &[Entity], uses: &[LastUse], gaps: &Gaps, now: Timestamp, gone: bool) -> Grid {
    let mut header = vec![
        "name",
        "kind",
        "class",
        "realm",
        "last used",
        "created",
        "disabled",
        "sources",
        "mark",
    ];
    if gone {
        header.push("gone");
    }
    let mut grid = Grid::new(&header).whole([1, 2, 4, 5, 6, 8]);
    for (entity, last) in entities.iter().zip(uses) {
        let or_none = |text: Option<String>| text.map_or_else(Cell::none, Cell::from);
        let mark = match (entity.missing, gaps.touch(entity)) {
            (true, _) => Cell::new("missing", Tone::Warn),
            (false, true) => Cell::new("gap", Tone::Warn),
            (false, false) => Cell::default(),
        };
        let disabled = match entity.disabled {
            Some(true) => Cell::new("yes", Tone::Warn),
            Some(false) => Cell::from("no"),
            None => Cell::none(),
        };
        let mut row = vec![
            Cell::from(entity.name.as_str()),
            Cell::from(entity.key.kind.as_str()),
            or_none(entity.class.map(|class| class.to_string())),
            Cell::from(text::start_of(&entity.key.realm, REALM_WIDTH)),
            or_none(last.as_ref().map(|(at, _)| text::age(*at, now))),
            or_none(entity.created_at.map(text::date)),
            disabled,
            Cell::from(sources(entity).join(", ")),
            mark,
        ];
        if gone {
            row.push(or_none(entity.gone_at.map(text::date)));
        }
        grid.row(row);
    }
    grid
}

/// The count with its denominators: how much of what was read is known to be current.
fn last_line(args: &LsArgs, shown: usize, total: usize, gaps: &Gaps) -> String {
    let noun = match filter(args).types.as_slice() {
        [one] => one.as_str(),
        _ => "entity",
    };
    let count = text::count(total as u64, noun);
    let cut = if shown < total {
        format!("the first {shown} of {count} (--limit 0 shows all)")
    } else {
        count
    };
    let (gap, scopes) = (gaps.not_current.len(), text::count(gaps.scopes as u64, "scope"));
    match gap {
        _ if gaps.scopes == 0 => format!("{cut}; nothing has been read yet: rollcall sync"),
        0 => format!("{cut}; {} of {scopes} current", gaps.scopes),
        _ => format!("{cut}; {gap} of {scopes} not current: rollcall coverage --gaps"),
    }
}
