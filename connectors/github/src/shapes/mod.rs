//! What is kept of GitHub's answers. No shape has a field for a secret's or a variable's value, and
//! whatever is not named here is dropped while it is read.
//!
//! Fields are required only where nothing can be said without them; everything else may be absent
//! or null. Source of names: GitHub's OpenAPI description, version 2022-11-28.

mod account;
mod app;
mod audit;
mod page;
mod repository;
mod runner;
mod secret;
mod settings;
mod team;

pub(crate) use account::*;
pub(crate) use app::*;
pub(crate) use audit::*;
pub(crate) use page::*;
pub(crate) use repository::*;
pub(crate) use runner::*;
pub(crate) use secret::*;
pub(crate) use settings::*;
pub(crate) use team::*;
