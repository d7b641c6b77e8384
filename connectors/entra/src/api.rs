//! Microsoft Graph's listings. The address of the next page is in the page.

use std::collections::HashSet;
use std::sync::Arc;

use async_trait::async_trait;
use rollcall_connector::AccessDocument;
use rollcall_connector::directory::{
    DELETED_USERS, DirectoryApi, DirectoryPerson, DirectoryReading, DirectoryTeam, GROUP_MEMBERS,
    GROUPS, Listed, Member,
};
use rollcall_connector::transport::{HttpClient, SignIn, Transport};
use rollcall_model::ProblemClass;
use rollcall_record::Problem;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::config::Config;
use crate::definition::{LIST_DELETED, LIST_GROUPS, LIST_MEMBERS, LIST_USERS};
use crate::map::HIDDEN;
use crate::shapes::{Group, Object, Page, User};
use crate::sign_in::Application;
use crate::{access, map};

/// Only what is kept is asked for.
const USER_FIELDS: &str = "id,displayName,mail,otherMails,proxyAddresses,userPrincipalName,accountEnabled,userType,\
     externalUserState,employeeType,employeeHireDate,department,jobTitle,onPremisesSamAccountName,createdDateTime";
const LEAVE_FIELD: &str = ",employeeLeaveDateTime";
const DELETED_FIELD: &str = ",deletedDateTime";
const GROUP_FIELDS: &str = "id,displayName,description,mail,proxyAddresses,groupTypes,securityEnabled,visibility,createdDateTime";
const MANAGER: &str = "manager($select=id)";
const PAGE: &str = "999";

pub(crate) struct Entra {
    config: Config,
    session: SignIn,
}

impl Entra {
    pub(crate) fn new(config: Config, transport: &Transport) -> Result<Self, Problem> {
        let graph = HttpClient::new(transport, &config.graph_url)?;
        let application = Application {
            http: HttpClient::new(transport, &config.login_url)?,
            tenant: config.tenant.clone(),
            client_id: config.client_id.clone(),
            auth: config.auth.clone(),
            scope: format!("{}/.default", config.graph_url.trim_end_matches('/')),
        };
        Ok(Self { session: SignIn::new(graph, Arc::new(application)), config })
    }

    /// Every entry of a listing.
    async fn list<T>(
        &self,
        reading: &DirectoryReading,
        operation: &str,
        values: &[(&str, &str)],
        query: &[(&str, &str)],
    ) -> Listed<T>
    where
        T: Serialize + DeserializeOwned + Send,
    {
        let mut listed = Listed::default();
        let client = match self.session.client(&reading.transport, reading.now).await {
            Ok(client) => client,
            Err(problem) => return Listed { ended: Some(problem), ..listed },
        };
        let mut pages = client.pages(operation, values, query);
        loop {
            match pages.next_address(|page: &Page<T>| page.next.clone()).await {
                Ok(Some(page)) => {
                    listed.problems.extend(page.value.value.problem(operation));
                    listed.entries.extend(page.value.value.items);
                }
                Ok(None) => return listed,
                Err(error) => {
                    listed.ended = Some(error.into_problem(operation));
                    return listed;
                }
            }
        }
    }

    fn user_fields(&self, is_deleted: bool) -> String {
        let leave = if self.config.leave_dates && !is_deleted { LEAVE_FIELD } else { "" };
        let deleted = if is_deleted { DELETED_FIELD } else { "" };
        format!("{USER_FIELDS}{leave}{deleted}")
    }
}

#[async_trait]
impl DirectoryApi for Entra {
    async fn realm(&self, _reading: &DirectoryReading) -> Result<String, Problem> {
        Ok(self.config.tenant.clone())
    }

    async fn people(&self, reading: &DirectoryReading, stream: &str) -> Listed<DirectoryPerson> {
        let is_deleted = stream == DELETED_USERS;
        let fields = self.user_fields(is_deleted);
        let mut query = vec![("$select", fields.as_str()), ("$top", PAGE)];
        if !is_deleted {
            query.push(("$expand", MANAGER));
        }
        let operation = if is_deleted { LIST_DELETED } else { LIST_USERS };
        let users: Listed<User> = self.list(reading, operation, &[], &query).await;
        let mut listed =
            Listed { problems: users.problems, ended: users.ended, ..Listed::default() };
        let mut seen = HashSet::new();
        for user in users.entries {
            if !map::is_person(&user) || !seen.insert(user.id.clone()) {
                continue;
            }
            match map::user(user) {
                Ok(person) => listed.entries.push(person),
                Err(problem) => listed.problems.push(problem),
            }
        }
        listed
    }

    async fn teams(&self, reading: &DirectoryReading) -> Listed<DirectoryTeam> {
        let query = [("$select", GROUP_FIELDS), ("$top", PAGE)];
        let groups: Listed<Group> = self.list(reading, LIST_GROUPS, &[], &query).await;
        let mut seen = HashSet::new();
        let mut entries: Vec<_> = groups.entries.into_iter().map(map::group).collect();
        entries.retain(|team| seen.insert(team.id.clone()));
        Listed { entries, problems: groups.problems, ended: groups.ended }
    }

    async fn members(&self, reading: &DirectoryReading, team: &DirectoryTeam) -> Listed<Member> {
        let values = [("id", team.id.as_str())];
        let query = [("$select", "id"), ("$top", PAGE)];
        let members: Listed<Object> = self.list(reading, LIST_MEMBERS, &values, &query).await;
        // Devices, contacts and service principals are no people.
        let entries = members.entries.into_iter().filter_map(|member| {
            match member.sort.as_deref().unwrap_or_default() {
                "#microsoft.graph.user" => Some(Member::Person(member.id)),
                "#microsoft.graph.group" => Some(Member::Team(member.id)),
                _ => None,
            }
        });
        let entries: Vec<_> = entries.collect();
        let mut problems = members.problems;
        if entries.is_empty() && team.sort.as_deref() == Some(HIDDEN) && members.ended.is_none() {
            let message = format!(
                "the members of {} are hidden; Member.Read.Hidden would show them",
                team.name
            );
            let problem = Problem::new(ProblemClass::Permission, "hidden_members", message);
            problems.push(problem.hides("who is in that group"));
        }
        Listed { entries, problems, ended: members.ended }
    }

    async fn probe(&self, reading: &DirectoryReading, stream: &str) -> Result<(), Problem> {
        let client = self.session.client(&reading.transport, reading.now).await?;
        let fields = self.user_fields(stream == DELETED_USERS);
        let (operation, fields) = match stream {
            GROUPS | GROUP_MEMBERS => (LIST_GROUPS, GROUP_FIELDS),
            DELETED_USERS => (LIST_DELETED, fields.as_str()),
            _ => (LIST_USERS, fields.as_str()),
        };
        let query = [("$select", fields), ("$top", "1")];
        let answer = client.get::<Page<Object>>(operation, &[], &query).await;
        let page = answer.map_err(|error| error.into_problem(operation))?.value;
        if let (Some(group), GROUP_MEMBERS) = (page.value.items.first(), stream) {
            let values = [("id", group.id.as_str())];
            let query = [("$select", "id"), ("$top", "1")];
            let answer = client.get::<Page<Object>>(LIST_MEMBERS, &values, &query).await;
            answer.map_err(|error| error.into_problem(LIST_MEMBERS))?;
        }
        Ok(())
    }

    fn access(&self, format: &str) -> Vec<AccessDocument> {
        access::documents(format, &self.config)
    }
}
