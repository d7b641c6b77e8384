//! What companies add to the profiles of their directory, by its usual names.

use std::collections::BTreeMap;
use std::fmt;

use rollcall_model::{ProblemClass, Timestamp};
use rollcall_record::Problem;
use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::words::plain;
use super::{DateOrder, DirectoryPerson, LoginSystem, read_date};

/// What an added field says.
#[derive(Clone, Copy)]
enum Sort {
    Started,
    Left,
    LeaveFrom,
    LeaveUntil,
    Login(&'static str),
}

/// Names in letters and digits, and what they say.
const KNOWN: [(&str, Sort); 25] = [
    ("startdate", Sort::Started),
    ("hiredate", Sort::Started),
    ("employeehiredate", Sort::Started),
    ("contractstartdate", Sort::Started),
    ("terminationdate", Sort::Left),
    ("enddate", Sort::Left),
    ("contractenddate", Sort::Left),
    ("employmentenddate", Sort::Left),
    ("lastday", Sort::Left),
    ("lastdayofwork", Sort::Left),
    ("lastworkingday", Sort::Left),
    ("leavestartdate", Sort::LeaveFrom),
    ("leavestart", Sort::LeaveFrom),
    ("leaveenddate", Sort::LeaveUntil),
    ("leaveend", Sort::LeaveUntil),
    ("github", Sort::Login("github")),
    ("githublogin", Sort::Login("github")),
    ("githubuser", Sort::Login("github")),
    ("githubusername", Sort::Login("github")),
    ("githubhandle", Sort::Login("github")),
    ("githubid", Sort::Login("github")),
    ("gitlab", Sort::Login("gitlab")),
    ("gitlabuser", Sort::Login("gitlab")),
    ("gitlabusername", Sort::Login("gitlab")),
    ("gitlablogin", Sort::Login("gitlab")),
];

fn known(name: &str) -> Option<Sort> {
    let name = plain(name);
    KNOWN.iter().find(|(known, _)| *known == name).map(|(_, sort)| *sort)
}

/// The fields of a profile that companies add under usual names: dates of start, end and leave, and
/// names in other systems. It reads from an object and keeps nothing else of it.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
#[serde(transparent)]
pub struct Extra(BTreeMap<String, String>);

impl Extra {
    /// Adds what the fields say to a person; what is known already stays.
    ///
    /// # Errors
    /// Malformed, `bad_date`: a date that cannot be read.
    pub fn add_to(&self, person: &mut DirectoryPerson) -> Result<(), Problem> {
        for (name, text) in &self.0 {
            let date = |slot: &mut Option<Timestamp>| {
                let at = read_date(text, DateOrder::YearFirst).ok_or_else(|| {
                    let message = format!(
                        "the field {name} of {} holds no date such as 2026-12-31",
                        person.id
                    );
                    Problem::new(ProblemClass::Malformed, "bad_date", message)
                })?;
                slot.get_or_insert(at);
                Ok::<(), Problem>(())
            };
            match known(name) {
                Some(Sort::Started) => date(&mut person.period.started_at)?,
                Some(Sort::Left) => date(&mut person.period.left_at)?,
                Some(Sort::LeaveFrom) => date(&mut person.period.leave_from)?,
                Some(Sort::LeaveUntil) => date(&mut person.period.leave_until)?,
                Some(Sort::Login(system)) => {
                    person.logins.entry(LoginSystem::of(system)).or_insert_with(|| text.clone());
                }
                None => {}
            }
        }
        Ok(())
    }
}

impl<'de> Deserialize<'de> for Extra {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Fields)
    }
}

struct Fields;

impl<'de> Visitor<'de> for Fields {
    type Value = Extra;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Extra, A::Error> {
        let mut kept = BTreeMap::new();
        while let Some(name) = map.next_key::<String>()? {
            if known(&name).is_none() {
                map.next_value::<IgnoredAny>()?;
            } else if let Value::String(text) = map.next_value()?
                && !text.trim().is_empty()
            {
                kept.insert(name, text.trim().to_owned());
            }
        }
        Ok(Extra(kept))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn usual_names_are_kept_and_nothing_else() {
        let extra: Extra = serde_json::from_value(json!({
            "login": "a", "gitHub_Username": "Ada", "terminationDate": "2027-01-31", "hireDate": "",
            "startDate": null, "leaveStart": 7, "secretAnswer": "hunter2",
        }))
        .unwrap();
        assert!(!serde_json::to_string(&extra).unwrap().contains("hunter2"));
        let mut person = DirectoryPerson::default();
        extra.add_to(&mut person).unwrap();
        assert_eq!(person.period.left_at, "2027-01-31T00:00:00Z".parse().ok());
        assert_eq!(person.period.started_at, None);
        assert_eq!(person.logins[&LoginSystem::of("github")], "Ada");
        let bad: Extra = serde_json::from_value(json!({"endDate": "31/12/2026"})).unwrap();
        assert_eq!(bad.add_to(&mut person).unwrap_err().code, "bad_date");
    }
}
