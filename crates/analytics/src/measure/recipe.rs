//! What each measure looks at, row by row. The sums of a figure and the list of its lines are both made from this, so
//! they cannot disagree.

use datafusion::{
    functions::core::{expr_ext::FieldAccessor, expr_fn::coalesce},
    logical_expr::Expr,
    prelude::{col, lit},
};
use keelson_methods::{
    delivery::Exclusion,
    kpi::{DefectStatus, Definition, LotResult, Measure, QualityRules, ReferenceDate},
    period::Bounds,
};

use crate::{
    Error, Kind, Result,
    judged::{self, exclusion_code},
};

/// The rows a measure goes over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    OrderLines,
    /// The receipts inside the order lines, one row each.
    LineReceipts,
    /// The receipts without an order line.
    LooseReceipts,
    Inspections,
    InvoiceLines,
}

impl Source {
    pub(crate) const fn kind(self) -> Kind {
        match self {
            Self::OrderLines | Self::LineReceipts => Kind::OrderLines,
            Self::LooseReceipts => Kind::Receipts,
            Self::Inspections => Kind::Inspections,
            Self::InvoiceLines => Kind::InvoiceLines,
        }
    }
}

/// How a measure reads its rows.
#[derive(Clone, Debug)]
pub(crate) struct Recipe<'a> {
    pub(crate) source: Source,
    /// The dates that decide the period, tried in order.
    pub(crate) dates: Vec<&'static str>,
    /// Dates for rows that have none of these: they cannot be judged, but are reported in some period.
    other_dates: &'static [&'static str],
    /// What is known of a row only after thinking about it.
    pub(crate) judgement: Option<Expr>,
    /// What is counted is made of rows with the same value here: an order, an invoice.
    pub(crate) whole: Option<&'static str>,
    /// Amounts stay apart by currency.
    pub(crate) by_currency: bool,
    /// The last day known; order lines are judged as of this day, other facts are in or out.
    as_of: i32,
    definition: &'a Definition,
}

/// What a row means to a measure. All are conditions that hold or do not (an unknown one does not), for rows inside of
/// the period.
pub(crate) struct Standing {
    /// The row is in the accountable figure.
    pub(crate) counts: Expr,
    /// It is in the raw figure.
    pub(crate) counts_raw: Expr,
    /// It speaks for the supplier.
    pub(crate) met: Expr,
    /// It would count but lacks something.
    pub(crate) unreported: Expr,
    /// It is rightly in no figure.
    pub(crate) left_out: Expr,
    pub(crate) numerator: Part,
    pub(crate) denominator: Part,
}

/// One part of a rate.
pub(crate) enum Part {
    /// The rows that count.
    Rows,
    /// Those of them that are met.
    Met,
    /// A sum over the rows that count.
    Sum(Expr),
    /// Another recipe of the same measure gives this part.
    Elsewhere,
}

impl<'a> Recipe<'a> {
    /// The recipes of a definition, their sums to be added up.
    pub(crate) fn of(definition: &'a Definition, as_of: i32) -> Result<Vec<Self>> {
        let missing = |section: &str| {
            Error::Definition(format!(
                "the definition \"{}\" has no section [{section}]; add it and publish the definition again",
                definition.id
            ))
        };
        let recipe = |source, dates: &[&'static str]| Recipe {
            source,
            dates: dates.to_vec(),
            other_dates: &[],
            judgement: None,
            whole: None,
            by_currency: false,
            as_of,
            definition,
        };
        let line = |reference: &[ReferenceDate], judgement| Recipe {
            other_dates: &["ordered_on", "first_received_on"],
            judgement: Some(judgement),
            ..recipe(
                Source::OrderLines,
                &reference
                    .iter()
                    .map(|date| date_column(*date))
                    .collect::<Vec<_>>(),
            )
        };
        let lot = recipe(Source::Inspections, &["received_on", "inspected_on"]);
        let invoice = recipe(Source::InvoiceLines, &["posted_on", "invoiced_on"]);
        Ok(match definition.measure {
            Measure::OnTimeDelivery
            | Measure::OtifLine
            | Measure::OtifQuantity
            | Measure::OtifOrder => {
                let rules = definition
                    .delivery
                    .as_ref()
                    .ok_or_else(|| missing("delivery"))?;
                let whole = (definition.measure == Measure::OtifOrder).then_some("order_number");
                vec![Recipe {
                    whole,
                    ..line(&rules.reference, judged::delivery(rules, as_of))
                }]
            }
            Measure::LeadTimeBias | Measure::LeadTimeWithin => {
                let rules = definition
                    .lead_time
                    .as_ref()
                    .ok_or_else(|| missing("lead_time"))?;
                vec![line(&rules.reference, judged::lead_time(rules, as_of))]
            }
            Measure::Ppm => vec![
                lot,
                recipe(Source::LineReceipts, &["received_on"]),
                recipe(Source::LooseReceipts, &["received_on"]),
            ],
            Measure::LotAcceptance => vec![lot],
            Measure::Ppv => {
                let rules = definition.price.as_ref().ok_or_else(|| missing("price"))?;
                vec![Recipe {
                    judgement: Some(judged::price_variance(rules)),
                    by_currency: true,
                    ..invoice
                }]
            }
            Measure::InvoiceAccuracy => vec![Recipe {
                whole: Some("invoice_number"),
                ..invoice
            }],
        })
    }

    /// The day whose period a row belongs to.
    pub(crate) fn day(&self) -> Expr {
        let dates: Vec<Expr> = self
            .dates
            .iter()
            .chain(self.other_dates)
            .map(|date| col(*date))
            .collect();
        if let [date] = dates.as_slice() {
            date.clone()
        } else {
            coalesce(dates)
        }
    }

    /// Whether a row of this day belongs to the period, as far as is known on the day of asking.
    pub(crate) fn inside(&self, day: &Expr, bounds: Bounds) -> Expr {
        let inside = inside(day.clone(), bounds);
        match self.source {
            Source::OrderLines => inside,
            _ => inside.and(day.clone().is_null().or(day.clone().lt_eq(lit(self.as_of)))),
        }
    }

    /// Whether a row can belong to the period at all, said of stored columns whose statistics let a scan skip what
    /// cannot: one of its dates lies inside, or it has none.
    pub(crate) fn possible(&self, bounds: Bounds) -> Expr {
        let dates = || self.dates.iter().map(|date| col(*date));
        let undated = all(dates().map(Expr::is_null));
        any(dates().map(|date| inside(date, bounds)).chain([undated]))
    }

    /// The field of a line's judgement that says how far it is off, in days.
    pub(crate) fn deviation(&self) -> &'static str {
        match self.definition.measure {
            Measure::LeadTimeBias | Measure::LeadTimeWithin => "error",
            _ => "days_late",
        }
    }

    /// What a row means, given its judgement.
    pub(crate) fn standing(&self, judged: &Expr) -> Standing {
        match self.source {
            Source::OrderLines => self.order_line(judged),
            Source::LineReceipts | Source::LooseReceipts => received(),
            Source::Inspections => self.inspection(),
            Source::InvoiceLines => self.invoice_line(judged),
        }
    }

    fn order_line(&self, judged: &Expr) -> Standing {
        let field = |name: &str| judged.clone().field(name);
        let measure = self.definition.measure;
        let is_lead_time = matches!(measure, Measure::LeadTimeBias | Measure::LeadTimeWithin);
        let judgeable = if is_lead_time {
            field("error").is_not_null()
        } else {
            field("exclusion").is_null()
        };
        let homeless = match self.whole {
            Some(whole) => col(whole).is_null(),
            None => lit(false),
        };
        let counts_raw = judgeable.clone().and(is_false(homeless.clone()));
        let (met, numerator, denominator) = match measure {
            Measure::OnTimeDelivery => (field("on_time"), Part::Met, Part::Rows),
            Measure::OtifQuantity => (
                field("quantity_in").gt_eq(col("quantity_milli")),
                Part::Sum(field("quantity_in")),
                Part::Sum(col("quantity_milli")),
            ),
            Measure::LeadTimeBias => (field("within"), Part::Sum(field("error")), Part::Rows),
            Measure::LeadTimeWithin => (field("within"), Part::Met, Part::Rows),
            _ => (field("otif"), Part::Met, Part::Rows),
        };
        Standing {
            counts: counts_raw.clone().and(field("accountable")),
            counts_raw,
            met,
            unreported: exclusion_in(judged, |exclusion| exclusion.missing().is_some())
                .or(judgeable.and(homeless)),
            left_out: exclusion_in(judged, |exclusion| exclusion.missing().is_none()),
            numerator,
            denominator,
        }
    }

    fn inspection(&self) -> Standing {
        let rules = self.definition.quality.clone().unwrap_or_default();
        if self.definition.measure == Measure::Ppm {
            defects(&rules)
        } else {
            lots(&rules)
        }
    }

    fn invoice_line(&self, judged: &Expr) -> Standing {
        if self.definition.measure == Measure::Ppv {
            let variance = judged.clone().field("variance_minor");
            return Standing {
                counts: variance.clone().is_not_null(),
                counts_raw: variance.clone().is_not_null(),
                met: variance.clone().lt_eq(lit(0_i64)),
                unreported: variance.clone().is_null(),
                left_out: lit(false),
                numerator: Part::Sum(variance),
                denominator: Part::Sum(judged.clone().field("baseline_minor")),
            };
        }
        let known = col("match_result")
            .is_not_null()
            .and(col("invoice_number").is_not_null());
        Standing {
            counts: known.clone(),
            counts_raw: known.clone(),
            met: col("match_result").eq(lit(MATCHED)),
            unreported: is_false(known),
            left_out: lit(false),
            numerator: Part::Met,
            denominator: Part::Rows,
        }
    }
}

/// The match result of an invoice line that passed the three-way match the first time.
const MATCHED: &str = "matched";

fn lots(rules: &QualityRules) -> Standing {
    let result = || col("result");
    let skipped = result().eq(lit(LotResult::Skipped.code()));
    let inspected = result().is_not_null().and(is_false(skipped.clone()));
    Standing {
        counts: inspected.clone(),
        counts_raw: inspected,
        met: result().in_list(
            rules
                .accepted
                .iter()
                .map(|result| lit(result.code()))
                .collect(),
            false,
        ),
        unreported: result().is_null(),
        left_out: skipped,
        numerator: Part::Met,
        denominator: Part::Rows,
    }
}

/// The defects, in units. Those that are nobody's fault yet, disputed or not the supplier's stay in the raw figure.
fn defects(rules: &QualityRules) -> Standing {
    let defective = || col("defective_milli");
    let none = defective().eq(lit(0_i64));
    let counted = any(rules.defects.iter().map(|status| has_status(*status)));
    Standing {
        counts: none.clone().or(defective().is_not_null().and(counted)),
        counts_raw: defective().is_not_null(),
        met: none,
        unreported: defective().is_null(),
        left_out: lit(false),
        numerator: Part::Sum(defective()),
        denominator: Part::Elsewhere,
    }
}

/// What an inspection's cause says. See [`crate::Inspection::cause`].
fn has_status(status: DefectStatus) -> Expr {
    let cause = || col("cause");
    let confirmed = [DefectStatus::Confirmed.code(), "supplier"];
    let undecided = [DefectStatus::Pending.code(), DefectStatus::Disputed.code()];
    match status {
        DefectStatus::Confirmed => cause().in_list(confirmed.map(lit).to_vec(), false),
        DefectStatus::Pending => cause().is_null().or(cause().eq(lit(status.code()))),
        DefectStatus::Disputed => cause().eq(lit(status.code())),
        DefectStatus::NotSupplier => cause().in_list(
            confirmed.into_iter().chain(undecided).map(lit).collect(),
            true,
        ),
    }
}

fn received() -> Standing {
    Standing {
        counts: lit(true),
        counts_raw: lit(true),
        met: lit(true),
        unreported: lit(false),
        left_out: lit(false),
        numerator: Part::Elsewhere,
        denominator: Part::Sum(col("received_milli")),
    }
}

fn exclusion_in(judged: &Expr, which: impl Fn(Exclusion) -> bool) -> Expr {
    let codes = Exclusion::ALL.iter().filter(|exclusion| which(**exclusion));
    let codes = codes
        .map(|exclusion| lit(exclusion_code(*exclusion)))
        .collect();
    judged.clone().field("exclusion").in_list(codes, false)
}

const fn date_column(date: ReferenceDate) -> &'static str {
    match date {
        ReferenceDate::ConfirmedFirst => "confirmed_first_on",
        ReferenceDate::ConfirmedLast => "confirmed_last_on",
        ReferenceDate::Requested => "requested_on",
    }
}

/// Whether a day lies inside the bounds. A day nobody knows lies only inside of everything.
pub(crate) fn inside(day: Expr, bounds: Bounds) -> Expr {
    let from = bounds
        .from
        .map(|from| day.clone().gt_eq(lit(from.to_epoch_days())));
    let to = bounds.to.map(|to| day.lt(lit(to.to_epoch_days())));
    all([from, to].into_iter().flatten())
}

pub(crate) fn all(conditions: impl IntoIterator<Item = Expr>) -> Expr {
    conditions
        .into_iter()
        .reduce(Expr::and)
        .unwrap_or_else(|| lit(true))
}

pub(crate) fn any(conditions: impl IntoIterator<Item = Expr>) -> Expr {
    conditions
        .into_iter()
        .reduce(Expr::or)
        .unwrap_or_else(|| lit(false))
}

/// Not, for a condition that is never unknown.
fn is_false(condition: Expr) -> Expr {
    Expr::Not(Box::new(condition))
}
