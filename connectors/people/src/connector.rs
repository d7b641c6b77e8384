//! The connector: files and a SCIM server, stream by stream.

use async_trait::async_trait;
use rollcall_connector::directory::Directory;
use rollcall_connector::transport::{CallError, Transport};
use rollcall_connector::{
    AccessDocument, CheckReport, Connector, ConnectorContext, Definition, Emitter, PermissionCheck,
    PermissionState, ScopeGuard, SyncRequest,
};
use rollcall_model::{Listing, ProblemClass, ScopeKey, Timestamp, Visibility};
use rollcall_record::{Evidence, Problem, ScopeStarted};

use crate::config::{Config, Format, Input, Scim};
use crate::definition::{
    FILE_PERSON, FILE_TEAM, GROUPS, LDAP_GROUP, LDAP_PERSON, LIST_GROUPS, LIST_USERS, PEOPLE,
    SCIM_GROUP, SCIM_USER, USERS, definition,
};
use crate::files::{self, Content, Ways};
use crate::{access, scim};

/// The problems of one file that are named one by one.
const NAMED: usize = 50;

pub(crate) struct PeopleConnector {
    definition: Definition,
    config: Config,
    transport: Transport,
}

impl PeopleConnector {
    pub(crate) fn new(config: Config, context: &ConnectorContext) -> Result<Self, Problem> {
        let definition = definition();
        let transport = Transport::new(&definition, &context.transport)?;
        Ok(Self { definition, config, transport })
    }

    fn ways<'a>(&'a self, input: &'a Input) -> Ways<'a> {
        Ways {
            format: input.format,
            columns: &self.config.columns,
            reading: &self.config.reading,
            delimiter: self.config.delimiter,
            name: &input.name,
        }
    }

    async fn file(&self, input: &Input, now: Timestamp, out: &Emitter) -> Result<(), Problem> {
        let key = ScopeKey::part(PEOPLE, &self.config.realm, &input.name);
        if out.already_read(&key) {
            return Ok(());
        }
        let mut scope = out.scope(started(key, "the file")).await?;
        let cap = self.config.max_file_bytes;
        let read = tokio::task::block_in_place(|| files::read(&input.path, cap, now, &self.ways(input)));
        let content = match read {
            Ok(content) => content,
            Err(problem) => return scope.fail(problem).await,
        };
        let (person, team) = match input.format {
            Format::Ldif => (LDAP_PERSON, LDAP_GROUP),
            Format::Csv | Format::Jsonl => (FILE_PERSON, FILE_TEAM),
        };
        let directory = directory(&self.config.realm, person, team)?;
        say(&mut scope, &directory, &content, now).await?;
        for wrong in content.wrong.iter().take(NAMED) {
            scope.problem(wrong.problem(&input.name)).await?;
        }
        if content.wrong.len() > NAMED {
            let message = format!("{}: {} more lines cannot be read", input.name, content.wrong.len() - NAMED);
            scope.problem(Problem::new(ProblemClass::Malformed, "bad_rows", message)).await?;
        }
        scope.finish().await
    }

    async fn users(&self, server: &Scim, now: Timestamp, out: &Emitter) -> Result<(), Problem> {
        let key = ScopeKey::realm(USERS, &server.realm);
        if out.already_read(&key) {
            return Ok(());
        }
        let client = scim::client(server, &self.transport.cancelled_by(out.cancelled()))?;
        let mut scope = out.scope(started(key, "/Users")).await?;
        let size = scim::page_size(&client).await;
        let listed: scim::Listed<scim::User> =
            match scim::list(&client, LIST_USERS, size, |user: &scim::User| &user.id).await {
                Ok(listed) => listed,
                Err(error) => return scope.fail(error.into_problem(LIST_USERS)).await,
            };
        let directory = directory(&server.realm, SCIM_USER, SCIM_GROUP)?;
        for user in &listed.entries {
            for record in directory.person(&scim::user(user, &server.url), now)? {
                scope.record(record).await?;
            }
        }
        end(scope, listed.problems).await
    }

    async fn groups(&self, server: &Scim, out: &Emitter) -> Result<(), Problem> {
        let key = ScopeKey::realm(GROUPS, &server.realm);
        if out.already_read(&key) {
            return Ok(());
        }
        let client = scim::client(server, &self.transport.cancelled_by(out.cancelled()))?;
        let mut scope = out.scope(started(key, "/Groups")).await?;
        let size = scim::page_size(&client).await;
        let listed: scim::Listed<scim::Group> =
            match scim::list(&client, LIST_GROUPS, size, |group: &scim::Group| &group.id).await {
                Ok(listed) => listed,
                Err(error) => return scope.fail(error.into_problem(LIST_GROUPS)).await,
            };
        let directory = directory(&server.realm, SCIM_USER, SCIM_GROUP)?;
        for group in &listed.entries {
            let (team, people, groups) = scim::group(group, &server.url);
            for record in directory.team(&team)? {
                scope.record(record).await?;
            }
            for person in people {
                scope.record(directory.member(&person, &team.id, &team.evidence)?).await?;
            }
            for inner in groups {
                scope.record(directory.nested(&inner, &team.id, &team.evidence)?).await?;
            }
        }
        end(scope, listed.problems).await
    }
}

/// Says everything a file holds.
async fn say(
    scope: &mut ScopeGuard,
    directory: &Directory,
    content: &Content,
    now: Timestamp,
) -> Result<(), Problem> {
    for team in &content.teams {
        for record in directory.team(team)? {
            scope.record(record).await?;
        }
    }
    for (inner, outer) in &content.nested {
        scope.record(directory.nested(inner, outer, &Evidence::default())?).await?;
    }
    for person in &content.people {
        for record in directory.person(person, now)? {
            scope.record(record).await?;
        }
    }
    Ok(())
}

async fn end(mut scope: ScopeGuard, problems: Vec<Problem>) -> Result<(), Problem> {
    for problem in problems {
        scope.problem(problem).await?;
    }
    scope.finish().await
}

fn started(scope: ScopeKey, sees: &str) -> ScopeStarted {
    let visibility = Visibility::of([sees]);
    ScopeStarted { scope, parent: None, listing: Listing::Full, visibility }
}

fn directory(realm: &str, person: &str, team: &str) -> Result<Directory, Problem> {
    let kind = |word: &str| {
        word.parse().map_err(|_| Problem::new(ProblemClass::Bug, "bad_kind", format!("{word} is no kind")))
    };
    Ok(Directory { realm: realm.to_owned(), person: kind(person)?, team: kind(team)? })
}

fn row(stream: &str, realm: &str, permission: &str, outcome: Result<(), Problem>, hides: &str) -> PermissionCheck {
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
impl Connector for PeopleConnector {
    fn definition(&self) -> &Definition {
        &self.definition
    }

    async fn check(&self, now: Timestamp) -> Result<CheckReport, Problem> {
        let mut report = CheckReport::default();
        for input in &self.config.files {
            let cap = self.config.max_file_bytes;
            let read = tokio::task::block_in_place(|| files::read(&input.path, cap, now, &self.ways(input)));
            if let Ok(content) = &read
                && let Some(wrong) = content.wrong.first()
            {
                let more = content.wrong.len();
                report.warnings.push(format!("{} ({more} in all)", wrong.problem(&input.name).message));
            }
            let permission = format!("read {}", input.path.display());
            let outcome = read.map(|_| ());
            report.permissions.push(row(PEOPLE, &self.config.realm, &permission, outcome, "everybody in it"));
        }
        if let Some(server) = &self.config.scim {
            let client = scim::client(server, &self.transport)?;
            let one = [("startIndex", "1"), ("count", "1")];
            for (stream, operation, hides) in [(USERS, LIST_USERS, "the users"), (GROUPS, LIST_GROUPS, "the groups")] {
                let answer: Result<_, CallError> =
                    client.get::<serde_json::Map<String, serde_json::Value>>(operation, &[], &one).await;
                let outcome = answer.map(|_| ()).map_err(|error| error.into_problem(operation));
                report.permissions.push(row(stream, &server.realm, operation, outcome, hides));
            }
        }
        Ok(report)
    }

    async fn sync(&self, request: SyncRequest, out: Emitter) -> Result<(), Problem> {
        match (request.stream.as_str(), &self.config.scim) {
            (PEOPLE, _) => {
                for input in &self.config.files {
                    self.file(input, request.now, &out).await?;
                }
                Ok(())
            }
            (USERS, Some(server)) => self.users(server, request.now, &out).await,
            (GROUPS, Some(server)) => self.groups(server, &out).await,
            (USERS | GROUPS, None) => Ok(()),
            (other, _) => {
                let message = format!("there is no stream {other:?}");
                Err(Problem::new(ProblemClass::Config, "no_such_stream", message))
            }
        }
    }

    fn access(&self, format: &str) -> Result<Vec<AccessDocument>, Problem> {
        access::documents(format, &self.config)
    }
}
