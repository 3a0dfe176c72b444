use keelson_analytics::{By, Group, OrderLine, Request};
use keelson_methods::{
    kpi::{Definition, DeliveryRules, Measure},
    missing::Missing,
};

use crate::kit::{
    analytics, day, line, load, measure, parts, period, standard, supplier, t2_1, total,
};

const DELIVERY: [Measure; 4] = [
    Measure::OnTimeDelivery,
    Measure::OtifLine,
    Measure::OtifQuantity,
    Measure::OtifOrder,
];

#[tokio::test]
async fn t2_1_through_parquet() {
    let analytics = analytics();
    load(&analytics, &t2_1()).await;
    for (measure, numerator, denominator, n) in [
        (Measure::OnTimeDelivery, 2, 5, 5),
        (Measure::OtifLine, 2, 5, 5),
        (Measure::OtifQuantity, 1_235_000, 1_430_000, 5),
        (Measure::OtifOrder, 1, 4, 4),
    ] {
        let all = total(&analytics, &standard(measure), period("all"), "2026-03-31").await;
        assert_eq!(
            (all.rate.numerator, all.rate.denominator, all.rate.n),
            (numerator, denominator, n),
            "{measure}"
        );
        assert_eq!(all.value, Some(numerator as f64 / denominator as f64));
        // Line 6 is not due: left out, not failed.
        assert_eq!((all.left_out, all.unreported, all.raw), (1, 0, None));
        let march = total(
            &analytics,
            &standard(measure),
            period("2026-03"),
            "2026-03-31",
        )
        .await;
        assert_eq!((march.rate, march.left_out), (all.rate, 0));
        assert_eq!(all.interval.is_some(), measure != Measure::OtifQuantity);
    }
}

#[tokio::test]
async fn what_happens_after_the_day_of_asking_is_not_known() {
    let analytics = analytics();
    load(&analytics, &t2_1()).await;
    // On the 11th only line 1 has come and is due; line 3 came early, which no later day can mend.
    let otif = standard(Measure::OtifLine);
    let early = total(&analytics, &otif, period("2026-03"), "2026-03-11").await;
    assert_eq!(
        (early.rate.numerator, early.rate.denominator, early.left_out),
        (1, 2, 3)
    );
}

#[tokio::test]
async fn t2_2_lead_times_through_parquet() {
    let analytics = analytics();
    let lines: Vec<OrderLine> = [21, 19, 24, 20, 26, 22]
        .iter()
        .zip(1..)
        .map(|(actual, id)| {
            let arrived = day("2026-01-01") + chrono::Days::new(*actual);
            OrderLine {
                ordered_on: Some(day("2026-01-01")),
                ..line(id, "A", 10, "2026-01-21", &[(&arrived.to_string(), 10)])
            }
        })
        .collect();
    load(&analytics, &lines).await;
    let bias = total(
        &analytics,
        &standard(Measure::LeadTimeBias),
        period("2026-01"),
        "2026-03-31",
    )
    .await;
    assert_eq!(
        (bias.rate.numerator, bias.rate.n, bias.value),
        (12, 6, Some(2.0))
    );
    let figures = bias.lead_time.unwrap();
    assert!((figures.mean_absolute_error - 2.333_333).abs() < 1e-6);
    assert_eq!(figures.mean, Some(22.0));
    assert!((figures.standard_deviation.unwrap() - 2.607_681).abs() < 1e-6);
    assert!((figures.variation.unwrap() - 0.118_531).abs() < 1e-6);
    let interval = bias.interval.unwrap();
    assert!((interval.low - (2.0 - 2.570_582 * 2.607_681 / 6_f64.sqrt())).abs() < 1e-5);
    let within = total(
        &analytics,
        &standard(Measure::LeadTimeWithin),
        period("2026-01"),
        "2026-03-31",
    )
    .await;
    assert_eq!((within.rate.numerator, within.rate.denominator), (4, 6));
}

#[tokio::test]
async fn an_overdue_open_line_is_censored_beside_the_lead_times() {
    let analytics = analytics();
    load(
        &analytics,
        &[
            line(1, "A", 10, "2026-03-01", &[]),
            line(2, "A", 10, "2026-03-02", &[("2026-03-04", 10)]),
        ],
    )
    .await;
    let bias = total(
        &analytics,
        &standard(Measure::LeadTimeBias),
        period("2026-03"),
        "2026-03-11",
    )
    .await;
    assert_eq!((bias.rate.numerator, bias.rate.n), (2, 1));
    let figures = bias.lead_time.unwrap();
    assert_eq!(
        (figures.censored, figures.censored_days, figures.mean),
        (1, 10, None)
    );
}

#[tokio::test]
async fn what_the_buyer_caused_is_in_the_raw_figure_only() {
    let analytics = analytics();
    let mut lines = t2_1();
    lines[1].delay_cause = Some("buyer".to_owned());
    lines[4].delay_cause = Some("supplier".to_owned());
    load(&analytics, &lines).await;
    let otif = total(
        &analytics,
        &standard(Measure::OtifLine),
        period("all"),
        "2026-03-31",
    )
    .await;
    assert_eq!((otif.rate.numerator, otif.rate.denominator), (2, 4));
    let raw = otif.raw.unwrap();
    assert_eq!((raw.numerator, raw.denominator), (2, 5));
    // Without its second line order A has only met lines.
    let orders = total(
        &analytics,
        &standard(Measure::OtifOrder),
        period("all"),
        "2026-03-31",
    )
    .await;
    assert_eq!((orders.rate.numerator, orders.rate.denominator), (2, 4));
    assert_eq!(orders.raw.unwrap().numerator, 1);
}

#[tokio::test]
async fn a_line_without_a_date_is_counted_apart() {
    let analytics = analytics();
    let undated = OrderLine {
        requested_on: None,
        ..line(9, "X", 10, "2026-03-01", &[("2026-03-03", 10)])
    };
    load(&analytics, std::slice::from_ref(&undated)).await;
    for measure in DELIVERY {
        let answer = total(
            &analytics,
            &standard(measure),
            period("2026-03"),
            "2026-03-31",
        )
        .await;
        assert_eq!(
            (answer.rate.n, answer.unreported, answer.value),
            (0, 1, None),
            "{measure}"
        );
        assert_eq!(answer.reason, Some(Missing::NotReported));
    }
    // By its order date it belongs to February, where it had one.
    load(
        &analytics,
        &[OrderLine {
            ordered_on: Some(day("2026-02-01")),
            ..undated
        }],
    )
    .await;
    let otd = standard(Measure::OnTimeDelivery);
    let march = total(&analytics, &otd, period("2026-03"), "2026-03-31").await;
    assert_eq!(
        (march.unreported, march.reason),
        (0, Some(Missing::NoActivity))
    );
    assert_eq!(
        total(&analytics, &otd, period("2026-02"), "2026-03-31")
            .await
            .unreported,
        1
    );
}

#[tokio::test]
async fn a_line_without_an_order_belongs_to_no_order() {
    let analytics = analytics();
    let loose = |id| OrderLine {
        order_number: None,
        ..line(id, "", 10, "2026-03-01", &[("2026-03-01", 10)])
    };
    load(
        &analytics,
        &[
            loose(1),
            loose(2),
            line(3, "A", 10, "2026-03-01", &[("2026-03-01", 10)]),
        ],
    )
    .await;
    let orders = total(
        &analytics,
        &standard(Measure::OtifOrder),
        period("all"),
        "2026-03-31",
    )
    .await;
    assert_eq!(
        (
            orders.rate.numerator,
            orders.rate.denominator,
            orders.unreported
        ),
        (1, 1, 2)
    );
    assert_eq!(
        total(
            &analytics,
            &standard(Measure::OtifLine),
            period("all"),
            "2026-03-31"
        )
        .await
        .rate
        .n,
        3
    );
}

#[tokio::test]
async fn the_same_number_in_two_sources_is_two_orders() {
    let analytics = analytics();
    let other = OrderLine {
        source: 2,
        ..line(2, "A", 10, "2026-03-01", &[])
    };
    load(
        &analytics,
        &[line(1, "A", 10, "2026-03-01", &[("2026-03-01", 10)]), other],
    )
    .await;
    let orders = total(
        &analytics,
        &standard(Measure::OtifOrder),
        period("all"),
        "2026-03-31",
    )
    .await;
    assert_eq!((orders.rate.numerator, orders.rate.denominator), (1, 2));
}

#[tokio::test]
async fn a_supplier_without_lines_has_no_activity() {
    let analytics = analytics();
    load(&analytics, &t2_1()).await;
    for definition in Definition::standard() {
        let request = Request {
            definition: &definition,
            bounds: period("2026-03"),
            as_of: day("2026-03-31"),
            by: By::Supplier,
            suppliers: Some(&[7, 1]),
        };
        let answers = analytics.measure(&request).await.unwrap();
        let absent = answers
            .iter()
            .find(|answer| answer.group == supplier(7))
            .unwrap();
        assert_eq!(
            (absent.value, absent.interval),
            (None, None),
            "{}",
            definition.id
        );
        assert_eq!(
            (absent.reason, absent.rate.n),
            (Some(Missing::NoActivity), 0)
        );
        let everybody = Request {
            suppliers: None,
            ..request
        };
        let answers = analytics.measure(&everybody).await.unwrap();
        assert!(
            answers
                .iter()
                .all(|answer| answer.group.supplier == Some(1)),
            "{}",
            definition.id
        );
    }
}

#[tokio::test]
async fn nothing_at_all_has_no_activity_either() {
    let analytics = analytics();
    for definition in Definition::standard() {
        let answer = total(&analytics, &definition, period("2026-03"), "2026-03-31").await;
        assert_eq!(
            (answer.value, answer.reason),
            (None, Some(Missing::NoActivity)),
            "{}",
            definition.id
        );
    }
}

#[tokio::test]
async fn figures_split_by_what_is_asked() {
    let analytics = analytics();
    let mut lines = t2_1();
    for (line, (supplier, category, site)) in lines.iter_mut().zip([
        (1, Some("Castings"), Some("Leeds")),
        (2, Some("Castings"), Some("Graz")),
        (1, Some("Fasteners"), Some("Leeds")),
        (2, Some("Castings"), None),
        (1, None, Some("Graz")),
        (1, None, None),
    ]) {
        line.supplier = supplier;
        line.category = category.map(str::to_owned);
        line.site = site.map(str::to_owned);
    }
    load(&analytics, &lines).await;
    let otif = standard(Measure::OtifLine);
    let ask = async |by| parts(&measure(&analytics, &otif, period("all"), "2026-03-31", by).await);
    assert_eq!(
        ask(By::Supplier).await,
        [(supplier(1), 1, 3), (supplier(2), 1, 2)]
    );
    let category = |name: Option<&str>| Group {
        category: name.map(str::to_owned),
        ..Group::default()
    };
    assert_eq!(
        ask(By::Category).await,
        [
            (category(None), 0, 1),
            (category(Some("Castings")), 2, 3),
            (category(Some("Fasteners")), 0, 1)
        ]
    );
    let site = |name: Option<&str>| Group {
        site: name.map(str::to_owned),
        ..Group::default()
    };
    assert_eq!(
        ask(By::Site).await,
        [
            (site(None), 1, 1),
            (site(Some("Graz")), 0, 2),
            (site(Some("Leeds")), 1, 2)
        ]
    );
    let both = ask(By::SupplierCategory).await;
    assert_eq!(both.len(), 4);
    assert_eq!(
        both[3],
        (
            Group {
                supplier: Some(2),
                ..category(Some("Castings"))
            },
            1,
            2
        )
    );
    let months = ask(By::SupplierMonth).await;
    let month = |id, month| Group {
        month: Some(month),
        ..supplier(id)
    };
    // Supplier 1's line of April is not due, and so has no rate; its month is there with what was left out.
    assert_eq!(
        months,
        [
            (month(1, 202_603), 1, 3),
            (month(1, 202_604), 0, 0),
            (month(2, 202_603), 1, 2)
        ]
    );
}

#[tokio::test]
async fn many_requests_at_once_answer_as_each_alone() {
    let analytics = analytics();
    let mut lines = t2_1();
    lines[2].confirmed_first_on = Some(day("2026-02-27"));
    load(&analytics, &lines).await;
    let mut definitions = Definition::standard();
    let mut lenient = standard(Measure::OtifLine);
    lenient.delivery = Some(DeliveryRules {
        early_days: None,
        late_days: 5,
        ..DeliveryRules::default()
    });
    definitions.push(lenient);
    let mut requests = Vec::new();
    for definition in &definitions {
        for (name, as_of) in [
            ("2026-03", "2026-03-31"),
            ("2026-02", "2026-03-12"),
            ("all", "2026-06-30"),
        ] {
            for by in [By::Total, By::Supplier, By::SupplierMonth] {
                requests.push(Request {
                    definition,
                    bounds: period(name),
                    as_of: day(as_of),
                    by,
                    suppliers: None,
                });
            }
        }
    }
    let together = analytics.measure_many(&requests).await.unwrap();
    assert_eq!(together.len(), requests.len());
    for (request, answers) in requests.iter().zip(together) {
        assert_eq!(
            analytics.measure(request).await.unwrap(),
            answers,
            "{request:?}"
        );
    }
}
