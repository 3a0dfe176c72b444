//! SQLite: statements with as many rows as its limit on parameters allows.

use std::collections::HashMap;

use sqlx::{Arguments, Row, Sqlite, SqliteConnection, sqlite::SqliteArguments};

use keelson_analytics::Kind;

use super::{Existing, all_columns};
use crate::{
    ImportId, Result, SourceId,
    operations::fact::{Cell, Fact, columns},
};

/// SQLite's default limit is 32,766 parameters a statement.
const PARAMETERS: usize = 32_000;

pub(super) async fn existing(
    tx: &mut SqliteConnection,
    kind: Kind,
    source: SourceId,
    keys: &[String],
) -> Result<HashMap<String, Existing>> {
    let mut found = HashMap::new();
    for chunk in keys.chunks(1_000) {
        let sql = format!(
            "SELECT source_key, id, digest, month FROM {} WHERE source_id = ? AND superseded_by IS NULL AND source_key IN ({})",
            kind.code(),
            places(chunk.len())
        );
        let mut query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(source.0);
        for key in chunk {
            query = query.bind(key.as_str());
        }
        for row in query.fetch_all(&mut *tx).await? {
            let existing = Existing {
                id: row.try_get(1)?,
                digest: row.try_get(2)?,
                month: row.try_get(3)?,
            };
            found.insert(row.try_get(0)?, existing);
        }
    }
    Ok(found)
}

pub(super) async fn insert(
    tx: &mut SqliteConnection,
    kind: Kind,
    source: SourceId,
    import: ImportId,
    facts: &[Fact],
) -> Result<()> {
    let width = super::COMMON.len() - 2 + columns(kind).len();
    // The source and the import are the same for every row, so they stand in the text: our own numbers, 2 parameters less.
    let row = format!("({source},{import},{})", places(width));
    for chunk in facts.chunks(PARAMETERS / width) {
        let rows = vec![row.as_str(); chunk.len()].join(",");
        let sql = format!(
            "INSERT INTO {} ({}) VALUES {rows}",
            kind.code(),
            all_columns(kind)
        );
        let mut values = SqliteArguments::default();
        values.reserve(width * chunk.len(), 0);
        for fact in chunk {
            bind(&mut values, fact)?;
        }
        sqlx::query_with::<Sqlite, _>(sqlx::AssertSqlSafe(sql), values)
            .execute(&mut *tx)
            .await?;
    }
    Ok(())
}

fn bind(values: &mut SqliteArguments, fact: &Fact) -> Result<()> {
    let add = |outcome: std::result::Result<(), sqlx::error::BoxDynError>| {
        outcome.map_err(sqlx::Error::Encode)
    };
    add(values.add(fact.key.clone()))?;
    add(values.add(fact.supplier.map(|supplier| supplier.0)))?;
    add(values.add(fact.month))?;
    add(values.add(fact.digest.clone()))?;
    add(values.add(fact.row_number))?;
    add(values.add(fact.missing.clone()))?;
    bind_cells(values, &fact.cells)
}

fn bind_cells(values: &mut SqliteArguments, cells: &[Cell]) -> Result<()> {
    for cell in cells {
        match cell {
            Cell::Number(number) => values.add(*number),
            Cell::Text(text) => values.add(text.clone()),
        }
        .map_err(sqlx::Error::Encode)?;
    }
    Ok(())
}

pub(super) async fn insert_rows(
    tx: &mut SqliteConnection,
    table: &str,
    columns: &[&str],
    rows: &[Vec<Cell>],
) -> Result<()> {
    let row = format!("({})", places(columns.len()));
    for chunk in rows.chunks(1_000) {
        let sql = format!(
            "INSERT INTO {table} ({}) VALUES {}",
            columns.join(", "),
            vec![row.as_str(); chunk.len()].join(",")
        );
        let mut values = SqliteArguments::default();
        for cells in chunk {
            bind_cells(&mut values, cells)?;
        }
        sqlx::query_with::<Sqlite, _>(sqlx::AssertSqlSafe(sql), values)
            .execute(&mut *tx)
            .await?;
    }
    Ok(())
}

/// `sql` ends with the column the keys are looked up in.
pub(super) async fn found_places(
    tx: &mut SqliteConnection,
    sql: &str,
    keys: &[&str],
) -> Result<Vec<(i32, i64)>> {
    let mut found = Vec::new();
    for chunk in keys.chunks(1_000) {
        let sql = format!("{sql} IN ({})", places(chunk.len()));
        let mut query = sqlx::query(sqlx::AssertSqlSafe(sql));
        for key in chunk {
            query = query.bind(*key);
        }
        for row in query.fetch_all(&mut *tx).await? {
            found.push((row.try_get(0)?, row.try_get(1)?));
        }
    }
    Ok(found)
}

fn places(count: usize) -> String {
    vec!["?"; count].join(",")
}
