//! The streams about everything but contents, one file each.

mod alerts;
mod audit;
mod authorizations;
mod collaborators;
mod copilot;
mod deploy_keys;
pub(crate) mod environments;
pub(crate) mod identities;
mod installations;
mod invitations;
mod members;
mod organization;
mod repositories;
pub(crate) mod roles;
mod runners;
pub(crate) mod secrets;
mod settings;
pub(crate) mod teams;
pub(crate) mod tokens;
mod variables;
mod webhooks;

use crate::definition::Stream;

/// The streams, in the order in which they are read: first those that are read whatever is left of
/// the budget.
pub(crate) const STREAMS: &[&Stream] = &[
    &organization::STREAM,
    &members::STREAM,
    &members::OUTSIDE_STREAM,
    &teams::STREAM,
    &repositories::STREAM,
    &installations::STREAM,
    &tokens::STREAM,
    &tokens::REQUEST_STREAM,
    &authorizations::STREAM,
    &secrets::ORGANIZATION_STREAM,
    &identities::STREAM,
    &deploy_keys::STREAM,
    &environments::STREAM,
    // From here on what is left of the budget decides.
    &invitations::STREAM,
    &roles::STREAM,
    &variables::ORGANIZATION_STREAM,
    &copilot::STREAM,
    &alerts::STREAM,
    &audit::STREAM,
    &webhooks::STREAM,
    &secrets::REPOSITORY_STREAM,
    &secrets::ENVIRONMENT_STREAM,
    &collaborators::STREAM,
    &variables::REPOSITORY_STREAM,
    &runners::STREAM,
    &settings::STREAM,
    &settings::SUBJECT_STREAM,
];
