//! The facts as the domain hands them over, one struct per kind, and the columns they become.
//!
//! An order line carries its receipts: its Parquet row holds them as list columns, so that judging a delivery needs one
//! scan and no join. Merged suppliers are resolved by the caller; a fact has one supplier.

use std::sync::{Arc, LazyLock};

use arrow::{
    array::{Array, ArrayRef, Int32Array, Int64Array, Int64Builder, Int32Builder, ListBuilder, RecordBatch, StringViewArray},
    datatypes::{Field, Schema, SchemaRef, DataType},
};
use chrono::NaiveDate;

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
    /// A code of `methods::kpi::DefectStatus`.
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

use columns::Columns;

/// How rows become columns. Private, so that nobody outside needs to know what a column is.
pub(crate) mod columns {
    use super::*;

    pub type Column = (Field, ArrayRef);

    pub trait Columns: Sized + Send + Sync + 'static {
        #[doc(hidden)]
        fn columns(rows: &[Self]) -> Vec<Column>;
    }

    impl Columns for OrderLine {
        fn columns(rows: &[Self]) -> Vec<Column> {
            let mut columns = vec![
                int("id", rows, |row| row.id),
                int("supplier", rows, |row| row.supplier),
                int("source", rows, |row| row.source),
                text("key", rows, |row| &row.key),
                maybe_text("order_number", rows, |row| row.order_number.as_ref()),
                maybe_text("line_number", rows, |row| row.line_number.as_ref()),
                maybe_text("item", rows, |row| row.item.as_ref()),
                maybe_text("description", rows, |row| row.description.as_ref()),
                maybe_text("category", rows, |row| row.category.as_ref()),
                maybe_text("site", rows, |row| row.site.as_ref()),
                maybe_text("unit", rows, |row| row.unit.as_ref()),
                int("quantity_milli", rows, |row| row.quantity_milli),
                maybe_int("price_micros", rows, |row| row.price_micros),
                maybe_int("value_minor", rows, |row| row.value_minor),
                maybe_text("currency", rows, |row| row.currency.as_ref()),
                maybe_day("ordered_on", rows, |row| row.ordered_on),
                maybe_day("requested_on", rows, |row| row.requested_on),
                maybe_day("confirmed_first_on", rows, |row| row.confirmed_first_on),
                maybe_day("confirmed_last_on", rows, |row| row.confirmed_last_on),
                maybe_day("cancelled_on", rows, |row| row.cancelled_on),
                column(
                    "promised_lead_days",
                    true,
                    rows.iter().map(|row| row.promised_lead_days).collect::<Int32Array>(),
                ),
                maybe_text("delay_cause", rows, |row| row.delay_cause.as_ref()),
            ];
            columns.extend(receipts(rows));
            columns
        }
    }

    /// The receipts by day, then id, so that judging walks them once; and the first and last day as plain columns,
    /// whose statistics let a scan skip lines that received nothing in a period.
    fn receipts(rows: &[OrderLine]) -> [Column; 6] {
        let item = |data_type| Field::new_list_field(data_type, false);
        let mut ids = ListBuilder::new(Int64Builder::new()).with_field(item(DataType::Int64));
        let mut days = ListBuilder::new(Int32Builder::new()).with_field(item(DataType::Int32));
        let mut good = ListBuilder::new(Int64Builder::new()).with_field(item(DataType::Int64));
        let mut rejected = ListBuilder::new(Int64Builder::new()).with_field(item(DataType::Int64));
        let mut sorted = Vec::new();
        for row in rows {
            sorted.clone_from(&row.receipts);
            sorted.sort_by_key(|receipt| (receipt.received_on, receipt.id));
            for receipt in &sorted {
                ids.values().append_value(receipt.id);
                days.values().append_value(receipt.received_on.to_epoch_days());
                good.values().append_value(receipt.good_milli);
                rejected.values().append_value(receipt.rejected_milli);
            }
            ids.append(true);
            days.append(true);
            good.append(true);
            rejected.append(true);
        }
        fn received(row: &OrderLine) -> impl Iterator<Item = NaiveDate> {
            row.receipts.iter().map(|receipt| receipt.received_on)
        }
        [
            column("receipt_ids", false, ids.finish()),
            column("receipt_days", false, days.finish()),
            column("receipt_good", false, good.finish()),
            column("receipt_rejected", false, rejected.finish()),
            maybe_day("first_received_on", rows, |row| received(row).min()),
            maybe_day("last_received_on", rows, |row| received(row).max()),
        ]
    }

    impl Columns for Receipt {
        fn columns(rows: &[Self]) -> Vec<Column> {
            vec![
                int("id", rows, |row| row.id),
                int("supplier", rows, |row| row.supplier),
                int("source", rows, |row| row.source),
                text("key", rows, |row| &row.key),
                text("line_key", rows, |row| &row.line_key),
                maybe_text("site", rows, |row| row.site.as_ref()),
                day("received_on", rows, |row| row.received_on),
                int("good_milli", rows, |row| row.good_milli),
                int("rejected_milli", rows, |row| row.rejected_milli),
            ]
        }
    }

    impl Columns for Inspection {
        fn columns(rows: &[Self]) -> Vec<Column> {
            vec![
                int("id", rows, |row| row.id),
                int("supplier", rows, |row| row.supplier),
                int("source", rows, |row| row.source),
                text("key", rows, |row| &row.key),
                maybe_text("line_key", rows, |row| row.line_key.as_ref()),
                maybe_text("lot", rows, |row| row.lot.as_ref()),
                maybe_text("category", rows, |row| row.category.as_ref()),
                maybe_text("site", rows, |row| row.site.as_ref()),
                maybe_day("inspected_on", rows, |row| row.inspected_on),
                maybe_day("received_on", rows, |row| row.received_on),
                maybe_int("received_milli", rows, |row| row.received_milli),
                maybe_int("inspected_milli", rows, |row| row.inspected_milli),
                maybe_int("defective_milli", rows, |row| row.defective_milli),
                maybe_text("result", rows, |row| row.result.as_ref()),
                maybe_text("cause", rows, |row| row.cause.as_ref()),
            ]
        }
    }

    impl Columns for InvoiceLine {
        fn columns(rows: &[Self]) -> Vec<Column> {
            vec![
                int("id", rows, |row| row.id),
                int("supplier", rows, |row| row.supplier),
                int("source", rows, |row| row.source),
                text("key", rows, |row| &row.key),
                maybe_text("invoice_number", rows, |row| row.invoice_number.as_ref()),
                maybe_text("line_number", rows, |row| row.line_number.as_ref()),
                maybe_text("line_key", rows, |row| row.line_key.as_ref()),
                maybe_text("category", rows, |row| row.category.as_ref()),
                maybe_text("cost_centre", rows, |row| row.cost_centre.as_ref()),
                maybe_text("description", rows, |row| row.description.as_ref()),
                maybe_int("quantity_milli", rows, |row| row.quantity_milli),
                maybe_int("price_micros", rows, |row| row.price_micros),
                int("amount_minor", rows, |row| row.amount_minor),
                maybe_int("tax_minor", rows, |row| row.tax_minor),
                text("currency", rows, |row| &row.currency),
                maybe_day("invoiced_on", rows, |row| row.invoiced_on),
                maybe_day("posted_on", rows, |row| row.posted_on),
                maybe_day("due_on", rows, |row| row.due_on),
                maybe_day("paid_on", rows, |row| row.paid_on),
                maybe_text("match_result", rows, |row| row.match_result.as_ref()),
                maybe_int("baseline_micros", rows, |row| row.baseline_micros),
                maybe_text("baseline_kind", rows, |row| row.baseline_kind.as_ref()),
                maybe_int("fx_standard_micros", rows, |row| row.fx_standard_micros),
                maybe_int("fx_actual_micros", rows, |row| row.fx_actual_micros),
            ]
        }
    }

    fn column(name: &str, nullable: bool, array: impl Array + 'static) -> Column {
        (Field::new(name, array.data_type().clone(), nullable), Arc::new(array))
    }

    fn int<R>(name: &str, rows: &[R], value: impl Fn(&R) -> i64) -> Column {
        column(name, false, Int64Array::from_iter_values(rows.iter().map(value)))
    }

    fn maybe_int<R>(name: &str, rows: &[R], value: impl Fn(&R) -> Option<i64>) -> Column {
        column(name, true, rows.iter().map(value).collect::<Int64Array>())
    }

    fn day<R>(name: &str, rows: &[R], value: impl Fn(&R) -> NaiveDate) -> Column {
        let days = rows.iter().map(|row| value(row).to_epoch_days());
        column(name, false, Int32Array::from_iter_values(days))
    }

    fn maybe_day<R>(name: &str, rows: &[R], value: impl Fn(&R) -> Option<NaiveDate>) -> Column {
        let days = rows.iter().map(|row| value(row).map(|day| day.to_epoch_days()));
        column(name, true, days.collect::<Int32Array>())
    }

    fn text<R>(name: &str, rows: &[R], value: impl Fn(&R) -> &String) -> Column {
        column(name, false, StringViewArray::from_iter_values(rows.iter().map(value)))
    }

    fn maybe_text<R>(name: &str, rows: &[R], value: impl Fn(&R) -> Option<&String>) -> Column {
        column(name, true, rows.iter().map(value).collect::<StringViewArray>())
    }
}

fn schema_of<F: Fact>() -> SchemaRef {
    let fields = F::columns(&[]).into_iter().map(|(field, _)| field);
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

pub(crate) fn batch_of<F: Fact>(rows: &[F]) -> RecordBatch {
    let columns = F::columns(rows).into_iter().map(|(_, column)| column);
    RecordBatch::try_new(F::KIND.schema(), columns.collect())
        .expect("schema and columns come from the same place")
}
