//! A small world for one test: a home folder, a working folder, a scrubbed environment, and the
//! program in it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// Where the schemas of JSON outputs are.
const SCHEMAS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/schemas/cli");

/// Home, working folder and environment of one test.
pub(crate) struct World {
    folder: TempDir,
    pub(crate) environment: BTreeMap<String, String>,
}

/// What a run of the program came to.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    /// The same, if it ended with this code.
    pub(crate) fn code(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{self:#?}");
        self
    }

    /// The lines of standard output as JSON.
    pub(crate) fn lines(&self) -> Vec<Value> {
        let parse =
            |line: &str| serde_json::from_str(line).unwrap_or_else(|e| panic!("{line}: {e}"));
        self.stdout.lines().map(parse).collect()
    }
}

impl World {
    pub(crate) fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("rollcall-e2e-").tempdir().unwrap();
        let world = Self { folder, environment: BTreeMap::new() };
        for name in ["home", "cwd"] {
            std::fs::create_dir(world.path().join(name)).unwrap();
        }
        world
    }

    /// A world with two checkouts and an MCP configuration in its home folder.
    pub(crate) fn furnished() -> Self {
        let world = Self::new();
        world.checkout(
            "home/src/shop",
            "git@github.com:acme/shop.git",
            &[
                (".github/workflows/deploy.yml", WORKFLOW),
                (".mcp.json", r#"{"mcpServers": {"tickets": {"command": "npx", "args": ["-y", "tickets-mcp@1.2.3"]}}}"#),
                ("CODEOWNERS", "* @acme/shop\n"),
            ],
        );
        world.checkout(
            "home/src/site",
            "https://github.com/acme/site.git",
            &[(".github/workflows/build.yml", &WORKFLOW.replace("deploy", "build"))],
        );
        world.file(
            "home/.cursor/mcp.json",
            r#"{"mcpServers": {"notes": {"url": "https://mcp.example.com/notes"}}}"#,
        );
        world
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn cwd(&self) -> PathBuf {
        self.path().join("cwd")
    }

    /// Writes a file below the world's folder.
    pub(crate) fn file(&self, path: &str, text: &str) -> PathBuf {
        let file = self.path().join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, text).unwrap();
        file
    }

    /// Makes a git checkout with one commit that holds these files.
    pub(crate) fn checkout(&self, path: &str, remote: &str, files: &[(&str, &str)]) {
        for (name, text) in files {
            self.file(&format!("{path}/{name}"), text);
        }
        let folder = self.path().join(path);
        let git = |args: &[&str]| self.git(&folder, args);
        git(&["init", "--quiet", "--initial-branch=main"]);
        git(&["remote", "add", "origin", remote]);
        git(&["add", "--all"]);
        git(&["commit", "--quiet", "--message", "one"]);
    }

    fn git(&self, folder: &Path, args: &[&str]) {
        let output = Command::new("git")
            .args(args)
            .current_dir(folder)
            .env_clear()
            .env("PATH", search_path())
            .env("HOME", self.path())
            .envs([("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_CONFIG_NOSYSTEM", "1")])
            .envs([("GIT_AUTHOR_NAME", "Ada"), ("GIT_AUTHOR_EMAIL", "ada@example.com")])
            .envs([("GIT_COMMITTER_NAME", "Ada"), ("GIT_COMMITTER_EMAIL", "ada@example.com")])
            .envs([
                ("GIT_AUTHOR_DATE", "2026-05-03T10:00:00Z"),
                ("GIT_COMMITTER_DATE", "2026-05-03T10:00:00Z"),
            ])
            .output()
            .unwrap_or_else(|error| {
                panic!("git is needed for this test and cannot be started: {error}")
            });
        assert!(output.status.success(), "git {args:?}: {output:?}");
    }

    /// The program with arguments, not yet started.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rollcall"));
        command
            .args(args)
            .current_dir(self.cwd())
            .env_clear()
            .env("PATH", search_path())
            .env("HOME", self.path().join("home"))
            .envs(&self.environment)
            .stdin(Stdio::null());
        command
    }

    /// Runs the program.
    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        let Output { status, stdout, stderr } = self.command(args).output().unwrap();
        Ran {
            code: status.code().unwrap_or(-1),
            stdout: String::from_utf8(stdout).unwrap(),
            stderr: String::from_utf8(stderr).unwrap(),
        }
    }

    /// Runs the program with `--json`, holds every line against a schema, and gives the lines. It
    /// must have done something.
    pub(crate) fn json(&self, schema: &str, args: &[&str]) -> Vec<Value> {
        let ran = self.run(&[&["--json"], args].concat());
        assert!(ran.code == 0 || ran.code == 2, "{args:?}: {ran:#?}");
        checked(schema, &ran)
    }

    /// The same, for a code that says that nothing could be done.
    pub(crate) fn json_with_code(&self, code: i32, schema: &str, args: &[&str]) -> Vec<Value> {
        checked(schema, &self.run(&[&["--json"], args].concat()).code(code))
    }

    /// Runs the program, which must fail, with and without `--json`, and gives code and message.
    pub(crate) fn error(&self, args: &[&str]) -> (String, String) {
        let plain = self.run(args).code(1);
        assert!(plain.stderr.contains("error: "), "{plain:#?}");
        let ran = self.run(&[&["--json"], args].concat()).code(1);
        assert_eq!(ran.stdout, "", "{ran:#?}");
        let last = ran.stderr.lines().last().unwrap_or_default();
        let error: Value = serde_json::from_str(last).unwrap_or_else(|e| panic!("{ran:#?}: {e}"));
        assert_schema("error", &error);
        let text = |name: &str| error["error"][name].as_str().unwrap().to_owned();
        (text("code"), text("message"))
    }

    /// Writes the configuration.
    pub(crate) fn configure(&self, text: &str) {
        self.file("cwd/rollcall.toml", text);
    }

    /// A configuration that reads everything in the home folder.
    pub(crate) fn configure_code(&self) {
        self.configure(CODE);
    }

    /// The canonical export.
    pub(crate) fn export(&self) -> String {
        self.run(&["export", "facts", "--canonical"]).code(0).stdout
    }
}

fn checked(schema: &str, ran: &Ran) -> Vec<Value> {
    let lines = ran.lines();
    for line in &lines {
        assert_schema(schema, line);
    }
    lines
}

/// Reads the checkouts and the home folder of a world.
pub(crate) const CODE: &str = "[[source]]\nname = \"code\"\nkind = \"code\"\n[source.config]\n\
                               roots = [\"~/src\"]\nhomes = [\"~\"]\n";

pub(crate) const WORKFLOW: &str = "name: deploy\non:\n  push:\n    branches: [main]\npermissions:\n  id-token: write\n  contents: read\n\
jobs:\n  deploy:\n    runs-on: ubuntu-latest\n    environment: production\n    steps:\n      - uses: actions/checkout@v5\n      \
- uses: aws-actions/configure-aws-credentials@v5\n        with:\n          role-to-assume: arn:aws:iam::123456789012:role/deploy\n          \
aws-region: eu-west-1\n      - run: ./deploy.sh\n        env:\n          TOKEN: ${{ secrets.DEPLOY_TOKEN }}\n";

/// The search path of this process; everything else of its environment is kept from the program.
fn search_path() -> String {
    std::env::vars().find(|(name, _)| name == "PATH").map_or_else(String::new, |(_, value)| value)
}

/// Holds a value against a schema in docs/schemas/cli.
pub(crate) fn assert_schema(name: &str, value: &Value) {
    let file = format!("{SCHEMAS}/{name}.json");
    let text = std::fs::read_to_string(&file).unwrap_or_else(|e| panic!("{file}: {e}"));
    let schema: Value = serde_json::from_str(&text).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap_or_else(|e| panic!("{file}: {e}"));
    let errors: Vec<String> =
        validator.iter_errors(value).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(errors.is_empty(), "{name}: {errors:#?}\n{value:#}");
}

/// The names of all schemas.
pub(crate) fn schemas() -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(SCHEMAS)
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}
