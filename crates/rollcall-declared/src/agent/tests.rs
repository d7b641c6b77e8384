use super::*;
use crate::secret::{Credential, ReferenceSort};

fn read(path: &str, text: &str) -> Config {
    let kind = clients::in_repository(path).expect("a known file");
    let (config, issues) = parse(text.as_bytes(), &kind, LiteralKey(&[5; 32]));
    assert_eq!(issues, [], "{text}");
    config
}

fn uses(credentials: &[CredentialUse]) -> Vec<String> {
    credentials
        .iter()
        .map(|used| {
            let value = match &used.value {
                Credential::Reference { sort, name } => format!("{}:{name}", sort.as_str()),
                Credential::Literal(literal) => literal.detector.clone(),
            };
            format!("{} {} {value}", used.holder.as_str(), used.name)
        })
        .collect()
}

const TOKEN: &str = "ghp_Ab1Ab1Ab1Ab1Ab1Ab1Ab1Ab1Ab1Ab1Ab1Ab1";

#[test]
fn claude_code() {
    let config = read(
        ".mcp.json",
        &format!(
            r#"{{"mcpServers": {{
  "gh": {{"type": "http", "url": "https://api.example.com/mcp", "headers": {{"Authorization": "Bearer ${{GH_TOKEN}}", "X-Trace": "on"}}}},
  "db": {{"command": "npx", "args": ["-y", "@acme/db@1.2.3", "--api-key", "hunter2hunter2"], "env": {{"NODE_ENV": "production", "TOKEN": "{TOKEN}"}}}},
}}}}"#
        ),
    );
    let [gh, db] = &config.servers[..] else { panic!("two servers") };
    assert_eq!(
        (gh.transport, gh.host.as_deref(), gh.encrypted),
        (Transport::Http, Some("api.example.com"), Some(true))
    );
    assert_eq!(uses(&gh.credentials), ["header Authorization environment:GH_TOKEN"]);
    assert_eq!(
        (db.identity(), db.package.as_ref().and_then(|p| p.pinned)),
        ("@acme/db", Some(true))
    );
    assert_eq!(uses(&db.credentials), ["argument api-key named", "env TOKEN github-token"]);
    assert_eq!((db.at.line, db.lines.last), (3, 3));
    assert!(!format!("{config:?}").contains("hunter2") && !format!("{config:?}").contains(TOKEN));
}

#[test]
fn vscode_inputs_are_references() {
    let config = read(
        ".vscode/mcp.json",
        r#"{ // comment
  "inputs": [{"type": "promptString", "id": "pw", "password": true}],
  "servers": {"a": {"command": "x", "env": {"THING": "${input:pw}", "ROOT": "${workspaceFolder}"}, "envFile": ".env"}}
}"#,
    );
    assert_eq!(
        uses(&config.servers[0].credentials),
        ["env THING input:pw", "field envFile file:.env"]
    );
}

#[test]
fn codex() {
    let config = read(
        ".codex/config.toml",
        "model = \"gpt\"\napproval_policy = \"never\"\nsandbox_mode = \"danger-full-access\"\n[mcp_servers.a]\nurl = \"https://a.example/mcp\"\nbearer_token_env_var = \"A_TOKEN\"\nenv_http_headers = { X-Key = \"A_KEY\" }\nhttp_headers = { X-Api-Key = \"hunter2hunter2\" }\n[mcp_servers.b]\ncommand = \"uvx\"\nargs = [\"thing==1.0.0\"]\nenv_vars = [\"B_TOKEN\", \"LANG\"]\nenabled = false\n[model_providers.x]\nenv_key = \"X_API_KEY\"\n",
    );
    let [a, b] = &config.servers[..] else { panic!("two servers") };
    assert_eq!(
        uses(&a.credentials),
        [
            "header bearer_token_env_var environment:A_TOKEN",
            "header X-Key environment:A_KEY",
            "header X-Api-Key named",
        ]
    );
    assert_eq!(uses(&b.credentials), ["env B_TOKEN environment:B_TOKEN"]);
    assert!(b.disabled && !a.disabled);
    assert_eq!(uses(&config.credentials), ["field env_key environment:X_API_KEY"]);
    assert_eq!(
        (config.settings.mode.as_deref(), config.settings.sandbox.as_deref()),
        (Some("never"), Some("danger-full-access"))
    );
}

#[test]
fn other_shapes() {
    for (path, text, name, expected) in [
        (
            "opencode.json",
            r#"{"mcp": {"a": {"type": "local", "command": ["bun", "x", "p"], "environment": {"API_KEY": "{env:K}"}}}}"#,
            "a",
            vec!["env API_KEY environment:K"],
        ),
        (
            "opencode.jsonc",
            r#"{"mcp": {"servers": {"a": {"type": "remote", "url": "https://x.example", "headers": {"Authorization": "Bearer {env:K}"}}}}}"#,
            "a",
            vec!["header Authorization environment:K"],
        ),
        (
            ".zed/settings.json",
            r#"{"context_servers": {"a": {"command": {"path": "npx", "args": ["p"], "env": {"API_KEY": "hunter2hunter2"}}}}}"#,
            "a",
            vec!["env API_KEY named"],
        ),
        (
            ".zed/settings.json",
            r#"{"context_servers": {"a": {"source": "custom", "command": "npx", "args": ["p"], "env": {}}}}"#,
            "a",
            vec![],
        ),
        (
            ".gemini/settings.json",
            r#"{"mcpServers": {"a": {"httpUrl": "https://x.example", "headers": {"Authorization": "$TOKEN"}, "trust": true}}}"#,
            "a",
            vec!["header Authorization environment:TOKEN"],
        ),
        (
            ".amp/settings.json",
            r#"{"amp.mcpServers": {"a": {"command": "x", "args": ["--header", "Authorization: Bearer ${T}"]}}}"#,
            "a",
            vec!["argument Authorization environment:T"],
        ),
        (
            ".goose/config.yaml",
            "extensions:\n  a:\n    type: stdio\n    cmd: uvx\n    args: [p]\n    env_keys: [P_TOKEN]\n    envs: {API_KEY: hunter2hunter2}\n",
            "a",
            vec!["env P_TOKEN environment:P_TOKEN", "env API_KEY named"],
        ),
        (
            ".continue/config.yaml",
            "mcpServers:\n  - name: a\n    command: npx\n    args: [p]\n    env: {API_KEY: '${{ secrets.K }}'}\n",
            "a",
            vec!["env API_KEY secret:K"],
        ),
        (
            ".cursor/mcp.json",
            r#"{"mcpServers": {"a": {"command": "docker", "args": ["run", "-e", "GITHUB_TOKEN", "-e", "API_KEY=hunter2hunter2", "img"]}}}"#,
            "a",
            vec!["argument GITHUB_TOKEN environment:GITHUB_TOKEN", "argument API_KEY named"],
        ),
        (
            ".roo/mcp.json",
            r#"{"mcpServers": {"a": {"url": "https://u:hunter2@x.example/mcp?token=abcdefgh12"}}}"#,
            "a",
            vec!["url url url-password", "url url url-query"],
        ),
        (
            ".vscode/settings.json",
            r#"{"editor.x": 1, "mcp": {"servers": {"a": {"command": "x"}}}}"#,
            "a",
            vec![],
        ),
    ] {
        let config = read(path, text);
        assert_eq!(config.servers.len(), 1, "{path}");
        assert_eq!(config.servers[0].name, name);
        let mut found = uses(&config.servers[0].credentials);
        let mut expected: Vec<String> = expected.into_iter().map(str::to_owned).collect();
        found.sort();
        expected.sort();
        assert_eq!(found, expected, "{path}");
    }
}

#[test]
fn projects_of_one_file_are_kept_apart() {
    let kind = clients::in_home().into_iter().find(|(p, _)| p == ".claude.json").expect("known").1;
    let text = r#"{"userID": "0123456789abcdef0123456789abcdef", "mcpServers": {"a": {"command": "x"}}, "projects": {"/w/app": {"history": ["secret words"], "mcpServers": {"a": {"command": "y"}}}}}"#;
    let (config, issues) = parse(text.as_bytes(), &kind, LiteralKey(&[5; 32]));
    assert_eq!(issues, []);
    assert_eq!(
        config.servers.iter().map(|s| s.project.as_str()).collect::<Vec<_>>(),
        ["", "/w/app"]
    );
    assert_eq!(config.credentials, []);
}

#[test]
fn claude_settings() {
    let config = read(
        ".claude/settings.json",
        &format!(
            r#"{{"permissions": {{"allow": ["Bash(npm run:*)", "Bash(curl -H 'Authorization: Bearer {TOKEN}' x)"], "deny": ["Read(.env)"], "defaultMode": "bypassPermissions"}},
"env": {{"ANTHROPIC_API_KEY": "sk-ant-api03-Ab1Ab1Ab1Ab1Ab1", "NODE_ENV": "test"}}, "apiKeyHelper": "/opt/bin/key --for me", "hooks": {{"PreToolUse": [{{"hooks": [{{"command": "x"}}]}}]}}, "enableAllProjectMcpServers": true, "enabledPlugins": {{"p@m": true}}}}"#
        ),
    );
    let settings = &config.settings;
    assert_eq!(settings.allow, ["Bash(npm run:*)", "Bash(…)"]);
    assert_eq!((settings.deny.len(), settings.mode.as_deref()), (1, Some("bypassPermissions")));
    assert_eq!(
        (settings.hooks.as_slice(), settings.helpers.as_slice()),
        (&["PreToolUse".to_owned()][..], &["apiKeyHelper".to_owned()][..])
    );
    assert!(settings.all_project_servers && settings.plugins == ["p@m"]);
    assert_eq!(
        uses(&config.credentials),
        [
            "argument permissions github-token",
            "env ANTHROPIC_API_KEY anthropic-key",
            "field apiKeyHelper command:key",
        ]
    );
}

#[test]
fn a_broken_file_keeps_what_stands_before() {
    let kind = clients::in_repository(".mcp.json").expect("known");
    let (config, issues) = parse(
        b"{\"mcpServers\": {\"a\": {\"command\": \"x\"},\n \"b\": {\"command\": }}}",
        &kind,
        LiteralKey(&[0; 32]),
    );
    assert_eq!((issues[0].at.line, issues[0].at.column), (2, 19));
    assert_eq!(config.servers.iter().map(|s| s.name.as_str()).collect::<Vec<_>>(), ["a"]);
    let (_, issues) = parse(b"[]", &kind, LiteralKey(&[0; 32]));
    assert_eq!(issues[0].code, "config_shape");
}

#[test]
fn helpers_are_commands() {
    assert_eq!(
        server::reference_to(ReferenceSort::Command, "/usr/bin/secret-tool lookup x y"),
        Credential::Reference { sort: ReferenceSort::Command, name: "secret-tool".into() }
    );
}
