use super::*;
use rollcall_connector::testkit::assert_no_canary;

fn many() -> Vec<FakeRepo> {
    let files: Vec<(String, String)> = (0..20)
        .map(|n| {
            (format!(".github/workflows/w{n}.yml"), WORKFLOW.replace("CI", &format!("CI {n}")))
        })
        .collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(p, t)| (p.as_str(), t.as_str())).collect();
    vec![
        FakeRepo::new(1, "acme/App", &files),
        FakeRepo::new(2, "acme/site", &[("AGENTS.md", "x\n")]),
    ]
}

#[tokio::test]
async fn what_is_too_much_is_asked_for_in_smaller_lots() {
    let fake = Fake::start(many()).await;
    fake.state().faults.most_objects = Some(8);
    let all = run(&fake, &mut Memory::default(), now(), None).await;
    all["files"].assert_complete();
    all["declarations"].assert_complete();
    assert_eq!(all["files"].entities().count(), 21);
    let asked = fake.asked();
    // Each size is tried once before it is made smaller.
    assert_eq!(asked.iter().filter(|a| *a == "Blobs 20").count(), 1, "{asked:?}");
    assert_eq!(asked.iter().filter(|a| *a == "Blobs 8").count(), 2, "{asked:?}");
    assert_eq!(asked.iter().filter(|a| *a == "Blobs 4").count(), 1, "{asked:?}");
    assert_eq!(asked.iter().filter(|a| *a == "History 16").count(), 1, "{asked:?}");
}

#[tokio::test]
async fn what_is_missing_from_an_answer_is_asked_for_again() {
    let fake = Fake::start(many()).await;
    fake.state().faults.partial_beyond = Some(5);
    let all = run(&fake, &mut Memory::default(), now(), None).await;
    all["files"].assert_complete();
    assert_eq!(all["files"].entities().count(), 21);
    let mut handed = fake.state().handed.clone();
    let before = handed.len();
    handed.sort();
    handed.dedup();
    assert_eq!(before, handed.len(), "nothing is fetched twice");
}

#[tokio::test]
async fn a_limit_is_waited_for() {
    let fake = Fake::start(many()).await;
    fake.state().faults.limited = 2;
    let all = run(&fake, &mut Memory::default(), now(), None).await;
    all["files"].assert_complete();
    all["declarations"].assert_complete();
}

#[tokio::test]
async fn a_tree_that_is_cut_off_is_listed_by_folders() {
    let fake = Fake::start(two()).await;
    fake.state().faults.truncated_trees = true;
    let all = run(&fake, &mut Memory::default(), now(), None).await;
    all["files"].assert_complete();
    assert_eq!(all["files"].entities().count(), 5);
    let asked = fake.asked();
    // The whole, its level, and each of its folders.
    assert_eq!(asked.iter().filter(|a| *a == "tree").count(), (2 + 4) + (2 + 1), "{asked:?}");
}

#[tokio::test]
async fn a_text_that_is_cut_off_is_fetched_whole() {
    let fake = Fake::start(two()).await;
    fake.state().faults.truncated_texts = true;
    let all = run(&fake, &mut Memory::default(), now(), None).await;
    all["declarations"].assert_complete();
    assert_eq!(
        all["declarations"].entity(".github/workflows/ci.yml#test").attributes["secrets"],
        json!(["DEPLOY"])
    );
    assert_eq!(fake.asked().iter().filter(|a| *a == "blob").count(), 5);
}

#[tokio::test]
async fn each_fault_of_a_repository_leaves_only_its_scope_incomplete() {
    let fake = Fake::start(two()).await;
    let mut memory = Memory::default();
    run(&fake, &mut memory, now(), None).await;
    let tomorrow = now().plus_seconds(24 * 3600);

    // Renamed between the list and the reading.
    fake.state().repos[0].renamed = Some("acme/Renamed".to_owned());
    let all = run(&fake, &mut memory, tomorrow, None).await;
    let of = |all: &BTreeMap<&'static str, Collected>| -> Vec<ScopeState> {
        states(&all["files"]).into_values().collect()
    };
    assert_eq!(of(&all), [ScopeState::Failed, ScopeState::Complete]);
    assert_eq!(all["files"].codes(), ["repository_renamed"]);

    // Deleted in the meantime, after it was listed: its node is null.
    fake.state().repos[0].renamed = None;
    fake.push(0x1, "AGENTS.md", "new\n", "2026-11-23T12:30:00Z");
    fake.state().faults.tree_status = Some(409);
    let all = run(&fake, &mut memory, tomorrow.plus_seconds(7200), None).await;
    assert_eq!(states(&all["files"]).into_keys().collect::<Vec<_>>(), ["github.com/acme/App"]);
    assert_eq!(all["files"].codes(), ["repository_empty"]);
    assert_eq!(all["files"].entities().count(), 0);
}

#[tokio::test]
async fn an_empty_repository_is_complete_without_files() {
    let fake = Fake::start(vec![FakeRepo::new(1, "acme/new", &[])]).await;
    let mut memory = Memory::default();
    let all = run(&fake, &mut memory, now(), None).await;
    all["files"].assert_complete();
    assert_eq!(fake.asked(), ["repos", "Heads 1"]);
    assert!(all["declarations"].scopes.is_empty());
}

#[tokio::test]
async fn a_file_that_cannot_be_parsed_is_a_located_problem_and_is_read_again() {
    let broken = "on: push\njobs:\n  a: [\n";
    let fake =
        Fake::start(vec![FakeRepo::new(1, "acme/App", &[(".github/workflows/b.yml", broken)])])
            .await;
    let mut memory = Memory::default();
    let all = run(&fake, &mut memory, now(), None).await;
    let problem = all["declarations"].all_problems().next().unwrap();
    assert!(problem.evidence.as_ref().unwrap().line.is_some(), "{problem:?}");
    all["files"].assert_complete();
    // Its scope is not complete, so it is tried again.
    let all = run(&fake, &mut memory, now().plus_seconds(60), None).await;
    assert_eq!(all["declarations"].scopes.len(), 1);
}

#[tokio::test]
async fn literals_are_hashed_and_go_nowhere_else() {
    let literal = "ghp_1234567890abcdefghijABCDEFGHIJ123456";
    let config = format!(
        r#"{{"mcpServers": {{"a": {{"command": "npx", "env": {{"TOKEN": "{literal}"}}}}}}}}"#
    );
    let fake = Fake::start(vec![FakeRepo::new(1, "acme/App", &[(".mcp.json", &config)])]).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("calls.jsonl");
    let context = ConnectorContext {
        literal_key: [7; 32],
        transport: TransportOptions {
            recording: rollcall_connector::transport::Recording::Record(path.clone()),
            ..TransportOptions::hasty()
        },
    };
    let config = json!({"base_url": fake.url, "host": "github.com", "token": "t", "organizations": ["acme"]});
    let connector = GitHub::new(Config::parse(&config).unwrap(), &context).unwrap();
    let all = run_with(&connector, &mut Memory::default(), now(), None).await;
    assert!(
        all["declarations"].entities().any(|e| e.key.kind.as_str() == "code.literal-credential")
    );
    for collected in all.values() {
        assert_no_canary(collected, literal);
    }
    assert!(!std::fs::read_to_string(&path).unwrap().contains(literal));
}
