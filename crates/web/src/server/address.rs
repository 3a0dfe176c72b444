//! Addresses within this site: where to go after signing in, and nowhere else.

use axum::http::HeaderValue;

/// The address if it is a path of this site. `//evil.example`, `/\evil.example` and full addresses are not.
pub(crate) fn local(path: &str) -> Option<&str> {
    let rest = path.strip_prefix('/')?;
    let is_plain = path.chars().all(|c| c.is_ascii_graphic() && c != '\\');
    (is_plain && !rest.starts_with('/') && path.len() <= 2000).then_some(path)
}

/// The path and query of a full address, as htmx names the page somebody is on.
pub(crate) fn path_of(address: &str) -> Option<&str> {
    let (_, after_scheme) = address.split_once("://")?;
    let path = &after_scheme[after_scheme.find('/')?..];
    local(path.split('#').next().unwrap_or(path))
}

/// The sign-in page, with the way back.
pub(crate) fn sign_in(back: &str) -> HeaderValue {
    let plain = HeaderValue::from_static("/sign-in");
    match local(back) {
        None | Some("/" | "/sign-out") => plain,
        Some(path) => {
            HeaderValue::try_from(format!("/sign-in?to={}", encoded(path))).unwrap_or(plain)
        }
    }
}

/// Percent-encodes what means something else inside a query.
pub(crate) fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_this_site_pass() {
        for good in ["/", "/suppliers", "/suppliers/4?tab=facts&q=a%20b", "/a//b"] {
            assert_eq!(local(good), Some(good));
        }
        for evil in [
            "",
            "suppliers",
            "//evil.example",
            "/\\evil.example",
            "\\/evil.example",
            "https://evil.example/",
            "/\t/evil.example",
            "/%0d\r\nSet-Cookie: a=b",
            "javascript:alert(1)",
            "/ü",
            " /suppliers",
            "/a b",
            "http:/evil.example",
            "/\u{0}",
            "///evil.example",
        ] {
            assert_eq!(local(evil), None, "{evil:?}");
        }
    }

    #[test]
    fn the_page_of_an_address_is_its_path() {
        assert_eq!(
            path_of("http://127.0.0.1:8080/suppliers?q=a#top"),
            Some("/suppliers?q=a")
        );
        assert_eq!(path_of("http://127.0.0.1:8080//evil.example"), None);
        assert_eq!(path_of("nonsense"), None);
    }

    #[test]
    fn the_way_back_is_one_parameter() {
        assert_eq!(
            sign_in("/suppliers?q=a&b"),
            "/sign-in?to=/suppliers%3Fq%3Da%26b"
        );
        assert_eq!(sign_in("//evil.example"), "/sign-in");
        assert_eq!(sign_in("/"), "/sign-in");
    }
}
