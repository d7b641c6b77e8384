//! The exact access the connector needs, as documents: a GitHub App, or the permissions of a token.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use rollcall_connector::AccessDocument;
use rollcall_connector::transport::query_text;
use rollcall_model::ProblemClass;
use rollcall_record::Problem;
use serde_json::json;

use crate::config::Config;
use crate::definition::{permissions_of, streams};
use crate::host::Host;

/// Events that an App can subscribe to, with the permission without which GitHub refuses that.
/// Source: GitHub documentation, "Webhook events and payloads".
const EVENTS: [(&str, &str); 13] = [
    ("deploy_key", "administration"),
    ("member", "members"),
    ("membership", "members"),
    ("meta", "metadata"),
    ("organization", "members"),
    ("personal_access_token_request", "organization_personal_access_token_requests"),
    ("push", "contents"),
    ("repository", "metadata"),
    ("secret_scanning_alert", "secret_scanning_alerts"),
    ("team", "members"),
    ("team_add", "members"),
    ("workflow_job", "actions"),
    ("workflow_run", "actions"),
];

/// The permissions that the streams of a configuration need, all to read.
fn permissions(config: &Config) -> Vec<&'static str> {
    permissions_of(streams().filter(|stream| config.reads(stream)))
}

fn events(permissions: &[&str]) -> Vec<&'static str> {
    EVENTS.iter().filter(|(_, needs)| permissions.contains(needs)).map(|(name, _)| *name).collect()
}

/// The documents of a format.
///
/// # Errors
/// When the format is unknown.
pub(crate) fn documents(config: &Config, format: &str) -> Result<Vec<AccessDocument>, Problem> {
    match format {
        "manifest" => Ok(vec![link(config), manifest(config)]),
        "permissions" => Ok(vec![document(
            "rollcall-permissions.md",
            "The permissions of a fine-grained token, whose resource owner is the organisation. \
             A token sees less than an App: fine-grained tokens of others are shown to Apps only.",
            table(config),
        )]),
        other => Err(Problem::new(
            ProblemClass::Config,
            "unknown_format",
            format!("{other:?} is none of manifest, permissions"),
        )),
    }
}

fn document(name: &str, usage: &str, text: String) -> AccessDocument {
    AccessDocument { name: name.to_owned(), usage: usage.to_owned(), text }
}

fn organization(config: &Config) -> &str {
    config.organizations.first().map_or("ORG", String::as_str)
}

/// Where an organisation registers an App.
fn address(config: &Config) -> String {
    Host::of(config).page(&format!("organizations/{}/settings/apps/new", organization(config)))
}

/// A link that opens GitHub's form with everything filled in.
/// Source: GitHub documentation, "Registering a GitHub App using URL parameters".
fn link(config: &Config) -> AccessDocument {
    let permissions = permissions(config);
    let name = format!("rollcall-{}", organization(config).to_ascii_lowercase());
    let mut query: Vec<(&str, &str)> = vec![
        ("name", &name),
        ("description", "Reads which non-human identities there are and who owns them"),
        ("url", "https://github.com/rollcall-project/rollcall"),
        ("public", "false"),
        ("webhook_active", "false"),
    ];
    query.extend(permissions.iter().map(|permission| (*permission, "read")));
    query.extend(events(&permissions).into_iter().map(|event| ("events[]", event)));
    document(
        "rollcall-app-link.txt",
        "Open it as an owner of the organisation, create the App, make a private key, and install \
         the App in the organisation for all repositories. Its permissions only read.",
        format!("{}?{}\n", address(config), query_text(&query)),
    )
}

/// The same as a manifest, for whoever registers Apps by program.
/// Source: GitHub documentation, "Registering a GitHub App from a manifest".
fn manifest(config: &Config) -> AccessDocument {
    let permissions = permissions(config);
    let read: BTreeMap<&str, &str> = permissions.iter().map(|name| (*name, "read")).collect();
    let manifest = json!({
        "name": format!("rollcall-{}", organization(config).to_ascii_lowercase()),
        "description": "Reads which non-human identities there are and who owns them",
        "url": "https://github.com/rollcall-project/rollcall",
        "public": false,
        "default_permissions": read,
        "default_events": events(&permissions),
    });
    document(
        "rollcall-app-manifest.json",
        "The App as a manifest: the value of the form field `manifest`, posted to the same address.",
        format!("{manifest:#}\n"),
    )
}

/// The permissions with the streams that need them.
fn table(config: &Config) -> String {
    let mut text = String::from("| permission | level | streams |\n|---|---|---|\n");
    for permission in permissions(config) {
        let needing = streams()
            .filter(|stream| config.reads(stream) && stream.permissions.contains(&permission))
            .map(|stream| stream.name)
            .collect::<Vec<_>>()
            .join(", ");
        // Writing to a text cannot fail.
        let _ = writeln!(text, "| {permission} | read | {needing} |");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Tier;
    use serde_json::Value;

    fn documents_of(config: &Config) -> (String, Value) {
        let documents = documents(config, "manifest").unwrap();
        (documents[0].text.clone(), serde_json::from_str(&documents[1].text).unwrap())
    }

    #[test]
    fn link_and_manifest_ask_for_the_same_and_only_to_read() {
        let config = Config { organizations: vec!["Acme".to_owned()], ..Config::default() };
        let (link, manifest) = documents_of(&config);
        assert!(link.starts_with("https://github.com/organizations/Acme/settings/apps/new?name="));
        let asked = manifest["default_permissions"].as_object().unwrap();
        assert_eq!(asked.len(), permissions(&config).len());
        for (name, level) in asked {
            assert_eq!(level, "read");
            assert!(link.contains(&format!("&{name}=read")), "{name}");
        }
        for event in manifest["default_events"].as_array().unwrap() {
            assert!(link.contains(&format!("events%5B%5D={}", event.as_str().unwrap())));
        }
        assert!(!link.contains("write") && !link.contains("admin="));
    }

    #[test]
    fn without_contents_no_contents_are_asked_for() {
        let config = Config { tier: Tier::NoContents, ..Config::default() };
        let (_, manifest) = documents_of(&config);
        assert!(manifest["default_permissions"].get("contents").is_none());
        assert!(!manifest["default_events"].to_string().contains("push"));
    }

    #[test]
    fn a_server_of_ones_own_has_its_own_link() {
        let base_url = "https://git.acme.example/api/v3".to_owned();
        let (link, _) = documents_of(&Config { base_url, ..Config::default() });
        assert!(link.starts_with("https://git.acme.example/organizations/ORG/settings/apps/new?"));
    }

    #[test]
    fn the_table_names_every_stream() {
        let config = Config::default();
        let text = documents(&config, "permissions").unwrap().remove(0).text;
        for stream in streams() {
            assert!(text.contains(stream.name), "{}", stream.name);
        }
        assert!(documents(&config, "sql").is_err());
    }
}
