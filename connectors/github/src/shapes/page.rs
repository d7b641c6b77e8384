//! Pages of listings: a bare list, or a list under a name.

use std::fmt;
use std::marker::PhantomData;

use rollcall_connector::transport::ListOf;
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

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

/// What is read from an object only. Without it a list would be read as the fields of an object in
/// their order, and an empty list as an object of which nothing is said.
#[derive(Clone, Debug, Serialize)]
#[serde(transparent)]
pub(crate) struct Object<T>(pub(crate) T);

impl<'de, T: DeserializeOwned> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(ObjectVisitor(PhantomData))
    }
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: DeserializeOwned> Visitor<'de> for ObjectVisitor<T> {
    type Value = Object<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Object<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Object)
    }
}

/// What is wrong with a page that does not hold the list it is about. GitHub's description lets it
/// be absent; an absent list is no empty one.
const ABSENT: &str = "the list is absent";

fn present<T>(list: Option<ListOf<T>>) -> ListOf<T> {
    list.unwrap_or_else(|| ListOf { items: Vec::new(), broken: vec![(0, ABSENT.to_owned())] })
}

/// `{"installations": […]}`.
pub(crate) type Installations = Object<InstallationsBody>;

/// See [`Installations`].
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct InstallationsBody {
    #[serde(default)]
    installations: Option<ListOf<super::Installation>>,
}

impl Page for Installations {
    type Item = super::Installation;

    fn list(self) -> ListOf<Self::Item> {
        present(self.0.installations)
    }
}

/// `{"repositories": […]}`.
pub(crate) type SelectedRepositories = Object<SelectedRepositoriesBody>;

/// See [`SelectedRepositories`].
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct SelectedRepositoriesBody {
    #[serde(default)]
    repositories: Option<ListOf<super::RepositoryName>>,
}

impl Page for SelectedRepositories {
    type Item = super::RepositoryName;

    fn list(self) -> ListOf<Self::Item> {
        present(self.0.repositories)
    }
}

/// `{"roles": […]}`.
pub(crate) type Roles = Object<RolesBody>;

/// See [`Roles`].
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct RolesBody {
    #[serde(default)]
    roles: Option<ListOf<super::OrganizationRole>>,
}

impl Page for Roles {
    type Item = super::OrganizationRole;

    fn list(self) -> ListOf<Self::Item> {
        present(self.0.roles)
    }
}

/// `{"secrets": […]}`.
pub(crate) type Secrets = Object<SecretsBody>;

/// See [`Secrets`].
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct SecretsBody {
    #[serde(default)]
    secrets: Option<ListOf<super::Secret>>,
}

impl Page for Secrets {
    type Item = super::Secret;

    fn list(self) -> ListOf<Self::Item> {
        present(self.0.secrets)
    }
}

/// `{"variables": […]}`.
pub(crate) type Variables = Object<VariablesBody>;

/// See [`Variables`].
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct VariablesBody {
    #[serde(default)]
    variables: Option<ListOf<super::Variable>>,
}

impl Page for Variables {
    type Item = super::Variable;

    fn list(self) -> ListOf<Self::Item> {
        present(self.0.variables)
    }
}

/// `{"environments": […]}`.
pub(crate) type Environments = Object<EnvironmentsBody>;

/// See [`Environments`].
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct EnvironmentsBody {
    #[serde(default)]
    environments: Option<ListOf<super::Environment>>,
}

impl Page for Environments {
    type Item = super::Environment;

    fn list(self) -> ListOf<Self::Item> {
        present(self.0.environments)
    }
}

/// `{"runners": […]}`.
pub(crate) type Runners = Object<RunnersBody>;

/// See [`Runners`].
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct RunnersBody {
    #[serde(default)]
    runners: Option<ListOf<super::Runner>>,
}

impl Page for Runners {
    type Item = super::Runner;

    fn list(self) -> ListOf<Self::Item> {
        present(self.0.runners)
    }
}

/// `{"runner_groups": […]}`.
pub(crate) type RunnerGroups = Object<RunnerGroupsBody>;

/// See [`RunnerGroups`].
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct RunnerGroupsBody {
    #[serde(default)]
    runner_groups: Option<ListOf<super::RunnerGroup>>,
}

impl Page for RunnerGroups {
    type Item = super::RunnerGroup;

    fn list(self) -> ListOf<Self::Item> {
        present(self.0.runner_groups)
    }
}

/// `{"seats": […]}`.
pub(crate) type Seats = Object<SeatsBody>;

/// See [`Seats`].
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct SeatsBody {
    #[serde(default)]
    seats: Option<ListOf<super::Seat>>,
}

impl Page for Seats {
    type Item = super::Seat;

    fn list(self) -> ListOf<Self::Item> {
        present(self.0.seats)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_absent_list_is_no_empty_one_and_a_list_is_no_object() {
        let read = |text: &str| serde_json::from_str::<Seats>(text).map(Page::list);
        assert!(read(r#"{"seats":[]}"#).unwrap().broken.is_empty());
        assert_eq!(read("{}").unwrap().broken, [(0, ABSENT.to_owned())]);
        assert!(read("[]").is_err() && read("[[]]").is_err());
    }
}
