//! Every route, as everybody, on their own records, on others' and on none: generated from the list of routes.

use std::collections::HashMap;

use axum::http::StatusCode;
use keelson_domain::access::{Role, Side};
use keelson_testkit::{Answer, TestApp, TestDb, Visitor, db_test};
use keelson_web::{Access, RouteInfo, routes};

use crate::world::{PERSONAL, Who, World, addresses, family};

/// What anybody may reach. A route that is opened to the public is opened here too, or the test fails.
const PUBLIC: &[&str] = &[
    "GET /sign-in",
    "POST /sign-in",
    "POST /sign-in/link",
    "GET /sign-in/link/{token}",
    "POST /sign-in/link/{token}",
    "GET /reset",
    "POST /reset",
    "GET /reset/{token}",
    "POST /reset/{token}",
    "GET /invitation/{token}",
    "POST /invitation/{token}",
    "GET /set-up",
    "GET /set-up/{token}",
    "POST /set-up/{token}",
    "POST /sign-out",
];

/// What everybody may reach who is signed in, on either side.
const FOR_ALL: &[&str] = &[
    "GET /",
    "GET /account",
    "POST /account/name",
    "POST /account/preferences",
    "POST /account/password",
    "POST /account/sessions/{session}/end",
];

/// What the whole house sees and only whoever wrote it may do.
const OF_THE_AUTHOR: &[&str] = &["/suppliers/{id}/notes/{note}/withdrawal"];

#[test]
fn what_is_open_is_open_on_purpose() {
    let with = |access: Access| -> Vec<String> {
        let chosen = routes()
            .list()
            .into_iter()
            .filter(move |route| route.access == access);
        chosen
            .map(|route| format!("{} {}", route.method, route.path))
            .collect()
    };
    assert_eq!(with(Access::Public), PUBLIC);
    let mut for_all = with(Access::SignedIn);
    for_all.sort_by_key(|route| FOR_ALL.iter().position(|known| known == route));
    assert_eq!(for_all, FOR_ALL);
}

#[test]
fn every_route_with_a_parameter_has_a_sample() {
    let missing: Vec<&str> = routes()
        .list()
        .into_iter()
        .map(|route| route.path)
        .filter(|path| path.contains('{') && family(path).is_none())
        .collect();
    assert!(
        missing.is_empty(),
        "add the families of these to crates/web/tests/it/world.rs: {missing:#?}"
    );
}

#[db_test]
async fn everybody_reaches_what_their_roles_grant_and_nothing_else(t: TestDb) {
    let mut app = TestApp::new(&t).await;
    app.leave_jobs();
    // Somebody stays administrator whatever the routes do to their samples.
    app.signed_in_as(Role::Administrator).await;
    let nowhere = app
        .signed_in_as(Role::Administrator)
        .await
        .get("/there-is-no-such-page")
        .await;
    let mut wrong = Vec::new();
    for who in Who::all() {
        // What is only looked at, or refused, changes nothing: one visitor tries it all, with a sample of each family. The rest
        // get a fresh one each.
        let mut asking: HashMap<&str, (Visitor<'_>, World)> = HashMap::new();
        for route in routes().list() {
            let changes =
                route.method != "GET" && matches!(expected(who, &route), Expected::Handler);
            let kind = family(route.path).map_or("", |(declared, _)| declared);
            let fresh;
            let (visitor, world) = if changes {
                fresh = who.come_to(&app, route.path).await;
                &fresh
            } else {
                if !asking.contains_key(kind) {
                    asking.insert(kind, who.come_to(&app, route.path).await);
                }
                &asking[kind]
            };
            let [own, foreign, missing] = addresses(world, route.path);
            let has_record = own != missing;
            // The missing one first: trying one's own may change the world.
            let on_missing = send(visitor, &route, &missing).await;
            let on_foreign = send(visitor, &route, &foreign).await;
            let on_own = send(visitor, &route, &own).await;
            let mut expect = |what: &str, answer: &Answer, fine: bool| {
                if !fine {
                    wrong.push(format!(
                        "{who:?} {} {} {what} ({:?}): {} {:?}",
                        route.method,
                        route.path,
                        route.access,
                        answer.status,
                        answer.texts("h1")
                    ));
                }
            };
            match expected(who, &route) {
                Expected::SignIn => {
                    expect("own", &on_own, asks_to_sign_in(&route, &on_own));
                    expect("missing", &on_missing, asks_to_sign_in(&route, &on_missing));
                }
                Expected::Nothing => {
                    for (what, answer) in [
                        ("own", &on_own),
                        ("foreign", &on_foreign),
                        ("missing", &on_missing),
                    ] {
                        expect(what, answer, is_same(answer, &nowhere));
                    }
                }
                // A dead token, an organisation that is set up: the handler answers for itself.
                Expected::Handler if route.access == Access::Public => {
                    expect(
                        "own",
                        &on_own,
                        !on_own.status.is_server_error() && on_own.status != 401,
                    );
                }
                Expected::Handler => {
                    expect("own", &on_own, is_handled(&on_own));
                    if has_record {
                        expect("missing", &on_missing, is_same(&on_missing, &nowhere));
                        let is_hidden = matches!(who, Who::Somebody(role) if role.side() == Side::Supplier)
                            || PERSONAL
                                .iter()
                                .any(|personal| route.path.starts_with(personal));
                        let fine = if is_hidden {
                            is_same(&on_foreign, &nowhere)
                        } else if OF_THE_AUTHOR.contains(&route.path) {
                            on_foreign.status == StatusCode::FORBIDDEN
                        } else {
                            is_handled(&on_foreign)
                        };
                        expect("foreign", &on_foreign, fine);
                    }
                }
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of the matrix:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[db_test]
async fn ids_that_no_row_can_have_are_not_found(t: TestDb) {
    let mut app = TestApp::new(&t).await;
    app.leave_jobs();
    let administrator = app.signed_in_as(Role::Administrator).await;
    let supplier = app
        .signed_in_for(keelson_domain::SupplierId(1), Role::SupplierAdministrator)
        .await;
    for route in routes()
        .list()
        .into_iter()
        .filter(|route| route.path.contains('{'))
    {
        for id in [
            "0",
            "-1",
            "9223372036854775807",
            "9223372036854775808",
            "1e9",
            "abc",
            "%00",
            "%FF",
            "1%2F2",
            "%E2%80%AE",
        ] {
            let address = replaced(route.path, id);
            for visitor in [&administrator, &supplier] {
                let answer = send(visitor, &route, &address).await;
                let fine = matches!(answer.status.as_u16(), 404 | 422);
                assert!(
                    fine,
                    "{} {address}: {} {:?}",
                    route.method,
                    answer.status,
                    answer.texts("h1")
                );
            }
        }
    }
}

#[db_test]
async fn a_field_the_form_does_not_have_is_refused(t: TestDb) {
    let mut app = TestApp::new(&t).await;
    app.leave_jobs();
    for route in routes()
        .list()
        .into_iter()
        .filter(|route| route.method == "POST")
    {
        let role = match route.access {
            Access::May(permission) if permission.side() == Side::Supplier => {
                Role::SupplierAdministrator
            }
            _ => Role::Administrator,
        };
        let (visitor, world) = Who::Somebody(role).come_to(&app, route.path).await;
        let [own, ..] = addresses(&world, route.path);
        let answer = visitor.post(&own, &[("is_administrator", "true")]).await;
        let is_dead_token =
            route.access == Access::Public && answer.status == StatusCode::NOT_FOUND;
        // A form with files reads no other kind of body at all.
        let fine = answer.status == 422 || answer.status == 400 || is_dead_token;
        assert!(
            fine,
            "POST {}: {} {:?}",
            route.path,
            answer.status,
            answer.texts("h1")
        );
    }
}

#[db_test]
async fn a_body_larger_than_the_route_takes_is_refused(t: TestDb) {
    let mut app = TestApp::new(&t).await;
    app.leave_jobs();
    for route in routes()
        .list()
        .into_iter()
        .filter(|route| route.method == "POST" && route.body_limit < 1 << 20)
    {
        if matches!(route.access, Access::May(permission) if permission.side() == Side::Supplier) {
            continue;
        }
        let administrator = Who::Somebody(Role::Administrator);
        let (administrator, world) = administrator.come_to(&app, route.path).await;
        let [own, ..] = addresses(&world, route.path);
        let large = "x".repeat(route.body_limit + 1);
        let answer = administrator.post(&own, &[("name", &large)]).await;
        assert_eq!(answer.status, 413, "POST {}", route.path);
    }
}

enum Expected {
    SignIn,
    Nothing,
    Handler,
}

fn expected(who: Who, route: &RouteInfo) -> Expected {
    match (route.access, who) {
        (Access::Public, _) | (Access::SignedIn, Who::Somebody(_)) => Expected::Handler,
        (_, Who::Nobody) => Expected::SignIn,
        (Access::May(permission), Who::Somebody(role)) if role.grants(permission) => {
            Expected::Handler
        }
        (Access::May(_), Who::Somebody(_)) => Expected::Nothing,
    }
}

fn asks_to_sign_in(route: &RouteInfo, answer: &Answer) -> bool {
    if route.method == "GET" {
        answer.status == 303
            && answer
                .location()
                .is_some_and(|to| to.starts_with("/sign-in"))
    } else {
        answer.status == 401
    }
}

/// Whether the handler was reached and found its record.
fn is_handled(answer: &Answer) -> bool {
    !matches!(answer.status.as_u16(), 401 | 403 | 404 | 405 | 413)
        && !answer.status.is_server_error()
}

/// Byte for byte the page of an address that does not exist.
fn is_same(answer: &Answer, nowhere: &Answer) -> bool {
    let plain = |answer: &Answer| {
        let mut headers = answer.headers.clone();
        headers.remove("x-request-id");
        headers
    };
    answer.status == StatusCode::NOT_FOUND
        && answer.body == nowhere.body
        && plain(answer) == plain(nowhere)
}

async fn send(visitor: &Visitor<'_>, route: &RouteInfo, address: &str) -> Answer {
    match route.method {
        "GET" => visitor.get(address).await,
        _ => visitor.post(address, &[]).await,
    }
}

/// The path with every parameter replaced.
fn replaced(path: &str, value: &str) -> String {
    let parts = path
        .split('/')
        .map(|part| if part.starts_with('{') { value } else { part });
    parts.collect::<Vec<_>>().join("/")
}
