//! The facts as the domain hands them over, one struct per kind, and the columns they become.
//!
//! An order line carries its receipts: its Parquet row holds them as list columns, so that judging a delivery needs one
//! scan and no join. Merged suppliers are resolved by the caller; a fact has one supplier.

pub(crate) mod columns;

use std::sync::{Arc, LazyLock};

use arrow::datatypes::SchemaRef;
use chrono::NaiveDate;

use columns::{Columns, schema_of};

/// A kind of fact; each has its own set of months.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    OrderLines,
    /// Receipts whose order line is not known (yet); the others are kept with their line.
    Receipts,
    Inspections,
    InvoiceLines,
}

impl Kind {
    pub const ALL: [Self; 4] = [
        Self::OrderLines,
        Self::Receipts,
        Self::Inspections,
        Self::InvoiceLines,
    ];

    /// The name used for folders, tables and the projection's worklist.
    pub const fn code(self) -> &'static str {
        match self {
            Self::OrderLines => "order_lines",
            Self::Receipts => "receipts",
            Self::Inspections => "inspections",
            Self::InvoiceLines => "invoice_lines",
        }
    }

    /// Reads a name.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    pub(crate) fn schema(self) -> SchemaRef {
        static SCHEMAS: LazyLock<[SchemaRef; 4]> = LazyLock::new(|| {
            [
                schema_of::<OrderLine>(),
                schema_of::<Receipt>(),
                schema_of::<Inspection>(),
                schema_of::<InvoiceLine>(),
            ]
        });
        Arc::clone(&SCHEMAS[self as usize])
    }
}

/// One line of a purchase order, with everything received for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OrderLine {
    pub id: i64,
    pub supplier: i64,
    pub source: i64,
    /// The line's own key in its source system.
    pub key: String,
    pub order_number: Option<String>,
    pub line_number: Option<String>,
    pub item: Option<String>,
    pub description: Option<String>,
    pub category: Option<String>,
    pub site: Option<String>,
    pub unit: Option<String>,
    /// Ordered, in thousandths of the unit.
    pub quantity_milli: i64,
    pub price_micros: Option<i64>,
    pub value_minor: Option<i64>,
    pub currency: Option<String>,
    pub ordered_on: Option<NaiveDate>,
    pub requested_on: Option<NaiveDate>,
    pub confirmed_first_on: Option<NaiveDate>,
    pub confirmed_last_on: Option<NaiveDate>,
    pub cancelled_on: Option<NaiveDate>,
    pub promised_lead_days: Option<i32>,
    /// A code of `methods::kpi::DelayCause`.
    pub delay_cause: Option<String>,
    /// In any order; the columns keep them by day.
    pub receipts: Vec<LineReceipt>,
}

/// What arrived for an order line on one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineReceipt {
    pub id: i64,
    pub received_on: NaiveDate,
    pub good_milli: i64,
    pub rejected_milli: i64,
}

/// A receipt whose order line is not known. It counts as received, and in no delivery figure.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Receipt {
    pub id: i64,
    pub supplier: i64,
    pub source: i64,
    pub key: String,
    /// The key of the order line it names.
    pub line_key: String,
    pub site: Option<String>,
    pub received_on: NaiveDate,
    pub good_milli: i64,
    pub rejected_milli: i64,
}

/// The inspection of one lot.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inspection {
    pub id: i64,
    pub supplier: i64,
    pub source: i64,
    pub key: String,
    pub line_key: Option<String>,
    pub lot: Option<String>,
    pub category: Option<String>,
    pub site: Option<String>,
    pub inspected_on: Option<NaiveDate>,
    /// When the lot was received: defects are charged to this day's period.
    pub received_on: Option<NaiveDate>,
    pub received_milli: Option<i64>,
    pub inspected_milli: Option<i64>,
    pub defective_milli: Option<i64>,
    /// A code of `methods::kpi::LotResult`.
    pub result: Option<String>,
    /// Who caused the defects: `supplier` (or `confirmed`), `pending` or nothing while it is not decided, `disputed`;
    /// anything else is not the supplier's.
    pub cause: Option<String>,
}

/// One line of an invoice or, with a negative amount, of a credit note.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InvoiceLine {
    pub id: i64,
    pub supplier: i64,
    pub source: i64,
    pub key: String,
    pub invoice_number: Option<String>,
    pub line_number: Option<String>,
    /// The key of the order line it charges, in the same source.
    pub line_key: Option<String>,
    pub category: Option<String>,
    pub cost_centre: Option<String>,
    pub description: Option<String>,
    pub quantity_milli: Option<i64>,
    pub price_micros: Option<i64>,
    pub amount_minor: i64,
    pub tax_minor: Option<i64>,
    pub currency: String,
    pub invoiced_on: Option<NaiveDate>,
    pub posted_on: Option<NaiveDate>,
    pub due_on: Option<NaiveDate>,
    pub paid_on: Option<NaiveDate>,
    /// `matched` when it passed the three-way match the first time; any other code names what did not match.
    pub match_result: Option<String>,
    pub baseline_micros: Option<i64>,
    /// A code of `methods::kpi::Baseline`.
    pub baseline_kind: Option<String>,
    pub fx_standard_micros: Option<i64>,
    pub fx_actual_micros: Option<i64>,
}

/// A row of some kind.
pub trait Fact: Columns {
    const KIND: Kind;
}

impl Fact for OrderLine {
    const KIND: Kind = Kind::OrderLines;
}

impl Fact for Receipt {
    const KIND: Kind = Kind::Receipts;
}

impl Fact for Inspection {
    const KIND: Kind = Kind::Inspections;
}

impl Fact for InvoiceLine {
    const KIND: Kind = Kind::InvoiceLines;
}
