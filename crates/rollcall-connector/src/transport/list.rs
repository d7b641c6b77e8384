//! Lists whose entries may be broken one by one.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use super::words::json_error;

/// A JSON list read entry by entry: an entry that is null or not of the expected form is named in
/// `broken` instead of being passed over or failing the whole list. A list with broken entries is
/// not complete.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ListOf<T> {
    /// The entries that could be read, in their order.
    pub items: Vec<T>,
    /// The others: position in the list, from 0, and what is wrong, without the entry's content.
    pub broken: Vec<(usize, String)>,
}

impl<T> Default for ListOf<T> {
    fn default() -> Self {
        Self { items: Vec::new(), broken: Vec::new() }
    }
}

impl<T> ListOf<T> {
    /// The problem that the broken entries are, if there are any: malformed, `broken_entries`,
    /// with the place of the first.
    #[must_use]
    pub fn problem(&self, what: &str) -> Option<rollcall_record::Problem> {
        let (index, why) = self.broken.first()?;
        let more = match self.broken.len() - 1 {
            0 => String::new(),
            n => format!(" ({n} more)"),
        };
        Some(
            rollcall_record::Problem::new(
                rollcall_model::ProblemClass::Malformed,
                "broken_entries",
                format!("{what}: entry {index} cannot be read: {why}{more}"),
            )
            .hides(format!("{} of {what}", self.broken.len())),
        )
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for ListOf<T> {
    /// From a list, as providers send it, or from the form in which it is recorded.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ListVisitor(PhantomData))
    }
}

struct ListVisitor<T>(PhantomData<T>);

#[derive(Deserialize)]
struct Recorded<T> {
    items: Vec<T>,
    broken: Vec<(usize, String)>,
}

impl<'de, T: DeserializeOwned> Visitor<'de> for ListVisitor<T> {
    type Value = ListOf<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<ListOf<T>, A::Error> {
        let mut list = ListOf::default();
        let mut index = 0;
        while let Some(entry) = seq.next_element::<Box<RawValue>>()? {
            match entry.get() {
                "null" => list.broken.push((index, "it is null".to_owned())),
                text => match serde_json::from_str(text) {
                    Ok(item) => list.items.push(item),
                    Err(error) => list.broken.push((index, json_error(&error))),
                },
            }
            index += 1;
        }
        Ok(list)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<ListOf<T>, A::Error> {
        let recorded = Recorded::deserialize(MapAccessDeserializer::new(map))?;
        Ok(ListOf { items: recorded.items, broken: recorded.broken })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
    struct Key {
        id: u64,
    }

    #[test]
    fn broken_entries_are_named_and_the_others_kept() {
        let list: ListOf<Key> =
            serde_json::from_str(r#"[{"id":1}, null, {"id":"canary"}, {"id":4}, 7]"#).unwrap();
        assert_eq!(list.items, [Key { id: 1 }, Key { id: 4 }]);
        let places: Vec<_> = list.broken.iter().map(|(index, _)| *index).collect();
        assert_eq!(places, [1, 2, 4]);
        let problem = list.problem("keys").unwrap();
        assert!(problem.message.starts_with("keys: entry 1 cannot be read: it is null (2 more)"));
        assert!(list.broken.iter().all(|(_, why)| !why.contains("canary")));
        let recorded = serde_json::to_string(&list).unwrap();
        assert_eq!(serde_json::from_str::<ListOf<Key>>(&recorded).unwrap(), list);
    }

    #[test]
    fn an_empty_list_is_whole_and_no_list_is_an_error() {
        let list: ListOf<Key> = serde_json::from_str("[]").unwrap();
        assert!(list.problem("keys").is_none() && list.items.is_empty());
        for bad in ["null", "{}", "7", "[1"] {
            assert!(serde_json::from_str::<ListOf<Key>>(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_list_may_stand_inside_an_object() {
        #[derive(Deserialize)]
        struct Page {
            keys: ListOf<Key>,
        }
        let page: Page = serde_json::from_value(serde_json::json!({"keys": [{"id": 1}]})).unwrap();
        assert_eq!(page.keys.items.len(), 1);
    }
}
