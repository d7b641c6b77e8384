//! Pages: by number with `Link`, and by cursor.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use super::ask::{Ask, Reply};
use super::faults::GitHubFaultKind;

/// How large pages are where nobody says, and at most.
#[derive(Clone, Copy)]
pub(crate) struct Sizes(pub(crate) u64, pub(crate) u64);

/// Of most lists.
pub(crate) const USUAL: Sizes = Sizes(30, 100);
/// Of variables.
pub(crate) const VARIABLES: Sizes = Sizes(10, 30);
/// Of seats.
pub(crate) const SEATS: Sizes = Sizes(50, 100);

impl Ask<'_> {
    fn size(&self, sizes: Sizes) -> u64 {
        let wanted = self.query("per_page").and_then(|n| n.parse().ok()).unwrap_or(sizes.0);
        if wanted == 0 { sizes.0 } else { wanted.min(sizes.1) }
    }

    /// A page of a list that is an array by itself.
    pub(crate) fn list<T>(&self, items: &[T], show: impl FnMut(&T) -> Value) -> Reply {
        let (values, link) = self.page(items, USUAL, show);
        linked(Reply::ok(Value::Array(values)), link)
    }

    /// A page of a list below a name, with the number of all.
    pub(crate) fn wrapped<T>(
        &self,
        name: &str,
        items: &[T],
        sizes: Sizes,
        show: impl FnMut(&T) -> Value,
    ) -> Reply {
        let (values, link) = self.page(items, sizes, show);
        let mut body = Map::new();
        let total = if name == "seats" { "total_seats" } else { "total_count" };
        body.insert(total.to_owned(), items.len().into());
        body.insert(name.to_owned(), Value::Array(values));
        linked(Reply::ok(Value::Object(body)), link)
    }

    fn page<T>(
        &self,
        items: &[T],
        sizes: Sizes,
        show: impl FnMut(&T) -> Value,
    ) -> (Vec<Value>, Option<String>) {
        let size = self.size(sizes);
        let page = self.query("page").and_then(|n| n.parse().ok()).unwrap_or(1_u64).max(1);
        let total = items.len() as u64;
        let last = total.div_ceil(size).max(1);
        let from = (page - 1).saturating_mul(size).min(total);
        let to = from.saturating_add(size).min(total);
        let values = items[from as usize..to as usize].iter().map(show).collect();
        let mut links = Vec::new();
        let mut link = |page: u64, relation: &str| {
            links.push(format!(
                "<{}>; rel=\"{relation}\"",
                self.turned("page", &page.to_string(), size)
            ));
        };
        if page > 1 {
            link((page - 1).min(last), "prev");
        }
        if page < last {
            link(page + 1, "next");
            link(last, "last");
        }
        if page > 1 {
            link(1, "first");
        }
        (values, (!links.is_empty()).then(|| links.join(", ")))
    }

    /// A page of a list with cursors, which is an array by itself.
    pub(crate) fn cursor_list<T>(&self, items: &[T], show: impl FnMut(&T) -> Value) -> Reply {
        let size = self.size(USUAL) as usize;
        let place = |name: &str| self.query(name).and_then(place_of);
        let from = match (place("after"), place("before")) {
            (Some(after), _) => after + 1,
            (None, Some(before)) => before.saturating_sub(size),
            (None, None) => 0,
        };
        let from = from.min(items.len());
        let to = (from + size).min(items.len());
        let values = items[from..to].iter().map(show).collect();
        let mut links = Vec::new();
        let mut link = |name: &str, cursor: String, relation: &str| {
            let url = self.turned(name, &cursor, size as u64);
            links.push(format!("<{url}>; rel=\"{relation}\""));
        };
        if to < items.len() {
            link("after", cursor(to - 1), "next");
        }
        if from > 0 {
            link("before", cursor(from), "prev");
        }
        let link = (!links.is_empty()).then(|| links.join(", "));
        linked(Reply::ok(Value::Array(values)), link)
    }

    /// The address of another page.
    fn turned(&self, name: &str, value: &str, size: u64) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (key, value) in &self.query {
            if !["page", "after", "before", "per_page"].contains(&key.as_str()) {
                query.append_pair(key, value);
            }
        }
        query.append_pair("per_page", &size.to_string());
        query.append_pair(name, value);
        let base = match self.struck(&GitHubFaultKind::ForeignLink) {
            true => "https://api.github.example",
            false => &self.base,
        };
        format!("{base}{}?{}", self.path, query.finish())
    }
}

/// The cursor of a place.
pub(crate) fn cursor(place: usize) -> String {
    URL_SAFE_NO_PAD.encode(format!("lab:{place}"))
}

/// The place of a cursor.
pub(crate) fn place_of(cursor: &str) -> Option<usize> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
    text.strip_prefix("lab:")?.parse().ok()
}

fn linked(reply: Reply, link: Option<String>) -> Reply {
    match link {
        Some(link) => reply.with("link", link),
        None => reply,
    }
}
