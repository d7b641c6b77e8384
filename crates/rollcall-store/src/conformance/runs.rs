//! Runs, how scopes fared in them, and problems.

use std::sync::Arc;

use futures::future::try_join_all;
use rollcall_model::{ProblemClass, ScopeKey, ScopeState};
use rollcall_record::{Evidence, Problem};

use super::Case;
use super::check::{Check, present, same};
use super::scene::{Scene, at, facts, finish, roles, run_id, scope};
use crate::{RunStart, Runs, Store};

pub(super) const CASES: &[Case] = &[
    Case { name: "runs come back, newest first", play: |store| Box::pin(newest_first(store)) },
    Case { name: "a run tells how its scopes fared", play: |store| Box::pin(scopes(store)) },
    Case { name: "problems come back in their order", play: |store| Box::pin(problems(store)) },
    Case {
        name: "problems of several writers have their places",
        play: |store| Box::pin(writers(store)),
    },
];

async fn newest_first(store: Arc<dyn Store>) -> Check {
    let source = store.source("acme", "aws", at(0)).await?;
    let other = store.source("other", "aws", at(0)).await?;
    for (number, source, when) in
        [(3, source, 10), (1, source, 30), (2, source, 20), (5, source, 20), (9, other, 40)]
    {
        let (id, version) = (run_id(number), "1".to_owned());
        let part = number == 1;
        store.begin_run(RunStart { id, source, at: at(when), version, part }).await?;
    }
    store.finish_run(&run_id(2), 2, at(25)).await?;
    let runs = store.runs(source, Runs::All, 10).await?;
    let told: Vec<_> = runs.iter().map(|run| (run.id.clone(), run.started_at)).collect();
    let expected =
        [(run_id(1), at(30)), (run_id(5), at(20)), (run_id(2), at(20)), (run_id(3), at(10))];
    same("runs", told, expected)?;
    for run in &runs {
        let end = (run.id == run_id(2)).then(|| (at(25), 2));
        same(&format!("the end of {}", run.id), run.finished_at.zip(run.exit_code), end)?;
        same("its source", run.source, source)?;
        same("whether it is a part", run.part, run.id == run_id(1))?;
    }
    let whole = store.runs(source, Runs::Whole, 2).await?;
    let told: Vec<_> = whole.into_iter().map(|run| run.id).collect();
    same("the newest of the whole source", told, [run_id(5), run_id(2)])?;
    same("the newest", store.runs(source, Runs::All, 1).await?.len(), 1)?;
    same("of the other source", store.runs(other, Runs::All, 10).await?.len(), 1)
}

async fn scopes(store: Arc<dyn Store>) -> Check {
    let scene = Scene::new(store.clone()).await?;
    for part in ["b", "a"] {
        scene.read(&scope(part), &facts(roles(["x", "y"])?), at(1)).await?;
    }
    // The same scope again in the same run: the last reading counts.
    let mut reading = scene.begin(&scope("a")).await?;
    reading.say_all(&facts(roles(["x", "z"])?))?;
    reading.say(super::scene::role("y", "renamed")?)?;
    let mut end = reading.end(at(7));
    end.state = ScopeState::Partial;
    let token = end.token;
    finish(&*store, end).await?;
    let list = store.run_scopes(&scene.run).await?;
    let parts: Vec<&str> = list.iter().map(|scope| scope.key.part.as_str()).collect();
    same("scopes, by key", parts, ["a", "b"])?;
    let a = present("a", list.first())?;
    same("state", a.state, ScopeState::Partial)?;
    same("revision and end", (a.revision, a.finished_at), (token, at(7)))?;
    same("seen, added, changed", (a.seen, a.added, a.changed), (3, 1, 1))?;
    same("retired, held", (a.retired, a.held), (0, 0))?;
    same("its id", a.id, scene.id(&scope("a")).await?)?;
    same("of another run", store.run_scopes(&run_id(99)).await?.len(), 0)
}

async fn problems(store: Arc<dyn Store>) -> Check {
    let scene = Scene::new(store.clone()).await?;
    let mut list = Vec::new();
    for class in ProblemClass::ALL {
        list.push((
            Problem::new(class, class.as_str(), "plain"),
            class == ProblemClass::Unsupported,
        ));
    }
    let evidence =
        Evidence { file: Some("a b/ü.yaml".to_owned()), line: Some(3), ..Evidence::default() };
    let mut whole =
        Problem::new(ProblemClass::Permission, "access_denied", "It said \"no\".\nTwice.")
            .hides("keys")
            .at(evidence)
            .in_stream("roles");
    whole.scope = Some(ScopeKey::part("roles", "1", "p"));
    list.push((whole, true));
    store.add_problems(&scene.run, &[]).await?;
    same("none yet", store.run_problems(&scene.run).await?.len(), 0)?;
    store.add_problems(&scene.run, &list[..3]).await?;
    store.add_problems(&scene.run, &list[3..]).await?;
    let found = store.run_problems(&scene.run).await?;
    let places: Vec<i64> = found.iter().map(|problem| problem.number).collect();
    same("places", places, (1..=9).collect::<Vec<i64>>())?;
    for row in &found {
        same("its run", &row.run, &scene.run)?;
    }
    let found: Vec<_> = found.into_iter().map(|row| (row.problem, row.note)).collect();
    same("problems", found, list)?;
    same("of another run", store.run_problems(&run_id(99)).await?.len(), 0)
}

async fn writers(store: Arc<dyn Store>) -> Check {
    let scene = Scene::new(store.clone()).await?;
    let problem = |i: usize| {
        let text = format!("problem {i}");
        [(Problem::new(ProblemClass::Transient, "x", &text), false)]
    };
    let (store, run) = (&store, &scene.run);
    try_join_all((0..12).map(|i| async move { store.add_problems(run, &problem(i)).await }))
        .await?;
    let found = store.run_problems(run).await?;
    let places: Vec<i64> = found.iter().map(|problem| problem.number).collect();
    same("places", places, (1..=12).collect::<Vec<i64>>())
}
