//! `rollcall serve`.

mod sources;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use clap::Args;
use rollcall_api::{Collecting, Settings};
use rollcall_engine::{
    Board, Collector, Follower, Hooks, Published, Queue, Reader, Refresher, Service, Step,
    SyncOptions, Worker,
};
use rollcall_store_sql::OpenMode;
use secrecy::SecretString;
use serde::Serialize;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::app::{App, VERSION};
use crate::commands::COMPLETE;
use crate::commands::sync::Report;
use crate::config::Config;
use crate::failure::Failure;
use crate::output::{Tone, text};
use crate::secret::{Context, Reference};
use crate::stop::Stop;
use crate::{key, process, snapshot, stop};
use sources::ConfiguredSources;

/// How often the store is asked for what others have published.
const FOLLOW_EVERY: Duration = Duration::from_secs(1);
/// How far behind answers may be before `/readyz` says so.
const MOST_LAG: Duration = Duration::from_secs(60);
/// How long a request may take.
const REQUEST_LIMIT: Duration = Duration::from_secs(30);

#[derive(Args, Debug)]
pub(crate) struct ServeArgs {
    /// Where to listen, in place of what the configuration says; port 0 takes one that is free
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
}

/// Where a service listens.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Listening {
    /// The API.
    pub(crate) api: SocketAddr,
    /// The entry for webhooks, where it is on.
    pub(crate) hooks: Option<SocketAddr>,
}

/// What is printed when the service can be asked.
#[derive(Serialize)]
struct View {
    event: &'static str,
    url: String,
    hooks: Option<String>,
    store: String,
    /// Whether requests need the token.
    token: bool,
    sources: Vec<SourceView>,
}

#[derive(Serialize)]
struct SourceView {
    source: String,
    kind: String,
    /// Null where another machine pushes it.
    schedule: Option<String>,
}

pub(super) async fn run(app: &mut App, args: ServeArgs) -> Result<u8> {
    let mut config = app.config()?;
    if let Some(address) = args.listen {
        config.server.listen = address;
    }
    let stop = stop::listen(&app.screen, "stopping; Ctrl-C again stops at once");
    let config = Arc::new(config);
    let told = Arc::clone(&config);
    let step = snapshot::step(&config);
    serve(app, config, Some(step), stop, |app, listening| print(app, &told, listening)).await
}

/// Runs the service of a configuration until it is asked to stop. `step` computes what is shown
/// besides what was collected; `ready` is called once the service can be asked.
///
/// # Errors
/// When the configuration is wrong, the store cannot be opened, an address cannot be listened on, or
/// a second request to stop came.
pub(in crate::commands) async fn serve(
    app: &mut App,
    config: Arc<Config>,
    step: Option<Step>,
    stop: Stop,
    ready: impl FnOnce(&mut App, &Listening) -> Result<()>,
) -> Result<u8> {
    let broken_off = stop.broken_off.clone();
    tokio::select! {
        ended = until_stopped(app, config, step, stop.token, ready) => ended,
        () = broken_off.cancelled() => {
            let message = "broken off; what was published before is intact, and the next reading goes on from there";
            Err(Failure::new("broken_off", message).into())
        }
    }
}

async fn until_stopped(
    app: &mut App,
    config: Arc<Config>,
    step: Option<Step>,
    stop: CancellationToken,
    ready: impl FnOnce(&mut App, &Listening) -> Result<()>,
) -> Result<u8> {
    let token = token(&config).await?;
    let address = app.store_address(&config).await?;
    let literal_key = key::load_or_make(&key::file(&config, &address))?;
    let sources = Arc::new(ConfiguredSources::new(Arc::clone(&config), literal_key).await?);
    let store = app.store(&config, OpenMode::Write).await?;
    let names: Vec<String> = config.sources.iter().map(|source| source.name.clone()).collect();
    for name in store.abandon_others(&names, app.now()).await? {
        let shown = text::shell_word(&name);
        app.screen.warn(&format!(
            "source {name} is no longer configured: what it said stays and counts as a gap; \
             `rollcall source forget {shown}` lets go of it"
        ));
    }
    let listener = listen(config.server.listen).await?;
    let hooks_listener = match config.server.hooks {
        Some(address) => Some(listen(address).await?),
        None => None,
    };
    let listening = Listening {
        api: listener.local_addr()?,
        hooks: hooks_listener.as_ref().map(TcpListener::local_addr).transpose()?,
    };

    let service = Service {
        published: Published::new(),
        board: Arc::new(Board::default()),
        queue: Arc::new(Queue::default()),
        clock: Arc::clone(&app.clock),
    };
    let follower = Follower {
        store: Arc::clone(&store),
        schema: Arc::new(snapshot::schema()),
        cache: snapshot::cache(&address),
        step,
        clock: Arc::clone(&app.clock),
        published: Arc::clone(&service.published),
        every: FOLLOW_EVERY,
    };
    let options = SyncOptions {
        version: VERSION.to_owned(),
        holder: process::name(),
        process: Some(process::judge()),
        ..SyncOptions::default()
    };
    let collecting = Collecting {
        tokens: sources.collect_tokens().await?,
        collector: Arc::new(Collector::new(
            sources.pushed(),
            Arc::clone(&store),
            Arc::clone(&app.clock),
            (Arc::clone(&service.board), Arc::clone(&service.published)),
            options.clone(),
            Arc::new(|collected| {
                serde_json::to_value(Report::collected(collected)).unwrap_or_default()
            }),
            stop.clone(),
        )),
    };
    let collector = Arc::clone(&collecting.collector);
    let reader = Reader {
        store: Arc::clone(&store),
        clock: Arc::clone(&app.clock),
        sources: sources.clone(),
        published: Arc::clone(&service.published),
        options,
    };
    let refresher = Refresher { reader: reader.clone(), queue: Arc::default() };
    let (queue, refreshes) = (Arc::clone(&service.queue), Arc::clone(&refresher.queue));
    let hooks = Hooks::new(sources, queue, refreshes, Arc::clone(&app.clock));
    let (board, queue) = (Arc::clone(&service.board), Arc::clone(&service.queue));
    let worker = Worker { reader, board, queue };
    worker.announce();
    let settings = Settings {
        address: listening.api,
        hosts: config.server.hosts.clone(),
        token,
        timeout: REQUEST_LIMIT,
        most_lag: MOST_LAG,
    };
    let router = rollcall_api::router(service, Some(collecting), settings);

    // Stopped one after the other: work first, so that what it published is still followed and
    // answered, the snapshot's file last.
    let (answers, following) = (CancellationToken::new(), CancellationToken::new());
    let working = tokio::spawn(worker.run(stop.clone()));
    let refreshing = tokio::spawn(refresher.run(stop.clone()));
    let followed = tokio::spawn(follower.run(following.clone()));
    let mut serving = JoinSet::new();
    serving.spawn(rollcall_api::serve(listener, router, answers.clone()));
    if let Some(listener) = hooks_listener {
        let router = rollcall_api::hooks_router(Arc::new(hooks));
        serving.spawn(rollcall_api::serve(listener, router, answers.clone()));
    }
    ready(app, &listening)?;
    let ended_by_itself = tokio::select! {
        () = stop.cancelled() => None,
        ended = serving.join_next() => ended,
    };
    stop.cancel();
    // A task that panicked was logged; the others end all the same.
    drop(working.await);
    drop(refreshing.await);
    collector.finished().await;
    answers.cancel();
    while serving.join_next().await.is_some() {}
    following.cancel();
    drop(followed.await);
    store.close().await;
    match ended_by_itself {
        Some(Ok(Err(error))) => Err(error.into()),
        Some(Err(error)) => Err(error.into()),
        _ => Ok(COMPLETE),
    }
}

/// The token of the API. Without one, only this machine may ask.
async fn token(config: &Config) -> Result<Option<SecretString>> {
    let Some(text) = &config.server.token else {
        let address = config.server.listen;
        if address.ip().is_loopback() {
            return Ok(None);
        }
        let message = format!(
            "{address} can be reached from other machines, and nothing asks who does; write \
             token = \"env:ROLLCALL_TOKEN\" under [server] and set that variable to a long random text \
             (`openssl rand -hex 32`), or listen on 127.0.0.1"
        );
        return Err(Failure::new("no_token", message).into());
    };
    let context = Context::new(&config.folder, config.transport.options()?);
    Ok(Some(secret(text, "token in [server]", &context).await?))
}

/// The secret behind a reference, which was looked at when the configuration was read.
async fn secret(text: &str, what: &str, context: &Context) -> Result<SecretString> {
    match Reference::parse(text) {
        Some(Ok(reference)) => reference.resolve(what, context).await,
        _ => Err(Failure::new("bad_reference", format!("{what} is no reference")).into()),
    }
}

async fn listen(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|error| {
        let message = format!(
            "cannot listen on {address}: {error}; `listen` in [server] or --listen says where"
        );
        Failure::new("listen", message).into()
    })
}

/// One screen: where it is and how to ask it.
fn print(app: &mut App, config: &Config, listening: &Listening) -> Result<()> {
    let url = format!("http://{}", listening.api);
    let view = View {
        event: "listening",
        hooks: listening.hooks.map(|address| format!("http://{address}/hooks/")),
        store: config.store.url.clone(),
        token: config.server.token.is_some(),
        sources: config
            .sources
            .iter()
            .map(|source| SourceView {
                source: source.name.clone(),
                kind: source.kind.clone(),
                schedule: (!source.is_pushed()).then(|| source.schedule.to_string()),
            })
            .collect(),
        url,
    };
    if app.out.json() {
        app.out.object(&view)?;
        return app.out.flush();
    }
    let url = &view.url;
    app.out.say(Tone::Good, &format!("listening on {url}"))?;
    if let Some(hooks) = &view.hooks {
        app.out.line(&format!("webhooks at  {hooks}SOURCE"))?;
    }
    if view.sources.is_empty() {
        app.out.say(Tone::Warn, "no source is configured: nothing will be read")?;
    }
    for source in &view.sources {
        let when = match &source.schedule {
            Some(schedule) => format!("read every {schedule}").replace("every 0", "at 0"),
            None => "pushed by `rollcall collect`".to_owned(),
        };
        app.out.line(&format!("  {} ({}): {when}", source.source, source.kind))?;
    }
    let token = if view.token { "-H \"Authorization: Bearer $ROLLCALL_TOKEN\" " } else { "" };
    app.out.line("ask it:")?;
    for path in ["status", "count?q=class:agent", "entities?q=class:agent&limit=5"] {
        app.out.line(&format!("  curl -s {token}'{url}/api/v1/{path}'"))?;
    }
    app.out.say(Tone::Quiet, &format!("everything it answers: {url}/api/openapi.json"))?;
    app.out.flush()
}
