//! What stops a command, with a stable word for programs.

use rollcall_engine::EngineError;
use rollcall_record::Problem;
use rollcall_store::StoreError;

/// Why a command ended without its result: what was found, what was expected, what to do.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub(crate) struct Failure {
    pub(crate) code: &'static str,
    pub(crate) message: String,
}

impl Failure {
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

/// The stable word of an error.
pub(crate) fn code_of(error: &anyhow::Error) -> String {
    for cause in error.chain() {
        if let Some(failure) = cause.downcast_ref::<Failure>() {
            return failure.code.to_owned();
        }
        if let Some(error) = cause.downcast_ref::<EngineError>() {
            return error.code().to_owned();
        }
        if let Some(error) = cause.downcast_ref::<StoreError>() {
            return error.code().to_owned();
        }
        if let Some(problem) = cause.downcast_ref::<Problem>() {
            return problem.code.clone();
        }
        if cause.downcast_ref::<std::io::Error>().is_some() {
            return "io".to_owned();
        }
    }
    "failed".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::Context;

    #[test]
    fn the_code_is_found_below_its_context() {
        let store: Result<(), _> = Err(StoreError::Busy("x".into()));
        let error = store.context("while reading").unwrap_err();
        assert_eq!(code_of(&error), "store_busy");
        assert_eq!(code_of(&Failure::new("no_config", "x").into()), "no_config");
        assert_eq!(code_of(&anyhow::anyhow!("x")), "failed");
    }
}
