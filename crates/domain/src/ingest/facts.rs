//! A mapped row as the fact its table stores.

use chrono::NaiveDate;

use super::rows::{InspectionRow, InvoiceLineRow, OrderLineRow, Provenance, ReceiptRow};
use crate::{
    SupplierId, day_of, month_of_day,
    operations::{Cell, Fact},
};

/// The line itself; its receipt is a fact of its own.
pub(super) fn order_line(row: OrderLineRow, supplier: SupplierId) -> Fact {
    let dates = [
        row.confirmed_first_on,
        row.requested_on,
        row.confirmed_last_on,
        row.ordered_on,
    ];
    let received = row.receipt.as_ref().map(|receipt| receipt.received_on);
    let currency = row.currency().map(|currency| currency.code().to_owned());
    fact(
        row.provenance,
        Some(supplier),
        dates.into_iter().flatten().next().or(received),
        vec![
            text(row.order_number),
            text(row.line_number),
            text(row.item),
            text(row.description),
            text(row.category),
            text(row.site),
            number(Some(row.quantity.milli)),
            text(row.unit),
            number(row.unit_price.map(|price| price.micros)),
            number(row.value.map(|value| value.minor)),
            text(currency),
            day(row.ordered_on),
            day(row.requested_on),
            day(row.confirmed_first_on),
            day(row.confirmed_last_on),
            number(row.promised_lead_days.map(i64::from)),
            day(row.cancelled_on),
            text(row.delay_cause),
        ],
    )
}

pub(super) fn receipt(row: ReceiptRow, supplier: Option<SupplierId>) -> Fact {
    fact(
        row.provenance,
        supplier,
        Some(row.received_on),
        vec![
            text(Some(row.line_key)),
            day(Some(row.received_on)),
            number(Some(row.good.milli)),
            number(Some(row.rejected.milli)),
            text(row.site),
        ],
    )
}

pub(super) fn inspection(row: InspectionRow, supplier: SupplierId) -> Fact {
    fact(
        row.provenance,
        Some(supplier),
        row.received_on.or(row.inspected_on),
        vec![
            text(row.line_key),
            text(row.lot),
            text(row.category),
            text(row.site),
            day(row.inspected_on),
            day(row.received_on),
            number(row.received.map(|quantity| quantity.milli)),
            number(row.inspected.map(|quantity| quantity.milli)),
            number(row.defective.map(|quantity| quantity.milli)),
            text(row.result),
            text(row.cause),
        ],
    )
}

pub(super) fn invoice_line(row: InvoiceLineRow, supplier: SupplierId) -> Fact {
    fact(
        row.provenance,
        Some(supplier),
        row.posted_on.or(row.invoiced_on).or(row.paid_on),
        vec![
            text(row.invoice_number),
            text(row.line_number),
            text(row.line_key),
            text(row.category),
            text(row.cost_centre),
            text(row.description),
            number(row.quantity.map(|quantity| quantity.milli)),
            number(row.unit_price.map(|price| price.micros)),
            number(row.amount.map(|amount| amount.minor)),
            number(row.tax.map(|tax| tax.minor)),
            text(Some(row.currency.code().to_owned())),
            day(row.invoiced_on),
            day(row.posted_on),
            day(row.due_on),
            day(row.paid_on),
            text(row.match_result),
            number(row.baseline_price.map(|price| price.micros)),
            text(row.baseline_kind),
            number(row.fx_standard_micros),
            number(row.fx_actual_micros),
        ],
    )
}

fn fact(
    provenance: Provenance,
    supplier: Option<SupplierId>,
    on: Option<NaiveDate>,
    cells: Vec<Cell>,
) -> Fact {
    let missing: Vec<String> = provenance
        .missing
        .iter()
        .map(|(field, reason)| format!("{field}={}", reason.code()))
        .collect();
    Fact {
        key: provenance.key,
        supplier,
        month: on.map_or(0, |on| month_of_day(day_of(on))),
        digest: hex(&provenance.digest),
        row_number: provenance.row_number as i64,
        missing: (!missing.is_empty()).then(|| missing.join(";")),
        cells,
    }
}

/// Sixteen bytes as thirty-two characters, without an allocation each.
pub(super) fn hex(bytes: &[u8; 16]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(32);
    for byte in bytes {
        text.push(DIGITS[usize::from(byte >> 4)] as char);
        text.push(DIGITS[usize::from(byte & 15)] as char);
    }
    text
}

fn text(value: Option<String>) -> Cell {
    Cell::Text(value)
}

fn number(value: Option<i64>) -> Cell {
    Cell::Number(value)
}

fn day(value: Option<NaiveDate>) -> Cell {
    Cell::Number(value.map(|day| i64::from(day_of(day))))
}
