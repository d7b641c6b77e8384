//! A living directory.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use rollcall_model::Timestamp;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::entries::Entries;
use super::faults::{DirectoryFault, DirectoryFaultKind, Faults};
use crate::plan::{Company, token_text};

/// How the lab's directory behaves.
#[derive(Clone, Debug)]
pub struct DirectoryOptions {
    /// What every request takes at least.
    pub latency: Duration,
    /// Requests a minute that Okta allows to one path.
    pub okta_per_minute: u64,
}

impl Default for DirectoryOptions {
    /// Okta's default for listing users. Source: Okta's documentation, rate limits.
    fn default() -> Self {
        Self { latency: Duration::ZERO, okta_per_minute: 600 }
    }
}

/// The company's directory, which a server answers from.
#[derive(Debug)]
pub struct DirectoryLab {
    directory: RwLock<Arc<Directory>>,
    now: Timestamp,
    pub(super) options: DirectoryOptions,
    token: String,
    began: Instant,
    memory: Mutex<Memory>,
}

/// What it holds at a time.
#[derive(Debug)]
pub(super) struct Directory {
    pub(super) company: Company,
    pub(super) entries: Entries,
}

impl Directory {
    fn of(company: Company) -> Arc<Self> {
        Arc::new(Self { entries: Entries::of(&company), company })
    }
}

#[derive(Debug, Default)]
struct Memory {
    faults: Faults,
    requests: BTreeMap<String, u64>,
    /// The minute that Okta counts in, and what was asked in it.
    minute: Option<(Instant, u64)>,
}

impl DirectoryLab {
    /// Brings a company's directory to life.
    #[must_use]
    pub fn new(company: Company, options: DirectoryOptions) -> Self {
        Self {
            now: company.spec.now,
            token: format!("00lab{}", token_text(company.spec.seed, 1 << 53, 37)),
            directory: RwLock::new(Directory::of(company)),
            options,
            began: Instant::now(),
            memory: Mutex::default(),
        }
    }

    /// The company has moved on: people came, went or changed.
    pub fn follow(&self, company: Company) {
        let directory = Directory::of(company);
        *self.directory.write().unwrap_or_else(PoisonError::into_inner) = directory;
    }

    pub(super) fn directory(&self) -> Arc<Directory> {
        Arc::clone(&self.directory.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The token for both protocols: `Bearer`, and `SSWS` for Okta.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.token
    }

    /// What is to be found: ids of people by their state, and of teams; see `docs/lab.md`.
    #[must_use]
    pub fn truth(&self) -> Value {
        let directory = self.directory();
        let people: Vec<Value> = directory
            .entries
            .people
            .iter()
            .map(|e| {
                json!({
                    "id": e.person.id,
                    "scim": e.scim,
                    "okta": e.okta,
                    "email": e.login,
                    "status": e.person.status,
                    "employment": e.person.employment,
                    "github": e.person.login,
                    "left": e.person.left.map(|at| at.to_string()),
                })
            })
            .collect();
        let teams: Vec<Value> = directory
            .entries
            .teams
            .iter()
            .map(|t| json!({"slug": t.slug, "scim": t.scim, "okta": t.okta, "members": t.members.len()}))
            .collect();
        json!({"schema": 1, "people": people, "teams": teams})
    }

    /// How often each path was asked, ids left out.
    #[must_use]
    pub fn requests(&self) -> BTreeMap<String, u64> {
        self.memory().requests.clone()
    }

    /// Counts from nothing again.
    pub fn forget_requests(&self) {
        self.memory().requests.clear();
    }

    /// Switches a fault on.
    pub fn inject(&self, fault: DirectoryFault) {
        self.memory().faults.add(fault);
    }

    /// Switches all faults off.
    pub fn clear_faults(&self) {
        self.memory().faults.clear();
    }

    /// The faults that are on.
    #[must_use]
    pub fn faults(&self) -> Vec<DirectoryFault> {
        self.memory().faults.list()
    }

    /// Counts a request; what strikes it.
    pub(super) fn count(&self, route: &str, path: &str) -> Vec<DirectoryFaultKind> {
        let mut memory = self.memory();
        *memory.requests.entry(route.to_owned()).or_default() += 1;
        memory.faults.strike(path)
    }

    /// Takes a request of Okta's minute: what remains, when it ends.
    pub(super) fn okta_minute(&self) -> (Option<u64>, Timestamp) {
        let at = Instant::now();
        let mut memory = self.memory();
        let (began, used) = memory.minute.get_or_insert((at, 0));
        if at.duration_since(*began) >= Duration::from_secs(60) {
            (*began, *used) = (at, 0);
        }
        let remaining = self.options.okta_per_minute.checked_sub(*used + 1);
        *used += u64::from(remaining.is_some());
        let passed = self.began.elapsed().as_secs().cast_signed();
        let left = 60 - at.duration_since(*began).as_secs().cast_signed();
        (remaining, self.now.plus_seconds(passed + left))
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
