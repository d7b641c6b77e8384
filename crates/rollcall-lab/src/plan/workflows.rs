//! The workflows of the company's repositories.

use super::policy::Text;
use super::repository::{AGENT_ACTION, Job, Step, Trigger, Workflow};

/// Commits that stand for releases of actions; no release is at any of them.
const CHECKOUT: &str = "8e8c483db84b4bee98b60c0593521ed34d9990e8";
const CREDENTIALS: &str = "7474bc4690e29a8392af63c5b98e7449536d5c3a";
const UPLOAD: &str = "ea165f8d65b6e75b540449e92b4886f43607fa02";
const AGENT: &str = "2f8ba26a219c06cfb0f468eef8d97055fa814f97";

fn checkout(with: Vec<(Text, String)>) -> Step {
    uses("actions/checkout", CHECKOUT, with)
}

fn uses(action: &'static str, reference: &'static str, with: Vec<(Text, String)>) -> Step {
    Step::Uses { action: action.into(), reference: reference.into(), with }
}

fn on(event: &'static str) -> Trigger {
    Trigger { event: event.into(), branches: Vec::new(), types: Vec::new(), cron: None }
}

fn push_to_main() -> Trigger {
    Trigger { branches: vec!["main".into()], ..on("push") }
}

fn job(id: &'static str, permissions: &[(&'static str, &'static str)], steps: Vec<Step>) -> Job {
    Job {
        id: id.into(),
        environment: None,
        permissions: permissions.iter().map(|(s, l)| ((*s).into(), (*l).into())).collect(),
        condition: None,
        steps,
    }
}

fn workflow(name: &'static str, triggers: Vec<Trigger>, job: Job) -> Workflow {
    let file = format!("{name}.yml");
    Workflow { file: file.into(), name: name.into(), triggers, jobs: vec![job] }
}

/// Builds and tests; may read the repository and nothing else.
pub(crate) fn test() -> Workflow {
    let steps = vec![checkout(Vec::new()), Step::Run("make test".into(), Vec::new())];
    workflow(
        "test",
        vec![push_to_main(), on("pull_request")],
        job("test", &[("contents", "read")], steps),
    )
}

/// Enters an account as a role, in an environment.
pub(crate) fn deploy(role: &str) -> Workflow {
    deploying(vec![
        ("role-to-assume".into(), role.to_owned()),
        ("aws-region".into(), "eu-central-1".to_owned()),
    ])
}

/// The same with a stored key.
pub(crate) fn deploy_with_key() -> Workflow {
    deploying(vec![
        ("aws-access-key-id".into(), "${{ secrets.AWS_ACCESS_KEY_ID }}".to_owned()),
        ("aws-secret-access-key".into(), "${{ secrets.AWS_SECRET_ACCESS_KEY }}".to_owned()),
        ("aws-region".into(), "eu-central-1".to_owned()),
    ])
}

fn deploying(with: Vec<(Text, String)>) -> Workflow {
    let steps = vec![
        checkout(Vec::new()),
        uses("aws-actions/configure-aws-credentials", CREDENTIALS, with),
        Step::Run("make deploy".into(), Vec::new()),
    ];
    let mut deploy = job("deploy", &[("contents", "read"), ("id-token", "write")], steps);
    deploy.environment = Some("production".into());
    workflow("deploy", vec![push_to_main()], deploy)
}

/// Signs and publishes from the main branch.
pub(crate) fn release() -> Workflow {
    let steps = vec![checkout(Vec::new()), Step::Run("make publish".into(), Vec::new())];
    workflow(
        "release",
        vec![push_to_main()],
        job("publish", &[("contents", "write"), ("id-token", "write")], steps),
    )
}

/// Delivers one service of a large repository, in an environment of its own.
pub(crate) fn service(number: u64) -> Workflow {
    let steps = vec![checkout(Vec::new()), Step::Run("make deliver".into(), Vec::new())];
    let mut deliver = job("deliver", &[("contents", "read"), ("id-token", "write")], steps);
    let name = format!("service-{number}");
    deliver.environment = Some(name.clone().into());
    let file = format!("{name}.yml").into();
    Workflow { file, name: name.into(), triggers: vec![push_to_main()], jobs: vec![deliver] }
}

/// Publishes through someone else's action, which is pinned or not.
pub(crate) fn publish(pinned: bool) -> Workflow {
    let token = ("token".into(), "${{ secrets.PUBLISH_TOKEN }}".to_owned());
    let reference = if pinned { UPLOAD } else { "v3" };
    let steps = vec![checkout(Vec::new()), uses("package-tools/upload", reference, vec![token])];
    workflow("publish", vec![push_to_main()], job("publish", &[("contents", "read")], steps))
}

/// Shows a change from a stranger, with a secret; checks out either what the stranger wrote or its
/// own branch.
pub(crate) fn preview(own_branch: bool) -> Workflow {
    let reference = if own_branch { "main" } else { "${{ github.event.pull_request.head.sha }}" };
    let steps = vec![
        checkout(vec![("ref".into(), reference.to_owned())]),
        Step::Run("make preview".into(), vec![("PREVIEW_TOKEN".into(), "PREVIEW_TOKEN".into())]),
    ];
    workflow(
        "preview",
        vec![on("pull_request_target")],
        job("preview", &[("contents", "read")], steps),
    )
}

/// Runs an agent when someone comments; asks who that is, or not.
pub(crate) fn agent(asks: bool) -> Workflow {
    let key = ("anthropic_api_key".into(), "${{ secrets.ANTHROPIC_API_KEY }}".to_owned());
    let steps = vec![checkout(Vec::new()), uses(AGENT_ACTION, AGENT, vec![key])];
    let mut job = job("answer", &[("contents", "write"), ("issues", "write")], steps);
    job.condition = asks.then(|| "github.event.comment.author_association == 'MEMBER'".into());
    let comment = Trigger { types: vec!["created".into()], ..on("issue_comment") };
    workflow("agent", vec![comment], job)
}
