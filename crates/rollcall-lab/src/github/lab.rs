//! A living GitHub: what servers answer from and changes change.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, AtomicUsize};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use rollcall_model::Timestamp;
use serde_json::Value;
use tokio::time::Instant;

use super::auth::Issued;
use super::change::{Change, Event, carry_out};
use super::deliver::{Delivery, send};
use super::faults::{Faults, GitHubFault};
use super::limits::Meter;
use super::options::{GitHubKeys, GitHubOptions};
use super::truth;
use super::world::World;
use crate::plan::hub::uuid;
use crate::plan::{Company, LabError, mix};

/// The company's GitHub, which servers answer from and changes change.
#[derive(Debug)]
pub struct GitHubLab {
    world: RwLock<World>,
    pub(super) memory: Mutex<Memory>,
    pub(super) options: GitHubOptions,
    pub(super) keys: GitHubKeys,
    pub(super) under_way: AtomicUsize,
    latency: AtomicU64,
    webhook: Mutex<Option<String>>,
    began: Instant,
    /// Where it is served, for the addresses in webhooks.
    base: Mutex<String>,
}

/// What is remembered between requests.
#[derive(Debug, Default)]
pub(super) struct Memory {
    pub(super) faults: Faults,
    pub(super) meter: Meter,
    pub(super) issued: Issued,
    pub(super) requests: BTreeMap<String, u64>,
    pub(super) unchanged: u64,
    pub(super) most_under_way: usize,
    deliveries: Vec<Delivery>,
}

impl GitHubLab {
    /// Brings a company's GitHub to life.
    #[must_use]
    pub fn new(company: Company, options: GitHubOptions) -> Self {
        let keys = GitHubKeys::of(&company, &options);
        Self {
            world: RwLock::new(World::new(company)),
            memory: Mutex::default(),
            keys,
            under_way: AtomicUsize::new(0),
            latency: AtomicU64::new(u64::try_from(options.latency.as_micros()).unwrap_or(u64::MAX)),
            webhook: Mutex::new(options.webhook_url.clone()),
            began: Instant::now(),
            base: Mutex::new("http://127.0.0.1".to_owned()),
            options,
        }
    }

    /// What opens it.
    #[must_use]
    pub fn keys(&self) -> &GitHubKeys {
        &self.keys
    }

    /// What stands wherever there is something that nobody should keep.
    #[must_use]
    pub fn canary(&self) -> String {
        self.world().canary.clone()
    }

    /// The time as the lab has it: the company's `now` and what has passed since.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        let passed = self.began.elapsed().as_secs().cast_signed();
        self.world().now().plus_seconds(passed)
    }

    /// Everything that is to be found, by kind and by repository; see `docs/lab.md`.
    #[must_use]
    pub fn truth(&self) -> Value {
        truth::truth(&self.world())
    }

    /// How often each route was asked, by its path with the names of its places.
    #[must_use]
    pub fn requests(&self) -> BTreeMap<String, u64> {
        self.memory().requests.clone()
    }

    /// The largest number of requests that were under way at once.
    #[must_use]
    pub fn most_under_way(&self) -> usize {
        self.memory().most_under_way
    }

    /// How many requests were answered with 304.
    #[must_use]
    pub fn unchanged(&self) -> u64 {
        self.memory().unchanged
    }

    /// Counts from nothing again.
    pub fn forget_requests(&self) {
        let mut memory = self.memory();
        memory.requests.clear();
        memory.unchanged = 0;
        memory.most_under_way = 0;
    }

    /// Switches a fault on.
    pub fn inject(&self, fault: GitHubFault) {
        self.memory().faults.add(fault);
    }

    /// Switches all faults off.
    pub fn clear_faults(&self) {
        self.memory().faults.clear();
    }

    /// The faults that are on.
    #[must_use]
    pub fn faults(&self) -> Vec<GitHubFault> {
        self.memory().faults.list()
    }

    /// What every request takes at least, from now on.
    pub fn set_latency(&self, latency: Duration) {
        let micros = u64::try_from(latency.as_micros()).unwrap_or(u64::MAX);
        self.latency.store(micros, std::sync::atomic::Ordering::Relaxed);
    }

    pub(super) fn latency(&self) -> Duration {
        Duration::from_micros(self.latency.load(std::sync::atomic::Ordering::Relaxed))
    }

    /// Sends webhooks to an address of this machine from now on; to none with `None`.
    pub fn set_webhook(&self, url: Option<String>) {
        *self.webhook.lock().unwrap_or_else(PoisonError::into_inner) = url;
    }

    /// The webhooks that were sent.
    #[must_use]
    pub fn deliveries(&self) -> Vec<Delivery> {
        self.memory().deliveries.clone()
    }

    /// Changes something and tells of it by webhook, if there is somebody to tell.
    ///
    /// # Errors
    /// When there is nothing of the name.
    pub async fn change(&self, change: &Change) -> Result<Option<Delivery>, LabError> {
        let event = self.apply(change)?;
        match event {
            Some(event) => self.tell(event).await,
            None => Ok(None),
        }
    }

    /// Changes something without telling anybody yet.
    pub(super) fn apply(&self, change: &Change) -> Result<Option<Event>, LabError> {
        let base = self.base.lock().unwrap_or_else(PoisonError::into_inner).clone();
        carry_out(&mut self.world_mut(), change, &base)
    }

    /// Tells of an event.
    pub(super) async fn tell(&self, (event, body): Event) -> Result<Option<Delivery>, LabError> {
        let url = self.webhook.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(url) = url else { return Ok(None) };
        let n = self.memory().deliveries.len() as u64;
        let id = uuid(mix(n ^ 0x0068_6f6f_6b00), n);
        let sent = send(&url, &self.keys.webhook_secret, event, &id, &body).await;
        let delivery = Delivery {
            id,
            event: event.to_owned(),
            action: body["action"].as_str().map(str::to_owned),
            status: sent.as_ref().ok().copied(),
        };
        self.memory().deliveries.push(delivery.clone());
        sent.map(|_| Some(delivery))
    }

    pub(super) fn served_at(&self, base: String) {
        *self.base.lock().unwrap_or_else(PoisonError::into_inner) = base;
    }

    pub(super) fn world(&self) -> RwLockReadGuard<'_, World> {
        self.world.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn world_mut(&self) -> RwLockWriteGuard<'_, World> {
        self.world.write().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
