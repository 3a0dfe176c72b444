//! Many rows into one table: as few statements as the engines' limits on parameters allow.
//!
//! Rows come as values rather than as an iterator, because a future that holds one is not `Send` for every lifetime.

use std::collections::HashMap;

use sea_orm::{ConnectionTrait, DbBackend, QueryResult, Statement, Value};

use crate::{Result, Tx};

/// SQLite takes 32,766 parameters a statement, PostgreSQL 65,535.
const PARAMETERS: usize = 32_000;

/// Inserts rows of as many values as there are columns. `tail` ends each statement: `ON CONFLICT …`, or nothing.
pub(crate) async fn insert(
    tx: &Tx,
    table: &str,
    columns: &[&str],
    rows: Vec<Vec<Value>>,
    tail: &str,
) -> Result<()> {
    for statement in statements(tx, table, columns, rows, tail) {
        tx.execute_raw(statement).await?;
    }
    Ok(())
}

/// Inserts rows and answers the id each was given, by the value of one of its columns, which must not repeat.
pub(crate) async fn insert_returning(
    tx: &Tx,
    table: &str,
    columns: &[&str],
    rows: Vec<Vec<Value>>,
    by: &str,
) -> Result<HashMap<i64, i64>> {
    let tail = format!("RETURNING {by}, id");
    let mut ids = HashMap::new();
    for statement in statements(tx, table, columns, rows, &tail) {
        for row in tx.query_all_raw(statement).await? {
            ids.insert(key(&row)?, row.try_get_by_index(1)?);
        }
    }
    Ok(ids)
}

fn key(row: &QueryResult) -> Result<i64> {
    Ok(row.try_get_by_index(0)?)
}

fn statements(
    tx: &Tx,
    table: &str,
    columns: &[&str],
    rows: Vec<Vec<Value>>,
    tail: &str,
) -> impl Iterator<Item = Statement> {
    let head = format!("INSERT INTO {table} ({}) VALUES ", columns.join(", "));
    let width = columns.len();
    let most = PARAMETERS / width;
    let mut rows = rows.into_iter();
    std::iter::from_fn(move || {
        let values: Vec<Value> = rows.by_ref().take(most).flatten().collect();
        debug_assert_eq!(values.len() % width, 0, "a value per column");
        (!values.is_empty()).then(|| {
            let backend = tx.get_database_backend();
            // SQLite looks every numbered place up among all before it, so that thousands take seconds.
            let numbered = backend == DbBackend::Postgres;
            let sql = text(&head, values.len(), width, tail, numbered);
            Statement::from_sql_and_values(backend, sql, values)
        })
    })
}

/// `INSERT … VALUES ($1, $2), ($3, $4) …`, or with `?` in every place.
fn text(head: &str, values: usize, width: usize, tail: &str, numbered: bool) -> String {
    let mut sql = String::with_capacity(head.len() + values * 8 + tail.len());
    sql.push_str(head);
    for place in 0..values {
        sql.push_str(match (place, place % width) {
            (0, _) => "(",
            (_, 0) => "), (",
            _ => ", ",
        });
        if numbered {
            sql.push_str(&format!("${}", place + 1));
        } else {
            sql.push('?');
        }
    }
    sql.push_str(") ");
    sql.push_str(tail);
    sql
}

/// Our own ids as the inside of `IN (…)`; `NULL`, which is in nothing, for none.
pub(crate) fn list(ids: &[i64]) -> String {
    if ids.is_empty() {
        return "NULL".to_owned();
    }
    ids.iter().map(i64::to_string).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    #[test]
    fn values_are_numbered_row_by_row() {
        assert_eq!(
            super::text("INSERT INTO t (a, b) VALUES ", 4, 2, "RETURNING id", true),
            "INSERT INTO t (a, b) VALUES ($1, $2), ($3, $4) RETURNING id"
        );
        assert_eq!(
            super::text("INSERT INTO t (a, b) VALUES ", 4, 2, "", false),
            "INSERT INTO t (a, b) VALUES (?, ?), (?, ?) "
        );
        assert_eq!(super::list(&[]), "NULL");
        assert_eq!(super::list(&[3, 5]), "3,5");
    }
}
