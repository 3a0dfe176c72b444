use axum::http::Method;
use chrono::TimeDelta;
use keelson_domain::{
    Act, Clock as _, Via,
    access::{self, Email, NewPerson, PersonName, Role},
};
use keelson_testkit::{TestApp, TestDb, Visitor, db_test};

const EMAIL: &str = "ada@aldermark.example";
const PASSWORD: &str = "four plain words here";

/// Ada is invited, accepts, and signs out again.
async fn ada_has_a_password(app: &TestApp) {
    let act = Act::by_system(Via::Command, app.clock.now());
    let new = NewPerson {
        email: Email::parse(EMAIL).unwrap(),
        name: PersonName::parse("Ada").unwrap(),
        roles: vec![Role::Buyer],
        supplier: None,
    };
    let invitation = access::invite(&app.keelson, &act, &mut app.app.rng(), new)
        .await
        .unwrap();
    let path = format!("/invitation/{}", invitation.secret.reveal());
    let browser = app.visitor();
    let page = browser.get(&path).await;
    assert_eq!(
        (page.status.as_u16(), page.attribute("#name", "value")),
        (200, Some("Ada".to_owned()))
    );
    let weak = browser
        .post(&path, &[("name", "Ada Smith"), ("password", "short")])
        .await;
    assert_eq!(weak.status, 422);
    assert!(
        weak.texts("title")[0].starts_with("Error: "),
        "{:?}",
        weak.texts("title")
    );
    assert_eq!(
        weak.attribute("#name", "value").as_deref(),
        Some("Ada Smith")
    );
    let done = browser
        .post(&path, &[("name", "Ada Smith"), ("password", PASSWORD)])
        .await;
    assert_eq!(
        (done.status.as_u16(), done.location().as_deref()),
        (303, Some("/"))
    );
    assert_eq!(browser.get("/").await.status, 200);
    assert_eq!(
        browser.get(&path).await.status,
        404,
        "an invitation works once"
    );
    browser.post("/sign-out", &[]).await;
    assert_eq!(browser.get("/").await.status, 303);
}

async fn sign_in<'a>(browser: &'a Visitor<'_>, password: &'a str) -> keelson_testkit::Answer {
    browser
        .post(
            "/sign-in",
            &[("email", EMAIL), ("password", password), ("to", "")],
        )
        .await
}

#[db_test]
async fn who_is_signed_out_signs_in_and_comes_back_to_where_they_were(t: TestDb) {
    let app = TestApp::new(&t).await;
    ada_has_a_password(&app).await;
    let browser = app.visitor();
    let sent = browser.get("/settings?section=people").await;
    assert_eq!(
        sent.location().as_deref(),
        Some("/sign-in?to=/settings%3Fsection%3Dpeople")
    );
    let page = browser.follow(sent).await;
    assert_eq!(
        (page.status.as_u16(), page.texts("h1")),
        (200, vec!["Sign in".to_owned()])
    );
    let to = page.attribute("input[name=to]", "value").unwrap();
    let done = browser
        .post(
            "/sign-in",
            &[
                ("email", " ADA@Aldermark.example "),
                ("password", PASSWORD),
                ("to", &to),
            ],
        )
        .await;
    assert_eq!(done.location().as_deref(), Some("/settings?section=people"));
    assert_eq!(browser.follow(done).await.status, 200);
}

#[db_test]
async fn the_answer_tells_nothing_about_whether_an_address_has_an_account(t: TestDb) {
    let app = TestApp::new(&t).await;
    ada_has_a_password(&app).await;
    let mut told = Vec::new();
    for email in [EMAIL, "nobody@aldermark.example"] {
        let before = app.app.passwords.hashes_done();
        let fields = [
            ("email", email),
            ("password", "not the password"),
            ("to", ""),
        ];
        let refused = app.visitor().post("/sign-in", &fields).await;
        assert_eq!(refused.status, 422);
        assert_eq!(app.app.passwords.hashes_done() - before, 1);
        let link = app
            .visitor()
            .post("/sign-in/link", &[("email", email)])
            .await;
        let reset = app.visitor().post("/reset", &[("email", email)]).await;
        told.push(
            [refused, link, reset].map(|answer| (answer.status, answer.text().replace(email, "…"))),
        );
    }
    assert_eq!(told[0], told[1]);
    let letters = app.letters().await;
    assert_eq!(
        letters
            .iter()
            .map(|letter| letter.to.as_str())
            .collect::<Vec<_>>(),
        [EMAIL, EMAIL]
    );
}

#[db_test]
async fn a_sign_in_link_needs_the_button_and_works_once(t: TestDb) {
    let app = TestApp::new(&t).await;
    ada_has_a_password(&app).await;
    let browser = app.visitor();
    let asked = browser
        .post(
            "/sign-in/link",
            &[("email", EMAIL), ("password", ""), ("to", "")],
        )
        .await;
    assert!(
        asked.text().contains("is on its way"),
        "{:?}",
        asked.texts("p")
    );
    let link = app.newest_link().await.unwrap();
    for _ in 0..3 {
        // A program that looks at every link in a mail uses nothing up.
        assert_eq!(browser.get(&link).await.status, 200);
    }
    assert!(browser.cookie(app.session_cookie()).is_none());
    let action = browser
        .get(&link)
        .await
        .attribute("main form", "action")
        .unwrap();
    let done = browser.post(&action, &[]).await;
    assert_eq!(
        (done.status.as_u16(), done.location().as_deref()),
        (303, Some("/"))
    );
    assert_eq!(browser.get("/account").await.status, 200);
    let again = app.visitor().post(&action, &[]).await;
    assert_eq!(
        (again.status.as_u16(), again.texts("h1")),
        (404, vec!["This link no longer works".to_owned()])
    );
}

#[db_test]
async fn a_links_host_is_ours_whatever_a_request_says(t: TestDb) {
    let app = TestApp::at(&t, "https://srm.aldermark.example").await;
    app.person(&[Role::Buyer], None).await;
    let request = app
        .visitor()
        .request(Method::POST, "/sign-in/link")
        .header("host", "evil.example")
        .header("x-forwarded-host", "evil.example")
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "application/x-www-form-urlencoded")
        .body("email=buyer.1%40aldermark.example".into())
        .unwrap();
    assert_eq!(app.send(request).await.status, 200);
    let letters = app.letters().await;
    assert!(
        letters[0]
            .text
            .contains("https://srm.aldermark.example/sign-in/link/"),
        "{}",
        letters[0].text
    );
    assert!(!letters[0].text.contains("evil"));
}

#[db_test]
async fn a_forgotten_password_is_chosen_anew_by_link(t: TestDb) {
    let app = TestApp::new(&t).await;
    ada_has_a_password(&app).await;
    let elsewhere = app.visitor();
    sign_in(&elsewhere, PASSWORD).await;
    let browser = app.visitor();
    browser.post("/reset", &[("email", EMAIL)]).await;
    let link = app.newest_link().await.unwrap();
    assert_eq!(browser.get(&link).await.status, 200);
    assert_eq!(
        browser.post(&link, &[("password", "short")]).await.status,
        422
    );
    let done = browser
        .post(&link, &[("password", "other plain words now")])
        .await;
    assert_eq!(done.status, 303);
    assert_eq!(browser.get("/account").await.status, 200);
    assert_eq!(
        elsewhere.get("/account").await.status,
        303,
        "every other session is ended"
    );
    assert_eq!(
        browser
            .post(&link, &[("password", "third plain words now")])
            .await
            .status,
        404
    );
    assert_eq!(sign_in(&app.visitor(), PASSWORD).await.status, 422);
    assert_eq!(
        sign_in(&app.visitor(), "other plain words now")
            .await
            .status,
        303
    );
}

#[db_test]
async fn guessing_is_slowed_down_and_the_page_says_what_to_do(t: TestDb) {
    let app = TestApp::new(&t).await;
    ada_has_a_password(&app).await;
    for _ in 0..5 {
        assert_eq!(sign_in(&app.visitor(), "wrong").await.status, 422);
    }
    let waits = sign_in(&app.visitor(), PASSWORD).await;
    assert_eq!(
        (waits.status.as_u16(), waits.header("retry-after")),
        (429, Some("2"))
    );
    assert!(
        waits.texts(".err-sum")[0].contains("have a sign-in link sent"),
        "{:?}",
        waits.texts(".err-sum")
    );
    app.clock.advance(TimeDelta::seconds(3));
    assert_eq!(sign_in(&app.visitor(), PASSWORD).await.status, 303);
}

#[db_test]
async fn a_planted_session_is_not_the_one_that_gets_signed_in(t: TestDb) {
    let app = TestApp::new(&t).await;
    ada_has_a_password(&app).await;
    let attacker = app.signed_in_as(Role::Buyer).await;
    let planted = attacker.cookie(app.session_cookie()).unwrap();
    let victim = app.visitor();
    victim.keep(app.session_cookie(), &planted);
    assert_eq!(sign_in(&victim, PASSWORD).await.status, 303);
    assert_ne!(victim.cookie(app.session_cookie()).unwrap(), planted);
    assert_eq!(
        attacker.get("/").await.status,
        303,
        "the planted session is ended"
    );

    let unknown = app.visitor();
    unknown.keep(app.session_cookie(), &"A".repeat(43));
    sign_in(&unknown, PASSWORD).await;
    assert_ne!(
        unknown.cookie(app.session_cookie()).unwrap(),
        "A".repeat(43)
    );
}

#[db_test]
async fn a_session_ends_when_idle_when_signed_out_and_when_its_person_is_disabled(t: TestDb) {
    let app = TestApp::new(&t).await;
    let idle = app.signed_in_as(Role::Buyer).await;
    app.clock.advance(TimeDelta::hours(11));
    assert_eq!(idle.get("/").await.status, 200);
    app.clock.advance(TimeDelta::hours(11));
    assert_eq!(idle.get("/").await.status, 200, "being used keeps it");
    app.clock.advance(TimeDelta::hours(12));
    assert_eq!(idle.get("/").await.status, 303);

    let leaving = app.signed_in_as(Role::Buyer).await;
    let kept = leaving.cookie(app.session_cookie()).unwrap();
    assert_eq!(
        leaving.post("/sign-out", &[]).await.location().as_deref(),
        Some("/sign-in")
    );
    assert!(
        leaving.cookie(app.session_cookie()).is_none(),
        "the browser forgets it"
    );
    leaving.keep(app.session_cookie(), &kept);
    assert_eq!(leaving.get("/").await.status, 303, "and the server does");

    let dismissed = app.signed_in_as(Role::Buyer).await;
    assert_eq!(dismissed.get("/").await.status, 200);
    let act = Act::by_system(Via::Command, app.clock.now());
    access::disable(&app.keelson, &act, dismissed.person.unwrap())
        .await
        .unwrap();
    assert_eq!(dismissed.get("/").await.status, 303);
    assert_eq!(
        dismissed
            .post("/account/name", &[("name", "Still here")])
            .await
            .status,
        401
    );
    let fragment = dismissed.get_fragment("/").await;
    assert_eq!(
        (fragment.status.as_u16(), fragment.header("hx-redirect")),
        (401, Some("/sign-in"))
    );
}

#[db_test]
async fn nobody_is_sent_to_another_site_after_signing_in(t: TestDb) {
    let app = TestApp::new(&t).await;
    ada_has_a_password(&app).await;
    for to in [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "/\r\nSet-Cookie: a=b",
    ] {
        let browser = app.visitor();
        let fields = [("email", EMAIL), ("password", PASSWORD), ("to", to)];
        assert_eq!(
            browser
                .post("/sign-in", &fields)
                .await
                .location()
                .as_deref(),
            Some("/"),
            "{to:?}"
        );
        let page = app
            .visitor()
            .get(&format!(
                "/sign-in?to={}",
                to.replace(['\r', '\n', ' ', '\\'], "%5C")
            ))
            .await;
        assert_eq!(
            page.attribute("input[name=to]", "value").as_deref(),
            Some(""),
            "{to:?}"
        );
    }
}

#[db_test]
async fn a_suppliers_person_lands_in_the_portal(t: TestDb) {
    let app = TestApp::new(&t).await;
    let supplier = keelson_domain::SupplierId(1);
    let person = app.signed_in_for(supplier, Role::SupplierMember).await;
    assert_eq!(person.get("/").await.location().as_deref(), Some("/portal"));
    assert_eq!(
        person
            .get("/sign-in?to=/settings")
            .await
            .location()
            .as_deref(),
        Some("/portal")
    );
    assert_eq!(person.get("/account").await.status, 200);
    assert_eq!(person.get("/settings").await.status, 404);
}
