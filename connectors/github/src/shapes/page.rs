//! Pages of listings: a bare list, or a list under a name.

use rollcall_connector::transport::ListOf;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// One page of a listing.
pub(crate) trait Page: Serialize + DeserializeOwned + Send {
    /// What is listed.
    type Item: Send;

    /// The page's entries.
    fn list(self) -> ListOf<Self::Item>;
}

impl<T: Serialize + DeserializeOwned + Send> Page for ListOf<T> {
    type Item = T;

    fn list(self) -> Self {
        self
    }
}

/// `{"installations": […]}`.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Installations {
    installations: ListOf<super::Installation>,
}

impl Page for Installations {
    type Item = super::Installation;

    fn list(self) -> ListOf<Self::Item> {
        self.installations
    }
}

/// `{"repositories": […]}`.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct SelectedRepositories {
    repositories: ListOf<super::RepositoryName>,
}

impl Page for SelectedRepositories {
    type Item = super::RepositoryName;

    fn list(self) -> ListOf<Self::Item> {
        self.repositories
    }
}

/// `{"roles": […]}`.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Roles {
    roles: ListOf<super::OrganizationRole>,
}

impl Page for Roles {
    type Item = super::OrganizationRole;

    fn list(self) -> ListOf<Self::Item> {
        self.roles
    }
}

/// `{"secrets": […]}`.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Secrets {
    secrets: ListOf<super::Secret>,
}

impl Page for Secrets {
    type Item = super::Secret;

    fn list(self) -> ListOf<Self::Item> {
        self.secrets
    }
}

/// `{"variables": […]}`.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Variables {
    variables: ListOf<super::Variable>,
}

impl Page for Variables {
    type Item = super::Variable;

    fn list(self) -> ListOf<Self::Item> {
        self.variables
    }
}

/// `{"environments": […]}`.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Environments {
    environments: ListOf<super::Environment>,
}

impl Page for Environments {
    type Item = super::Environment;

    fn list(self) -> ListOf<Self::Item> {
        self.environments
    }
}

/// `{"runners": […]}`.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Runners {
    runners: ListOf<super::Runner>,
}

impl Page for Runners {
    type Item = super::Runner;

    fn list(self) -> ListOf<Self::Item> {
        self.runners
    }
}

/// `{"runner_groups": […]}`.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct RunnerGroups {
    runner_groups: ListOf<super::RunnerGroup>,
}

impl Page for RunnerGroups {
    type Item = super::RunnerGroup;

    fn list(self) -> ListOf<Self::Item> {
        self.runner_groups
    }
}

/// `{"seats": […]}`.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Seats {
    seats: ListOf<super::Seat>,
}

impl Page for Seats {
    type Item = super::Seat;

    fn list(self) -> ListOf<Self::Item> {
        self.seats
    }
}
