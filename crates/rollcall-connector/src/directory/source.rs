//! A directory behind an API as a connector: what all of them do alike. A provider's crate says how
//! its listings are read ([`DirectoryApi`]) and declares itself.

use std::sync::Arc;

use async_trait::async_trait;
use futures::StreamExt;
use rollcall_model::{Listing, ProblemClass, ScopeKey, Timestamp, Visibility};
use rollcall_record::{Problem, ScopeStarted};
use tokio::sync::Mutex;

use super::{Directory, DirectoryPerson, DirectoryTeam};
use crate::transport::Transport;
use crate::{
    AccessDocument, CheckReport, Connector, Definition, Emitter, PermissionCheck, PermissionState,
    ScopeGuard, SyncRequest,
};

/// The stream of people.
pub const USERS: &str = "users";
/// The stream of people who were deleted not long ago.
pub const DELETED_USERS: &str = "deleted-users";
/// The stream of teams.
pub const GROUPS: &str = "groups";
/// The stream of who is in which team: a scope for each team.
pub const GROUP_MEMBERS: &str = "group-members";

/// How many teams are asked for their members at once; the transport's budget holds besides.
const TEAMS_AT_ONCE: usize = 8;

/// What one reading needs.
#[derive(Clone, Debug)]
pub struct DirectoryReading {
    /// How calls leave.
    pub transport: Transport,
    /// When the reading began.
    pub now: Timestamp,
}

/// What a listing held, and why it is not whole where it is not.
#[derive(Debug)]
pub struct Listed<T> {
    /// The entries, as far as they were read.
    pub entries: Vec<T>,
    /// Entries that could not be read.
    pub problems: Vec<Problem>,
    /// Why the listing ended early.
    pub ended: Option<Problem>,
}

impl<T> Default for Listed<T> {
    fn default() -> Self {
        Self { entries: Vec::new(), problems: Vec::new(), ended: None }
    }
}

/// Somebody or something in a team, by native id.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Member {
    /// A person.
    Person(String),
    /// Another team.
    Team(String),
}

/// How a directory's listings are read.
#[async_trait]
pub trait DirectoryApi: Send + Sync {
    /// The realm by its immutable id.
    ///
    /// # Errors
    /// When the directory does not tell.
    async fn realm(&self, reading: &DirectoryReading) -> Result<String, Problem>;

    /// The people of a stream: [`USERS`] or [`DELETED_USERS`].
    async fn people(&self, reading: &DirectoryReading, stream: &str) -> Listed<DirectoryPerson>;

    /// The teams.
    async fn teams(&self, reading: &DirectoryReading) -> Listed<DirectoryTeam>;

    /// Who is in a team. Where not everybody in it is named, the listing has a problem: a team that
    /// looks empty is taken for an empty one otherwise.
    async fn members(&self, reading: &DirectoryReading, team: &DirectoryTeam) -> Listed<Member>;

    /// Makes the smallest call that a stream needs.
    ///
    /// # Errors
    /// What the provider says where it refuses.
    async fn probe(&self, reading: &DirectoryReading, stream: &str) -> Result<(), Problem>;

    /// The documents that grant what is needed, in a format the definition names.
    fn access(&self, format: &str) -> Vec<AccessDocument>;
}

/// A connector for a directory behind an API.
pub struct DirectorySource {
    definition: Definition,
    directory: (rollcall_model::Kind, rollcall_model::Kind),
    api: Arc<dyn DirectoryApi>,
    transport: Transport,
    teams: Mutex<Option<Arc<Listed<DirectoryTeam>>>>,
}

impl std::fmt::Debug for DirectorySource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DirectorySource").field("id", &self.definition.id).finish_non_exhaustive()
    }
}

impl DirectorySource {
    /// From a definition, the kinds of its people and teams, and its listings.
    ///
    /// # Errors
    /// When a kind is none.
    pub fn new(
        definition: Definition,
        person: &str,
        team: &str,
        api: Arc<dyn DirectoryApi>,
        transport: Transport,
    ) -> Result<Self, Problem> {
        let kind = |word: &str| {
            word.parse().map_err(|_| {
                Problem::new(ProblemClass::Bug, "bad_kind", format!("{word} is no kind"))
            })
        };
        let directory = (kind(person)?, kind(team)?);
        Ok(Self { definition, directory, api, transport, teams: Mutex::default() })
    }

    fn directory(&self, realm: &str) -> Directory {
        let (person, team) = self.directory.clone();
        Directory { realm: realm.to_owned(), person, team }
    }

    /// The teams, listed once a run.
    async fn teams(&self, reading: &DirectoryReading) -> Arc<Listed<DirectoryTeam>> {
        let mut teams = self.teams.lock().await;
        if let Some(teams) = teams.as_ref() {
            return Arc::clone(teams);
        }
        let listed = Arc::new(self.api.teams(reading).await);
        let stopped = listed.ended.as_ref().is_some_and(|p| p.class == ProblemClass::Cancelled);
        if !stopped {
            *teams = Some(Arc::clone(&listed));
        }
        listed
    }

    async fn people(
        &self,
        reading: &DirectoryReading,
        key: ScopeKey,
        out: &Emitter,
    ) -> Result<(), Problem> {
        let stream = key.stream.clone();
        let directory = self.directory(&key.realm);
        let mut scope = out.scope(whole(key, &stream)).await?;
        let mut listed = self.api.people(reading, &stream).await;
        if stream == USERS && listed.ended.is_none() {
            listed.ended = nobody(listed.entries.len(), listed.problems.len(), &directory.realm);
        }
        for person in &listed.entries {
            match directory.person(person, reading.now) {
                Ok(records) => {
                    for record in records {
                        scope.record(record).await?;
                    }
                }
                Err(problem) => scope.problem(problem).await?,
            }
        }
        end(scope, listed.problems, listed.ended).await
    }

    async fn groups(
        &self,
        reading: &DirectoryReading,
        key: ScopeKey,
        out: &Emitter,
    ) -> Result<(), Problem> {
        let directory = self.directory(&key.realm);
        let mut scope = out.scope(whole(key, GROUPS)).await?;
        let listed = self.teams(reading).await;
        for team in &listed.entries {
            match directory.team(team) {
                Ok(records) => {
                    for record in records {
                        scope.record(record).await?;
                    }
                }
                Err(problem) => scope.problem(problem).await?,
            }
        }
        end(scope, listed.problems.clone(), listed.ended.clone()).await
    }

    async fn all_members(
        &self,
        reading: &DirectoryReading,
        realm: &str,
        request: &SyncRequest,
        out: &Emitter,
    ) -> Result<(), Problem> {
        let listed = self.teams(reading).await;
        if let (Some(why), true) = (&listed.ended, listed.entries.is_empty()) {
            return Err(why.clone());
        }
        let mut work = Vec::new();
        for team in &listed.entries {
            let key = ScopeKey::part(GROUP_MEMBERS, realm, &team.id);
            if request.wants(&key) && !out.already_read(&key) {
                work.push(self.members(reading, team, key, out));
            }
        }
        let mut done = futures::stream::iter(work).buffer_unordered(TEAMS_AT_ONCE);
        while let Some(outcome) = done.next().await {
            outcome?;
        }
        Ok(())
    }

    async fn members(
        &self,
        reading: &DirectoryReading,
        team: &DirectoryTeam,
        key: ScopeKey,
        out: &Emitter,
    ) -> Result<(), Problem> {
        let directory = self.directory(&key.realm);
        let parent = directory.team_key(&team.id)?;
        let started = ScopeStarted { parent: Some(parent), ..whole(key, GROUP_MEMBERS) };
        let mut scope = out.scope(started).await?;
        let mut listed = self.api.members(reading, team).await;
        listed.entries.sort();
        listed.entries.dedup();
        for member in &listed.entries {
            let record = match member {
                Member::Person(id) => directory.member(id, &team.id, &team.evidence),
                Member::Team(id) => directory.nested(id, &team.id, &team.evidence),
            };
            match record {
                Ok(record) => scope.record(record).await?,
                Err(problem) => scope.problem(problem).await?,
            }
        }
        end(scope, listed.problems, listed.ended).await
    }
}

/// Why a listing of people that names nobody, and has nothing wrong with it, is not believed:
/// whoever may read a directory is somebody in it.
#[must_use]
pub fn nobody(people: usize, problems: usize, realm: &str) -> Option<Problem> {
    (people == 0 && problems == 0).then(|| {
        let message = format!(
            "{realm} names nobody. A directory without people is not taken for a company without people"
        );
        Problem::new(ProblemClass::Malformed, "nobody", message).hides("everybody")
    })
}

/// The start of a scope that lists everything a stream has there.
#[must_use]
pub fn whole(scope: ScopeKey, sees: &str) -> ScopeStarted {
    let visibility = Visibility::of([sees]);
    ScopeStarted { scope, parent: None, listing: Listing::Full, visibility }
}

/// Ends a scope as its listing ended.
///
/// # Errors
/// When the reading was stopped.
pub async fn end(
    mut scope: ScopeGuard,
    problems: Vec<Problem>,
    ended: Option<Problem>,
) -> Result<(), Problem> {
    for problem in problems {
        scope.problem(problem).await?;
    }
    match ended {
        Some(problem) if problem.class == ProblemClass::Cancelled => Err(problem),
        Some(problem) => scope.fail(problem).await,
        None => scope.finish().await,
    }
}

/// A line of a check, from what a probe said.
#[must_use]
pub fn permission(
    stream: &str,
    realm: &str,
    permission: &str,
    outcome: Result<(), Problem>,
    hides: &str,
) -> PermissionCheck {
    let state = match &outcome {
        Ok(()) => PermissionState::Granted,
        Err(problem) => match problem.class {
            ProblemClass::Permission | ProblemClass::Config => PermissionState::Denied,
            ProblemClass::Unsupported => PermissionState::Unsupported,
            _ => PermissionState::Unknown,
        },
    };
    PermissionCheck {
        stream: stream.to_owned(),
        realm: realm.to_owned(),
        permission: permission.to_owned(),
        state,
        hides: (state != PermissionState::Granted).then(|| hides.to_owned()),
        detail: outcome.err().map(|problem| problem.message),
    }
}

#[async_trait]
impl Connector for DirectorySource {
    fn definition(&self) -> &Definition {
        &self.definition
    }

    async fn check(&self, now: Timestamp) -> Result<CheckReport, Problem> {
        let reading = DirectoryReading { transport: self.transport.clone(), now };
        let realm = self.api.realm(&reading).await?;
        let mut report = CheckReport::default();
        for stream in &self.definition.streams {
            let outcome = self.api.probe(&reading, &stream.name).await;
            let words = stream.permissions.join(", ");
            let line = permission(&stream.name, &realm, &words, outcome, &stream.sees);
            report.permissions.push(line);
        }
        Ok(report)
    }

    async fn sync(&self, request: SyncRequest, out: Emitter) -> Result<(), Problem> {
        if self.definition.stream(&request.stream).is_none() {
            let message = format!("there is no stream {:?}", request.stream);
            return Err(Problem::new(ProblemClass::Config, "no_such_stream", message));
        }
        let transport = self.transport.cancelled_by(out.cancelled());
        let reading = DirectoryReading { transport, now: request.now };
        let realm = self.api.realm(&reading).await?;
        if request.stream == GROUP_MEMBERS {
            return self.all_members(&reading, &realm, &request, &out).await;
        }
        let key = ScopeKey::realm(&request.stream, &realm);
        if out.already_read(&key) || !request.wants(&key) {
            return Ok(());
        }
        match request.stream.as_str() {
            GROUPS => self.groups(&reading, key, &out).await,
            _ => self.people(&reading, key, &out).await,
        }
    }

    fn access(&self, format: &str) -> Result<Vec<AccessDocument>, Problem> {
        if self.definition.access_formats.iter().any(|known| known == format) {
            return Ok(self.api.access(format));
        }
        let known = self.definition.access_formats.join(", ");
        let message = format!("there is no access format {format:?}; there is: {known}");
        Err(Problem::new(ProblemClass::Config, "no_such_format", message))
    }
}
