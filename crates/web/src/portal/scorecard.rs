//! The own scorecards, as they were shared.

use askama::{Template, filters::HtmlSafe};
use axum::extract::State;
use keelson_domain::{
    SupplierId,
    performance::shared::{SharedLine, SharedScorecard, shared_with},
};
use keelson_methods::{kpi::Unit, period::Period, scoring::Policy};
use serde::Deserialize;

use super::{Own, shell, words};
use crate::{
    App, Error, Query, Result, Signed,
    charts::{self, Ink, Point, Series, Trend, spark},
    kit::{
        Html, Locale, Page, PortalShell, Tone, format,
        list::{Address, Blank},
        marks::{self, Better},
        panel::Notice,
    },
};

/// Where the bars are marked: what grade B begins at. Source: handbook 2.11.
pub(super) const MARK: f64 = 75.0;

/// How many periods the pages look back.
const PERIODS: u64 = 40;

#[derive(Deserialize)]
pub(super) struct Asked {
    period: Option<String>,
}

#[derive(Template)]
#[template(path = "portal/scorecard.html")]
struct View {
    shell: PortalShell,
    blank: Blank,
    card: Option<CardView>,
}

struct CardView {
    summary: Summary,
    /// "Everything known on 3 Oct 2026 counted. Shared with you on 5 Oct 2026."
    basis: String,
    coverage: String,
    notices: Vec<Notice>,
    rows: Vec<Row>,
    /// Whether any line has a remark.
    remarks: bool,
    trend: Option<Trend>,
    history: Vec<Past>,
}

/// The score in short, as the home page and the scorecard print it.
#[derive(Template)]
#[template(path = "portal/summary.html")]
pub(super) struct Summary {
    pub(super) period: String,
    pub(super) score: Html,
    pub(super) grade: Html,
    /// The change since the period before, where both have a score.
    pub(super) change: Option<Html>,
    pub(super) since: String,
    pub(super) bars: Vec<Bar>,
    pub(super) href: String,
}

pub(super) struct Bar {
    pub(super) name: String,
    pub(super) drawing: Html,
    pub(super) points: Html,
}

/// One KPI.
struct Row {
    name: String,
    value: Html,
    /// The lines behind the value.
    href: Option<String>,
    target: String,
    points: Html,
    weight: String,
    n: String,
    interval: Html,
    verdict: Html,
    remarks: Vec<String>,
    trend: Html,
}

/// One period of the history.
struct Past {
    period: String,
    href: String,
    current: bool,
    score: Html,
    grade: Html,
    coverage: String,
    shared: String,
}

pub(super) async fn page(
    State(app): State<App>,
    signed: Signed,
    Own(own): Own,
    Query(asked): Query<Asked>,
) -> Result<Page> {
    let locale = signed.locale();
    let cards = shared(&app, own).await?;
    let at = position(&cards, asked.period.as_deref())?;
    let organisation = &signed.organisation().name;
    let view = View {
        shell: shell(&app, &signed, "/portal/scorecard").await?,
        blank: Blank::new(
            "gauge",
            "No scorecard yet",
            format!(
                "{organisation} has not shared a scorecard with you. When it does, you find it here, with the order lines behind every figure."
            ),
        )
        .action("Check your profile", "/portal/profile"),
        card: at.map(|at| CardView::of(&cards, at, organisation, locale)),
    };
    Ok(Page::whole(&view))
}

/// The scorecards shared with a supplier, newest first.
pub(super) async fn shared(app: &App, own: SupplierId) -> Result<Vec<SharedScorecard>> {
    let mut cards = shared_with(app.keelson.db.read(), own, PERIODS).await?;
    // By their last day: the text of a period orders quarters, but not a quarter and a trailing window.
    cards.sort_by_key(|card| std::cmp::Reverse(card.period.bounds(card.as_of).to));
    Ok(cards)
}

/// Where the scorecard of a period stands: the newest without one. A period that was never shared does not exist.
pub(super) fn position(cards: &[SharedScorecard], period: Option<&str>) -> Result<Option<usize>> {
    let Some(text) = period else {
        return Ok((!cards.is_empty()).then_some(0));
    };
    let period = Period::parse(text).map_err(|_| Error::NotFound)?;
    let found = cards.iter().position(|card| card.period == period);
    found.map(Some).ok_or(Error::NotFound)
}

/// The lines behind a figure of a scorecard.
pub(super) fn lines_of(card: &SharedScorecard, line: &SharedLine) -> Address {
    Address::new("/portal/scorecard/lines")
        .with("kpi", &line.kpi)
        .with("period", card.period)
}

impl HtmlSafe for Summary {}

impl CardView {
    fn of(cards: &[SharedScorecard], at: usize, organisation: &str, locale: Locale) -> Self {
        let card = &cards[at];
        let until_then: Vec<&SharedScorecard> = alike(cards, at).collect();
        let rows: Vec<Row> = card
            .lines
            .iter()
            .map(|line| Row::of(card, line, &until_then, locale))
            .collect();
        Self {
            summary: Summary::of(cards, at, locale),
            basis: format!(
                "What was known on {} counted. Shared with you on {}.",
                format::date(card.as_of, locale),
                format::date(card.shared_at.date_naive(), locale)
            ),
            coverage: format::percent(card.coverage, 0, locale),
            notices: notices(card, organisation),
            remarks: rows.iter().any(|row| !row.remarks.is_empty()),
            rows,
            trend: trend(&until_then, locale),
            history: cards
                .iter()
                .enumerate()
                .map(|(i, past)| Past::of(past, i == at, locale))
                .collect(),
        }
    }
}

/// The scorecards of periods of the same length up to one, newest first.
fn alike(cards: &[SharedScorecard], at: usize) -> impl Iterator<Item = &SharedScorecard> {
    let months = cards.get(at).and_then(|card| card.period.months());
    cards
        .iter()
        .skip(at)
        .filter(move |card| card.period.months() == months)
}

impl Summary {
    pub(super) fn of(cards: &[SharedScorecard], at: usize, locale: Locale) -> Self {
        let card = &cards[at];
        let before = alike(cards, at).nth(1);
        let change = before
            .and_then(|before| Some(card.score? - before.score?))
            .map(|change| marks::delta(change, 1, "", Better::Higher, locale));
        Self {
            period: card.period.label(),
            score: score(card, locale),
            grade: grade(card),
            since: before.map_or_else(String::new, |before| {
                format!("on {}", before.period.label())
            }),
            change,
            bars: card
                .lines
                .iter()
                .map(|line| Bar::of(line, locale))
                .collect(),
            href: Address::new("/portal/scorecard")
                .with("period", card.period)
                .to_string(),
        }
    }
}

impl Bar {
    fn of(line: &SharedLine, locale: Locale) -> Self {
        let drawing = line.points.map_or_else(Html::default, |points| {
            charts::bar(points / 100.0, Ink::One, Some(MARK / 100.0))
        });
        Self {
            name: line.name.clone(),
            drawing,
            points: points(line, locale),
        }
    }
}

impl Row {
    fn of(
        card: &SharedScorecard,
        line: &SharedLine,
        until_then: &[&SharedScorecard],
        locale: Locale,
    ) -> Self {
        let write = |value: f64| words::value(value, line.unit, locale);
        Self {
            name: line.name.clone(),
            value: format::or_missing(line.value.map(write), why(line)),
            href: line.value.map(|_| lines_of(card, line).to_string()),
            target: write(line.target),
            points: points(line, locale),
            weight: format::number(line.weight, 0, locale),
            n: format::count(line.n.try_into().unwrap_or(i64::MAX), locale),
            interval: format::or_missing(
                line.interval
                    .map(|interval| format!("{} to {}", write(interval.low), write(interval.high))),
                "There is no interval for this value.",
            ),
            verdict: line.verdict.map_or_else(
                || format::missing(why(line)),
                |verdict| {
                    let (text, tone) = words::verdict(verdict);
                    marks::badge(text, tone)
                },
            ),
            remarks: remarks(card, line),
            trend: course(line, until_then),
        }
    }
}

/// What else must be said of a line.
fn remarks(card: &SharedScorecard, line: &SharedLine) -> Vec<String> {
    let mut remarks = Vec::new();
    if let Some(missing) = line.missing {
        remarks.push(words::missing(missing).to_owned());
    }
    if let Some(policy) = words::policy(line) {
        remarks.push(policy.to_owned());
    }
    if line.counted != card.period {
        remarks.push(format!("Counted over {}.", line.counted.label()));
    }
    if line.provisional {
        remarks.push("Provisional: it stands on few observations.".to_owned());
    }
    remarks
}

/// The values of a KPI over the periods, oldest first.
fn course(line: &SharedLine, until_then: &[&SharedScorecard]) -> Html {
    let values: Vec<Option<f64>> = until_then
        .iter()
        .rev()
        .map(|card| card.lines.iter().find(|past| past.kpi == line.kpi)?.value)
        .collect();
    if values.iter().flatten().count() < 2 {
        return format::missing("Fewer than two periods are shared.");
    }
    spark(&values, charts::Course::Neither)
}

fn trend(until_then: &[&SharedScorecard], locale: Locale) -> Option<Trend> {
    let scores: Vec<Option<Point>> = until_then
        .iter()
        .rev()
        .map(|card| {
            Point::of(card.score?).map(|point| {
                point.href(Address::new("/portal/scorecard").with("period", card.period))
            })
        })
        .collect();
    if scores.iter().flatten().count() < 2 {
        return None;
    }
    let periods = until_then.iter().rev().map(|card| card.period.label());
    let mut trend = Trend::new(
        "Your score over the periods shared with you",
        periods.collect(),
        vec![Series::new("Score", Ink::One, scores)],
        charts::Unit::number(1, locale),
    );
    trend.target = Some(MARK);
    Some(trend)
}

impl Past {
    fn of(card: &SharedScorecard, current: bool, locale: Locale) -> Self {
        Self {
            period: card.period.label(),
            href: Address::new("/portal/scorecard")
                .with("period", card.period)
                .to_string(),
            current,
            score: score(card, locale),
            grade: grade(card),
            coverage: format::percent(card.coverage, 0, locale),
            shared: format::date(card.shared_at.date_naive(), locale),
        }
    }
}

/// What a reader must know before the figures.
fn notices(card: &SharedScorecard, organisation: &str) -> Vec<Notice> {
    let mut notices = Vec::new();
    if card.grade.is_none() {
        notices.push(Notice::new(Tone::Info, "No grade.", no_grade(card)));
    }
    if card.provisional {
        notices.push(Notice::new(
            Tone::Info,
            "Provisional.",
            "Some values stand on few observations. They carry no consequences by themselves.",
        ));
    }
    if let Some(hold) = card.hold {
        notices.push(Notice::new(Tone::Info, "Grade held.", words::hold(hold)));
    }
    for limit in &card.limits {
        notices.push(Notice::new(
            Tone::Warn,
            "Grade limited.",
            words::limit(limit, organisation),
        ));
    }
    notices
}

fn no_grade(card: &SharedScorecard) -> &'static str {
    if card.coverage < 0.6 {
        "Less than 60 % of the weight has a value, and that is too little to judge."
    } else {
        "This scorecard carries none."
    }
}

fn score(card: &SharedScorecard, locale: Locale) -> Html {
    format::or_missing(
        card.score.map(|score| format::number(score, 1, locale)),
        "Nothing could be scored in this period.",
    )
}

fn grade(card: &SharedScorecard) -> Html {
    card.grade.map_or_else(
        || format::missing(no_grade(card)),
        |grade| marks::grade(grade.code(), words::grade_tone(grade)),
    )
}

fn points(line: &SharedLine, locale: Locale) -> Html {
    format::or_missing(
        line.points.map(|points| format::number(points, 0, locale)),
        why(line),
    )
}

/// Why a line has no value or no points.
fn why(line: &SharedLine) -> &'static str {
    match (line.missing, line.policy) {
        (Some(missing), _) => words::missing(missing),
        (None, Policy::Reweighted) => "Its weight went to the other lines.",
        (None, _) if line.unit == Unit::Points => "Nobody has rated it yet.",
        (None, _) => "There are too few observations to say.",
    }
}
