//! The projection: facts from SQL into Parquet, one file per kind and month, only for the months that changed.

mod read;

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use keelson_analytics::{Fact, Inspection, InvoiceLine, Kind, MonthFile, OrderLine, Receipt};
use sea_orm::{ConnectionTrait, DatabaseConnection, FromQueryResult, Statement};

use self::read::Reader;
use crate::{Keelson, Result, micros};

/// What a run of the projection did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Projected {
    pub months: Vec<(Kind, i32)>,
    pub rows: u64,
}

/// Rewrites the months on the worklist and shows them to the questions. Safe to repeat and to run beside itself.
pub async fn project(keelson: &Keelson, now: DateTime<Utc>) -> Result<Projected> {
    let merged = merged_suppliers(keelson.db.read()).await?;
    // Two at a time: while one waits for the disk, the other packs columns.
    let (mut left, mut right) = (Vec::new(), Vec::new());
    for (place, month) in worklist(keelson.db.read()).await?.into_iter().enumerate() {
        let lane = if place % 2 == 0 {
            &mut left
        } else {
            &mut right
        };
        lane.push(month);
    }
    let (left, right) = futures::try_join!(
        rewrite(keelson, left, &merged, now),
        rewrite(keelson, right, &merged, now)
    )?;
    show(keelson).await?;
    let mut projected = Projected::default();
    for (lane, replaced) in [left, right] {
        keelson.analytics.forget(&replaced).await?;
        projected.rows += lane.rows;
        projected.months.extend(lane.months);
    }
    projected.months.sort_unstable();
    Ok(projected)
}

/// Writes months anew, and answers which files nobody needs any more.
async fn rewrite(
    keelson: &Keelson,
    months: Vec<Month>,
    merged: &HashMap<i64, i64>,
    now: DateTime<Utc>,
) -> Result<(Projected, Vec<String>)> {
    let mut projected = Projected::default();
    let mut replaced = Vec::new();
    let mut reader = Reader::open(&keelson.db)?;
    for month in months {
        let kind = month.kind()?;
        let name = format!("{:08}", month.wanted);
        let place = (month.month, name.as_str());
        let file = match kind {
            Kind::OrderLines => {
                write::<OrderLine>(keelson, &mut reader, place, merged, read::order_lines).await?
            }
            Kind::Receipts => {
                write::<Receipt>(keelson, &mut reader, place, merged, Reader::page).await?
            }
            Kind::Inspections => {
                write::<Inspection>(keelson, &mut reader, place, merged, Reader::page).await?
            }
            Kind::InvoiceLines => {
                write::<InvoiceLine>(keelson, &mut reader, place, merged, Reader::page).await?
            }
        };
        projected.rows += file.as_ref().map_or(0, |file| file.rows);
        projected.months.push((kind, month.month));
        if catalogue(keelson, &month, file.as_ref(), now).await? {
            replaced.extend(
                month
                    .file
                    .filter(|old| file.as_ref().is_none_or(|new| new.path != *old)),
            );
        }
    }
    Ok((projected, replaced))
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

/// Writes one month, page by page.
async fn write<F: Fact>(
    keelson: &Keelson,
    reader: &mut Reader,
    (month, name): (i32, &str),
    merged: &HashMap<i64, i64>,
    read: impl AsyncFn(&mut Reader, i32, i64, &HashMap<i64, i64>) -> Result<Option<(Vec<F>, i64)>>,
) -> Result<Option<MonthFile>> {
    let mut writer = keelson.analytics.write_month::<F>(month, name);
    let mut page = read(reader, month, 0, merged).await?;
    while let Some((facts, last)) = page {
        let next = async {
            if facts.len() < read::PAGE as usize {
                return Ok(None);
            }
            read(reader, month, last, merged).await
        };
        // The next page is read while this one becomes columns.
        let pushed = async { Ok(writer.push(&facts).await?) };
        (page, ()) = futures::try_join!(next, pushed)?;
    }
    Ok(writer.finish().await?)
}
