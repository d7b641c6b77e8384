//! What the connector is, as data.

use rollcall_connector::{ConfigField, ConfigShape, Definition, Rank, StreamDef};
use rollcall_model::Listing;

use crate::kinds;

const READ_FOLDERS: &str = "read access to the folders";

/// What the connector declares about itself.
#[must_use]
pub fn definition() -> Definition {
    Definition {
        id: "code".to_owned(),
        title: "Code on disk".to_owned(),
        summary: "Reads git checkouts and home folders on this machine: GitHub Actions workflows and \
                  actions, configuration of MCP clients and coding agents, agent instructions, CODEOWNERS, \
                  and who last changed them. Works offline, writes nothing and runs nothing of what it \
                  reads. Needs read access to the folders."
            .to_owned(),
        provider: "code".to_owned(),
        streams: streams(),
        kinds: kinds::kinds(),
        config: config(),
        operations: [
            "list folders below a root",
            "read git objects of a checkout",
            "read .github/workflows/*.yml",
            "read action.yml",
            "read CODEOWNERS",
            "read agent and MCP configuration",
            "read agent instructions",
        ]
        .map(str::to_owned)
        .to_vec(),
        access_formats: vec!["text".to_owned()],
    }
}

fn stream(
    name: &str,
    title: &str,
    part: Option<&str>,
    sees: &str,
    blind_spots: &[&str],
) -> StreamDef {
    StreamDef {
        name: name.to_owned(),
        title: title.to_owned(),
        listing: Listing::Full,
        rank: Rank::Declared,
        part: part.map(str::to_owned),
        permissions: vec![READ_FOLDERS.to_owned()],
        tier: None,
        sees: sees.to_owned(),
        blind_spots: blind_spots.iter().map(|spot| (*spot).to_owned()).collect(),
        shifting: false,
        careful: false,
    }
}

fn streams() -> Vec<StreamDef> {
    vec![
        stream(
            "repositories",
            "Checkouts",
            None,
            "the git checkouts below each root, their remote, branches and the commit that is checked out",
            &[
                "Repositories without a working tree are named and not read.",
                "Whether a working tree has changes is told only for files that declare something.",
            ],
        ),
        stream(
            "files",
            "Declaring files",
            None,
            "the workflows, actions, agent and MCP configuration, agent instructions and CODEOWNERS of each \
             repository, and who last changed and brought them",
            &[
                "Only the working tree is read: what other branches declare is not seen.",
                "A file is followed under its own path; before it was renamed its history is not told.",
                "Authors are what commits say; nothing proves them.",
                "Dependencies and build results (node_modules, .venv and the like) are not searched.",
                "Links to folders are not followed.",
            ],
        ),
        stream(
            "declarations",
            "What files declare",
            Some("file"),
            "jobs, their triggers, permissions, secrets, cloud roles and actions; agents, their MCP servers \
             and credentials; who owns each file by CODEOWNERS",
            &[
                "Expressions are not evaluated: what is computed when a workflow runs is told as computed.",
                "The subject of a job is in the classic form; a repository or organisation can change the form.",
                "What a called workflow or action does is read only where its own repository is.",
                "Secrets are known by name; whether they exist and who set them is not in a checkout.",
                "Values that only the environment of a machine holds are not seen.",
            ],
        ),
        stream(
            "home",
            "Home folders",
            Some("file"),
            "the agent and MCP configuration that known clients keep in home folders, and what it declares",
            &[
                "Only documented paths are looked at.",
                "Key stores and the memory of running clients are not read.",
                "Other profiles of an editor than the default one are not read.",
            ],
        ),
    ]
}

fn config() -> Vec<ConfigField> {
    let with_default = |name: &str, shape, default: &str, title: &str| ConfigField {
        default: Some(default.to_owned()),
        ..ConfigField::optional(name, shape, title)
    };
    vec![
        ConfigField::optional(
            "roots",
            ConfigShape::Texts,
            "Folders that are searched for git checkouts, nested ones too.",
        ),
        ConfigField::optional(
            "homes",
            ConfigShape::Texts,
            "Home folders whose agent and MCP configuration is read.",
        ),
        with_default(
            "max_file_bytes",
            ConfigShape::Integer,
            "1048576",
            "Bigger files are listed and not read.",
        ),
        with_default(
            "max_depth",
            ConfigShape::Integer,
            "64",
            "How many folders below a root the search goes.",
        ),
        ConfigField::optional(
            "exclude",
            ConfigShape::Texts,
            "Globs over paths below a root that are left out, besides the folders left out by default.",
        ),
        with_default("history", ConfigShape::Boolean, "true", "Whether git history is read."),
        with_default(
            "history_budget",
            ConfigShape::Integer,
            "20000",
            "How many commits of a repository are looked at, at most.",
        ),
    ]
}

#[cfg(test)]
mod tests {
    use rollcall_connector::testkit::assert_contract;

    #[test]
    fn the_contract_is_kept() {
        assert_contract(&super::definition());
    }
}
