//! When sources are read. Pure: schedules, last runs and the time give what is due.

use chrono::{DateTime, TimeZone, Utc};
use chrono_tz::Tz;
use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};
use rollcall_model::{Timestamp, content_hash};

/// The shortest and the longest interval, in seconds.
const SHORTEST: i64 = 5;
const LONGEST: i64 = 366 * 86_400;
/// What a source without a schedule has, in seconds.
const USUAL: i64 = 3_600;
/// How much later than its occurrence a source may be read, as a part of the interval.
const JITTER_PART: i128 = 10;

/// When a source is read: at each full interval since the epoch, or by a cron expression.
#[derive(Clone, Debug)]
pub struct Schedule {
    text: String,
    rhythm: Rhythm,
}

#[derive(Clone, Debug)]
enum Rhythm {
    /// Seconds.
    Every(i64),
    Cron(Box<Cron>, Tz),
}

/// A text that is no schedule.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ScheduleError {
    /// It is neither an interval nor five fields.
    #[error(
        "{0:?} is no schedule; expected an interval such as \"15m\", \"6h\" or \"1d\", or five \
         fields (minute, hour, day, month, day of the week) such as \"*/15 * * * *\""
    )]
    Form(String),
    /// Five fields, of which one is wrong.
    #[error("{text:?} is no cron expression: {why}")]
    Cron {
        /// The text.
        text: String,
        /// What is wrong with it.
        why: String,
    },
    /// An interval out of bounds.
    #[error("{0:?} is too short or too long; expected an interval from 5s to 366d")]
    Bounds(String),
    /// A zone that the time zone database does not have.
    #[error("{0:?} is no time zone; expected a name such as \"Europe/Berlin\" or \"UTC\"")]
    Zone(String),
    /// A time zone for a schedule that counts no hours of the day.
    #[error("a time zone goes with five cron fields, and {0:?} is an interval")]
    ZoneOfInterval(String),
}

impl Default for Schedule {
    /// Every hour.
    fn default() -> Self {
        Self { text: "1h".to_owned(), rhythm: Rhythm::Every(USUAL) }
    }
}

impl std::fmt::Display for Schedule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)?;
        match &self.rhythm {
            Rhythm::Cron(_, zone) if *zone != Tz::UTC => write!(f, " ({zone})"),
            _ => Ok(()),
        }
    }
}

impl Schedule {
    /// Reads an interval, or five cron fields with the zone that they count in (UTC where none is
    /// given).
    ///
    /// # Errors
    /// When it is neither.
    pub fn parse(text: &str, zone: Option<&str>) -> Result<Self, ScheduleError> {
        let given = text.trim();
        let zone_of = |name: &str| {
            name.parse::<Tz>().map_err(|_| ScheduleError::Zone(name.chars().take(64).collect()))
        };
        let zone_or_none = zone.map(zone_of).transpose()?;
        let rhythm = if let Some(seconds) = interval(given) {
            if zone.is_some() {
                return Err(ScheduleError::ZoneOfInterval(given.to_owned()));
            }
            let seconds = seconds.filter(|s| (SHORTEST..=LONGEST).contains(s));
            Rhythm::Every(seconds.ok_or_else(|| ScheduleError::Bounds(given.to_owned()))?)
        } else if given.split_whitespace().count() == 5 {
            let parser =
                CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build();
            let cron = parser
                .parse(given)
                .map_err(|e| ScheduleError::Cron { text: given.to_owned(), why: e.to_string() })?;
            Rhythm::Cron(Box::new(cron), zone_or_none.unwrap_or(Tz::UTC))
        } else {
            return Err(ScheduleError::Form(given.chars().take(100).collect()));
        };
        Ok(Self { text: given.to_owned(), rhythm })
    }

    /// The longest time between two of the next occurrences, in seconds; `None` where there are no two.
    #[must_use]
    pub fn longest_interval(&self) -> Option<i64> {
        // Enough to see a week of daily readings, or the days between two weekends.
        let occurrences =
            std::iter::successors(self.after(Timestamp::default()), |t| self.after(*t));
        let times: Vec<i64> = occurrences.take(16).map(Timestamp::seconds).collect();
        times.windows(2).map(|two| two[1] - two[0]).max()
    }

    /// The first occurrence after a time; `None` where there is none any more.
    #[must_use]
    pub fn after(&self, time: Timestamp) -> Option<Timestamp> {
        match &self.rhythm {
            Rhythm::Every(seconds) => {
                let next = time.seconds().div_euclid(*seconds).checked_add(1)?;
                Some(Timestamp::from_seconds(next.checked_mul(*seconds)?))
            }
            Rhythm::Cron(cron, zone) => {
                let utc: DateTime<Utc> = DateTime::from_timestamp_micros(time.micros())?;
                let here = zone.from_utc_datetime(&utc.naive_utc());
                let next = cron.find_next_occurrence(&here, false).ok()?;
                Some(Timestamp::from_micros(next.timestamp_micros()))
            }
        }
    }

    /// When a source of this name is read next, after the start of its last run: an occurrence, and
    /// up to a tenth of the interval later, always the same for one name, so that sources of one
    /// schedule do not begin at once. At once where it was never read.
    #[must_use]
    pub fn due(&self, name: &str, last: Option<Timestamp>, now: Timestamp) -> Option<Timestamp> {
        // A run that is dated in the future, by a clock that was wrong, must not hold it up.
        let Some(last) = last.map(|last| last.min(now)) else { return Some(now) };
        let next = self.after(last)?;
        let interval = self.after(next)?.micros().checked_sub(next.micros())?;
        let share = i128::from(share(name));
        let late = i128::from(interval) * share / (JITTER_PART << 32);
        Some(Timestamp::from_micros(next.micros().checked_add(i64::try_from(late).ok()?)?))
    }
}

/// A number below 2³² that belongs to a name.
fn share(name: &str) -> u32 {
    let hash = content_hash(name.as_bytes()).to_string();
    let head = hash.get(..8).unwrap_or_default();
    u32::from_str_radix(head, 16).unwrap_or_default()
}

/// The seconds of `15m` and the like: `None` for another form, `Some(None)` for a number too large.
fn interval(text: &str) -> Option<Option<i64>> {
    let unit = text.chars().next_back()?;
    let digits = text.strip_suffix(unit)?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        _ => return None,
    };
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    Some(digits.parse::<i64>().ok().and_then(|n| n.checked_mul(seconds)))
}

/// A source with its schedule.
#[derive(Clone, Debug)]
pub struct Scheduled {
    /// The source's name.
    pub name: String,
    /// Its schedule.
    pub schedule: Schedule,
    /// When its last run began.
    pub last: Option<Timestamp>,
    /// Not before this time, where the last attempt failed before it could begin.
    pub not_before: Option<Timestamp>,
}

/// When each source is due, the one that is due first at the front.
#[must_use]
pub fn next_due(sources: &[Scheduled], now: Timestamp) -> Vec<(Timestamp, String)> {
    let mut due: Vec<(Timestamp, String)> = sources
        .iter()
        .filter_map(|source| {
            let at = source.schedule.due(&source.name, source.last, now)?;
            Some((source.not_before.map_or(at, |bound| bound.max(at)), source.name.clone()))
        })
        .collect();
    due.sort();
    due
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn schedule(text: &str) -> Schedule {
        Schedule::parse(text, None).unwrap()
    }

    #[test]
    fn the_longest_interval_spans_what_is_left_out() {
        assert_eq!(schedule("15m").longest_interval(), Some(900));
        assert_eq!(schedule("0 9 * * *").longest_interval(), Some(86_400));
        assert_eq!(schedule("0 9 * * MON-FRI").longest_interval(), Some(3 * 86_400));
    }

    #[test]
    fn intervals_and_cron_fields_are_read_and_nothing_else() {
        assert_eq!(
            schedule("15m").after(at("2026-05-03T10:07:00Z")),
            Some(at("2026-05-03T10:15:00Z"))
        );
        assert_eq!(
            schedule(" 90s ").after(at("1970-01-01T00:01:30Z")),
            Some(at("1970-01-01T00:03:00Z"))
        );
        let nightly = schedule("30 3 * * MON-FRI");
        // The third of May 2026 is a Sunday.
        assert_eq!(nightly.after(at("2026-05-03T10:00:00Z")), Some(at("2026-05-04T03:30:00Z")));
        for (text, word) in [
            ("", "is no schedule"),
            ("daily", "is no schedule"),
            ("@daily", "is no schedule"),
            ("* * * *", "is no schedule"),
            ("* * * * * *", "is no schedule"),
            ("m", "is no schedule"),
            ("-5m", "is no schedule"),
            ("1s", "too short"),
            ("99999999999999999999h", "too long"),
            ("61 * * * *", "cron"),
            ("x * * * *", "cron"),
        ] {
            let error = Schedule::parse(text, None).unwrap_err().to_string();
            assert!(error.contains(word), "{text}: {error}");
        }
        assert!(matches!(
            Schedule::parse("5m", Some("UTC")),
            Err(ScheduleError::ZoneOfInterval(_))
        ));
        assert!(matches!(
            Schedule::parse("0 0 * * *", Some("Mars/Olympus")),
            Err(ScheduleError::Zone(_))
        ));
    }

    #[test]
    fn a_zone_moves_the_hours_of_the_day_and_daylight_saving_loses_none() {
        let morning = Schedule::parse("0 8 * * *", Some("Europe/Berlin")).unwrap();
        assert_eq!(morning.after(at("2026-01-10T00:00:00Z")), Some(at("2026-01-10T07:00:00Z")));
        assert_eq!(morning.after(at("2026-07-10T00:00:00Z")), Some(at("2026-07-10T06:00:00Z")));
        // On 29 March 2026 the clock goes from 2:00 to 3:00 there, on 25 October from 3:00 to 2:00.
        let night = Schedule::parse("30 2 * * *", Some("Europe/Berlin")).unwrap();
        let mut time = at("2026-03-27T00:00:00Z");
        for _ in 0..4 {
            let next = night.after(time).unwrap();
            assert!(next.micros() - time.micros() <= 26 * HOUR, "{time} {next}");
            time = next;
        }
        assert_eq!(morning.to_string(), "0 8 * * * (Europe/Berlin)");
    }

    const HOUR: i64 = 3_600_000_000;

    #[test]
    fn what_was_missed_is_caught_up_once() {
        let hourly = Schedule::default();
        let now = at("2026-05-03T10:20:00Z");
        let first = hourly.due("a", None, now).unwrap();
        assert_eq!(first, now, "never read: at once");
        let due = hourly.due("a", Some(at("2026-05-01T00:00:10Z")), now).unwrap();
        assert!(due < now, "two days missed: once, at once");
        let next = hourly.due("a", Some(now), now).unwrap();
        assert!(next >= at("2026-05-03T11:00:00Z") && next < at("2026-05-03T11:06:00Z"), "{next}");
        let wrong_clock = hourly.due("a", Some(at("2030-01-01T00:00:00Z")), now).unwrap();
        assert!(wrong_clock < at("2026-05-03T11:06:00Z"), "{wrong_clock}");
    }

    #[test]
    fn the_first_due_comes_first_and_a_failed_start_waits() {
        let now = at("2026-05-03T10:20:00Z");
        let source = |name: &str, text: &str, last: Option<&str>| Scheduled {
            name: name.to_owned(),
            schedule: schedule(text),
            last: last.map(at),
            not_before: None,
        };
        let mut sources = vec![
            source("later", "1d", Some("2026-05-03T10:00:00Z")),
            source("new", "1d", None),
            source("overdue", "5m", Some("2026-05-03T09:00:00Z")),
        ];
        let names = |sources: &[Scheduled]| -> Vec<String> {
            next_due(sources, now).into_iter().map(|(_, name)| name).collect()
        };
        assert_eq!(names(&sources), ["overdue", "new", "later"]);
        sources[2].not_before = Some(at("2026-05-03T10:21:00Z"));
        assert_eq!(names(&sources), ["new", "overdue", "later"]);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,30}", zone in proptest::option::of("\\PC{0,12}")) {
            let _ = Schedule::parse(&text, zone.as_deref());
        }

        #[test]
        fn no_fields_make_it_panic(
            fields in "[0-9*/,LW#A-Z-]{1,6} [0-9*/]{1,3} [0-9*LW]{1,3} [0-9*A-Z]{1,3} [0-9*#L]{1,3}",
            seconds in 0..4_000_000_000_i64,
        ) {
            if let Ok(schedule) = Schedule::parse(&fields, Some("America/New_York")) {
                let now = Timestamp::from_seconds(seconds);
                let _ = schedule.due("a", Some(now), now);
            }
        }

        #[test]
        fn jitter_is_bounded_and_always_the_same(name in "[a-z]{1,8}", seconds in 1_000_000_i64..2_000_000_000) {
            let hourly = Schedule::default();
            let last = Timestamp::from_seconds(seconds);
            let due = hourly.due(&name, Some(last), last).unwrap();
            let next = hourly.after(last).unwrap();
            prop_assert!(due >= next && due.micros() - next.micros() <= HOUR / 10);
            prop_assert_eq!(hourly.due(&name, Some(last), last), Some(due));
            // From one occurrence to the next nothing is left out and nothing comes twice.
            let after = hourly.due(&name, Some(due), due).unwrap();
            prop_assert_eq!(after.micros() - due.micros(), HOUR);
        }
    }
}
