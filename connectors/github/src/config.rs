//! `[source.config]` of a GitHub source.

use rollcall_model::ProblemClass;
use rollcall_record::Problem;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::Value;
use url::Url;

/// How much of repositories' contents is read.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tier {
    /// Everything but what files hold.
    NoContents,
    /// The contents of chosen repositories too.
    Workflows,
    /// The contents of all repositories too.
    #[default]
    Full,
}

impl Tier {
    /// The word in the configuration.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoContents => "no-contents",
            Self::Workflows => "workflows",
            Self::Full => "full",
        }
    }
}

/// A source's configuration; secret references are resolved already.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The address of the REST interface.
    pub base_url: String,
    /// The host that users know, where it cannot be told from `base_url`.
    pub host: Option<String>,
    /// Only these organisations, by login.
    pub organizations: Vec<String>,
    /// The id or client id of the GitHub App.
    pub app_id: Option<AppId>,
    /// The App's private key, in PEM form.
    pub private_key: Option<SecretString>,
    /// A personal access token, in place of an App.
    pub token: Option<SecretString>,
    /// The secret of the webhook that calls us.
    pub webhook_secret: Option<SecretString>,
    /// How much of repositories' contents is read.
    pub tier: Tier,
    /// In the tier `workflows`: the repositories whose contents are read, as `owner/name`.
    pub contents_of: Vec<String>,
    /// Not these streams.
    pub skip_streams: Vec<String>,
    /// How many calls may be under way at once with one credential.
    pub concurrency: usize,
    /// How many calls an hour may be made with one credential; GitHub's own limit otherwise.
    pub budget_per_hour: Option<u64>,
    /// How many calls a minute may leave with one credential.
    pub requests_per_minute: Option<u32>,
    /// After how many hours a scope that did not change is listed again.
    pub relist_hours: u32,
    /// How many days of the audit log the first reading goes back.
    pub audit_days: u32,
    /// Whether to list Codespaces secrets of repositories, which needs a permission to write.
    pub codespaces_secrets: bool,
}

/// The id of an App: its number or its client id.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(untagged)]
pub enum AppId {
    /// The App's number.
    Number(u64),
    /// The App's client id, or its number as text.
    Text(String),
}

impl AppId {
    /// What stands in the token that the App signs.
    #[must_use]
    pub fn issuer(&self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Text(text) => text.clone(),
        }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            base_url: "https://api.github.com".to_owned(),
            host: None,
            organizations: Vec::new(),
            app_id: None,
            private_key: None,
            token: None,
            webhook_secret: None,
            tier: Tier::Full,
            contents_of: Vec::new(),
            skip_streams: Vec::new(),
            concurrency: 20,
            budget_per_hour: None,
            requests_per_minute: None,
            relist_hours: 24,
            audit_days: 30,
            codespaces_secrets: false,
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
        let config = Self::deserialize(value).map_err(|e| wrong(format!("github: {e}")))?;
        config.validate()?;
        Ok(config)
    }

    fn validate(&self) -> Result<(), Problem> {
        let usable =
            |url: &Url| url.host_str().is_some() && matches!(url.scheme(), "http" | "https");
        if Url::parse(&self.base_url).ok().filter(usable).is_none() {
            return Err(wrong(format!(
                "base_url {:?} is no address; expected https://api.github.com, \
                 https://api.SUBDOMAIN.ghe.com or https://HOST/api/v3",
                self.base_url
            )));
        }
        match (&self.app_id, &self.private_key, &self.token) {
            (Some(_), Some(_), None) | (None, None, Some(_)) => {}
            (None, None, None) => {
                return Err(wrong(
                    "no credential: give app_id and private_key, or token".to_owned(),
                ));
            }
            (_, _, Some(_)) => {
                return Err(wrong("give an App or a token, not both".to_owned()));
            }
            _ => return Err(wrong("app_id and private_key belong together".to_owned())),
        }
        for login in &self.organizations {
            let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
            if login.is_empty() || !login.chars().all(plain) {
                return Err(wrong(format!("organizations: {login:?} is no login")));
            }
        }
        let known: Vec<_> = crate::definition::streams().map(|s| s.name).collect();
        for name in &self.skip_streams {
            if !known.contains(&name.as_str()) {
                return Err(wrong(format!(
                    "skip_streams: {name:?} is no stream; known: {}",
                    known.join(", ")
                )));
            }
        }
        if !(1..=100).contains(&self.concurrency) {
            return Err(wrong("concurrency must lie between 1 and 100".to_owned()));
        }
        if self.relist_hours == 0 {
            return Err(wrong("relist_hours must be at least 1".to_owned()));
        }
        if self.requests_per_minute == Some(0) || self.budget_per_hour == Some(0) {
            return Err(wrong("requests_per_minute and budget_per_hour are at least 1".to_owned()));
        }
        if !(1..=180).contains(&self.audit_days) {
            return Err(wrong("audit_days must lie between 1 and 180".to_owned()));
        }
        Ok(())
    }

    /// Whether a stream is read.
    pub(crate) fn reads(&self, stream: &crate::definition::Stream) -> bool {
        let contents = stream.tier != Tier::NoContents;
        (!contents || self.tier != Tier::NoContents)
            && !self.skip_streams.iter().any(|s| s == stream.name)
    }

    /// Whether an organisation is read.
    pub(crate) fn wants(&self, login: &str) -> bool {
        self.organizations.is_empty()
            || self.organizations.iter().any(|o| o.eq_ignore_ascii_case(login))
    }

    /// After how many seconds a scope is due again: the configured hours less a twelfth, so that a
    /// reading every hour or two comes before the time is over.
    pub(crate) fn due_after(&self) -> i64 {
        i64::from(self.relist_hours) * 3600 * 11 / 12
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_cannot_work_is_refused_with_its_field() {
        for (bad, word) in [
            (json!({}), "credential"),
            (json!({"token": "t", "app_id": 1, "private_key": "k"}), "not both"),
            (json!({"app_id": 1}), "belong together"),
            (json!({"token": "t", "base_url": "ftp://x"}), "base_url"),
            (json!({"token": "t", "organizations": ["a/b"]}), "organizations"),
            (json!({"token": "t", "skip_streams": ["rolls"]}), "skip_streams"),
            (json!({"token": "t", "concurrency": 101}), "concurrency"),
            (json!({"token": "t", "relist_hours": 0}), "relist_hours"),
            (json!({"token": "t", "audit_days": 0}), "audit_days"),
            (json!({"token": "t", "tier": "some"}), "tier"),
            (json!({"token": "t", "tiers": "full"}), "tiers"),
        ] {
            let problem = Config::parse(&bad).unwrap_err();
            assert_eq!(problem.class, ProblemClass::Config);
            let said = problem.message.replace("unknown variant", "tier");
            assert!(said.contains(word), "{said}");
        }
    }

    #[test]
    fn secrets_are_not_printed() {
        let config = Config::parse(&json!({"app_id": "Iv1.x", "private_key": "hunter2",
            "webhook_secret": "hunter2"}))
        .unwrap();
        assert!(!format!("{config:?}").contains("hunter2"));
        assert_eq!(config.app_id.map(|id| id.issuer()).as_deref(), Some("Iv1.x"));
    }
}
