//! What analysis must know of the kinds: which streams tell everything about them, and how their use
//! shows.

use rollcall_model::{Authenticates, Grade, KindFacts, UsageView};

use crate::kinds;

fn texts(list: &[&str]) -> Vec<String> {
    list.iter().map(|text| (*text).to_owned()).collect()
}

/// The provider's own word on the last use, kept with the thing itself.
fn last_used(stream: &str, precision: &str, lag_hours: u32, blind_spots: &[&str]) -> UsageView {
    UsageView {
        streams: texts(&[stream]),
        at_credentials: false,
        grade: Grade::B,
        precision: precision.to_owned(),
        lag_hours,
        window_days: None,
        tracked_since: None,
        blind_spots: texts(blind_spots),
    }
}

/// What the audit log shows.
fn audited(at_credentials: bool, blind_spots: &[&str]) -> UsageView {
    UsageView {
        streams: texts(&["audit-log"]),
        at_credentials,
        grade: Grade::C,
        precision: "day, of actions that the audit log holds".to_owned(),
        lag_hours: 1,
        window_days: Some(180),
        tracked_since: None,
        blind_spots: texts(blind_spots),
    }
}

/// The facts of a kind of this connector.
pub(crate) fn facts(kind: &str) -> KindFacts {
    let described_by =
        |stream: &str| KindFacts { described_by: texts(&[stream]), ..KindFacts::default() };
    match kind {
        kinds::ORGANIZATION => described_by("organization"),
        kinds::TEAM => described_by("teams"),
        kinds::ROLE => described_by("organization-roles"),
        kinds::REPOSITORY => described_by("repositories"),
        kinds::ENVIRONMENT => described_by("environments"),
        kinds::WEBHOOK => described_by("webhooks"),
        kinds::RUNNER_GROUP => described_by("runners"),
        kinds::VARIABLE => KindFacts {
            described_by: texts(&[
                "organization-variables",
                "repository-variables",
                "environment-secrets",
            ]),
            ..KindFacts::default()
        },
        kinds::USER => KindFacts {
            usage: vec![audited(false, &["reading", "git over SSH or HTTPS"])],
            ..described_by("members")
        },
        kinds::INSTALLATION => KindFacts {
            usage: vec![audited(false, &["reading", "what an App does in its own name elsewhere"])],
            ..described_by("app-installations")
        },
        kinds::TOKEN => KindFacts {
            usage: vec![last_used(
                "personal-access-tokens",
                "token",
                24,
                &["use in other organisations"],
            )],
            authenticates: Some(Authenticates::Program),
            ..described_by("personal-access-tokens")
        },
        kinds::TOKEN_REQUEST => KindFacts {
            authenticates: Some(Authenticates::Nobody),
            ..described_by("personal-access-token-requests")
        },
        kinds::AUTHORIZATION => KindFacts {
            usage: vec![last_used(
                "credential-authorizations",
                "credential",
                24,
                &["use in other organisations"],
            )],
            authenticates: Some(Authenticates::Program),
            ..described_by("credential-authorizations")
        },
        kinds::DEPLOY_KEY => KindFacts {
            usage: vec![last_used("deploy-keys", "key", 24, &[])],
            authenticates: Some(Authenticates::Program),
            ..described_by("deploy-keys")
        },
        kinds::SEAT => KindFacts {
            usage: vec![last_used("copilot", "seat", 24, &["use with telemetry switched off"])],
            ..described_by("copilot")
        },
        kinds::RUNNER => KindFacts {
            usage: vec![UsageView {
                grade: Grade::D,
                precision: "day on which it was seen online".to_owned(),
                ..last_used("runners", "", 0, &["jobs that ran between two readings"])
            }],
            ..described_by("runners")
        },
        kinds::ACTIONS_SECRET
        | kinds::DEPENDABOT_SECRET
        | kinds::CODESPACES_SECRET
        | kinds::AGENTS_SECRET => KindFacts {
            described_by: texts(&[
                "organization-secrets",
                "repository-secrets",
                "environment-secrets",
            ]),
            authenticates: Some(Authenticates::Program),
            ..KindFacts::default()
        },
        kinds::ALERT => described_by("secret-scanning-alerts"),
        _ => KindFacts::default(),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn facts_name_streams_that_there_are() {
        for kind in crate::kinds::kinds() {
            let named = kind.facts.usage.iter().flat_map(|view| &view.streams);
            for stream in named.chain(&kind.facts.described_by) {
                assert!(crate::definition::stream(stream).is_some(), "{}: {stream}", kind.kind);
            }
        }
    }
}
