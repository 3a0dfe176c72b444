use keelson_domain::{
    SupplierId,
    access::Role,
    record::of_subject,
    segmentation::{self, overrides},
};
use keelson_methods::period::Period;
use keelson_testkit::{TestApp, TestDb, db_test};

use crate::facts::{deliver, rate, supplier};

/// One strategic supplier, placed for the first quarter of 2026.
async fn placed(t: &TestDb) -> SupplierId {
    let id = supplier(t, "Norrfjord Castings AB").await;
    deliver(t, id, 6).await;
    rate(t, id, ["0", "5", "3", "80"]).await;
    let quarter = Period::parse("2026-Q1").unwrap();
    segmentation::tier(&t.keelson, &t.act(), quarter, t.act().on())
        .await
        .unwrap();
    id
}

#[db_test]
async fn an_override_is_asked_for_by_one_and_decided_by_another(t: TestDb) {
    let app = TestApp::new(&t).await;
    let id = placed(&t).await;
    let form = format!("/suppliers/{id}/tier-override");
    let ingrid = app.signed_in_as(Role::CategoryManager).await;
    let omar = app.signed_in_as(Role::SupplierManager).await;
    let buyer = app.signed_in_as(Role::Buyer).await;
    assert_eq!(
        buyer.get(&form).await.status,
        404,
        "a buyer does not override"
    );

    let asked = ingrid.get(&form).await;
    assert_eq!(
        asked.attribute("#ends_on", "value").as_deref(),
        Some("2027-03-02")
    );
    let wrong = ingrid
        .post(
            &form,
            &[
                ("tier", ""),
                ("reason", "other"),
                ("note", ""),
                ("starts_on", "soon"),
                ("ends_on", "2027-01-01"),
            ],
        )
        .await;
    assert_eq!(wrong.status, 422);
    assert_eq!(
        wrong.texts(".err-sum a"),
        [
            "Choose the tier the supplier belongs in",
            "Enter the first day, for example 31 Jan 2027"
        ]
    );
    let long = [
        ("tier", "leverage"),
        ("reason", "other"),
        ("note", ""),
        ("starts_on", "2026-03-02"),
        ("ends_on", "2 Mar 2029"),
    ];
    assert!(
        ingrid.post(&form, &long).await.texts("#ends_on-error")[0].contains("at most 24 months")
    );
    let silent = [
        ("tier", "leverage"),
        ("reason", "other"),
        ("note", ""),
        ("starts_on", "2026-03-02"),
        ("ends_on", "2026-12-31"),
    ];
    assert!(ingrid.post(&form, &silent).await.texts("#note-error")[0].contains("Say in words why"));
    let good = [
        ("tier", "leverage"),
        ("reason", "merger"),
        ("note", "Bought by Kessler"),
        ("starts_on", "2026-03-02"),
        ("ends_on", "2026-12-31"),
    ];
    let said = ingrid.follow(ingrid.post(&form, &good).await).await;
    assert!(said.texts(".flash span")[0].contains("once somebody else approves it"));
    assert!(said.texts("#overrides .badge")[0].contains("Waits for approval"));
    assert_eq!(
        said.texts("#overrides button"),
        ["Take back"],
        "nobody approves their own"
    );
    assert!(said.texts("#overrides")[0].contains("A merger: Bought by Kessler"));

    let over = overrides::of_supplier(t.db.read(), id).await.unwrap()[0].id;
    let approval = format!("/suppliers/{id}/tier-overrides/{over}/approval");
    let refused = ingrid.follow(ingrid.post(&approval, &[]).await).await;
    assert!(refused.texts(".flash span")[0].contains("Somebody else has to approve"));
    let waiting = omar.get("/segmentation/overrides").await;
    assert_eq!(waiting.texts("#waiting .title"), ["Norrfjord Castings AB"]);
    assert_eq!(waiting.texts("#waiting button"), ["Approve", "Decline"]);
    assert!(
        buyer
            .get("/segmentation/overrides")
            .await
            .texts("#waiting button")
            .is_empty()
    );

    let approved = omar.follow(omar.post(&approval, &[]).await).await;
    assert!(approved.texts("#overrides .badge")[0].contains("In force"));
    assert_eq!(approved.texts("#tier h2")[0].trim(), "Tier 2 Leverage");
    let list = omar.get("/segmentation?overridden=true").await;
    assert!(list.texts("#results tbody tr")[0].contains("Overridden, computed Tier 1 Strategic"));

    let withdrawal = format!("/suppliers/{id}/tier-overrides/{over}/withdrawal");
    let ended = omar.follow(omar.post(&withdrawal, &[]).await).await;
    assert!(
        ended.texts("#overrides .badge")[0].contains("Ended early"),
        "the history stays"
    );
    assert_eq!(ended.texts("#tier h2")[0].trim(), "Tier 1 Strategic");
    assert_eq!(
        omar.get("/segmentation/overrides")
            .await
            .texts("#closed .title")
            .len(),
        1
    );
    let told = of_subject(t.db.read(), "tier_override", over.0)
        .await
        .unwrap();
    let verbs: Vec<&str> = told.iter().map(|event| event.verb.as_str()).collect();
    assert_eq!(verbs, ["withdrawn", "approved", "requested"]);
}

#[db_test]
async fn a_supplier_in_no_tier_has_nothing_to_override(t: TestDb) {
    let app = TestApp::new(&t).await;
    let id = supplier(&t, "Norrfjord Castings AB").await;
    let manager = app.signed_in_as(Role::SupplierManager).await;
    let page = manager.get(&format!("/suppliers/{id}/tier-override")).await;
    assert_eq!(
        page.texts(".blank h2"),
        ["There is no computed tier to override"]
    );
}

#[db_test]
async fn every_part_of_a_tier_opens_to_what_it_was_made_from(t: TestDb) {
    let app = TestApp::new(&t).await;
    let id = placed(&t).await;
    let manager = app.signed_in_as(Role::SupplierManager).await;
    let page = manager.get(&format!("/suppliers/{id}/why")).await;
    assert_eq!(page.texts("#impact tbody th"), ["Spend", "Business impact"]);
    assert!(
        !page.texts("#flips h3").is_empty(),
        "what would have to change"
    );
    let html = page.html();
    let links = scraper::Selector::parse("#impact td a, #risk td a, #score td a").unwrap();
    let mut opened = 0;
    for link in html.select(&links) {
        let href = link.value().attr("href").unwrap();
        if href.starts_with(&format!("/suppliers/{id}/lines")) {
            let lines = manager.get(href).await;
            assert_eq!(lines.status, 200, "{href}");
            assert!(!lines.texts("tbody tr").is_empty(), "{href} holds lines");
            opened += 1;
        } else {
            assert_eq!(href, format!("/suppliers/{id}#ratings"));
        }
    }
    assert!(opened >= 2, "spend and lead time open to lines");
    let legal = app.signed_in_as(Role::Legal).await;
    let closed = legal.get(&format!("/suppliers/{id}/why")).await;
    let html = closed.html();
    assert!(
        html.select(&links)
            .all(|link| !link.value().attr("href").unwrap().contains("/lines")),
        "who may not see lines is offered none"
    );
}

#[db_test]
async fn the_list_filters_sorts_and_exports_what_it_shows(t: TestDb) {
    let app = TestApp::new(&t).await;
    let id = placed(&t).await;
    let manager = app.signed_in_as(Role::SupplierManager).await;
    let page = manager.get("/segmentation?tier=strategic&sort=name").await;
    assert_eq!(page.texts("#results tbody th").len(), 1);
    assert_eq!(
        page.attribute("#results th[aria-sort]", "aria-sort")
            .as_deref(),
        Some("ascending")
    );
    let none = manager.get("/segmentation?tier=leverage").await;
    assert_eq!(
        none.texts("#results .blank h2"),
        ["No supplier matches these filters"]
    );
    let file = manager.get("/segmentation/export?tier=strategic").await;
    assert_eq!(file.header("content-type"), Some("text/csv; charset=utf-8"));
    assert!(file.text().lines().nth(1).unwrap().contains("strategic"));
    let bubble = page.html();
    let marks = scraper::Selector::parse("#matrix a").unwrap();
    assert!(
        bubble.select(&marks).any(|mark| mark
            .value()
            .attr("href")
            .is_some_and(|href| href.starts_with(&format!("/suppliers/{id}")))),
        "a bubble opens its supplier"
    );
}
