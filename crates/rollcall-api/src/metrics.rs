//! Metrics in the text form of OpenMetrics, which Prometheus reads.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric, text::encode};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::{ConstCounter, Counter};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use crate::App;
use crate::answer::age;

type Labels = Vec<(&'static str, String)>;

/// Upper bounds of the buckets of request times, in seconds.
const BUCKETS: [f64; 10] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0];

/// What is counted by requests; the rest is read when it is asked for.
pub(crate) struct Metrics {
    requests: Family<Labels, Counter>,
    times: Family<Labels, Histogram, fn() -> Histogram>,
}

fn histogram() -> Histogram {
    Histogram::new(BUCKETS)
}

impl Metrics {
    pub(crate) fn new() -> Self {
        Self {
            requests: Family::default(),
            times: Family::new_with_constructor(histogram as fn() -> Histogram),
        }
    }

    fn count(&self, route: &str, method: &str, status: u16, took: Duration) {
        let labels = vec![
            ("route", route.to_owned()),
            ("method", method.to_owned()),
            ("status", status.to_string()),
        ];
        self.requests.get_or_create(&labels).inc();
        let labels = vec![("route", route.to_owned())];
        self.times.get_or_create(&labels).observe(took.as_secs_f64());
    }
}

/// Counts a request under the route that took it.
pub(crate) async fn count(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    // A method of somebody's invention must not become a label of its own.
    let method = match request.method().as_str() {
        known @ ("GET" | "HEAD" | "POST") => known.to_owned(),
        _ => "other".to_owned(),
    };
    let began = tokio::time::Instant::now();
    let response = next.run(request).await;
    let route = route.as_deref().unwrap_or("none");
    app.metrics.count(route, &method, response.status().as_u16(), began.elapsed());
    response
}

/// All metrics as text.
pub(crate) fn text(app: &Arc<App>) -> Result<String, fmt::Error> {
    let mut registry = Registry::with_prefix("rollcall");
    registry.register("http_requests", "Requests answered", app.metrics.requests.clone());
    registry.register("http_request_seconds", "How long answers took", app.metrics.times.clone());
    registry.register_collector(Box::new(Now(Arc::clone(app))));
    let mut text = String::new();
    encode(&mut text, &registry)?;
    Ok(text)
}

/// What is as it is when it is asked for.
struct Now(Arc<App>);

impl fmt::Debug for Now {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Now")
    }
}

impl prometheus_client::collector::Collector for Now {
    fn encode(&self, encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        Written(encoder).all(&self.0)
    }
}

struct Written<'e>(DescriptorEncoder<'e>);

impl Written<'_> {
    fn gauge(&mut self, name: &str, help: &str, value: i64) -> fmt::Result {
        let metric = ConstGauge::new(value);
        metric.encode(self.0.encode_descriptor(name, help, None, metric.metric_type())?)
    }

    fn counter(&mut self, name: &str, help: &str, value: u64) -> fmt::Result {
        let metric = ConstCounter::new(value);
        metric.encode(self.0.encode_descriptor(name, help, None, metric.metric_type())?)
    }

    fn gauges(&mut self, name: &str, help: &str, values: Vec<(Labels, i64)>) -> fmt::Result {
        let mut out = self.0.encode_descriptor(name, help, None, MetricType::Gauge)?;
        for (labels, value) in values {
            ConstGauge::new(value).encode(out.encode_family(&labels)?)?;
        }
        Ok(())
    }

    fn counters(&mut self, name: &str, help: &str, values: Vec<(Labels, u64)>) -> fmt::Result {
        let mut out = self.0.encode_descriptor(name, help, None, MetricType::Counter)?;
        for (labels, value) in values {
            ConstCounter::new(value).encode(out.encode_family(&labels)?)?;
        }
        Ok(())
    }

    fn all(&mut self, app: &App) -> fmt::Result {
        let (published, now) = (&app.service.published, app.service.clock.now());
        let state = published.state();
        if let Some(shown) = published.shown() {
            let snapshot = &shown.snapshot;
            let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
            self.gauge(
                "snapshot_sequence",
                "Last publication that is shown",
                shown.position.sequence,
            )?;
            self.gauge("snapshot_entities", "Entities and stubs", count(snapshot.node_count()))?;
            self.gauge("snapshot_relations", "Relations", count(snapshot.relation_count()))?;
            self.scopes(app)?;
        }
        if let Some(at) = state.current_at {
            let help = "Seconds since the store was last found to say no more than is shown";
            self.gauge("snapshot_age_seconds", help, age(at, now))?;
        }
        self.counter("snapshot_swaps", "Snapshots swapped in", state.swaps)?;
        let help = "Attempts to follow the store that failed";
        self.counter("follower_failures", help, state.failures)?;
        let waiting = i64::try_from(app.service.queue.len()).unwrap_or(i64::MAX);
        self.gauge("queue_length", "Readings that were asked for and wait", waiting)?;
        self.sources(app)
    }

    /// Scopes that are not known to be current, and how old the oldest is that is, by source.
    fn scopes(&mut self, app: &App) -> fmt::Result {
        let Some(shown) = app.service.published.shown() else { return Ok(()) };
        let now = app.service.clock.now();
        let mut gaps = std::collections::BTreeMap::new();
        let mut oldest = std::collections::BTreeMap::new();
        for scope in shown.snapshot.scopes() {
            let gap = scope.state != Some(rollcall_model::ScopeState::Complete);
            *gaps.entry(&scope.source).or_insert(0_i64) += i64::from(gap);
            if let Some(at) = scope.complete_at {
                let age = age(at, now);
                let entry = oldest.entry(&scope.source).or_insert(age);
                *entry = age.max(*entry);
            }
        }
        let of = |values: std::collections::BTreeMap<&String, i64>| {
            let labels = |source: &String| vec![("source", source.clone())];
            values.into_iter().map(|(source, value)| (labels(source), value)).collect()
        };
        let help = "Scopes that were not read to their end at the last attempt";
        self.gauges("scope_gaps", help, of(gaps))?;
        let help = "Seconds since the scope that waits longest was last read to its end";
        self.gauges("last_complete_age_seconds", help, of(oldest))
    }

    fn sources(&mut self, app: &App) -> fmt::Result {
        let sources = app.service.board.all();
        let readings = sources.iter().flat_map(|(name, state)| {
            state.readings.iter().map(move |(word, count)| {
                (vec![("source", name.clone()), ("state", (*word).to_owned())], *count)
            })
        });
        let help = "Readings by this process, by how they ended";
        self.counters("readings", help, readings.collect())?;
        let running = sources.iter().map(|(name, state)| {
            (vec![("source", name.clone())], i64::from(state.running_since.is_some()))
        });
        self.gauges("reading", "Whether this process reads the source now", running.collect())
    }
}
