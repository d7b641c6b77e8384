//! `rollcall demo`: a company of the lab, served to the real connectors, and the service on top.

mod event;
mod folder;
mod service;
mod tell;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Result;
use clap::{Args, Subcommand};
use rollcall_lab::{
    Archetype, AwsOptions, Company, DirectoryLab, DirectoryOptions, EVENTS, GitHubKeys, GitHubLab,
    GitHubOptions, Lab, Limits, ServerHandle, Spec, serve_aws, serve_directory, serve_github,
    write_files,
};
use tokio::net::TcpListener;

use crate::app::App;
use crate::commands::COMPLETE;
use crate::commands::serve::serve;
use crate::config::Config;
use crate::failure::Failure;
use crate::output::Tone;
use crate::{snapshot, stop};
use folder::{Folder, LabServers, State};

/// Where the demo listens when nobody else does.
const PORT: u16 = 7077;

#[derive(Args, Debug)]
pub(crate) struct DemoArgs {
    #[command(subcommand)]
    command: Option<DemoCommand>,
    /// The folder for the company's checkouts, the configuration and the inventory; an earlier demo
    /// there is replaced
    #[arg(long, value_name = "DIR", default_value = "rollcall-demo", global = true)]
    folder: PathBuf,
    /// Another seed is another company
    #[arg(long, value_name = "N", default_value_t = 7)]
    seed: u64,
    /// How many identities it has, from 50 on
    #[arg(long, value_name = "N", default_value_t = 400)]
    size: u64,
    /// What sort of company: startup_monorepo, regulated_bank, agent_heavy_lab
    #[arg(long, value_name = "WORD", default_value = "agent_heavy_lab")]
    archetype: Archetype,
    /// Where the service listens [default: 127.0.0.1:7077, or another port if that is taken]
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
}

#[derive(Subcommand, Debug)]
pub(crate) enum DemoCommand {
    /// Let something happen in the company of a demo that runs, and say what rollcall makes of it
    Event(event::EventArgs),
    /// Say what can happen
    Events,
}

pub(super) async fn run(app: &mut App, args: DemoArgs) -> Result<u8> {
    let folder = Folder::new(&args.folder)?;
    match args.command {
        Some(DemoCommand::Event(event)) => event::run(app, &folder, event).await,
        Some(DemoCommand::Events) => events(app),
        None => begin(app, &folder, &args).await,
    }
}

fn events(app: &mut App) -> Result<u8> {
    for (event, does) in EVENTS {
        if app.out.json() {
            app.out.object(&serde_json::json!({"event": event, "does": does}))?;
        } else {
            app.out.line(&format!("{event:<14} {does}"))?;
        }
    }
    Ok(COMPLETE)
}

/// Runs until it is asked to stop.
async fn begin(app: &mut App, folder: &Folder, args: &DemoArgs) -> Result<u8> {
    let spec = Spec { seed: args.seed, size: args.size, archetype: args.archetype, now: app.now() };
    let company = Company::generate(spec)?;
    if let Some(running) = folder.state()
        && service::Service::new(running.clone()).status().await.is_ok()
    {
        let message = format!(
            "a demo runs in {} already, at {}: stop it, or name another folder with --folder",
            folder.path().display(),
            running.api
        );
        return Err(Failure::new("demo_runs", message).into());
    }
    folder.clear()?;
    let checkouts = folder.checkouts();
    write_files(&company, &checkouts)?;
    let name = company.name.clone();
    let (lab, handles) = serve_company(company, checkouts).await?;
    folder.write(&lab, address(args.listen))?;
    let config = Arc::new(Config::load(&folder.config())?);
    app.screen.note(&format!(
        "{name}, a company of {} identities, none of it real: {}; its AWS is at {}, its GitHub at {}, its \
         Okta at {}",
        args.size,
        folder.path().display(),
        lab.aws,
        lab.github,
        lab.directory
    ));
    let stop = stop::listen(&app.screen, "stopping; Ctrl-C again stops at once");
    let step = snapshot::step(&config);
    let (state, token) = (folder.clone(), stop.token.clone());
    let (lab_url, teller) = (lab.aws, tell::Teller::new(app, folder));
    let ended = serve(app, config, Some(step), stop, move |_, listening| {
        let state_now = State { api: format!("http://{}", listening.api), lab: lab_url };
        state.remember(&state_now)?;
        tokio::spawn(token.run_until_cancelled_owned(teller.tell(state_now)));
        Ok(())
    })
    .await;
    folder.forget();
    for handle in handles {
        drop(handle.shutdown().await);
    }
    ended
}

/// Serves a company as AWS, as GitHub and as a directory. What happens to one happens to all.
async fn serve_company(
    company: Company,
    checkouts: PathBuf,
) -> Result<(LabServers, Vec<ServerHandle>)> {
    let listener = || TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
    let github_key = GitHubKeys::generate()?;
    let options = GitHubOptions {
        limits: Limits::none(),
        app_key: Some(github_key.clone()),
        ..GitHubOptions::default()
    };
    let github = Arc::new(GitHubLab::new(company.clone(), options));
    let directory = Arc::new(DirectoryLab::new(company.clone(), DirectoryOptions::default()));
    let (github_app, directory_token) = (github.keys().app_id, directory.token().to_owned());
    let options = AwsOptions { patience: 0, ..AwsOptions::default() };
    let lab = Lab::new(company, options, Some(checkouts)).beside(Arc::clone(&directory));
    let aws = serve_aws(Arc::new(lab), listener().await?)?;
    let github = serve_github(github, listener().await?)?;
    let directory = serve_directory(directory, listener().await?)?;
    let servers = LabServers {
        aws: aws.url(),
        github: github.url(),
        github_app,
        github_key,
        directory: directory.url(),
        directory_token,
    };
    Ok((servers, vec![aws, github, directory]))
}

/// The address asked for; else the usual port, or any where that is taken.
fn address(wanted: Option<SocketAddr>) -> SocketAddr {
    let usual = SocketAddr::from((Ipv4Addr::LOCALHOST, PORT));
    let is_free = || std::net::TcpListener::bind(usual).is_ok();
    match wanted {
        Some(address) => address,
        None if is_free() => usual,
        None => SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
    }
}

/// No demo runs in a folder.
fn not_running(folder: &Folder) -> Failure {
    let message = format!(
        "no demo runs in {}: start one with `rollcall demo`, in another terminal, and leave it running \
         (--folder names another folder)",
        folder.path().display()
    );
    Failure::new("no_demo", message)
}

/// A number with what it counts, the number in a column of its own.
fn counted(app: &mut App, tone: Tone, number: u64, what: &str) -> Result<()> {
    app.out.say(tone, &format!("  {number:>6} {what}"))
}
