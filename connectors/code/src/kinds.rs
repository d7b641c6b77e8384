//! The kinds of entities and their attributes.

use rollcall_connector::{AttributeDef, KindDef};
use rollcall_declared::records::{Attribute, DeclaredKind, KINDS};
use rollcall_model::KindFacts;

/// The kinds.
pub(crate) fn kinds() -> Vec<KindDef> {
    // The words are constants; a malformed one would be missing here and fail the contract test.
    KINDS.iter().filter_map(kind).collect()
}

fn kind(declared: &DeclaredKind) -> Option<KindDef> {
    Some(KindDef {
        kind: declared.name.parse().ok()?,
        entity_type: declared.entity_type,
        title: declared.title.to_owned(),
        name_keyed: declared.name_keyed,
        attributes: declared
            .attributes
            .iter()
            .flat_map(|part| part.iter())
            .map(attribute)
            .collect(),
        facts: facts(declared.name),
    })
}

/// What absence means: a repository's declaring files are listed as a whole, each is read by itself.
/// Nothing in files tells of use.
fn facts(kind: &str) -> KindFacts {
    let streams: &[&str] = match kind {
        "code.repository" => &["repositories"],
        "code.codeowners" => &["files", "declarations"],
        _ if kind.starts_with("code.") && kind.ends_with("-file") => &["files"],
        "code.mcp-config" | "code.agent-config" | "code.agent-instructions" => &["files", "home"],
        _ => &["files", "declarations", "home"],
    };
    KindFacts {
        described_by: streams.iter().map(|stream| (*stream).to_owned()).collect(),
        names_owners: kind == "code.codeowners",
        ..KindFacts::default()
    }
}

fn attribute((name, shape, analysed, title): &Attribute) -> AttributeDef {
    AttributeDef {
        name: (*name).to_owned(),
        shape: (*shape).to_owned(),
        analysed: *analysed,
        title: (*title).to_owned(),
    }
}
