//! Which files of a repository declare something.

use std::collections::VecDeque;

use rollcall_declared::files::{self, EXCLUDED_FOLDERS, FileType};
use rollcall_model::ProblemClass;
use rollcall_record::Problem;

use super::shapes::{Tree, TreeEntry};
use crate::client::Organization;
use crate::shapes::Repo;

/// A tree.
pub(crate) const TREE: &str = "GET /repos/{owner}/{repo}/git/trees/{tree_sha}";

/// So many folders of one repository are listed one by one, where it is too large to be listed at
/// once.
const MOST_FOLDERS: usize = 400;

/// A file that may declare something.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Found {
    pub(crate) path: String,
    pub(crate) file: FileType,
    /// The id of its content.
    pub(crate) oid: String,
    /// In bytes.
    pub(crate) size: Option<u64>,
    pub(crate) is_link: bool,
}

/// The declaring files of a tree, and why some may be missing.
#[derive(Debug, Default)]
pub(crate) struct Listing {
    pub(crate) files: Vec<Found>,
    pub(crate) problems: Vec<Problem>,
}

/// Lists the declaring files of a repository's tree.
///
/// # Errors
/// When the tree cannot be listed at all.
pub(crate) async fn declaring(
    organization: &Organization,
    repository: &Repo,
    tree: &str,
) -> Result<Listing, Problem> {
    let whole = get(organization, repository, tree, true).await?;
    let mut listing = Listing::default();
    if whole.truncated {
        by_folders(organization, repository, tree, &mut listing).await;
    } else {
        take("", whole, &mut listing);
    }
    listing.files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(listing)
}

async fn get(
    organization: &Organization,
    repository: &Repo,
    tree: &str,
    recursive: bool,
) -> Result<Tree, Problem> {
    let (owner, name) = repository.owner_and_name();
    let values = [("owner", owner), ("repo", name), ("tree_sha", tree)];
    let query: &[(&str, &str)] = if recursive { &[("recursive", "1")] } else { &[] };
    match organization.get::<Tree>(TREE, &values, query).await {
        Ok(answer) => Ok(answer.value),
        Err(problem) => Err(organization.about_repository(problem, repository).await),
    }
}

/// A tree too large for one answer: its own level, then each folder with all below it, or again by
/// level where that is too large too.
async fn by_folders(
    organization: &Organization,
    repository: &Repo,
    tree: &str,
    listing: &mut Listing,
) {
    let mut queue = VecDeque::from([(String::new(), tree.to_owned())]);
    let mut asked = 0;
    while let Some((path, tree)) = queue.pop_front() {
        asked += 1;
        if asked > MOST_FOLDERS {
            listing.problems.push(missing(&path, "the repository has too many folders"));
            return;
        }
        let level = match get(organization, repository, &tree, false).await {
            Ok(level) => level,
            Err(problem) => {
                listing.problems.push(problem.hides(format!("what files in /{path} declare")));
                continue;
            }
        };
        if level.truncated {
            listing.problems.push(missing(&path, "the folder has too many entries"));
        }
        let folders: Vec<TreeEntry> = level
            .tree
            .items
            .iter()
            .filter(|e| e.kind == "tree" && !EXCLUDED_FOLDERS.contains(&e.path.as_str()))
            .cloned()
            .collect();
        take(&path, level, listing);
        for folder in folders {
            let below = join(&path, &folder.path);
            asked += 1;
            match get(organization, repository, &folder.sha, true).await {
                Ok(whole) if whole.truncated => queue.push_back((below, folder.sha)),
                Ok(whole) => take(&below, whole, listing),
                Err(problem) => {
                    listing.problems.push(problem.hides(format!("what files in /{below} declare")));
                }
            }
        }
    }
}

fn take(below: &str, tree: Tree, listing: &mut Listing) {
    listing.problems.extend(tree.tree.problem("the tree"));
    for entry in tree.tree.items {
        let path = join(below, &entry.path);
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        if entry.kind != "blob" || folder.split('/').any(|name| EXCLUDED_FOLDERS.contains(&name)) {
            continue;
        }
        let Some(file) = files::classify(&path) else { continue };
        let is_link = entry.mode == "120000";
        listing.files.push(Found { path, file, oid: entry.sha, size: entry.size, is_link });
    }
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

fn missing(path: &str, why: &str) -> Problem {
    Problem::new(ProblemClass::Unsupported, "tree_too_large", format!("/{path}: {why}"))
        .hides(format!("what files in /{path} declare"))
}
