//! Serves the kit's gallery on 127.0.0.1 to look at it: `cargo run -p keelson-web --example gallery [PORT]`.

use axum::{Router, http::HeaderValue, response::Response};
use keelson_web::{assets, kit::gallery};

/// The policy the product ships, so that what works here works there.
const POLICY: &str = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; \
                      frame-ancestors 'none'; form-action 'self'";

async fn with_policy(mut response: Response) -> Response {
    response
        .headers_mut()
        .insert("content-security-policy", HeaderValue::from_static(POLICY));
    response
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let port = std::env::args()
        .nth(1)
        .and_then(|text| text.parse().ok())
        .unwrap_or(8803_u16);
    let app = Router::new()
        .merge(gallery::router())
        .merge(gallery::search_router())
        .merge(assets::router())
        .layer(axum::middleware::map_response(with_policy));
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    axum::serve(listener, app).await
}
