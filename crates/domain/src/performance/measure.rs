//! Measures: what the facts say about a definition and a period, asked of the columns or read from the table of measures.

use std::collections::HashMap;

use chrono::NaiveDate;
use keelson_analytics::{By, Measured, Request};
use keelson_methods::{
    interval::{self, Interval},
    kpi::{Definition, Measure},
    missing::Missing,
    period::Period,
    rate::Rate,
};
use sea_orm::{ConnectionTrait, FromQueryResult, Statement};
use serde::{Deserialize, Serialize};

use crate::{Error, Keelson, Result, SupplierId, date_of_day, rows, versions::Published};

/// A KPI's value with everything it was made from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    pub rate: Rate,
    /// In the definition's unit.
    pub value: Option<f64>,
    /// 95 %, in the same unit.
    pub interval: Option<Interval>,
    /// Why there is no value.
    pub reason: Option<Missing>,
}

impl Figure {
    /// The value and the interval that follow from the parts alone.
    pub fn of(measure: Measure, rate: Rate, unreported: u64) -> Self {
        let value = rate.value().map(|value| value * measure.scale());
        let counted = |count: i64| u64::try_from(count).ok();
        let wilson = |x: i64, n: i64| interval::wilson(counted(x)?, counted(n)?);
        let interval = match measure {
            _ if value.is_err() => None,
            // Units, not thousandths: the interval is as narrow as there are cases.
            Measure::Ppm => wilson(rate.numerator / 1000, rate.denominator / 1000),
            _ if measure.is_proportion() => wilson(rate.numerator, rate.denominator),
            _ => None,
        };
        Self {
            rate,
            value: value.ok(),
            interval: interval.map(|interval| interval.scaled(measure.scale())),
            reason: match value {
                Err(Missing::NoActivity) if unreported > 0 => Some(Missing::NotReported),
                Err(reason) => Some(reason),
                Ok(_) => None,
            },
        }
    }

    /// Nothing happened: such a figure is not stored, its absence says it.
    pub fn is_nothing(&self) -> bool {
        self.reason == Some(Missing::NoActivity)
    }
}

impl From<&Measured> for Figure {
    fn from(measured: &Measured) -> Self {
        Self {
            rate: measured.rate,
            value: measured.value,
            interval: measured.interval,
            reason: measured.reason,
        }
    }
}

/// Whether the figure of a longer period follows from the sums of its months. An order with lines due in two months counts in
/// both, and the interval of a mean needs more than its sum: these are asked for.
pub(super) fn adds_up(measure: Measure) -> bool {
    !matches!(measure, Measure::OtifOrder | Measure::LeadTimeBias)
}

/// One line of `keelson measure`.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// Number and name, where the answer is about one supplier.
    pub supplier: Option<SupplierName>,
    pub category: Option<String>,
    pub site: Option<String>,
    /// For amounts, which are never added across currencies.
    pub currency: Option<String>,
    pub measured: Measured,
}

/// A supplier as a line names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SupplierName {
    pub id: SupplierId,
    pub number: String,
    pub name: String,
}

/// Measures a definition over a period, as known on a day, from the projected facts.
pub async fn measure(
    keelson: &Keelson,
    definition: &Definition,
    period: Period,
    by: By,
    as_of: NaiveDate,
) -> Result<Vec<Answer>> {
    let measured = keelson
        .analytics
        .measure(&Request {
            definition,
            bounds: period.bounds(as_of),
            as_of,
            by,
            suppliers: None,
        })
        .await?;
    let names = names(keelson.db.read()).await?;
    Ok(measured
        .into_iter()
        .map(|measured| {
            let group = measured.group.clone();
            Answer {
                supplier: group.supplier.map(|id| name_of(&names, id)),
                category: group.category,
                site: group.site,
                currency: group.currency,
                measured,
            }
        })
        .collect())
}

#[derive(FromQueryResult)]
struct NameRow {
    id: i64,
    number: String,
    name: String,
}

impl From<NameRow> for SupplierName {
    fn from(row: NameRow) -> Self {
        Self {
            id: SupplierId(row.id),
            number: row.number,
            name: row.name,
        }
    }
}

async fn names(db: &impl ConnectionTrait) -> Result<HashMap<i64, SupplierName>> {
    let rows = NameRow::find_by_statement(Statement::from_string(
        db.get_database_backend(),
        "SELECT id, number, name FROM suppliers",
    ))
    .all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.id, SupplierName::from(row)))
        .collect())
}

fn name_of(names: &HashMap<i64, SupplierName>, id: i64) -> SupplierName {
    names.get(&id).cloned().unwrap_or_else(|| SupplierName {
        id: SupplierId(id),
        number: id.to_string(),
        name: String::new(),
    })
}

/// One row of the table of measures.
#[derive(Clone, Debug, PartialEq)]
pub struct Stored {
    pub supplier: SupplierId,
    pub kpi: String,
    /// The definition's version it was computed by.
    pub version: i64,
    pub period: Period,
    pub figure: Figure,
    pub as_of: NaiveDate,
}

/// Everything measured of a supplier: its months, its quarters and the last twelve months, in one query.
pub async fn of_supplier(db: &impl ConnectionTrait, supplier: SupplierId) -> Result<Vec<Stored>> {
    let sql = "SELECT supplier_id, kpi, version, period, numerator, denominator, n, value, low, high, reason, as_of \
               FROM measures WHERE supplier_id = $1 ORDER BY kpi, period";
    let statement =
        Statement::from_sql_and_values(db.get_database_backend(), sql, [supplier.0.into()]);
    let rows = Row::find_by_statement(statement).all(db).await?;
    rows.into_iter().map(Stored::try_from).collect()
}

#[derive(FromQueryResult)]
struct Row {
    supplier_id: i64,
    kpi: String,
    version: i64,
    period: String,
    numerator: Option<i64>,
    denominator: Option<i64>,
    n: i64,
    value: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
    reason: Option<String>,
    as_of: i32,
}

impl TryFrom<Row> for Stored {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let damaged = |why: String| Error::damaged("measure", why);
        let reason = row.reason.as_deref().map(Missing::parse).transpose();
        Ok(Self {
            supplier: SupplierId(row.supplier_id),
            kpi: row.kpi,
            version: row.version,
            period: Period::parse(&row.period).map_err(|error| damaged(error.to_string()))?,
            figure: Figure {
                rate: Rate {
                    numerator: row.numerator.unwrap_or(0),
                    denominator: row.denominator.unwrap_or(0),
                    n: row.n.unsigned_abs(),
                },
                value: row.value,
                interval: row
                    .low
                    .zip(row.high)
                    .map(|(low, high)| Interval { low, high }),
                reason: reason.map_err(|error| damaged(error.to_string()))?,
            },
            as_of: date_of_day(row.as_of),
        })
    }
}

/// A definition as a request carries it along with its version.
pub(super) fn request<'a>(
    definition: &'a Published<Definition>,
    period: Period,
    as_of: NaiveDate,
    by: By,
    suppliers: &'a [i64],
) -> Request<'a> {
    Request {
        definition: &definition.document,
        bounds: period.bounds(as_of),
        as_of,
        by,
        suppliers: Some(suppliers),
    }
}

/// Suppliers by their ids, for a list that names them.
pub async fn suppliers(
    db: &impl ConnectionTrait,
    ids: &[SupplierId],
) -> Result<HashMap<SupplierId, SupplierName>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    let sql = format!(
        "SELECT id, number, name FROM suppliers WHERE id IN ({})",
        rows::list(&ids)
    );
    let statement = Statement::from_string(db.get_database_backend(), sql);
    let found = NameRow::find_by_statement(statement).all(db).await?;
    Ok(found
        .into_iter()
        .map(|row| (SupplierId(row.id), SupplierName::from(row)))
        .collect())
}

/// A supplier by its id, as pages about its figures name it. A merged record stands for nothing any more.
pub async fn supplier(db: &impl ConnectionTrait, id: SupplierId) -> Result<Option<SupplierName>> {
    let statement = Statement::from_sql_and_values(
        db.get_database_backend(),
        "SELECT id, number, name FROM suppliers WHERE id = $1 AND merged_into IS NULL",
        [id.0.into()],
    );
    let row = NameRow::find_by_statement(statement).one(db).await?;
    Ok(row.map(SupplierName::from))
}
