//! What is kept of GitHub's answers. No shape has a field for a secret's or a variable's value, and
//! whatever is not named here is dropped while it is read.
//!
//! Fields are required only where nothing can be said without them; everything else may be absent
//! or null. Source of names: GitHub's OpenAPI description, version 2022-11-28.

use rollcall_model::Timestamp;
use serde::{Deserialize as _, Deserializer};

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

/// A time that GitHub's description calls a text only, and writes as `""` here and there: none where
/// it is no time. For times whose absence means nothing.
fn lenient<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Timestamp>, D::Error> {
    Ok(Option::<String>::deserialize(from)?.and_then(|text| text.parse().ok()))
}
