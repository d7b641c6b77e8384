//! `external-identities`: who a user is at the organisation's identity provider.

use std::sync::Arc;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use rollcall_connector::ScopeGuard;
use rollcall_connector::transport::{CallError, GraphqlAnswer, graphql_operation};
use rollcall_model::{ProblemClass, Relation};
use rollcall_record::{Problem, Record, RelationRecord};
use serde_json::json;

use crate::client::{GraphqlFailure, Organization};
use crate::definition::Stream;
use crate::map;
use crate::plan::{Estimate, Planning};
use crate::run::{Run, seen_by};
use crate::shapes::{ExternalIdentity, Links, LinksAnswer};

/// The linked identities of an organisation.
pub(crate) const LINKS: &str = "query($login:String!,$first:Int!,$after:String){organization(login:$login){samlIdentityProvider{externalIdentities(first:$first,after:$after){pageInfo{hasNextPage endCursor} nodes{guid samlIdentity{nameId username emails{value}} scimIdentity{username emails{value}} user{databaseId login}}}}}}";

/// How many identities are asked for at once, and how few when that is too many for the server.
const PAGE: u32 = 100;
const SMALLEST_PAGE: u32 = 12;

pub(crate) const STREAM: Stream = Stream {
    name: "external-identities",
    title: "Single sign-on",
    permissions: &["organization_administration", "members"],
    documents: &[LINKS],
    sees: "which user of GitHub is which person at the identity provider, by SAML and SCIM",
    blind_spots: &[
        "Only organisations with a SAML identity provider of their own tell it; one of the enterprise is not read.",
        "Identities that are linked to no user are passed over.",
    ],
    shifting: false,
    priority: true,
    plan: Some(plan),
    ..Stream::usual(read)
};

fn read<'a>(run: &'a Run<'a>) -> BoxFuture<'a, Result<(), Problem>> {
    run.each_organization(move |organization| one(run, organization).boxed()).boxed()
}

async fn one(run: &Run<'_>, organization: Arc<Organization>) -> Result<(), Problem> {
    let Some(mut guard) = run.scope(&organization, "", None).await? else {
        return Ok(());
    };
    let mut after: Option<String> = None;
    let mut first = PAGE;
    let mut seen = std::collections::HashSet::new();
    loop {
        let answer = match page(&organization, &mut first, after.as_deref()).await {
            Ok(answer) => answer,
            Err(problem) => return guard.fail(problem.hides(STREAM.sees)).await,
        };
        let refused = answer.errors.first().map(|error| {
            let message = format!("GitHub answered in part: {} ({})", error.message, error.path);
            Problem::new(error.class, &error.code, message).hides(STREAM.sees)
        });
        let links = answer.data.organization.and_then(|o| o.provider).map(|p| p.identities);
        let Some(links) = links else {
            let none = Problem::new(
                ProblemClass::Unsupported,
                "no_identity_provider",
                format!("{} shows no SAML identity provider of its own", organization.login),
            );
            return guard.fail(refused.unwrap_or(none)).await;
        };
        let Links { page, nodes } = links;
        if let Some(problem) = refused.or(nodes.problem("linked identities")) {
            guard.problem(problem).await?;
        }
        for identity in &nodes.items {
            say(&organization, identity, &mut guard).await?;
        }
        if !page.has_next_page {
            return guard.finish().await;
        }
        // A listing that leads back to where it was would never end.
        match page.end_cursor.filter(|cursor| seen.insert(cursor.clone())) {
            Some(cursor) => after = Some(cursor),
            None => {
                let message = "the linked identities lead back to a page that was read before";
                let problem = Problem::new(ProblemClass::Malformed, "page_loop", message);
                return guard.fail(problem).await;
            }
        }
    }
}

/// One page; asks for fewer at once when the server gives up on as many.
async fn page(
    organization: &Organization,
    first: &mut u32,
    after: Option<&str>,
) -> Result<GraphqlAnswer<LinksAnswer>, Problem> {
    loop {
        let variables = json!({"login": organization.login, "first": *first, "after": after});
        match organization.graphql_call(LINKS, &variables).await {
            Ok(answer) => return Ok(answer),
            Err(GraphqlFailure::Call(error)) if *first > SMALLEST_PAGE && too_much(&error) => {
                *first /= 2;
            }
            Err(GraphqlFailure::Call(error)) => {
                return Err(organization.refused(error, &graphql_operation(LINKS)));
            }
            Err(GraphqlFailure::NoToken(problem)) => return Err(problem),
        }
    }
}

/// Whether a server may have failed because too much was asked for.
pub(crate) fn too_much(error: &CallError) -> bool {
    error.class == ProblemClass::Transient
}

async fn say(
    organization: &Organization,
    from: &ExternalIdentity,
    guard: &mut ScopeGuard,
) -> Result<(), Problem> {
    let Some(id) = from.user.as_ref().and_then(|user| user.id) else { return Ok(()) };
    let user = organization.host.user(id)?;
    let page = format!("orgs/{}/people", organization.login);
    let seen = seen_by(&graphql_operation(LINKS), organization.host.page(&page));
    let mut said = std::collections::BTreeSet::new();
    for (source, name) in [("saml", &from.saml), ("scim", &from.scim)] {
        let Some(name) = name else { continue };
        let emails = name.emails.iter().flatten().filter_map(|email| email.value.as_deref());
        let all = name.name_id.as_deref().into_iter().chain(name.username.as_deref()).chain(emails);
        for address in all.filter_map(map::email) {
            if said.insert(address.clone()) {
                let same = RelationRecord::new(&user, Relation::SameAs, address)
                    .attribute("source", source)
                    .evidence(seen.clone());
                guard.record(Record::Relation(same)).await?;
            }
        }
    }
    Ok(())
}

fn plan<'a>(_: &'a Planning<'a>) -> BoxFuture<'a, Estimate> {
    let note = Some("asks GraphQL, which has a limit of its own".to_owned());
    futures::future::ready(Estimate { scopes: 1, requests: 0, note }).boxed()
}
