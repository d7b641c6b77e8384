//! Logs: on standard error, without disturbing progress bars.

use std::io;

use tracing::Level;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::cli::LogFormat;
use crate::output::Screen;

/// Begins to log. Only our own crates speak: what libraries say about single calls can hold what was
/// signed, sent or answered. What matters of it comes back as an error or a problem.
pub(crate) fn begin(verbose: u8, format: LogFormat, colour: bool, screen: &Screen) {
    let ours = match verbose {
        0 => Level::WARN,
        1 => Level::INFO,
        2 => Level::DEBUG,
        _ => Level::TRACE,
    };
    let levels = Targets::new().with_default(LevelFilter::OFF).with_target("rollcall", ours);
    let writer = Writer(screen.clone());
    let registry = tracing_subscriber::registry().with(levels);
    let layer = tracing_subscriber::fmt::layer().with_writer(writer).with_ansi(colour);
    // It fails only where a subscriber is set already.
    drop(match format {
        LogFormat::Text => registry.with(layer.with_target(verbose > 1)).try_init(),
        LogFormat::Json => registry.with(layer.json()).try_init(),
    });
}

#[derive(Clone)]
struct Writer(Screen);

impl<'a> MakeWriter<'a> for Writer {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

impl io::Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write_aside(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
