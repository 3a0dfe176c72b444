use keelson_analytics::{By, Group, InvoiceLine};
use keelson_methods::{
    kpi::{ExchangeEffect, Measure, PriceRules},
    missing::Missing,
};

use crate::kit::{analytics, day, load, measure, period, standard, supplier, total};

fn invoice(
    id: i64,
    number: &str,
    currency: &str,
    price: i64,
    baseline: Option<i64>,
    quantity: i64,
) -> InvoiceLine {
    InvoiceLine {
        id,
        supplier: 1,
        source: 1,
        key: format!("invoice-{id}"),
        invoice_number: Some(number.to_owned()),
        quantity_milli: Some(quantity * 1000),
        price_micros: Some(price),
        baseline_micros: baseline,
        baseline_kind: Some("contract".to_owned()),
        currency: currency.to_owned(),
        posted_on: Some(day("2026-03-10")),
        match_result: Some("matched".to_owned()),
        ..InvoiceLine::default()
    }
}

#[tokio::test]
async fn t2_5_price_variance_through_parquet() {
    let analytics = analytics();
    load(
        &analytics,
        &[invoice(1, "I", "EUR", 10_400_000, Some(10_000_000), 5000)],
    )
    .await;
    let ppv = measure(
        &analytics,
        &standard(Measure::Ppv),
        period("2026-03"),
        "2026-03-31",
        By::Supplier,
    )
    .await;
    assert_eq!(ppv.len(), 1);
    assert_eq!(
        ppv[0].group,
        Group {
            currency: Some("EUR".to_owned()),
            ..supplier(1)
        }
    );
    assert_eq!(
        (
            ppv[0].rate.numerator,
            ppv[0].rate.denominator,
            ppv[0].rate.n
        ),
        (200_000, 5_000_000, 1)
    );
    assert_eq!(ppv[0].value, Some(0.04));
}

#[tokio::test]
async fn the_exchange_part_is_scored_only_where_the_rules_say_so() {
    let analytics = analytics();
    let exchanged = InvoiceLine {
        fx_standard_micros: Some(900_000),
        fx_actual_micros: Some(950_000),
        ..invoice(1, "I", "USD", 10_400_000, Some(10_000_000), 5000)
    };
    load(&analytics, &[exchanged]).await;
    let mut ppv = standard(Measure::Ppv);
    let price = &measure(&analytics, &ppv, period("2026-03"), "2026-03-31", By::Total).await[0];
    // 2,000 dollars are the handbook's 1,800 at the standard rate of 0.90.
    assert_eq!(
        (price.rate.numerator, price.rate.denominator),
        (200_000, 5_000_000)
    );
    ppv.price = Some(PriceRules {
        exchange: ExchangeEffect::Included,
        ..PriceRules::default()
    });
    let both = &measure(&analytics, &ppv, period("2026-03"), "2026-03-31", By::Total).await[0];
    // 4,888.89 dollars are its 4,400, price and exchange rate together.
    assert_eq!(
        (both.rate.numerator, both.rate.denominator),
        (488_889, 5_000_000)
    );
}

#[tokio::test]
async fn currencies_are_never_added_and_what_lacks_a_baseline_is_counted_apart() {
    let analytics = analytics();
    let other_kind = InvoiceLine {
        baseline_kind: Some("wish".to_owned()),
        ..invoice(5, "V", "EUR", 9_000_000, Some(1), 10)
    };
    load(
        &analytics,
        &[
            invoice(1, "I", "EUR", 11_000_000, Some(10_000_000), 10),
            invoice(2, "II", "EUR", 9_000_000, Some(10_000_000), 20),
            invoice(3, "III", "JPY", 900_000_000, Some(1_000_000_000), 20),
            invoice(4, "IV", "EUR", 9_000_000, None, 20),
            other_kind,
        ],
    )
    .await;
    let answers = measure(
        &analytics,
        &standard(Measure::Ppv),
        period("2026-03"),
        "2026-03-31",
        By::Total,
    )
    .await;
    let found: Vec<_> = answers
        .iter()
        .map(|answer| {
            (
                answer.group.currency.as_deref(),
                answer.rate.numerator,
                answer.rate.denominator,
                answer.unreported,
            )
        })
        .collect();
    // The yen has no minor unit.
    assert_eq!(
        found,
        [
            (Some("EUR"), -1_000, 30_000, 2),
            (Some("JPY"), -2_000, 20_000, 0)
        ]
    );
}

#[tokio::test]
async fn an_invoice_matches_when_all_its_lines_do() {
    let analytics = analytics();
    let matching = |id, number, result: Option<&str>| InvoiceLine {
        match_result: result.map(str::to_owned),
        ..invoice(id, number, "EUR", 1, None, 1)
    };
    load(
        &analytics,
        &[
            matching(1, "I", Some("matched")),
            matching(2, "I", Some("matched")),
            matching(3, "II", Some("matched")),
            matching(4, "II", Some("price")),
            matching(5, "III", None),
            InvoiceLine {
                invoice_number: None,
                ..matching(6, "", Some("matched"))
            },
            InvoiceLine {
                posted_on: None,
                invoiced_on: Some(day("2026-02-01")),
                ..matching(7, "IV", Some("tax"))
            },
        ],
    )
    .await;
    let accuracy = standard(Measure::InvoiceAccuracy);
    let march = total(&analytics, &accuracy, period("2026-03"), "2026-03-31").await;
    assert_eq!(
        (
            march.rate.numerator,
            march.rate.denominator,
            march.unreported
        ),
        (1, 2, 2)
    );
    let february = total(&analytics, &accuracy, period("2026-02"), "2026-03-31").await;
    assert_eq!(
        (
            february.rate.numerator,
            february.rate.denominator,
            february.value
        ),
        (0, 1, Some(0.0))
    );
    load(&analytics, &[matching(5, "III", None)]).await;
    let unknown = total(&analytics, &accuracy, period("2026-03"), "2026-03-31").await;
    assert_eq!(unknown.reason, Some(Missing::NotReported));
}
