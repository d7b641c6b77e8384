//! Many accounts, other partitions.

use std::collections::HashSet;

use rollcall_connector::SyncRequest;
use rollcall_connector::testkit::{Collected, assert_declared, collect, collect_request};
use rollcall_model::{ProblemClass, ScopeKey, ScopeState};
use serde_json::{Value, json};

use crate::answers::{self, ACCOUNT, denied, json_answer, json_error, ok};
use crate::fake::{Fake, now};

const MEMBER: &str = "222222222222";
const SHUT: &str = "333333333333";
const CLOSED: &str = "444444444444";

fn entry(id: &str, state: &Value) -> Value {
    let mut account = json!({"Id": id, "Arn": format!("arn:aws:organizations::{ACCOUNT}:account/o-acme123456/{id}"),
        "Name": format!("n{id}"), "Email": format!("{id}@example.com"), "JoinedMethod": "CREATED", "JoinedTimestamp": 1_600_000_000.5});
    account.as_object_mut().unwrap().extend(state.as_object().unwrap().clone());
    account
}

/// The management account, a member, one that lets nobody in, one that is closed. The pages are
/// short, and one is empty.
fn organization() -> Fake {
    let fake = answers::account();
    fake.say(
        "DescribeOrganization",
        json_answer(&json!({"Organization": {"Id": "o-acme123456", "MasterAccountId": ACCOUNT}})),
    );
    fake.on("ListAccounts", |call| {
        let active = json!({"State": "ACTIVE", "Status": "ACTIVE"});
        json_answer(&match call.param("NextToken") {
            "" => json!({"Accounts": [entry(ACCOUNT, &active), entry(SHUT, &json!({"Status": "ACTIVE"}))], "NextToken": "b"}),
            "b" => json!({"Accounts": [], "NextToken": "c"}),
            _ => json!({"Accounts": [entry(CLOSED, &json!({"State": "CLOSED", "Status": "SUSPENDED"})), entry(MEMBER, &active)]}),
        })
    });
    let open = |account: &str| {
        ok(
            "AssumeRole",
            &format!(
                "<Credentials><AccessKeyId>ASIA{account}</AccessKeyId><SecretAccessKey>CANARY</SecretAccessKey><SessionToken>CANARY</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>"
            ),
        )
    };
    fake.on("AssumeRole", move |call| match call.param("RoleArn") {
        "arn:aws:iam::222222222222:role/rollcall-read" => open(MEMBER),
        "arn:aws:iam::123456789012:role/first" => open(ACCOUNT),
        _ => denied(),
    });
    fake
}

fn config() -> Value {
    json!({"organization": true, "external_id": "xid"})
}

fn state(collected: &Collected, account: &str) -> ScopeState {
    collected.scope(&ScopeKey::realm(&collected.stream, account)).unwrap().state
}

#[tokio::test]
async fn the_accounts_of_an_organisation() {
    let fake = organization();
    let collected = collect(&fake.connector(&config()), "accounts", now()).await;
    assert_declared(&rollcall_aws::definition(), &collected);
    collected.assert_complete();
    let scope = &collected.scopes[0];
    assert_eq!(scope.started.scope, ScopeKey::realm("accounts", "o-acme123456"));
    let names: Vec<_> = collected.entities().map(|e| (e.key.realm.as_str(), e.disabled)).collect();
    assert_eq!(
        names,
        [(ACCOUNT, Some(false)), (MEMBER, Some(false)), (SHUT, Some(false)), (CLOSED, Some(true))]
    );
    assert_eq!(collected.entity(ACCOUNT).attributes["management"], json!(true));
    assert_eq!(collected.entity(SHUT).attributes["state"], "ACTIVE", "the older Status stands in");
    assert_eq!(collected.entity(CLOSED).attributes["state"], "CLOSED");
    assert_eq!(collected.entity(MEMBER).attributes["email"], "222222222222@example.com");
    // One account, one line about it.
    assert_eq!(scope.notes.len(), 1);
    assert!(scope.notes[0].message.contains(SHUT) && scope.notes[0].hides.is_some());
}

#[tokio::test]
async fn each_account_is_read_by_its_own_role_and_fails_alone() {
    let fake = organization();
    let connector = fake.connector(&config());
    for stream in ["accounts", "server-certificates", "access-keys"] {
        let collected = collect(&connector, stream, now()).await;
        if stream == "accounts" {
            continue;
        }
        assert_eq!(state(&collected, ACCOUNT), ScopeState::Complete);
        assert_eq!(state(&collected, MEMBER), ScopeState::Complete);
        assert_eq!(state(&collected, SHUT), ScopeState::Forbidden);
        assert_eq!(state(&collected, CLOSED), ScopeState::Skipped);
        let told = &collected.scope(&ScopeKey::realm(stream, SHUT)).unwrap().problems;
        assert_eq!((told.len(), told[0].code.as_str()), (1, "account_unreachable"));
        assert!(!told[0].message.contains("arn:"), "the whole story is told once");
        for scope in &collected.scopes {
            let parent = scope.started.parent.as_ref().unwrap();
            assert_eq!(
                (parent.kind.as_str(), &parent.id),
                ("aws.account", &scope.started.scope.realm)
            );
        }
    }
    let signers: HashSet<_> = fake
        .calls()
        .iter()
        .filter(|c| c.action == "ListServerCertificates")
        .map(|c| c.signer.clone())
        .collect();
    assert_eq!(signers, HashSet::from(["AKIABASE".to_owned(), "ASIA222222222222".to_owned()]));
    let roles: Vec<_> = fake.calls().into_iter().filter(|c| c.action == "AssumeRole").collect();
    assert_eq!(roles.len(), 2, "each door is tried once a run");
    assert!(
        roles
            .iter()
            .all(|c| c.param("ExternalId") == "xid" && c.param("RoleSessionName") == "rollcall")
    );
}

#[tokio::test]
async fn one_accounts_refusal_in_the_middle_leaves_the_others() {
    let fake = organization();
    fake.on("ListServerCertificates", |call| match call.signer.as_str() {
        "AKIABASE" => denied(),
        _ => answers::last("ListServerCertificates", "<ServerCertificateMetadataList/>"),
    });
    let collected = collect(&fake.connector(&config()), "server-certificates", now()).await;
    assert_eq!(state(&collected, ACCOUNT), ScopeState::Forbidden);
    assert_eq!(state(&collected, MEMBER), ScopeState::Complete);
}

#[tokio::test]
async fn only_some_accounts_and_streams() {
    let fake = organization();
    let config = json!({"organization": true, "accounts": [ACCOUNT, MEMBER], "skip_accounts": [ACCOUNT], "skip_streams": ["ssh-public-keys"]});
    let connector = fake.connector(&config);
    let collected = collect(&connector, "instance-profiles", now()).await;
    assert_eq!(collected.scopes.len(), 1);
    assert_eq!(state(&collected, MEMBER), ScopeState::Complete);
    assert_eq!(collect(&connector, "ssh-public-keys", now()).await.scopes.len(), 0);
    assert_eq!(
        collect(&connector, "accounts", now()).await.entities().count(),
        4,
        "they exist all the same"
    );
    // Without asking the organisation.
    let connector = fake.connector(&json!({"accounts": [MEMBER, SHUT]}));
    let collected = collect(&connector, "instance-profiles", now()).await;
    assert_eq!(
        (state(&collected, MEMBER), state(&collected, SHUT)),
        (ScopeState::Complete, ScopeState::Forbidden)
    );
    assert_eq!(collect(&connector, "accounts", now()).await.scopes.len(), 2);
}

#[tokio::test]
async fn accounts_that_cannot_be_listed_are_a_gap() {
    let fake = organization();
    fake.say("ListAccounts", json_error(400, "AccessDeniedException"));
    let connector = fake.connector(&config());
    let collected = collect(&connector, "accounts", now()).await;
    assert_eq!(
        (collected.states(), collected.entities().count()),
        (vec![ScopeState::Forbidden], 0)
    );
    let collected = collect(&connector, "instance-profiles", now()).await;
    assert_eq!(state(&collected, ACCOUNT), ScopeState::Complete);
    assert_eq!(collected.codes(), ["accounts_unknown"]);
    // A page that fails leaves what came before it, and no completeness.
    let fake = organization();
    fake.on("ListAccounts", |call| match call.param("NextToken") {
        "" => json_answer(&json!({"Accounts": [entry(MEMBER, &json!({"State": "ACTIVE"})), {"Name": "nameless"}], "NextToken": "b"})),
        _ => json_error(400, "TooManyRequestsException"),
    });
    let collected = collect(&fake.connector(&config()), "accounts", now()).await;
    assert_eq!((collected.states(), collected.entities().count()), (vec![ScopeState::Partial], 1));
    assert_eq!(collected.codes(), ["bad_entry", "throttled"]);
    let fake = organization();
    fake.on("ListAccounts", |_| json_answer(&json!({"Accounts": [], "NextToken": "same"})));
    assert_eq!(collect(&fake.connector(&config()), "accounts", now()).await.codes(), ["page_loop"]);
    let fake = organization();
    fake.on("ListAccounts", |_| json_answer(&json!({"Accounts": []})));
    assert_eq!(
        collect(&fake.connector(&config()), "accounts", now()).await.codes(),
        ["empty_answer"]
    );
}

#[tokio::test]
async fn no_organisation_is_no_fault() {
    let fake = organization();
    fake.say("DescribeOrganization", json_error(400, "AWSOrganizationsNotInUseException"));
    let connector = fake.connector(&config());
    let collected = collect(&connector, "accounts", now()).await;
    collected.assert_complete();
    assert_eq!(collected.scopes[0].started.scope.realm, ACCOUNT);
    assert_eq!(collected.scopes[0].notes[0].code, "no_organization");
    collect(&connector, "instance-profiles", now()).await.assert_complete();
    assert_eq!(fake.count("ListAccounts"), 0);
}

#[tokio::test]
async fn the_first_role_is_assumed_before_anything_else() {
    let fake = organization();
    let connector = fake.connector(&json!({"role_arn": "arn:aws:iam::123456789012:role/first"}));
    collect(&connector, "instance-profiles", now()).await.assert_complete();
    let calls = fake.calls();
    let order: Vec<_> = calls.iter().map(|c| (c.action.as_str(), c.signer.as_str())).collect();
    assert_eq!(
        order,
        [
            ("AssumeRole", "AKIABASE"),
            ("GetCallerIdentity", "ASIA123456789012"),
            ("ListInstanceProfiles", "ASIA123456789012")
        ]
    );
    let connector = fake.connector(&json!({"role_arn": "arn:aws:iam::123456789012:role/other"}));
    let ended = collect(&connector, "instance-profiles", now()).await.ended.unwrap();
    assert_eq!(ended.class, ProblemClass::Permission);
    assert!(ended.message.contains("role/other"), "{}", ended.message);
}

#[tokio::test]
async fn what_an_interrupted_run_completed_is_not_read_again() {
    let fake = organization();
    let request = SyncRequest::new("instance-profiles", now());
    let read = HashSet::from([ScopeKey::realm("instance-profiles", ACCOUNT)]);
    let collected = collect_request(&fake.connector(&config()), request, read).await;
    assert_eq!(collected.scopes.len(), 3);
    assert_eq!(fake.calls().iter().filter(|c| c.action == "ListInstanceProfiles").count(), 1);
}

#[tokio::test]
async fn other_partitions() {
    for (partition, region, host) in [
        ("aws-cn", "cn-north-1", "iam.cn-north-1.amazonaws.com.cn"),
        ("aws-us-gov", "us-gov-west-1", "iam.us-gov.amazonaws.com"),
    ] {
        let fake = organization();
        let caller = format!(
            "<Arn>arn:{partition}:iam::{ACCOUNT}:user/reader</Arn><Account>{ACCOUNT}</Account>"
        );
        fake.say("GetCallerIdentity", ok("GetCallerIdentity", &caller));
        let page = answers::details_1().replace("arn:aws:", &format!("arn:{partition}:"));
        fake.say(
            "GetAccountAuthorizationDetails",
            answers::last("GetAccountAuthorizationDetails", &page),
        );
        let options = rollcall_connector::transport::TransportOptions::hasty();
        let connector =
            fake.connector_with(&json!({"accounts": [ACCOUNT, MEMBER]}), &options, region);
        let collected = collect(&connector, "authorization-details", now()).await;
        assert_eq!(state(&collected, ACCOUNT), ScopeState::Complete);
        let text = serde_json::to_string(&collected).unwrap();
        assert!(text.contains(&format!(r#""namespace":"aws.arn","authority":"{partition}""#)));
        let calls = fake.calls();
        let iam = calls.iter().find(|c| c.action.starts_with("GetAccount")).unwrap();
        assert_eq!((iam.host.as_str(), iam.signed_region.as_str()), (host, region));
        let role = calls.iter().find(|c| c.action == "AssumeRole").unwrap();
        assert_eq!(
            role.param("RoleArn"),
            format!("arn:{partition}:iam::{MEMBER}:role/rollcall-read")
        );
    }
}
