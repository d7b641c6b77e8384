//! The names under which people sign in, and the references they make.

use std::fmt;
use std::str::FromStr;

use rollcall_model::Reference;

/// A system in which people have a name: `github`, `github:ghe.acme.example`, `gitlab`, or any other
/// word.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct LoginSystem {
    /// The provider, such as `github`.
    provider: String,
    /// The host, where it is not the provider's own.
    host: Option<String>,
}

impl LoginSystem {
    /// A system without a host of its own, such as the directory itself.
    #[must_use]
    pub fn of(provider: &str) -> Self {
        Self { provider: provider.to_lowercase(), host: None }
    }

    /// What a login of this system refers to, where its provider's users are known by their login.
    pub(crate) fn reference(&self, login: &str) -> Option<Reference> {
        let (namespace, host) = match self.provider.as_str() {
            "github" => ("github.user", "github.com"),
            "gitlab" => ("gitlab.user", "gitlab.com"),
            _ => return None,
        };
        let login = login.trim_start_matches('@').to_lowercase();
        let host = self.host.as_deref().unwrap_or(host);
        (!login.is_empty()).then(|| Reference::new(namespace, host, &login))
    }
}

impl FromStr for LoginSystem {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim().to_lowercase();
        let (provider, host) =
            text.split_once(':').map_or((text.as_str(), None), |(p, h)| (p, Some(h)));
        let well = |part: &str| {
            !part.is_empty()
                && part.chars().all(|c| c.is_ascii_alphanumeric() || "-.:_".contains(c))
        };
        if !well(provider) || host.is_some_and(|host| !well(host)) {
            return Err(format!(
                "{text:?} is no system; expected a word such as github, or github:HOST"
            ));
        }
        Ok(Self { provider: provider.to_owned(), host: host.map(str::to_owned) })
    }
}

impl fmt::Display for LoginSystem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.provider)?;
        self.host.as_ref().map_or(Ok(()), |host| write!(f, ":{host}"))
    }
}

/// The reference that an e-mail address is: namespace `email`, the domain as authority, all in
/// lowercase. `None` for what is no address.
#[must_use]
pub fn email_reference(address: &str) -> Option<Reference> {
    let address = clean_email(address)?;
    let (_, domain) = address.rsplit_once('@')?;
    Some(Reference::new("email", domain, &address))
}

/// An address in lowercase, without `mailto:` or `smtp:` before it; `None` for what is none.
pub(crate) fn clean_email(text: &str) -> Option<String> {
    let text = text.trim().to_lowercase();
    let text = ["mailto:", "smtp:"].into_iter().find_map(|p| text.strip_prefix(p)).unwrap_or(&text);
    let (user, domain) = text.rsplit_once('@')?;
    let bare = |part: &str| {
        !part.is_empty() && !part.chars().any(|c| c.is_whitespace() || "@,;<>:".contains(c))
    };
    (bare(user) && bare(domain)).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logins_of_known_systems_are_references() {
        let reference = |system: &str, login: &str| {
            system.parse::<LoginSystem>().unwrap().reference(login).map(|r| r.to_string())
        };
        assert_eq!(reference("github", "@Ada").as_deref(), Some("github.user:github.com:ada"));
        assert_eq!(
            reference("GitHub:ghe.acme.example", "ada").as_deref(),
            Some("github.user:ghe.acme.example:ada")
        );
        assert_eq!(reference("gitlab", "ada").as_deref(), Some("gitlab.user:gitlab.com:ada"));
        assert_eq!(reference("okta", "ada"), None);
        assert_eq!(reference("github", " @".trim()), None);
        for bad in ["", ":", "a b", "github:"] {
            assert!(bad.parse::<LoginSystem>().is_err(), "{bad}");
        }
    }

    #[test]
    fn only_addresses_are_addresses() {
        let of = |text: &str| email_reference(text).map(|r| r.to_string());
        assert_eq!(
            of(" Ada@Acme.Example ").as_deref(),
            Some("email:acme.example:ada@acme.example")
        );
        assert_eq!(
            of("SMTP:ada@acme.example").as_deref(),
            Some("email:acme.example:ada@acme.example")
        );
        for bad in ["", "ada", "@acme", "ada@", "a b@c", "a@b, c@d", "Ada <a@b>"] {
            assert_eq!(of(bad), None, "{bad}");
        }
    }
}
