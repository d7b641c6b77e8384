//! The stores of secrets and variables: what each is called and where it is listed.

use std::collections::BTreeSet;

use rollcall_model::Timestamp;
use rollcall_record::Problem;

use crate::client::Organization;
use crate::kinds;
use crate::shapes::{Repo, Secret, Secrets, SelectedRepositories, Variable, Variables};

/// A store of secrets, and of variables where it has them.
pub(crate) struct Store {
    /// Its name, as in addresses.
    pub(crate) name: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) organization_permission: &'static str,
    pub(crate) organization: &'static str,
    pub(crate) selected: &'static str,
    pub(crate) repository_permission: &'static str,
    pub(crate) repository: &'static str,
    pub(crate) variables: Option<VariableStore>,
}

/// Where a store's variables are listed.
pub(crate) struct VariableStore {
    pub(crate) organization_permission: &'static str,
    pub(crate) organization: &'static str,
    pub(crate) repository_permission: &'static str,
    pub(crate) repository: &'static str,
}

/// The four stores.
pub(crate) const STORES: [Store; 4] = [
    Store {
        name: "actions",
        kind: kinds::ACTIONS_SECRET,
        organization_permission: "organization_secrets",
        organization: "GET /orgs/{org}/actions/secrets",
        selected: "GET /orgs/{org}/actions/secrets/{secret_name}/repositories",
        repository_permission: "secrets",
        repository: "GET /repos/{owner}/{repo}/actions/secrets",
        variables: Some(VariableStore {
            organization_permission: "organization_actions_variables",
            organization: "GET /orgs/{org}/actions/variables",
            repository_permission: "actions_variables",
            repository: "GET /repos/{owner}/{repo}/actions/variables",
        }),
    },
    Store {
        name: "dependabot",
        kind: kinds::DEPENDABOT_SECRET,
        organization_permission: "organization_dependabot_secrets",
        organization: "GET /orgs/{org}/dependabot/secrets",
        selected: "GET /orgs/{org}/dependabot/secrets/{secret_name}/repositories",
        repository_permission: "dependabot_secrets",
        repository: "GET /repos/{owner}/{repo}/dependabot/secrets",
        variables: None,
    },
    Store {
        name: "agents",
        kind: kinds::AGENTS_SECRET,
        organization_permission: "organization_agent_secrets",
        organization: "GET /orgs/{org}/agents/secrets",
        selected: "GET /orgs/{org}/agents/secrets/{secret_name}/repositories",
        repository_permission: "agent_secrets",
        repository: "GET /repos/{owner}/{repo}/agents/secrets",
        variables: Some(VariableStore {
            organization_permission: "organization_agent_variables",
            organization: "GET /orgs/{org}/agents/variables",
            repository_permission: "agent_variables",
            repository: "GET /repos/{owner}/{repo}/agents/variables",
        }),
    },
    Store {
        name: "codespaces",
        kind: kinds::CODESPACES_SECRET,
        organization_permission: "organization_codespaces_secrets",
        organization: "GET /orgs/{org}/codespaces/secrets",
        selected: "GET /orgs/{org}/codespaces/secrets/{secret_name}/repositories",
        // GitHub's list of a repository's takes a permission to write.
        repository_permission: "codespaces_secrets",
        repository: "GET /repos/{owner}/{repo}/codespaces/secrets",
        variables: None,
    },
];

/// The store that a part of a scope names.
pub(crate) fn store(part: &str) -> Option<&'static Store> {
    let name = part.rsplit('/').next().unwrap_or(part);
    STORES.iter().find(|store| store.name == name)
}

/// The secrets of an organisation in one store, with the repositories that each reaches.
#[derive(Debug)]
pub(crate) struct Stored {
    pub(crate) list: Vec<Reaching>,
    /// Why it is not complete.
    pub(crate) problems: Vec<Problem>,
    /// Why the listing ended before its end.
    pub(crate) failed: Option<Problem>,
}

/// A secret of an organisation.
#[derive(Clone, Debug)]
pub(crate) struct Reaching {
    pub(crate) secret: Secret,
    /// The chosen repositories, where there are chosen ones.
    pub(crate) chosen: Option<BTreeSet<u64>>,
}

impl Reaching {
    /// Whether workflows of a repository get it.
    pub(crate) fn reaches(&self, repository: &Repo) -> bool {
        match (self.secret.visibility.as_deref(), &self.chosen) {
            (Some("selected"), chosen) => {
                chosen.as_ref().is_some_and(|ids| ids.contains(&repository.id))
            }
            (Some("private"), _) => repository.seen_by() != Some("public"),
            _ => true,
        }
    }
}

/// Lists an organisation's secrets of one store.
pub(crate) async fn of_organization(organization: &Organization, store: &Store) -> Stored {
    let values = [("org", organization.login.as_str())];
    let query = [("per_page", "100")];
    let listed = organization.list::<Secrets>(store.organization, &values, &query).await;
    let mut stored = Stored { list: Vec::new(), problems: listed.broken, failed: listed.failed };
    for secret in listed.items {
        let mut chosen = None;
        if secret.visibility.as_deref() == Some("selected") {
            let values = [("org", organization.login.as_str()), ("secret_name", &secret.name)];
            let reached =
                organization.list::<SelectedRepositories>(store.selected, &values, &query).await;
            let problem = reached.problem("the repositories that a secret reaches");
            stored.problems.extend(problem);
            chosen = Some(reached.items.iter().map(|repository| repository.id).collect());
        }
        stored.list.push(Reaching { secret, chosen });
    }
    stored
}

/// A name with its times, of a secret or a variable.
pub(crate) struct Named<'a> {
    pub(crate) name: &'a str,
    pub(crate) created_at: Option<Timestamp>,
    pub(crate) changed_at: Option<Timestamp>,
    pub(crate) visibility: Option<&'a str>,
}

impl<'a> From<&'a Secret> for Named<'a> {
    fn from(from: &'a Secret) -> Self {
        Self {
            name: &from.name,
            created_at: from.created_at,
            changed_at: from.updated_at,
            visibility: from.visibility.as_deref(),
        }
    }
}

impl<'a> From<&'a Variable> for Named<'a> {
    fn from(from: &'a Variable) -> Self {
        Self {
            name: &from.name,
            created_at: from.created_at,
            changed_at: from.updated_at,
            visibility: from.visibility.as_deref(),
        }
    }
}

/// GitHub gives no more than thirty variables a page.
pub(crate) const VARIABLES_A_PAGE: (&str, &str) = ("per_page", "30");

/// Lists variables.
pub(crate) async fn variables(
    organization: &Organization,
    operation: &str,
    values: &[(&str, &str)],
) -> crate::client::Listed<Variable> {
    organization.list::<Variables>(operation, values, &[VARIABLES_A_PAGE]).await
}
