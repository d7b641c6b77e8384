//! `files`: the declaring files of each repository.

use std::sync::Arc;

use rollcall_connector::Emitter;
use rollcall_declared::records::{self, Place};
use rollcall_declared::text::Lines;
use rollcall_model::{ProblemClass, Relation, ScopeKey};
use rollcall_record::{EntityRecord, Evidence, Problem, Record, RelationRecord};

use crate::config::Config;
use crate::connector::Inner;
use crate::history::History;
use crate::read::Outcome;
use crate::scan::{RepoFile, RepositoryScan, Scan};
use crate::streams::prepared::{self, Item, Prepared};
use crate::streams::{blocked, by, last_changed, not_read, place, started};

/// How many repositories are prepared together.
const LOT: usize = 4;

pub(crate) async fn files(
    scan: &Arc<Scan>,
    inner: &Arc<Inner>,
    out: &Emitter,
) -> Result<(), Problem> {
    let items = scan.repositories.values().filter(|r| !out.already_read(&scope_of(r)));
    let items = items.map(|r| Item { repository: r.repository.id.as_str().into(), file: 0 });
    prepared::say(scan, inner, items.collect(), LOT, list, out).await
}

fn scope_of(scan: &RepositoryScan) -> ScopeKey {
    ScopeKey::realm("files", &scan.repository.id)
}

fn list(scan: &RepositoryScan, history: &History, config: &Config, _: usize) -> Prepared {
    let parent = scan.repository.key();
    let mut scope = Prepared::new(started(config, scope_of(scan), parent.clone()));
    for (at, file) in scan.files.iter().enumerate() {
        let place = place(scan, history, at, file);
        let Some(record) = file_record(file, place) else { continue };
        let key = record.key.clone();
        scope.record(Record::Entity(record));
        if let Some(parent) = &parent {
            let contains =
                RelationRecord::new(parent, Relation::Contains, &key).evidence(place.evidence(1));
            scope.record(Record::Relation(contains));
        }
        for reference in records::file_references(place, file.file) {
            scope.record(Record::Reference(reference));
        }
        let whole = match history.changed(at) {
            Some(commit) => Some(
                by(scan, Relation::LastChanged, commit, &key)
                    .attribute("uncommitted", history.is_uncommitted(at).then_some(true))
                    .evidence(place.evidence(1)),
            ),
            None => last_changed(scan, history, at, place, &key, Lines::new(1, u32::MAX)),
        };
        if let Some(relation) = whole {
            scope.record(Record::Relation(relation));
        }
        if let Some(commit) = history.created(at) {
            let created = by(scan, Relation::Created, commit, &key).evidence(place.evidence(1));
            scope.record(Record::Relation(created));
        }
        match (not_read(file, config), &file.outcome) {
            // A file that is listed and not read hides nothing of the list of files.
            (Some(problem), Outcome::Unreadable(_)) => scope.problem(problem),
            (Some(problem), _) => scope.note(problem),
            (None, _) => {}
        }
        if history.is_uncommitted(at) {
            scope.note(said("uncommitted", &file.path, "has lines that are not committed"));
        }
    }
    for note in &history.notes {
        scope.note(Problem::new(ProblemClass::Unsupported, "history_ends", note.clone()));
    }
    for path in &scan.linked_folders {
        scope.note(said("linked_folder", path, "is a link to a folder; it was not followed"));
    }
    for path in &scan.too_deep {
        scope.problem(said(
            "too_deep",
            path,
            "lies at `max_depth`; what is below it was not searched",
        ));
    }
    for found in &scan.blocked {
        scope.problem(blocked(found));
    }
    scope
}

/// The entity of a file with what is known of its content.
pub(crate) fn file_record(file: &RepoFile, place: Place<'_>) -> Option<EntityRecord> {
    let mut record = records::file_entity(place, file.file)?;
    match &file.outcome {
        Outcome::Read(content) => {
            record.attributes = records::file_attributes(&content.facts);
            record = record
                .attribute("size", content.size)
                .attribute("blob", &content.blob)
                .attribute("link", &content.link);
        }
        Outcome::TooBig(size) => {
            record = record.attribute("size", size).attribute("not_read", "too big")
        }
        Outcome::Unreadable(_) => record = record.attribute("not_read", "unreadable"),
        Outcome::LinkOut => record = record.attribute("not_read", "link out"),
    }
    Some(record)
}

fn said(code: &str, path: &str, said: &str) -> Problem {
    Problem::new(ProblemClass::Unsupported, code, format!("{path} {said}"))
        .at(Evidence { file: Some(path.to_owned()), ..Evidence::default() })
}
