use keelson_domain::{SupplierId, access::Role};
use keelson_testkit::{TestApp, TestDb, db_test};

#[db_test]
async fn people_say_what_they_are_called_and_how_they_read(t: TestDb) {
    let app = TestApp::new(&t).await;
    for visitor in [
        app.signed_in_as(Role::Buyer).await,
        app.signed_in_for(SupplierId(1), Role::SupplierMember).await,
    ] {
        let saved = visitor
            .post("/account/name", &[("name", "Grace <b>Hopper</b>")])
            .await;
        let page = visitor.follow(saved).await;
        assert_eq!(page.texts(".flash span"), ["Your name is changed."]);
        assert_eq!(
            page.attribute("#name", "value").as_deref(),
            Some("Grace <b>Hopper</b>")
        );
        assert!(!page.text().contains("<b>Hopper"), "a name is text");
        assert!(
            visitor
                .get("/account")
                .await
                .texts(".flash span")
                .is_empty(),
            "a message is shown once"
        );

        let empty = visitor.post("/account/name", &[("name", "  ")]).await;
        assert_eq!(
            (empty.status.as_u16(), empty.texts(".err-sum a")),
            (422, vec!["Enter a name".to_owned()])
        );
        assert!(empty.texts("title")[0].starts_with("Error: "));

        let wanted = [("theme", "dark"), ("locale", "de-CH")];
        let page = visitor
            .follow(visitor.post("/account/preferences", &wanted).await)
            .await;
        assert_eq!(
            page.attribute("html", "data-theme").as_deref(),
            Some("dark")
        );
        assert_eq!(
            page.attribute("#locale option[selected]", "value")
                .as_deref(),
            Some("de-CH")
        );
        assert_eq!(
            page.attribute("#shortcuts input[checked]", "value"),
            None,
            "an unticked box is a no"
        );
        for wrong in [
            [("theme", "pink"), ("locale", "de-CH")],
            [("theme", "dark"), ("locale", "xx")],
        ] {
            assert_eq!(
                visitor.post("/account/preferences", &wrong).await.status,
                422
            );
        }
    }
}

#[db_test]
async fn people_choose_a_password_and_show_the_old_one_to_change_it(t: TestDb) {
    let app = TestApp::new(&t).await;
    let visitor = app.signed_in_as(Role::Buyer).await;
    let elsewhere = app.signed_in(visitor.person.unwrap()).await;
    assert_eq!(
        visitor.get("/account").await.attribute("#current", "type"),
        None,
        "nothing to show yet"
    );
    let first = visitor
        .post(
            "/account/password",
            &[("password", "four plain words here")],
        )
        .await;
    assert_eq!(first.status, 303);
    assert_eq!(
        elsewhere.get("/account").await.status,
        303,
        "everywhere else is signed out"
    );
    assert_eq!(
        visitor
            .get("/account")
            .await
            .attribute("#current", "type")
            .as_deref(),
        Some("password")
    );
    let fields = [("current", "guess"), ("password", "other plain words now")];
    let wrong = visitor.post("/account/password", &fields).await;
    assert_eq!(wrong.status, 422);
    assert_eq!(
        wrong.texts(".err-sum a"),
        ["This is not your current password"]
    );
    assert!(
        !wrong.text().contains("other plain words now"),
        "a password never comes back"
    );
    let fields = [
        ("current", "four plain words here"),
        ("password", "other plain words now"),
    ];
    assert_eq!(visitor.post("/account/password", &fields).await.status, 303);
}

#[db_test]
async fn people_see_where_they_are_signed_in_and_end_it_there(t: TestDb) {
    let app = TestApp::new(&t).await;
    let here = app.signed_in_as(Role::Buyer).await;
    let there = app.signed_in(here.person.unwrap()).await;
    let page = here.get("/account").await;
    assert_eq!(page.texts("#sessions tbody tr").len(), 2);
    let action = page.attribute("#sessions form", "action").unwrap();
    let stranger = app.signed_in_as(Role::Administrator).await;
    assert_eq!(
        stranger.post(&action, &[]).await.status,
        404,
        "not even an administrator ends somebody's session"
    );
    assert_eq!(there.get("/account").await.status, 200);
    here.post(&action, &[]).await;
    assert_eq!(there.get("/account").await.status, 303);
    assert_eq!(here.get("/account").await.status, 200);
}

#[db_test]
async fn nobody_else_can_make_a_page_say_something(t: TestDb) {
    let app = TestApp::new(&t).await;
    let visitor = app.signed_in_as(Role::Buyer).await;
    let other = app.signed_in_as(Role::Buyer).await;
    other.post("/account/name", &[("name", "Mallory")]).await;
    let sealed = other
        .cookie("keelson-said")
        .expect("the message travels in a cookie");
    visitor.keep("keelson-said", &sealed);
    assert!(
        visitor
            .get("/account")
            .await
            .texts(".flash span")
            .is_empty(),
        "sealed for another session"
    );
    for forged in ["e30.AAAA", "nonsense", ".", &format!("{sealed}x")] {
        visitor.keep("keelson-said", forged);
        let page = visitor.get("/account").await;
        assert_eq!(
            (page.status.as_u16(), page.texts(".flash span").len()),
            (200, 0),
            "{forged}"
        );
    }
}
