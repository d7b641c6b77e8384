//! GraphQL over the same world. The schema is the part of GitHub's own that an inventory has a use
//! for; its types and fields have GitHub's names, arguments and nullability. A query that names
//! anything else is refused, as GitHub would refuse what it does not have.

mod connection;
mod cost;
mod objects;
mod organization;
mod people;
mod query;
mod repository;
mod shape;

use std::cell::Cell;
use std::sync::LazyLock;

use apollo_compiler::resolvers::Execution;
use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Schema};
use serde_json::{Value, json};

use super::ask::{Ask, Reply};
use super::faults::GitHubFaultKind;
use super::lab::GitHubLab;
use super::limits::Standing;

/// The largest number of nodes that a query may ask for.
/// Source: GitHub's documentation, node limit of the GraphQL API.
const MOST_NODES: u64 = 500_000;

const SDL: &str = concat!(
    include_str!("people.graphql"),
    include_str!("repositories.graphql"),
    include_str!("git.graphql"),
    include_str!("words.graphql"),
);

/// The schema; the reason why there is none would be a mistake in the files beside this one.
static SCHEMA: LazyLock<Result<Valid<Schema>, String>> = LazyLock::new(|| {
    Schema::parse_and_validate(SDL, "schema.graphql").map_err(|found| found.errors.to_string())
});

/// What everything in a query is answered from.
pub(super) struct Context<'a> {
    pub(super) ask: &'a Ask<'a>,
    pub(super) standing: Standing,
    pub(super) cost: u64,
    pub(super) nodes: u64,
    /// How many repositories were shown so far.
    shown: Cell<u64>,
}

impl Context<'_> {
    /// Whether the repository that is shown next is to be missing.
    pub(super) fn is_missing(&self) -> bool {
        self.shown.set(self.shown.get() + 1);
        self.ask.faults.iter().any(|kind| match kind {
            GitHubFaultKind::GraphqlPartial { every } => {
                self.shown.get().is_multiple_of((*every).max(1))
            }
            _ => false,
        })
    }
}

/// What is said when the window is used up.
pub(super) fn exhausted(caller: &str) -> Reply {
    failed("RATE_LIMITED", &format!("API rate limit exceeded for {caller}."))
}

fn failed(kind: &str, message: &str) -> Reply {
    Reply::ok(json!({"errors": [{"type": kind, "message": message}]}))
}

/// Answers a query; the answer and the points it cost.
pub(super) fn answer(
    ask: &Ask<'_>,
    method: &str,
    lab: &GitHubLab,
    standing: &Standing,
) -> (Reply, u64) {
    if method != "POST" {
        return (Reply::not_found(), 1);
    }
    if let Err(reply) = ask.check(super::access::Needs::Someone) {
        return (reply, 0);
    }
    let sent = match ask.sent() {
        Ok(sent) => sent,
        Err(reply) => return (reply, 1),
    };
    let Some(query) = sent["query"].as_str() else {
        return (Reply::error(400, "A query attribute must be specified and must be a string."), 1);
    };
    let schema = match &*SCHEMA {
        Ok(schema) => schema,
        Err(error) => return (Reply::error(500, error), 1),
    };
    let document = match ExecutableDocument::parse_and_validate(schema, query, "query.graphql") {
        Ok(document) => document,
        Err(found) => {
            let errors: Vec<Value> = found
                .errors
                .iter()
                .map(|e| serde_json::to_value(e.to_json()).unwrap_or_default())
                .collect();
            return (Reply::ok(json!({"errors": errors})), 1);
        }
    };
    let name = sent["operationName"].as_str().filter(|n| !n.is_empty());
    let Ok(operation) = document.operations.get(name) else {
        return (failed("INVALID", "No operation of that name."), 1);
    };
    let measured = match cost::of(&document, operation, &sent["variables"]) {
        Ok(measured) => measured,
        Err((kind, message)) => return (failed(kind, &message), 1),
    };
    if measured.nodes > MOST_NODES {
        let message = format!(
            "This query requests up to {} possible nodes which exceeds the maximum limit of {MOST_NODES}.",
            measured.nodes
        );
        return (failed("MAX_NODE_LIMIT_EXCEEDED", &message), 1);
    }
    let too_many = |most: u64| measured.nodes > most;
    let slow = ask.faults.iter().any(|kind| match kind {
        GitHubFaultKind::GraphqlTimeout { above } => too_many(*above),
        _ => false,
    });
    if slow || lab.options.graphql_nodes.is_some_and(too_many) {
        let message = "Something went wrong while executing your query. This may be the result of a timeout, or it could be a GitHub bug.";
        let body = json!({"data": null, "errors": [{"message": message}]});
        // What takes too long costs all the same.
        return (Reply::json(502, body), measured.points);
    }
    let context = Context {
        ask,
        standing: *standing,
        cost: measured.points,
        nodes: measured.nodes,
        shown: Cell::new(0),
    };
    let variables = match sent["variables"].clone() {
        Value::Object(variables) => variables,
        _ => serde_json::Map::new(),
    };
    let variables = variables.into_iter().map(|(k, v)| (k.into(), v.into())).collect();
    let root = query::root(&context);
    let execution =
        Execution::new(schema, &document).operation(operation).raw_variable_values(&variables);
    let reply = match execution.execute_sync(&root) {
        Ok(response) => Reply::ok(with_types(serde_json::to_value(response).unwrap_or_default())),
        Err(error) => failed("INVALID", &error.to_graphql_error(&document.sources).message),
    };
    (reply, measured.points)
}

/// Adds to errors the type that GitHub gives them.
fn with_types(mut response: Value) -> Value {
    for error in response["errors"].as_array_mut().into_iter().flatten() {
        let message = error["message"].as_str().unwrap_or_default();
        let message = shape::meaning(message).to_owned();
        let kind = if message.starts_with("Could not resolve") {
            "NOT_FOUND"
        } else if message.starts_with("Resource not accessible") {
            "FORBIDDEN"
        } else {
            "SERVICE_UNAVAILABLE"
        };
        error["type"] = kind.into();
        error["message"] = message.into();
    }
    if response["errors"].as_array().is_none_or(Vec::is_empty)
        && let Value::Object(fields) = &mut response
    {
        fields.remove("errors");
    }
    response
}
