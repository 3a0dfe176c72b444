//! The breakdown of a scorecard as a table: the scorecard's own page and the supplier's tab show the same one.

use askama::{Template, filters::HtmlSafe};
use keelson_domain::performance::{
    Card,
    scorecard::{Breakdown, LineBasis},
};
use keelson_methods::{kpi::Unit, scoring::ScoredLine};

use super::{curve::curve, words};
use crate::{
    charts,
    kit::{
        Html, Locale,
        format::{self, number},
    },
};

/// Every line of a scorecard with its value, how sure it is, its points and its share of the score.
#[derive(Template)]
#[template(path = "performance/breakdown.html")]
pub(crate) struct BreakdownTable {
    caption: String,
    lines: Vec<Line>,
    score: Html,
    weight: String,
    compared: bool,
}

impl HtmlSafe for BreakdownTable {}

struct Line {
    name: String,
    definition: Option<String>,
    target: String,
    curve: Html,
    value: Html,
    lines: Option<String>,
    parts: String,
    sure: Option<String>,
    interval: Html,
    verdict: Html,
    weight: String,
    points: Html,
    before: Html,
    contribution: Html,
    notes: Vec<String>,
}

impl BreakdownTable {
    /// The table of a card; `before` adds the points of an earlier one.
    pub(crate) fn of(card: &Card, before: Option<&Card>, locale: Locale) -> Self {
        let breakdown = &card.breakdown;
        Self {
            caption: format!("Breakdown of the scorecard, {}", card.period.label()),
            lines: breakdown
                .lines()
                .map(|(basis, scored)| line(card, basis, scored, before, locale))
                .collect(),
            score: format::or_missing(
                breakdown.card.score.map(|score| number(score, 1, locale)),
                "nothing counts",
            ),
            weight: number(total_weight(breakdown), 0, locale),
            compared: before.is_some(),
        }
    }
}

fn total_weight(breakdown: &Breakdown) -> f64 {
    breakdown.card.lines.iter().map(|line| line.weight).sum()
}

fn line(
    card: &Card,
    basis: &LineBasis,
    scored: &ScoredLine,
    before: Option<&Card>,
    locale: Locale,
) -> Line {
    let definition = basis.definition.as_ref();
    let unit = definition.map_or(Unit::Points, |definition| definition.unit);
    let (counted, figure) = basis.counted(card.period);
    let value = match scored.value {
        Some(value) => Html::from(words::value(unit, value, locale)),
        None => format::missing(words::reason(scored.missing)),
    };
    let one = |value: Option<f64>, reason: &str| {
        format::or_missing(value.map(|value| number(value, 1, locale)), reason)
    };
    let earlier = before.and_then(|before| {
        before
            .breakdown
            .card
            .lines
            .iter()
            .find(|line| line.kpi == basis.kpi)?
            .points
    });
    let target = words::target(unit, basis.target, basis.threshold, locale);
    let drawn = format!(
        "Scored {}: 0 points at {}, 100 at {}",
        words::function(&basis.function),
        words::value(unit, basis.threshold, locale),
        words::value(unit, basis.target, locale)
    );
    Line {
        name: definition.map_or_else(|| basis.kpi.clone(), |definition| definition.name.clone()),
        definition: definition.map(|definition| {
            format!(
                "/settings/kpis/{}/versions/{}",
                basis.kpi, definition.version
            )
        }),
        curve: curve(
            &basis.function,
            basis.target,
            basis.threshold,
            scored.value,
            &drawn,
        ),
        lines: definition.map(|definition| {
            words::lines_of(card.supplier.0, &basis.kpi, definition.version, counted)
                .with("as_of", card.as_of)
                .to_string()
        }),
        parts: definition
            .filter(|_| figure.value.is_some())
            .map(|definition| words::parts(definition.measure, figure, locale))
            .unwrap_or_default(),
        sure: words::interval(unit, figure, locale),
        interval: drawn_interval(basis, card, unit),
        verdict: scored.verdict.map(words::verdict).unwrap_or_default(),
        weight: number(scored.weight, 0, locale),
        points: one(scored.points, "does not count"),
        before: one(earlier, "not scored before"),
        contribution: one(scored.contribution, "does not count"),
        notes: notes(card, basis, scored, locale),
        target,
        value,
    }
}

/// How sure a value is, drawn on the range that scores.
fn drawn_interval(basis: &LineBasis, card: &Card, unit: Unit) -> Html {
    let (_, figure) = basis.counted(card.period);
    let (Some(value), Some(interval)) = (figure.value, figure.interval) else {
        return Html::default();
    };
    if unit == Unit::Ppm {
        // On a range over four decades every interval is a speck at its end.
        return Html::default();
    }
    let (low, high) = (
        basis.target.min(basis.threshold).min(interval.low),
        basis.target.max(basis.threshold).max(interval.high),
    );
    charts::interval(
        value,
        (interval.low, interval.high),
        Some(basis.target),
        (low, high),
    )
}

/// What a reader has to know beside the numbers.
fn notes(card: &Card, basis: &LineBasis, scored: &ScoredLine, locale: Locale) -> Vec<String> {
    let mut notes = Vec::new();
    if basis.definition.is_none() {
        notes.push("This KPI is not defined here, so nothing measures it.".to_owned());
    }
    if let Some(missing) = scored.missing {
        notes.push(missing.explain().to_owned());
    }
    if let Some(policy) = words::policy(scored.policy) {
        notes.push(format!("{policy}."));
    }
    if let Some(widened) = &basis.widened {
        notes.push(format!(
            "Only {} in {}, so the {} count.",
            format::counted(
                basis.figure.rate.n as i64,
                "observation",
                "observations",
                locale
            ),
            card.period.label(),
            widened.period.label()
        ));
    }
    if scored.provisional {
        let minimum = basis
            .definition
            .as_ref()
            .map_or(0, |definition| definition.minimum_n);
        notes.push(format!(
            "Provisional: fewer than {} observations. It lowers no grade.",
            format::count(i64::from(minimum), locale)
        ));
    }
    notes
}
