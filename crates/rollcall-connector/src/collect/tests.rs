//! What is written at one end is what is read at the other, whatever stands between.

use std::collections::HashSet;

use proptest::prelude::*;
use rollcall_model::{
    EntityKey, EntityType, Listing, ProblemClass, ScopeKey, Timestamp, Visibility,
};
use rollcall_record::{Problem, Record, ScopeStarted, entity};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::{Encoder, PushedConnector};
use crate::testkit::sample_definition;
use crate::{Connector, Message, ScopeHandle, SyncRequest, channel};

/// What arrives of lines in chunks, and how the stream ended.
fn received(chunks: Vec<Vec<u8>>) -> (Vec<Message>, Result<(), Problem>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(async {
        let (sender, receiver) = mpsc::channel(chunks.len().max(1));
        for chunk in chunks {
            sender.send(chunk).await.unwrap();
        }
        drop(sender);
        let connector = PushedConnector::new(sample_definition(), receiver);
        let (out, mut inbox) = channel(10_000, CancellationToken::new(), HashSet::new());
        let now = Timestamp::default();
        let request = SyncRequest::new("users", now);
        let outcome = connector.sync(request, out).await;
        let mut messages = Vec::new();
        while let Some(message) = inbox.recv().await {
            messages.push(message);
        }
        (messages, outcome)
    })
}

fn started(realm: &str) -> ScopeStarted {
    ScopeStarted {
        scope: ScopeKey::realm("users", realm),
        parent: None,
        listing: Listing::Full,
        visibility: Visibility::default(),
    }
}

fn user(realm: &str, id: &str) -> Record {
    let key = EntityKey::new("sample", realm, "sample.user", id).unwrap();
    Record::Entity(entity(key, EntityType::Identity, id))
}

/// Messages in words, with the realm in place of the handle, whose number is each end's own.
fn words(messages: Vec<Message>) -> Vec<String> {
    let mut realms = std::collections::HashMap::new();
    let mut said = Vec::new();
    for message in messages {
        let of = |handle: &ScopeHandle| realms.get(handle).cloned().unwrap_or_default();
        match message {
            Message::Started(handle, started) => {
                said.push(format!("{} started", started.scope.realm));
                realms.insert(handle, started.scope.realm);
            }
            Message::Records(handle, records) => {
                said.extend(records.iter().map(|record| format!("{} {record:?}", of(&handle))));
            }
            Message::Problem(handle, p) => said.push(format!("{} problem {}", of(&handle), p.code)),
            Message::Note(handle, p) => said.push(format!("{} note {}", of(&handle), p.code)),
            Message::Failed(handle, p) => said.push(format!("{} failed {}", of(&handle), p.code)),
            Message::Finished(handle, n) => said.push(format!("{} finished {n}", of(&handle))),
            Message::StreamProblem(p) => said.push(format!("stream problem {}", p.code)),
            Message::Unchanged(handle) => said.push(format!("{} unchanged", of(&handle))),
            Message::Progress(..) => {}
        }
    }
    // Records of one scope wait for its next message; between scopes there is no order.
    said.sort();
    said
}

/// Three scopes that are open at once: one is finished, one fails, one is left.
fn interleaved() -> Vec<Message> {
    let problem = |code: &str| Problem::new(ProblemClass::Transient, code, "as told");
    let [a, b, c] = [5, 6, 7].map(ScopeHandle);
    vec![
        Message::Started(a, started("a")),
        Message::Started(b, started("b")),
        Message::Records(a, vec![user("a", "1"), user("a", "2")]),
        Message::Records(b, vec![user("b", "1")]),
        Message::Note(a, problem("noted")),
        Message::Started(c, started("c")),
        Message::Problem(b, problem("lost")),
        Message::Records(a, vec![user("a", "3")]),
        Message::StreamProblem(problem("at-large")),
        Message::Failed(b, problem("broken")),
        Message::Finished(a, 3),
    ]
}

fn written(messages: Vec<Message>) -> Vec<u8> {
    let mut lines = Vec::new();
    let mut encoder = Encoder::start("users", &mut lines).unwrap();
    for message in messages {
        encoder.message(message, &mut lines).unwrap();
    }
    encoder.finish(Ok(()), &mut lines).unwrap();
    lines
}

#[test]
fn scopes_that_are_open_at_once_are_told_apart() {
    let lines = written(interleaved());
    let (messages, outcome) = received(vec![lines]);
    assert_eq!(outcome, Ok(()));
    assert_eq!(words(messages), words(interleaved()));
}

#[test]
fn every_open_scope_fails_with_an_upload_that_breaks_off() {
    let lines = written(interleaved());
    let ends: Vec<usize> =
        lines.iter().enumerate().filter(|(_, b)| **b == b'\n').map(|(at, _)| at).collect();
    for cut in &ends[..ends.len() - 1] {
        let (messages, outcome) = received(vec![lines[..=*cut].to_vec()]);
        assert_eq!(outcome.unwrap_err().code, "upload_broken");
        let said = words(messages);
        for realm in ["a", "b", "c"].map(|realm| format!("{realm} ")) {
            let of: Vec<_> = said.iter().filter(|word| word.starts_with(&realm)).collect();
            let ended = |w: &&&String| w.contains(" failed ") || w.contains(" finished ");
            let is_begun = of.iter().any(|word| word.ends_with("started"));
            assert_eq!(of.iter().filter(ended).count(), usize::from(is_begun), "{cut} {said:#?}");
        }
    }
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic_or_a_scope_complete(
        bytes in proptest::collection::vec(any::<u8>(), 0..300),
        jsonish in "(\\{\"collect\":\"(lane|note|failed|problem|stream_started)\",?[\"a-z:0-9{}]{0,20}\\}\n){0,6}",
        at in 0_usize..2_000,
    ) {
        let whole = written(interleaved());
        let at = at % whole.len();
        let mixed = [&whole[..at], &bytes, jsonish.as_bytes(), &whole[at..]].concat();
        let (messages, _) = received(vec![mixed]);
        // Only a scope whose count is right is said to be finished.
        let seen: usize = messages.iter().map(|m| match m {
            Message::Records(_, records) => records.len(),
            _ => 0,
        }).sum();
        for message in &messages {
            if let Message::Finished(_, count) = message {
                prop_assert!(*count as usize <= seen);
            }
        }
    }
}
