//! Problems, grouped: the same trouble in forty files is one trouble.

use anyhow::Result;
use rollcall_model::ProblemClass;
use rollcall_record::Problem;
use serde::{Deserialize, Serialize};

use crate::output::{Out, Tone, text};

/// How many groups people are shown.
const MOST_GROUPS: usize = 20;
/// How many places of a group are named.
const MOST_PLACES: usize = 3;

/// Problems that are the same but for where they are.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub(crate) struct Group {
    class: ProblemClass,
    code: String,
    message: String,
    hides: Option<String>,
    /// They leave their scopes complete.
    note: bool,
    count: u64,
    /// The first places.
    places: Vec<String>,
}

/// Groups problems by class, code, message and what they hide; the more serious come first, then
/// the more frequent.
pub(crate) fn group<'p>(problems: impl IntoIterator<Item = (&'p Problem, bool)>) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for (problem, note) in problems {
        let same = |group: &&mut Group| {
            group.class == problem.class
                && group.code == problem.code
                && group.message == problem.message
                && group.hides == problem.hides
                && group.note == note
        };
        let place = place(problem);
        if let Some(group) = groups.iter_mut().find(same) {
            group.count += 1;
            if let Some(place) = place
                && group.places.len() < MOST_PLACES
                && !group.places.contains(&place)
            {
                group.places.push(place);
            }
        } else {
            groups.push(Group {
                class: problem.class,
                code: problem.code.clone(),
                message: problem.message.clone(),
                hides: problem.hides.clone(),
                note,
                count: 1,
                places: place.into_iter().collect(),
            });
        }
    }
    groups.sort_by(|a, b| {
        (a.note, std::cmp::Reverse(a.count), a.class, &a.code, &a.message).cmp(&(
            b.note,
            std::cmp::Reverse(b.count),
            b.class,
            &b.code,
            &b.message,
        ))
    });
    groups
}

/// Where a problem is: its file and line, else its scope, else its stream.
fn place(problem: &Problem) -> Option<String> {
    if let Some(evidence) = &problem.evidence {
        let place = crate::commands::show::place(evidence);
        if !place.is_empty() {
            return Some(place);
        }
    }
    problem.scope.as_ref().map(ToString::to_string).or_else(|| problem.stream.clone())
}

/// Prints groups for people.
pub(crate) fn print(out: &mut Out, groups: &[Group]) -> Result<()> {
    for group in groups.iter().take(MOST_GROUPS) {
        let Group { class, code, message, hides, note, count, places } = group;
        let tone = if *note { Tone::Quiet } else { Tone::Warn };
        let times = if *count > 1 { format!(" ({count} times)") } else { String::new() };
        let kind = if *note { "note" } else { class.as_str() };
        out.say(tone, &format!("  {kind} {code}{times}: {message}"))?;
        if let Some(hides) = hides {
            out.line(&format!("    hides: {hides}"))?;
        }
        let unsaid: Vec<&str> =
            places.iter().map(String::as_str).filter(|place| !message.contains(place)).collect();
        if !unsaid.is_empty() {
            let more = count.saturating_sub(places.len() as u64);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            out.say(Tone::Quiet, &format!("    at {}{more}", unsaid.join("; ")))?;
        }
    }
    if groups.len() > MOST_GROUPS {
        let more = groups.len() - MOST_GROUPS;
        out.line(&format!(
            "  and {} of other sorts; --json has all",
            text::count(more as u64, "problem")
        ))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_trouble_is_one_group_and_notes_come_last() {
        let denied = Problem::new(ProblemClass::Permission, "denied", "no").in_stream("a");
        let elsewhere = denied.clone().in_stream("b");
        let note = Problem::new(ProblemClass::Malformed, "odd", "odd");
        let groups = group([(&note, true), (&denied, false), (&elsewhere, false)]);
        assert_eq!(groups.len(), 2);
        assert_eq!(
            (groups[0].count, groups[0].places.as_slice()),
            (2, ["a".to_owned(), "b".to_owned()].as_slice())
        );
        assert!(groups[1].note);
    }
}
