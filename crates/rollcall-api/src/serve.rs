//! Listening, until told to stop.

use std::io;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// How long requests under way may go on after the server was told to stop.
const DRAIN: Duration = Duration::from_secs(10);

/// Answers on a listener until it is told to stop; then what was asked already is answered, within
/// bounds.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    stop: CancellationToken,
) -> io::Result<()> {
    let asked = stop.clone();
    let serving = axum::serve(listener, router)
        .with_graceful_shutdown(async move { asked.cancelled().await });
    let drained = async {
        stop.cancelled().await;
        tokio::time::sleep(DRAIN).await;
    };
    tokio::select! {
        ended = serving => ended,
        () = drained => Ok(()),
    }
}
