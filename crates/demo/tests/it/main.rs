//! The sample company as it is found after all of it went the way that real data goes.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use keelson_demo::{ORGANISATION, Options, make, visitors};
use keelson_domain::{
    Keelson, SupplierId,
    access::Organisation,
    operations,
    performance::{list, scorecard, shared::shared_with},
    segmentation,
    suppliers::{self, ListQuery, Reader},
};
use keelson_methods::{money::Currency, scoring::Grade, segmentation::Tier};
use keelson_testkit::{TestDb, db_test};

/// As many as have every story and enough others for a spread of grades.
const SUPPLIERS: u32 = 50;

async fn id(keelson: &Keelson, name: &str) -> SupplierId {
    let query = ListQuery {
        text: name.to_owned(),
        ..ListQuery::default()
    };
    let rows = suppliers::every_row(keelson.db.read(), &query, Currency::parse("EUR").unwrap())
        .await
        .unwrap();
    rows.iter().find(|row| row.name == name).unwrap().id
}

/// One test, because making the company is what takes the time.
#[db_test]
async fn the_company_tells_its_stories(t: TestDb) {
    let today = t.act().on();
    let options = Options {
        seed: 1,
        suppliers: SUPPLIERS,
        today,
    };
    let keelson = &t.keelson;
    let steps = std::sync::Mutex::new(Vec::new());
    make(keelson, options, &|step| {
        steps.lock().unwrap().push(step.done);
    })
    .await
    .unwrap();
    let steps = steps.into_inner().unwrap();
    assert!(steps.is_sorted() && steps.last() == Some(&1.0), "{steps:?}");
    let db = keelson.db.read();

    let organisation = Organisation::find(db).await.unwrap().unwrap();
    assert_eq!(
        (organisation.name.as_str(), organisation.invented),
        (ORGANISATION, true)
    );
    let roles: Vec<&str> = visitors(keelson)
        .await
        .unwrap()
        .iter()
        .map(|one| one.role)
        .collect();
    assert_eq!(
        roles,
        [
            "supplier manager",
            "buyer",
            "executive",
            "administrator",
            "supplier"
        ]
    );
    assert_eq!(
        operations::check(keelson).await.unwrap(),
        Vec::<String>::new()
    );

    // Most are B or C, some A, few D.
    let quarter = segmentation::quarter_of(today).previous().unwrap();
    let grades: BTreeMap<Option<Grade>, u64> = list::grades(db, quarter)
        .await
        .unwrap()
        .into_iter()
        .collect();
    let of = |grade| grades.get(&Some(grade)).copied().unwrap_or(0) as f64;
    let graded: f64 = Grade::ALL.iter().map(|grade| of(*grade)).sum();
    assert!(graded > f64::from(SUPPLIERS) * 0.7, "{grades:?}");
    assert!(of(Grade::B) + of(Grade::C) > graded * 0.5, "{grades:?}");
    assert!(
        (0.05..0.40).contains(&(of(Grade::A) / graded)),
        "{grades:?}"
    );
    assert!(of(Grade::D) < graded * 0.2, "{grades:?}");

    // The star rises, the slide falls, the trial has too little.
    let course = async |name| {
        let scores = scorecard::course(db, id(keelson, name).await)
            .await
            .unwrap();
        let all: Vec<f64> = scores
            .iter()
            .filter_map(|one| Some(one.score_centi? as f64 / 100.0))
            .collect();
        all
    };
    let mean = |scores: &[f64]| scores.iter().sum::<f64>() / scores.len() as f64;
    let star = course("Norrfjord Castings AB").await;
    assert_eq!(star.len(), 8);
    assert!(
        mean(&star[5..]) > mean(&star[..3]) && mean(&star[5..]) > 88.0,
        "{star:?}"
    );
    let slide = course("Kessler Präzision GmbH").await;
    assert!(mean(&slide[..4]) > slide[7] + 5.0, "{slide:?}");
    assert!(course("Korund Keramik GmbH").await.len() <= 2);

    let everyone: Vec<i64> = [
        id(keelson, "Norrfjord Castings AB").await,
        id(keelson, "Kessler Präzision GmbH").await,
        id(keelson, "Tanaka Seimitsu K.K.").await,
    ]
    .map(|id| id.0)
    .into();
    let placed = segmentation::placed(db, &everyone, today).await.unwrap();
    assert!(
        placed.values().all(|placed| placed.tier == Tier::Strategic),
        "{placed:?}"
    );

    // The pair that is one party waits for somebody to decide, and it is the only one.
    let pairs = suppliers::open_pairs(db).await.unwrap();
    assert_eq!(pairs, 1);

    // The portal has something to show, and nothing internal is in it.
    let own = id(keelson, "Norrfjord Castings AB").await;
    assert_eq!(shared_with(db, own, 20).await.unwrap().len(), 8);
    let held = suppliers::documents(db, own, Reader::Supplier)
        .await
        .unwrap();
    assert_eq!(held.len(), 5);
    assert!(
        suppliers::documents(db, own, Reader::Colleague)
            .await
            .unwrap()
            .len()
            > held.len()
    );
    assert_eq!(
        suppliers::notes(db, own, Reader::Supplier)
            .await
            .unwrap()
            .len(),
        1
    );
    assert_eq!(suppliers::sites(db, own).await.unwrap().len(), 2);
}
