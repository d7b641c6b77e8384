//! The shapes that several routes share. Source: GitHub's OpenAPI description.

pub(super) mod node;
pub(super) mod organization;
pub(super) mod repository;
pub(super) mod team;
pub(super) mod user;
