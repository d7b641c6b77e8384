//! A company whose GitHub and directory are served, and a world with the program that reads them.

use std::collections::BTreeMap;
use std::sync::Arc;

use rollcall_lab::{
    Archetype, Change, Company, DirectoryLab, DirectoryOptions, GitHubKeys, GitHubLab,
    GitHubOptions, Limits, ServerHandle, Spec, serve_directory, serve_github,
};
use rollcall_model::Timestamp;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use crate::world::World;

/// A company whose GitHub and directory are served, and a world that reads them.
pub(crate) struct Hub {
    pub(crate) world: World,
    pub(crate) github: Arc<GitHubLab>,
    pub(crate) directory: Arc<DirectoryLab>,
    pub(crate) company: Company,
    _servers: Vec<ServerHandle>,
    // Last, so that the servers end in it.
    runtime: Runtime,
}

impl Hub {
    /// As it is while the test runs: the program judges by its clock.
    #[expect(clippy::disallowed_methods, reason = "the program that is tested reads the clock too")]
    pub(crate) fn new(size: u64) -> Self {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        let now = Timestamp::from_seconds(i64::try_from(since.as_secs()).unwrap());
        let spec = Spec { seed: 3, size, archetype: Archetype::AgentHeavyLab, now };
        let company = Company::generate(spec).unwrap();
        let options = GitHubOptions {
            limits: Limits::none(),
            app_key: Some(GitHubKeys::generate().unwrap()),
            ..GitHubOptions::default()
        };
        let github = Arc::new(GitHubLab::new(company.clone(), options));
        let directory = Arc::new(DirectoryLab::new(company.clone(), DirectoryOptions::default()));
        let runtime = Runtime::new().unwrap();
        let (hub, okta) = runtime.block_on(async {
            let listener = || TcpListener::bind("127.0.0.1:0");
            let hub = serve_github(Arc::clone(&github), listener().await.unwrap()).unwrap();
            let okta = serve_directory(Arc::clone(&directory), listener().await.unwrap()).unwrap();
            (hub, okta)
        });
        let world = World::new();
        let keys = github.keys();
        world.file("cwd/app.pem", keys.app_key.as_deref().unwrap());
        world.file("cwd/okta-token", directory.token());
        world.file("cwd/hook-secret", &keys.webhook_secret);
        world.configure(&format!(
            "[server]\nhooks = \"127.0.0.1:0\"\n\
             [[source]]\nname = \"people\"\nkind = \"okta\"\n[source.config]\nurl = \"{}\"\n\
             api_token = \"file:okta-token\"\n\
             [[source]]\nname = \"hub\"\nkind = \"github\"\n[source.config]\nbase_url = \"{}\"\n\
             host = \"github.com\"\napp_id = {}\nprivate_key = \"file:app.pem\"\n\
             webhook_secret = \"file:hook-secret\"\n",
            okta.url(),
            hub.url(),
            keys.app_id
        ));
        Self { world, github, directory, company, _servers: vec![hub, okta], runtime }
    }

    /// Changes something at GitHub, which tells of it by webhook.
    pub(crate) fn change(&self, change: &Change) -> Option<u16> {
        let sent = self.runtime.block_on(self.github.change(change)).unwrap();
        sent.and_then(|delivery| delivery.status)
    }

    /// How many requests GitHub was sent since this was asked last, tokens minted left out.
    pub(crate) fn requests(&self) -> u64 {
        let requests = self.github.requests();
        self.github.forget_requests();
        requests.iter().filter(|(route, _)| !route.contains("access_tokens")).map(|(_, n)| n).sum()
    }

    /// The ids of what is live, by kind.
    pub(crate) fn ids(&self, query: &str) -> BTreeMap<String, Vec<String>> {
        let mut ids: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for entity in self.world.json("ls", &["ls", &format!("type:any {query}")]) {
            let (kind, key) = (entity["kind"].as_str().unwrap(), &entity["key"]["id"]);
            let id = key.as_str().unwrap().to_owned();
            ids.entry(kind.to_owned()).or_default().push(id);
        }
        ids.values_mut().for_each(|ids| ids.sort());
        ids
    }

    /// The ids of a kind by the lab's truth.
    pub(crate) fn truth(&self, kind: &str) -> Vec<String> {
        let truth: Value = self.github.truth();
        let ids = truth["kinds"][kind]["ids"].as_array().unwrap_or_else(|| panic!("no {kind}"));
        let mut ids: Vec<String> = ids.iter().map(|id| id.as_str().unwrap().to_owned()).collect();
        ids.sort();
        ids
    }
}
