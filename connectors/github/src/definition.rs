//! What the connector is, as data: streams, operations, configuration.

use futures::future::BoxFuture;
use rollcall_connector::{ConfigField, ConfigShape, Definition, Rank, StreamDef};
use rollcall_model::Listing;
use rollcall_record::Problem;

use crate::config::Tier;
use crate::plan::{Estimate, Planning};
use crate::run::Run;
use crate::{client, contents, kinds, plan, session, streams};

/// One listing, with everything that is said about it in one place.
pub(crate) struct Stream {
    /// Its name.
    pub(crate) name: &'static str,
    pub(crate) title: &'static str,
    pub(crate) listing: Listing,
    pub(crate) rank: Rank,
    /// What a part of its scopes is.
    pub(crate) part: Option<&'static str>,
    /// The permissions of an App it needs, all to read, by their keys.
    pub(crate) permissions: &'static [&'static str],
    /// The operations it performs, besides those of every run.
    pub(crate) operations: &'static [&'static str],
    /// GraphQL documents it sends.
    pub(crate) documents: &'static [&'static str],
    pub(crate) tier: Tier,
    /// What it can see; also what a denial hides.
    pub(crate) sees: &'static str,
    pub(crate) blind_spots: &'static [&'static str],
    /// Its pages are numbered.
    pub(crate) shifting: bool,
    /// It is read whatever is left of the budget.
    pub(crate) priority: bool,
    /// The parts of the scopes it has for each organisation; `""` is the whole organisation.
    pub(crate) organization_parts: &'static [&'static str],
    /// What the parts of the scopes it has for each repository end with, after the repository's
    /// number: `""`, or `/actions`.
    pub(crate) repository_parts: &'static [&'static str],
    /// How many calls one scope of a repository takes, about.
    pub(crate) cost: u64,
    /// Whether a push makes a repository's scopes due.
    pub(crate) follows_pushes: bool,
    /// How many calls reading it now would take, where that is not told by its scopes and their cost.
    pub(crate) plan: Option<for<'a> fn(&'a Planning<'a>) -> BoxFuture<'a, Estimate>>,
    /// Reads it.
    pub(crate) read: for<'a> fn(&'a Run<'a>) -> BoxFuture<'a, Result<(), Problem>>,
}

impl Stream {
    /// A stream with the commonest settings, for use with `..`: one scope an organisation.
    pub(crate) const fn usual(
        read: for<'a> fn(&'a Run<'a>) -> BoxFuture<'a, Result<(), Problem>>,
    ) -> Self {
        Self {
            name: "",
            title: "",
            listing: Listing::Full,
            rank: Rank::Authoritative,
            part: None,
            permissions: &[],
            operations: &[],
            documents: &[],
            tier: Tier::NoContents,
            sees: "",
            blind_spots: &[],
            shifting: true,
            priority: false,
            organization_parts: &[""],
            repository_parts: &[],
            cost: 1,
            follows_pushes: false,
            plan: None,
            read,
        }
    }

    fn described(&self) -> StreamDef {
        StreamDef {
            name: self.name.to_owned(),
            title: self.title.to_owned(),
            listing: self.listing,
            rank: self.rank,
            part: self.part.map(str::to_owned),
            permissions: self.permissions.iter().map(|p| format!("{p}:read")).collect(),
            tier: Some(self.tier.as_str().to_owned()),
            sees: self.sees.to_owned(),
            blind_spots: texts(self.blind_spots),
            shifting: self.shifting,
            careful: false,
        }
    }
}

/// The streams, in the order in which they are read: first those that are read whatever is left of
/// the budget.
pub(crate) fn streams() -> impl Iterator<Item = &'static Stream> {
    streams::STREAMS.iter().copied().chain(contents::STREAMS.iter().copied())
}

/// The stream with a name.
pub(crate) fn stream(name: &str) -> Option<&'static Stream> {
    streams().find(|s| s.name == name)
}

fn texts(list: &[&str]) -> Vec<String> {
    list.iter().map(|text| (*text).to_owned()).collect()
}

/// The permissions of some streams, sorted.
pub(crate) fn permissions_of<'a>(
    streams: impl IntoIterator<Item = &'a Stream>,
) -> Vec<&'static str> {
    let mut all: Vec<_> = streams.into_iter().flat_map(|s| s.permissions).copied().collect();
    all.push("metadata");
    all.sort_unstable();
    all.dedup();
    all
}

/// What is called before or beside any stream.
const SESSION_OPERATIONS: [&str; 7] = [
    session::INSTALLATIONS,
    session::MINT,
    session::USER,
    session::USER_ORGANIZATIONS,
    session::ORGANIZATION,
    client::REPOSITORY_BY_ID,
    client::RATE_LIMIT,
];

fn operations() -> Vec<String> {
    let declared = streams().flat_map(|s| s.operations.iter().map(|o| (*o).to_owned()));
    let documents = streams().flat_map(|s| s.documents).chain([&plan::COUNT_ENVIRONMENTS]);
    let documents = documents.map(|text| rollcall_connector::transport::graphql_operation(text));
    let mut all: Vec<String> =
        texts(&SESSION_OPERATIONS).into_iter().chain(declared).chain(documents).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// The connector, described as data.
#[must_use]
pub fn definition() -> Definition {
    Definition {
        id: "github".to_owned(),
        title: "GitHub".to_owned(),
        summary:
            "Reads organisations of github.com, GHE.com and GitHub Enterprise Server: people, \
                  teams, Apps, tokens, deploy keys, names of secrets, environments, webhooks, \
                  runners and settings, and what repositories declare. It needs a GitHub App with \
                  read permissions, or a token; each stream says what it needs and what is hidden \
                  without it."
                .to_owned(),
        provider: "github".to_owned(),
        streams: streams().map(Stream::described).collect(),
        kinds: kinds::kinds(),
        config: config_fields(),
        operations: operations(),
        access_formats: texts(&["manifest", "permissions"]),
    }
}

fn config_fields() -> Vec<ConfigField> {
    use ConfigShape::{Boolean, Id, Integer, Secret, Text, Texts};
    let field = |name, shape, default: Option<&str>, title| ConfigField {
        default: default.map(str::to_owned),
        ..ConfigField::optional(name, shape, title)
    };
    vec![
        field(
            "base_url",
            Text,
            Some("\"https://api.github.com\""),
            "The address of the REST interface: https://api.SUBDOMAIN.ghe.com for GHE.com, https://HOST/api/v3 for GitHub Enterprise Server. GraphQL's is derived from it.",
        ),
        field(
            "host",
            Text,
            None,
            "The host that people know it by, where base_url leads through a proxy.",
        ),
        field(
            "organizations",
            Texts,
            None,
            "Only these organisations, by login; without it every one the App is installed in or the token can see.",
        ),
        field("app_id", Id, None, "The id or client id of the GitHub App."),
        field("private_key", Secret, None, "The App's private key, in PEM form."),
        field(
            "token",
            Secret,
            None,
            "A personal access token in place of an App. It sees less: fine-grained tokens of others are shown to Apps only.",
        ),
        field(
            "webhook_secret",
            Secret,
            None,
            "The secret with which GitHub signs what it sends to the entry for webhooks.",
        ),
        field(
            "tier",
            Text,
            Some("\"full\""),
            "How much of contents is read: no-contents, workflows (of the repositories in contents_of), full.",
        ),
        field(
            "contents_of",
            Texts,
            None,
            "In the tier workflows: the repositories whose contents are read, as owner/name.",
        ),
        field("skip_streams", Texts, None, "Not these streams."),
        field(
            "concurrency",
            Integer,
            Some("20"),
            "How many calls may be under way at once with one credential; GitHub allows 100.",
        ),
        field(
            "budget_per_hour",
            Integer,
            None,
            "How many calls a run may make with one credential; without it what GitHub says is left.",
        ),
        field(
            "requests_per_minute",
            Integer,
            None,
            "How many calls may leave in a minute with one credential; 880 at GitHub's own service, which allows 900, and no bound elsewhere.",
        ),
        field(
            "relist_hours",
            Integer,
            Some("24"),
            "After how many hours what did not change is listed again.",
        ),
        field(
            "audit_days",
            Integer,
            Some("30"),
            "How many days of the audit log the first reading goes back; GitHub keeps 180.",
        ),
        field(
            "codespaces_secrets",
            Boolean,
            Some("false"),
            "List Codespaces secrets of repositories, for which GitHub wants a permission to write.",
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use rollcall_connector::testkit::assert_contract;

    #[test]
    fn the_contract_is_kept() {
        assert_contract(&definition());
    }

    #[test]
    fn every_configuration_field_is_known() {
        for field in &definition().config {
            // A field that the configuration does not know would be refused by name.
            let wrong = serde_json::json!({ field.name.as_str(): {"not": "its shape"} });
            let message = crate::Config::parse(&wrong).unwrap_err().message;
            assert!(!message.contains("unknown field"), "{message}");
        }
    }

    #[test]
    fn priority_comes_first() {
        let order: Vec<bool> = streams::STREAMS.iter().map(|s| s.priority).collect();
        assert!(order.is_sorted_by(|a, b| a >= b), "{order:?}");
    }
}
