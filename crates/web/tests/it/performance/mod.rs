use keelson_domain::{access::Role, performance::scorecard};
use keelson_testkit::{TestApp, TestDb, db_test};

use crate::facts::{deliver, judge, supplier};

#[db_test]
async fn every_figure_of_a_scorecard_opens_to_its_lines_and_its_definition(t: TestDb) {
    let app = TestApp::new(&t).await;
    let id = supplier(&t, "Norrfjord Castings AB").await;
    deliver(&t, id, 6).await;
    judge(&t, "2025-Q4").await;
    let card = scorecard::newest(t.db.read(), id).await.unwrap().unwrap();
    let buyer = app.signed_in_as(Role::Buyer).await;
    let page = buyer.get(&format!("/scorecards/{}", card.id)).await;
    let html = page.html();
    let links = scraper::Selector::parse("#breakdown tbody a, #basis a").unwrap();
    let (mut lines, mut definitions) = (0, 0);
    for link in html.select(&links) {
        let href = link.value().attr("href").unwrap();
        let opened = buyer.get(href).await;
        assert_eq!(opened.status, 200, "{href}");
        lines += usize::from(href.contains("/lines?"));
        definitions += usize::from(href.starts_with("/settings/"));
    }
    assert_eq!(
        (lines, definitions),
        (6, 7),
        "six KPIs, six definitions and the template"
    );
}

#[db_test]
async fn the_lines_behind_a_figure_are_as_many_as_it_says(t: TestDb) {
    let app = TestApp::new(&t).await;
    let id = supplier(&t, "Norrfjord Castings AB").await;
    deliver(&t, id, 6).await;
    let buyer = app.signed_in_as(Role::Buyer).await;
    let measures = buyer.get("/measures?kpi=otd&period=2025-Q4").await;
    let row = measures
        .texts("#results tbody tr")
        .join("")
        .replace('\u{a0}', " ");
    assert!(
        row.contains("90.0%") && row.contains("162 of 180 lines"),
        "{row}"
    );
    let href = measures.attribute("#results tbody td a", "href").unwrap();
    let lines = buyer.get(&href).await;
    let tabs = lines.texts(".views a").join(" ");
    for count in ["All 180", "Met 162", "Missed 18"] {
        assert!(
            tabs.split_whitespace()
                .collect::<Vec<_>>()
                .join(" ")
                .contains(count),
            "{count} not in {tabs}"
        );
    }
    let missed = buyer.get(&format!("{href}&verdict=missed")).await;
    assert_eq!(missed.texts("tbody tr").len(), 18);
}
