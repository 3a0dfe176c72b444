//! Home: the portfolio at a glance, and what waits for a decision.

mod decisions;

use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse as _, Redirect, Response},
};
use keelson_domain::{
    access::{Permission, Side},
    performance::{
        decisions::waiting,
        portfolio::{Compared, Portfolio, Ranked, Row, Span, TierSummary, portfolio},
        read_trend,
    },
    segmentation::{Place, PlaceFilter, PlaceSort, places},
};
use keelson_methods::{kpi::Unit, period::Period, scoring::Grade, segmentation::Tier};
use serde::Deserialize;

use crate::{
    Access, App, Query, Result, Routes, Signed,
    charts::{self, Bubble, Course, Height, Ink, Matrix, Point, Series, Trend, spark},
    kit::{
        Html, Locale, NavItem, Page, Shell,
        format::{self, count, number, percent},
        list::{Address, Blank},
        marks::{Better, delta},
        panel::{Figure, Figures, Segments},
        rows::Rows,
    },
    performance::words,
};

pub(crate) fn routes() -> Routes {
    // Everybody's start page. A supplier's people are sent on to the portal.
    Routes::new().get("/", Access::SignedIn, page).get(
        "/decisions",
        Permission::ViewPortfolio,
        decisions::page,
    )
}

/// How many decisions the home page names.
const DECISIONS: usize = 5;
/// How many suppliers the matrix holds before it says nothing any more.
const BUBBLES: u64 = 60;
/// How many strategic suppliers are listed.
const STRATEGIC: u64 = 10;

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    span: String,
}

#[derive(Template)]
#[template(path = "home/home.html")]
struct Home {
    shell: Shell,
    lead: String,
    spans: Segments,
    /// What a new installation shows instead of figures.
    blank: Option<Blank>,
    figures: Figures,
    on_time: Option<(String, String)>,
    decisions: Rows,
    waiting: usize,
    trend: Trend,
    matrix: Matrix,
    shown: String,
    movers: Vec<Moved>,
    largest: Vec<Holding>,
    held: String,
    tiers: Vec<TierLine>,
    grades: Vec<GradeLine>,
    quarter: String,
    strategic: Vec<StrategicLine>,
}

struct Moved {
    name: String,
    href: String,
    score: Html,
    change: Html,
    why: String,
}

struct Holding {
    name: String,
    href: String,
    bar: Html,
    spend: Html,
    running: String,
}

struct TierLine {
    tier: Html,
    href: String,
    suppliers: String,
    spend: Html,
    share: String,
    score: Html,
}

struct GradeLine {
    grade: Html,
    href: String,
    suppliers: String,
    bar: Html,
}

struct StrategicLine {
    name: String,
    href: String,
    category: Html,
    spend: Html,
    score: Html,
    trend: Html,
    course: String,
    on_time: Html,
    owner: Html,
}

async fn page(
    State(app): State<App>,
    signed: Signed,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    if signed.person().side() == Side::Supplier {
        return Ok(Redirect::to("/portal").into_response());
    }
    let today = app.now().date_naive();
    let span = Span::parse(&asked.span).unwrap_or_default();
    let found = portfolio(&app.keelson, span, today).await?;
    let db = app.keelson.db.read();
    let waiting = waiting(db, today).await?;
    let largest = PlaceFilter {
        sort: PlaceSort::Spend,
        descending: true,
        limit: BUBBLES,
        ..PlaceFilter::default()
    };
    let placed = places(db, &largest).await?;
    let strategic = PlaceFilter {
        tiers: vec![Tier::Strategic],
        limit: STRATEGIC,
        ..largest
    };
    let strategic = places(db, &strategic).await?;
    let view = View {
        currency: signed.organisation().currency.code(),
        locale: signed.locale(),
        span,
        period: span.period(today),
        found: &found,
    };
    let people = decisions::Reader {
        currency: view.currency,
        locale: view.locale,
        today,
        signed: &signed,
    };
    let home = Home {
        lead: view.lead(),
        spans: view.spans(),
        blank: found.rows.is_empty().then(|| nothing(&signed)),
        figures: view.figures(),
        on_time: found.on_time.as_ref().map(|on_time| {
            let definition = &on_time.definition;
            (
                definition.document.name.clone(),
                format!(
                    "/settings/kpis/{}/versions/{}",
                    definition.document.id, definition.version
                ),
            )
        }),
        decisions: Rows {
            rows: waiting
                .iter()
                .take(DECISIONS)
                .map(|decision| people.row(decision))
                .collect(),
        },
        waiting: waiting.len(),
        trend: view.trend(),
        matrix: matrix(&placed.places, view.currency, view.locale),
        shown: shown(placed.places.len() as u64, placed.total, view.locale),
        movers: found.movers.iter().map(|mover| view.mover(mover)).collect(),
        largest: view.largest(),
        held: view.held(),
        tiers: found.tiers.iter().map(|tier| view.tier(tier)).collect(),
        grades: view.grades(),
        quarter: found.quarter.label(),
        strategic: strategic
            .places
            .iter()
            .map(|place| view.strategic(place))
            .collect(),
        shell: signed.shell(NavItem::Home),
    };
    Ok(Page::whole(&home).into_response())
}

/// What to do first, by what this person may do.
fn nothing(signed: &Signed) -> Blank {
    let blank = Blank::new(
        "database",
        "There are no figures yet",
        "Import suppliers and order lines. Scores, tiers and this page follow from them.",
    );
    if signed.may(Permission::ImportFacts) {
        blank.action("Import a file", "/imports/new")
    } else {
        blank
    }
}

/// What the page is drawn from.
struct View<'a> {
    currency: &'a str,
    locale: Locale,
    span: Span,
    period: Period,
    found: &'a Portfolio,
}

impl View<'_> {
    fn lead(&self) -> String {
        let active = format::counted(
            self.found.active as i64,
            "active supplier",
            "active suppliers",
            self.locale,
        );
        let until = self.found.bounds.to.and_then(|to| to.pred_opt());
        let until = until.map(|last| format!(" Figures to {}", format::date(last, self.locale)));
        let refreshed = self
            .found
            .refreshed_at
            .map(|at| format!(", refreshed {}", format::moment(at, self.locale)));
        format!(
            "{active}.{}{}.",
            until.unwrap_or_default(),
            refreshed.unwrap_or_default()
        )
    }

    fn spans(&self) -> Segments {
        let words = |span: Span| match span {
            Span::Quarter => "Quarter",
            Span::YearToDate => "Year to date",
            Span::TwelveMonths => "12 months",
        };
        Segments {
            label: "Period".to_owned(),
            choices: Span::ALL
                .into_iter()
                .map(|span| {
                    let address = Address::new("/").with("span", span.code()).to_string();
                    (words(span).to_owned(), address, span == self.span)
                })
                .collect(),
        }
    }

    fn before(&self) -> &'static str {
        match self.span {
            Span::Quarter => "on the quarter before",
            Span::YearToDate | Span::TwelveMonths => "on the year before",
        }
    }

    fn figures(&self) -> Figures {
        Figures::new(vec![
            self.spend(),
            self.score(),
            self.on_time(),
            self.strategic_share(),
            self.weak(),
            self.thin(),
        ])
    }

    fn spend(&self) -> Figure {
        let Compared { now, before } = self.found.spend;
        let elsewhere = words::elsewhere(&self.found.spend_elsewhere, self.locale);
        let Some(now) = now else {
            return match elsewhere {
                Some(elsewhere) => Figure::new("Managed spend", elsewhere)
                    .note(format!("nothing in {}; no rate is known", self.currency))
                    .href("/suppliers"),
                None => Figure::missing("Managed spend", "no invoices or order values"),
            };
        };
        let (value, unit) = format::money_parts(now, self.currency, self.locale);
        let mut figure = Figure::new("Managed spend", value)
            .unit(unit)
            .href("/suppliers?sort=-spend");
        if let Some(elsewhere) = elsewhere {
            figure = figure.note(format!("and {elsewhere} in other currencies"));
        }
        match before.filter(|before| *before > 0) {
            Some(before) => {
                let change = 100.0 * (now - before) as f64 / before as f64;
                figure
                    .note(delta(change, 1, "%", Better::Neither, self.locale))
                    .note(self.before())
            }
            None => figure.note("nothing to compare with"),
        }
    }

    fn score(&self) -> Figure {
        let label = format!("Portfolio score, {}", self.found.quarter.label());
        let href = Address::new("/scorecards").with("period", self.found.quarter);
        let Compared { now, before } = self.found.score;
        let Some(now) = now else {
            return Figure::missing(label, "this quarter is not scored yet").href(href);
        };
        let figure = Figure::new(label, number(now, 1, self.locale))
            .spark(spark(
                &self.found.score_trend,
                course(&self.found.score_trend),
            ))
            .href(href);
        match before {
            Some(before) => figure
                .note(delta(now - before, 1, "", Better::Higher, self.locale))
                .note("weighted by spend"),
            None => figure.note("weighted by spend"),
        }
    }

    fn on_time(&self) -> Figure {
        let Some(on_time) = &self.found.on_time else {
            return Figure::missing("On-time delivery", "no definition measures it");
        };
        let name = &on_time.definition.document.name;
        let href = Address::new("/measures")
            .with("kpi", &on_time.definition.document.id)
            .with("period", self.period);
        let Some(now) = on_time.now.value else {
            return Figure::missing(name, words::reason(on_time.now.reason)).href(href);
        };
        let figure = Figure::new(name, number(now * 100.0, 1, self.locale))
            .unit("%")
            .spark(spark(&on_time.trend, course(&on_time.trend)))
            .href(href);
        let lines = format::counted(on_time.now.rate.n as i64, "line", "lines", self.locale);
        match on_time.before.value {
            Some(before) => figure
                .note(delta(
                    100.0 * (now - before),
                    1,
                    " points",
                    Better::Higher,
                    self.locale,
                ))
                .note(format!("of {lines}")),
            None => figure.note(format!("of {lines}")),
        }
    }

    fn of_tier(&self, tier: Tier) -> Option<&TierSummary> {
        self.found
            .tiers
            .iter()
            .find(|summary| summary.tier == Some(tier))
    }

    fn strategic_share(&self) -> Figure {
        let strategic = self.of_tier(Tier::Strategic);
        let suppliers = strategic.map_or(0, |tier| tier.suppliers);
        let figure = Figure::new("Strategic suppliers", count(suppliers as i64, self.locale))
            .href("/segmentation?tier=strategic");
        match strategic.filter(|_| self.found.total_spend > 0) {
            Some(tier) => {
                let share = tier.spend_minor as f64 / self.found.total_spend as f64;
                figure.note(format!("{} of spend", percent(share, 1, self.locale)))
            }
            None => figure.note("set tiers in Segmentation"),
        }
    }

    fn weak(&self) -> Figure {
        let of = |grades: &[Option<Grade>]| -> u64 {
            self.found
                .grades
                .iter()
                .filter(|(grade, _)| grades.contains(grade))
                .map(|(_, count)| count)
                .sum()
        };
        let weak = of(&[Some(Grade::C), Some(Grade::D)]);
        let graded: u64 = of(&Grade::ALL.iter().copied().map(Some).collect::<Vec<_>>());
        let href = Address::new("/scorecards")
            .with("period", self.found.quarter)
            .with("grade", "C")
            .with("grade", "D");
        Figure::new("Grade C or D", count(weak as i64, self.locale))
            .note(format!("of {} graded", count(graded as i64, self.locale)))
            .href(href)
    }

    fn thin(&self) -> Figure {
        let href = Address::new("/scorecards")
            .with("period", self.found.quarter)
            .with("thin", "true");
        Figure::new(
            "Too little data",
            count(self.found.thin as i64, self.locale),
        )
        .note("deliver, but have no grade")
        .href(href)
    }

    fn trend(&self) -> Trend {
        let inks = [Ink::One, Ink::Two, Ink::Three, Ink::Six];
        let tiers = [
            Tier::Strategic,
            Tier::Leverage,
            Tier::Bottleneck,
            Tier::Transactional,
        ];
        let series = tiers
            .iter()
            .zip(inks)
            .filter_map(|(tier, ink)| {
                let summary = self.of_tier(*tier)?;
                let points: Vec<Option<Point>> = summary
                    .score_trend
                    .iter()
                    .zip(&self.found.quarters)
                    .map(|(score, quarter)| {
                        let href = Address::new("/scorecards")
                            .with("period", quarter)
                            .with("tier", tier.code());
                        Some(Point::of((*score)?)?.href(href))
                    })
                    .collect();
                let any = points.iter().any(Option::is_some);
                any.then(|| Series::new(short_tier(*tier), ink, points))
            })
            .collect();
        let periods = self.found.quarters.iter().map(Period::label).collect();
        let mut trend = Trend::new(
            "Score by tier over the last eight quarters, weighted by spend",
            periods,
            series,
            charts::Unit::number(1, self.locale),
        );
        trend.height = Height::H260;
        trend
    }

    fn mover(&self, mover: &Ranked) -> Moved {
        let change = mover.row.score_delta_centi.unwrap_or(0) as f64 / 100.0;
        Moved {
            name: mover.name.clone(),
            href: format!("/suppliers/{}", mover.row.supplier),
            score: words::score(mover.row.score_centi, "not scored", self.locale),
            change: delta(change, 1, "", Better::Higher, self.locale),
            why: if mover.row.provisional {
                "on few observations".to_owned()
            } else {
                String::new()
            },
        }
    }

    fn largest(&self) -> Vec<Holding> {
        let most = self
            .found
            .largest
            .first()
            .and_then(|first| first.row.spend_minor)
            .unwrap_or(1)
            .max(1);
        self.found
            .largest
            .iter()
            .map(|holding| {
                let spend = holding.row.spend_minor.unwrap_or(0);
                let ink = if holding.row.tier == Some(Tier::Strategic) {
                    Ink::One
                } else {
                    Ink::Two
                };
                Holding {
                    name: holding.name.clone(),
                    href: format!("/suppliers/{}", holding.row.supplier),
                    bar: charts::bar(spend as f64 / most as f64, ink, None),
                    spend: words::money(Some(spend), self.currency, self.locale),
                    running: percent(holding.running_share, 1, self.locale),
                }
            })
            .collect()
    }

    fn held(&self) -> String {
        match self.found.largest.last() {
            Some(last) => format!(
                "{} hold {}",
                format::counted(
                    self.found.largest.len() as i64,
                    "supplier",
                    "suppliers",
                    self.locale
                ),
                percent(last.running_share, 1, self.locale)
            ),
            None => String::new(),
        }
    }

    fn tier(&self, summary: &TierSummary) -> TierLine {
        let address = Address::new("/segmentation");
        let address = match summary.tier {
            Some(tier) => address.with("tier", tier.code()),
            None => address,
        };
        let share = summary.spend_minor as f64 / self.found.total_spend.max(1) as f64;
        let score = summary.score_trend.last().copied().flatten();
        TierLine {
            tier: match summary.tier {
                Some(_) => words::tier(summary.tier),
                None => Html::from("Not placed yet"),
            },
            href: address.to_string(),
            suppliers: count(summary.suppliers as i64, self.locale),
            spend: words::money(Some(summary.spend_minor), self.currency, self.locale),
            share: percent(share, 1, self.locale),
            score: format::or_missing(
                score.map(|score| number(score, 1, self.locale)),
                "not scored",
            ),
        }
    }

    fn grades(&self) -> Vec<GradeLine> {
        let all: u64 = self.found.grades.iter().map(|(_, count)| count).sum();
        self.found
            .grades
            .iter()
            .map(|(grade, suppliers)| GradeLine {
                grade: match grade {
                    Some(_) => words::grade(*grade, "no grade"),
                    None => Html::from("No grade"),
                },
                href: Address::new("/scorecards")
                    .with("period", self.found.quarter)
                    .with("grade", grade.map_or("none", Grade::code))
                    .to_string(),
                suppliers: count(*suppliers as i64, self.locale),
                bar: charts::bar(
                    *suppliers as f64 / all.max(1) as f64,
                    if grade.is_some() { Ink::One } else { Ink::Six },
                    None,
                ),
            })
            .collect()
    }

    fn strategic(&self, place: &Place) -> StrategicLine {
        let row = self.found.row(place.supplier);
        let trend: Vec<Option<f64>> = row
            .map(|row| read_trend(&row.score_trend))
            .unwrap_or_default()
            .into_iter()
            .map(|score| Some(score? as f64 / 100.0))
            .collect();
        let on_time = row.and_then(|row| row.on_time_ppm);
        StrategicLine {
            name: place.name.clone(),
            href: format!("/suppliers/{}", place.supplier),
            category: format::or_missing(place.category.clone(), "no category"),
            spend: words::money(place.spend_minor, self.currency, self.locale),
            score: words::score(
                row.and_then(|row| row.score_centi),
                "not scored",
                self.locale,
            ),
            course: spoken(row, self.locale),
            trend: spark(&trend, course(&trend)),
            on_time: format::or_missing(
                on_time.map(|ppm| words::value(Unit::Fraction, ppm as f64 / 1e6, self.locale)),
                "no deliveries",
            ),
            owner: match &place.owner {
                Some(owner) => crate::kit::marks::avatar_only(owner),
                None => format::missing("nobody owns it"),
            },
        }
    }
}

/// A spark line's course in words.
fn spoken(row: Option<&Row>, locale: Locale) -> String {
    match row.and_then(|row| row.score_delta_centi) {
        Some(0) => "unchanged in a quarter".to_owned(),
        Some(change) => format!(
            "{} {} in a quarter",
            if change > 0 { "up" } else { "down" },
            number(change.abs() as f64 / 100.0, 1, locale)
        ),
        None => "no earlier score".to_owned(),
    }
}

fn short_tier(tier: Tier) -> &'static str {
    match tier {
        Tier::Strategic => "Strategic",
        Tier::Leverage => "Leverage",
        Tier::Bottleneck => "Bottleneck",
        Tier::Transactional => "Transactional",
        Tier::Unclassified => "Unclassified",
    }
}

/// Whether a row of values rises or falls, seen over its last year: one point is noise.
pub(crate) fn course(values: &[Option<f64>]) -> Course {
    let known: Vec<f64> = values.iter().rev().take(5).copied().flatten().collect();
    let (Some(last), Some(first)) = (known.first(), known.last()) else {
        return Course::default();
    };
    let scale = if last.abs() <= 1.5 { 100.0 } else { 1.0 };
    match (last - first) * scale {
        change if change > 1.0 => Course::Better,
        change if change < -1.0 => Course::Worse,
        _ => Course::default(),
    }
}

/// Suppliers on the matrix; those about whom too little is known are not on it.
pub(crate) fn matrix(places: &[Place], currency: &str, locale: Locale) -> Matrix {
    let bubbles = places
        .iter()
        .filter_map(|place| {
            let spend = place.spend_minor.unwrap_or(0);
            let mut bubble = Bubble::new(
                place.name.clone(),
                place.risk_centi? as f64 / 100.0,
                place.impact_centi? as f64 / 100.0,
                spend as f64,
            )?;
            place.quadrant?;
            bubble.short = words::short(&place.name);
            bubble.kind = words::bubble(place.tier);
            bubble.weight_text = format!(
                "{} a year, {}",
                format::money_compact(spend, currency, locale),
                place.tier.label()
            );
            bubble.ring = place.candidate.then(|| "strategic candidate".to_owned());
            bubble.priority = words::bars(place.tier);
            bubble.href = Some(format!("/suppliers/{}/why", place.supplier));
            Some(bubble)
        })
        .collect();
    let mut matrix = Matrix::kraljic(bubbles, locale);
    matrix.kinds = [
        Tier::Strategic,
        Tier::Leverage,
        Tier::Bottleneck,
        Tier::Transactional,
    ]
    .map(|tier| (words::bubble(tier), tier.label().to_owned()))
    .to_vec();
    matrix
}

fn shown(shown: u64, of: u64, locale: Locale) -> String {
    if of == 0 {
        return String::new();
    }
    if shown < of {
        return format!(
            "The {} largest of {} suppliers by spend. Bubble size is yearly spend; a ring marks a strategic candidate.",
            count(shown as i64, locale),
            count(of as i64, locale)
        );
    }
    "Bubble size is yearly spend; a ring marks a strategic candidate.".to_owned()
}
