//! From Okta's users and groups to people and teams.

use std::collections::HashMap;

use rollcall_connector::directory::{
    DirectoryPerson, DirectoryTeam, LoginSystem, Manager, Period, Status, email_reference,
    employment_word,
};
use rollcall_model::{ProblemClass, Timestamp};
use rollcall_record::{Evidence, Problem};

use crate::definition::{LIST_GROUPS, LIST_USERS};
use crate::shapes::{Group, User};

/// How Okta's ids of users begin.
const USER_ID: &str = "00u";

/// A user as a person, with the manager as the profile names her or him, and the employee number.
///
/// # Errors
/// Malformed: a status or a date that is not known; nothing is said of that person.
pub(crate) fn user(user: User) -> Result<(DirectoryPerson, Option<String>), Problem> {
    let profile = user.profile.unwrap_or_default();
    let text = |text: Option<String>| text.map(|t| t.trim().to_owned()).filter(|t| !t.is_empty());
    let stated = status(user.status.as_deref(), &user.id)?;
    let names = [text(profile.first_name), text(profile.last_name)];
    let joined = names.into_iter().flatten().collect::<Vec<_>>().join(" ");
    let login = text(profile.login);
    let named = login.clone().filter(|login| login.contains('@'));
    let left_at = match stated {
        Status::Left => time(user.status_changed.as_deref()),
        _ => None,
    };
    let mut person = DirectoryPerson {
        name: text(profile.display_name)
            .or_else(|| Some(joined).filter(|name| !name.is_empty()))
            .or_else(|| login.clone())
            .unwrap_or_default(),
        email: text(profile.email).or_else(|| named.clone()),
        other_emails: text(profile.second_email).into_iter().chain(named).collect(),
        logins: login.map(|login| (LoginSystem::of("okta"), login)).into_iter().collect(),
        title: text(profile.title),
        department: text(profile.department),
        employment: profile.user_type.as_deref().and_then(employment_word),
        stated: Some(stated),
        period: Period::default(),
        created_at: time(user.created.as_deref()),
        manager: text(profile.manager_id).or_else(|| text(profile.manager)).map(Manager::Words),
        teams: Vec::new(),
        evidence: evidence(LIST_USERS),
        id: user.id,
    };
    profile.extra.add_to(&mut person)?;
    if stated == Status::Left {
        // When the account was switched off for good, where no last day is told.
        person.period.left_at = person.period.left_at.or(left_at);
    }
    Ok((person, text(profile.employee_number)))
}

fn status(word: Option<&str>, id: &str) -> Result<Status, Problem> {
    Ok(match word {
        // A locked account opens again by itself, and the others are about passwords.
        Some("ACTIVE" | "ACTIVATING" | "LOCKED_OUT" | "PASSWORD_EXPIRED" | "RECOVERY") => {
            Status::Active
        }
        Some("STAGED" | "PROVISIONED") => Status::Pending,
        Some("SUSPENDED") => Status::Suspended,
        Some("DEPROVISIONED") => Status::Left,
        _ => {
            let message = format!("the user {id} has a status that is not known");
            return Err(Problem::new(ProblemClass::Malformed, "unknown_status", message)
                .hides("whether that person is here"));
        }
    })
}

/// Finds out whom the profiles' words for a manager mean: Okta's id, an employee number or a login
/// of this organisation, or an address.
pub(crate) fn resolve_managers(people: &mut [(DirectoryPerson, Option<String>)]) {
    let mut known: HashMap<String, Option<String>> = HashMap::new();
    let okta = LoginSystem::of("okta");
    for (person, number) in people.iter() {
        let login = person.logins.get(&okta);
        for word in number.iter().chain(login).chain([&person.id]) {
            let entry = known.entry(word.to_lowercase()).or_insert_with(|| Some(person.id.clone()));
            if entry.as_ref().is_some_and(|id| *id != person.id) {
                *entry = None;
            }
        }
    }
    for (person, _) in people {
        let Some(Manager::Words(words)) = &person.manager else { continue };
        person.manager = Some(if let Some(Some(id)) = known.get(&words.to_lowercase()) {
            Manager::Id(id.clone())
        } else if words.starts_with(USER_ID) {
            Manager::Id(words.clone())
        } else if email_reference(words).is_some() {
            Manager::Email(words.to_lowercase())
        } else {
            continue;
        });
    }
}

/// A group as a team.
pub(crate) fn group(group: Group) -> DirectoryTeam {
    let profile = group.profile.unwrap_or_default();
    DirectoryTeam {
        id: group.id,
        name: profile.name.unwrap_or_default(),
        description: profile.description,
        sort: group.sort,
        emails: Vec::new(),
        created_at: time(group.created.as_deref()),
        evidence: evidence(LIST_GROUPS),
    }
}

fn time(text: Option<&str>) -> Option<Timestamp> {
    text?.parse().ok()
}

fn evidence(operation: &str) -> Evidence {
    Evidence { operation: Some(operation.to_owned()), ..Evidence::default() }
}
