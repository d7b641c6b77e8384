//! The `Link` header (RFC 8288).

use http::HeaderMap;

/// One link of a `Link` header.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Link {
    /// Where it points, as written: absolute or relative.
    pub target: String,
    /// What it is to this page, in lowercase: `next`, `last`.
    pub rels: Vec<String>,
}

/// Where the next page is, as written in the `Link` headers.
#[must_use]
pub fn next_link(headers: &HeaderMap) -> Option<String> {
    headers
        .get_all(http::header::LINK)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(parse_links)
        .find(|link| link.rels.iter().any(|rel| rel == "next"))
        .map(|link| link.target)
}

/// The links of one header value. What is no link is passed over.
#[must_use]
pub fn parse_links(value: &str) -> Vec<Link> {
    let mut links = Vec::new();
    let mut rest = value;
    while let Some(start) = rest.find('<') {
        let Some(end) = rest[start..].find('>') else { break };
        let target = rest[start + 1..start + end].trim().to_owned();
        rest = &rest[start + end + 1..];
        let mut rels = Vec::new();
        while let Some((name, value, after)) = parameter(rest) {
            rest = after;
            // Only the first `rel` counts.
            if name.eq_ignore_ascii_case("rel") && rels.is_empty() {
                rels = value.split_ascii_whitespace().map(str::to_ascii_lowercase).collect();
            }
        }
        links.push(Link { target, rels });
    }
    links
}

/// `; name=value` or `; name="value"` at the beginning of a text, with what follows it.
fn parameter(text: &str) -> Option<(&str, String, &str)> {
    let text = text.trim_start().strip_prefix(';')?.trim_start();
    let name_end = text.find(['=', ';', ',']).unwrap_or(text.len());
    let (name, rest) = text.split_at(name_end);
    let name = name.trim();
    let Some(value) = rest.strip_prefix('=').map(str::trim_start) else {
        return Some((name, String::new(), rest));
    };
    let Some(quoted) = value.strip_prefix('"') else {
        let end = value.find([';', ',']).unwrap_or(value.len());
        return Some((name, value[..end].trim().to_owned(), &value[end..]));
    };
    let mut unquoted = String::new();
    let mut escaped = false;
    for (i, c) in quoted.char_indices() {
        match c {
            '\\' if !escaped => escaped = true,
            '"' if !escaped => return Some((name, unquoted, &quoted[i + 1..])),
            c => {
                unquoted.push(c);
                escaped = false;
            }
        }
    }
    // A quotation that never ends takes the rest with it.
    Some((name, unquoted, ""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn next(value: &str) -> Option<String> {
        let mut headers = HeaderMap::new();
        headers.insert(http::header::LINK, value.parse().unwrap());
        next_link(&headers)
    }

    #[test]
    fn the_next_page_is_found_wherever_it_stands() {
        for (value, target) in [
            (
                r#"<https://h/x?page=2>; rel="next", <https://h/x?page=9>; rel="last""#,
                Some("https://h/x?page=2"),
            ),
            (r#"<https://h/x?page=1>; rel="prev", </x?page=3>; rel="next""#, Some("/x?page=3")),
            (r#"<a>; title="x, <b>; rel=next"; rel=last, <c>; REL=Next"#, Some("c")),
            (r#"<a>;rel="prev next""#, Some("a")),
            (r#"<a>; rel=next"#, Some("a")),
            (r#"<a?q=1,2;3>; foo; rel="next"; rel="last""#, Some("a?q=1,2;3")),
            (r#"<a>; rel="last""#, None),
            ("", None),
            ("<a", None),
            (r#"<a>; rel="nex"#, None),
            (r#"a; rel="next""#, None),
        ] {
            assert_eq!(next(value).as_deref(), target, "{value}");
        }
    }

    #[test]
    fn several_headers_are_one() {
        let mut headers = HeaderMap::new();
        headers.append(http::header::LINK, "<a>; rel=last".parse().unwrap());
        headers.append(http::header::LINK, "<b>; rel=next".parse().unwrap());
        assert_eq!(next_link(&headers).as_deref(), Some("b"));
    }

    proptest! {
        #[test]
        fn nothing_panics(text in "\\PC{0,80}", linkish in "[<>;,=\" a-z\\\\]{0,60}") {
            let _ = parse_links(&text);
            let _ = parse_links(&linkish);
        }

        #[test]
        fn what_is_written_is_read(
            links in proptest::collection::vec(("[a-z/?=&;,:.0-9]{1,30}", "[a-z]{1,8}", "[ -!#-\\[\\]-~]{0,12}"), 1..5)
        ) {
            let value = links.iter()
                .map(|(target, rel, title)| format!("<{target}>; title=\"{title}\"; rel=\"{rel}\""))
                .collect::<Vec<_>>()
                .join(", ");
            let expected: Vec<_> = links.into_iter()
                .map(|(target, rel, _)| Link { target, rels: vec![rel] })
                .collect();
            prop_assert_eq!(parse_links(&value), expected);
        }
    }
}
