//! What analysis must know of the kinds: how use shows, and what absence means.

use rollcall_model::{Authenticates, Grade, KindFacts, Timestamp, UsageView};

use crate::kinds;

/// Records of the last use of access keys began on 22 April 2015.
/// Source: IAM API reference, `AccessKeyLastUsed`.
const KEYS_TRACKED_SINCE: i64 = 1_429_660_800;

/// How far back AWS tells the last use of a role, and the services used last.
/// Source: IAM API reference, `RoleLastUsed`; IAM user guide, last accessed information.
const WINDOW_DAYS: u32 = 400;

fn texts<const N: usize>(list: [&str; N]) -> Vec<String> {
    list.map(str::to_owned).to_vec()
}

fn view<const N: usize>(streams: [&str; N], precision: &str) -> UsageView {
    UsageView {
        streams: texts(streams),
        at_credentials: false,
        grade: Grade::B,
        precision: precision.to_owned(),
        lag_hours: 4,
        window_days: None,
        tracked_since: None,
        blind_spots: Vec::new(),
    }
}

/// Which services an identity used last: of whatever credential.
fn services() -> UsageView {
    UsageView {
        window_days: Some(WINDOW_DAYS),
        blind_spots: texts(["denied attempts count as use"]),
        ..view(["service-last-accessed"], "by service")
    }
}

/// What is known of a kind.
pub(crate) fn facts(kind: &str) -> KindFacts {
    let described_by = match kind {
        kinds::USER | kinds::ROLE | kinds::GROUP | kinds::POLICY => {
            texts(["authorization-details"])
        }
        kinds::ROOT => texts(["credential-report"]),
        kinds::ACCESS_KEY => texts(["access-keys"]),
        kinds::PASSWORD => texts(["login-profiles"]),
        kinds::SERVICE_CREDENTIAL => texts(["service-specific-credentials"]),
        kinds::SSH_KEY => texts(["ssh-public-keys"]),
        kinds::SIGNING_CERTIFICATE => texts(["signing-certificates"]),
        kinds::MFA => texts(["mfa-devices"]),
        _ => Vec::new(),
    };
    let keys = || UsageView {
        tracked_since: Some(Timestamp::from_seconds(KEYS_TRACKED_SINCE)),
        ..view(["access-keys"], "key level")
    };
    let usage = match kind {
        kinds::USER => vec![
            UsageView {
                at_credentials: true,
                tracked_since: Some(Timestamp::from_seconds(KEYS_TRACKED_SINCE)),
                blind_spots: texts(["keys that were deleted take their last use with them"]),
                ..view(["access-keys", "credential-report"], "credential level")
            },
            services(),
        ],
        kinds::ROLE => vec![
            UsageView {
                window_days: Some(WINDOW_DAYS),
                blind_spots: texts(["use more than 400 days ago"]),
                ..view(["authorization-details"], "role level")
            },
            services(),
        ],
        kinds::ROOT => vec![view(["credential-report"], "password level")],
        kinds::ACCESS_KEY => vec![keys()],
        kinds::PASSWORD => vec![view(["credential-report"], "password level")],
        _ => Vec::new(),
    };
    let authenticates = match kind {
        kinds::PASSWORD => Some(Authenticates::Person),
        kinds::ACCESS_KEY
        | kinds::SERVICE_CREDENTIAL
        | kinds::SSH_KEY
        | kinds::SIGNING_CERTIFICATE => Some(Authenticates::Program),
        kinds::MFA => Some(Authenticates::Nobody),
        _ => None,
    };
    KindFacts {
        described_by,
        usage,
        authenticates,
        needs_credential: kind == kinds::USER,
        permanent: kind == kinds::ROOT,
        names_owners: false,
        directory: false,
    }
}
