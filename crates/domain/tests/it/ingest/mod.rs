//! Files in: what the issue demands of an import, proved on both engines.

mod bad_input;
mod copy;
mod proofs;
mod real;
mod receipts;
mod suggestions;

use std::path::PathBuf;

use keelson_domain::{
    ImportId, Result,
    ingest::{self, Import, Mapping, Refused},
    operations,
};
use keelson_testkit::TestDb;
use sea_orm::{ConnectionTrait, FromQueryResult, JsonValue, Statement};

/// Order lines that may carry their receipt.
const FLAT: &str = r#"
kind = "order-lines"
source = "ERP"
[fields.order_number]
columns = ["PO"]
[fields.line_number]
columns = ["Line"]
[fields.supplier_name]
columns = ["Vendor"]
[fields.quantity]
columns = ["Qty"]
[fields.currency]
columns = ["Currency"]
default = "EUR"
[fields.unit_price]
columns = ["Price"]
[fields.requested_on]
columns = ["Due"]
formats = ["%Y-%m-%d"]
[fields.received_on]
columns = ["Received"]
formats = ["%Y-%m-%d"]
[fields.received_quantity]
columns = ["Received qty"]
"#;

const HEAD: &str = "PO,Line,Vendor,Qty,Currency,Price,Due,Received,Received qty\n";

/// Receipts in a file of their own.
const RECEIPTS: &str = r#"
kind = "receipts"
source = "ERP"
[fields.key]
columns = ["GR"]
[fields.order_number]
columns = ["PO"]
[fields.line_number]
columns = ["Line"]
[fields.received_on]
columns = ["Date"]
formats = ["%Y-%m-%d"]
[fields.quantity_good]
columns = ["Qty"]
"#;

fn mapping(text: &str) -> Mapping {
    Mapping::parse(text).unwrap_or_else(|errors| panic!("{errors:#?}"))
}

/// Writes a file into the test's folder.
fn file(t: &TestDb, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
    let path = t.folder().join(name);
    std::fs::write(&path, content).unwrap();
    path
}

/// Takes a file in and asks for it to be run.
async fn started(
    t: &TestDb,
    name: &str,
    content: impl AsRef<[u8]>,
    document: &str,
) -> Result<ImportId> {
    let mapping = mapping(document);
    let path = file(t, name, content);
    let id = ingest::receive(&t.keelson, &t.act(), mapping.kind, name, &path, &mapping).await?;
    let tx = t.db.begin().await?;
    ingest::start(&tx, &t.act(), id).await?;
    tx.commit().await?;
    Ok(id)
}

/// Loads a file to its end.
async fn load(t: &TestDb, name: &str, content: impl AsRef<[u8]>, document: &str) -> Result<Import> {
    let id = started(t, name, content, document).await?;
    ingest::run(&t.keelson, &t.act(), id, &|_| {}).await
}

async fn refused(t: &TestDb, import: &Import) -> Result<Vec<Refused>> {
    ingest::refused(t.db.read(), import.id, 0, 1_000).await
}

/// The rows a question finds, as JSON.
async fn rows(t: &TestDb, sql: &str) -> Result<Vec<JsonValue>> {
    let db = t.db.read();
    let statement = Statement::from_string(db.get_database_backend(), sql.to_owned());
    Ok(JsonValue::find_by_statement(statement).all(db).await?)
}

/// One number.
async fn number(t: &TestDb, sql: &str) -> Result<i64> {
    let db = t.db.read();
    let statement = Statement::from_string(db.get_database_backend(), sql.to_owned());
    let row = db.query_one_raw(statement).await?.expect("a row");
    Ok(row.try_get_by_index(0)?)
}

/// Everything the record holds of facts and suppliers.
async fn record(t: &TestDb) -> Result<Vec<JsonValue>> {
    let mut all = Vec::new();
    for table in [
        "order_lines",
        "receipts",
        "inspections",
        "invoice_lines",
        "suppliers",
        "source_suppliers",
        "projection_months",
    ] {
        let order = if table == "projection_months" {
            "kind, month"
        } else {
            "id"
        };
        all.extend(rows(t, &format!("SELECT * FROM {table} ORDER BY {order}")).await?);
    }
    Ok(all)
}

/// Brings the columns up to date and answers how many facts were written.
async fn projected(t: &TestDb) -> Result<u64> {
    Ok(operations::project(&t.keelson, t.act().at).await?.rows)
}
