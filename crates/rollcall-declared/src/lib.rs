//! Pure parsers of files that declare identities: GitHub Actions workflows and actions, MCP and
//! coding-agent configuration, agent instructions, CODEOWNERS.
//!
//! Bytes in, facts and located issues out: no I/O, no async, no clock. Reading never panics and never
//! fails as a whole where a part can be understood. Facts become records in [`records`], so that a
//! checkout on disk and a file fetched through an API end as the same entities.
//!
//! A secret that stands in a file becomes a keyed hash the moment it is seen; see [`secret`].

pub mod action;
pub mod agent;
pub mod codeowners;
pub mod expression;
pub mod files;
pub mod instructions;
mod json;
pub mod records;
pub mod secret;
pub mod text;
mod toml_tree;
pub mod tree;
pub mod workflow;
mod yaml;

#[cfg(test)]
mod properties;
