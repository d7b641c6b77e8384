//! No secret leaves.

use rollcall_connector::testkit::assert_no_canary;
use serde_json::json;

use crate::fixture::{Folder, run};

/// A secret of no known shape, and one that is.
const PLAIN: &str = "Canary7Xq9ZpLw3Vt";
const TOKEN: &str = "ghp_CanaryQ1w2E3r4T5y6U7i8O9p0A1s2D3f4G5h6";

/// Each kind of file with secrets wherever one can stand.
fn planted() -> Vec<(&'static str, String)> {
    let mcp = format!(
        r#"{{"inputs": [{{"id": "a", "default": "{TOKEN}"}}],
 "mcpServers": {{"s": {{"command": "npx", "args": ["-y", "pkg", "--api-key", "{PLAIN}", "--token={PLAIN}", "{TOKEN}", "-e", "SECRET={PLAIN}", "--header", "Authorization: Bearer {PLAIN}", "postgres://u:{PLAIN}@h/db"],
   "env": {{"API_KEY": "{PLAIN}", "OTHER": "{TOKEN}", "D": "${{X_KEY:-{PLAIN}}}"}}, "oauth": {{"clientSecret": "{PLAIN}"}}, "headersHelper": "get {PLAIN}", "unknown": {{"password": "{PLAIN}"}}}},
  "u": {{"url": "https://u:{PLAIN}@h.example/{TOKEN}/mcp?api_key={PLAIN}&x={TOKEN}", "headers": {{"Authorization": "Bearer {PLAIN}", "Cookie": "s={TOKEN}"}}}}}},
 "servers": {{"v": {{"command": "x", "env": {{"PASSWORD": "{PLAIN}"}}}}}},
 "mcp": {{"o": {{"type": "local", "command": ["x", "--password", "{PLAIN}"], "environment": {{"TOKEN": "{PLAIN}"}}}}}},
 "context_servers": {{"z": {{"command": {{"path": "x", "args": ["{TOKEN}"], "env": {{"API_KEY": "{PLAIN}"}}}}}}}},
 "env": {{"ANTHROPIC_API_KEY": "{PLAIN}", "Y": "{TOKEN}"}}, "apiKeyHelper": "/x/{PLAIN}/helper {PLAIN}",
 "permissions": {{"allow": ["Bash(curl -H 'Authorization: Bearer {TOKEN}')", "Bash(PASSWORD={PLAIN} run)"], "defaultMode": "plan"}},
 "primaryApiKey": "{PLAIN}", "model": "{TOKEN}"}}"#
    );
    let toml = format!(
        "model = \"{TOKEN}\"\n[mcp_servers.a]\nurl = \"https://h.example/?token={PLAIN}\"\nbearer_token = \"{PLAIN}\"\nhttp_headers = {{ Authorization = \"Bearer {PLAIN}\" }}\n[mcp_servers.b]\ncommand = \"x\"\nargs = [\"--secret\", \"{PLAIN}\"]\nenv = {{ API_KEY = \"{PLAIN}\" }}\n[model_providers.p]\napi_key = \"{PLAIN}\"\n"
    );
    let yaml = format!(
        "openai-api-key: {PLAIN}\nmodels:\n  - apiKey: {PLAIN}\nmcpServers:\n  - name: a\n    command: x\n    args: [--token, {PLAIN}]\n    env: {{API_KEY: {PLAIN}}}\nextensions:\n  g: {{type: stdio, cmd: g, envs: {{TOKEN: {PLAIN}}}}}\n"
    );
    let workflow = format!(
        "name: {TOKEN}\non: push\nenv: {{API_TOKEN: {PLAIN}, X: {TOKEN}}}\njobs:\n  a:\n    name: {TOKEN}\n    runs-on: {TOKEN}\n    env: {{PASSWORD: {PLAIN}}}\n    if: github.actor == '{PLAIN}'\n    environment: ${{{{ env.API_TOKEN }}}}\n    steps:\n      - uses: aws-actions/configure-aws-credentials@v4\n        with: {{aws-access-key-id: AKIACANARYCANARY7777, aws-secret-access-key: {PLAIN}, role-to-assume: \"${{{{ secrets.R || '{PLAIN}' }}}}\"}}\n      - uses: docker/login-action@v3\n        with: {{username: {TOKEN}, password: {PLAIN}, registry: 'https://u:{PLAIN}@r.example'}}\n      - uses: anthropics/claude-code-action@v1\n        with: {{anthropic_api_key: {PLAIN}, prompt: 'say {PLAIN}', claude_args: '--model {TOKEN}', model: {TOKEN}, settings: '{{\"env\": {{\"K\": \"{PLAIN}\"}}}}'}}\n      - run: |\n          export TOKEN={PLAIN}\n          curl -H 'Authorization: {TOKEN}' https://x\n          ANTHROPIC_API_KEY={PLAIN} claude -p '{PLAIN}'\n"
    );
    let front = format!(
        "---\nname: {TOKEN}\ndescription: {PLAIN}\nmodel: {TOKEN}\nmcpServers:\n  s: {{command: x, env: {{API_KEY: {PLAIN}}}}}\n---\nThe password is {PLAIN}, the token {TOKEN}.\n"
    );
    vec![
        (".mcp.json", mcp.clone()),
        (".vscode/mcp.json", mcp.clone()),
        (".vscode/settings.json", mcp.clone()),
        (".cursor/mcp.json", mcp.clone()),
        (".claude/settings.json", mcp.clone()),
        (".gemini/settings.json", mcp.clone()),
        (".zed/settings.json", mcp.clone()),
        ("opencode.json", mcp.clone()),
        (".amp/settings.json", mcp.replace("mcpServers", "amp.mcpServers")),
        (".roo/mcp.json", format!("{mcp} {PLAIN}")),
        (".codex/config.toml", toml.clone()),
        ("a/.codex/config.toml", format!("{toml}\nbroken = {PLAIN}\n= {TOKEN}\n")),
        (".continue/config.yaml", yaml.clone()),
        (".goose/config.yaml", yaml.clone()),
        (".aider.conf.yml", format!("{yaml}broken: *{PLAIN}\n  {TOKEN}: x: y\n")),
        (".github/workflows/a.yml", workflow.clone()),
        (".github/workflows/b.yml", format!("{workflow}      - {PLAIN}: x: {TOKEN}\n")),
        (
            "action.yml",
            format!(
                "name: {TOKEN}\nruns:\n  using: composite\n  steps:\n    - uses: docker/login-action@v3\n      with: {{password: {PLAIN}}}\n    - run: echo {TOKEN}\n"
            ),
        ),
        (".claude/agents/a.md", front.clone()),
        ("AGENTS.md", front),
        ("CODEOWNERS", format!("* @x # {PLAIN}\n")),
    ]
}

#[tokio::test]
async fn no_planted_secret_is_in_anything_that_is_said() {
    let (folder, home) = (Folder::new(), Folder::new());
    let app = folder.repository("app", "app");
    for (path, text) in planted() {
        app.write(path, &text);
        home.write(path, &text);
    }
    home.write(".claude.json", &planted()[0].1);
    app.commit("Ada <ada@acme.io>", 1_700_000_000);
    let run = run(&json!({"roots": [folder.path()], "homes": [home.path()]})).await;
    for collected in run.all() {
        for canary in [PLAIN, TOKEN, "AKIACANARYCANARY7777"] {
            assert_no_canary(collected, canary);
        }
    }
    // They were seen all the same.
    let literals = run.ids("code.literal-credential");
    assert!(literals.iter().any(|id| id.starts_with("github-token:")), "{literals:?}");
    assert!(literals.iter().any(|id| id.starts_with("named:")), "{literals:?}");
    assert!(literals.iter().any(|id| id.starts_with("aws-access-key-id:")), "{literals:?}");
    assert!(run.ids("mcp.server").len() > 20);
}
