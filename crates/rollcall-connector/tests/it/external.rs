//! External connectors: a small one in Python, well behaved and not.

use std::path::Path;
use std::time::{Duration, Instant};

use rollcall_connector::external::{
    ConformanceResult, ExternalConnector, ExternalProgram, conformance,
};
use rollcall_connector::testkit::{
    Collected, assert_contract, assert_declared, assert_idempotent, assert_no_canary,
    assert_prompt_cancel, collect,
};
use rollcall_connector::{Connector, PermissionState};
use rollcall_model::{ProblemClass, ScopeState, Timestamp};
use serde_json::{Value, json};

fn now() -> Timestamp {
    Timestamp::from_seconds(1_795_309_323)
}

fn program(args: &[&str]) -> ExternalProgram {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/people.py");
    let mut all = vec![script.to_string_lossy().into_owned()];
    all.extend(args.iter().map(|&a| a.to_owned()));
    let mut program = ExternalProgram::new("python3").with_args(all);
    program.max_line_bytes = 100_000;
    program.exit_timeout = Duration::from_secs(2);
    program
}

async fn load(mode: &str) -> ExternalConnector {
    let config = json!({"mode": mode, "token": "hunter2-hunter2"});
    ExternalConnector::load(program(&[]), config).await.unwrap()
}

async fn read(mode: &str) -> Collected {
    let collected = collect(&load(mode).await, "accounts", now()).await;
    assert_no_canary(&collected, "hunter2");
    collected
}

#[tokio::test]
async fn a_good_program_is_a_connector_like_any_other() {
    let connector = load("").await;
    assert_contract(connector.definition());
    let collected = collect(&connector, "accounts", now()).await;
    collected.assert_complete();
    assert_declared(connector.definition(), &collected);
    assert_eq!(collected.scopes[0].records.len(), 4);
    assert_eq!(collected.entity("a").created_at, Some(now()));
    assert_eq!(collected.entity("a").attributes["title"], "Engineer");
    assert_eq!(collected.scopes[0].progress, Some((2, Some(2))));
    let teams = assert_idempotent(|| connector.clone(), "teams", now()).await;
    assert_eq!(teams.states(), [ScopeState::Complete; 2]);
    assert_prompt_cancel(&connector, "accounts", now(), Duration::from_secs(2)).await;

    let report = connector.check(now()).await.unwrap();
    assert_eq!(report.identity.as_deref(), Some("reader"));
    assert_eq!(report.permissions[0].state, PermissionState::Granted);
    let problem = load("no-access").await.check(now()).await.unwrap_err();
    assert_eq!(
        (problem.class, problem.code.as_str()),
        (ProblemClass::Permission, "unauthenticated")
    );
    assert_eq!(connector.access("policy").unwrap_err().class, ProblemClass::Unsupported);
}

#[tokio::test]
async fn whatever_goes_wrong_leaves_no_scope_complete() {
    for (mode, code) in [
        ("crash", "external_failed"),
        ("garbage", "protocol_line"),
        ("long", "protocol_line"),
        ("undeclared", "protocol_record"),
        ("other-stream", "protocol_scope"),
        ("left", "protocol_scope"),
        ("miscount", "protocol_count"),
        ("flood", "protocol_broken"),
        ("forbidden", "forbidden"),
    ] {
        let collected = read(mode).await;
        let codes = collected.codes();
        assert!(codes.contains(&code), "{mode}: {codes:?}");
        // One account was read before it went wrong.
        assert_eq!(collected.states(), [ScopeState::Partial], "{mode}: {codes:?}");
        assert_eq!(collected.entity("a").name, "A");
    }
}

#[tokio::test]
async fn what_happens_outside_a_scope_is_a_problem_of_the_stream() {
    for mode in ["outside", "late", "twice"] {
        let collected = read(mode).await;
        assert_eq!(collected.problems.len(), 1, "{mode}");
        assert_eq!(collected.problems[0].code, "protocol_scope", "{mode}");
        assert_eq!(collected.states(), [ScopeState::Complete], "{mode}");
        assert_eq!(collected.entities().count(), 2, "{mode}");
    }
}

#[tokio::test]
async fn problems_name_the_line_and_quote_the_last_words_without_secrets() {
    let garbage = read("garbage").await;
    let problem = garbage.all_problems().next().unwrap();
    assert!(problem.message.starts_with("line 3: not JSON"), "{problem}");
    assert_eq!(problem.evidence.as_ref().unwrap().line, Some(3));

    let crash = read("crash").await;
    let ended = crash.ended.unwrap();
    assert_eq!(ended.class, ProblemClass::Malformed);
    assert_eq!(
        ended.message,
        "python3 ended with exit code 3; its last words: reading with […] | the disk is on fire"
    );
}

#[tokio::test]
async fn the_program_gets_none_of_our_environment() {
    let collected = read("variables").await;
    let variables = &collected.entity("env").attributes["variables"];
    // The interpreter sets its own locale.
    let given: Vec<_> = variables.as_array().unwrap().iter().filter(|v| *v != "LC_CTYPE").collect();
    assert_eq!(given, [&json!("PATH")]);
}

#[tokio::test]
async fn a_stream_it_does_not_have_is_a_matter_of_configuration() {
    let collected = collect(&load("").await, "robots", now()).await;
    assert_eq!(collected.ended.map(|p| p.class), Some(ProblemClass::Config));
}

#[tokio::test]
async fn a_stuck_program_is_killed() {
    let stuck = load("stuck").await;
    assert_prompt_cancel(&stuck, "accounts", now(), Duration::from_secs(1)).await;

    let mut silent = program(&[]);
    silent.silence_timeout = Duration::from_secs(3);
    let start = Instant::now();
    let silent = ExternalConnector::load(silent, json!({"mode": "stuck"})).await.unwrap();
    let collected = collect(&silent, "accounts", now()).await;
    assert!(start.elapsed() < Duration::from_secs(30));
    assert_eq!(collected.ended.as_ref().map(|p| p.class), Some(ProblemClass::Transient));
    assert_eq!(collected.states(), [ScopeState::Partial]);

    let staying = read("stay").await;
    assert!(staying.ended.unwrap().message.contains("did not end within 2s"));
}

#[tokio::test]
async fn what_is_no_connector_is_refused_at_once() {
    let loaded = async |program: ExternalProgram| {
        let problem = ExternalConnector::load(program, Value::Null).await.unwrap_err();
        (problem.class, problem.code)
    };
    use ProblemClass::{Config, Malformed, Unsupported};
    let refused = |class, code: &str| (class, code.to_owned());
    assert_eq!(
        loaded(ExternalProgram::new("/no/such/program")).await,
        refused(Config, "external_program")
    );
    assert_eq!(loaded(ExternalProgram::new("true")).await, refused(Malformed, "bad_json"));
    assert_eq!(loaded(ExternalProgram::new("echo")).await, refused(Malformed, "bad_json"));
    assert_eq!(loaded(ExternalProgram::new("false")).await, refused(Malformed, "external_failed"));
    assert_eq!(loaded(program(&["--old"])).await, refused(Unsupported, "protocol_version"));
    assert_eq!(loaded(program(&["--nameless"])).await, refused(Malformed, "bad_spec"));
}

#[tokio::test]
async fn conformance_passes_a_good_program_and_names_what_a_bad_one_does() {
    let failures = async |mode: &str| {
        let results = conformance(&program(&[]), &json!({"mode": mode}), now()).await;
        let failed = |r: &&ConformanceResult| !r.passed;
        let names = results.iter().filter(failed).map(|r| r.name.clone()).collect::<Vec<_>>();
        (results, names)
    };
    let (results, failed) = failures("").await;
    assert_eq!(failed, Vec::<String>::new(), "{results:#?}");
    let names: Vec<_> = results.iter().map(|r| r.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "spec",
            "check",
            "sync accounts",
            "repeat accounts",
            "stop accounts",
            "sync teams",
            "repeat teams",
            "stop teams",
            "unknown stream"
        ]
    );
    assert_eq!(results[2].detail, "1 of 1 scopes complete, 2 entities, 1 relations");

    for (mode, expected) in [
        ("miscount", "sync accounts"),
        ("garbage", "sync accounts"),
        ("random", "repeat accounts"),
        ("no-access", "check"),
        ("obliging", "unknown stream"),
    ] {
        let (results, failed) = failures(mode).await;
        assert_eq!(failed, [expected], "{mode}: {results:#?}");
    }
    let broken = conformance(&ExternalProgram::new("false"), &Value::Null, now()).await;
    assert_eq!(broken.len(), 1);
    assert!(!broken[0].passed);
}
