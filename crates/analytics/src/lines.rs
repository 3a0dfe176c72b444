//! The lines behind a figure.
//!
//! They are chosen by the same conditions the figure is added up from, so the figure opens to exactly its lines: those
//! that are met and those that are missed make up the denominator of a figure that counts lines.

use arrow::array::{AsArray, RecordBatch};
use chrono::{NaiveDate, TimeDelta};
use datafusion::{
    functions::core::expr_ext::FieldAccessor,
    logical_expr::{Expr, when},
    prelude::{DataFrame, col, lit},
};
use keelson_methods::{
    delivery::Exclusion,
    kpi::{Definition, DeliveryRules, Measure},
    period::Bounds,
};

use crate::{
    Analytics, Inspection, InvoiceLine, OrderLine, Result,
    facts::columns::{Columns, Row},
    judged::exclusion_of,
    measure::{
        Rows, count_where,
        recipe::{Recipe, Source},
        rows,
    },
};

/// Which lines, in which order.
#[derive(Clone, Debug)]
pub struct LinesRequest<'a> {
    pub definition: &'a Definition,
    pub bounds: Bounds,
    pub as_of: NaiveDate,
    pub suppliers: Option<&'a [i64]>,
    pub category: Option<&'a str>,
    pub site: Option<&'a str>,
    /// Only lines of this standing; `None` for all.
    pub only: Option<Standing>,
    pub sort: Sort,
    pub descending: bool,
    pub offset: usize,
    pub limit: usize,
}

/// Where a line stands in the accountable figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// It counts, for the supplier. Of defects: an inspection without any. Of prices: not above the baseline.
    Met,
    /// It counts, against the supplier.
    Missed,
    /// It does not count; [`Line::reason`] says why.
    Excluded,
}

/// What to sort by. Lines that do not know it come last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// The day that decides the period.
    Day,
    /// Days late; for inspections the defects, for invoice lines the variance.
    Deviation,
    /// Value, received quantity or amount.
    Size,
    /// Number of the order, lot or invoice.
    Number,
}

/// The lines behind a figure: how many of each standing, and the page asked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lines {
    pub met: u64,
    pub missed: u64,
    pub excluded: u64,
    /// Those the filter lets through; the page is a part of them.
    pub total: u64,
    pub lines: Vec<Line>,
}

/// One line and how it was judged.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    pub fact: LineFact,
    pub standing: Standing,
    /// Why it was missed or excluded.
    pub reason: Option<Reason>,
    /// The day that decides its period: for order lines the day the delivery is held against.
    pub day: Option<NaiveDate>,
    /// Order lines: the day they became complete.
    pub completed_on: Option<NaiveDate>,
    /// Order lines: days from `day` to completion, or for an open line up to the day of asking.
    pub days_late: Option<i32>,
    /// Order lines: what arrived inside the window, at most what was ordered.
    pub quantity_in_milli: Option<i64>,
    /// Invoice lines: price variance and baseline value, in the line's currency.
    pub variance_minor: Option<i64>,
    pub baseline_minor: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LineFact {
    OrderLine(Box<OrderLine>),
    Inspection(Box<Inspection>),
    InvoiceLine(Box<InvoiceLine>),
}

/// Why a line was missed or does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// Nothing, or not enough, has arrived.
    Open,
    Late,
    Early,
    /// Complete in time, but too little of it inside the window: a part came before.
    Short,
    /// More than ordered.
    TooMuch,
    /// The rules leave it out.
    LeftOut(Exclusion),
    /// The buyer or somebody the buyer chose delayed it.
    NotAccountable,
    /// It names no order or invoice that it could count for.
    NoNumber,
    /// The inspection has no result, or no count of defects.
    NoResult,
    /// The lot was not inspected.
    Skipped,
    /// The lot was not accepted the first time.
    NotAccepted,
    /// Units were defective.
    Defective,
    /// The defects are not known to be the supplier's.
    NotConfirmed,
    /// No price, quantity or baseline to compare.
    NoBaseline,
    /// Dearer than the baseline.
    Dearer,
    /// Nobody has matched the invoice.
    NoMatch,
    /// The invoice did not match the first time.
    Mismatch,
}

impl Analytics {
    /// The lines behind a figure. For PPM these are the inspections; for wholes (orders, invoices) the lines they are
    /// made of.
    pub async fn lines(&self, request: &LinesRequest<'_>) -> Result<Lines> {
        let as_of = request.as_of.to_epoch_days();
        // The first recipe of a measure is the one people look at: defects rather than everything received.
        let recipe = Recipe::of(request.definition, as_of)?.remove(0);
        let judged = self.judged(request, &recipe).await?;
        let mut found = Lines::default();
        let counts = Standing::ALL
            .iter()
            .map(|standing| Ok(count_where(is(*standing))?.alias(standing.code())))
            .collect::<Result<Vec<_>>>()?;
        for batch in judged
            .clone()
            .aggregate(Vec::new(), counts)?
            .collect()
            .await?
        {
            let rows = Rows { batch: &batch };
            let count = |standing: Standing| rows.int(standing.code()).read(0).unsigned_abs();
            found.met = count(Standing::Met);
            found.missed = count(Standing::Missed);
            found.excluded = count(Standing::Excluded);
        }
        found.total = match request.only {
            None => found.met + found.missed + found.excluded,
            Some(Standing::Met) => found.met,
            Some(Standing::Missed) => found.missed,
            Some(Standing::Excluded) => found.excluded,
        };
        if request.limit > 0 && found.total > request.offset as u64 {
            let page = match request.only {
                Some(standing) => judged.filter(is(standing))?,
                None => judged,
            };
            let key = sort_key(request.sort, &recipe);
            let page = page
                .sort(vec![
                    key.sort(!request.descending, false),
                    col("id").sort(true, false),
                ])?
                .limit(request.offset, Some(request.limit))?;
            for batch in page.collect().await? {
                let read = |at| read(request.definition, &recipe, &batch, at);
                found.lines.extend((0..batch.num_rows()).map(read));
            }
        }
        Ok(found)
    }

    /// Every row of the period with its day, its judgement and its standing.
    async fn judged(&self, request: &LinesRequest<'_>, recipe: &Recipe<'_>) -> Result<DataFrame> {
        let mut table = rows(self, recipe.source, request.suppliers)
            .await?
            .filter(recipe.possible(request.bounds))?;
        for (column, wanted) in [("category", request.category), ("site", request.site)] {
            if let Some(wanted) = wanted {
                table = table.filter(col(column).eq(lit(wanted)))?;
            }
        }
        let judgement = recipe.judgement.clone().unwrap_or_else(|| lit(false));
        let table = table
            .with_column("day", recipe.day())?
            .filter(recipe.inside(&col("day"), request.bounds))?
            .with_column("judged", judgement)?;
        let standing = recipe.standing(&col("judged"));
        let standing_of = when(
            standing.counts.clone().and(standing.met),
            lit(Standing::Met as i8),
        )
        .when(standing.counts, lit(Standing::Missed as i8))
        .otherwise(lit(Standing::Excluded as i8))?;
        let raw = when(standing.counts_raw, lit(true)).otherwise(lit(false))?;
        Ok(table
            .with_column("standing", standing_of)?
            .with_column("counts_raw", raw)?)
    }
}

impl Standing {
    const ALL: [Self; 3] = [Self::Met, Self::Missed, Self::Excluded];

    /// From the number the question gave it.
    fn of(number: Option<i8>) -> Self {
        let known = Self::ALL
            .into_iter()
            .find(|standing| Some(*standing as i8) == number);
        known.unwrap_or(Self::Excluded)
    }

    const fn code(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::Missed => "missed",
            Self::Excluded => "excluded",
        }
    }
}

fn is(standing: Standing) -> Expr {
    col("standing").eq(lit(standing as i8))
}

fn sort_key(sort: Sort, recipe: &Recipe<'_>) -> Expr {
    let field = |name: &str| col("judged").field(name);
    let deviation = match (recipe.source, recipe.by_currency) {
        (Source::OrderLines, _) => field(recipe.deviation()),
        (Source::InvoiceLines, true) => field("variance_minor"),
        (Source::InvoiceLines, false) => col("amount_minor"),
        _ => col("defective_milli"),
    };
    let (size, number) = match recipe.source {
        Source::InvoiceLines => ("amount_minor", "invoice_number"),
        Source::Inspections => ("received_milli", "lot"),
        _ => ("value_minor", "order_number"),
    };
    match sort {
        Sort::Day => col("day"),
        Sort::Deviation => deviation,
        Sort::Size => col(size),
        Sort::Number => col(number),
    }
}

fn read(definition: &Definition, recipe: &Recipe<'_>, batch: &RecordBatch, at: usize) -> Line {
    let row = Row { batch, at };
    let judged = batch
        .column_by_name("judged")
        .and_then(|column| column.as_struct_opt());
    let judged = judged.map(RecordBatch::from);
    let judged = Judged {
        row: judged.as_ref().map(|batch| Row { batch, at }),
    };
    let standing = Standing::of(row.maybe_code("standing"));
    let fact = match recipe.source {
        Source::Inspections => LineFact::Inspection(Box::new(Inspection::read(&row))),
        Source::InvoiceLines => LineFact::InvoiceLine(Box::new(InvoiceLine::read(&row))),
        _ => LineFact::OrderLine(Box::new(OrderLine::read(&row))),
    };
    let day = row.maybe_day("day");
    let is_line = recipe.source == Source::OrderLines;
    let lead_days = judged.int("error").map(|days| days as i32);
    let mut line = Line {
        reason: None,
        completed_on: match lead_days {
            Some(days) => {
                day.and_then(|day| day.checked_add_signed(TimeDelta::days(i64::from(days))))
            }
            None => judged.day("completed_on"),
        },
        days_late: lead_days
            .or_else(|| judged.int("censored").map(|days| days as i32))
            .or_else(|| judged.small("days_late")),
        quantity_in_milli: judged
            .int("quantity_in")
            .filter(|_| is_line && judged.exclusion().is_none()),
        variance_minor: judged.int("variance_minor"),
        baseline_minor: judged.int("baseline_minor"),
        fact,
        standing,
        day,
    };
    let counts_raw = batch
        .column_by_name("counts_raw")
        .is_some_and(|column| column.as_boolean().value(at));
    line.reason = match standing {
        Standing::Met => None,
        Standing::Missed => Some(missed(definition, &line)),
        Standing::Excluded => Some(excluded(definition.measure, &line, &judged, counts_raw)),
    };
    line
}

/// The judgement of a row, as far as there is one.
struct Judged<'a> {
    row: Option<Row<'a>>,
}

impl Judged<'_> {
    fn known(&self, name: &str) -> Option<&Row<'_>> {
        self.row
            .as_ref()
            .filter(|row| row.batch.column_by_name(name).is_some())
    }

    fn int(&self, name: &str) -> Option<i64> {
        self.known(name)?.maybe_int(name)
    }

    fn small(&self, name: &str) -> Option<i32> {
        self.known(name)?.maybe_small(name)
    }

    fn day(&self, name: &str) -> Option<NaiveDate> {
        self.known(name)?.maybe_day(name)
    }

    fn exclusion(&self) -> Option<Exclusion> {
        exclusion_of(self.known("exclusion")?.maybe_code("exclusion")?)
    }
}

/// Why a line that counts speaks against the supplier.
fn missed(definition: &Definition, line: &Line) -> Reason {
    match definition.measure {
        Measure::Ppm => Reason::Defective,
        Measure::LotAcceptance => Reason::NotAccepted,
        Measure::Ppv => Reason::Dearer,
        Measure::InvoiceAccuracy => Reason::Mismatch,
        Measure::LeadTimeBias | Measure::LeadTimeWithin => {
            if line.days_late.is_some_and(|days| days < 0) {
                Reason::Early
            } else {
                Reason::Late
            }
        }
        Measure::OnTimeDelivery
        | Measure::OtifLine
        | Measure::OtifQuantity
        | Measure::OtifOrder => {
            delivery_missed(&definition.delivery.clone().unwrap_or_default(), line)
        }
    }
}

fn delivery_missed(rules: &DeliveryRules, line: &Line) -> Reason {
    let LineFact::OrderLine(order) = &line.fact else {
        return Reason::Open;
    };
    let days = i64::from(line.days_late.unwrap_or_default());
    if line.completed_on.is_none() {
        Reason::Open
    } else if days > i64::from(rules.late_days) {
        Reason::Late
    } else if rules
        .early_days
        .is_some_and(|early| days < -i64::from(early))
    {
        Reason::Early
    } else if is_short(rules, order, line.quantity_in_milli.unwrap_or_default()) {
        Reason::Short
    } else {
        Reason::TooMuch
    }
}

fn is_short(rules: &DeliveryRules, order: &OrderLine, quantity_in: i64) -> bool {
    let enough = 1_000_000 - i128::from(rules.under_tolerance.millionths);
    i128::from(quantity_in) * 1_000_000 < i128::from(order.quantity_milli) * enough
}

/// Why a line is not in the accountable figure.
fn excluded(measure: Measure, line: &Line, judged: &Judged<'_>, counts_raw: bool) -> Reason {
    match &line.fact {
        LineFact::OrderLine(order) => match judged.exclusion() {
            Some(exclusion) => Reason::LeftOut(exclusion),
            None if counts_raw => Reason::NotAccountable,
            None if measure == Measure::OtifOrder && order.order_number.is_none() => {
                Reason::NoNumber
            }
            None => Reason::Open,
        },
        LineFact::Inspection(inspection) if measure == Measure::Ppm => {
            match inspection.defective_milli {
                Some(_) => Reason::NotConfirmed,
                None => Reason::NoResult,
            }
        }
        LineFact::Inspection(inspection) => match inspection.result {
            Some(_) => Reason::Skipped,
            None => Reason::NoResult,
        },
        LineFact::InvoiceLine(_) if measure == Measure::Ppv => Reason::NoBaseline,
        LineFact::InvoiceLine(invoice) if invoice.invoice_number.is_none() => Reason::NoNumber,
        LineFact::InvoiceLine(_) => Reason::NoMatch,
    }
}

impl Reason {
    /// A short sentence for people.
    pub const fn explain(self) -> &'static str {
        match self {
            Self::Open => "It has not arrived, or not enough of it.",
            Self::Late => "It was complete too late.",
            Self::Early => "It was complete too early.",
            Self::Short => "Too little of it arrived inside the window.",
            Self::TooMuch => "More arrived than was ordered.",
            Self::LeftOut(exclusion) => exclusion.explain(),
            Self::NotAccountable => "The buyer, or a carrier the buyer chose, delayed it.",
            Self::NoNumber => "It names no order or invoice to count for.",
            Self::NoResult => "The inspection has no result.",
            Self::Skipped => "The lot was not inspected.",
            Self::NotAccepted => "The lot was not accepted the first time.",
            Self::Defective => "Units were defective.",
            Self::NotConfirmed => "The defects are not confirmed as the supplier's.",
            Self::NoBaseline => "Price, quantity or baseline is missing.",
            Self::Dearer => "The price was above the baseline.",
            Self::NoMatch => "The invoice has no match result.",
            Self::Mismatch => "The invoice did not match the first time.",
        }
    }

    /// A code for exports.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Late => "late",
            Self::Early => "early",
            Self::Short => "short",
            Self::TooMuch => "too_much",
            Self::LeftOut(exclusion) => exclusion.code(),
            Self::NotAccountable => "not_accountable",
            Self::NoNumber => "no_number",
            Self::NoResult => "no_result",
            Self::Skipped => "skipped",
            Self::NotAccepted => "not_accepted",
            Self::Defective => "defective",
            Self::NotConfirmed => "not_confirmed",
            Self::NoBaseline => "no_baseline",
            Self::Dearer => "dearer",
            Self::NoMatch => "no_match",
            Self::Mismatch => "mismatch",
        }
    }
}
