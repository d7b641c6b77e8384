//! The one way out: the guard inside the SDK, recording and replay.

use aws_sdk_iam as iam;
use rollcall_aws::{Aws, Config};
use rollcall_connector::testkit::{assert_no_canary, collect, difference};
use rollcall_connector::transport::{Recording, TransportOptions};
use serde_json::json;

use crate::answers::{self, CANARY};
use crate::fake::{Fake, now};

#[tokio::test]
async fn a_recording_replays_to_the_same_and_holds_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("aws.jsonl");
    let config = json!({"role_arn": "arn:aws:iam::123456789012:role/first"});
    let record = TransportOptions {
        recording: Recording::Record(file.clone()),
        ..TransportOptions::hasty()
    };
    let recorded = answers::account().connector_with(&config, &record, "us-east-1");
    let mut first = Vec::new();
    for stream in &rollcall_aws::definition().streams {
        first.push(collect(&recorded, &stream.name, now()).await);
    }
    drop(recorded);
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(!text.contains(CANARY) && text.contains("AKIABOTKEY"));

    let replay =
        TransportOptions { recording: Recording::Replay(file), ..TransportOptions::hasty() };
    // Nobody answers: everything comes from the file.
    let replayed = Fake::default().connector_with(&config, &replay, "us-east-1");
    for before in first {
        let after = collect(&replayed, &before.stream, now()).await;
        assert_eq!(difference(&before, &after), None);
        assert_no_canary(&after, CANARY);
        after.assert_complete();
    }
}

/// What is not declared never reaches the wire, whoever calls it. The connector offers no way to
/// try, so this builds the client as it does.
#[tokio::test]
async fn the_sdk_of_a_connector_is_guarded() {
    let fake = answers::account();
    let connector =
        Aws::new(Config::default(), Some(fake.sdk("us-east-1")), &TransportOptions::hasty())
            .unwrap();
    let settings = connector.guarded(iam::config::Builder::from(&fake.sdk("us-east-1")));
    let client = iam::Client::from_conf(settings.build());
    let refused = client.create_user().user_name("mallory").send().await.unwrap_err();
    let text = aws_smithy_types::error::display::DisplayErrorContext(&refused).to_string();
    assert!(text.contains("aws:iam:CreateUser is not among the operations"), "{text}");
    assert_eq!(fake.calls().len(), 0);
    client.list_users().send().await.unwrap();
    assert_eq!(fake.calls().len(), 1);
}
