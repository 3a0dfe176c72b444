use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult, Statement, Value};

use crate::Result;

/// A statement put together from text and values. A `?` in the text stands for a value on both engines, so a question with
/// many optional conditions is written once and no value ever becomes text.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sql {
    text: String,
    values: Vec<Value>,
}

impl Sql {
    pub(crate) fn new(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            values: Vec::new(),
        }
    }

    /// Adds text that holds no value.
    pub(crate) fn push(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    /// Adds text with one `?` and its value.
    pub(crate) fn with(&mut self, text: &str, value: impl Into<Value>) -> &mut Self {
        self.push(text);
        self.values.push(value.into());
        self
    }

    /// Adds a value to a `?` already in the text; values go in the order of their marks.
    pub(crate) fn bind(mut self, value: impl Into<Value>) -> Self {
        self.values.push(value.into());
        self
    }

    /// Adds `?, ?, ?` and the values, for `IN (…)`. An empty list becomes `NULL`, which is in nothing.
    pub(crate) fn list<V: Into<Value>>(
        &mut self,
        values: impl IntoIterator<Item = V>,
    ) -> &mut Self {
        let mut first = true;
        for value in values {
            self.push(if first { "?" } else { ", ?" });
            self.values.push(value.into());
            first = false;
        }
        if first {
            self.push("NULL");
        }
        self
    }

    /// Adds another piece with its values.
    pub(crate) fn append(&mut self, other: Self) -> &mut Self {
        self.text.push_str(&other.text);
        self.values.extend(other.values);
        self
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    fn statement(self, backend: DbBackend) -> Statement {
        let text = match backend {
            DbBackend::Postgres => numbered(&self.text),
            _ => self.text,
        };
        Statement::from_sql_and_values(backend, text, self.values)
    }

    pub(crate) async fn all<T: FromQueryResult>(self, db: &impl ConnectionTrait) -> Result<Vec<T>> {
        let rows = db
            .query_all_raw(self.statement(db.get_database_backend()))
            .await?;
        Ok(rows
            .iter()
            .map(|row| T::from_query_result(row, ""))
            .collect::<Result<_, _>>()?)
    }

    pub(crate) async fn one<T: FromQueryResult>(
        self,
        db: &impl ConnectionTrait,
    ) -> Result<Option<T>> {
        let row = db
            .query_one_raw(self.statement(db.get_database_backend()))
            .await?;
        Ok(row.map(|row| T::from_query_result(&row, "")).transpose()?)
    }

    /// Runs a change and says how many rows it touched.
    pub(crate) async fn run(self, db: &impl ConnectionTrait) -> Result<u64> {
        let done = db
            .execute_raw(self.statement(db.get_database_backend()))
            .await?;
        Ok(done.rows_affected())
    }
}

/// PostgreSQL numbers its values. Our own text holds no question mark that means anything else.
fn numbered(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut pieces = text.split('?');
    out.push_str(pieces.next().unwrap_or_default());
    for (place, piece) in pieces.enumerate() {
        out.push_str(&format!("${}{piece}", place + 1));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_become_numbers_where_the_engine_wants_them() {
        let mut sql = Sql::new("SELECT id FROM suppliers WHERE name = ?").bind("a");
        sql.push(" AND id IN (").list([1_i64, 2]).push(")");
        let postgres = sql.clone().statement(DbBackend::Postgres);
        assert_eq!(
            postgres.sql,
            "SELECT id FROM suppliers WHERE name = $1 AND id IN ($2, $3)"
        );
        assert_eq!(
            sql.statement(DbBackend::Sqlite).sql,
            "SELECT id FROM suppliers WHERE name = ? AND id IN (?, ?)"
        );
    }

    #[test]
    fn an_empty_list_is_in_nothing() {
        let mut sql = Sql::new("SELECT 1 WHERE 1 IN (");
        sql.list(Vec::<i64>::new()).push(")");
        assert_eq!(sql.text, "SELECT 1 WHERE 1 IN (NULL)");
    }
}
