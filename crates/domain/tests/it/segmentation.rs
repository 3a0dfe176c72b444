use keelson_domain::{
    Act, Error, PersonId, Result, SupplierId, Via,
    performance::{Scope, refresh},
    record::of_subject,
    segmentation::{
        self, Tiered, history,
        overrides::{self, NewOverride, Stage},
        placed, policy, preview, tier, why,
    },
};
use keelson_methods::{
    period::Period,
    segmentation::{AbcClass, OverrideReason, OverrideState, Quadrant, Tier},
};
use keelson_testkit::{TestDb, db_test};

use crate::facts::{day, load, month, organisation, person, rate, supplier};

const TODAY: &str = "2026-03-02";

fn quarter(text: &str) -> Period {
    Period::parse(text).unwrap()
}

/// Three suppliers: one that matters and is hard to replace, one that only costs, one about which nobody said anything.
async fn portfolio(t: &TestDb) -> Result<[SupplierId; 3]> {
    organisation(t).await?;
    let strategic = supplier(t, 1, "Norrfjord").await?;
    let leverage = supplier(t, 2, "Kessler").await?;
    let unknown = supplier(t, 3, "Hudson").await?;
    let mut lines = Vec::new();
    // Below ten suppliers spend is placed on anchors from 10,000 to 10,000,000 euro.
    for at in [
        "2025-07", "2025-08", "2025-09", "2025-10", "2025-11", "2025-12",
    ] {
        lines.extend(month(strategic, at, 60, 0));
        lines.extend(month(leverage, at, 60, 0));
    }
    lines.extend(month(unknown, "2025-11", 1, 0));
    load(t, &lines).await?;
    rate(t, strategic, (0, 5, 5, 80)).await?;
    rate(t, leverage, (3, 5, 4, 10)).await?;
    Ok([strategic, leverage, unknown])
}

async fn tiered(t: &TestDb, period: &str) -> Result<Tiered> {
    tier(&t.keelson, &t.act(), quarter(period), day(TODAY)).await
}

#[db_test]
async fn suppliers_are_placed_by_axes_and_the_unknown_one_is_queued(t: TestDb) -> Result<()> {
    let [strategic, leverage, unknown] = portfolio(&t).await?;
    let run = tiered(&t, "2025-Q4").await?;
    assert_eq!((run.added, run.unchanged, run.unclassified), (3, 0, 1));
    let placed = placed(t.db.read(), &[1, 2, 3], day(TODAY)).await?;
    assert_eq!(placed[&strategic.0].tier, Tier::Strategic);
    assert_eq!(placed[&strategic.0].quadrant, Some(Quadrant::Strategic));
    assert_eq!(placed[&leverage.0].tier, Tier::Leverage);
    assert_eq!(
        (placed[&unknown.0].tier, placed[&unknown.0].quadrant),
        (Tier::Unclassified, None)
    );

    let row = history(t.db.read(), strategic, 1).await?.remove(0);
    assert_eq!(row.abc, Some(AbcClass::A));
    assert_eq!(row.policy_version, 1);
    let facts = row.breakdown.input.facts;
    assert_eq!(facts.spend_minor.value, Ok(360 * 100_000));
    assert_eq!(facts.business_impact.value, Ok(5.0));
    assert_eq!(facts.lead_time_days.value, Ok(30.0));
    assert!(row.breakdown.assessment.tier_score.value.is_some());
    let candidate = history(t.db.read(), leverage, 1)
        .await?
        .remove(0)
        .breakdown
        .assessment;
    assert!(
        candidate.strategic_candidate,
        "much potential for innovation is flagged, never promoted"
    );
    Ok(())
}

#[db_test]
async fn the_same_inputs_add_no_row_and_a_new_rating_does(t: TestDb) -> Result<()> {
    let [strategic, ..] = portfolio(&t).await?;
    tiered(&t, "2025-Q4").await?;
    let first = history(t.db.read(), strategic, 9).await?;
    let again = tiered(&t, "2025-Q4").await?;
    assert_eq!((again.added, again.unchanged, again.moved), (0, 3, 0));

    rate(&t, strategic, (3, 5, 5, 0)).await?;
    let third = tiered(&t, "2025-Q4").await?;
    assert_eq!((third.added, third.unchanged, third.moved), (1, 2, 1));
    let rows = history(t.db.read(), strategic, 9).await?;
    assert_eq!(
        rows.iter().map(|row| row.version).collect::<Vec<_>>(),
        [2, 1]
    );
    assert_eq!(rows[1], first[0], "the old placement stays as it was");
    assert_eq!(rows[0].tier, Tier::Leverage);
    let told = of_subject(t.db.read(), "tier", rows[0].id.0).await?;
    assert_eq!(told[0].payload["from"], "strategic");
    assert_eq!(told[0].payload["to"], "leverage");
    Ok(())
}

#[db_test]
async fn a_tier_changes_after_two_quarters_beyond_the_line(t: TestDb) -> Result<()> {
    let [strategic, ..] = portfolio(&t).await?;
    tiered(&t, "2025-Q3").await?;
    rate(&t, strategic, (3, 5, 5, 0)).await?;
    tiered(&t, "2025-Q4").await?;
    let held = placed(t.db.read(), &[strategic.0], day(TODAY)).await?[&strategic.0];
    assert_eq!(held.tier, Tier::Strategic, "one quarter is not enough");
    tiered(&t, "2026-Q1").await?;
    let moved = placed(t.db.read(), &[strategic.0], day(TODAY)).await?[&strategic.0];
    assert_eq!(moved.tier, Tier::Leverage);
    Ok(())
}

#[db_test]
async fn why_shows_every_part_and_what_would_have_to_change(t: TestDb) -> Result<()> {
    let [strategic, _, unknown] = portfolio(&t).await?;
    assert_eq!(
        why(t.db.read(), strategic, day(TODAY)).await?,
        None,
        "never placed, nothing to explain"
    );
    tiered(&t, "2025-Q4").await?;
    let why_strategic = why(t.db.read(), strategic, day(TODAY)).await?.unwrap();
    assert_eq!(why_strategic.tier, Tier::Strategic);
    assert_eq!(why_strategic.policy.version, 1);
    let axis = &why_strategic.placement.breakdown.assessment.supply_risk;
    let total: f64 = axis
        .parts
        .iter()
        .filter_map(|part| axis.contribution(part))
        .sum();
    assert!(
        (total - axis.value.unwrap()).abs() < 1e-6,
        "the parts add up to the axis"
    );
    assert!(!why_strategic.flips.is_empty());
    assert!(
        why_strategic
            .flips
            .iter()
            .any(|flip| flip.moves_to == Quadrant::Leverage && !flip.points.is_empty())
    );
    let why_unknown = why(t.db.read(), unknown, day(TODAY)).await?.unwrap();
    assert!(why_unknown.flips.is_empty());
    assert!(why_unknown.placement.breakdown.assessment.needs_review);
    Ok(())
}

fn over(supplier: SupplierId) -> NewOverride {
    NewOverride {
        supplier,
        tier: Tier::Strategic,
        reason: OverrideReason::Roadmap,
        note: String::new(),
        starts_on: day(TODAY),
        ends_on: day("2027-03-02"),
    }
}

#[db_test]
async fn an_override_counts_once_somebody_else_approves_and_ends_by_itself(
    t: TestDb,
) -> Result<()> {
    let [_, leverage, _] = portfolio(&t).await?;
    let (ingrid, omar) = (person(&t, 1, "Ingrid").await?, person(&t, 2, "Omar").await?);
    tiered(&t, "2025-Q4").await?;
    let by = |person: PersonId| Act::by_person(person, Via::Page, t.act().at);
    let id = overrides::request(&t.keelson, &by(ingrid), &over(leverage)).await?;
    let counts = async |on: &str| {
        Ok::<_, Error>(placed(t.db.read(), &[leverage.0], day(on)).await?[&leverage.0])
    };
    assert!(!counts(TODAY).await?.overridden, "asking is not enough");
    assert!(matches!(
        overrides::approve(&t.keelson, &by(ingrid), id).await,
        Err(Error::Forbidden(_))
    ));
    assert!(matches!(
        overrides::request(&t.keelson, &by(omar), &over(leverage)).await,
        Err(Error::Conflict(_))
    ));

    overrides::approve(&t.keelson, &by(omar), id).await?;
    let now = counts(TODAY).await?;
    assert_eq!(
        (now.tier, now.computed, now.overridden),
        (Tier::Strategic, Tier::Leverage, true)
    );
    assert_eq!(counts("2027-03-01").await?.tier, Tier::Strategic);
    assert_eq!(
        counts("2027-03-02").await?.tier,
        Tier::Leverage,
        "on its last day the computed tier returns"
    );
    let stored = overrides::find(t.db.read(), id).await?;
    assert_eq!(
        stored.stage(day("2027-02-20")),
        Stage::Approved(OverrideState::EndsSoon)
    );
    let open = overrides::open(t.db.read(), day(TODAY)).await?;
    let usage = overrides::usage(&open, 3, day(TODAY));
    assert_eq!(
        (usage.in_force, usage.requested, usage.too_many),
        (1, 0, true)
    );
    let why = why(t.db.read(), leverage, day(TODAY)).await?.unwrap();
    assert_eq!(
        (why.tier, why.placement.tier),
        (Tier::Strategic, Tier::Leverage)
    );

    overrides::withdraw(&t.keelson, &by(omar), id).await?;
    assert_eq!(counts(TODAY).await?.tier, Tier::Leverage);
    assert!(matches!(
        overrides::withdraw(&t.keelson, &by(omar), id).await,
        Err(Error::Conflict(_))
    ));
    let told: Vec<String> = of_subject(t.db.read(), "tier_override", id.0)
        .await?
        .into_iter()
        .map(|event| event.verb)
        .collect();
    assert_eq!(told, ["withdrawn", "approved", "requested"]);
    Ok(())
}

#[db_test]
async fn an_override_without_an_end_a_reason_or_a_difference_is_refused(t: TestDb) -> Result<()> {
    let [strategic, leverage, _] = portfolio(&t).await?;
    let ingrid = person(&t, 1, "Ingrid").await?;
    tiered(&t, "2025-Q4").await?;
    let act = Act::by_person(ingrid, Via::Page, t.act().at);
    let refused = async |new: NewOverride| match overrides::request(&t.keelson, &act, &new).await {
        Err(Error::Invalid(fields)) => fields[0].name.to_string(),
        other => panic!("{other:?}"),
    };
    assert_eq!(
        refused(NewOverride {
            ends_on: day("2028-03-03"),
            ..over(leverage)
        })
        .await,
        "ends_on"
    );
    assert_eq!(
        refused(NewOverride {
            ends_on: day(TODAY),
            ..over(leverage)
        })
        .await,
        "ends_on"
    );
    assert_eq!(
        refused(NewOverride {
            reason: OverrideReason::Other,
            ..over(leverage)
        })
        .await,
        "note"
    );
    assert_eq!(refused(over(strategic)).await, "tier");
    assert!(matches!(
        overrides::request(&t.keelson, &t.act(), &over(leverage)).await,
        Err(Error::Forbidden(_))
    ));
    Ok(())
}

#[db_test]
async fn a_new_policy_is_previewed_and_leaves_old_tiers_alone(t: TestDb) -> Result<()> {
    let [strategic, leverage, _] = portfolio(&t).await?;
    tiered(&t, "2025-Q4").await?;
    let before = history(t.db.read(), strategic, 9).await?;
    let mut stricter = policy::current(t.db.read()).await?.document;
    stricter.matrix.profit_impact_cut = 94.0;
    let moves = preview(&t.keelson, &stricter, quarter("2025-Q4"), day(TODAY)).await?;
    let mut moved: Vec<(i64, Tier)> = moves
        .iter()
        .map(|step| (step.supplier.0, step.to))
        .collect();
    moved.sort_unstable_by_key(|(supplier, _)| *supplier);
    assert_eq!(
        moved,
        [
            (strategic.0, Tier::Bottleneck),
            (leverage.0, Tier::Transactional)
        ]
    );
    assert_eq!(
        history(t.db.read(), strategic, 9).await?,
        before,
        "a preview stores nothing"
    );

    assert_eq!(
        policy::publish(&t.keelson, &t.act(), &stricter)
            .await?
            .version,
        2
    );
    assert_eq!(history(t.db.read(), strategic, 9).await?, before);
    tiered(&t, "2025-Q4").await?;
    let rows = history(t.db.read(), strategic, 9).await?;
    assert_eq!((rows[0].policy_version, rows[1].policy_version), (2, 1));
    let explained = why(t.db.read(), strategic, day(TODAY)).await?.unwrap();
    assert_eq!(explained.policy.document.matrix.profit_impact_cut, 94.0);

    stricter.id = "other".into();
    assert!(matches!(
        policy::publish(&t.keelson, &t.act(), &stricter).await,
        Err(Error::Invalid(_))
    ));
    Ok(())
}

#[db_test]
async fn tiers_are_set_for_quarters_that_have_begun(t: TestDb) -> Result<()> {
    portfolio(&t).await?;
    for wrong in ["2026", "2026-02", "2026-Q2"] {
        assert!(
            matches!(tiered(&t, wrong).await, Err(Error::Invalid(_))),
            "{wrong}"
        );
    }
    Ok(())
}

#[db_test]
async fn a_placement_reaches_the_figures(t: TestDb) -> Result<()> {
    let [strategic, ..] = portfolio(&t).await?;
    tiered(&t, "2025-Q4").await?;
    let now = t.act().at;
    refresh(&t.keelson, &Scope::Everyone, day(TODAY), now).await?;
    let rows = keelson_domain::performance::portfolio::rows(t.db.read()).await?;
    let row = rows.iter().find(|row| row.supplier == strategic).unwrap();
    assert_eq!(
        (row.tier, row.abc),
        (Some(Tier::Strategic), Some(AbcClass::A))
    );
    assert_eq!(segmentation::quarter_of(day(TODAY)), quarter("2026-Q1"));
    Ok(())
}

#[db_test]
async fn lead_time_is_the_median_so_one_late_line_moves_nothing(t: TestDb) -> Result<()> {
    organisation(&t).await?;
    let one = supplier(&t, 1, "Norrfjord").await?;
    let mut lines = month(one, "2025-10", 11, 0);
    // Ordered 30 days before it was due, it came 80 days late.
    lines[0].received = Some(lines[0].due + chrono::Days::new(80));
    load(&t, &lines).await?;
    tiered(&t, "2025-Q4").await?;
    let row = history(t.db.read(), one, 1).await?.remove(0);
    assert_eq!(row.breakdown.input.facts.lead_time_days.value, Ok(30.0));
    Ok(())
}
