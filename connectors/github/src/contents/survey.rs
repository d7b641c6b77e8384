//! Which repositories' contents are read, and what of them is due.

use std::collections::BTreeMap;
use std::sync::Arc;

use rollcall_connector::PastScope;
use rollcall_declared::files;
use rollcall_declared::records::Repository;
use rollcall_model::{ScopeKey, Timestamp};
use rollcall_record::Problem;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::cache::{Known, KnownFile};
use super::heads::Head;
use super::history::Change;
use crate::client::Organization;
use crate::config::{Config, Tier};
use crate::host::Host;
use crate::run::Run;
use crate::shapes::Repo;

/// The form in which a scope of `files` leaves what it read. A newer one makes everything be read
/// again, as do parsers that read more than they did.
const FORM: u32 = 1;

/// How long a push may take to show in what it changes, in seconds.
const PUSH_LAG: i64 = 60;

/// What a complete reading of a repository's files leaves for the next one.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Left {
    #[serde(rename = "v")]
    pub(crate) form: u32,
    pub(crate) branch: String,
    pub(crate) commit: String,
    /// The tree that was read; empty of an empty repository.
    pub(crate) tree: String,
    pub(crate) files: BTreeMap<String, LeftFile>,
}

/// What was said of a file, so that it can be said again while the file stays the same.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub(crate) struct LeftFile {
    /// The id of its content.
    #[serde(rename = "o")]
    pub(crate) oid: String,
    #[serde(rename = "s", default, skip_serializing_if = "Option::is_none")]
    pub(crate) size: Option<u64>,
    /// Its attributes from its content; nothing where it only has the name of its type.
    #[serde(rename = "a", default, skip_serializing_if = "Option::is_none")]
    pub(crate) attributes: Option<Map<String, Value>>,
    /// Why its content was not read.
    #[serde(rename = "n", default, skip_serializing_if = "Option::is_none")]
    pub(crate) not_read: Option<String>,
    #[serde(rename = "l", default, skip_serializing_if = "Option::is_none")]
    pub(crate) change: Option<Change>,
}

impl LeftFile {
    /// Whether it says anything of its file.
    pub(crate) fn declares(&self) -> bool {
        self.attributes.is_some() || self.not_read.is_some()
    }
}

impl Left {
    pub(crate) fn new(head: Option<&Head>) -> Self {
        let head = head.cloned();
        let (branch, commit, tree) = head.map(|h| (h.branch, h.commit, h.tree)).unwrap_or_default();
        Self { form: FORM, branch, commit, tree, files: BTreeMap::new() }
    }

    /// What the last complete reading of a scope left, where it is still understood.
    pub(crate) fn of(past: Option<&PastScope>) -> Option<Self> {
        let left = Self::deserialize(past?.cursor.as_ref()?).ok()?;
        (left.form == FORM).then_some(left)
    }

    /// The files as a run shares them.
    pub(crate) fn known(&self, repository: Repository) -> Known {
        let file = |(path, left): (&String, &LeftFile)| {
            left.declares().then_some(())?;
            Some(KnownFile {
                path: path.clone(),
                file: files::classify(path)?,
                oid: left.oid.clone(),
                size: left.size,
                not_read: left.not_read.clone(),
                change: left.change.clone(),
            })
        };
        let head = Head {
            branch: self.branch.clone(),
            commit: self.commit.clone(),
            tree: self.tree.clone(),
        };
        Known { repository, head, files: self.files.iter().filter_map(file).collect() }
    }
}

/// The realm of what is found in a repository's files.
pub(crate) fn realm(host: &Host, repository: &Repo) -> String {
    format!("{}/{}", host.name, repository.full_name)
}

/// A repository as records name it; the form of its subjects is not known yet.
pub(crate) fn named(host: &Host, repository: &Repo, branch: Option<&str>) -> Repository {
    use rollcall_declared::records::Ids;
    Repository {
        id: realm(host, repository),
        title: repository.full_name.clone(),
        host: Some(host.name.clone()),
        name: Some(repository.full_name.clone()),
        default_branch: branch.or(repository.default_branch.as_deref()).map(str::to_owned),
        ids: repository.owner_id().map(|owner| Ids { owner, repository: repository.id }),
        subject: None,
        // Source: GHES documentation, "OpenID Connect": https://HOST/_services/token.
        issuer: (!host.is_service).then(|| format!("https://{}/_services/token", host.name)),
    }
}

/// Whether a repository's contents are read in the configured tier. In `contents_of` a `*` stands
/// for any part of a name.
pub(crate) fn is_chosen(config: &Config, repository: &Repo) -> bool {
    let name = repository.full_name.to_ascii_lowercase();
    match config.tier {
        Tier::NoContents => false,
        Tier::Full => true,
        Tier::Workflows => {
            config.contents_of.iter().any(|pattern| fits(&pattern.to_ascii_lowercase(), &name))
        }
    }
}

/// What the configuration chooses, in words that are compared.
pub(crate) fn choice(config: &Config) -> Vec<String> {
    match config.tier {
        Tier::NoContents => Vec::new(),
        Tier::Full => vec!["contents:all".to_owned()],
        Tier::Workflows => {
            config.contents_of.iter().map(|p| format!("contents:{}", p.to_lowercase())).collect()
        }
    }
}

/// Whether a name fits a pattern with any number of `*`.
fn fits(pattern: &str, name: &str) -> bool {
    let Some((before, rest)) = pattern.split_once('*') else { return pattern == name };
    let Some(name) = name.strip_prefix(before) else { return false };
    let mut starts = (0..=name.len()).filter(|at| name.is_char_boundary(*at));
    starts.any(|at| name.get(at..).is_some_and(|tail| fits(rest, tail)))
}

/// The repositories whose contents are read, of those that are reached.
///
/// # Errors
/// When the credential does not work at all, or the reading was stopped.
pub(crate) async fn chosen(
    run: &Run<'_>,
) -> Result<Vec<(Arc<Organization>, Vec<Arc<Repo>>, Option<Problem>)>, Problem> {
    let mut all = Vec::new();
    for organization in run.organizations().await? {
        let repositories = run.reading.repositories(&organization).await;
        let wanted = |r: &&Arc<Repo>| repositories.reaches(r) && is_chosen(&run.reading.config, r);
        let list = repositories.list.iter().filter(wanted).map(Arc::clone).collect();
        all.push((organization, list, repositories.problem.clone()));
    }
    Ok(all)
}

/// Whether a webhook asked for anything of a realm, or nothing in particular was asked for.
pub(crate) fn is_wanted(run: &Run<'_>, realm: &str) -> bool {
    run.asked.only.as_ref().is_none_or(|only| only.iter().any(|scope| scope.realm == realm))
}

/// Whether a repository's branch must be looked at: it never was read to its end, was pushed to
/// since, has another default branch, or was read too long ago.
pub(crate) fn is_due(
    past: Option<&PastScope>,
    left: Option<&Left>,
    repository: &Repo,
    now: Timestamp,
    after: i64,
) -> bool {
    let (Some(past), Some(left)) = (past, left) else { return true };
    let Some(age) = past.age(now) else { return true };
    let complete_at = past.complete_at.unwrap_or_default();
    let pushed = was_pushed(repository, complete_at);
    let moved = repository.default_branch.as_ref().is_some_and(|b| *b != left.branch)
        && !left.tree.is_empty();
    pushed || moved || age >= after
}

/// Whether a repository was pushed to since a moment, or so shortly before that it may not have shown.
pub(crate) fn was_pushed(repository: &Repo, since: Timestamp) -> bool {
    repository.pushed_at.is_some_and(|at| at.plus_seconds(PUSH_LAG) >= since)
}

/// The key of the scope that lists a repository's files.
pub(crate) fn files_scope(host: &Host, repository: &Repo) -> ScopeKey {
    ScopeKey::realm("files", &realm(host, repository))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_choose_repositories() {
        for (pattern, name, yes) in [
            ("acme/app", "acme/app", true),
            ("acme/*", "acme/app", true),
            ("acme/app", "acme/app2", false),
            ("*/infra-*", "acme/infra-aws", true),
            ("*", "a/b", true),
            ("acme/*-x*", "acme/é-xy", true),
            ("", "a/b", false),
        ] {
            assert_eq!(fits(pattern, name), yes, "{pattern} {name}");
        }
    }

    #[test]
    fn what_is_left_is_understood_again() {
        let mut left = Left::new(None);
        let file =
            LeftFile { oid: "o".into(), attributes: Some(Map::new()), ..LeftFile::default() };
        left.files.insert(".github/workflows/a.yml".into(), file);
        left.files.insert("action.yml".into(), LeftFile::default());
        let past = PastScope { cursor: serde_json::to_value(&left).ok(), ..PastScope::default() };
        assert_eq!(Left::of(Some(&past)), Some(left.clone()));
        // A file that only has the name of its type declares nothing.
        assert_eq!(left.known(Repository::default()).files.len(), 1);
        let old = PastScope { cursor: Some(serde_json::json!({"v": 0})), ..PastScope::default() };
        assert_eq!(Left::of(Some(&old)), None);
    }
}
