//! `check`.

use rollcall_connector::{Connector as _, PermissionState};
use serde_json::json;

use crate::answers::{self, denied, html_500};
use crate::fake::now;

#[tokio::test]
async fn every_permission_is_probed_once_and_told_for_every_stream() {
    let fake = answers::account();
    let report = fake.connector(&json!({})).check(now()).await.unwrap();
    assert_eq!(
        report.identity.as_deref(),
        Some("arn:aws:sts::123456789012:assumed-role/reader/rollcall")
    );
    let definition = rollcall_aws::definition();
    for stream in definition.streams.iter().filter(|s| s.name != "accounts") {
        for permission in &stream.permissions {
            let row = report
                .permissions
                .iter()
                .find(|p| p.stream == stream.name && p.permission == *permission);
            let row = row.unwrap_or_else(|| panic!("{} {permission}", stream.name));
            // ann, the first user, has no access key to ask about.
            let expected = if permission == "iam:GetAccessKeyLastUsed" {
                PermissionState::Unknown
            } else {
                PermissionState::Granted
            };
            assert_eq!(row.state, expected, "{row:?}");
        }
    }
    assert_eq!(fake.count("ListUsers"), 1);
    let calls = fake.calls();
    let details = calls.iter().find(|c| c.action == "GetAccountAuthorizationDetails").unwrap();
    assert_eq!(details.param("MaxItems"), "1");
}

#[tokio::test]
async fn a_refusal_says_what_it_hides() {
    let fake = answers::account();
    fake.say("ListMFADevices", denied())
        .say("ListServiceSpecificCredentials", html_500())
        .say("ListUsers", denied());
    let report =
        fake.connector(&json!({"skip_streams": ["ssh-public-keys"]})).check(now()).await.unwrap();
    let row =
        |permission: &str| report.permissions.iter().find(|p| p.permission == permission).unwrap();
    assert_eq!(row("iam:ListMFADevices").state, PermissionState::Denied);
    assert_eq!(row("iam:ListMFADevices").hides.as_deref(), Some("the MFA devices of users"));
    assert_eq!(row("iam:ListServiceSpecificCredentials").state, PermissionState::Unsupported);
    let users: Vec<_> =
        report.permissions.iter().filter(|p| p.permission == "iam:ListUsers").collect();
    assert!(
        users.len() > 5
            && users.iter().all(|p| p.state == PermissionState::Denied && p.hides.is_some())
    );
    assert!(!report.permissions.iter().any(|p| p.stream == "ssh-public-keys"));
}

#[tokio::test]
async fn nothing_can_be_probed_without_a_session() {
    let fake = answers::account();
    fake.say("GetCallerIdentity", denied());
    assert_eq!(fake.connector(&json!({})).check(now()).await.unwrap_err().code, "access_denied");
}
