//! Figures, judgements and reasons in the words a supplier reads, and dates as people type them.

use chrono::{Datelike as _, NaiveDate};
use keelson_domain::performance::{
    lines::Reason,
    shared::{Limit, SharedLine},
};
use keelson_methods::{
    delivery::Exclusion,
    interval::Verdict,
    kpi::Unit,
    missing::Missing,
    scoring::{Grade, Hold, Policy},
};

use crate::kit::{
    Tone,
    format::{Locale, number, percent, ppm},
};

/// A value in its unit.
pub(super) fn value(value: f64, unit: Unit, locale: Locale) -> String {
    match unit {
        Unit::Fraction => percent(value, 1, locale),
        Unit::PercentPoints => format!("{} points", number(value, 1, locale)),
        Unit::Days => format!("{}\u{a0}days", number(value, 1, locale)),
        Unit::Ppm => ppm(value, locale),
        Unit::Money => number(value, 2, locale),
        Unit::Points => number(value, 1, locale),
    }
}

/// Why a value is missing, said to the supplier itself.
pub(super) const fn missing(reason: Missing) -> &'static str {
    match reason {
        Missing::NoActivity => "Nothing happened in this period that could be measured.",
        Missing::NotReported => "No data has been reported.",
        Missing::NotApplicable => "This measure does not apply to you.",
        Missing::Stale => "The last value is too old to count.",
        Missing::DenominatorZero => "There is nothing to divide by, so no rate exists.",
        Missing::BelowMinN => "There are too few observations for a reliable value.",
        Missing::ParseError => "The data holds a value that could not be read.",
    }
}

/// What the interval says about the target.
pub(super) const fn verdict(verdict: Verdict) -> (&'static str, Tone) {
    match verdict {
        Verdict::Met => ("Target met", Tone::Ok),
        Verdict::Missed => ("Target missed", Tone::Bad),
        Verdict::Inconclusive => ("Too few to say", Tone::Plain),
    }
}

/// Where the points of a line come from, where it is not simply the value.
pub(super) fn policy(line: &SharedLine) -> Option<&'static str> {
    match line.policy {
        Policy::Measured => None,
        Policy::CarriedForward => Some("The last known value counts."),
        Policy::Reweighted => Some("Its weight went to the other lines."),
        Policy::Neutral => Some("Counts 50 points until there is a value."),
        Policy::Penalised => Some("Counts 0 points because the data is yours to report."),
    }
}

pub(super) const fn grade_tone(grade: Grade) -> Tone {
    match grade {
        Grade::A | Grade::B => Tone::Ok,
        Grade::C => Tone::Warn,
        Grade::D => Tone::Bad,
    }
}

/// Why the grade is not the one the score alone would give.
pub(super) const fn hold(hold: Hold) -> &'static str {
    match hold {
        Hold::Hysteresis => {
            "The grade stays as it was: it changes only when the score is two points beyond the line."
        }
        Hold::ProvisionalValues => {
            "The grade stays as it was: only values that stand on few observations would lower it."
        }
    }
}

pub(super) fn limit(limit: &Limit, organisation: &str) -> String {
    match limit {
        Limit::Kpi(name) => format!(
            "{name} carries much weight, scores nothing and clearly misses its target. The grade is at best C."
        ),
        Limit::ActionOverdue => {
            "A critical corrective action is past its date. The grade is at best B.".to_owned()
        }
        Limit::Other => format!(
            "Something beside these figures limits the grade. Your contact at {organisation} can tell you more."
        ),
    }
}

/// Why a line was missed or does not count.
pub(super) const fn reason(reason: Reason) -> &'static str {
    match reason {
        Reason::Open => "Not complete yet",
        Reason::Late => "Late",
        Reason::Early => "Too early",
        Reason::Short => "Too little arrived in the agreed days",
        Reason::TooMuch => "More than ordered",
        Reason::LeftOut(why) => exclusion(why),
        Reason::NotAccountable => "The delay is not yours",
        Reason::NoNumber => "It names no order or invoice",
        Reason::NoResult => "No result is recorded",
        Reason::Skipped => "The lot was not inspected",
        Reason::NotAccepted => "Not accepted the first time",
        Reason::Defective => "Units were defective",
        Reason::NotConfirmed => "The defects are not confirmed as yours",
        Reason::NoBaseline => "No price to compare with",
        Reason::Dearer => "Above the price it is compared with",
        Reason::NoMatch => "Not matched with the order yet",
        Reason::Mismatch => "Did not match the order the first time",
    }
}

const fn exclusion(why: Exclusion) -> &'static str {
    match why {
        Exclusion::NothingOrdered => "Nothing was ordered",
        Exclusion::NoReferenceDate => "No agreed date is recorded",
        Exclusion::CancelledBeforeWindow => "Cancelled before it was due",
        Exclusion::Cancelled => "Cancelled",
        Exclusion::NotYetDue => "Not due yet",
        Exclusion::OverdueOpen => "Overdue and open",
    }
}

/// A date as a person types it: "31 Jan 2027", "31.1.2027" or "2027-01-31".
pub(crate) fn typed_date(text: &str) -> Option<NaiveDate> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    ["%Y-%m-%d", "%d %b %Y", "%d %B %Y", "%d.%m.%Y"]
        .iter()
        .find_map(|form| NaiveDate::parse_from_str(&text, form).ok())
        .filter(|day| (1900..=2200).contains(&day.year()))
}

/// A small count in words, as a sentence begins with it.
pub(super) fn spelled(count: usize) -> String {
    const WORDS: [&str; 10] = [
        "Nothing", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine",
    ];
    WORDS
        .get(count)
        .map_or_else(|| count.to_string(), |word| (*word).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_people_type_them() {
        let day = NaiveDate::from_ymd_opt(2027, 1, 31);
        for text in [
            "2027-01-31",
            "31 Jan 2027",
            " 31  January 2027 ",
            "31.1.2027",
            "31.01.2027",
        ] {
            assert_eq!(typed_date(text), day, "{text}");
        }
        for wrong in ["", "31.2.2027", "31 Jan 27", "soon", "2027-13-01"] {
            assert_eq!(typed_date(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_value_carries_its_unit() {
        let locale = Locale::EnGb;
        assert_eq!(value(0.936_36, Unit::Fraction, locale), "93.6%");
        assert_eq!(value(1240.0, Unit::Ppm, locale), "1,240\u{a0}ppm");
        assert_eq!(value(-1.3, Unit::Days, Locale::De), "−1,3\u{a0}days");
    }
}
