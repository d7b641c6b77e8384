//! How many calls a run would make, stream by stream. What decides it is asked for here: the lists
//! of repositories, teams and tokens, and the number of members and environments.

use std::collections::HashMap;
use std::sync::Arc;

use rollcall_connector::transport::{ListOf, parse_links};
use rollcall_connector::{Past, Plan, PlanBudget, PlanRequest, StreamPlan};
use rollcall_model::ScopeKey;
use rollcall_record::Problem;
use serde_json::json;
use tokio::sync::OnceCell;

use crate::client::Organization;
use crate::definition::{Stream, streams};
use crate::due;
use crate::reading::{Reading, Repositories};
use crate::run::{allowance, suffixes};
use crate::shapes::{Account, Counts, CountsAnswer};

/// Counts the environments of an organisation's repositories, a hundred repositories at a time.
pub(crate) const COUNT_ENVIRONMENTS: &str = "query($login:String!,$after:String){organization(login:$login){repositories(first:100,after:$after){pageInfo{hasNextPage endCursor} nodes{databaseId environments{totalCount}}}}}";

/// What a stream would take in one organisation.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Estimate {
    /// How many scopes are due.
    pub(crate) scopes: u64,
    /// How many calls they take.
    pub(crate) requests: u64,
    /// What else a person should know.
    pub(crate) note: Option<String>,
}

/// What an estimate is made from.
pub(crate) struct Planning<'a> {
    pub(crate) reading: &'a Reading,
    pub(crate) request: &'a PlanRequest,
    pub(crate) organization: &'a Arc<Organization>,
    pub(crate) repositories: &'a Repositories,
    pub(crate) stream: &'static Stream,
    /// The number of environments by repository, counted once.
    environments: &'a OnceCell<Option<HashMap<u64, u64>>>,
}

impl Planning<'_> {
    /// What earlier readings of a stream left.
    pub(crate) fn past(&self, stream: &str) -> Arc<Past> {
        self.request.past.get(stream).cloned().unwrap_or_default()
    }

    /// The repositories whose scopes of a stream are due, once for each of its scopes.
    pub(crate) fn due(&self, stream: &'static Stream) -> Vec<&crate::shapes::Repo> {
        let past = self.past(stream.name);
        let (now, after) = (self.request.now, self.reading.config.due_after());
        let mut due = Vec::new();
        for repository in self.repositories.list.iter().filter(|r| self.repositories.reaches(r)) {
            for suffix in suffixes(stream, &self.reading.config) {
                let part = format!("{}{suffix}", repository.id);
                let key = ScopeKey::part(stream.name, &self.organization.realm, &part);
                if due::of_repository(stream, &past, &key, now, after, repository).is_some() {
                    due.push(&**repository);
                }
            }
        }
        due
    }

    /// Whether the App lacks every permission of the stream, so that its scopes end without a call.
    fn is_refused(&self) -> bool {
        let mut permissions = self.stream.permissions.iter();
        permissions.len() > 0 && permissions.all(|name| self.organization.lacks(name).is_some())
    }

    /// A scope for each of the stream's parts of the organisation, and for each repository that is
    /// due its cost.
    pub(crate) fn usual(&self) -> Estimate {
        let due = self.due(self.stream).len() as u64;
        let of_organization = self.stream.organization_parts.len() as u64;
        Estimate {
            scopes: of_organization + due,
            requests: of_organization + due * self.stream.cost,
            note: None,
        }
    }

    /// How many pages of a hundred a listing has, by asking for pages of one.
    pub(crate) async fn pages(&self, operation: &str, filter: Option<(&str, &str)>) -> u64 {
        let values = [("org", self.organization.login.as_str())];
        let mut query = vec![("per_page", "1")];
        query.extend(filter);
        let answer = self.organization.get_any::<ListOf<Account>>(operation, &values, &query).await;
        let Ok(answer) = answer else { return 1 };
        let last = answer.headers.get("link").and_then(|link| last_page(link));
        last.unwrap_or(1).div_ceil(100)
    }

    /// The number of environments by repository: what earlier readings found, and otherwise what
    /// GitHub counts.
    pub(crate) async fn environments(&self, repository: &crate::shapes::Repo) -> Option<u64> {
        let key =
            ScopeKey::part("environments", &self.organization.realm, &repository.id.to_string());
        let known = self
            .past("environments")
            .scope(&key)
            .and_then(|past| past.cursor.as_ref().and_then(serde_json::Value::as_u64));
        if known.is_some() {
            return known;
        }
        let counted = self.environments.get_or_init(|| count_environments(self.organization)).await;
        counted.as_ref()?.get(&repository.id).copied()
    }
}

/// The number of the last page, as a `Link` header tells it.
fn last_page(link: &str) -> Option<u64> {
    let links = parse_links(link);
    let last = links.iter().find(|link| link.rels.iter().any(|rel| rel == "last"))?;
    let (_, query) = last.target.split_once('?')?;
    let page = query.split('&').find_map(|pair| pair.strip_prefix("page="))?;
    page.parse().ok()
}

async fn count_environments(organization: &Arc<Organization>) -> Option<HashMap<u64, u64>> {
    let mut counted = HashMap::new();
    let mut after: Option<String> = None;
    loop {
        let variables = json!({"login": organization.login, "after": after});
        let answer =
            organization.graphql::<CountsAnswer>(COUNT_ENVIRONMENTS, &variables).await.ok()?;
        let Counts { page, nodes } = answer.data.organization?.repositories;
        for node in nodes.items {
            if let Some((id, count)) = node.id.zip(node.environments) {
                counted.insert(id, count.total);
            }
        }
        let next =
            page.end_cursor.filter(|next| page.has_next_page && after.as_ref() != Some(next));
        match next {
            Some(next) => after = Some(next),
            None => return Some(counted),
        }
    }
}

/// The calls that a run would make now.
///
/// # Errors
/// When the credential does not work at all.
pub(crate) async fn plan(reading: &Reading, request: &PlanRequest) -> Result<Plan, Problem> {
    let census = reading.organizations().await?;
    let mut plan = Plan::default();
    for organization in census.organizations.iter().filter(|o| o.shut().is_none()) {
        let limit = organization.limit().await.map(|limit| limit.limit);
        plan.budgets.push(PlanBudget {
            name: organization.login.clone(),
            per_hour: reading.config.budget_per_hour.or(limit),
            concurrency: u32::try_from(reading.config.concurrency).unwrap_or(u32::MAX),
        });
        let repositories = reading.repositories(organization).await;
        let environments = OnceCell::new();
        let mut spent = 0;
        for stream in streams().filter(|stream| reading.config.reads(stream)) {
            let planning = Planning {
                reading,
                request,
                organization,
                repositories: &repositories,
                stream,
                environments: &environments,
            };
            plan.streams.push(of_stream(&planning, &mut spent).await);
        }
    }
    Ok(plan)
}

/// One stream in one organisation, after what was spent before it.
async fn of_stream(planning: &Planning<'_>, spent: &mut u64) -> StreamPlan {
    let stream = planning.stream;
    let mut estimate = match stream.plan {
        Some(plan) => plan(planning).await,
        None => planning.usual(),
    };
    if planning.is_refused() {
        estimate.requests = 0;
        estimate.note = Some(format!("the App lacks {}", stream.permissions.join(", ")));
    }
    let config = &planning.reading.config;
    let most = allowance(config, stream, planning.organization).await;
    let afforded =
        most.map_or(estimate.requests, |most| estimate.requests.min(most.saturating_sub(*spent)));
    *spent += afforded;
    let later = estimate.requests - afforded;
    if later > 0 && estimate.note.is_none() {
        estimate.note = Some("what is left is read by later runs".to_owned());
    }
    let scopes = if later == 0 {
        estimate.scopes
    } else {
        estimate.scopes * afforded / estimate.requests.max(1)
    };
    StreamPlan {
        stream: stream.name.to_owned(),
        realm: planning.organization.login.clone(),
        priority: stream.priority,
        scopes,
        requests: afforded,
        later,
        note: estimate.note,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_last_page_is_the_number_of_entries() {
        let link = "<https://api.github.com/organizations/7/members?per_page=1&page=2>; rel=\"next\", \
                    <https://api.github.com/organizations/7/members?per_page=1&page=512>; rel=\"last\"";
        assert_eq!(last_page(link), Some(512));
        assert_eq!(last_page("<https://h/x?after=1>; rel=\"next\""), None);
    }

    proptest! {
        #[test]
        fn no_link_panics(link in "\\PC{0,60}") {
            let _ = last_page(&link);
        }
    }
}
