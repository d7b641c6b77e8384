//! Addresses: their host, and the secrets that stand in them.

use crate::secret::{Credential, LiteralKey, detect, is_placeholder, names, reference};

/// The parts of an address `scheme://userinfo@host/path?query`.
struct Parts<'a> {
    scheme: &'a str,
    userinfo: Option<&'a str>,
    host: &'a str,
    path: &'a str,
    query: &'a str,
}

fn parts(text: &str) -> Option<Parts<'_>> {
    let (scheme, rest) = text.trim().split_once("://")?;
    let scheme_ok = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'));
    if !scheme_ok || rest.chars().any(char::is_whitespace) {
        return None;
    }
    let rest = rest.split('#').next().unwrap_or_default();
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, rest) = rest.split_at(end);
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (userinfo, host) = match authority.rsplit_once('@') {
        Some((userinfo, host)) => (Some(userinfo), host),
        None => (None, authority),
    };
    Some(Parts { scheme, userinfo, host, path, query })
}

/// The scheme and the host, with its port, of an address, in lowercase. Nothing where the host is
/// not spelled out.
#[must_use]
pub fn host(text: &str) -> Option<String> {
    let parts = parts(text)?;
    let plain = !parts.host.is_empty()
        && parts.host.bytes().all(|b| b.is_ascii_alphanumeric() || b".-_:[]".contains(&b));
    plain.then(|| parts.host.to_ascii_lowercase())
}

/// Whether an address is encrypted on its way; unknown schemes are not said to be.
#[must_use]
pub fn is_encrypted(text: &str) -> Option<bool> {
    match parts(text)?.scheme.to_ascii_lowercase().as_str() {
        "https" | "wss" => Some(true),
        "http" | "ws" => Some(false),
        _ => None,
    }
}

/// The secrets in an address: a password before the host, a secret in the query, a random part of
/// the path.
#[must_use]
pub fn secrets(text: &str, key: LiteralKey<'_>) -> Vec<Credential> {
    let Some(parts) = parts(text) else { return Vec::new() };
    let mut found = Vec::new();
    let mut value = |detector: &str, value: &str| {
        let (references, _) = reference::split(value);
        if references.is_empty() {
            let literal =
                !value.is_empty() && !is_placeholder(value) && detect::all(value).is_empty();
            found.extend(literal.then(|| Credential::Literal(key.literal(detector, value))));
        }
        found.extend(references.iter().map(|reference| Credential::Reference {
            sort: reference.sort,
            name: reference.name.to_owned(),
        }));
    };
    if let Some(userinfo) = parts.userinfo {
        match userinfo.split_once(':') {
            Some((_, password)) => value("url-password", password),
            None if detect::is_random(userinfo) => value("url-password", userinfo),
            None => {}
        }
    }
    for pair in parts.query.split('&') {
        let Some((name, text)) = pair.split_once('=') else { continue };
        if names::is_secret(name) || detect::is_random(text) && !names::is_identifier(name) {
            value("url-query", text);
        }
    }
    for segment in parts.path.split('/').filter(|segment| detect::is_random(segment)) {
        value("url-path", segment);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        secrets(text, LiteralKey(&[1; 32]))
            .into_iter()
            .map(|credential| match credential {
                Credential::Reference { name, .. } => name,
                Credential::Literal(literal) => literal.detector,
            })
            .collect()
    }

    #[test]
    fn secrets_in_an_address_are_found_where_they_stand() {
        assert_eq!(found("https://user:hunter2@example.com/x"), ["url-password"]);
        assert_eq!(found("https://example.com/mcp?api_key=hunter2&v=1"), ["url-query"]);
        assert_eq!(found("https://example.com/mcp?api_key=${KEY}"), ["KEY"]);
        assert_eq!(found("https://mcp.example.com/s/Zk3v9QmB7tXw2LpR8sNc4HdF/mcp"), ["url-path"]);
        assert_eq!(found("https://example.com/docs/getting-started?v=2"), Vec::<String>::new());
        assert_eq!(found("postgresql://localhost/mydb"), Vec::<String>::new());
    }

    #[test]
    fn a_host_is_spelled_out_or_none() {
        assert_eq!(
            host("https://a:b@API.Example.com:8443/x").as_deref(),
            Some("api.example.com:8443")
        );
        assert_eq!(host("https://${HOST}/x"), None);
        assert_eq!(host("no address"), None);
        assert_eq!(is_encrypted("http://localhost:1"), Some(false));
    }
}
