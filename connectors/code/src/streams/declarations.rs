//! `declarations`: what each file declares.

use std::sync::atomic::AtomicBool;

use rollcall_connector::{Emitter, ScopeGuard};
use rollcall_declared::codeowners::{CodeOwners, Dialect};
use rollcall_declared::files::{Facts, FileType};
use rollcall_declared::records::{self, Place};
use rollcall_declared::text::Issue;
use rollcall_model::{EntityKey, ProblemClass, ScopeKey};
use rollcall_record::Problem;

use crate::config::Config;
use crate::history::History;
use crate::read::{Content, Outcome};
use crate::scan::{RepoFile, RepositoryScan, Scan};
use crate::streams::{issues, last_changed, not_read, place, started};

pub(crate) async fn declarations(
    scan: &Scan,
    config: &Config,
    stop: &AtomicBool,
    out: &Emitter,
) -> Result<(), Problem> {
    for repository in scan.repositories.values() {
        let history = repository.history(config, stop);
        for (at, file) in repository.files.iter().enumerate() {
            let key = ScopeKey::part("declarations", &repository.repository.id, &file.path);
            if out.already_read(&key) {
                continue;
            }
            let parent = repository.repository.entity(file.file.kind(), &file.path);
            let scope = out.scope(started(config, key, parent)).await?;
            let place = place(repository, history, at, file);
            match (&file.outcome, not_read(file, config)) {
                (Outcome::Read(content), _) => {
                    one(scope, repository, history, at, file, content, place).await?;
                }
                (_, Some(problem)) => scope.fail(problem).await?,
                (_, None) => scope.finish().await?,
            }
        }
    }
    Ok(())
}

async fn one(
    mut scope: ScopeGuard,
    scan: &RepositoryScan,
    history: &History,
    at: usize,
    file: &RepoFile,
    content: &Content,
    place: Place<'_>,
) -> Result<(), Problem> {
    let declared = match &content.facts {
        Facts::CodeOwners(both) => return owners(scope, scan, both, place).await,
        facts => records::declared(facts, place, file.file),
    };
    let (mut problems, notes) = issues(content, place);
    let nothing = declared.records.is_empty();
    for record in declared.records {
        scope.record(record).await?;
    }
    for (key, lines) in &declared.spans {
        if let Some(relation) = last_changed(scan, history, at, place, key, *lines) {
            scope.relation(relation).await?;
        }
    }
    for note in notes {
        scope.note(note).await?;
    }
    // A file of which nothing was understood was not read.
    if nothing && !problems.is_empty() {
        let last = problems.remove(0);
        for problem in problems {
            scope.problem(problem).await?;
        }
        return scope.fail(last).await;
    }
    for problem in problems {
        scope.problem(problem).await?;
    }
    scope.finish().await
}

/// The owners of every declaring file, by the CODEOWNERS file that the host reads.
async fn owners(
    mut scope: ScopeGuard,
    scan: &RepositoryScan,
    both: &[(CodeOwners, Vec<Issue>); 2],
    place: Place<'_>,
) -> Result<(), Problem> {
    let dialect = dialect(scan);
    let paths =
        scan.files.iter().filter(|f| f.file == FileType::CodeOwners).map(|f| f.path.as_str());
    let effective = records::effective_place(dialect, paths);
    if effective != Some(place.path) {
        let said = match effective {
            Some(other) => format!("{} is not in force: {other} is", place.path),
            None => format!("{} is not in a place where its host looks", place.path),
        };
        scope
            .note(Problem::new(ProblemClass::Unsupported, "codeowners_not_in_force", said))
            .await?;
        return scope.finish().await;
    }
    let Some((owners, issues)) = both.iter().find(|(owners, _)| owners.dialect == dialect) else {
        return scope.finish().await;
    };
    let files: Vec<(EntityKey, &str)> = scan
        .files
        .iter()
        .filter_map(|f| Some((scan.repository.entity(f.file.kind(), &f.path)?, f.path.as_str())))
        .collect();
    for record in records::owned_by(owners, place, files.iter().map(|(key, path)| (key, *path))) {
        scope.record(record).await?;
    }
    for issue in issues {
        scope.note(issue.problem(place.path, place.commit)).await?;
    }
    scope.finish().await
}

/// Whose rules hold: those of the host, or of the places its files are in.
fn dialect(scan: &RepositoryScan) -> Dialect {
    let gitlab_host = scan.repository.host.as_deref().is_some_and(|host| host.contains("gitlab"));
    let github_host = scan.repository.host.as_deref().is_some_and(|host| host.contains("github"));
    let gitlab_place = scan.files.iter().any(|f| f.path == ".gitlab/CODEOWNERS");
    if gitlab_host || (gitlab_place && !github_host) { Dialect::GitLab } else { Dialect::GitHub }
}
