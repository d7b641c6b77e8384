use super::*;
use rollcall_connector::testkit::{assert_declared, assert_no_canary};
use rollcall_model::Relation;

#[tokio::test]
async fn files_and_declarations_are_those_of_a_checkout() {
    let fake = Fake::start(two()).await;
    let all = run(&fake, &mut Memory::default(), now(), None).await;
    for collected in all.values() {
        collected.assert_complete();
        assert_declared(&crate::definition::definition(), collected);
        assert_no_canary(collected, "t0ken-canary-5e");
    }
    let repositories = &all["code-repositories"];
    let names: Vec<&str> = repositories.entities().map(|e| e.key.realm.as_str()).collect();
    assert_eq!(names, ["github.com/acme/App", "github.com/acme/site"]);
    let files: Vec<String> =
        all["files"].entities().map(|e| format!("{} {}", e.key.kind, e.key.id)).collect();
    assert_eq!(
        files.iter().filter(|f| !f.contains("ci.yml")).collect::<Vec<_>>(),
        [
            "code.codeowners .github/CODEOWNERS",
            "code.agent-instructions docs/AGENTS.md",
            "code.action-file tools/x/action.yml"
        ]
    );
    let workflow = all["files"].scope(&ScopeKey::realm("files", "github.com/acme/App")).unwrap();
    assert_eq!(workflow.started.parent.as_ref().unwrap().kind.as_str(), "code.repository");
    let file = workflow.entities().find(|e| e.key.id.ends_with("ci.yml")).unwrap();
    assert_eq!(file.attributes["workflow"], "CI");
    assert_eq!(file.attributes["blob"], fake::oid(WORKFLOW).as_str());
    let said = |relation| -> Vec<String> {
        let relations = workflow.relations().filter(|r| r.relation == relation);
        relations
            .map(|r| format!("{} {}", r.from, r.to))
            .filter(|s| s.ends_with("ci.yml"))
            .collect()
    };
    assert_eq!(said(Relation::LastChanged).len(), 1);
    assert!(
        said(Relation::Created)[0].starts_with("github.user-id:github.com:7 "),
        "{:?}",
        said(Relation::Created)
    );
    let job = all["declarations"].entity(".github/workflows/ci.yml#test");
    assert_eq!(job.attributes["secrets"], json!(["DEPLOY"]));
    let owned = all["declarations"].relations().filter(|r| r.relation == Relation::OwnedBy).count();
    assert_eq!(owned, 4, "every declaring file of the one repository");
    let secret =
        all["declarations"].relations().find(|r| r.to.to_string().contains("github.secret"));
    assert_eq!(secret.unwrap().to.to_string(), "github.secret:github.com/acme/App:DEPLOY");
}

#[tokio::test]
async fn a_content_is_fetched_once_and_what_did_not_change_is_not_asked_for() {
    let fake = Fake::start(two()).await;
    let mut memory = Memory::default();
    run(&fake, &mut memory, now(), None).await;
    // The same text in two repositories is asked for once in each.
    let mut handed = fake.state().handed.clone();
    assert_eq!(handed.len(), 5);
    handed.sort();
    handed.dedup();
    assert_eq!(handed.len(), 4);
    // Repositories are read at the same time, so only what was asked for is certain.
    let mut asked = fake.asked();
    asked.sort();
    assert_eq!(
        asked,
        ["Blobs 1", "Blobs 4", "Heads 2", "History 1", "History 4", "repos", "tree", "tree"]
    );

    // Nothing was pushed: the list of repositories is all that is asked for.
    let later = now().plus_seconds(3600);
    let all = run(&fake, &mut memory, later, None).await;
    assert_eq!(fake.asked(), ["repos"]);
    assert_eq!((all["files"].scopes.len(), all["declarations"].scopes.len()), (0, 0));

    // A day later everything is looked at, found unchanged, and not fetched.
    let tomorrow = now().plus_seconds(24 * 3600);
    let all = run(&fake, &mut memory, tomorrow, None).await;
    assert_eq!(fake.asked(), ["repos", "Heads 2"]);
    assert_eq!((all["files"].scopes.len(), all["declarations"].scopes.len()), (2, 5));
    assert_eq!(all["files"].entities().count(), 0, "unchanged");
}

#[tokio::test]
async fn a_push_makes_one_repository_be_read_and_one_content_be_fetched() {
    let fake = Fake::start(two()).await;
    let mut memory = Memory::default();
    run(&fake, &mut memory, now(), None).await;
    fake.asked();
    fake.state().handed.clear();
    let changed = WORKFLOW.replace("DEPLOY", "OTHER");
    fake.push(1, ".github/workflows/ci.yml", &changed, "2026-11-22T12:30:00Z");
    let later = now().plus_seconds(3600);
    let all = run(&fake, &mut memory, later, None).await;
    assert_eq!(fake.asked(), ["repos", "Heads 1", "tree", "Blobs 1", "History 1"]);
    assert_eq!(fake.state().handed, [fake::oid(&changed)]);
    assert_eq!(states(&all["files"]).keys().collect::<Vec<_>>(), ["github.com/acme/App"]);
    // What did not change is said again from what was left, whole.
    assert_eq!(all["files"].entities().count(), 4);
    assert_eq!(
        states(&all["declarations"]).keys().collect::<Vec<_>>(),
        ["github.com/acme/App .github/workflows/ci.yml"]
    );
    assert_eq!(
        all["declarations"].entity(".github/workflows/ci.yml#test").attributes["secrets"],
        json!(["OTHER"])
    );
}

#[tokio::test]
async fn a_webhook_reads_what_it_names_and_nothing_else() {
    let fake = Fake::start(two()).await;
    let mut memory = Memory::default();
    run(&fake, &mut memory, now(), None).await;
    fake.asked();
    fake.push(2, "AGENTS.md", "Be brief.\n", "2026-11-22T12:00:10Z");
    let only = super::super::refreshes("github.com", "acme/site");
    let all = run(&fake, &mut memory, now().plus_seconds(11), Some(only)).await;
    assert_eq!(fake.asked(), ["repos", "Heads 1", "tree", "Blobs 1", "History 1"]);
    assert_eq!(states(&all["files"]).keys().collect::<Vec<_>>(), ["github.com/acme/site"]);
    assert_eq!(
        states(&all["declarations"]).keys().collect::<Vec<_>>(),
        ["github.com/acme/site AGENTS.md"]
    );
    // A file that is removed is no longer listed.
    fake.state().repos[1].files.remove("AGENTS.md");
    let only = super::super::refreshes("github.com", "acme/site");
    let all = run(&fake, &mut memory, now().plus_seconds(20), Some(only)).await;
    assert_eq!(all["files"].entities().count(), 1);
    assert!(all["declarations"].scopes.is_empty());
}

#[tokio::test]
async fn the_tier_decides_whose_contents_are_read() {
    let fake = Fake::start(two()).await;
    for (config, expected) in [
        (json!({"tier": "no-contents"}), vec![]),
        (json!({"tier": "workflows", "contents_of": ["ACME/s*"]}), vec!["github.com/acme/site"]),
    ] {
        let connector = connector(&fake, &config);
        let all = run_with(&connector, &mut Memory::default(), now(), None).await;
        let read: Vec<String> = states(&all["files"]).into_keys().collect();
        assert_eq!(read, expected);
    }
}

#[tokio::test]
async fn subjects_have_the_form_that_github_tells() {
    let workflow = "on: push\npermissions: {id-token: write}\njobs:\n  ship:\n    environment: prod\n    runs-on: x\n    steps: [{run: x}]\n";
    let fake =
        Fake::start(vec![FakeRepo::new(1, "acme/App", &[(".github/workflows/d.yml", workflow)])])
            .await;
    let subjects = |all: &BTreeMap<&'static str, Collected>| -> Vec<String> {
        let subjects =
            all["declarations"].entities().filter(|e| e.key.kind.as_str() == "oidc.subject");
        subjects
            .map(|e| format!("{} {}", e.attributes["form"].as_str().unwrap(), e.key.id))
            .collect()
    };
    // Where it may not be known, both forms are told.
    let all = run(&fake, &mut Memory::default(), now(), None).await;
    assert_eq!(
        subjects(&all),
        ["classic repo:acme/App:environment:prod", "immutable repo:acme@9/App@1:environment:prod"]
    );
    let setting = "/repos/acme/App/actions/oidc/customization/sub".to_owned();
    let told = json!({"use_default": true, "use_immutable_subject": false, "sub_claim_prefix": "repo:acme@9/App@1"});
    fake.state().answers.insert(setting, told);
    let all = run(&fake, &mut Memory::default(), now(), None).await;
    assert_eq!(subjects(&all), ["immutable repo:acme@9/App@1:environment:prod"]);
}

#[tokio::test]
async fn agents_and_their_marks_are_told_apart() {
    let fake = Fake::start(vec![FakeRepo::new(1, "acme/App", &[("AGENTS.md", "x\n")])]).await;
    fake.state().author = json!({"email": "198982749+Copilot@users.noreply.github.com", "user": {"login": "Copilot", "databaseId": 198_982_749}});
    let all = run(&fake, &mut Memory::default(), now(), None).await;
    let of = |collected: &Collected, relation| {
        collected.relations().find(|r| r.relation == relation).cloned()
    };
    let acts = of(&all["files"], Relation::ActsFor).unwrap();
    assert_eq!(
        (acts.from.to_string(), acts.to.to_string()),
        ("github.user-id:github.com:198982749".into(), "github.user-id:github.com:8".into())
    );
    assert_eq!(
        (&acts.attributes["authenticated"], &acts.attributes["source"]),
        (&json!(true), &json!("co-author"))
    );

    // A trailer is a claim of whoever wrote it, never an account; and deleted accounts are nobody.
    fake.state().author = json!({"email": "ada@acme.io", "user": null});
    fake.state().message =
        "Fix\n\nthe canary s3cret-canary-77\nCo-authored-by: Claude <noreply@anthropic.com>\n"
            .to_owned();
    let all = run(&fake, &mut Memory::default(), now(), None).await;
    assert_eq!(of(&all["files"], Relation::ActsFor), None);
    let changed = of(&all["files"], Relation::LastChanged).unwrap();
    assert_eq!(changed.from.to_string(), "git.email:github.com:ada@acme.io");
    assert_eq!(changed.attributes["agents_named"], json!(["Claude Code"]));
    assert_no_canary(&all["files"], "s3cret-canary-77");
}
