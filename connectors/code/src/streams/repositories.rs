//! `repositories`: the checkouts below each root.

use rollcall_connector::Emitter;
use rollcall_declared::records::{PROVIDER, Repository};
use rollcall_model::{EntityType, ProblemClass, Reference, ScopeKey};
use rollcall_record::{Evidence, Problem, ReferenceRecord, entity};

use crate::checkout::Checkout;
use crate::config::Config;
use crate::scan::{RootScan, Scan};
use crate::streams::{blocked, started};

pub(crate) async fn repositories(
    scan: &Scan,
    config: &Config,
    out: &Emitter,
) -> Result<(), Problem> {
    for root in &scan.roots {
        let key = ScopeKey::realm("repositories", &root.path);
        if !out.already_read(&key) {
            list(root, key, config, out).await?;
        }
    }
    Ok(())
}

async fn list(
    root: &RootScan,
    key: ScopeKey,
    config: &Config,
    out: &Emitter,
) -> Result<(), Problem> {
    let mut scope = out.scope(started(config, key, None)).await?;
    if let Some(why) = &root.failed {
        let problem = Problem::new(
            ProblemClass::Config,
            "root_unreadable",
            format!("the root {} could not be read: {why}", root.path),
        );
        return scope.fail(problem.hides("every checkout below it")).await;
    }
    for (id, paths) in &root.repositories {
        let Some(checkout) = root.checkouts.get(id) else { continue };
        let named = Repository { id: id.clone(), ..Repository::default() };
        let Some(key) = named.key() else { continue };
        let title = checkout.remote.as_ref().map_or(id.as_str(), |r| r.path.as_str());
        let read = paths.first().map_or(".", String::as_str);
        let record = entity(key.clone(), EntityType::Resource, title)
            .attribute("remote", checkout.remote.as_ref().map(|r| r.id()))
            .attribute("branch", &checkout.branch)
            .attribute("default_branch", &checkout.default_branch)
            .attribute("head", &checkout.head)
            .attribute("checkout", read)
            .attribute("other_checkouts", &paths[1..])
            .evidence(Evidence {
                file: Some(read.to_owned()),
                commit: checkout.head.clone(),
                ..Evidence::default()
            });
        debug_assert_eq!(key.provider, PROVIDER);
        scope.entity(record).await?;
        if let Some(remote) = &checkout.remote {
            let reference = Reference::new("git.remote", &remote.host, &remote.path);
            scope.reference(ReferenceRecord::new(&key, reference)).await?;
        }
        for note in notes(id, paths, checkout) {
            scope.note(note).await?;
        }
    }
    for path in &root.bare {
        scope
            .note(note(
                "bare_repository",
                path,
                "is a repository without a working tree; it was not read",
            ))
            .await?;
    }
    if let Some(first) = root.strays.first() {
        let count = root.strays.len();
        let said = format!(
            "and {} more declaring files belong to no checkout; they were not read",
            count - 1
        );
        scope.note(note("no_checkout", first, &said)).await?;
    }
    for found in &root.blocked {
        scope.problem(blocked(found)).await?;
    }
    scope.finish().await
}

fn notes(id: &str, paths: &[String], checkout: &Checkout) -> Vec<Problem> {
    let read = paths.first().map_or(".", String::as_str);
    let mut notes: Vec<Problem> = paths
        .iter()
        .skip(1)
        .map(|other| {
            note("second_checkout", other, &format!("is another checkout of {id}; {read} is read"))
        })
        .collect();
    notes.extend(checkout.problem.as_ref().map(|problem| note("checkout_unclear", read, problem)));
    notes
}

fn note(code: &str, path: &str, said: &str) -> Problem {
    Problem::new(ProblemClass::Unsupported, code, format!("{path} {said}"))
        .at(Evidence { file: Some(path.to_owned()), ..Evidence::default() })
}
