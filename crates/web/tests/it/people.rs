use keelson_domain::access::{Person, Role, Status};
use keelson_testkit::{TestApp, TestDb, db_test};

#[db_test]
async fn an_administrator_invites_somebody_and_hands_the_link_over_once(t: TestDb) {
    let app = TestApp::new(&t).await;
    let administrator = app.signed_in_as(Role::Administrator).await;
    let asked = [
        ("side", "buyer"),
        ("name", "Grace Hopper"),
        ("email", "grace@aldermark.example"),
    ];
    let none = administrator.post("/settings/people", &asked).await;
    assert_eq!(
        (none.status.as_u16(), none.texts(".err-sum a")),
        (422, vec!["Choose at least one role".to_owned()])
    );
    assert_eq!(
        none.attribute("#email", "value").as_deref(),
        Some("grace@aldermark.example"),
        "answers are kept"
    );

    let mut asked = asked.to_vec();
    asked.extend([("roles", "quality"), ("roles", "legal")]);
    let made = administrator.post("/settings/people", &asked).await;
    assert_eq!(made.status, 200);
    let link = made.texts("pre code").remove(0);
    let path = link
        .strip_prefix("http://127.0.0.1:8080")
        .unwrap()
        .to_owned();
    assert!(path.starts_with("/invitation/"), "{path}");
    let list = administrator.get("/settings/people").await;
    assert!(
        list.texts("#ours tbody tr")
            .iter()
            .any(|row| row.contains("Grace Hopper") && row.contains("Invited"))
    );
    assert!(!list.text().contains(&path), "the link is shown once");

    let twin = administrator.post("/settings/people", &asked).await;
    assert_eq!(
        twin.texts(".err-sum a"),
        ["There is already a person with this e-mail address"]
    );

    let grace = app.visitor();
    let fields = [
        ("name", "Grace Hopper"),
        ("password", "four plain words here"),
    ];
    assert_eq!(grace.post(&path, &fields).await.status, 303);
    assert_eq!(
        grace.get("/settings/people").await.status,
        404,
        "quality does not manage people"
    );
}

#[db_test]
async fn a_new_invitation_replaces_the_first(t: TestDb) {
    let app = TestApp::new(&t).await;
    let administrator = app.signed_in_as(Role::Administrator).await;
    let fields = [
        ("side", "buyer"),
        ("name", "Grace"),
        ("email", "grace@aldermark.example"),
        ("roles", "buyer"),
    ];
    let link_of = |answer: &keelson_testkit::Answer| {
        answer
            .texts("pre code")
            .remove(0)
            .strip_prefix("http://127.0.0.1:8080")
            .unwrap()
            .to_owned()
    };
    let made = administrator.post("/settings/people", &fields).await;
    let first = link_of(&made);
    let person = made.attribute("main a.primary", "href").unwrap();
    let second = link_of(
        &administrator
            .post(&format!("{person}/invitation"), &[])
            .await,
    );
    assert_eq!(app.visitor().get(&first).await.status, 404);
    assert_eq!(app.visitor().get(&second).await.status, 200);
}

#[db_test]
async fn a_suppliers_person_belongs_to_a_supplier_that_exists(t: TestDb) {
    let app = TestApp::new(&t).await;
    let administrator = app.signed_in_as(Role::Administrator).await;
    let form = administrator
        .get("/settings/people/new?side=supplier")
        .await;
    assert_eq!(
        form.texts("#roles label > span").len(),
        2,
        "a supplier's roles only"
    );
    let fields = [
        ("side", "supplier"),
        ("name", "Sam"),
        ("email", "sam@norrfjord.example"),
        ("roles", "supplier_member"),
    ];
    let without = administrator.post("/settings/people", &fields).await;
    assert_eq!(without.texts(".err-sum a"), ["Enter the supplier's number"]);
    let mut unknown = fields.to_vec();
    unknown.push(("supplier", "S-99999"));
    let answer = administrator.post("/settings/people", &unknown).await;
    assert_eq!(
        answer.texts(".err-sum a"),
        ["There is no supplier with the number S-99999"]
    );
    let wrong = [
        ("side", "buyer"),
        ("name", "Sam"),
        ("email", "sam@norrfjord.example"),
        ("roles", "supplier_member"),
    ];
    assert_eq!(
        administrator.post("/settings/people", &wrong).await.status,
        422
    );
    let forged = [
        ("side", "buyer"),
        ("name", "Sam"),
        ("email", "sam@norrfjord.example"),
        ("roles", "root"),
    ];
    assert_eq!(
        administrator.post("/settings/people", &forged).await.status,
        422
    );
}

#[db_test]
async fn roles_take_effect_on_the_next_request_and_disabling_can_be_undone(t: TestDb) {
    let app = TestApp::new(&t).await;
    let administrator = app.signed_in_as(Role::Administrator).await;
    let buyer = app.signed_in_as(Role::Buyer).await;
    let page = format!("/settings/people/{}", buyer.person.unwrap());
    assert_eq!(buyer.get("/settings/people").await.status, 404);
    administrator
        .post(
            &format!("{page}/roles"),
            &[("roles", "administrator"), ("roles", "buyer")],
        )
        .await;
    assert_eq!(buyer.get("/settings/people").await.status, 200);
    administrator
        .post(&format!("{page}/roles"), &[("roles", "buyer")])
        .await;
    assert_eq!(buyer.get("/settings/people").await.status, 404);

    let said = administrator
        .follow(administrator.post(&format!("{page}/suspension"), &[]).await)
        .await;
    assert!(said.texts(".flash span")[0].contains("signed out everywhere"));
    assert_eq!(buyer.get("/").await.status, 303);
    let undo = said.attribute(".flash form", "action").unwrap();
    administrator.post(&undo, &[]).await;
    let person = Person::find(app.keelson.db.read(), buyer.person.unwrap())
        .await
        .unwrap()
        .unwrap();
    assert_ne!(person.status, Status::Disabled);
}

#[db_test]
async fn the_last_administrator_stays(t: TestDb) {
    let app = TestApp::new(&t).await;
    let administrator = app.signed_in_as(Role::Administrator).await;
    let page = format!("/settings/people/{}", administrator.person.unwrap());
    for (action, fields) in [
        ("suspension", &[][..]),
        ("roles", &[("roles", "buyer")][..]),
    ] {
        let said = administrator
            .follow(
                administrator
                    .post(&format!("{page}/{action}"), fields)
                    .await,
            )
            .await;
        assert!(
            said.texts(".flash span")[0].contains("last administrator"),
            "{action}"
        );
    }
    assert_eq!(administrator.get("/settings/people").await.status, 200);
}

#[db_test]
async fn the_organisation_says_how_it_writes_figures(t: TestDb) {
    let app = TestApp::new(&t).await;
    let administrator = app.signed_in_as(Role::Administrator).await;
    let fields = [("organisation", ""), ("currency", "EURO"), ("locale", "xx")];
    let wrong = administrator.post("/settings/organisation", &fields).await;
    assert_eq!(wrong.status, 422);
    let fields = [
        ("organisation", "Aldermark Group"),
        ("currency", "CHF"),
        ("locale", "de-CH"),
    ];
    let saved = administrator
        .follow(administrator.post("/settings/organisation", &fields).await)
        .await;
    assert_eq!(saved.texts(".workspace"), ["Aldermark Group"]);
    assert_eq!(
        saved
            .attribute("#currency option[selected]", "value")
            .as_deref(),
        Some("CHF")
    );
}
