//! `rollcall ls`.

mod query;
mod view;

use anyhow::Result;
use clap::Args;
use rollcall_engine::Judge;
use rollcall_graph::{Count, Facet, Node, Page, PageRequest, Query, Snapshot, Sort, SortField};
use rollcall_model::{EntityType, IdentityClass, Timestamp};
use rollcall_store_sql::OpenMode;

use crate::app::App;
use crate::commands::COMPLETE;
use crate::failure::Failure;
use crate::output::{Cell, Grid, Tone, text};
use crate::snapshot;

/// How many rows people are shown where they name no limit.
const USUAL_LIMIT: usize = 200;
/// How many values of each facet are shown.
const FACET_VALUES: usize = 12;

#[derive(Args, Debug)]
pub(crate) struct LsArgs {
    /// What to list, such as `class:agent last_used:>90d`; docs/query.md has the words. Identities
    /// that are live, unless it says otherwise
    #[arg(value_name = "QUERY", conflicts_with_all = ["types", "all", "class", "kind", "source", "provider", "name", "gone"])]
    query: Vec<String>,
    /// The order, such as `provider,-last_used`
    #[arg(long, value_name = "FIELDS")]
    sort: Option<String>,
    /// As it was known at a time: 7d, 12h, 2026-05-03, 2026-05-03T10:00:00Z
    #[arg(long, value_name = "TIME")]
    as_of: Option<String>,
    /// Count the values of every facet instead of listing
    #[arg(long)]
    facets: bool,
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

pub(super) async fn run(app: &mut App, args: LsArgs) -> Result<u8> {
    let config = app.config()?;
    let store = app.store(&config, OpenMode::Read).await?;
    let (now_known, now) = match &args.as_of {
        Some(time) => snapshot::as_of(&store, time, app.now()).await?,
        None => (snapshot::load(app, &config, &store).await?.snapshot, app.now()),
    };
    store.close().await;
    let query = query::of(&args)?;
    let judge = snapshot::judge(&config);
    let sort = sort(&args)?;
    let known = match needs_all(&args, &query) {
        true => judge.apply(&now_known, now),
        false => now_known,
    };
    snapshot::warn_of_unknown(app, &known, &query);
    let list = Listing { known: &known, judge: &judge, query: &query, now };
    if args.facets {
        list.facets(app)?
    } else {
        list.rows(app, &args, sort)?
    }
    Ok(COMPLETE)
}

/// Whether more than the rows that are shown must be judged.
fn needs_all(args: &LsArgs, query: &Query) -> bool {
    const JUDGED: [&str; 8] =
        ["owner", "team", "usage", "reach", "finding", "standing", "score", "presence"];
    let sort = args.sort.as_deref().unwrap_or_default();
    args.facets || JUDGED.iter().any(|field| query.mentions(field) || sort.contains(field))
}

fn sort(args: &LsArgs) -> Result<Sort> {
    let usual = [SortField::Provider, SortField::Realm, SortField::Kind, SortField::Name];
    match &args.sort {
        Some(text) => text.parse().map_err(|error: rollcall_graph::SortError| {
            Failure::new("bad_sort", error.to_string()).into()
        }),
        None => Ok(Sort::by(&usual.map(|field| (field, false)))),
    }
}

/// What is listed of what.
struct Listing<'a> {
    known: &'a Snapshot,
    judge: &'a Judge,
    query: &'a Query,
    now: Timestamp,
}

impl Listing<'_> {
    fn rows(&self, app: &mut App, args: &LsArgs, sort: Sort) -> Result<()> {
        let limit = match args.limit {
            Some(0) => usize::MAX,
            Some(limit) => limit,
            None if app.out.json() => usize::MAX,
            None => USUAL_LIMIT,
        };
        let mut request = PageRequest::of(self.query, self.now);
        (request.limit, request.sort) = (limit, sort);
        let Page { nodes, .. } = self.known.page(&request)?;
        let analysis = self.judge.analysis(self.known, self.now);
        let row = |node: &Node| view::Row::new(self.known, *node, analysis.derive(*node));
        if app.out.json() {
            for row in nodes.iter().map(row) {
                app.out.object(&row)?;
            }
            return Ok(());
        }
        let rows: Vec<view::Row<'_>> = nodes.iter().map(row).collect();
        app.out.grid(&view::table(&rows, self.now, args.gone))?;
        self.last_line(app, Some(rows.len()))
    }

    fn facets(&self, app: &mut App) -> Result<()> {
        let matches = self.known.select(self.query, self.now);
        let counts = Facet::ALL.map(|facet| self.known.facet_counts(&matches, facet, FACET_VALUES));
        if app.out.json() {
            for counts in &counts {
                app.out.object(&view::FacetView::new(counts))?;
            }
            return Ok(());
        }
        for counts in counts.iter().filter(|counts| counts.distinct > 0) {
            app.out.heading(counts.facet.as_str())?;
            let mut grid = Grid::new(&["value", "count"]).numbers([1]).indented();
            for (value, count) in &counts.values {
                let value = if value.is_empty() { "(none)" } else { value };
                grid.row([Cell::from(value), Cell::count(*count, Tone::Plain)]);
            }
            app.out.grid(&grid)?;
            if let Some(more) = counts.distinct.checked_sub(counts.values.len()).filter(|n| *n > 0)
            {
                app.out.say(
                    Tone::Quiet,
                    &format!("  and {}", text::count(more as u64, "more value")),
                )?;
            }
        }
        self.last_line(app, None)
    }

    /// The count with what it must be read with: of how many, what is open, and how much of what was
    /// read is known to be current.
    fn last_line(&self, app: &mut App, shown: Option<usize>) -> Result<()> {
        let Count { matched, of, undecided, coverage } =
            self.known.count_with_coverage(self.query, self.now);
        let mut told = match shown {
            Some(shown) if (shown as u64) < matched => {
                format!("the first {shown} of {matched} (--limit 0 shows all)")
            }
            _ => format!("{matched} of {}", text::count(of, "entity")),
        };
        if undecided > 0 {
            told.push_str(&format!("; for {undecided} it cannot be told whether they match"));
        }
        let (gaps, scopes) = (coverage.gaps.len(), coverage.scopes);
        told.push_str(&match (scopes, gaps) {
            (0, _) => "; nothing has been read yet: rollcall sync".to_owned(),
            (_, 0) => format!("; all of {} current", text::count(scopes as u64, "scope")),
            _ => format!(
                "; {gaps} of {} not current: rollcall coverage --gaps",
                text::count(scopes as u64, "scope")
            ),
        });
        app.out.say(Tone::Quiet, &told)?;
        if let Some(kept) = snapshot::kept(self.known, self.now) {
            app.out.say(Tone::Warn, &kept)?;
        }
        Ok(())
    }
}
