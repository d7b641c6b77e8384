//! The Directory API's listings. Pages follow a token.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use rollcall_connector::AccessDocument;
use rollcall_connector::directory::{
    DELETED_USERS, DirectoryApi, DirectoryPerson, DirectoryReading, DirectoryTeam, GROUP_MEMBERS,
    GROUPS, Listed, Member, USERS,
};
use rollcall_connector::transport::{CallError, HttpClient, SignIn, Transport};
use rollcall_model::ProblemClass;
use rollcall_record::Problem;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::config::Config;
use crate::definition::{LIST_GROUPS, LIST_MEMBERS, LIST_USERS};
use crate::shapes::{Groups, Members, Page, Users};
use crate::sign_in::ServiceAccount;
use crate::{access, map};

/// Only what is kept is asked for.
const USER_FIELDS: &str = "kind,nextPageToken,users(id,primaryEmail,name/fullName,suspended,archived,creationTime,\
     deletionTime,aliases,nonEditableAliases,emails,relations,organizations)";
const GROUP_FIELDS: &str = "kind,nextPageToken,groups(id,email,name,description,aliases)";
const MEMBER_FIELDS: &str = "kind,nextPageToken,members(id,type)";

pub(crate) struct Workspace {
    config: Config,
    session: SignIn,
    everybody: Mutex<Option<Arc<Vec<String>>>>,
}

impl Workspace {
    pub(crate) fn new(config: Config, transport: &Transport) -> Result<Self, Problem> {
        let api = HttpClient::new(transport, &config.api_url)?;
        let account = ServiceAccount {
            http: HttpClient::new(transport, &config.token_url)?,
            key: config.key.clone(),
            admin: config.admin.clone(),
        };
        let session = SignIn::new(api, Arc::new(account));
        Ok(Self { session, config, everybody: Mutex::default() })
    }

    /// Every entry of a listing.
    async fn list<P>(
        &self,
        reading: &DirectoryReading,
        operation: &str,
        values: &[(&str, &str)],
        query: &[(&str, &str)],
    ) -> Listed<P::Entry>
    where
        P: Page + Serialize + DeserializeOwned + Send,
        P::Entry: Send,
    {
        let mut listed = Listed::default();
        let client = match self.session.client(&reading.transport, reading.now).await {
            Ok(client) => client,
            Err(problem) => return Listed { ended: Some(problem), ..listed },
        };
        let mut pages = client.pages(operation, values, query);
        loop {
            match pages.next_token("pageToken", P::next).await {
                Ok(Some(page)) => {
                    let entries = page.value.entries();
                    listed.problems.extend(entries.problem(operation));
                    listed.entries.extend(entries.items);
                }
                Ok(None) => return listed,
                Err(error) => {
                    listed.ended = Some(limit(error).into_problem(operation));
                    return listed;
                }
            }
        }
    }
}

impl Workspace {
    /// The ids of everybody, for groups that hold the whole domain; listed once a run.
    async fn everybody(&self, reading: &DirectoryReading) -> Result<Arc<Vec<String>>, Problem> {
        let held = || self.everybody.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(ids) = held().as_ref() {
            return Ok(Arc::clone(ids));
        }
        let listed = self.people(reading, USERS).await;
        if let Some(problem) = listed.ended.or_else(|| listed.problems.into_iter().next()) {
            return Err(problem);
        }
        let ids = Arc::new(listed.entries.into_iter().map(|person| person.id).collect());
        *held() = Some(Arc::clone(&ids));
        Ok(ids)
    }
}

/// Google says with 403 that a quota is spent, too.
fn limit(error: CallError) -> CallError {
    let is_quota = error.status == Some(403) && error.message.to_lowercase().contains("quota");
    if !is_quota {
        return error;
    }
    CallError { class: ProblemClass::RateLimited, code: "rate_limited".to_owned(), ..error }
}

#[async_trait]
impl DirectoryApi for Workspace {
    async fn realm(&self, _reading: &DirectoryReading) -> Result<String, Problem> {
        Ok(self.config.customer.clone())
    }

    async fn people(&self, reading: &DirectoryReading, stream: &str) -> Listed<DirectoryPerson> {
        let is_deleted = stream == DELETED_USERS;
        let mut query = vec![
            ("customer", self.config.customer.as_str()),
            ("maxResults", "500"),
            ("projection", "full"),
            ("fields", USER_FIELDS),
        ];
        if is_deleted {
            query.push(("showDeleted", "true"));
        }
        let users = self.list::<Users>(reading, LIST_USERS, &[], &query).await;
        let mut seen = HashSet::new();
        let fresh = users.entries.into_iter().filter(|user| seen.insert(user.id.clone()));
        let entries = fresh.map(|user| map::user(user, is_deleted)).collect();
        Listed { entries, problems: users.problems, ended: users.ended }
    }

    async fn teams(&self, reading: &DirectoryReading) -> Listed<DirectoryTeam> {
        let query = [
            ("customer", self.config.customer.as_str()),
            ("maxResults", "200"),
            ("fields", GROUP_FIELDS),
        ];
        let groups = self.list::<Groups>(reading, LIST_GROUPS, &[], &query).await;
        let mut seen = HashSet::new();
        let fresh = groups.entries.into_iter().filter(|group| seen.insert(group.id.clone()));
        let entries = fresh.map(map::group).collect();
        Listed { entries, problems: groups.problems, ended: groups.ended }
    }

    async fn members(&self, reading: &DirectoryReading, team: &DirectoryTeam) -> Listed<Member> {
        let values = [("groupKey", team.id.as_str())];
        let query = [("maxResults", "200"), ("fields", MEMBER_FIELDS)];
        let members = self.list::<Members>(reading, LIST_MEMBERS, &values, &query).await;
        let mut listed =
            Listed { problems: members.problems, ended: members.ended, ..Listed::default() };
        for member in members.entries {
            match (member.sort.as_deref(), member.id.filter(|id| !id.is_empty())) {
                (Some("USER"), Some(id)) => listed.entries.push(Member::Person(id)),
                (Some("GROUP"), Some(id)) => listed.entries.push(Member::Team(id)),
                (Some("CUSTOMER"), _) => {
                    let problem = match self.everybody(reading).await {
                        Ok(ids) => {
                            listed.entries.extend(ids.iter().cloned().map(Member::Person));
                            continue;
                        }
                        Err(problem) => problem,
                    };
                    listed.ended = listed.ended.or(Some(problem));
                }
                _ => {}
            }
        }
        listed
    }

    async fn probe(&self, reading: &DirectoryReading, stream: &str) -> Result<(), Problem> {
        let client = self.session.client(&reading.transport, reading.now).await?;
        let customer = ("customer", self.config.customer.as_str());
        let said = |error: CallError, operation| limit(error).into_problem(operation);
        if !matches!(stream, GROUPS | GROUP_MEMBERS) {
            let query = [customer, ("maxResults", "1"), ("fields", USER_FIELDS)];
            let answer = client.get::<Users>(LIST_USERS, &[], &query).await;
            return answer.map(drop).map_err(|error| said(error, LIST_USERS));
        }
        let query = [customer, ("maxResults", "1"), ("fields", GROUP_FIELDS)];
        let answer = client.get::<Groups>(LIST_GROUPS, &[], &query).await;
        let groups = answer.map_err(|error| said(error, LIST_GROUPS))?.value.groups.items;
        if let (Some(group), GROUP_MEMBERS) = (groups.first(), stream) {
            let values = [("groupKey", group.id.as_str())];
            let query = [("maxResults", "1"), ("fields", MEMBER_FIELDS)];
            let answer = client.get::<Members>(LIST_MEMBERS, &values, &query).await;
            answer.map_err(|error| said(error, LIST_MEMBERS))?;
        }
        Ok(())
    }

    fn access(&self, _format: &str) -> Vec<AccessDocument> {
        access::documents(&self.config)
    }
}
