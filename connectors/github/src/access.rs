//! The exact access the connector needs, as documents.

use rollcall_connector::AccessDocument;
use rollcall_model::ProblemClass;
use rollcall_record::Problem;

use crate::config::Config;

pub(crate) fn documents(_config: &Config, format: &str) -> Result<Vec<AccessDocument>, Problem> {
    Err(Problem::new(
        ProblemClass::Config,
        "unknown_format",
        format!("{format:?} is none of manifest, permissions"),
    ))
}
