//! SQLite: a statement for one row, prepared once and stepped through.

use std::collections::{HashMap, HashSet};

use keelson_analytics::Kind;
use rusqlite::{Connection, Result, Statement, ToSql, types::Null};

use super::{Existing, all_columns};
use crate::{
    ImportId, SourceId,
    operations::fact::{Cell, Fact},
};

pub(super) fn existing(
    connection: &Connection,
    kind: Kind,
    source: SourceId,
    keys: Vec<String>,
) -> Result<HashMap<String, Existing>> {
    let mut look_up = connection.prepare(&format!(
        "SELECT id, digest, month FROM {} WHERE source_id = ?1 AND superseded_by IS NULL AND source_key = ?2",
        kind.code()
    ))?;
    let mut found = HashMap::new();
    for key in keys {
        let mut rows = look_up.query((source.0, &key))?;
        if let Some(row) = rows.next()? {
            let existing = Existing {
                id: row.get(0)?,
                digest: row.get(1)?,
                month: row.get(2)?,
            };
            found.insert(key, existing);
        }
    }
    Ok(found)
}

pub(super) fn insert(
    connection: &Connection,
    kind: Kind,
    source: SourceId,
    import: ImportId,
    facts: &[Fact],
) -> Result<()> {
    let columns = all_columns(kind);
    let mut insert = prepare(connection, kind.code(), &columns)?;
    for fact in facts {
        let mut row = Places::of(&mut insert);
        row.next(source.0)?;
        row.next(import.0)?;
        row.next(&fact.key)?;
        row.next(fact.supplier.map(|supplier| supplier.0))?;
        row.next(fact.month)?;
        row.next(&fact.digest)?;
        row.next(fact.row_number)?;
        row.next(&fact.missing)?;
        row.cells(&fact.cells)?;
        insert.raw_execute()?;
    }
    Ok(())
}

pub(super) fn insert_rows(
    connection: &Connection,
    table: &str,
    columns: &[&str],
    rows: impl Iterator<Item = Vec<Cell>>,
) -> Result<()> {
    let mut insert = prepare(connection, table, &columns.join(", "))?;
    for cells in rows {
        Places::of(&mut insert).cells(&cells)?;
        insert.raw_execute()?;
    }
    Ok(())
}

fn prepare<'a>(connection: &'a Connection, table: &str, columns: &str) -> Result<Statement<'a>> {
    let places = vec!["?"; columns.split(',').count()].join(",");
    connection.prepare(&format!(
        "INSERT INTO {table} ({columns}) VALUES ({places})"
    ))
}

/// The places of a statement, filled from left to right. What is not filled keeps what the row before it had there.
struct Places<'a, 'c> {
    statement: &'a mut Statement<'c>,
    next: usize,
}

impl<'a, 'c> Places<'a, 'c> {
    fn of(statement: &'a mut Statement<'c>) -> Self {
        Self { statement, next: 1 }
    }

    fn next(&mut self, value: impl ToSql) -> Result<()> {
        self.statement.raw_bind_parameter(self.next, value)?;
        self.next += 1;
        Ok(())
    }

    fn cells(&mut self, cells: &[Cell]) -> Result<()> {
        for cell in cells {
            match cell {
                Cell::Number(Some(number)) => self.next(number),
                Cell::Real(Some(number)) => self.next(number),
                Cell::Text(Some(text)) => self.next(text),
                Cell::Number(None) | Cell::Real(None) | Cell::Text(None) => self.next(Null),
            }?;
        }
        Ok(())
    }
}

/// `sql` ends with the column the keys are looked up in.
pub(super) fn found_places(
    connection: &Connection,
    sql: &str,
    keys: Vec<String>,
) -> Result<HashSet<(i32, i64)>> {
    let mut look_up = connection.prepare(&format!("{sql} = ?1"))?;
    let mut found = HashSet::new();
    for key in keys {
        let mut rows = look_up.query([key])?;
        while let Some(row) = rows.next()? {
            found.insert((row.get(0)?, row.get(1)?));
        }
    }
    Ok(found)
}
