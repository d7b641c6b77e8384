//! Owners as lines name them.

use crate::codeowners::Dialect;

/// An owner.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Owner {
    /// A user, in lowercase. On GitLab this may also be a group at the top level.
    User(String),
    /// A team `organisation/team`, or on GitLab a nested group, in lowercase.
    Team(String),
    /// An e-mail address, in lowercase.
    Email(String),
    /// Everyone with a role (GitLab's `@@maintainer`).
    Role(String),
}

impl Owner {
    /// Reads a word of a line.
    #[must_use]
    pub fn parse(word: &str, dialect: Dialect) -> Option<Self> {
        let word = word.to_lowercase();
        if dialect == Dialect::GitLab
            && let Some(role) = word.strip_prefix("@@")
        {
            return is_name(role).then(|| Self::Role(role.to_owned()));
        }
        if let Some(name) = word.strip_prefix('@') {
            return match name.split_once('/') {
                None => is_name(name).then(|| Self::User(name.to_owned())),
                Some((organisation, team)) => {
                    let nested = dialect == Dialect::GitLab || !team.contains('/');
                    let named = is_name(organisation) && team.split('/').all(is_name);
                    (nested && named).then(|| Self::Team(name.to_owned()))
                }
            };
        }
        let (local, domain) = word.split_once('@')?;
        let plain = !local.is_empty() && domain.contains('.') && !domain.contains('@');
        plain.then_some(Self::Email(word))
    }

    /// As it would be written in a line.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::User(name) | Self::Team(name) => format!("@{name}"),
            Self::Email(address) => address.clone(),
            Self::Role(role) => format!("@@{role}"),
        }
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.'))
}
