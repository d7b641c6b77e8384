//! An organisation of the lab's GitHub and the company's people, read by the program.

use rollcall_lab::{Change, DirectoryFault, DirectoryFaultKind};
use serde_json::Value;

use crate::hub::Hub;
use crate::service::{Answer, Service};
use crate::world::World;

/// Kinds, and what the lab's truth calls them.
const KINDS: [(&str, &str); 14] = [
    ("github.organization", "organization"),
    ("github.team", "team"),
    ("github.organization-role", "organization_role"),
    ("github.repository", "repository"),
    ("github.app-installation", "app_installation"),
    ("github.personal-access-token", "personal_access_token"),
    ("github.personal-access-token-request", "personal_access_token_request"),
    ("github.credential-authorization", "credential_authorization"),
    ("github.deploy-key", "deploy_key"),
    ("github.environment", "environment"),
    ("github.webhook", "webhook"),
    ("github.runner", "runner"),
    ("github.runner-group", "runner_group"),
    ("github.invitation", "invitation"),
];

fn count(world: &World, query: &str) -> usize {
    world.json("ls", &["ls", query]).len()
}

#[test]
fn an_organisation_is_read_as_planned_and_holds_what_there_is() {
    let hub = Hub::new(300);
    let plan = hub.world.json("check-plan", &["check", "--plan", "hub"]);
    let planned = plan[0]["requests"].as_u64().unwrap();
    hub.requests();
    hub.world.json("sync", &["sync", "hub"]);
    let routes = hub.github.requests();
    let sent = hub.requests();
    let off = sent.abs_diff(planned) * 100;
    assert!(
        off <= planned * 5,
        "{planned} requests were planned and {sent} sent: {routes:#?} {plan:#?}"
    );
    let ids = hub.ids("source:hub gone:false");
    for (kind, name) in KINDS {
        let found = ids.get(kind).cloned().unwrap_or_default();
        assert_eq!(found, hub.truth(name), "{kind}");
    }
    // What nobody should keep is in no answer of ours.
    let canary = hub.github.canary();
    for text in [hub.world.export(), hub.world.run(&["ls", "--all", "--json"]).stdout] {
        assert!(!text.contains(&canary), "a secret or the value of a variable was kept");
    }

    hub.world.json("sync", &["sync", "hub"]);
    let again = hub.requests();
    assert!(again * 100 <= sent * 15, "{again} requests the second time, {sent} the first");
    assert_eq!(hub.ids("source:hub gone:false"), ids, "what was left out is still there");
}

#[test]
fn a_push_and_a_key_are_seen_when_their_webhook_came() {
    let hub = Hub::new(120);
    hub.world.json("sync", &["sync"]);
    let service = Service::start(&hub.world, "rollcall.toml");
    let entry = service.view["hooks"].as_str().unwrap();
    hub.github.set_webhook(Some(format!("{entry}hub")));
    service.until("/readyz", |_| true);
    let count = |service: &Service, query: &str| {
        let asked: String = form_urlencoded(query);
        service.get(&format!("/api/v1/count?q={asked}"))
    };
    let known = |answer: &Answer| answer.json()["matched"].as_u64().unwrap();
    let repository = hub.github.truth()["repositories"]
        .as_object()
        .unwrap()
        .values()
        .find(|r| r["archived"] != true && r["disabled"] != true && r["empty"] != true)
        .and_then(|r| r["name"].as_str().map(str::to_owned))
        .unwrap();
    let workflow = "on: push\njobs:\n  seen-by-webhook:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make\n";
    let query = "type:workload \"seen-by-webhook\" gone:false";
    assert_eq!(known(&count(&service, query)), 0);
    let keys = known(&count(&service, "kind:github.deploy-key gone:false"));
    hub.requests();
    let path = ".github/workflows/seen.yml".to_owned();
    let push = Change::Push { repository: repository.clone(), path, text: Some(workflow.into()) };
    assert_eq!(hub.change(&push), Some(202));
    let asked = form_urlencoded(query);
    service.until(&format!("/api/v1/count?q={asked}"), |answer| answer["matched"] == 1);
    assert_eq!(known(&count(&service, query)), 1);
    let requests = hub.requests();
    assert!(requests <= 30, "one repository's files took {requests} requests");
    let title = "from a test".to_owned();
    let key = Change::AddKey { repository, title, read_only: true };
    assert_eq!(hub.change(&key), Some(202));
    let asked = form_urlencoded("kind:github.deploy-key gone:false");
    service.until(&format!("/api/v1/count?q={asked}"), |answer| answer["matched"] == keys + 1);
    assert_eq!(service.stop().0, Some(0));
}

fn form_urlencoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

#[test]
fn half_a_directory_retires_nobody_and_a_leaver_is_found() {
    let hub = Hub::new(300);
    let world = &hub.world;
    world.json("sync", &["sync"]);
    let people = count(world, "type:person gone:false");
    let departed = count(world, "finding:owner-departed");
    assert_eq!(people, hub.company.everybody().count());
    hub.directory.inject(DirectoryFault {
        path: None,
        after: 0,
        times: None,
        kind: DirectoryFaultKind::HalfPeople,
    });
    world.json("sync", &["sync", "people"]);
    assert_eq!(count(world, "type:person gone:false"), people, "half of them");
    assert_eq!(count(world, "type:person gone:true"), 0);
    assert_eq!(count(world, "finding:owner-departed"), departed);
    let held = world.json("source-held", &["source", "held", "people"]);
    assert!(!held.is_empty(), "what is held can be seen");
    hub.directory.clear_faults();
    world.json("sync", &["sync", "people"]);
    assert_eq!(count(world, "type:person gone:false"), people);

    // Without a directory that was read within a day nobody is said to have left.
    let tokens = world.json("ls", &["ls", "kind:github.personal-access-token"]);
    let of_leaver: Vec<&Value> =
        tokens.iter().filter(|token| token["owner"]["state"] == "orphaned").collect();
    for token in of_leaver {
        let why = world.json("why", &["why", token["id"].as_str().unwrap()]);
        assert!(why[0].to_string().contains("owner-departed"), "{why:#?}");
    }
}
