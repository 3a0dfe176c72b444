//! How figures, tiers and judgements are written, the same on every page.

use keelson_domain::performance::{Amount, Figure};
use keelson_methods::{
    interval::Verdict,
    kpi::{Measure, Unit},
    missing::Missing,
    period::Period,
    scoring::{Grade, Policy, ScoringFunction},
    segmentation::{AbcClass, Tier},
};

use crate::{
    charts,
    kit::{
        self, Html, Locale, Tone,
        format::{self, count, number, percent, ppm},
        list::Address,
        marks::{self, badge},
    },
};

/// A KPI's value in its unit.
pub(crate) fn value(unit: Unit, value: f64, locale: Locale) -> String {
    match unit {
        Unit::Fraction => percent(value, 1, locale),
        Unit::PercentPoints => format!("{} points", number(value * 100.0, 1, locale)),
        Unit::Days => format!("{} days", number(value, 1, locale)),
        Unit::Ppm => ppm(value, locale),
        Unit::Money | Unit::Points => number(value, 1, locale),
    }
}

/// What is asked for: "at least 98.0%".
pub(crate) fn target(unit: Unit, target: f64, threshold: f64, locale: Locale) -> String {
    let word = if target > threshold {
        "at least"
    } else {
        "at most"
    };
    format!("{word} {}", value(unit, target, locale))
}

/// The parts of a figure: "66 of 72 lines".
pub(crate) fn parts(measure: Measure, figure: &Figure, locale: Locale) -> String {
    let rate = figure.rate;
    let whole = |value: i64| count(value, locale);
    let milli = |value: i64| number(value as f64 / 1000.0, 0, locale);
    match measure {
        Measure::OnTimeDelivery | Measure::OtifLine => {
            format!(
                "{} of {} lines",
                whole(rate.numerator),
                whole(rate.denominator)
            )
        }
        Measure::OtifOrder => {
            format!(
                "{} of {} orders",
                whole(rate.numerator),
                whole(rate.denominator)
            )
        }
        Measure::OtifQuantity | Measure::Ppm => {
            format!(
                "{} of {} units",
                milli(rate.numerator),
                milli(rate.denominator)
            )
        }
        Measure::LotAcceptance => {
            format!(
                "{} of {} lots",
                whole(rate.numerator),
                whole(rate.denominator)
            )
        }
        Measure::InvoiceAccuracy => format!(
            "{} of {} invoices",
            whole(rate.numerator),
            whole(rate.denominator)
        ),
        Measure::LeadTimeWithin => {
            format!(
                "{} of {} deliveries",
                whole(rate.numerator),
                whole(rate.denominator)
            )
        }
        Measure::LeadTimeBias => {
            format!(
                "{} days over {} deliveries",
                whole(rate.numerator),
                whole(rate.denominator)
            )
        }
        Measure::Ppv => format::counted(rate.n as i64, "invoice line", "invoice lines", locale),
    }
}

/// "between 83.0% and 96.2%": how sure a value is.
pub(crate) fn interval(unit: Unit, figure: &Figure, locale: Locale) -> Option<String> {
    let interval = figure.interval?;
    Some(format!(
        "between {} and {}",
        value(unit, interval.low, locale),
        value(unit, interval.high, locale)
    ))
}

/// A figure's value, or why there is none.
pub(crate) fn figure(unit: Unit, figure: &Figure, locale: Locale) -> Html {
    match figure.value {
        Some(known) => Html::from(value(unit, known, locale)),
        None => format::missing(reason(figure.reason)),
    }
}

/// Why a value is missing, as it stands behind a dash.
pub(crate) fn reason(missing: Option<Missing>) -> &'static str {
    match missing {
        Some(Missing::NoActivity) => "no activity",
        Some(Missing::NotReported) | None => "not reported",
        Some(Missing::NotApplicable) => "does not apply",
        Some(Missing::Stale) => "too old to count",
        Some(Missing::DenominatorZero) => "nothing to divide by",
        Some(Missing::BelowMinN) => "too few observations",
        Some(Missing::ParseError) => "could not be read",
    }
}

/// What an interval says about its target.
pub(crate) fn verdict(verdict: Verdict) -> Html {
    match verdict {
        Verdict::Met => badge("Met", Tone::Ok),
        Verdict::Missed => badge("Missed", Tone::Bad),
        Verdict::Inconclusive => badge("Cannot say yet", Tone::Plain),
    }
}

/// Where the points of a line come from, when not from a value of the period.
pub(crate) fn policy(policy: Policy) -> Option<&'static str> {
    match policy {
        Policy::Measured => None,
        Policy::CarriedForward => Some("Carried forward from an earlier period"),
        Policy::Reweighted => Some("Its weight goes to the other lines"),
        Policy::Neutral => Some("Counts 50, because it is missing"),
        Policy::Penalised => Some("Counts 0, because the supplier owes it"),
    }
}

pub(crate) fn function(function: &ScoringFunction) -> &'static str {
    match function {
        ScoringFunction::Linear => "straight",
        ScoringFunction::Log { .. } => "logarithmic",
        ScoringFunction::TwoSided { .. } => "two-sided",
        ScoringFunction::Step { .. } => "in steps",
    }
}

/// A grade in its box, or a dash with the reason.
pub(crate) fn grade(grade: Option<Grade>, without: &str) -> Html {
    match grade {
        Some(grade) => marks::grade(grade.code(), grade_tone(grade)),
        None => format::missing(without),
    }
}

pub(crate) fn grade_tone(grade: Grade) -> Tone {
    match grade {
        Grade::A => Tone::Ok,
        Grade::B => Tone::Plain,
        Grade::C => Tone::Warn,
        Grade::D => Tone::Bad,
    }
}

/// A score with its bar; the tone follows the lines between the grades.
pub(crate) fn score(score_centi: Option<i64>, reason: &str, locale: Locale) -> Html {
    let score = score_centi.map(|centi| centi as f64 / 100.0);
    let tone = match score {
        Some(score) if score < 60.0 => Tone::Bad,
        Some(score) if score < 75.0 => Tone::Warn,
        _ => Tone::Plain,
    };
    marks::score_bar(score, tone, reason, locale)
}

/// A tier with its mark.
pub(crate) fn tier(tier: Option<Tier>) -> Html {
    match tier {
        Some(tier) => marks::tier(tier.label(), bars(tier)),
        None => format::missing("not placed yet"),
    }
}

/// How important a tier is, as bars.
pub(crate) fn bars(tier: Tier) -> u8 {
    match tier {
        Tier::Strategic => 3,
        Tier::Leverage | Tier::Bottleneck => 2,
        Tier::Transactional => 1,
        Tier::Unclassified => 0,
    }
}

/// How a tier is drawn where colour alone must not tell.
pub(crate) fn bubble(tier: Tier) -> charts::Kind {
    match tier {
        Tier::Strategic => charts::Kind::Solid,
        Tier::Leverage => charts::Kind::Ringed,
        Tier::Bottleneck => charts::Kind::Dashed,
        Tier::Transactional | Tier::Unclassified => charts::Kind::Hollow,
    }
}

pub(crate) fn abc(class: Option<AbcClass>) -> Html {
    match class {
        Some(class) => Html::from(class.code()),
        None => format::missing("no spend known"),
    }
}

/// Money at a glance in the organisation's currency.
pub(crate) fn money(minor: Option<i64>, currency: &str, locale: Locale) -> Html {
    match minor {
        Some(minor) => Html::from(format::money_compact(minor, currency, locale)),
        None => format::missing("no spend known"),
    }
}

/// What was spent in other currencies: "$1.2m and £30k". It stands beside a figure and is never added to it.
pub(crate) fn elsewhere(amounts: &[Amount], locale: Locale) -> Option<String> {
    let amounts: Vec<String> = amounts
        .iter()
        .map(|amount| match &amount.currency {
            Some(currency) => format::money_compact(amount.minor, currency, locale),
            None => format!(
                "{} without a currency",
                format::money_compact(amount.minor, "", locale).trim()
            ),
        })
        .collect();
    let (last, others) = amounts.split_last()?;
    Some(if others.is_empty() {
        last.clone()
    } else {
        format!("{} and {last}", others.join(", "))
    })
}

/// Spend at a glance: in the organisation's currency, with what was spent in others beside it.
pub(crate) fn spend(minor: Option<i64>, others: &[Amount], currency: &str, locale: Locale) -> Html {
    let own = minor.map(|minor| format::money_compact(minor, currency, locale));
    match (own, elsewhere(others, locale)) {
        (Some(own), Some(others)) => Html::from(format!("{own} and {others}")),
        (Some(spend), None) | (None, Some(spend)) => Html::from(spend),
        (None, None) => format::missing("no spend known"),
    }
}

/// The address of the lines behind a figure.
pub(crate) fn lines_of(supplier: i64, kpi: &str, version: i64, period: Period) -> Address {
    Address::new(format!("/suppliers/{supplier}/lines"))
        .with("kpi", kpi)
        .with("version", version)
        .with("period", period)
}

/// A text that leads somewhere.
pub(crate) fn link(text: &str, href: &str) -> Html {
    Html::trusted(format!(
        "<a href=\"{}\">{}</a>",
        kit::esc(href),
        kit::esc(text)
    ))
}

/// The name without its legal form, for a label in a drawing: what stands before the first word that is one.
pub(crate) fn short(name: &str) -> String {
    const FORMS: [&str; 22] = [
        "AB", "AG", "AS", "A/S", "ApS", "BV", "B.V.", "GmbH", "Inc", "Inc.", "K.K.", "KG", "LLC",
        "Lda", "Ltd", "Ltd.", "N.V.", "Oy", "S.A.", "S.p.A.", "S.r.l.", "SAS",
    ];
    let words: Vec<&str> = name
        .split_whitespace()
        .take_while(|word| !FORMS.contains(word))
        .collect();
    match words.as_slice() {
        [] => name.to_owned(),
        [one] => (*one).to_owned(),
        [first, second, ..] if first.chars().count() < 4 => format!("{first} {second}"),
        [first, ..] => (*first).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_says_which_way_it_points() {
        let gb = Locale::EnGb;
        assert_eq!(target(Unit::Fraction, 0.98, 0.80, gb), "at least 98.0%");
        assert_eq!(target(Unit::Ppm, 50.0, 5000.0, gb), "at most 50\u{a0}ppm");
    }

    #[test]
    fn a_label_drops_the_legal_form_and_all_but_the_first_long_word() {
        assert_eq!(short("Norrfjord Castings AB"), "Norrfjord");
        assert_eq!(short("DF Hydraulik GmbH"), "DF Hydraulik");
        assert_eq!(short("GmbH"), "GmbH");
    }
}
