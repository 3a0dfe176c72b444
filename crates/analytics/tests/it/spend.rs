use keelson_analytics::{By, InvoiceLine, Kind, OrderLine, Spend};
use keelson_methods::kpi::DeliveryRules;

use crate::kit::{analytics, day, line, load, period, write};

fn invoice(id: i64, supplier: i64, amount_minor: i64, currency: &str, posted: &str) -> InvoiceLine {
    InvoiceLine {
        id,
        supplier,
        source: 2,
        key: format!("invoice-{id}"),
        category: Some("Castings".to_owned()),
        amount_minor,
        currency: currency.to_owned(),
        posted_on: Some(day(posted)),
        ..InvoiceLine::default()
    }
}

fn ordered(id: i64, supplier: i64, source: i64, value_minor: Option<i64>) -> OrderLine {
    OrderLine {
        supplier,
        source,
        value_minor,
        currency: Some("EUR".to_owned()),
        ordered_on: Some(day("2026-01-15")),
        ..line(id, "A", 1, "2026-03-01", &[])
    }
}

/// Supplier, currency, amount, lines, of which ordered, of which without a value.
type Seen<'a> = (Option<i64>, Option<&'a str>, i64, u64, u64, u64);

fn seen(spend: &[Spend]) -> Vec<Seen<'_>> {
    spend
        .iter()
        .map(|spend| {
            let currency = spend.group.currency.as_deref();
            (
                spend.group.supplier,
                currency,
                spend.amount_minor,
                spend.lines,
                spend.ordered,
                spend.unvalued,
            )
        })
        .collect()
}

#[tokio::test]
async fn invoices_where_there_are_any_else_orders_and_nothing_twice() {
    let analytics = analytics();
    load(
        &analytics,
        &[
            invoice(1, 1, 70_000, "EUR", "2026-01-10"),
            invoice(2, 1, -20_000, "EUR", "2026-02-10"),
            invoice(3, 1, 5_000, "USD", "2026-02-10"),
            invoice(4, 2, 90_000, "EUR", "2026-02-28"),
            invoice(5, 2, 1, "EUR", "2025-12-31"),
        ],
    )
    .await;
    let cancelled = OrderLine {
        cancelled_on: Some(day("2026-01-16")),
        ..ordered(13, 3, 1, Some(7))
    };
    let orders = [
        // Source 2 keeps invoices, so its orders are no spend; supplier 1 is invoiced from elsewhere.
        ordered(10, 3, 2, Some(1_000_000)),
        ordered(11, 1, 1, Some(1_000_000)),
        ordered(12, 3, 1, Some(30_000)),
        cancelled,
        ordered(14, 3, 1, None),
    ];
    load(&analytics, &orders).await;
    let spend = analytics
        .spend(period("2026"), By::Supplier, None)
        .await
        .unwrap();
    assert_eq!(
        seen(&spend),
        [
            (Some(2), Some("EUR"), 90_000, 1, 0, 0),
            (Some(1), Some("EUR"), 50_000, 2, 0, 0),
            (Some(3), Some("EUR"), 30_000, 2, 2, 1),
            (Some(1), Some("USD"), 5_000, 1, 0, 0),
        ]
    );
    let one = analytics
        .spend(period("2026"), By::SupplierMonth, Some(&[1]))
        .await
        .unwrap();
    let months: Vec<_> = one
        .iter()
        .map(|spend| (spend.group.month, spend.amount_minor))
        .collect();
    assert_eq!(
        months,
        [
            (Some(202_601), 70_000),
            (Some(202_602), -20_000),
            (Some(202_602), 5_000)
        ]
    );
    let categories = analytics
        .spend(period("2026"), By::SupplierCategory, None)
        .await
        .unwrap();
    assert_eq!(categories[0].group.category.as_deref(), Some("Castings"));
    assert_eq!(
        categories
            .iter()
            .map(|spend| spend.amount_minor)
            .sum::<i64>(),
        175_000
    );
    assert!(
        analytics
            .spend(period("2020"), By::Total, None)
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn the_plain_figures_of_a_supplier() {
    let analytics = analytics();
    load(&analytics, &crate::kit::t2_1()).await;
    let rules = DeliveryRules {
        overdue_open: keelson_methods::kpi::OverdueOpen::Exclude,
        ..DeliveryRules::default()
    };
    let figures = analytics
        .supplier_figures(&rules, day("2026-03-31"), None)
        .await
        .unwrap();
    assert_eq!(figures.len(), 1);
    assert_eq!(
        (figures[0].order_lines, figures[0].open, figures[0].overdue),
        (6, 1, 1)
    );
    assert_eq!(figures[0].last_received_on, Some(day("2026-03-19")));
    assert_eq!((figures[0].inspections, figures[0].invoice_lines), (0, 0));
    let earlier = analytics
        .supplier_figures(&rules, day("2026-03-13"), Some(&[1, 2]))
        .await
        .unwrap();
    assert_eq!((earlier[0].open, earlier[0].overdue), (3, 1));
    assert!(
        analytics
            .supplier_figures(&rules, day("2026-03-13"), Some(&[2]))
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn a_question_asked_again_is_answered_from_the_facts_of_now() {
    let analytics = analytics();
    let total = async || {
        let spend = analytics.spend(period("2026-Q1"), By::Total, None).await;
        spend.unwrap()[0].amount_minor
    };
    let january = [invoice(1, 1, 70_000, "EUR", "2026-01-10")];
    let january = write(&analytics, 202_601, "1", &january).await;
    analytics.set_months(Kind::InvoiceLines, january.clone().into_iter().collect());
    assert_eq!((total().await, total().await), (70_000, 70_000));
    let february = [invoice(2, 1, 5_000, "EUR", "2026-02-10")];
    let february = write(&analytics, 202_602, "1", &february).await;
    let files = january.into_iter().chain(february).collect();
    analytics.set_months(Kind::InvoiceLines, files);
    assert_eq!(total().await, 75_000);
}
