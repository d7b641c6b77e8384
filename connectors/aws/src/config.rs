//! `[source.config]` of an AWS source.

use rollcall_model::ProblemClass;
use rollcall_record::Problem;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::Value;

use crate::arn::{Arn, is_account_id};
use crate::definition::STREAMS;

/// A source's configuration; secret references are resolved already.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// A profile of the shared AWS configuration; without it the SDK's usual chain.
    pub profile: Option<String>,
    /// The file that profiles are read from, in place of the shared ones.
    pub config_file: Option<std::path::PathBuf>,
    /// Another address than AWS's own.
    pub endpoint_url: Option<String>,
    /// A region of the partition to speak to.
    pub region: Option<String>,
    /// A role to assume first.
    pub role_arn: Option<String>,
    /// The external id for every role that is assumed.
    pub external_id: Option<SecretString>,
    /// Whether to find every account of the organisation and read each.
    pub organization: bool,
    /// The role that is assumed in accounts other than the credential's own.
    pub member_role_name: String,
    /// Only these accounts.
    pub accounts: Option<Vec<String>>,
    /// Not these accounts.
    pub skip_accounts: Vec<String>,
    /// Not these streams.
    pub skip_streams: Vec<String>,
    /// The session name that CloudTrail shows for what is read here.
    pub session_name: String,
    /// Whether to ask, per user and role, which services it used last.
    pub service_last_accessed: bool,
    /// How many calls may be under way at once in one account.
    pub concurrency: Option<usize>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            profile: None,
            config_file: None,
            endpoint_url: None,
            region: None,
            role_arn: None,
            external_id: None,
            organization: false,
            member_role_name: "rollcall-read".to_owned(),
            accounts: None,
            skip_accounts: Vec::new(),
            skip_streams: Vec::new(),
            session_name: "rollcall".to_owned(),
            service_last_accessed: true,
            concurrency: None,
        }
    }
}

fn wrong(message: String) -> Problem {
    Problem::new(ProblemClass::Config, "bad_configuration", message)
}

impl Config {
    /// Reads and checks a configuration.
    ///
    /// # Errors
    /// When a field is unknown, has the wrong shape or a value that cannot work.
    pub fn parse(value: &Value) -> Result<Self, Problem> {
        let config = Self::deserialize(value).map_err(|e| wrong(format!("aws: {e}")))?;
        config.validate()?;
        Ok(config)
    }

    fn validate(&self) -> Result<(), Problem> {
        if let Some(arn) = &self.role_arn {
            let role = Arn::parse(arn).filter(|a| {
                a.service == "iam" && is_account_id(a.account) && a.resource.starts_with("role/")
            });
            if role.is_none() {
                return Err(wrong(format!(
                    "role_arn {arn:?} is not the ARN of a role; expected \
                     arn:aws:iam::123456789012:role/name"
                )));
            }
        }
        if let Some(url) = &self.endpoint_url
            && !["http://", "https://"].iter().any(|scheme| url.starts_with(scheme))
        {
            return Err(wrong(format!(
                "endpoint_url {url:?} is no address; expected one such as http://127.0.0.1:4566"
            )));
        }
        let listed = self.accounts.iter().flatten().map(|a| ("accounts", a));
        for (field, id) in listed.chain(self.skip_accounts.iter().map(|a| ("skip_accounts", a))) {
            if !is_account_id(id) {
                return Err(wrong(format!("{field}: {id:?} is not a twelve-digit account number")));
            }
        }
        for name in &self.skip_streams {
            if !STREAMS.iter().any(|s| s.name == name) {
                let known: Vec<_> = STREAMS.iter().map(|s| s.name).collect();
                let known = known.join(", ");
                return Err(wrong(format!("skip_streams: {name:?} is no stream; known: {known}")));
            }
        }
        // Source: IAM API reference, limits of RoleName and RoleSessionName.
        let plain = |text: &str, extra: &str| {
            let fits =
                |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c) || extra.contains(c);
            (1..=64).contains(&text.len()) && text.chars().all(fits)
        };
        if !plain(&self.member_role_name, "/") {
            return Err(wrong(format!(
                "member_role_name {:?} is no role name",
                self.member_role_name
            )));
        }
        if !plain(&self.session_name, "") || self.session_name.len() < 2 {
            return Err(wrong(format!("session_name {:?} is no session name", self.session_name)));
        }
        if self.concurrency.is_some_and(|n| !(1..=64).contains(&n)) {
            return Err(wrong("concurrency must lie between 1 and 64".to_owned()));
        }
        Ok(())
    }

    /// Whether a stream is read.
    pub(crate) fn reads(&self, stream: &str) -> bool {
        let off = stream == "service-last-accessed" && !self.service_last_accessed;
        !off && !self.skip_streams.iter().any(|s| s == stream)
    }

    /// Whether an account is read.
    pub(crate) fn wants(&self, account: &str) -> bool {
        let listed = self.accounts.as_ref().is_none_or(|only| only.iter().any(|a| a == account));
        listed && !self.skip_accounts.iter().any(|a| a == account)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_empty_configuration_has_the_documented_defaults() {
        let config = Config::parse(&json!({})).unwrap();
        assert!(!config.organization && config.service_last_accessed);
        assert_eq!(config.member_role_name, "rollcall-read");
        assert!(config.wants("123456789012") && config.reads("service-last-accessed"));
    }

    #[test]
    fn what_cannot_work_is_refused_with_its_field() {
        for (bad, word) in [
            (json!({"regoin": "x"}), "regoin"),
            (json!({"role_arn": "arn:aws:s3:::b"}), "role_arn"),
            (json!({"endpoint_url": "127.0.0.1:80"}), "endpoint_url"),
            (json!({"accounts": ["12"]}), "accounts"),
            (json!({"skip_accounts": ["x"]}), "skip_accounts"),
            (json!({"skip_streams": ["rolls"]}), "skip_streams"),
            (json!({"member_role_name": "a b"}), "member_role_name"),
            (json!({"session_name": "x"}), "session_name"),
            (json!({"concurrency": 0}), "concurrency"),
        ] {
            let problem = Config::parse(&bad).unwrap_err();
            assert_eq!(problem.class, ProblemClass::Config);
            assert!(problem.message.contains(word), "{}", problem.message);
        }
    }

    #[test]
    fn the_external_id_is_not_printed() {
        let config = Config::parse(&json!({"external_id": "hunter2"})).unwrap();
        assert!(!format!("{config:?}").contains("hunter2"));
    }

    #[test]
    fn accounts_and_streams_can_be_left_out() {
        let config = Config::parse(&json!({
            "accounts": ["111111111111", "222222222222"], "skip_accounts": ["222222222222"],
            "skip_streams": ["mfa-devices"], "service_last_accessed": false,
        }))
        .unwrap();
        assert!(config.wants("111111111111"));
        assert!(!config.wants("222222222222") && !config.wants("333333333333"));
        assert!(!config.reads("mfa-devices") && !config.reads("service-last-accessed"));
    }
}
