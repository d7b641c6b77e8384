//! `invitations`: who was invited into each organisation and has not accepted yet.

use futures::FutureExt as _;
use futures::future::BoxFuture;
use rollcall_connector::transport::ListOf;
use rollcall_model::{EntityType, IdentityClass, Relation};
use rollcall_record::{Problem, Record, RelationRecord, entity};

use crate::client::Organization;
use crate::definition::Stream;
use crate::run::{Run, say, seen_by};
use crate::shapes::Invitation;
use crate::{kinds, map};

const INVITATIONS: &str = "GET /orgs/{org}/invitations";

pub(crate) const STREAM: Stream = Stream {
    name: "invitations",
    title: "Invitations",
    permissions: &["members"],
    operations: &[INVITATIONS],
    sees: "invitations into the organisation that were not accepted yet, and who sent them",
    blind_spots: &["Invitations to single repositories are not listed for an organisation."],
    ..Stream::usual(read)
};

fn read<'a>(run: &'a Run<'a>) -> BoxFuture<'a, Result<(), Problem>> {
    run.each_organization(move |organization| {
        async move {
            let Some(guard) = run.scope(&organization, "", None).await? else {
                return Ok(());
            };
            let values = [("org", organization.login.as_str())];
            let query = [("per_page", "100")];
            let listed = organization.list::<ListOf<Invitation>>(INVITATIONS, &values, &query);
            say(guard, listed.await.hiding(STREAM.sees), |invitation, out| {
                record(&organization, &invitation, out)
            })
            .await
        }
        .boxed()
    })
    .boxed()
}

fn record(
    organization: &Organization,
    from: &Invitation,
    out: &mut Vec<Record>,
) -> Result<(), Problem> {
    let host = &organization.host;
    let id = from.id.to_string();
    let key = organization.key(kinds::INVITATION, &id)?;
    let people = format!("orgs/{}/people/pending_invitations", organization.login);
    let seen = seen_by(INVITATIONS, host.page(&people));
    let name = from.login.as_deref().or(from.email.as_deref()).unwrap_or(&id);
    let record = entity(key.clone(), EntityType::Identity, name)
        .class(IdentityClass::Human)
        .disabled(Some(true))
        .created_at(from.created_at)
        .attribute("role", from.role.as_deref())
        .attribute("source", from.invitation_source.as_deref())
        .attribute("failed_at", from.failed_at)
        .evidence(seen.clone());
    out.push(Record::Entity(record));
    let address = from.email.as_deref().and_then(map::email);
    let login = from.login.as_deref().map(|login| host.login(login));
    for name in address.into_iter().chain(login) {
        let same = RelationRecord::new(&key, Relation::SameAs, name);
        out.push(Record::Relation(same.evidence(seen.clone())));
    }
    if let Some(inviter) = from.inviter.as_ref().filter(|user| user.login != map::GHOST) {
        let created = RelationRecord::new(host.user(inviter.id)?, Relation::Created, &key);
        out.push(Record::Relation(created.evidence(seen)));
    }
    Ok(())
}
