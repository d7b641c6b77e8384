//! Pages with opaque markers.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::request::Call;
use super::xml::{Answer, element};

/// What IAM gives when nothing is said, and what it gives at most. Source: IAM API reference.
const USUAL: usize = 100;
const MOST: usize = 1000;

/// A page and what comes after it.
pub(super) struct Page<'a, T> {
    pub(super) items: &'a [T],
    pub(super) rest: Rest,
}

/// Whether there is more.
pub(super) struct Rest(Option<String>);

impl Rest {
    /// As the query protocol says it.
    pub(super) fn write(&self, out: &mut String) {
        element("IsTruncated", if self.0.is_some() { "true" } else { "false" }, out);
        if let Some(marker) = &self.0 {
            element("Marker", marker, out);
        }
    }

    /// The token, as the JSON protocol says it.
    pub(super) fn token(self) -> Option<String> {
        self.0
    }
}

/// The page that a call of the query protocol asks for.
pub(super) fn page<'a, T>(all: &'a [T], call: &Call) -> Result<Page<'a, T>, Answer> {
    let size = match call.param("MaxItems") {
        "" => USUAL,
        text => match text.parse() {
            Ok(size) if (1..=MOST).contains(&size) => size,
            _ => {
                let message = "Value at 'maxItems' failed to satisfy constraint: Member must be between 1 and 1000";
                return Err(Answer::error(400, "ValidationError", message));
            }
        },
    };
    cut(all, size, call.param("Marker"), &call.action)
        .ok_or_else(|| Answer::error(400, "ValidationError", "Invalid Marker."))
}

/// A page of a list; nothing when the token is of another listing.
pub(super) fn cut<'a, T>(all: &'a [T], size: usize, token: &str, of: &str) -> Option<Page<'a, T>> {
    let from = if token.is_empty() {
        0
    } else {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok()?;
        text.strip_prefix(of)?.strip_prefix(':')?.parse().ok()?
    };
    let items = all.get(from..)?;
    let more = items.len() > size;
    let next = more.then(|| URL_SAFE_NO_PAD.encode(format!("{of}:{}", from + size)));
    Some(Page { items: &items[..items.len().min(size)], rest: Rest(next) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_walked_to_the_end() {
        let all: Vec<u32> = (0..250).collect();
        let (mut seen, mut token, mut pages) = (Vec::new(), String::new(), 0);
        loop {
            let page = cut(&all, 100, &token, "ListX").unwrap();
            seen.extend_from_slice(page.items);
            pages += 1;
            match page.rest.token() {
                Some(next) => token = next,
                None => break,
            }
        }
        assert_eq!((seen, pages), (all.clone(), 3));
        assert!(cut(&all, 10, "x!", "ListX").is_none());
        let other = cut(&all, 10, "", "ListY").unwrap().rest.token().unwrap();
        assert!(cut(&all, 10, &other, "ListX").is_none(), "a marker of another listing");
    }
}
