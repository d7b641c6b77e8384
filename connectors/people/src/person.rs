//! From a row to a person, and from a file's people to who reports to whom.

use std::collections::{BTreeMap, HashMap};

use rollcall_connector::directory::{
    DateOrder, DirectoryPerson, Manager, Status, employment_word, read_date, read_generalized_time,
    status_word,
};
use rollcall_model::Timestamp;

use crate::columns::{Field, Plan};
use crate::table::{Row, Wrong, evidence};

/// What rows are read by.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reading {
    /// The order of dates with slashes or dots.
    pub(crate) order: DateOrder,
    /// Words for a status that this company uses, in lowercase.
    pub(crate) statuses: BTreeMap<String, Status>,
}

/// The cells of one row.
struct Cells<'a> {
    row: &'a Row,
    headers: &'a [String],
    plan: &'a Plan,
}

impl Cells<'_> {
    fn values(&self, field: &Field) -> Vec<&str> {
        let cell = self.plan.of(field).and_then(|position| self.row.cells.get(position));
        cell.into_iter()
            .flatten()
            .map(|value| value.trim())
            .filter(|value| !value.is_empty())
            .collect()
    }

    fn first(&self, field: &Field) -> Option<&str> {
        self.values(field).first().copied()
    }

    fn text(&self, field: &Field) -> Option<String> {
        self.first(field).map(str::to_owned)
    }

    /// Values that may stand in one cell with `;` or `|` between them.
    fn list(&self, field: &Field) -> Vec<String> {
        let parts = self.values(field).into_iter().flat_map(|v| v.split([';', '|']));
        parts.map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
    }

    fn wrong(&self, field: &Field, expected: &str) -> Wrong {
        let position = self.plan.of(field).unwrap_or_default();
        let header = self.headers.get(position).map_or("?", String::as_str);
        let found = self.first(field).unwrap_or_default();
        Wrong::cell(self.row.line, header, position, found, expected)
    }

    fn date(&self, field: &Field, order: DateOrder) -> Result<Option<Timestamp>, Wrong> {
        let Some(text) = self.first(field) else { return Ok(None) };
        let at = read_date(text, order).or_else(|| read_generalized_time(text));
        at.map(Some).ok_or_else(|| {
            self.wrong(
                field,
                match order {
                    DateOrder::YearFirst => "a date such as 2026-12-31; for others set date_order",
                    DateOrder::DayFirst => "a date such as 2026-12-31 or 31/12/2026",
                    DateOrder::MonthFirst => "a date such as 2026-12-31 or 12/31/2026",
                },
            )
        })
    }
}

/// The person a row is about, with the manager as the row names her or him and teams by name.
///
/// # Errors
/// The first cell that cannot be read: nothing is said of a person who is only half understood.
pub(crate) fn person(
    row: &Row,
    headers: &[String],
    plan: &Plan,
    reading: &Reading,
    file: &str,
) -> Result<DirectoryPerson, Wrong> {
    let cells = Cells { row, headers, plan };
    let id = cells.text(&Field::Id).ok_or_else(|| cells.wrong(&Field::Id, "the id of a person"))?;
    let stated = match (plan.of(&Field::Status), cells.first(&Field::Status)) {
        // Where no status is told at all, being listed is the status.
        (None, _) => Some(Status::Active),
        (Some(_), word) => {
            let word = word.unwrap_or_default();
            let known =
                reading.statuses.get(&word.to_lowercase()).copied().or_else(|| status_word(word));
            let expected =
                "a known status; say what it means in statuses, such as \"gardening=active\"";
            Some(known.ok_or_else(|| cells.wrong(&Field::Status, expected))?)
        }
    };
    let date = |field| cells.date(&field, reading.order);
    let (hired, again) = (date(Field::Started)?, date(Field::Rehired)?);
    let full =
        [Field::Given, Field::Family].iter().filter_map(|f| cells.first(f)).collect::<Vec<_>>();
    let manager = cells.text(&Field::Manager);
    let emails = cells.list(&Field::Email);
    Ok(DirectoryPerson {
        name: cells.text(&Field::Name).unwrap_or_else(|| full.join(" ")),
        email: emails.first().cloned(),
        other_emails: emails.into_iter().skip(1).chain(cells.list(&Field::Emails)).collect(),
        logins: plan
            .logins()
            .filter_map(|(system, position)| {
                let login = row.cells.get(position)?.first()?.trim();
                (!login.is_empty()).then(|| (system.clone(), login.to_owned()))
            })
            .collect(),
        title: cells.text(&Field::Title),
        department: cells.text(&Field::Department),
        employment: cells.first(&Field::Employment).and_then(employment_word),
        stated,
        period: rollcall_connector::directory::Period {
            started_at: again.or(hired),
            left_at: date(Field::Left)?,
            leave_from: date(Field::LeaveFrom)?,
            leave_until: date(Field::LeaveUntil)?,
        },
        created_at: date(Field::Created)?,
        manager: manager.map(Manager::Words),
        teams: cells.list(&Field::Teams),
        evidence: evidence(file, row.line),
        id,
    })
}

/// Finds out whom the words for a manager mean: an id of this file, an address, a name that one
/// person of this file has, or a name with an id in brackets.
pub(crate) fn resolve_managers(people: &mut [DirectoryPerson]) {
    let mut names: HashMap<String, Option<String>> = HashMap::new();
    let mut ids: HashMap<String, String> = HashMap::new();
    for person in people.iter() {
        ids.insert(person.id.to_lowercase(), person.id.clone());
        let entry =
            names.entry(person.name.to_lowercase()).or_insert_with(|| Some(person.id.clone()));
        if entry.as_ref().is_some_and(|id| *id != person.id) {
            *entry = None;
        }
    }
    for person in people {
        let Some(Manager::Words(words)) = &person.manager else { continue };
        let in_brackets = words.rsplit_once('(').and_then(|(_, rest)| rest.strip_suffix(')'));
        let plain = words.to_lowercase();
        let id = ids.get(&plain).or_else(|| ids.get(&in_brackets?.to_lowercase()));
        let by_name = || names.get(&plain).and_then(Option::as_ref);
        person.manager = Some(if let Some(id) = id.or_else(by_name) {
            Manager::Id(id.clone())
        } else if rollcall_connector::directory::email_reference(words).is_some() {
            Manager::Email(words.to_lowercase())
        } else {
            continue;
        });
    }
}
