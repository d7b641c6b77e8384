//! Asking for many things in one call, and for fewer at a time where that is too much.

use std::collections::VecDeque;

use rollcall_connector::transport::{CallError, GraphqlAnswer, graphql_operation};
use rollcall_model::ProblemClass;
use rollcall_record::Problem;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::shapes::Places;
use crate::client::{GraphqlFailure, Organization};
use crate::session::evidence;

/// The variables of one place: names without the place's number.
pub(crate) type Variables = Vec<(&'static str, String)>;

/// Asks for one object a place, in as few calls as the documents allow; half of it and less where
/// GitHub gives up or answers in part. One outcome for each wanted, in order.
pub(crate) async fn objects<T>(
    organization: &Organization,
    documents: &[(usize, &str)],
    prefix: &str,
    wanted: &[Variables],
) -> Vec<Result<T, Problem>>
where
    T: Serialize + DeserializeOwned + Send,
{
    let mut outcomes: Vec<Option<Result<T, Problem>>> = wanted.iter().map(|_| None).collect();
    let most = documents.first().map_or(1, |(places, _)| *places);
    let all: Vec<usize> = (0..wanted.len()).collect();
    let mut queue: VecDeque<Vec<usize>> = all.chunks(most).map(<[usize]>::to_vec).collect();
    while let Some(lot) = queue.pop_front() {
        let fits = documents.iter().rev().find(|(places, _)| *places >= lot.len());
        let Some((_, document)) = fits else { continue };
        let variables = fill(&lot, wanted);
        let answer = ask::<Places<T>>(organization, document, &variables, lot.len() > 1).await;
        let mut answer = match answer {
            Ok(answer) => answer,
            Err(Asked::TooMuch) => {
                queue.extend(smaller(&lot, documents));
                continue;
            }
            Err(Asked::Failed(problem)) => {
                lot.iter().for_each(|at| outcomes[*at] = Some(Err((*problem).clone())));
                continue;
            }
        };
        let mut missing = Vec::new();
        for (place, at) in lot.iter().enumerate() {
            let found = answer.data.remove(&format!("{prefix}{place}")).flatten();
            match found.and_then(|found| found.object) {
                Some(object) => outcomes[*at] = Some(Ok(object)),
                None => missing.push(*at),
            }
        }
        if missing.is_empty() {
            continue;
        }
        // What is missing beside others may be there by itself.
        if lot.len() > 1 && !answer.errors.is_empty() {
            queue.extend(smaller(&missing, documents));
            continue;
        }
        for at in missing {
            outcomes[at] = Some(Err(absent(document, &answer)));
        }
    }
    let never = || Err(Problem::new(ProblemClass::Bug, "not_asked", "an object was not asked for"));
    outcomes.into_iter().map(|outcome| outcome.unwrap_or_else(never)).collect()
}

/// Why there is no answer.
pub(crate) enum Asked {
    /// It may answer when asked for less.
    TooMuch,
    /// It does not answer.
    Failed(Box<Problem>),
}

/// Asks once where less can be asked for instead; otherwise as often as the transport tries.
pub(crate) async fn ask<T>(
    organization: &Organization,
    document: &str,
    variables: &Value,
    can_shrink: bool,
) -> Result<GraphqlAnswer<T>, Asked>
where
    T: Serialize + DeserializeOwned + Send,
{
    if can_shrink {
        match organization.graphql_once::<T>(document, variables).await {
            Ok(answer) => return Ok(answer),
            Err(GraphqlFailure::NoToken(problem)) => return Err(Asked::Failed(Box::new(problem))),
            Err(GraphqlFailure::Call(error)) if is_too_much(&error) => return Err(Asked::TooMuch),
            // A limit passes when one waits, and the transport does.
            Err(GraphqlFailure::Call(error)) if error.class == ProblemClass::RateLimited => {}
            Err(GraphqlFailure::Call(error)) => {
                let problem = organization.refused(error, &graphql_operation(document));
                return Err(Asked::Failed(Box::new(problem)));
            }
        }
    }
    organization
        .graphql(document, variables)
        .await
        .map_err(|problem| Asked::Failed(Box::new(problem)))
}

/// Whether less may be answered: GitHub gives up after ten seconds.
fn is_too_much(error: &CallError) -> bool {
    error.class == ProblemClass::Transient
        || matches!(
            error.code.as_str(),
            "truncated_body" | "body_too_large" | "graphql" | "html_answer"
        )
}

fn fill(lot: &[usize], wanted: &[Variables]) -> Value {
    let mut variables = Map::new();
    for (place, at) in lot.iter().enumerate() {
        for (name, value) in &wanted[*at] {
            variables.insert(format!("{name}{place}"), Value::String(value.clone()));
        }
        variables.insert(format!("u{place}"), Value::Bool(true));
    }
    Value::Object(variables)
}

/// The same in the next smaller lots.
fn smaller(lot: &[usize], documents: &[(usize, &str)]) -> Vec<Vec<usize>> {
    let below = documents.iter().map(|(places, _)| *places).find(|places| *places < lot.len());
    lot.chunks(below.unwrap_or(1)).map(<[usize]>::to_vec).collect()
}

fn absent<T>(document: &str, answer: &GraphqlAnswer<T>) -> Problem {
    let operation = graphql_operation(document);
    match answer.errors.first() {
        Some(error) => Problem::new(error.class, &error.code, error.message.clone()),
        None => Problem::new(
            ProblemClass::Malformed,
            "null_node",
            "GitHub answered null where an object was asked for",
        ),
    }
    .at(evidence(&operation))
}
