//! What a connector declares about itself. Pages, permission lists and configuration schemas are
//! generated from this.

use rollcall_model::{EntityType, Kind, KindFacts, Listing};
use serde::{Deserialize, Serialize};

/// A connector, described as data.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Definition {
    /// The word in `kind = "…"` of a source's configuration.
    pub id: String,
    /// What people call it.
    pub title: String,
    /// One paragraph: what it reads and what it needs.
    pub summary: String,
    /// The provider of the entities it mostly reads.
    pub provider: String,
    /// Its listings, in the order in which they are read.
    pub streams: Vec<StreamDef>,
    /// The kinds it emits.
    pub kinds: Vec<KindDef>,
    /// Its configuration.
    pub config: Vec<ConfigField>,
    /// Every operation it may ever perform: `aws:iam:ListUsers`, `GET /orgs/{org}/members`, a file
    /// pattern. Anything else fails before it leaves.
    pub operations: Vec<String>,
    /// The forms in which it can print the access it needs, such as `policy` or `terraform`; the
    /// first is the default.
    pub access_formats: Vec<String>,
}

impl Definition {
    /// The stream with a name.
    #[must_use]
    pub fn stream(&self, name: &str) -> Option<&StreamDef> {
        self.streams.iter().find(|s| s.name == name)
    }
}

/// How much a stream's word counts where several describe the same entity.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rank {
    /// The provider's own word about its own entity.
    Authoritative,
    /// Another view of it, such as a report.
    Secondary,
    /// What files say should be.
    Declared,
}

impl Rank {
    /// The number that stands for it in the store; smaller counts more. Never reused.
    #[must_use]
    pub const fn number(self) -> i64 {
        self as i64
    }
}

/// One listing of a connector.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StreamDef {
    /// Its name, lowercase with hyphens.
    pub name: String,
    /// What it lists, in a few words.
    pub title: String,
    /// Whether it lists everything or only changes.
    #[serde(default)]
    pub listing: Listing,
    /// How much its word counts.
    pub rank: Rank,
    /// What a part of its scopes is, such as `repository`; absent where a scope is a whole realm.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<String>,
    /// The permissions it needs, in the provider's words.
    #[serde(default)]
    pub permissions: Vec<String>,
    /// The permission tier it belongs to, where the provider's permissions come in tiers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<String>,
    /// What it can see.
    pub sees: String,
    /// What it cannot see, one sentence each.
    #[serde(default)]
    pub blind_spots: Vec<String>,
    /// Absence weighs more than elsewhere: what would retire is held already when it is more than a
    /// tenth and more than two. For directories, where half a list must retire nobody.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub careful: bool,
    /// Its pages are numbered or eventually consistent: an entity can be missed by a reading that
    /// reached the end. It retires only after two complete readings without it.
    #[serde(default)]
    pub shifting: bool,
}

/// A kind of entity that a connector emits.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct KindDef {
    /// The provider's noun.
    pub kind: Kind,
    /// What it is.
    #[serde(rename = "type")]
    pub entity_type: EntityType,
    /// One sentence.
    pub title: String,
    /// It has no immutable id, only a name.
    #[serde(default)]
    pub name_keyed: bool,
    /// Its attributes.
    #[serde(default)]
    pub attributes: Vec<AttributeDef>,
    /// What analysis must know of it: how its use shows, what absence means.
    #[serde(default, skip_serializing_if = "KindFacts::is_empty")]
    pub facts: KindFacts,
}

/// An attribute of a kind.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AttributeDef {
    /// Its name in `attributes`.
    pub name: String,
    /// Its shape: `text`, `integer`, `boolean`, `time`, `list of text`, `object`, `policy`…
    pub shape: String,
    /// Analysis reads it, so every snapshot holds it; otherwise it is a detail for people.
    #[serde(default)]
    pub analysed: bool,
    /// What it says.
    pub title: String,
}

/// The shape of a configuration field.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConfigShape {
    /// A text.
    Text,
    /// A list of texts.
    Texts,
    /// A whole number.
    Integer,
    /// An id of the provider's: a whole number or a text.
    Id,
    /// True or false.
    Boolean,
    /// A reference to a secret (`env:`, `file:`, `exec:`, `vault:`), resolved before the connector
    /// sees it; the literal value is refused.
    Secret,
}

/// A field of a source's `[source.config]`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ConfigField {
    /// Its name.
    pub name: String,
    /// Its shape.
    pub shape: ConfigShape,
    /// It must be given.
    #[serde(default)]
    pub required: bool,
    /// What holds when it is absent, as it would be written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// What it does.
    pub title: String,
}

impl ConfigField {
    /// An optional field.
    #[must_use]
    pub fn optional(name: &str, shape: ConfigShape, title: &str) -> Self {
        Self {
            name: name.to_owned(),
            shape,
            required: false,
            default: None,
            title: title.to_owned(),
        }
    }
}
