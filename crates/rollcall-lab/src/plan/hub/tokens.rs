//! Tokens of people: fine-grained ones, requests for them, and what was let through single sign-on.

use std::collections::BTreeMap;

use rollcall_model::Timestamp;
use serde::Serialize;

use super::Sort;
use crate::plan::{Company, DAY, Draw};

/// Whether a fine-grained token is allowed in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum TokenState {
    /// An owner said yes.
    Granted,
    /// Nobody has said anything yet.
    Asked,
}

/// A fine-grained token, or the request for one.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct FineToken {
    /// The id of the grant or the request.
    pub id: u64,
    /// The id of the token.
    pub token: u64,
    /// What its owner calls it.
    pub name: String,
    /// The number of the account.
    pub owner: u64,
    /// Whether it is allowed in.
    pub state: TokenState,
    /// `none`, `all` or `subset`.
    pub selection: &'static str,
    /// The repositories of a subset, by number.
    pub repositories: Vec<u64>,
    /// Rights in the organisation.
    pub organization: BTreeMap<&'static str, &'static str>,
    /// Rights in repositories.
    pub repository: BTreeMap<&'static str, &'static str>,
    /// When it was granted or asked for.
    pub at: Timestamp,
    /// When it ends; none when never.
    pub expires: Option<Timestamp>,
    /// The last use.
    pub used: Option<Timestamp>,
}

impl FineToken {
    /// Whether it has ended.
    #[must_use]
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.expires.is_some_and(|at| at <= now)
    }
}

/// A credential that its owner let through single sign-on.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Authorization {
    /// Its id.
    pub id: u64,
    /// The id of the credential itself.
    pub credential: u64,
    /// The number of the account.
    pub user: u64,
    /// Whether it is a key and no token.
    pub key: bool,
    /// The scopes of a token.
    pub scopes: Vec<&'static str>,
    /// What its owner calls it.
    pub title: &'static str,
    /// When it was let through.
    pub at: Timestamp,
    /// The last use.
    pub used: Option<Timestamp>,
    /// When it ends.
    pub expires: Option<Timestamp>,
    /// The fingerprint of a key, or the last eight characters of a token.
    pub mark: String,
}

impl Company {
    /// Fine-grained tokens that are allowed in: of one in eight members.
    #[must_use]
    pub fn hub_tokens(&self) -> Vec<FineToken> {
        self.hub_members()
            .iter()
            .filter(|m| m.user % 8 == 3 || m.user == self.people)
            .map(|m| self.hub_token(m.user, TokenState::Granted))
            .collect()
    }

    /// Fine-grained tokens that somebody asked for.
    #[must_use]
    pub fn hub_token_requests(&self) -> Vec<FineToken> {
        let askers = [5, 11, 17].map(|n| self.someone_active(n));
        askers.into_iter().map(|user| self.hub_token(user, TokenState::Asked)).collect()
    }

    fn hub_token(&self, user: u64, state: TokenState) -> FineToken {
        let asked = u64::from(state == TokenState::Asked);
        let number = user << 1 | asked;
        let mut draw = self.hub_draw(Sort::Token, number);
        let selection =
            *["all", "subset", "subset", "none"].get(draw.below(4) as usize).unwrap_or(&"none");
        let repositories =
            if selection == "subset" { self.some_repositories(&mut draw) } else { Vec::new() };
        let mut repository = BTreeMap::from([("metadata", "read")]);
        if draw.chance(700) {
            repository.insert("contents", if draw.chance(500) { "write" } else { "read" });
        }
        if draw.chance(150) {
            repository.insert("administration", "write");
        }
        let mut organization = BTreeMap::new();
        if draw.chance(200) {
            organization.insert("members", "read");
        }
        let at = if asked == 1 {
            draw.ago(self.spec.now, 6, 1)
        } else {
            draw.ago(self.spec.now, 360, 7)
        };
        let expires =
            draw.chance(750).then(|| at.plus_seconds([30, 90, 366][draw.below(3) as usize] * DAY));
        let used = draw.chance(800).then(|| draw.ago(self.spec.now, 200, 0).max(at));
        FineToken {
            id: self.hub_id(Sort::Grant, number),
            token: self.hub_id(Sort::Token, number),
            name: draw.pick(&["ci", "laptop", "report script", "sync job"]).to_owned(),
            owner: user,
            state,
            selection,
            repositories,
            organization,
            repository,
            at,
            expires,
            used: used.filter(|_| asked == 0),
        }
    }

    /// One to three repositories, by number.
    pub(super) fn some_repositories(&self, draw: &mut Draw) -> Vec<u64> {
        let count = 1 + draw.below(3);
        let mut found: Vec<u64> = (0..count).map(|_| draw.below(self.repositories)).collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Classic tokens and keys that were let through single sign-on: of one in six members.
    #[must_use]
    pub fn hub_authorizations(&self) -> Vec<Authorization> {
        let mut found = Vec::new();
        for member in self.hub_members() {
            let mut draw = self.hub_draw(Sort::Authorization, member.user);
            if member.user < self.people && !draw.chance(170) {
                continue;
            }
            let key = draw.chance(300);
            let at = draw.ago(self.spec.now, 700, 5);
            let scopes = if draw.chance(300) { vec!["admin:org", "repo"] } else { vec!["repo"] };
            let bits = draw.bits();
            found.push(Authorization {
                id: self.hub_id(Sort::Authorization, member.user << 1),
                credential: self.hub_id(Sort::Authorization, member.user << 1 | 1),
                user: member.user,
                key,
                scopes: if key { Vec::new() } else { scopes },
                title: if key { "laptop" } else { "old script" },
                at,
                used: draw.chance(800).then(|| draw.ago(self.spec.now, 200, 0).max(at)),
                expires: draw.chance(300).then(|| at.plus_seconds(800 * DAY)).filter(|_| !key),
                mark: if key {
                    format!("SHA256:lab{bits:016x}")
                } else {
                    format!("{:08x}", bits >> 32)
                },
            });
        }
        found
    }
}
