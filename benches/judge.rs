//! Judging every identity of a snapshot: owner, use, class and rules, and swapping in the columns,
//! beside only reading what is judged: each entity's document, times and relations.
//!
//! `cargo bench -p rollcall-benches --bench judge -- [IDENTITIES]`

use std::hint::black_box;
use std::io::Write as _;

use anyhow::Result;
use rollcall_benches::measure::{Meter, held_mib};
use rollcall_engine::{Judge, Settings};
use rollcall_graph::{
    ActivityRow, EntityRow, RelationRow, ScopeRow, Snapshot, SnapshotBuilder, SnapshotId,
};
use rollcall_model::{EntityKey, EntityType, IdentityClass, Relation, ScopeState, Timestamp};

/// What a run judges unless told otherwise.
const IDENTITIES: usize = 1_000_000;
/// Identities of an account; every fifth is a user with a key.
const IN_ACCOUNT: usize = 5_000;
const STREAMS: [&str; 7] = [
    "authorization-details",
    "access-keys",
    "credential-report",
    "service-last-accessed",
    "login-profiles",
    "service-specific-credentials",
    "ssh-public-keys",
];

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1).filter(|a| a != "--bench");
    let size = arguments.next().map_or(Ok(IDENTITIES), |a| a.parse())?;
    let now: Timestamp = "2026-11-22T12:00:00Z".parse()?;
    let snapshot = company(size, now)?;
    let definition = rollcall_aws::definition();
    let judge = Judge::new([&definition], Settings::default());
    let mut out = std::io::stdout().lock();
    let floor = Meter::start();
    read(&snapshot)?;
    let floor = floor.stop();
    writeln!(out, "{} entities, {} MiB", snapshot.node_count(), held_mib())?;
    writeln!(
        out,
        "reading what is judged    {:>6.2} s, {:>6.2} s of processors",
        floor.wall, floor.cpu
    )?;
    for _ in 0..3 {
        let before = held_mib();
        let meter = Meter::start();
        let judged = judge.apply(&snapshot, now);
        let cost = meter.stop();
        black_box(&judged);
        writeln!(
            out,
            "judging and swapping in   {:>6.2} s, {:>6.2} s of processors, {:.1} x the floor's, {} MiB more",
            cost.wall,
            cost.cpu,
            cost.cpu / floor.cpu,
            held_mib().saturating_sub(before)
        )?;
    }
    Ok(())
}

/// Everything that a judgement looks at, without concluding anything.
fn read(snapshot: &Snapshot) -> Result<()> {
    for node in snapshot.nodes() {
        let entity = snapshot.entity(node);
        if let Some(document) = entity.document() {
            black_box(serde_json::from_str::<serde_json::Value>(document)?);
        }
        black_box((entity.created_at(), entity.last_used(), entity.disabled(), entity.class()));
        black_box(entity.scopes().count());
        black_box(snapshot.relations_in(node).count() + snapshot.relations_out(node).count());
    }
    Ok(())
}

fn company(size: usize, now: Timestamp) -> Result<Snapshot> {
    let mut builder = SnapshotBuilder::new();
    builder.reserve(size * 6 / 5, size);
    let ago = |days: usize| now.plus_seconds(-86_400 * days as i64);
    for account in 0..size.div_ceil(IN_ACCOUNT) {
        let realm = format!("{:012}", 100_000_000_000_usize + account);
        let first = (account * STREAMS.len()) as i64 + 1;
        for (at, stream) in (0..).zip(STREAMS) {
            builder.scope(ScopeRow {
                id: first + at,
                source: "cloud".to_owned(),
                provider: "aws".to_owned(),
                stream: stream.to_owned(),
                realm: realm.clone(),
                part: String::new(),
                state: Some(ScopeState::Complete),
                complete_at: Some(now),
                parent: Some(EntityKey::new("aws", &realm, "aws.account", &realm)?.node_id()),
                held: 0,
                lost: false,
                live_entities: IN_ACCOUNT as i64,
            });
        }
        for n in account * IN_ACCOUNT..size.min((account + 1) * IN_ACCOUNT) {
            let is_user = n % 5 == 0;
            let kind = if is_user { "aws.iam-user" } else { "aws.iam-role" };
            let key = EntityKey::new("aws", &realm, kind, &format!("AID{n:017}"))?;
            let mut row = EntityRow::new(key, EntityType::Identity, &format!("service-{n}"));
            row.class = (!is_user).then_some(IdentityClass::Service);
            row.created_at = Some(ago(n % 900));
            row.scopes = vec![first];
            let owner = format!(r#""owner":"team-{}","#, n % 300);
            let owner = if n % 3 == 0 { "" } else { owner.as_str() };
            row.document = Some(
                format!(
                    r#"{{"path":"/service/","tags":{{{owner}"env":"prod","stack":"s{}"}}}}"#,
                    n % 50
                )
                .into(),
            );
            builder.entity(&row);
            let mut used = row.id;
            if is_user {
                let key = EntityKey::new("aws", &realm, "aws.access-key", &format!("AKIA{n:016}"))?;
                let mut credential =
                    EntityRow::new(key, EntityType::Credential, &format!("AKIA{n:016}"));
                credential.created_at = row.created_at;
                credential.scopes = vec![first + 1];
                builder.entity(&credential);
                builder.relation(RelationRow {
                    from: credential.id,
                    relation: Relation::AuthenticatesAs,
                    to: row.id,
                    level: None,
                    weak: false,
                });
                used = credential.id;
            }
            if n % 4 != 0 {
                builder.activity(ActivityRow { id: used, at: ago(n % 400), grade: 0 });
            }
        }
    }
    Ok(builder.finish(SnapshotId::default())?)
}
