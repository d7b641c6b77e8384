//! `rollcall-lab`: serves a made-up company, so that there is something to read that is nobody's.

mod serve;

use std::io::Write as _;

use anyhow::Result;
use clap::Parser as _;

#[tokio::main]
async fn main() -> Result<()> {
    let options = serve::Options::parse();
    let served = serve::serve(&options).await?;
    let mut out = std::io::stdout().lock();
    out.write_all(served.text.as_bytes())?;
    out.flush()?;
    drop(out);
    tokio::signal::ctrl_c().await?;
    served.stop().await
}
