//! The facts of a month, page by page, as the columns take them. Absorbed suppliers' facts come under their survivor.

use std::collections::HashMap;

use keelson_analytics::{Inspection, InvoiceLine, LineReceipt, OrderLine, Receipt};
use sea_orm::{DatabaseConnection, FromQueryResult, Statement, Value};

use crate::{Result, date_of_day};

/// Rows read from SQL and handed on at a time.
const CHUNK: i64 = 10_000;

async fn chunk<T: FromQueryResult>(
    db: &DatabaseConnection,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<Vec<T>> {
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    Ok(T::find_by_statement(statement).all(db).await?)
}

/// A row of a table of facts.
trait Stored: FromQueryResult {
    fn id(&self) -> i64;
}

/// The next rows of a month behind an id, and the last of their ids; nothing when there are no more. `sql` takes the month,
/// the id and how many.
async fn page<T: Stored>(
    db: &DatabaseConnection,
    sql: &str,
    month: i32,
    after: i64,
) -> Result<Option<(Vec<T>, i64)>> {
    let rows: Vec<T> = chunk(db, sql, [month.into(), after.into(), CHUNK.into()]).await?;
    Ok(rows.last().map(Stored::id).map(|last| (rows, last)))
}

macro_rules! stored {
    ($($row:ident),+) => {$(
        impl Stored for $row {
            fn id(&self) -> i64 {
                self.id
            }
        }
    )+};
}

stored!(OrderLineRow, ReceiptRow, InspectionRow, InvoiceLineRow);

#[derive(FromQueryResult)]
struct OrderLineRow {
    id: i64,
    source_id: i64,
    source_key: String,
    supplier_id: i64,
    order_number: Option<String>,
    line_number: Option<String>,
    item: Option<String>,
    description: Option<String>,
    category: Option<String>,
    site: Option<String>,
    quantity_milli: i64,
    unit: Option<String>,
    price_micros: Option<i64>,
    value_minor: Option<i64>,
    currency: Option<String>,
    ordered_on: Option<i32>,
    requested_on: Option<i32>,
    confirmed_first_on: Option<i32>,
    confirmed_last_on: Option<i32>,
    promised_lead_days: Option<i32>,
    cancelled_on: Option<i32>,
    delay_cause: Option<String>,
}

#[derive(FromQueryResult)]
struct LineReceiptRow {
    line_id: i64,
    id: i64,
    received_on: i32,
    good_milli: i64,
    rejected_milli: i64,
}

pub(super) async fn order_lines(
    db: &DatabaseConnection,
    month: i32,
    after: i64,
    merged: &HashMap<i64, i64>,
) -> Result<Option<(Vec<OrderLine>, i64)>> {
    let page = page::<OrderLineRow>(
        db,
        "SELECT * FROM order_lines WHERE month = $1 AND id > $2 AND superseded_by IS NULL ORDER BY id LIMIT $3",
        month,
        after,
    );
    let Some((rows, last)) = page.await? else {
        return Ok(None);
    };
    let receipts: Vec<LineReceiptRow> = chunk(
        db,
        "SELECT line.id AS line_id, receipt.id, receipt.received_on, receipt.good_milli, receipt.rejected_milli \
         FROM order_lines line JOIN receipts receipt \
         ON receipt.source_id = line.source_id AND receipt.line_key = line.source_key \
         WHERE line.month = $1 AND line.id > $2 AND line.id <= $3 \
         AND line.superseded_by IS NULL AND receipt.superseded_by IS NULL",
        [month.into(), after.into(), last.into()],
    )
    .await?;
    let mut by_line: HashMap<i64, Vec<LineReceipt>> = HashMap::new();
    for row in receipts {
        by_line.entry(row.line_id).or_default().push(LineReceipt {
            id: row.id,
            received_on: date_of_day(row.received_on),
            good_milli: row.good_milli,
            rejected_milli: row.rejected_milli,
        });
    }
    let facts = rows
        .into_iter()
        .map(|row| OrderLine {
            id: row.id,
            supplier: canonical(merged, row.supplier_id),
            source: row.source_id,
            key: row.source_key,
            order_number: row.order_number,
            line_number: row.line_number,
            item: row.item,
            description: row.description,
            category: row.category,
            site: row.site,
            unit: row.unit,
            quantity_milli: row.quantity_milli,
            price_micros: row.price_micros,
            value_minor: row.value_minor,
            currency: row.currency,
            ordered_on: row.ordered_on.map(date_of_day),
            requested_on: row.requested_on.map(date_of_day),
            confirmed_first_on: row.confirmed_first_on.map(date_of_day),
            confirmed_last_on: row.confirmed_last_on.map(date_of_day),
            cancelled_on: row.cancelled_on.map(date_of_day),
            promised_lead_days: row.promised_lead_days,
            delay_cause: row.delay_cause,
            receipts: by_line.remove(&row.id).unwrap_or_default(),
        })
        .collect();
    Ok(Some((facts, last)))
}

#[derive(FromQueryResult)]
struct ReceiptRow {
    id: i64,
    source_id: i64,
    source_key: String,
    line_key: String,
    supplier_id: Option<i64>,
    received_on: i32,
    good_milli: i64,
    rejected_milli: i64,
    site: Option<String>,
}

/// Receipts whose order line is not known; the others are written with their line. One without line and supplier waits.
pub(super) async fn receipts(
    db: &DatabaseConnection,
    month: i32,
    after: i64,
    merged: &HashMap<i64, i64>,
) -> Result<Option<(Vec<Receipt>, i64)>> {
    let page = page::<ReceiptRow>(
        db,
        "SELECT receipt.* FROM receipts receipt WHERE receipt.month = $1 AND receipt.id > $2 \
         AND receipt.superseded_by IS NULL AND receipt.supplier_id IS NOT NULL AND NOT EXISTS (\
           SELECT 1 FROM order_lines line WHERE line.source_id = receipt.source_id \
           AND line.source_key = receipt.line_key AND line.superseded_by IS NULL) \
         ORDER BY receipt.id LIMIT $3",
        month,
        after,
    );
    let Some((rows, last)) = page.await? else {
        return Ok(None);
    };
    let facts = rows
        .into_iter()
        .filter_map(|row| {
            Some(Receipt {
                id: row.id,
                supplier: canonical(merged, row.supplier_id?),
                source: row.source_id,
                key: row.source_key,
                line_key: row.line_key,
                site: row.site,
                received_on: date_of_day(row.received_on),
                good_milli: row.good_milli,
                rejected_milli: row.rejected_milli,
            })
        })
        .collect();
    Ok(Some((facts, last)))
}

#[derive(FromQueryResult)]
struct InspectionRow {
    id: i64,
    source_id: i64,
    source_key: String,
    supplier_id: i64,
    line_key: Option<String>,
    lot: Option<String>,
    category: Option<String>,
    site: Option<String>,
    inspected_on: Option<i32>,
    received_on: Option<i32>,
    received_milli: Option<i64>,
    inspected_milli: Option<i64>,
    defective_milli: Option<i64>,
    result: Option<String>,
    cause: Option<String>,
}

pub(super) async fn inspections(
    db: &DatabaseConnection,
    month: i32,
    after: i64,
    merged: &HashMap<i64, i64>,
) -> Result<Option<(Vec<Inspection>, i64)>> {
    let page = page::<InspectionRow>(
        db,
        "SELECT * FROM inspections WHERE month = $1 AND id > $2 AND superseded_by IS NULL ORDER BY id LIMIT $3",
        month,
        after,
    );
    let Some((rows, last)) = page.await? else {
        return Ok(None);
    };
    let facts = rows
        .into_iter()
        .map(|row| Inspection {
            id: row.id,
            supplier: canonical(merged, row.supplier_id),
            source: row.source_id,
            key: row.source_key,
            line_key: row.line_key,
            lot: row.lot,
            category: row.category,
            site: row.site,
            inspected_on: row.inspected_on.map(date_of_day),
            received_on: row.received_on.map(date_of_day),
            received_milli: row.received_milli,
            inspected_milli: row.inspected_milli,
            defective_milli: row.defective_milli,
            result: row.result,
            cause: row.cause,
        })
        .collect();
    Ok(Some((facts, last)))
}

#[derive(FromQueryResult)]
struct InvoiceLineRow {
    id: i64,
    source_id: i64,
    source_key: String,
    supplier_id: i64,
    invoice_number: Option<String>,
    line_number: Option<String>,
    line_key: Option<String>,
    category: Option<String>,
    cost_centre: Option<String>,
    description: Option<String>,
    quantity_milli: Option<i64>,
    price_micros: Option<i64>,
    amount_minor: i64,
    tax_minor: Option<i64>,
    currency: String,
    invoiced_on: Option<i32>,
    posted_on: Option<i32>,
    due_on: Option<i32>,
    paid_on: Option<i32>,
    match_result: Option<String>,
    baseline_micros: Option<i64>,
    baseline_kind: Option<String>,
    fx_standard_micros: Option<i64>,
    fx_actual_micros: Option<i64>,
}

pub(super) async fn invoice_lines(
    db: &DatabaseConnection,
    month: i32,
    after: i64,
    merged: &HashMap<i64, i64>,
) -> Result<Option<(Vec<InvoiceLine>, i64)>> {
    let page = page::<InvoiceLineRow>(
        db,
        "SELECT * FROM invoice_lines WHERE month = $1 AND id > $2 AND superseded_by IS NULL AND amount_minor IS NOT NULL ORDER BY id LIMIT $3",
        month,
        after,
    );
    let Some((rows, last)) = page.await? else {
        return Ok(None);
    };
    let facts = rows
        .into_iter()
        .map(|row| InvoiceLine {
            id: row.id,
            supplier: canonical(merged, row.supplier_id),
            source: row.source_id,
            key: row.source_key,
            invoice_number: row.invoice_number,
            line_number: row.line_number,
            line_key: row.line_key,
            category: row.category,
            cost_centre: row.cost_centre,
            description: row.description,
            quantity_milli: row.quantity_milli,
            price_micros: row.price_micros,
            amount_minor: row.amount_minor,
            tax_minor: row.tax_minor,
            currency: row.currency,
            invoiced_on: row.invoiced_on.map(date_of_day),
            posted_on: row.posted_on.map(date_of_day),
            due_on: row.due_on.map(date_of_day),
            paid_on: row.paid_on.map(date_of_day),
            match_result: row.match_result,
            baseline_micros: row.baseline_micros,
            baseline_kind: row.baseline_kind,
            fx_standard_micros: row.fx_standard_micros,
            fx_actual_micros: row.fx_actual_micros,
        })
        .collect();
    Ok(Some((facts, last)))
}

fn canonical(merged: &HashMap<i64, i64>, supplier: i64) -> i64 {
    merged.get(&supplier).copied().unwrap_or(supplier)
}
