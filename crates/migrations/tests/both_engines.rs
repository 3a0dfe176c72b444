//! The schema as each engine tells it: both hold the same, and a column's name says truly what it holds.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    collections::{BTreeMap, BTreeSet},
    process::ExitCode,
};

use keelson_domain::{Db, Result};
use keelson_migrations::{Migrator, MigratorTrait};
use keelson_testkit::{Engine, TestDb, db_test, run_on};
use sea_orm::{FromQueryResult, Statement};

#[test]
fn both_engines_hold_the_same_schema() -> ExitCode {
    run_on(Engine::Postgres, async |t: TestDb| -> Result<()> {
        let postgres = Schema::of(&t.db).await;
        let sqlite = Schema::of(&Db::open_sqlite(&t.folder().join("keelson.db")).await?).await;
        assert!(sqlite.columns.len() > 200, "the schema was not read");
        // One at a time, so that a failure shows the part that differs.
        assert_same(&sqlite.columns, &postgres.columns);
        assert_same(&sqlite.indexes, &postgres.indexes);
        assert_same(&sqlite.references, &postgres.references);
        Ok(())
    })
}

#[db_test]
async fn a_columns_name_says_what_it_holds(t: TestDb) {
    let wide = [
        "_minor", "_micros", "_milli", "_centi", "_ppm", "_at", "_id",
    ];
    for column in Schema::of(&t.db).await.columns {
        let Column {
            table, name, holds, ..
        } = &column;
        let must = if name == "id" || name == "at" || wide.iter().any(|end| name.ends_with(end)) {
            Some(Holds::Wide)
        } else if name.ends_with("_on") {
            Some(Holds::Narrow)
        } else {
            None
        };
        assert!(
            must.is_none_or(|must| must == *holds),
            "{column:?} does not hold {must:?}"
        );
        // Only what is derived for display may be a float; whatever is compared or summed is an integer.
        assert!(
            *holds != Holds::Float
                || (table == "measures" && ["value", "low", "high"].contains(&&**name)),
            "{table}.{name} is a float"
        );
    }
}

#[db_test]
async fn migrating_again_changes_nothing(t: TestDb) -> Result<()> {
    let before = Schema::of(&t.db).await;
    let tx = t.db.begin().await?;
    Migrator::up(&tx, None).await?;
    tx.commit().await?;
    assert_same(&before.columns, &Schema::of(&t.db).await.columns);
    Ok(())
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Holds {
    /// 64 bits.
    Wide,
    /// 32 bits.
    Narrow,
    Text,
    Truth,
    Float,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Column {
    table: String,
    name: String,
    holds: Holds,
    required: bool,
}

#[derive(Debug)]
struct Schema {
    columns: BTreeSet<Column>,
    /// Table, columns in order, unique, partial.
    indexes: BTreeSet<(String, Vec<String>, bool, bool)>,
    /// Table and column, and the table and column they point at.
    references: BTreeSet<[String; 4]>,
}

impl Schema {
    async fn of(db: &Db) -> Self {
        match db.engine() {
            Engine::Sqlite => Self {
                columns: columns(db, SQLITE_COLUMNS).await,
                indexes: indexes(db, SQLITE_INDEXES).await,
                references: references(db, SQLITE_REFERENCES).await,
            },
            Engine::Postgres => Self {
                columns: columns(db, POSTGRES_COLUMNS).await,
                indexes: indexes(db, POSTGRES_INDEXES).await,
                references: references(db, POSTGRES_REFERENCES).await,
            },
        }
    }
}

const SQLITE_COLUMNS: &str = "
    SELECT m.name AS table_name, c.name AS column_name, lower(c.type) AS holds,
           c.\"notnull\" = 1 OR c.pk > 0 AS required
    FROM sqlite_master m, pragma_table_info(m.name) c
    WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name <> 'seaql_migrations'";

const POSTGRES_COLUMNS: &str = "
    SELECT table_name::text, column_name::text, data_type::text AS holds, is_nullable = 'NO' AS required
    FROM information_schema.columns
    WHERE table_schema = current_schema() AND table_name <> 'seaql_migrations'";

// A primary key of one column is left out: PostgreSQL keeps an index for it, SQLite the table itself or an index.
const SQLITE_INDEXES: &str = "
    SELECT m.name AS table_name, i.name AS index_name, c.name AS column_name, c.seqno AS position,
           i.\"unique\" = 1 AS is_unique, i.partial = 1 AS is_partial
    FROM sqlite_master m, pragma_index_list(m.name) i, pragma_index_info(i.name) c
    WHERE m.type = 'table' AND m.name <> 'seaql_migrations'
      AND NOT (i.origin = 'pk' AND (SELECT count(*) FROM pragma_index_info(i.name)) = 1)";

const POSTGRES_INDEXES: &str = "
    SELECT t.relname::text AS table_name, i.relname::text AS index_name, a.attname::text AS column_name,
           k.position::integer AS position, x.indisunique AS is_unique, x.indpred IS NOT NULL AS is_partial
    FROM pg_index x
    JOIN pg_class t ON t.oid = x.indrelid
    JOIN pg_class i ON i.oid = x.indexrelid
    JOIN pg_namespace n ON n.oid = t.relnamespace AND n.nspname = current_schema()
    CROSS JOIN LATERAL unnest(x.indkey::int2[]) WITH ORDINALITY AS k (attribute, position)
    JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.attribute
    WHERE t.relname <> 'seaql_migrations'
      AND NOT (x.indisprimary AND x.indnatts = 1)";

const SQLITE_REFERENCES: &str = "
    SELECT m.name AS table_name, f.\"from\" AS column_name, f.\"table\" AS other_table, f.\"to\" AS other_column
    FROM sqlite_master m, pragma_foreign_key_list(m.name) f
    WHERE m.type = 'table'";

const POSTGRES_REFERENCES: &str = "
    SELECT t.relname::text AS table_name, a.attname::text AS column_name,
           o.relname::text AS other_table, b.attname::text AS other_column
    FROM pg_constraint c
    JOIN pg_class t ON t.oid = c.conrelid
    JOIN pg_class o ON o.oid = c.confrelid
    JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = c.conkey[1]
    JOIN pg_attribute b ON b.attrelid = o.oid AND b.attnum = c.confkey[1]
    WHERE c.contype = 'f'";

async fn columns(db: &Db, sql: &str) -> BTreeSet<Column> {
    #[derive(FromQueryResult)]
    struct Row {
        table_name: String,
        column_name: String,
        holds: String,
        required: bool,
    }
    let rows: Vec<Row> = ask(db, sql).await;
    rows.into_iter()
        .map(|row| Column {
            holds: match (row.holds.as_str(), row.column_name.as_str()) {
                // SQLite's self-numbering key is written INTEGER and holds 64 bits.
                ("bigint", _) | ("integer", "id") => Holds::Wide,
                ("integer", _) => Holds::Narrow,
                ("text", _) => Holds::Text,
                ("boolean", _) => Holds::Truth,
                ("double precision", _) => Holds::Float,
                (other, name) => panic!(
                    "{}.{name} is a {other}, which both engines do not read alike",
                    row.table_name
                ),
            },
            table: row.table_name,
            name: row.column_name,
            required: row.required,
        })
        .collect()
}

async fn indexes(db: &Db, sql: &str) -> BTreeSet<(String, Vec<String>, bool, bool)> {
    #[derive(FromQueryResult)]
    struct Row {
        table_name: String,
        index_name: String,
        column_name: String,
        position: i32,
        is_unique: bool,
        is_partial: bool,
    }
    let mut found: BTreeMap<(String, String, bool, bool), BTreeMap<i32, String>> = BTreeMap::new();
    for row in ask::<Row>(db, sql).await {
        let index = (
            row.table_name,
            row.index_name,
            row.is_unique,
            row.is_partial,
        );
        found
            .entry(index)
            .or_default()
            .insert(row.position, row.column_name);
    }
    found
        .into_iter()
        .map(|((table, _, unique, partial), columns)| {
            (table, columns.into_values().collect(), unique, partial)
        })
        .collect()
}

async fn references(db: &Db, sql: &str) -> BTreeSet<[String; 4]> {
    #[derive(FromQueryResult)]
    struct Row {
        table_name: String,
        column_name: String,
        other_table: String,
        other_column: String,
    }
    let rows: Vec<Row> = ask(db, sql).await;
    rows.into_iter()
        .map(|row| {
            [
                row.table_name,
                row.column_name,
                row.other_table,
                row.other_column,
            ]
        })
        .collect()
}

async fn ask<R: FromQueryResult>(db: &Db, sql: &str) -> Vec<R> {
    let statement = Statement::from_string(db.read().get_database_backend(), sql);
    R::find_by_statement(statement)
        .all(db.read())
        .await
        .unwrap()
}

fn assert_same<T: Ord + std::fmt::Debug>(sqlite: &BTreeSet<T>, postgres: &BTreeSet<T>) {
    let only_sqlite: Vec<_> = sqlite.difference(postgres).collect();
    let only_postgres: Vec<_> = postgres.difference(sqlite).collect();
    assert!(
        only_sqlite.is_empty() && only_postgres.is_empty(),
        "only SQLite: {only_sqlite:#?}\nonly PostgreSQL: {only_postgres:#?}"
    );
}
