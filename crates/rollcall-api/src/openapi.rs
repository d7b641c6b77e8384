//! The description of the API, made from the routes themselves.

use utoipa::openapi::OpenApi;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};

use crate::routes;

/// The description of the API, for documents and tests.
#[must_use]
pub fn openapi() -> OpenApi {
    routes::documented().split_for_parts().1
}

/// What the description says besides the routes.
pub(crate) fn frame() -> OpenApi {
    let mut api = OpenApi::default();
    api.info.title = "rollcall".to_owned();
    api.info.version = env!("CARGO_PKG_VERSION").to_owned();
    api.info.description = Some(
        "The inventory of every identity that can act. Answers come from one published snapshot; \
         each says which publication it shows and how old that is. Errors are \
         `application/problem+json` with a stable `code`."
            .to_owned(),
    );
    let mut components = utoipa::openapi::Components::new();
    let bearer = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
    components.add_security_scheme("token", bearer);
    api.components = Some(components);
    api
}
