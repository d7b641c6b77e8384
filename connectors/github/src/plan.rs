//! How many calls a run would make, stream by stream.

/// Counts the environments of an organisation's repositories, a hundred repositories at a time.
pub(crate) const COUNT_ENVIRONMENTS: &str = "query($login:String!,$after:String){organization(login:$login){repositories(first:100,after:$after){pageInfo{hasNextPage endCursor} nodes{databaseId environments{totalCount}}}}}";
