//! The demo: a company that is made up, read by the real connectors, and its story.

use serde_json::Value;

use crate::service::Service;
use crate::world::World;

/// Rules whose findings come from something not being there.
const FROM_ABSENCE: [&str; 4] = [
    "finding:owner-missing",
    "finding:stale-unused",
    "finding:stale-never-used",
    "type:identity gone:true",
];

struct Demo {
    world: World,
    service: Service,
}

impl Demo {
    fn new() -> Self {
        let mut world = World::new();
        let args = ["--json", "demo", "--folder", "shown", "--size", "150"];
        let service = Service::begin(&world, &args, "demo");
        let config = service.view["config"].as_str().unwrap().to_owned();
        world.environment.insert("ROLLCALL_CONFIG".to_owned(), config);
        Self { world, service }
    }

    fn event(&self, name: &str) -> Value {
        self.world.json("demo-event", &["demo", "--folder", "shown", "event", name]).remove(0)
    }
}

fn count(counts: &Value, query: &str, when: &str) -> u64 {
    let list = counts.as_array().unwrap();
    let found = list.iter().find(|count| count["query"] == query);
    found.unwrap_or_else(|| panic!("{query}: {counts:#}"))[when].as_u64().unwrap()
}

#[test]
fn a_source_that_is_forbidden_loses_nothing_and_orphans_nobody() {
    let demo = Demo::new();
    let identities = count(&demo.service.view["counts"], "type:identity gone:false", "count");
    assert!(identities > 100, "{:#}", demo.service.view);
    let before = demo.world.json("ls", &["ls", "type:any"]);
    let forbidden = demo.event("forbid-source");
    for query in FROM_ABSENCE.iter().chain(&["type:identity gone:false"]) {
        let [before, after] =
            ["before", "after"].map(|when| count(&forbidden["counts"], query, when));
        assert_eq!(before, after, "{query}");
    }
    let gaps = "type:resource finding:inventory-gap";
    assert!(
        count(&forbidden["counts"], gaps, "after") > count(&forbidden["counts"], gaps, "before")
    );
    let kept = forbidden["kept"]["entities"].as_u64().unwrap();
    // Organizations still lists the accounts.
    let is_kept =
        |e: &&Value| e["sources"] == serde_json::json!(["cloud"]) && e["kind"] != "aws.account";
    let cloud = before.iter().filter(is_kept).count() as u64;
    assert_eq!(kept, cloud, "everything that only IAM told of");
    // Entity by entity, not only in sum.
    let judged = |list: &[Value]| -> Vec<[Value; 4]> {
        let of = |e: &Value| ["id", "owner", "findings", "gone_at"].map(|field| e[field].clone());
        list.iter().filter(|e| e["type"] == "identity").map(of).collect()
    };
    let after = demo.world.json("ls", &["ls", "type:any"]);
    for (before, after) in judged(&before).iter().zip(judged(&after)) {
        assert_eq!(*before, after);
    }
    assert!(after.iter().any(|e| e["gap"] == true && e["provider"] == "aws"));
    let told = demo.world.run(&["ls"]).code(0).stdout;
    assert!(told.contains("would look gone"), "{told}");
    let why = demo.world.json("why", &["why", id(&after, "aws.iam-role")]);
    assert_eq!(why[0]["usage"]["read"][0]["state"], "forbidden", "{why:#?}");

    let allowed = demo.event("allow-source");
    assert!(allowed["kept"].is_null() || allowed["kept"]["entities"].as_u64().unwrap() < kept);
    assert_eq!(
        count(&allowed["counts"], gaps, "after"),
        count(&forbidden["counts"], gaps, "before")
    );
    let (code, said) = demo.service.stop();
    assert_eq!(code, Some(0), "{said}");
}

fn id<'l>(list: &'l [Value], kind: &str) -> &'l str {
    list.iter().find(|e| e["kind"] == kind).unwrap()["id"].as_str().unwrap()
}

#[test]
fn the_story_is_seen_and_can_be_asked() {
    let demo = Demo::new();
    for (query, least) in
        [("type:person", 20), ("kind:github.repository", 20), ("source:github class:agent", 1)]
    {
        assert!(demo.world.json("ls", &["ls", query]).len() >= least, "{query}");
    }
    let left = demo.event("leaver");
    let departed = "finding:owner-departed";
    assert!(count(&left["counts"], departed, "after") > count(&left["counts"], departed, "before"));
    let new = demo.event("new-agent");
    let agents = "type:identity gone:false class:agent";
    assert!(count(&new["counts"], agents, "after") > count(&new["counts"], agents, "before"));
    let gone = demo.event("delete-role");
    assert_eq!(count(&gone["counts"], "type:identity gone:true", "after"), 1);
    // What the service answers and what the command line says are the same.
    for query in ["finding:owner-missing", "owner:none", "usage:unused", "usage:unknown"] {
        let listed = demo.world.json("ls", &["ls", query]).len() as u64;
        let asked = demo.service.get(&format!("/api/v1/count?q={query}")).json();
        assert_eq!(asked["matched"].as_u64(), Some(listed), "{query}");
    }
    let facets = demo.world.json("ls-facets", &["ls", "--facets"]);
    let owners = facets.iter().find(|facet| facet["facet"] == "owner").unwrap();
    assert!(owners["values"].as_array().unwrap().len() > 1, "{owners:#}");
    let text = demo.world.run(&["ls", "--facets", "class:agent"]).code(0).stdout;
    assert!(text.contains("class") && text.contains("agent"), "{text}");
    // Before anything was read nothing was known.
    assert!(demo.world.json("ls", &["ls", "--as-of", "2020"]).is_empty());
    let then = demo.world.json("ls", &["ls", "--as-of", "now"]);
    for (then, now) in then.iter().zip(demo.world.json("ls", &["ls"])) {
        for (field, value) in now.as_object().unwrap() {
            assert_eq!(&then[field], value, "{field} of {now:#}");
        }
    }
    assert_eq!(demo.world.error(&["ls", "--as-of", "yesterday"]).0, "bad_time");
    explained(&demo);
    assert_eq!(
        demo.world.error(&["demo", "--folder", "shown", "event", "new-agnet"]).0,
        "lab_event"
    );
    assert_eq!(demo.world.error(&["demo", "--folder", "elsewhere", "event", "calm"]).0, "no_demo");
    // A second one would take the inventory from under the first.
    assert_eq!(demo.world.error(&["demo", "--folder", "shown"]).0, "demo_runs");
    demo.world.file("cwd/mine/notes.txt", "not of a demo");
    assert_eq!(demo.world.error(&["demo", "--folder", "mine"]).0, "exists");
    assert!(demo.world.json("demo-events", &["demo", "events"]).len() > 5);
}

/// Every judgement says by what it was reached, and its numbers follow from what it says.
fn explained(demo: &Demo) {
    for entity in demo.world.json("ls", &["ls", "--limit", "40"]) {
        let id = entity["id"].as_str().unwrap();
        let why = demo.world.json("why", &["why", id]).remove(0);
        assert_eq!(why["owner"]["state"], entity["owner"]["state"]);
        assert_eq!(why["usage"]["verdict"], entity["usage"]["verdict"]);
        let fires = |rule: &&Value| rule["outcome"] == "fires";
        let rules: Vec<&Value> = why["rules"].as_array().unwrap().iter().filter(fires).collect();
        let names: Vec<&Value> = rules.iter().map(|rule| &rule["rule"]).collect();
        assert_eq!(names, entity["findings"].as_array().unwrap().iter().collect::<Vec<_>>());
        for candidate in why["owner"]["candidates"].as_array().unwrap() {
            let counting =
                candidate["ledger"].as_array().unwrap().iter().filter(|s| s["counts"] == true);
            let against: f64 =
                counting.map(|s| 1.0 - s["weight"].as_f64().unwrap() / 1_000.0).product();
            let score = candidate["score"].as_f64().unwrap() / 1_000.0;
            assert!((1.0 - against - score).abs() < 0.002, "{candidate:#}");
        }
        let text = demo.world.run(&["why", id]).code(0).stdout;
        assert!(
            text.contains("Owner:") && text.contains("Use:") && text.contains("Rules"),
            "{text}"
        );
    }
}
