//! The routes, in groups. Each group is a list of paths, what they need, and who answers.

mod actions;
mod alerts;
mod audit;
mod collaborators;
mod contents;
mod copilot;
mod environments;
mod git;
mod hooks;
mod installations;
mod keys;
mod members;
mod meta;
mod oidc;
mod organization;
mod properties;
mod repositories;
mod roles;
mod runners;
mod scim;
mod secrets;
mod sso;
mod teams;
mod tokens;
mod variables;
mod workflows;

use super::router::Route;

pub(super) use installations::show as show_installation;
pub(super) use keys::show as show_key;

/// All of them.
pub(super) const ALL: &[&[Route]] = &[
    repositories::ROUTES,
    keys::ROUTES,
    secrets::ROUTES,
    environments::ROUTES,
    variables::ROUTES,
    workflows::ROUTES,
    actions::ROUTES,
    oidc::ROUTES,
    hooks::ROUTES,
    git::ROUTES,
    contents::ROUTES,
    alerts::ROUTES,
    copilot::ROUTES,
    collaborators::ROUTES,
    organization::ROUTES,
    members::ROUTES,
    teams::ROUTES,
    roles::ROUTES,
    installations::ROUTES,
    tokens::ROUTES,
    sso::ROUTES,
    runners::ROUTES,
    properties::ROUTES,
    audit::ROUTES,
    scim::ROUTES,
    meta::ROUTES,
];
