//! The facts of a month, page by page, as the columns take them. Absorbed suppliers' facts come under their survivor.

use std::collections::HashMap;

use chrono::NaiveDate;
use keelson_analytics::{Inspection, InvoiceLine, LineReceipt, OrderLine, Receipt};
use sqlx::{PgPool, Row as _, postgres::PgRow};

use crate::{Db, Result, date_of_day, operations::embedded::Embedded};

/// Rows read from SQL and handed on at a time.
pub(super) const PAGE: i64 = 10_000;

/// Where the facts are read from, each engine through its own library.
pub(super) enum Reader {
    Sqlite(Embedded),
    Postgres(PgPool),
}

impl Reader {
    pub(super) fn open(db: &Db) -> Result<Self> {
        Ok(match db.file() {
            Some(file) => Self::Sqlite(Embedded::read(file)?),
            None => Self::Postgres(db.read().get_postgres_connection_pool().clone()),
        })
    }

    /// The rows of a statement that takes a month and two numbers.
    async fn rows<T: Read>(
        &mut self,
        sql: &'static str,
        (month, a, b): (i32, i64, i64),
    ) -> Result<Vec<T>> {
        match self {
            Self::Sqlite(embedded) => {
                let work = move |connection: &rusqlite::Connection| {
                    let mut statement = connection.prepare(sql)?;
                    let rows =
                        statement.query_map((month, a, b), |row| T::read(&mut Cursor::of(row)))?;
                    rows.collect()
                };
                embedded.work(work).await
            }
            Self::Postgres(pool) => {
                let query = sqlx::query(sql).bind(month).bind(a).bind(b);
                let rows = query.fetch_all(&*pool).await?;
                let rows: Result<_, sqlx::Error> = rows
                    .iter()
                    .map(|row| T::read(&mut Cursor::of(row)))
                    .collect();
                Ok(rows?)
            }
        }
    }

    /// The next facts of a month behind an id, and the last of their ids; nothing when there are no more.
    pub(super) async fn page<T: Stored>(
        &mut self,
        month: i32,
        after: i64,
        merged: &HashMap<i64, i64>,
    ) -> Result<Option<(Vec<T>, i64)>> {
        let mut rows: Vec<T> = self.rows(T::PAGE, (month, after, PAGE)).await?;
        for row in &mut rows {
            if let Some(survivor) = merged.get(row.supplier()) {
                *row.supplier() = *survivor;
            }
        }
        Ok(rows.last().map(T::id).map(|last| (rows, last)))
    }
}

/// A row's columns, from left to right.
pub(super) struct Cursor<'a, R> {
    row: &'a R,
    next: usize,
}

macro_rules! columns {
    ($($read:ident: $type:ty),+) => {
        /// The columns of a row, by their place.
        pub(super) trait Columns {
            type Error;
            $(fn $read(&self, at: usize) -> Result<$type, Self::Error>;)+
        }
        impl Columns for rusqlite::Row<'_> {
            type Error = rusqlite::Error;
            $(fn $read(&self, at: usize) -> rusqlite::Result<$type> {
                self.get(at)
            })+
        }
        impl Columns for PgRow {
            type Error = sqlx::Error;
            $(fn $read(&self, at: usize) -> sqlx::Result<$type> {
                self.try_get(at)
            })+
        }
        impl<R: Columns> Cursor<'_, R> {
            $(fn $read(&mut self) -> Result<$type, R::Error> {
                self.next += 1;
                self.row.$read(self.next - 1)
            })+
        }
    };
}

columns! {
    sure_number: i64,
    number: Option<i64>,
    sure_short: i32,
    short: Option<i32>,
    sure_text: String,
    text: Option<String>
}

impl<'a, R: Columns> Cursor<'a, R> {
    fn of(row: &'a R) -> Self {
        Self { row, next: 0 }
    }

    fn sure_day(&mut self) -> Result<NaiveDate, R::Error> {
        Ok(date_of_day(self.sure_short()?))
    }

    fn day(&mut self) -> Result<Option<NaiveDate>, R::Error> {
        Ok(self.short()?.map(date_of_day))
    }
}

/// What a row is read into: its fields follow as the statement selects them.
pub(super) trait Read: Sized + Send + 'static {
    fn read<R: Columns>(row: &mut Cursor<'_, R>) -> Result<Self, R::Error>;
}

/// A fact, which has a page of its table.
pub(super) trait Stored: Read {
    /// Selects a page: it takes the month, the id and how many.
    const PAGE: &'static str;

    fn id(&self) -> i64;
    fn supplier(&mut self) -> &mut i64;
}

macro_rules! stored {
    ($($fact:ident: $page:ident),+) => {$(
        impl Stored for $fact {
            const PAGE: &'static str = $page;

            fn id(&self) -> i64 {
                self.id
            }

            fn supplier(&mut self) -> &mut i64 {
                &mut self.supplier
            }
        }
    )+};
}

stored! {
    OrderLine: ORDER_LINES,
    Receipt: RECEIPTS,
    Inspection: INSPECTIONS,
    InvoiceLine: INVOICE_LINES
}

const ORDER_LINES: &str = "SELECT id, supplier_id, source_id, source_key, order_number, line_number, item, description, \
     category, site, unit, quantity_milli, price_micros, value_minor, currency, \
     ordered_on, requested_on, confirmed_first_on, confirmed_last_on, cancelled_on, \
     promised_lead_days, delay_cause \
     FROM order_lines WHERE month = $1 AND id > $2 AND superseded_by IS NULL ORDER BY id LIMIT $3";

impl Read for OrderLine {
    fn read<R: Columns>(row: &mut Cursor<'_, R>) -> Result<Self, R::Error> {
        Ok(Self {
            id: row.sure_number()?,
            supplier: row.sure_number()?,
            source: row.sure_number()?,
            key: row.sure_text()?,
            order_number: row.text()?,
            line_number: row.text()?,
            item: row.text()?,
            description: row.text()?,
            category: row.text()?,
            site: row.text()?,
            unit: row.text()?,
            quantity_milli: row.sure_number()?,
            price_micros: row.number()?,
            value_minor: row.number()?,
            currency: row.text()?,
            ordered_on: row.day()?,
            requested_on: row.day()?,
            confirmed_first_on: row.day()?,
            confirmed_last_on: row.day()?,
            cancelled_on: row.day()?,
            promised_lead_days: row.short()?,
            delay_cause: row.text()?,
            receipts: Vec::new(),
        })
    }
}

const LINE_RECEIPTS: &str = "SELECT line.id, receipt.id, receipt.received_on, receipt.good_milli, receipt.rejected_milli \
     FROM order_lines line JOIN receipts receipt \
     ON receipt.source_id = line.source_id AND receipt.line_key = line.source_key \
     WHERE line.month = $1 AND line.id > $2 AND line.id <= $3 \
     AND line.superseded_by IS NULL AND receipt.superseded_by IS NULL";

/// The id of an order line and a receipt of it.
struct OfLine(i64, LineReceipt);

impl Read for OfLine {
    fn read<R: Columns>(row: &mut Cursor<'_, R>) -> Result<Self, R::Error> {
        Ok(Self(
            row.sure_number()?,
            LineReceipt {
                id: row.sure_number()?,
                received_on: row.sure_day()?,
                good_milli: row.sure_number()?,
                rejected_milli: row.sure_number()?,
            },
        ))
    }
}

/// Order lines with their receipts.
pub(super) async fn order_lines(
    reader: &mut Reader,
    month: i32,
    after: i64,
    merged: &HashMap<i64, i64>,
) -> Result<Option<(Vec<OrderLine>, i64)>> {
    let page = reader.page::<OrderLine>(month, after, merged);
    let Some((mut lines, last)) = page.await? else {
        return Ok(None);
    };
    let mut by_line: HashMap<i64, Vec<LineReceipt>> = HashMap::new();
    for OfLine(line, receipt) in reader.rows(LINE_RECEIPTS, (month, after, last)).await? {
        by_line.entry(line).or_default().push(receipt);
    }
    for line in &mut lines {
        line.receipts = by_line.remove(&line.id).unwrap_or_default();
    }
    Ok(Some((lines, last)))
}

/// Receipts whose order line is not known; the others are written with their line. One without line and supplier waits.
const RECEIPTS: &str = "SELECT id, supplier_id, source_id, source_key, line_key, site, received_on, good_milli, \
     rejected_milli \
     FROM receipts receipt WHERE month = $1 AND id > $2 AND superseded_by IS NULL AND supplier_id IS NOT NULL \
     AND NOT EXISTS (SELECT 1 FROM order_lines line WHERE line.source_id = receipt.source_id \
       AND line.source_key = receipt.line_key AND line.superseded_by IS NULL) \
     ORDER BY id LIMIT $3";

impl Read for Receipt {
    fn read<R: Columns>(row: &mut Cursor<'_, R>) -> Result<Self, R::Error> {
        Ok(Self {
            id: row.sure_number()?,
            supplier: row.sure_number()?,
            source: row.sure_number()?,
            key: row.sure_text()?,
            line_key: row.sure_text()?,
            site: row.text()?,
            received_on: row.sure_day()?,
            good_milli: row.sure_number()?,
            rejected_milli: row.sure_number()?,
        })
    }
}

const INSPECTIONS: &str = "SELECT id, supplier_id, source_id, source_key, line_key, lot, category, site, inspected_on, \
     received_on, received_milli, inspected_milli, defective_milli, result, cause \
     FROM inspections WHERE month = $1 AND id > $2 AND superseded_by IS NULL ORDER BY id LIMIT $3";

impl Read for Inspection {
    fn read<R: Columns>(row: &mut Cursor<'_, R>) -> Result<Self, R::Error> {
        Ok(Self {
            id: row.sure_number()?,
            supplier: row.sure_number()?,
            source: row.sure_number()?,
            key: row.sure_text()?,
            line_key: row.text()?,
            lot: row.text()?,
            category: row.text()?,
            site: row.text()?,
            inspected_on: row.day()?,
            received_on: row.day()?,
            received_milli: row.number()?,
            inspected_milli: row.number()?,
            defective_milli: row.number()?,
            result: row.text()?,
            cause: row.text()?,
        })
    }
}

const INVOICE_LINES: &str = "SELECT id, supplier_id, source_id, source_key, invoice_number, line_number, line_key, \
     category, cost_centre, description, quantity_milli, price_micros, amount_minor, \
     tax_minor, currency, invoiced_on, posted_on, due_on, paid_on, match_result, \
     baseline_micros, baseline_kind, fx_standard_micros, fx_actual_micros \
     FROM invoice_lines WHERE month = $1 AND id > $2 AND superseded_by IS NULL AND amount_minor IS NOT NULL \
     ORDER BY id LIMIT $3";

impl Read for InvoiceLine {
    fn read<R: Columns>(row: &mut Cursor<'_, R>) -> Result<Self, R::Error> {
        Ok(Self {
            id: row.sure_number()?,
            supplier: row.sure_number()?,
            source: row.sure_number()?,
            key: row.sure_text()?,
            invoice_number: row.text()?,
            line_number: row.text()?,
            line_key: row.text()?,
            category: row.text()?,
            cost_centre: row.text()?,
            description: row.text()?,
            quantity_milli: row.number()?,
            price_micros: row.number()?,
            amount_minor: row.sure_number()?,
            tax_minor: row.number()?,
            currency: row.sure_text()?,
            invoiced_on: row.day()?,
            posted_on: row.day()?,
            due_on: row.day()?,
            paid_on: row.day()?,
            match_result: row.text()?,
            baseline_micros: row.number()?,
            baseline_kind: row.text()?,
            fx_standard_micros: row.number()?,
            fx_actual_micros: row.number()?,
        })
    }
}
