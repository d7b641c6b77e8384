//! `declarations`: what each file declares.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures::future::BoxFuture;
use futures::{FutureExt as _, TryStreamExt as _, stream};
use rollcall_connector::{Rank, ScopeGuard};
use rollcall_declared::codeowners::{CodeOwners, Dialect};
use rollcall_declared::files::{self, Facts, FileType};
use rollcall_declared::records::{self, Repository, SubjectSetting};
use rollcall_declared::text::{Issue, Weight};
use rollcall_model::{EntityKey, ProblemClass, ScopeKey};
use rollcall_record::{Evidence, Problem};
use serde_json::{Value, json};

use super::cache::{Known, KnownFile, State};
use super::files::place;
use super::heads::{self, Head};
use super::survey;
use super::texts::{self, Bytes, Wanted};
use super::{documents, estimate, forms, trees};
use crate::client::Organization;
use crate::config::Tier;
use crate::definition::Stream;
use crate::plan::{Estimate, Planning};
use crate::run::Run;
use crate::shapes::Repo;

/// The form in which a scope says what it read; a newer one makes everything be read again.
const FORM: u32 = 1;

pub(crate) const STREAM: Stream = Stream {
    name: "declarations",
    title: "What files declare",
    rank: Rank::Declared,
    part: Some("file"),
    permissions: &["contents", "metadata"],
    operations: &[
        trees::TREE,
        texts::BLOB,
        forms::ORGANIZATION,
        crate::reading::REPOSITORY_SUBJECT,
    ],
    documents: &documents::ALL,
    tier: Tier::Workflows,
    sees: "jobs, their triggers, permissions, secrets, cloud roles, actions and the subjects they present; agents, their MCP servers and credentials; who owns each file by CODEOWNERS",
    blind_spots: &[
        "Expressions are not evaluated: what is computed when a workflow runs is told as computed.",
        "What a called workflow or action does is read only where its own repository is.",
        "Where the form of subjects may not be read (permission actions), every form is told.",
        "Who changed a single job is not told, only who changed its file.",
    ],
    shifting: false,
    organization_parts: &[],
    follows_pushes: true,
    plan: Some(plan),
    ..Stream::usual(read)
};

fn plan<'a>(planning: &'a Planning<'a>) -> BoxFuture<'a, Estimate> {
    std::future::ready(estimate::declarations(planning)).boxed()
}

fn read<'a>(run: &'a Run<'a>) -> BoxFuture<'a, Result<(), Problem>> {
    async move {
        for (organization, repositories, _) in survey::chosen(run).await? {
            let host = &run.reading.host;
            let wanted: Vec<Arc<Repo>> = repositories
                .into_iter()
                .filter(|r| survey::is_wanted(run, &survey::realm(host, r)))
                .collect();
            find_out(run, &organization, &wanted).await;
            let organization = &organization;
            stream::iter(wanted.into_iter().map(Ok))
                .try_for_each_concurrent(run.reading.config.concurrency, |repository| async move {
                    match run.reading.contents.state(repository.id) {
                        Some(State::Known(known)) => {
                            of_repository(run, organization, &repository, &known).await
                        }
                        // An empty repository has no files, and of one that could not be read its
                        // scope of files tells.
                        Some(State::Empty | State::Failed) | None => Ok(()),
                    }
                })
                .await?;
        }
        Ok(())
    }
    .boxed()
}

/// Finds out the files of repositories of which the stream before this one did not, as where only
/// this stream is read.
async fn find_out(run: &Run<'_>, organization: &Organization, repositories: &[Arc<Repo>]) {
    let unknown = repositories.iter().filter(|r| run.reading.contents.state(r.id).is_none());
    let unknown: Vec<Arc<Repo>> = unknown.map(Arc::clone).collect();
    let heads = heads::heads(organization, &unknown).await;
    for repository in &unknown {
        let state = match heads.get(&repository.id) {
            Some(Ok(Some(head))) => listed(run, organization, repository, head).await,
            Some(Ok(None)) => State::Empty,
            _ => State::Failed,
        };
        run.reading.contents.remember(repository.id, state);
    }
}

async fn listed(
    run: &Run<'_>,
    organization: &Organization,
    repository: &Repo,
    head: &Head,
) -> State {
    let Ok(listing) = trees::declaring(organization, repository, &head.tree).await else {
        return State::Failed;
    };
    let named = survey::named(&run.reading.host, repository, Some(&head.branch));
    let files = listing.files.into_iter().map(|found| {
        let too_big = found.size.is_some_and(|size| size > texts::LARGEST);
        let not_read = if found.is_link { Some("link") } else { too_big.then_some("too big") };
        KnownFile {
            path: found.path,
            file: found.file,
            oid: found.oid,
            size: found.size,
            not_read: not_read.map(str::to_owned),
            change: None,
        }
    });
    State::Known(Arc::new(Known { repository: named, head: head.clone(), files: files.collect() }))
}

/// What is to become of a file's scope.
enum Due {
    Read,
    /// Everything is as it was, and too long ago was said so.
    Same,
    No,
}

async fn of_repository(
    run: &Run<'_>,
    organization: &Organization,
    repository: &Repo,
    known: &Known,
) -> Result<(), Problem> {
    let scope_of =
        |file: &KnownFile| ScopeKey::part("declarations", &known.repository.id, &file.path);
    let owners = owners_in_force(known);
    if run.reading.knows_subject(repository) {
        forms::of(run, organization, repository).await;
    }
    let mut wanted: Vec<&KnownFile> = Vec::new();
    for file in &known.files {
        let scope = scope_of(file);
        if run.out.already_read(&scope) {
            continue;
        }
        match due(run, repository, known, file, &scope) {
            Due::Read => wanted.push(file),
            Due::Same => begin(run, organization, known, file, scope).await?.unchanged().await?,
            Due::No => {}
        }
    }
    let contents = fetch(run, organization, repository, &wanted).await;
    let with_tokens = wanted.iter().any(|file| {
        file.file == FileType::Workflow
            && contents.get(&file.oid).is_some_and(|c| c.as_ref().is_ok_and(asks_for_tokens))
    });
    let setting = if with_tokens { forms::of(run, organization, repository).await } else { None };
    let with_setting = Repository { subject: setting.clone(), ..known.repository.clone() };
    for file in wanted {
        let guard = begin(run, organization, known, file, scope_of(file)).await?;
        if let Some(problem) = organization.lacks("contents") {
            guard.fail(problem.hides(STREAM.sees)).await?;
            continue;
        }
        let bytes = match contents.get(&file.oid) {
            Some(Ok(bytes)) if file.not_read.is_none() => bytes,
            other => {
                guard.fail(not_read(file, other)).await?;
                continue;
            }
        };
        let tokens = file.file == FileType::Workflow && asks_for_tokens(bytes);
        let named = if tokens { &with_setting } else { &known.repository };
        let left = cursor(known, file, tokens.then_some(setting.as_ref()));
        declare(run, guard, known, named, file, bytes, owners, left).await?;
    }
    Ok(())
}

async fn begin(
    run: &Run<'_>,
    organization: &Organization,
    known: &Known,
    file: &KnownFile,
    scope: ScopeKey,
) -> Result<ScopeGuard, Problem> {
    let parent = known.repository.entity(file.file.kind(), &file.path);
    let visibility = organization.visibility(STREAM.permissions, false);
    run.out.scope(run.started(scope, parent, visibility)).await
}

fn due(run: &Run<'_>, repository: &Repo, known: &Known, file: &KnownFile, scope: &ScopeKey) -> Due {
    let Some(past) = run.asked.past.scope(scope) else { return Due::Read };
    let Some(age) = past.age(run.asked.now) else { return Due::Read };
    // The setting is compared only where this run knows it and the file asks for tokens.
    let setting = run.reading.contents.setting(repository.id);
    let without = cursor(known, file, None);
    let same = match past.cursor.as_ref().and_then(|c| c.get("form")) {
        Some(Value::String(told)) => {
            let fits = setting.is_none_or(|setting| *told == form(setting.as_ref()));
            let mut bare = past.cursor.clone().unwrap_or_default();
            if let Value::Object(fields) = &mut bare {
                fields.remove("form");
            }
            fits && bare == without
        }
        _ => past.is_at(&without),
    };
    match same {
        false => Due::Read,
        true if age >= run.reading.config.due_after() => Due::Same,
        true => Due::No,
    }
}

/// What the scope's records depend on: the content, what a branch's name changes, the form of
/// subjects where the file asks for tokens, and for owners the files that they own.
fn cursor(known: &Known, file: &KnownFile, setting: Option<Option<&SubjectSetting>>) -> Value {
    let mut cursor = json!({"v": FORM, "oid": file.oid});
    if let Value::Object(fields) = &mut cursor {
        if file.file == FileType::Workflow {
            fields.insert("branch".to_owned(), json!(known.head.branch));
        }
        if file.file == FileType::CodeOwners {
            let paths: Vec<&str> = known.files.iter().map(|f| f.path.as_str()).collect();
            fields.insert("of".to_owned(), json!(paths));
        }
        if let Some(setting) = setting {
            fields.insert("form".to_owned(), json!(form(setting)));
        }
    }
    cursor
}

fn form(setting: Option<&SubjectSetting>) -> String {
    setting.map_or_else(|| "unknown".to_owned(), |setting| format!("{setting:?}"))
}

fn asks_for_tokens(bytes: &Bytes) -> bool {
    let has = |words: &[u8]| bytes.windows(words.len()).any(|window| window == words);
    has(b"id-token") || has(b"write-all")
}

/// The contents of files, from this run's memory where it has them.
async fn fetch(
    run: &Run<'_>,
    organization: &Organization,
    repository: &Repo,
    files: &[&KnownFile],
) -> BTreeMap<String, Result<Bytes, Problem>> {
    let mut contents = BTreeMap::new();
    let mut missing = Vec::new();
    for file in files.iter().filter(|file| file.not_read.is_none()) {
        match run.reading.contents.text(&file.oid) {
            Some(bytes) => drop(contents.insert(file.oid.clone(), Ok(bytes))),
            None => missing.push(Wanted { oid: file.oid.clone(), size: file.size }),
        }
    }
    if !missing.is_empty() && organization.lacks("contents").is_none() {
        contents.extend(texts::texts(organization, repository, &missing).await);
    }
    contents
}

fn not_read(file: &KnownFile, outcome: Option<&Result<Bytes, Problem>>) -> Problem {
    let problem = match (&file.not_read, outcome) {
        (_, Some(Err(problem))) => {
            let message = format!("{} could not be read: {}", file.path, problem.message);
            Problem::new(problem.class, &problem.code, message)
        }
        (Some(why), _) if why != "unreadable" => {
            let message = format!("{} was not read: {why}", file.path);
            Problem::new(ProblemClass::Unsupported, "not_read", message)
        }
        _ => {
            let message = format!("{} could not be read", file.path);
            Problem::new(ProblemClass::Transient, "not_read", message)
        }
    };
    let evidence = Evidence { file: Some(file.path.clone()), ..Evidence::default() };
    problem.at(evidence).hides("what it declares")
}

#[allow(clippy::too_many_arguments, reason = "one file's scope, in one place")]
async fn declare(
    run: &Run<'_>,
    mut guard: ScopeGuard,
    known: &Known,
    named: &Repository,
    file: &KnownFile,
    bytes: &Bytes,
    owners: Option<&str>,
    left: Value,
) -> Result<(), Problem> {
    let (facts, issues) = files::parse(file.file, bytes, run.reading.contents.literal_key());
    let commit = file.change.as_ref().map(|change| change.commit.as_str());
    let at = place(named, &file.path, commit);
    let mut problems = Vec::new();
    let mut notes = Vec::new();
    for issue in &issues {
        let said = issue.problem(&file.path, commit);
        if issue.weight == Weight::Hides { problems.push(said) } else { notes.push(said) }
    }
    let mut records = Vec::new();
    match &facts {
        Some(Facts::CodeOwners(both)) if owners == Some(file.path.as_str()) => {
            let (found, issues): &(CodeOwners, Vec<Issue>) = &both[0];
            let files: Vec<(EntityKey, &str)> = known
                .files
                .iter()
                .filter_map(|f| Some((named.entity(f.file.kind(), &f.path)?, f.path.as_str())))
                .collect();
            let owned = files.iter().map(|(key, path)| (key, *path));
            records.extend(records::owned_by(found, at, owned));
            notes.extend(issues.iter().map(|issue| issue.problem(&file.path, commit)));
        }
        Some(Facts::CodeOwners(_)) => {
            let other = owners.unwrap_or("another file");
            let said = format!("{} is not in force: {other} is", file.path);
            notes.push(Problem::new(ProblemClass::Unsupported, "codeowners_not_in_force", said));
        }
        Some(facts) => {
            let declared = records::declared(facts, at, file.file);
            records.extend(declared.records);
            if let Some(change) = &file.change {
                let host = &run.reading.host.name;
                let spans = declared.spans.iter();
                records.extend(spans.map(|(key, _)| change.last_changed(host, key, true)));
            }
        }
        None => {}
    }
    let nothing = records.is_empty();
    for record in records {
        guard.record(record).await?;
    }
    for note in notes {
        guard.note(note).await?;
    }
    // A file of which nothing was understood was not read.
    if nothing && !problems.is_empty() {
        return guard.fail(problems.remove(0)).await;
    }
    if problems.is_empty() {
        guard.cursor(left).await?;
    }
    for problem in problems {
        guard.problem(problem).await?;
    }
    guard.finish().await
}

/// The CODEOWNERS file that GitHub reads.
fn owners_in_force(known: &Known) -> Option<&str> {
    let paths =
        known.files.iter().filter(|f| f.file == FileType::CodeOwners).map(|f| f.path.as_str());
    records::effective_place(Dialect::GitHub, paths)
}
