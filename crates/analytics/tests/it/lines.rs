use keelson_analytics::{
    Inspection, Line, LineFact, LinesRequest, OrderLine, Reason, Sort, Standing,
};
use keelson_methods::{
    delivery::Exclusion,
    kpi::{Definition, Measure},
};

use crate::kit::{analytics, day, line, load, period, standard, t2_1};

fn request(definition: &Definition) -> LinesRequest<'_> {
    LinesRequest {
        definition,
        bounds: period("all"),
        as_of: day("2026-03-31"),
        suppliers: Some(&[1]),
        category: None,
        site: None,
        only: None,
        sort: Sort::Day,
        descending: false,
        offset: 0,
        limit: 100,
    }
}

fn order(line: &Line) -> &OrderLine {
    let LineFact::OrderLine(order) = &line.fact else {
        panic!("{line:?}")
    };
    order
}

#[tokio::test]
async fn every_line_says_where_it_stands_and_why() {
    let analytics = analytics();
    load(&analytics, &t2_1()).await;
    let otif = standard(Measure::OtifLine);
    let found = analytics.lines(&request(&otif)).await.unwrap();
    assert_eq!(
        (found.met, found.missed, found.excluded, found.total),
        (2, 3, 1, 6)
    );
    let seen: Vec<_> = found
        .lines
        .iter()
        .map(|line| (order(line).id, line.standing, line.reason, line.days_late))
        .collect();
    assert_eq!(
        seen,
        [
            (1, Standing::Met, None, Some(0)),
            (2, Standing::Missed, Some(Reason::Late), Some(3)),
            (3, Standing::Missed, Some(Reason::Early), Some(-5)),
            (4, Standing::Met, None, Some(-1)),
            (5, Standing::Missed, Some(Reason::Open), Some(6)),
            (
                6,
                Standing::Excluded,
                Some(Reason::LeftOut(Exclusion::NotYetDue)),
                None
            ),
        ]
    );
    // Every field comes back as it went in, receipts included.
    let lines: Vec<OrderLine> = found.lines.iter().map(|line| order(line).clone()).collect();
    assert_eq!(lines, t2_1());
    assert_eq!(found.lines[1].completed_on, Some(day("2026-03-15")));
    assert_eq!(found.lines[1].day, Some(day("2026-03-12")));
    assert_eq!(found.lines[1].quantity_in_milli, Some(150_000));
}

#[tokio::test]
async fn part_too_early_and_too_much_have_names_of_their_own() {
    let analytics = analytics();
    let lines = [
        line(
            1,
            "A",
            100,
            "2026-03-10",
            &[("2026-03-01", 50), ("2026-03-10", 50)],
        ),
        line(2, "A", 100, "2026-03-11", &[("2026-03-11", 106)]),
    ];
    load(&analytics, &lines).await;
    let otif = standard(Measure::OtifLine);
    let found = analytics.lines(&request(&otif)).await.unwrap();
    let reasons: Vec<_> = found.lines.iter().map(|line| line.reason).collect();
    assert_eq!(reasons, [Some(Reason::Short), Some(Reason::TooMuch)]);
}

#[tokio::test]
async fn a_filter_a_sort_and_a_page_cut_the_same_lines() {
    let analytics = analytics();
    let mut lines = t2_1();
    lines[0].delay_cause = Some("carrier_buyer".to_owned());
    lines[3].category = Some("Castings".to_owned());
    load(&analytics, &lines).await;
    let otif = standard(Measure::OtifLine);
    let missed = LinesRequest {
        only: Some(Standing::Missed),
        sort: Sort::Deviation,
        descending: true,
        offset: 1,
        limit: 1,
        ..request(&otif)
    };
    let found = analytics.lines(&missed).await.unwrap();
    assert_eq!(
        (found.total, found.met, found.missed, found.excluded),
        (3, 1, 3, 2)
    );
    assert_eq!(
        found
            .lines
            .iter()
            .map(|line| order(line).id)
            .collect::<Vec<_>>(),
        [2]
    );
    let excluded = LinesRequest {
        only: Some(Standing::Excluded),
        ..request(&otif)
    };
    let found = analytics.lines(&excluded).await.unwrap();
    assert_eq!(found.lines[0].reason, Some(Reason::NotAccountable));
    let castings = LinesRequest {
        category: Some("Castings"),
        ..request(&otif)
    };
    let found = analytics.lines(&castings).await.unwrap();
    assert_eq!((found.total, order(&found.lines[0]).id), (1, 4));
    let beyond = LinesRequest {
        offset: 6,
        ..request(&otif)
    };
    let found = analytics.lines(&beyond).await.unwrap();
    assert_eq!((found.total, found.lines.len()), (6, 0));
    let somebody_else = LinesRequest {
        suppliers: Some(&[2]),
        ..request(&otif)
    };
    assert_eq!(analytics.lines(&somebody_else).await.unwrap().total, 0);
}

#[tokio::test]
async fn defects_open_to_their_inspections() {
    let analytics = analytics();
    let lot = |id: i64, defective: Option<i64>, cause: Option<&str>| Inspection {
        id,
        supplier: 1,
        source: 1,
        key: format!("lot-{id}"),
        received_on: Some(day("2026-03-10")),
        received_milli: Some(100_000),
        defective_milli: defective,
        result: Some("rejected".to_owned()),
        cause: cause.map(str::to_owned),
        ..Inspection::default()
    };
    load(
        &analytics,
        &[
            lot(1, Some(3_000), Some("supplier")),
            lot(2, Some(0), None),
            lot(3, Some(9_000), None),
            lot(4, None, None),
        ],
    )
    .await;
    let ppm = standard(Measure::Ppm);
    let found = analytics
        .lines(&LinesRequest {
            sort: Sort::Deviation,
            ..request(&ppm)
        })
        .await
        .unwrap();
    let seen: Vec<_> = found
        .lines
        .iter()
        .map(|line| {
            let LineFact::Inspection(lot) = &line.fact else {
                panic!("{line:?}")
            };
            (lot.id, line.standing, line.reason)
        })
        .collect();
    assert_eq!(
        seen,
        [
            (2, Standing::Met, None),
            (1, Standing::Missed, Some(Reason::Defective)),
            (3, Standing::Excluded, Some(Reason::NotConfirmed)),
            (4, Standing::Excluded, Some(Reason::NoResult)),
        ]
    );
}
