//! Which accounts there are, and which of them can be read.

use aws_sdk_organizations as organizations;
use rollcall_connector::transport::{CallError, Transport};
use rollcall_model::ProblemClass;
use rollcall_record::Problem;

use crate::arn::Arn;
use crate::error::{NO_ORGANIZATION, classify, settle};
use crate::paging::Pages;
use crate::session::Base;
use crate::shapes::{Member, Organization, Page, time};

const DESCRIBE: &str = "aws:organizations:DescribeOrganization";
const LIST: &str = "aws:organizations:ListAccounts";
/// What ListAccounts allows at most. Source: Organizations API reference.
const PAGE: i32 = 20;

/// The accounts a source knows of.
#[derive(Debug)]
pub(crate) struct Census {
    /// The organisation's id, when the accounts come from one.
    pub(crate) organization: Option<String>,
    /// The management account, where it is known.
    pub(crate) management: Option<String>,
    /// The accounts, by id.
    pub(crate) members: Vec<Member>,
    /// Entries that named no account.
    pub(crate) nameless: usize,
    /// Why the organisation's accounts could not be listed to their end.
    pub(crate) gap: Option<Problem>,
    /// The credential's account is in no organisation.
    pub(crate) alone: bool,
}

impl Census {
    /// The accounts that the configuration names, without asking the organisation.
    pub(crate) fn of_configuration(ids: impl IntoIterator<Item = String>) -> Self {
        let mut members: Vec<Member> =
            ids.into_iter().map(|id| Member { id, ..Member::default() }).collect();
        members.sort_by(|a, b| a.id.cmp(&b.id));
        members.dedup_by(|a, b| a.id == b.id);
        Self { organization: None, management: None, members, nameless: 0, gap: None, alone: false }
    }

    /// The accounts of the organisation. What cannot be listed leaves the credential's own account
    /// and a gap.
    pub(crate) async fn of_organization(
        base: &Base,
        client: &organizations::Client,
        transport: &Transport,
    ) -> Self {
        let mut census = Self::of_configuration([base.account.clone()]);
        match describe(client, transport).await {
            Ok(found) => {
                census.organization = found.id;
                census.management = found.management;
            }
            Err(e) if e.code == NO_ORGANIZATION => {
                census.alone = true;
                return census;
            }
            Err(e) => census.gap = Some(e.into_problem(DESCRIBE)),
        }
        let (listed, outcome) = list(client, transport).await;
        // The list is what counts; without it, why the organisation was not told comes first.
        match outcome {
            Err(e) => drop(census.gap.get_or_insert(e.into_problem(LIST))),
            Ok(()) if listed.is_empty() => census.gap = Some(no_accounts().into_problem(LIST)),
            Ok(()) => census.gap = None,
        }
        // The organisation's id is also in each account's ARN.
        let arn = listed.iter().filter_map(|m| Arn::parse(m.arn.as_deref()?)).next();
        if let Some((arn, path)) = arn.and_then(|a| Some((a, a.resource.strip_prefix("account/")?)))
        {
            let id = path.split('/').next().filter(|id| id.starts_with("o-"));
            census.organization = census.organization.take().or(id.map(str::to_owned));
            let management = Some(arn.account.to_owned()).filter(|a| !a.is_empty());
            census.management = census.management.take().or(management);
        }
        let all = listed.len();
        census.members.extend(listed.into_iter().filter(|m| !m.id.is_empty()));
        census.nameless = all + 1 - census.members.len();
        // What was listed says more than the bare number of our own account, which came first.
        census.members.sort_by(|a, b| (&a.id, b.arn.is_some()).cmp(&(&b.id, a.arn.is_some())));
        census.members.dedup_by(|a, b| a.id == b.id);
        census
    }
}

/// An organisation has its management account at least.
fn no_accounts() -> CallError {
    let message = "the list of the organisation's accounts came back empty";
    CallError::new(ProblemClass::Malformed, "empty_answer", message)
}

async fn describe(
    client: &organizations::Client,
    transport: &Transport,
) -> Result<Organization, CallError> {
    let attempt = || {
        let sent = client.describe_organization().send();
        async move {
            let found = sent.await.map_err(|e| classify(&e))?.organization;
            let (id, management) = found.map_or((None, None), |o| (o.id, o.master_account_id));
            Ok(Organization { id, management })
        }
    };
    transport.call(DESCRIBE, "", attempt).await.map_err(|e| settle(DESCRIBE, e))
}

/// Everything up to the first fault. Pages may be short or empty before the last one.
async fn list(
    client: &organizations::Client,
    transport: &Transport,
) -> (Vec<Member>, Result<(), CallError>) {
    let mut found = Vec::new();
    let mut pages = Pages::new(transport.options().max_pages);
    loop {
        let attempt = || {
            let sent = client
                .list_accounts()
                .max_results(PAGE)
                .set_next_token(pages.marker().map(str::to_owned))
                .send();
            async move {
                let answer = sent.await.map_err(|e| classify(&e))?;
                let marker = answer.next_token.filter(|t| !t.is_empty());
                let items: Vec<Member> =
                    answer.accounts.unwrap_or_default().into_iter().map(member).collect();
                Ok(Page { items, truncated: marker.is_some(), marker })
            }
        };
        let params = pages.marker().unwrap_or_default().to_owned();
        let page: Page<Member> = match transport.call(LIST, &params, attempt).await {
            Ok(page) => page,
            Err(e) => return (found, Err(settle(LIST, e))),
        };
        found.extend(page.items);
        match pages.advance(LIST, page.truncated, page.marker) {
            Ok(true) => {}
            Ok(false) => return (found, Ok(())),
            Err(e) => return (found, Err(e)),
        }
    }
}

/// `State` replaces `Status`, which servers of older versions still send alone.
#[allow(deprecated)]
fn member(account: organizations::types::Account) -> Member {
    let state = account.state.map(|s| s.as_str().to_owned());
    Member {
        id: account.id.unwrap_or_default(),
        arn: account.arn,
        name: account.name,
        email: account.email,
        state: state.or_else(|| account.status.map(|s| s.as_str().to_owned())),
        joined_by: account.joined_method.map(|m| m.as_str().to_ascii_lowercase()),
        joined_at: account.joined_timestamp.and_then(time),
    }
}
