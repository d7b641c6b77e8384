//! Which column says what: the configured ones, and the usual headers of exports.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use rollcall_connector::directory::LoginSystem;

/// What a column can say.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Field {
    Id,
    Email,
    Emails,
    Name,
    Given,
    Family,
    Status,
    Started,
    Rehired,
    Left,
    LeaveFrom,
    LeaveUntil,
    Created,
    Manager,
    Title,
    Department,
    Employment,
    Teams,
    Login(LoginSystem),
}

/// The word in `columns`, the field, and the headers it is recognised by (letters and digits only),
/// those that say it best first.
const KNOWN: [(&str, Field, &[&str]); 18] = [
    (
        "id",
        Field::Id,
        &[
            "employeeid",
            "employeenumber",
            "workerid",
            "personnelnumber",
            "personid",
            "empid",
            "employeeno",
            "associateid",
            "staffid",
            "entryuuid",
            "objectguid",
            "nsuniqueid",
            "ipauniqueid",
            "userid",
            "id",
        ],
    ),
    (
        "email",
        Field::Email,
        &[
            "workemail",
            "workemailaddress",
            "businessemail",
            "companyemail",
            "primaryemail",
            "email",
            "emailaddress",
            "mail",
            "emailprimarywork",
            "userprincipalname",
        ],
    ),
    (
        "emails",
        Field::Emails,
        &[
            "emails",
            "aliases",
            "emailaliases",
            "otheremails",
            "secondaryemail",
            "secondaryemails",
            "proxyaddresses",
            "mailalternateaddress",
            "maillocaladdress",
        ],
    ),
    (
        "name",
        Field::Name,
        &[
            "displayname",
            "fullname",
            "employeename",
            "preferredname",
            "workername",
            "name",
            "cn",
            "worker",
            "employee",
        ],
    ),
    (
        "given_name",
        Field::Given,
        &["preferredfirstname", "firstname", "givenname", "legalfirstname", "forename"],
    ),
    (
        "family_name",
        Field::Family,
        &["preferredlastname", "lastname", "surname", "familyname", "legallastname", "sn"],
    ),
    (
        "status",
        Field::Status,
        &[
            "employmentstatus",
            "employeestatus",
            "workerstatus",
            "personstatus",
            "status",
            "accountstatus",
            "employmentstate",
            "active",
            "isactive",
        ],
    ),
    (
        "started_at",
        Field::Started,
        &[
            "startdate",
            "hiredate",
            "dateofhire",
            "employmentstartdate",
            "contractstartdate",
            "joiningdate",
            "joindate",
            "dateofjoining",
            "startedat",
            "originalhiredate",
        ],
    ),
    (
        "rehired_at",
        Field::Rehired,
        &["rehiredate", "dateofrehire", "mostrecenthiredate", "rehiredat"],
    ),
    (
        "left_at",
        Field::Left,
        &[
            "terminationdate",
            "lastdayofwork",
            "lastworkingday",
            "lastday",
            "enddate",
            "employmentenddate",
            "contractenddate",
            "leavingdate",
            "dateofleaving",
            "separationdate",
            "exitdate",
            "dateoftermination",
            "leftat",
            "accountexpires",
        ],
    ),
    (
        "leave_from",
        Field::LeaveFrom,
        &[
            "leavefrom",
            "leavestart",
            "leavestartdate",
            "leaveofabsencestart",
            "leaveofabsencestartdate",
            "loastart",
            "loastartdate",
            "firstdayofleave",
        ],
    ),
    (
        "leave_until",
        Field::LeaveUntil,
        &[
            "leaveuntil",
            "leaveend",
            "leaveenddate",
            "leaveofabsenceend",
            "leaveofabsenceenddate",
            "loaend",
            "loaenddate",
            "lastdayofleave",
        ],
    ),
    ("created_at", Field::Created, &["createdat", "created", "whencreated", "createtimestamp"]),
    (
        "manager",
        Field::Manager,
        &[
            "managerid",
            "manageremployeeid",
            "manageremail",
            "manageremailaddress",
            "supervisorid",
            "supervisoremail",
            "reportsto",
            "reportstoid",
            "linemanager",
            "manager",
            "supervisor",
            "managername",
        ],
    ),
    (
        "title",
        Field::Title,
        &["jobtitle", "businesstitle", "positiontitle", "title", "position", "jobname"],
    ),
    (
        "department",
        Field::Department,
        &[
            "department",
            "departmentname",
            "dept",
            "orgunit",
            "supervisoryorganization",
            "departmentnumber",
            "division",
        ],
    ),
    (
        "employment",
        Field::Employment,
        &[
            "workertype",
            "employmenttype",
            "employeetype",
            "workercategory",
            "employeecategory",
            "contracttype",
            "type",
            "usertype",
        ],
    ),
    ("teams", Field::Teams, &["teams", "team", "teamname", "groups", "memberof"]),
];

impl FromStr for Field {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(system) = text.strip_prefix("login:") {
            return system.parse().map(Self::Login);
        }
        let found = KNOWN.iter().find(|(word, ..)| *word == text);
        found.map(|(_, field, _)| field.clone()).ok_or_else(|| {
            let words: Vec<_> = KNOWN.iter().map(|(word, ..)| *word).collect();
            format!("{text:?} is none of {}, login:SYSTEM", words.join(", "))
        })
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Login(system) => write!(f, "login:{system}"),
            field => f.write_str(
                KNOWN.iter().find(|(_, known, _)| known == field).map_or("?", |(word, ..)| *word),
            ),
        }
    }
}

/// The configured columns; others are recognised.
#[derive(Clone, Default, Debug)]
pub(crate) struct Columns {
    /// The header of a field; `None` where no column is to be taken for it.
    chosen: BTreeMap<Field, Option<String>>,
}

impl Columns {
    /// From texts such as `status=Worker Status`; `left_at=` says that no column is that.
    pub(crate) fn read(texts: &[String]) -> Result<Self, String> {
        let mut chosen = BTreeMap::new();
        for text in texts {
            let (field, header) =
                text.split_once('=').ok_or_else(|| format!("{text:?} is not field=Header"))?;
            let field: Field = field.trim().parse()?;
            let header = Some(header.trim().to_owned()).filter(|header| !header.is_empty());
            if chosen.insert(field.clone(), header).is_some() {
                return Err(format!("{field} is there twice"));
            }
        }
        Ok(Self { chosen })
    }

    /// Which of these headers says what: positions by field.
    ///
    /// # Errors
    /// The configured header that is not there.
    pub(crate) fn plan(&self, headers: &[String]) -> Result<Plan, String> {
        let mut positions = BTreeMap::new();
        for (field, header) in &self.chosen {
            let Some(header) = header else { continue };
            let position = headers
                .iter()
                .position(|h| h.trim() == header)
                .or_else(|| headers.iter().position(|h| h.trim().eq_ignore_ascii_case(header)));
            positions.insert(field.clone(), position.ok_or_else(|| header.clone())?);
        }
        let plain: Vec<String> = headers.iter().map(|header| plain(header)).collect();
        for (_, field, names) in &KNOWN {
            if self.chosen.contains_key(field) {
                continue;
            }
            let found = names.iter().find_map(|name| plain.iter().position(|p| p == name));
            if let Some(position) = found {
                positions.insert(field.clone(), position);
            }
        }
        Ok(Plan { positions })
    }

    /// The same, where headers differ from row to row and a missing one is an empty cell.
    pub(crate) fn plan_loosely(&self, headers: &[String]) -> Plan {
        let there = |h: &Option<String>| {
            h.as_ref().is_none_or(|h| headers.iter().any(|x| x.trim().eq_ignore_ascii_case(h)))
        };
        let chosen = self
            .chosen
            .iter()
            .map(|(field, header)| (field.clone(), header.clone().filter(|_| there(header))));
        Self { chosen: chosen.collect() }.plan(headers).unwrap_or_default()
    }
}

/// Which position says what.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub(crate) struct Plan {
    positions: BTreeMap<Field, usize>,
}

impl Plan {
    pub(crate) fn of(&self, field: &Field) -> Option<usize> {
        self.positions.get(field).copied()
    }

    pub(crate) fn logins(&self) -> impl Iterator<Item = (&LoginSystem, usize)> {
        self.positions.iter().filter_map(|(field, position)| match field {
            Field::Login(system) => Some((system, *position)),
            _ => None,
        })
    }
}

fn plain(header: &str) -> String {
    header.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn usual_headers_are_recognised_and_the_better_one_wins() {
        let there = headers(&[
            "ID",
            "Worker ID",
            "Personal Email",
            "Work E-Mail",
            "Email",
            "Hire Date",
            "Termination Date",
            "Manager",
            "Manager ID",
        ]);
        let plan = Columns::default().plan(&there).unwrap();
        let at = |field| plan.of(&field);
        assert_eq!(at(Field::Id), Some(1));
        assert_eq!(at(Field::Email), Some(3));
        assert_eq!(at(Field::Started), Some(5));
        assert_eq!(at(Field::Left), Some(6));
        assert_eq!(at(Field::Manager), Some(8));
        assert_eq!(at(Field::Status), None);
    }

    #[test]
    fn configured_headers_come_first_and_must_be_there() {
        let columns = Columns::read(&headers(&["id=Key", "email=", "login:github=Hub"])).unwrap();
        let plan = columns.plan(&headers(&["Employee ID", "key", "Email", "Hub"])).unwrap();
        assert_eq!(plan.of(&Field::Id), Some(1));
        assert_eq!(plan.of(&Field::Email), None);
        assert_eq!(
            plan.logins().map(|(s, at)| (s.to_string(), at)).collect::<Vec<_>>(),
            [("github".to_owned(), 3)]
        );
        assert_eq!(columns.plan(&headers(&["Employee ID", "Hub"])), Err("Key".to_owned()));
        for bad in ["id", "key=x", "login:=x"] {
            assert!(Columns::read(&headers(&[bad])).is_err(), "{bad}");
        }
        assert!(Columns::read(&headers(&["id=a", "id=b"])).is_err());
    }
}
