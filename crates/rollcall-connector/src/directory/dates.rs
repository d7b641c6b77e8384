//! Dates as directories write them.

use rollcall_model::Timestamp;

/// In which order a date with slashes or dots has its parts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum DateOrder {
    /// Only dates that begin with the year are understood: others can mean two days.
    #[default]
    YearFirst,
    /// `31/12/2026`.
    DayFirst,
    /// `12/31/2026`.
    MonthFirst,
}

/// Seconds from 1601-01-01 to 1970-01-01.
const FILE_TIME_EPOCH: i64 = 11_644_473_600;

/// A day, from its numbers.
#[must_use]
pub fn day(year: u32, month: u32, day: u32) -> Option<Timestamp> {
    (1900..=9999).contains(&year).then_some(())?;
    format!("{year:04}-{month:02}-{day:02}T00:00:00Z").parse().ok()
}

/// A date or a point in time: `2026-12-31`, `2026-12-31T10:00:00Z` (RFC 3339), the same without an
/// offset (taken as UTC), `20261231`, and with slashes or dots in the given order. `None` for
/// anything else.
#[must_use]
pub fn read_date(text: &str, order: DateOrder) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at);
    }
    let (date, time) = match text.split_once(['T', ' ']) {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    if let Some(time) = time {
        let clock = time.chars().all(|c| c.is_ascii_digit() || matches!(c, ':' | '.'));
        let of_day = (clock && time.len() >= 5).then_some(time)?;
        let seconds = if of_day.len() == 5 { ":00" } else { "" };
        let start = read_date(date, order)?.to_string();
        return format!("{}T{of_day}{seconds}Z", start.get(..10)?).parse().ok();
    }
    let parts: Vec<&str> = date.split(['-', '/', '.']).collect();
    let number = |part: &str| {
        (!part.is_empty() && part.bytes().all(|b| b.is_ascii_digit())).then(|| part.parse().ok())?
    };
    match parts.as_slice() {
        [whole] if whole.len() == 8 => {
            day(number(whole.get(..4)?)?, number(whole.get(4..6)?)?, number(whole.get(6..)?)?)
        }
        [year, month, of_month] if year.len() == 4 => {
            day(number(year)?, number(month)?, number(of_month)?)
        }
        [first, second, year] if year.len() == 4 => match order {
            DateOrder::YearFirst => None,
            DateOrder::DayFirst => day(number(year)?, number(second)?, number(first)?),
            DateOrder::MonthFirst => day(number(year)?, number(first)?, number(second)?),
        },
        _ => None,
    }
}

/// An LDAP generalized time such as `20261231235959.0Z` (RFC 4517, section 3.3.13), of which the
/// forms with seconds, with minutes, and with `Z` or an offset are understood.
#[must_use]
pub fn read_generalized_time(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let part = |from: usize, to: usize| text.get(from..to);
    let seconds = match digits {
        14 => part(12, 14)?,
        12 => "00",
        _ => return None,
    };
    let rest = text.get(digits..)?;
    let zone = rest.trim_start_matches(|c: char| matches!(c, '.' | ',') || c.is_ascii_digit());
    let offset = match zone.as_bytes() {
        b"Z" => "Z".to_owned(),
        [b'+' | b'-', _, _, _, _] => format!("{}:{}", zone.get(..3)?, zone.get(3..)?),
        _ => return None,
    };
    let (year, month, of_month) = (part(0, 4)?, part(4, 6)?, part(6, 8)?);
    let (hour, minute) = (part(8, 10)?, part(10, 12)?);
    format!("{year}-{month}-{of_month}T{hour}:{minute}:{seconds}{offset}").parse().ok()
}

/// A Windows file time as Active Directory writes `accountExpires`: tenths of microseconds since
/// 1601. 0 and the largest number mean never, which is `Some(None)`; `None` is what cannot be read.
#[must_use]
pub fn read_file_time(text: &str) -> Option<Option<Timestamp>> {
    match text.trim().parse::<i64>() {
        Ok(0 | i64::MAX) => Some(None),
        Ok(ticks) if ticks > 0 => {
            Some(Some(Timestamp::from_seconds(ticks / 10_000_000 - FILE_TIME_EPOCH)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(at: Option<Timestamp>) -> String {
        at.map(|at| at.to_string()).unwrap_or_default()
    }

    #[test]
    fn dates_are_read_as_they_are_written() {
        for (text, order, expected) in [
            ("2026-12-31", DateOrder::YearFirst, "2026-12-31T00:00:00Z"),
            ("20261231", DateOrder::YearFirst, "2026-12-31T00:00:00Z"),
            ("2026/1/2", DateOrder::YearFirst, "2026-01-02T00:00:00Z"),
            ("2026-12-31T10:00:00+01:00", DateOrder::YearFirst, "2026-12-31T09:00:00Z"),
            ("2026-12-31 10:00", DateOrder::YearFirst, "2026-12-31T10:00:00Z"),
            ("2026-12-31T10:00:00.5", DateOrder::YearFirst, "2026-12-31T10:00:00.500000Z"),
            ("01/02/2026", DateOrder::YearFirst, ""),
            ("01/02/2026", DateOrder::DayFirst, "2026-02-01T00:00:00Z"),
            ("1.2.2026", DateOrder::DayFirst, "2026-02-01T00:00:00Z"),
            ("01/02/2026", DateOrder::MonthFirst, "2026-01-02T00:00:00Z"),
            ("31/12/2026", DateOrder::MonthFirst, ""),
            ("2026-02-30", DateOrder::YearFirst, ""),
            ("soon", DateOrder::YearFirst, ""),
            ("", DateOrder::YearFirst, ""),
            ("45000", DateOrder::DayFirst, ""),
        ] {
            assert_eq!(shown(read_date(text, order)), expected, "{text}");
        }
    }

    #[test]
    fn directories_have_their_own_times() {
        assert_eq!(shown(read_generalized_time("20261231235959.0Z")), "2026-12-31T23:59:59Z");
        assert_eq!(shown(read_generalized_time("202612312359+0100")), "2026-12-31T22:59:00Z");
        assert_eq!(shown(read_generalized_time("20261231")), "");
        assert_eq!(read_file_time("0"), Some(None));
        assert_eq!(read_file_time("9223372036854775807"), Some(None));
        assert_eq!(shown(read_file_time("133801632000000000").unwrap()), "2025-01-01T00:00:00Z");
        assert_eq!(read_file_time("never"), None);
    }

    proptest! {
        #[test]
        fn nothing_panics_and_days_read_back(text in "\\PC{0,24}", year in 1900_u32..=9999, month in 1_u32..=12, of_month in 1_u32..=28) {
            for order in [DateOrder::YearFirst, DateOrder::DayFirst, DateOrder::MonthFirst] {
                let _ = read_date(&text, order);
            }
            let _ = read_generalized_time(&text);
            let _ = read_file_time(&text);
            let written = format!("{year:04}-{month:02}-{of_month:02}");
            prop_assert_eq!(read_date(&written, DateOrder::YearFirst), day(year, month, of_month));
            let slashed = format!("{of_month}/{month}/{year}");
            prop_assert_eq!(read_date(&slashed, DateOrder::DayFirst), day(year, month, of_month));
        }
    }
}
