//! The connector: files and a SCIM server, stream by stream.

use std::sync::Arc;

use async_trait::async_trait;
use rollcall_connector::directory::{Directory, end, nobody, permission, whole};
use rollcall_connector::transport::{CallError, Transport};
use rollcall_connector::{
    AccessDocument, CheckReport, Connector, ConnectorContext, Definition, Emitter, ScopeGuard,
    SyncRequest,
};
use rollcall_model::{ProblemClass, ScopeKey, Timestamp};
use rollcall_record::{Evidence, Problem};

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
    config: Arc<Config>,
    transport: Transport,
}

/// Reads the file at a position of the configuration.
fn read(config: &Config, position: usize, now: Timestamp) -> Result<Content, Problem> {
    let Some(input) = config.files.get(position) else { return Ok(Content::default()) };
    let ways = Ways {
        format: input.format,
        columns: &config.columns,
        reading: &config.reading,
        delimiter: config.delimiter,
        name: &input.name,
    };
    files::read(&input.path, config.max_file_bytes, now, &ways)
}

impl PeopleConnector {
    pub(crate) fn new(config: Config, context: &ConnectorContext) -> Result<Self, Problem> {
        let definition = definition();
        let transport = Transport::new(&definition, &context.transport)?;
        Ok(Self { definition, config: Arc::new(config), transport })
    }

    /// Reads on a thread of its own: files can be large, and lie on a network.
    async fn read(&self, position: usize, now: Timestamp) -> Result<Content, Problem> {
        let config = Arc::clone(&self.config);
        let work = tokio::task::spawn_blocking(move || read(&config, position, now));
        work.await.unwrap_or_else(|error| {
            let message = format!("the reading of a file ended early: {error}");
            Err(Problem::new(ProblemClass::Bug, "read_failed", message))
        })
    }

    async fn file(
        &self,
        position: usize,
        input: &Input,
        now: Timestamp,
        out: &Emitter,
    ) -> Result<(), Problem> {
        let key = ScopeKey::part(PEOPLE, &self.config.realm, &input.name);
        if out.already_read(&key) {
            return Ok(());
        }
        let mut scope = out.scope(whole(key, "the file")).await?;
        let content = match self.read(position, now).await {
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
            let message = format!(
                "{}: {} more lines cannot be read",
                input.name,
                content.wrong.len() - NAMED
            );
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
        let mut scope = out.scope(whole(key, "/Users")).await?;
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
        let ended = nobody(listed.entries.len(), listed.problems.len(), &server.realm);
        end(scope, listed.problems, ended).await
    }

    async fn groups(&self, server: &Scim, out: &Emitter) -> Result<(), Problem> {
        let key = ScopeKey::realm(GROUPS, &server.realm);
        if out.already_read(&key) {
            return Ok(());
        }
        let client = scim::client(server, &self.transport.cancelled_by(out.cancelled()))?;
        let mut scope = out.scope(whole(key, "/Groups")).await?;
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
        end(scope, listed.problems, None).await
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
    for (person, team) in &content.outside {
        scope.record(directory.member(person, team, &Evidence::default())?).await?;
    }
    for person in &content.people {
        for record in directory.person(person, now)? {
            scope.record(record).await?;
        }
    }
    Ok(())
}

fn directory(realm: &str, person: &str, team: &str) -> Result<Directory, Problem> {
    let kind = |word: &str| {
        word.parse()
            .map_err(|_| Problem::new(ProblemClass::Bug, "bad_kind", format!("{word} is no kind")))
    };
    Ok(Directory { realm: realm.to_owned(), person: kind(person)?, team: kind(team)? })
}

#[async_trait]
impl Connector for PeopleConnector {
    fn definition(&self) -> &Definition {
        &self.definition
    }

    async fn check(&self, now: Timestamp) -> Result<CheckReport, Problem> {
        let mut report = CheckReport::default();
        for (position, input) in self.config.files.iter().enumerate() {
            let read = self.read(position, now).await;
            if let Ok(content) = &read
                && let Some(wrong) = content.wrong.first()
            {
                let more = content.wrong.len();
                report
                    .warnings
                    .push(format!("{} ({more} in all)", wrong.problem(&input.name).message));
            }
            let words = format!("read {}", input.path.display());
            let outcome = read.map(|_| ());
            report.permissions.push(permission(
                PEOPLE,
                &self.config.realm,
                &words,
                outcome,
                "everybody in it",
            ));
        }
        if let Some(server) = &self.config.scim {
            let client = scim::client(server, &self.transport)?;
            let one = [("startIndex", "1"), ("count", "1")];
            for (stream, operation, hides) in
                [(USERS, LIST_USERS, "the users"), (GROUPS, LIST_GROUPS, "the groups")]
            {
                let answer: Result<_, CallError> = client
                    .get::<serde_json::Map<String, serde_json::Value>>(operation, &[], &one)
                    .await;
                let outcome = answer.map(|_| ()).map_err(|error| error.into_problem(operation));
                report.permissions.push(permission(
                    stream,
                    &server.realm,
                    operation,
                    outcome,
                    hides,
                ));
            }
        }
        Ok(report)
    }

    async fn sync(&self, request: SyncRequest, out: Emitter) -> Result<(), Problem> {
        match (request.stream.as_str(), &self.config.scim) {
            (PEOPLE, _) => {
                for (position, input) in self.config.files.iter().enumerate() {
                    self.file(position, input, request.now, &out).await?;
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
