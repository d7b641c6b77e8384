//! What was probably meant by a mistyped word.

/// The known word nearest to `word`, where one is near enough to be a slip.
fn nearest<'k>(word: &str, known: &[&'k str]) -> Option<&'k str> {
    let distance = |other: &str| strsim::damerau_levenshtein(word, other);
    let best = known.iter().copied().min_by_key(|other| distance(other))?;
    let allowed = (word.chars().count().max(best.chars().count()) / 3).max(1);
    let prefix = word.len() >= 3 && (best.starts_with(word) || word.starts_with(best));
    (distance(best) <= allowed || prefix).then_some(best)
}

/// The end of an error about an unknown word: the nearest one, or all of them.
pub(crate) fn hint(word: &str, known: &[&str], what: &str) -> String {
    match nearest(word, known) {
        Some(best) => format!("; did you mean {best:?}?"),
        None if known.is_empty() => format!("; there are no {what}"),
        None => format!("; {what}: {}", known.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_recognised_and_strangers_are_not() {
        let known = ["region", "role_arn", "organization", "skip_streams"];
        assert_eq!(nearest("regoin", &known), Some("region"));
        assert_eq!(nearest("organisation", &known), Some("organization"));
        assert_eq!(nearest("skip_stream", &known), Some("skip_streams"));
        assert_eq!(nearest("password", &known), None);
        assert_eq!(nearest("x", &[]), None);
        assert!(hint("password", &known, "known keys").contains("region, role_arn"));
    }
}
