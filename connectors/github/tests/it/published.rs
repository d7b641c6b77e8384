//! What GitHub publishes about its interface, as far as this connector uses it.

use rollcall_github::definition;

/// What GitHub answers and does not describe: where the redirects of renamed repositories lead.
const UNDESCRIBED: [&str; 1] = ["GET /repositories/{id}"];

/// The REST operations that may leave, as they are declared.
pub(crate) fn rest_operations() -> Vec<String> {
    let is_rest = |o: &String| {
        (o.starts_with("GET /") || o.starts_with("POST /")) && !UNDESCRIBED.contains(&o.as_str())
    };
    definition().operations.into_iter().filter(is_rest).collect()
}

/// Texts as slices.
pub(crate) fn slices(texts: &[String]) -> Vec<&str> {
    texts.iter().map(String::as_str).collect()
}
