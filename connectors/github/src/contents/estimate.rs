//! How many calls the streams about contents will make, from what is known before any is made.

use super::heads::AT_ONCE;
use super::survey::{self, Left};
use crate::plan::{Estimate, Planning};

/// What `files` takes: where the branches are, a hundred a call; and of each repository that was
/// pushed to, one call each for its tree, its new texts and their last changes. More only where a
/// repository has more than thirty-two new files, or a tree too large for one answer.
pub(crate) fn files(planning: &Planning<'_>) -> Estimate {
    let past = planning.past("files");
    let (host, config) = (&planning.reading.host, &planning.reading.config);
    let now = planning.request.now;
    let repositories = &planning.repositories;
    let (mut due, mut read) = (0_u64, 0_u64);
    for repository in repositories.list.iter().filter(|r| repositories.reaches(r)) {
        if !survey::is_chosen(config, repository) {
            continue;
        }
        let before = past.scope(&survey::files_scope(host, repository));
        let left = Left::of(before);
        if !survey::is_due(before, left.as_ref(), repository, now, config.due_after()) {
            continue;
        }
        due += 1;
        let complete = before.filter(|past| past.age(now).is_some()).and_then(|p| p.complete_at);
        // A branch that nobody pushed to since is where it was.
        let same = left.is_some() && complete.is_some_and(|at| !survey::was_pushed(repository, at));
        // What nobody ever pushed to is empty.
        read += u64::from(!same && repository.pushed_at.is_some());
    }
    Estimate {
        scopes: due,
        requests: due.div_ceil(AT_ONCE as u64) + read * CALLS_A_REPOSITORY,
        note: (read > 0).then(|| {
            format!(
                "{} of them are GraphQL, which has a limit of its own",
                due.div_ceil(AT_ONCE as u64) + read * 2
            )
        }),
    }
}

/// Its tree, its texts, and their last changes.
const CALLS_A_REPOSITORY: u64 = 3;

/// What `declarations` takes: it uses what `files` fetched. Only the form of subjects is asked for,
/// of repositories with jobs that ask for tokens, where the stream before did not.
pub(crate) fn declarations(planning: &Planning<'_>) -> Estimate {
    let scopes = files(planning).scopes;
    Estimate {
        scopes,
        requests: 0,
        note: Some("it reads what files fetched; scopes are counted by repository".to_owned()),
    }
}
