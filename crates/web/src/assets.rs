//! Everything the browser loads besides pages: style sheet, scripts, font and icons, embedded in the binary.
//!
//! An address carries the hash of its content, [`asset_url`]`("app.css")` is `/assets/app.css?v=3f9c…`, so a browser may
//! keep a file for ever and still gets the new one after an upgrade. The style sheet is one file: its sources in
//! `assets/css` are joined here, in their order of authority.

use std::{collections::BTreeMap, io::Write as _, sync::LazyLock};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Path, RawQuery},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use flate2::{Compression, write::GzEncoder};
use sha2::{Digest as _, Sha256};

/// The address of an embedded file, with the hash of its content.
///
/// # Panics
/// When no file of that name is embedded: a mistake in a template, found by the first test that renders it.
pub fn asset_url(name: &str) -> &'static str {
    match ASSETS.get(name) {
        Some(asset) => &asset.url,
        None => panic!("no embedded asset is called {name:?}; see crates/web/assets"),
    }
}

/// Serves the embedded files under `/assets/`.
pub fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route("/assets/{name}", get(serve))
}

/// Whether the icon sprite holds an icon of this name.
pub fn has_icon(name: &str) -> bool {
    ICONS.contains(&format!("<symbol id=\"{name}\""))
}

const ICONS: &str = include_str!("../assets/icons.svg");

/// The order of authority, then each sheet; a later layer wins over an earlier one whatever its selectors.
const STYLE: &str = concat!(
    "@layer reset, tokens, base, layout, components, charts, pages, utilities, print;\n",
    include_str!("../assets/css/tokens.css"),
    include_str!("../assets/css/base.css"),
    include_str!("../assets/css/layout.css"),
    include_str!("../assets/css/components.css"),
    include_str!("../assets/css/table.css"),
    include_str!("../assets/css/charts.css"),
    include_str!("../assets/css/pages.css"),
    include_str!("../assets/css/kit.css"),
    include_str!("../assets/css/print.css"),
);

struct Asset {
    url: String,
    version: String,
    content_type: &'static str,
    plain: Bytes,
    /// Absent where compression gains nothing: fonts are compressed already.
    gzip: Option<Bytes>,
}

static ASSETS: LazyLock<BTreeMap<&'static str, Asset>> = LazyLock::new(|| {
    let mut all = BTreeMap::new();
    let fonts: [(&str, &[u8]); 2] = [
        (
            "inter-latin.woff2",
            include_bytes!("../assets/inter-latin.woff2"),
        ),
        (
            "inter-latin-ext.woff2",
            include_bytes!("../assets/inter-latin-ext.woff2"),
        ),
    ];
    let mut style = STYLE.to_owned();
    for (name, bytes) in fonts {
        let asset = Asset::new(name, "font/woff2", bytes.to_vec());
        // The style sheet names its fonts by their full address, so that the preload in the page head is the same request.
        style = style.replace(
            &format!("url(\"{name}\")"),
            &format!("url(\"{}\")", asset.url),
        );
        all.insert(name, asset);
    }
    let texts = [
        ("app.css", "text/css; charset=utf-8", style),
        (
            "app.js",
            "text/javascript; charset=utf-8",
            include_str!("../assets/app.js").to_owned(),
        ),
        (
            "theme.js",
            "text/javascript; charset=utf-8",
            include_str!("../assets/theme.js").to_owned(),
        ),
        (
            "htmx.min.js",
            "text/javascript; charset=utf-8",
            include_str!("../assets/htmx.min.js").to_owned(),
        ),
        ("icons.svg", "image/svg+xml", ICONS.to_owned()),
        (
            "favicon.svg",
            "image/svg+xml",
            include_str!("../assets/favicon.svg").to_owned(),
        ),
    ];
    for (name, content_type, text) in texts {
        all.insert(name, Asset::new(name, content_type, text.into_bytes()));
    }
    all
});

impl Asset {
    fn new(name: &str, content_type: &'static str, plain: Vec<u8>) -> Self {
        let version = Sha256::digest(&plain)
            .iter()
            .take(6)
            .fold(String::new(), |hash, byte| hash + &format!("{byte:02x}"));
        let gzip = (content_type != "font/woff2")
            .then(|| compress(&plain))
            .flatten();
        Self {
            url: format!("/assets/{name}?v={version}"),
            version,
            content_type,
            plain: plain.into(),
            gzip,
        }
    }
}

fn compress(plain: &[u8]) -> Option<Bytes> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(plain).ok()?;
    encoder.finish().ok().map(Bytes::from)
}

async fn serve(
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let Some(asset) = ASSETS.get(name.as_str()) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let accepts_gzip = headers
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .any(|value| {
            value
                .split(',')
                .any(|coding| coding.trim().starts_with("gzip") && !coding.ends_with("q=0"))
        });
    let (bytes, coding) = match &asset.gzip {
        Some(gzip) if accepts_gzip => (gzip.clone(), Some(HeaderValue::from_static("gzip"))),
        _ => (asset.plain.clone(), None),
    };
    let is_current =
        query.as_deref().and_then(|query| query.strip_prefix("v=")) == Some(asset.version.as_str());
    // An address without the right hash is answered too, but must be asked for again: its content may change.
    let caching = if is_current {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let mut response = Response::new(Body::from(bytes));
    let out = response.headers_mut();
    out.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static(asset.content_type),
    );
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    out.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    out.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    if let Some(coding) = coding {
        out.insert(header::CONTENT_ENCODING, coding);
    }
    response
}

#[cfg(test)]
mod tests {
    use axum::{body::to_bytes, http::Request};
    use tower::ServiceExt as _;

    use super::*;

    async fn get_asset(url: &str, accepts: &str) -> (StatusCode, HeaderMap, Vec<u8>) {
        let request = Request::get(url)
            .header(header::ACCEPT_ENCODING, accepts)
            .body(Body::empty())
            .unwrap();
        let (parts, body) = router::<()>().oneshot(request).await.unwrap().into_parts();
        (
            parts.status,
            parts.headers,
            to_bytes(body, usize::MAX).await.unwrap().to_vec(),
        )
    }

    #[tokio::test]
    async fn an_asset_comes_compressed_to_who_accepts_it_and_plain_to_others() {
        let (_, headers, gzip) = get_asset(asset_url("app.css"), "gzip, deflate, br").await;
        assert_eq!(headers[header::CONTENT_ENCODING], "gzip");
        let (_, headers, plain) = get_asset(asset_url("app.css"), "gzip;q=0").await;
        assert!(!headers.contains_key(header::CONTENT_ENCODING));
        let mut read = String::new();
        std::io::Read::read_to_string(
            &mut flate2::read::GzDecoder::new(gzip.as_slice()),
            &mut read,
        )
        .unwrap();
        assert_eq!(read.as_bytes(), plain);
        assert!(
            read.contains(asset_url("inter-latin.woff2")),
            "the font has its full address"
        );
    }

    #[tokio::test]
    async fn only_the_address_with_the_right_hash_is_kept_for_ever() {
        for (url, caching) in [
            (
                asset_url("app.js").to_owned(),
                "public, max-age=31536000, immutable",
            ),
            ("/assets/app.js?v=000000000000".to_owned(), "no-cache"),
            ("/assets/app.js".to_owned(), "no-cache"),
        ] {
            let (status, headers, _) = get_asset(&url, "").await;
            assert_eq!(
                (status, headers[header::CACHE_CONTROL].to_str().unwrap()),
                (StatusCode::OK, caching),
                "{url}"
            );
        }
        let (status, _, _) = get_asset("/assets/secrets.txt", "").await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        let (status, _, _) = get_asset("/assets/..%2FCargo.toml", "").await;
        assert_eq!(status, StatusCode::NOT_FOUND);
    }

    #[test]
    fn our_own_script_stays_small() {
        let own = include_str!("../assets/app.js").len() + include_str!("../assets/theme.js").len();
        assert!(own < 10_000, "app.js and theme.js weigh {own} bytes");
    }

    #[test]
    fn every_icon_that_is_named_is_in_the_sprite() {
        let mut files = vec![std::path::PathBuf::from(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/src"
        ))];
        let mut named = 0;
        while let Some(path) = files.pop() {
            if path.is_dir() {
                files.extend(
                    std::fs::read_dir(path)
                        .unwrap()
                        .map(|entry| entry.unwrap().path()),
                );
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            for call in ["icon(\"", "icon_s(\"", "icon_with(\""] {
                for (at, _) in text.match_indices(call) {
                    let name = text[at + call.len()..]
                        .split('"')
                        .next()
                        .unwrap_or_default();
                    assert!(has_icon(name), "{} names the icon {name:?}", path.display());
                    named += 1;
                }
            }
        }
        assert!(named > 20, "the search found the calls: {named}");
    }
}
