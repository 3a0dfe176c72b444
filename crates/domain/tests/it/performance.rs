use keelson_analytics::{By, Sort, Standing};
use keelson_domain::{
    Error, PersonId, Result, ScorecardId, SupplierId,
    performance::{
        self, Scope, Scored, definition,
        lines::{self, FigureRef, Selection},
        measure, preview, read_trend, refresh, score, scorecard, shared, template,
    },
    record::of_subject,
    versions,
};
use keelson_methods::{
    kpi::Definition,
    missing::Missing,
    period::Period,
    scoring::{Grade, ScorecardTemplate},
};
use keelson_testkit::{TestDb, db_test};

use crate::facts::{Line, day, load, month, organisation, supplier};

const TODAY: &str = "2026-03-02";

fn period(text: &str) -> Period {
    Period::parse(text).unwrap()
}

async fn refreshed(t: &TestDb, scope: Scope) -> Result<()> {
    refresh(&t.keelson, &scope, day(TODAY), t.act().at).await?;
    Ok(())
}

async fn scored(t: &TestDb, quarter: &str) -> Result<Scored> {
    score(&t.keelson, &t.act(), period(quarter), None, day(TODAY)).await
}

/// A supplier with a year of deliveries: 24 lines a month, of which two are late.
async fn delivering(t: &TestDb) -> Result<SupplierId> {
    organisation(t).await?;
    let supplier = supplier(t, 1, "Norrfjord Castings").await?;
    let mut lines = Vec::new();
    for at in [
        "2025-03", "2025-04", "2025-05", "2025-06", "2025-07", "2025-08", "2025-09", "2025-10",
        "2025-11", "2025-12", "2026-01", "2026-02",
    ] {
        lines.extend(month(supplier, at, 24, 2));
    }
    load(t, &lines).await?;
    Ok(supplier)
}

#[db_test]
async fn publishing_makes_a_version_and_the_old_ones_stay(t: TestDb) -> Result<()> {
    organisation(&t).await?;
    let mut otd = versions::find::<Definition>(t.db.read(), "otd")
        .await?
        .document;
    assert_eq!(
        versions::current::<Definition>(t.db.read()).await?.len(),
        10
    );

    let same = definition::publish(&t.keelson, &t.act(), &otd).await?;
    assert_eq!(same.version, 1, "what says nothing new is no new version");

    let before = otd.clone();
    otd.delivery.as_mut().unwrap().late_days = 2;
    let second = definition::publish(&t.keelson, &t.act(), &otd).await?;
    assert_eq!(second.version, 2);
    let changes = versions::changes(&before, &otd)?;
    assert_eq!(changes.len(), 1);
    assert_eq!(changes[0].field, "delivery.late_days");
    assert_eq!(
        (changes[0].before.as_deref(), changes[0].after.as_deref()),
        (Some("0"), Some("2"))
    );

    let history = versions::history::<Definition>(t.db.read(), "otd").await?;
    assert_eq!(
        history
            .iter()
            .map(|version| version.version)
            .collect::<Vec<_>>(),
        [2, 1]
    );
    assert_eq!(
        versions::at_version::<Definition>(t.db.read(), "otd", 1)
            .await?
            .document,
        before
    );
    let current: Vec<String> = versions::current::<Definition>(t.db.read())
        .await?
        .into_iter()
        .map(|definition| definition.document.id)
        .collect();
    assert_eq!(
        current[0], "otd",
        "a new version keeps its place in the list"
    );
    assert!(matches!(
        versions::find::<Definition>(t.db.read(), "nothing").await,
        Err(Error::NotFound(_))
    ));
    Ok(())
}

#[db_test]
async fn an_applied_document_names_every_mistake_and_its_event_the_change(t: TestDb) -> Result<()> {
    organisation(&t).await?;
    let broken = "id = \"on-time\"\nmeasure = \"on_time_delivery\"\n[delivery]\nreference = [\"requested\"]\n";
    let Err(Error::Invalid(fields)) = definition::apply(&t.keelson, &t.act(), broken).await else {
        panic!("a definition without a window is refused");
    };
    let named: Vec<&str> = fields.iter().map(|field| field.name.as_ref()).collect();
    assert!(
        named.contains(&"name") && named.contains(&"delivery.early_days"),
        "{named:?}"
    );

    let file = include_str!("../../../../examples/kpis/on-or-before-scheduled.toml");
    let applied = definition::apply(&t.keelson, &t.act(), file).await?;
    assert_eq!(
        (applied.version, applied.document.id.as_str()),
        (1, "on-or-before-scheduled")
    );
    let changed = file.replace("minimum_n = 20", "minimum_n = 30");
    definition::apply(&t.keelson, &t.act(), &changed).await?;
    let told = of_subject(t.db.read(), "kpi_definition", 12).await?;
    assert_eq!(told[0].verb, "published");
    assert_eq!(told[0].payload["changes"][0]["field"], "minimum_n");
    Ok(())
}

#[db_test]
async fn a_template_names_only_kpis_that_are_defined_and_a_tier_has_one(t: TestDb) -> Result<()> {
    organisation(&t).await?;
    let mut template = versions::find::<ScorecardTemplate>(t.db.read(), "strategic")
        .await?
        .document;
    template.lines[0].kpi = "charm".into();
    template.id = "second".into();
    let Err(Error::Invalid(fields)) = template::publish(&t.keelson, &t.act(), &template).await
    else {
        panic!("a template with an unknown KPI is refused");
    };
    assert_eq!(fields[0].name, "lines[0].kpi");
    assert!(
        fields[0].message.contains("otif-line"),
        "{}",
        fields[0].message
    );
    assert_eq!(fields[1].name, "tier");
    Ok(())
}

#[db_test]
async fn measures_hold_months_quarters_and_the_year_with_their_parts(t: TestDb) -> Result<()> {
    let supplier = delivering(&t).await?;
    refreshed(&t, Scope::Everyone).await?;
    let stored = measure::of_supplier(t.db.read(), supplier).await?;
    let find = |kpi: &str, period: &str| {
        stored
            .iter()
            .find(|row| row.kpi == kpi && row.period.to_string() == period)
            .map(|row| {
                (
                    row.figure.rate.numerator,
                    row.figure.rate.denominator,
                    row.figure.rate.n,
                )
            })
    };
    assert_eq!(find("otd", "2025-12"), Some((22, 24, 24)));
    assert_eq!(
        find("otd", "2025-Q4"),
        Some((66, 72, 72)),
        "sums are divided"
    );
    assert_eq!(
        find("otd", "2026-Q1"),
        Some((44, 48, 48)),
        "the quarter under way so far"
    );
    assert_eq!(find("otd", "trailing-12"), Some((264, 288, 288)));
    assert_eq!(find("otif-order", "2025-Q4"), Some((66, 72, 72)));
    assert_eq!(find("otd", "2024-12"), None, "no activity is no row");
    assert_eq!(find("ppm", "2025-12").map(|(defects, ..)| defects), Some(0));
    let ppm = stored
        .iter()
        .find(|row| row.kpi == "ppm" && row.period.to_string() == "2025-12")
        .unwrap();
    assert_eq!(
        (ppm.figure.value, ppm.figure.reason),
        (None, Some(Missing::NotReported)),
        "nobody inspected, so no defect is not good news"
    );
    let otd = stored
        .iter()
        .find(|row| row.kpi == "otd" && row.period.to_string() == "2025-Q4")
        .unwrap();
    let interval = otd.figure.interval.unwrap();
    assert!(interval.low < otd.figure.value.unwrap() && otd.figure.value.unwrap() < interval.high);
    assert_eq!(otd.version, 1);
    Ok(())
}

#[db_test]
async fn a_new_receipt_moves_one_supplier_as_a_full_refresh_would(t: TestDb) -> Result<()> {
    let first = delivering(&t).await?;
    let second = supplier(&t, 2, "Kessler").await?;
    load(&t, &month(second, "2025-12", 24, 12)).await?;
    refreshed(&t, Scope::Everyone).await?;
    let untouched = measure::of_supplier(t.db.read(), first).await?;

    let late = Line {
        supplier: second,
        key: "late".to_owned(),
        due: day("2026-02-10"),
        received: Some(day("2026-02-25")),
    };
    load(&t, &[late]).await?;
    refreshed(&t, Scope::Suppliers(vec![second])).await?;
    let incremental = measure::of_supplier(t.db.read(), second).await?;
    let february = incremental
        .iter()
        .find(|row| row.kpi == "otd" && row.period.to_string() == "2026-02")
        .unwrap();
    assert_eq!(
        (
            february.figure.rate.numerator,
            february.figure.rate.denominator
        ),
        (0, 1)
    );
    assert_eq!(measure::of_supplier(t.db.read(), first).await?, untouched);

    refreshed(&t, Scope::Everyone).await?;
    assert_eq!(
        measure::of_supplier(t.db.read(), second).await?,
        incremental
    );
    Ok(())
}

#[db_test]
async fn the_answer_of_the_command_line_names_suppliers(t: TestDb) -> Result<()> {
    delivering(&t).await?;
    let otd = versions::find::<Definition>(t.db.read(), "otd")
        .await?
        .document;
    let answers = performance::measure(
        &t.keelson,
        &otd,
        period("2025-Q4"),
        By::Supplier,
        day(TODAY),
    )
    .await?;
    assert_eq!(answers.len(), 1);
    let named = answers[0].supplier.as_ref().unwrap();
    assert_eq!(
        (named.number.as_str(), named.name.as_str()),
        ("S-00001", "Norrfjord Castings")
    );
    assert_eq!(answers[0].measured.rate.numerator, 66);
    Ok(())
}

#[db_test]
async fn a_scorecard_keeps_everything_it_was_made_from(t: TestDb) -> Result<()> {
    let supplier = delivering(&t).await?;
    assert_eq!(
        scored(&t, "2025-Q4").await?,
        Scored {
            added: 1,
            unchanged: 0,
            without_data: 0
        }
    );
    let card = scorecard::newest(t.db.read(), supplier).await?.unwrap();
    assert_eq!((card.period, card.version), (period("2025-Q4"), 1));
    let breakdown = &card.breakdown;
    assert_eq!(
        breakdown.template.id, "bottleneck",
        "an unplaced supplier is watched like a bottleneck"
    );
    assert_eq!(breakdown.template.version, 1);
    let (basis, line) = breakdown
        .lines()
        .find(|(basis, _)| basis.kpi == "otif-line")
        .unwrap();
    assert_eq!(basis.figure.rate.denominator, 72);
    assert_eq!(basis.definition.as_ref().unwrap().version, 1);
    assert_eq!(line.weight, 30.0);
    // 66 of 72 between 0.80 and 0.98.
    let points = line.points.unwrap();
    assert!(
        (points - 100.0 * (66.0 / 72.0 - 0.80) / 0.18).abs() < 1e-9,
        "{points}"
    );
    let (ppm, missing) = breakdown
        .lines()
        .find(|(basis, _)| basis.kpi == "ppm")
        .unwrap();
    assert_eq!(missing.missing, Some(Missing::NotReported));
    assert_eq!(ppm.figure.value, None);
    let contributions: f64 = breakdown
        .card
        .lines
        .iter()
        .filter_map(|line| line.contribution)
        .sum();
    assert!((contributions - breakdown.card.score.unwrap()).abs() < 1e-9);
    assert!(
        !breakdown.context.new_supplier,
        "it delivered before its last two quarters"
    );
    assert_eq!(card.digest.len(), 64);
    Ok(())
}

#[db_test]
async fn the_same_inputs_make_no_new_scorecard_and_new_facts_leave_the_old_one(
    t: TestDb,
) -> Result<()> {
    let supplier = delivering(&t).await?;
    scored(&t, "2025-Q4").await?;
    let first = scorecard::newest(t.db.read(), supplier).await?.unwrap();
    assert_eq!(
        scored(&t, "2025-Q4").await?,
        Scored {
            added: 0,
            unchanged: 1,
            without_data: 0
        }
    );

    // Two weeks later a line of the quarter turns out to have come late.
    let late = Line {
        supplier,
        key: "found later".to_owned(),
        due: day("2025-12-10"),
        received: Some(day("2025-12-30")),
    };
    load(&t, &[late]).await?;
    assert_eq!(scored(&t, "2025-Q4").await?.added, 1);
    let history = scorecard::history(t.db.read(), supplier, period("2025-Q4")).await?;
    assert_eq!(
        history.iter().map(|card| card.version).collect::<Vec<_>>(),
        [2, 1]
    );
    assert_eq!(history[1], first, "the old one stays as it was");
    assert!(history[0].breakdown.card.score < first.breakdown.card.score);
    let told = of_subject(t.db.read(), "scorecard", history[0].id.0).await?;
    assert_eq!(
        (told[0].verb.as_str(), told[0].payload["version"].as_i64()),
        ("scored", Some(2))
    );
    Ok(())
}

#[db_test]
async fn ten_new_definitions_leave_old_scorecards_byte_for_byte(t: TestDb) -> Result<()> {
    let supplier = delivering(&t).await?;
    scored(&t, "2025-Q4").await?;
    let before = stored_text(&t, supplier).await?;
    for published in versions::current::<Definition>(t.db.read()).await? {
        let mut document = published.document;
        document.minimum_n += 1;
        document.name.push_str(", revised");
        let version = definition::publish(&t.keelson, &t.act(), &document)
            .await?
            .version;
        assert_eq!(version, 2);
    }
    assert_eq!(stored_text(&t, supplier).await?, before);
    scored(&t, "2025-Q4").await?;
    let history = scorecard::history(t.db.read(), supplier, period("2025-Q4")).await?;
    assert_eq!(
        history.len(),
        2,
        "judged by new definitions, it is a new scorecard"
    );
    assert_eq!(
        history[0].breakdown.lines[0]
            .definition
            .as_ref()
            .unwrap()
            .version,
        2
    );
    assert_eq!(
        history[1].breakdown.lines[0]
            .definition
            .as_ref()
            .unwrap()
            .version,
        1
    );
    assert_eq!(stored_text(&t, supplier).await?[..1], before[..]);
    Ok(())
}

/// What the table holds of a supplier's scorecards, oldest first, as text.
async fn stored_text(t: &TestDb, supplier: SupplierId) -> Result<Vec<String>> {
    let mut cards = scorecard::history(t.db.read(), supplier, period("2025-Q4")).await?;
    cards.reverse();
    Ok(cards
        .into_iter()
        .map(|card| {
            format!(
                "{} {} {}",
                card.digest,
                card.as_of,
                serde_json::to_string(&card.breakdown).unwrap()
            )
        })
        .collect())
}

#[db_test]
async fn too_few_lines_are_judged_on_twelve_months_and_nothing_on_none(t: TestDb) -> Result<()> {
    organisation(&t).await?;
    let few = supplier(&t, 1, "Few").await?;
    let idle = supplier(&t, 2, "Idle").await?;
    let mut lines = month(few, "2025-12", 4, 0);
    lines.extend(month(few, "2025-06", 24, 6));
    load(&t, &lines).await?;
    assert_eq!(
        scored(&t, "2025-Q4").await?,
        Scored {
            added: 1,
            unchanged: 0,
            without_data: 1
        }
    );
    assert!(
        scorecard::newest(t.db.read(), idle).await?.is_none(),
        "no data is no score"
    );
    let card = scorecard::newest(t.db.read(), few).await?.unwrap();
    let (basis, line) = card
        .breakdown
        .lines()
        .find(|(basis, _)| basis.kpi == "otif-line")
        .unwrap();
    assert_eq!(
        (basis.figure.rate.numerator, basis.figure.rate.denominator),
        (4, 4)
    );
    let widened = basis.widened.as_ref().unwrap();
    assert_eq!(widened.period, period("trailing-12@2025-12"));
    assert_eq!(
        (
            widened.figure.rate.numerator,
            widened.figure.rate.denominator
        ),
        (22, 28)
    );
    assert_eq!(line.value, Some(22.0 / 28.0));
    assert!(!line.provisional, "28 lines are enough");
    Ok(())
}

#[db_test]
async fn the_first_two_quarters_count_what_is_missing_as_neutral(t: TestDb) -> Result<()> {
    organisation(&t).await?;
    let new = supplier(&t, 1, "New").await?;
    load(&t, &month(new, "2025-12", 24, 0)).await?;
    scored(&t, "2025-Q4").await?;
    let card = scorecard::newest(t.db.read(), new).await?.unwrap();
    assert!(card.breakdown.context.new_supplier);
    let (_, lot) = card
        .breakdown
        .lines()
        .find(|(basis, _)| basis.kpi == "lot-acceptance")
        .unwrap();
    assert_eq!(lot.points, Some(50.0));
    Ok(())
}

#[db_test]
async fn a_grade_changes_only_two_points_beyond_the_line_of_the_quarter_before(
    t: TestDb,
) -> Result<()> {
    let supplier = delivering(&t).await?;
    scored(&t, "2025-Q3").await?;
    scored(&t, "2025-Q4").await?;
    let card = scorecard::newest(t.db.read(), supplier).await?.unwrap();
    let before = scorecard::before(t.db.read(), &card).await?.unwrap();
    assert_eq!(before.period, period("2025-Q3"));
    assert_eq!(
        card.breakdown.context.previous_grade,
        before.breakdown.card.raw_grade
    );
    assert!(
        before
            .breakdown
            .card
            .raw_grade
            .is_some_and(|grade| Grade::ALL.contains(&grade))
    );
    Ok(())
}

#[db_test]
async fn a_period_that_has_not_begun_is_refused(t: TestDb) -> Result<()> {
    delivering(&t).await?;
    let Err(Error::Invalid(fields)) = scored(&t, "2026-Q3").await else {
        panic!("the future cannot be scored");
    };
    assert_eq!(fields[0].name, "period");
    Ok(())
}

#[db_test]
async fn a_figure_opens_to_exactly_its_lines(t: TestDb) -> Result<()> {
    let supplier = delivering(&t).await?;
    let figure = FigureRef {
        supplier,
        kpi: "otd".to_owned(),
        version: Some(1),
        period: period("2025-Q4"),
        as_of: day(TODAY),
    };
    let selection = Selection {
        only: Some(Standing::Missed),
        sort: Sort::Deviation,
        descending: true,
        offset: 0,
        limit: 4,
    };
    let opened = lines::open(&t.keelson, &figure, selection).await?;
    assert_eq!((opened.lines.met, opened.lines.missed), (66, 6));
    assert_eq!(opened.figure.rate.numerator as u64, opened.lines.met);
    assert_eq!(
        opened.figure.rate.denominator as u64,
        opened.lines.met + opened.lines.missed
    );
    assert_eq!((opened.lines.total, opened.lines.lines.len()), (6, 4));
    assert_eq!(opened.lines.lines[0].days_late, Some(5));
    assert_eq!(opened.lines.lines[0].reason.unwrap().code(), "late");
    Ok(())
}

#[db_test]
async fn a_supplier_sees_its_own_shared_scorecards_and_no_other(t: TestDb) -> Result<()> {
    let own = delivering(&t).await?;
    let other = supplier(&t, 2, "Kessler").await?;
    load(&t, &month(other, "2025-12", 24, 12)).await?;
    scored(&t, "2025-Q4").await?;
    let card = scorecard::newest(t.db.read(), own).await?.unwrap();
    assert!(
        shared::shared_with(t.db.read(), own, 8).await?.is_empty(),
        "nothing is shared by itself"
    );
    assert!(shared::shared(t.db.read(), own, card.id).await.is_err());

    assert_eq!(scorecard::share(&t.keelson, &t.act(), &[card.id]).await?, 1);
    assert_eq!(
        scorecard::share(&t.keelson, &t.act(), &[card.id]).await?,
        0,
        "once is enough"
    );
    let seen = shared::shared_with(t.db.read(), own, 8).await?;
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].score, card.breakdown.card.score);
    assert_eq!(seen[0].lines.len(), 6);
    let otif = seen[0]
        .lines
        .iter()
        .find(|line| line.kpi == "otif-line")
        .unwrap();
    assert_eq!(
        (otif.numerator, otif.denominator, otif.target),
        (66, 72, 0.98)
    );
    assert_eq!(seen[0].figure(own, otif).period, period("2025-Q4"));
    assert!(
        matches!(
            shared::shared(t.db.read(), other, card.id).await,
            Err(Error::NotFound(_))
        ),
        "another supplier's scorecard does not exist"
    );
    assert!(matches!(
        scorecard::share(&t.keelson, &t.act(), &[ScorecardId(999)]).await,
        Err(Error::NotFound(_))
    ));
    Ok(())
}

#[db_test]
async fn figures_hold_what_lists_sort_by(t: TestDb) -> Result<()> {
    let supplier = delivering(&t).await?;
    scored(&t, "2025-Q3").await?;
    scored(&t, "2025-Q4").await?;
    refreshed(&t, Scope::Everyone).await?;
    let portfolio = performance::portfolio::rows(t.db.read()).await?;
    assert_eq!(portfolio.len(), 1);
    let row = &portfolio[0];
    assert_eq!(row.supplier, supplier);
    // 288 lines at 1,000 euro; three of the year's receipts fell into March.
    assert_eq!(row.spend_minor, Some(288 * 100_000));
    assert_eq!(row.spend_share_ppm, Some(1_000_000));
    assert_eq!(row.on_time_ppm, Some(916_667));
    let newest = scorecard::newest(t.db.read(), supplier)
        .await?
        .unwrap()
        .breakdown
        .card;
    assert_eq!(
        row.score_centi,
        newest.score.map(|score| (score * 100.0).round() as i64)
    );
    assert_eq!(row.grade, newest.grade);
    assert_eq!(read_trend(&row.score_trend).len(), 8);
    assert_eq!(row.score_delta_centi, Some(0));
    Ok(())
}

#[db_test]
async fn a_person_who_scores_is_kept_with_the_scorecard(t: TestDb) -> Result<()> {
    let supplier = delivering(&t).await?;
    let person: PersonId = crate::facts::person(&t, 7, "Ingrid Lund").await?;
    score(
        &t.keelson,
        &t.act_by(person),
        period("2025-Q4"),
        Some(&[supplier]),
        day(TODAY),
    )
    .await?;
    let card = scorecard::newest(t.db.read(), supplier).await?.unwrap();
    assert_eq!(
        (card.by, card.at, card.as_of),
        (Some(person), t.act().at, day(TODAY))
    );
    Ok(())
}

#[db_test]
async fn a_preview_judges_by_the_draft_and_stores_nothing(t: TestDb) -> Result<()> {
    delivering(&t).await?;
    scored(&t, "2025-Q4").await?;
    let before = stored_text(&t, SupplierId(1)).await?;
    let published = versions::find::<Definition>(t.db.read(), "otif-line").await?;
    let mut draft = published.document.clone();
    if let Some(delivery) = &mut draft.delivery {
        delivery.late_days = 5;
    }
    let seen = preview::definition(&t.keelson, &draft, period("2025-Q4"), day(TODAY)).await?;
    assert_eq!((seen.suppliers, seen.values(), seen.scores()), (1, 1, 1));
    let effect = &seen.effects[0];
    assert_eq!(effect.supplier.name, "Norrfjord Castings");
    assert_eq!(effect.figure.before.rate.numerator, 66);
    assert_eq!(effect.figure.after.rate.numerator, 72);
    assert!(effect.score.after > effect.score.before);

    let same = preview::definition(
        &t.keelson,
        &published.document,
        period("2025-Q4"),
        day(TODAY),
    )
    .await?;
    assert_eq!(same.effects, [], "the same rules change nothing");
    let mut template = versions::find::<ScorecardTemplate>(t.db.read(), "bottleneck")
        .await?
        .document;
    template.lines[0].threshold = 0.5;
    let milder = preview::template(&t.keelson, &template, period("2025-Q4"), day(TODAY)).await?;
    assert_eq!((milder.values(), milder.scores()), (0, 1));

    let history = versions::history::<Definition>(t.db.read(), "otif-line").await?;
    assert_eq!(history.len(), 1);
    assert_eq!(stored_text(&t, SupplierId(1)).await?, before);
    Ok(())
}

#[db_test]
async fn only_the_suppliers_whose_facts_changed_are_computed_anew(t: TestDb) -> Result<()> {
    organisation(&t).await?;
    let one = supplier(&t, 1, "Norrfjord").await?;
    let other = supplier(&t, 2, "Kessler").await?;
    let lines: Vec<Line> = [one, other]
        .into_iter()
        .flat_map(|id| month(id, "2026-01", 24, 2))
        .collect();
    load(&t, &lines).await?;
    let refresh_touched = async |t: &TestDb| {
        let touched = performance::Touched::read(t.db.read()).await?;
        performance::refresh_touched(&t.keelson, touched, day(TODAY), t.act().at).await
    };
    assert_eq!(refresh_touched(&t).await?.suppliers, 2);
    assert_eq!(
        refresh_touched(&t).await?.suppliers,
        0,
        "nothing changed since"
    );
    let before = performance::portfolio::rows(t.db.read()).await?;

    // A line of the same month comes late for one of them.
    t.clock.advance(chrono::TimeDelta::hours(1));
    let mut late = lines[0].clone();
    late.received = late.received.map(|on| on + chrono::Days::new(9));
    load(&t, std::slice::from_ref(&late)).await?;
    assert_eq!(refresh_touched(&t).await?.suppliers, 1);
    let after = performance::portfolio::rows(t.db.read()).await?;
    assert_ne!(after[0].on_time_ppm, before[0].on_time_ppm);
    assert_eq!(after[1], before[1], "the other one was left alone");

    // Who is touched while figures are computed stays on the list.
    load(&t, &lines[..1]).await?;
    let touched = performance::Touched::read(t.db.read()).await?;
    load(&t, &[late]).await?;
    performance::refresh_touched(&t.keelson, touched, day(TODAY), t.act().at).await?;
    assert_eq!(refresh_touched(&t).await?.suppliers, 1);
    assert_eq!(refresh_touched(&t).await?.suppliers, 0);
    Ok(())
}

#[db_test]
async fn once_a_day_everybodys_figures_age(t: TestDb) -> Result<()> {
    use keelson_domain::work;
    organisation(&t).await?;
    let one = supplier(&t, 1, "Norrfjord").await?;
    let now = t.act().at;
    let today = now.date_naive();
    // 20 lines received in time, and 4 that are due in two days and never come.
    let mut lines = month(one, "2026-01", 20, 0);
    lines.extend((0..4).map(|at| Line {
        supplier: one,
        key: format!("open/{at}"),
        due: today + chrono::Days::new(2),
        received: None,
    }));
    load(&t, &lines).await?;
    refresh(&t.keelson, &Scope::Everyone, today, now).await?;
    let on_time = async |t: &TestDb| {
        let stored = measure::of_supplier(t.db.read(), one).await?;
        let figure = stored
            .into_iter()
            .find(|stored| stored.kpi == "otd" && stored.period == period("2026-03"));
        Ok::<_, Error>(figure.map_or(0, |stored| stored.figure.rate.n))
    };
    assert_eq!(on_time(&t).await?, 0, "they are not due yet");
    work::schedule(&t.keelson, now).await?;
    work::schedule(&t.keelson, now).await?;
    let waiting = keelson_jobs::waiting(t.db.read()).await?;
    assert_eq!(waiting.len(), 1, "{waiting:?}");
    assert_eq!(
        work::worker(&t.keelson).run_due().await?,
        0,
        "it is not tomorrow"
    );
    for _ in 0..4 {
        t.clock.advance(chrono::TimeDelta::days(1));
        assert_eq!(work::worker(&t.keelson).run_due().await?, 1);
    }
    assert_eq!(
        on_time(&t).await?,
        4,
        "they are overdue, though no fact came in"
    );
    assert_eq!(
        keelson_jobs::waiting(t.db.read()).await?.len(),
        1,
        "tomorrow's waits"
    );
    Ok(())
}

#[db_test]
async fn spend_in_other_currencies_is_shown_beside_and_never_added(t: TestDb) -> Result<()> {
    use keelson_analytics::Kind;
    use keelson_domain::{
        ImportId, SourceId,
        operations::{Bulk, Cell, Fact, Known, project},
    };
    let one = delivering(&t).await?;
    let only_dollars = supplier(&t, 2, "Hudson").await?;
    let invoice = |supplier, key: &str, minor: i64, currency: &str| {
        let mut cells = vec![Cell::Text(None); 20];
        for at in [6, 7, 9, 11, 13, 14, 16, 18, 19] {
            cells[at] = Cell::Number(None);
        }
        cells[8] = Cell::Number(Some(minor));
        cells[10] = Cell::Text(Some(currency.to_owned()));
        cells[12] = Cell::Number(Some(i64::from(keelson_domain::day_of(day("2025-11-15")))));
        Fact {
            key: key.to_owned(),
            supplier: Some(supplier),
            month: 202_511,
            digest: key.to_owned(),
            row_number: 1,
            missing: None,
            cells,
        }
    };
    let facts = vec![
        invoice(one, "usd", 70_000, "USD"),
        invoice(one, "gbp", 9_000, "GBP"),
        invoice(only_dollars, "more", 30_000, "USD"),
    ];
    let mut bulk = Bulk::begin(&t.db).await?;
    bulk.load(
        Kind::InvoiceLines,
        SourceId(1),
        ImportId(1),
        facts,
        Known::default(),
    )
    .await?;
    bulk.commit().await?;
    project(&t.keelson, t.act().at).await?;
    refreshed(&t, Scope::Everyone).await?;
    let rows = performance::portfolio::rows(t.db.read()).await?;
    let elsewhere = |at: usize| {
        let mut amounts: Vec<(String, i64)> = rows[at]
            .spend_elsewhere
            .iter()
            .map(|amount| (amount.currency.clone().unwrap_or_default(), amount.minor))
            .collect();
        amounts.sort();
        amounts
    };
    assert_eq!(rows[0].spend_minor, Some(12 * 24 * 100_000), "euro alone");
    assert_eq!(
        elsewhere(0),
        [("GBP".to_owned(), 9_000), ("USD".to_owned(), 70_000)]
    );
    assert_eq!(
        (rows[1].spend_minor, elsewhere(1)),
        (None, vec![("USD".to_owned(), 30_000)])
    );
    let span = performance::portfolio::Span::TwelveMonths;
    let portfolio = performance::portfolio::portfolio(&t.keelson, span, day(TODAY)).await?;
    assert_eq!(portfolio.spend.now, Some(12 * 24 * 100_000));
    let total: Vec<(Option<&str>, i64)> = portfolio
        .spend_elsewhere
        .iter()
        .map(|amount| (amount.currency.as_deref(), amount.minor))
        .collect();
    assert_eq!(total, [(Some("USD"), 100_000), (Some("GBP"), 9_000)]);
    Ok(())
}
