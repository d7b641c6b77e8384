//! The one way a call leaves: allow-list, budget, attempts, recording.

use std::fmt;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::Arc;
use std::time::Duration;

use rollcall_model::ProblemClass;
use rollcall_record::Problem;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::budget::Budget;
use super::recording::Recorder;
use super::{AllowList, CallError, LimitSeen, TransportOptions};
use crate::Definition;

/// How the calls of one credential leave. Cloning is cheap and shares the budget.
#[derive(Clone)]
pub struct Transport {
    shared: Arc<Shared>,
    budget: Arc<Budget>,
    cancelled: Option<CancellationToken>,
    attempts: u32,
}

struct Shared {
    allow: AllowList,
    options: TransportOptions,
    recorder: Recorder,
}

impl Transport {
    /// A transport for the operations of a definition.
    ///
    /// # Errors
    /// When an operation is malformed or would change something, or a recording cannot be opened.
    pub fn new(definition: &Definition, options: &TransportOptions) -> Result<Self, Problem> {
        let shared = Shared {
            allow: AllowList::new(definition)?,
            recorder: Recorder::open(&definition.id, &options.recording)?,
            options: options.clone(),
        };
        let budget = Budget::new(options.concurrency, options.requests_per_second);
        let (budget, attempts) = (Arc::new(budget), options.max_attempts);
        Ok(Self { shared: Arc::new(shared), budget, cancelled: None, attempts })
    }

    /// The same for another credential: with a budget of its own and the same recording.
    #[must_use]
    pub fn for_another_credential(&self) -> Self {
        let options = self.options();
        let budget = Budget::new(options.concurrency, options.requests_per_second);
        Self { budget: Arc::new(budget), ..self.clone() }
    }

    /// The same, with calls and pauses that end at once with `cancelled` when the token is.
    #[must_use]
    pub fn cancelled_by(&self, token: &CancellationToken) -> Self {
        Self { cancelled: Some(token.clone()), ..self.clone() }
    }

    /// The same, trying each call at most so often: for callers that ask for less when an answer is
    /// too much for the provider.
    #[must_use]
    pub fn with_attempts(&self, attempts: u32) -> Self {
        Self { attempts: attempts.max(1), ..self.clone() }
    }

    /// How calls leave.
    #[must_use]
    pub fn options(&self) -> &TransportOptions {
        &self.shared.options
    }

    /// Which operations may leave.
    #[must_use]
    pub fn allow_list(&self) -> &AllowList {
        &self.shared.allow
    }

    /// Whether answers come from a recording, so that no connection is needed.
    #[must_use]
    pub fn is_replay(&self) -> bool {
        matches!(self.shared.recorder, Recorder::Read(_))
    }

    /// Takes over what an answer's headers said is left of a limit that `operation` counts against.
    pub fn saw_limit(&self, operation: &str, seen: LimitSeen) {
        self.budget.saw(operation, seen);
    }

    /// Makes one call. `attempt` performs it once and is called again when a fault may pass.
    /// `operation` must be declared; `params` is what tells this call from others of the operation
    /// (a page token, a user name) and is written into recordings, so it must hold no secret.
    ///
    /// # Errors
    /// When the operation is not declared (`operation_not_allowed`), the reading was cancelled,
    /// every attempt failed (with the last error), or a replay has no such answer.
    pub async fn call<T, F, Fut>(
        &self,
        operation: &str,
        params: &str,
        attempt: F,
    ) -> Result<T, CallError>
    where
        T: Serialize + DeserializeOwned + Send,
        F: FnMut() -> Fut + Send,
        Fut: Future<Output = Result<T, CallError>> + Send,
    {
        if !self.shared.allow.permits(operation) {
            return Err(CallError::new(
                ProblemClass::Bug,
                "operation_not_allowed",
                format!("{operation} is not among the operations this connector declares"),
            ));
        }
        match &self.shared.recorder {
            Recorder::Off => self.perform(operation, attempt).await,
            Recorder::Read(reader) => reader.next(operation, params),
            Recorder::Write(writer) => {
                let outcome = self.perform(operation, attempt).await;
                let stopped = outcome.as_ref().is_err_and(|e| e.class == ProblemClass::Cancelled);
                if !stopped {
                    writer.write(operation, params, &outcome)?;
                }
                outcome
            }
        }
    }

    async fn perform<T, F, Fut>(&self, operation: &str, attempt: F) -> Result<T, CallError>
    where
        F: FnMut() -> Fut,
        Fut: Future<Output = Result<T, CallError>>,
    {
        match &self.cancelled {
            None => self.attempts(operation, attempt).await,
            Some(token) => token
                .run_until_cancelled(self.attempts(operation, attempt))
                .await
                .unwrap_or_else(|| {
                    let class = ProblemClass::Cancelled;
                    Err(CallError::new(class, "cancelled", "the reading was stopped"))
                }),
        }
    }

    async fn attempts<T, F, Fut>(&self, operation: &str, mut attempt: F) -> Result<T, CallError>
    where
        F: FnMut() -> Fut,
        Fut: Future<Output = Result<T, CallError>>,
    {
        let options = self.options();
        let mut patience = options.max_wait;
        let mut tried = 0;
        let mut last = None;
        loop {
            let place = self.budget.place().await;
            if let Err(until) = self.budget.take(operation) {
                // Somebody else may have a budget that is not empty.
                drop(place);
                let wait = until.saturating_duration_since(Instant::now());
                if wait > patience {
                    return Err(last.unwrap_or_else(|| out_of_budget(operation, wait)));
                }
                patience -= wait;
                tokio::time::sleep_until(until).await;
                continue;
            }
            tried += 1;
            let error = match tokio::time::timeout(options.timeout, attempt()).await {
                Ok(Ok(value)) => return Ok(value),
                Ok(Err(error)) => error,
                Err(_) => timed_out(operation, options.timeout),
            };
            drop(place);
            if !error.may_pass() || tried >= self.attempts {
                return Err(error);
            }
            let wait = error.retry_after.unwrap_or_else(|| pause_before(tried + 1, options));
            if wait > patience {
                return Err(error);
            }
            if error.class == ProblemClass::RateLimited && error.retry_after.is_some() {
                self.budget.pause(wait);
            }
            tracing::debug!(
                operation,
                code = error.code,
                ?wait,
                tried,
                "call failed, trying again"
            );
            patience -= wait;
            tokio::time::sleep(wait).await;
            last = Some(error);
        }
    }
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transport").field("options", &self.shared.options).finish_non_exhaustive()
    }
}

/// Between half and the whole of the doubled pause, so that callers that failed together do not
/// come back together.
fn pause_before(attempt: u32, options: &TransportOptions) -> Duration {
    let doublings = attempt.saturating_sub(2).min(16);
    let whole = options.first_pause.saturating_mul(1 << doublings).min(options.longest_pause);
    // A new hasher has random keys: enough randomness for spreading calls.
    let random = RandomState::new().build_hasher().finish() % 1000;
    whole.mul_f64(0.5 + random as f64 / 2000.0)
}

fn timed_out(operation: &str, limit: Duration) -> CallError {
    let message = format!("{operation} did not answer within {limit:?}");
    CallError::new(ProblemClass::Transient, "timed_out", message)
}

fn out_of_budget(operation: &str, wait: Duration) -> CallError {
    CallError::new(
        ProblemClass::RateLimited,
        "out_of_budget",
        format!(
            "the limit that {operation} counts against is spent for another {} s",
            wait.as_secs()
        ),
    )
    .with_retry_after(Some(wait))
}
