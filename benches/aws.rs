//! One AWS account of 5,000 roles, 1,000 users, 1,000 keys and 400 policies, answered from memory, so
//! that only the client's own cost shows: signing, parsing, policies, records. The floor reads the same
//! answers' XML event by event and keeps nothing. The answers are made by one process and read by
//! another, so that making them leaves no heap behind that would count as reading.
//!
//! `cargo bench -p rollcall-benches --bench aws`

use std::collections::HashMap;
use std::collections::HashSet;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use anyhow::Result;
use rollcall_aws::{Aws, Config, MemoryAnswer, MemoryRequest, memory_sdk};
use rollcall_benches::measure::{Cost, Meter, peak_mib, reset_peak};
use rollcall_connector::transport::TransportOptions;
use rollcall_connector::{AHEAD, Connector, Message, SyncRequest, channel};
use rollcall_model::Timestamp;
use serde_json::json;
use tokio_util::sync::CancellationToken;

const ACCOUNT: &str = "123456789012";
const ROLES: usize = 5_000;
const USERS: usize = 1_000;
const POLICIES: usize = 400;
const PAGE: usize = 1_000;
const PAGES: usize = (ROLES + USERS + POLICIES).div_ceil(PAGE);

fn main() -> Result<()> {
    let folder = std::env::args().skip_while(|a| a != "--answers").nth(1);
    let Some(folder) = folder else {
        let folder = tempfile::tempdir()?;
        for page in 0..PAGES {
            std::fs::write(folder.path().join(page.to_string()), details(page))?;
        }
        let mut reader = Command::new(std::env::current_exe()?);
        let done = reader.arg("--answers").arg(folder.path()).status()?;
        anyhow::ensure!(done.success(), "reading ended with {done}");
        return Ok(());
    };
    let answers = Arc::new(Answers::load(Path::new(&folder))?);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    reset_peak();
    let before = peak_mib();
    let floor = floor(&answers)?;
    reset_peak();
    let (ours, records) = runtime.block_on(read(Arc::clone(&answers)))?;
    let peak = peak_mib();
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "AWS: {ROLES} roles, {USERS} users, {USERS} keys, {POLICIES} policies; {records} records"
    )?;
    writeln!(out, "XML events of the same answers   {:.2} cpu s", floor.cpu)?;
    writeln!(
        out,
        "authorization details and keys   {:.2} cpu s  {:.1} x the floor  peak {peak} MiB, of which {before} \
         MiB are the answers",
        ours.cpu,
        ours.cpu / floor.cpu
    )?;
    Ok(())
}

async fn read(answers: Arc<Answers>) -> Result<(Cost, usize)> {
    let sdk = memory_sdk("us-east-1", "AKIAREADER", move |request| Some(answers.to(&request)));
    let config: Config = serde_json::from_value(json!({}))?;
    let connector = Arc::new(Aws::new(config, Some(sdk), &TransportOptions::default())?);
    let meter = Meter::start();
    let mut records = 0;
    for stream in ["accounts", "authorization-details", "access-keys"] {
        let (out, mut inbox) = channel(AHEAD, CancellationToken::new(), HashSet::new());
        let request = SyncRequest::new(stream, Timestamp::from_seconds(1_790_000_000));
        let connector = Arc::clone(&connector);
        let reading = tokio::spawn(async move { connector.sync(request, out).await });
        while let Some(message) = inbox.recv().await {
            match message {
                Message::Records(_, found) => records += found.len(),
                Message::Failed(_, problem)
                | Message::Problem(_, problem)
                | Message::StreamProblem(problem) => anyhow::bail!("{stream}: {problem}"),
                _ => {}
            }
        }
        reading.await??;
    }
    anyhow::ensure!(records > ROLES + 2 * USERS, "only {records} records");
    Ok((meter.stop(), records))
}

fn floor(answers: &Answers) -> Result<Cost> {
    let meter = Meter::start();
    let mut events = 0_usize;
    for body in answers.bodies() {
        let mut reader = quick_xml::Reader::from_str(body);
        while !matches!(reader.read_event()?, quick_xml::events::Event::Eof) {
            events += 1;
        }
    }
    anyhow::ensure!(events > 100_000, "only {events} events");
    Ok(meter.stop())
}

/// Answers made beforehand: pages of the details by marker, and one small answer an operation and user.
struct Answers {
    details: Vec<bytes::Bytes>,
    users: bytes::Bytes,
    keys: HashMap<String, bytes::Bytes>,
    used: HashMap<String, bytes::Bytes>,
}

impl Answers {
    fn load(folder: &Path) -> Result<Self> {
        let page = |page: usize| Ok(std::fs::read(folder.join(page.to_string()))?.into());
        let names = || (0..USERS).map(|n| format!("user-{n}"));
        let listed: String = (0..USERS).map(listed_user).collect();
        let key = |name: &str| {
            let result = format!(
                "<IsTruncated>false</IsTruncated><AccessKeyMetadata><member><UserName>{name}</UserName>\
                 <AccessKeyId>AKIA{name}</AccessKeyId><Status>Active</Status>\
                 <CreateDate>2025-01-01T00:00:00Z</CreateDate></member></AccessKeyMetadata>"
            );
            answer("ListAccessKeys", &result)
        };
        let used = |name: &str| {
            let result = format!(
                "<UserName>{name}</UserName><AccessKeyLastUsed><LastUsedDate>2026-10-01T10:00:00Z\
                 </LastUsedDate><ServiceName>s3</ServiceName><Region>us-east-1</Region></AccessKeyLastUsed>"
            );
            answer("GetAccessKeyLastUsed", &result)
        };
        Ok(Self {
            details: (0..PAGES).map(page).collect::<Result<_>>()?,
            users: answer(
                "ListUsers",
                &format!("<IsTruncated>false</IsTruncated><Users>{listed}</Users>"),
            ),
            keys: names().map(|name| (name.clone(), key(&name))).collect(),
            used: names().map(|name| (format!("AKIA{name}"), used(&name))).collect(),
        })
    }

    fn bodies(&self) -> impl Iterator<Item = &str> {
        let small = self.keys.values().chain(self.used.values());
        let all = self.details.iter().chain([&self.users]).chain(small);
        all.map(|body| std::str::from_utf8(body).unwrap_or_default())
    }

    fn to(&self, request: &MemoryRequest<'_>) -> MemoryAnswer {
        let field = |name: &str| {
            let pairs = request.body.split('&').filter_map(|pair| pair.split_once('='));
            pairs.filter(|(n, _)| *n == name).map(|(_, value)| value).next().unwrap_or_default()
        };
        let body = match field("Action") {
            "GetCallerIdentity" => answer(
                "GetCallerIdentity",
                &format!(
                    "<Arn>arn:aws:iam::{ACCOUNT}:user/reader</Arn><UserId>AIDAREADER</UserId>\
                     <Account>{ACCOUNT}</Account>"
                ),
            ),
            "GetAccountAuthorizationDetails" => {
                let page: usize = field("Marker").parse().unwrap_or_default();
                self.details.get(page).cloned().unwrap_or_default()
            }
            "ListUsers" => self.users.clone(),
            "ListAccessKeys" => self.keys.get(field("UserName")).cloned().unwrap_or_default(),
            "GetAccessKeyLastUsed" => {
                self.used.get(field("AccessKeyId")).cloned().unwrap_or_default()
            }
            other => {
                let body = format!(
                    "<ErrorResponse><Error><Code>Unexpected{other}</Code></Error></ErrorResponse>"
                );
                return MemoryAnswer { status: 400, content_type: "text/xml", body: body.into() };
            }
        };
        MemoryAnswer { status: 200, content_type: "text/xml", body }
    }
}

/// One page of the account's authorization details.
fn details(page: usize) -> bytes::Bytes {
    let more = page + 1 < PAGES;
    let marker = if more { format!("<Marker>{}</Marker>", page + 1) } else { String::new() };
    let mut result = format!("<IsTruncated>{more}</IsTruncated>{marker}");
    let mut open = "";
    for n in page * PAGE..(ROLES + USERS + POLICIES).min((page + 1) * PAGE) {
        let (list, member) = detail(n);
        if list != open {
            result.push_str(&tag("/", open));
            result.push_str(&tag("", list));
            open = list;
        }
        result.push_str(&member);
    }
    result.push_str(&tag("/", open));
    answer("GetAccountAuthorizationDetails", &result)
}

/// The list that a member of the details stands in, and the member.
fn detail(n: usize) -> (&'static str, String) {
    match n {
        _ if n < ROLES => ("RoleDetailList", role(n)),
        _ if n < ROLES + USERS => ("UserDetailList", user(n - ROLES)),
        _ => ("Policies", policy(n - ROLES - USERS)),
    }
}

/// An opening or closing tag; nothing for no name.
fn tag(slash: &str, name: &str) -> String {
    if name.is_empty() { String::new() } else { format!("<{slash}{name}>") }
}

fn answer(action: &str, result: &str) -> bytes::Bytes {
    format!(
        "<{action}Response xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><{action}Result>{result}\
         </{action}Result><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></{action}Response>"
    )
    .into()
}

/// A policy document as AWS sends it: percent-encoded.
fn document(statements: serde_json::Value) -> String {
    let text = json!({"Version": "2012-10-17", "Statement": statements}).to_string();
    percent_encoding::utf8_percent_encode(&text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

fn statement(n: usize) -> serde_json::Value {
    json!([{"Sid": format!("S{n}"), "Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"],
        "Resource": format!("arn:aws:s3:::bucket-{n}/*"),
        "Condition": {"StringEquals": {"aws:PrincipalTag/team": format!("team-{}", n % 40)}}}])
}

fn role(n: usize) -> String {
    let trust = document(json!([{"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity",
        "Principal": {"Federated": format!("arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com")},
        "Condition": {"StringLike": {"token.actions.githubusercontent.com:sub": format!("repo:acme/app-{n}:*")}}}]));
    format!(
        "<member><Path>/</Path><RoleName>role-{n}</RoleName><RoleId>AROA{n:016}</RoleId>\
         <Arn>arn:aws:iam::{ACCOUNT}:role/role-{n}</Arn><CreateDate>2024-01-01T00:00:00Z</CreateDate>\
         <AssumeRolePolicyDocument>{trust}</AssumeRolePolicyDocument>\
         <InstanceProfileList/><RolePolicyList><member><PolicyName>inline</PolicyName>\
         <PolicyDocument>{}</PolicyDocument></member></RolePolicyList><AttachedManagedPolicies><member>\
         <PolicyName>policy-{p}</PolicyName><PolicyArn>arn:aws:iam::{ACCOUNT}:policy/policy-{p}</PolicyArn>\
         </member></AttachedManagedPolicies><Tags><member><Key>team</Key><Value>t{}</Value></member></Tags>\
         <RoleLastUsed><LastUsedDate>2026-10-01T10:00:00Z</LastUsedDate><Region>us-east-1</Region>\
         </RoleLastUsed></member>",
        document(statement(n)),
        n % 40,
        p = n % POLICIES,
    )
}

fn user(n: usize) -> String {
    format!(
        "<member><Path>/</Path><UserName>user-{n}</UserName><UserId>AIDA{n:016}</UserId>\
         <Arn>arn:aws:iam::{ACCOUNT}:user/user-{n}</Arn><CreateDate>2024-01-01T00:00:00Z</CreateDate>\
         <UserPolicyList/><GroupList/><AttachedManagedPolicies/><Tags/></member>"
    )
}

fn listed_user(n: usize) -> String {
    format!(
        "<member><Path>/</Path><UserName>user-{n}</UserName><UserId>AIDA{n:016}</UserId>\
         <Arn>arn:aws:iam::{ACCOUNT}:user/user-{n}</Arn><CreateDate>2024-01-01T00:00:00Z</CreateDate></member>"
    )
}

fn policy(n: usize) -> String {
    format!(
        "<member><PolicyName>policy-{n}</PolicyName><PolicyId>ANPA{n:016}</PolicyId>\
         <Arn>arn:aws:iam::{ACCOUNT}:policy/policy-{n}</Arn><Path>/</Path><DefaultVersionId>v1</DefaultVersionId>\
         <AttachmentCount>12</AttachmentCount><IsAttachable>true</IsAttachable>\
         <CreateDate>2024-01-01T00:00:00Z</CreateDate><UpdateDate>2024-01-01T00:00:00Z</UpdateDate>\
         <PolicyVersionList><member><Document>{}</Document><VersionId>v1</VersionId>\
         <IsDefaultVersion>true</IsDefaultVersion><CreateDate>2024-01-01T00:00:00Z</CreateDate></member>\
         </PolicyVersionList></member>",
        document(statement(n)),
    )
}
