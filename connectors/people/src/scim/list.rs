//! Listings whose pages are numbered by position, so that entries can move between pages while they
//! are read: each id counts once, and the number of entries is held against what the server says.

use std::collections::HashSet;

use rollcall_connector::transport::{CallError, HttpClient, PageGuard};
use rollcall_model::ProblemClass;
use rollcall_record::Problem;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::shapes::{Page, ProviderConfig};
use crate::definition::PROVIDER_CONFIG;

/// How many entries are asked for at once.
const PAGE: u64 = 100;

/// How often a listing is read from its beginning before its numbers must agree.
const PASSES: usize = 3;

/// What a listing held.
#[derive(Debug)]
pub(crate) struct Listed<T> {
    pub(crate) entries: Vec<T>,
    /// Why it is not whole, where it is not.
    pub(crate) problems: Vec<Problem>,
}

/// How many entries a page may have, as the server says; the usual number where it does not say.
pub(crate) async fn page_size(client: &HttpClient) -> u64 {
    let answer = client.get::<ProviderConfig>(PROVIDER_CONFIG, &[], &[]).await;
    let told = answer.ok().and_then(|a| a.value.filter).and_then(|f| f.max_results);
    told.filter(|most| *most > 0).map_or(PAGE, |most| most.min(PAGE))
}

/// Reads a listing. Entries that moved while it was read are looked for in further passes.
///
/// # Errors
/// When a page cannot be read, or the pages lead nowhere.
pub(crate) async fn list<T>(
    client: &HttpClient,
    operation: &str,
    size: u64,
    id: impl Fn(&T) -> &str,
) -> Result<Listed<T>, CallError>
where
    T: Serialize + DeserializeOwned + Send,
{
    let mut seen = HashSet::new();
    let mut listed = Listed { entries: Vec::new(), problems: Vec::new() };
    for pass in 1..=PASSES {
        let round = one_pass(client, operation, size, &id, &mut seen, &mut listed).await?;
        if !listed.problems.is_empty() || round.total == round.read.len() as u64 {
            return Ok(listed);
        }
        if pass == PASSES {
            let message = format!(
                "{operation} says that there are {} and listed {} different ones, {PASSES} times over",
                round.total,
                round.read.len()
            );
            let problem = Problem::new(ProblemClass::Transient, "count_mismatch", message);
            listed.problems.push(problem.hides("those that the listing passed over"));
        }
    }
    Ok(listed)
}

struct Round {
    total: u64,
    /// The ids of this pass alone.
    read: HashSet<String>,
}

async fn one_pass<T>(
    client: &HttpClient,
    operation: &str,
    size: u64,
    id: &impl Fn(&T) -> &str,
    seen: &mut HashSet<String>,
    listed: &mut Listed<T>,
) -> Result<Round, CallError>
where
    T: Serialize + DeserializeOwned + Send,
{
    let mut guard = PageGuard::new(client.transport().options().max_pages);
    let mut read = HashSet::new();
    let mut start: u64 = 1;
    loop {
        let (index, count) = (start.to_string(), size.to_string());
        guard.enter(operation, &index)?;
        let query = [("startIndex", index.as_str()), ("count", count.as_str())];
        let page: Page<T> = client.get(operation, &[], &query).await?.value;
        if let Some(problem) = page.resources.problem(operation) {
            listed.problems.push(problem);
        }
        let length = (page.resources.items.len() + page.resources.broken.len()) as u64;
        let before = read.len();
        for entry in page.resources.items {
            let id = id(&entry).to_owned();
            if id.is_empty() {
                let message = format!("{operation} listed an entry without an id");
                listed.problems.push(Problem::new(ProblemClass::Malformed, "no_id", message));
                continue;
            }
            read.insert(id.clone());
            if seen.insert(id) {
                listed.entries.push(entry);
            }
        }
        start += length;
        if start > page.total {
            return Ok(Round { total: page.total, read });
        }
        if length == 0 {
            let message = format!(
                "{operation} says that there are {} and listed nothing from {index} on",
                page.total
            );
            return Err(CallError::new(ProblemClass::Malformed, "short_listing", message));
        }
        if start > length + 1 && read.len() == before && listed.problems.is_empty() {
            let message = format!("{operation} lists the same page again from {index} on");
            return Err(CallError::new(ProblemClass::Malformed, "page_loop", message));
        }
    }
}
