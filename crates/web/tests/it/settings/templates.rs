use keelson_domain::{access::Role, versions};
use keelson_methods::scoring::ScorecardTemplate;
use keelson_testkit::{TestApp, TestDb, db_test};

use super::{answers, at, fields, with};
use crate::facts::{deliver, judge, supplier};

#[db_test]
async fn a_template_shows_its_weights_with_their_sum_and_a_curve_for_each_line(t: TestDb) {
    let app = TestApp::new(&t).await;
    let reader = app.signed_in_as(Role::Buyer).await;
    let list = reader.get("/settings/templates").await;
    assert_eq!(
        list.texts("main .rows .title"),
        [
            "Strategic suppliers",
            "Leverage suppliers",
            "Bottleneck suppliers",
            "Transactional suppliers"
        ]
    );
    let page = reader.get("/settings/templates/strategic").await;
    assert_eq!(page.texts("#lines tbody tr").len(), 6);
    assert_eq!(page.texts("#lines tfoot b"), ["100"]);
    let drawn = page.html();
    let curves = scraper::Selector::parse("#lines svg.curve path").unwrap();
    assert_eq!(drawn.select(&curves).count(), 6);
    let first = page.texts("#lines tbody tr")[0].clone();
    assert!(
        first.contains("98.0%") && first.contains("80.0%"),
        "{first}"
    );
    assert_eq!(page.texts("#grades li").len(), 6, "every gate is told");
    assert_eq!(
        reader
            .get("/settings/templates/strategic/edit")
            .await
            .status,
        404
    );
}

#[db_test]
async fn weights_add_up_and_a_target_differs_from_its_threshold(t: TestDb) {
    let app = TestApp::new(&t).await;
    let manager = app.signed_in_as(Role::SupplierManager).await;
    let form = manager.get("/settings/templates/strategic/edit").await;
    assert!(form.text().contains("The weights add up to 100 of 100."));
    let short = with(answers(&form), &[("lines.0.weight", "20")]);
    let told = manager
        .post("/settings/templates/preview", &fields(&short))
        .await;
    assert_eq!(told.status, 422);
    assert!(
        told.texts(&at("lines.0.weight-error"))[0].contains("they add up to 95"),
        "{:?}",
        told.texts(".err-sum a")
    );
    assert!(told.text().contains("The weights add up to 95 of 100."));

    let flat = with(answers(&form), &[("lines.0.threshold", "98%")]);
    let told = manager
        .post("/settings/templates/preview", &fields(&flat))
        .await;
    assert!(told.texts(&at("lines.0.threshold-error"))[0].contains("must differ"));
    let bare = with(answers(&form), &[("lines.0.target", "0.98")]);
    let told = manager
        .post("/settings/templates/preview", &fields(&bare))
        .await;
    assert!(told.texts(&at("lines.0.target-error"))[0].contains("for example 98%"));
    let twice = with(answers(&form), &[("lines.1.kpi", "otif-line")]);
    let told = manager
        .post("/settings/templates/preview", &fields(&twice))
        .await;
    assert!(told.texts(&at("lines.1.kpi-error"))[0].contains("twice"));
    let taken = with(answers(&form), &[("tier", "leverage")]);
    let told = manager
        .post("/settings/templates/preview", &fields(&taken))
        .await;
    assert!(told.texts(".err-sum a")[0].contains("is for this tier already"));
    let history = versions::history::<ScorecardTemplate>(t.db.read(), "strategic")
        .await
        .unwrap();
    assert_eq!(history.len(), 1);
}

#[db_test]
async fn a_template_is_previewed_and_published_as_a_new_version(t: TestDb) {
    let app = TestApp::new(&t).await;
    let late = supplier(&t, "Norrfjord Castings AB").await;
    deliver(&t, late, 12).await;
    judge(&t, "2025-Q4").await;
    let manager = app.signed_in_as(Role::SupplierManager).await;
    // A supplier in no tier is watched like a bottleneck.
    let form = manager.get("/settings/templates/bottleneck/edit").await;
    let milder = with(answers(&form), &[("lines.0.threshold", "50%")]);
    let preview = manager
        .post("/settings/templates/preview", &fields(&milder))
        .await;
    assert_eq!(preview.status, 200, "{:?}", preview.texts(".err-sum a"));
    let says = preview.texts("#effects p")[0].replace('\u{a0}', " ");
    assert!(
        says.starts_with("With this template 1 of 1 supplier would have another score"),
        "{says}"
    );
    let changed = preview.texts("#changes tbody tr");
    assert_eq!(changed.len(), 1, "{changed:?}");
    assert!(changed[0].contains("0 points at") && changed[0].contains("50.0%"));
    let done = manager
        .follow(
            manager
                .post("/settings/templates", &fields(&answers(&preview)))
                .await,
        )
        .await;
    assert_eq!(done.texts("#versions .title"), ["Version 2", "Version 1"]);
    let current = versions::find::<ScorecardTemplate>(t.db.read(), "bottleneck")
        .await
        .unwrap();
    assert_eq!(
        (current.version, current.document.lines[0].threshold),
        (2, 0.5)
    );
}

#[db_test]
async fn a_line_is_taken_off_and_its_slot_closes(t: TestDb) {
    let app = TestApp::new(&t).await;
    let manager = app.signed_in_as(Role::SupplierManager).await;
    let form = manager.get("/settings/templates/leverage/edit").await;
    let without = with(
        answers(&form),
        &[
            ("lines.1.kpi", ""),
            ("lines.1.weight", ""),
            ("lines.1.target", ""),
            ("lines.1.threshold", ""),
            ("lines.0.weight", "30"),
        ],
    );
    let preview = manager
        .post("/settings/templates/preview", &fields(&without))
        .await;
    assert_eq!(preview.status, 200, "{:?}", preview.texts(".err-sum a"));
    manager
        .post("/settings/templates", &fields(&answers(&preview)))
        .await;
    let current = versions::find::<ScorecardTemplate>(t.db.read(), "leverage")
        .await
        .unwrap();
    let kpis: Vec<&str> = current
        .document
        .lines
        .iter()
        .map(|line| line.kpi.as_str())
        .collect();
    assert_eq!(
        kpis,
        [
            "otif-line",
            "ppm",
            "lot-acceptance",
            "ppv",
            "invoice-accuracy"
        ]
    );
}
