//! The connector: configuration and sessions held together, streams handed out.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_sdk_iam as iam;
use aws_sdk_organizations as organizations;
use futures::future::BoxFuture;
use futures::{FutureExt as _, TryStreamExt as _, stream};
use rollcall_connector::transport::{Transport, TransportOptions};
use rollcall_connector::{
    AccessDocument, CheckReport, Connector, ConnectorContext, Definition, Emitter, SyncRequest,
};
use rollcall_model::{Listing, ProblemClass, ScopeKey, Timestamp, Visibility};
use rollcall_record::{Problem, ScopeStarted};
use serde_json::Value;
use tokio::sync::OnceCell;

use crate::census::Census;
use crate::client::Account;
use crate::config::Config;
use crate::definition::{Stream, definition, stream as find_stream};
use crate::guard::Guard;
use crate::map::Realm;
use crate::map::account::is_closed;
use crate::reading::Reading;
use crate::session::{self, Base};
use crate::shapes::Member;
use crate::streams::{self, Began};

/// How many accounts are read at once.
pub(crate) const ACCOUNTS_AT_ONCE: usize = 8;

/// A door to an account: opened once a run, and shut once a run too.
type Door = Arc<OnceCell<Result<Arc<Account>, Problem>>>;

/// The AWS connector. What it learns about sessions and accounts lasts as long as it does, which is
/// one run.
pub struct Aws {
    pub(crate) config: Config,
    pub(crate) guard: Guard,
    definition: Definition,
    transport: Transport,
    sdk: Option<SdkConfig>,
    base: OnceCell<Base>,
    census: OnceCell<Census>,
    doors: Mutex<HashMap<String, Door>>,
}

/// Makes the connector from a source's configuration.
///
/// # Errors
/// When the configuration cannot work, or a recording cannot be opened.
pub fn build(config: &Value, context: &ConnectorContext) -> Result<Arc<dyn Connector>, Problem> {
    Ok(Arc::new(Aws::new(Config::parse(config)?, None, &context.transport)?))
}

impl Aws {
    /// The connector over a given SDK configuration, whose HTTP client may answer from memory.
    /// Without one the SDK's usual chain is loaded at the first call.
    ///
    /// # Errors
    /// When a recording cannot be opened.
    pub fn new(
        config: Config,
        sdk: Option<SdkConfig>,
        options: &TransportOptions,
    ) -> Result<Self, Problem> {
        let definition = definition();
        let mut options = options.clone();
        options.concurrency = config.concurrency.unwrap_or(options.concurrency);
        let transport = Transport::new(&definition, &options)?;
        let guard = Guard::new(&definition, options.max_body_bytes);
        Ok(Self {
            config,
            guard,
            definition,
            transport,
            sdk,
            base: OnceCell::new(),
            census: OnceCell::new(),
            doors: Mutex::default(),
        })
    }

    /// Adds to the settings of an IAM client what every client of the connector has: it refuses,
    /// before anything leaves, what the connector did not declare.
    #[must_use]
    pub fn guarded(&self, settings: iam::config::Builder) -> iam::config::Builder {
        settings.interceptor(self.guard.clone())
    }

    /// The session that everything starts from.
    pub(crate) async fn base(&self) -> Result<&Base, Problem> {
        self.base
            .get_or_try_init(|| async {
                let sdk = match &self.sdk {
                    Some(sdk) => sdk.clone(),
                    None => session::load(&self.config, self.transport.options()).boxed().await?,
                };
                session::open(&self.config, sdk, &self.guard, &self.transport).boxed().await
            })
            .await
    }

    /// Which accounts there are.
    pub(crate) async fn census(&self) -> Result<&Census, Problem> {
        let base = self.base().await?;
        let count = || async {
            if self.config.organization {
                let settings = organizations::config::Builder::from(&base.sdk)
                    .interceptor(self.guard.clone())
                    .build();
                let client = organizations::Client::from_conf(settings);
                Census::of_organization(base, &client, &self.transport).boxed().await
            } else {
                let named = self.config.accounts.clone();
                Census::of_configuration(named.unwrap_or_else(|| vec![base.account.clone()]))
            }
        };
        Ok(self.census.get_or_init(count).await)
    }

    /// The accounts to read. Where the organisation did not tell all of its accounts, those that
    /// the configuration names are among them.
    pub(crate) async fn targets(&self) -> Result<Vec<Member>, Problem> {
        let census = self.census().await?;
        let mut members = census.members.clone();
        if census.gap.is_some() {
            let named = self.config.accounts.iter().flatten();
            members.extend(named.map(|id| Member { id: id.clone(), ..Member::default() }));
            members.sort_by(|a, b| (&a.id, b.arn.is_some()).cmp(&(&b.id, a.arn.is_some())));
            members.dedup_by(|a, b| a.id == b.id);
        }
        members.retain(|m| self.config.wants(&m.id));
        Ok(members)
    }

    /// A session in an account, opened once a run.
    ///
    /// # Errors
    /// When its role cannot be assumed.
    pub(crate) async fn open(&self, id: &str) -> Result<Arc<Account>, Problem> {
        let door = {
            let mut doors = self.doors.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(doors.entry(id.to_owned()).or_default())
        };
        door.get_or_init(|| async { self.connect(id).await.map(Arc::new) }).await.clone()
    }

    async fn connect(&self, id: &str) -> Result<Account, Problem> {
        let base = self.base().await?;
        let realm = Realm::new(&base.partition, id);
        let transport = self.transport.for_another_credential();
        if id == base.account {
            return Ok(Account::new(realm, &base.sdk, self.guard.clone(), transport));
        }
        let role =
            format!("arn:{}:iam::{id}:role/{}", base.partition, self.config.member_role_name);
        let sdk = session::assume(&base.sdk, &role, &self.config, &self.guard, &self.transport)
            .boxed()
            .await
            .map_err(|e| {
                let message = format!(
                    "account {id} cannot be entered, {role} could not be assumed: {}",
                    e.message
                );
                Problem { message, ..e.into_problem("aws:sts:AssumeRole") }
                    .hides(format!("everything in account {id}"))
            })?;
        Ok(Account::new(realm, &sdk, self.guard.clone(), transport))
    }

    async fn read(&self, request: &SyncRequest, out: &Emitter) -> Result<(), Problem> {
        let Some(stream) = find_stream(&request.stream) else {
            let message = format!("aws has no stream {:?}", request.stream);
            return Err(Problem::new(ProblemClass::Bug, "unknown_stream", message));
        };
        if !self.config.reads(stream.name) {
            return Ok(());
        }
        if stream.name == "accounts" {
            return streams::read_accounts(self, out).await;
        }
        let began = Began::new(request.now);
        if self.census().await?.gap.is_some() {
            let message =
                "not every account of the organisation is known; the stream accounts says why";
            let problem = Problem::new(ProblemClass::Permission, "accounts_unknown", message);
            out.problem(problem.in_stream(stream.name)).await?;
        }
        stream::iter(self.targets().await?.into_iter().map(Ok))
            .try_for_each_concurrent(ACCOUNTS_AT_ONCE, |member| {
                self.read_account(stream, member, began, out).boxed()
            })
            .await
    }

    /// Reads one stream of one account. A fault ends the account's scope, never the others'.
    async fn read_account(
        &self,
        stream: &Stream,
        member: Member,
        began: Began,
        out: &Emitter,
    ) -> Result<(), Problem> {
        let scope = ScopeKey::realm(stream.name, &member.id);
        if out.already_read(&scope) {
            return Ok(());
        }
        let partition = &self.base().await?.partition;
        let parent = Realm::new(partition, &member.id).account_key().ok();
        let started =
            ScopeStarted { scope, parent, listing: Listing::Full, visibility: visibility(stream) };
        let guard = out.scope(started).await?;
        if is_closed(member.state.as_deref()) {
            let state = member.state.as_deref().unwrap_or_default();
            let message = format!("the account's state is {state}; nobody can enter it");
            return guard
                .fail(Problem::new(ProblemClass::Unsupported, "account_closed", message))
                .await;
        }
        let account = match self.open(&member.id).await {
            Ok(account) => account,
            // The accounts stream tells the whole story, once.
            Err(problem) if self.config.reads("accounts") => {
                let message = "the account cannot be entered; the stream accounts says why";
                return guard
                    .fail(Problem::new(problem.class, "account_unreachable", message))
                    .await;
            }
            Err(problem) => return guard.fail(problem).await,
        };
        let mut reading = Reading::new(guard);
        match streams::read(stream, &account, &self.config, began, &mut reading).boxed().await {
            Ok(()) => reading.finish().await,
            Err(problem) if problem.class == ProblemClass::Cancelled => Err(problem),
            Err(problem) => reading.fail(problem).await,
        }
    }
}

/// What a scope of a stream could see: IAM answers a call whole or not at all, so it is the calls
/// themselves and what was asked of them.
fn visibility(stream: &Stream) -> Visibility {
    let operations = stream.permissions.iter().map(|p| format!("aws:{p}"));
    let filters =
        if stream.name == "authorization-details" { &crate::api::FILTERS[..] } else { &[] };
    Visibility::of(operations.chain(filters.iter().map(|f| format!("filter:{}", f.as_str()))))
}

#[async_trait]
impl Connector for Aws {
    fn definition(&self) -> &Definition {
        &self.definition
    }

    async fn check(&self, _now: Timestamp) -> Result<CheckReport, Problem> {
        crate::check::check(self).await
    }

    async fn sync(&self, request: SyncRequest, out: Emitter) -> Result<(), Problem> {
        let stop = out.cancelled().clone();
        let reading: BoxFuture<'_, _> = self.read(&request, &out).boxed();
        let read = stop.run_until_cancelled(reading).await;
        read.unwrap_or_else(|| {
            Err(Problem::new(ProblemClass::Cancelled, "cancelled", "the reading was stopped"))
        })
    }

    fn access(&self, format: &str) -> Result<Vec<AccessDocument>, Problem> {
        crate::access::documents(&self.config, format)
    }
}
