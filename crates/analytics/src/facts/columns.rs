//! Rows to columns and back. Nobody outside of this crate needs to know what a column is.

use std::sync::Arc;

use arrow::{
    array::{
        Array, ArrayRef, AsArray, Int32Array, Int32Builder, Int64Array, Int64Builder, ListBuilder,
        RecordBatch, StringViewArray,
    },
    datatypes::{DataType, Field, Int8Type, Int32Type, Int64Type, Schema, SchemaRef},
};
use chrono::NaiveDate;

use super::{Fact, Inspection, InvoiceLine, LineReceipt, OrderLine, Receipt};

type Column = (Field, ArrayRef);

pub trait Columns: Sized + Send + Sync + 'static {
    #[doc(hidden)]
    fn columns(rows: &[Self]) -> Vec<Column>;

    #[doc(hidden)]
    fn read(row: &Row<'_>) -> Self;
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
                rows.iter()
                    .map(|row| row.promised_lead_days)
                    .collect::<Int32Array>(),
            ),
            maybe_text("delay_cause", rows, |row| row.delay_cause.as_ref()),
        ];
        columns.extend(receipts(rows));
        columns
    }

    fn read(row: &Row<'_>) -> Self {
        Self {
            id: row.int("id"),
            supplier: row.int("supplier"),
            source: row.int("source"),
            key: row.text("key"),
            order_number: row.maybe_text("order_number"),
            line_number: row.maybe_text("line_number"),
            item: row.maybe_text("item"),
            description: row.maybe_text("description"),
            category: row.maybe_text("category"),
            site: row.maybe_text("site"),
            unit: row.maybe_text("unit"),
            quantity_milli: row.int("quantity_milli"),
            price_micros: row.maybe_int("price_micros"),
            value_minor: row.maybe_int("value_minor"),
            currency: row.maybe_text("currency"),
            ordered_on: row.maybe_day("ordered_on"),
            requested_on: row.maybe_day("requested_on"),
            confirmed_first_on: row.maybe_day("confirmed_first_on"),
            confirmed_last_on: row.maybe_day("confirmed_last_on"),
            cancelled_on: row.maybe_day("cancelled_on"),
            promised_lead_days: row.maybe_small("promised_lead_days"),
            delay_cause: row.maybe_text("delay_cause"),
            receipts: row.receipts(),
        }
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
            days.values()
                .append_value(receipt.received_on.to_epoch_days());
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

    fn read(row: &Row<'_>) -> Self {
        Self {
            id: row.int("id"),
            supplier: row.int("supplier"),
            source: row.int("source"),
            key: row.text("key"),
            line_key: row.text("line_key"),
            site: row.maybe_text("site"),
            received_on: row.day("received_on"),
            good_milli: row.int("good_milli"),
            rejected_milli: row.int("rejected_milli"),
        }
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

    fn read(row: &Row<'_>) -> Self {
        Self {
            id: row.int("id"),
            supplier: row.int("supplier"),
            source: row.int("source"),
            key: row.text("key"),
            line_key: row.maybe_text("line_key"),
            lot: row.maybe_text("lot"),
            category: row.maybe_text("category"),
            site: row.maybe_text("site"),
            inspected_on: row.maybe_day("inspected_on"),
            received_on: row.maybe_day("received_on"),
            received_milli: row.maybe_int("received_milli"),
            inspected_milli: row.maybe_int("inspected_milli"),
            defective_milli: row.maybe_int("defective_milli"),
            result: row.maybe_text("result"),
            cause: row.maybe_text("cause"),
        }
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

    fn read(row: &Row<'_>) -> Self {
        Self {
            id: row.int("id"),
            supplier: row.int("supplier"),
            source: row.int("source"),
            key: row.text("key"),
            invoice_number: row.maybe_text("invoice_number"),
            line_number: row.maybe_text("line_number"),
            line_key: row.maybe_text("line_key"),
            category: row.maybe_text("category"),
            cost_centre: row.maybe_text("cost_centre"),
            description: row.maybe_text("description"),
            quantity_milli: row.maybe_int("quantity_milli"),
            price_micros: row.maybe_int("price_micros"),
            amount_minor: row.int("amount_minor"),
            tax_minor: row.maybe_int("tax_minor"),
            currency: row.text("currency"),
            invoiced_on: row.maybe_day("invoiced_on"),
            posted_on: row.maybe_day("posted_on"),
            due_on: row.maybe_day("due_on"),
            paid_on: row.maybe_day("paid_on"),
            match_result: row.maybe_text("match_result"),
            baseline_micros: row.maybe_int("baseline_micros"),
            baseline_kind: row.maybe_text("baseline_kind"),
            fx_standard_micros: row.maybe_int("fx_standard_micros"),
            fx_actual_micros: row.maybe_int("fx_actual_micros"),
        }
    }
}

/// One row of a batch, read back.
pub struct Row<'a> {
    pub(crate) batch: &'a RecordBatch,
    pub(crate) at: usize,
}

impl Row<'_> {
    fn column(&self, name: &str) -> &dyn Array {
        self.batch
            .column_by_name(name)
            .expect("a row is read from the columns of its kind")
    }

    pub(crate) fn maybe_int(&self, name: &str) -> Option<i64> {
        let column = self.column(name).as_primitive::<Int64Type>();
        (!column.is_null(self.at)).then(|| column.value(self.at))
    }

    pub(crate) fn maybe_small(&self, name: &str) -> Option<i32> {
        let column = self.column(name).as_primitive::<Int32Type>();
        (!column.is_null(self.at)).then(|| column.value(self.at))
    }

    pub(crate) fn maybe_code(&self, name: &str) -> Option<i8> {
        let column = self.column(name).as_primitive::<Int8Type>();
        (!column.is_null(self.at)).then(|| column.value(self.at))
    }

    pub(crate) fn maybe_day(&self, name: &str) -> Option<NaiveDate> {
        self.maybe_small(name).and_then(NaiveDate::from_epoch_days)
    }

    pub(crate) fn maybe_text(&self, name: &str) -> Option<String> {
        let column = self.column(name).as_string_view();
        (!column.is_null(self.at)).then(|| column.value(self.at).to_owned())
    }

    fn int(&self, name: &str) -> i64 {
        self.maybe_int(name).unwrap_or_default()
    }

    fn day(&self, name: &str) -> NaiveDate {
        self.maybe_day(name).unwrap_or_default()
    }

    fn text(&self, name: &str) -> String {
        self.maybe_text(name).unwrap_or_default()
    }

    fn receipts(&self) -> Vec<LineReceipt> {
        let list = |name| self.column(name).as_list::<i32>().value(self.at);
        let [ids, good, rejected] = ["receipt_ids", "receipt_good", "receipt_rejected"].map(list);
        let days = list("receipt_days");
        let days = days.as_primitive::<Int32Type>().values();
        let [ids, good, rejected] =
            [&ids, &good, &rejected].map(|list| list.as_primitive::<Int64Type>().values());
        (0..days.len())
            .map(|at| LineReceipt {
                id: ids[at],
                received_on: NaiveDate::from_epoch_days(days[at]).unwrap_or_default(),
                good_milli: good[at],
                rejected_milli: rejected[at],
            })
            .collect()
    }
}

fn column(name: &str, nullable: bool, array: impl Array + 'static) -> Column {
    (
        Field::new(name, array.data_type().clone(), nullable),
        Arc::new(array),
    )
}

fn int<R>(name: &str, rows: &[R], value: impl Fn(&R) -> i64) -> Column {
    column(
        name,
        false,
        Int64Array::from_iter_values(rows.iter().map(value)),
    )
}

fn maybe_int<R>(name: &str, rows: &[R], value: impl Fn(&R) -> Option<i64>) -> Column {
    column(name, true, rows.iter().map(value).collect::<Int64Array>())
}

fn day<R>(name: &str, rows: &[R], value: impl Fn(&R) -> NaiveDate) -> Column {
    let days = rows.iter().map(|row| value(row).to_epoch_days());
    column(name, false, Int32Array::from_iter_values(days))
}

fn maybe_day<R>(name: &str, rows: &[R], value: impl Fn(&R) -> Option<NaiveDate>) -> Column {
    let days = rows
        .iter()
        .map(|row| value(row).map(|day| day.to_epoch_days()));
    column(name, true, days.collect::<Int32Array>())
}

fn text<R>(name: &str, rows: &[R], value: impl Fn(&R) -> &String) -> Column {
    column(
        name,
        false,
        StringViewArray::from_iter_values(rows.iter().map(value)),
    )
}

fn maybe_text<R>(name: &str, rows: &[R], value: impl Fn(&R) -> Option<&String>) -> Column {
    column(
        name,
        true,
        rows.iter().map(value).collect::<StringViewArray>(),
    )
}

pub(crate) fn schema_of<F: Fact>() -> SchemaRef {
    let fields = F::columns(&[]).into_iter().map(|(field, _)| field);
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

pub(crate) fn batch_of<F: Fact>(rows: &[F]) -> RecordBatch {
    let columns = F::columns(rows).into_iter().map(|(_, column)| column);
    RecordBatch::try_new(F::KIND.schema(), columns.collect())
        .expect("schema and columns come from the same place")
}
