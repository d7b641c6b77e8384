//! The routes. A new one is a file with its handler, its parameters and its views, and one line here.

mod collect;
mod complete;
mod count;
mod coverage;
mod entities;
mod entity;
mod facets;
mod health;
pub(crate) mod hooks;
mod neighbours;
mod path;
mod reach;
mod sources;
mod status;

use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router, middleware};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::problem::Problem;
use crate::{App, access, guard, metrics, openapi};

/// No route of the API takes more.
const MOST_BODY: usize = 64 << 10;

/// The routes below `/api/v1` with their descriptions.
pub(crate) fn documented() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::with_openapi(openapi::frame())
        .routes(routes!(entities::entities))
        .routes(routes!(facets::facets))
        .routes(routes!(count::count))
        .routes(routes!(entity::entity))
        .routes(routes!(neighbours::neighbours))
        .routes(routes!(path::path))
        .routes(routes!(reach::reach))
        .routes(routes!(complete::complete))
        .routes(routes!(coverage::coverage))
        .routes(routes!(status::status))
        .routes(routes!(sources::sync))
}

/// Everything that listens, with what holds for every request.
pub(crate) fn router(app: Arc<App>) -> Router {
    let (api, described) = documented().split_for_parts();
    let described = Arc::new(described);
    let api = api
        .route("/api/openapi.json", get(async move || Json(described.as_ref().clone())))
        .layer(middleware::from_fn_with_state(Arc::clone(&app), access::require_token));
    let guarded = api
        .route("/metrics", get(health::metrics))
        .route(
            "/collect/{source}",
            post(collect::collect).layer(DefaultBodyLimit::max(collect::MOST_BODY)),
        )
        .fallback(nothing_here)
        .method_not_allowed_fallback(wrong_method)
        .layer(middleware::from_fn_with_state(Arc::clone(&app), guard::check_host));
    // Whoever looks after processes asks by whatever address it has, and learns nothing else.
    let open =
        Router::new().route("/healthz", get(health::healthz)).route("/readyz", get(health::readyz));
    guarded
        .layer(DefaultBodyLimit::max(MOST_BODY))
        .merge(open)
        .layer(middleware::from_fn_with_state(Arc::clone(&app), guard::limit_time))
        .layer(middleware::from_fn(guard::secure_headers))
        .layer(middleware::from_fn_with_state(Arc::clone(&app), metrics::count))
        .with_state(app)
}

async fn nothing_here() -> Response {
    let detail = "there is nothing at this path; /api/openapi.json lists what there is";
    Problem::new(StatusCode::NOT_FOUND, "not_found", detail).into_response()
}

async fn wrong_method() -> Response {
    let detail = "this path takes another method; /api/openapi.json says which";
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "wrong_method", detail).into_response()
}
