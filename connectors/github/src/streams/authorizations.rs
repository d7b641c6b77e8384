//! `credential-authorizations`: classic tokens and SSH keys that single sign-on let in.

use futures::FutureExt as _;
use futures::future::BoxFuture;
use rollcall_connector::transport::ListOf;
use rollcall_model::{EntityType, Relation};
use rollcall_record::{Problem, Record, RelationRecord, entity};

use crate::client::Organization;
use crate::definition::Stream;
use crate::run::{Run, say, seen_by};
use crate::shapes::CredentialAuthorization;
use crate::{kinds, map};

const AUTHORIZATIONS: &str = "GET /orgs/{org}/credential-authorizations";

pub(crate) const STREAM: Stream = Stream {
    name: "credential-authorizations",
    title: "Credentials that single sign-on let in",
    permissions: &["organization_administration"],
    operations: &[AUTHORIZATIONS],
    sees: "classic tokens and SSH keys that may pass the organisation's single sign-on: owner, scopes, expiry and last use",
    blind_spots: &[
        "Only organisations with SAML single sign-on tell them.",
        "The row vanishes when a credential is revoked; when it was made is not told.",
    ],
    priority: true,
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
            let listed = organization
                .list::<ListOf<CredentialAuthorization>>(AUTHORIZATIONS, &values, &query)
                .await;
            say(guard, listed.hiding(STREAM.sees), |found, out| record(&organization, &found, out))
                .await
        }
        .boxed()
    })
    .boxed()
}

fn record(
    organization: &Organization,
    from: &CredentialAuthorization,
    out: &mut Vec<Record>,
) -> Result<(), Problem> {
    let host = &organization.host;
    let id = from.credential_id.to_string();
    let key = organization.key(kinds::AUTHORIZATION, &id)?;
    let page = format!("orgs/{}/people", organization.login);
    let seen = seen_by(AUTHORIZATIONS, host.page(&page));
    let note = from.authorized_credential_note.as_deref();
    let title = from.authorized_credential_title.as_deref();
    let name = title.or(note).filter(|text| !text.is_empty()).unwrap_or(&id);
    let record = entity(key.clone(), EntityType::Credential, name)
        .created_at(from.credential_authorized_at)
        .expires_at(from.authorized_credential_expires_at)
        .attribute("credential_type", from.credential_type.as_deref())
        .attribute("scopes", from.scopes.as_deref())
        .attribute("note", note)
        .evidence(seen.clone());
    out.push(Record::Entity(record));
    if let Some(login) = from.login.as_deref().filter(|login| *login != map::GHOST) {
        let proves = RelationRecord::new(&key, Relation::AuthenticatesAs, host.login(login));
        out.push(Record::Relation(proves.evidence(seen)));
    }
    if let Some(at) = from.credential_accessed_at {
        out.push(map::used(&key, "github.credential-accessed", at));
    }
    Ok(())
}
