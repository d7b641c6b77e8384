//! Who wrote which file when.

use rollcall_model::Timestamp;

use crate::plan::{Company, DAY, Defect, Domain, Draw, Owner, Repository};

/// A commit.
pub(crate) struct Commit {
    /// The author's number.
    pub(crate) author: u64,
    /// When.
    pub(crate) at: Timestamp,
    /// What it says.
    pub(crate) message: &'static str,
    /// The files it writes.
    pub(crate) paths: Vec<String>,
}

/// The change of one file.
pub(crate) struct Change {
    /// The file.
    pub(crate) path: String,
    /// The author's address.
    pub(crate) email: String,
    /// When.
    pub(crate) at: Timestamp,
}

/// The commits of a repository, oldest first.
pub(crate) fn commits(company: &Company, repository: &Repository) -> Vec<Commit> {
    let mut code = vec!["README.md".to_owned(), "src/main.txt".to_owned()];
    if !repository.codeowners.is_empty() {
        code.push(".github/CODEOWNERS".to_owned());
    }
    let mut pipeline: Vec<String> = repository.workflows.iter().map(|w| w.path()).collect();
    if repository.composite {
        pipeline.push(".github/actions/setup/action.yml".to_owned());
    }
    let mut agents = Vec::new();
    if !repository.servers.is_empty() {
        agents.push(".mcp.json".to_owned());
    }
    agents.extend(repository.agents.iter().map(|(name, _)| format!(".claude/agents/{name}.md")));
    if repository.instructions {
        agents.push("CLAUDE.md".to_owned());
    }
    let mut draw = Draw::new(company.spec.seed, Domain::Repository, repository.number | 1 << 42);
    let mut at = draw.ago(company.spec.now, 700, 500);
    let steps = [("Begin", code), ("Build and deliver", pipeline), ("Let agents help", agents)];
    let mut commits = Vec::new();
    for (message, paths) in steps {
        let author = author(company, repository, &mut draw, at);
        if !paths.is_empty() {
            commits.push(Commit { author, at, message, paths });
        }
        at = at.plus_seconds((1 + draw.below(150).cast_signed()) * DAY);
    }
    commits
}

/// Who wrote it: of the owning team someone who was there, if anybody was.
fn author(company: &Company, repository: &Repository, draw: &mut Draw, at: Timestamp) -> u64 {
    // Nothing of who wrote it may tell who answers for it.
    if repository.planted.is_some_and(|p| p.defect == Defect::AgentOwnerMissing) {
        return company.someone_gone(repository.number / 2);
    }
    let team = match repository.owner {
        Owner::Team(team) => team,
        Owner::Person(person) => return person,
    };
    let start = draw.below(8) as usize;
    let mut members: Vec<u64> = company.members(team).take(8).collect();
    let length = members.len().max(1);
    members.rotate_left(start % length);
    let there = |n: &u64| {
        let person = company.person(*n);
        person.joined <= at && person.left.is_none_or(|left| left > at)
    };
    members.iter().copied().find(there).or(members.first().copied()).unwrap_or(0)
}

/// What happened to each file.
pub(crate) fn history(company: &Company, repository: &Repository) -> Vec<Change> {
    let mut changes = Vec::new();
    for commit in commits(company, repository) {
        let email = company.person(commit.author).email;
        changes.extend(commit.paths.into_iter().map(|path| Change {
            path,
            email: email.clone(),
            at: commit.at,
        }));
    }
    changes
}
