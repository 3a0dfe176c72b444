use keelson_domain::{
    access::Role,
    segmentation::{self, policy},
};
use keelson_methods::period::Period;
use keelson_testkit::{TestApp, TestDb, db_test};

use super::{answers, at, fields, with};
use crate::facts::{deliver, rate, supplier};

#[db_test]
async fn the_policy_reads_as_weights_lines_and_rules(t: TestDb) {
    let app = TestApp::new(&t).await;
    let reader = app.signed_in_as(Role::Auditor).await;
    let page = reader.get("/settings/policy").await;
    assert_eq!(page.texts("#impact td.r"), ["60%", "40%"]);
    assert_eq!(page.texts("#risk tbody tr").len(), 5);
    let rules = page
        .texts("#stability dd")
        .join("\n")
        .replace('\u{a0}', " ");
    assert!(
        rules.contains("5 points beyond its line") && rules.contains("2 quarters running"),
        "{rules}"
    );
    assert!(
        page.texts("main .page-tools a")
            .iter()
            .all(|tool| tool != "Edit")
    );
    assert_eq!(reader.get("/settings/policy/edit").await.status, 404);
}

#[db_test]
async fn a_policy_that_does_not_add_up_is_told_at_its_weights(t: TestDb) {
    let app = TestApp::new(&t).await;
    let manager = app.signed_in_as(Role::SupplierManager).await;
    let form = manager.get("/settings/policy/edit").await;
    assert_eq!(
        form.attribute(&at("anchors.spend_low_minor"), "value")
            .as_deref(),
        Some("10000")
    );
    let wrong = with(
        answers(&form),
        &[("profit_impact.spend", "70%"), ("stability.band", "60")],
    );
    let told = manager
        .post("/settings/policy/preview", &fields(&wrong))
        .await;
    assert_eq!(told.status, 422);
    assert!(told.texts(&at("profit_impact.spend-error"))[0].contains("add up to 1"));
    assert!(told.texts(&at("stability.band-error"))[0].contains("both sides of the lines"));
}

#[db_test]
async fn a_preview_says_who_moves_and_publishing_moves_nobody_yet(t: TestDb) {
    let app = TestApp::new(&t).await;
    let supplier = supplier(&t, "Norrfjord Castings AB").await;
    deliver(&t, supplier, 0).await;
    rate(&t, supplier, ["0", "5", "3", "80"]).await;
    let manager = app.signed_in_as(Role::SupplierManager).await;
    let quarter = Period::parse("2026-Q1").unwrap();
    segmentation::tier(&t.keelson, &t.act(), quarter, t.act().on())
        .await
        .unwrap();

    let form = manager.get("/settings/policy/edit").await;
    let higher = with(answers(&form), &[("matrix.supply_risk_cut", "90")]);
    let preview = manager
        .post("/settings/policy/preview", &fields(&higher))
        .await;
    assert_eq!(preview.status, 200, "{:?}", preview.texts(".err-sum a"));
    let says = preview.texts("#effects p")[0].replace('\u{a0}', " ");
    assert_eq!(
        says,
        "With this policy 1 supplier would be in another tier in Q1 2026."
    );
    let row = preview.texts("#effects tbody tr").join("");
    assert!(
        row.contains("Strategic") && row.contains("Leverage"),
        "{row}"
    );
    let changed = preview.texts("#changes tbody tr");
    assert_eq!(changed.len(), 1, "{changed:?}");
    assert!(changed[0].contains("Supply risk is high from"));

    let done = manager
        .follow(
            manager
                .post("/settings/policy", &fields(&answers(&preview)))
                .await,
        )
        .await;
    assert_eq!(done.texts("#versions .title"), ["Version 2", "Version 1"]);
    assert!(done.texts(".flash span")[0].contains("Tiers stay as they are"));
    let current = policy::current(t.db.read()).await.unwrap();
    assert_eq!(
        (current.version, current.document.matrix.supply_risk_cut),
        (2, 90.0)
    );
    let placed = segmentation::placed(t.db.read(), &[supplier.0], t.act().on())
        .await
        .unwrap();
    assert_eq!(placed[&supplier.0].tier.label(), "Tier 1 Strategic");
    let old = manager.get("/settings/policy/versions/1").await;
    assert!(old.texts(".badge").iter().any(|badge| badge == "Replaced"));
}
