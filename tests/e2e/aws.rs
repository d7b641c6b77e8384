//! AWS as other people's server has it (moto), through a proxy that breaks answers: whatever goes
//! wrong, nothing that exists is retired, and the next undisturbed reading equals a fresh one.

use std::collections::HashSet;
use std::process::Command;

use rollcall_testing::{Fault, FaultProxy, Postgres, PythonServer, When, python_for};

use crate::world::World;

/// What moto does not offer, whatever the proxy does; these answer HTTP 500 with a page.
const UNSUPPORTED: &str =
    "skip_streams = [\"service-last-accessed\", \"service-specific-credentials\"]\n";

/// A filled moto, and its proxy.
struct Aws {
    server: PythonServer,
    proxy: FaultProxy,
}

impl Aws {
    fn start() -> Self {
        let server = PythonServer::moto().unwrap();
        let proxy = FaultProxy::start(server.address()).unwrap();
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/aws/fill_moto.py");
        let output = Command::new(python_for("boto3").unwrap())
            .args([script, "--endpoint", &server.url(), "--roles", "60", "--users", "15"])
            .args(["--policies", "12", "--groups", "3", "--members", "0"])
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        Self { server, proxy }
    }

    /// A world that reads it, through the proxy.
    fn world(&self, store: &str) -> World {
        let mut world = World::new();
        for (name, value) in [
            ("AWS_ENDPOINT_URL", self.proxy.url().as_str()),
            ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
            ("AWS_SECRET_ACCESS_KEY", "example"),
            ("AWS_REGION", "us-east-1"),
            ("AWS_EC2_METADATA_DISABLED", "true"),
        ] {
            world.environment.insert(name.into(), value.into());
        }
        world.configure(&format!(
            "[store]\nurl = {store:?}\n[transport]\nmax_attempts = 2\n\
             timeout_seconds = 3\nmax_wait_seconds = 5\n\
             [[source]]\nname = \"cloud\"\nkind = \"aws\"\n{UNSUPPORTED}[source.config]\n"
        ));
        world
    }
}

fn lines(text: &str) -> HashSet<&str> {
    text.lines().collect()
}

/// Reads cleanly, then with every fault of the catalogue at several requests, then cleanly again.
fn survives(aws: &Aws, stores: [String; 2]) {
    let [disturbed, fresh] = stores.map(|store| aws.world(&store));
    fresh.run(&["sync"]).code(0);
    let truth = fresh.export();
    assert!(truth.lines().count() > 300, "{}", truth.lines().count());
    disturbed.run(&["sync"]).code(0);
    assert_eq!(disturbed.export(), truth);

    aws.proxy.restart_count();
    disturbed.run(&["sync"]).code(0);
    let requests = aws.proxy.requests().len() as u64;
    for (i, (name, fault)) in Fault::each().into_iter().enumerate() {
        // Each kind of fault strikes from another request on, and stays for the rest of the run.
        let from = 1 + (i as u64 * 7) % requests.saturating_sub(1).max(1);
        aws.proxy.restart_count();
        // An answer that never comes costs its time-out each time, so only one operation meets it.
        let when = match name {
            "stall" => When::Containing("Action=ListOpenIDConnectProviders".into()),
            _ => When::From(from),
        };
        aws.proxy.inject(when, fault);
        let ran = disturbed.run(&["sync"]);
        aws.proxy.clear();
        assert_ne!(ran.code, 0, "{name} from request {from} went unnoticed: {ran:#?}");
        let export = disturbed.export();
        let lost: Vec<_> = lines(&truth).difference(&lines(&export)).copied().collect();
        assert!(lost.is_empty(), "{name} from request {from} lost {lost:#?}");
    }
    disturbed.run(&["sync"]).code(0);
    assert_eq!(disturbed.export(), truth);
}

#[test]
fn moto_behind_a_breaking_proxy() {
    let aws = Aws::start();
    let folder = tempfile::TempDir::new().unwrap();
    let file = |n: usize| format!("sqlite:{}", folder.path().join(format!("{n}.db")).display());
    survives(&aws, [file(0), file(1)]);
    let postgres = Postgres::shared().unwrap();
    let database = || postgres.fresh_database().unwrap();
    survives(&aws, [database(), database()]);
    drop(aws.server);
}
