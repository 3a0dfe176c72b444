//! Everything that is kept, table by table, for whoever wants to take it elsewhere.

use keelson_analytics::Kind;
use sea_orm::{ConnectionTrait, FromQueryResult, Statement};
use serde_json::{Map, Value};

use crate::{Keelson, Result};

/// What can be exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Export {
    Suppliers,
    /// The current facts of a kind; superseded ones stay behind.
    Facts(Kind),
    Measures,
    Scorecards,
    Tiers,
}

impl Export {
    fn table(self) -> &'static str {
        match self {
            Self::Suppliers => "suppliers",
            Self::Facts(kind) => kind.code(),
            Self::Measures => "measures",
            Self::Scorecards => "scorecards",
            Self::Tiers => "tiers",
        }
    }

    /// The column rows are read along, in steps of so many.
    fn along(self) -> (&'static str, i64) {
        match self {
            Self::Measures => ("supplier_id", 100),
            _ => ("id", 5_000),
        }
    }
}

/// The rows with a key after `after`, some thousand at a time, and the key to go on from; `None` after the last.
pub async fn rows(
    keelson: &Keelson,
    what: Export,
    after: i64,
) -> Result<Option<(Vec<Map<String, Value>>, i64)>> {
    let db = keelson.db.read();
    let (table, (key, step)) = (what.table(), what.along());
    let current = match what {
        Export::Facts(_) => "AND superseded_by IS NULL",
        _ => "",
    };
    let next: Option<i64> = db
        .query_one_raw(Statement::from_sql_and_values(
            db.get_database_backend(),
            format!("SELECT MIN({key}) FROM {table} WHERE {key} > $1 {current}"),
            [after.into()],
        ))
        .await?
        .and_then(|row| row.try_get_by_index(0).ok())
        .flatten();
    let Some(first) = next else {
        return Ok(None);
    };
    let until = first + step - 1;
    let rows = Value::find_by_statement(Statement::from_sql_and_values(
        db.get_database_backend(),
        format!("SELECT * FROM {table} WHERE {key} >= $1 AND {key} <= $2 {current} ORDER BY {key}"),
        [first.into(), until.into()],
    ))
    .all(db)
    .await?;
    let rows = rows
        .into_iter()
        .filter_map(|row| match row {
            Value::Object(fields) => Some(fields),
            _ => None,
        })
        .collect();
    Ok(Some((rows, until)))
}
