//! The streams: from what was found to scopes and records.

mod declarations;
mod files;
mod home;
mod prepared;
mod repositories;

pub(crate) use declarations::declarations;
pub(crate) use files::files;
pub(crate) use home::home;
pub(crate) use repositories::repositories;

use rollcall_declared::records::Place;
use rollcall_declared::text::{Lines, Weight};
use rollcall_model::{EntityKey, ProblemClass, Reference, Relation, ScopeKey, Timestamp};
use rollcall_record::{Evidence, Problem, RelationRecord, ScopeStarted};

use crate::config::Config;
use crate::history::{Commit, History};
use crate::read::{Content, Outcome};
use crate::scan::{RepoFile, RepositoryScan};
use crate::walk::Blocked;

fn started(config: &Config, scope: ScopeKey, parent: Option<EntityKey>) -> ScopeStarted {
    ScopeStarted {
        scope,
        parent,
        listing: rollcall_model::Listing::Full,
        visibility: config.visibility.clone(),
    }
}

/// The commit whose lines a file's evidence is: the one that last changed it, so that evidence does
/// not change with every other commit.
fn evidence_commit<'a>(
    scan: &'a RepositoryScan,
    history: &'a History,
    file: usize,
) -> Option<&'a str> {
    if history.is_uncommitted(file) {
        return None;
    }
    history.changed(file).map(|commit| commit.id.as_str()).or(scan.checkout.head.as_deref())
}

fn place<'a>(
    scan: &'a RepositoryScan,
    history: &'a History,
    at: usize,
    file: &'a RepoFile,
) -> Place<'a> {
    Place {
        repository: &scan.repository,
        path: &file.path,
        commit: evidence_commit(scan, history, at),
    }
}

/// Something below a root that could not be looked at.
fn blocked(blocked: &Blocked) -> Problem {
    let path = if blocked.path.is_empty() { "." } else { &blocked.path };
    Problem::new(
        class_of(&blocked.why),
        "unreadable",
        format!("{path} could not be read: {}", blocked.why),
    )
    .at(Evidence { file: Some(path.to_owned()), ..Evidence::default() })
    .hides("what it declares")
}

fn class_of(why: &str) -> ProblemClass {
    if why == std::io::ErrorKind::PermissionDenied.to_string() {
        ProblemClass::Permission
    } else {
        ProblemClass::Transient
    }
}

/// Why the content of a file is not told; none where it was read.
fn not_read(file: &RepoFile, config: &Config) -> Option<Problem> {
    let path = &file.path;
    let problem = match &file.outcome {
        Outcome::Read(_) => return None,
        Outcome::TooBig(size) => Problem::new(
            ProblemClass::Unsupported,
            "too_big",
            format!(
                "{path} has {size} bytes, more than the {} of `max_file_bytes`; it was not read",
                config.max_file_bytes
            ),
        ),
        Outcome::Unreadable(why) => {
            Problem::new(class_of(why), "unreadable", format!("{path} could not be read: {why}"))
        }
        Outcome::LinkOut => Problem::new(
            ProblemClass::Unsupported,
            "link_out",
            format!("{path} is a link that leaves the folder; it was not followed"),
        ),
    };
    let evidence = Evidence { file: Some(path.clone()), ..Evidence::default() };
    Some(problem.at(evidence).hides("what it declares"))
}

/// The problems and notes of a file's content.
fn issues(content: &Content, place: Place<'_>) -> (Vec<Problem>, Vec<Problem>) {
    let (hides, notes): (Vec<_>, Vec<_>) =
        content.issues.iter().partition(|issue| issue.weight == Weight::Hides);
    let problems = |issues: Vec<&rollcall_declared::text::Issue>| {
        issues.into_iter().map(|issue| issue.problem(place.path, place.commit)).collect()
    };
    (problems(hides), problems(notes))
}

/// Who last changed the lines of an entity.
fn last_changed(
    scan: &RepositoryScan,
    history: &History,
    at: usize,
    place: Place<'_>,
    key: &EntityKey,
    lines: Lines,
) -> Option<RelationRecord> {
    let change = history.last_change(at, lines);
    let record = by(scan, Relation::LastChanged, change.commit?, key)
        .attribute("uncommitted", change.uncommitted.then_some(true));
    Some(record.evidence(place.evidence(lines.first)))
}

/// A relation from the author of a commit. Bots and agents are authors like any other here.
fn by(
    scan: &RepositoryScan,
    relation: Relation,
    commit: &Commit,
    key: &EntityKey,
) -> RelationRecord {
    let host = scan.repository.host.as_deref().unwrap_or("git");
    let author = if commit.author.is_empty() { "(none)" } else { &commit.author };
    RelationRecord::new(Reference::new("git.email", host, author), relation, key)
        .attribute("at", Timestamp::from_seconds(commit.at))
        .attribute("commit", &commit.id)
}
