//! From a call to its answer: who calls, what stands against it, who answers.

use std::collections::{BTreeMap, HashMap};

use rollcall_model::Timestamp;
use serde_json::{Value, json};

use super::faults::{Faults, Strike, denied, refuse};
use super::paging::cut;
use super::request::Call;
use super::xml::{Answer, element, nested};
use super::{iam, jobs};
use crate::plan::{Account, Company, Entry, LIMITED};

/// What ListAccounts gives at most. Source: Organizations API reference.
const ACCOUNTS: usize = 20;
/// Sessions last until long after any test; see the fault `expire_after`.
const EXPIRES: &str = "2099-01-01T00:00:00Z";

/// Who may come in and how.
#[derive(Clone, Debug)]
pub struct AwsOptions {
    /// The name of the role that is assumed in member accounts.
    pub read_role: String,
    /// What must be said when a role is assumed.
    pub external_id: Option<String>,
    /// How often a job must be asked about before it is done.
    pub patience: u32,
}

impl Default for AwsOptions {
    fn default() -> Self {
        Self { read_role: "rollcall-read".to_owned(), external_id: None, patience: 1 }
    }
}

/// What the servers remember between calls.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    sessions: HashMap<String, Session>,
    /// How often the report of an account was ordered.
    reports: HashMap<String, u32>,
    /// Jobs: whose session started it, about whom, how often it was asked about.
    jobs: HashMap<String, (String, String, u32)>,
    pub(crate) faults: Faults,
    /// Everything of IAM is refused.
    pub(crate) forbidden: bool,
    calls: BTreeMap<String, u64>,
}

#[derive(Debug)]
struct Session {
    account: String,
    role: String,
    calls: u64,
}

impl Memory {
    /// How often each action was called.
    pub(crate) fn calls(&self) -> &BTreeMap<String, u64> {
        &self.calls
    }
}

/// What a call is answered from.
pub(crate) struct World<'a> {
    pub(crate) company: &'a Company,
    pub(crate) accounts: &'a BTreeMap<String, Account>,
    pub(crate) options: &'a AwsOptions,
    pub(crate) now: Timestamp,
}

impl World<'_> {
    /// Answers a call.
    pub(crate) fn answer(&self, call: &Call, memory: &mut Memory) -> Answer {
        *memory.calls.entry(call.action.clone()).or_default() += 1;
        let Some(signer) = &call.signer else {
            let message = "Request is missing Authentication Token";
            return refuse(call, 403, "MissingAuthenticationToken", message);
        };
        let management = self.company.account_id(0);
        let (account, used) = if signer.starts_with("ASIA") {
            let Some(session) = memory.sessions.get_mut(signer) else {
                let message = "The security token included in the request is invalid.";
                return refuse(call, 403, "InvalidClientTokenId", message);
            };
            session.calls += 1;
            (session.account.clone(), Some(session.calls))
        } else {
            (management, None)
        };
        let strike = memory.faults.strike(call, &account, used);
        if let Some(Strike::Instead(answer)) = strike {
            return answer;
        }
        let answer = self.undisturbed(call, signer, &account, memory);
        if strike == Some(Strike::Cut) { answer.cut() } else { answer }
    }

    fn undisturbed(&self, call: &Call, signer: &str, number: &str, memory: &mut Memory) -> Answer {
        match call.action.as_str() {
            "GetCallerIdentity" => return self.caller(signer, number, memory),
            "AssumeRole" if memory.forbidden => return denied(call),
            "AssumeRole" => return self.assume(call, memory),
            "DescribeOrganization" => return self.organization(),
            "ListAccounts" => return self.list_accounts(call),
            _ if call.json => {
                return Answer::json_error(400, "UnknownOperationException", "not offered here");
            }
            _ => {}
        }
        let Some(account) = self.accounts.get(number) else { return denied(call) };
        let refused = account.entry == Entry::Limited && LIMITED.contains(&call.action.as_str());
        if memory.forbidden || refused {
            return denied(call);
        }
        let known = iam::answer(account, call, self.now)
            .or_else(|| self.job(account, call, signer, memory));
        known.unwrap_or_else(|| {
            let message = format!("The action {} is not valid for this web service.", call.action);
            Answer::error(400, "InvalidAction", &message)
        })
    }

    fn caller(&self, signer: &str, account: &str, memory: &Memory) -> Answer {
        let (arn, id) = match memory.sessions.get(signer) {
            Some(session) => (
                format!("arn:aws:sts::{account}:assumed-role/{}/rollcall", session.role),
                "AROAREADER:rollcall".to_owned(),
            ),
            None => (format!("arn:aws:iam::{account}:user/reader"), "AIDAREADER".to_owned()),
        };
        Answer::query("GetCallerIdentity", |out| {
            element("Arn", &arn, out);
            element("UserId", &id, out);
            element("Account", account, out);
        })
    }

    fn assume(&self, call: &Call, memory: &mut Memory) -> Answer {
        let arn = call.param("RoleArn");
        let mut parts = arn.split(':');
        let account = parts.nth(4).unwrap_or_default();
        let role = parts.next().and_then(|r| r.strip_prefix("role/")).unwrap_or_default();
        let there = self.accounts.get(account).is_some_and(|a| a.entry != Entry::Shut);
        let said = call.params.get("ExternalId");
        let wanted = self.options.external_id.as_ref();
        if !there || role != self.options.read_role || (wanted.is_some() && wanted != said) {
            let message = format!(
                "User: arn:aws:iam::{}:user/reader is not authorized to perform: sts:AssumeRole on \
                 resource: {arn}",
                self.company.account_id(0)
            );
            return Answer::error(403, "AccessDenied", &message);
        }
        let key = format!("ASIA{:016}", memory.sessions.len() + 1);
        let session = Session { account: account.to_owned(), role: role.to_owned(), calls: 0 };
        memory.sessions.insert(key.clone(), session);
        let name = call.param("RoleSessionName");
        Answer::query(&call.action, |out| {
            nested("Credentials", out, |out| {
                element("AccessKeyId", &key, out);
                // Signatures are not checked, so these only have to be there.
                element("SecretAccessKey", "of-the-lab", out);
                element("SessionToken", &format!("of-the-lab-{key}"), out);
                element("Expiration", EXPIRES, out);
            });
            nested("AssumedRoleUser", out, |out| {
                element("AssumedRoleId", &format!("AROAREADER:{name}"), out);
                element("Arn", &format!("arn:aws:sts::{account}:assumed-role/{role}/{name}"), out);
            });
        })
    }

    fn organization(&self) -> Answer {
        let management = self.company.account_id(0);
        let id = &self.company.organization;
        Answer::json(&json!({"Organization": {
            "Id": id,
            "Arn": format!("arn:aws:organizations::{management}:organization/{id}"),
            "FeatureSet": "ALL",
            "MasterAccountId": management,
            "MasterAccountArn": format!("arn:aws:organizations::{management}:account/{id}/{management}"),
        }}))
    }

    fn list_accounts(&self, call: &Call) -> Answer {
        let all: Vec<&Account> = self.accounts.values().collect();
        let size = call.param("MaxResults").parse().unwrap_or(ACCOUNTS).clamp(1, ACCOUNTS);
        let Some(page) = cut(&all, size, call.param("NextToken"), &call.action) else {
            return Answer::json_error(400, "InvalidInputException", "the token is invalid");
        };
        let management = self.company.account_id(0);
        let organization = &self.company.organization;
        let one = |a: &&Account| {
            json!({
                "Id": a.id,
                "Arn": format!("arn:aws:organizations::{management}:account/{organization}/{}", a.id),
                "Name": a.name,
                "Email": a.email(&self.company.domain),
                "Status": "ACTIVE",
                "State": "ACTIVE",
                "JoinedMethod": "CREATED",
                "JoinedTimestamp": a.joined.seconds(),
            })
        };
        let accounts: Vec<Value> = page.items.iter().map(one).collect();
        let mut answer = json!({"Accounts": accounts});
        if let (Value::Object(fields), Some(token)) = (&mut answer, page.rest.token()) {
            fields.insert("NextToken".to_owned(), token.into());
        }
        Answer::json(&answer)
    }

    /// What takes AWS a while.
    fn job(
        &self,
        account: &Account,
        call: &Call,
        signer: &str,
        memory: &mut Memory,
    ) -> Option<Answer> {
        let patience = self.options.patience;
        Some(match call.action.as_str() {
            "GenerateCredentialReport" => {
                let orders = memory.reports.entry(account.id.clone()).or_default();
                *orders += 1;
                let state = if *orders > patience { "COMPLETE" } else { "STARTED" };
                Answer::query(&call.action, |out| element("State", state, out))
            }
            "GetCredentialReport" => match memory.reports.get(&account.id) {
                Some(orders) if *orders > patience => jobs::report(account, call, self.now),
                Some(_) => Answer::error(404, "ReportInProgress", "The report is being generated."),
                None => Answer::error(410, "ReportNotPresent", "No report is present."),
            },
            "GenerateServiceLastAccessedDetails" => {
                let id = format!("{:08x}-0000-4000-8000-000000000000", memory.jobs.len() + 1);
                let job = (signer.to_owned(), call.param("Arn").to_owned(), 0);
                memory.jobs.insert(id.clone(), job);
                Answer::query(&call.action, |out| element("JobId", &id, out))
            }
            "GetServiceLastAccessedDetails" => self.service_job(account, call, signer, memory),
            _ => return None,
        })
    }

    fn service_job(
        &self,
        account: &Account,
        call: &Call,
        signer: &str,
        memory: &mut Memory,
    ) -> Answer {
        let missing = || Answer::error(404, "NoSuchEntity", "The job cannot be found.");
        // A job is seen by the session that started it and by no other.
        let Some((_, arn, asked)) =
            memory.jobs.get_mut(call.param("JobId")).filter(|(by, ..)| by == signer)
        else {
            return missing();
        };
        *asked += 1;
        if *asked <= self.options.patience {
            return jobs::unfinished(call, self.now);
        }
        jobs::services(account, arn, call, self.now).unwrap_or_else(missing)
    }
}
