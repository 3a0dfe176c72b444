//! What an import would change, told before it runs: new rows, corrected ones, unchanged ones, refused ones with the reason.

use std::{
    collections::{HashMap, HashSet},
    fs::File,
};

use sea_orm::{ConnectionTrait, FromQueryResult};

use super::{
    Counts, Import, Kind, Mapping, Outcome, Problem, Refused, Row, RowReader, facts::hex, import,
    store, supplier,
};
use crate::{Act, Error, Keelson, Result, SourceId, sql::Sql};

/// Rows of facts that are looked at: the first of a long file tell what the rest will be like.
const MOST_ROWS: u64 = 20_000;

/// Rows of suppliers: each is tried as it would be loaded, and taken back.
const MOST_SUPPLIERS: u64 = 2_000;

/// Refused rows that are told one by one.
const TOLD: usize = 50;

/// What an import would come to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preview {
    pub counts: Counts,
    /// Whether the whole file was looked at; otherwise its beginning.
    pub complete: bool,
    /// The first refused rows.
    pub refused: Vec<Refused>,
    /// Rows that are passed over because the mapping says so: what they are, and how many.
    pub skipped: Vec<(String, u64)>,
    /// What a careful reader of the file should know.
    pub notes: Vec<String>,
    /// The file's own totals compared with what was read.
    pub control: Option<String>,
}

/// Reads the beginning of an import's file through a mapping and compares it with what is stored. Nothing is kept. The inner
/// error says in the user's words why the file cannot be read so.
pub async fn preview(
    keelson: &Keelson,
    act: &Act,
    import: &Import,
    mapping: &Mapping,
) -> Result<std::result::Result<Preview, String>> {
    let key = import
        .storage_key
        .as_deref()
        .ok_or(Error::NotFound("file of this import"))?;
    let file = store::fetch(keelson, key).await?;
    let (name, read_by) = (import.file_name.clone(), mapping.clone());
    let looked = tokio::task::spawn_blocking(move || look(file, &name, &read_by))
        .await
        .map_err(|error| Error::conflict(format!("Reading the file stopped: {error}.")))?;
    let Looked {
        mut preview,
        suppliers,
        keys,
        mentioned,
        labels,
    } = match looked {
        Ok(looked) => looked,
        Err(problem) => return Ok(Err(problem)),
    };
    if mapping.kind == Kind::Suppliers {
        try_suppliers(
            keelson,
            act,
            (import, mapping),
            suppliers,
            &labels,
            &mut preview,
        )
        .await?;
    } else {
        compare(keelson, mapping, &keys, &mentioned, &mut preview).await?;
    }
    Ok(Ok(preview))
}

/// What the beginning of a file says.
struct Looked {
    preview: Preview,
    suppliers: Vec<Row>,
    /// The rows' keys and digests.
    keys: Vec<(String, String)>,
    /// The suppliers they are about, by their key in the source system.
    mentioned: HashSet<String>,
    /// What the file calls the columns of each field.
    labels: HashMap<&'static str, String>,
}

fn look(file: File, name: &str, mapping: &Mapping) -> std::result::Result<Looked, String> {
    let told = |problem: super::TableProblem| problem.to_string();
    let mut reader = RowReader::open(file, name, mapping).map_err(told)?;
    let mut preview = Preview::default();
    let (mut suppliers, mut keys, mut mentioned) = (Vec::new(), Vec::new(), HashSet::new());
    let most = if mapping.kind == Kind::Suppliers {
        MOST_SUPPLIERS
    } else {
        MOST_ROWS
    };
    while preview.counts.rows < most {
        let Some(outcome) = reader.next_outcome().map_err(told)? else {
            preview.complete = true;
            break;
        };
        preview.counts.rows += 1;
        match outcome {
            Outcome::Repeated { .. } => preview.counts.repeated += 1,
            Outcome::Rejected { row, problems } => {
                preview.counts.rejected += 1;
                preview
                    .refused
                    .extend(problems.into_iter().map(|problem| refused(row, problem)));
            }
            Outcome::Row(row @ Row::Supplier(_)) => suppliers.push(row),
            Outcome::Row(row) => {
                let provenance = row.provenance();
                keys.push((provenance.key.clone(), hex(&provenance.digest)));
                if let Some(supplier) = super::run::mentioned(&row) {
                    mentioned.insert(supplier.key.clone());
                }
            }
        }
    }
    preview.refused.truncate(TOLD);
    preview.notes = reader.notes();
    preview.skipped = reader
        .skipped()
        .map(|(what, count)| (what.to_owned(), count))
        .collect();
    if preview.complete {
        preview.control = reader.control().map(|report| report.to_string());
    }
    Ok(Looked {
        preview,
        suppliers,
        keys,
        mentioned,
        labels: reader.labels(),
    })
}

fn refused(row: u64, problem: Problem) -> Refused {
    Refused {
        row,
        column: problem.column,
        value: problem.value,
        reason: problem.reason,
    }
}

/// Loads described suppliers and takes it back: what is told is what will happen.
async fn try_suppliers(
    keelson: &Keelson,
    act: &Act,
    (of, mapping): (&Import, &Mapping),
    rows: Vec<Row>,
    labels: &HashMap<&'static str, String>,
    preview: &mut Preview,
) -> Result<()> {
    let tx = keelson.db.begin().await?;
    let source = import::source(&tx, act, &mapping.source).await?;
    let outcome = supplier::load(&tx, act, (source, of.id), rows, labels).await?;
    tx.rollback().await?;
    let counts = &mut preview.counts;
    counts.inserted = outcome.created;
    counts.suppliers_created = outcome.created;
    counts.superseded = outcome.changed;
    counts.unchanged = outcome.unchanged;
    counts.rejected += outcome.refused_rows;
    let told = TOLD.saturating_sub(preview.refused.len());
    preview.refused.extend(
        outcome
            .refused
            .into_iter()
            .take(told)
            .map(|(row, problem)| refused(row, problem)),
    );
    preview.refused.sort_by_key(|refused| refused.row);
    Ok(())
}

/// Compares keys and digests with what the source has said before.
async fn compare(
    keelson: &Keelson,
    mapping: &Mapping,
    keys: &[(String, String)],
    mentioned: &HashSet<String>,
    preview: &mut Preview,
) -> Result<()> {
    #[derive(FromQueryResult)]
    struct Source {
        id: SourceId,
    }
    let db = keelson.db.read();
    let source = Sql::new("SELECT id FROM sources WHERE name = ?")
        .bind(mapping.source.as_str())
        .one::<Source>(db)
        .await?;
    let Some(Source { id }) = source else {
        preview.counts.inserted = keys.len() as u64;
        preview.counts.suppliers_created = mentioned.len() as u64;
        return Ok(());
    };
    let table = match mapping.kind {
        Kind::OrderLines => "order_lines",
        Kind::Receipts => "receipts",
        Kind::Inspections => "inspections",
        Kind::InvoiceLines | Kind::Suppliers => "invoice_lines",
    };
    let all: Vec<&str> = keys.iter().map(|(key, _)| key.as_str()).collect();
    let stored = stored(
        db,
        &format!(
            "SELECT source_key, digest FROM {table} WHERE superseded_by IS NULL AND source_id = ? AND source_key IN ("
        ),
        id,
        &all,
    )
    .await?;
    for (key, digest) in keys {
        match stored.get(key) {
            None => preview.counts.inserted += 1,
            Some(Some(known)) if known == digest => preview.counts.unchanged += 1,
            Some(_) => preview.counts.superseded += 1,
        }
    }
    let suppliers: Vec<&str> = mentioned.iter().map(String::as_str).collect();
    let known = self::stored(
        db,
        "SELECT source_key, digest FROM source_suppliers WHERE source_id = ? AND source_key IN (",
        id,
        &suppliers,
    )
    .await?;
    preview.counts.suppliers_created = (suppliers.len() - known.len()) as u64;
    Ok(())
}

async fn stored(
    db: &impl ConnectionTrait,
    select: &str,
    source: SourceId,
    keys: &[&str],
) -> Result<HashMap<String, Option<String>>> {
    #[derive(FromQueryResult)]
    struct Stored {
        source_key: String,
        digest: Option<String>,
    }
    let mut found = HashMap::new();
    for some in keys.chunks(5_000) {
        let mut sql = Sql::new(select).bind(source);
        sql.list(some.iter().map(|key| (*key).to_owned())).push(")");
        found.extend(
            sql.all::<Stored>(db)
                .await?
                .into_iter()
                .map(|row| (row.source_key, row.digest)),
        );
    }
    Ok(found)
}
