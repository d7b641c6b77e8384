//! How many calls the streams about contents will make, from what is known before any is made.

use std::collections::BTreeMap;
use std::sync::Arc;

use rollcall_connector::Past;
use rollcall_model::Timestamp;

use super::heads::AT_ONCE;
use super::survey::{self, Left};
use crate::config::Config;
use crate::host::Host;
use crate::shapes::Repo;

/// The calls of one stream.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Estimate {
    /// How many scopes are read.
    pub(crate) scopes: u64,
    /// Plain calls.
    pub(crate) plain: u64,
    /// GraphQL calls, which count against a limit of their own.
    pub(crate) graphql: u64,
}

/// What is expected of `files` and `declarations` for an organisation's repositories, by stream. Of
/// a repository that was never read it is not known what it holds: one call each for its tree, its
/// texts and their last changes is expected, and `declarations` none, since it uses what was fetched.
pub(crate) fn estimate(
    config: &Config,
    host: &Host,
    repositories: &[Arc<Repo>],
    past: &BTreeMap<String, Arc<Past>>,
    now: Timestamp,
) -> BTreeMap<&'static str, Estimate> {
    let chosen = repositories.iter().filter(|r| survey::is_chosen(config, r));
    let mut files = Estimate::default();
    let mut declarations = Estimate::default();
    let known = past.get("files");
    for repository in chosen {
        let before = known.and_then(|past| past.scope(&survey::files_scope(host, repository)));
        let left = Left::of(before);
        if !survey::is_due(before, left.as_ref(), repository, now, config.due_after()) {
            continue;
        }
        files.scopes += 1;
        // A branch that nobody pushed to is where it was.
        let complete_at = before.filter(|past| past.age(now).is_some()).and_then(|p| p.complete_at);
        let same = left.is_some()
            && complete_at.is_some_and(|at| {
                repository.pushed_at.is_none_or(|push| push.plus_seconds(60) < at)
            });
        let count = left.map_or(1, |left| left.files.len() as u64);
        declarations.scopes += count;
        if !same && repository.pushed_at.is_some() {
            files.plain += 1;
            files.graphql += 2;
        }
    }
    files.graphql += files.scopes.div_ceil(AT_ONCE as u64);
    BTreeMap::from([("files", files), ("declarations", declarations)])
}
