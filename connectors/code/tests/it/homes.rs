//! Home folders.

use rollcall_model::{Relation, ScopeState};
use serde_json::json;

use crate::fixture::{Folder, run};

#[tokio::test]
async fn the_files_of_known_clients_are_found_on_every_system() {
    let home = Folder::new();
    home.write(".claude.json", r#"{"mcpServers": {"a": {"command": "npx", "args": ["-y", "pkg"]}}, "projects": {"/w": {"mcpServers": {"b": {"url": "https://h.example/mcp"}}}}}"#)
        .write(".claude/agents/reviewer.md", "---\nname: reviewer\ntools: Read\n---\ntext\n")
        .write(".codex/config.toml", "[mcp_servers.c]\ncommand = \"c\"\n")
        .write("Library/Application Support/Code/User/mcp.json", r#"{"servers": {"d": {"command": "d"}}}"#)
        .write("AppData/Roaming/Claude/claude_desktop_config.json", r#"{"mcpServers": {"e": {"command": "e", "env": {"API_KEY": "${K}"}}}}"#)
        .write(".config/goose/config.yaml", "extensions:\n  f: {type: stdio, cmd: f}\n")
        .write(".config/Code/User/settings.json", r#"{"editor.fontSize": 12}"#)
        .write("Documents/.mcp.json", r#"{"mcpServers": {"not-searched": {"command": "x"}}}"#);
    let run = run(&json!({"homes": [home.path()]})).await;
    let realm = format!("home:{}", home.realm());
    assert_eq!(run.state("home", &realm, ""), Some(ScopeState::Complete));
    let servers: Vec<String> = run
        .ids("mcp.server")
        .iter()
        .map(|id| id.rsplit('#').next().unwrap_or_default().to_owned())
        .collect();
    assert_eq!(servers.len(), 6);
    assert!(
        ["a", "b", "c", "d", "e", "f"].iter().all(|name| servers.iter().any(|s| s == name)),
        "{servers:?}"
    );
    assert!(run.ids("code.agent").contains(&".claude/agents/reviewer.md#reviewer".to_owned()));
    // Editor settings without servers say nothing of agents.
    assert!(!run.ids("code.agent-config").iter().any(|id| id.contains("Code/User/settings.json")));
    let uses = run.relations(Relation::UsesCredential, "holder");
    assert_eq!(
        uses,
        [format!("code/{realm}/code.agent/claude-desktop -> env.variable:{realm}:K \"env\"")]
    );
}

#[cfg(unix)]
#[tokio::test]
async fn links_of_a_home_stay_in_it() {
    use std::os::unix::fs::symlink;
    let (home, outside) = (Folder::new(), Folder::new());
    home.write("dotfiles/mcp.json", r#"{"mcpServers": {"mine": {"command": "x"}}}"#);
    home.write(".cursor/x", "");
    symlink(home.path().join("dotfiles/mcp.json"), home.path().join(".cursor/mcp.json"))
        .expect("a link");
    outside.write("settings/mcp.json", r#"{"mcpServers": {"stolen": {"command": "x"}}}"#);
    symlink(outside.path(), home.path().join(".kiro")).expect("a link");
    let run = run(&json!({"homes": [home.path()]})).await;
    assert_eq!(run.ids("mcp.server"), [".cursor/mcp.json#mine"]);
    let realm = format!("home:{}", home.realm());
    assert_eq!(run.state("home", &realm, ".kiro/settings/mcp.json"), Some(ScopeState::Skipped));
}

#[tokio::test]
async fn an_empty_home_is_complete() {
    let home = Folder::new();
    let run = run(&json!({"homes": [home.path()]})).await;
    assert_eq!(
        run.state("home", &format!("home:{}", home.realm()), ""),
        Some(ScopeState::Complete)
    );
    assert_eq!(run.stream("home").entities().count(), 0);
}
