use keelson_domain::{access::Role, suppliers};
use keelson_testkit::{TestApp, TestDb, Visitor, db_test};

use super::{active, has, refused};

async fn three(app: &TestApp) -> Vec<keelson_domain::SupplierId> {
    let mut ids = Vec::new();
    for (name, country, city) in [
        ("Alder AB", "SE", "Lund"),
        ("Birch GmbH", "DE", "Ulm"),
        ("Cedar SpA", "IT", "Brescia"),
    ] {
        ids.push(active(app, name, country, city).await);
    }
    ids
}

async fn names(visitor: &Visitor<'_>, address: &str) -> Vec<String> {
    let page = visitor.get(address).await;
    assert_eq!(page.status, 200, "{address}");
    page.texts(".list tbody .name")
}

#[db_test]
async fn the_list_searches_filters_sorts_and_shows_what_is_chosen(t: TestDb) {
    let app = TestApp::new(&t).await;
    let ids = three(&app).await;
    let manager = app.signed_in_as(Role::SupplierManager).await;
    let all = ["Alder AB", "Birch GmbH", "Cedar SpA"];
    assert_eq!(names(&manager, "/suppliers?sort=name").await, all);
    assert_eq!(names(&manager, "/suppliers?q=ulm").await, ["Birch GmbH"]);
    assert_eq!(names(&manager, "/suppliers?q=S-00003").await, ["Cedar SpA"]);
    let two = "/suppliers?country=DE&country=IT&sort=-name";
    assert_eq!(names(&manager, two).await, ["Cedar SpA", "Birch GmbH"]);
    let nobody = manager.get("/suppliers?country=DE&q=lund").await;
    assert!(has(&nobody, ".blank h2", "No supplier fits"));

    let page = manager
        .get("/suppliers?country=DE&spend_from=1000&score_to=90")
        .await;
    let chips = page.texts(".chip > span");
    assert_eq!(
        chips,
        ["Country Germany", "Spend from 1000", "Score up to 90"]
    );
    assert_eq!(
        page.attribute("[name=spend_from]", "value").as_deref(),
        Some("1000"),
        "the panel shows the range in force"
    );
    assert_eq!(
        page.attribute(".chip a", "href").as_deref(),
        Some("/suppliers?spend_from=1000&score_to=90")
    );
    let chosen = manager.get("/suppliers?columns=city&columns=number").await;
    assert_eq!(
        chosen.texts(".list thead th:not(.pick)"),
        ["Supplier", "City", "Number"]
    );
    let fragment = manager.get_fragment("/suppliers?q=ulm").await;
    assert!(
        !fragment.text().contains("<html"),
        "a filter swaps the results only"
    );
    assert!(fragment.text().contains("Birch GmbH"));
    assert!(ids.len() == 3);
}

#[db_test]
async fn an_export_holds_exactly_what_is_listed(t: TestDb) {
    let app = TestApp::new(&t).await;
    three(&app).await;
    let buyer = app.signed_in_as(Role::Buyer).await;
    let list = "country=DE&country=IT&sort=name&columns=city,status";
    let page = buyer.get(&format!("/suppliers?{list}")).await;
    let csv = page
        .attribute(".in-force a[href*='format=csv']", "href")
        .unwrap();
    let file = buyer.get(&csv).await;
    assert_eq!(
        file.text(),
        "number,name,city,status\r\n\
         S-00002,Birch GmbH,Ulm,active\r\n\
         S-00003,Cedar SpA,Brescia,active\r\n"
    );
    let xlsx = page
        .attribute(".in-force a[href*='format=xlsx']", "href")
        .unwrap();
    let file = buyer.get(&xlsx).await;
    assert!(file.body.starts_with(b"PK"), "a workbook is a zip file");
}

#[db_test]
async fn a_view_is_saved_changed_renamed_pinned_and_deleted(t: TestDb) {
    let app = TestApp::new(&t).await;
    three(&app).await;
    let manager = app.signed_in_as(Role::SupplierManager).await;
    let fresh = manager.get("/suppliers").await;
    assert!(
        fresh.texts(".changed-view").is_empty(),
        "nothing is changed yet"
    );
    let filtered = manager.get("/suppliers?country=DE").await;
    assert_eq!(filtered.texts(".changed-view").len(), 1);
    refused(
        &manager
            .post("/suppliers/views", &[("name", " "), ("country", "DE")])
            .await,
        "name",
    );
    let save = [("name", "Germany"), ("country", "DE"), ("shared", "on")];
    let saved = manager
        .follow(manager.post("/suppliers/views", &save).await)
        .await;
    assert_eq!(saved.texts(".tabs [aria-current]"), ["Germany 1"]);
    assert!(saved.texts(".changed-view").is_empty());
    let address = saved.attribute(".tabs [aria-current]", "href").unwrap();

    let changed = manager.get(&format!("{address}&country=IT")).await;
    assert_eq!(changed.texts(".tabs [aria-current]"), ["Germany 1"]);
    assert_eq!(
        changed.attribute(".changed-view > a", "href").as_deref(),
        Some(&*address),
        "Reset leads back to the view"
    );
    let view = changed.attribute("[name=replace]", "value").unwrap();
    let more = [("replace", &*view), ("country", "DE"), ("country", "IT")];
    let page = manager
        .follow(manager.post("/suppliers/views", &more).await)
        .await;
    assert_eq!(page.texts(".tabs [aria-current]"), ["Germany 2"]);

    let buyer = app.signed_in_as(Role::Buyer).await;
    assert!(has(&buyer.get("/suppliers").await, ".tabs", "Germany"));
    let own = manager
        .post("/suppliers/views", &[("name", "Mine"), ("q", "x")])
        .await;
    assert_eq!(own.status, 303);
    assert!(!has(&buyer.get("/suppliers").await, ".tabs", "Mine"));
    let forbidden = buyer.post("/suppliers/views", &save).await;
    assert_eq!(forbidden.status, 403, "a buyer keeps views for itself only");
    let not_theirs = buyer.post(&format!("/views/{view}/deletion"), &[]).await;
    assert_eq!(not_theirs.status, 403);

    let renamed = [("name", "Germany and Italy")];
    let page = manager
        .follow(manager.post(&format!("/views/{view}/name"), &renamed).await)
        .await;
    assert!(has(&page, "tbody th", "Germany and Italy"));
    refused(
        &manager
            .post(&format!("/views/{view}/name"), &[("name", "Mine")])
            .await,
        "name",
    );
    let page = manager
        .follow(
            manager
                .post(&format!("/views/{view}/pin"), &[("pinned", "on")])
                .await,
        )
        .await;
    assert!(has(&page, "tbody th", "Pinned"));
    assert!(
        has(
            &manager.get("/scorecards").await,
            ".side-nav",
            "Germany and Italy"
        ),
        "a pinned view stands in the sidebar of every page"
    );
    let page = manager
        .follow(manager.post(&format!("/views/{view}/deletion"), &[]).await)
        .await;
    assert!(!has(&page, "tbody th", "Germany and Italy"));
}

#[db_test]
async fn many_are_changed_after_a_look_and_changed_back(t: TestDb) {
    let app = TestApp::new(&t).await;
    let ids = three(&app).await;
    let manager = app.signed_in_as(Role::SupplierManager).await;
    let act = t.act_by(manager.person.unwrap());
    suppliers::retire(&app.keelson, &act, ids[2], "Closed")
        .await
        .unwrap();
    let picked: Vec<String> = ids.iter().map(ToString::to_string).collect();
    let with = |fields: &[(&'static str, &'static str)]| -> Vec<(&str, &str)> {
        picked
            .iter()
            .map(|id| ("pick", id.as_str()))
            .chain([("list", "country=DE")])
            .chain(fields.iter().copied())
            .collect()
    };
    let none = manager
        .follow(manager.post("/suppliers/bulk/status", &[]).await)
        .await;
    assert!(has(&none, ".flash", "Select at least one supplier"));
    let form = manager.post("/suppliers/bulk/status", &with(&[])).await;
    assert_eq!(form.texts("#picked tbody tr").len(), 3);
    let empty = manager
        .post("/suppliers/bulk/status", &with(&[("go", "look")]))
        .await;
    refused(&empty, "step");
    let unreasoned = with(&[("go", "look"), ("step", "block")]);
    refused(
        &manager.post("/suppliers/bulk/status", &unreasoned).await,
        "reason",
    );

    let look = with(&[("go", "look"), ("step", "block"), ("reason", "Fire")]);
    let look = manager.post("/suppliers/bulk/status", &look).await;
    assert_eq!(
        look.texts(".notice b"),
        ["2 suppliers change, 1 cannot change."]
    );
    assert!(has(&look, "#picked tbody tr", "is retired (Closed)"));
    let now = suppliers::find(t.db.read(), ids[0]).await.unwrap().unwrap();
    assert_eq!(
        now.status,
        suppliers::Status::Active,
        "a look changes nothing"
    );

    let change = with(&[("go", "change"), ("step", "block"), ("reason", "Fire")]);
    let answer = manager.post("/suppliers/bulk/status", &change).await;
    assert_eq!(answer.location().as_deref(), Some("/suppliers?country=DE"));
    let page = manager.follow(answer).await;
    assert!(has(
        &page,
        ".flash",
        "2 suppliers are changed. 1 stays as it was."
    ));
    let undo = page.attribute(".flash form", "action").unwrap();
    let stranger = app.signed_in_as(Role::SupplierManager).await;
    assert_eq!(stranger.post(&undo, &[]).await.status, 404);
    let page = manager.follow(manager.post(&undo, &[]).await).await;
    assert!(has(&page, ".flash", "2 suppliers are as they were before"));
    let now = suppliers::find(t.db.read(), ids[0]).await.unwrap().unwrap();
    assert_eq!(now.status, suppliers::Status::Active);

    let me = manager.person.unwrap().to_string();
    let mut owner = with(&[("go", "change")]);
    owner.push(("owner", &me));
    manager.post("/suppliers/bulk/owner", &owner).await;
    let mine = format!("/suppliers?owner={me}&sort=name");
    assert_eq!(names(&manager, &mine).await.len(), 3);
    let buyer = app.signed_in_as(Role::Buyer).await;
    assert_eq!(
        buyer.post("/suppliers/bulk/status", &change).await.status,
        404,
        "who may not approve may not do it in bulk either"
    );
}

#[db_test]
async fn the_palette_finds_suppliers_by_what_people_know_them_by(t: TestDb) {
    let app = TestApp::new(&t).await;
    three(&app).await;
    let reader = app.signed_in_as(Role::Executive).await;
    for (query, name) in [("birch", "Birch"), ("S-00003", "Cedar"), ("lund", "Alder")] {
        let hits = reader.get_fragment(&format!("/search?q={query}")).await;
        assert_eq!(hits.texts("[role=option]").len(), 1, "{query}");
        assert!(has(&hits, "[role=option]", name), "{query}");
    }
    let one_letter = reader.get_fragment("/search?q=b").await;
    assert!(one_letter.texts("[role=option]").is_empty());
}
