//! One log line per request, and the number that names it.

use std::{fmt, time::Instant};

use axum::{
    extract::{Request, State},
    http::{HeaderName, HeaderValue},
    middleware::Next,
    response::Response,
};
use keelson_domain::{PersonId, access::Secret};
use rand::RngCore as _;

use super::App;

/// Names a request in the log, in its answer and on the page that says it failed.
#[derive(Clone, Debug, Default)]
pub(crate) struct RequestId(String);

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

pub(crate) async fn observe(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let id = RequestId(format!("{:016x}", app.rng().next_u64()));
    let method = request.method().clone();
    let path = loggable(request.uri().path());
    request.extensions_mut().insert(id.clone());
    let start = Instant::now();
    let mut response = next.run(request).await;
    let took = start.elapsed();
    tracing::info!(
        request = %id,
        %method,
        path,
        person = response.extensions().get::<PersonId>().map(|person| person.0),
        status = response.status().as_u16(),
        ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        "answered"
    );
    if let Ok(value) = HeaderValue::from_str(&id.0) {
        response
            .headers_mut()
            .insert(HeaderName::from_static("x-request-id"), value);
    }
    response
}

/// The path without what must not stand in a log: a token in an address lets its reader in. The query is left out because it
/// holds what people search for.
fn loggable(path: &str) -> String {
    let masked = path.split('/').map(|part| {
        if Secret::parse(part).is_some() {
            "{token}"
        } else {
            part
        }
    });
    masked
        .collect::<Vec<_>>()
        .join("/")
        .chars()
        .take(300)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::loggable;

    #[test]
    fn a_token_stays_out_of_the_log_wherever_it_stands() {
        let token = "A".repeat(43);
        assert_eq!(
            loggable(&format!("/sign-in/link/{token}")),
            "/sign-in/link/{token}"
        );
        assert_eq!(
            loggable(&format!("/nowhere/{token}/else")),
            "/nowhere/{token}/else"
        );
        assert_eq!(loggable("/suppliers/42"), "/suppliers/42");
    }
}
