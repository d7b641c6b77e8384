//! Two services on one PostgreSQL, both writing and both following: in the end both answer the same,
//! and that is what one undisturbed reading gives. Nothing is lost and nothing comes twice.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use rollcall_testing::Postgres;
use serde_json::Value;

use crate::service::Service;
use crate::world::{WORKFLOW, World};

/// How long both write: a few seconds, or as `ROLLCALL_TEST_SEVERAL_SECONDS` says.
fn duration() -> Duration {
    let named = std::env::vars().find(|(name, _)| name == "ROLLCALL_TEST_SEVERAL_SECONDS");
    Duration::from_secs(named.and_then(|(_, text)| text.parse().ok()).unwrap_or(8))
}

/// Changes files of checkouts, and asks the services in turn to read: one source that each has for
/// itself, and one that both have.
struct Scene {
    world: World,
    services: Vec<Service>,
    rounds: u32,
}

/// Files of each checkout that are changed and never go.
const STAYING: u32 = 40;

const SHARED: &str = "[[source]]\nname = \"shared\"\nkind = \"code\"\nschedule = \"1d\"\n[source.config]\nroots = [\"../home/shared\"]\n";

fn config(own: &str) -> String {
    format!(
        "[store]\nurl = \"env:DATABASE_URL\"\nkey_file = \"key\"\n{SHARED}\
         [[source]]\nname = \"{own}\"\nkind = \"code\"\nschedule = \"1d\"\n[source.config]\nroots = [\"../home/{own}\"]\n"
    )
}

impl Scene {
    fn new() -> Self {
        let mut world = World::new();
        let url = Postgres::shared().unwrap().fresh_database().unwrap();
        world.environment.insert("DATABASE_URL".to_owned(), url);
        for name in ["shared", "one", "two"] {
            // Enough that stays, so that what goes is never so much that the brake would hold it.
            let files: Vec<String> =
                (0..STAYING).map(|n| format!(".github/workflows/stays{n}.yml")).collect();
            let files: Vec<_> = files.iter().map(|file| (file.as_str(), WORKFLOW)).collect();
            let remote = format!("https://github.com/acme/{name}.git");
            world.checkout(&format!("home/{name}/{name}"), &remote, &files);
        }
        // Each knows of both, so that neither takes the other's for abandoned.
        for (file, own, others) in [("one", "one", "two"), ("two", "two", "one")] {
            let other = format!(
                "[[source]]\nname = \"{others}\"\nkind = \"code\"\nschedule = \"1d\"\n[source.config]\nroots = [\"../home/{others}\"]\n"
            );
            world.file(&format!("cwd/{file}.toml"), &(config(own) + &other));
        }
        let services =
            ["one.toml", "two.toml"].iter().map(|file| Service::start(&world, file)).collect();
        Self { world, services, rounds: 0 }
    }

    /// Something new, something changed and something gone in every checkout.
    fn change(&mut self) {
        self.rounds += 1;
        let round = self.rounds;
        for name in ["shared", "one", "two"] {
            let folder = format!("home/{name}/{name}/.github/workflows");
            self.world.file(
                &format!("{folder}/w{round}.yml"),
                &WORKFLOW.replace("deploy", &format!("job-{round}")),
            );
            let changed = WORKFLOW.replace("main", &format!("b{round}"));
            self.world.file(&format!("{folder}/stays{}.yml", round % STAYING), &changed);
            if round > 5 {
                let old = self.world.path().join(format!("{folder}/w{}.yml", round - 5));
                std::fs::remove_file(old).unwrap();
            }
        }
    }

    fn ask_to_read(&self) {
        for (service, own) in self.services.iter().zip(["one", "two"]) {
            for source in ["shared", own] {
                let answer =
                    service.ask("POST", &format!("/api/v1/sources/{source}/sync"), &[], b"");
                assert_eq!(answer.status, 202, "{answer:?}");
            }
        }
    }

    /// Until nothing waits; something may still be read.
    fn keep_up(&self) {
        for service in &self.services {
            service.until("/api/v1/status", |status| status["waiting"] == 0);
        }
    }

    /// Until nothing is being read and nothing waits.
    fn settle(&self) {
        for service in &self.services {
            service.until("/api/v1/status", |status| {
                let sources = status["sources"].as_object().unwrap();
                status["waiting"] == 0 && sources.values().all(|s| s["running_since"].is_null())
            });
        }
    }

    fn readings(&self) -> u64 {
        let of = |service: &Service| -> u64 {
            let metrics = service.get("/metrics").body;
            let lines = metrics.lines().filter(|line| line.starts_with("rollcall_readings_total{"));
            lines.filter_map(|line| line.rsplit(' ').next()?.parse::<u64>().ok()).sum()
        };
        self.services.iter().map(of).sum()
    }
}

/// Everything that a service shows, page by page, as one set; an entity that came twice is found out.
fn shown(service: &Service) -> (i64, BTreeSet<String>) {
    let mut all = BTreeSet::new();
    let (mut cursor, mut sequence, mut total) = (String::new(), None, 0);
    loop {
        let path = format!("/api/v1/entities?all=true&limit=500{cursor}");
        let page = service.get(&path).json();
        let first = *sequence.get_or_insert(page["shows"]["sequence"].as_i64().unwrap());
        assert_eq!(page["shows"]["sequence"].as_i64(), Some(first), "nothing is written any more");
        for item in page["items"].as_array().unwrap() {
            let mut item = item.clone();
            // It moves with a row's next reading only.
            item.as_object_mut().unwrap().remove("last_seen");
            assert!(all.insert(item.to_string()), "twice: {item}");
            total += 1;
        }
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => {
                assert_eq!(page["total"].as_u64(), Some(total));
                return (first, all);
            }
        }
    }
}

#[test]
fn two_services_follow_each_other_and_lose_nothing() {
    let mut scene = Scene::new();
    let end = Instant::now() + duration();
    let mut slowest = Duration::ZERO;
    while Instant::now() < end || scene.rounds < 3 {
        scene.change();
        scene.ask_to_read();
        // Both are asked while both write.
        let began = Instant::now();
        for service in &scene.services {
            let count: Value = service.get("/api/v1/count?q=type:any").json();
            assert!(count["matched"].is_u64() || count["code"] == "not_ready", "{count}");
        }
        slowest = slowest.max(began.elapsed() / 2);
        scene.keep_up();
    }
    scene.settle();
    // What one took while the other read it last is read once more.
    scene.ask_to_read();
    scene.settle();
    let export = || {
        let args = ["--config", "one.toml", "export", "facts", "--canonical"];
        scene.world.run(&args).code(0).stdout
    };
    let stored = export();
    let (first, second) = (&scene.services[0], &scene.services[1]);
    let last = |service: &Service| shown(service).0;
    let limit = Instant::now() + Duration::from_secs(60);
    while last(first) != last(second) && Instant::now() < limit {
        std::thread::sleep(Duration::from_millis(50));
    }
    let ((at, one), (at_two, two)) = (shown(first), shown(second));
    assert_eq!(at, at_two);
    let more: Vec<_> = one.difference(&two).take(4).collect();
    let less: Vec<_> = two.difference(&one).take(4).collect();
    let (n, m) = (one.len(), two.len());
    assert!(one == two, "{n} and {m}: the first only {more:#?}, the second only {less:#?}");
    assert_eq!(export(), stored, "nothing is written any more");

    // A store that never saw anything else says the same after one reading.
    let url = Postgres::shared().unwrap().fresh_database().unwrap();
    let mut alone = scene.world.command(&["--config", "one.toml", "sync"]);
    let done = alone.env("DATABASE_URL", &url).output().unwrap();
    assert_eq!(done.status.code(), Some(0), "{done:?}");
    let mut export =
        scene.world.command(&["--config", "one.toml", "export", "facts", "--canonical"]);
    let fresh =
        String::from_utf8(export.env("DATABASE_URL", &url).output().unwrap().stdout).unwrap();
    assert_eq!(stored.lines().count(), fresh.lines().count());
    assert!(stored == fresh, "the two differ");
    let failures = |service: &Service| {
        let metrics = service.get("/metrics").body;
        let line = metrics.lines().find(|l| l.starts_with("rollcall_follower_failures_total "));
        line.and_then(|line| line.rsplit(' ').next()?.parse::<u64>().ok())
    };
    assert_eq!((failures(first), failures(second)), (Some(0), Some(0)));
    let message = format!(
        "{} rounds, {} readings, {at} publications, {} entities, {} facts, slowest answer {slowest:?}",
        scene.rounds,
        scene.readings(),
        one.len(),
        stored.lines().count()
    );
    println!("two services: {message}");
    for service in scene.services.drain(..) {
        assert_eq!(service.stop().0, Some(0));
    }
}
