use super::*;
use crate::files::{self, classify};
use crate::secret::LiteralKey;

fn repository() -> Repository {
    Repository {
        id: "github.com/Acme/app".into(),
        title: "Acme/app".into(),
        host: Some("github.com".into()),
        name: Some("Acme/app".into()),
        default_branch: Some("main".into()),
        ..Repository::default()
    }
}

fn declare(path: &str, text: &str) -> Vec<String> {
    let repository = repository();
    let file = classify(path).expect("a declaring file");
    let (facts, issues) = files::parse(file, text.as_bytes(), LiteralKey(&[9; 32]));
    assert_eq!(issues, []);
    let place = Place { repository: &repository, path, commit: Some("c0") };
    let declared = declared(&facts.expect("facts"), place, file);
    for record in &declared.records {
        let evidence = match record {
            Record::Entity(e) => &e.evidence,
            Record::Relation(r) => &r.evidence,
            _ => continue,
        };
        let lines = text.lines().count() as u32;
        assert!(!evidence.is_empty(), "{record:?}");
        assert!(
            evidence.iter().all(|e| e.line.is_some_and(|l| l >= 1 && l <= lines)
                && e.commit.as_deref() == Some("c0"))
        );
    }
    let short = |endpoint: &Endpoint| match endpoint {
        Endpoint::Key(key) => {
            format!("{}:{}", key.kind, key.id.rsplit('/').next().unwrap_or_default())
        }
        Endpoint::Reference(reference) => reference.to_string(),
    };
    declared
        .records
        .iter()
        .filter_map(|record| match record {
            Record::Relation(r) if r.relation != Relation::Declares => {
                Some(format!("{} {} {}", short(&r.from), r.relation, short(&r.to)))
            }
            _ => None,
        })
        .collect()
}

#[test]
fn a_workflow_as_records() {
    let found = declare(
        ".github/workflows/ci.yml",
        "on: [push, pull_request_target]\npermissions: {id-token: write}\njobs:\n  ship:\n    runs-on: [self-hosted]\n    environment: prod\n    steps:\n      - uses: Foo/Deploy/sub@v1\n      - uses: ./.github/actions/x\n      - uses: aws-actions/configure-aws-credentials@v4\n        with: {role-to-assume: 'arn:aws:iam::1:role/r'}\n      - run: claude -p hi\n        env: {ANTHROPIC_API_KEY: '${{ secrets.KEY }}'}\n  again:\n    uses: acme/shared/.github/workflows/x.yml@main\n    secrets: inherit\n",
    );
    for expected in [
        "github.workflow-trigger:ci.yml#push starts github.workflow-job:ci.yml#ship",
        "github.workflow-job:ci.yml#ship calls github.action:github.com:foo/deploy/sub",
        "github.workflow-job:ci.yml#ship calls github.action:github.com:acme/app/.github/actions/x",
        "github.workflow-job:ci.yml#ship runs_as aws.arn:aws:arn:aws:iam::1:role/r",
        "github.workflow-job:ci.yml#ship runs_as oidc.subject:app:environment:prod",
        "github.workflow-job:ci.yml#ship runs_as code.agent:claude",
        "github.workflow-job:ci.yml#ship runs_on github.runner-labels:github.com/acme:self-hosted",
        "github.workflow-job:ci.yml#ship uses_credential github.secret:github.com/Acme/app:KEY",
        "code.agent:claude uses_credential github.secret:github.com/Acme/app:KEY",
        "github.workflow-job:ci.yml#again calls github.workflow:github.com:acme/shared/.github/workflows/x.yml",
    ] {
        assert!(found.iter().any(|f| f == expected), "{expected} in {found:#?}");
    }
}

#[test]
fn the_secret_of_an_environment_is_named_where_ids_are_known() {
    let text = b"on: push\njobs:\n  a:\n    environment: prod\n    steps: [{run: 'x ${{ secrets.KEY }}'}]\n  b:\n    environment: '${{ inputs.e }}'\n    steps: [{run: 'x ${{ secrets.KEY }}'}]\n";
    let path = ".github/workflows/a.yml";
    let used = |repository: &Repository| -> Vec<String> {
        let (facts, _) = files::parse(FileType::Workflow, text, LiteralKey(&[9; 32]));
        let place = Place { repository, path, commit: None };
        let declared = declared(&facts.expect("facts"), place, FileType::Workflow);
        let relations = declared.records.into_iter().filter_map(|record| match record {
            Record::Relation(r) if r.relation == Relation::UsesCredential => Some(r),
            _ => None,
        });
        relations.map(|r| r.to.to_string()).collect()
    };
    let named = "github.secret:github.com/Acme/app:KEY";
    assert_eq!(used(&repository()), [named, named]);
    let with_ids = Repository { ids: Some(Ids { owner: 9, repository: 5 }), ..repository() };
    assert_eq!(
        used(&with_ids),
        [named, "github.stored-secret:github.com/9:actions:repo:5/env:prod#KEY", named]
    );
}

#[test]
fn a_job_that_never_runs_is_disabled() {
    let repository = repository();
    let text = b"on: push\njobs: {a: {if: false, steps: []}, b: {steps: []}}\n";
    let (facts, _) = files::parse(FileType::Workflow, text, LiteralKey(&[9; 32]));
    let place = Place { repository: &repository, path: ".github/workflows/a.yml", commit: None };
    let declared = declared(&facts.expect("facts"), place, FileType::Workflow);
    let disabled: Vec<Option<bool>> = declared
        .records
        .iter()
        .filter_map(|r| match r {
            Record::Entity(e) if e.key.kind.as_str() == "github.workflow-job" => Some(e.disabled),
            _ => None,
        })
        .collect();
    assert_eq!(disabled, [Some(true), Some(false)]);
}

#[test]
fn a_configuration_as_records() {
    let found = declare(
        ".mcp.json",
        r#"{"mcpServers": {"a": {"command": "npx", "args": ["p"], "env": {"API_KEY": "${K}", "TOKEN": "hunter2hunter2"}}, "off": {"command": "x", "disabled": true}}}"#,
    );
    let literal = LiteralKey(&[9; 32]).hash("hunter2hunter2");
    assert_eq!(
        found,
        [
            "code.agent:claude-code uses_credential code.literal-credential:named:".to_owned()
                + &literal,
            "code.agent:claude-code uses_credential env.variable:github.com/Acme/app:K".into(),
            "code.agent:claude-code can_call mcp.server:.mcp.json#a".into(),
        ]
    );
}

#[test]
fn an_agent_definition_as_records() {
    let found = declare(
        ".claude/agents/r.md",
        "---\nname: reviewer\nmcpServers:\n  s: {command: npx, args: [p]}\n---\ntext\n",
    );
    assert_eq!(found, ["code.agent:r.md#reviewer can_call mcp.server:r.md#s"]);
    assert_eq!(declare("AGENTS.md", "text\n"), Vec::<String>::new());
}

#[test]
fn an_action_as_records() {
    let found = declare(
        "x/action.yml",
        "runs:\n  using: composite\n  steps:\n    - uses: a/b@v1\n    - uses: a/b@v1\n    - uses: a/b@v2\n",
    );
    assert_eq!(found, ["code.action-file:action.yml calls github.action:github.com:a/b"; 2]);
    let repository = repository();
    let place = Place { repository: &repository, path: "x/action.yml", commit: None };
    let references = file_references(place, FileType::Action);
    assert_eq!(references[0].reference.to_string(), "github.action:github.com:acme/app/x");
}

#[test]
fn owners_of_files() {
    let repository = repository();
    let place = Place { repository: &repository, path: ".github/CODEOWNERS", commit: None };
    let (owners, _) = crate::codeowners::parse(
        b"* @all\n/.github/ @acme/sec me@x.io\n",
        crate::codeowners::Dialect::GitHub,
    );
    let key = repository.entity("code.workflow-file", ".github/workflows/a.yml").expect("a key");
    let records = owned_by(&owners, place, std::iter::once((&key, ".github/workflows/a.yml")));
    let to: Vec<String> = records
        .iter()
        .filter_map(|r| match r {
            Record::Relation(r) => Some(format!("{} {}", r.to, r.attributes["rule_line"])),
            _ => None,
        })
        .collect();
    assert_eq!(to, ["github.team:github.com:acme/sec 2", "email:x.io:me@x.io 2"]);
    let paths = ["docs/CODEOWNERS", "CODEOWNERS"];
    assert_eq!(
        effective_place(crate::codeowners::Dialect::GitHub, paths.into_iter()),
        Some("CODEOWNERS")
    );
}

#[test]
fn a_catch_all_is_weak_only_where_others_share_the_repository() {
    let weak = |text: &str| {
        let (owners, _) =
            crate::codeowners::parse(text.as_bytes(), crate::codeowners::Dialect::GitHub);
        let repository = repository();
        let place = Place { repository: &repository, path: "CODEOWNERS", commit: None };
        let key = repository.entity("code.workflow-file", "x.yml").expect("a key");
        let records = owned_by(&owners, place, std::iter::once((&key, "x.yml")));
        let [Record::Relation(relation)] = &records[..] else { panic!("{records:?}") };
        relation.attributes.get("fallback") == Some(&true.into())
    };
    assert!(!weak("* @acme/shop"));
    assert!(!weak("* @acme/shop\n/.github/ @acme/platform\n"));
    assert!(weak("* @acme/all\n/a/ @acme/a\n/b/ @acme/b\n/c/ @acme/c\n"));
    assert!(!weak("* @acme/all\n/a/ @acme/a\n/b/ @acme/b\n/c/ @acme/c\n*.yml @acme/ci\n"));
}
