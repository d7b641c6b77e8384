//! Making repositories.

use super::draw::{Domain, Draw};
use super::pairs::{Defect, Place, Planted};
use super::policy::Text;
use super::repository::{McpServer, McpValue, Repository};
use super::spec::Archetype;
use super::{Company, Owner, names, workflows};

/// How many services the one large repository has at most.
const MOST_SERVICES: u64 = 60;

/// What a repository has, which decides how many identities it has.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Features {
    /// A job that enters an account.
    pub(crate) deploy: bool,
    /// A job that publishes from the main branch.
    pub(crate) release: bool,
    /// A workflow that runs an agent.
    pub(crate) agent_step: bool,
    /// MCP servers.
    pub(crate) mcp: bool,
    /// Agents defined in files.
    pub(crate) agent_files: u64,
    /// Services that are published from one large repository.
    pub(crate) services: u64,
    codeowners: bool,
}

impl Features {
    /// Of a repository that is there of itself.
    pub(crate) fn of(company: &Company, number: u64) -> Self {
        let shape = company.shape();
        let mut draw = Draw::new(company.spec.seed, Domain::Repository, number);
        let deploy = draw.chance(shape.deploy);
        let release = draw.chance(shape.release);
        let agent_step = draw.chance(shape.agent_step);
        let mcp = draw.chance(shape.mcp);
        let agent_files = if draw.chance(shape.agent_file) { 1 + draw.below(3) } else { 0 };
        let is_mono = company.spec.archetype == Archetype::StartupMonorepo && number == 0;
        let services = if is_mono { (company.spec.size / 50).min(MOST_SERVICES) } else { 0 };
        // A repository without any identity would make no way towards the target.
        let deploy = deploy || !(release || agent_step || mcp || agent_files > 0);
        Self {
            deploy,
            release,
            agent_step,
            mcp,
            agent_files,
            services,
            codeowners: draw.chance(shape.codeowners),
        }
    }

    pub(crate) fn identities(&self) -> u64 {
        let one = [self.deploy, self.release, self.agent_step, self.mcp];
        one.into_iter().map(u64::from).sum::<u64>() + self.agent_files + self.services
    }
}

const SERVERS: &[(&str, &str, &str)] = &[
    ("github", "@modelcontextprotocol/server-github", "GITHUB_TOKEN"),
    ("postgres", "@modelcontextprotocol/server-postgres", "DATABASE_PASSWORD"),
    ("tracker", "@tracker-tools/mcp", "TRACKER_TOKEN"),
    ("browser", "@browser-tools/mcp", "BROWSER_TOKEN"),
];

const AGENTS: &[&str] = &["reviewer", "triager", "migrator"];

impl Company {
    /// The repository with a number below [`Company::repositories`].
    #[must_use]
    pub fn repository(&self, number: u64) -> Repository {
        match number.checked_sub(self.natural_repositories) {
            None => self.natural_repository(number),
            Some(planted) => {
                // Numbers of planted ones follow the pairs; beyond them there is no repository.
                let found = self.pairs_at(Place::Repositories).nth((planted / 2) as usize);
                let (n, defect, round) = found.unwrap_or((0, Defect::AgentOwnerMissing, 0));
                self.planted_repository(number, n, Planted::new(defect, round, planted % 2 == 1))
            }
        }
    }

    fn natural_repository(&self, number: u64) -> Repository {
        let features = Features::of(self, number);
        let mut draw = Draw::new(self.spec.seed, Domain::Repository, number | 1 << 40);
        let team = draw.below(self.teams - 1);
        let purpose = draw.pick(names::PURPOSES);
        let name = if number == 0 {
            "mono".to_owned()
        } else {
            format!("{}-{purpose}-{number}", self.team(team).slug)
        };
        let mut repository = self.empty_repository(number, name, Owner::Team(team));
        if features.codeowners {
            repository.codeowners.push(("*".to_owned(), Owner::Team(team)));
            if draw.chance(300) {
                let other = draw.below(self.teams - 1);
                repository.codeowners.push(("/.github/".to_owned(), Owner::Team(other)));
            }
        }
        if features.deploy {
            let account = self.open_account(number);
            repository.deploys_to = Some(account);
            let role = self.deploy_role_arn(account, &repository.name);
            repository.workflows.push(workflows::deploy(&role));
        }
        if features.release {
            repository.workflows.push(workflows::release());
        }
        repository.workflows.extend((0..features.services).map(workflows::service));
        if features.agent_step {
            repository.workflows.push(workflows::agent(true));
        }
        if features.mcp {
            let first = draw.below(4) as usize;
            for at in 0..=draw.below(2) as usize {
                let (name, package, variable) = SERVERS[(first + at) % SERVERS.len()];
                repository.servers.push(McpServer {
                    name: name.into(),
                    package: package.into(),
                    version: Some("1.4.2".into()),
                    variable: Some((variable.into(), McpValue::Reference(variable.into()))),
                });
            }
        }
        // As they stand in the file.
        repository.servers.sort_by(|a, b| a.name.cmp(&b.name));
        for name in AGENTS.iter().take(features.agent_files as usize) {
            repository.agents.push(((*name).to_owned(), vec!["Read".into(), "Grep".into()]));
        }
        repository.composite = draw.chance(200);
        repository.instructions = features.mcp || features.agent_files > 0;
        repository
    }

    fn empty_repository(&self, number: u64, name: String, owner: Owner) -> Repository {
        Repository {
            number,
            name,
            owner,
            codeowners: Vec::new(),
            workflows: vec![workflows::test()],
            servers: Vec::new(),
            agents: Vec::new(),
            composite: false,
            instructions: false,
            deploys_to: None,
            planted: None,
        }
    }

    /// A pair differs in one field; everything else follows from the pair's number.
    fn planted_repository(&self, number: u64, n: u64, planted: Planted) -> Repository {
        let Planted { defect, twin, .. } = planted;
        let mut draw = Draw::new(self.spec.seed, Domain::Pair, n | 1 << 41);
        let team = draw.below(self.teams - 1);
        let purpose = draw.pick(names::PURPOSES);
        let name = format!("{purpose}-{}{n}", if twin { "b" } else { "a" });
        let mut repository = self.empty_repository(number, name, Owner::Team(team));
        repository.planted = Some(planted);
        if defect != Defect::AgentOwnerMissing {
            repository.codeowners.push(("*".to_owned(), Owner::Team(team)));
        }
        let server = |version: Option<&'static str>, value: McpValue| {
            let (name, package, variable) = SERVERS[0];
            vec![McpServer {
                name: name.into(),
                package: package.into(),
                version: version.map(Text::from),
                variable: Some((variable.into(), value)),
            }]
        };
        let named = || McpValue::Reference("GITHUB_TOKEN".into());
        match defect {
            Defect::AgentOwnerMissing => {
                repository.servers = server(Some("1.4.2"), named());
                repository.codeowners.push(("/src/".to_owned(), Owner::Team(team)));
                if twin {
                    repository.codeowners.push(("/.mcp.json".to_owned(), Owner::Team(team)));
                }
            }
            Defect::McpPlaintext => {
                let value = if twin { named() } else { McpValue::Literal(number) };
                repository.servers = server(Some("1.4.2"), value);
            }
            Defect::McpUnpinned => repository.servers = server(twin.then_some("1.4.2"), named()),
            Defect::UnpinnedPrivileged => repository.workflows.push(workflows::publish(twin)),
            Defect::StaticCloudKey => {
                let account = self.open_account(n);
                repository.deploys_to = Some(account);
                let role = self.deploy_role_arn(account, &repository.name);
                repository.workflows.push(if twin {
                    workflows::deploy(&role)
                } else {
                    workflows::deploy_with_key()
                });
            }
            Defect::SecretUntrusted => repository.workflows.push(workflows::preview(twin)),
            Defect::AgentPublicTrigger => repository.workflows.push(workflows::agent(twin)),
            _ => {}
        }
        repository
    }

    /// The ARN of the role that a repository's deploying job takes on.
    pub(crate) fn deploy_role_arn(&self, account: u64, repository: &str) -> String {
        format!("arn:aws:iam::{}:role/ci/gh-{repository}", self.account_id(account))
    }

    /// The repositories whose deploying job enters an account.
    pub(crate) fn deploying_to(&self, account: u64) -> Vec<u64> {
        let position = self.open.iter().position(|n| *n == account);
        let natural = position
            .into_iter()
            .flat_map(|at| (at as u64..self.natural_repositories).step_by(self.open.len()));
        let mut found: Vec<u64> = natural.filter(|n| Features::of(self, *n).deploy).collect();
        found.extend(self.planted_deploy_roles().filter(|(a, _)| *a == account).map(|(_, r)| r));
        found
    }
}
