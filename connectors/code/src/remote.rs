//! Remotes: which repository a checkout is of.

/// The host and path of a remote, without credentials.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Remote {
    /// In lowercase; with a port where one is spelled for HTTP.
    pub(crate) host: String,
    /// `owner/name`, or more levels, as spelled.
    pub(crate) path: String,
}

impl Remote {
    /// `host/owner/name`.
    pub(crate) fn id(&self) -> String {
        format!("{}/{}", self.host, self.path)
    }

    /// Reads an address as git takes it: `https://host/owner/name.git`, `git@host:owner/name`,
    /// `ssh://git@host:22/owner/name`. A path of this machine is no remote.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (host, path) = match text.split_once("://") {
            Some((scheme, rest)) => {
                let scheme = scheme.to_ascii_lowercase();
                if !matches!(
                    scheme.as_str(),
                    "http" | "https" | "ssh" | "git" | "git+ssh" | "git+https"
                ) {
                    return None;
                }
                let (authority, path) = rest.split_once('/')?;
                let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
                (without_port(host, scheme.starts_with("http") || scheme == "git+https"), path)
            }
            // `host:path`, unless it is a drive or a path with a colon in it.
            None => {
                let (authority, path) = text.split_once(':')?;
                let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
                if authority.contains('/') || (host.len() == 1 && authority == host) {
                    return None;
                }
                (host.to_owned(), path)
            }
        };
        let path = path.split(['?', '#']).next().unwrap_or_default().trim_matches('/');
        let path = path.strip_suffix(".git").unwrap_or(path).trim_end_matches('/');
        let parts: Vec<&str> = path.split('/').filter(|p| !p.is_empty() && *p != "~").collect();
        let sound = |text: &str| {
            !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || c.is_control())
        };
        let path = parts.join("/");
        (sound(&host) && sound(&path)).then(|| Self { host: host.to_ascii_lowercase(), path })
    }
}

fn without_port(host: &str, keep_odd: bool) -> String {
    match host.rsplit_once(':') {
        Some((name, "443" | "80")) => name.to_owned(),
        Some((name, port)) if !keep_odd && port.bytes().all(|b| b.is_ascii_digit()) => {
            name.to_owned()
        }
        _ => host.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_repository_has_one_id_however_it_is_addressed() {
        for text in [
            "https://github.com/Acme/app",
            "https://github.com/Acme/app.git/",
            "https://user:token@GitHub.com/Acme/app.git",
            "git@github.com:Acme/app.git",
            "ssh://git@github.com:22/Acme/app.git",
            "git://github.com/Acme/app",
            "https://github.com:443/Acme/app?x=1",
        ] {
            assert_eq!(
                Remote::parse(text).map(|r| r.id()).as_deref(),
                Some("github.com/Acme/app"),
                "{text}"
            );
        }
        assert_eq!(
            Remote::parse("https://git.acme.io:8443/a/b/c").map(|r| r.id()).as_deref(),
            Some("git.acme.io:8443/a/b/c")
        );
    }

    #[test]
    fn a_path_is_no_remote() {
        for text in [
            "/srv/git/app.git",
            "../app",
            "file:///srv/app",
            "C:\\git\\app",
            "C:/git/app",
            "",
            "https://host",
            "host:",
        ] {
            assert_eq!(Remote::parse(text), None, "{text}");
        }
    }
}
