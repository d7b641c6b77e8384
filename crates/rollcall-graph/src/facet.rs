//! Facets: the properties that queries ask for most, with one bitmap per value.

use std::sync::Arc;

use roaring::RoaringBitmap;

use crate::column::{Codes, code};
use crate::scopes::{ScopeNumbers, SetSources};
use crate::symbols::{PENDING, Sets, Symbols};
use crate::words::{OWNER_WORDS, PRESENCE_WORDS, REACH_WORDS, Reach, STANDING_WORDS, USAGE_WORDS};

/// A property with few enough values to count each.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[allow(missing_docs)] // The names are those of the query language, documented in its field table.
pub enum Facet {
    Type,
    Class,
    Kind,
    Provider,
    Realm,
    Source,
    Env,
    Owner,
    Team,
    Usage,
    Reach,
    Finding,
    Standing,
    Presence,
    Disabled,
    Gone,
    Missing,
    Collected,
}

/// How many facets there are.
pub(crate) const FACETS: usize = 18;

/// What having a value says about the question whether there is one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Sense {
    /// There is one.
    Some,
    /// There is none.
    None,
    /// It is not known.
    Unknown,
    /// Neither can be said.
    Neither,
}

const TYPE_WORDS: &[&str] = &[
    "unknown",
    "identity",
    "credential",
    "workload",
    "resource",
    "group",
    "grant",
    "person",
    "team",
];
const CLASS_WORDS: &[&str] = &["none", "human", "service", "agent"];
const DISABLED_WORDS: &[&str] = &["unknown", "true", "false"];
const FLAG_WORDS: &[&str] = &["false", "true"];

impl Facet {
    /// All facets, in the order in which they are shown.
    pub const ALL: [Self; FACETS] = [
        Self::Type,
        Self::Class,
        Self::Kind,
        Self::Provider,
        Self::Realm,
        Self::Source,
        Self::Env,
        Self::Owner,
        Self::Team,
        Self::Usage,
        Self::Reach,
        Self::Finding,
        Self::Standing,
        Self::Presence,
        Self::Disabled,
        Self::Gone,
        Self::Missing,
        Self::Collected,
    ];

    /// The field of the query language that it is.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Type => "type",
            Self::Class => "class",
            Self::Kind => "kind",
            Self::Provider => "provider",
            Self::Realm => "realm",
            Self::Source => "source",
            Self::Env => "env",
            Self::Owner => "owner",
            Self::Team => "team",
            Self::Usage => "usage",
            Self::Reach => "reach",
            Self::Finding => "finding",
            Self::Standing => "standing",
            Self::Presence => "presence",
            Self::Disabled => "disabled",
            Self::Gone => "gone",
            Self::Missing => "missing",
            Self::Collected => "collected",
        }
    }

    /// The column that holds it.
    pub(crate) const fn column(self) -> usize {
        match self {
            Self::Type => code::TYPE,
            Self::Class => code::CLASS,
            Self::Kind => code::KIND,
            Self::Provider => code::PROVIDER,
            Self::Realm => code::REALM,
            Self::Source => code::SCOPES,
            Self::Env => code::ENV,
            Self::Owner => code::OWNER,
            Self::Team => code::TEAM,
            Self::Usage => code::USAGE,
            Self::Reach => code::REACH,
            Self::Finding => code::FINDINGS,
            Self::Standing => code::STANDING,
            Self::Presence => code::PRESENCE,
            Self::Disabled => code::DISABLED,
            Self::Gone => code::GONE,
            Self::Missing => code::MISSING,
            Self::Collected => code::COLLECTED,
        }
    }

    /// Whether the analysis fills it, so that it changes with a generation of derived columns.
    pub(crate) const fn is_derived(self) -> bool {
        matches!(
            self,
            Self::Owner
                | Self::Team
                | Self::Usage
                | Self::Reach
                | Self::Finding
                | Self::Standing
                | Self::Presence
        )
    }

    /// The words of its values, where they are fixed.
    pub(crate) const fn words(self) -> Option<&'static [&'static str]> {
        match self {
            Self::Type => Some(TYPE_WORDS),
            Self::Class => Some(CLASS_WORDS),
            Self::Owner => Some(OWNER_WORDS),
            Self::Usage => Some(USAGE_WORDS),
            Self::Reach => Some(REACH_WORDS),
            Self::Standing => Some(STANDING_WORDS),
            Self::Presence => Some(PRESENCE_WORDS),
            Self::Disabled => Some(DISABLED_WORDS),
            Self::Gone | Self::Missing | Self::Collected => Some(FLAG_WORDS),
            _ => None,
        }
    }

    /// What a value says about there being one.
    pub(crate) fn sense(self, value: u32, vocabulary: &Vocabulary) -> Sense {
        let word = self.value_text(value, vocabulary);
        match (self, word) {
            (Self::Team | Self::Finding, PENDING) => Sense::Unknown,
            (Self::Type | Self::Disabled | Self::Standing | Self::Presence, "unknown") => {
                Sense::Unknown
            }
            // Somebody who is not here yet is somebody.
            (Self::Presence, "pending") => Sense::Some,
            (Self::Presence, "none") => Sense::None,
            (_, "pending" | "undetermined" | "unobservable") if self.is_derived() => Sense::Unknown,
            (Self::Owner, "unowned")
            | (Self::Reach, "nothing")
            | (Self::Class, "none")
            | (Self::Usage, "unused" | "never_used")
            | (Self::Gone | Self::Missing | Self::Collected | Self::Disabled, "false") => {
                Sense::None
            }
            (Self::Owner, "orphaned") | (Self::Usage, "too_young") => Sense::Neither,
            _ if self.words().is_none() && value == 0 => Sense::None,
            _ => Sense::Some,
        }
    }

    /// The text of a value; empty for *none*.
    pub(crate) fn value_text(self, value: u32, vocabulary: &Vocabulary) -> &str {
        match (self.words(), vocabulary.symbols(self)) {
            (Some(words), _) => words.get(value as usize).copied().unwrap_or_default(),
            (None, Some(symbols)) => symbols.text(value),
            (None, None) => "",
        }
    }

    /// How many values there are.
    pub(crate) fn values(self, vocabulary: &Vocabulary) -> usize {
        match (self.words(), vocabulary.symbols(self)) {
            (Some(words), _) => words.len(),
            (None, Some(symbols)) => symbols.len(),
            (None, None) => 0,
        }
    }

    /// Calls `each` with every value that a code of the column stands for.
    #[inline]
    pub(crate) fn members(self, code: u32, vocabulary: &Vocabulary, mut each: impl FnMut(u32)) {
        match self {
            Self::Source => vocabulary.set_sources.get(code).iter().for_each(|v| each(*v)),
            Self::Finding => vocabulary.finding_sets.get(code).iter().for_each(|v| each(*v)),
            Self::Reach => {
                let mut mask = Reach::facet_mask(code);
                while mask != 0 {
                    each(mask.trailing_zeros());
                    mask &= mask - 1;
                }
            }
            _ => each(code),
        }
    }
}

/// Every shared text of a snapshot.
#[derive(Clone, Debug, Default)]
pub(crate) struct Vocabulary {
    pub(crate) kinds: Symbols,
    pub(crate) providers: Symbols,
    pub(crate) realms: Symbols,
    pub(crate) sources: Symbols,
    pub(crate) envs: Symbols,
    pub(crate) owners: Symbols,
    pub(crate) teams: Symbols,
    pub(crate) rules: Symbols,
    /// Namespace and authority of references, with NUL between them.
    pub(crate) domains: Symbols,
    pub(crate) scopes: ScopeNumbers,
    /// Sets of scopes, by number; see [`crate::scopes::MISSES`].
    pub(crate) scope_sets: Sets,
    /// The sources of each set.
    pub(crate) set_sources: Arc<SetSources>,
    pub(crate) finding_sets: Sets,
}

impl Vocabulary {
    /// Makes the sources of sets anew, after scopes or sets were added or renamed.
    pub(crate) fn derive_sources(&mut self) {
        self.set_sources = Arc::new(SetSources::of(&self.scope_sets, &self.scopes));
    }

    pub(crate) fn symbols(&self, facet: Facet) -> Option<&Symbols> {
        Some(match facet {
            Facet::Kind => &self.kinds,
            Facet::Provider => &self.providers,
            Facet::Realm => &self.realms,
            Facet::Source => &self.sources,
            Facet::Env => &self.envs,
            Facet::Team => &self.teams,
            Facet::Finding => &self.rules,
            _ => return None,
        })
    }
}

/// One bitmap per value of a facet.
pub(crate) type Bitmaps = Arc<Vec<RoaringBitmap>>;

/// The bitmaps of a facet's column.
pub(crate) fn index(facet: Facet, codes: &Codes, vocabulary: &Vocabulary) -> Bitmaps {
    let mut bitmaps = vec![RoaringBitmap::new(); facet.values(vocabulary)];
    for node in 0..codes.len() as u32 {
        facet.members(codes.get(node as usize), vocabulary, |value| {
            if let Some(bitmap) = bitmaps.get_mut(value as usize) {
                bitmap.insert(node);
            }
        });
    }
    for bitmap in &mut bitmaps {
        bitmap.optimize();
    }
    Arc::new(bitmaps)
}
