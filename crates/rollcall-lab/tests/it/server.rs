//! The lab's AWS over HTTP, call by call.

use std::collections::BTreeSet;
use std::sync::Arc;

use rollcall_lab::{
    Archetype, AwsOptions, EVENTS, Entry, Fault, FaultKind, Lab, ServerHandle, serve_aws,
};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::company;

/// A lab that is being served.
pub(crate) struct Served {
    pub(crate) lab: Arc<Lab>,
    pub(crate) handle: ServerHandle,
}

pub(crate) async fn serve(size: u64, options: AwsOptions) -> Served {
    let company = company(size, Archetype::RegulatedBank, 1);
    let lab = Arc::new(Lab::new(company, options, None));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let handle = serve_aws(Arc::clone(&lab), listener).unwrap();
    Served { lab, handle }
}

impl Served {
    async fn http(&self, method: &str, path: &str, headers: &str, body: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(self.handle.address()).await.unwrap();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: lab\r\nConnection: close\r\nContent-Length: {}\r\n{headers}\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
        (status, answer.split_once("\r\n\r\n").unwrap().1.to_owned())
    }

    async fn call(&self, key: &str, query: &str) -> (u16, String) {
        let signed = format!(
            "Authorization: AWS4-HMAC-SHA256 Credential={key}/20261122/us-east-1/iam/aws4_request\r\n"
        );
        self.http("POST", "/", &signed, query).await
    }

    async fn session(&self, account: &str, extra: &str) -> (u16, String) {
        let query = format!(
            "Action=AssumeRole&RoleArn=arn:aws:iam::{account}:role/rollcall-read&RoleSessionName=t{extra}"
        );
        let (status, body) = self.call("AKIABASE", &query).await;
        (status, text_of(&body, "AccessKeyId").unwrap_or(body))
    }

    fn account(&self, entry: Entry) -> String {
        let company = self.lab.company();
        let found = (1..company.accounts).map(|n| company.account_head(n));
        found.into_iter().find(|a| a.entry == entry).unwrap().id
    }
}

fn text_of(xml: &str, element: &str) -> Option<String> {
    let from = xml.split_once(&format!("<{element}>"))?.1;
    Some(from.split_once('<')?.0.to_owned())
}

#[tokio::test]
async fn pages_hold_everything_once() {
    let served = serve(3_000, AwsOptions::default()).await;
    let id = served.account(Entry::Open);
    let (_, key) = served.session(&id, "").await;
    let (mut marker, mut seen, mut pages) = (String::new(), BTreeSet::new(), 0);
    loop {
        let query = format!("Action=ListRoles&MaxItems=7&Marker={marker}");
        let (status, body) = served.call(&key, &query).await;
        assert_eq!(status, 200, "{body}");
        for role in body.split("<RoleId>").skip(1) {
            assert!(seen.insert(role.split_once('<').unwrap().0.to_owned()));
        }
        pages += 1;
        match text_of(&body, "Marker") {
            Some(next) => marker = next,
            None => break,
        }
    }
    let planned: BTreeSet<String> =
        served.lab.account(&id).unwrap().roles.into_iter().map(|r| r.id).collect();
    assert_eq!(seen, planned);
    assert!(pages > 1);
    let (status, body) = served.call(&key, "Action=ListRoles&Marker=nonsense").await;
    assert_eq!((status, text_of(&body, "Code").as_deref()), (400, Some("ValidationError")));
}

#[tokio::test]
async fn doors_open_to_whom_they_should() {
    let options = AwsOptions { external_id: Some("agreed".to_owned()), ..AwsOptions::default() };
    let served = serve(400, options).await;
    let open = served.account(Entry::Open);
    assert_eq!(served.session(&open, "").await.0, 403, "without the external id");
    assert_eq!(served.session(&open, "&ExternalId=guessed").await.0, 403);
    let (status, key) = served.session(&open, "&ExternalId=agreed").await;
    assert_eq!(status, 200);
    let (_, who) = served.call(&key, "Action=GetCallerIdentity").await;
    assert_eq!(text_of(&who, "Account"), Some(open));
    let shut = served.account(Entry::Shut);
    let (status, body) = served.session(&shut, "&ExternalId=agreed").await;
    assert_eq!((status, text_of(&body, "Code").as_deref()), (403, Some("AccessDenied")));
    assert_eq!(served.session("000000000000", "&ExternalId=agreed").await.0, 403);
    let (_, limited) = served.session(&served.account(Entry::Limited), "&ExternalId=agreed").await;
    assert_eq!(served.call(&limited, "Action=ListUsers").await.0, 200);
    assert_eq!(served.call(&limited, "Action=GenerateCredentialReport").await.0, 403);
    assert_eq!(served.call("ASIAUNKNOWN", "Action=ListUsers").await.0, 403);
    assert_eq!(served.http("POST", "/", "", "Action=ListUsers").await.0, 403, "unsigned");
}

#[tokio::test]
async fn jobs_take_a_while_and_belong_to_their_session() {
    let served = serve(400, AwsOptions::default()).await;
    let id = served.account(Entry::Open);
    let (_, key) = served.session(&id, "").await;
    let (_, other) = served.session(&id, "").await;
    assert_eq!(served.call(&key, "Action=GetCredentialReport").await.0, 410);
    let mut states = Vec::new();
    for _ in 0..2 {
        let (_, body) = served.call(&key, "Action=GenerateCredentialReport").await;
        states.push(text_of(&body, "State").unwrap());
    }
    assert_eq!(states, ["STARTED", "COMPLETE"]);
    assert_eq!(served.call(&key, "Action=GetCredentialReport").await.0, 200);
    let account = served.lab.account(&id).unwrap();
    let role = account.roles.iter().find(|r| r.planted.is_some() && r.used.is_some()).unwrap();
    let arn = account.arn(&role.resource());
    let query = format!("Action=GenerateServiceLastAccessedDetails&Arn={arn}");
    let (_, body) = served.call(&key, &query).await;
    let job = text_of(&body, "JobId").unwrap();
    let ask = format!("Action=GetServiceLastAccessedDetails&JobId={job}");
    assert_eq!(served.call(&other, &ask).await.0, 404);
    let (_, first) = served.call(&key, &ask).await;
    assert_eq!(text_of(&first, "JobStatus").as_deref(), Some("IN_PROGRESS"));
    let (_, second) = served.call(&key, &ask).await;
    let at = role.used.as_ref().unwrap().at.to_string();
    assert_eq!(text_of(&second, "LastAuthenticated"), Some(at));
}

#[tokio::test]
async fn faults_strike_on_demand() {
    let served = serve(100, AwsOptions::default()).await;
    let list = || served.call("AKIABASE", "Action=ListUsers");
    let whole = list().await.1;
    for (kind, status, code) in [
        (FaultKind::Deny, 403, Some("AccessDenied")),
        (FaultKind::Throttle { every: 1 }, 400, Some("Throttling")),
        (FaultKind::RateLimit { per_second: 0 }, 400, Some("Throttling")),
        (FaultKind::ServerError, 500, Some("InternalFailure")),
    ] {
        served.lab.inject(Fault { operation: Some("ListUsers".to_owned()), account: None, kind });
        let (found, body) = list().await;
        assert_eq!((found, text_of(&body, "Code").as_deref()), (status, code), "{kind:?}");
        assert_eq!(served.call("AKIABASE", "Action=ListRoles").await.0, 200);
        served.lab.clear_faults();
    }
    let fault = r#"{"operation":"ListUsers","fault":"truncate"}"#;
    assert_eq!(served.http("POST", "/lab/faults", "", fault).await.0, 200);
    let (status, half) = list().await;
    assert!(status == 200 && whole.starts_with(&half) && half.len() * 2 <= whole.len() + 1);
    assert_eq!(served.http("POST", "/lab/faults", "", "{}").await.0, 400);
    assert_eq!(served.http("DELETE", "/lab/faults", "", "").await.0, 200);
    assert_eq!(list().await.1, whole);
    let kind = FaultKind::ExpireAfter { calls: 1 };
    served.lab.inject(Fault { operation: None, account: None, kind });
    let (_, key) = served.session(&served.account(Entry::Open), "").await;
    assert_eq!(served.call(&key, "Action=ListUsers").await.0, 200);
    let (status, body) = served.call(&key, "Action=ListUsers").await;
    assert_eq!((status, text_of(&body, "Code").as_deref()), (403, Some("ExpiredToken")));
    let calls = served.lab.calls();
    assert!(calls["ListUsers"] > 5 && calls["AssumeRole"] == 1);
}

#[tokio::test]
async fn every_event_happens_over_http_and_the_truth_follows() {
    let served = serve(1_000, AwsOptions::default()).await;
    let before = served.http("GET", "/lab/truth", "", "").await.1;
    for (name, _) in EVENTS {
        let (status, body) = served.http("POST", &format!("/lab/events/{name}"), "", "").await;
        let done: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(status, 200, "{body}");
        assert!(
            done["changed"].as_str().unwrap().len() > 10 && done["expect"].is_string(),
            "{body}"
        );
        let denied = served.call("AKIABASE", "Action=ListUsers").await.0 == 403;
        assert_eq!(denied, name == "forbid-source", "{name}");
    }
    let (status, body) = served.http("POST", "/lab/events/flood", "", "").await;
    assert!(status == 404 && body.contains("widen-role"), "{body}");
    let (_, body) = served.http("GET", "/lab/events", "", "").await;
    let listed: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(listed["events"].as_array().unwrap().len(), EVENTS.len());
    assert_eq!(listed["happened"].as_array().unwrap().len(), EVENTS.len());
    let after = served.http("GET", "/lab/truth", "", "").await.1;
    let identities =
        |text: &str| text.lines().filter(|l| l.contains("\"line\":\"identity\"")).count();
    assert_eq!(identities(&before), 1_000);
    // One agent more, one role less.
    assert_eq!(identities(&after), 1_000);
    let departed =
        |text: &str| text.lines().filter(|l| l.contains("\"rule\":\"owner-departed\"")).count();
    assert!(departed(&after) > departed(&before));
    assert!(after.contains("BedrockAPIKey-agent-1") && !before.contains("BedrockAPIKey-agent-1"));
    served.handle.shutdown().await.unwrap();
}
