//! What becomes of AWS's answers.

use rollcall_connector::testkit::{
    Collected, assert_contract, assert_declared, assert_idempotent, assert_no_canary, collect,
};
use rollcall_model::{EntityType, IdentityClass, Relation, ScopeState};
use rollcall_record::Record;
use serde_json::json;

use crate::answers::{self, ACCOUNT, CANARY};
use crate::fake::now;

async fn read(stream: &str) -> Collected {
    let connector = answers::account().connector(&json!({}));
    let collected = collect(&connector, stream, now()).await;
    assert_declared(&rollcall_aws::definition(), &collected);
    assert_no_canary(&collected, CANARY);
    collected
}

fn pairs(collected: &Collected, relation: Relation) -> Vec<(String, String)> {
    let end = |e: &rollcall_model::Endpoint| match e {
        rollcall_model::Endpoint::Key(key) => key.id.clone(),
        rollcall_model::Endpoint::Reference(r) => r.value.clone(),
    };
    let of = collected.relations().filter(|r| r.relation == relation);
    of.map(|r| (end(&r.from), end(&r.to))).collect()
}

fn activities(collected: &Collected) -> Vec<(String, String, String)> {
    let records = collected.scopes.iter().flat_map(|s| &s.records);
    records
        .filter_map(|r| match r {
            Record::Activity(a) => {
                let rollcall_model::Endpoint::Key(key) = &a.entity else { panic!("{a:?}") };
                Some((key.id.clone(), a.evidence.clone(), a.last_at.to_string()))
            }
            _ => None,
        })
        .collect()
}

fn references(collected: &Collected, id: &str) -> Vec<String> {
    let records = collected.scopes.iter().flat_map(|s| &s.records);
    records
        .filter_map(|r| match r {
            Record::Reference(r) if r.entity.id == id => Some(r.reference.to_string()),
            _ => None,
        })
        .collect()
}

#[test]
fn the_definition_keeps_the_contract() {
    assert_contract(&rollcall_aws::definition());
}

#[tokio::test]
async fn every_stream_is_complete_declared_and_the_same_twice() {
    for stream in &rollcall_aws::definition().streams {
        let make = || answers::account().connector(&json!({}));
        let collected = assert_idempotent(make, &stream.name, now()).await;
        collected.assert_complete();
        assert_declared(&rollcall_aws::definition(), &collected);
        assert_no_canary(&collected, CANARY);
    }
}

#[tokio::test]
async fn users_and_groups() {
    let collected = read("authorization-details").await;
    let (ann, bot) = (collected.entity("AIDAANN"), collected.entity("AIDABOT"));
    assert_eq!(
        (ann.entity_type, ann.class, ann.name.as_str()),
        (EntityType::Identity, None, "ann")
    );
    assert_eq!(ann.created_at.unwrap().to_string(), "2021-01-01T00:00:00Z");
    assert_eq!(ann.attributes["tags"], json!({"owner": "ann@example.com"}));
    assert!(!ann.attributes.contains_key("policies") && !ann.attributes.contains_key("path"));
    assert_eq!(bot.attributes["path"], "/ci/");
    assert_eq!(
        bot.attributes["policies"],
        json!([
            {"role": "permission", "name": "upload", "statements": [
                {"sid": "S", "effect": "allow", "actions": ["s3:Get*", "s3:Put*"], "resources": ["arn:aws:s3:::a+b/*"]}]},
            {"role": "boundary", "name": "limit", "arn": "arn:aws:iam::123456789012:policy/bounds/limit"},
        ])
    );
    assert_eq!(
        references(&collected, "AIDABOT"),
        ["aws.arn:aws:arn:aws:iam::123456789012:user/ci/bot", "aws.unique-id:aws:AIDABOT"]
    );
    // The group is named by the user in other letters, and comes on the same page or a later one.
    let member = ("AIDAANN".to_owned(), "AGPAADMINS".to_owned());
    assert_eq!(pairs(&collected, Relation::MemberOf), [member]);
    assert_eq!(
        pairs(&collected, Relation::HasGrant),
        [
            ("AIDABOT".to_owned(), "arn:aws:iam::123456789012:policy/local".to_owned()),
            ("AGPAADMINS".to_owned(), "arn:aws:iam::aws:policy/AdministratorAccess".to_owned()),
        ]
    );
}

#[tokio::test]
async fn roles() {
    let collected = read("authorization-details").await;
    let deploy = collected.entity("AROADEPLOY");
    assert_eq!(deploy.class, Some(IdentityClass::Service));
    let trust = &deploy.attributes["policies"][0];
    assert_eq!(trust["role"], "trust");
    assert_eq!(
        trust["statements"][0]["conditions"]["StringLike"],
        json!({"token.actions.githubusercontent.com:sub": ["repo:acme/*:ref:refs/heads/main"]})
    );
    assert_eq!(
        trust["statements"][1]["principals"],
        json!({"AWS": ["111122223333", "AROAGONEGONEGONEGONE"]}),
        "the deleted principal is visible"
    );
    assert_eq!(
        activities(&collected),
        [(
            "AROADEPLOY".to_owned(),
            "aws.role-last-used".to_owned(),
            "2026-11-20T10:11:12Z".to_owned()
        )]
    );
    assert!(!deploy.attributes.values().any(|v| v.to_string().contains("2026-11-20")), "no churn");
    let linked = collected.entity("AROASLR");
    assert_eq!(
        (&linked.attributes["provider_managed"], linked.class),
        (&json!(true), Some(IdentityClass::Service))
    );
    assert_eq!(collected.entity("AROASSO").class, Some(IdentityClass::Human));
    assert!(!deploy.attributes.contains_key("provider_managed"));
}

#[tokio::test]
async fn policies() {
    let collected = read("authorization-details").await;
    let local = collected.entity("ANPALOCAL");
    assert_eq!((local.entity_type, local.key.realm.as_str()), (EntityType::Grant, ACCOUNT));
    assert_eq!(
        local.attributes["policies"],
        json!([{"role": "permission", "name": "local",
        "arn": "arn:aws:iam::123456789012:policy/local",
        "statements": [{"effect": "allow", "actions": ["*"], "resources": ["*"]}]}]),
        "the version in force"
    );
    assert_eq!(local.attributes["default_version"], "v2");
    let shared = collected.entity("arn:aws:iam::aws:policy/AdministratorAccess");
    assert_eq!(
        (shared.key.realm.as_str(), &shared.attributes["provider_managed"]),
        ("aws", &json!(true))
    );
    let contained: Vec<_> =
        pairs(&collected, Relation::Contains).into_iter().map(|(_, to)| to).collect();
    assert_eq!(
        contained,
        ["AIDAANN", "AIDABOT", "AGPAADMINS", "AROADEPLOY", "AROASLR", "AROASSO", "ANPALOCAL"]
    );
}

#[tokio::test]
async fn a_policy_without_id_is_known_by_its_arn_and_that_is_said() {
    let fake = answers::account();
    let page = answers::details_2()
        .replace("<PolicyName>local</PolicyName><PolicyId>ANPALOCAL</PolicyId>", "")
        .replace("<PolicyName>AdministratorAccess</PolicyName>", "");
    fake.say(
        "GetAccountAuthorizationDetails",
        answers::last("GetAccountAuthorizationDetails", &page),
    );
    let collected = collect(&fake.connector(&json!({})), "authorization-details", now()).await;
    collected.assert_complete();
    let local = collected.entity("arn:aws:iam::123456789012:policy/local@2022-01-01T00:00:00Z");
    assert_eq!((local.name.as_str(), &local.attributes["keyed_by_arn"]), ("local", &json!(true)));
    assert_eq!(
        collected.entity("arn:aws:iam::aws:policy/AdministratorAccess").name,
        "AdministratorAccess"
    );
    assert_eq!(collected.scopes[0].notes[0].code, "policy_without_id");
}

#[tokio::test]
async fn access_keys() {
    let collected = read("access-keys").await;
    let (key, old) = (collected.entity("AKIABOTKEY"), collected.entity("AKIAOLDKEY"));
    assert_eq!((key.disabled, old.disabled), (Some(false), Some(true)));
    assert_eq!(old.attributes["status"], "Expired");
    assert_eq!(
        pairs(&collected, Relation::AuthenticatesAs),
        [
            ("AKIABOTKEY".to_owned(), "AIDABOT".to_owned()),
            ("AKIAOLDKEY".to_owned(), "AIDABOT".to_owned())
        ]
    );
    assert_eq!(
        activities(&collected),
        [(
            "AKIABOTKEY".to_owned(),
            "aws.access-key-last-used".to_owned(),
            "2026-11-21T10:00:00Z".to_owned()
        )]
    );
    assert_eq!(references(&collected, "AKIABOTKEY"), ["aws.unique-id:aws:AKIABOTKEY"]);
}

#[tokio::test]
async fn passwords_and_devices() {
    let passwords = read("login-profiles").await;
    assert_eq!(
        pairs(&passwords, Relation::AuthenticatesAs),
        [("AIDAANN".to_owned(), "AIDAANN".to_owned())]
    );
    let password = passwords.entity("AIDAANN");
    assert_eq!(
        (password.key.kind.as_str(), &password.attributes["reset_required"]),
        ("aws.console-password", &json!(true))
    );
    let devices = read("mfa-devices").await;
    let forms: Vec<_> = devices.entities().map(|e| e.attributes["form"].clone()).collect();
    assert_eq!(forms, ["virtual", "security-key", "hardware"]);
    assert_eq!(
        devices.entities().next().unwrap().key.id,
        "arn:aws:iam::123456789012:mfa/phone@2021-01-03T00:00:00Z"
    );
}

#[tokio::test]
async fn other_credentials_of_users() {
    let bedrock = read("service-specific-credentials").await;
    let key = bedrock.entity("ACCABEDROCK");
    assert_eq!(
        (key.name.as_str(), &key.attributes["service"]),
        ("BedrockAPIKey-x", &json!("bedrock.amazonaws.com"))
    );
    assert_eq!(key.expires_at.unwrap().to_string(), "2027-01-01T00:00:00Z");
    assert_eq!(read("ssh-public-keys").await.entity("APKAANN").disabled, Some(true));
    let certificates = read("signing-certificates").await;
    let certificate = certificates.entity("CERT1");
    assert_eq!(certificate.expires_at.unwrap().to_string(), "2036-01-02T03:04:05Z");
    assert_eq!(certificate.attributes["subject"], "CN=example, O=Example Ltd");
}

#[tokio::test]
async fn what_the_account_owns() {
    let certificates = read("server-certificates").await;
    assert_eq!(
        certificates.entity("ASCASITE").expires_at.unwrap().to_string(),
        "2026-12-01T00:00:00Z"
    );
    let oidc = read("oidc-providers").await;
    let provider = oidc.entities().next().unwrap();
    assert_eq!(provider.attributes["issuer"], "token.actions.githubusercontent.com");
    assert_eq!(provider.attributes["audiences"], json!(["a", "sts.amazonaws.com"]));
    let saml = read("saml-providers").await;
    let provider = saml.entity("uuid-1");
    assert_eq!(provider.attributes["entity_id"], "https://idp.example.com/saml?a=1&b=2");
    assert_eq!(
        provider.attributes["signing_certificates"],
        json!([{"subject": "CN=example, O=Example Ltd", "expires_at": "2036-01-02T03:04:05Z"}])
    );
    assert_eq!(
        (&provider.attributes["private_keys"], &provider.attributes["encryption"]),
        (&json!(["PK1"]), &json!("allowed"))
    );
    let profiles = read("instance-profiles").await;
    assert_eq!(
        pairs(&profiles, Relation::RunsAs),
        [("AIPAWEB".to_owned(), "AROADEPLOY".to_owned())]
    );
}

#[tokio::test]
async fn the_credential_report() {
    let collected = read("credential-report").await;
    let root = collected.entity(ACCOUNT);
    assert_eq!((root.key.kind.as_str(), root.class), ("aws.root-user", Some(IdentityClass::Human)));
    assert_eq!(
        (&root.attributes["access_keys"], &root.attributes["mfa_active"]),
        (&json!(1), &json!(true))
    );
    assert!(!root.attributes.contains_key("password_enabled"), "not supported is not false");
    let users: Vec<_> = collected
        .entities()
        .filter(|e| e.key.kind.as_str() == "aws.iam-user")
        .map(|e| e.name.as_str())
        .collect();
    assert_eq!(users, ["ann", "bot"], "who is gone since is left out");
    let mut used = activities(&collected);
    used.sort();
    assert_eq!(
        used,
        [
            (
                ACCOUNT.to_owned(),
                "aws.root-access-key-last-used".to_owned(),
                "2020-01-01T00:00:00Z".to_owned()
            ),
            (
                ACCOUNT.to_owned(),
                "aws.root-password-last-used".to_owned(),
                "2026-10-01T08:00:00Z".to_owned()
            ),
            (
                "AIDAANN".to_owned(),
                "aws.password-last-used".to_owned(),
                "2026-11-01T07:00:00Z".to_owned()
            ),
        ]
    );
}

#[tokio::test]
async fn settings_and_services_used() {
    let settings = read("account-settings").await;
    let account = settings.entity(ACCOUNT);
    assert_eq!(
        (account.name.as_str(), &account.attributes["root_mfa"]),
        ("acme-prod", &json!(true))
    );
    assert_eq!(account.attributes["outbound_enabled"], json!(false), "switched off is no fault");
    assert!(!account.attributes.contains_key("root_signing_certificates"), "not told is not false");
    let used = read("service-last-accessed").await;
    assert_eq!(
        activities(&used),
        [(
            "AROADEPLOY".to_owned(),
            "aws.service-last-accessed".to_owned(),
            "2026-11-19T00:00:00Z".to_owned()
        )]
    );
    assert_eq!(used.states(), [ScopeState::Complete]);
}

#[tokio::test]
async fn the_own_account_alone() {
    let collected = read("accounts").await;
    collected.assert_complete();
    assert_eq!(collected.entity(ACCOUNT).entity_type, EntityType::Resource);
    assert_eq!(references(&collected, ACCOUNT), ["aws.account-id:aws:123456789012"]);
}
