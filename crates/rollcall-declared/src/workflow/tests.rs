use super::*;

fn read(text: &str) -> Workflow {
    let (workflow, issues) = parse(text.as_bytes(), LiteralKey(&[3; 32]));
    assert_eq!(issues, [], "{text}");
    workflow
}

const DEPLOY: &str = "\
name: deploy
on:
  push:
    branches: [main]
  schedule:
    - cron: '0 3 * * *'
  workflow_call:
    secrets:
      DEPLOY_KEY: {required: true}
permissions: read-all
env:
  ROLE: arn:aws:iam::123456789012:role/deploy
  NPM: ${{ secrets.NPM_TOKEN }}
jobs:
  ship:
    runs-on: [self-hosted, linux]
    environment: {name: production, url: 'https://example.com'}
    permissions:
      id-token: write
      contents: read
    steps:
      - uses: actions/checkout@8f4b7f84864484a7bf31766abe9204da3cbe65b3
      - uses: aws-actions/configure-aws-credentials@v4
        with:
          role-to-assume: ${{ env.ROLE }}
          aws-region: eu-west-1
      - run: |
          aws sts get-caller-identity
          echo ${{ secrets.SLACK_HOOK }}
          terraform apply
  call:
    uses: acme/shared/.github/workflows/x.yml@main
    secrets: inherit
  plain:
    runs-on: ${{ matrix.os }}
    strategy: {matrix: {os: [ubuntu-latest, windows-2022]}}
    permissions: {}
    steps: [{run: 'true'}]
";

#[test]
fn a_workflow_is_read_whole() {
    let workflow = read(DEPLOY);
    let [ship, call, plain] = &workflow.jobs[..] else { panic!("three jobs") };
    assert_eq!(
        workflow.triggers.iter().map(|t| t.event.as_str()).collect::<Vec<_>>(),
        ["push", "schedule", "workflow_call"]
    );
    assert_eq!(workflow.triggers[1].crons, ["0 3 * * *"]);
    assert_eq!(workflow.triggers[2].secrets, ["DEPLOY_KEY"]);
    assert!(workflow.references.secrets.contains_key("NPM_TOKEN"));
    assert_eq!(workflow.permissions, Permissions::All(Access::Read));
    assert_eq!([ship, call, plain].map(|job| workflow.can_mint_oidc(job)), [true, false, false]);
    assert_eq!(workflow.effective_permissions(plain).describe(), ["none"]);
    assert_eq!(
        ship.environment.as_ref().map(|e| (e.name.as_str(), e.resolved)),
        Some(("production", true))
    );
    assert_eq!([ship, plain].map(|job| job.runs_on.self_hosted), [Some(true), Some(false)]);
    assert_eq!(plain.runs_on.labels, ["ubuntu-latest", "windows-2022"]);
    assert_eq!(ship.references.secrets["SLACK_HOOK"].line, 29);
    assert_eq!(ship.span.lines, Lines::new(15, 30));
    let tools: Vec<(&str, u32)> =
        ship.tools().iter().map(|(t, at)| (t.as_str(), at.line)).collect();
    assert_eq!(tools, [("aws", 28), ("aws-sts", 28), ("terraform", 30)]);
    let login = ship.steps[1].login.as_ref().expect("a login");
    assert_eq!(
        login.principal,
        Some(Principal::Known("arn:aws:iam::123456789012:role/deploy".into()))
    );
    assert!(!login.static_credential);
    assert!(ship.steps[0].uses.as_ref().is_some_and(Uses::is_pinned));
    assert!(call.call.as_ref().is_some_and(|c| c.inherits_secrets && !c.uses.is_pinned()));
}

#[test]
fn permissions_follow_the_rules() {
    let access = |text: &str, scope: &str| {
        let workflow = read(&format!("on: push\n{text}\njobs: {{a: {{steps: []}}}}\n"));
        workflow.effective_permissions(&workflow.jobs[0]).access(scope)
    };
    assert_eq!(access("", "contents"), None);
    assert_eq!(access("", "id-token"), Some(Access::None));
    assert_eq!(access("permissions: write-all", "id-token"), Some(Access::Write));
    assert_eq!(access("permissions: read-all", "id-token"), Some(Access::None));
    assert_eq!(access("permissions: {contents: write}", "issues"), Some(Access::None));
    assert_eq!(access("permissions:", "contents"), Some(Access::None));
}

#[test]
fn a_job_whose_condition_is_false_is_switched_off() {
    let disabled = |condition: &str| {
        read(&format!("on: push\njobs: {{a: {{if: {condition}, steps: []}}}}\n")).jobs[0].disabled
    };
    assert!(disabled("false") && disabled("'${{ false }}'"));
    assert!(!disabled("github.ref == 'false'") && !disabled("true"));
}

#[test]
fn on_as_true_is_read_and_said() {
    let (workflow, issues) = parse(b"true: [push]\njobs: {a: {steps: []}}\n", LiteralKey(&[0; 32]));
    assert_eq!(workflow.triggers[0].event, "push");
    assert_eq!(issues.iter().map(|i| i.code).collect::<Vec<_>>(), ["workflow_on_is_true"]);
    assert_eq!(read("'on': push\njobs: {a: {steps: []}}\n").triggers.len(), 1);
}

#[test]
fn logins_say_as_whom_and_whether_by_a_static_key() {
    let login = |step: &str| {
        let workflow = read(&format!("on: push\njobs:\n  a:\n    steps:\n      - {step}\n"));
        let login = workflow.jobs[0].steps[0].login.clone().expect("a login");
        (login.kind.as_str(), login.principal, login.static_credential)
    };
    let known = |text: &str| Some(Principal::Known(text.to_owned()));
    assert_eq!(
        login(
            "{uses: 'aws-actions/configure-aws-credentials@v4', with: {aws-access-key-id: '${{ secrets.ID }}', aws-secret-access-key: '${{ secrets.KEY }}'}}"
        ),
        ("aws", None, true)
    );
    assert_eq!(
        login(
            "{uses: 'google-github-actions/auth@v2', with: {service_account: a@b.iam.gserviceaccount.com, workload_identity_provider: p}}"
        ),
        ("gcp", known("a@b.iam.gserviceaccount.com"), false)
    );
    assert_eq!(
        login("{uses: 'azure/login@v2', with: {client-id: '${{ vars.ID }}', tenant-id: t}}"),
        ("azure", Some(Principal::Computed("{vars.ID}".into())), false)
    );
    assert_eq!(
        login(
            "{uses: 'docker/login-action@v3', with: {registry: ghcr.io, username: bot, password: '${{ secrets.GITHUB_TOKEN }}'}}"
        ),
        ("registry", known("bot"), false)
    );
    assert_eq!(
        login(
            "{uses: 'actions/create-github-app-token@v2', with: {app-id: 12, private-key: '${{ secrets.K }}'}}"
        ),
        ("github-app", known("12"), true)
    );
    assert_eq!(
        login("{uses: 'hashicorp/vault-action@v3', with: {role: ci, method: jwt}}"),
        ("vault", known("ci"), false)
    );
}

#[test]
fn a_static_key_that_stands_in_the_file_is_a_literal() {
    let workflow = read(
        "on: push\njobs:\n  a:\n    steps:\n      - uses: aws-actions/configure-aws-credentials@v4\n        with: {aws-access-key-id: AKIAIOSFODNN7EXAMPLE, aws-secret-access-key: hunter2hunter2}\n",
    );
    let login = workflow.jobs[0].steps[0].login.as_ref().expect("a login");
    let found: Vec<(&str, u32)> =
        login.literals.iter().map(|(input, _, at)| (*input, at.line)).collect();
    assert!(login.static_credential);
    assert_eq!(found, [("aws-access-key-id", 6), ("aws-secret-access-key", 6)]);
    assert!(!format!("{workflow:?}").contains("hunter2"));
}

#[test]
fn agents_are_found_with_what_they_are_given() {
    let workflow = read(
        "on: issue_comment\njobs:\n  a:\n    if: github.event.comment.author_association == 'OWNER'\n    steps:\n      - uses: anthropics/claude-code-action@v1\n        with:\n          anthropic_api_key: ${{ secrets.ANTHROPIC_API_KEY }}\n          allowed_non_write_users: '*'\n          prompt: do not keep this sentence\n          claude_args: --allowedTools \"Bash(gh:*)\" --model opus\n",
    );
    let job = &workflow.jobs[0];
    let agent = job.steps[0].agent.as_ref().expect("an agent");
    assert!(agent.open_to_all && agent.references.secrets.contains_key("ANTHROPIC_API_KEY"));
    assert_eq!(agent.settings.get("allowed_tools").map(String::as_str), Some("Bash(gh:*)"));
    assert_eq!(job.gates, ["author_association"]);
    assert!(workflow.triggers[0].is_untrusted());
    assert!(!format!("{workflow:?}").contains("do not keep this"));
}

#[test]
fn code_of_strangers_is_seen_where_it_is_checked_out_and_run() {
    let checkout = |steps: &str| {
        let workflow = read(&format!("on: pull_request_target\njobs:\n  a:\n    steps:\n{steps}"));
        workflow.jobs[0].untrusted_checkout().map(|(at, runs)| (at.line, runs))
    };
    let head = "      - uses: actions/checkout@v4\n        with: {ref: '${{ github.event.pull_request.head.sha }}'}\n";
    assert_eq!(checkout(&format!("{head}      - run: npm ci\n")), Some((5, true)));
    assert_eq!(checkout(head), Some((5, false)));
    assert_eq!(checkout("      - uses: actions/checkout@v4\n      - run: make\n"), None);
}

#[test]
fn literals_become_hashes() {
    let token = format!("ghp_{}", "Ab1".repeat(12));
    let workflow = read(&format!(
        "on: push\nenv: {{T: {token}}}\njobs:\n  a:\n    env: {{T: {token}}}\n    steps: [{{run: 'curl -H {token}'}}]\n"
    ));
    assert_eq!(workflow.references.literals.len(), 1);
    assert_eq!(
        workflow.references.literals.keys().next(),
        workflow.jobs[0].references.literals.keys().next()
    );
    assert!(!format!("{workflow:?}").contains(&token));
}

#[test]
fn what_is_broken_is_said_and_the_rest_is_read() {
    let text = "on: push\njobs:\n  a:\n    steps: [{uses: a/b@v1}]\n  b:\n    steps:\n      - uses: 'c/d@v1\n";
    let (workflow, issues) = parse(text.as_bytes(), LiteralKey(&[0; 32]));
    assert_eq!(issues[0].code, "yaml_syntax");
    assert_eq!(workflow.jobs[0].steps.len(), 1);
    for (text, code) in [
        ("[]", "workflow_shape"),
        ("jobs: {a: {steps: []}}", "workflow_without_on"),
        ("on: push", "workflow_without_jobs"),
        ("on: push\njobs: []", "workflow_jobs"),
        ("on: push\njobs: {a: 1}", "workflow_job"),
        ("on: push\npermissions: maybe\njobs: {a: {steps: []}}", "workflow_permissions"),
    ] {
        let (_, issues) = parse(text.as_bytes(), LiteralKey(&[0; 32]));
        assert_eq!(issues.iter().map(|i| i.code).collect::<Vec<_>>(), [code], "{text}");
    }
}

#[test]
fn images_of_a_spelled_out_matrix_are_known() {
    let workflow = read(
        "on: push\njobs:\n  a:\n    strategy:\n      matrix: {image: [debian, 'alpine:3@sha256:00']}\n    container: ${{ matrix.image }}\n    services:\n      db: {image: 'postgres:18'}\n      other: {image: '${{ inputs.image }}'}\n    steps: []\n",
    );
    let images: Vec<(Option<&str>, bool)> = workflow.jobs[0]
        .images
        .iter()
        .map(|image| match &image.target {
            Target::Image { image: name, .. } => (Some(name.as_str()), image.is_pinned()),
            _ => (None, false),
        })
        .collect();
    assert_eq!(
        images,
        [(Some("debian"), false), (Some("alpine"), true), (Some("postgres"), false)]
    );
}
