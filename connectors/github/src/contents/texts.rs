//! The contents of files, each fetched once a run and by its object id.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rollcall_model::ProblemClass;
use rollcall_record::Problem;
use zeroize::Zeroizing;

use super::batch::{Variables, objects};
use super::documents::BLOBS;
use super::shapes::{BlobNode, RawBlob};
use crate::client::Organization;
use crate::session::evidence;
use crate::shapes::Repo;

/// A file's content.
pub(crate) const BLOB: &str = "GET /repos/{owner}/{repo}/git/blobs/{file_sha}";

/// Bigger files are listed and not read, as in checkouts.
pub(crate) const LARGEST: u64 = 1 << 20;

/// So many bytes are asked for in one call, about.
const BYTES_AT_ONCE: u64 = 2 << 20;

/// The bytes of a file.
pub(crate) type Bytes = Arc<Zeroizing<Vec<u8>>>;

/// A content that is wanted: its object id and size.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    pub(crate) oid: String,
    pub(crate) size: Option<u64>,
}

/// Fetches contents of one repository, by object id.
pub(crate) async fn texts(
    organization: &Organization,
    repository: &Repo,
    wanted: &[Wanted],
) -> HashMap<String, Result<Bytes, Problem>> {
    let Some(node) = repository.node_id.clone() else { return HashMap::new() };
    let mut seen = BTreeSet::new();
    let unique: Vec<&Wanted> = wanted.iter().filter(|w| seen.insert(w.oid.clone())).collect();
    let mut found = HashMap::new();
    for lot in by_size(&unique) {
        let variables: Vec<Variables> =
            lot.iter().map(|w| vec![("r", node.clone()), ("o", w.oid.clone())]).collect();
        let blobs = objects::<BlobNode>(organization, &BLOBS, "b", &variables).await;
        for (wanted, blob) in lot.iter().zip(blobs) {
            let bytes = match blob {
                Ok(blob) => match whole(blob, &wanted.oid) {
                    Some(bytes) => Ok(bytes),
                    // Binary or cut off: the plain interface gives the bytes themselves.
                    None => raw(organization, repository, &wanted.oid).await,
                },
                Err(problem) => Err(problem),
            };
            found.insert(wanted.oid.clone(), bytes);
        }
    }
    found
}

/// Lots of about as many bytes as one answer may have.
fn by_size<'w>(wanted: &[&'w Wanted]) -> Vec<Vec<&'w Wanted>> {
    let mut lots: Vec<Vec<&Wanted>> = Vec::new();
    let mut bytes = u64::MAX;
    for one in wanted {
        let size = one.size.unwrap_or(LARGEST / 16);
        bytes = bytes.saturating_add(size);
        match lots.last_mut() {
            Some(lot) if bytes <= BYTES_AT_ONCE && lot.len() < BLOBS[0].0 => lot.push(one),
            _ => {
                lots.push(vec![one]);
                bytes = size;
            }
        }
    }
    lots
}

fn whole(blob: BlobNode, oid: &str) -> Option<Bytes> {
    let cut = blob.is_truncated == Some(true) || blob.is_binary == Some(true) || blob.oid != oid;
    let text = blob.text.filter(|_| !cut)?;
    Some(Arc::new(Zeroizing::new(text.into_bytes())))
}

async fn raw(organization: &Organization, repository: &Repo, oid: &str) -> Result<Bytes, Problem> {
    let (owner, name) = repository.owner_and_name();
    let values = [("owner", owner), ("repo", name), ("file_sha", oid)];
    let blob = match organization.get::<RawBlob>(BLOB, &values, &[]).await {
        Ok(answer) => answer.value,
        Err(problem) => return Err(organization.about_repository(problem, repository).await),
    };
    let broken = |why: &str| {
        Problem::new(ProblemClass::Malformed, "no_content", format!("the content {oid} {why}"))
            .at(evidence(BLOB))
    };
    let content = blob.content.ok_or_else(|| broken("was not given"))?;
    match blob.encoding.as_deref() {
        Some("base64") => {
            // GitHub breaks the text into lines.
            let joined: Zeroizing<Vec<u8>> = Zeroizing::new(
                content.text().bytes().filter(|b| !b.is_ascii_whitespace()).collect(),
            );
            let bytes = STANDARD.decode(&*joined).map_err(|_| broken("is no base64"))?;
            Ok(Arc::new(Zeroizing::new(bytes)))
        }
        Some("utf-8") => Ok(Arc::new(Zeroizing::new(content.into_bytes()))),
        _ => Err(broken("comes in an encoding that is not known")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lots_are_bounded_by_bytes_and_places() {
        let of = |sizes: &[u64]| {
            let all: Vec<Wanted> =
                sizes.iter().map(|s| Wanted { oid: s.to_string(), size: Some(*s) }).collect();
            by_size(&all.iter().collect::<Vec<_>>()).iter().map(Vec::len).collect::<Vec<_>>()
        };
        assert_eq!(of(&[]), Vec::<usize>::new());
        assert_eq!(of(&[1; 33]), [32, 1]);
        assert_eq!(of(&[BYTES_AT_ONCE, 1, BYTES_AT_ONCE - 1, 1]), [1, 2, 1]);
    }
}
