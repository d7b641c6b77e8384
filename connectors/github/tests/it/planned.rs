//! What is planned is what is sent, a second run needs little, and a budget is kept.

use rollcall_connector::{Connector as _, PlanRequest};
use rollcall_model::Timestamp;
use serde_json::json;

use crate::world::{Pasts, STREAMS, World, remember};

async fn planned(world: &World, more: &serde_json::Value, pasts: &Pasts, now: Timestamp) -> u64 {
    let connector = world.connector_with(more);
    let request = PlanRequest { now, past: pasts.clone() };
    let plan = connector.plan(request).await.unwrap().unwrap();
    let ours = plan.streams.iter().filter(|s| STREAMS.contains(&s.stream.as_str()));
    ours.map(|stream| stream.requests).sum()
}

/// At least one, so that small numbers may be off by one.
fn five_percent(n: u64) -> u64 {
    n.div_ceil(20).max(1)
}

#[tokio::test]
async fn calls_are_those_that_were_planned_and_a_second_run_needs_few() {
    let world = World::new(40, 120).await;
    let mut pasts = Pasts::new();
    let plan = planned(&world, &json!({}), &pasts, world.now).await;
    world.calls();
    let read = world.read_all(&world.connector(), &pasts, world.now).await;
    let first = world.calls();
    assert!(plan.abs_diff(first) <= five_percent(first), "planned {plan}, sent {first}");
    remember(&mut pasts, &read, world.now);

    let later = world.now.plus_seconds(3600);
    let plan = planned(&world, &json!({}), &pasts, later).await;
    world.calls();
    let read = world.read_all(&world.connector(), &pasts, later).await;
    let second = world.calls();
    assert!(plan.abs_diff(second) <= five_percent(first), "planned {plan}, sent {second}");
    assert!(second * 100 <= first * 15, "first {first}, second {second}");
    remember(&mut pasts, &read, later);

    // After a day everything is due again.
    let next_day = world.now.plus_seconds(24 * 3600);
    world.read_all(&world.connector(), &pasts, next_day).await;
    let third = world.calls();
    assert!(third.abs_diff(first) <= five_percent(first), "first {first}, a day later {third}");
}

#[tokio::test]
async fn a_budget_stops_what_has_no_priority_and_later_runs_go_on() {
    let world = World::new(30, 60).await;
    let budget = json!({ "budget_per_hour": 400 });
    let mut pasts = Pasts::new();
    let plan = planned(&world, &budget, &pasts, world.now).await;
    assert!(plan <= 400, "{plan}");
    let mut runs = 0;
    let mut now = world.now;
    loop {
        world.calls();
        let read = world.read_all(&world.connector_with(&budget), &pasts, now).await;
        let sent = world.calls();
        assert!(sent <= 420, "{sent}");
        let waiting = read.iter().flat_map(|c| &c.problems).any(|p| p.code == "budget_spent");
        for stream in ["deploy-keys", "environments"] {
            let collected = read.iter().find(|c| c.stream == stream).unwrap();
            assert!(collected.problems.is_empty(), "{stream}: {:?}", collected.problems);
        }
        remember(&mut pasts, &read, now);
        runs += 1;
        assert!(runs < 10, "it never ends");
        if !waiting {
            break;
        }
        now = now.plus_seconds(3600);
    }
    assert!(runs > 1);
    let keys = pasts.get("repository-secrets").unwrap();
    assert_eq!(keys.iter().count(), world.repositories() * 3);
}
