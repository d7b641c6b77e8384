//! The oracle: what is true of a company, written from its plan. It shares no code with whatever
//! judges the company; `docs/lab.md` describes its lines.

mod aws;
mod code;
mod findings;
mod kubernetes;
mod owners;
mod usage;

use std::io::Write;
use std::path::Path;

use rollcall_model::canonical_json;
use serde_json::{Value, json};

use crate::keys;
use crate::plan::{Account, Company, LabError};

pub use findings::{COMPLETE, Expect};

use findings::Pairs;
use owners::People;

/// Writes the truth of a company as JSON lines.
///
/// # Errors
/// When it cannot be written.
pub fn write_truth(company: &Company, path: &Path) -> Result<(), LabError> {
    let file = std::fs::File::create(path);
    let file = file.map_err(LabError::io(format!("writing {}", path.display())))?;
    let mut file = std::io::BufWriter::with_capacity(1 << 20, file);
    truth(company, &mut |line| {
        writeln!(file, "{line}").map_err(LabError::io(format!("writing {}", path.display())))
    })?;
    file.flush().map_err(LabError::io(format!("writing {}", path.display())))
}

/// The truth of a company, line by line, as the plan made it.
///
/// # Errors
/// What `each` returns.
pub fn truth(
    company: &Company,
    each: &mut dyn FnMut(&str) -> Result<(), LabError>,
) -> Result<(), LabError> {
    truth_of(company, &mut company.all_accounts(), each)
}

/// The truth of a company whose accounts are as given.
///
/// # Errors
/// What `each` returns.
pub fn truth_of(
    company: &Company,
    accounts: &mut dyn Iterator<Item = Account>,
    each: &mut dyn FnMut(&str) -> Result<(), LabError>,
) -> Result<(), LabError> {
    let mut out = Lines { each, pairs: Pairs::default(), now: company.spec.now, identities: 0 };
    let people = People::new(company);
    out.say(&head(company))?;
    directory(company, &mut out)?;
    for account in accounts {
        aws::account(company, &account, &people, &mut out)?;
    }
    for number in 0..company.repositories {
        code::repository(company, &company.repository(number), &people, &mut out)?;
    }
    for number in 0..company.clusters {
        kubernetes::cluster(company, &company.cluster(number), &people, &mut out)?;
    }
    let pairs = std::mem::take(&mut out.pairs);
    pairs.write(&mut out)?;
    out.say(&json!({"line": "end", "identities": out.identities}))
}

/// Where lines go.
struct Lines<'a> {
    each: &'a mut dyn FnMut(&str) -> Result<(), LabError>,
    pairs: Pairs,
    now: rollcall_model::Timestamp,
    identities: u64,
}

impl Lines<'_> {
    fn say(&mut self, value: &Value) -> Result<(), LabError> {
        let line = canonical_json(value).map_err(|e| LabError::Bug(e.to_string()))?;
        (self.each)(&line)
    }
}

fn head(company: &Company) -> Value {
    json!({
        "line": "company",
        "schema": 1,
        "spec": company.spec,
        "name": company.name,
        "domain": company.domain,
        "people": company.people,
        "teams": company.all_team_count(),
        "accounts": company.accounts,
        "repositories": company.repositories,
        "clusters": company.clusters,
        "complete_rules": COMPLETE,
    })
}

fn directory(company: &Company, out: &mut Lines<'_>) -> Result<(), LabError> {
    for team in company.all_teams() {
        let key = keys::directory(&company.domain, "directory.team", &team.slug)?;
        out.say(&json!({
            "line": "team",
            "id": key.public_id(),
            "slug": team.slug,
            "parent": team.parent.map(|n| company.team(n).slug),
            "active_members": members(company, team.number),
        }))?;
    }
    for person in company.everybody() {
        let key = keys::directory(&company.domain, "directory.person", &person.id)?;
        out.say(&json!({
            "line": "person",
            "id": key.public_id(),
            "name": person.name,
            "email": person.email,
            "login": person.login,
            "team": company.team(person.team).slug,
            "manager": person.manager.map(|n| company.person(n).email),
            "joined": person.joined,
            "left": person.left,
            "presence": owners::presence(&person),
            "former_email": person.former_email,
            "ends": person.ends,
            "returned": person.earlier.is_some(),
            "former_team": person.former_team.map(|n| company.team(n).slug),
        }))?;
    }
    Ok(())
}

/// How many people who are here are in a team or in a team within it.
fn members(company: &Company, team: u64) -> usize {
    let here = company.members(team).filter(|n| owners::works_here(&company.person(*n))).count();
    let within = company.teams_in(team).map(|team| members(company, team)).sum::<usize>();
    here + within
}
