//! The texts of files.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use crate::plan::{Company, Job, McpValue, Owner, Repository, Step, Workflow, token_text};

/// The text of a file of a repository.
pub(super) fn of(company: &Company, repository: &Repository, path: &str) -> String {
    if let Some(workflow) = repository.workflows.iter().find(|w| w.path() == path) {
        return of_workflow(workflow);
    }
    match path {
        ".github/CODEOWNERS" => codeowners(company, repository),
        ".github/actions/setup/action.yml" => COMPOSITE.to_owned(),
        ".mcp.json" => servers(company, repository),
        "CLAUDE.md" => {
            "# How to work here\n\nRun `make test` before you hand anything over.\n".to_owned()
        }
        "README.md" => format!("# {}\n", repository.name),
        _ => match path.strip_prefix(".claude/agents/").and_then(|p| p.strip_suffix(".md")) {
            Some(name) => agent(repository, name),
            None => format!("{}\n", repository.name),
        },
    }
}

const COMPOSITE: &str = "name: setup\nruns:\n  using: composite\n  steps:\n    - run: make prepare\n      shell: bash\n";

fn codeowners(company: &Company, repository: &Repository) -> String {
    let mut text = String::new();
    for (pattern, owner) in &repository.codeowners {
        let who = match owner {
            Owner::Team(team) => format!("@{}/{}", company.name, company.team(*team).slug),
            Owner::Person(person) => format!("@{}", company.person(*person).login),
        };
        let _ = writeln!(text, "{pattern} {who}");
    }
    text
}

/// The token of a literal; it looks like one and is none.
fn token(company: &Company, number: u64) -> String {
    format!("ghp_{}", token_text(company.spec.seed, number, 36))
}

fn servers(company: &Company, repository: &Repository) -> String {
    let mut servers = Map::new();
    for server in &repository.servers {
        let package = match &server.version {
            Some(version) => format!("{}@{version}", server.package),
            None => server.package.to_string(),
        };
        let mut entry = json!({"command": "npx", "args": ["-y", package]});
        if let (Value::Object(entry), Some((variable, value))) = (&mut entry, &server.variable) {
            let value = match value {
                McpValue::Reference(name) => format!("${{{name}}}"),
                McpValue::Literal(number) => token(company, *number),
            };
            entry.insert("env".to_owned(), json!({variable.as_ref(): value}));
        }
        servers.insert(server.name.to_string(), entry);
    }
    let value = json!({"mcpServers": servers});
    serde_json::to_string_pretty(&value).unwrap_or_default() + "\n"
}

fn agent(repository: &Repository, name: &str) -> String {
    let tools =
        repository.agents.iter().find(|(n, _)| n == name).map(|(_, tools)| tools.join(", "));
    format!(
        "---\nname: {name}\ntools: {}\n---\n\nLook closely and say what you see.\n",
        tools.unwrap_or_default()
    )
}

fn of_workflow(workflow: &Workflow) -> String {
    let mut text = format!("name: {}\non:\n", workflow.name);
    for trigger in &workflow.triggers {
        let _ = writeln!(text, "  {}:", trigger.event);
        for (field, list) in [("branches", &trigger.branches), ("types", &trigger.types)] {
            if !list.is_empty() {
                let _ = writeln!(text, "    {field}: [{}]", list.join(", "));
            }
        }
    }
    text.push_str("jobs:\n");
    for job in &workflow.jobs {
        of_job(job, &mut text);
    }
    text
}

fn of_job(job: &Job, text: &mut String) {
    let _ = writeln!(text, "  {}:\n    runs-on: ubuntu-24.04", job.id);
    if let Some(condition) = &job.condition {
        let _ = writeln!(text, "    if: {condition}");
    }
    if let Some(environment) = &job.environment {
        let _ = writeln!(text, "    environment: {environment}");
    }
    text.push_str("    permissions:\n");
    for (scope, level) in &job.permissions {
        let _ = writeln!(text, "      {scope}: {level}");
    }
    text.push_str("    steps:\n");
    for step in &job.steps {
        match step {
            Step::Uses { action, reference, with } => {
                let _ = writeln!(text, "      - uses: {action}@{reference}");
                if !with.is_empty() {
                    text.push_str("        with:\n");
                }
                for (name, value) in with {
                    let _ = writeln!(text, "          {name}: {value}");
                }
            }
            Step::Local(path) => {
                let _ = writeln!(text, "      - uses: {path}");
            }
            Step::Run(command, secrets) => {
                let _ = writeln!(text, "      - run: {command}");
                if !secrets.is_empty() {
                    text.push_str("        env:\n");
                }
                for (variable, secret) in secrets {
                    let _ = writeln!(text, "          {variable}: ${{{{ secrets.{secret} }}}}");
                }
            }
        }
    }
}
