//! AWS profiles and credentials, by their names only.
//!
//! Source: AWS SDKs and tools reference guide, "shared config and credentials files" and
//! "environment variables".

use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::environment;

/// Variables that carry credentials or say where to get them.
const VARIABLES: [&str; 4] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
];

/// What was found.
#[derive(Serialize, Default)]
pub(super) struct AwsFound {
    /// The names of profiles.
    pub(super) profiles: Vec<String>,
    /// The variables that are set; never their values.
    pub(super) variables: Vec<&'static str>,
    /// The profile that the environment chooses.
    pub(super) chosen: Option<String>,
}

impl AwsFound {
    /// Whether there is something to read with.
    pub(super) fn enabled(&self) -> bool {
        !self.profiles.is_empty() || !self.variables.is_empty()
    }

    /// The profile to begin with; none where the environment or the default one does.
    pub(super) fn profile(&self) -> Option<&str> {
        if let Some(chosen) = &self.chosen {
            return Some(chosen);
        }
        let usual = self.profiles.iter().any(|profile| profile == "default");
        if usual || !self.variables.is_empty() {
            None
        } else {
            self.profiles.first().map(String::as_str)
        }
    }

    /// The profiles that are not begun with.
    pub(super) fn others(&self) -> impl Iterator<Item = &str> {
        let first = self.profile().unwrap_or("default");
        self.profiles.iter().map(String::as_str).filter(move |profile| *profile != first)
    }

    /// In lines, for people.
    pub(super) fn describe(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if !self.profiles.is_empty() {
            lines.push(format!("AWS profiles: {}", self.profiles.join(", ")));
        }
        if !self.variables.is_empty() {
            lines
                .push(format!("AWS credentials in the environment: {}", self.variables.join(", ")));
        }
        lines
    }
}

/// Looks at the shared configuration and the environment.
pub(super) fn look(home: Option<&Path>) -> AwsFound {
    let file = |variable: &str, name: &str| {
        let usual = || Some(home?.join(".aws").join(name));
        environment::variable(variable).map(PathBuf::from).or_else(usual)
    };
    let texts =
        [file("AWS_CONFIG_FILE", "config"), file("AWS_SHARED_CREDENTIALS_FILE", "credentials")];
    let mut profiles: Vec<String> = texts
        .into_iter()
        .flatten()
        .filter_map(|file| std::fs::read_to_string(file).ok())
        .flat_map(|text| profiles(&text))
        .collect();
    profiles.sort();
    profiles.dedup();
    AwsFound {
        profiles,
        variables: VARIABLES
            .into_iter()
            .filter(|name| environment::variable(name).is_some())
            .collect(),
        chosen: environment::variable("AWS_PROFILE"),
    }
}

/// The names of the profiles in a file: `[default]`, `[profile name]`, and in the credentials file
/// `[name]`. Other sections (`[sso-session x]`, `[services x]`) are none.
fn profiles(text: &str) -> Vec<String> {
    let section =
        |line: &str| Some(line.trim().strip_prefix('[')?.split_once(']')?.0.trim().to_owned());
    text.lines()
        .filter_map(section)
        .filter_map(|name| match name.split_once(char::is_whitespace) {
            Some(("profile", name)) => Some(name.trim().trim_matches('"').to_owned()),
            Some(_) => None,
            None => Some(name),
        })
        .filter(|name| !name.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profiles_are_told_from_other_sections() {
        let text = "[default]\nregion=x\n [profile prod ]\n[sso-session corp]\n[services s]\n[ci]\naws_secret_access_key = [x]\n";
        assert_eq!(profiles(text), ["default", "prod", "ci"]);
    }

    #[test]
    fn the_default_profile_is_begun_with() {
        let of = |profiles: &[&str]| AwsFound {
            profiles: profiles.iter().map(|p| (*p).to_owned()).collect(),
            ..AwsFound::default()
        };
        assert_eq!(of(&["ci", "default"]).profile(), None);
        assert_eq!(of(&["ci", "default"]).others().collect::<Vec<_>>(), ["ci"]);
        assert_eq!(of(&["ci", "prod"]).profile(), Some("ci"));
        assert_eq!(of(&["ci", "prod"]).others().collect::<Vec<_>>(), ["prod"]);
        assert!(!of(&[]).enabled());
    }
}
