//! What goes wrong, and what it must not be taken for.

use std::time::Duration;

use rollcall_aws::definition;
use rollcall_connector::testkit::{Collected, assert_prompt_cancel, collect};
use rollcall_model::{ProblemClass, ScopeState};
use serde_json::json;

use crate::answers::{self, denied, details_1, error, html_500, last, member, more, ok};
use crate::fake::{Answer, Fake, now};

async fn read(fake: &Fake, stream: &str) -> Collected {
    collect(&fake.connector(&json!({})), stream, now()).await
}

const DETAILS: &str = "GetAccountAuthorizationDetails";

/// The first operation of each stream but the list of users.
fn first_operation(stream: &str) -> &'static str {
    match stream {
        "authorization-details" => DETAILS,
        "credential-report" => "GenerateCredentialReport",
        "access-keys" => "ListAccessKeys",
        "login-profiles" => "GetLoginProfile",
        "mfa-devices" => "ListMFADevices",
        "service-specific-credentials" => "ListServiceSpecificCredentials",
        "ssh-public-keys" => "ListSSHPublicKeys",
        "signing-certificates" => "ListSigningCertificates",
        "server-certificates" => "ListServerCertificates",
        "oidc-providers" => "ListOpenIDConnectProviders",
        "saml-providers" => "ListSAMLProviders",
        "instance-profiles" => "ListInstanceProfiles",
        "service-last-accessed" => "GenerateServiceLastAccessedDetails",
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn every_fault_of_every_stream_has_its_own_state() {
    let faults: [(Answer, ProblemClass, ScopeState); 8] = [
        (denied(), ProblemClass::Permission, ScopeState::Forbidden),
        (error(403, "ExpiredToken", "expired"), ProblemClass::Permission, ScopeState::Forbidden),
        (error(400, "Throttling", "Rate exceeded"), ProblemClass::RateLimited, ScopeState::Failed),
        (error(503, "ServiceUnavailable", "later"), ProblemClass::Transient, ScopeState::Failed),
        (html_500(), ProblemClass::Unsupported, ScopeState::Skipped),
        (error(400, "InvalidAction", "no"), ProblemClass::Unsupported, ScopeState::Skipped),
        (Answer::HangUp, ProblemClass::Transient, ScopeState::Failed),
        (Answer::Body(200, "text/xml", String::new()), ProblemClass::Malformed, ScopeState::Failed),
    ];
    let streams = definition().streams;
    let streams = streams.iter().map(|s| s.name.as_str());
    for stream in streams.filter(|s| !["accounts", "account-settings"].contains(s)) {
        for (answer, class, state) in faults.clone() {
            let fake = answers::account();
            fake.say(first_operation(stream), answer.clone());
            let collected = read(&fake, stream).await;
            let scope = &collected.scopes[0];
            assert_eq!(collected.scopes.len(), 1);
            let classes: Vec<_> = scope.problems.iter().map(|p| p.class).collect();
            assert!(classes.contains(&class), "{stream} {answer:?}: {:?}", scope.problems);
            if class == ProblemClass::Permission || class == ProblemClass::Unsupported {
                assert_eq!(scope.state, state, "{stream} {answer:?}");
                assert_eq!(
                    fake.count(first_operation(stream)) > 3,
                    class == ProblemClass::Unsupported && matches!(answer, Answer::Body(500, ..))
                );
            }
            assert_ne!(scope.state, ScopeState::Complete, "{stream} {answer:?}");
            let problem = scope.problems.iter().find(|p| p.class == class).unwrap();
            assert!(problem.evidence.is_some() && problem.hides.is_some(), "{problem:?}");
        }
    }
}

#[tokio::test]
async fn account_settings_are_refused_one_by_one() {
    let fake = answers::account();
    fake.say("ListAccountAliases", denied());
    let collected = read(&fake, "account-settings").await;
    assert_eq!(
        (collected.states(), collected.codes()),
        (vec![ScopeState::Partial], vec!["access_denied"])
    );
    assert_eq!(collected.entities().count(), 1);
    fake.say("GetAccountSummary", denied()).say("GetOutboundWebIdentityFederationInfo", denied());
    assert_eq!(read(&fake, "account-settings").await.states(), [ScopeState::Forbidden]);
    let fake = answers::account();
    fake.say("GetOutboundWebIdentityFederationInfo", html_500());
    let collected = read(&fake, "account-settings").await;
    assert_eq!(
        collected.states(),
        [ScopeState::Complete],
        "where it is not offered nothing is hidden"
    );
    assert_eq!(collected.scopes[0].notes[0].class, ProblemClass::Unsupported);
}

#[tokio::test]
async fn a_refusal_in_the_middle_leaves_what_was_read_and_no_completeness() {
    for answer in [
        denied(),
        error(403, "ExpiredToken", "expired"),
        error(400, "Throttling", "slow"),
        html_500(),
    ] {
        let fake = answers::account();
        fake.on(DETAILS, move |call| match call.param("Marker") {
            "" => more(DETAILS, "page2", &details_1()),
            _ => answer.clone(),
        });
        let collected = read(&fake, "authorization-details").await;
        assert_eq!(collected.states(), [ScopeState::Partial]);
        assert_eq!(collected.entity("AIDABOT").name, "bot");
    }
    let fake = answers::account();
    fake.on("ListAccessKeys", |call| match call.param("UserName") {
        "ann" => last(
            "ListAccessKeys",
            &format!(
                "<AccessKeyMetadata>{}</AccessKeyMetadata>",
                member(&[("AccessKeyId", "AKIAANN"), ("Status", "Active")])
            ),
        ),
        _ => denied(),
    });
    let collected = read(&fake, "access-keys").await;
    assert_eq!(
        (collected.states(), collected.codes()),
        (vec![ScopeState::Partial], vec!["access_denied"])
    );
    assert_eq!(collected.entity("AKIAANN").created_at, None);
}

#[tokio::test]
async fn throttling_and_stumbling_are_tried_again() {
    for answer in [
        error(400, "Throttling", "Rate exceeded"),
        html_500(),
        error(500, "ServiceFailure", "x"),
        Answer::HangUp,
    ] {
        let fake = answers::account();
        fake.on(DETAILS, move |call| match call.before {
            0..=2 => answer.clone(),
            _ => last(DETAILS, &answers::details_2()),
        });
        read(&fake, "authorization-details").await.assert_complete();
        assert_eq!(fake.count(DETAILS), 4);
    }
}

#[tokio::test]
async fn one_users_fault_leaves_the_others() {
    let fake = answers::account();
    fake.on("ListMFADevices", |call| match call.param("UserName") {
        "ann" => error(503, "ServiceUnavailable", "x"),
        user => last(
            "ListMFADevices",
            &format!(
                "<MFADevices>{}</MFADevices>",
                member(&[("SerialNumber", user), ("EnableDate", "2021-01-03T00:00:00Z")])
            ),
        ),
    });
    let collected = read(&fake, "mfa-devices").await;
    assert_eq!(
        (collected.states(), collected.codes()),
        (vec![ScopeState::Partial], vec!["server_error"])
    );
    assert_eq!(collected.entities().count(), 1);
    fake.on("ListMFADevices", |call| match call.param("UserName") {
        "ann" => error(404, "NoSuchEntity", "The user with name ann cannot be found."),
        _ => last("ListMFADevices", "<MFADevices/>"),
    });
    read(&fake, "mfa-devices").await.assert_complete();
}

#[tokio::test]
async fn last_use_that_is_refused_is_not_no_use() {
    let fake = answers::account();
    fake.say("GetAccessKeyLastUsed", denied());
    let collected = read(&fake, "access-keys").await;
    assert_eq!(
        (collected.states(), collected.codes()),
        (vec![ScopeState::Partial], vec!["access_denied"])
    );
    assert_eq!(collected.entities().count(), 2);
    let hides = collected.scopes[0].problems[0].hides.as_deref();
    assert_eq!(hides, Some("when access keys were last used"));
}

#[tokio::test]
async fn broken_pages() {
    for (answer, code) in [
        (more(DETAILS, "again", &details_1()), "page_loop"),
        (ok(DETAILS, &format!("<IsTruncated>true</IsTruncated>{}", details_1())), "page_lost"),
        (last(DETAILS, ""), "empty_answer"),
        (
            Answer::Body(
                200,
                "text/xml",
                "<GetAccountAuthorizationDetailsResponse><GetAccount".to_owned(),
            ),
            "bad_answer",
        ),
        (
            Answer::Body(200, "text/html", "<html><body>Sign in</body></html>".to_owned()),
            "bad_answer",
        ),
    ] {
        let fake = answers::account();
        fake.say(DETAILS, answer);
        let collected = read(&fake, "authorization-details").await;
        assert!(collected.codes().contains(&code), "{code}: {:?}", collected.codes());
        assert_ne!(collected.states(), [ScopeState::Complete]);
        assert!(fake.count(DETAILS) <= 2);
    }
    let fake = answers::account();
    fake.say("ListUsers", more("ListUsers", "again", &answers::users()));
    assert_eq!(read(&fake, "access-keys").await.codes(), ["page_loop"]);
}

#[tokio::test]
async fn an_empty_account_is_complete_and_empty() {
    let fake = answers::account();
    let empty = "<UserDetailList/><GroupDetailList/><RoleDetailList/><Policies/>";
    fake.say(DETAILS, last(DETAILS, empty)).say("ListUsers", last("ListUsers", "<Users/>"));
    for stream in ["authorization-details", "access-keys", "mfa-devices"] {
        let collected = read(&fake, stream).await;
        collected.assert_complete();
        assert_eq!(collected.entities().count(), 0);
    }
}

#[tokio::test]
async fn entries_without_what_identifies_them_are_told_and_the_others_kept() {
    let fake = answers::account();
    let page = details_1()
        .replace("<UserId>AIDAANN</UserId>", "")
        .replace("</UserDetailList>", "<member/></UserDetailList>");
    fake.say(DETAILS, last(DETAILS, &page));
    let collected = read(&fake, "authorization-details").await;
    assert_eq!(collected.codes(), ["bad_entry", "bad_entry"]);
    assert_eq!(collected.states(), [ScopeState::Partial]);
    assert_eq!(collected.entity("AIDABOT").name, "bot");
    let located = collected.scopes[0].problems[0].evidence.as_ref().unwrap();
    assert_eq!(located.operation.as_deref(), Some("aws:iam:GetAccountAuthorizationDetails"));

    let fake = answers::account();
    fake.say(
        "ListInstanceProfiles",
        last("ListInstanceProfiles", "<InstanceProfiles><member/></InstanceProfiles>"),
    )
    .say("ListSSHPublicKeys", last("ListSSHPublicKeys", "<SSHPublicKeys><member/></SSHPublicKeys>"))
    .say(
        "ListOpenIDConnectProviders",
        ok(
            "ListOpenIDConnectProviders",
            "<OpenIDConnectProviderList><member/></OpenIDConnectProviderList>",
        ),
    );
    for stream in ["instance-profiles", "ssh-public-keys", "oidc-providers"] {
        let collected = read(&fake, stream).await;
        assert_eq!(collected.states(), [ScopeState::Partial], "{stream}");
        assert!(collected.codes().iter().all(|c| *c == "bad_entry"));
        assert!(collected.all_problems().all(|p| p.evidence.is_some()));
    }
}

#[tokio::test]
async fn an_unreadable_policy_marks_its_owner_and_the_scope() {
    let fake = answers::account();
    let broken = details_1().replacen("<PolicyDocument>", "<PolicyDocument>%7Bbroken", 1);
    fake.say(DETAILS, last(DETAILS, &broken));
    let collected = read(&fake, "authorization-details").await;
    assert_eq!(
        (collected.states(), collected.codes()),
        (vec![ScopeState::Partial], vec!["policy_unreadable"])
    );
    let bot = collected.entity("AIDABOT");
    assert_eq!(bot.attributes["policy_unreadable"], json!(["upload"]));
    assert_eq!(bot.attributes["policies"][0]["role"], "boundary", "what could be read stays");
    assert!(collected.scopes[0].problems[0].message.contains("user/ci/bot"));
}

#[tokio::test]
async fn many_faults_are_counted_not_listed() {
    let fake = answers::account();
    let many = "<member/>".repeat(500);
    fake.say(DETAILS, last(DETAILS, &format!("<UserDetailList>{many}</UserDetailList>")));
    let collected = read(&fake, "authorization-details").await;
    assert_eq!(collected.codes().len(), 21);
    assert!(collected.all_problems().last().unwrap().message.starts_with("480 more"));
}

#[tokio::test]
async fn a_group_that_was_not_listed_is_told() {
    let fake = answers::account();
    let page = details_1().replace("<member>Admins</member>", "<member>Ghosts</member>");
    fake.say(DETAILS, last(DETAILS, &page));
    let collected = read(&fake, "authorization-details").await;
    assert_eq!(collected.states(), [ScopeState::Partial]);
    assert!(collected.scopes[0].problems[0].message.contains("Ghosts"));
}

#[tokio::test]
async fn a_cut_report_and_unreadable_certificates() {
    let fake = answers::account();
    let report = |text: &str| {
        ok(
            "GetCredentialReport",
            &format!("<Content>{}</Content>", aws_smithy_types::base64::encode(text)),
        )
    };
    let cut = &answers::REPORT[..answers::REPORT.find("\nbot").unwrap() + 20];
    fake.say("GetCredentialReport", report(cut));
    assert_eq!(read(&fake, "credential-report").await.states(), [ScopeState::Partial]);
    fake.say("GetCredentialReport", report("hello"));
    assert_eq!(read(&fake, "credential-report").await.states(), [ScopeState::Failed]);
    fake.say("ListSigningCertificates", last("ListSigningCertificates", "<Certificates><member><CertificateId>C</CertificateId><CertificateBody>x</CertificateBody></member></Certificates>"))
        .say("GetSAMLProvider", ok("GetSAMLProvider", "<SAMLMetadataDocument>nothing</SAMLMetadataDocument>"));
    let certificates = read(&fake, "signing-certificates").await;
    assert_eq!(certificates.states(), [ScopeState::Partial]);
    assert_eq!(certificates.codes()[0], "certificate_unreadable");
    assert_eq!(read(&fake, "saml-providers").await.codes(), ["metadata_unreadable"]);
}

#[tokio::test]
async fn a_failed_job_is_no_unused_identity() {
    let fake = answers::account();
    fake.on("GetServiceLastAccessedDetails", |_| last("GetServiceLastAccessedDetails",
        "<JobStatus>FAILED</JobStatus><ServicesLastAccessed/><Error><Message>internal</Message><Code>x</Code></Error>"));
    let collected = read(&fake, "service-last-accessed").await;
    assert_eq!(collected.states(), [ScopeState::Partial]);
    assert_eq!(collected.codes(), ["job_failed"; 3]);
}

#[tokio::test]
async fn without_an_accepted_credential_the_stream_says_so() {
    let fake = answers::account();
    fake.say(
        "GetCallerIdentity",
        error(
            403,
            "InvalidClientTokenId",
            "The security token included in the request is invalid.",
        ),
    );
    let collected = read(&fake, "access-keys").await;
    let ended = collected.ended.unwrap();
    assert_eq!(
        (ended.class, ended.code.as_str()),
        (ProblemClass::Permission, "invalid_credentials")
    );
    assert!(ended.message.contains("region"), "{}", ended.message);
}

#[tokio::test]
async fn stopping_is_prompt() {
    for stream in ["authorization-details", "access-keys", "service-last-accessed", "accounts"] {
        let connector = answers::account().connector(&json!({}));
        assert_prompt_cancel(&connector, stream, now(), Duration::from_secs(1)).await;
    }
}
