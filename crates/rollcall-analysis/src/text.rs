//! Small texts.

use rollcall_model::{ScopeRead, ScopeState, Timestamp};

/// Seconds of a day.
pub(crate) const DAY: i64 = 86_400;

/// A day, as `2026-05-03`.
pub(crate) fn day(at: Timestamp) -> String {
    at.to_string().chars().take(10).collect()
}

/// A word without what people write differently: case and what stands between its parts.
pub(crate) fn plain(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Why a scope tells nothing.
pub(crate) fn unread(scope: &ScopeRead) -> String {
    let why = match scope.state {
        None => "was never read",
        Some(ScopeState::Forbidden) => "may not be read",
        Some(ScopeState::Skipped) => "is not read, by configuration",
        Some(_) => "was never read to its end",
    };
    format!("{scope} {why}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_compared_without_what_differs() {
        assert_eq!(plain("Owner_E-Mail"), plain("owner email"));
        assert_eq!(plain("break-glass"), "breakglass");
    }

    #[test]
    fn days_and_hours() {
        let at: Timestamp = "2026-05-03T10:59:59Z".parse().unwrap();
        assert_eq!(day(at), "2026-05-03");
        assert_eq!(at.hour().to_string(), "2026-05-03T10:00:00Z");
    }
}
