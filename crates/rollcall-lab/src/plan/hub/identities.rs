//! What single sign-on says about accounts.

use serde::Serialize;

use crate::plan::{Company, mix};

/// The link from an account to a person of the company's directory.
#[derive(Clone, Debug, Serialize)]
pub struct ExternalIdentity {
    /// Its id, in the form of a UUID.
    pub guid: String,
    /// The number of the account; none where the person has not signed in yet.
    pub user: Option<u64>,
    /// The person, by number.
    pub person: u64,
    /// The name that single sign-on gives: an address.
    pub name_id: String,
    /// Whether the account was made over SCIM.
    pub scim: bool,
}

impl Company {
    /// The links of the members; machines and outsiders have none.
    #[must_use]
    pub fn hub_identities(&self) -> Vec<ExternalIdentity> {
        let people = (0..self.people).filter(|n| self.works_here(*n) || self.hub_forgot(*n));
        people
            .map(|person| {
                let bits = mix(self.spec.seed ^ person ^ 1 << 61);
                ExternalIdentity {
                    guid: uuid(bits, person),
                    user: (!bits.is_multiple_of(50)).then_some(person),
                    person,
                    name_id: self.person(person).email,
                    scim: !bits.is_multiple_of(3),
                }
            })
            .collect()
    }
}

/// A number in the form of a random UUID; different `n` are different.
pub(crate) fn uuid(bits: u64, n: u64) -> String {
    let more = mix(bits ^ n.rotate_left(32));
    format!(
        "{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
        bits >> 32,
        bits >> 16 & 0xffff,
        bits & 0xfff,
        more & 0xfff,
        (more >> 12 & 0xffff) << 32 | n & 0xffff_ffff,
    )
}
