//! Deploy keys.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rollcall_model::Timestamp;
use serde::Serialize;

use super::Sort;
use crate::plan::{Company, Draw, Repository};

/// A key that opens one repository.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct DeployKey {
    /// Its id.
    pub id: u64,
    /// What it is called.
    pub title: String,
    /// The public half, as in `authorized_keys`.
    pub key: String,
    /// Whether it may not push.
    pub read_only: bool,
    /// Whether it works.
    pub enabled: bool,
    /// When it was added.
    pub created: Timestamp,
    /// The login of who added it, where GitHub knows.
    pub added_by: Option<String>,
    /// The last use, where there was one.
    pub used: Option<Timestamp>,
}

impl Company {
    pub(super) fn hub_keys(&self, plan: &Repository, from: Timestamp) -> Vec<DeployKey> {
        let mut draw = self.hub_draw(Sort::Key, plan.number);
        let count = if draw.chance(300) { 1 + draw.below(2) } else { 0 };
        (0..count).map(|n| self.hub_key(plan, n, from, &mut draw)).collect()
    }

    fn hub_key(&self, plan: &Repository, n: u64, from: Timestamp, draw: &mut Draw) -> DeployKey {
        let created = draw.ago(self.spec.now, 480, 5).max(from);
        let by = draw.below(self.people);
        // Who left added some of them; of some GitHub does not know any more.
        let added_by = draw.chance(900).then(|| self.person(by).login);
        let used = draw.chance(700).then(|| draw.ago(self.spec.now, 300, 0).max(created));
        DeployKey {
            id: self.hub_id(Sort::Key, plan.number * 8 + n),
            title: draw.pick(&["build server", "mirror", "deploy from laptop", "argo"]).to_owned(),
            key: public_key(draw),
            read_only: draw.chance(700),
            enabled: draw.chance(970),
            created,
            added_by,
            used,
        }
    }
}

/// A public key of the right form; there is no private one.
pub(crate) fn public_key(draw: &mut Draw) -> String {
    let mut bytes = b"\0\0\0\x0bssh-ed25519\0\0\0 ".to_vec();
    for _ in 0..4 {
        bytes.extend_from_slice(&draw.bits().to_be_bytes());
    }
    format!("ssh-ed25519 {}", STANDARD.encode(bytes))
}
