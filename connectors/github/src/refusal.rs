//! What GitHub's refusals mean. 404 stands for what is not there and for what is hidden; 403 for a
//! missing permission, for single sign-on, for a plan, and for a limit.

use std::collections::BTreeMap;

use rollcall_connector::transport::CallError;
use rollcall_model::ProblemClass;
use rollcall_record::Problem;

use crate::session::evidence;

/// The code of a 404 of which it is not known yet what it means.
pub(crate) const NOT_FOUND: &str = "not_found";

/// The same where the credential has the permission that the listing takes.
pub(crate) const NOT_FOUND_PERMITTED: &str = "not_found_permitted";

/// The problem that an App lacks a permission.
pub(crate) fn missing_permission(login: &str, permission: &str) -> Problem {
    Problem::new(
        ProblemClass::Permission,
        "missing_permission",
        format!("the App has not the permission {permission} in {login}"),
    )
}

/// A refusal of the credential itself, before anything was read with it.
pub(crate) fn of_credential(error: CallError, operation: &str) -> Problem {
    explain(error, operation, "", None)
}

/// The problem that a failed call is. `granted` is what an App may do, where that is known.
///
/// | answer | class | code |
/// |---|---|---|
/// | with `x-github-sso` | permission | `sso_required` |
/// | 403, "suspended" | permission | `installation_suspended` |
/// | 403, "not accessible by" | permission | `missing_permission` |
/// | 403 or 404, the needed permission is not granted | permission | `missing_permission` |
/// | 403 that names a plan or a feature that is off | unsupported | `feature_off` |
/// | 404, the needed permission is granted | unsupported | `not_offered` |
/// | 404 otherwise | permission | `not_found`: absent or hidden, which is not told apart |
/// | 409 | unsupported | `conflict` |
/// | 451 | unsupported | `unavailable_for_legal_reasons` |
pub(crate) fn explain(
    error: CallError,
    operation: &str,
    login: &str,
    granted: Option<&BTreeMap<String, String>>,
) -> Problem {
    use ProblemClass::{Permission, Unsupported};
    let said = error.message.to_ascii_lowercase();
    let accepted = error.headers.get("x-accepted-github-permissions").map(String::as_str);
    let holds = accepted.zip(granted).map(|(accepted, granted)| satisfied(accepted, granted));
    let sso = error.headers.contains_key("x-github-sso")
        || (error.status == Some(403) && said.contains("saml"));
    let told = match error.status {
        _ if error.class == ProblemClass::RateLimited => None,
        Some(401 | 403 | 404) if sso => Some((
            Permission,
            "sso_required",
            format!(
                "{}; the token must be authorised for single sign-on in {login}",
                error.message
            ),
        )),
        Some(403) if said.contains("suspended") => {
            Some((Permission, "installation_suspended", error.message.clone()))
        }
        Some(403) if said.contains("not accessible by") || holds == Some(false) => {
            Some((Permission, "missing_permission", with_accepted(&error.message, accepted)))
        }
        Some(403) if names_a_feature(&said) => {
            Some((Unsupported, "feature_off", error.message.clone()))
        }
        Some(404) if holds == Some(false) => {
            Some((Permission, "missing_permission", with_accepted(&error.message, accepted)))
        }
        Some(404) if holds == Some(true) && !operation.contains("/repos/") => {
            Some((Unsupported, "not_offered", error.message.clone()))
        }
        Some(404) => Some((
            Permission,
            NOT_FOUND,
            format!("{}; it is not there, or hidden from this credential", error.message),
        )),
        Some(451) => Some((Unsupported, "unavailable_for_legal_reasons", error.message.clone())),
        _ => None,
    };
    let told = told.map(|(class, code, message)| {
        let of_repository = code == NOT_FOUND && holds == Some(true);
        (class, if of_repository { NOT_FOUND_PERMITTED } else { code }, message)
    });
    let problem = match told {
        Some((class, code, message)) => Problem::new(class, code, message),
        None => Problem::from(error),
    };
    problem.at(evidence(operation))
}

/// A listing of a repository that is there: the listing is hidden, or not offered there.
pub(crate) fn hidden(problem: Problem, full_name: &str) -> Problem {
    if problem.code == NOT_FOUND_PERMITTED {
        return Problem {
            class: ProblemClass::Unsupported,
            code: "not_offered".to_owned(),
            message: format!(
                "{}; {full_name} itself is there, so GitHub does not offer this here",
                problem.message
            ),
            ..problem
        };
    }
    Problem {
        code: "hidden".to_owned(),
        message: format!(
            "{}; the repository {full_name} itself is there, so the credential may not see this of it",
            problem.message
        ),
        ..problem
    }
}

/// Whether one of the alternatives in `X-Accepted-GitHub-Permissions` is granted:
/// `a=read,b=write; c=read` is a and b, or c.
fn satisfied(accepted: &str, granted: &BTreeMap<String, String>) -> bool {
    let rank = |level: &str| match level {
        "read" => 1,
        "write" => 2,
        "admin" => 3,
        _ => 0,
    };
    accepted.split(';').any(|alternative| {
        alternative.split(',').map(str::trim).filter(|need| !need.is_empty()).all(|need| {
            let (name, level) = need.split_once('=').unwrap_or((need, "read"));
            granted.get(name).is_some_and(|has| rank(has) >= rank(level))
        })
    })
}

fn with_accepted(message: &str, accepted: Option<&str>) -> String {
    match accepted.filter(|text| !text.is_empty()) {
        Some(accepted) => format!("{message}; it takes {accepted}"),
        None => message.to_owned(),
    }
}

/// Words with which GitHub says that a plan or a setting is in the way.
fn names_a_feature(said: &str) -> bool {
    ["upgrade", "enterprise", "plan", "not enabled", "disabled", "not available", "not supported"]
        .iter()
        .any(|word| said.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn refused(status: u16, message: &str, headers: &[(&str, &str)]) -> CallError {
        let headers = headers.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        let class =
            if status == 429 { ProblemClass::RateLimited } else { ProblemClass::Permission };
        CallError::new(class, "forbidden", message).with_status(status).with_headers(headers)
    }

    fn code(status: u16, message: &str, headers: &[(&str, &str)]) -> (ProblemClass, String) {
        let granted = BTreeMap::from([("metadata".to_owned(), "read".to_owned())]);
        let error = refused(status, message, headers);
        let problem = explain(error, "GET /orgs/{org}/x", "acme", Some(&granted));
        (problem.class, problem.code)
    }

    #[test]
    fn each_refusal_has_its_meaning() {
        use ProblemClass::{Permission, RateLimited, Unsupported};
        let accepted = "x-accepted-github-permissions";
        for (status, said, headers, class, expected) in [
            (
                403,
                "Resource not accessible by integration",
                &[][..],
                Permission,
                "missing_permission",
            ),
            (
                403,
                "Forbidden",
                &[("x-github-sso", "required; url=https://x")],
                Permission,
                "sso_required",
            ),
            (
                403,
                "This installation has been suspended",
                &[],
                Permission,
                "installation_suspended",
            ),
            (403, "Upgrade to GitHub Pro", &[], Unsupported, "feature_off"),
            (403, "Must have admin rights", &[], Permission, "forbidden"),
            (404, "Not Found", &[], Permission, "not_found"),
            (404, "Not Found", &[(accepted, "members=read")], Permission, "missing_permission"),
            (404, "Not Found", &[(accepted, "metadata=read")], Unsupported, "not_offered"),
            (404, "Not Found", &[(accepted, "metadata=write")], Permission, "missing_permission"),
            (404, "Not Found", &[(accepted, "x=read; metadata=read")], Unsupported, "not_offered"),
            (451, "DMCA", &[], Unsupported, "unavailable_for_legal_reasons"),
            (429, "slow down", &[], RateLimited, "forbidden"),
        ] {
            assert_eq!(
                code(status, said, headers),
                (class, expected.to_owned()),
                "{status} {said}"
            );
        }
    }

    proptest! {
        #[test]
        fn no_header_panics(accepted in ".{0,60}") {
            let _ = satisfied(&accepted, &BTreeMap::new());
        }
    }
}
