//! What GitHub publishes about its interface, as far as this connector uses it.

use rollcall_github::definition;

/// The REST operations that may leave, as they are declared.
pub(crate) fn rest_operations() -> Vec<String> {
    let is_rest = |o: &String| o.starts_with("GET /") || o.starts_with("POST /");
    definition().operations.into_iter().filter(is_rest).collect()
}

/// Texts as slices.
pub(crate) fn slices(texts: &[String]) -> Vec<&str> {
    texts.iter().map(String::as_str).collect()
}
