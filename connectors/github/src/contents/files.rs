//! `files`: the declaring files of each repository at its default branch.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures::future::BoxFuture;
use futures::{FutureExt as _, TryStreamExt as _, stream};
use rollcall_connector::{Rank, ScopeGuard};
use rollcall_declared::files;
use rollcall_declared::records::{self, Place, Repository};
use rollcall_model::{ProblemClass, Relation};
use rollcall_record::{Evidence, Problem, Record, RelationRecord};

use super::cache::{Known, State};
use super::heads::{self, Head, HeadOf};
use super::history;
use super::survey::{self, Left, LeftFile};
use super::texts::{self, LARGEST, Wanted};
use super::trees::{self, Found};
use super::{documents, estimate};
use crate::client::Organization;
use crate::config::Tier;
use crate::definition::Stream;
use crate::plan::{Estimate, Planning};
use crate::run::{Run, allowance};
use crate::shapes::Repo;

pub(crate) const STREAM: Stream = Stream {
    name: "files",
    title: "Declaring files",
    rank: Rank::Declared,
    permissions: &["contents", "metadata"],
    operations: &[trees::TREE, texts::BLOB],
    documents: &documents::ALL,
    tier: Tier::Workflows,
    sees: "the workflows, actions, agent and MCP configuration, agent instructions and CODEOWNERS of each repository at its default branch, and who last changed each",
    blind_spots: &[
        "Only the default branch is read: what other branches declare is not seen.",
        "Authors are accounts where GitHub knows the address of a commit; an address proves nothing.",
        "Who brought a file is told only where one commit made it what it is.",
        "Links out of the declaring files, and files of submodules, are not followed.",
        "Dependencies and build results (node_modules, .venv and the like) are not searched.",
        "Files over one MiB are listed and not read.",
    ],
    shifting: false,
    organization_parts: &[],
    follows_pushes: true,
    plan: Some(plan),
    ..Stream::usual(read)
};

fn plan<'a>(planning: &'a Planning<'a>) -> BoxFuture<'a, Estimate> {
    std::future::ready(estimate::files(planning)).boxed()
}

fn read<'a>(run: &'a Run<'a>) -> BoxFuture<'a, Result<(), Problem>> {
    async move {
        for (organization, repositories, _) in survey::chosen(run).await? {
            let due = due(run, &repositories);
            let mut heads = heads::heads(&organization, &due).await;
            let jobs: Vec<(Arc<Repo>, HeadOf)> = due
                .into_iter()
                .filter_map(|repository| {
                    let head = heads.remove(&repository.id)?;
                    Some((repository, head))
                })
                .collect();
            let config = &run.reading.config;
            let allowance = allowance(config, &STREAM, &organization).await;
            let total = jobs.len();
            let begun = std::sync::atomic::AtomicUsize::new(0);
            stream::iter(jobs.into_iter().map(Ok))
                .try_for_each_concurrent(run.reading.config.concurrency, |(repository, head)| {
                    let organization = &organization;
                    let affordable = allowance.is_none_or(|most| organization.spent() < most);
                    let begun = &begun;
                    async move {
                        if !affordable {
                            return Ok(());
                        }
                        begun.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                        one(run, organization, &repository, head).await
                    }
                })
                .await?;
            let left = total - begun.into_inner().min(total);
            if left > 0 {
                let message = format!("this run's share of the hour's calls is spent; the files of {left} repositories of {} wait for the next run", organization.login);
                let said = Problem::new(ProblemClass::RateLimited, "budget_spent", message);
                run.out.problem(said.in_stream(STREAM.name)).await?;
            }
        }
        Ok(())
    }
    .boxed()
}

/// The repositories whose branch must be looked at. Of the others what is known is remembered.
fn due(run: &Run<'_>, repositories: &[Arc<Repo>]) -> Vec<Arc<Repo>> {
    let host = &run.reading.host;
    let mut due = Vec::new();
    for repository in repositories {
        let key = survey::files_scope(host, repository);
        let past = run.asked.past.scope(&key);
        let left = Left::of(past);
        let wanted = survey::is_wanted(run, &key.realm) && !run.out.already_read(&key);
        let scoped = run.asked.only.is_some();
        let after = run.reading.config.due_after();
        if wanted
            && (scoped || survey::is_due(past, left.as_ref(), repository, run.asked.now, after))
        {
            due.push(Arc::clone(repository));
        } else if let Some(left) = left {
            remember(run, repository, &left);
        }
    }
    due
}

fn remember(run: &Run<'_>, repository: &Repo, left: &Left) {
    let state = if left.tree.is_empty() {
        State::Empty
    } else {
        let named = survey::named(&run.reading.host, repository, Some(&left.branch));
        State::Known(Arc::new(left.known(named)))
    };
    run.reading.contents.remember(repository.id, state);
}

async fn one(
    run: &Run<'_>,
    organization: &Organization,
    repository: &Arc<Repo>,
    head: HeadOf,
) -> Result<(), Problem> {
    let key = survey::files_scope(&run.reading.host, repository);
    let past = run.asked.past.scope(&key);
    let left = Left::of(past);
    let branch = head.as_ref().ok().and_then(Option::as_ref).map(|head| head.branch.as_str());
    let named = survey::named(&run.reading.host, repository, branch);
    let visibility = organization.visibility(STREAM.permissions, false);
    let mut guard = run.out.scope(run.started(key, named.key(), visibility)).await?;
    let contents = &run.reading.contents;
    contents.remember(repository.id, State::Failed);
    if let Some(problem) = organization.lacks("contents") {
        return guard.fail(problem.hides(STREAM.sees)).await;
    }
    let head = match head {
        Ok(Some(head)) => head,
        Ok(None) => {
            contents.remember(repository.id, State::Empty);
            guard.cursor(cursor(&Left::new(None))).await?;
            return guard.finish().await;
        }
        Err(problem) => return guard.fail(problem).await,
    };
    if let (Some(left), Some(past)) = (&left, past)
        && past.age(run.asked.now).is_some()
        && (&left.tree, &left.branch) == (&head.tree, &head.branch)
    {
        remember(run, repository, left);
        return guard.unchanged().await;
    }
    let listing = match trees::declaring(organization, repository, &head.tree).await {
        Ok(listing) => listing,
        // A repository that was emptied answers so.
        Err(problem) if problem.code == "conflict" => {
            let said = Problem::new(ProblemClass::Transient, "repository_empty", problem.message);
            return guard.fail(said.hides("what its files declare")).await;
        }
        Err(problem) => return guard.fail(problem.hides("what its files declare")).await,
    };
    let mut now = Left::new(Some(&head));
    let before = left.map(|left| left.files).unwrap_or_default();
    let mut problems = listing.problems;
    read_files(
        run,
        organization,
        repository,
        &head,
        listing.files,
        before,
        &mut now,
        &mut problems,
    )
    .await;
    let known = now.known(named.clone());
    say(&mut guard, &known, &now, &run.reading.host.name).await?;
    contents.remember(repository.id, State::Known(Arc::new(known)));
    if problems.is_empty() {
        guard.cursor(cursor(&now)).await?;
    }
    for problem in problems {
        guard.problem(problem).await?;
    }
    guard.finish().await
}

fn cursor(left: &Left) -> serde_json::Value {
    serde_json::to_value(left).unwrap_or_default()
}

/// What is known of each file: as before where its content is the same, read anew otherwise.
#[allow(clippy::too_many_arguments, reason = "one reading of one repository, in one place")]
async fn read_files(
    run: &Run<'_>,
    organization: &Organization,
    repository: &Repo,
    head: &Head,
    found: Vec<Found>,
    mut before: BTreeMap<String, LeftFile>,
    now: &mut Left,
    problems: &mut Vec<Problem>,
) {
    let mut new: Vec<Found> = Vec::new();
    for file in found {
        match before.remove(&file.path).filter(|left| left.oid == file.oid) {
            Some(same) => drop(now.files.insert(file.path, same)),
            None => new.push(file),
        }
    }
    let is_small = |file: &&Found| file.size.is_none_or(|size| size <= LARGEST);
    let readable = new.iter().filter(|file| !file.is_link).filter(is_small);
    let wanted: Vec<Wanted> =
        readable.map(|file| Wanted { oid: file.oid.clone(), size: file.size }).collect();
    let mut contents = texts::texts(organization, repository, &wanted).await;
    for file in &new {
        let mut left = LeftFile { oid: file.oid.clone(), size: file.size, ..LeftFile::default() };
        if file.is_link {
            left.not_read = Some("link".to_owned());
        } else if !is_small(&file) {
            left.not_read = Some("too big".to_owned());
        } else {
            match contents.get_mut(&file.oid) {
                Some(Ok(bytes)) => {
                    run.reading.contents.keep(&file.oid, bytes);
                    let key = run.reading.contents.literal_key();
                    let (facts, _) = files::parse(file.file, bytes, key);
                    left.size = Some(bytes.len() as u64);
                    left.attributes = facts.map(|facts| records::file_attributes(&facts));
                }
                Some(Err(problem)) => {
                    left.not_read = Some("unreadable".to_owned());
                    problems.push(unread(&file.path, problem.clone()));
                }
                None => {
                    left.not_read = Some("unreadable".to_owned());
                    let said =
                        Problem::new(ProblemClass::Transient, "not_asked", "it was not asked for");
                    problems.push(unread(&file.path, said));
                }
            }
        }
        now.files.insert(file.path.clone(), left);
    }
    let declaring: Vec<&str> = new
        .iter()
        .map(|file| file.path.as_str())
        .filter(|path| now.files.get(*path).is_some_and(LeftFile::declares))
        .collect();
    let changes = history::last_changes(organization, repository, &head.commit, &declaring).await;
    for (path, change) in changes {
        if let Some(left) = now.files.get_mut(&path) {
            left.change = Some(change);
        }
    }
}

fn unread(path: &str, problem: Problem) -> Problem {
    let message = format!("{path} could not be read: {}", problem.message);
    Problem::new(problem.class, &problem.code, message)
        .at(Evidence { file: Some(path.to_owned()), ..Evidence::default() })
        .hides("what it declares")
}

/// Says the files of a repository.
async fn say(
    guard: &mut ScopeGuard,
    known: &Known,
    left: &Left,
    host: &str,
) -> Result<(), Problem> {
    for file in &known.files {
        let Some(told) = left.files.get(&file.path) else { continue };
        let place = place(&known.repository, &file.path, file.change.as_ref().map(|c| &*c.commit));
        let Some(mut record) = records::file_entity(place, file.file) else { continue };
        record.attributes = told.attributes.clone().unwrap_or_default();
        let record = record
            .attribute("size", told.size)
            .attribute("blob", told.attributes.is_some().then_some(&told.oid))
            .attribute("not_read", &told.not_read);
        let key = record.key.clone();
        guard.entity(record).await?;
        if let Some(parent) = known.repository.key() {
            let contains = RelationRecord::new(parent, Relation::Contains, &key);
            guard.relation(contains.evidence(place.evidence(1))).await?;
        }
        for reference in records::file_references(place, file.file) {
            guard.record(Record::Reference(reference)).await?;
        }
        if let Some(change) = &file.change {
            for record in change.records(host, &key, &place.evidence(1)) {
                guard.record(record).await?;
            }
        }
        // A file that is listed and not read hides nothing of the list of files.
        if let Some(why @ ("link" | "too big")) = told.not_read.as_deref() {
            let said = format!("{} was not read: {why}", file.path);
            let note = Problem::new(ProblemClass::Unsupported, "not_read", said)
                .at(Evidence { file: Some(file.path.clone()), ..Evidence::default() });
            guard.note(note.hides("what it declares")).await?;
        }
    }
    Ok(())
}

pub(crate) fn place<'a>(
    repository: &'a Repository,
    path: &'a str,
    commit: Option<&'a str>,
) -> Place<'a> {
    Place { repository, path, commit }
}
