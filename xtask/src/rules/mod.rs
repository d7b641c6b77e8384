//! One rule a file.

pub mod binaries;
pub mod documents;
pub mod environment;
pub mod imports;
pub mod manifests;
pub mod markers;
pub mod migrations;
pub mod outsiders;
pub mod places;
pub mod registry;
pub mod sizes;

#[cfg(test)]
mod tests {
    /// Fails with one line for each sentence.
    #[track_caller]
    pub(crate) fn holds(broken: &[String]) {
        assert!(broken.is_empty(), "\n\n  {}\n", broken.join("\n  "));
    }
}
