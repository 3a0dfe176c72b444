//! What a KPI definition says about the facts: dates, windows, tolerances, who answers for what.

use crate::code::coded;
use crate::document::{Fields, Fraction, Limit, any_or};
use serde::{Deserialize, Serialize};

coded! {
    /// A date of an order line that a delivery can be held against.
    pub enum ReferenceDate {
        /// The first date the supplier confirmed; later promises do not clean history.
        ConfirmedFirst = "confirmed_first",
        /// The last date the supplier confirmed.
        ConfirmedLast = "confirmed_last",
        /// The date the buyer asked for.
        Requested = "requested",
    }
}

coded! {
    /// Which receipts count as delivered.
    pub enum CountedQuantity {
        /// What was found good.
        Good = "good",
        /// Everything received, good or rejected.
        Received = "received",
    }
}

coded! {
    /// How the parts of a partial delivery count.
    pub enum Partials {
        /// Receipts add up; the line is complete with the receipt that fills it.
        AddUp = "add_up",
        /// Only a delivery that brings the whole line by itself counts; the receipts of one day are one delivery.
        CompleteReceipt = "complete_receipt",
    }
}

coded! {
    /// What becomes of an open line whose window has not ended.
    pub enum NotYetDue {
        /// It is left out until its window has ended.
        Exclude = "exclude",
    }
}

coded! {
    /// What becomes of an open line whose window has ended.
    pub enum OverdueOpen {
        /// It counts as a failure now.
        Fail = "fail",
        /// It is left out until it arrives.
        Exclude = "exclude",
    }
}

coded! {
    /// Who or what delayed a line.
    pub enum DelayCause {
        /// The supplier.
        Supplier = "supplier",
        /// The buyer: a late change, a closed gate.
        Buyer = "buyer",
        /// The carrier the buyer chose.
        CarrierBuyer = "carrier_buyer",
        /// Nobody: flood, strike, embargo.
        ForceMajeure = "force_majeure",
    }
}

coded! {
    /// The date from which a lead time is measured to the promise.
    pub enum CountedDate {
        /// The day the line became complete.
        Completion = "completion",
        /// The day of the first receipt.
        FirstReceipt = "first_receipt",
    }
}

coded! {
    /// What is known about who caused a defect.
    pub enum DefectStatus {
        /// Confirmed: the supplier caused it.
        Confirmed = "confirmed",
        /// Not decided yet.
        Pending = "pending",
        /// The supplier disputes it.
        Disputed = "disputed",
        /// Not the supplier's: never counted.
        NotSupplier = "not_supplier",
    }
}

coded! {
    /// How the inspection of a lot ended.
    pub enum LotResult {
        /// Accepted the first time.
        Accepted = "accepted",
        /// Used as it is, by concession.
        UseAsIs = "use_as_is",
        /// Accepted after sorting.
        Sorted = "sorted",
        /// Accepted after rework.
        Reworked = "reworked",
        /// Rejected.
        Rejected = "rejected",
        /// Not inspected (skip-lot): outside the rate altogether.
        Skipped = "skipped",
    }
}

coded! {
    /// The price that an actual price is held against.
    pub enum Baseline {
        /// The contract's price.
        Contract = "contract",
        /// The standard cost.
        Standard = "standard",
        /// The weighted average of the twelve months before.
        TrailingAverage = "trailing_average",
    }
}

coded! {
    /// Whether changes of the exchange rate are part of a price variance.
    pub enum ExchangeEffect {
        /// Only the price part counts: both prices at the standard rate.
        PriceOnly = "price_only",
        /// Price and exchange rate together.
        Included = "included",
    }
}

/// When and how much of a line counts as delivered on time and in full.
///
/// The default is the handbook's: first confirmed date, else requested; three days early, none late; 2 % short, 5 % over;
/// good quantity; partial deliveries add up; the buyer's own causes are outside the accountable figure.
/// Source: handbook 2.1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeliveryRules {
    /// The dates to hold the delivery against, tried in order; the first one present is the reference.
    pub reference: Vec<ReferenceDate>,
    /// Calendar days before the reference that are still on time; `None` (written `any`): however early.
    #[serde(with = "any_or")]
    pub early_days: Option<u32>,
    /// Calendar days after the reference that are still on time.
    pub late_days: u32,
    /// How much may be missing from a full line, as a share of the ordered quantity.
    pub under_tolerance: Fraction,
    /// How much too much a line in full may bring; `None` (written `any`): however much.
    #[serde(with = "any_or")]
    pub over_tolerance: Option<Fraction>,
    /// Which quantity counts as delivered.
    pub quantity: CountedQuantity,
    /// How partial deliveries count.
    pub partials: Partials,
    /// What becomes of open lines that are not due.
    pub not_yet_due: NotYetDue,
    /// What becomes of open lines that are overdue.
    pub overdue_open: OverdueOpen,
    /// Causes that take a line out of the accountable figure; the raw figure keeps it.
    pub excluded_causes: Vec<DelayCause>,
}

impl Default for DeliveryRules {
    fn default() -> Self {
        Self {
            reference: vec![ReferenceDate::ConfirmedFirst, ReferenceDate::Requested],
            early_days: Some(3),
            late_days: 0,
            under_tolerance: Fraction::percent(2),
            over_tolerance: Some(Fraction::percent(5)),
            quantity: CountedQuantity::Good,
            partials: Partials::AddUp,
            not_yet_due: NotYetDue::Exclude,
            overdue_open: OverdueOpen::Fail,
            excluded_causes: vec![DelayCause::Buyer, DelayCause::CarrierBuyer],
        }
    }
}

/// How the error of a promised lead time is measured. Source: handbook 2.2.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeadTimeRules {
    /// The promised dates, tried in order.
    pub reference: Vec<ReferenceDate>,
    /// The date that ends the actual lead time.
    pub counted: CountedDate,
    /// Days either side of the promise that are still right; needed by `lead_time_within`, ignored by the bias.
    pub within_days: u32,
    /// How much may be missing from a complete line, as a share of the ordered quantity.
    pub under_tolerance: Fraction,
    /// Which quantity counts as delivered.
    pub quantity: CountedQuantity,
    /// Causes that take a line out of the accountable figure.
    pub excluded_causes: Vec<DelayCause>,
}

impl Default for LeadTimeRules {
    fn default() -> Self {
        Self {
            reference: vec![ReferenceDate::ConfirmedFirst, ReferenceDate::Requested],
            counted: CountedDate::Completion,
            within_days: 2,
            under_tolerance: Fraction::percent(2),
            quantity: CountedQuantity::Good,
            excluded_causes: vec![DelayCause::Buyer, DelayCause::CarrierBuyer],
        }
    }
}

/// Which defects and which lots count. Source: handbook 2.3.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QualityRules {
    /// The defects that count as the supplier's. The others show as pending.
    pub defects: Vec<DefectStatus>,
    /// The inspection results that count as accepted the first time. Skipped lots are never in the denominator.
    pub accepted: Vec<LotResult>,
}

impl Default for QualityRules {
    fn default() -> Self {
        Self {
            defects: vec![DefectStatus::Confirmed],
            accepted: vec![LotResult::Accepted],
        }
    }
}

/// What an actual price is held against. A positive variance is unfavourable. Source: handbook 2.4.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriceRules {
    /// The baselines, tried in order; the first one present counts.
    pub baseline: Vec<Baseline>,
    /// Whether the exchange rate is part of the variance.
    pub exchange: ExchangeEffect,
}

impl Default for PriceRules {
    fn default() -> Self {
        Self {
            baseline: vec![
                Baseline::Contract,
                Baseline::Standard,
                Baseline::TrailingAverage,
            ],
            exchange: ExchangeEffect::PriceOnly,
        }
    }
}

/// How far an invoice may be from order and receipt and still match the first time. Source: handbook 2.5.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InvoiceRules {
    /// Tolerated difference of the price, as a share of the ordered price.
    pub price_tolerance: Fraction,
    /// Tolerated difference of the quantity, as a share of the received quantity.
    pub quantity_tolerance: Fraction,
    /// Tolerated difference of the tax, as a share of the expected tax.
    pub tax_tolerance: Fraction,
}

impl Default for InvoiceRules {
    fn default() -> Self {
        Self {
            price_tolerance: Fraction { millionths: 5_000 },
            quantity_tolerance: Fraction::default(),
            tax_tolerance: Fraction::default(),
        }
    }
}

const REFERENCES: &str = "a list of confirmed_first, confirmed_last, requested, tried in order";
const CAUSES: &str = "a list of supplier, buyer, carrier_buyer, force_majeure";
const SHARE: &str = "a share between 0 and 1 such as 0.02";

impl DeliveryRules {
    /// The window must be written out; the rest falls back to the handbook's defaults.
    pub(super) fn read(fields: &mut Fields) -> Option<Self> {
        let standard = Self::default();
        let reference = references(fields);
        let early_days =
            fields.required::<Limit<u32>>("early_days", "a whole number of days, or \"any\"");
        let late_days = fields.required("late_days", "a whole number of days");
        let over = fields.or::<Limit<Fraction>>(
            "over_tolerance",
            "a share such as 0.05, or \"any\"",
            Limit(standard.over_tolerance),
        );
        let rest = Self {
            under_tolerance: under_tolerance(fields, standard.under_tolerance),
            over_tolerance: over.0,
            quantity: fields.or("quantity", "good or received", standard.quantity),
            partials: fields.or("partials", "add_up or complete_receipt", standard.partials),
            not_yet_due: fields.or("not_yet_due", "exclude", standard.not_yet_due),
            overdue_open: fields.or("overdue_open", "fail or exclude", standard.overdue_open),
            excluded_causes: causes(fields, standard.excluded_causes),
            ..Self::default()
        };
        Some(Self {
            reference: reference?,
            early_days: early_days?.0,
            late_days: late_days?,
            ..rest
        })
    }
}

impl LeadTimeRules {
    pub(super) fn read(fields: &mut Fields) -> Option<Self> {
        let standard = Self::default();
        let reference = references(fields);
        let rest = Self {
            counted: fields.or("counted", "completion or first_receipt", standard.counted),
            within_days: fields.or(
                "within_days",
                "a whole number of days",
                standard.within_days,
            ),
            under_tolerance: under_tolerance(fields, standard.under_tolerance),
            quantity: fields.or("quantity", "good or received", standard.quantity),
            excluded_causes: causes(fields, standard.excluded_causes),
            ..Self::default()
        };
        Some(Self {
            reference: reference?,
            ..rest
        })
    }
}

impl QualityRules {
    pub(super) fn read(fields: &mut Fields) -> Self {
        let standard = Self::default();
        let rules = Self {
            defects: fields.or(
                "defects",
                "a list of confirmed, pending, disputed",
                standard.defects,
            ),
            accepted: fields.or(
                "accepted",
                "a list of accepted, use_as_is, sorted, reworked",
                standard.accepted,
            ),
        };
        if rules.defects.is_empty() || has_twice(&rules.defects) {
            fields.report(
                "defects",
                "name at least one kind of defect, and each only once",
            );
        }
        if rules.defects.contains(&DefectStatus::NotSupplier) {
            fields.report(
                "defects",
                "defects that are not the supplier's never count; leave not_supplier out",
            );
        }
        if rules.accepted.is_empty() || has_twice(&rules.accepted) {
            fields.report("accepted", "name at least one result, and each only once");
        }
        if rules
            .accepted
            .iter()
            .any(|result| matches!(result, LotResult::Rejected | LotResult::Skipped))
        {
            fields.report(
                "accepted",
                "rejected and skipped lots cannot count as accepted; leave them out",
            );
        }
        rules
    }
}

impl PriceRules {
    pub(super) fn read(fields: &mut Fields) -> Self {
        let standard = Self::default();
        let expected = "a list of contract, standard, trailing_average, tried in order";
        let rules = Self {
            baseline: fields.or("baseline", expected, standard.baseline),
            exchange: fields.or("exchange", "price_only or included", standard.exchange),
        };
        if rules.baseline.is_empty() || has_twice(&rules.baseline) {
            fields.report("baseline", "name at least one baseline, and each only once");
        }
        rules
    }
}

impl InvoiceRules {
    pub(super) fn read(fields: &mut Fields) -> Self {
        let standard = Self::default();
        let mut share = |name, default| {
            let fraction: Fraction = fields.or(name, SHARE, default);
            if fraction >= Fraction::percent(100) {
                fields.report(name, format!("expected {SHARE}, found {fraction}"));
            }
            fraction
        };
        Self {
            price_tolerance: share("price_tolerance", standard.price_tolerance),
            quantity_tolerance: share("quantity_tolerance", standard.quantity_tolerance),
            tax_tolerance: share("tax_tolerance", standard.tax_tolerance),
        }
    }
}

fn references(fields: &mut Fields) -> Option<Vec<ReferenceDate>> {
    let reference: Vec<ReferenceDate> = fields.required("reference", REFERENCES)?;
    if reference.is_empty() || has_twice(&reference) {
        fields.report("reference", "name at least one date, and each only once");
    }
    Some(reference)
}

fn under_tolerance(fields: &mut Fields, default: Fraction) -> Fraction {
    let under: Fraction = fields.or("under_tolerance", SHARE, default);
    if under >= Fraction::percent(100) {
        fields.report(
            "under_tolerance",
            format!("must be below 1, or an empty delivery would be full; found {under}"),
        );
    }
    under
}

fn causes(fields: &mut Fields, default: Vec<DelayCause>) -> Vec<DelayCause> {
    let causes: Vec<DelayCause> = fields.or("excluded_causes", CAUSES, default);
    if has_twice(&causes) {
        fields.report("excluded_causes", "name each cause only once");
    }
    causes
}

fn has_twice<T: PartialEq>(list: &[T]) -> bool {
    list.iter()
        .enumerate()
        .any(|(index, item)| list[..index].contains(item))
}
