//! The snapshot at ten thousand, a hundred thousand and a million entities with five relations each,
//! beside floors that are measured in the same run.
//!
//! `cargo bench -p rollcall-benches --bench graph -- [ENTITIES…] [--plot FILE]`

use std::hint::black_box;
use std::io::Write as _;
use std::time::Instant;

use anyhow::{Context as _, Result};
use rollcall_benches::graph::{Company, NOW, mix};
use rollcall_benches::measure::{held_bytes, held_mib};
use rollcall_benches::plot::{Points, growth};
use rollcall_graph::{
    Delta, Direction, Facet, Node, PageRequest, PathLimits, Query, Snapshot, SnapshotBuilder,
    SnapshotId, WalkLimits, parse,
};

mod floor;

/// Relations of each entity.
const RELATIONS: u64 = 5;
/// The argument of a process that only loads a file and says what it holds.
const HOLD: &str = "hold";

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, word, path] = arguments.as_slice()
        && word == HOLD
    {
        return hold(std::path::Path::new(path));
    }
    let sizes: Vec<usize> = arguments.iter().skip(1).filter_map(|a| a.parse().ok()).collect();
    let sizes = if sizes.is_empty() { vec![10_000, 100_000, 1_000_000] } else { sizes };
    let mut report = Report::default();
    for size in sizes {
        report.size = size;
        measure(size, &mut report)?;
    }
    if let Some(path) = arguments.iter().skip_while(|a| *a != "--plot").nth(1) {
        std::fs::write(path, report.plot())?;
    }
    Ok(())
}

fn say(line: &str) {
    // A benchmark whose output nobody takes has nobody to tell.
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// What was measured at one size after the other.
#[derive(Default)]
struct Report {
    size: usize,
    /// The name, the size, and the 99th in a hundred in milliseconds.
    rows: Vec<(String, usize, f64)>,
}

impl Report {
    /// Runs something for each item, and says how long it took at the median, the 99th in a hundred,
    /// and at most. Of each item the best of three runs counts: the spread shown is that of the
    /// questions, and other work on the machine spoils less of it.
    fn times<T>(
        &mut self,
        what: &str,
        items: &[T],
        run: impl FnMut(&T) -> Result<usize>,
    ) -> Result<()> {
        self.times_of(3, what, items, run)
    }

    fn times_of<T>(
        &mut self,
        tries: usize,
        what: &str,
        items: &[T],
        mut run: impl FnMut(&T) -> Result<usize>,
    ) -> Result<()> {
        let mut taken = Vec::with_capacity(items.len());
        let mut results = 0;
        for item in items {
            let mut best = f64::MAX;
            for _ in 0..tries {
                let began = Instant::now();
                results += black_box(run(item)?);
                best = best.min(began.elapsed().as_secs_f64() * 1_000.0);
            }
            taken.push(best);
        }
        taken.sort_by(f64::total_cmp);
        let at = |share: f64| taken.get(((taken.len() - 1) as f64 * share) as usize).copied();
        let (p50, p99, most) = (
            at(0.5).unwrap_or_default(),
            at(0.99).unwrap_or_default(),
            at(1.0).unwrap_or_default(),
        );
        self.rows.push((what.to_owned(), self.size, p99));
        say(&format!(
            "| {what} | {p50:.2} | {p99:.2} | {most:.2} | {} | {} |",
            items.len(),
            results / (items.len() * tries).max(1)
        ));
        Ok(())
    }

    /// The growth of what people wait for.
    fn plot(&self) -> String {
        let lines: Vec<(String, Points)> = PLOTTED
            .iter()
            .map(|name| {
                let of = self.rows.iter().filter(|(what, ..)| what == name);
                ((*name).to_owned(), of.map(|(_, size, p99)| (*size, *p99)).collect())
            })
            .collect();
        growth("p99 in milliseconds, five relations an entity", &lines)
    }
}

/// What is plotted.
const PLOTTED: [&str; 6] =
    [PAGES, TEXTS, "reachable set to depth 6", INWARD, "shortest path", CHANGES];
const PAGES: &str = "first page and all facet counts, three field terms";
const TEXTS: &str = "free text, page and all facet counts";
const INWARD: &str = "reachable set to depth 6, inward";
const CHANGES: &str = "apply 1,000 changes and swap, one after another";

fn build(company: &Company, relations: bool) -> Result<Snapshot> {
    let mut builder = SnapshotBuilder::new();
    let rows = if relations { company.len() * RELATIONS as usize } else { 0 };
    builder.reserve(company.len(), rows);
    company.scopes().into_iter().for_each(|scope| builder.scope(scope));
    for n in 0..company.len() {
        builder.entity(&company.entity(n, 0)?);
        company.activity(n).into_iter().for_each(|row| builder.activity(row));
        let id = company.id(n);
        builder.derived(id, &company.derived(n));
        if relations {
            (0..RELATIONS).for_each(|which| builder.relation(company.relation(n, which)));
        }
    }
    Ok(builder.finish(SnapshotId { store: "bench".into(), sequence: 1 })?)
}

fn measure(size: usize, report: &mut Report) -> Result<()> {
    let company = Company::new(size)?;
    say(&format!("\n### {size} entities, {} relations\n", size as u64 * RELATIONS));

    let began = Instant::now();
    let built = build(&company, true)?;
    say(&format!(
        "build from rows, making the rows included: {:.2} s",
        began.elapsed().as_secs_f64()
    ));
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("snapshot");
    let began = Instant::now();
    let mut file = std::io::BufWriter::new(std::fs::File::create(&path)?);
    built.write(&mut file)?;
    file.flush()?;
    drop(file);
    let bytes = std::fs::metadata(&path)?.len();
    say(&format!("write the file: {:.2} s, {} MiB", began.elapsed().as_secs_f64(), bytes >> 20));
    drop(built);

    // Memory: what the process holds more after a load, with and without relations.
    let bare = folder.path().join("bare");
    build(&company, false)?.write(&mut std::fs::File::create(&bare)?)?;
    let nodes_only = held(&bare)?;
    let began = Instant::now();
    let plain = std::fs::read(&path)?;
    let floor = began.elapsed().as_secs_f64();
    drop(plain);
    let began = Instant::now();
    let snapshot = Snapshot::read(std::fs::File::open(&path)?, "bench")?;
    let loaded = began.elapsed().as_secs_f64();
    let all = held(&path)?;
    let relations = size as f64 * RELATIONS as f64;
    let (per_node, per_relation) = (nodes_only / size as f64, (all - nodes_only) / relations);
    say(&format!("load the file: {loaded:.2} s (floor, reading its bytes: {floor:.2} s)"));
    say(&format!("memory: {per_node:.0} bytes an entity, {per_relation:.1} bytes a relation"));

    say("\n| what | p50 ms | p99 ms | most ms | runs | results |\n|---|---|---|---|---|---|");
    let queries = field_queries()?;
    report.times(PAGES, &queries, |q| page(&snapshot, q, true))?;
    report.times("the same, by last use", &queries, |query| {
        let request = PageRequest {
            sort: "-last_used".parse()?,
            facets: &Facet::ALL,
            ..PageRequest::of(query, NOW)
        };
        Ok(snapshot.page(&request)?.total as usize)
    })?;
    let everything = vec![parse("").context("query")?; 20];
    report.times("the same for everything", &everything, |query| page(&snapshot, query, true))?;
    let texts = text_queries(&company)?;
    report.times("free text, page and count", &texts, |query| page(&snapshot, query, false))?;
    report.times(TEXTS, &texts, |query| page(&snapshot, query, true))?;
    report.times("floor: bitmaps of three terms alone", &queries, |q| {
        Ok(snapshot.select(q, NOW).len() as usize)
    })?;
    let names = floor::names(&snapshot);
    let few: Vec<String> = texts.iter().take(20).map(|query| query.to_string()).collect();
    report.times("alternative: scan of all texts", &few, |text| Ok(floor::scan(&names, text)))?;
    walks(&snapshot, report)?;
    changes(&company, &snapshot, report)
}

fn walks(snapshot: &Snapshot, report: &mut Report) -> Result<()> {
    let size = snapshot.node_bound();
    let nodes: Vec<Node> = snapshot.nodes().collect();
    let node = |n: u64| nodes.get(mix(n) as usize % size).copied().context("a node");
    let starts: Vec<Node> = (0..500).map(node).collect::<Result<_>>()?;
    let pairs: Vec<(Node, Node)> =
        (0..500).map(|n| Ok((node(n)?, node(n + 1_000)?))).collect::<Result<_>>()?;
    let arrays = floor::Arrays::of(snapshot);
    let mut scratch = floor::Scratch::new(size);
    let numbers: Vec<u32> = starts.iter().map(|n| n.index() as u32).collect();
    report.times("floor: reach to depth 6 over raw arrays", &numbers, |n| {
        Ok(arrays.reach(*n, 6, &mut scratch))
    })?;
    report.times("reachable set to depth 6", &starts, |from| {
        Ok(snapshot.reach(&[*from], Direction::Outward, &WalkLimits::default()).len())
    })?;
    report.times(INWARD, &starts, |from| {
        Ok(snapshot.reach(&[*from], Direction::Inward, &WalkLimits::default()).len())
    })?;
    let one = PathLimits { paths: 1, ..PathLimits::default() };
    report.times("shortest path", &pairs, |(a, b)| Ok(snapshot.paths(*a, *b, &one).len()))?;
    let three = PathLimits::default();
    report
        .times("three shortest paths", &pairs, |(a, b)| Ok(snapshot.paths(*a, *b, &three).len()))?;
    report.times("neighbours, first 50", &starts, |n| {
        Ok(snapshot.neighbours(*n, rollcall_graph::RelationSet::ALL, None, 50).first.len())
    })
}

fn changes(company: &Company, snapshot: &Snapshot, report: &mut Report) -> Result<()> {
    let id = |n: u64| SnapshotId { store: "bench".into(), sequence: n as i64 };
    let deltas: Vec<(u64, Delta)> =
        (2..11).map(|n| Ok((n, delta(company, n)?))).collect::<Result<_>>()?;
    let mut current = snapshot.clone();
    report.times_of(1, CHANGES, &deltas, |(n, delta)| {
        current = current.apply(id(*n), delta);
        Ok(1_000)
    })?;
    let queries = field_queries()?;
    report.times("first page and all facet counts over 9,000 changes", &queries, |q| {
        page(&current, q, true)
    })?;
    let began = Instant::now();
    let compact = current.compact()?;
    let seconds = began.elapsed().as_secs_f64();
    say(&format!(
        "\ncompact: {seconds:.2} s; {} nodes held, {} MiB",
        compact.node_count(),
        held_mib()
    ));
    Ok(())
}

/// 500 entities changed, 250 relations added, 250 removed.
fn delta(company: &Company, salt: u64) -> Result<Delta> {
    let mut delta = Delta::default();
    for i in 0..500 {
        let n = mix(salt << 32 | i) as usize % company.len();
        delta.entities.push(company.entity(n, salt)?);
        if i % 2 == 0 {
            delta.relations.push(company.relation(n, 10 + salt * 2));
            delta.relations_removed.push(company.relation(n, i % RELATIONS));
        }
    }
    Ok(delta)
}

/// What a fresh process holds more after it has loaded a file, in bytes: here, freed memory of earlier
/// steps would hide it.
fn held(path: &std::path::Path) -> Result<f64> {
    let output =
        std::process::Command::new(std::env::current_exe()?).arg(HOLD).arg(path).output()?;
    Ok(String::from_utf8(output.stdout)?.trim().parse()?)
}

fn hold(path: &std::path::Path) -> Result<()> {
    let before = held_bytes();
    let snapshot = Snapshot::read(std::fs::File::open(path)?, "bench")?;
    // The allocator gives back what is free a while later, and only when it is asked for something.
    for _ in 0..20 {
        std::thread::sleep(std::time::Duration::from_millis(20));
        drop(black_box(vec![0_u8; 1 << 20]));
    }
    say(&(held_bytes() - before).to_string());
    drop(black_box(snapshot));
    Ok(())
}

fn page(snapshot: &Snapshot, query: &Query, facets: bool) -> Result<usize> {
    let facets: &[Facet] = if facets { &Facet::ALL } else { &[] };
    let request = PageRequest { facets, ..PageRequest::of(query, NOW) };
    Ok(snapshot.page(&request)?.total as usize)
}

/// Each three of thirteen field terms.
fn field_queries() -> Result<Vec<Query>> {
    let terms = [
        "type:identity",
        "class:agent,service",
        "kind:aws.*",
        "env:prod",
        "-gone:true",
        "owner:any",
        "usage:unused,never_used",
        "reach:>=write",
        "last_used:>90d",
        "created:2024..",
        "finding:any",
        "team:team-7,team-8,team-9",
        "last_seen:>1d",
    ];
    let mut queries = Vec::new();
    for (i, a) in terms.iter().enumerate() {
        for (j, b) in terms.iter().enumerate().skip(i + 1) {
            for c in terms.iter().skip(j + 1) {
                queries.push(parse(&format!("{a} {b} {c}")).context("query")?);
            }
        }
    }
    Ok(queries)
}

/// What people type: words, beginnings of words, ids, parts of names with separators.
fn text_queries(company: &Company) -> Result<Vec<Query>> {
    let mut texts: Vec<String> =
        ["billing", "prod", "dep", "agent", "check", "lambda", "aro", "work", "e-a", "prod-"]
            .map(str::to_owned)
            .into();
    for n in 0..290_u64 {
        let entity = company.entity(mix(n) as usize % company.len(), 0)?;
        let part = |text: &str, from: usize, length: usize| -> String {
            text.chars().skip(from).take(length).collect()
        };
        texts.push(match n % 6 {
            0 => entity.name,
            1 => part(&entity.name, 0, 12),
            2 => entity.key.id,
            3 => part(&entity.key.id, 2, 7),
            4 => part(&entity.name, 3, 6),
            _ => entity.aliases.first().map(|(_, a)| a.value.clone()).unwrap_or_default(),
        });
    }
    texts.iter().map(|text| parse(&format!("\"{text}\"")).context("query")).collect()
}
