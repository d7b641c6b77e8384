//! Being asked to stop: Ctrl-C, or the request to terminate.

use tokio_util::sync::CancellationToken;

use crate::output::Screen;

/// Two requests to stop.
pub(crate) struct Stop {
    /// Asked to stop: what is under way ends as it is.
    pub(crate) token: CancellationToken,
    /// Asked again.
    pub(crate) broken_off: CancellationToken,
}

/// The first request stops gracefully, the second at once.
pub(crate) fn listen(screen: &Screen, told: &'static str) -> Stop {
    let (token, broken_off) = (CancellationToken::new(), CancellationToken::new());
    let screen = screen.clone();
    let mut requests = Requests::new();
    tokio::spawn({
        let (token, broken_off) = (token.clone(), broken_off.clone());
        async move {
            requests.next().await;
            screen.warn(told);
            token.cancel();
            requests.next().await;
            broken_off.cancel();
        }
    });
    Stop { token, broken_off }
}

/// Requests from now on: one that comes before anybody waits is not lost, and does not end the
/// process.
#[cfg(unix)]
struct Requests {
    interrupt: Option<tokio::signal::unix::Signal>,
    terminate: Option<tokio::signal::unix::Signal>,
}

#[cfg(unix)]
impl Requests {
    fn new() -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        Self {
            interrupt: signal(SignalKind::interrupt()).ok(),
            terminate: signal(SignalKind::terminate()).ok(),
        }
    }

    async fn next(&mut self) {
        tokio::select! {
            () = one(&mut self.interrupt) => {}
            () = one(&mut self.terminate) => {}
        }
    }
}

#[cfg(unix)]
async fn one(signal: &mut Option<tokio::signal::unix::Signal>) {
    if let Some(signal) = signal
        && signal.recv().await.is_some()
    {
        return;
    }
    std::future::pending().await
}

#[cfg(not(unix))]
struct Requests;

#[cfg(not(unix))]
impl Requests {
    fn new() -> Self {
        Self
    }

    async fn next(&mut self) {
        drop(tokio::signal::ctrl_c().await);
    }
}
