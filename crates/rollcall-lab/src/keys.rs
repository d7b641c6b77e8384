//! The keys of what the plan holds, as connectors make them.

use rollcall_model::{EntityKey, KeyError, Reference, Timestamp};

use crate::plan::{LabError, Repository};

impl From<KeyError> for LabError {
    fn from(error: KeyError) -> Self {
        Self::Bug(error.to_string())
    }
}

/// The realm of what AWS itself owns.
pub(crate) const AWS: &str = "aws";
/// The issuer of the tokens of workflows, as subjects name it.
pub(crate) const GITHUB_ISSUER: &str = "https://token.actions.githubusercontent.com";

/// Something that an account owns and that has an id.
pub(crate) fn aws(account: &str, kind: &str, id: &str) -> Result<EntityKey, LabError> {
    Ok(EntityKey::new("aws", account, kind, id)?)
}

/// Something of an account that has a name and a time at which it was made.
pub(crate) fn aws_named(
    account: &str,
    kind: &str,
    name: &str,
    made: Timestamp,
) -> Result<EntityKey, LabError> {
    Ok(EntityKey::name_keyed("aws", account, kind, name, Some(made))?)
}

/// The realm of a repository.
pub(crate) fn repository_realm(organization: &str, repository: &Repository) -> String {
    format!("github.com/{}", repository.slug(organization))
}

/// Something found in a repository.
pub(crate) fn code(realm: &str, kind: &str, id: &str) -> Result<EntityKey, LabError> {
    Ok(EntityKey::new("code", realm, kind, id)?)
}

/// What a workload presents to others.
pub(crate) fn subject(issuer: &str, subject: &str) -> Result<EntityKey, LabError> {
    Ok(EntityKey::new("oidc", issuer, "oidc.subject", subject)?)
}

/// Something of a cluster.
pub(crate) fn kubernetes(cluster: &str, kind: &str, id: &str) -> Result<EntityKey, LabError> {
    Ok(EntityKey::new("kubernetes", cluster, kind, id)?)
}

/// A person or team of the directory.
pub(crate) fn directory(domain: &str, kind: &str, id: &str) -> Result<EntityKey, LabError> {
    Ok(EntityKey::new("directory", domain, kind, id)?)
}

/// An ARN as a reference.
pub(crate) fn arn(arn: &str) -> Reference {
    Reference::new("aws.arn", "aws", arn)
}
