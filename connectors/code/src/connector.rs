//! The connector: one scan for the streams of a run.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use rollcall_connector::{
    AccessDocument, CheckReport, Connector, Definition, Emitter, PermissionCheck, PermissionState,
    SyncRequest,
};
use rollcall_model::{ProblemClass, Timestamp};
use rollcall_record::Problem;
use tokio::sync::OnceCell;

use crate::config::Config;
use crate::homes::{self, HomeScan};
use crate::scan::Scan;
use crate::{access, definition, streams};

pub(crate) struct CodeConnector {
    definition: Definition,
    inner: Arc<Inner>,
    scan: OnceCell<Arc<Scan>>,
    homes: OnceCell<Arc<Vec<HomeScan>>>,
    histories: OnceCell<()>,
}

/// What work on other threads needs.
pub(crate) struct Inner {
    pub(crate) config: Config,
    key: [u8; 32],
    /// Set when a reading was stopped in the middle of work that does not wait.
    pub(crate) stop: AtomicBool,
}

impl Drop for Inner {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.key);
    }
}

impl CodeConnector {
    pub(crate) fn new(config: Config, key: [u8; 32]) -> Self {
        Self {
            definition: definition(),
            inner: Arc::new(Inner { config, key, stop: AtomicBool::new(false) }),
            scan: OnceCell::new(),
            homes: OnceCell::new(),
            histories: OnceCell::new(),
        }
    }

    /// Does blocking work on a thread of its own, and gives up waiting when the reading is stopped.
    async fn blocking<T: Send + 'static>(
        &self,
        out: &Emitter,
        work: impl FnOnce(&Inner) -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let inner = Arc::clone(&self.inner);
        let task = tokio::task::spawn_blocking(move || work(&inner));
        tokio::select! {
            done = task => done.map_err(|error| {
                Problem::new(ProblemClass::Bug, "scan_failed", format!("the scan ended early: {error}"))
            }),
            () = out.cancelled().cancelled() => {
                self.inner.stop.store(true, Ordering::Relaxed);
                Err(Problem::new(ProblemClass::Cancelled, "cancelled", "the reading was stopped"))
            }
        }
    }

    async fn scan(&self, out: &Emitter) -> Result<&Arc<Scan>, Problem> {
        self.scan
            .get_or_try_init(|| async {
                let work =
                    |inner: &Inner| Arc::new(Scan::run(&inner.config, &inner.key, &inner.stop));
                self.blocking(out, work).await
            })
            .await
    }

    /// The scan with the history of every repository read.
    async fn scan_with_histories(&self, out: &Emitter) -> Result<&Arc<Scan>, Problem> {
        let scan = self.scan(out).await?;
        self.histories
            .get_or_try_init(|| async {
                let scan = Arc::clone(scan);
                self.blocking(out, move |inner: &Inner| {
                    scan.read_histories(&inner.config, &inner.stop)
                })
                .await
            })
            .await?;
        Ok(scan)
    }

    async fn home_scans(&self, out: &Emitter) -> Result<&Arc<Vec<HomeScan>>, Problem> {
        self.homes
            .get_or_try_init(|| async {
                let work = |inner: &Inner| Arc::new(homes::scan(&inner.config, &inner.key));
                self.blocking(out, work).await
            })
            .await
    }
}

#[async_trait]
impl Connector for CodeConnector {
    fn definition(&self) -> &Definition {
        &self.definition
    }

    async fn check(&self, _now: Timestamp) -> Result<CheckReport, Problem> {
        let config = &self.inner.config;
        let mut report = CheckReport::default();
        let roots =
            config.roots.iter().map(|path| (path, "repositories", "every checkout below it"));
        let homes = config.homes.iter().map(|path| (path, "home", "the agent configuration in it"));
        for (path, stream, hides) in roots.chain(homes) {
            let readable = std::fs::read_dir(path);
            report.permissions.push(PermissionCheck {
                stream: stream.to_owned(),
                realm: path.display().to_string(),
                permission: "read the folder".to_owned(),
                state: if readable.is_ok() {
                    PermissionState::Granted
                } else {
                    PermissionState::Denied
                },
                detail: readable.as_ref().err().map(|error| error.kind().to_string()),
                hides: readable.is_err().then(|| hides.to_owned()),
            });
        }
        if !config.history {
            report.warnings.push("history is off: nothing says who last changed a file".to_owned());
        }
        Ok(report)
    }

    async fn sync(&self, request: SyncRequest, out: Emitter) -> Result<(), Problem> {
        let inner = &self.inner;
        match request.stream.as_str() {
            "repositories" => {
                let scan = self.scan(&out).await?;
                streams::repositories(scan, &inner.config, &out).await
            }
            "files" => {
                let scan = self.scan_with_histories(&out).await?;
                streams::files(scan, inner, &out).await
            }
            "declarations" => {
                let scan = self.scan_with_histories(&out).await?;
                streams::declarations(scan, inner, &out).await
            }
            "home" => {
                let homes = self.home_scans(&out).await?;
                streams::home(homes, &inner.config, &out).await
            }
            other => Err(Problem::new(
                ProblemClass::Config,
                "no_such_stream",
                format!("there is no stream {other:?}"),
            )),
        }
    }

    fn access(&self, format: &str) -> Result<Vec<AccessDocument>, Problem> {
        access::documents(format, &self.inner.config)
    }
}
