//! How a case says what it found and what it expected.

use std::fmt::Debug;

use crate::StoreError;

/// Why a case failed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Failure(pub String);

/// What a case ends with.
pub type Check = Result<(), Failure>;

/// An answer inside a case.
pub(super) type Found<T> = Result<T, Failure>;

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(format!("unexpected error: {error} ({error:?})"))
    }
}

/// Fails unless both are equal.
pub(super) fn same<A: PartialEq<B> + Debug, B: Debug>(what: &str, found: A, expected: B) -> Check {
    if found == expected {
        return Ok(());
    }
    Err(Failure(format!("{what}: found {found:?}, expected {expected:?}")))
}

/// Fails unless the statement is true.
pub(super) fn holds(statement: &str, truth: bool) -> Check {
    if truth { Ok(()) } else { Err(Failure(format!("not so: {statement}"))) }
}

/// Fails unless the store refused with an error of this code.
pub(super) fn refused<T>(what: &str, answer: Result<T, StoreError>, code: &str) -> Check {
    match answer {
        Ok(_) => Err(Failure(format!("{what}: accepted, expected the error {code}"))),
        Err(error) => same(what, error.code(), code),
    }
}

/// What is there, or a failure that names what is not.
pub(super) fn present<T>(what: &str, found: Option<T>) -> Found<T> {
    found.ok_or_else(|| Failure(format!("{what}: nothing found")))
}
