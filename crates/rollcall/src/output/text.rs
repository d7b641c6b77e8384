//! Words and numbers for people.

use rollcall_model::Timestamp;

/// The text without characters that steer a terminal or turn the reading direction around. Line
/// ends stay.
pub(crate) fn clean(text: &str) -> String {
    let steers = |c: char| {
        (c.is_control() && c != '\n')
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if text.contains(steers) { text.replace(steers, "\u{fffd}") } else { text.to_owned() }
}

/// A number with its noun: `1 scope`, `3 scopes`, `2 identities`.
pub(crate) fn count(n: impl Into<i128>, noun: &str) -> String {
    let n: i128 = n.into();
    if n == 1 { format!("1 {noun}") } else { format!("{n} {}", plural(noun)) }
}

/// A noun's plural.
pub(crate) fn plural(noun: &str) -> String {
    match noun.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{stem}ies"),
        _ if noun.ends_with(['s', 'x']) => format!("{noun}es"),
        _ => format!("{noun}s"),
    }
}

/// How long ago something was: `just now`, `5 min ago`, `3 h ago`, `12 d ago`.
pub(crate) fn age(at: Timestamp, now: Timestamp) -> String {
    let seconds = now.seconds().saturating_sub(at.seconds());
    match seconds {
        ..0 => date(at),
        0..60 => "just now".to_owned(),
        60..3_600 => format!("{} min ago", seconds / 60),
        3_600..172_800 => format!("{} h ago", seconds / 3_600),
        _ => format!("{} d ago", seconds / 86_400),
    }
}

/// The day: `2026-11-22`.
pub(crate) fn date(at: Timestamp) -> String {
    at.to_string().chars().take(10).collect()
}

/// Day and time to the second, UTC: `2026-11-22 01:02:03Z`.
pub(crate) fn moment(at: Timestamp) -> String {
    let text = Timestamp::from_seconds(at.seconds()).to_string();
    text.replacen('T', " ", 1)
}

/// A moment with its age.
pub(crate) fn moment_and_age(at: Timestamp, now: Timestamp) -> String {
    format!("{} ({})", moment(at), age(at, now))
}

/// The start of a text, with a mark where something was left out.
pub(crate) fn start_of(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let start: String = text.chars().take(most.saturating_sub(1)).collect();
    format!("{start}…")
}

/// Quotes a word for a shell where it needs it, so that a printed command can be copied.
pub(crate) fn shell_word(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+=,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_agree_with_their_nouns() {
        assert_eq!(count(1, "identity"), "1 identity");
        assert_eq!(count(0, "identity"), "0 identities");
        assert_eq!(count(2, "key"), "2 keys");
        assert_eq!(count(3, "scope"), "3 scopes");
    }

    #[test]
    fn ages_are_rounded_down() {
        let now = Timestamp::from_seconds(1_000_000);
        let ago = |s: i64| age(Timestamp::from_seconds(1_000_000 - s), now);
        assert_eq!(ago(59), "just now");
        assert_eq!(ago(3_599), "59 min ago");
        assert_eq!(ago(172_799), "47 h ago");
        assert_eq!(ago(172_800), "2 d ago");
        assert_eq!(ago(-86_400), "1970-01-13", "a clock that runs ahead shows the date");
        assert_eq!(moment(Timestamp::from_micros(1)), "1970-01-01 00:00:00Z");
    }

    #[test]
    fn a_command_can_be_copied() {
        assert_eq!(shell_word("prod-aws"), "prod-aws");
        assert_eq!(shell_word("it's me"), "'it'\\''s me'");
        assert_eq!(shell_word(""), "''");
    }

    #[test]
    fn long_texts_are_cut_by_characters() {
        assert_eq!(start_of("äöü", 3), "äöü");
        assert_eq!(start_of("äöüx", 3), "äö…");
    }
}
