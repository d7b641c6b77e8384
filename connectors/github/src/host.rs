//! Which GitHub this is: its name in keys, and where its interfaces are.

use rollcall_model::{EntityKey, Reference};
use rollcall_record::Problem;
use url::Url;

use crate::config::Config;
use crate::kinds;
use crate::map::malformed;

/// The provider of every entity that GitHub itself owns.
pub(crate) const PROVIDER: &str = "github";

/// One GitHub: github.com, a subdomain of ghe.com, or a server of one's own.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Host {
    /// Its name, as in `HOST/owner/name`: the realm of users.
    pub(crate) name: String,
    /// The address that GraphQL's path is put behind.
    pub(crate) graphql_base: String,
    /// Whether it is GitHub's own service, with GitHub's own limits.
    pub(crate) is_service: bool,
}

impl Host {
    /// From a configuration whose address was checked.
    pub(crate) fn of(config: &Config) -> Self {
        let base = config.base_url.trim_end_matches('/');
        let url = Url::parse(base).ok();
        let name = url.as_ref().and_then(Url::host_str).unwrap_or_default().to_ascii_lowercase();
        let of_service =
            name.strip_prefix("api.").filter(|n| *n == "github.com" || n.ends_with(".ghe.com"));
        let with_port = match url.as_ref().and_then(Url::port) {
            Some(port) => format!("{name}:{port}"),
            None => name.clone(),
        };
        let told = config.host.as_ref().map(|host| host.to_ascii_lowercase());
        Self {
            is_service: of_service.is_some(),
            name: told.or(of_service.map(str::to_owned)).unwrap_or(with_port),
            // Source: GHES documentation, "Forming calls with GraphQL": https://HOST/api/graphql.
            graphql_base: base.strip_suffix("/v3").unwrap_or(base).to_owned(),
        }
    }

    /// The key of a user.
    pub(crate) fn user(&self, id: u64) -> Result<EntityKey, Problem> {
        EntityKey::new(PROVIDER, &self.name, kinds::USER, &id.to_string())
            .map_err(|e| malformed(e.to_string()))
    }

    /// The name of a user, to be resolved.
    pub(crate) fn login(&self, login: &str) -> Reference {
        Reference::new("github.user", &self.name, &login.to_ascii_lowercase())
    }

    /// The name of a repository, to be resolved: `owner/name`.
    pub(crate) fn repository(&self, full_name: &str) -> Reference {
        Reference::new("github.repository", &self.name, &full_name.to_ascii_lowercase())
    }

    /// The page of something, for people.
    pub(crate) fn page(&self, path: &str) -> String {
        format!("https://{}/{}", self.name, path.trim_start_matches('/'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(base_url: &str) -> Host {
        Host::of(&Config { base_url: base_url.to_owned(), ..Config::default() })
    }

    #[test]
    fn each_sort_of_github_has_its_name_and_its_graphql() {
        for (base, name, graphql, service) in [
            ("https://api.github.com", "github.com", "https://api.github.com", true),
            ("https://api.Acme.ghe.com/", "acme.ghe.com", "https://api.Acme.ghe.com", true),
            (
                "https://git.acme.example/api/v3",
                "git.acme.example",
                "https://git.acme.example/api",
                false,
            ),
            ("http://127.0.0.1:5000/api/v3/", "127.0.0.1:5000", "http://127.0.0.1:5000/api", false),
        ] {
            let host = host(base);
            assert_eq!(
                (host.name.as_str(), host.graphql_base.as_str(), host.is_service),
                (name, graphql, service)
            );
        }
        let named = Config { host: Some("github.com".to_owned()), ..Config::default() };
        assert_eq!(Host::of(&named).name, "github.com");
    }
}
