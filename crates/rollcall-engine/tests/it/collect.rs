//! Readings that come from another machine: they say what a reading here says, and an upload that
//! breaks off retires nothing.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use rollcall_connector::collect::{Encoder, Hello, VERSION};
use rollcall_connector::{AHEAD, Connector, SyncRequest, channel};
use rollcall_engine::{
    CollectError, CollectSource, Collector, Ended, Published, SourceSpec, SyncOptions, export_lines,
};
use rollcall_model::{ProblemClass, ScopeState};
use rollcall_store::Store;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::fixture::{Fixture, on_both, with_fault};
use crate::world::{Fake, Fault, STREAMS, World};

fn connector(world: &World) -> Arc<dyn Connector> {
    Fake::connector(&Arc::new(Mutex::new(world.clone())), false)
}

fn collector(fixture: &Fixture, store: &Arc<dyn Store>) -> Arc<Collector> {
    let source = CollectSource {
        spec: SourceSpec { name: "corp".into(), skip_streams: Vec::new() },
        kind: "fake".into(),
        definition: Some(connector(&World::default()).definition().clone()),
    };
    Arc::new(Collector::new(
        vec![source],
        Arc::clone(store),
        fixture.clock(),
        (Arc::default(), Published::new()),
        SyncOptions { holder: "collector".into(), ..SyncOptions::default() },
        Arc::new(|collected| {
            let states: Vec<_> = collected.run.scopes.iter().map(|scope| scope.state).collect();
            let codes: Vec<_> =
                collected.run.problems.iter().map(|(p, _)| p.code.clone()).collect();
            let failed = &collected.run.failed_streams;
            json!({"exit": collected.run.exit_code() as u8, "states": states, "codes": codes,
                   "retired": collected.run.retired, "failed": failed})
        }),
        CancellationToken::new(),
    ))
}

fn hello(world: &World) -> Hello {
    Hello {
        collect: VERSION,
        definition: connector(world).definition().clone(),
        streams: STREAMS.map(str::to_owned).to_vec(),
    }
}

/// What the machine that reads a world would send.
async fn lines(fixture: &Fixture, world: &World) -> Vec<u8> {
    let connector = connector(world);
    let mut lines = Vec::new();
    for stream in STREAMS {
        let (out, mut inbox) = channel(AHEAD, CancellationToken::new(), HashSet::new());
        let request = SyncRequest::new(stream, fixture.clock().now());
        let connector = Arc::clone(&connector);
        let reading = tokio::spawn(async move { connector.sync(request, out).await });
        let mut encoder = Encoder::start(stream, &mut lines).unwrap();
        while let Some(message) = inbox.recv().await {
            encoder.message(message, &mut lines).unwrap();
        }
        encoder.finish(reading.await.unwrap(), &mut lines).unwrap();
    }
    lines
}

/// Whole lines in chunks of about this many bytes.
fn chunks(lines: &[u8], size: usize) -> Vec<Vec<u8>> {
    let mut chunks = vec![Vec::new()];
    for line in lines.split_inclusive(|byte| *byte == b'\n') {
        if chunks.last().unwrap().len() >= size {
            chunks.push(Vec::new());
        }
        chunks.last_mut().unwrap().extend_from_slice(line);
    }
    chunks
}

async fn upload(
    collector: &Arc<Collector>,
    world: &World,
    chunks: Vec<Vec<u8>>,
) -> Result<Value, CollectError> {
    let begun = collector.begin("corp", hello(world)).await.unwrap();
    let count = chunks.len() as u64;
    for (number, chunk) in (0..).zip(chunks) {
        collector.chunk("corp", &begun.session, number, chunk.clone()).await?;
        // As after an answer that was lost.
        collector.chunk("corp", &begun.session, number, chunk).await?;
    }
    match collector.end("corp", &begun.session, count).await? {
        Ended::Report(report) => Ok(report),
        Ended::NotYet => panic!("it takes very long"),
    }
}

#[test]
fn an_upload_says_what_a_reading_here_says() {
    on_both(async |fixture| {
        let store = fixture.new_store().await;
        let collector = collector(fixture, &store);
        let mut world = World::new(3, 8);
        for size in [1, 700, 1 << 20] {
            let all = lines(fixture, &world).await;
            let report = upload(&collector, &world, chunks(&all, size)).await.unwrap();
            assert_eq!(report["exit"], 0, "{report}");
            assert_eq!(export_lines(&store).await.unwrap(), fixture.fresh(&world).await, "{size}");
            world.remove_user(0, size % 7);
        }
        store.close().await;
    });
}

#[test]
fn what_goes_wrong_there_is_what_it_is_here() {
    on_both(async |fixture| {
        let world = World::new(3, 8);
        let faults = [
            Fault::Fail { at: 9, class: ProblemClass::Permission },
            Fault::Abort { at: 9, class: ProblemClass::Transient },
            Fault::Null { at: 9 },
            Fault::Twice,
            Fault::Conflict { at: 0 },
            Fault::Empty,
        ];
        for fault in faults {
            let (here, there) = (fixture.new_store().await, fixture.new_store().await);
            let collector = collector(fixture, &there);
            fixture.sync(&here, &world).await;
            let all = lines(fixture, &world).await;
            upload(&collector, &world, chunks(&all, 4_000)).await.unwrap();
            let broken = with_fault(&world, "users", fault.clone());
            let run = fixture.sync(&here, &broken).await;
            let all = lines(fixture, &broken).await;
            let report = upload(&collector, &broken, chunks(&all, 4_000)).await.unwrap();
            let states: Vec<_> = run.scopes.iter().map(|scope| scope.state).collect();
            assert_eq!(report["states"], json!(states), "{fault:?} {report}");
            assert_eq!(report["exit"], run.exit_code() as u8, "{fault:?} {report}");
            assert_eq!(report["retired"], run.retired, "{fault:?}");
            assert_eq!(
                export_lines(&there).await.unwrap(),
                export_lines(&here).await.unwrap(),
                "{fault:?}"
            );
            here.close().await;
            there.close().await;
        }
    });
}

#[test]
fn an_upload_that_breaks_off_anywhere_retires_nothing() {
    on_both(async |fixture| {
        let store = fixture.new_store().await;
        let collector = collector(fixture, &store);
        let world = World::new(2, 3);
        let all = chunks(&lines(fixture, &world).await, 1);
        upload(&collector, &world, all.clone()).await.unwrap();
        let whole = export_lines(&store).await.unwrap();
        let count = all.len();
        for cut in (0..count).step_by(7) {
            let report = upload(&collector, &world, all[..cut].to_vec()).await.unwrap();
            assert_ne!(report["exit"], 0, "{cut}: {report}");
            assert_eq!(report["retired"], 0, "{cut}: {report}");
            assert!(report["codes"].to_string().contains("upload_broken"), "{cut}: {report}");
            assert_eq!(export_lines(&store).await.unwrap(), whole, "{cut}");
        }
        // Who begins again takes the place of what is under way.
        let first = collector.begin("corp", hello(&world)).await.unwrap();
        let chunk = all[..count / 2].concat();
        collector.chunk("corp", &first.session, 0, chunk).await.unwrap();
        let report = upload(&collector, &world, all).await.unwrap();
        assert_eq!(report["exit"], 0, "{report}");
        let late = collector.chunk("corp", &first.session, 1, Vec::new()).await.unwrap_err();
        assert!(matches!(late, CollectError::UnknownSession), "{late}");
        assert_eq!(export_lines(&store).await.unwrap(), whole);
        collector.finished().await;
        store.close().await;
    });
}

#[test]
fn what_does_not_belong_here_is_refused() {
    on_both(async |fixture| {
        let store = fixture.new_store().await;
        let collector = collector(fixture, &store);
        let world = World::new(1, 1);
        let refused = async |name: &str, change: fn(&mut Hello)| {
            let mut hello = hello(&world);
            change(&mut hello);
            collector.begin(name, hello).await.unwrap_err().to_string()
        };
        assert!(refused("other", |_| {}).await.contains("no source"));
        assert!(refused("corp", |hello| hello.collect = 9).await.contains("version 9"));
        assert!(refused("corp", |hello| hello.definition.id = "aws".into()).await.contains("aws"));
        assert!(refused("corp", |hello| hello.streams.push("x".into())).await.contains("\"x\""));
        assert!(refused("corp", |hello| hello.streams.clear()).await.contains("no stream"));
        let begun = collector.begin("corp", hello(&world)).await.unwrap();
        let skipped = collector.chunk("corp", &begun.session, 1, Vec::new()).await.unwrap_err();
        assert!(matches!(skipped, CollectError::OutOfOrder { given: 1, expected: 0 }), "{skipped}");
        // Lines that are no records, and a record of a kind that the connector does not have.
        let broken = b"nonsense\n{\"collect\":\"nonsense\"}\n{\"collect\":\"stream_started\",\"stream\":\"accounts\"}\n\
            {\"record\":\"scope_started\",\"scope\":{\"stream\":\"accounts\",\"realm\":\"org\"}}\n\
            {\"record\":\"entity\",\"key\":{\"provider\":\"fake\",\"realm\":\"org\",\"kind\":\"fake.other\",\"id\":\"1\"},\"type\":\"resource\",\"name\":\"x\"}\n\
            {\"record\":\"scope_finished\",\"scope\":{\"stream\":\"accounts\",\"realm\":\"org\"},\"count\":1}\n";
        collector.chunk("corp", &begun.session, 0, broken.to_vec()).await.unwrap();
        let Ended::Report(report) = collector.end("corp", &begun.session, 1).await.unwrap() else {
            panic!("it takes very long");
        };
        assert_eq!(report["states"][0], json!(ScopeState::Partial), "{report}");
        assert!(export_lines(&store).await.unwrap().is_empty());
        store.close().await;
    });
}
