use axum::{
    body::Body,
    http::{Method, Request},
};
use keelson_domain::access::Role;
use keelson_testkit::{Answer, TestApp, TestDb, Visitor, db_test};
use keelson_web::routes;

use crate::world::{Who, addresses};

const ALWAYS: &[(&str, &str)] = &[
    (
        "content-security-policy",
        "default-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'; frame-ancestors 'none'",
    ),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
];

fn protecting_headers(what: &str, answer: &Answer) {
    for (name, value) in ALWAYS {
        assert_eq!(answer.header(name), Some(*value), "{what}: {name}");
    }
    assert_eq!(
        answer.header("x-request-id").map(str::len),
        Some(16),
        "{what}"
    );
    assert!(answer.header("cache-control").is_some(), "{what}");
    assert!(
        !answer.text().contains("<script>") && !answer.text().contains(" style=\""),
        "{what}: inline"
    );
}

#[db_test]
async fn every_answer_protects_its_reader(t: TestDb) {
    let mut app = TestApp::new(&t).await;
    app.leave_jobs();
    for who in [
        Who::Nobody,
        Who::Somebody(Role::Administrator),
        Who::Somebody(Role::SupplierAdministrator),
    ] {
        for route in routes().list() {
            let (visitor, world) = who.come_to(&app, route.path).await;
            for address in addresses(&world, route.path) {
                let answer = match route.method {
                    "GET" => visitor.get(&address).await,
                    _ => visitor.post(&address, &[]).await,
                };
                let what = format!("{who:?} {} {address} {}", route.method, answer.status);
                protecting_headers(&what, &answer);
                assert_eq!(answer.header("cache-control"), Some("no-store"), "{what}");
                assert_eq!(answer.header("strict-transport-security"), None, "{what}");
            }
        }
    }
    let administrator = app.signed_in_as(Role::Administrator).await;
    for odd in [
        "/nowhere",
        "/assets/app.css",
        "/assets/nothing.css",
        "/sign-in/link/short",
        "/%FF",
        "//",
        "/settings/",
    ] {
        protecting_headers(odd, &administrator.get(odd).await);
    }
    let not_allowed = administrator.exchange(
        administrator
            .request(Method::DELETE, "/account")
            .header("sec-fetch-site", "same-origin")
            .body(Body::empty())
            .unwrap(),
    );
    let not_allowed = not_allowed.await;
    assert_eq!(
        (not_allowed.status.as_u16(), not_allowed.header("allow")),
        (405, Some("GET,HEAD"))
    );
    protecting_headers("a method that is not allowed", &not_allowed);
}

#[db_test]
async fn behind_tls_cookies_carry_the_host_prefix_and_browsers_stay_there(t: TestDb) {
    let app = TestApp::at(&t, "https://srm.aldermark.example").await;
    app.person(&[Role::Buyer], None).await;
    let browser = app.visitor();
    browser
        .post("/sign-in/link", &[("email", "buyer.1@aldermark.example")])
        .await;
    let link = app.newest_link().await.unwrap();
    let done = browser.post(&link, &[]).await;
    let cookie = done.header("set-cookie").unwrap();
    assert!(cookie.starts_with("__Host-keelson="), "{cookie}");
    for attribute in [
        "HttpOnly",
        "SameSite=Lax",
        "Secure",
        "Path=/",
        "Max-Age=1209600",
    ] {
        assert!(
            cookie.split("; ").any(|part| part == attribute),
            "{attribute}: {cookie}"
        );
    }
    assert!(!cookie.contains("Domain"), "{cookie}");
    let sts = done.header("strict-transport-security");
    assert_eq!(sts, Some("max-age=63072000; includeSubDomains"));
    // The plain name opens nothing here.
    let plain = app.visitor();
    plain.keep("keelson", &browser.cookie("__Host-keelson").unwrap());
    assert_eq!(plain.get("/").await.status, 303);
}

#[db_test]
async fn without_tls_the_cookie_is_plain_and_still_out_of_reach_of_scripts(t: TestDb) {
    let app = TestApp::new(&t).await;
    app.person(&[Role::Buyer], None).await;
    let browser = app.visitor();
    browser
        .post("/sign-in/link", &[("email", "buyer.1@aldermark.example")])
        .await;
    let done = browser.post(&app.newest_link().await.unwrap(), &[]).await;
    let cookie = done.header("set-cookie").unwrap();
    assert!(
        cookie.starts_with("keelson=")
            && cookie.contains("HttpOnly")
            && cookie.contains("SameSite=Lax"),
        "{cookie}"
    );
    assert!(!cookie.contains("Secure"), "{cookie}");
}

/// Sends a form as `headers` say.
async fn forged(visitor: &Visitor<'_>, address: &str, headers: &[(&str, &str)]) -> Answer {
    let request = visitor
        .request(Method::POST, address)
        .header("content-type", "application/x-www-form-urlencoded");
    let request = headers.iter().fold(request, |request, (name, value)| {
        request.header(*name, *value)
    });
    visitor
        .exchange(request.body(Body::from("name=Mallory")).unwrap())
        .await
}

#[db_test]
async fn what_another_site_sends_changes_nothing(t: TestDb) {
    let mut app = TestApp::new(&t).await;
    app.leave_jobs();
    let foreign: &[&[(&str, &str)]] = &[
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site")],
        &[("sec-fetch-site", "none")],
        &[
            ("sec-fetch-site", "cross-site"),
            ("origin", "http://127.0.0.1:8080"),
        ],
        &[("origin", "https://evil.example")],
        &[("origin", "null")],
        &[
            ("origin", "http://127.0.0.1:8080.evil.example"),
            ("host", "127.0.0.1:8080"),
        ],
        &[
            ("origin", "http://127.0.0.1:9090"),
            ("host", "127.0.0.1:8080"),
        ],
        // Neither header, but a browser's cookie.
        &[],
    ];
    for who in [Role::Administrator, Role::SupplierAdministrator] {
        for route in routes()
            .list()
            .into_iter()
            .filter(|route| route.method == "POST")
        {
            let (visitor, world) = Who::Somebody(who).come_to(&app, route.path).await;
            let [own, ..] = addresses(&world, route.path);
            for headers in foreign {
                let answer = forged(&visitor, &own, headers).await;
                assert_eq!(answer.status, 403, "POST {} with {headers:?}", route.path);
            }
        }
    }
    let visitor = app.signed_in_as(Role::Buyer).await;
    for own in [
        &[("sec-fetch-site", "same-origin")][..],
        &[("origin", "http://127.0.0.1:8080")],
        &[
            ("origin", "http://localhost:8080"),
            ("host", "localhost:8080"),
        ],
    ] {
        assert_eq!(
            forged(&visitor, "/account/name", own).await.status,
            303,
            "{own:?}"
        );
    }
    // A program without a browser's cookie is not a browser that was misled.
    assert_eq!(
        forged(&app.visitor(), "/account/name", &[]).await.status,
        401
    );
}

#[db_test]
async fn behind_tls_only_the_sites_own_origin_counts(t: TestDb) {
    let app = TestApp::at(&t, "https://srm.aldermark.example").await;
    let visitor = app.signed_in_as(Role::Buyer).await;
    let poisoned = [("origin", "https://evil.example"), ("host", "evil.example")];
    assert_eq!(
        forged(&visitor, "/account/name", &poisoned).await.status,
        403
    );
    let own = [("origin", "https://srm.aldermark.example")];
    assert_eq!(forged(&visitor, "/account/name", &own).await.status, 303);
}

#[db_test]
async fn errors_are_pages_for_people_and_documents_for_programs(t: TestDb) {
    let app = TestApp::new(&t).await;
    let visitor = app.signed_in_as(Role::Buyer).await;
    let page = visitor.get("/nowhere").await;
    assert_eq!(
        (page.status.as_u16(), page.texts("h1")),
        (404, vec!["This page does not exist".to_owned()])
    );
    let request = |path: &str| {
        visitor
            .request(Method::GET, path)
            .header("accept", "application/json")
    };
    let document = visitor
        .exchange(request("/nowhere").body(Body::empty()).unwrap())
        .await;
    assert_eq!(
        document.header("content-type"),
        Some("application/problem+json")
    );
    assert!(
        document.text().contains("\"status\":404"),
        "{}",
        document.text()
    );
    let signed_out = Request::get("/")
        .header("accept", "application/json")
        .body(Body::empty())
        .unwrap();
    assert_eq!(app.send(signed_out).await.status, 401);
}

#[db_test]
async fn pages_travel_compressed(t: TestDb) {
    let app = TestApp::new(&t).await;
    let request = Request::get("/sign-in")
        .header("accept-encoding", "gzip")
        .body(Body::empty())
        .unwrap();
    let answer = app.send(request).await;
    assert_eq!(answer.header("content-encoding"), Some("gzip"));
    let vary: Vec<_> = answer.headers.get_all("vary").iter().collect();
    assert!(
        vary.iter()
            .any(|name| name.as_bytes().eq_ignore_ascii_case(b"accept-encoding")),
        "{vary:?}"
    );
}
