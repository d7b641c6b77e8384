//! The entries of an LDAP server or of Active Directory as people and groups.

use std::collections::{BTreeMap, HashMap};

use rollcall_connector::directory::{
    DirectoryPerson, DirectoryTeam, LoginSystem, Manager, read_file_time, read_generalized_time,
};

use super::ldif::{Entry, parse};
use super::{Content, Ways};
use crate::person::person;
use crate::table::{Row, Wrong, evidence};

/// The flag of `userAccountControl` for an account that is switched off.
const ACCOUNT_DISABLED: i64 = 2;

/// What `pwdAccountLockedTime` holds when an account is locked for good.
const LOCKED_FOR_GOOD: &str = "000001010000Z";

const PEOPLE: [&str; 5] =
    ["person", "inetorgperson", "organizationalperson", "posixaccount", "user"];
const GROUPS: [&str; 4] = ["group", "groupofnames", "groupofuniquenames", "posixgroup"];
const NO_PEOPLE: [&str; 4] = [
    "computer",
    "msds-managedserviceaccount",
    "msds-groupmanagedserviceaccount",
    "msds-delegatedmanagedserviceaccount",
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Sort {
    Person,
    Group,
    Other,
}

/// Reads entries: people and groups; others are passed over.
pub(super) fn read(bytes: &[u8], ways: &Ways<'_>) -> Content {
    let (entries, wrong) = parse(bytes);
    let mut content = Content { wrong, ..Content::default() };
    let mut by_dn: HashMap<String, (Sort, String)> = HashMap::new();
    let mut by_uid: HashMap<String, String> = HashMap::new();
    let mut sources = Vec::new();
    let mut groups = Vec::new();
    for entry in &entries {
        match sort(entry) {
            Ok(Sort::Person) => match to_person(entry, ways) {
                Ok(person) => {
                    by_dn.insert(plain_dn(&entry.dn), (Sort::Person, person.id.clone()));
                    for uid in entry.texts("uid") {
                        by_uid.insert(uid.to_lowercase(), person.id.clone());
                    }
                    sources.push(entry);
                    content.people.push(person);
                }
                Err(why) => content.wrong.push(why),
            },
            Ok(Sort::Group) => {
                let team = to_team(entry, ways.name);
                by_dn.insert(plain_dn(&entry.dn), (Sort::Group, team.id.clone()));
                groups.push((entry, team.id.clone()));
                content.teams.push(team);
            }
            Ok(Sort::Other) => {}
            Err(why) => content.wrong.push(why),
        }
    }
    let mut members: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut primary: HashMap<u32, String> = HashMap::new();
    for (group, team) in groups {
        primary.extend(group.bytes("objectsid").find_map(relative_id).map(|id| (id, team.clone())));
        for dn in group.texts("member").chain(group.texts("uniquemember")) {
            match by_dn.get(&plain_dn(dn)) {
                Some((Sort::Person, id)) => {
                    members.entry(id.clone()).or_default().push(team.clone())
                }
                Some((_, inner)) => content.nested.push((inner.clone(), team.clone())),
                // A team whose members are exported elsewhere is not empty.
                None => content.outside.push((plain_dn(dn), team.clone())),
            }
        }
        for id in group.texts("memberuid").filter_map(|uid| by_uid.get(&uid.to_lowercase())) {
            members.entry(id.clone()).or_default().push(team.clone());
        }
    }
    content.outside.sort();
    content.outside.dedup();
    let mut unlisted: BTreeMap<String, DirectoryTeam> = BTreeMap::new();
    for (person, entry) in content.people.iter_mut().zip(sources) {
        if let Some(Manager::Words(dn)) = &person.manager
            && let Some((Sort::Person, id)) = by_dn.get(&plain_dn(dn))
        {
            person.manager = Some(Manager::Id(id.clone()));
        }
        let mut teams = members.remove(&person.id).unwrap_or_default();
        // The primary group does not list its members.
        let group = entry.texts("primarygroupid").find_map(|id| id.trim().parse().ok());
        teams.extend(group.and_then(|id: u32| primary.get(&id).cloned()));
        for dn in entry.texts("memberof") {
            let plain = plain_dn(dn);
            teams.push(match by_dn.get(&plain) {
                Some((Sort::Group, id)) => id.clone(),
                _ => {
                    let named = || named_team(dn, &plain, &person.evidence);
                    unlisted.entry(plain.clone()).or_insert_with(named).id.clone()
                }
            });
        }
        teams.sort();
        teams.dedup();
        person.teams = teams;
    }
    content.teams.extend(unlisted.into_values());
    content.nested.sort();
    content.nested.dedup();
    content
}

fn sort(entry: &Entry) -> Result<Sort, Wrong> {
    let classes: Vec<String> = entry.texts("objectclass").map(str::to_lowercase).collect();
    if classes.is_empty() {
        let expected = "objectClass among the attributes of the export";
        return Err(Wrong::line(entry.line, "no_class", "an entry without objectClass", expected));
    }
    let any = |list: &[&str]| classes.iter().any(|class| list.contains(&class.as_str()));
    Ok(if any(&NO_PEOPLE) {
        Sort::Other
    } else if any(&GROUPS) {
        Sort::Group
    } else if any(&PEOPLE) {
        Sort::Person
    } else {
        Sort::Other
    })
}

fn to_person(entry: &Entry, ways: &Ways<'_>) -> Result<DirectoryPerson, Wrong> {
    // What comes first is taken where several columns could mean the same.
    let mut cells: Vec<(String, Vec<String>)> = vec![
        ("employeeId".to_owned(), vec![id(entry)]),
        ("employmentStatus".to_owned(), vec![status(entry).to_owned()]),
    ];
    for (name, value) in &entry.attributes {
        if matches!(name.as_str(), "memberof" | "objectguid") {
            continue;
        }
        let Ok(text) = std::str::from_utf8(value) else { continue };
        let text = match name.as_str() {
            "accountexpires" => match expiry(text) {
                Some(last) => last,
                None => {
                    return Err(Wrong::cell(entry.line, name, 0, text, "a Windows file time"));
                }
            },
            _ => text.to_owned(),
        };
        match cells.iter_mut().skip(2).find(|(known, _)| known == name) {
            Some((_, values)) => values.push(text),
            None => cells.push((name.clone(), vec![text])),
        }
    }
    let (headers, cells): (Vec<String>, Vec<Vec<String>>) = cells.into_iter().unzip();
    let plan = ways.columns.plan_loosely(&headers);
    let row = Row { line: entry.line, cells };
    let mut person = person(&row, &headers, &plan, ways.reading, ways.name)?;
    person.teams.clear();
    let login = ["samaccountname", "uid"].iter().find_map(|name| entry.texts(name).next());
    if let Some(login) = login {
        person.logins.insert(LoginSystem::of("ldap"), login.to_owned());
    }
    person.other_emails.extend(entry.texts("userprincipalname").map(str::to_owned));
    Ok(person)
}

/// The last day of an account that expires, as text; empty for never.
fn expiry(text: &str) -> Option<String> {
    // It expires at that moment: the day before it is the last one that is whole.
    let at = read_file_time(text)?;
    Some(at.map(|at| at.plus_seconds(-1).to_string()).unwrap_or_default())
}

fn status(entry: &Entry) -> &'static str {
    let control =
        entry.texts("useraccountcontrol").find_map(|text| text.trim().parse::<i64>().ok());
    let is_locked = entry.texts("nsaccountlock").any(|text| text.eq_ignore_ascii_case("true"))
        || entry.texts("pwdaccountlockedtime").any(|text| text == LOCKED_FOR_GOOD);
    if control.is_some_and(|flags| flags & ACCOUNT_DISABLED != 0) || is_locked {
        "disabled"
    } else {
        "active"
    }
}

fn to_team(entry: &Entry, file: &str) -> DirectoryTeam {
    let text = |name: &str| entry.texts(name).next().map(str::to_owned);
    DirectoryTeam {
        id: id(entry),
        name: text("displayname").or_else(|| text("cn")).unwrap_or_default(),
        description: text("description"),
        sort: None,
        emails: entry
            .texts("mail")
            .chain(entry.texts("proxyaddresses"))
            .map(str::to_owned)
            .collect(),
        created_at: text("whencreated")
            .or_else(|| text("createtimestamp"))
            .as_deref()
            .and_then(read_generalized_time),
        evidence: evidence(file, entry.line),
    }
}

/// A group that is known only because people say that they are in it.
fn named_team(dn: &str, plain: &str, evidence: &rollcall_record::Evidence) -> DirectoryTeam {
    let first = dn.split(',').next().unwrap_or_default();
    let name = first.split_once('=').map_or(first, |(_, name)| name);
    DirectoryTeam {
        id: plain.to_owned(),
        name: name.to_owned(),
        evidence: evidence.clone(),
        ..DirectoryTeam::default()
    }
}

/// The server's immutable id, or the name where the export has none.
fn id(entry: &Entry) -> String {
    if let Some(guid) = entry.bytes("objectguid").find_map(guid) {
        return guid;
    }
    let stated = ["entryuuid", "nsuniqueid", "ipauniqueid"];
    let stated = stated.iter().find_map(|name| entry.texts(name).next());
    stated.map_or_else(|| plain_dn(&entry.dn), str::to_lowercase)
}

/// `objectGUID` as Microsoft writes it: the first three groups are stored with the last byte first
/// ([MS-DTYP] 2.3.4).
fn guid(bytes: &[u8]) -> Option<String> {
    const ORDER: [usize; 16] = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
    if bytes.len() != ORDER.len() {
        return std::str::from_utf8(bytes)
            .ok()
            .map(|text| text.trim_matches(['{', '}']).to_lowercase());
    }
    let mut text = String::new();
    for (position, index) in ORDER.into_iter().enumerate() {
        if matches!(position, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        text.push_str(&format!("{:02x}", bytes.get(index)?));
    }
    Some(text)
}

/// The last part of a security identifier ([MS-DTYP] 2.4.2.2), which a primary group is named by.
fn relative_id(sid: &[u8]) -> Option<u32> {
    let last = sid.get(sid.len().checked_sub(4)?..)?;
    (sid.len() >= 12).then(|| u32::from_le_bytes([last[0], last[1], last[2], last[3]]))
}

/// A distinguished name in lowercase without spaces around its commas and equal signs.
fn plain_dn(dn: &str) -> String {
    let parts = dn.split(',').map(|part| match part.split_once('=') {
        Some((name, value)) => format!("{}={}", name.trim(), value.trim()),
        None => part.trim().to_owned(),
    });
    parts.collect::<Vec<_>>().join(",").to_lowercase()
}
