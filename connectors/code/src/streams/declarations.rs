//! `declarations`: what each file declares.

use std::sync::Arc;

use rollcall_connector::Emitter;
use rollcall_declared::codeowners::{CodeOwners, Dialect};
use rollcall_declared::files::{Facts, FileType};
use rollcall_declared::records::{self, Declared, Place};
use rollcall_declared::text::Issue;
use rollcall_model::{EntityKey, ProblemClass, ScopeKey};
use rollcall_record::{Problem, Record};

use crate::config::Config;
use crate::connector::Inner;
use crate::history::History;
use crate::read::{Content, Outcome};
use crate::scan::{RepoFile, RepositoryScan, Scan};
use crate::streams::prepared::{self, Item, Prepared};
use crate::streams::{issues, last_changed, not_read, place, started};

/// How many files are prepared together.
const LOT: usize = 32;

pub(crate) async fn declarations(
    scan: &Arc<Scan>,
    inner: &Arc<Inner>,
    out: &Emitter,
) -> Result<(), Problem> {
    let mut items = Vec::new();
    for repository in scan.repositories.values() {
        let id: Arc<str> = repository.repository.id.as_str().into();
        for (at, file) in repository.files.iter().enumerate() {
            if !out.already_read(&scope_of(repository, file)) {
                items.push(Item { repository: Arc::clone(&id), file: at });
            }
        }
    }
    prepared::say(scan, inner, items, LOT, prepare, out).await
}

fn scope_of(scan: &RepositoryScan, file: &RepoFile) -> ScopeKey {
    ScopeKey::part("declarations", &scan.repository.id, &file.path)
}

fn prepare(scan: &RepositoryScan, history: &History, config: &Config, at: usize) -> Prepared {
    let file = &scan.files[at];
    let parent = scan.repository.entity(file.file.kind(), &file.path);
    let mut scope = Prepared::new(started(config, scope_of(scan, file), parent));
    let place = place(scan, history, at, file);
    match &file.outcome {
        Outcome::Read(content) => match &content.facts {
            Facts::CodeOwners(both) => owners(&mut scope, scan, both, place),
            facts => {
                let declared = records::declared(facts, place, file.file);
                one(&mut scope, scan, history, at, content, place, declared);
            }
        },
        _ => scope.failed = not_read(file, config),
    }
    scope
}

fn one(
    scope: &mut Prepared,
    scan: &RepositoryScan,
    history: &History,
    at: usize,
    content: &Content,
    place: Place<'_>,
    declared: Declared,
) {
    let (mut problems, notes) = issues(content, place);
    // A file of which nothing was understood was not read.
    let nothing = declared.records.is_empty();
    scope.said.reserve(declared.records.len());
    for record in declared.records {
        scope.record(record);
    }
    for (key, lines) in &declared.spans {
        if let Some(relation) = last_changed(scan, history, at, place, key, *lines) {
            scope.record(Record::Relation(relation));
        }
    }
    for note in notes {
        scope.note(note);
    }
    if nothing && !problems.is_empty() {
        scope.failed = Some(problems.remove(0));
    }
    for problem in problems {
        scope.problem(problem);
    }
}

/// The owners of every declaring file, by the CODEOWNERS file that the host reads.
fn owners(
    scope: &mut Prepared,
    scan: &RepositoryScan,
    both: &[(CodeOwners, Vec<Issue>); 2],
    place: Place<'_>,
) {
    let dialect = dialect(scan);
    let paths =
        scan.files.iter().filter(|f| f.file == FileType::CodeOwners).map(|f| f.path.as_str());
    let effective = records::effective_place(dialect, paths);
    if effective != Some(place.path) {
        let said = match effective {
            Some(other) => format!("{} is not in force: {other} is", place.path),
            None => format!("{} is not in a place where its host looks", place.path),
        };
        scope.note(Problem::new(ProblemClass::Unsupported, "codeowners_not_in_force", said));
        return;
    }
    let Some((owners, issues)) = both.iter().find(|(owners, _)| owners.dialect == dialect) else {
        return;
    };
    let files: Vec<(EntityKey, &str)> = scan
        .files
        .iter()
        .filter_map(|f| Some((scan.repository.entity(f.file.kind(), &f.path)?, f.path.as_str())))
        .collect();
    for record in records::owned_by(owners, place, files.iter().map(|(key, path)| (key, *path))) {
        scope.record(record);
    }
    for issue in issues {
        scope.note(issue.problem(place.path, place.commit));
    }
}

/// Whose rules hold: those of the host, or of the places its files are in.
fn dialect(scan: &RepositoryScan) -> Dialect {
    let gitlab_host = scan.repository.host.as_deref().is_some_and(|host| host.contains("gitlab"));
    let github_host = scan.repository.host.as_deref().is_some_and(|host| host.contains("github"));
    let gitlab_place = scan.files.iter().any(|f| f.path == ".gitlab/CODEOWNERS");
    if gitlab_host || (gitlab_place && !github_host) { Dialect::GitLab } else { Dialect::GitHub }
}
