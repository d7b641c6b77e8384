//! `home`: agent configuration in home folders.

use rollcall_connector::Emitter;
use rollcall_declared::records::{self, Place};
use rollcall_model::{ProblemClass, ScopeKey};
use rollcall_record::Problem;

use crate::config::Config;
use crate::homes::HomeScan;
use crate::read::Outcome;
use crate::scan::RepoFile;
use crate::streams::files::file_record;
use crate::streams::{blocked, issues, not_read, started};

pub(crate) async fn home(
    homes: &[HomeScan],
    config: &Config,
    out: &Emitter,
) -> Result<(), Problem> {
    for home in homes {
        let key = ScopeKey::realm("home", &home.repository.id);
        if !out.already_read(&key) {
            list(home, key, config, out).await?;
        }
        for file in &home.files {
            let key = ScopeKey::part("home", &home.repository.id, &file.path);
            if !out.already_read(&key) {
                declare(home, file, key, config, out).await?;
            }
        }
    }
    Ok(())
}

fn place<'a>(home: &'a HomeScan, file: &'a RepoFile) -> Place<'a> {
    Place { repository: &home.repository, path: &file.path, commit: None }
}

async fn list(
    home: &HomeScan,
    key: ScopeKey,
    config: &Config,
    out: &Emitter,
) -> Result<(), Problem> {
    let mut scope = out.scope(started(config, key, None)).await?;
    if let Some(why) = &home.failed {
        let problem = Problem::new(
            ProblemClass::Config,
            "home_unreadable",
            format!("the home folder {} could not be read: {why}", home.repository.title),
        );
        return scope.fail(problem.hides("the agent configuration in it")).await;
    }
    for file in &home.files {
        if let Some(record) = file_record(file, place(home, file)) {
            scope.entity(record).await?;
        }
        match (not_read(file, config), &file.outcome) {
            (Some(problem), Outcome::Unreadable(_)) => scope.problem(problem).await?,
            (Some(problem), _) => scope.note(problem).await?,
            (None, _) => {}
        }
    }
    for found in &home.blocked {
        scope.problem(blocked(found)).await?;
    }
    scope.finish().await
}

async fn declare(
    home: &HomeScan,
    file: &RepoFile,
    key: ScopeKey,
    config: &Config,
    out: &Emitter,
) -> Result<(), Problem> {
    let place = place(home, file);
    let parent = home.repository.entity(file.file.kind(), &file.path);
    let mut scope = out.scope(started(config, key, parent)).await?;
    let content = match (&file.outcome, not_read(file, config)) {
        (Outcome::Read(content), _) => content,
        (_, Some(problem)) => return scope.fail(problem).await,
        (_, None) => return scope.finish().await,
    };
    let declared = records::declared(&content.facts, place, file.file);
    let (problems, notes) = issues(content, place);
    for record in declared.records {
        scope.record(record).await?;
    }
    for note in notes {
        scope.note(note).await?;
    }
    for problem in problems {
        scope.problem(problem).await?;
    }
    scope.finish().await
}
