//! From a SCIM server's users and groups to people and teams.

use rollcall_connector::directory::{
    DirectoryPerson, DirectoryTeam, LoginSystem, Manager, Status, employment_word,
};
use rollcall_record::Evidence;

use super::shapes::{Group, Meta, User, Value1};
use crate::definition::{LIST_GROUPS, LIST_USERS};

/// A user as a person. Who is not active is suspended: SCIM does not say who has left.
pub(crate) fn user(user: &User, url: &str) -> DirectoryPerson {
    let text = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
    let name = user.name.as_ref();
    let given = name.and_then(|n| text(&n.given_name));
    let parts = [given, name.and_then(|n| text(&n.family_name))];
    let joined = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
    let main = user.emails.iter().find(|e| e.primary == Some(true));
    let work = || user.emails.iter().find(|e| e.sort.as_deref() == Some("work"));
    let main = main.or_else(work).or_else(|| user.emails.first());
    let main = main.and_then(|email| email.value.clone());
    let login = text(&user.user_name);
    // A user name is often the address itself, and always unique on the server.
    let named = login.clone().filter(|login| login.contains('@'));
    let enterprise = user.enterprise.clone().unwrap_or_default();
    DirectoryPerson {
        id: user.id.clone(),
        name: text(&user.display_name)
            .or_else(|| name.and_then(|n| text(&n.formatted)))
            .or_else(|| Some(joined).filter(|name| !name.is_empty()))
            .or_else(|| login.clone())
            .unwrap_or_default(),
        other_emails: user
            .emails
            .iter()
            .filter_map(|e| e.value.clone())
            .chain(named.clone())
            .collect(),
        email: main.or(named),
        logins: login.map(|login| (LoginSystem::of("scim"), login)).into_iter().collect(),
        title: text(&user.title),
        department: text(&enterprise.department),
        employment: user.user_type.as_deref().and_then(employment_word),
        stated: Some(if user.active == Some(false) { Status::Suspended } else { Status::Active }),
        created_at: created(user.meta.as_ref()),
        manager: enterprise.manager.map(Manager::Id),
        evidence: evidence(LIST_USERS, url, "Users", &user.id),
        ..DirectoryPerson::default()
    }
}

/// A group as a team, with the ids of the people and of the groups in it.
pub(crate) fn group(group: &Group, url: &str) -> (DirectoryTeam, Vec<String>, Vec<String>) {
    let (groups, people): (Vec<&Value1>, Vec<&Value1>) = group.members.iter().partition(|member| {
        let sort = member.sort.as_deref().unwrap_or_default();
        let address = member.address.as_deref().unwrap_or_default();
        sort.eq_ignore_ascii_case("group") || (sort.is_empty() && address.contains("/Groups/"))
    });
    let ids = |list: Vec<&Value1>| {
        let mut ids: Vec<String> = list.into_iter().filter_map(|m| m.value.clone()).collect();
        ids.retain(|id| !id.is_empty());
        ids.sort();
        ids.dedup();
        ids
    };
    let team = DirectoryTeam {
        id: group.id.clone(),
        name: group.display_name.clone().unwrap_or_default(),
        created_at: created(group.meta.as_ref()),
        evidence: evidence(LIST_GROUPS, url, "Groups", &group.id),
        ..DirectoryTeam::default()
    };
    (team, ids(people), ids(groups))
}

fn created(meta: Option<&Meta>) -> Option<rollcall_model::Timestamp> {
    meta?.created.as_deref()?.parse().ok()
}

fn evidence(operation: &str, url: &str, path: &str, id: &str) -> Evidence {
    Evidence {
        operation: Some(operation.to_owned()),
        url: Some(format!("{}/{path}/{id}", url.trim_end_matches('/'))),
        ..Evidence::default()
    }
}
