//! Who last changed files, and which agents had a hand in it.

use std::collections::BTreeMap;

use rollcall_model::{EntityKey, Reference, Relation, Timestamp};
use rollcall_record::{Evidence, Record, RelationRecord};
use serde::{Deserialize, Serialize};

use super::agents;
use super::batch::{Variables, objects};
use super::documents::HISTORY;
use super::shapes::{Actor, CommitNode, HistoryNode};
use crate::client::Organization;
use crate::shapes::Repo;

/// The last change of a file. It is kept from one reading to the next while the file stays the same.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct Change {
    /// The commit.
    #[serde(rename = "c")]
    pub(crate) commit: String,
    /// When it was committed.
    #[serde(rename = "t", default, skip_serializing_if = "Option::is_none")]
    pub(crate) at: Option<Timestamp>,
    /// The number of the author's account.
    #[serde(rename = "u", default, skip_serializing_if = "Option::is_none")]
    pub(crate) user: Option<u64>,
    /// The author's address, in lowercase.
    #[serde(rename = "e", default, skip_serializing_if = "String::is_empty")]
    pub(crate) email: String,
    /// Nothing was before it: it brought the file.
    #[serde(rename = "n", default, skip_serializing_if = "is_false")]
    pub(crate) is_first: bool,
    /// GitHub vouches for the commit's signature.
    #[serde(rename = "s", default, skip_serializing_if = "is_false")]
    pub(crate) is_signed: bool,
    /// Agents that marks in the commit name.
    #[serde(rename = "m", default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) marks: Vec<String>,
    /// The accounts of the other authors.
    #[serde(rename = "o", default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) others: Vec<u64>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
fn is_false(flag: &bool) -> bool {
    !flag
}

/// The last changes of files of one repository at a commit, by path. What cannot be told is left
/// out.
pub(crate) async fn last_changes(
    organization: &Organization,
    repository: &Repo,
    commit: &str,
    paths: &[&str],
) -> BTreeMap<String, Change> {
    let Some(node) = &repository.node_id else { return BTreeMap::new() };
    let wanted: Vec<Variables> = paths
        .iter()
        .map(|path| vec![("r", node.clone()), ("c", commit.to_owned()), ("p", (*path).to_owned())])
        .collect();
    let found = objects::<HistoryNode>(organization, &HISTORY, "h", &wanted).await;
    let mut changes = BTreeMap::new();
    for (path, found) in paths.iter().zip(found) {
        let history = found.ok().and_then(|found| found.history);
        let change = history.and_then(|mut history| {
            let more = history.page.is_none_or(|page| page.has_next_page);
            let commit = history.nodes.drain(..).flatten().next()?;
            Some(of_commit(commit, !more))
        });
        changes.extend(change.map(|change| ((*path).to_owned(), change)));
    }
    changes
}

fn of_commit(commit: CommitNode, is_first: bool) -> Change {
    let id = |actor: &Actor| actor.user.as_ref().and_then(|user| user.id);
    let author = commit.author.as_ref();
    let user = author.and_then(id);
    let others = commit.authors.iter().flat_map(|a| a.nodes.iter().flatten()).filter_map(id);
    let mut others: Vec<u64> = others.filter(|other| Some(*other) != user).collect();
    others.sort_unstable();
    others.dedup();
    let email = author.and_then(|a| a.email.as_deref()).unwrap_or_default().trim().to_lowercase();
    let mut marks: Vec<String> = commit.marks.into_iter().map(|mark| mark.product).collect();
    marks.extend(agents::by_email(&email).map(str::to_owned));
    marks.sort();
    marks.dedup();
    let signed =
        commit.signature.is_some_and(|s| s.is_valid == Some(true) && s.by_github == Some(true));
    Change {
        commit: commit.oid,
        at: commit.at,
        user,
        email,
        is_first,
        is_signed: signed,
        marks,
        others,
    }
}

impl Change {
    /// Who made it: the account, or else the address.
    fn author(&self, host: &str) -> Reference {
        match self.user {
            Some(id) => Reference::new("github.user-id", host, &id.to_string()),
            None if self.email.is_empty() => Reference::new("git.email", host, "(none)"),
            None => Reference::new("git.email", host, &self.email),
        }
    }

    /// That its author last changed something of the file; of a part of it only the file's change
    /// is known.
    pub(crate) fn last_changed(&self, host: &str, key: &EntityKey, of_file: bool) -> Record {
        let agent = self.user.and_then(agents::by_id);
        let relation = RelationRecord::new(self.author(host), Relation::LastChanged, key)
            .attribute("at", self.at)
            .attribute("commit", &self.commit)
            .attribute("whole_file", of_file.then_some(true))
            .attribute("agent", agent)
            // Anybody can write an address or a trailer.
            .attribute("agents_named", Some(&self.marks).filter(|marks| !marks.is_empty()));
        Record::Relation(relation)
    }

    /// What it says of a file as a whole.
    pub(crate) fn records(&self, host: &str, key: &EntityKey, evidence: &Evidence) -> Vec<Record> {
        let mut records = vec![with_evidence(self.last_changed(host, key, false), evidence)];
        if self.is_first {
            let created = RelationRecord::new(self.author(host), Relation::Created, key)
                .attribute("at", self.at)
                .attribute("commit", &self.commit);
            records.push(with_evidence(Record::Relation(created), evidence));
        }
        // An agent that commits names the person who asked for it as another author.
        if let Some(product) = self.user.and_then(agents::by_id) {
            for person in self.others.iter().filter(|id| agents::by_id(**id).is_none()) {
                let to = Reference::new("github.user-id", host, &person.to_string());
                let acts = RelationRecord::new(self.author(host), Relation::ActsFor, to)
                    .discriminator(format!("{}#{}", key.realm, key.id))
                    .attribute("product", product)
                    .attribute("source", "co-author")
                    .attribute("authenticated", self.is_signed)
                    .attribute("at", self.at)
                    .attribute("commit", &self.commit);
                records.push(with_evidence(Record::Relation(acts), evidence));
            }
        }
        records
    }
}

fn with_evidence(record: Record, evidence: &Evidence) -> Record {
    match record {
        Record::Relation(relation) => Record::Relation(relation.evidence(evidence.clone())),
        other => other,
    }
}
