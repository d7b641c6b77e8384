//! What went wrong, told from what the SDK and the provider say.

use std::error::Error;
use std::time::Duration;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_iam::error::SdkError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use rollcall_connector::transport::{CallError, redact};
use rollcall_model::ProblemClass;

use crate::guard::Refused;

/// The code of an answer that is an HTML page with status 500: what some servers say to an
/// operation they do not have, and also what they say when they stumble. It is tried again, and is
/// taken for the former when it stays.
pub(crate) const HTML_500: &str = "html_500";
/// The code of an object that is not there (any more).
pub(crate) const NOT_FOUND: &str = "not_found";
/// The code of a feature that is switched off.
pub(crate) const FEATURE_DISABLED: &str = "feature_disabled";
/// The code of an account that is in no organisation.
pub(crate) const NO_ORGANIZATION: &str = "no_organization";

/// The error of one attempt, for the transport to decide about.
pub(crate) fn classify<E>(error: &SdkError<E>) -> CallError
where
    E: ProvideErrorMetadata + Error + 'static,
{
    if let Some(own) = find::<CallError>(error) {
        return own.clone();
    }
    if let Some(refused) = find::<Refused>(error) {
        return CallError::new(ProblemClass::Bug, "operation_not_allowed", refused.to_string());
    }
    match error {
        SdkError::ServiceError(service) => {
            let e = service.err();
            of_answer(service.raw(), e.code(), e.message())
        }
        // The head of the answer arrived and its body broke off.
        SdkError::ResponseError(e) if e.raw().status().is_success() => CallError::new(
            ProblemClass::Malformed,
            "truncated_body",
            format!("the answer broke off: {}", chain(error)),
        ),
        SdkError::ResponseError(e) => of_answer(e.raw(), None, None),
        SdkError::TimeoutError(_) => {
            CallError::new(ProblemClass::Transient, "timed_out", "AWS did not answer in time")
        }
        SdkError::DispatchFailure(_) => match find::<CredentialsError>(error) {
            Some(e) => no_credentials(e),
            None => CallError::new(
                ProblemClass::Transient,
                "connection_failed",
                format!("no connection to AWS: {}", chain(error)),
            ),
        },
        other => match find::<CredentialsError>(other) {
            Some(e) => no_credentials(e),
            None => CallError::new(
                ProblemClass::Bug,
                "bad_request",
                format!("the request could not be made: {}", chain(other)),
            ),
        },
    }
}

/// What is left of an error when no further attempt is made.
pub(crate) fn settle(operation: &str, mut error: CallError) -> CallError {
    if error.code == HTML_500 {
        error.class = ProblemClass::Unsupported;
        error.code = "not_offered".to_owned();
        error.message = format!("this server does not offer {operation}");
    }
    error
}

fn of_answer(answer: &HttpResponse, code: Option<&str>, message: Option<&str>) -> CallError {
    let status = answer.status().as_u16();
    let wait = answer.headers().get("retry-after").and_then(|v| v.trim().parse().ok());
    let (class, stable) = match code {
        Some(code) => of_code(code, status, message.unwrap_or_default()),
        None => of_status(status, is_html(answer)),
    };
    let text = match (code, message) {
        (Some(code), Some(message)) => format!("{code}: {}", redact(message)),
        (Some(code), None) => format!("{code} (HTTP {status})"),
        (None, _) if status < 300 => "the answer is not what AWS documents".to_owned(),
        (None, _) => format!("HTTP {status} without an AWS error code"),
    };
    CallError::new(class, stable, text)
        .with_status(status)
        .with_retry_after(wait.map(Duration::from_secs))
}

/// Classes by AWS's error codes; IAM throttles with HTTP 400.
/// Source: common errors of the IAM, STS and Organizations API references.
fn of_code(code: &str, status: u16, message: &str) -> (ProblemClass, &'static str) {
    use ProblemClass::{Malformed, Permission, RateLimited, Transient, Unsupported};
    let bare = code.strip_suffix("Exception").unwrap_or(code);
    match bare {
        "AccessDenied" if message.contains("service control policy") => {
            (Permission, "denied_by_scp")
        }
        "AccessDenied"
        | "UnauthorizedOperation"
        | "AuthFailure"
        | "NotAuthorized"
        | "Forbidden" => (Permission, "access_denied"),
        "ExpiredToken" | "RequestExpired" | "TokenRefreshRequired" => (Permission, "expired_token"),
        "InvalidClientTokenId"
        | "UnrecognizedClient"
        | "InvalidAccessKeyId"
        | "SignatureDoesNotMatch"
        | "InvalidSignature"
        | "IncompleteSignature"
        | "MissingAuthenticationToken"
        | "OptInRequired" => (Permission, "invalid_credentials"),
        "Throttling"
        | "Throttled"
        | "ThrottledRequest"
        | "RequestThrottled"
        | "TooManyRequests"
        | "RequestLimitExceeded"
        | "SlowDown"
        | "PriorRequestNotComplete"
        | "ConcurrentModification" => (RateLimited, "throttled"),
        "NoSuchEntity" | "ResourceNotFound" | "AccountNotFound" => (Malformed, NOT_FOUND),
        "FeatureDisabled" => (Unsupported, FEATURE_DISABLED),
        "AWSOrganizationsNotInUse" => (Unsupported, NO_ORGANIZATION),
        "InvalidAction"
        | "UnknownAction"
        | "UnknownOperation"
        | "NotImplemented"
        | "UnsupportedOperation" => (Unsupported, "not_offered"),
        "ReportNotPresent"
        | "ReportExpired"
        | "ReportInProgress"
        | "CredentialReportNotPresent"
        | "CredentialReportExpired"
        | "CredentialReportNotReady" => (Transient, "report_not_ready"),
        _ if status == 429 => (RateLimited, "throttled"),
        _ if status == 501 => (Unsupported, "not_offered"),
        _ if status >= 500 || bare == "ServiceUnavailable" || bare == "RequestTimeout" => {
            (Transient, "server_error")
        }
        _ if status == 401 || status == 403 => (Permission, "access_denied"),
        _ => (Malformed, "refused"),
    }
}

fn of_status(status: u16, html: bool) -> (ProblemClass, &'static str) {
    match status {
        200..=299 => (ProblemClass::Malformed, "bad_answer"),
        401 | 403 => (ProblemClass::Permission, "access_denied"),
        408 => (ProblemClass::Transient, "timed_out"),
        429 => (ProblemClass::RateLimited, "throttled"),
        404 | 405 | 501 => (ProblemClass::Unsupported, "not_offered"),
        500 if html => (ProblemClass::Transient, HTML_500),
        500.. => (ProblemClass::Transient, "server_error"),
        _ => (ProblemClass::Malformed, "refused"),
    }
}

/// AWS never answers with a page for browsers.
fn is_html(answer: &HttpResponse) -> bool {
    let typed = answer.headers().get("content-type").is_some_and(|t| t.starts_with("text/html"));
    let body = answer.body().bytes().unwrap_or_default();
    let start =
        String::from_utf8_lossy(&body[..body.len().min(64)]).trim_start().to_ascii_lowercase();
    start.starts_with("<!doctype html") || start.starts_with("<html") || (typed && body.is_empty())
}

fn no_credentials(error: &CredentialsError) -> CallError {
    match error {
        CredentialsError::CredentialsNotLoaded(_) | CredentialsError::InvalidConfiguration(_) => {
            CallError::new(
                ProblemClass::Config,
                "no_credentials",
                format!(
                    "no AWS credentials were found; set profile or role_arn in the source, or give \
                     the process the usual AWS environment or instance role ({})",
                    chain(error)
                ),
            )
        }
        CredentialsError::ProviderTimedOut(_) => CallError::new(
            ProblemClass::Transient,
            "credentials_timed_out",
            "the source of the AWS credentials did not answer in time",
        ),
        _ => CallError::new(
            ProblemClass::Permission,
            "credentials_failed",
            format!("the AWS credentials could not be obtained: {}", chain(error)),
        ),
    }
}

fn find<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    let mut next = Some(error);
    while let Some(e) = next {
        if let Some(found) = e.downcast_ref::<T>() {
            return Some(found);
        }
        next = e.source();
    }
    None
}

fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(e) = next {
        let part = e.to_string();
        if !text.ends_with(&part) {
            text.push_str(": ");
            text.push_str(&part);
        }
        next = e.source();
    }
    redact(&text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ProblemClass::{Permission, RateLimited, Transient, Unsupported};

    #[test]
    fn codes_have_their_class() {
        for (code, status, class, stable) in [
            ("AccessDenied", 403, Permission, "access_denied"),
            ("AccessDeniedException", 400, Permission, "access_denied"),
            ("ExpiredToken", 403, Permission, "expired_token"),
            ("ExpiredTokenException", 400, Permission, "expired_token"),
            ("InvalidClientTokenId", 403, Permission, "invalid_credentials"),
            ("SignatureDoesNotMatch", 403, Permission, "invalid_credentials"),
            ("Throttling", 400, RateLimited, "throttled"),
            ("TooManyRequestsException", 400, RateLimited, "throttled"),
            ("RequestLimitExceeded", 503, RateLimited, "throttled"),
            ("ServiceUnavailable", 503, Transient, "server_error"),
            ("ServiceFailure", 500, Transient, "server_error"),
            ("FeatureDisabledException", 404, Unsupported, FEATURE_DISABLED),
            ("AWSOrganizationsNotInUseException", 400, Unsupported, NO_ORGANIZATION),
            ("InvalidAction", 400, Unsupported, "not_offered"),
        ] {
            assert_eq!(of_code(code, status, ""), (class, stable), "{code}");
        }
        let scp = "not authorized with an explicit deny in a service control policy";
        assert_eq!(of_code("AccessDenied", 403, scp), (Permission, "denied_by_scp"));
    }

    #[test]
    fn an_operation_that_is_not_there_is_unsupported_only_in_the_end() {
        let first = CallError::new(Transient, HTML_500, "HTTP 500");
        assert!(first.may_pass());
        let last = settle("aws:iam:ListX", first);
        assert_eq!((last.class, last.code.as_str()), (Unsupported, "not_offered"));
    }
}
