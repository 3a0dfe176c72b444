//! The scorecard of a supplier, for the supplier's page: the newest judgement, its breakdown, and its course over two years.
//!
//! A page shows it with `{{ scorecard }}`, having asked for it with [`ScorecardPanel::of`].

use askama::{Template, filters::HtmlSafe};
use keelson_domain::{
    Keelson, Result, SupplierId,
    performance::{
        Card, portfolio,
        scorecard::{self},
    },
};
use keelson_methods::period::Period;

use super::{card::BreakdownTable, words};
use crate::{
    charts::{Point, Series, Trend, Unit},
    kit::{
        Html, Locale, Tone,
        format::{self, number, percent},
        list::Blank,
        marks::{Better, badge, delta},
    },
};

/// The supplier's newest scorecard, or why there is none.
#[derive(Template)]
#[template(path = "performance/tab.html")]
pub(crate) struct ScorecardPanel {
    shown: Option<Shown>,
    blank: Blank,
    trend: Trend,
}

impl HtmlSafe for ScorecardPanel {}

struct Shown {
    title: String,
    href: String,
    grade: Html,
    score: String,
    change: Html,
    badges: Vec<Html>,
    template: String,
    coverage: String,
    table: BreakdownTable,
    gates: Vec<String>,
}

impl ScorecardPanel {
    /// Gathers it in a fixed number of queries. `period` asks for another quarter than the newest.
    pub(crate) async fn of(
        keelson: &Keelson,
        supplier: SupplierId,
        period: Option<Period>,
        locale: Locale,
    ) -> Result<Self> {
        let db = keelson.db.read();
        let card = match period {
            Some(period) => scorecard::history(db, supplier, period)
                .await?
                .into_iter()
                .next(),
            None => scorecard::newest(db, supplier).await?,
        };
        let before = match &card {
            Some(card) => scorecard::before(db, card).await?,
            None => None,
        };
        let today = keelson.clock.now().date_naive();
        let scores = scorecard::course(db, supplier).await?;
        Ok(Self {
            shown: card.map(|card| Shown::of(&card, before.as_ref(), locale)),
            blank: Blank::new(
                "gauge",
                "No scorecard yet",
                "A scorecard appears once a quarter is scored in which this supplier delivered, was inspected or sent invoices.",
            )
            .action("Open scorecards", "/scorecards"),
            trend: trend(&scores, portfolio::last_quarter(today), locale),
        })
    }
}

impl Shown {
    fn of(card: &Card, before: Option<&Card>, locale: Locale) -> Self {
        let judged = &card.breakdown.card;
        let change = judged
            .score
            .zip(before.and_then(|before| before.breakdown.card.score));
        let mut badges = Vec::new();
        if judged.provisional {
            badges.push(badge("Provisional", Tone::Warn));
        }
        if card.shared_at.is_some() {
            badges.push(badge("Shared with the supplier", Tone::Ok));
        }
        Self {
            title: format!("Scorecard, {}", card.period.label()),
            href: format!("/scorecards/{}", card.id),
            grade: words::grade(judged.grade, "no grade"),
            score: judged
                .score
                .map_or_else(|| "–".to_owned(), |score| number(score, 1, locale)),
            change: change
                .map(|(now, before)| delta(now - before, 1, "", Better::Higher, locale))
                .unwrap_or_default(),
            badges,
            template: format!(
                "{}, version {}",
                card.breakdown.template.name, card.breakdown.template.version
            ),
            coverage: percent(judged.coverage, 0, locale),
            table: BreakdownTable::of(card, before, locale),
            gates: judged
                .gates
                .iter()
                .map(|gate| gate.gate.explain().to_owned())
                .collect(),
        }
    }
}

/// Scores of the eight quarters up to the last complete one; a quarter that was not scored is a gap.
fn trend(scores: &[scorecard::Scored], last: Period, locale: Locale) -> Trend {
    let mut quarters: Vec<Period> = std::iter::successors(Some(last), Period::previous)
        .take(8)
        .collect();
    quarters.reverse();
    let points = quarters
        .iter()
        .map(|quarter| {
            let scored = scores.iter().find(|scored| scored.period == *quarter)?;
            Some(
                Point::of(scored.score_centi? as f64 / 100.0)?
                    .href(format!("/scorecards/{}", scored.id)),
            )
        })
        .collect();
    let mut series = Series::new("Score", crate::charts::Ink::One, points);
    "not scored".clone_into(&mut series.missing);
    Trend::new(
        "Score over the last eight quarters",
        quarters.iter().map(Period::label).collect(),
        vec![series],
        Unit::number(1, locale),
    )
}

/// A line of the text below the head: when and by what it was judged.
pub(crate) fn judged_on(card: &Card, locale: Locale) -> String {
    format!(
        "As known on {}, judged {}",
        format::date(card.as_of, locale),
        format::moment(card.at, locale)
    )
}
