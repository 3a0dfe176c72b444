//! One scorecard: what it was made from, how it came out, what it was before.

use askama::Template;
use axum::{extract::State, response::Response};
use keelson_domain::{
    access::Permission,
    performance::{
        Card, measure,
        scorecard::{self, before, history},
    },
};
use keelson_methods::scoring::{Effect, Grade, Hold};
use serde::Deserialize;

use super::{card::BreakdownTable, tab, words};
use crate::{
    Allowed, App, Error, Form, Result, Signed,
    kit::{
        Flash, Html, Hx, Locale, NavItem, Page, Shell, Tone,
        format::{self, number, percent},
        list::Address,
        marks::{self, Better, badge, delta},
        panel::{Figure, Figures, Props},
        rows::RecordHead,
    },
};

#[derive(Template)]
#[template(path = "performance/show.html")]
struct Show {
    shell: Shell,
    name: String,
    period: String,
    list: String,
    head: RecordHead,
    figures: Figures,
    table: BreakdownTable,
    gates: Vec<GateLine>,
    hold: Option<&'static str>,
    totals: Props,
    basis: Props,
    versions: Vec<Version>,
    compared: Option<(String, String)>,
    share: Option<String>,
    again: Option<String>,
}

struct GateLine {
    text: &'static str,
    outcome: String,
}

struct Version {
    text: String,
    href: Option<String>,
    score: String,
    grade: Html,
    at: Html,
    by: &'static str,
}

pub(super) async fn page(
    State(app): State<App>,
    signed: Signed,
    Allowed(card): Allowed<Card>,
) -> Result<Page> {
    let db = app.keelson.db.read();
    let locale = signed.locale();
    let supplier = measure::supplier(db, card.supplier)
        .await?
        .ok_or(Error::NotFound)?;
    let earlier = before(db, &card).await?;
    let all = history(db, card.supplier, card.period).await?;
    let judged = &card.breakdown.card;
    let publishes = signed.may(Permission::PublishScorecards);
    let is_newest = all.first().is_some_and(|newest| newest.id == card.id);
    let show = Show {
        name: supplier.name.clone(),
        period: card.period.label(),
        list: Address::new("/scorecards")
            .with("period", card.period)
            .to_string(),
        head: head(&card, &supplier.name, is_newest, locale),
        figures: figures(&card, earlier.as_ref(), locale),
        table: BreakdownTable::of(&card, earlier.as_ref(), locale),
        gates: judged
            .gates
            .iter()
            .map(|gate| GateLine {
                text: gate.gate.explain(),
                outcome: match (gate.effect, gate.changed) {
                    (Effect::Block, _) => "The supplier is blocked.".to_owned(),
                    (Effect::AtBest(cap), true) => format!("It brought the grade down to {cap}."),
                    (Effect::AtBest(_), false) => "The grade was no better anyway.".to_owned(),
                },
            })
            .collect(),
        hold: judged.hold.map(|hold| match hold {
            Hold::Hysteresis => "The score is less than two points beyond the line between two grades, so the grade of the quarter before stays.",
            Hold::ProvisionalValues => "Only values on too few observations would lower the grade. They carry no consequences, so it stays.",
        }),
        totals: totals(&card, locale),
        basis: basis(&card, locale),
        versions: all
            .iter()
            .map(|version| Version {
                text: format!("Version {}", version.version),
                href: (version.id != card.id).then(|| format!("/scorecards/{}", version.id)),
                score: written(version.breakdown.card.score, locale),
                grade: words::grade(version.breakdown.card.grade, "no grade"),
                at: format::ago(version.at, app.now(), locale),
                by: if version.by.is_some() { "by a person" } else { "by the system" },
            })
            .collect(),
        compared: earlier
            .as_ref()
            .map(|earlier| (earlier.period.label(), format!("/scorecards/{}", earlier.id))),
        share: (publishes && card.shared_at.is_none() && is_newest)
            .then(|| format!("/scorecards/{}/sharing", card.id)),
        again: publishes.then(|| card.period.to_string()),
        shell: signed.shell(NavItem::Scorecards),
    };
    Ok(Page::whole(&show))
}

/// A form that asks nothing.
#[derive(Deserialize)]
pub(super) struct Nothing {}

/// Lets the supplier see the scorecard in its portal.
pub(super) async fn share(
    State(app): State<App>,
    signed: Signed,
    hx: Hx,
    Allowed(card): Allowed<Card>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response> {
    let shared = scorecard::share(&app.keelson, &signed.act(&app), &[card.id]).await?;
    let said = if shared == 0 {
        "This scorecard was shared already."
    } else {
        "The supplier now sees this scorecard in its portal."
    };
    Ok(signed.done(
        &app,
        &hx,
        &format!("/scorecards/{}", card.id),
        Flash::ok(said),
    ))
}

fn written(score: Option<f64>, locale: Locale) -> String {
    score.map_or_else(|| "–".to_owned(), |score| number(score, 1, locale))
}

fn head(card: &Card, name: &str, is_newest: bool, locale: Locale) -> RecordHead {
    let judged = &card.breakdown.card;
    let mut head = RecordHead::new(name).status(words::grade(judged.grade, "no grade"));
    if judged.blocked {
        head = head.status(badge("Blocked", Tone::Bad));
    }
    if judged.provisional {
        head = head.status(badge("Provisional", Tone::Warn));
    }
    if card.shared_at.is_some() {
        head = head.status(badge("Shared with the supplier", Tone::Ok));
    }
    if !is_newest {
        head = head.status(badge("Replaced by a newer judgement", Tone::Info));
    }
    head.fact("calendar", format!("Scorecard, {}", card.period.label()))
        .fact("clock", tab::judged_on(card, locale))
}

fn figures(card: &Card, before: Option<&Card>, locale: Locale) -> Figures {
    let judged = &card.breakdown.card;
    let score = match judged.score {
        Some(score) => {
            let figure = Figure::new("Score", number(score, 1, locale)).href("#breakdown");
            match before.and_then(|before| Some((before, before.breakdown.card.score?))) {
                Some((before, earlier)) => figure
                    .note(delta(score - earlier, 1, "", Better::Higher, locale))
                    .note(format!("since {}", before.period.label())),
                None => figure.note("first score"),
            }
        }
        None => Figure::missing("Score", "no line has a value"),
    };
    let grade = match judged.raw_grade {
        Some(raw) => Figure::new("Grade", words::grade(judged.grade, "blocked")).note(
            if judged.grade == Some(raw) {
                "no gate applies".to_owned()
            } else {
                format!("{raw} before gates")
            },
        ),
        None => Figure::missing("Grade", "below 60% of the weight there is no grade"),
    };
    Figures::new(vec![
        score,
        grade.href("#gates"),
        Figure::new("Data", percent(judged.coverage, 0, locale)).note("of the weight has a value"),
        Figure::new("KPIs", format!("{}", measured(card)))
            .note(format!("of {} on the template", card.breakdown.lines.len())),
    ])
}

fn measured(card: &Card) -> usize {
    let lines = card.breakdown.card.lines.iter();
    lines.filter(|line| line.value.is_some()).count()
}

/// What the score would be if every missing line were treated alike.
fn totals(card: &Card, locale: Locale) -> Props {
    let totals = card.breakdown.card.totals;
    let one = |value: Option<f64>| value.map(|value| number(value, 1, locale));
    Props::default()
        .row_or(
            "Missing lines give their weight to the others",
            one(totals.reweight),
            "no line has a value",
        )
        .row("Missing lines count 50", number(totals.neutral, 1, locale))
        .row("Missing lines count 0", number(totals.penalise, 1, locale))
        .row_or(
            "Geometric mean: no line buys off another",
            one(totals.geometric),
            "no line has a value",
        )
}

fn basis(card: &Card, locale: Locale) -> Props {
    let breakdown = &card.breakdown;
    let template = words::link(
        &format!(
            "{}, version {}",
            breakdown.template.name, breakdown.template.version
        ),
        &format!(
            "/settings/templates/{}/versions/{}",
            breakdown.template.id, breakdown.template.version
        ),
    );
    let previous = breakdown.context.previous_grade.map(Grade::code);
    Props::default()
        .row("Tier", words::tier(Some(breakdown.tier)))
        .row("Template", template)
        .row("As known on", format::day(card.as_of, locale))
        .row_or("Grade of the quarter before", previous, "not scored before")
        .row(
            "New supplier",
            if breakdown.context.new_supplier {
                "Yes: what is missing counts 50 in its first two quarters"
            } else {
                "No"
            },
        )
        .row(
            "Digest of the inputs",
            marks::code(&card.digest[..card.digest.len().min(16)]),
        )
}
