//! Who is here: a status that follows from what a directory states and from dates.

use rollcall_model::Timestamp;

/// Whether somebody is here.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Status {
    /// Here.
    Active,
    /// Here, and away for a while: parental leave, sickness, a sabbatical.
    OnLeave,
    /// The account is switched off and the person is not said to have left.
    Suspended,
    /// No longer here.
    Left,
    /// Not here yet.
    Pending,
}

impl Status {
    /// The word in the attribute `status`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::OnLeave => "on_leave",
            Self::Suspended => "suspended",
            Self::Left => "left",
            Self::Pending => "pending",
        }
    }

    /// Whether the record counts as switched off.
    #[must_use]
    pub const fn is_disabled(self) -> bool {
        matches!(self, Self::Suspended | Self::Left)
    }
}

/// The dates of somebody's time here. Only their days count.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Period {
    /// The first day.
    pub started_at: Option<Timestamp>,
    /// The last day; it may lie in the future.
    pub left_at: Option<Timestamp>,
    /// The first day of a leave of absence.
    pub leave_from: Option<Timestamp>,
    /// The last day of a leave of absence.
    pub leave_until: Option<Timestamp>,
}

impl Period {
    /// The same without an end that a later start made void: who was hired again has not left.
    #[must_use]
    pub fn current(self, stated: Option<Status>) -> Self {
        let again = matches!((self.left_at, self.started_at), (Some(left), Some(started)) if started.day() > left.day());
        if again && stated != Some(Status::Left) { Self { left_at: None, ..self } } else { self }
    }

    /// The status on the day of `now`; `None` where neither a status nor a date says anything.
    ///
    /// A last day that has passed means that somebody left, whatever the directory's word says, for
    /// accounts outlive people; one that has not means that nobody left yet, even where the word
    /// says so already.
    #[must_use]
    pub fn status(self, stated: Option<Status>, now: Timestamp) -> Option<Status> {
        let period = self.current(stated);
        let today = now.day();
        let until_today = |at: Option<Timestamp>| at.is_some_and(|at| at.day() < today);
        if until_today(period.left_at) {
            return Some(Status::Left);
        }
        let stays = period.left_at.is_some();
        let stated = match stated {
            Some(Status::Left) if stays => Some(Status::Active),
            other => other,
        };
        if matches!(stated, Some(Status::Left | Status::Suspended)) {
            return stated;
        }
        if period.started_at.is_some_and(|at| at.day() > today) {
            return Some(Status::Pending);
        }
        let is_away = period.leave_from.is_some_and(|at| at.day() <= today)
            && !until_today(period.leave_until);
        match stated {
            Some(Status::Pending) => stated,
            _ if is_away => Some(Status::OnLeave),
            Some(_) => stated,
            None if stays || period.started_at.is_some() => Some(Status::Active),
            None => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Status::{Active, Left, OnLeave, Pending, Suspended};

    fn at(day: &str) -> Option<Timestamp> {
        (!day.is_empty()).then(|| format!("{day}T00:00:00Z").parse().unwrap())
    }

    fn period(started: &str, left: &str, leave_from: &str, leave_until: &str) -> Period {
        Period {
            started_at: at(started),
            left_at: at(left),
            leave_from: at(leave_from),
            leave_until: at(leave_until),
        }
    }

    #[test]
    fn words_and_dates_together_say_who_is_here() {
        let now: Timestamp = "2026-11-22T15:00:00Z".parse().unwrap();
        for (stated, dates, expected) in [
            (Some(Active), period("", "", "", ""), Some(Active)),
            (None, period("", "", "", ""), None),
            (None, period("2020-01-01", "", "", ""), Some(Active)),
            // The last day is still a day here, and so is every day before it.
            (Some(Active), period("", "2026-11-21", "", ""), Some(Left)),
            (Some(Active), period("", "2026-11-22", "", ""), Some(Active)),
            (Some(Left), period("", "2027-01-31", "", ""), Some(Active)),
            (Some(Left), period("", "", "", ""), Some(Left)),
            (None, period("", "2027-01-31", "", ""), Some(Active)),
            (Some(Suspended), period("", "2027-01-31", "", ""), Some(Suspended)),
            // Hired again: the old end says nothing any more.
            (Some(Active), period("2026-03-01", "2024-06-30", "", ""), Some(Active)),
            (Some(Active), period("2027-03-01", "2024-06-30", "", ""), Some(Pending)),
            (Some(Left), period("2026-03-01", "2024-06-30", "", ""), Some(Left)),
            (Some(Active), period("2026-12-01", "", "", ""), Some(Pending)),
            (Some(Pending), period("2026-01-01", "", "", ""), Some(Pending)),
            (Some(Active), period("", "", "2026-10-01", ""), Some(OnLeave)),
            (Some(Active), period("", "", "2026-10-01", "2026-11-22"), Some(OnLeave)),
            (Some(Active), period("", "", "2026-10-01", "2026-11-21"), Some(Active)),
            (Some(Active), period("", "", "2026-11-23", ""), Some(Active)),
            (Some(OnLeave), period("", "", "", ""), Some(OnLeave)),
            (Some(OnLeave), period("", "2026-11-01", "2026-10-01", ""), Some(Left)),
        ] {
            assert_eq!(dates.status(stated, now), expected, "{stated:?} {dates:?}");
        }
    }

    #[test]
    fn who_was_hired_again_has_no_end() {
        let again = period("2026-03-01", "2024-06-30", "", "");
        assert_eq!(again.current(Some(Active)).left_at, None);
        assert_eq!(again.current(Some(Left)).left_at, at("2024-06-30"));
        let leaving = period("2020-01-01", "2027-01-31", "", "");
        assert_eq!(leaving.current(Some(Active)).left_at, at("2027-01-31"));
    }
}
