//! How many calls a run would make, stream by stream.

/// Counts the environments of an organisation's repositories, a hundred repositories at a time.
pub(crate) const COUNT_ENVIRONMENTS: &str = "query($login:String!,$after:String){organization(login:$login){repositories(first:100,after:$after){pageInfo{hasNextPage endCursor} nodes{databaseId environments{totalCount}}}}}";

use rollcall_connector::{Plan, PlanRequest};
use rollcall_record::Problem;

use crate::reading::Reading;

pub(crate) async fn plan(_reading: &Reading, _request: &PlanRequest) -> Result<Plan, Problem> {
    Ok(Plan::default())
}
