//! A company of the lab, served, and a world with the program that reads it.

use std::sync::Arc;

use rollcall_lab::{
    Archetype, AwsOptions, Company, Lab, ServerHandle, Spec, serve_aws, write_files,
};
use rollcall_model::Timestamp;
use tokio::runtime::Runtime;

use crate::world::World;

/// A company that is served, and a world that reads it.
pub(crate) struct Scene {
    pub(crate) world: World,
    pub(crate) lab: Arc<Lab>,
    pub(crate) company: Company,
    _server: ServerHandle,
    // Last, so that the server ends in it.
    _runtime: Runtime,
}

impl Scene {
    pub(crate) fn new(archetype: Archetype, size: u64) -> Self {
        let now = "2026-11-22T12:00:00Z".parse().unwrap();
        Self::of(Spec { seed: 3, size, archetype, now })
    }

    /// A company as it is while the test runs: the program judges by its clock.
    #[expect(clippy::disallowed_methods, reason = "the program that is tested reads the clock too")]
    pub(crate) fn today(archetype: Archetype, seed: u64, size: u64) -> Self {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        let now = Timestamp::from_seconds(i64::try_from(since.as_secs()).unwrap());
        Self::of(Spec { seed, size, archetype, now })
    }

    fn of(spec: Spec) -> Self {
        let company = Company::generate(spec).unwrap();
        let mut world = World::new();
        let folder = world.path().join("home/src");
        write_files(&company, &folder).unwrap();
        // Jobs are done at once: waiting for each is the connector's test.
        let options = AwsOptions {
            external_id: Some("agreed".to_owned()),
            patience: 0,
            ..AwsOptions::default()
        };
        let lab = Arc::new(Lab::new(company.clone(), options, Some(folder)));
        let runtime = Runtime::new().unwrap();
        let server = runtime.block_on(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            serve_aws(Arc::clone(&lab), listener).unwrap()
        });
        for (name, value) in [
            ("AWS_ENDPOINT_URL", server.url().as_str()),
            ("AWS_ACCESS_KEY_ID", "AKIALAB"),
            ("AWS_SECRET_ACCESS_KEY", "not-checked"),
            ("AWS_REGION", "us-east-1"),
            ("AWS_EC2_METADATA_DISABLED", "true"),
            ("EXTERNAL_ID", "agreed"),
        ] {
            world.environment.insert(name.into(), value.into());
        }
        world.configure(
            "[transport]\nmax_wait_seconds = 20\n\
             [[source]]\nname = \"code\"\nkind = \"code\"\n[source.config]\nroots = [\"~/src\"]\n\
             [[source]]\nname = \"cloud\"\nkind = \"aws\"\n[source.config]\norganization = true\n\
             external_id = \"env:EXTERNAL_ID\"\n",
        );
        Self { world, lab, company, _server: server, _runtime: runtime }
    }
}
