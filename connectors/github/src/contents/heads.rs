//! Where the default branches of repositories are, a hundred repositories a call.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use rollcall_model::ProblemClass;
use rollcall_record::Problem;
use serde_json::json;

use super::batch::{Asked, ask};
use super::documents::HEADS;
use super::shapes::{HeadNode, Heads};
use crate::client::Organization;
use crate::shapes::Repo;

/// How many repositories a call asks for; GitHub's limit of ids in one.
pub(crate) const AT_ONCE: usize = 100;

/// The end of a default branch.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Head {
    pub(crate) branch: String,
    pub(crate) commit: String,
    pub(crate) tree: String,
}

/// What is known of a repository's default branch; `None` of an empty repository.
pub(crate) type HeadOf = Result<Option<Head>, Problem>;

/// The heads of repositories, by the repository's number.
pub(crate) async fn heads(
    organization: &Organization,
    repositories: &[Arc<Repo>],
) -> HashMap<u64, HeadOf> {
    let mut found = HashMap::new();
    let mut queue: VecDeque<Vec<&Arc<Repo>>> = VecDeque::new();
    let with_ids: Vec<&Arc<Repo>> = repositories.iter().filter(|r| r.node_id.is_some()).collect();
    queue.extend(with_ids.chunks(AT_ONCE).map(<[_]>::to_vec));
    for repository in repositories.iter().filter(|r| r.node_id.is_none()) {
        found.insert(repository.id, Err(unknown(repository, "GitHub told no id of it")));
    }
    while let Some(lot) = queue.pop_front() {
        let ids: Vec<&str> = lot.iter().filter_map(|r| r.node_id.as_deref()).collect();
        let answer = ask::<Heads>(organization, HEADS, &json!({"ids": ids}), lot.len() > 1).await;
        match answer {
            Err(Asked::TooMuch) => queue.extend(halves(&lot)),
            Err(Asked::Failed(problem)) => {
                found.extend(lot.iter().map(|r| (r.id, Err((*problem).clone()))));
            }
            Ok(answer) => {
                let nodes = answer.data.nodes;
                let missing = nodes.iter().any(|n| n.as_ref().is_none_or(|n| n.name.is_none()));
                // Nodes come in the order of the ids; another number of them tells nothing.
                if nodes.len() != lot.len()
                    || (missing && answer.errors.is_empty() && lot.len() > 1)
                {
                    if lot.len() > 1 {
                        queue.extend(halves(&lot));
                    } else {
                        let said = "GitHub answered for another number of repositories";
                        found.extend(lot.iter().map(|r| (r.id, Err(unknown(r, said)))));
                    }
                    continue;
                }
                for (place, (repository, node)) in lot.iter().zip(nodes).enumerate() {
                    let path = format!("nodes.{place}");
                    let error = answer.errors.iter().find(|e| e.path.starts_with(&path));
                    let error = error.map(|e| Problem::new(e.class, &e.code, e.message.clone()));
                    found.insert(repository.id, of_node(repository, node, error));
                }
            }
        }
    }
    found
}

fn halves<'r>(lot: &[&'r Arc<Repo>]) -> Vec<Vec<&'r Arc<Repo>>> {
    lot.chunks(lot.len().div_ceil(2).max(1)).map(<[_]>::to_vec).collect()
}

fn of_node(repository: &Repo, node: Option<HeadNode>, error: Option<Problem>) -> HeadOf {
    let Some((node, name)) = node.and_then(|node| Some((node.clone(), node.name?))) else {
        return Err(error
            .unwrap_or_else(|| unknown(repository, "it is gone, or hidden from this credential")));
    };
    if name != repository.full_name {
        return Err(Problem::new(
            ProblemClass::Transient,
            "repository_renamed",
            format!(
                "{} is called {name} by now; it is read under that name next time",
                repository.full_name
            ),
        ));
    }
    let head = node.branch.and_then(|branch| {
        let target = branch.target?;
        Some(Head { branch: branch.name, commit: target.oid, tree: target.tree?.oid })
    });
    match (head, node.is_empty) {
        (Some(head), _) => Ok(Some(head)),
        (None, Some(true)) => Ok(None),
        (None, _) => Err(error.unwrap_or_else(|| {
            unknown(
                repository,
                "it has no default branch that can be read; the permission contents may be missing",
            )
        })),
    }
}

fn unknown(repository: &Repo, why: &str) -> Problem {
    let message = format!("the default branch of {} is not known: {why}", repository.full_name);
    Problem::new(ProblemClass::Permission, "no_head", message).hides("what its files declare")
}
