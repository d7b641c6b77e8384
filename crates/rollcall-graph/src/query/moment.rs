//! Points and spans of time as people write them.

use std::fmt;

use rollcall_model::Timestamp;

/// A point or a span of time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Moment {
    /// A year.
    Year(u16),
    /// A month of a year.
    Month(u16, u8),
    /// A day.
    Day(u16, u8, u8),
    /// An instant.
    At(Timestamp),
    /// So long ago; for what lies ahead (`expires`), so long from now.
    Away(u32, Unit),
    /// Now.
    Now,
}

/// A unit of time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unit {
    /// 60 seconds.
    Minute,
    /// 60 minutes.
    Hour,
    /// 24 hours.
    Day,
    /// 7 days.
    Week,
    /// 365 days.
    Year,
}

impl Unit {
    /// A plain `m` would be read as months by some and minutes by others.
    const ALL: [(Self, &str, i64); 5] = [
        (Self::Minute, "min", 60),
        (Self::Hour, "h", 3_600),
        (Self::Day, "d", 86_400),
        (Self::Week, "w", 604_800),
        (Self::Year, "y", 31_536_000),
    ];

    fn suffix(self) -> &'static str {
        Self::ALL.iter().find(|(unit, ..)| *unit == self).map_or("d", |(_, suffix, _)| *suffix)
    }

    fn seconds(self) -> i64 {
        Self::ALL.iter().find(|(unit, ..)| *unit == self).map_or(0, |(.., seconds)| *seconds)
    }
}

impl Moment {
    /// Reads `2026`, `2026-05`, `2026-05-03`, RFC 3339, `90d`, `12h`, `10min`, `2w`, `1y` or `now`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.eq_ignore_ascii_case("now") {
            return Some(Self::Now);
        }
        let (number, suffix) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(0));
        if let Some(number) = digits(number)
            && let Some((unit, ..)) =
                Unit::ALL.into_iter().find(|(_, known, _)| known.eq_ignore_ascii_case(suffix))
        {
            return Some(Self::Away(number, unit));
        }
        let parts: Vec<&str> = text.split('-').collect();
        let widths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
        let number = |at: usize| digits(parts.get(at)?);
        let short = |at: usize| u8::try_from(number(at)?).ok();
        let moment = match widths.as_slice() {
            [4] => Self::Year(number(0)? as u16),
            [4, 2] => Self::Month(number(0)? as u16, short(1)?),
            [4, 2, 2] => Self::Day(number(0)? as u16, short(1)?, short(2)?),
            _ => Self::At(text.parse().ok()?),
        };
        // A thirteenth month has no beginning.
        moment.span(Timestamp::default(), false).map(|_| moment)
    }

    /// The time it stands for, or begins at; relative ones lie before `now`. `None` where it is out of
    /// range.
    #[must_use]
    pub fn instant(self, now: Timestamp) -> Option<Timestamp> {
        self.span(now, false).map(|(from, _)| Timestamp::from_micros(from))
    }

    /// From when to before when, in microseconds. Relative ones are an instant.
    pub(crate) fn span(self, now: Timestamp, is_ahead: bool) -> Option<(i64, i64)> {
        let instant = |at: i64| (at, at.saturating_add(1));
        Some(match self {
            Self::Year(year) => (start(year, 1, 1)?, start(year + 1, 1, 1)?),
            Self::Month(year, 12) => (start(year, 12, 1)?, start(year + 1, 1, 1)?),
            Self::Month(year, month) => (start(year, month, 1)?, start(year, month + 1, 1)?),
            Self::Day(year, month, day) => {
                let start = start(year, month, day)?;
                (start, start + 86_400_000_000)
            }
            Self::At(at) => instant(at.micros()),
            Self::Now => instant(now.micros()),
            Self::Away(number, unit) => {
                let seconds = i64::from(number).saturating_mul(unit.seconds());
                instant(now.plus_seconds(if is_ahead { seconds } else { -seconds }).micros())
            }
        })
    }

    /// Whether it is counted from now, so that `>` means further away.
    pub(crate) const fn is_relative(self) -> bool {
        matches!(self, Self::Away(..))
    }
}

fn digits(text: &str) -> Option<u32> {
    let plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

fn start(year: u16, month: u8, day: u8) -> Option<i64> {
    let text = format!("{year:04}-{month:02}-{day:02}T00:00:00Z");
    text.parse::<Timestamp>().ok().map(Timestamp::micros)
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Year(year) => write!(f, "{year:04}"),
            Self::Month(year, month) => write!(f, "{year:04}-{month:02}"),
            Self::Day(year, month, day) => write!(f, "{year:04}-{month:02}-{day:02}"),
            Self::At(at) => at.fmt(f),
            Self::Away(number, unit) => write!(f, "{number}{}", unit.suffix()),
            Self::Now => f.write_str("now"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_comes_back() {
        for text in ["2026", "2026-05", "2026-12-31", "90d", "12h", "10min", "0w", "1y", "now"] {
            assert_eq!(Moment::parse(text).map(|m| m.to_string()).as_deref(), Some(text));
        }
        assert_eq!(
            Moment::parse("2026-05-03T10:00:00+02:00").map(|m| m.to_string()).as_deref(),
            Some("2026-05-03T08:00:00Z")
        );
        for text in [
            "",
            "2026-13",
            "2026-02-30",
            "26",
            "d",
            "-3d",
            "3m",
            "3mins",
            "é",
            "3é",
            "99999999999d",
            "2026-",
        ] {
            assert_eq!(Moment::parse(text), None, "{text}");
        }
    }

    #[test]
    fn spans_end_where_the_next_begins() {
        let span =
            |text: &str| Moment::parse(text).and_then(|m| m.span(Timestamp::default(), false));
        let (year, month, day) = (span("2024"), span("2024-12"), span("2024-12-31"));
        assert_eq!(year.map(|s| s.1), month.map(|s| s.1));
        assert_eq!(month.map(|s| s.1), day.map(|s| s.1));
        assert_eq!(span("2024-02").map(|s| s.1 - s.0), Some(29 * 86_400_000_000));
        let now = Timestamp::from_seconds(1_000_000);
        let away = Moment::Away(1, Unit::Hour);
        assert_eq!(away.span(now, false).map(|s| s.0), Some(996_400_000_000));
        assert_eq!(away.span(now, true).map(|s| s.0), Some(1_003_600_000_000));
    }
}
