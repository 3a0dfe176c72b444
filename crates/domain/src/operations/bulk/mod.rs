//! Facts arrive by the hundred thousand. This is the one way in: it compares, supersedes, inserts, and marks the months the
//! projection has to rewrite, all in one transaction with the import's own progress, so that a killed import goes on exactly
//! where its last commit ended.

mod postgres;
mod sqlite;

use std::collections::{BTreeSet, HashMap, HashSet};

use keelson_analytics::Kind;

use super::{
    embedded::Embedded,
    fact::{Cell, Fact, columns},
};
use crate::{Db, ImportId, Result, SourceId};

/// The columns every fact has, before those of its kind.
const COMMON: [&str; 8] = [
    "source_id",
    "import_id",
    "source_key",
    "supplier_id",
    "month",
    "digest",
    "row_number",
    "missing",
];

/// A transaction that speaks the engine's own bulk language.
pub enum Bulk {
    Sqlite(Embedded),
    Postgres(sqlx::Transaction<'static, sqlx::Postgres>),
}

/// What a batch did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Loaded {
    pub inserted: u64,
    pub superseded: u64,
    /// The keys of the facts that were there already, just like this.
    pub unchanged: HashSet<String>,
}

/// What the caller knows before the database is asked. Each promise spares a look-up; a false one would break the record.
#[derive(Clone, Copy, Debug, Default)]
pub struct Known {
    /// The source has no current fact of this kind with any of these keys.
    pub no_key_yet: bool,
    /// The order lines of these receipts were loaded in the same transaction, so their months are on the worklist.
    pub lines_touched: bool,
    /// The source has no receipt that could have waited for one of these order lines.
    pub no_receipt_yet: bool,
}

/// Order lines by their own key, and receipts by that of their order line.
const LINES: (&str, &str) = ("order_lines", "source_key");
const RECEIPTS: (&str, &str) = ("receipts", "supplier_id IS NOT NULL AND line_key");

/// A supplier that is touched again is computed again.
const AGAIN: &str = "ON CONFLICT (supplier_id) DO UPDATE SET wanted = touched_suppliers.wanted + 1";

/// Where facts lie and whose they are.
struct Places {
    months: BTreeSet<i32>,
    suppliers: BTreeSet<i64>,
}

/// A fact that is in the table already.
struct Existing {
    id: i64,
    digest: String,
    month: i32,
}

impl Bulk {
    pub async fn begin(db: &Db) -> Result<Self> {
        Ok(match db.file() {
            Some(file) => Self::Sqlite(Embedded::begin(db, file).await?),
            None => Self::Postgres(db.writer().get_postgres_connection_pool().begin().await?),
        })
    }

    pub async fn commit(self) -> Result<()> {
        match self {
            Self::Sqlite(embedded) => embedded.commit().await,
            Self::Postgres(tx) => Ok(tx.commit().await?),
        }
    }

    /// Loads facts of one source. Keys must not repeat within `facts`.
    pub async fn load(
        &mut self,
        kind: Kind,
        source: SourceId,
        import: ImportId,
        mut facts: Vec<Fact>,
        known: Known,
    ) -> Result<Loaded> {
        let mut loaded = Loaded::default();
        let mut months: BTreeSet<i32> = BTreeSet::new();
        let mut retired = Vec::new();
        let mut new_lines = Vec::new();
        if !known.no_key_yet {
            let keys: Vec<String> = facts.iter().map(|fact| fact.key.clone()).collect();
            let existing = self.existing(kind, source, keys).await?;
            facts.retain(|fact| match existing.get(&fact.key) {
                None => {
                    if kind == Kind::OrderLines && !known.no_receipt_yet {
                        new_lines.push(fact.key.clone());
                    }
                    true
                }
                Some(old) if old.digest == fact.digest => {
                    loaded.unchanged.insert(fact.key.clone());
                    false
                }
                Some(old) => {
                    loaded.superseded += 1;
                    retired.push(old.id);
                    months.insert(old.month);
                    true
                }
            });
        }
        loaded.inserted = facts.len() as u64 - loaded.superseded;
        let mut suppliers: BTreeSet<i64> = facts
            .iter()
            .filter_map(|fact| Some(fact.supplier?.0))
            .collect();
        if kind == Kind::OrderLines && known.no_key_yet && !known.no_receipt_yet {
            new_lines.extend(facts.iter().map(|fact| fact.key.clone()));
        }
        if !new_lines.is_empty() {
            // A receipt that came before its line stood for itself; from now on it is projected with the line.
            let waiting = self.places(RECEIPTS, source, new_lines).await?;
            self.touch(Kind::Receipts, &waiting.months, import).await?;
            suppliers.extend(waiting.suppliers);
        }
        months.extend(facts.iter().map(|fact| fact.month));
        if kind == Kind::Receipts && !known.lines_touched {
            // A receipt is projected with its line, so it is the line's month that has to be rewritten.
            let lines = facts.iter().filter_map(|fact| fact.text(0));
            let lines = lines.map(str::to_owned).collect();
            let lines = self.places(LINES, source, lines).await?;
            self.touch(Kind::OrderLines, &lines.months, import).await?;
            suppliers.extend(lines.suppliers);
        }
        if !retired.is_empty() {
            if kind == Kind::Receipts {
                self.touch_lines_of_receipts(&retired, import).await?;
            }
            self.touch_suppliers_of(kind, &retired).await?;
            self.retire(kind, &retired).await?;
        }
        if !facts.is_empty() {
            self.insert(kind, source, import, facts).await?;
            self.touch(kind, &months, import).await?;
            self.touch_suppliers(&suppliers).await?;
        }
        if !retired.is_empty() {
            self.succeed(kind, &retired).await?;
        }
        Ok(loaded)
    }

    async fn existing(
        &mut self,
        kind: Kind,
        source: SourceId,
        keys: Vec<String>,
    ) -> Result<HashMap<String, Existing>> {
        match self {
            Self::Sqlite(embedded) => {
                let work = move |connection: &_| sqlite::existing(connection, kind, source, keys);
                embedded.work(work).await
            }
            Self::Postgres(tx) => postgres::existing(tx, kind, source, &keys).await,
        }
    }

    /// Takes rows out of the current ones; their successors are not there yet.
    async fn retire(&mut self, kind: Kind, ids: &[i64]) -> Result<()> {
        let sql = |list: &str| {
            format!(
                "UPDATE {} SET superseded_by = 0 WHERE id IN ({list})",
                kind.code()
            )
        };
        self.with_ids(ids, sql).await
    }

    /// Points retired rows at their successors.
    async fn succeed(&mut self, kind: Kind, ids: &[i64]) -> Result<()> {
        let table = kind.code();
        let sql = |list: &str| {
            format!(
                "UPDATE {table} SET superseded_by = (SELECT successor.id FROM {table} successor \
                 WHERE successor.source_id = {table}.source_id AND successor.source_key = {table}.source_key \
                 AND successor.superseded_by IS NULL) WHERE id IN ({list})"
            )
        };
        self.with_ids(ids, sql).await
    }

    /// Runs a statement for ids, which are our own numbers and so may stand in its text.
    async fn with_ids(&mut self, ids: &[i64], sql: impl Fn(&str) -> String) -> Result<()> {
        for chunk in ids.chunks(1_000) {
            let list: Vec<String> = chunk.iter().map(i64::to_string).collect();
            self.execute(sql(&list.join(","))).await?;
        }
        Ok(())
    }

    /// Waits until nobody else writes to a table, and lets nobody else before the commit. Reading goes on.
    pub async fn alone_in(&mut self, table: &'static str) -> Result<()> {
        match self {
            // A writer is alone there anyway.
            Self::Sqlite(_) => Ok(()),
            Self::Postgres(_) => self
                .execute(format!("LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE"))
                .await
                .map(drop),
        }
    }

    /// Runs a statement made of our own words and numbers only, and says how many rows it touched.
    pub async fn execute(&mut self, sql: String) -> Result<u64> {
        match self {
            Self::Sqlite(embedded) => {
                let touched = embedded.work(move |connection| connection.execute(&sql, []));
                Ok(touched.await? as u64)
            }
            Self::Postgres(tx) => {
                let sql = sqlx::raw_sql(sqlx::AssertSqlSafe(sql));
                Ok(sql.execute(&mut **tx).await?.rows_affected())
            }
        }
    }

    /// A corrected receipt may name another line now; the line it named before has to be rewritten too.
    async fn touch_lines_of_receipts(&mut self, ids: &[i64], import: ImportId) -> Result<()> {
        let sql = |list: &str| {
            format!(
                "INSERT INTO projection_months (kind, month, wanted, import_id) \
                 SELECT DISTINCT 'order_lines', line.month, 1, {import} FROM receipts receipt JOIN order_lines line \
                 ON line.source_id = receipt.source_id AND line.source_key = receipt.line_key AND line.superseded_by IS NULL \
                 WHERE receipt.id IN ({list}) \
                 ON CONFLICT (kind, month) DO UPDATE SET wanted = projection_months.wanted + 1, import_id = excluded.import_id"
            )
        };
        self.with_ids(ids, sql).await?;
        let sql = |list: &str| {
            format!(
                "INSERT INTO touched_suppliers (supplier_id, wanted) \
                 SELECT DISTINCT line.supplier_id, 1 FROM receipts receipt JOIN order_lines line \
                 ON line.source_id = receipt.source_id AND line.source_key = receipt.line_key AND line.superseded_by IS NULL \
                 WHERE receipt.id IN ({list}) {AGAIN}"
            )
        };
        self.with_ids(ids, sql).await
    }

    /// Notes that the figures of these suppliers have to follow their facts.
    async fn touch_suppliers(&mut self, suppliers: &BTreeSet<i64>) -> Result<()> {
        let suppliers: Vec<i64> = suppliers.iter().copied().collect();
        for chunk in suppliers.chunks(1_000) {
            let rows: Vec<String> = chunk.iter().map(|id| format!("({id}, 1)")).collect();
            let rows = rows.join(",");
            self.execute(format!(
                "INSERT INTO touched_suppliers (supplier_id, wanted) VALUES {rows} {AGAIN}"
            ))
            .await?;
        }
        Ok(())
    }

    /// The same for the suppliers of facts that are there.
    async fn touch_suppliers_of(&mut self, kind: Kind, ids: &[i64]) -> Result<()> {
        let sql = |list: &str| {
            format!(
                "INSERT INTO touched_suppliers (supplier_id, wanted) SELECT DISTINCT supplier_id, 1 FROM {} \
                 WHERE id IN ({list}) AND supplier_id IS NOT NULL {AGAIN}",
                kind.code()
            )
        };
        self.with_ids(ids, sql).await
    }

    async fn insert(
        &mut self,
        kind: Kind,
        source: SourceId,
        import: ImportId,
        facts: Vec<Fact>,
    ) -> Result<()> {
        match self {
            Self::Sqlite(embedded) => {
                let work =
                    move |connection: &_| sqlite::insert(connection, kind, source, import, &facts);
                embedded.work(work).await
            }
            Self::Postgres(tx) => postgres::insert(tx, kind, source, import, &facts).await,
        }
    }

    /// Inserts plain rows into another table in the same transaction, made one at a time. Table and columns are our own words.
    pub async fn insert_rows(
        &mut self,
        table: &'static str,
        columns: &'static [&'static str],
        rows: impl Iterator<Item = Vec<Cell>> + Send + 'static,
    ) -> Result<()> {
        match self {
            Self::Sqlite(embedded) => {
                let work =
                    move |connection: &_| sqlite::insert_rows(connection, table, columns, rows);
                embedded.work(work).await
            }
            Self::Postgres(tx) => postgres::insert_rows(tx, table, columns, rows).await,
        }
    }

    /// The months and suppliers of the current facts with these keys.
    async fn places(
        &mut self,
        (table, column): (&str, &str),
        source: SourceId,
        keys: Vec<String>,
    ) -> Result<Places> {
        let sql = format!(
            "SELECT DISTINCT month, supplier_id FROM {table} WHERE source_id = {source} AND superseded_by IS NULL AND {column}"
        );
        let found = match self {
            Self::Sqlite(embedded) => {
                let work = move |connection: &_| sqlite::found_places(connection, &sql, keys);
                embedded.work(work).await?
            }
            Self::Postgres(tx) => postgres::found_places(tx, &sql, &keys).await?,
        };
        Ok(Places {
            months: found.iter().map(|(month, _)| *month).collect(),
            suppliers: found.into_iter().map(|(_, supplier)| supplier).collect(),
        })
    }

    /// Takes back receipts their source no longer reports, by their keys: they stay readable, and no successor takes their
    /// place. Answers which of the keys there were.
    pub async fn withdraw_receipts(
        &mut self,
        source: SourceId,
        keys: Vec<String>,
        import: ImportId,
    ) -> Result<HashSet<String>> {
        if keys.is_empty() {
            return Ok(HashSet::new());
        }
        let existing = self.existing(Kind::Receipts, source, keys).await?;
        if existing.is_empty() {
            return Ok(HashSet::new());
        }
        let ids: Vec<i64> = existing.values().map(|old| old.id).collect();
        let months = existing.values().map(|old| old.month).collect();
        self.touch_lines_of_receipts(&ids, import).await?;
        self.touch_suppliers_of(Kind::Receipts, &ids).await?;
        self.touch(Kind::Receipts, &months, import).await?;
        self.with_ids(&ids, |list| {
            format!("UPDATE receipts SET superseded_by = id WHERE id IN ({list})")
        })
        .await?;
        Ok(existing.into_keys().collect())
    }

    /// Puts months on the projection's worklist.
    pub async fn touch(
        &mut self,
        kind: Kind,
        months: &BTreeSet<i32>,
        import: ImportId,
    ) -> Result<()> {
        if months.is_empty() {
            return Ok(());
        }
        let rows: Vec<String> = months
            .iter()
            .map(|month| format!("('{}', {month}, 1, {import})", kind.code()))
            .collect();
        self.execute(format!(
            "INSERT INTO projection_months (kind, month, wanted, import_id) VALUES {} \
             ON CONFLICT (kind, month) DO UPDATE SET wanted = projection_months.wanted + 1, import_id = excluded.import_id",
            rows.join(",")
        ))
        .await
        .map(drop)
    }
}

impl Fact {
    /// The text in a cell; empty for a number.
    fn text(&self, column: usize) -> Option<&str> {
        match self.cells.get(column) {
            Some(Cell::Text(text)) => text.as_deref(),
            _ => None,
        }
    }
}

/// All columns of a kind, as they follow in an INSERT or a COPY.
fn all_columns(kind: Kind) -> String {
    COMMON
        .iter()
        .chain(columns(kind))
        .copied()
        .collect::<Vec<_>>()
        .join(", ")
}
