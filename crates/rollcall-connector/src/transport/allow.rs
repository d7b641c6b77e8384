//! Which operations may leave.

use std::collections::HashSet;

use rollcall_model::ProblemClass;
use rollcall_record::Problem;
use sha2::{Digest, Sha256};

use crate::Definition;

/// First words of AWS operations that change something. Operations that create a session or a
/// report (`AssumeRole`, `GenerateCredentialReport`) are not among them.
const MUTATING_AWS_VERBS: [&str; 22] = [
    "Accept",
    "Add",
    "Attach",
    "Change",
    "Create",
    "Deactivate",
    "Delete",
    "Detach",
    "Disable",
    "Enable",
    "Import",
    "Invoke",
    "Put",
    "Register",
    "Remove",
    "Reset",
    "Set",
    "Tag",
    "Terminate",
    "Untag",
    "Update",
    "Upload",
];

/// The operations a connector declared: `METHOD /path/{template}`, `aws:service:Operation`,
/// `graphql:<sha256 of the document>`, or any other word, which is compared as a whole.
#[derive(Clone, Debug)]
pub struct AllowList {
    exact: HashSet<String>,
    templates: Vec<(String, Vec<Segment>)>,
}

#[derive(Clone, Debug)]
enum Segment {
    Literal(String),
    Any,
}

impl AllowList {
    /// The operations of a definition.
    ///
    /// # Errors
    /// When an operation is malformed or would change something at the provider.
    pub fn new(definition: &Definition) -> Result<Self, Problem> {
        let mut list = Self { exact: HashSet::new(), templates: Vec::new() };
        for operation in &definition.operations {
            let path = check(operation).map_err(|why| {
                Problem::new(
                    ProblemClass::Bug,
                    "bad_operation",
                    format!("connector {}: operation {operation:?} {why}", definition.id),
                )
            })?;
            if let Some((method, path)) = path.filter(|(_, path)| path.contains('{')) {
                list.templates.push((method.to_owned(), segments(path)));
            }
            list.exact.insert(operation.clone());
        }
        Ok(list)
    }

    /// Whether an operation may leave: one of the declared words, or `METHOD /a/real/path` that one
    /// of the templates covers, each `{x}` being one segment. A query is not part of an operation.
    #[must_use]
    pub fn permits(&self, operation: &str) -> bool {
        if self.exact.contains(operation) {
            return true;
        }
        let Some((method, path)) = operation.split_once(' ') else { return false };
        self.templates.iter().any(|(m, template)| m == method && covers(template, path))
    }
}

/// The operation that stands for a GraphQL document in an allow-list.
#[must_use]
pub fn graphql_operation(document: &str) -> String {
    let digest = Sha256::digest(document.as_bytes());
    let mut operation = String::from("graphql:");
    for byte in digest {
        operation.push_str(&format!("{byte:02x}"));
    }
    operation
}

/// Says what is wrong with an operation, or takes it apart when it is one of HTTP.
fn check(operation: &str) -> Result<Option<(&str, &str)>, &'static str> {
    if let Some(rest) = operation.strip_prefix("aws:") {
        let (service, name) = rest.split_once(':').ok_or("is not aws:service:Operation")?;
        if service.is_empty() || !name.starts_with(|c: char| c.is_ascii_uppercase()) {
            return Err("is not aws:service:Operation");
        }
        let starts = |verb: &str| {
            name.strip_prefix(verb).is_some_and(|r| r.starts_with(|c: char| c.is_ascii_uppercase()))
        };
        if MUTATING_AWS_VERBS.into_iter().any(starts) {
            return Err("changes something; connectors only read");
        }
        return Ok(None);
    }
    if let Some(hash) = operation.strip_prefix("graphql:") {
        let well = hash.len() == 64 && hash.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        return if well { Ok(None) } else { Err("is not graphql: and 64 hexadecimal digits") };
    }
    match operation.split_once(' ') {
        Some((method @ ("GET" | "HEAD" | "POST"), path)) if path.starts_with('/') => {
            if path.contains(['?', '#', ' ']) {
                return Err("has a query, a fragment or a space in its path");
            }
            let closed = |s: &str| match s.strip_prefix('{') {
                Some(rest) => {
                    rest.ends_with('}')
                        && rest.len() > 1
                        && !rest[..rest.len() - 1].contains(['{', '}'])
                }
                None => !s.contains(['{', '}']),
            };
            if !path.split('/').all(closed) {
                return Err("has a placeholder that is not a whole {segment}");
            }
            Ok(Some((method, path)))
        }
        Some(("PUT" | "PATCH" | "DELETE", _)) => Err("changes something; connectors only read"),
        _ if operation.trim().is_empty() => Err("is empty"),
        _ => Ok(None),
    }
}

fn segments(path: &str) -> Vec<Segment> {
    path.split('/')
        .map(|s| if s.starts_with('{') { Segment::Any } else { Segment::Literal(s.to_owned()) })
        .collect()
}

fn covers(template: &[Segment], path: &str) -> bool {
    let mut given = path.split('/');
    for segment in template {
        let Some(part) = given.next() else { return false };
        let fits = match segment {
            Segment::Literal(literal) => literal == part,
            Segment::Any => is_plain_segment(part),
        };
        if !fits {
            return false;
        }
    }
    given.next().is_none()
}

/// Not empty, no dots that walk up, nothing that would end the path.
fn is_plain_segment(part: &str) -> bool {
    let dots = part.to_ascii_lowercase().replace("%2e", ".");
    !part.is_empty() && dots != "." && dots != ".." && !part.contains(['?', '#', '\\', ' '])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::tests::definition;
    use proptest::prelude::*;

    fn list(operations: &[&str]) -> AllowList {
        AllowList::new(&definition(operations)).unwrap()
    }

    #[test]
    fn only_what_is_declared_may_leave() {
        let list =
            list(&["GET /orgs/{org}/members", "aws:iam:ListUsers", "GET /user", "POST /graphql"]);
        for yes in [
            "GET /orgs/{org}/members",
            "GET /orgs/acme/members",
            "aws:iam:ListUsers",
            "GET /user",
            "GET /orgs/a%2Fb/members",
            "POST /graphql",
        ] {
            assert!(list.permits(yes), "{yes}");
        }
        for no in [
            "GET /orgs/acme",
            "POST /orgs/acme/members",
            "GET /orgs//members",
            "GET /orgs/../members",
            "GET /orgs/%2E%2e/members",
            "GET /orgs/a/b/members",
            "aws:iam:CreateUser",
            "aws:iam:ListUsersX",
            "DELETE /user",
            "GET /orgs/a?x/members",
            "GET /orgs/acme/members/",
            "",
            "get /user",
        ] {
            assert!(!list.permits(no), "{no}");
        }
    }

    #[test]
    fn an_operation_that_changes_something_cannot_be_declared() {
        for bad in [
            "DELETE /user",
            "PUT /x",
            "PATCH /x",
            "aws:iam:CreateUser",
            "aws:iam",
            "graphql:1",
            "GET /a/{b",
            "GET /a/x{b}",
            "GET /a?b",
            "",
            "aws:s3:PutObject",
            "GET /a/{}",
        ] {
            let problem = AllowList::new(&definition(&[bad])).unwrap_err();
            assert_eq!(problem.code, "bad_operation", "{bad}");
        }
        list(&[
            "aws:sts:AssumeRole",
            "aws:iam:GenerateCredentialReport",
            "aws:iam:SettleX",
            "files *.tf",
        ]);
    }

    #[test]
    fn a_graphql_document_is_known_by_its_hash() {
        let operation = graphql_operation("query { viewer { login } }");
        assert_eq!(operation.len(), 8 + 64);
        let list = list(&[&operation]);
        assert!(list.permits(&operation));
        assert!(!list.permits(&graphql_operation("mutation { x }")));
    }

    proptest! {
        #[test]
        fn no_operation_panics_or_climbs(operation in ".{0,60}", part in "[^/?# \\\\]{1,12}") {
            let list = list(&["GET /a/{x}/c"]);
            let _ = list.permits(&operation);
            let _ = AllowList::new(&definition(&[&operation]));
            let climbs = matches!(part.to_ascii_lowercase().replace("%2e", ".").as_str(), "." | "..");
            let concrete = format!("GET /a/{}/c", part);
            prop_assert_eq!(list.permits(&concrete), !climbs);
        }
    }
}
