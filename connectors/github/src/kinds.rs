//! The kinds of entity the connector emits, with their attributes.

use rollcall_connector::{AttributeDef, KindDef};
use rollcall_model::EntityType;

use crate::facts::facts;

pub(crate) const ORGANIZATION: &str = "github.organization";
pub(crate) const USER: &str = "github.user";
pub(crate) const INVITATION: &str = "github.invitation";
pub(crate) const TEAM: &str = "github.team";
pub(crate) const ROLE: &str = "github.organization-role";
pub(crate) const REPOSITORY: &str = "github.repository";
pub(crate) const INSTALLATION: &str = "github.app-installation";
pub(crate) const TOKEN: &str = "github.personal-access-token";
pub(crate) const TOKEN_REQUEST: &str = "github.personal-access-token-request";
pub(crate) const AUTHORIZATION: &str = "github.credential-authorization";
pub(crate) const DEPLOY_KEY: &str = "github.deploy-key";
pub(crate) const ACTIONS_SECRET: &str = "github.actions-secret";
pub(crate) const DEPENDABOT_SECRET: &str = "github.dependabot-secret";
pub(crate) const CODESPACES_SECRET: &str = "github.codespaces-secret";
pub(crate) const AGENTS_SECRET: &str = "github.agents-secret";
pub(crate) const VARIABLE: &str = "github.variable";
pub(crate) const ENVIRONMENT: &str = "github.environment";
pub(crate) const WEBHOOK: &str = "github.webhook";
pub(crate) const RUNNER_GROUP: &str = "github.runner-group";
pub(crate) const RUNNER: &str = "github.runner";
pub(crate) const SEAT: &str = "github.copilot-seat";
pub(crate) const ALERT: &str = "github.secret-scanning-alert";

/// Analysed or not, name, shape, what it says.
pub(crate) type Attribute = (bool, &'static str, &'static str, &'static str);

const SECRET: [Attribute; 4] = [
    (true, "store", "text", "Whose secrets these are: actions, dependabot, codespaces, agents"),
    (true, "level", "text", "Where it is kept: organization, repository, environment"),
    (true, "visibility", "text", "Of an organisation's: all, private or selected repositories"),
    (true, "changed_at", "time", "When its value or its visibility was changed last"),
];

const GRANTED: Attribute = (
    true,
    "permissions",
    "object",
    "What it may do: permission to level, by sort where GitHub sorts them",
);
const SELECTION: Attribute = (
    true,
    "repository_selection",
    "text",
    "Which repositories it reaches: none, all, selected or subset",
);
const WORKFLOW_TOKEN: [Attribute; 6] = [
    (
        true,
        "actions_enabled",
        "text",
        "Where Actions may run: all, none, selected; true or false of a repository",
    ),
    (true, "allowed_actions", "text", "Which actions may be used: all, local_only, selected"),
    (
        false,
        "allowed_patterns",
        "list of text",
        "Which actions may be used where only selected ones may",
    ),
    (true, "sha_pinning_required", "boolean", "Actions must be named by commit"),
    (
        true,
        "default_workflow_permissions",
        "text",
        "What a workflow's token may do where the workflow says nothing",
    ),
    (true, "workflows_can_approve", "boolean", "Workflows may approve pull requests"),
];
const SUBJECT: [Attribute; 4] = [
    (true, "oidc_use_default", "boolean", "Its jobs present subjects of the default form"),
    (
        true,
        "oidc_claim_keys",
        "list of text",
        "The claims that make up the subjects of its jobs, in order",
    ),
    (
        true,
        "oidc_immutable_subject",
        "boolean",
        "Subjects hold the numbers of owner and repository",
    ),
    (true, "oidc_subject_prefix", "text", "What subjects begin with, as GitHub tells"),
];

/// A kind with its attributes.
pub(crate) fn kind(
    kind: &str,
    entity_type: EntityType,
    name_keyed: bool,
    title: &str,
    attributes: &[&[Attribute]],
) -> Option<KindDef> {
    Some(KindDef {
        // The constants are checked by a test that counts the kinds.
        kind: kind.parse().ok()?,
        entity_type,
        title: title.to_owned(),
        name_keyed,
        attributes: attributes
            .iter()
            .copied()
            .flatten()
            .map(|(analysed, name, shape, title)| AttributeDef {
                name: (*name).to_owned(),
                shape: (*shape).to_owned(),
                analysed: *analysed,
                title: (*title).to_owned(),
            })
            .collect(),
        facts: facts(kind),
    })
}

/// All kinds.
pub(crate) fn kinds() -> Vec<KindDef> {
    let mut all: Vec<KindDef> =
        people().into_iter().chain(access()).chain(repositories()).flatten().collect();
    all.extend(crate::contents::kinds());
    all
}

fn people() -> Vec<Option<KindDef>> {
    use EntityType::{Grant, Identity, Resource, Team};
    vec![
        kind(
            ORGANIZATION,
            Resource,
            false,
            "An organisation.",
            &[
                &[
                    (false, "title", "text", "What it calls itself"),
                    (true, "plan", "text", "What it pays for"),
                    (true, "two_factor_required", "boolean", "Its members must have two factors"),
                    (
                        true,
                        "default_repository_permission",
                        "text",
                        "What every member may do with every repository",
                    ),
                    (
                        true,
                        "members_can_create_repositories",
                        "boolean",
                        "Members may make repositories",
                    ),
                    (
                        true,
                        "members_can_fork_private_repositories",
                        "boolean",
                        "Members may fork private repositories",
                    ),
                    (true, "deploy_keys_enabled", "boolean", "Repositories may have deploy keys"),
                    (
                        false,
                        "signoff_required",
                        "boolean",
                        "Commits made on the web must be signed off",
                    ),
                    (false, "verified", "boolean", "It proved that its domain is its own"),
                    (true, "archived_at", "time", "When it was archived"),
                ],
                &WORKFLOW_TOKEN,
                &SUBJECT,
            ],
        ),
        kind(
            USER,
            Identity,
            false,
            "A user of GitHub. Class service for Apps' own users, agent for those of known coding agents; GitHub does not tell people from machine users.",
            &[&[
                (true, "type", "text", "GitHub's word: User, Bot, Mannequin"),
                (true, "site_admin", "boolean", "It administers this GitHub"),
                (
                    true,
                    "role",
                    "text",
                    "What it is to the organisation: admin, member, outside_collaborator",
                ),
                (true, "two_factor", "boolean", "It has two factors"),
            ]],
        ),
        kind(
            INVITATION,
            Identity,
            false,
            "An invitation into an organisation that was not accepted yet.",
            &[&[
                (true, "role", "text", "What the invited will be"),
                (false, "source", "text", "Who invites: member or scim"),
                (false, "failed_at", "time", "When it failed or ran out"),
            ]],
        ),
        kind(
            TEAM,
            Team,
            false,
            "A team of an organisation.",
            &[&[
                (false, "slug", "text", "Its name in addresses"),
                (false, "description", "text", "What it says of itself"),
                (true, "privacy", "text", "Who can see it: secret or closed"),
                (true, "origin", "text", "organization or enterprise"),
            ]],
        ),
        kind(
            ROLE,
            Grant,
            false,
            "A role of an organisation.",
            &[&[
                (false, "description", "text", "What it is for"),
                (true, "base_role", "text", "The role it adds to"),
                (true, "source", "text", "Who made it: Predefined, Organization, Enterprise"),
                (true, "permissions", "list of text", "What it permits"),
            ]],
        ),
        kind(
            SEAT,
            Grant,
            false,
            "A seat of Copilot.",
            &[&[
                (true, "plan", "text", "business or enterprise"),
                (false, "editor", "text", "Where Copilot was used last"),
                (true, "ends_on", "text", "The day on which it ends"),
                (false, "by_team", "text", "The team that it comes from"),
            ]],
        ),
    ]
}

fn access() -> Vec<Option<KindDef>> {
    use EntityType::{Credential, Identity, Resource};
    vec![
        kind(
            INSTALLATION,
            Identity,
            false,
            "A GitHub App that is installed in an organisation. Class service, or agent for known coding agents.",
            &[&[
                (true, "app_id", "integer", "The App's number"),
                (true, "app_slug", "text", "The App's name in addresses"),
                (false, "client_id", "text", "The App's client id"),
                GRANTED,
                SELECTION,
                (true, "events", "list of text", "What it is told of"),
                (true, "changed_at", "time", "When its permissions were changed last"),
                (true, "suspended_at", "time", "When it was suspended"),
            ]],
        ),
        kind(
            TOKEN,
            Credential,
            false,
            "A fine-grained personal access token that was let into an organisation.",
            &[&[
                GRANTED,
                SELECTION,
                (true, "granted_at", "time", "When it was let in"),
                (false, "grant_id", "integer", "The number of the grant"),
            ]],
        ),
        kind(
            TOKEN_REQUEST,
            Credential,
            false,
            "A fine-grained personal access token that asks to be let in.",
            &[&[
                GRANTED,
                SELECTION,
                (false, "reason", "text", "Why it asks"),
                (true, "token_id", "integer", "The token's number"),
            ]],
        ),
        kind(
            AUTHORIZATION,
            Credential,
            false,
            "A classic token or SSH key that single sign-on let into an organisation.",
            &[&[
                (true, "credential_type", "text", "GitHub's word for what it is"),
                (true, "scopes", "list of text", "What a token may do"),
                (false, "note", "text", "What its owner calls it"),
            ]],
        ),
        kind(
            DEPLOY_KEY,
            Credential,
            false,
            "An SSH key that opens one repository.",
            &[&[
                (true, "read_only", "boolean", "It cannot push"),
                (false, "verified", "boolean", "GitHub's word"),
                (
                    true,
                    "fingerprint",
                    "text",
                    "The SHA-256 of its public half, base64 without padding",
                ),
                (true, "algorithm", "text", "Its sort: ssh-ed25519, ssh-rsa"),
                (false, "added_by", "text", "The login of whoever added it"),
            ]],
        ),
        kind(
            ACTIONS_SECRET,
            Credential,
            true,
            "A secret of Actions. Its value cannot be read by anybody.",
            &[&SECRET],
        ),
        kind(
            DEPENDABOT_SECRET,
            Credential,
            true,
            "A secret for runs that Dependabot starts.",
            &[&SECRET],
        ),
        kind(CODESPACES_SECRET, Credential, true, "A secret of Codespaces.", &[&SECRET]),
        kind(
            AGENTS_SECRET,
            Credential,
            true,
            "A secret for coding agents. Names that begin with COPILOT_MCP_ go to MCP servers.",
            &[&SECRET],
        ),
        kind(
            ALERT,
            Credential,
            false,
            "A secret that was found in a repository and is therefore known to others.",
            &[&[
                (true, "state", "text", "open or resolved"),
                (true, "secret_type", "text", "What sort of secret it is"),
                (true, "validity", "text", "Whether it works: active, inactive, unknown"),
                (true, "publicly_leaked", "boolean", "It was seen in public"),
                (true, "multi_repo", "boolean", "It stands in several repositories"),
                (
                    true,
                    "push_protection_bypassed",
                    "boolean",
                    "Somebody pushed it although GitHub warned",
                ),
                (false, "resolution", "text", "How it was resolved"),
            ]],
        ),
        kind(VARIABLE, Resource, true, "A variable. Its value is not read.", &[&SECRET]),
    ]
}

fn repositories() -> Vec<Option<KindDef>> {
    use EntityType::Resource;
    vec![
        kind(
            REPOSITORY,
            Resource,
            false,
            "A repository.",
            &[
                &[
                    (true, "full_name", "text", "owner/name, as spelled"),
                    (true, "visibility", "text", "public, private or internal"),
                    (true, "archived", "boolean", "It is read-only"),
                    (true, "fork", "boolean", "It was made from another repository"),
                    (false, "template", "boolean", "It is a pattern for others"),
                    (true, "default_branch", "text", "The branch that is shown first"),
                    (false, "topics", "list of text", "Its topics"),
                    (true, "custom_properties", "object", "Its custom properties, name to value"),
                ],
                &WORKFLOW_TOKEN,
                &SUBJECT,
            ],
        ),
        kind(
            ENVIRONMENT,
            Resource,
            false,
            "An environment of a repository.",
            &[&[
                (
                    true,
                    "reviewers",
                    "list of text",
                    "Who must agree: logins, and slugs of teams after team:",
                ),
                (
                    true,
                    "prevent_self_review",
                    "boolean",
                    "Whoever starts a deployment cannot agree to it",
                ),
                (true, "wait_minutes", "integer", "How long a deployment waits"),
                (true, "branches", "text", "Which branches may deploy: all, protected, custom"),
                (true, "admins_can_bypass", "boolean", "Administrators need not wait for anybody"),
                (false, "rules", "list of text", "The sorts of its protections"),
            ]],
        ),
        kind(
            WEBHOOK,
            Resource,
            false,
            "A webhook of an organisation or a repository.",
            &[&[
                (true, "url", "text", "Where it calls: host and path alone"),
                (true, "events", "list of text", "What it is told of"),
                (true, "active", "boolean", "It is switched on"),
                (true, "insecure_ssl", "boolean", "It does not check certificates"),
                (false, "content_type", "text", "How it sends: json or form"),
            ]],
        ),
        kind(
            RUNNER_GROUP,
            Resource,
            false,
            "A group of self-hosted runners.",
            &[&[
                (
                    true,
                    "visibility",
                    "text",
                    "Which repositories may use it: all, private, selected",
                ),
                (true, "allows_public_repositories", "boolean", "Public repositories may use it"),
                (true, "restricted_to_workflows", "boolean", "Only chosen workflows may use it"),
                (false, "selected_workflows", "list of text", "The chosen workflows"),
                (
                    false,
                    "default",
                    "boolean",
                    "Runners belong to it unless somebody says otherwise",
                ),
                (false, "inherited", "boolean", "It comes from the enterprise"),
            ]],
        ),
        kind(
            RUNNER,
            Resource,
            false,
            "A self-hosted runner.",
            &[&[
                (true, "labels", "list of text", "The words by which jobs ask for it"),
                (true, "os", "text", "Its operating system"),
                (true, "ephemeral", "boolean", "It runs one job only"),
            ]],
        ),
    ]
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_kind_is_well_formed() {
        let own = super::people().len() + super::access().len() + super::repositories().len();
        assert_eq!(own, 22);
        assert_eq!(super::kinds().len(), own + crate::contents::kinds().len());
    }
}
