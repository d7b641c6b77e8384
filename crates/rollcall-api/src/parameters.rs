//! What stands behind the question mark, and what is made of it.

use axum::extract::{FromRequestParts, Query as AxumQuery};
use axum::http::request::Parts;
use rollcall_graph::{Query, RelationSet, parse};
use rollcall_model::{PublicId, Relation};
use serde::de::DeserializeOwned;

use crate::problem::Problem;

/// The parameters of a request; unknown ones are refused.
pub(crate) struct Parameters<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Parameters<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        AxumQuery::<T>::try_from_uri(&parts.uri)
            .map(|AxumQuery(value)| Self(value))
            .map_err(|error| Problem::bad("bad_parameter", error.body_text()))
    }
}

/// The query of a request: as `rollcall ls` takes it, live identities that were read unless it says
/// otherwise, or for `all` as it stands.
pub(crate) fn query(text: Option<&str>, all: bool) -> Result<Query, Problem> {
    let query = parse(text.unwrap_or_default())?;
    Ok(if all { query } else { query.within_usual_limits() })
}

/// A public id.
pub(crate) fn public_id(text: &str) -> Result<PublicId, Problem> {
    text.parse().map_err(|error| Problem::bad("bad_id", format!("{error}")))
}

/// Relations with commas between; those along which access flows where none is named, and every one
/// for `any`.
pub(crate) fn relations(text: Option<&str>, usual: RelationSet) -> Result<RelationSet, Problem> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(usual) };
    if text == "any" {
        return Ok(RelationSet::ALL);
    }
    let named: Result<Vec<Relation>, _> = text.split(',').map(|word| word.trim().parse()).collect();
    let named = named.map_err(|error: rollcall_model::UnknownWord| {
        Problem::bad("bad_relation", error.to_string())
    })?;
    Ok(RelationSet::of(&named))
}

/// A number from 1 to a bound.
pub(crate) fn bounded(given: Option<usize>, usual: usize, most: usize) -> Result<usize, Problem> {
    match given {
        None => Ok(usual),
        Some(number) if (1..=most).contains(&number) => Ok(number),
        Some(number) => {
            let message = format!("{number} is out of bounds; expected a number from 1 to {most}");
            Err(Problem::bad("bad_parameter", message))
        }
    }
}
