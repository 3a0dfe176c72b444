use keelson_analytics::{By, Group, Inspection, OrderLine, Receipt, Request};
use keelson_methods::{
    kpi::{DefectStatus, Measure, QualityRules},
    missing::Missing,
};

use crate::kit::{analytics, day, line, load, measure, parts, period, standard, supplier, total};

fn lot(id: i64, received: &str, defective: i64, result: &str, cause: Option<&str>) -> Inspection {
    Inspection {
        id,
        supplier: 1,
        source: 1,
        key: format!("lot-{id}"),
        received_on: Some(day(received)),
        defective_milli: Some(defective * 1000),
        result: Some(result.to_owned()),
        cause: cause.map(str::to_owned),
        ..Inspection::default()
    }
}

#[tokio::test]
async fn t2_3_ppm_through_parquet() {
    let analytics = analytics();
    load(
        &analytics,
        &[line(
            1,
            "A",
            48_000,
            "2026-03-10",
            &[("2026-03-09", 40_000), ("2026-03-10", 8_000)],
        )],
    )
    .await;
    load(
        &analytics,
        &[
            lot(1, "2026-03-09", 12, "sorted", Some("supplier")),
            lot(2, "2026-03-10", 0, "accepted", None),
        ],
    )
    .await;
    let ppm = total(
        &analytics,
        &standard(Measure::Ppm),
        period("2026-03"),
        "2026-03-31",
    )
    .await;
    assert_eq!(
        (ppm.rate.numerator, ppm.rate.denominator, ppm.rate.n),
        (12_000, 48_000_000, 48_000)
    );
    assert_eq!((ppm.value, ppm.reason, ppm.raw), (Some(250.0), None, None));
    let interval = ppm.interval.unwrap();
    assert!(
        (interval.low - 143.02).abs() < 0.005 && (interval.high - 436.96).abs() < 0.005,
        "{interval:?}"
    );
    load(&analytics, &[lot(2, "2026-03-10", 0, "accepted", None)]).await;
    let none = total(
        &analytics,
        &standard(Measure::Ppm),
        period("2026-03"),
        "2026-03-31",
    )
    .await;
    assert_eq!(none.value, Some(0.0));
    assert!((none.interval.unwrap().high - 80.02).abs() < 0.005);
}

#[tokio::test]
async fn what_nobody_inspected_is_not_perfect() {
    let analytics = analytics();
    load(
        &analytics,
        &[line(1, "A", 100, "2026-03-10", &[("2026-03-10", 100)])],
    )
    .await;
    let ppm = standard(Measure::Ppm);
    let answer = total(&analytics, &ppm, period("2026-03"), "2026-03-31").await;
    assert_eq!(
        (answer.value, answer.reason, answer.rate.n),
        (None, Some(Missing::NotReported), 100)
    );
    // Defects of lots whose receipts nobody reported have nothing to be a share of.
    load(
        &analytics,
        &[lot(1, "2026-04-09", 12, "rejected", Some("supplier"))],
    )
    .await;
    let april = total(&analytics, &ppm, period("2026-04"), "2026-04-30").await;
    assert_eq!(
        (april.value, april.reason),
        (None, Some(Missing::DenominatorZero))
    );
}

#[tokio::test]
async fn only_confirmed_defects_are_the_suppliers() {
    let analytics = analytics();
    load(
        &analytics,
        &[line(1, "A", 1000, "2026-03-10", &[("2026-03-10", 1000)])],
    )
    .await;
    let causes = [
        Some("supplier"),
        Some("confirmed"),
        Some("disputed"),
        Some("pending"),
        None,
        Some("other"),
    ];
    let lots: Vec<Inspection> = causes
        .iter()
        .zip(1..)
        .map(|(cause, id)| {
            lot(
                id,
                "2026-03-10",
                10_i64.pow(id as u32 - 1),
                "rejected",
                *cause,
            )
        })
        .collect();
    load(&analytics, &lots).await;
    let mut ppm = standard(Measure::Ppm);
    let answer = total(&analytics, &ppm, period("2026-03"), "2026-03-31").await;
    assert_eq!(
        (answer.rate.numerator, answer.raw.unwrap().numerator),
        (11_000, 111_111_000)
    );
    ppm.quality = Some(QualityRules {
        defects: vec![
            DefectStatus::Confirmed,
            DefectStatus::Pending,
            DefectStatus::Disputed,
        ],
        ..QualityRules::default()
    });
    let answer = total(&analytics, &ppm, period("2026-03"), "2026-03-31").await;
    assert_eq!(answer.rate.numerator, 11_111_000);
}

#[tokio::test]
async fn received_units_count_in_the_month_they_came_and_without_a_line_too() {
    let analytics = analytics();
    let mut order = line(
        1,
        "A",
        100,
        "2026-02-10",
        &[("2026-02-10", 60), ("2026-03-02", 30)],
    );
    order.receipts[1].rejected_milli = 10_000;
    load(&analytics, &[order]).await;
    let loose = Receipt {
        id: 1,
        supplier: 2,
        received_on: day("2026-03-05"),
        good_milli: 5_000,
        rejected_milli: 1_000,
        ..Receipt::default()
    };
    load(&analytics, &[loose]).await;
    let undated = Inspection {
        received_on: None,
        inspected_on: Some(day("2026-03-06")),
        ..lot(2, "2026-01-01", 2, "rejected", Some("supplier"))
    };
    load(
        &analytics,
        &[
            lot(1, "2026-02-10", 1, "rejected", Some("supplier")),
            Inspection {
                supplier: 2,
                ..undated
            },
        ],
    )
    .await;
    let ppm = standard(Measure::Ppm);
    let months = measure(
        &analytics,
        &ppm,
        period("all"),
        "2026-03-31",
        By::SupplierMonth,
    )
    .await;
    let month = |id, month| Group {
        month: Some(month),
        ..supplier(id)
    };
    assert_eq!(
        parts(&months),
        [
            (month(1, 202_602), 1_000, 60_000),
            (month(1, 202_603), 0, 40_000),
            (month(2, 202_603), 2_000, 6_000)
        ]
    );
    assert_eq!(months[1].reason, Some(Missing::NotReported));
    let quarter = measure(
        &analytics,
        &ppm,
        period("2026-Q1"),
        "2026-03-31",
        By::Supplier,
    )
    .await;
    assert_eq!(
        parts(&quarter),
        [(supplier(1), 1_000, 100_000), (supplier(2), 2_000, 6_000)]
    );
}

#[tokio::test]
async fn lots_accepted_the_first_time() {
    let analytics = analytics();
    let results = [
        "accepted",
        "accepted",
        "use_as_is",
        "sorted",
        "reworked",
        "rejected",
        "skipped",
    ];
    let mut lots: Vec<Inspection> = results
        .iter()
        .zip(1..)
        .map(|(result, id)| lot(id, "2026-03-10", 0, result, None))
        .collect();
    lots.push(Inspection {
        result: None,
        ..lot(8, "2026-03-10", 0, "", None)
    });
    load(&analytics, &lots).await;
    load::<OrderLine>(&analytics, &[]).await;
    let mut acceptance = standard(Measure::LotAcceptance);
    let answer = total(&analytics, &acceptance, period("2026-03"), "2026-03-31").await;
    assert_eq!((answer.rate.numerator, answer.rate.denominator), (2, 6));
    assert_eq!((answer.left_out, answer.unreported), (1, 1));
    acceptance.quality = Some(QualityRules {
        accepted: vec![
            keelson_methods::kpi::LotResult::Accepted,
            keelson_methods::kpi::LotResult::UseAsIs,
        ],
        ..QualityRules::default()
    });
    let request = Request {
        definition: &acceptance,
        bounds: period("2026-03"),
        as_of: day("2026-03-31"),
        by: By::Supplier,
        suppliers: Some(&[1, 2]),
    };
    let answers = analytics.measure(&request).await.unwrap();
    assert_eq!(parts(&answers), [(supplier(1), 3, 6), (supplier(2), 0, 0)]);
}
