//! Looking for damage.

use keelson_analytics::Kind;
use object_store::{ObjectStoreExt, path::Path};
use sea_orm::{ConnectionTrait, FromQueryResult, Statement};

use crate::{Engine, Keelson, Result};

/// Compares the database with itself, and the columns with the record. Each finding is a sentence that says what to do.
pub async fn check(keelson: &Keelson) -> Result<Vec<String>> {
    let mut findings = Vec::new();
    if keelson.db.engine() == Engine::Sqlite {
        findings.extend(sqlite(keelson).await?);
    }
    for kind in Kind::ALL {
        findings.extend(columns(keelson, kind).await?);
    }
    findings.extend(queue(keelson).await?);
    Ok(findings)
}

async fn sqlite(keelson: &Keelson) -> Result<Vec<String>> {
    let db = keelson.db.read();
    let mut findings = Vec::new();
    for row in db
        .query_all_raw(Statement::from_string(
            db.get_database_backend(),
            "PRAGMA integrity_check",
        ))
        .await?
    {
        let line: String = row.try_get_by_index(0)?;
        if line != "ok" {
            findings.push(format!(
                "The database is damaged: {line}. Restore the last backup."
            ));
        }
    }
    for row in db
        .query_all_raw(Statement::from_string(
            db.get_database_backend(),
            "PRAGMA foreign_key_check",
        ))
        .await?
    {
        let table: String = row.try_get_by_index(0)?;
        findings.push(format!(
            "A row of {table} points at a row that is not there. Restore the last backup."
        ));
    }
    Ok(findings)
}

#[derive(FromQueryResult)]
struct Month {
    month: i32,
    wanted: i64,
    written: i64,
    file: Option<String>,
    rows: i64,
    facts: i64,
}

/// Every month's file is there and holds as many facts as the record.
async fn columns(keelson: &Keelson, kind: Kind) -> Result<Vec<String>> {
    let code = kind.code();
    // Receipts are written with their order line; only those without one are a month of their own.
    let own = match kind {
        Kind::Receipts => {
            "AND fact.supplier_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM order_lines line \
             WHERE line.source_id = fact.source_id AND line.source_key = fact.line_key AND line.superseded_by IS NULL)"
        }
        // A line without an amount counts in no total and is not written.
        Kind::InvoiceLines => "AND fact.amount_minor IS NOT NULL",
        _ => "",
    };
    let db = keelson.db.read();
    let sql = format!(
        "SELECT month.month, month.wanted, month.written, month.file, month.rows, \
         (SELECT COUNT(*) FROM {code} fact WHERE fact.month = month.month AND fact.superseded_by IS NULL {own}) AS facts \
         FROM projection_months month WHERE month.kind = '{code}' ORDER BY month.month"
    );
    let months = Month::find_by_statement(Statement::from_string(db.get_database_backend(), sql))
        .all(db)
        .await?;
    let mut findings = Vec::new();
    for month in months {
        let what = format!("{code} of {}", month.month);
        if month.wanted > month.written {
            findings.push(format!("The columns for {what} wait to be written. Run `keelson reproject`, or let the server do it."));
            continue;
        }
        if month.rows != month.facts {
            findings.push(format!(
                "The columns for {what} hold {} facts, the record holds {}. Run `keelson reproject`.",
                month.rows, month.facts
            ));
        }
        if let Some(file) = month.file {
            match keelson
                .analytics
                .store()
                .head(&Path::from(file.as_str()))
                .await
            {
                Ok(_) => {}
                Err(object_store::Error::NotFound { .. }) => {
                    findings.push(format!(
                        "The file {file} with {what} is gone. Run `keelson reproject`."
                    ));
                }
                Err(error) => return Err(error.into()),
            }
        }
    }
    Ok(findings)
}

async fn queue(keelson: &Keelson) -> Result<Vec<String>> {
    let waiting = keelson_jobs::waiting(keelson.db.read()).await?;
    Ok(waiting
        .into_iter()
        .filter(|job| job.state == "set_aside")
        .map(|job| {
            format!(
                "The job {} was set aside after {} attempts: {}.",
                job.name,
                job.attempts,
                job.last_error.unwrap_or_default()
            )
        })
        .collect())
}
