//! What the engine says of random facts equals what a plain loop over `keelson_methods` says.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate};
use keelson_analytics::{
    Analytics, By, Group, LineReceipt, LinesRequest, Measured, OrderLine, Request, Sort, Standing,
};
use keelson_methods::{
    delivery::{LineFacts, LineVerdict, ReceiptFacts, judge},
    kpi::{
        CountedQuantity, Definition, DelayCause, DeliveryRules, Fraction, Measure, OverdueOpen,
        Partials, ReferenceDate,
    },
    lead_time::{self, LeadTimeVerdict},
    rate::Rate,
};
use proptest::{collection::vec, option, prelude::*, sample::select};

use crate::kit::{analytics, day, period, standard, write};

const FIRST: &str = "2026-01-01";

fn some_day() -> impl Strategy<Value = NaiveDate> {
    (0u64..120).prop_map(|days| day(FIRST) + chrono::Days::new(days))
}

fn some_receipt() -> impl Strategy<Value = LineReceipt> {
    (0..1_000_000_i64, some_day(), -2..12_i64, 0..3_i64).prop_map(
        |(id, received_on, good, rejected)| LineReceipt {
            id,
            received_on,
            good_milli: good * 1000,
            rejected_milli: rejected * 1000,
        },
    )
}

fn some_line() -> impl Strategy<Value = OrderLine> {
    let place = (
        1..4_i64,
        1..3_i64,
        option::weighted(0.9, 0..6_i64),
        option::of(0..3_i64),
        option::of(0..2_i64),
    );
    let dates = (
        option::weighted(0.5, some_day()),
        option::weighted(0.8, some_day()),
        option::weighted(0.6, some_day()),
        option::weighted(0.3, some_day()),
        option::weighted(0.1, some_day()),
    );
    let causes = option::weighted(
        0.3,
        select(vec![
            "supplier",
            "buyer",
            "carrier_buyer",
            "force_majeure",
            "moon",
        ]),
    );
    (place, dates, causes, 0..10_i64, vec(some_receipt(), 0..4)).prop_map(
        |(place, dates, cause, units, receipts)| {
            let (supplier, source, order, category, site) = place;
            let (ordered, requested, first, last, cancelled) = dates;
            OrderLine {
                supplier,
                source,
                order_number: order.map(|order: i64| format!("PO {order}")),
                category: category.map(|category: i64| format!("category {category}")),
                site: site.map(|site: i64| format!("site {site}")),
                quantity_milli: units * 1000,
                ordered_on: ordered,
                requested_on: requested,
                confirmed_first_on: first,
                confirmed_last_on: last,
                cancelled_on: cancelled,
                delay_cause: cause.map(str::to_owned),
                receipts,
                ..OrderLine::default()
            }
        },
    )
}

fn some_rules() -> impl Strategy<Value = DeliveryRules> {
    let reference = select(vec![
        vec![ReferenceDate::ConfirmedFirst, ReferenceDate::Requested],
        vec![ReferenceDate::Requested],
        vec![
            ReferenceDate::ConfirmedLast,
            ReferenceDate::ConfirmedFirst,
            ReferenceDate::Requested,
        ],
    ]);
    let tolerances = (0..4_u32, option::of(0..4_u32));
    (
        reference,
        option::of(0..9_u32),
        0..5_u32,
        tolerances,
        any::<(bool, bool, bool, bool)>(),
    )
        .prop_map(
            |(
                reference,
                early_days,
                late_days,
                (under, over),
                (received, whole, leave_out, strict),
            )| DeliveryRules {
                reference,
                early_days,
                late_days,
                under_tolerance: Fraction::percent(under * 10),
                over_tolerance: over.map(|over| Fraction::percent(over * 10)),
                quantity: if received {
                    CountedQuantity::Received
                } else {
                    CountedQuantity::Good
                },
                partials: if whole {
                    Partials::CompleteReceipt
                } else {
                    Partials::AddUp
                },
                overdue_open: if leave_out {
                    OverdueOpen::Exclude
                } else {
                    OverdueOpen::Fail
                },
                excluded_causes: if strict {
                    Vec::new()
                } else {
                    vec![DelayCause::Buyer, DelayCause::ForceMajeure]
                },
                ..DeliveryRules::default()
            },
        )
}

fn some_lines() -> impl Strategy<Value = Vec<OrderLine>> {
    vec(some_line(), 0..40).prop_map(|mut lines| {
        for (line, id) in lines.iter_mut().zip(1..) {
            line.id = id;
            line.key = format!("line-{id}");
        }
        lines
    })
}

/// The answer of a plain loop.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Plain {
    rate: Rate,
    raw: Rate,
}

fn plain(lines: &[OrderLine], request: &Request<'_>) -> BTreeMap<Group, Plain> {
    let definition = request.definition;
    let as_of = request.as_of.to_epoch_days();
    let mut orders: BTreeMap<(Group, i64, i64, String), [Vec<bool>; 2]> = BTreeMap::new();
    let mut answers: BTreeMap<Group, Plain> = BTreeMap::new();
    for line in lines {
        let receipts: Vec<ReceiptFacts> = line
            .receipts
            .iter()
            .map(|receipt| ReceiptFacts {
                on: receipt.received_on.to_epoch_days(),
                good: receipt.good_milli,
                rejected: receipt.rejected_milli,
            })
            .collect();
        let days = |date: Option<NaiveDate>| date.map(|date| date.to_epoch_days());
        let facts = LineFacts {
            ordered: line.quantity_milli,
            confirmed_first: days(line.confirmed_first_on),
            confirmed_last: days(line.confirmed_last_on),
            requested: days(line.requested_on),
            receipts: &receipts,
            cancelled: days(line.cancelled_on),
            cause: line
                .delay_cause
                .as_deref()
                .and_then(|cause| DelayCause::parse(cause).ok()),
        };
        let reference = match (&definition.delivery, &definition.lead_time) {
            (Some(rules), _) => &rules.reference,
            (_, Some(rules)) => &rules.reference,
            _ => unreachable!("only order lines are asked about"),
        };
        let Some(on) = facts
            .reference_on(reference)
            .and_then(NaiveDate::from_epoch_days)
        else {
            continue;
        };
        if !request.bounds.contains(on) {
            continue;
        }
        let counted = match (&definition.delivery, &definition.lead_time) {
            (Some(rules), _) => match judge(&facts, rules, as_of) {
                LineVerdict::Excluded(_) => None,
                LineVerdict::Judged(judged) => Some(match definition.measure {
                    Measure::OnTimeDelivery => (i64::from(judged.on_time), 1, judged.accountable),
                    Measure::OtifQuantity => (
                        judged.quantity_in_window(line.quantity_milli),
                        line.quantity_milli,
                        judged.accountable,
                    ),
                    _ => (i64::from(judged.otif), 1, judged.accountable),
                }),
            },
            (_, Some(rules)) => match lead_time::judge(&facts, rules, as_of) {
                LeadTimeVerdict::Measured {
                    error_days,
                    within,
                    accountable,
                } => Some(match definition.measure {
                    Measure::LeadTimeBias => (i64::from(error_days), 1, accountable),
                    _ => (i64::from(within), 1, accountable),
                }),
                _ => None,
            },
            _ => None,
        };
        let Some((numerator, denominator, accountable)) = counted else {
            continue;
        };
        let group = group_of(line, on, request.by);
        if definition.measure == Measure::OtifOrder {
            let Some(number) = &line.order_number else {
                continue;
            };
            let order = orders
                .entry((group, line.supplier, line.source, number.clone()))
                .or_default();
            order[0].extend(accountable.then_some(numerator == 1));
            order[1].push(numerator == 1);
            continue;
        }
        let rate = Rate {
            numerator,
            denominator,
            n: 1,
        };
        let answer = answers.entry(group).or_default();
        answer.raw = answer.raw.rolled_up(rate).unwrap();
        if accountable {
            answer.rate = answer.rate.rolled_up(rate).unwrap();
        }
    }
    for ((group, ..), [accountable, raw]) in orders {
        let answer = answers.entry(group).or_default();
        for (rate, lines) in [(&mut answer.rate, accountable), (&mut answer.raw, raw)] {
            if !lines.is_empty() {
                let met = i64::from(lines.iter().all(|met| *met));
                *rate = rate
                    .rolled_up(Rate {
                        numerator: met,
                        denominator: 1,
                        n: 1,
                    })
                    .unwrap();
            }
        }
    }
    answers
}

fn group_of(line: &OrderLine, on: NaiveDate, by: By) -> Group {
    let supplier = Some(line.supplier);
    match by {
        By::Total => Group::default(),
        By::Supplier => Group {
            supplier,
            ..Group::default()
        },
        By::Category => Group {
            category: line.category.clone(),
            ..Group::default()
        },
        By::Site => Group {
            site: line.site.clone(),
            ..Group::default()
        },
        By::SupplierCategory => Group {
            supplier,
            category: line.category.clone(),
            ..Group::default()
        },
        By::SupplierMonth => Group {
            supplier,
            month: Some(on.year() * 100 + on.month() as i32),
            ..Group::default()
        },
    }
}

fn answered(answers: Vec<Measured>) -> BTreeMap<Group, Plain> {
    answers
        .into_iter()
        .map(|answer| {
            (
                answer.group,
                Plain {
                    rate: answer.rate,
                    raw: answer.raw.unwrap_or(answer.rate),
                },
            )
        })
        // A group may be there only to say what was left out.
        .filter(|(_, plain)| *plain != Plain::default())
        .collect()
}

fn definitions(rules: &DeliveryRules) -> Vec<Definition> {
    [
        Measure::OnTimeDelivery,
        Measure::OtifLine,
        Measure::OtifQuantity,
        Measure::OtifOrder,
        Measure::LeadTimeBias,
        Measure::LeadTimeWithin,
    ]
    .map(|measure| {
        let mut definition = standard(measure);
        definition.delivery = definition.delivery.map(|_| rules.clone());
        definition
    })
    .to_vec()
}

/// The lines as files of any size, in any order.
async fn load(lines: &[OrderLine], cut: usize) -> Analytics {
    let analytics = analytics();
    let mut files = Vec::new();
    for (at, lines) in lines.chunks(cut.max(1)).enumerate() {
        files.extend(write(&analytics, 202_600 + at as i32 % 12, &at.to_string(), lines).await);
    }
    files.reverse();
    analytics.set_months(keelson_analytics::Kind::OrderLines, files);
    analytics
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn the_engine_agrees_with_a_plain_loop(
        lines in some_lines(),
        rules in some_rules(),
        as_of in some_day(),
        name in select(vec!["2026-Q1", "2026-02", "all", "2026"]),
        shuffled in any::<u64>(),
    ) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let definitions = definitions(&rules);
            let by = [By::Total, By::Supplier, By::Category, By::Site, By::SupplierMonth, By::SupplierCategory];
            let requests: Vec<Request<'_>> = definitions
                .iter()
                .flat_map(|definition| by.map(|by| Request { definition, bounds: period(name), as_of, by, suppliers: None }))
                .collect();
            let cut = 1 + (shuffled % 17) as usize;
            let mut mixed = lines.clone();
            mixed.sort_by_key(|line| line.id.wrapping_mul(shuffled as i64 | 1));
            let analytics = load(&mixed, cut).await;
            let answers = analytics.measure_many(&requests).await.unwrap();
            for (request, answers) in requests.iter().zip(answers) {
                let mut expected = plain(&lines, request);
                expected.retain(|_, plain| *plain != Plain::default());
                prop_assert_eq!(answered(answers), expected, "{:?} by {:?}", request.definition.measure, request.by);
            }
            Ok(())
        })?;
    }

    #[test]
    fn a_figure_opens_to_exactly_its_lines(
        lines in some_lines(),
        rules in some_rules(),
        as_of in some_day(),
        name in select(vec!["2026-Q1", "2026-02", "all"]),
    ) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let analytics = load(&lines, 11).await;
            for definition in &definitions(&rules) {
                let asked = Request { definition, bounds: period(name), as_of, by: By::Total, suppliers: None };
                let figure = analytics.measure(&asked).await.unwrap().remove(0);
                let list = LinesRequest {
                    definition,
                    bounds: asked.bounds,
                    as_of,
                    suppliers: None,
                    category: None,
                    site: None,
                    only: None,
                    sort: Sort::Number,
                    descending: true,
                    offset: 0,
                    limit: 1000,
                };
                let all = analytics.lines(&list).await.unwrap();
                prop_assert_eq!(all.lines.len() as u64, all.total);
                let mut kept = 0;
                for only in [Standing::Met, Standing::Missed, Standing::Excluded] {
                    let part = analytics.lines(&LinesRequest { only: Some(only), ..list.clone() }).await.unwrap();
                    prop_assert_eq!(part.total, part.lines.len() as u64);
                    prop_assert!(part.lines.iter().all(|line| line.standing == only));
                    prop_assert!(part.lines.iter().all(|line| line.reason.is_some() == (only != Standing::Met)));
                    kept += part.total;
                }
                prop_assert_eq!(kept, all.total);
                let counted: Vec<_> = all.lines.iter().filter(|line| line.standing != Standing::Excluded).collect();
                let order_of = |line: &keelson_analytics::Line| match &line.fact {
                    keelson_analytics::LineFact::OrderLine(order) => (order.supplier, order.source, order.order_number.clone()),
                    _ => unreachable!("only order lines are asked about"),
                };
                let (numerator, denominator) = match definition.measure {
                    Measure::OtifQuantity => {
                        let ordered = |line: &&keelson_analytics::Line| match &line.fact {
                            keelson_analytics::LineFact::OrderLine(order) => order.quantity_milli,
                            _ => 0,
                        };
                        let arrived = counted.iter().filter_map(|line| line.quantity_in_milli).sum();
                        (arrived, counted.iter().map(ordered).sum())
                    }
                    Measure::OtifOrder => {
                        let due: BTreeSet<_> = counted.iter().map(|line| order_of(line)).collect();
                        let failed = counted.iter().filter(|line| line.standing == Standing::Missed);
                        let failed: BTreeSet<_> = failed.map(|line| order_of(line)).collect();
                        ((due.len() - failed.len()) as i64, due.len() as i64)
                    }
                    Measure::LeadTimeBias => {
                        (counted.iter().map(|line| i64::from(line.days_late.unwrap())).sum(), counted.len() as i64)
                    }
                    _ => (all.met as i64, (all.met + all.missed) as i64),
                };
                prop_assert_eq!((figure.rate.numerator, figure.rate.denominator), (numerator, denominator), "{}", definition.id);
                prop_assert_eq!(figure.rate.n == 0, counted.is_empty());
            }
            Ok(())
        })?;
    }

    #[test]
    fn months_add_up_to_the_quarter(lines in some_lines(), rules in some_rules(), as_of in some_day()) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let analytics = load(&lines, 7).await;
            // An order may be due in two months, so orders do not add up over months.
            for definition in definitions(&rules).iter().filter(|definition| definition.measure != Measure::OtifOrder) {
                let ask = async |name| {
                    let asked = Request { definition, bounds: period(name), as_of, by: By::Total, suppliers: None };
                    analytics.measure(&asked).await.unwrap().remove(0).rate
                };
                let mut sum = Rate::default();
                for name in ["2026-01", "2026-02", "2026-03"] {
                    sum = sum.rolled_up(ask(name).await).unwrap();
                }
                prop_assert_eq!(sum, ask("2026-Q1").await, "{}", definition.id);
            }
            Ok(())
        })?;
    }
}
