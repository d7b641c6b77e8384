//! The connectors of this program. A new one is one line in [`CONNECTORS`].

use rollcall_connector::{Build, Definition};

/// A connector: what it is, and how it is made.
pub(crate) struct Registration {
    pub(crate) definition: fn() -> Definition,
    pub(crate) build: Build,
    /// Fields of its configuration that are paths: relative ones start at the configuration's
    /// folder, and `~` is the user's home.
    pub(crate) paths: &'static [&'static str],
}

/// Every connector, by id.
pub(crate) const CONNECTORS: [Registration; 7] = [
    Registration {
        definition: rollcall_aws::definition,
        build: rollcall_aws::build,
        paths: &["config_file"],
    },
    Registration {
        definition: rollcall_code::definition,
        build: rollcall_code::build,
        paths: &["roots", "homes"],
    },
    Registration {
        definition: rollcall_entra::definition,
        build: rollcall_entra::build,
        paths: &[],
    },
    Registration {
        definition: rollcall_github::definition,
        build: rollcall_github::build,
        paths: &[],
    },
    Registration {
        definition: rollcall_google_workspace::definition,
        build: rollcall_google_workspace::build,
        paths: &[],
    },
    Registration { definition: rollcall_okta::definition, build: rollcall_okta::build, paths: &[] },
    Registration {
        definition: rollcall_people::definition,
        build: rollcall_people::build,
        paths: &["files"],
    },
];

/// The connector with an id.
pub(crate) fn find(id: &str) -> Option<(&'static Registration, Definition)> {
    CONNECTORS
        .iter()
        .map(|registration| (registration, (registration.definition)()))
        .find(|(_, definition)| definition.id == id)
}

/// The ids of all connectors.
pub(crate) fn ids() -> Vec<String> {
    CONNECTORS.iter().map(|registration| (registration.definition)().id).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rollcall_connector::{ConfigShape, definition_violations};

    #[test]
    fn definitions_keep_the_contract_and_are_told_apart() {
        let mut ids = ids();
        for registration in &CONNECTORS {
            let definition = (registration.definition)();
            assert_eq!(
                definition_violations(&definition),
                Vec::<String>::new(),
                "{}",
                definition.id
            );
            for path in registration.paths {
                let field = definition.config.iter().find(|field| field.name == *path).unwrap();
                assert!(matches!(field.shape, ConfigShape::Text | ConfigShape::Texts), "{path}");
            }
        }
        ids.dedup();
        assert_eq!(ids.len(), CONNECTORS.len());
        assert!(!ids.contains(&"external".to_owned()));
    }
}
