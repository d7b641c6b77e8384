//! No secret that stands in a file is found anywhere afterwards: not in the database, the output, the
//! logs or the export.

use std::path::Path;

use crate::service::Service;
use crate::world::World;

/// Each in a file of its own, in forms that detectors know and forms that they do not.
const CANARIES: [&str; 8] = [
    "ghp_cAnArY0000000000000000000000000001",
    "sk-ant-api03-cAnArY0000000000000000000002",
    "xoxb-100000000000-cAnArY0000000000000003",
    "cAnArY-plain-password-0004",
    "AKIACANARY0000000005",
    "cAnArYcAnArYcAnArYcAnArYcAnArYcAnArY0006",
    "eyJhbGciOiJIUzI1NiJ9.cAnArY0007.c2lnbmF0dXJl",
    "cAnArY-in-a-url-0008",
];

fn plant(world: &World) {
    let [github, anthropic, slack, password, key, long, token, in_url] = CANARIES;
    let mcp = |name: &str, value: &str| {
        format!(
            r#"{{"mcpServers": {{"s": {{"command": "npx", "args": ["-y", "x", "--token", "{value}"], "env": {{"{name}": "{value}"}}}}}}}}"#
        )
    };
    let remote = |value: &str| {
        format!(
            r#"{{"mcpServers": {{"r": {{"url": "https://u:{in_url}@mcp.example.com/x?api_key={value}", "headers": {{"Authorization": "Bearer {value}"}}}}}}}}"#
        )
    };
    world.file("home/.cursor/mcp.json", &mcp("GITHUB_TOKEN", github));
    world.file("home/.claude.json", &mcp("ANTHROPIC_API_KEY", anthropic));
    world.file(
        "home/.claude/settings.json",
        &format!(r#"{{"env": {{"ANTHROPIC_AUTH_TOKEN": "{anthropic}", "X": "{long}"}}}}"#),
    );
    world.file("home/.gemini/settings.json", &remote(token));
    world.file("home/.codex/config.toml", &format!("[mcp_servers.a]\ncommand = \"x\"\n[mcp_servers.a.env]\nSLACK = \"{slack}\"\nPASSWORD = \"{password}\"\n"));
    world.file(
        "home/.config/Code/User/mcp.json",
        &format!(r#"{{"servers": {{"v": {{"command": "x", "env": {{"A": "{long}"}}}}}}}}"#),
    );
    world.file(
        "home/.aws/credentials",
        &format!("[default]\naws_access_key_id = {key}\naws_secret_access_key = {long}\n"),
    );
    world.checkout(
        "home/src/leaky",
        &format!("https://x:{in_url}@github.com/acme/leaky.git"),
        &[
            (".mcp.json", &mcp("TOKEN", password)),
            (".vscode/mcp.json", &format!(r#"{{"servers": {{"v": {{"command": "x", "args": ["--password={password}"]}}}}}}"#)),
            (
                ".github/workflows/w.yml",
                &format!(
                    "on: push\nenv:\n  TOP: {github}\njobs:\n  j:\n    runs-on: ubuntu-latest\n    env:\n      K: {key}\n    steps:\n      \
                     - uses: a/b@v1\n        with:\n          password: {password}\n          api-key: {long}\n      - run: curl -H 'Authorization: Bearer {token}' https://x\n"
                ),
            ),
        ],
    );
}

#[test]
fn planted_secrets_are_found_nowhere() {
    let world = World::new();
    plant(&world);
    world.run(&["init", "--yes"]).code(0);
    // Only the code source: the planted AWS credential leads nowhere.
    let file = world.cwd().join("rollcall.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    no_canary(text.as_bytes(), "the configuration");
    world.configure_code();
    let mut told = Vec::new();
    let mut keep = |args: &[&str]| {
        let ran = world.run(args);
        let stdout = ran.stdout.clone();
        told.push((args.join(" "), ran));
        stdout
    };
    keep(&["-vvv", "sync"]);
    keep(&["-vvv", "sync", "--json"]);
    keep(&["-vvv", "check"]);
    keep(&["check", "--json"]);
    keep(&["coverage", "--json"]);
    keep(&["coverage"]);
    keep(&["export", "facts", "--canonical"]);
    keep(&["ls", "--all"]);
    for line in keep(&["ls", "--all", "--json"]).lines() {
        let entity: serde_json::Value = serde_json::from_str(line).unwrap();
        let id = entity["id"].as_str().unwrap();
        keep(&["show", id]);
        keep(&["show", id, "--json"]);
        keep(&["why", id, "--json"]);
        keep(&["history", id, "--json"]);
    }
    keep(&["backup", "backup.db"]);
    assert!(told.len() > 30, "there was something to be told");
    for (command, ran) in &told {
        no_canary(ran.stdout.as_bytes(), command);
        no_canary(ran.stderr.as_bytes(), command);
    }
    let service = Service::start(&world, "rollcall.toml");
    let page = service
        .until("/api/v1/entities?q=type:any&limit=500", |page| page["total"].as_u64() > Some(10));
    for item in page["items"].as_array().unwrap() {
        let one = service.get(&format!("/api/v1/entities/{}", item["id"].as_str().unwrap()));
        assert_eq!(one.status, 200);
        no_canary(one.body.as_bytes(), "an entity of the API");
    }
    for path in ["status", "coverage", "facets?q=type:any", "entities?q=type:any&limit=500"] {
        no_canary(service.get(&format!("/api/v1/{path}")).body.as_bytes(), path);
    }
    no_canary(service.get("/metrics").body.as_bytes(), "metrics");
    let (code, logged) = service.stop();
    assert_eq!(code, Some(0), "{logged}");
    no_canary(logged.as_bytes(), "the log of the service");
    let mut files = 0;
    for entry in std::fs::read_dir(world.cwd()).unwrap() {
        let path = entry.unwrap().path();
        no_canary(&std::fs::read(&path).unwrap(), &name(&path));
        files += 1;
    }
    assert!(files >= 3, "database, key and backup were looked into");
    // The search itself finds what is there.
    let planted = std::fs::read(world.path().join("home/.cursor/mcp.json")).unwrap();
    assert!(canary_in(&planted).is_some());
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn canary_in(bytes: &[u8]) -> Option<&'static str> {
    let holds =
        |canary: &str| bytes.windows(canary.len()).any(|window| window == canary.as_bytes());
    CANARIES.into_iter().find(|canary| holds(canary))
}

fn no_canary(bytes: &[u8], place: &str) {
    if let Some(canary) = canary_in(bytes) {
        panic!("{place} holds {canary}");
    }
}
