//! Accounts and what single sign-on says of them.

use serde_json::{Value, json};

use super::shape::{Got, Shape, leaf};
use super::{Context, organization};
use crate::github::render::node;
use crate::plan::hub::{ExternalIdentity, HubUser, UserKind};

/// An account.
pub(super) fn user<'a>(cx: &'a Context<'a>, user: &'a HubUser) -> Shape<'a> {
    let (kind, prefix) = match user.kind {
        UserKind::User => ("User", "U"),
        UserKind::Bot => ("Bot", "BOT"),
    };
    let world = cx.ask.world;
    Shape::new(kind, move |field, arguments| match field {
        "id" => leaf(node::id(prefix, user.id)),
        "databaseId" => leaf(user.id),
        "login" => leaf(user.login.trim_end_matches("[bot]")),
        "name" => leaf(user.name.clone()),
        "email" => leaf(user.email.clone().unwrap_or_default()),
        "url" => leaf(format!("https://github.com/{}", user.login)),
        "resourcePath" => leaf(format!("/{}", user.login)),
        "avatarUrl" => leaf(format!("https://avatars.githubusercontent.com/u/{}?v=4", user.id)),
        "createdAt" => leaf(user.created.to_string()),
        "updatedAt" => leaf(world.now().to_string()),
        "isSiteAdmin" | "isEmployee" => leaf(false),
        "organizationVerifiedDomainEmails" => {
            let here = arguments.text("login").is_some_and(|l| world.is_organization(l));
            let person = user.person.filter(|p| here && p % 3 > 0);
            let emails: Vec<Value> =
                person.map(|p| world.company.person(p).email.into()).into_iter().collect();
            leaf(emails)
        }
        // The lab's repositories all belong to its organisation.
        "repositories" => organization::none(arguments),
        "repository" => Got::One(None),
        _ => leaf(Value::Null),
    })
}

/// A link from an account to a person.
pub(super) fn identity<'a>(cx: &'a Context<'a>, identity: &'a ExternalIdentity) -> Shape<'a> {
    let world = cx.ask.world;
    Shape::new("ExternalIdentity", move |field, _| {
        let person = || world.company.person(identity.person);
        let attributes = |kind: &'static str| {
            let person = person();
            let (first, last) = person.name.split_once(' ').unwrap_or((&person.name, ""));
            let (name_id, first, last) =
                (identity.name_id.clone(), first.to_owned(), last.to_owned());
            Got::One(Some(Shape::new(kind, move |field, _| match field {
                "nameId" | "username" => leaf(name_id.clone()),
                "givenName" => leaf(first.clone()),
                "familyName" => leaf(last.clone()),
                "emails" => {
                    let email = json!({"primary": true, "type": "work", "value": name_id});
                    Got::Many(vec![Ok(Shape::plain("UserEmailMetadata", email))])
                }
                "groups" => leaf(Vec::<Value>::new()),
                _ => leaf(Value::Null),
            })))
        };
        match field {
            "id" => leaf(format!("EI_{}", identity.guid)),
            "guid" => leaf(identity.guid.clone()),
            "samlIdentity" => attributes("ExternalIdentitySamlAttributes"),
            "scimIdentity" if identity.scim => attributes("ExternalIdentityScimAttributes"),
            "user" => {
                let number = identity.user.and_then(|n| world.users.get(n as usize));
                Got::One(number.map(|u| user(cx, u)))
            }
            _ => Got::One(None),
        }
    })
}
