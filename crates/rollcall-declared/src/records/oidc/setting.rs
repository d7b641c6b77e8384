//! In which form a repository's jobs present themselves: GitHub's own, with or without ids, or one
//! that the repository or its organisation composed.
//!
//! Facts: GitHub's reference of OpenID Connect in Actions and its REST API for the customisation of
//! the subject claim, read in November 2026.

use rollcall_model::Timestamp;

/// The numeric ids of a repository and its owner, which no renaming changes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ids {
    /// The owner's.
    pub owner: u64,
    /// The repository's.
    pub repository: u64,
}

/// What the host's API answers about the subject of a repository or an organisation.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Customization {
    /// Of a repository: GitHub's own template holds, whatever else is said. Of an organisation it is
    /// not told.
    pub use_default: Option<bool>,
    /// The claims the subject is composed of, in order. Empty where none are told.
    pub include_claim_keys: Vec<String>,
    /// The names in the subject carry their ids.
    pub use_immutable_subject: Option<bool>,
    /// How the subject begins, as `repo:OWNER@ID/NAME@ID`.
    pub sub_claim_prefix: Option<String>,
}

/// How the names in a subject are written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Prefix {
    /// By names alone.
    Names,
    /// With ids.
    Ids,
    /// As the API spelled it, without `repo:`.
    Told(String),
    /// It is not known which.
    Unknown,
}

/// The form of the subjects of a repository's jobs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SubjectSetting {
    /// The claims it is composed of; nothing where GitHub's own template holds.
    pub template: Option<Vec<String>>,
    /// How names are written.
    pub prefix: Prefix,
}

/// From this moment on, 16 July 2026 in UTC, new, renamed and transferred repositories have ids in
/// their subjects.
const IMMUTABLE_FROM: i64 = 1_784_160_000;

/// What holds for a repository, from what the API said of it, of its organisation, and when it was
/// made. An organisation's template reaches only repositories that do not keep GitHub's own. Nothing
/// where the template is not known: then the subject may be anything.
#[must_use]
pub fn effective(
    repository: &Customization,
    organization: Option<&Customization>,
    created_at: Option<Timestamp>,
) -> Option<SubjectSetting> {
    let template = if repository.use_default != Some(false) {
        None
    } else if !repository.include_claim_keys.is_empty() {
        Some(repository.include_claim_keys.clone())
    } else {
        // Without claims of its own it takes those of the organisation, if that has any.
        let claims = &organization?.include_claim_keys;
        (!claims.is_empty()).then(|| claims.clone())
    };
    Some(SubjectSetting { template, prefix: prefix(repository, organization, created_at) })
}

fn prefix(
    repository: &Customization,
    organization: Option<&Customization>,
    created_at: Option<Timestamp>,
) -> Prefix {
    // The prefix is what tokens hold, even where the flag beside it still says otherwise.
    if let Some(told) = &repository.sub_claim_prefix {
        let told = told.strip_prefix("repo:").unwrap_or(told).trim_end_matches(':');
        if super::Named::parse(told).is_some() {
            return Prefix::Told(told.to_owned());
        }
    }
    let new = created_at.is_some_and(|at| at.seconds() >= IMMUTABLE_FROM);
    let organization = organization.and_then(|o| o.use_immutable_subject);
    match repository.use_immutable_subject {
        Some(true) => Prefix::Ids,
        Some(false) if !new && organization != Some(true) => Prefix::Names,
        None if new => Prefix::Ids,
        _ => Prefix::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(use_default: bool, keys: &[&str]) -> Customization {
        Customization {
            use_default: Some(use_default),
            include_claim_keys: keys.iter().map(|k| (*k).to_owned()).collect(),
            ..Customization::default()
        }
    }

    fn template(
        repository: &Customization,
        organization: Option<&Customization>,
    ) -> Option<Option<Vec<String>>> {
        effective(repository, organization, None).map(|s| s.template)
    }

    #[test]
    fn an_organisations_template_reaches_only_who_takes_it() {
        let organization = said(false, &["repo", "context"]);
        assert_eq!(template(&said(true, &["actor"]), Some(&organization)), Some(None));
        let own = Some(Some(vec!["actor".to_owned()]));
        assert_eq!(template(&said(false, &["actor"]), Some(&organization)), own);
        let theirs = Some(Some(vec!["repo".to_owned(), "context".to_owned()]));
        assert_eq!(template(&said(false, &[]), Some(&organization)), theirs);
        assert_eq!(template(&said(false, &[]), Some(&said(false, &[]))), Some(None));
        assert_eq!(template(&said(false, &[]), None), None);
    }

    #[test]
    fn the_prefix_counts_more_than_the_flag() {
        let day = |s: i64| Some(Timestamp::from_seconds(s));
        let of = |flag: Option<bool>, told: Option<&str>, org: Option<bool>, at| {
            let repository = Customization {
                use_immutable_subject: flag,
                sub_claim_prefix: told.map(str::to_owned),
                ..Customization::default()
            };
            let organization =
                Customization { use_immutable_subject: org, ..Customization::default() };
            prefix(&repository, Some(&organization), at)
        };
        let (old, new) = (day(IMMUTABLE_FROM - 1), day(IMMUTABLE_FROM));
        assert_eq!(
            of(Some(false), Some("repo:o@1/r@2"), None, old),
            Prefix::Told("o@1/r@2".into())
        );
        assert_eq!(of(Some(true), Some("nonsense"), None, old), Prefix::Ids);
        assert_eq!(of(Some(false), None, None, old), Prefix::Names);
        assert_eq!(of(Some(false), None, None, new), Prefix::Unknown);
        assert_eq!(of(Some(false), None, Some(true), old), Prefix::Unknown);
        assert_eq!(of(None, None, None, new), Prefix::Ids);
        assert_eq!(of(None, None, None, old), Prefix::Unknown);
        assert_eq!(of(None, None, None, None), Prefix::Unknown);
        assert_eq!(Timestamp::from_seconds(IMMUTABLE_FROM).to_string(), "2026-07-16T00:00:00Z");
    }
}
