//! From Entra's users and groups to people and teams.

use rollcall_connector::directory::{
    DateOrder, DirectoryPerson, DirectoryTeam, LoginSystem, Manager, Period, Status,
    employment_word, read_date,
};
use rollcall_model::{ProblemClass, Timestamp};
use rollcall_record::{Evidence, Problem};

use crate::definition::{LIST_GROUPS, LIST_USERS};
use crate::shapes::{Group, User};

/// What the principal name of a guest holds.
const GUEST_MARK: &str = "#ext#";

/// The sort of a group that does not show its members to everybody.
pub(crate) const HIDDEN: &str = "microsoft365-hidden";

/// Whether an entry is a person: the users of agents are listed among them.
pub(crate) fn is_person(user: &User) -> bool {
    !user.sort.as_deref().is_some_and(|sort| sort.ends_with(".agentUser"))
}

/// A user as a person.
///
/// # Errors
/// Malformed, `bad_date`: a date of hire or leaving that cannot be read; nothing is said of that
/// person.
pub(crate) fn user(user: User) -> Result<DirectoryPerson, Problem> {
    let text = |text: Option<String>| text.map(|t| t.trim().to_owned()).filter(|t| !t.is_empty());
    let date = |what: &str, written: Option<&str>| match written {
        None => Ok(None),
        Some(written) => read_date(written, DateOrder::YearFirst).map(Some).ok_or_else(|| {
            let message = format!("{what} of the user {} is no date", user.id);
            Problem::new(ProblemClass::Malformed, "bad_date", message)
                .hides("whether that person is here")
        }),
    };
    let deleted = date("deletedDateTime", user.deleted_date_time.as_deref())?;
    let leaves = date("employeeLeaveDateTime", user.employee_leave_date_time.as_deref())?;
    let started_at = date("employeeHireDate", user.employee_hire_date.as_deref())?;
    let is_guest = user.user_type.as_deref().is_some_and(|sort| sort.eq_ignore_ascii_case("guest"));
    let stated = if deleted.is_some() {
        Status::Left
    } else if user.external_user_state.as_deref() == Some("PendingAcceptance") {
        Status::Pending
    } else if user.account_enabled == Some(false) {
        Status::Suspended
    } else {
        Status::Active
    };
    let principal = text(user.user_principal_name).map(|name| without_id(&name, &user.id));
    let named = principal
        .clone()
        .filter(|name| name.contains('@') && !name.to_lowercase().contains(GUEST_MARK));
    let mut emails: Vec<String> = user.other_mails.unwrap_or_default();
    emails.extend(user.proxy_addresses.unwrap_or_default());
    emails.extend(named.clone());
    let mut logins = std::collections::BTreeMap::new();
    logins.extend(principal.clone().map(|name| (LoginSystem::of("entra"), name)));
    logins.extend(
        text(user.on_premises_sam_account_name).map(|name| (LoginSystem::of("ldap"), name)),
    );
    let employment = user.employee_type.as_deref().and_then(employment_word);
    Ok(DirectoryPerson {
        name: text(user.display_name).or(principal).unwrap_or_default(),
        email: text(user.mail).or(named),
        other_emails: emails,
        logins,
        title: text(user.job_title),
        department: text(user.department),
        employment: employment.or_else(|| is_guest.then(|| "contractor".to_owned())),
        stated: Some(stated),
        period: Period { started_at, left_at: deleted.or(leaves), ..Period::default() },
        created_at: time(user.created_date_time.as_deref()),
        manager: user.manager.map(|manager| Manager::Id(manager.id)),
        teams: Vec::new(),
        evidence: evidence(LIST_USERS),
        id: user.id,
    })
}

/// The principal name of a deleted user begins with its id.
fn without_id(name: &str, id: &str) -> String {
    let plain = id.replace('-', "");
    name.strip_prefix(&plain)
        .filter(|rest| !plain.is_empty() && !rest.is_empty())
        .unwrap_or(name)
        .to_owned()
}

/// A group as a team.
pub(crate) fn group(group: Group) -> DirectoryTeam {
    let types = group.group_types.unwrap_or_default();
    let sort = if group.visibility.as_deref() == Some("HiddenMembership") {
        HIDDEN
    } else if types.iter().any(|t| t == "Unified") {
        "microsoft365"
    } else if group.security_enabled == Some(true) {
        "security"
    } else {
        "distribution"
    };
    DirectoryTeam {
        id: group.id,
        name: group.display_name.unwrap_or_default(),
        description: group.description,
        sort: Some(sort.to_owned()),
        emails: group.mail.into_iter().chain(group.proxy_addresses.unwrap_or_default()).collect(),
        created_at: time(group.created_date_time.as_deref()),
        evidence: evidence(LIST_GROUPS),
    }
}

fn time(text: Option<&str>) -> Option<Timestamp> {
    text?.parse().ok()
}

fn evidence(operation: &str) -> Evidence {
    Evidence { operation: Some(operation.to_owned()), ..Evidence::default() }
}
