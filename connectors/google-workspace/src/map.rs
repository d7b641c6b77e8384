//! From Google's users and groups to people and teams.

use rollcall_connector::directory::{
    DirectoryPerson, DirectoryTeam, LoginSystem, Manager, Period, Status, email_reference,
    employment_word,
};
use rollcall_model::Timestamp;
use rollcall_record::Evidence;

use crate::definition::{LIST_GROUPS, LIST_USERS};
use crate::shapes::{Group, User};

/// A user as a person. An archived account is kept of somebody who has left.
pub(crate) fn user(user: User, is_deleted: bool) -> DirectoryPerson {
    let text = |text: Option<String>| text.map(|t| t.trim().to_owned()).filter(|t| !t.is_empty());
    let stated = if is_deleted || user.archived == Some(true) {
        Status::Left
    } else if user.suspended == Some(true) {
        Status::Suspended
    } else {
        Status::Active
    };
    let organizations = user.organizations.unwrap_or_default();
    let main = organizations.iter().find(|o| o.primary == Some(true)).or(organizations.first());
    let main = main.cloned().unwrap_or_default();
    let relations = user.relations.unwrap_or_default();
    let manager = relations.into_iter().find(|r| r.sort.as_deref() == Some("manager"));
    let manager = manager.and_then(|relative| text(relative.value));
    let email = text(user.primary_email);
    let listed = user.emails.unwrap_or_default().into_iter().filter_map(|e| e.address);
    let aliases = [user.aliases, user.non_editable_aliases].into_iter().flatten().flatten();
    let left_at = if is_deleted { time(user.deletion_time.as_deref()) } else { None };
    DirectoryPerson {
        id: user.id,
        name: user
            .name
            .and_then(|n| text(n.full_name))
            .or_else(|| email.clone())
            .unwrap_or_default(),
        logins: email
            .clone()
            .map(|e| (LoginSystem::of("google-workspace"), e))
            .into_iter()
            .collect(),
        other_emails: aliases.chain(listed).collect(),
        email,
        title: text(main.title),
        department: text(main.department),
        employment: main.description.as_deref().and_then(employment_word),
        stated: Some(stated),
        period: Period { left_at, ..Period::default() },
        created_at: time(user.creation_time.as_deref()),
        manager: manager.map(|named| match email_reference(&named) {
            Some(reference) => Manager::Email(reference.value),
            None => Manager::Words(named),
        }),
        teams: Vec::new(),
        evidence: evidence(LIST_USERS),
    }
}

/// A group as a team.
pub(crate) fn group(group: Group) -> DirectoryTeam {
    DirectoryTeam {
        id: group.id,
        name: group.name.or_else(|| group.email.clone()).unwrap_or_default(),
        description: group.description,
        sort: None,
        emails: group.email.into_iter().chain(group.aliases.unwrap_or_default()).collect(),
        created_at: None,
        evidence: evidence(LIST_GROUPS),
    }
}

fn time(text: Option<&str>) -> Option<Timestamp> {
    text?.parse().ok()
}

fn evidence(operation: &str) -> Evidence {
    Evidence { operation: Some(operation.to_owned()), ..Evidence::default() }
}
