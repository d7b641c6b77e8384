//! AWS's own command line reads the lab.

use std::collections::BTreeSet;
use std::process::Command;

use rollcall_lab::{AwsOptions, Lab};
use rollcall_testing::python_for;
use serde_json::Value;

use crate::server::serve;

/// Runs the AWS command line against the lab; what it printed.
fn aws(url: &str, home: &std::path::Path, arguments: &[&str]) -> Value {
    let mut command = Command::new(python_for("awscli").unwrap());
    command.args(["-m", "awscli"]).args(arguments).args(["--output", "json"]);
    command.env_clear().env("HOME", home).envs([
        ("AWS_ENDPOINT_URL", url),
        ("AWS_ACCESS_KEY_ID", "AKIALAB"),
        ("AWS_SECRET_ACCESS_KEY", "not-checked"),
        ("AWS_DEFAULT_REGION", "us-east-1"),
        ("AWS_MAX_ATTEMPTS", "1"),
        ("AWS_EC2_METADATA_DISABLED", "true"),
    ]);
    let out = command.output().unwrap();
    let said = String::from_utf8_lossy(&out.stderr);
    assert!(out.status.success() && said.is_empty(), "{arguments:?}: {said}");
    serde_json::from_slice(&out.stdout).unwrap()
}

fn ids<'a>(list: &'a Value, field: &str) -> BTreeSet<&'a str> {
    list.as_array().unwrap().iter().map(|entry| entry[field].as_str().unwrap()).collect()
}

async fn read(lab: &std::sync::Arc<Lab>, url: String) {
    let folder = tempfile::tempdir().unwrap();
    let ask = |arguments: &'static [&'static str]| {
        let (url, home) = (url.clone(), folder.path().to_owned());
        async move { tokio::task::spawn_blocking(move || aws(&url, &home, arguments)).await.unwrap() }
    };
    let company = lab.company();
    let account = lab.account(&company.account_id(0)).unwrap();

    let caller = ask(&["sts", "get-caller-identity"]).await;
    assert_eq!(caller["Account"], account.id.as_str());

    let planned: BTreeSet<&str> = account.roles.iter().map(|r| r.id.as_str()).collect();
    let roles = ask(&["iam", "list-roles"]).await;
    assert_eq!(ids(&roles["Roles"], "RoleId"), planned);
    let details = ask(&["iam", "get-account-authorization-details"]).await;
    assert_eq!(ids(&details["RoleDetailList"], "RoleId"), planned);
    for detail in details["RoleDetailList"].as_array().unwrap() {
        let role = account.roles.iter().find(|r| detail["RoleId"] == r.id.as_str()).unwrap();
        // The command line decodes documents; what is none would be left as text.
        assert!(detail["AssumeRolePolicyDocument"]["Statement"].is_array(), "{detail}");
        assert_eq!(
            detail["AttachedManagedPolicies"].as_array().unwrap().len(),
            role.attached.len()
        );
        assert_eq!(detail["Tags"].as_array().unwrap().len(), role.tags.len());
        let shown =
            detail["RoleLastUsed"]["LastUsedDate"].as_str().map(|t| t.replace("+00:00", "Z"));
        let window = company.spec.now.plus_seconds(-400 * 86_400);
        let used = role.used.as_ref().filter(|u| u.at >= window).map(|u| u.at.to_string());
        assert_eq!(shown, used, "{}", role.name);
    }

    let users = ask(&["iam", "list-users"]).await;
    let planned: BTreeSet<&str> = account.users.iter().map(|u| u.id.as_str()).collect();
    assert_eq!(ids(&users["Users"], "UserId"), planned);
    assert!(!planned.is_empty());

    for state in ["STARTED", "COMPLETE"] {
        assert_eq!(ask(&["iam", "generate-credential-report"]).await["State"], state);
    }
    let report = ask(&["iam", "get-credential-report"]).await;
    let content = report["Content"].as_str().unwrap();
    let text = String::from_utf8(
        base64::Engine::decode(&base64::engine::general_purpose::STANDARD, content).unwrap(),
    )
    .unwrap();
    let columns = text.lines().next().unwrap().split(',').count();
    assert!(text.lines().all(|line| line.split(',').count() == columns));
    assert_eq!(text.lines().count(), account.users.len() + 2, "a head, the root user, the users");

    let accounts = ask(&["organizations", "list-accounts"]).await;
    let planned: BTreeSet<String> = (0..company.accounts).map(|n| company.account_id(n)).collect();
    let found = ids(&accounts["Accounts"], "Id");
    assert_eq!(found, planned.iter().map(String::as_str).collect());
    assert!(found.len() > 20, "more than a page");
}

#[tokio::test]
async fn the_aws_command_line_reads_the_lab_without_complaint() {
    let served = serve(9_000, AwsOptions::default()).await;
    read(&served.lab, served.handle.url()).await;
    served.handle.shutdown().await.unwrap();
}
