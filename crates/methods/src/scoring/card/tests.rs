use super::*;
use crate::scoring::{Gate, ScoringFunction};
use proptest::prelude::*;

fn close(left: f64, right: f64) {
    assert!((left - right).abs() < 1e-4, "{left} is not {right}");
}

/// A template whose lines score their value as it is: 0 at 0, 100 at 100.
fn plain(weights: &[(&str, f64)]) -> ScorecardTemplate {
    let line = |(kpi, weight): &(&str, f64)| TemplateLine {
        kpi: (*kpi).to_owned(),
        weight: *weight,
        target: 100.0,
        threshold: 0.0,
        function: ScoringFunction::Linear,
        missing: MissingPolicy::Reweight,
        supplier_owes: false,
    };
    ScorecardTemplate {
        id: "plain".into(),
        name: "Plain".into(),
        tier: None,
        lines: weights.iter().map(line).collect(),
    }
}

fn score(template: &ScorecardTemplate, values: &[(&str, KpiValue)]) -> Scorecard {
    score_card(template, values, &CardContext::default())
}

#[test]
fn t2_9_three_totals_and_a_geometric_mean() {
    // The handbook's table and values: PPM 250, lots 0.972 (80), OTIF 0.93, lead time 0.81 (60), PPV 0.015 (50).
    let values = [
        ("ppm", KpiValue::known(250.0)),
        ("lot-acceptance", KpiValue::known(0.972)),
        ("otif-line", KpiValue::known(0.93)),
        ("lead-time-within-2-days", KpiValue::known(0.81)),
        ("ppv", KpiValue::known(0.015)),
        ("responsiveness", KpiValue::known(0.925)),
        ("cost-reduction", KpiValue::missing(Missing::NoActivity)),
        ("sustainability", KpiValue::missing(Missing::NoActivity)),
    ];
    let card = score(&ScorecardTemplate::full(), &values);
    let points: Vec<f64> = card.lines.iter().filter_map(|line| line.points).collect();
    for (points, expected) in points
        .iter()
        .zip([65.2469, 80.0, 72.2222, 60.0, 50.0, 90.0])
    {
        close(*points, expected);
    }
    close(card.coverage, 0.85);
    close(card.totals.reweight.unwrap(), 68.2280);
    close(card.totals.neutral, 65.4938);
    close(card.totals.penalise, 57.9938);
    close(card.totals.geometric.unwrap(), 67.1593);
    assert_eq!(
        (card.score, card.raw_grade, card.grade),
        (card.totals.reweight, Some(Grade::C), Some(Grade::C))
    );
}

#[test]
fn contributions_add_up_to_the_score() {
    let card = score(
        &plain(&[("a", 60.0), ("b", 40.0)]),
        &[("a", KpiValue::known(90.0)), ("b", KpiValue::known(50.0))],
    );
    assert_eq!(card.score, Some(74.0));
    assert_eq!(
        card.lines
            .iter()
            .filter_map(|line| line.contribution)
            .collect::<Vec<_>>(),
        [54.0, 20.0]
    );
}

#[test]
fn below_sixty_percent_coverage_there_is_no_grade() {
    let template = plain(&[("a", 59.0), ("b", 41.0)]);
    let card = score(
        &template,
        &[
            ("a", KpiValue::known(95.0)),
            ("b", KpiValue::missing(Missing::NoActivity)),
        ],
    );
    assert_eq!(
        (card.score, card.raw_grade, card.grade),
        (Some(95.0), None, None)
    );
    let card = score(&template, &[]);
    assert_eq!(
        (card.score, card.coverage, card.totals.reweight),
        (None, 0.0, None)
    );
    assert!(
        card.lines
            .iter()
            .all(|line| line.missing == Some(Missing::NotReported))
    );
}

#[test]
fn what_stands_in_for_a_missing_value_depends_on_who_owes_it_and_how_new_the_supplier_is() {
    let policy =
        |missing: MissingPolicy, supplier_owes: bool, known: KpiValue, new_supplier: bool| {
            let mut template = plain(&[("a", 50.0), ("b", 50.0)]);
            template.lines[1] = TemplateLine {
                missing,
                supplier_owes,
                ..template.lines[1].clone()
            };
            let context = CardContext {
                new_supplier,
                ..CardContext::default()
            };
            let card = score_card(
                &template,
                &[("a", KpiValue::known(80.0)), ("b", known)],
                &context,
            );
            (card.lines[1].policy, card.score.unwrap())
        };
    let silent = KpiValue::missing(Missing::NotReported);
    let quiet = KpiValue::missing(Missing::NoActivity);
    let (reweight, carry) = (MissingPolicy::Reweight, MissingPolicy::CarryForward);
    assert_eq!(
        policy(reweight, false, quiet, false),
        (Policy::Reweighted, 80.0)
    );
    assert_eq!(
        policy(reweight, false, quiet, true),
        (Policy::Neutral, 65.0)
    );
    assert_eq!(
        policy(reweight, true, silent, false),
        (Policy::Penalised, 40.0)
    );
    assert_eq!(
        policy(reweight, true, quiet, false),
        (Policy::Reweighted, 80.0),
        "nothing happened: nothing owed"
    );
    assert_eq!(
        policy(MissingPolicy::Neutral, false, quiet, false),
        (Policy::Neutral, 65.0)
    );
    assert_eq!(
        policy(MissingPolicy::Penalise, false, quiet, false),
        (Policy::Penalised, 40.0)
    );
    let not_applicable = KpiValue::missing(Missing::NotApplicable);
    assert_eq!(
        policy(MissingPolicy::Penalise, true, not_applicable, true),
        (Policy::Reweighted, 80.0)
    );
    let last = |age| KpiValue {
        last: Some((60.0, age)),
        ..silent
    };
    assert_eq!(
        policy(carry, true, last(2), false),
        (Policy::CarriedForward, 70.0)
    );
    assert_eq!(
        policy(carry, true, last(3), false),
        (Policy::Penalised, 40.0)
    );
    assert_eq!(
        policy(reweight, false, last(1), false),
        (Policy::Reweighted, 80.0)
    );
}

#[test]
fn a_carried_value_stays_marked_as_missing_this_period() {
    let mut template = plain(&[("a", 100.0)]);
    template.lines[0].missing = MissingPolicy::CarryForward;
    let known = KpiValue {
        last: Some((60.0, 1)),
        ..KpiValue::missing(Missing::NoActivity)
    };
    let card = score(&template, &[("a", known)]);
    let line = &card.lines[0];
    assert_eq!(
        (line.value, line.missing, card.coverage),
        (Some(60.0), Some(Missing::NoActivity), 1.0)
    );
}

#[test]
fn a_value_that_cannot_be_scored_is_missing_and_not_zero() {
    let card = score(
        &plain(&[("a", 50.0), ("b", 50.0)]),
        &[
            ("a", KpiValue::known(f64::NAN)),
            ("b", KpiValue::known(70.0)),
        ],
    );
    assert_eq!(
        (card.lines[0].missing, card.lines[0].points),
        (Some(Missing::ParseError), None)
    );
    assert_eq!(card.score, Some(70.0));
}

fn graded(value: f64, previous: Grade, provisional: bool) -> Scorecard {
    let known = KpiValue {
        provisional,
        ..KpiValue::known(value)
    };
    let context = CardContext {
        previous_grade: Some(previous),
        ..CardContext::default()
    };
    score_card(&plain(&[("a", 100.0)]), &[("a", known)], &context)
}

#[test]
fn a_grade_is_held_within_two_points_and_says_so() {
    let card = graded(91.0, Grade::B, false);
    assert_eq!(
        (card.raw_grade, card.hold),
        (Some(Grade::B), Some(Hold::Hysteresis))
    );
    let card = graded(93.0, Grade::B, false);
    assert_eq!((card.raw_grade, card.hold), (Some(Grade::A), None));
}

#[test]
fn provisional_values_lower_no_grade() {
    let card = graded(40.0, Grade::B, true);
    assert_eq!(
        (card.raw_grade, card.hold, card.provisional),
        (Some(Grade::B), Some(Hold::ProvisionalValues), true)
    );
    let card = graded(40.0, Grade::B, false);
    assert_eq!(
        (card.raw_grade, card.hold, card.provisional),
        (Some(Grade::D), None, false)
    );
    // They may raise it, and they may stand beside firm values that support the fall themselves.
    assert_eq!(graded(95.0, Grade::B, true).raw_grade, Some(Grade::A));
    let context = CardContext {
        previous_grade: Some(Grade::A),
        ..CardContext::default()
    };
    let values = [
        ("a", KpiValue::known(70.0)),
        (
            "b",
            KpiValue {
                provisional: true,
                ..KpiValue::known(10.0)
            },
        ),
    ];
    let card = score_card(&plain(&[("a", 70.0), ("b", 30.0)]), &values, &context);
    assert_eq!(
        (card.raw_grade, card.hold),
        (Some(Grade::C), Some(Hold::ProvisionalValues))
    );
}

#[test]
fn a_heavy_kpi_that_clearly_fails_caps_the_grade() {
    let card = |weight: f64, provisional: bool, low: f64, high: f64| {
        let failed = KpiValue {
            interval: Some(Interval { low, high }),
            provisional,
            ..KpiValue::known(0.0)
        };
        let template = plain(&[("a", 100.0 - weight), ("b", weight)]);
        score(&template, &[("a", KpiValue::known(100.0)), ("b", failed)])
    };
    let capped = card(15.0, false, 0.0, 30.0);
    assert_eq!(
        (capped.raw_grade, capped.grade),
        (Some(Grade::B), Some(Grade::C))
    );
    assert_eq!(
        (capped.gates[0].gate, capped.gates[0].kpi.as_deref()),
        (Gate::HeavyKpiMissed, Some("b"))
    );
    for uncapped in [
        card(14.9, false, 0.0, 30.0),
        card(15.0, true, 0.0, 30.0),
        card(15.0, false, 0.0, 100.0),
    ] {
        assert!(uncapped.gates.is_empty(), "{uncapped:?}");
    }
}

#[test]
fn a_scorecard_is_stored_whole() {
    let incidents = Incidents {
        sanctions_hit: true,
        ..Incidents::default()
    };
    let context = CardContext {
        incidents,
        ..CardContext::default()
    };
    let card = score_card(
        &plain(&[("a", 100.0)]),
        &[("a", KpiValue::known(88.0))],
        &context,
    );
    assert!(card.blocked && card.grade.is_none());
    let text = serde_json::to_string(&card).unwrap();
    assert_eq!(serde_json::from_str::<Scorecard>(&text).unwrap(), card);
}

fn any_value() -> impl Strategy<Value = KpiValue> {
    let reasons = prop::sample::select(Missing::ALL);
    prop_oneof![
        3 => (-50.0..150.0f64, any::<bool>()).prop_map(|(value, provisional)| KpiValue { provisional, ..KpiValue::known(value) }),
        1 => reasons.prop_map(KpiValue::missing),
    ]
}

proptest! {
    #[test]
    fn a_score_stays_inside_and_its_parts_add_up(
        values in prop::collection::vec(any_value(), 4), new_supplier: bool, owes: bool,
    ) {
        let mut template = plain(&[("a", 40.0), ("b", 30.0), ("c", 20.0), ("d", 10.0)]);
        template.lines.iter_mut().for_each(|line| line.supplier_owes = owes);
        let values: Vec<(&str, KpiValue)> = ["a", "b", "c", "d"].into_iter().zip(values).collect();
        let context = CardContext { new_supplier, ..CardContext::default() };
        let card = score_card(&template, &values, &context);
        prop_assert!((0.0..=1.0).contains(&card.coverage));
        for score in [card.score, card.totals.reweight, card.totals.geometric, Some(card.totals.neutral), Some(card.totals.penalise)] {
            prop_assert!(score.is_none_or(|score| (0.0..=100.0).contains(&score)));
        }
        if let Some(score) = card.score {
            let sum: f64 = card.lines.iter().filter_map(|line| line.contribution).sum();
            prop_assert!((sum - score).abs() < 1e-9);
        }
        prop_assert!(card.totals.penalise <= card.totals.neutral);
        prop_assert_eq!(card.raw_grade.is_some(), card.score.is_some() && card.coverage >= MINIMUM_COVERAGE);

        // The order of lines and values changes nothing.
        let mut reversed = template.clone();
        reversed.lines.reverse();
        let other = score_card(&reversed, &values.iter().rev().copied().collect::<Vec<_>>(), &context);
        prop_assert!((other.score.unwrap_or(-1.0) - card.score.unwrap_or(-1.0)).abs() < 1e-9);
    }

    #[test]
    fn a_better_value_never_lowers_the_score(a in 0.0..100.0f64, b in 0.0..100.0f64, more in 0.0..50.0f64) {
        let template = plain(&[("a", 70.0), ("b", 30.0)]);
        let before = score(&template, &[("a", KpiValue::known(a)), ("b", KpiValue::known(b))]);
        let after = score(&template, &[("a", KpiValue::known(a + more)), ("b", KpiValue::known(b))]);
        prop_assert!(after.score >= before.score && after.grade <= before.grade);
    }
}
