//! The projection: facts from SQL into Parquet, one file per kind and month, only for the months that changed.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use keelson_analytics::{
    Fact, Inspection, InvoiceLine, Kind, LineReceipt, MonthFile, OrderLine, Receipt,
};
use sea_orm::{ConnectionTrait, DatabaseConnection, FromQueryResult, Statement, Value};

use crate::{Keelson, Result, date_of_day, micros};

/// Rows read from SQL and handed on at a time.
const CHUNK: i64 = 10_000;

/// What a run of the projection did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Projected {
    pub months: Vec<(Kind, i32)>,
    pub rows: u64,
}

/// Rewrites the months on the worklist and shows them to the questions. Safe to repeat and to run beside itself.
pub async fn project(keelson: &Keelson, now: DateTime<Utc>) -> Result<Projected> {
    let merged = merged_suppliers(keelson.db.read()).await?;
    let mut projected = Projected::default();
    let mut replaced = Vec::new();
    for month in worklist(keelson.db.read()).await? {
        let (kind, number) = (month.kind()?, month.month);
        let name = format!("{:08}", month.wanted);
        let file = match kind {
            Kind::OrderLines => {
                write::<OrderLine, _>(keelson, number, &name, &merged, order_lines).await?
            }
            Kind::Receipts => {
                write::<Receipt, _>(keelson, number, &name, &merged, receipts).await?
            }
            Kind::Inspections => {
                write::<Inspection, _>(keelson, number, &name, &merged, inspections).await?
            }
            Kind::InvoiceLines => {
                write::<InvoiceLine, _>(keelson, number, &name, &merged, invoice_lines).await?
            }
        };
        projected.rows += file.as_ref().map_or(0, |file| file.rows);
        projected.months.push((kind, number));
        if catalogue(keelson, &month, file.as_ref(), now).await? {
            replaced.extend(
                month
                    .file
                    .filter(|old| file.as_ref().is_none_or(|new| new.path != *old)),
            );
        }
    }
    show(keelson).await?;
    keelson.analytics.forget(&replaced).await?;
    Ok(projected)
}

/// Puts every month that has facts on the worklist, so that the next [`project`] rebuilds everything.
pub async fn invalidate(keelson: &Keelson) -> Result<()> {
    let tx = keelson.db.begin().await?;
    for kind in Kind::ALL {
        let sql = format!(
            "INSERT INTO projection_months (kind, month, wanted) \
             SELECT DISTINCT '{code}', month, 1 FROM {code} WHERE superseded_by IS NULL \
             ON CONFLICT (kind, month) DO UPDATE SET wanted = projection_months.wanted + 1",
            code = kind.code()
        );
        tx.execute_unprepared(&sql).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Shows the questions the files the catalogue names. At start, and after every change of the catalogue.
pub async fn show(keelson: &Keelson) -> Result<()> {
    let rows = Month::find_by_statement(Statement::from_string(
        keelson.db.read().get_database_backend(),
        "SELECT kind, month, wanted, written, file, rows, bytes FROM projection_months WHERE file IS NOT NULL",
    ))
    .all(keelson.db.read())
    .await?;
    let mut files: HashMap<Kind, Vec<MonthFile>> = HashMap::new();
    for row in rows {
        let kind = row.kind()?;
        if let Some(path) = row.file {
            let file = MonthFile {
                kind,
                month: row.month,
                path,
                rows: row.rows as u64,
                bytes: row.bytes as u64,
            };
            files.entry(kind).or_default().push(file);
        }
    }
    for kind in Kind::ALL {
        keelson
            .analytics
            .set_months(kind, files.remove(&kind).unwrap_or_default());
    }
    Ok(())
}

#[derive(Debug, FromQueryResult)]
struct Month {
    kind: String,
    month: i32,
    wanted: i64,
    file: Option<String>,
    rows: i64,
    bytes: i64,
}

impl Month {
    fn kind(&self) -> Result<Kind> {
        Kind::parse(&self.kind).ok_or_else(|| {
            crate::Error::damaged(
                "projection worklist",
                format!("unknown kind {:?}", self.kind),
            )
        })
    }
}

async fn worklist(db: &DatabaseConnection) -> Result<Vec<Month>> {
    let sql = "SELECT kind, month, wanted, written, file, rows, bytes FROM projection_months \
               WHERE wanted > written ORDER BY kind, month DESC";
    Ok(
        Month::find_by_statement(Statement::from_string(db.get_database_backend(), sql))
            .all(db)
            .await?,
    )
}

/// Enters a written file. False when somebody entered a newer one meanwhile.
async fn catalogue(
    keelson: &Keelson,
    month: &Month,
    file: Option<&MonthFile>,
    now: DateTime<Utc>,
) -> Result<bool> {
    let tx = keelson.db.begin().await?;
    let outcome = tx
        .execute_raw(Statement::from_sql_and_values(
            tx.get_database_backend(),
            "UPDATE projection_months SET written = $3, file = $4, rows = $5, bytes = $6, written_at = $7 \
             WHERE kind = $1 AND month = $2 AND written < $3",
            [
                month.kind.clone().into(),
                month.month.into(),
                month.wanted.into(),
                file.map(|file| file.path.clone()).into(),
                file.map_or(0, |file| file.rows as i64).into(),
                file.map_or(0, |file| file.bytes as i64).into(),
                micros(now).into(),
            ],
        ))
        .await?;
    tx.commit().await?;
    Ok(outcome.rows_affected() > 0)
}

/// Absorbed suppliers and who they are now.
async fn merged_suppliers(db: &DatabaseConnection) -> Result<HashMap<i64, i64>> {
    let rows = db
        .query_all_raw(Statement::from_string(
            db.get_database_backend(),
            "SELECT id, merged_into FROM suppliers WHERE merged_into IS NOT NULL",
        ))
        .await?;
    let direct: HashMap<i64, i64> = rows
        .iter()
        .map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?)))
        .collect::<Result<_, sea_orm::DbErr>>()?;
    let resolve = |mut id: i64| {
        // A chain is as long as the merges behind it; one longer than the table is a circle.
        for _ in 0..=direct.len() {
            match direct.get(&id) {
                Some(next) => id = *next,
                None => break,
            }
        }
        id
    };
    Ok(direct.keys().map(|id| (*id, resolve(*id))).collect())
}

/// Writes one month: reads chunks after an id until none is left.
async fn write<F, R>(
    keelson: &Keelson,
    month: i32,
    name: &str,
    merged: &HashMap<i64, i64>,
    read: R,
) -> Result<Option<MonthFile>>
where
    F: Fact,
    R: AsyncFn(&DatabaseConnection, i32, i64, &HashMap<i64, i64>) -> Result<Option<(Vec<F>, i64)>>,
{
    let mut writer = keelson.analytics.write_month::<F>(month, name);
    let mut after = 0;
    while let Some((facts, last)) = read(keelson.db.read(), month, after, merged).await? {
        writer.push(&facts).await?;
        after = last;
    }
    Ok(writer.finish().await?)
}

async fn chunk<T: FromQueryResult>(
    db: &DatabaseConnection,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<Vec<T>> {
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    Ok(T::find_by_statement(statement).all(db).await?)
}

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

async fn order_lines(
    db: &DatabaseConnection,
    month: i32,
    after: i64,
    merged: &HashMap<i64, i64>,
) -> Result<Option<(Vec<OrderLine>, i64)>> {
    let rows: Vec<OrderLineRow> = chunk(
        db,
        "SELECT * FROM order_lines WHERE month = $1 AND id > $2 AND superseded_by IS NULL ORDER BY id LIMIT $3",
        [month.into(), after.into(), CHUNK.into()],
    )
    .await?;
    let Some(last) = rows.last().map(|row| row.id) else {
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
async fn receipts(
    db: &DatabaseConnection,
    month: i32,
    after: i64,
    merged: &HashMap<i64, i64>,
) -> Result<Option<(Vec<Receipt>, i64)>> {
    let rows: Vec<ReceiptRow> = chunk(
        db,
        "SELECT receipt.* FROM receipts receipt WHERE receipt.month = $1 AND receipt.id > $2 \
         AND receipt.superseded_by IS NULL AND receipt.supplier_id IS NOT NULL AND NOT EXISTS (\
           SELECT 1 FROM order_lines line WHERE line.source_id = receipt.source_id \
           AND line.source_key = receipt.line_key AND line.superseded_by IS NULL) \
         ORDER BY receipt.id LIMIT $3",
        [month.into(), after.into(), CHUNK.into()],
    )
    .await?;
    let Some(last) = rows.last().map(|row| row.id) else {
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

async fn inspections(
    db: &DatabaseConnection,
    month: i32,
    after: i64,
    merged: &HashMap<i64, i64>,
) -> Result<Option<(Vec<Inspection>, i64)>> {
    let rows: Vec<InspectionRow> = chunk(
        db,
        "SELECT * FROM inspections WHERE month = $1 AND id > $2 AND superseded_by IS NULL ORDER BY id LIMIT $3",
        [month.into(), after.into(), CHUNK.into()],
    )
    .await?;
    let Some(last) = rows.last().map(|row| row.id) else {
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

async fn invoice_lines(
    db: &DatabaseConnection,
    month: i32,
    after: i64,
    merged: &HashMap<i64, i64>,
) -> Result<Option<(Vec<InvoiceLine>, i64)>> {
    let rows: Vec<InvoiceLineRow> = chunk(
        db,
        "SELECT * FROM invoice_lines WHERE month = $1 AND id > $2 AND superseded_by IS NULL AND amount_minor IS NOT NULL ORDER BY id LIMIT $3",
        [month.into(), after.into(), CHUNK.into()],
    )
    .await?;
    let Some(last) = rows.last().map(|row| row.id) else {
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
