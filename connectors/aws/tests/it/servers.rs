//! Servers that other people wrote: moto and ministack, filled by our script and compared with what
//! it says it made.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use rollcall_aws::{Aws, Config};
use rollcall_connector::testkit::{Collected, assert_declared, collect};
use rollcall_connector::transport::TransportOptions;
use rollcall_model::{Endpoint, ScopeKey, ScopeState};
use rollcall_record::Record;
use rollcall_testing::{PythonModule, PythonServer, python_for};
use serde_json::{Value, json};

use crate::fake::now;

/// The workspace's root.
fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A server that ends with the test.
struct Server {
    _process: PythonServer,
    endpoint: String,
}

impl Server {
    fn new(process: PythonServer) -> Self {
        let endpoint = process.url();
        Self { _process: process, endpoint }
    }

    fn moto() -> Self {
        Self::new(PythonServer::moto().unwrap())
    }

    fn ministack() -> Self {
        let module = PythonModule::ministack().with("SERVICES", "iam,sts,organizations");
        Self::new(PythonServer::start(&module).unwrap())
    }

    /// Fills the server; what was made.
    fn fill(&self, arguments: &[&str]) -> Value {
        let script = root().join("tests/aws/fill_moto.py");
        let out = Command::new(python_for("boto3").unwrap())
            .arg("-B")
            .arg(script)
            .args(["--endpoint", &self.endpoint])
            .args(arguments)
            .output()
            .unwrap();
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
        serde_json::from_slice(&out.stdout).unwrap()
    }

    fn sdk(&self) -> SdkConfig {
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new("us-east-1"))
            .endpoint_url(&self.endpoint)
            .retry_config(aws_config::retry::RetryConfig::disabled())
            .sleep_impl(aws_smithy_async::rt::sleep::SharedAsyncSleep::new(
                aws_smithy_async::rt::sleep::TokioSleep::new(),
            ))
            .time_source(aws_smithy_async::time::SharedTimeSource::new(
                aws_smithy_async::time::SystemTimeSource::new(),
            ))
            .credentials_provider(SharedCredentialsProvider::new(Credentials::new(
                "testing", "testing", None, None, "test",
            )))
            .build()
    }

    fn connector(&self, config: &Value) -> Aws {
        let options = TransportOptions {
            first_pause: Duration::from_millis(20),
            longest_pause: Duration::from_millis(200),
            timeout: Duration::from_secs(30),
            ..TransportOptions::hasty()
        };
        Aws::new(Config::parse(config).unwrap(), Some(self.sdk()), &options).unwrap()
    }
}

async fn read_everything(server: &Server, config: &Value) -> BTreeMap<String, Collected> {
    let connector = server.connector(config);
    let mut all = BTreeMap::new();
    for stream in rollcall_aws::definition().streams {
        let collected = collect(&connector, &stream.name, now()).await;
        assert_declared(&rollcall_aws::definition(), &collected);
        all.insert(stream.name, collected);
    }
    all
}

type Ids = BTreeMap<String, BTreeSet<String>>;
type Pairs = BTreeMap<String, BTreeSet<(String, String)>>;

/// What was read in one account, in the words of the script: kinds without ids of their own go by
/// ARN or name.
fn inventory(all: &BTreeMap<String, Collected>, account: &str) -> (Ids, Pairs) {
    let (mut kinds, mut relations) = (Ids::new(), Pairs::new());
    let word = |id: &str| id.split_once('@').map_or(id, |(name, _)| name).to_owned();
    let end = |end: &Endpoint| match end {
        Endpoint::Key(key) => word(&key.id),
        Endpoint::Reference(reference) => reference.value.clone(),
    };
    let mut arns = BTreeMap::new();
    for collected in all.values() {
        let Some(scope) = collected.scope(&ScopeKey::realm(&collected.stream, account)) else {
            continue;
        };
        for record in &scope.records {
            if let Record::Reference(r) = record
                && r.reference.namespace == "aws.arn"
            {
                arns.insert(r.entity.id.clone(), r.reference.value.clone());
            }
        }
        for entity in scope.entities().filter(|e| e.key.realm == account) {
            let kind = entity.key.kind.as_str();
            let by_arn = ["aws.iam-policy", "aws.saml-provider"].contains(&kind);
            let id = if by_arn { arns[&entity.key.id].clone() } else { word(&entity.key.id) };
            kinds.entry(kind.to_owned()).or_default().insert(id);
        }
        for relation in scope.relations().filter(|r| r.relation.as_str() != "contains") {
            let pair = (end(&relation.from), end(&relation.to));
            relations.entry(relation.relation.to_string()).or_default().insert(pair);
        }
    }
    (kinds, relations)
}

/// Holds what was read in an account against what was made there, exactly.
fn compare(all: &BTreeMap<String, Collected>, truth: &Value, account: &str) {
    let (mut kinds, relations) = inventory(all, account);
    // Every account is there itself, and its root user, without being made.
    assert_eq!(kinds.remove("aws.account"), Some(BTreeSet::from([account.to_owned()])));
    assert_eq!(kinds.remove("aws.root-user"), Some(BTreeSet::from([account.to_owned()])));
    let made = &truth["accounts"][account];
    let expected: Ids = serde_json::from_value(made["kinds"].clone()).unwrap();
    assert_eq!(kinds, expected, "kinds of {account}");
    let expected: Pairs = serde_json::from_value(made["relations"].clone()).unwrap();
    assert_eq!(relations, expected, "relations of {account}");
    let disabled: BTreeSet<String> = all["access-keys"]
        .entities()
        .filter(|e| e.key.realm == account && e.disabled == Some(true))
        .map(|e| e.key.id.clone())
        .collect();
    let expected: BTreeSet<String> =
        serde_json::from_value(made["disabled"].clone()).unwrap_or_default();
    assert_eq!(disabled, expected, "disabled keys of {account}");
    let (mut inline, mut boundaries) = (BTreeSet::new(), BTreeSet::new());
    for entity in all["authorization-details"].entities().filter(|e| e.key.realm == account) {
        for policy in
            entity.attributes.get("policies").and_then(Value::as_array).into_iter().flatten()
        {
            match (policy["role"].as_str().unwrap(), policy["name"].as_str()) {
                ("boundary", _) => {
                    boundaries.insert((
                        entity.key.id.clone(),
                        policy["arn"].as_str().unwrap().to_owned(),
                    ));
                }
                ("permission", Some("inline")) => {
                    assert!(!policy["statements"].as_array().unwrap().is_empty());
                    inline.insert(entity.key.id.clone());
                }
                _ => {}
            }
        }
        assert!(!entity.attributes.contains_key("policy_unreadable"), "{}", entity.name);
    }
    let expected: BTreeSet<String> =
        serde_json::from_value(made["inline"].clone()).unwrap_or_default();
    assert_eq!(inline, expected, "inline policies of {account}");
    let expected: BTreeSet<(String, String)> =
        serde_json::from_value(made["boundaries"].clone()).unwrap_or_default();
    assert_eq!(boundaries, expected, "boundaries of {account}");
}

fn states(collected: &Collected) -> BTreeSet<String> {
    collected.states().iter().map(ToString::to_string).collect()
}

#[tokio::test]
async fn an_organisation_on_moto_is_read_exactly() {
    let server = Server::moto();
    let truth = server.fill(&[
        "--roles",
        "60",
        "--users",
        "45",
        "--policies",
        "20",
        "--groups",
        "6",
        "--members",
        "2",
        "--member-roles",
        "12",
        "--member-users",
        "7",
    ]);
    let all = read_everything(&server, &json!({"organization": true, "concurrency": 2})).await;
    for account in truth["accounts"].as_object().unwrap().keys() {
        compare(&all, &truth, account);
    }
    for (stream, collected) in &all {
        // What moto does not have is skipped and said, never taken for empty.
        let skipped =
            ["service-specific-credentials", "service-last-accessed"].contains(&stream.as_str());
        let expected = if skipped { ScopeState::Skipped } else { ScopeState::Complete };
        assert_eq!(
            states(collected),
            BTreeSet::from([expected.to_string()]),
            "{stream}: {:?}",
            collected.codes()
        );
    }
    let accounts = &all["accounts"];
    assert_eq!(accounts.scopes[0].started.scope.realm, truth["organization"].as_str().unwrap());
    assert_eq!(accounts.entities().count(), 3);
    for role in
        all["authorization-details"].entities().filter(|e| e.key.kind.as_str() == "aws.iam-role")
    {
        let policies = role.attributes["policies"].as_array().unwrap();
        assert_eq!(policies[0]["role"], "trust", "{}", role.name);
    }
    let saml = all["saml-providers"].entities().next().unwrap();
    assert_eq!(saml.attributes["signing_certificates"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn an_account_on_ministack_is_read_exactly() {
    let server = Server::ministack();
    let truth = server.fill(&[
        "--roles",
        "30",
        "--users",
        "20",
        "--policies",
        "10",
        "--groups",
        "4",
        "--members",
        "0",
        "--only-basics",
    ]);
    let all = read_everything(&server, &json!({})).await;
    let account = truth["own"].as_str().unwrap();
    let missing = [
        "server-certificates",
        "service-specific-credentials",
        "signing-certificates",
        "ssh-public-keys",
    ];
    for (stream, collected) in &all {
        let expected = if missing.contains(&stream.as_str()) {
            ScopeState::Skipped
        } else {
            ScopeState::Complete
        };
        assert_eq!(
            states(collected),
            BTreeSet::from([expected.to_string()]),
            "{stream}: {:?}",
            collected.codes()
        );
    }
    assert!(
        all["authorization-details"].scopes[0].notes.is_empty(),
        "ministack tells the ids of policies"
    );
    compare(&all, &truth, account);
}
