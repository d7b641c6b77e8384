//! A verdict in words, with its evidence.

use std::cmp::Reverse;

use rollcall_graph::Entity;
use rollcall_model::{SeenUse, UsageJudgement, UsageVerdict};

use super::{Seen, Unseen, Usage};
use crate::case::Case;
use crate::horizon::Horizon;
use crate::text::{day, unread};

/// How many uses are told.
const MOST: usize = 10;

/// A verdict with everything it was reached from.
pub(crate) fn explain(case: &Case<'_>) -> UsageJudgement {
    let usage = &case.usage;
    let seen = usage.seen.as_ref();
    let read = match seen {
        Some(seen) => seen.horizon.read(),
        None => needed(case).read(),
    };
    UsageJudgement {
        verdict: usage.verdict,
        says: says(case, usage),
        at: usage.at,
        grade: seen.map(|s| s.view.grade),
        precision: seen.map(|s| s.view.precision.clone()).unwrap_or_default(),
        lag_hours: seen.map(|s| s.view.lag_hours),
        from: seen.and_then(|s| s.from),
        to: seen.map(|s| s.to),
        uses: uses(case),
        read,
        blind_spots: seen.map(|s| s.view.blind_spots.clone()).unwrap_or_default(),
    }
}

/// The scopes that would tell, whether they were read or not.
fn needed<'a>(case: &Case<'a>) -> Horizon<'a> {
    let streams: Vec<String> =
        case.facts.usage.iter().flat_map(|view| view.streams.iter().cloned()).collect();
    Horizon::new(case.analysis, case.entity, &streams)
}

fn uses(case: &Case<'_>) -> Vec<SeenUse> {
    let seen = |entity: &Entity<'_>| {
        let (at, _) = entity.last_used()?;
        let name = entity.name().to_owned();
        Some(SeenUse { id: entity.public_id(), name, kind: entity.kind().to_owned(), at })
    };
    let credentials = case.credentials.iter().filter_map(|c| seen(&c.entity));
    let mut uses: Vec<SeenUse> = credentials.chain(seen(&case.entity)).collect();
    uses.sort_by(|a, b| (Reverse(a.at), &a.kind, &a.name).cmp(&(Reverse(b.at), &b.kind, &b.name)));
    uses.truncate(MOST);
    uses
}

fn says(case: &Case<'_>, usage: &Usage<'_>) -> String {
    let at = || usage.at.map(day).unwrap_or_default();
    match usage.verdict {
        UsageVerdict::Used => format!("last used {}{}", at(), by(usage.seen.as_ref())),
        UsageVerdict::Unused => no_use(case, usage),
        UsageVerdict::NeverUsed => {
            format!("never used since it was made on {}{}", at(), until(usage.seen.as_ref()))
        }
        UsageVerdict::TooYoung => {
            format!("made on {}, not used yet, and too young to judge", at())
        }
        UsageVerdict::Unobservable => unobservable(case, usage.unseen),
        UsageVerdict::Undetermined => "it is nothing that is used".to_owned(),
        UsageVerdict::Pending => "not judged yet".to_owned(),
    }
}

fn no_use(case: &Case<'_>, usage: &Usage<'_>) -> String {
    let last = super::last_use(case);
    let from = usage.at.map(day).unwrap_or_default();
    let known = match last {
        Some(at) if Some(at) == usage.at => format!("; last used {}", day(at)),
        _ => String::new(),
    };
    let to = usage.seen.as_ref().map(|seen| day(seen.to)).unwrap_or_default();
    format!("no use seen {from} to {to}{}{known}", by(usage.seen.as_ref()))
}

/// The evidence in brackets: how fine, how late, what it cannot see.
fn by(seen: Option<&Seen<'_>>) -> String {
    let Some(seen) = seen else { return String::new() };
    let view = seen.view;
    let blind = match view.blind_spots.as_slice() {
        [] => String::new(),
        spots => format!("; {}", spots.join("; ")),
    };
    let stream = view.streams.join(", ");
    format!(" ({stream}, {}, about {} h late{blind})", view.precision, view.lag_hours)
}

fn until(seen: Option<&Seen<'_>>) -> String {
    let to = seen.map(|seen| format!(", as of {}", day(seen.to))).unwrap_or_default();
    format!("{to}{}", by(seen))
}

fn unobservable(case: &Case<'_>, why: Unseen) -> String {
    match why {
        Unseen::Kind | Unseen::Not => {
            format!("nothing tells the use of {}", case.entity.kind())
        }
        Unseen::Unread => match needed(case).missing() {
            Some(scope) => unread(&scope),
            None => "no source reads what would tell its use".to_owned(),
        },
        Unseen::Credential => {
            let dark = case.credentials.iter().find(|c| c.is_live && c.facts.usage.is_empty());
            let kind = dark.map_or("a credential", |c| c.entity.kind());
            format!("it has a live {kind}, whose use nothing tells")
        }
        Unseen::Window => "when it was made is not known, and what was read reaches back too few \
                           days"
            .to_owned(),
    }
}
