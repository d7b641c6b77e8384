//! From what several directories say of one human to whether that human is here.
//!
//! Who is here follows from words, never from one directory's silence:
//!
//! 1. A word that somebody is here, with a first day after every last day that is known: they came back.
//! 2. Nobody says that they left: they are here. That a directory does not list them any more is
//!    silence, and a word counts for more.
//! 3. A personnel office says that they are here, and only accounts are ended: they are here. Accounts
//!    are switched off for leaves and by mistake.
//! 4. A personnel office gives a last day that has passed, and only accounts are still on: they left.
//!    So it is among equals where the one who says they are here knows of no later first day.
//! 5. Any other contradiction: it cannot be told, and both words are shown.
//! 6. Nobody says that they are here: they left, or are suspended; where all are silent, they left when
//!    the last directory stopped listing them.
//!
//! What decides must have been read to its end within a day. An older word still speaks against a
//! younger one, so that nobody leaves because one of two directories could not be read.

use rollcall_model::{Presence, Timestamp};

use super::entry::{Entry, Word};

/// Whether a human is here, by the entries of directories.
pub(super) fn presence(entries: &[&Entry]) -> Presence {
    if entries.iter().all(|entry| entry.is_service) {
        let why = "its directory says that it is no person".to_owned();
        return Presence::Unknown { why };
    }
    let (deciding, presence) = decide(entries);
    if deciding.iter().any(|entry| entry.is_fresh) {
        return presence;
    }
    let last = deciding.iter().filter_map(|entry| entry.read).max();
    Presence::Unknown { why: stale(last) }
}

/// Why a directory tells nothing now.
pub(super) fn stale(read: Option<Timestamp>) -> String {
    match read {
        Some(at) => format!("no directory connected; one was last read to its end at {at}"),
        None => "no directory connected; one was never read to its end".to_owned(),
    }
}

type Decision<'e, 'a> = (Vec<&'e &'a Entry>, Presence);

fn decide<'e, 'a>(entries: &'e [&'a Entry]) -> Decision<'e, 'a> {
    let of = |fits: fn(Word) -> bool| -> Vec<&'e &'a Entry> {
        entries.iter().filter(|entry| fits(entry.word)).collect()
    };
    let (living, mut ended) = (of(Word::is_living), of(Word::is_ended));
    // Who is here in a directory that also has an older entry of theirs came back.
    ended.retain(|old| living.iter().all(|new| new.directory != old.directory));
    if living.is_empty() {
        return if ended.is_empty() { silent(entries) } else { gone(ended) };
    }
    let newest = ended.iter().filter_map(|entry| last_day(entry)).max();
    let is_back = |entry: &&&Entry| {
        newest.is_some_and(|last| entry.started_at.is_some_and(|at| at.day() > last.day()))
    };
    if ended.is_empty() {
        return here(living);
    }
    if living.iter().any(is_back) {
        return here(living.into_iter().filter(is_back).collect());
    }
    let office = |list: &[&&Entry]| list.iter().any(|entry| entry.is_personnel);
    match (office(&living), office(&ended)) {
        (true, false) => return here(living.into_iter().filter(|e| e.is_personnel).collect()),
        (offices, _) => {
            // The last word of an office; among equals only where the others know when they began.
            let knows = living.iter().all(|entry| entry.started_at.is_some());
            let dated: Vec<_> = ended
                .into_iter()
                .filter(|e| last_day(e).is_some() && (e.is_personnel || !offices))
                .filter(|e| knows || (e.is_personnel && !offices))
                .collect();
            if !dated.is_empty() {
                return gone(dated);
            }
        }
    }
    let why = "directories contradict each other".to_owned();
    (entries.iter().collect(), Presence::Unknown { why })
}

fn last_day(entry: &Entry) -> Option<Timestamp> {
    match entry.word {
        Word::Left(last) => last,
        _ => None,
    }
}

/// A leave that anybody knows of is one; who is still to come is so only where nobody says otherwise.
fn here<'e, 'a>(living: Vec<&'e &'a Entry>) -> Decision<'e, 'a> {
    let find = |fits: fn(&Word) -> bool| living.iter().map(|e| e.word).find(fits);
    let word = find(|word| matches!(word, Word::OnLeave(_)))
        .or_else(|| find(|word| matches!(word, Word::Active)))
        .or_else(|| find(|_| true));
    let presence = match word {
        Some(Word::OnLeave(until)) => Presence::OnLeave { until },
        Some(Word::Pending(from)) => Presence::Pending { from },
        _ => Presence::Active,
    };
    (living, presence)
}

fn gone<'e, 'a>(ended: Vec<&'e &'a Entry>) -> Decision<'e, 'a> {
    let has_left = ended.iter().any(|entry| matches!(entry.word, Word::Left(_)));
    if !has_left {
        return (ended, Presence::Suspended);
    }
    let since = ended.iter().filter_map(|entry| last_day(entry)).max();
    (ended, Presence::Left { since })
}

fn silent<'e, 'a>(entries: &'e [&'a Entry]) -> Decision<'e, 'a> {
    let when = |entry: &&Entry| match entry.word {
        Word::Gone(at) => Some(at),
        _ => None,
    };
    let since = entries.iter().filter_map(when).max();
    (entries.iter().collect(), Presence::Left { since })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rollcall_model::Relation;
    use serde_json::{Value, json};

    use super::*;
    use crate::world::{World, ago};

    fn entry() -> impl Strategy<Value = Option<(Value, bool)>> {
        let status =
            prop::sample::select(vec!["active", "on_leave", "suspended", "left", "pending"]);
        let day = prop::option::of(prop::sample::select(vec![
            "2020-01-01",
            "2026-06-30",
            "2026-07-01",
            "2026-11-21",
            "2026-11-22",
            "2027-01-31",
        ]));
        let attributes = (status, day.clone(), day).prop_map(|(status, started, left)| {
            let mut entry = json!({"status": status, "email": "ada@acme.example"});
            for (name, value) in [("started_at", started), ("left_at", left)] {
                if let Some(value) = value {
                    entry[name] = value.into();
                }
            }
            entry
        });
        prop::option::of((attributes, any::<bool>()))
    }

    fn presence(
        hr: &Option<(Value, bool)>,
        okta: &Option<(Value, bool)>,
        is_turned: bool,
    ) -> Presence {
        let mut world = World::new();
        let mut add = |kind: &str, said: &Option<(Value, bool)>| {
            if let Some((entry, is_gone)) = said {
                let id = world.person(kind, "p", entry.clone());
                if *is_gone {
                    world.gone(id, ago(1));
                }
            }
        };
        let mut both = [("hr.person", hr), ("okta.user", okta)];
        if is_turned {
            both.reverse();
        }
        both.into_iter().for_each(|(kind, said)| add(kind, said));
        let ada = world.user("ada");
        for kind in ["hr.person", "okta.user"] {
            if [("hr.person", hr), ("okta.user", okta)]
                .iter()
                .any(|(k, s)| *k == kind && s.is_some())
            {
                let from = crate::world::key(kind, "p").node_id();
                world.relate(from, Relation::SameAs, crate::world::user_reference("ada").node_id());
            }
        }
        world.judge(ada).person.map_or(Presence::Unheard, |person| person.presence)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]
        #[test]
        fn silence_never_outweighs_a_word(hr in entry(), okta in entry()) {
            let found = presence(&hr, &okta, false);
            prop_assert_eq!(&found, &presence(&hr, &okta, true), "the order of entries means nothing");
            // Taking one directory away never makes somebody leave whom the other has at work.
            let is_at_work = |said: &Option<(Value, bool)>| {
                said.as_ref().is_some_and(|(entry, is_gone)| {
                    !is_gone && entry["status"] == "active" && entry["left_at"].is_null()
                })
            };
            for (one, other) in [(&hr, &okta), (&okta, &hr)] {
                let other_is_silent = other.as_ref().is_none_or(|(entry, is_gone)| {
                    *is_gone && entry["status"] != "left" && entry["left_at"].is_null()
                });
                if is_at_work(one) && other_is_silent {
                    prop_assert!(found.is_here(), "{:?}", found);
                }
            }
            // Nobody leaves of whom nobody says so.
            let says_so = |said: &Option<(Value, bool)>| {
                said.as_ref().is_some_and(|(entry, is_gone)| {
                    *is_gone
                        || ["left", "suspended"].iter().any(|s| entry["status"] == *s)
                        || entry["left_at"].as_str().is_some_and(|at| at < "2026-11-22")
                })
            };
            if !says_so(&hr) && !says_so(&okta) {
                prop_assert!(!found.is_gone(), "{:?}", found);
            }
        }
    }
}
