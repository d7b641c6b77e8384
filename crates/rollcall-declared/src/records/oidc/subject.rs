//! The text of a subject: `repo:…`, a context and claims, joined by colons.

use std::fmt;

/// A subject taken apart. Writing it out again gives the same text.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Subject {
    /// Its parts in order.
    pub parts: Vec<Part>,
}

/// A part of a subject.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Part {
    /// `repo:OWNER/NAME` or `repo:OWNER@ID/NAME@ID`.
    Repository(Named),
    /// `pull_request`: the run is of a pull request.
    PullRequest,
    /// A claim and its value, such as `environment` and `prod`. In the text a colon of the value is
    /// `%3A`.
    Claim(String, String),
}

/// A repository as a subject names it.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Named {
    /// The owner's login.
    pub owner: String,
    /// The owner's numeric id, in the immutable form.
    pub owner_id: Option<u64>,
    /// The repository's name.
    pub name: String,
    /// The repository's numeric id, in the immutable form.
    pub repository_id: Option<u64>,
}

impl Subject {
    /// Takes a subject of a GitHub Actions token apart; nothing where it is not built like one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = Vec::new();
        let mut pieces = text.split(':');
        while let Some(key) = pieces.next() {
            parts.push(match key {
                "pull_request" => Part::PullRequest,
                "repo" => Part::Repository(Named::parse(pieces.next()?)?),
                _ if is_claim(key) => Part::Claim(key.to_owned(), unescape(pieces.next()?)),
                _ => return None,
            });
        }
        Some(Self { parts })
    }

    /// The repository it names, where it names one.
    #[must_use]
    pub fn repository(&self) -> Option<&Named> {
        self.parts.iter().find_map(|part| match part {
            Part::Repository(named) => Some(named),
            _ => None,
        })
    }

    /// The value of a claim, such as `environment` or `ref`.
    #[must_use]
    pub fn claim(&self, name: &str) -> Option<&str> {
        self.parts.iter().find_map(|part| match part {
            Part::Claim(key, value) if key == name => Some(value.as_str()),
            _ => None,
        })
    }

    /// Whether it holds the numeric ids of owner and repository, which no renaming changes.
    #[must_use]
    pub fn is_immutable(&self) -> bool {
        self.repository().is_some_and(|r| r.owner_id.is_some() && r.repository_id.is_some())
    }
}

impl Named {
    /// Reads `OWNER[@ID]/NAME[@ID]`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (owner, name) = text.split_once('/')?;
        let (owner, owner_id) = with_id(owner)?;
        let (name, repository_id) = with_id(name)?;
        Some(Self { owner, owner_id, name, repository_id })
    }
}

/// `NAME` or `NAME@DIGITS`.
fn with_id(text: &str) -> Option<(String, Option<u64>)> {
    let (name, id) = match text.split_once('@') {
        Some((name, id)) => (name, Some(id)),
        None => (text, None),
    };
    let sound = !name.is_empty() && !name.contains(['/', ' ']);
    // A number that is written in another way than we would write it is not an id.
    let id = match id {
        Some(id) => Some(id.parse::<u64>().ok().filter(|n| n.to_string() == id)?),
        None => None,
    };
    sound.then(|| (name.to_owned(), id))
}

/// The claims of a token that a subject may be composed of; custom properties of repositories come
/// as `repo_property_NAME`.
const CLAIMS: &[&str] = &[
    "actor",
    "actor_id",
    "aud",
    "base_ref",
    "check_run_id",
    "context",
    "enterprise",
    "enterprise_id",
    "environment",
    "event_name",
    "head_ref",
    "iss",
    "job_workflow_ref",
    "job_workflow_sha",
    "ref",
    "ref_type",
    "repository",
    "repository_id",
    "repository_owner",
    "repository_owner_id",
    "repository_visibility",
    "run_attempt",
    "run_id",
    "run_number",
    "runner_environment",
    "sha",
    "workflow",
    "workflow_ref",
    "workflow_sha",
];

fn is_claim(key: &str) -> bool {
    CLAIMS.contains(&key) || key.strip_prefix("repo_property_").is_some_and(|name| !name.is_empty())
}

fn unescape(value: &str) -> String {
    value.replace("%3A", ":").replace("%3a", ":")
}

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = |f: &mut fmt::Formatter<'_>, name: &str, id: Option<u64>| match id {
            Some(id) => write!(f, "{name}@{id}"),
            None => f.write_str(name),
        };
        part(f, &self.owner, self.owner_id)?;
        f.write_str("/")?;
        part(f, &self.name, self.repository_id)
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Repository(named) => write!(f, "repo:{named}"),
            Self::PullRequest => f.write_str("pull_request"),
            // A colon would end the value.
            Self::Claim(key, value) => write!(f, "{key}:{}", value.replace(':', "%3A")),
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, part) in self.parts.iter().enumerate() {
            if n > 0 {
                f.write_str(":")?;
            }
            write!(f, "{part}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn both_forms_are_understood() {
        let classic = Subject::parse("repo:octo/app:environment:prod%3Aeu").expect("a subject");
        assert_eq!(classic.claim("environment"), Some("prod:eu"));
        assert!(!classic.is_immutable());
        let immutable = Subject::parse("repo:octo@1/app@2:ref:refs/heads/main").expect("a subject");
        let named = immutable.repository().expect("a repository");
        assert_eq!((named.owner.as_str(), named.owner_id), ("octo", Some(1)));
        assert_eq!((named.name.as_str(), named.repository_id), ("app", Some(2)));
        assert!(immutable.is_immutable());
        let pulled = Subject::parse("repo:octo/app:pull_request").expect("a subject");
        assert_eq!(pulled.parts.last(), Some(&Part::PullRequest));
        let custom = Subject::parse(
            "repository_owner_id:1:job_workflow_ref:o/r/.github/workflows/x.yml@refs/heads/main",
        );
        assert_eq!(custom.expect("a subject").repository(), None);
    }

    #[test]
    fn what_is_built_otherwise_is_no_subject() {
        for text in [
            "",
            "repo:",
            "repo:octo",
            "repo:octo@x/app@2",
            "repo:octo@01/app@2",
            "environment",
            "Repo:a/b",
            "system:serviceaccount",
            "repo:a/b:ref",
            "repo:a/b/c",
        ] {
            assert_eq!(Subject::parse(text), None, "{text}");
        }
        // An early announcement showed hyphens; that is only another name.
        let hyphens = Subject::parse("repo:octo-1/app-2:pull_request").expect("a subject");
        assert!(!hyphens.is_immutable());
    }

    fn part() -> impl Strategy<Value = Part> {
        let named = (
            "[A-Za-z0-9-]{1,8}",
            any::<Option<u64>>(),
            "[A-Za-z0-9._-]{1,8}",
            any::<Option<u64>>(),
        )
            .prop_map(|(owner, owner_id, name, repository_id)| {
                Part::Repository(Named { owner, owner_id, name, repository_id })
            });
        let claim = (prop::sample::select(CLAIMS), "([a-z/.@: -]|é){0,12}")
            .prop_map(|(key, value)| Part::Claim(key.to_owned(), value));
        prop_oneof![named, Just(Part::PullRequest), claim]
    }

    proptest! {
        #[test]
        fn written_and_read_it_is_the_same(parts in prop::collection::vec(part(), 1..5)) {
            let subject = Subject { parts };
            prop_assert_eq!(Subject::parse(&subject.to_string()), Some(subject));
        }

        #[test]
        fn what_is_read_is_written_alike(text in "(repo|:|/|@|[0-9a-z_]|%3A|pull_request|environment){0,12}") {
            if let Some(subject) = Subject::parse(&text) {
                prop_assert_eq!(subject.to_string(), text);
            }
        }

        #[test]
        fn nothing_panics(text in "\\PC{0,80}") {
            let _ = Subject::parse(&text);
        }
    }
}
