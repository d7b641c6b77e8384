//! What repositories hold: the streams that read contents, and what belongs to them.
//!
//! A run first asks where the default branches of repositories are, a hundred a call, and only of
//! those that were pushed to since or were not looked at for long. Where the tree is the same as the
//! last complete reading left, nothing else is asked. Otherwise the tree is listed (one plain call),
//! and of its declaring files the texts and last changes of those that are new, in as few GraphQL
//! calls as GitHub answers. A content is fetched once: `declarations` uses what `files` fetched.

pub(crate) mod agents;
mod batch;
mod cache;
mod coding_agents;
mod declarations;
mod documents;
mod estimate;
mod files;
mod forms;
mod heads;
mod history;
mod repositories;
mod runs;
mod shapes;
mod survey;
mod texts;
mod trees;

#[cfg(test)]
mod tests;

pub(crate) use cache::Cache;

use rollcall_connector::{AttributeDef, KindDef};
use rollcall_declared::records::KINDS;
use rollcall_model::{EntityType, Grade, KindFacts, ScopeKey, UsageView};

use crate::conformance_table::{Reads, list, one};
use crate::definition::Stream;
use crate::shapes::SelectedRepositories;

/// The streams about contents, in the order in which they are read, after all others.
pub(crate) const STREAMS: &[&Stream] = &[
    &repositories::STREAM,
    &files::STREAM,
    &declarations::STREAM,
    &runs::STREAM,
    &coding_agents::STREAM,
];

/// The scopes to read again after a push to the default branch of a repository. The second stands
/// for all files of the repository: those whose content changed are read.
pub(crate) fn refreshes(host: &str, full_name: &str) -> Vec<ScopeKey> {
    let realm = format!("{host}/{full_name}");
    vec![ScopeKey::realm("files", &realm), ScopeKey::realm("declarations", &realm)]
}

/// What reads the answers of the operations that only these streams perform.
pub(crate) const CONFORMANCE: &[(&str, Reads)] = &[
    (trees::TREE, one::<shapes::Tree>),
    (texts::BLOB, one::<shapes::RawBlob>),
    (runs::WORKFLOWS, list::<runs::Workflows>),
    (runs::RUNS, list::<runs::Runs>),
    (coding_agents::PERMISSIONS, one::<coding_agents::Choice>),
    (coding_agents::REPOSITORIES, list::<SelectedRepositories>),
    (coding_agents::CONFIGURATION, one::<coding_agents::Configuration>),
];

/// Every GraphQL document of contents, by a name.
pub(crate) fn graphql_documents() -> Vec<(&'static str, &'static str)> {
    documents::named()
}

/// Of a kind of ours: name, type, title, attributes.
type Own = (
    &'static str,
    EntityType,
    &'static str,
    &'static [(bool, &'static str, &'static str, &'static str)],
);

const OWN: [Own; 2] = [
    (
        runs::KIND,
        EntityType::Workload,
        "A workflow as GitHub runs it.",
        &[
            (true, "path", "text", "The file that declares it"),
            (true, "state", "text", "active, or why it is switched off"),
            (true, "repository", "text", "owner/name, as spelled"),
        ],
    ),
    (
        coding_agents::KIND,
        EntityType::Identity,
        "GitHub's own coding agent in an organisation or a repository.",
        &[
            (true, "product", "text", "The product"),
            (true, "enabled_repositories", "text", "Where it may work: all, selected, none"),
            (true, "tools", "list of text", "The checks it runs on its own work"),
            (true, "workflow_approval", "boolean", "Workflows wait for a person after it pushed"),
            (true, "firewall", "boolean", "It reaches only hosts that are allowed"),
            (false, "recommended_allowlist", "boolean", "GitHub's list of hosts is allowed"),
            (false, "allowlist", "list of text", "Further hosts that are allowed"),
        ],
    ),
];

/// The kinds that only these streams emit.
pub(crate) fn kinds() -> Vec<KindDef> {
    let declared = KINDS.iter().filter_map(|kind| {
        let attributes = kind.attributes.iter().flat_map(|group| group.iter());
        Some(KindDef {
            kind: kind.name.parse().ok()?,
            entity_type: kind.entity_type,
            title: kind.title.to_owned(),
            name_keyed: kind.name_keyed,
            attributes: attributes
                .map(|(name, shape, analysed, title)| attribute(*analysed, name, shape, title))
                .collect(),
            facts: facts(kind.name),
        })
    });
    let own = OWN.iter().filter_map(|(name, entity_type, title, attributes)| {
        let attributes = attributes.iter();
        Some(KindDef {
            kind: name.parse().ok()?,
            entity_type: *entity_type,
            title: (*title).to_owned(),
            name_keyed: false,
            attributes: attributes
                .map(|(analysed, name, shape, title)| attribute(*analysed, name, shape, title))
                .collect(),
            facts: facts(name),
        })
    });
    declared.chain(own).collect()
}

fn attribute(analysed: bool, name: &str, shape: &str, title: &str) -> AttributeDef {
    AttributeDef {
        name: name.to_owned(),
        shape: shape.to_owned(),
        analysed,
        title: title.to_owned(),
    }
}

/// What absence means, and how use shows.
fn facts(kind: &str) -> KindFacts {
    let streams: &[&str] = match kind {
        "code.repository" => &["code-repositories"],
        "code.codeowners" => &["files", "declarations"],
        _ if kind.starts_with("code.") && kind.ends_with("-file") => &["files"],
        "code.mcp-config" | "code.agent-config" | "code.agent-instructions" => &["files"],
        runs::KIND => &["workflow-runs"],
        coding_agents::KIND => &["coding-agents"],
        "mcp.server" => &["files", "declarations", "coding-agents"],
        _ => &["files", "declarations"],
    };
    let ran = matches!(kind, runs::KIND | "code.workflow-file" | "github.workflow-trigger");
    let runs = UsageView {
        streams: vec!["workflow-runs".to_owned()],
        at_credentials: false,
        grade: Grade::B,
        precision: "day".to_owned(),
        lag_hours: 1,
        window_days: Some(90),
        tracked_since: None,
        blind_spots: vec!["runs that GitHub forgot".to_owned()],
    };
    KindFacts {
        described_by: streams.iter().map(|stream| (*stream).to_owned()).collect(),
        names_owners: kind == "code.codeowners",
        usage: ran.then_some(runs).into_iter().collect(),
        ..KindFacts::default()
    }
}
