//! PostgreSQL: COPY.

use std::{
    collections::{HashMap, HashSet},
    fmt::Write,
};

use sqlx::{PgConnection, Row};

use keelson_analytics::Kind;

use super::{Existing, all_columns};
use crate::{
    ImportId, Result, SourceId,
    operations::fact::{Cell, Fact},
};

pub(super) async fn existing(
    tx: &mut PgConnection,
    kind: Kind,
    source: SourceId,
    keys: &[String],
) -> Result<HashMap<String, Existing>> {
    let sql = format!(
        "SELECT source_key, id, digest, month FROM {} WHERE source_id = $1 AND superseded_by IS NULL AND source_key = ANY($2)",
        kind.code()
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(source.0)
        .bind(keys)
        .fetch_all(tx)
        .await?;
    rows.into_iter()
        .map(|row| {
            let existing = Existing {
                id: row.try_get(1)?,
                digest: row.try_get(2)?,
                month: row.try_get(3)?,
            };
            Ok((row.try_get(0)?, existing))
        })
        .collect()
}

pub(super) async fn insert(
    tx: &mut PgConnection,
    kind: Kind,
    source: SourceId,
    import: ImportId,
    facts: &[Fact],
) -> Result<()> {
    let sql = format!("COPY {} ({}) FROM STDIN", kind.code(), all_columns(kind));
    let mut copy = tx.copy_in_raw(&sql).await?;
    let mut text = String::with_capacity(1 << 20);
    for fact in facts {
        line(&mut text, source, import, fact);
        if text.len() > 1 << 20 {
            copy.send(text.as_bytes()).await?;
            text.clear();
        }
    }
    copy.send(text.as_bytes()).await?;
    copy.finish().await?;
    Ok(())
}

/// One row in COPY's text format: tab between columns, `\N` for nothing.
fn line(out: &mut String, source: SourceId, import: ImportId, fact: &Fact) {
    let _ = write!(out, "{source}\t{import}\t");
    text(out, Some(&fact.key));
    out.push('\t');
    number(out, fact.supplier.map(|supplier| supplier.0));
    let _ = write!(
        out,
        "\t{}\t{}\t{}\t",
        fact.month, fact.digest, fact.row_number
    );
    text(out, fact.missing.as_deref());
    for value in &fact.cells {
        out.push('\t');
        cell(out, value);
    }
    out.push('\n');
}

fn cell(out: &mut String, cell: &Cell) {
    match cell {
        Cell::Number(value) => number(out, *value),
        // Written so that it reads back as the same number.
        Cell::Real(value) => match value {
            Some(value) => {
                let _ = write!(out, "{value:?}");
            }
            None => out.push_str("\\N"),
        },
        Cell::Text(value) => text(out, value.as_deref()),
    }
}

pub(super) async fn insert_rows(
    tx: &mut PgConnection,
    table: &str,
    columns: &[&str],
    rows: impl Iterator<Item = Vec<Cell>>,
) -> Result<()> {
    let sql = format!("COPY {table} ({}) FROM STDIN", columns.join(", "));
    let mut copy = tx.copy_in_raw(&sql).await?;
    let mut lines = String::new();
    for cells in rows {
        for (place, value) in cells.iter().enumerate() {
            if place > 0 {
                lines.push('\t');
            }
            cell(&mut lines, value);
        }
        lines.push('\n');
        if lines.len() > 1 << 20 {
            copy.send(lines.as_bytes()).await?;
            lines.clear();
        }
    }
    copy.send(lines.as_bytes()).await?;
    copy.finish().await?;
    Ok(())
}

fn number(out: &mut String, value: Option<i64>) {
    match value {
        Some(value) => {
            let _ = write!(out, "{value}");
        }
        None => out.push_str("\\N"),
    }
}

fn text(out: &mut String, value: Option<&str>) {
    let Some(value) = value else {
        return out.push_str("\\N");
    };
    for character in value.chars() {
        match character {
            '\\' => out.push_str("\\\\"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            // PostgreSQL's text cannot hold it.
            '\0' => {}
            other => out.push(other),
        }
    }
}

/// `sql` ends with the column the keys are looked up in.
pub(super) async fn found_places(
    tx: &mut PgConnection,
    sql: &str,
    keys: &[String],
) -> Result<HashSet<(i32, i64)>> {
    let rows = sqlx::query(sqlx::AssertSqlSafe(format!("{sql} = ANY($1)")))
        .bind(keys)
        .fetch_all(tx)
        .await?;
    rows.into_iter()
        .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)))
        .collect()
}
