//! The kinds of what is declared, and their attributes: the same for every reader of files.

use rollcall_model::EntityType::{self, Credential, Identity, Resource, Workload};

/// A kind of entity that files declare.
#[derive(Clone, Copy, Debug)]
pub struct DeclaredKind {
    /// The kind's word.
    pub name: &'static str,
    /// What it is.
    pub entity_type: EntityType,
    /// One sentence.
    pub title: &'static str,
    /// It has no immutable id, only a name.
    pub name_keyed: bool,
    /// Its attributes, in groups.
    pub attributes: &'static [&'static [Attribute]],
}

/// An attribute: name, shape, whether analysis reads it, what it says.
pub type Attribute = (&'static str, &'static str, bool, &'static str);

const TEXTS: &str = "list of text";

const FILE: &[Attribute] = &[
    ("size", "integer", false, "Its size in bytes."),
    ("blob", "text", false, "The id git gives its content."),
    ("link", "text", false, "The path below the root that it is a link to."),
    ("not_read", "text", true, "Why its content was not read."),
];

const WORKFLOW_FILE: &[Attribute] = &[
    ("workflow", "text", false, "The workflow's name."),
    ("triggers", TEXTS, true, "The events that start it."),
    (
        "permissions",
        TEXTS,
        true,
        "Its own permissions: `default`, `read-all`, `write-all`, `none`, or scopes with their level.",
    ),
    ("jobs", "integer", false, "How many jobs it has."),
];

const ACTION_FILE: &[Attribute] = &[
    ("action", "text", false, "The action's name."),
    ("using", "text", false, "What runs it."),
    ("inputs", TEXTS, false, "The names of its inputs."),
];

const CONFIG_FILE: &[Attribute] = &[
    ("client", "text", true, "The client it configures."),
    ("servers", TEXTS, false, "The MCP servers it configures."),
    ("mode", "text", true, "How the client decides what to ask for."),
    ("sandbox", "text", true, "How the client is fenced in."),
    ("model", "text", false, "The model it is set to."),
    ("all_project_servers", "boolean", true, "It starts every server of a project without asking."),
    ("allow", TEXTS, true, "What it may do without asking."),
    ("ask", TEXTS, false, "What it must ask for."),
    ("deny", TEXTS, true, "What it may not do."),
    ("hooks", TEXTS, true, "The events at which it runs commands of the configuration."),
    ("helpers", TEXTS, true, "The fields that name commands which yield credentials."),
    ("plugins", TEXTS, false, "The plugins it loads."),
];

const INSTRUCTIONS: &[Attribute] = &[
    ("client", "text", true, "The client it instructs; `any` for all."),
    ("purpose", "text", true, "What it is for: instructions, agent, skill or workflow."),
    ("name", "text", false, "The name it declares."),
    ("tools", TEXTS, true, "The tools it declares."),
    ("model", "text", false, "The model it asks for."),
];

const REPOSITORY: &[Attribute] = &[
    ("remote", "text", true, "Its remote as host/owner/name."),
    ("branch", "text", false, "The branch that is checked out."),
    ("default_branch", "text", true, "The remote's default branch, where the checkout knows it."),
    ("head", "text", false, "The commit that is checked out."),
    ("checkout", "text", false, "The checkout that is read, by its path below the root."),
    (
        "other_checkouts",
        TEXTS,
        false,
        "Further checkouts of the same repository, which are not read.",
    ),
];

const JOB: &[Attribute] = &[
    ("workflow", "text", false, "The workflow's name."),
    ("job_name", "text", false, "The job's name."),
    ("triggers", TEXTS, true, "The events that start its workflow."),
    ("untrusted_triggers", TEXTS, true, "Those that strangers can cause while secrets are there."),
    (
        "permissions",
        TEXTS,
        true,
        "What its token may do: `default`, `read-all`, `write-all`, `none`, or scopes with their level.",
    ),
    ("permissions_from", "text", true, "Where that is said: job, workflow or default."),
    (
        "can_write",
        "boolean",
        true,
        "Whether its token may change anything; absent where the default decides.",
    ),
    ("id_token", "boolean", true, "Whether it may ask for an OIDC token."),
    ("environment", "text", true, "The environment it runs in."),
    ("environment_computed", "boolean", true, "The environment's name is computed."),
    ("runs_on", TEXTS, true, "The labels of the runner it asks for."),
    ("runner_group", "text", true, "The runner group it asks for."),
    (
        "self_hosted",
        "boolean",
        true,
        "Whether it runs on machines of the owner; absent where the labels do not tell.",
    ),
    ("needs", TEXTS, false, "The jobs it waits for."),
    ("gates", TEXTS, true, "What conditions look at, out of what keeps strangers out."),
    ("secrets", TEXTS, true, "The secrets it names."),
    ("all_secrets", "boolean", true, "It hands over all secrets at once."),
    ("computed_secret", "boolean", true, "It picks a secret by a computed name."),
    ("inherits_secrets", "boolean", true, "It passes all secrets to the workflow it calls."),
    ("uses_token", "boolean", true, "It names the token GitHub makes for it."),
    ("variables", TEXTS, false, "The configuration variables it names."),
    ("unpinned", TEXTS, true, "What it runs that can change under its name."),
    (
        "tools",
        TEXTS,
        true,
        "The command line tools its scripts call, out of those that use an identity.",
    ),
    (
        "logins",
        "list of object",
        true,
        "The logins its steps make: where to, as whom, with a static credential or not.",
    ),
    ("untrusted_checkout", "boolean", true, "It checks out code that a stranger may have written."),
    ("runs_after_checkout", "boolean", true, "It runs something after that."),
    (
        "subject_patterns",
        TEXTS,
        true,
        "Patterns of the OIDC subjects it may present that depend on what runs it.",
    ),
    (
        "subject_from_caller",
        "boolean",
        true,
        "It may present the subject of a workflow that calls it.",
    ),
];

const TRIGGER: &[Attribute] = &[
    ("event", "text", true, "The event."),
    ("crons", TEXTS, true, "When it starts by itself, as cron expressions in UTC."),
    ("types", TEXTS, true, "The activity types it is limited to."),
    ("branches", TEXTS, true, "The branches it is limited to."),
    ("branches_ignore", TEXTS, false, "The branches it leaves out."),
    ("tags", TEXTS, false, "The tags it is limited to."),
    ("paths", "boolean", false, "It is limited to some paths."),
    ("workflows", TEXTS, true, "The workflows whose end starts it."),
    ("inputs", TEXTS, false, "The names of its inputs."),
    ("secrets", TEXTS, true, "The names of the secrets a caller passes."),
    ("untrusted", "boolean", true, "Strangers can cause it while secrets are there."),
];

const SUBJECT: &[Attribute] = &[
    ("issuer", "text", true, "Who issues the token."),
    ("subject", "text", true, "The subject claim."),
    (
        "form",
        "text",
        true,
        "The form of the subject: `classic`, `immutable` (with ids) or `custom`.",
    ),
];

const AGENT: &[Attribute] = &[
    ("product", "text", true, "The product."),
    ("client", "text", true, "The client, by its word."),
    ("runs_in", "text", true, "Where it runs: workflow or client."),
    ("action", "text", true, "The action or tool that runs it."),
    ("settings", "object", true, "Inputs that say who may start it and what it may do."),
    ("gates", TEXTS, true, "What the conditions of its step look at."),
    ("open_to_all", "boolean", true, "An allow-list of it names everyone."),
    ("tools", TEXTS, true, "The tools it may use."),
    ("model", "text", false, "The model it asks for."),
    ("engine", "text", false, "The engine that carries it out."),
    ("mode", "text", true, "How it decides what to ask for."),
    ("server_names", TEXTS, false, "MCP servers it may use that are configured elsewhere."),
];

const SERVER: &[Attribute] = &[
    ("server", "text", false, "What the configuration calls it."),
    ("project", "text", false, "The project it is configured for, where one file serves several."),
    ("transport", "text", true, "How the client talks to it."),
    ("host", "text", true, "The host it is reached at."),
    ("encrypted", "boolean", true, "Whether the way there is encrypted."),
    ("ecosystem", "text", true, "Where its package comes from: npm, pypi, docker, git or local."),
    ("package", "text", true, "The package, image or program it is started from."),
    ("version", "text", false, "The version that is asked for."),
    ("pinned", "boolean", true, "Whether the same thing runs tomorrow."),
    ("tools", TEXTS, true, "The tools it is limited to, or that run unasked."),
    ("trusted", "boolean", true, "Its tools run without asking."),
    ("oauth", "boolean", true, "It gets its authorisation from a person's sign-in."),
    ("authenticated", "boolean", true, "The configuration gives it any credential."),
    ("literal_credential", "boolean", true, "A credential of it stands in the configuration."),
];

const LITERAL: &[Attribute] = &[
    ("detector", "text", true, "What recognised it."),
    ("hash", "text", true, "A keyed hash by which equal ones are known."),
];

/// The kinds of everything in [`super::PROVIDER`]'s files, their repository included.
pub const KINDS: &[DeclaredKind] = &[
    DeclaredKind {
        name: "code.repository",
        entity_type: Resource,
        title: "A git repository, by its remote.",
        name_keyed: false,
        attributes: &[REPOSITORY],
    },
    DeclaredKind {
        name: "code.workflow-file",
        entity_type: Resource,
        title: "A GitHub Actions workflow file.",
        name_keyed: true,
        attributes: &[WORKFLOW_FILE, FILE],
    },
    DeclaredKind {
        name: "code.action-file",
        entity_type: Resource,
        title: "The file of a GitHub action.",
        name_keyed: true,
        attributes: &[ACTION_FILE, FILE],
    },
    DeclaredKind {
        name: "code.mcp-config",
        entity_type: Resource,
        title: "A file that configures MCP servers.",
        name_keyed: true,
        attributes: &[CONFIG_FILE, FILE],
    },
    DeclaredKind {
        name: "code.agent-config",
        entity_type: Resource,
        title: "A file that configures an agent.",
        name_keyed: true,
        attributes: &[CONFIG_FILE, FILE],
    },
    DeclaredKind {
        name: "code.agent-instructions",
        entity_type: Resource,
        title: "A file that instructs agents.",
        name_keyed: true,
        attributes: &[INSTRUCTIONS, FILE],
    },
    DeclaredKind {
        name: "code.codeowners",
        entity_type: Resource,
        title: "A file that names the owners of paths.",
        name_keyed: true,
        attributes: &[FILE],
    },
    DeclaredKind {
        name: "github.workflow-job",
        entity_type: Workload,
        title: "A job of a workflow.",
        name_keyed: true,
        attributes: &[JOB],
    },
    DeclaredKind {
        name: "github.workflow-trigger",
        entity_type: Workload,
        title: "An event that starts a workflow.",
        name_keyed: true,
        attributes: &[TRIGGER],
    },
    DeclaredKind {
        name: "oidc.subject",
        entity_type: Identity,
        title: "The subject that a workload presents to other systems.",
        name_keyed: false,
        attributes: &[SUBJECT],
    },
    DeclaredKind {
        name: "code.agent",
        entity_type: Identity,
        title: "An agent that a file configures or a workflow runs.",
        name_keyed: true,
        attributes: &[AGENT],
    },
    DeclaredKind {
        name: "mcp.server",
        entity_type: Resource,
        title: "An MCP server that an agent may call.",
        name_keyed: true,
        attributes: &[SERVER],
    },
    DeclaredKind {
        name: "code.literal-credential",
        entity_type: Credential,
        title: "A secret that stands in a file, by a keyed hash.",
        name_keyed: false,
        attributes: &[LITERAL],
    },
];
