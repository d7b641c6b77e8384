//! A living company: the plan as state that servers answer from and events change.

mod events;
mod server;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use serde::Serialize;

use crate::aws::answers::{AwsOptions, Memory, World};
use crate::aws::request::Call;
use crate::aws::xml::Answer;
use crate::aws::{Fault, FaultKind};
use crate::directory::DirectoryLab;
use crate::plan::{Account, Company, LabError};

pub use events::EVENTS;
pub(crate) use server::start;
pub use server::{ServerHandle, serve_aws};

/// What an event did.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Happened {
    /// The event.
    pub event: String,
    /// What changed, in one line.
    pub changed: String,
    /// What rollcall should show after its next reading, in one line.
    pub expect: String,
}

/// A company that servers answer from. All its accounts are in memory.
#[derive(Debug)]
pub struct Lab {
    plan: RwLock<Plan>,
    memory: Mutex<Memory>,
    options: AwsOptions,
    files: Option<PathBuf>,
    directory: Option<Arc<DirectoryLab>>,
    happened: Mutex<Vec<Happened>>,
}

/// What events change.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) company: Company,
    /// By number of twelve digits.
    pub(crate) accounts: BTreeMap<String, Account>,
    /// Agents that came later.
    pub(crate) agents: u64,
}

impl Lab {
    /// Brings a company to life. `files` is the folder its checkouts were written to, if they were:
    /// events then write there too.
    #[must_use]
    pub fn new(company: Company, options: AwsOptions, files: Option<PathBuf>) -> Self {
        let accounts = company.all_accounts().map(|a| (a.id.clone(), a)).collect();
        Self {
            plan: RwLock::new(Plan { company, accounts, agents: 0 }),
            memory: Mutex::default(),
            options,
            files,
            directory: None,
            happened: Mutex::default(),
        }
    }

    /// The same with a directory beside it, which follows what happens to the company's people.
    #[must_use]
    pub fn beside(mut self, directory: Arc<DirectoryLab>) -> Self {
        self.directory = Some(directory);
        self
    }

    /// The company, with what events changed about its people.
    #[must_use]
    pub fn company(&self) -> Company {
        self.plan().company.clone()
    }

    /// An account by its number of twelve digits, as it is now.
    #[must_use]
    pub fn account(&self, id: &str) -> Option<Account> {
        self.plan().accounts.get(id).cloned()
    }

    /// How often each action of AWS was called so far.
    #[must_use]
    pub fn calls(&self) -> BTreeMap<String, u64> {
        self.memory().calls().clone()
    }

    /// Switches a fault on.
    pub fn inject(&self, fault: Fault) {
        self.memory().faults.add(fault);
    }

    /// Switches all faults off.
    pub fn clear_faults(&self) {
        self.memory().faults.clear();
    }

    /// The faults that are on.
    #[must_use]
    pub fn faults(&self) -> Vec<Fault> {
        self.memory().faults.list()
    }

    /// What happened so far.
    #[must_use]
    pub fn happened(&self) -> Vec<Happened> {
        self.happened.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Moves the story on.
    ///
    /// # Errors
    /// When there is no such event, or nothing in the company that it could happen to.
    pub fn event(&self, name: &str) -> Result<Happened, LabError> {
        let done = self.carry_out(name)?;
        if let Some(directory) = &self.directory {
            directory.follow(self.company());
        }
        self.happened.lock().unwrap_or_else(PoisonError::into_inner).push(done.clone());
        Ok(done)
    }

    /// The truth of the company as it is now, as JSON lines; see `docs/lab.md`.
    ///
    /// # Errors
    /// When the lab made something that cannot be.
    pub fn truth(&self) -> Result<String, LabError> {
        let plan = self.plan();
        let mut text = String::new();
        crate::truth::truth_of(&plan.company, &mut plan.accounts.values().cloned(), &mut |line| {
            text.push_str(line);
            text.push('\n');
            Ok(())
        })?;
        Ok(text)
    }

    /// Answers a call of an AWS client.
    pub(crate) fn answer(&self, call: &Call) -> Answer {
        let plan = self.plan();
        let world = World {
            company: &plan.company,
            accounts: &plan.accounts,
            options: &self.options,
            now: plan.company.spec.now,
        };
        world.answer(call, &mut self.memory())
    }

    fn carry_out(&self, name: &str) -> Result<Happened, LabError> {
        match name {
            "forbid-source" | "allow-source" => {
                let forbid = name == "forbid-source";
                self.memory().forbidden = forbid;
                Ok(events::forbidden(name, forbid))
            }
            "throttle" | "calm" => {
                if name == "throttle" {
                    let kind = FaultKind::Throttle { every: 3 };
                    self.inject(Fault { operation: None, account: None, kind });
                } else {
                    self.clear_faults();
                }
                Ok(events::throttled(name))
            }
            _ => events::change(&mut self.plan_mut(), name, self.files.as_deref()),
        }
    }

    fn plan(&self) -> RwLockReadGuard<'_, Plan> {
        self.plan.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn plan_mut(&self) -> RwLockWriteGuard<'_, Plan> {
        self.plan.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
