//! Holding the lease of a stream while it is read.

use std::sync::Arc;
use std::time::Duration;

use rollcall_store::{Lease, SourceId, Store, StoreError};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// The life of a lease in seconds; renewed at a third of it.
const LIFE: i64 = 60;

/// A lease that renews itself until it is given back. When it is lost, the reading is cancelled.
pub(crate) struct Held {
    lease: Lease,
    renewal: JoinHandle<()>,
}

/// A process as the holder of leases.
#[derive(Clone, Copy, Debug)]
pub struct Process {
    /// Whether the process that wrote this holder is known to have ended, as after a kill, so that
    /// its leases need not run out first. A holder that cannot be judged is alive.
    pub has_ended: fn(holder: &str) -> bool,
}

/// Takes the lease of a stream. `None`: another process reads it.
pub(crate) async fn hold(
    store: &Arc<dyn Store>,
    source: SourceId,
    stream: &str,
    holder: &str,
    process: Option<Process>,
    lost: CancellationToken,
) -> Result<Option<Held>, StoreError> {
    let mut lease = store.lease(source, stream, holder, LIFE).await?;
    if lease.is_none()
        && let Some(process) = process
        && let Some(holder_before) = store.lease_holder(source, stream).await?
        && (process.has_ended)(&holder_before)
    {
        let stream_name = stream.to_owned();
        store.release(&Lease { source, stream: stream_name, holder: holder_before }).await?;
        lease = store.lease(source, stream, holder, LIFE).await?;
    }
    let Some(lease) = lease else { return Ok(None) };
    let renewal = tokio::spawn({
        let (store, lease) = (Arc::clone(store), lease.clone());
        async move {
            loop {
                tokio::time::sleep(Duration::from_secs((LIFE / 3).unsigned_abs())).await;
                // A store that cannot be asked just now is asked again at the next third.
                if matches!(store.renew(&lease, LIFE).await, Ok(false)) {
                    lost.cancel();
                    return;
                }
            }
        }
    });
    Ok(Some(Held { lease, renewal }))
}

impl Held {
    /// Gives the lease back.
    pub(crate) async fn release(self, store: &Arc<dyn Store>) -> Result<(), StoreError> {
        self.renewal.abort();
        store.release(&self.lease).await
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.renewal.abort();
    }
}
