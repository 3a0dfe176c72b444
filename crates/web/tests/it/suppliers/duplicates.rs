use keelson_domain::{
    Act, Clock as _, SupplierId, Via,
    access::Role,
    suppliers::{self, Draft},
};
use keelson_testkit::{TestApp, TestDb, db_test};

use super::{create, has};

/// Two records of one company: the same town and telephone, another way to write the name, one fact each the other lacks.
async fn twins(app: &TestApp) -> (SupplierId, SupplierId) {
    let first = Draft {
        name: "Vallefer Forgiature S.r.l.".to_owned(),
        country: "IT".to_owned(),
        city: "Brescia".to_owned(),
        phone: "+39 030 123456".to_owned(),
        address: "Via Roma 1".to_owned(),
        ..Draft::default()
    };
    let second = Draft {
        name: "Vallefer Forgiature SRL".to_owned(),
        address: "Via Milano 2".to_owned(),
        website: "https://vallefer.example".to_owned(),
        ..first.clone()
    };
    let ids = (create(app, &first).await, create(app, &second).await);
    let act = Act::by_system(Via::Job, app.clock.now());
    suppliers::find_duplicates(&app.keelson, &act, None)
        .await
        .unwrap();
    ids
}

#[db_test]
async fn a_pair_shows_its_weights_is_merged_with_chosen_values_and_unmerged(t: TestDb) {
    let mut app = TestApp::new(&t).await;
    app.leave_jobs();
    let (first, second) = twins(&app).await;
    let manager = app.signed_in_as(Role::SupplierManager).await;
    let queue = manager.get("/duplicates").await;
    assert_eq!(queue.texts("tr.waits").len(), 1);
    let queue = manager
        .get(&queue.attribute("a.decide", "href").unwrap())
        .await;
    assert!(
        queue
            .texts(".weights tbody tr")
            .iter()
            .any(|row| row.contains("bits")),
        "{:?}",
        queue.texts(".weights tbody tr")
    );
    let action = queue.attribute("main form", "action").unwrap();
    assert!(
        queue
            .attribute("input[name=address][value=right]", "type")
            .is_some(),
        "where the two differ one chooses"
    );
    assert!(
        queue.attribute("input[name=city]", "type").is_none(),
        "where they agree there is nothing to choose"
    );
    let nothing = manager.post(&action, &[]).await;
    assert_eq!(nothing.status, 422);
    let keep = first.to_string();
    let choice = [
        ("keep", &*keep),
        ("address", "right"),
        ("website", "left"),
        ("name", "right"),
    ];
    let page = manager.follow(manager.post(&action, &choice).await).await;
    assert!(has(&page, ".flash", "S-00002 is merged into S-00001"));
    let survivor = suppliers::find(t.db.read(), first).await.unwrap().unwrap();
    assert_eq!(survivor.details.address.as_deref(), Some("Via Milano 2"));
    assert_eq!(survivor.details.name.as_str(), "Vallefer Forgiature SRL");
    assert!(
        survivor.details.website.is_none(),
        "the kept record's empty website was chosen"
    );
    let absorbed = manager.get(&format!("/suppliers/{second}")).await;
    assert_eq!(
        absorbed.location().as_deref(),
        Some(&*format!("/suppliers/{first}")),
        "the absorbed record leads to the one that is kept"
    );
    let undo = page.attribute(".flash form", "action").unwrap();
    let page = manager.follow(manager.post(&undo, &[]).await).await;
    assert!(has(&page, ".flash", "both records stand by themselves"));
    assert_eq!(page.texts("tr.waits").len(), 1, "the pair waits again");
    let survivor = suppliers::find(t.db.read(), first).await.unwrap().unwrap();
    assert_eq!(survivor.details.address.as_deref(), Some("Via Roma 1"));
    assert_eq!(survivor.details.name.as_str(), "Vallefer Forgiature S.r.l.");
}

#[db_test]
async fn not_a_duplicate_is_remembered_and_can_be_reconsidered(t: TestDb) {
    let app = TestApp::new(&t).await;
    twins(&app).await;
    let manager = app.signed_in_as(Role::SupplierManager).await;
    let queue = manager.get("/duplicates").await;
    let apart = queue
        .attribute("form[action$='/distinction']", "action")
        .unwrap();
    let page = manager.follow(manager.post(&apart, &[]).await).await;
    assert!(has(&page, ".blank h2", "No duplicates wait"));
    assert!(has(&page, "#decided tbody tr", "are two parties"));
    let act = Act::by_system(Via::Job, app.clock.now());
    suppliers::find_duplicates(&app.keelson, &act, None)
        .await
        .unwrap();
    let again = manager.get("/duplicates").await;
    assert!(
        again.texts("tr.waits").is_empty(),
        "the next check proposes it no more"
    );
    let reconsider = again.attribute("#decided form", "action").unwrap();
    let page = manager.follow(manager.post(&reconsider, &[]).await).await;
    assert_eq!(page.texts("tr.waits").len(), 1);
}
