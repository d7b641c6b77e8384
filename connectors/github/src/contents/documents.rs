//! The GraphQL documents that are sent, each a constant: only these may leave.
//!
//! A document for several files has a fixed number of places, of which a call fills as many as it
//! needs and leaves out the rest.

/// Where default branches are.
pub(crate) const HEADS: &str = include_str!("documents/heads.graphql");

/// Texts of files: how many places, and the document.
pub(crate) const BLOBS: [(usize, &str); 3] = [
    (32, include_str!("documents/blobs_32.graphql")),
    (8, include_str!("documents/blobs_8.graphql")),
    (1, include_str!("documents/blobs_1.graphql")),
];

/// Last changes of files: how many places, and the document.
pub(crate) const HISTORY: [(usize, &str); 3] = [
    (16, include_str!("documents/history_16.graphql")),
    (4, include_str!("documents/history_4.graphql")),
    (1, include_str!("documents/history_1.graphql")),
];

/// All documents of contents, for the list of operations.
pub(crate) const ALL: [&str; 7] =
    [HEADS, BLOBS[0].1, BLOBS[1].1, BLOBS[2].1, HISTORY[0].1, HISTORY[1].1, HISTORY[2].1];

/// Every document by a name, to be held against GitHub's public schema.
pub(crate) fn named() -> Vec<(&'static str, &'static str)> {
    let names = ["Heads", "Blobs32", "Blobs8", "Blobs1", "History16", "History4", "History1"];
    names.into_iter().zip(ALL).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_document_is_named_and_has_as_many_places_as_said() {
        for (name, document) in named() {
            assert!(document.contains(&format!("query {name}(")), "{name}");
            assert!(!document.contains("mutation"), "{name}");
        }
        for (places, document) in BLOBS {
            assert_eq!(document.matches("...Text }").count(), places);
            assert_eq!(document.matches("Boolean!").count(), places);
        }
        for (places, document) in HISTORY {
            assert_eq!(document.matches("...Last }").count(), places);
        }
    }
}
