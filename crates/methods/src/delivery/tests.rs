use super::*;
use crate::document::Fraction;
use proptest::prelude::*;

fn receipt(on: i32, units: i64) -> ReceiptFacts {
    ReceiptFacts {
        on,
        good: units * 1000,
        rejected: 0,
    }
}

/// A line over `units`, confirmed for day `due`.
fn line(units: i64, due: i32, receipts: &[ReceiptFacts]) -> LineFacts<'_> {
    LineFacts {
        ordered: units * 1000,
        confirmed_first: Some(due),
        confirmed_last: None,
        requested: None,
        receipts,
        cancelled: None,
        cause: None,
    }
}

fn judged(line: &LineFacts<'_>, rules: &DeliveryRules, as_of: i32) -> Judged {
    match judge(line, rules, as_of) {
        LineVerdict::Judged(judged) => judged,
        LineVerdict::Excluded(reason) => panic!("left out: {reason}"),
    }
}

fn excluded(line: &LineFacts<'_>, rules: &DeliveryRules, as_of: i32) -> Exclusion {
    match judge(line, rules, as_of) {
        LineVerdict::Excluded(reason) => reason,
        LineVerdict::Judged(judged) => panic!("counted: {judged:?}"),
    }
}

fn standard() -> DeliveryRules {
    DeliveryRules::default()
}

fn however_early() -> DeliveryRules {
    DeliveryRules {
        early_days: None,
        ..standard()
    }
}

#[test]
fn t2_1_otif_counts_lines_quantity_and_orders() {
    let rules = standard();
    let deliveries = [
        ("A", 100, 10, vec![receipt(8, 60), receipt(10, 40)]),
        ("A", 200, 12, vec![receipt(12, 150), receipt(15, 50)]),
        ("B", 50, 14, vec![receipt(9, 50)]),
        ("C", 1000, 20, vec![receipt(19, 985)]),
        ("D", 80, 25, vec![]),
        ("E", 40, 36, vec![]),
    ];
    let verdicts: Vec<(&str, i64, LineVerdict)> = deliveries
        .iter()
        .map(|(order, units, due, receipts)| {
            (
                *order,
                units * 1000,
                judge(&line(*units, *due, receipts), &rules, 31),
            )
        })
        .collect();

    assert_eq!(verdicts[5].2, LineVerdict::Excluded(Exclusion::NotYetDue));
    let counted: Vec<(i64, Judged)> = verdicts
        .iter()
        .filter_map(|(_, ordered, verdict)| match verdict {
            LineVerdict::Judged(judged) => Some((*ordered, *judged)),
            LineVerdict::Excluded(_) => None,
        })
        .collect();
    let otif: Vec<bool> = counted.iter().map(|(_, judged)| judged.otif).collect();
    assert_eq!(otif, [true, false, false, true, false]);

    let by_quantity = Rate {
        numerator: counted
            .iter()
            .map(|(ordered, judged)| judged.quantity_in_window(*ordered))
            .sum(),
        denominator: counted.iter().map(|(ordered, _)| ordered).sum(),
        n: 5,
    };
    assert_eq!(
        (by_quantity.numerator, by_quantity.denominator),
        (1_235_000, 1_430_000)
    );
    assert!((by_quantity.value().unwrap() - 0.863_636).abs() < 1e-6);

    let orders = order_otif(
        verdicts
            .iter()
            .map(|(order, _, verdict)| (*order, *verdict)),
    );
    assert_eq!(
        orders,
        Rate {
            numerator: 1,
            denominator: 4,
            n: 4
        }
    );
}

#[test]
fn both_ends_of_the_window_are_inside() {
    for (arrived, on_time) in [(6, false), (7, true), (10, true), (11, false)] {
        let receipts = [receipt(arrived, 100)];
        let judged = judged(&line(100, 10, &receipts), &standard(), 31);
        assert_eq!(
            (judged.on_time, judged.otif),
            (on_time, on_time),
            "arrived on {arrived}"
        );
        assert_eq!(judged.days_late, arrived - 10);
    }
}

#[test]
fn the_first_date_present_is_the_reference() {
    let facts = LineFacts {
        confirmed_first: None,
        confirmed_last: Some(20),
        requested: Some(10),
        ..line(1, 0, &[])
    };
    assert_eq!(judged(&facts, &standard(), 31).reference_on, 10);
    let last_promise = DeliveryRules {
        reference: vec![ReferenceDate::ConfirmedLast],
        ..standard()
    };
    assert_eq!(judged(&facts, &last_promise, 31).reference_on, 20);
    let undated = LineFacts {
        confirmed_last: None,
        requested: None,
        ..facts
    };
    let reason = excluded(&undated, &standard(), 31);
    assert_eq!(
        (reason, reason.missing()),
        (Exclusion::NoReferenceDate, Some(Missing::NotReported))
    );
}

#[test]
fn tolerances_are_exact_at_their_limits() {
    for (units, otif, on_time) in [
        (97_999, false, false),
        (98_000, true, true),
        (105_000, true, true),
        (105_001, false, true),
    ] {
        let receipts = [ReceiptFacts {
            on: 10,
            good: units,
            rejected: 0,
        }];
        let judged = judged(&line(100, 10, &receipts), &standard(), 31);
        assert_eq!(
            (judged.otif, judged.on_time),
            (otif, on_time),
            "{units} thousandths"
        );
    }
    // One third of a piece short of three is not full when nothing may be short.
    let strict = DeliveryRules {
        under_tolerance: Fraction::default(),
        over_tolerance: None,
        ..standard()
    };
    let receipts = [ReceiptFacts {
        on: 10,
        good: 2_999,
        rejected: 0,
    }];
    assert!(!judged(&line(3, 10, &receipts), &strict, 31).otif);
    let receipts = [ReceiptFacts {
        on: 10,
        good: 900_000,
        rejected: 0,
    }];
    assert!(
        judged(&line(3, 10, &receipts), &strict, 31).otif,
        "however much is allowed"
    );
}

#[test]
fn what_came_too_early_counts_as_delivered_but_not_as_on_time_in_full() {
    // 60 too early, 40 in the window: complete inside the window, but only 40 came inside it.
    let receipts = [receipt(2, 60), receipt(9, 40)];
    let early = judged(&line(100, 10, &receipts), &standard(), 31);
    assert!(early.on_time && !early.otif);
    assert_eq!((early.q_in, early.total_to_window_end), (40_000, 100_000));
    let whenever = judged(&line(100, 10, &receipts), &however_early(), 31);
    assert!(whenever.on_time && whenever.otif);
    // And early parts count against over-delivery.
    let receipts = [receipt(2, 60), receipt(9, 100)];
    assert!(!judged(&line(100, 10, &receipts), &standard(), 31).otif);
}

#[test]
fn however_early_means_however_early() {
    let receipts = [receipt(-400, 100)];
    assert!(judged(&line(100, 10, &receipts), &however_early(), 31).on_time);
    assert!(!judged(&line(100, 10, &receipts), &standard(), 31).on_time);
}

#[test]
fn an_open_line_is_left_out_until_its_window_has_ended_and_then_fails() {
    let partial = [receipt(9, 50)];
    let open = line(100, 10, &partial);
    assert_eq!(excluded(&open, &standard(), 10), Exclusion::NotYetDue);
    let overdue = judged(&open, &standard(), 11);
    assert_eq!(
        (
            overdue.on_time,
            overdue.otif,
            overdue.completed_on,
            overdue.days_late
        ),
        (false, false, None, 1)
    );
    let lenient = DeliveryRules {
        overdue_open: OverdueOpen::Exclude,
        ..standard()
    };
    assert_eq!(excluded(&open, &lenient, 11), Exclusion::OverdueOpen);
}

#[test]
fn a_complete_line_counts_before_its_window_has_ended() {
    let receipts = [receipt(8, 100)];
    assert!(judged(&line(100, 10, &receipts), &standard(), 8).otif);
}

#[test]
fn what_happens_after_the_day_of_asking_is_not_known_yet() {
    let receipts = [receipt(9, 50), receipt(20, 50)];
    let facts = LineFacts {
        cancelled: Some(5),
        ..line(100, 10, &receipts)
    };
    assert_eq!(
        judged(
            &LineFacts {
                cancelled: None,
                ..facts
            },
            &standard(),
            15
        )
        .completed_on,
        None
    );
    assert_eq!(
        judged(
            &LineFacts {
                cancelled: None,
                ..facts
            },
            &standard(),
            20
        )
        .completed_on,
        Some(20)
    );
    assert_eq!(
        excluded(&facts, &standard(), 4),
        Exclusion::NotYetDue,
        "the cancellation is still to come"
    );
}

#[test]
fn a_cancellation_counts_only_before_the_window() {
    let cancelled = |day| LineFacts {
        cancelled: Some(day),
        ..line(100, 10, &[])
    };
    assert_eq!(
        excluded(&cancelled(6), &standard(), 31),
        Exclusion::CancelledBeforeWindow
    );
    assert!(
        !judged(&cancelled(7), &standard(), 31).otif,
        "cancelled inside the window"
    );
    // Without a beginning the window cannot be missed from before; the due date decides.
    assert_eq!(
        excluded(&cancelled(9), &however_early(), 31),
        Exclusion::CancelledBeforeWindow
    );
    assert!(!judged(&cancelled(10), &however_early(), 31).otif);
    // Cancelled after it was due, the line is a failure even where open lines are left out.
    let lenient = DeliveryRules {
        overdue_open: OverdueOpen::Exclude,
        ..standard()
    };
    assert!(!judged(&cancelled(12), &lenient, 31).otif);
}

#[test]
fn nothing_ordered_is_no_line() {
    for ordered in [0, -5] {
        assert_eq!(
            excluded(&line(ordered, 10, &[]), &standard(), 31),
            Exclusion::NothingOrdered
        );
    }
}

#[test]
fn rejected_goods_count_only_where_the_rules_say_received() {
    let receipts = [ReceiptFacts {
        on: 10,
        good: 90_000,
        rejected: 10_000,
    }];
    assert!(!judged(&line(100, 10, &receipts), &standard(), 31).otif);
    let received = DeliveryRules {
        quantity: CountedQuantity::Received,
        ..standard()
    };
    assert!(judged(&line(100, 10, &receipts), &received, 31).otif);
}

#[test]
fn a_correction_before_the_window_ends_undoes_a_completion_and_a_later_return_does_not() {
    // Booked by mistake on the 8th, reversed on the 9th, delivered on the 20th.
    let receipts = [receipt(8, 100), receipt(9, -100), receipt(20, 100)];
    let corrected = judged(&line(100, 10, &receipts), &standard(), 31);
    assert_eq!(
        (corrected.completed_on, corrected.on_time, corrected.otif),
        (Some(20), false, false)
    );
    // Delivered on the 8th, ten returned for quality on the 25th.
    let receipts = [receipt(8, 100), receipt(25, -10)];
    let returned = judged(&line(100, 10, &receipts), &standard(), 31);
    assert_eq!(
        (returned.completed_on, returned.on_time, returned.otif),
        (Some(8), true, true)
    );
    // Booked twice and reversed on the same day.
    let receipts = [receipt(9, 100), receipt(9, 100), receipt(9, -100)];
    assert!(judged(&line(100, 10, &receipts), &standard(), 31).otif);
    assert_eq!(
        judged(&line(100, 10, &receipts), &standard(), 31).quantity_in_window(100_000),
        100_000
    );
}

#[test]
fn a_net_return_gives_no_negative_share_of_the_quantity() {
    let receipts = [receipt(9, -30)];
    let judged = judged(&line(100, 10, &receipts), &standard(), 31);
    assert_eq!(
        (judged.q_in, judged.quantity_in_window(100_000)),
        (-30_000, 0)
    );
}

#[test]
fn a_complete_receipt_brings_the_whole_line_by_itself() {
    let rules = DeliveryRules {
        partials: Partials::CompleteReceipt,
        ..standard()
    };
    let in_parts = [receipt(8, 60), receipt(10, 40)];
    let judged_parts = judged(&line(100, 10, &in_parts), &rules, 10);
    assert_eq!(
        (judged_parts.on_time, judged_parts.otif, judged_parts.q_in),
        (false, false, 0)
    );
    // Two pallets of one day are one delivery.
    let one_day = [receipt(9, 60), receipt(9, 40)];
    assert!(judged(&line(100, 10, &one_day), &rules, 31).otif);
}

#[test]
fn causes_outside_the_suppliers_hand_leave_the_raw_figure_alone() {
    let late = [receipt(15, 100)];
    for (cause, accountable) in [
        (None, true),
        (Some(DelayCause::Supplier), true),
        (Some(DelayCause::ForceMajeure), true),
        (Some(DelayCause::Buyer), false),
        (Some(DelayCause::CarrierBuyer), false),
    ] {
        let judged = judged(
            &LineFacts {
                cause,
                ..line(100, 10, &late)
            },
            &standard(),
            31,
        );
        assert_eq!(
            (judged.accountable, judged.on_time),
            (accountable, false),
            "{cause:?}"
        );
    }
}

#[test]
fn extreme_numbers_neither_overflow_nor_panic() {
    let receipts = [
        ReceiptFacts {
            on: i32::MIN,
            good: i64::MAX,
            rejected: i64::MAX,
        },
        ReceiptFacts {
            on: i32::MAX,
            good: i64::MIN,
            rejected: i64::MIN,
        },
    ];
    let rules = DeliveryRules {
        early_days: Some(u32::MAX),
        late_days: u32::MAX,
        ..standard()
    };
    let facts = LineFacts {
        ordered: i64::MAX,
        ..line(1, i32::MIN, &receipts)
    };
    let _ = judge(&facts, &rules, i32::MAX);
    let _ = judge(
        &LineFacts {
            confirmed_first: Some(i32::MAX),
            ..facts
        },
        &rules,
        i32::MIN,
    );
}

/// Receipts without corrections, several on a day now and then.
fn receipts() -> impl Strategy<Value = Vec<ReceiptFacts>> {
    prop::collection::vec(
        (0i32..30, 0i64..80).prop_map(|(on, units)| receipt(on, units)),
        0..6,
    )
}

proptest! {
    #[test]
    fn the_order_of_receipts_does_not_matter(
        receipts in prop::collection::vec((0i32..30, -50i64..100).prop_map(|(on, units)| receipt(on, units)), 0..8),
        seed: u64,
    ) {
        let mut shuffled = receipts.clone();
        for index in (1..shuffled.len()).rev() {
            shuffled.swap(index, (seed.wrapping_mul(index as u64 + 7) >> 5) as usize % (index + 1));
        }
        for rules in [standard(), however_early(), DeliveryRules { partials: Partials::CompleteReceipt, ..standard() }] {
            prop_assert_eq!(
                judge(&line(100, 15, &receipts), &rules, 31),
                judge(&line(100, 15, &shuffled), &rules, 31)
            );
        }
    }

    /// The handbook's sentences, computed the slow way.
    #[test]
    fn the_walk_agrees_with_the_handbooks_sentences(receipts in receipts(), early in 0i32..10, late in 0i32..10) {
        let rules = DeliveryRules { early_days: Some(early as u32), late_days: late as u32, ..standard() };
        let judged = judged(&line(100, 15, &receipts), &rules, 100);
        let sum = |from: i32, to: i32| -> i64 {
            receipts.iter().filter(|r| (from..=to).contains(&r.on)).map(|r| r.good).sum()
        };
        let completed = (0..30).find(|day| sum(0, *day) >= 98_000);
        prop_assert_eq!(judged.completed_on, completed);
        prop_assert_eq!(judged.on_time, completed.is_some_and(|day| (15 - early..=15 + late).contains(&day)));
        let q_in = sum(15 - early, 15 + late);
        prop_assert_eq!(judged.otif, q_in >= 98_000 && sum(0, 15 + late) <= 105_000);
        prop_assert_eq!(judged.q_in, q_in);
    }

    #[test]
    fn a_wider_window_never_makes_a_line_late(receipts in receipts(), late in 0u32..10) {
        let rules = |late_days| DeliveryRules { late_days, ..however_early() };
        let narrow = judged(&line(100, 15, &receipts), &rules(late), 100);
        let wide = judged(&line(100, 15, &receipts), &rules(late + 1), 100);
        prop_assert!(wide.on_time || !narrow.on_time);
    }
}
