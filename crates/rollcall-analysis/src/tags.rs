//! Tags, labels and annotations, out of an entity's analysed attributes.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;

use crate::settings::Settings;
use crate::text::plain;

type Map<'d> = BTreeMap<Cow<'d, str>, serde_json::Value>;

/// The parts of an entity's document that judgements need; the rest is passed over.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Document<'d> {
    #[serde(borrow)]
    tags: Map<'d>,
    #[serde(borrow)]
    labels: Map<'d>,
    #[serde(borrow)]
    annotations: Map<'d>,
    /// The provider made it and manages it.
    pub(crate) provider_managed: bool,
    /// A person can sign in as it with a password.
    pub(crate) password_enabled: Option<bool>,
}

/// A tag: what holds it, its name, its value.
pub(crate) type Tag<'a> = (&'static str, &'a str, &'a str);

impl<'d> Document<'d> {
    /// From an entity's document. What has another shape than expected says nothing.
    pub(crate) fn read(json: Option<&'d str>) -> Self {
        json.and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default()
    }

    /// All tags, labels and annotations that are texts.
    pub(crate) fn tags(&self) -> impl Iterator<Item = Tag<'_>> {
        let sorts =
            [("tag", &self.tags), ("label", &self.labels), ("annotation", &self.annotations)];
        sorts.into_iter().flat_map(|(sort, map)| {
            map.iter().filter_map(move |(name, value)| Some((sort, &**name, value.as_str()?)))
        })
    }

    /// The tag that says it is kept for rare use.
    pub(crate) fn reserve<'a>(&'a self, settings: &Settings) -> Option<Tag<'a>> {
        self.tags().find(|(_, name, value)| {
            let is_one = |text: &str| settings.reserve_tags.contains(&plain(text));
            is_one(value) || is_one(name) && !["", "false", "no"].contains(&plain(value).as_str())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_texts_are_tags() {
        let json = r#"{"policies":[{"statements":[1,2]}],"provider_managed":true,
            "tags":{"Owner":"a","n":1},"labels":{"team":"b"}}"#;
        let document = Document::read(Some(json));
        let tags: Vec<_> = document.tags().collect();
        assert_eq!(tags, [("tag", "Owner", "a"), ("label", "team", "b")]);
        assert!(document.provider_managed);
        assert_eq!(Document::read(Some("[]")).tags().count(), 0);
        assert_eq!(Document::read(None).tags().count(), 0);
    }

    #[test]
    fn reserve_is_known_by_value_or_name() {
        let settings = Settings::default();
        let is_one = |json: &str| Document::read(Some(json)).reserve(&settings).is_some();
        assert!(is_one(r#"{"tags":{"purpose":"break-glass"}}"#));
        assert!(is_one(r#"{"tags":{"DR":"yes"}}"#));
        assert!(!is_one(r#"{"tags":{"dr":"false"}}"#));
        assert!(!is_one(r#"{"tags":{"purpose":"nightly"}}"#));
    }
}
