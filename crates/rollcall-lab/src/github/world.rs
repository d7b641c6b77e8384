//! The organisation as it is now: the plan, and what changed since.

use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;

use rollcall_model::Timestamp;

use crate::files::snapshot::Snapshot;
use crate::plan::hub::{
    Authorization, BOTS, ExternalIdentity, FineToken, GHOST, Hook, HubRepository, HubTeam, HubUser,
    Installation, Invitation, Member, Organization, OrganizationRole, OrganizationSecret,
    OrganizationVariable, Runner, RunnerGroup, Seat,
};
use crate::plan::{Company, LabError};

/// A repository with its files.
#[derive(Debug)]
pub(crate) struct Repo {
    /// What hangs from it.
    pub(crate) hub: HubRepository,
    /// Who has it now, where it was given away.
    pub(crate) elsewhere: Option<String>,
    files: OnceLock<Snapshot>,
}

impl Repo {
    pub(crate) fn new(hub: HubRepository) -> Self {
        Self { hub, elsewhere: None, files: OnceLock::new() }
    }

    /// Its commits and files. They are made when somebody first asks.
    pub(crate) fn files(&self, company: &Company) -> &Snapshot {
        self.files.get_or_init(|| {
            let planned = self.hub.number < company.repositories;
            // In memory nothing can fail; an empty repository would be seen by every test.
            let found =
                planned.then(|| Snapshot::of(company, &company.repository(self.hub.number)));
            found.and_then(Result::ok).unwrap_or_default()
        })
    }

    /// The same, to be changed.
    pub(crate) fn files_mut(&mut self, company: &Company) -> Result<&mut Snapshot, LabError> {
        self.files(company);
        self.files.get_mut().ok_or_else(|| LabError::Bug("files that were just made".to_owned()))
    }
}

/// Everything there is.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) company: Company,
    pub(crate) canary: String,
    pub(crate) organization: Organization,
    /// By number.
    pub(crate) users: Vec<HubUser>,
    pub(crate) bots: Vec<HubUser>,
    pub(crate) members: Vec<Member>,
    pub(crate) outsiders: std::ops::Range<u64>,
    pub(crate) invitations: Vec<Invitation>,
    pub(crate) failed_invitations: Vec<Invitation>,
    /// By number.
    pub(crate) teams: Vec<HubTeam>,
    pub(crate) roles: Vec<OrganizationRole>,
    pub(crate) installations: Vec<Installation>,
    pub(crate) tokens: Vec<FineToken>,
    pub(crate) requests: Vec<FineToken>,
    pub(crate) authorizations: Vec<Authorization>,
    pub(crate) secrets: Vec<OrganizationSecret>,
    pub(crate) variables: Vec<OrganizationVariable>,
    pub(crate) hooks: Vec<Hook>,
    pub(crate) groups: Vec<RunnerGroup>,
    pub(crate) runners: Vec<Runner>,
    pub(crate) seats: Vec<Seat>,
    pub(crate) identities: Vec<ExternalIdentity>,
    /// By id.
    pub(crate) repositories: BTreeMap<u64, Repo>,
    /// Their ids by name in small letters.
    names: HashMap<String, u64>,
    /// Names they once had.
    moved: HashMap<String, u64>,
    /// Logins to numbers.
    logins: HashMap<String, u64>,
    /// Addresses of people to the numbers of their accounts.
    emails: HashMap<String, u64>,
    /// What was made later is numbered from here.
    pub(crate) next: u64,
}

/// What a name leads to.
pub(crate) enum Named<'a> {
    /// A repository.
    Here(&'a Repo),
    /// A repository that has another name or owner now.
    Moved(&'a Repo),
    /// Nothing.
    Nothing,
}

impl World {
    pub(crate) fn new(company: Company) -> Self {
        let repositories: BTreeMap<u64, Repo> = (0..company.hub_repositories())
            .map(|n| company.hub_repository(n))
            .map(|hub| (hub.id, Repo::new(hub)))
            .collect();
        let names = repositories.iter().map(|(id, r)| (r.hub.name.to_lowercase(), *id)).collect();
        let users: Vec<HubUser> = (0..company.hub_users()).map(|n| company.hub_user(n)).collect();
        let logins = (0..).zip(&users).map(|(n, u)| (u.login.to_lowercase(), n)).collect();
        // An address that somebody had before still belongs to them.
        let emails = company
            .everybody()
            .flat_map(|p| [Some(p.email), p.former_email].map(|e| (e, p.number)))
            .filter_map(|(email, number)| Some((email?, number)))
            .collect();
        let mut bots: Vec<HubUser> =
            BOTS.iter().map(|(login, id, _)| company.hub_bot(login, *id)).collect();
        let installations = company.hub_installations();
        for own in installations.iter().filter(|i| i.own) {
            bots.push(company.hub_bot(&format!("{}[bot]", own.slug), own.id % 100_000_000));
        }
        Self {
            canary: company.hub_canary(),
            organization: company.hub_organization(),
            members: company.hub_members(),
            outsiders: company.hub_outsiders(),
            invitations: company.hub_invitations(),
            failed_invitations: company.hub_failed_invitations(),
            teams: company.hub_teams(),
            roles: company.hub_roles(),
            tokens: company.hub_tokens(),
            requests: company.hub_token_requests(),
            authorizations: company.hub_authorizations(),
            secrets: company.hub_organization_secrets(),
            variables: company.hub_organization_variables(),
            hooks: company.hub_hooks(),
            groups: company.hub_runner_groups(),
            runners: company.hub_runners(),
            seats: company.hub_seats(),
            identities: company.hub_identities(),
            next: company.hub_repositories(),
            company,
            users,
            bots,
            installations,
            repositories,
            names,
            moved: HashMap::new(),
            logins,
            emails,
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.company.spec.now
    }

    /// The account with a number; a number that is none has the one that stands for deleted ones.
    pub(crate) fn user(&self, number: u64) -> HubUser {
        match self.users.get(number as usize) {
            Some(user) => user.clone(),
            None => self.company.hub_user(number),
        }
    }

    /// The account that stands for deleted ones.
    pub(crate) fn ghost(&self) -> HubUser {
        let (login, id) = GHOST;
        let mut ghost = self.company.hub_bot(login, id);
        ghost.kind = crate::plan::hub::UserKind::User;
        ghost
    }

    /// An account by its login: its number, where it is no bot.
    pub(crate) fn login(&self, login: &str) -> Option<u64> {
        self.logins.get(&login.to_lowercase()).copied()
    }

    /// The account that an address belongs to.
    pub(crate) fn address(&self, email: &str) -> Option<&HubUser> {
        let number = self.emails.get(email)?;
        self.users.get(*number as usize)
    }

    /// An account by its login, bots included.
    pub(crate) fn account(&self, login: &str) -> Option<HubUser> {
        if login.eq_ignore_ascii_case(GHOST.0) {
            return Some(self.ghost());
        }
        let bot = || self.bots.iter().find(|b| b.login.eq_ignore_ascii_case(login)).cloned();
        self.login(login).map(|n| self.user(n)).or_else(bot)
    }

    pub(crate) fn is_organization(&self, login: &str) -> bool {
        self.organization.login.eq_ignore_ascii_case(login)
    }

    /// The repository of a name, now or once.
    pub(crate) fn named(&self, name: &str) -> Named<'_> {
        let name = name.to_lowercase();
        let here = self.names.get(&name).and_then(|id| self.repositories.get(id));
        if let Some(repo) = here {
            return Named::Here(repo);
        }
        let moved = self.moved.get(&name).and_then(|id| self.repositories.get(id));
        moved.map_or(Named::Nothing, Named::Moved)
    }

    /// A repository of the organisation, to be changed.
    pub(crate) fn named_mut(&mut self, name: &str) -> Option<&mut Repo> {
        let id = self.names.get(&name.to_lowercase())?;
        self.repositories.get_mut(id)
    }

    /// The repositories that the organisation has, by id.
    pub(crate) fn present(&self) -> impl Iterator<Item = &Repo> {
        self.repositories.values().filter(|r| r.elsewhere.is_none())
    }

    /// Takes up a repository.
    pub(crate) fn add(&mut self, hub: HubRepository) {
        let name = hub.name.to_lowercase();
        self.moved.remove(&name);
        self.names.insert(name, hub.id);
        self.repositories.insert(hub.id, Repo::new(hub));
    }

    /// Lets a name lead to another: `None` when the repository leaves the organisation.
    pub(crate) fn rename(&mut self, old: &str, new: Option<&str>) {
        let old = old.to_lowercase();
        if let Some(id) = self.names.remove(&old) {
            self.moved.insert(old, id);
            if let Some(new) = new {
                self.names.insert(new.to_lowercase(), id);
            }
        }
    }

    /// Forgets a repository.
    pub(crate) fn remove(&mut self, name: &str) {
        if let Some(id) = self.names.remove(&name.to_lowercase()) {
            self.repositories.remove(&id);
        }
    }

    /// The id of the repository with a number.
    pub(crate) fn repository_id(&self, number: u64) -> u64 {
        self.company.hub_id(crate::plan::hub::Sort::Repository, number)
    }

    /// The repositories with some numbers that are still there.
    pub(crate) fn numbered<'a>(&'a self, numbers: &'a [u64]) -> impl Iterator<Item = &'a Repo> {
        numbers
            .iter()
            .filter_map(|n| self.repositories.get(&self.repository_id(*n)))
            .filter(|r| r.elsewhere.is_none())
    }

    /// Whether an account is a member, and an owner.
    pub(crate) fn membership(&self, user: u64) -> Option<&Member> {
        self.members.iter().find(|m| m.user == user)
    }
}
