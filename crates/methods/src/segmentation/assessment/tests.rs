use super::*;
use crate::segmentation::{Bound, Fact, Flip, Source, flip_points};
use proptest::prelude::*;

fn close(left: f64, right: f64) {
    assert!((left - right).abs() < 1e-4, "{left} is not {right}");
}

fn known<T>(value: T) -> Fact<T> {
    Fact::known(value, Source::Computed)
}

fn absent<T>() -> Fact<T> {
    Fact::missing(Missing::NotReported, Source::Rated)
}

/// The supplier of T1.2 and T1.3.
fn example() -> SupplierFacts {
    SupplierFacts {
        spend_minor: known(100_000_000),
        spend_score: known(82.0),
        business_impact: known(4.0),
        innovation_potential: known(3.0),
        alternatives: known(1),
        switching_cost_minor: known(70_000_000),
        lead_time_days: known(58.8),
        market_hhi: known(0.30),
        disruption_risk: known(55.0),
        dependency: known(65.0),
    }
}

fn placed(facts: &SupplierFacts) -> Assessment {
    assess(facts, &Policy::standard(), None, None, false)
}

fn points_of(composite: &Composite, name: PartName) -> Option<f64> {
    composite
        .parts
        .iter()
        .find(|part| part.name == name)
        .unwrap()
        .points
}

#[test]
fn t1_2_kraljic_axes_and_quadrant() {
    let found = placed(&example());
    close(found.profit_impact.value.unwrap(), 79.2);
    let risk = &found.supply_risk;
    for (name, points) in [
        (PartName::Alternatives, 60.0),
        (PartName::SwitchingCost, 70.0),
        (PartName::Market, 66.6667),
        (PartName::Disruption, 55.0),
        (PartName::LeadTime, 40.0),
    ] {
        close(points_of(risk, name).unwrap(), points);
    }
    close(risk.value.unwrap(), 60.0);
    assert_eq!(
        (found.plain_quadrant, found.standing.tier),
        (Some(Quadrant::Strategic), Tier::Strategic)
    );
    assert_eq!((risk.coverage, found.needs_review), (1.0, false));
    let sum: f64 = risk
        .parts
        .iter()
        .filter_map(|part| risk.contribution(part))
        .sum();
    close(sum, 60.0);
}

#[test]
fn t1_3_tier_score() {
    close(placed(&example()).tier_score.value.unwrap(), 68.35);
}

#[test]
fn missing_parts_give_their_weight_to_the_others() {
    let facts = SupplierFacts {
        disruption_risk: absent(),
        lead_time_days: absent(),
        ..example()
    };
    let risk = supply_risk(&facts, &Policy::standard());
    // (0.35 * 60 + 0.20 * 70 + 0.15 * 66.6667) / 0.70
    close(risk.value.unwrap(), 45.0 / 0.70);
    close(risk.coverage, 0.70);
    let part = risk
        .parts
        .iter()
        .find(|part| part.name == PartName::Disruption)
        .unwrap();
    assert_eq!(
        (part.points, part.missing),
        (None, Some(Missing::NotReported))
    );
}

#[test]
fn too_little_known_about_an_axis_is_unclassified_and_queued() {
    // Without spend percentile the profit impact is known by 40 % only.
    let found = placed(&SupplierFacts {
        spend_score: absent(),
        ..example()
    });
    assert_eq!(
        (found.standing.tier, found.needs_review),
        (Tier::Unclassified, true)
    );
    assert_eq!(found.standing.tier.monitored_as(), Tier::Bottleneck);
    // At 60 % exactly it is classified: spend alone.
    assert_eq!(
        placed(&SupplierFacts {
            business_impact: absent(),
            ..example()
        })
        .standing
        .tier,
        Tier::Strategic
    );
    assert_eq!(
        placed(&SupplierFacts::unknown()).standing.tier,
        Tier::Unclassified
    );
}

#[test]
fn switching_cost_without_spend_is_all_or_nothing() {
    let points = |cost: i64, spend: i64| {
        let facts = SupplierFacts {
            switching_cost_minor: known(cost),
            spend_minor: known(spend),
            ..example()
        };
        points_of(
            &supply_risk(&facts, &Policy::standard()),
            PartName::SwitchingCost,
        )
    };
    assert_eq!(
        [points(5, 0), points(0, 0), points(0, -10), points(300, 100)],
        [100.0, 0.0, 0.0, 100.0].map(Some)
    );
    assert_eq!(
        points(-5, 100),
        None,
        "a negative cost is a mistake, not no cost"
    );
}

#[test]
fn figures_outside_their_scale_are_missing_and_not_clamped() {
    let facts = SupplierFacts {
        business_impact: known(7.0),
        market_hhi: known(3000.0),
        disruption_risk: known(-1.0),
        lead_time_days: known(-3.0),
        ..example()
    };
    let found = placed(&facts);
    let wrong = |composite: &Composite| -> Vec<PartName> {
        let parts = composite
            .parts
            .iter()
            .filter(|part| part.missing == Some(Missing::ParseError));
        parts.map(|part| part.name).collect()
    };
    assert_eq!(wrong(&found.profit_impact), [PartName::BusinessImpact]);
    assert_eq!(
        wrong(&found.supply_risk),
        [PartName::Market, PartName::Disruption, PartName::LeadTime]
    );
}

#[test]
fn much_innovation_is_flagged_and_promotes_nobody() {
    let facts = SupplierFacts {
        innovation_potential: known(4.0),
        alternatives: known(5),
        ..example()
    };
    let found = placed(&facts);
    assert_eq!(
        (found.standing.tier, found.strategic_candidate),
        (Tier::Leverage, true)
    );
    let less = SupplierFacts {
        innovation_potential: known(3.0),
        ..facts
    };
    assert!(!placed(&less).strategic_candidate);
    assert!(
        !placed(&SupplierFacts {
            innovation_potential: known(5.0),
            ..example()
        })
        .strategic_candidate,
        "strategic already"
    );
}

#[test]
fn rounding_errors_do_not_decide_on_which_side_of_a_line_a_supplier_falls() {
    // 0.6 * 53.8 + 0.4 * 44.3 is 50 on paper and a hair less in floating point.
    let exact = Composite::of(vec![
        Part::new(PartName::Spend, 0.6, Vec::new(), Ok(53.8)),
        Part::new(PartName::BusinessImpact, 0.4, Vec::new(), Ok(44.3)),
    ]);
    assert_eq!(exact.value, Some(50.0));
}

#[test]
fn an_assessment_is_stored_whole() {
    let found = placed(&SupplierFacts {
        market_hhi: absent(),
        ..example()
    });
    let text = serde_json::to_string(&found).unwrap();
    assert_eq!(serde_json::from_str::<Assessment>(&text).unwrap(), found);
}

fn flips(facts: &SupplierFacts) -> Vec<Flip> {
    let found = placed(facts);
    flip_points(facts, &found, None, &Policy::standard())
}

#[test]
fn flip_points_say_what_one_change_moves_the_supplier() {
    let flips = flips(&example());
    let (impact, risk) = (&flips[0], &flips[1]);
    assert_eq!(
        (impact.moves_to, risk.moves_to),
        (Quadrant::Bottleneck, Quadrant::Leverage)
    );
    close(impact.distance, 79.2 - 50.0);
    // Spend alone: 82 - 29.2 / 0.6. Impact alone cannot: even at rating 1 the axis stays at 49.2, so it can.
    let needed: Vec<(PartName, f64, Bound)> = impact
        .points
        .iter()
        .map(|p| (p.part, p.input_needed, p.bound))
        .collect();
    close(needed[0].1, 82.0 - 29.2 / 0.6);
    assert_eq!(
        (needed[1].0, needed[1].1, needed[1].2),
        (PartName::BusinessImpact, 1.0, Bound::AtMost)
    );
    // Ten points of risk down: a second alternative brings 10.5, enough; switching cost 70 - 50 = 20 % of spend.
    let of = |name: PartName| risk.points.iter().find(|point| point.part == name);
    assert_eq!(
        (
            of(PartName::Alternatives).unwrap().input_needed,
            of(PartName::Alternatives).unwrap().bound
        ),
        (2.0, Bound::AtLeast)
    );
    close(
        of(PartName::SwitchingCost).unwrap().input_needed,
        20_000_000.0,
    );
    close(of(PartName::Disruption).unwrap().input_needed, 5.0);
    // The market brings its ten points only at zero, which is not below the line; lead time has four points to give.
    assert!(of(PartName::Market).is_none() && of(PartName::LeadTime).is_none());
}

#[test]
fn a_missing_part_can_flip_an_axis_once_it_is_known() {
    let facts = SupplierFacts {
        disruption_risk: absent(),
        ..example()
    };
    let flips = flips(&facts);
    let point = flips[1]
        .points
        .iter()
        .find(|point| point.part == PartName::Disruption)
        .unwrap();
    // (49 + 0.2 p) / 1 < 50 needs p below 5.
    close(point.points_needed, 5.0);
    assert_eq!(point.input_now, None);
}

#[test]
fn a_supplier_with_a_history_must_pass_the_band() {
    let policy = Policy::standard();
    let before = placed(&example()).standing;
    let found = assess(&example(), &policy, Some(&before), None, false);
    let flips = flip_points(&example(), &found, Some(&before), &policy);
    assert_eq!((flips[1].line, flips[1].periods), (45.0, 2));
    let fresh = flip_points(&example(), &found, None, &policy);
    assert_eq!((fresh[1].line, fresh[1].periods), (50.0, 1));
}

fn any_facts() -> impl Strategy<Value = SupplierFacts> {
    let figure = |from: f64, to: f64| prop_oneof![4 => (from..to).prop_map(known), 1 => Just(absent::<f64>())];
    (
        (1i64..1_000_000_000, 0i64..1_000_000_000, 0u32..6),
        (figure(0.0, 100.0), figure(1.0, 5.0), figure(0.0, 200.0)),
        (figure(0.0, 1.0), figure(0.0, 100.0), figure(0.0, 100.0)),
    )
        .prop_map(
            |((spend, cost, alternatives), (score, impact, days), (hhi, risk, dependency))| {
                SupplierFacts {
                    spend_minor: known(spend),
                    spend_score: score,
                    business_impact: impact,
                    innovation_potential: absent(),
                    alternatives: known(alternatives),
                    switching_cost_minor: known(cost),
                    lead_time_days: days,
                    market_hhi: hhi,
                    disruption_risk: risk,
                    dependency,
                }
            },
        )
}

/// The facts with one input of one part set to a value.
fn with(facts: &SupplierFacts, name: InputName, value: f64) -> SupplierFacts {
    let mut facts = *facts;
    match name {
        InputName::SpendPercentile => facts.spend_score = known(value),
        InputName::BusinessImpact => facts.business_impact = known(value),
        InputName::Alternatives => facts.alternatives = known(value as u32),
        InputName::SwitchingCostMinor => facts.switching_cost_minor = known(value as i64),
        InputName::MarketHhi => facts.market_hhi = known(value),
        InputName::DisruptionRisk => facts.disruption_risk = known(value),
        InputName::LeadTimeDays => facts.lead_time_days = known(value),
        other => panic!("{other} is no input of an axis"),
    }
    facts
}

proptest! {
    #[test]
    fn every_flip_point_really_flips(facts in any_facts()) {
        let found = placed(&facts);
        for flip in flips(&facts) {
            for point in &flip.points {
                // A hair past the boundary, where the boundary itself is outside.
                let past = match point.bound {
                    Bound::AtLeast | Bound::AtMost => point.input_needed,
                    Bound::Below => point.input_needed * (1.0 - 1e-6) - 1e-5,
                };
                let moved = placed(&with(&facts, point.input, past.max(0.0)));
                prop_assert_eq!(moved.plain_quadrant, Some(flip.moves_to), "{:?} from {:?}", point, found.plain_quadrant);
            }
        }
    }

    #[test]
    fn axes_stay_inside_and_more_alternatives_are_never_more_risk(facts in any_facts()) {
        let policy = Policy::standard();
        let risk = supply_risk(&facts, &policy);
        prop_assert!(risk.value.is_none_or(|value| (0.0..=100.0).contains(&value)));
        prop_assert!((0.0..=1.0).contains(&risk.coverage));
        let more = SupplierFacts { alternatives: known(facts.alternatives.value.unwrap() + 1), ..facts };
        prop_assert!(supply_risk(&more, &policy).value <= risk.value);
    }
}
