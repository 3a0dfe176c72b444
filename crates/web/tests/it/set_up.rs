use keelson_testkit::{TestApp, TestDb, db_test};

const SITE: &str = "http://127.0.0.1:8080";

const ANSWERS: [(&str, &str); 6] = [
    ("organisation", "Aldermark"),
    ("currency", "EUR"),
    ("locale", "en-GB"),
    ("name", "Ada Smith"),
    ("email", "ada@aldermark.example"),
    ("password", "four plain words here"),
];

#[db_test]
async fn the_first_to_hold_the_printed_link_sets_up_and_is_administrator(t: TestDb) {
    let app = TestApp::unfounded(&t, SITE);
    let browser = app.visitor();
    let sent = browser.follow(browser.get("/").await).await;
    assert_eq!(sent.texts("h1"), ["Keelson is not set up yet"]);
    assert!(
        !sent.text().contains("/set-up/"),
        "the page does not give the link away"
    );

    let link = app
        .app
        .set_up_link()
        .await
        .unwrap()
        .expect("there is no organisation yet");
    let path = link.strip_prefix(SITE).unwrap();
    let form = browser.get(path).await;
    assert_eq!(
        (form.status.as_u16(), form.texts("h1")),
        (200, vec!["Set up Keelson".to_owned()])
    );
    let empty = browser.post(path, &[]).await;
    assert_eq!(empty.status, 422);
    assert_eq!(empty.texts(".err-sum a").len(), 6);
    let done = browser.post(path, &ANSWERS).await;
    assert_eq!(
        (done.status.as_u16(), done.location().as_deref()),
        (303, Some("/"))
    );
    assert_eq!(browser.get("/settings/people").await.status, 200);

    assert_eq!(app.app.set_up_link().await.unwrap(), None);
    assert_eq!(app.visitor().get(path).await.status, 404, "set up once");
    assert_eq!(app.visitor().post(path, &ANSWERS).await.status, 404);
    assert_eq!(
        app.visitor().get("/set-up").await.location().as_deref(),
        Some("/sign-in")
    );
}

#[db_test]
async fn nobody_sets_up_without_the_printed_link(t: TestDb) {
    let app = TestApp::unfounded(&t, SITE);
    for token in ["AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "guess"] {
        let path = format!("/set-up/{token}");
        assert_eq!(app.visitor().get(&path).await.status, 404);
        assert_eq!(app.visitor().post(&path, &ANSWERS).await.status, 404);
    }
    assert!(app.app.set_up_link().await.unwrap().is_some());
}
