//! What a definition counts, in plain words.

use keelson_methods::kpi::{
    Baseline, CountedDate, CountedQuantity, DefectStatus, Definition, DelayCause, DeliveryRules,
    Direction, ExchangeEffect, Fraction, LotResult, Measure, OverdueOpen, Partials, ReferenceDate,
    Unit,
};

use super::super::document::{Reader, percentage};
use crate::{
    kit::{
        Locale,
        format::{count, days},
        panel::Props,
    },
    performance::lines::counted,
};

/// The rules of a definition, each with its name.
pub(super) fn rules(kpi: &Definition, reader: &Reader) -> Props {
    let locale = reader.locale;
    let (numerator, denominator) = counted(kpi.measure);
    let plain = |text: &str| sentence(text.trim_end_matches(", minor units"));
    let mut props = Props::default()
        .row("Numerator", plain(numerator))
        .row("Denominator", plain(denominator));
    if let Some(rules) = &kpi.delivery {
        props = props
            .row("Held against", references(&rules.reference))
            .row("Window", window(rules, locale))
            .row("Quantity", tolerances(rules, locale))
            .row("Counts as delivered", quantity(rules.quantity))
            .row("Partial deliveries", partials(rules.partials))
            .row("Not yet due", "Left out until the window has ended")
            .row("Open and overdue", overdue(rules.overdue_open))
            .row("Accountable causes", causes(&rules.excluded_causes));
    }
    if let Some(rules) = &kpi.lead_time {
        props = props.row("Held against", references(&rules.reference)).row(
            "Delivered on",
            match rules.counted {
                CountedDate::Completion => "The day the line was complete",
                CountedDate::FirstReceipt => "The day of the first receipt",
            },
        );
        if kpi.measure == Measure::LeadTimeWithin {
            let window = days(i64::from(rules.within_days), locale);
            props = props.row("Window", format!("At most {window} before or after"));
        }
        props = props
            .row(
                "Complete",
                format!("At most {} short", percent(rules.under_tolerance, locale)),
            )
            .row("Counts as delivered", quantity(rules.quantity))
            .row("Accountable causes", causes(&rules.excluded_causes));
    }
    if let Some(rules) = &kpi.quality {
        let defects = rules.defects.iter().map(|status| match status {
            DefectStatus::Confirmed => "confirmed",
            DefectStatus::Pending => "not decided yet",
            DefectStatus::Disputed => "disputed",
            DefectStatus::NotSupplier => "not the supplier's",
        });
        let accepted = rules.accepted.iter().map(|result| match result {
            LotResult::Accepted => "accepted",
            LotResult::UseAsIs => "used as it is",
            LotResult::Sorted => "accepted after sorting",
            LotResult::Reworked => "accepted after rework",
            LotResult::Rejected => "rejected",
            LotResult::Skipped => "not inspected",
        });
        props = props
            .row("Defects that count", sentence(&all(defects)))
            .row("Lots that count as accepted", sentence(&all(accepted)));
    }
    if let Some(rules) = &kpi.price {
        let baselines = rules.baseline.iter().map(|baseline| match baseline {
            Baseline::Contract => "the contract's price",
            Baseline::Standard => "the standard cost",
            Baseline::TrailingAverage => "the average of the twelve months before",
        });
        props = props.row("Held against", sentence(&tried(baselines))).row(
            "Exchange rates",
            match rules.exchange {
                ExchangeEffect::PriceOnly => "Stay out: only the price counts",
                ExchangeEffect::Included => "Are part of the variance",
            },
        );
    }
    if let Some(rules) = &kpi.invoice {
        props = props
            .row(
                "Price may differ by",
                percent(rules.price_tolerance, locale),
            )
            .row(
                "Quantity may differ by",
                percent(rules.quantity_tolerance, locale),
            )
            .row("Tax may differ by", percent(rules.tax_tolerance, locale));
    }
    props
        .row("Better", direction(kpi.direction))
        .row("Unit", unit(kpi.unit))
        .row("Fewest observations", minimum(kpi, locale))
        .row("Short name", crate::kit::marks::code(&kpi.id))
}

/// One sentence for a list: what is counted, against what, within which window.
pub(super) fn summary(kpi: &Definition, locale: Locale) -> String {
    let mut parts = vec![counts(kpi.measure).to_owned()];
    if let Some(rules) = &kpi.delivery {
        parts.push(format!(
            "held against {}",
            lower(&references(&rules.reference))
        ));
        parts.push(lower(&window(rules, locale)));
    }
    if let Some(rules) = &kpi.lead_time {
        parts.push(format!(
            "held against {}",
            lower(&references(&rules.reference))
        ));
        if kpi.measure == Measure::LeadTimeWithin {
            parts.push(format!(
                "within {}",
                days(i64::from(rules.within_days), locale)
            ));
        }
    }
    format!(
        "{}. {}; {}.",
        parts.join(", "),
        direction(kpi.direction),
        lower(&minimum(kpi, locale))
    )
}

/// What a measure counts, as the beginning of a sentence.
fn counts(measure: Measure) -> &'static str {
    match measure {
        Measure::OnTimeDelivery => "Lines on time, of the lines judged",
        Measure::OtifLine => "Lines on time and in full, of the lines judged",
        Measure::OtifQuantity => "Units inside the window, of the units ordered",
        Measure::OtifOrder => "Orders with every line met, of the orders with a due line",
        Measure::LeadTimeBias => "Days late, on average over the deliveries",
        Measure::LeadTimeWithin => "Deliveries close enough to the promise, of all deliveries",
        Measure::Ppm => "Defective units, per million received",
        Measure::LotAcceptance => "Lots accepted the first time, of the lots inspected",
        Measure::Ppv => "Price variance, as a share of the baseline value",
        Measure::InvoiceAccuracy => "Invoices that match the first time, of all invoices",
    }
}

/// What a measure observes.
pub(super) fn observations(measure: Measure) -> &'static str {
    match measure {
        Measure::OtifOrder => "orders",
        Measure::LeadTimeBias | Measure::LeadTimeWithin => "deliveries",
        Measure::Ppm => "units",
        Measure::LotAcceptance => "lots",
        Measure::Ppv => "invoice lines",
        Measure::InvoiceAccuracy => "invoices",
        Measure::OnTimeDelivery | Measure::OtifLine | Measure::OtifQuantity => "lines",
    }
}

/// What a measure is called before a definition names it.
pub(super) fn measure(measure: Measure) -> (&'static str, &'static str) {
    match measure {
        Measure::OnTimeDelivery => ("On time", "Order lines complete inside the window"),
        Measure::OtifLine => (
            "On time in full, by line",
            "Order lines on time and complete",
        ),
        Measure::OtifQuantity => (
            "On time in full, by quantity",
            "Units that came inside the window",
        ),
        Measure::OtifOrder => (
            "On time in full, by order",
            "Orders of which every line was met",
        ),
        Measure::LeadTimeBias => ("Lead-time bias", "Mean days between promise and delivery"),
        Measure::LeadTimeWithin => ("Lead time kept", "Deliveries close enough to the promise"),
        Measure::Ppm => ("Defects", "Defective units per million received"),
        Measure::LotAcceptance => ("Lot acceptance", "Inspected lots accepted the first time"),
        Measure::Ppv => ("Price variance", "Actual prices against a baseline"),
        Measure::InvoiceAccuracy => ("Invoice accuracy", "Invoices that match the first time"),
    }
}

fn minimum(kpi: &Definition, locale: Locale) -> String {
    format!(
        "Provisional below {} {}",
        count(i64::from(kpi.minimum_n), locale),
        observations(kpi.measure)
    )
}

fn direction(direction: Direction) -> &'static str {
    match direction {
        Direction::Higher => "Higher is better",
        Direction::Lower => "Lower is better",
        Direction::Target => "The closer to the target the better",
    }
}

fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Fraction => "Percent",
        Unit::PercentPoints => "Percentage points",
        Unit::Days => "Calendar days",
        Unit::Ppm => "Parts per million",
        Unit::Money => "Money",
        Unit::Points => "Points of 100",
    }
}

fn references(dates: &[ReferenceDate]) -> String {
    sentence(&tried(dates.iter().map(|date| match date {
        ReferenceDate::ConfirmedFirst => "the first confirmed date",
        ReferenceDate::ConfirmedLast => "the last confirmed date",
        ReferenceDate::Requested => "the requested date",
    })))
}

fn window(rules: &DeliveryRules, locale: Locale) -> String {
    let early = match rules.early_days {
        None => "However early".to_owned(),
        Some(0) => "Not before the date".to_owned(),
        Some(early) => format!("From {} before the date", days(i64::from(early), locale)),
    };
    let late = match rules.late_days {
        0 => "to the date itself".to_owned(),
        late => format!("to {} after it", days(i64::from(late), locale)),
    };
    match rules.early_days {
        Some(0) if rules.late_days == 0 => "On the date itself".to_owned(),
        None | Some(0) => format!("{early}, up {late}"),
        Some(_) => format!("{early} {late}"),
    }
}

fn tolerances(rules: &DeliveryRules, locale: Locale) -> String {
    let over = match rules.over_tolerance {
        None => "however much over".to_owned(),
        Some(over) => format!("at most {} over", percent(over, locale)),
    };
    format!(
        "At most {} short, {over}",
        percent(rules.under_tolerance, locale)
    )
}

fn quantity(quantity: CountedQuantity) -> &'static str {
    match quantity {
        CountedQuantity::Good => "What was found good",
        CountedQuantity::Received => "Everything received",
    }
}

fn partials(partials: Partials) -> &'static str {
    match partials {
        Partials::AddUp => "Add up; the line is complete with the receipt that fills it",
        Partials::CompleteReceipt => "Must bring the whole line in one delivery",
    }
}

fn overdue(overdue: OverdueOpen) -> &'static str {
    match overdue {
        OverdueOpen::Fail => "Count as missed",
        OverdueOpen::Exclude => "Left out until they arrive",
    }
}

fn causes(excluded: &[DelayCause]) -> String {
    if excluded.is_empty() {
        return "Every delay counts, whoever caused it".to_owned();
    }
    let names = excluded.iter().map(|cause| match cause {
        DelayCause::Supplier => "the supplier",
        DelayCause::Buyer => "us",
        DelayCause::CarrierBuyer => "the carrier we chose",
        DelayCause::ForceMajeure => "force majeure",
    });
    format!("Left out where the delay was caused by {}", all(names))
}

fn percent(fraction: Fraction, locale: Locale) -> String {
    percentage(fraction.value(), locale)
}

fn tried<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.collect::<Vec<_>>().join(", else ")
}

fn all<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<&str> = names.collect();
    match names.as_slice() {
        [] => "none".to_owned(),
        [one] => (*one).to_owned(),
        [before @ .., last] => format!("{} or {last}", before.join(", ")),
    }
}

fn sentence(text: &str) -> String {
    let mut text = text.to_owned();
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text
}

fn lower(text: &str) -> String {
    let mut text = text.to_owned();
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_lowercase();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_reads_as_one_says_it() {
        let say = |early, late| {
            let rules = DeliveryRules {
                early_days: early,
                late_days: late,
                ..DeliveryRules::default()
            };
            window(&rules, Locale::EnGb).replace('\u{a0}', " ")
        };
        assert_eq!(
            say(Some(3), 0),
            "From 3 days before the date to the date itself"
        );
        assert_eq!(say(None, 0), "However early, up to the date itself");
        assert_eq!(say(Some(0), 0), "On the date itself");
        assert_eq!(say(Some(0), 1), "Not before the date, up to 1 day after it");
    }

    #[test]
    fn every_standard_definition_says_what_it_counts() {
        for kpi in Definition::standard() {
            let text = summary(&kpi, Locale::EnGb);
            assert!(
                text.contains("better") && text.contains("rovisional") && text.ends_with('.'),
                "{}: {text}",
                kpi.id
            );
        }
    }
}
