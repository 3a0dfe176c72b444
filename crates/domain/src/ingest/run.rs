//! Running an import: one thread reads and judges rows, this one loads them. Each transaction commits a batch of facts
//! together with how far the import is, so that a killed import goes on exactly where its last commit ended.

use std::{collections::HashMap, fs::File};

use keelson_analytics::Kind as FactKind;
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait, IntoActiveModel, Statement};
use serde_json::json;
use tokio::sync::mpsc;

use super::{
    Counts, Import, Kind, Mapping, Outcome, Problem, Row, RowReader, State, SupplierRef, facts,
    import::{self, imports},
    store, supplier,
};
use crate::{
    Act, Error, ImportId, Keelson, Result, SourceId, SupplierId, micros,
    operations::{Bulk, Cell, Fact, Known, Project},
    suppliers::{FindDuplicates, Mention, Name, find_or_create_from_source},
};

/// Rows a transaction loads.
const BATCH: usize = 10_000;

/// Runs an import to its end and answers what became of it. `watch` hears of every committed batch.
///
/// # Errors
/// A file that cannot be read as its mapping says ends the import as failed, with the reason; what earlier batches committed
/// stays, and the same file with a better mapping adds the rest.
pub async fn run(
    keelson: &Keelson,
    act: &Act,
    id: ImportId,
    watch: &(dyn Fn(&Counts) + Sync),
) -> Result<Import> {
    let import = import::find(keelson.db.read(), id).await?;
    if import.state.ended() {
        return Ok(import);
    }
    let mapping = Mapping::parse(&import.mapping).map_err(|errors| {
        Error::damaged(
            "mapping",
            errors.first().map_or_else(String::new, ToString::to_string),
        )
    })?;
    let source = begin(keelson, act, id, &mapping.source).await?;
    let key = import
        .storage_key
        .as_deref()
        .ok_or(Error::NotFound("file of this import"))?;
    let file = store::fetch(keelson, key).await?;
    let name = import.file_name.clone();
    let skip = import.counts.rows;
    let feed = move |batches: &mpsc::Sender<Batch>| read(file, &name, &mapping, skip, batches);
    drive(keelson, act, import, source, feed, watch).await
}

/// Loads rows that no file holds: those of a generated company. They take the same way as a file's rows.
pub async fn take(
    keelson: &Keelson,
    act: &Act,
    (kind, source, label): (Kind, &str, &str),
    rows: impl Iterator<Item = Row> + Send + 'static,
    watch: &(dyn Fn(&Counts) + Sync),
) -> Result<Import> {
    let id = import::open_without_file(keelson, act, kind, label).await?;
    let source = begin(keelson, act, id, source).await?;
    let import = import::find(keelson.db.read(), id).await?;
    let feed = move |batches: &mpsc::Sender<Batch>| {
        let mut batch = Batch::default();
        for row in rows {
            batch.rows += 1;
            batch.good.push(row);
            if batch.good.len() >= BATCH
                && batches.blocking_send(std::mem::take(&mut batch)).is_err()
            {
                return Ok(None);
            }
        }
        let _ = batches.blocking_send(batch);
        Ok(None)
    };
    drive(keelson, act, import, source, feed, watch).await
}

/// Loads what `feed` hands over from a thread of its own, then ends the import.
async fn drive(
    keelson: &Keelson,
    act: &Act,
    import: Import,
    source: SourceId,
    feed: impl FnOnce(&mpsc::Sender<Batch>) -> Fed + Send + 'static,
    watch: &(dyn Fn(&Counts) + Sync),
) -> Result<Import> {
    let (batches, received) = mpsc::channel(2);
    let feeding = tokio::task::spawn_blocking(move || feed(&batches));
    let mut load = Load {
        keelson,
        act,
        id: import.id,
        source,
        counts: import.counts,
        empty: empty_tables(keelson, source).await?,
        suppliers: HashMap::new(),
    };
    load.all(received, watch).await?;
    let fed = feeding
        .await
        .map_err(|error| Error::conflict(format!("The reader of the file stopped: {error}.")))?;
    load.finish(fed).await?;
    import::find(keelson.db.read(), import.id).await
}

/// The file's control report, where it has one, or why reading stopped.
type Fed = std::result::Result<Option<String>, String>;

/// What the reader hands over at a time.
#[derive(Default)]
struct Batch {
    /// Rows of the file this batch accounts for.
    rows: u64,
    good: Vec<Row>,
    refused: Vec<(u64, Problem)>,
    rejected: u64,
    repeated: u64,
}

/// Reads the file to its end, on a thread of its own. Answers the file's control report, or why it stopped.
fn read(
    file: File,
    name: &str,
    mapping: &Mapping,
    skip: u64,
    batches: &mpsc::Sender<Batch>,
) -> Fed {
    let mut reader = RowReader::open(file, name, mapping).map_err(|problem| problem.to_string())?;
    let mut batch = Batch::default();
    let mut seen = 0;
    while let Some(outcome) = reader
        .next_outcome()
        .map_err(|problem| problem.to_string())?
    {
        seen += 1;
        if seen <= skip {
            continue;
        }
        batch.rows += 1;
        match outcome {
            Outcome::Row(row) => batch.good.push(row),
            Outcome::Rejected { row, problems } => {
                batch.rejected += 1;
                batch
                    .refused
                    .extend(problems.into_iter().map(|problem| (row, problem)));
            }
            Outcome::Repeated { .. } => batch.repeated += 1,
        }
        if batch.rows as usize >= BATCH
            && batches.blocking_send(std::mem::take(&mut batch)).is_err()
        {
            // The loader has given up and says why itself.
            return Ok(None);
        }
    }
    let _ = batches.blocking_send(batch);
    Ok(reader.control().map(|report| report.to_string()))
}

/// Marks the import as running and names its source.
async fn begin(keelson: &Keelson, act: &Act, id: ImportId, source: &str) -> Result<SourceId> {
    let tx = keelson.db.begin().await?;
    let source = import::source(&tx, act, source).await?;
    let row = imports::Entity::find_by_id(id)
        .one(&tx)
        .await?
        .ok_or(Error::NotFound("import"))?;
    let started_at = row.started_at.unwrap_or_else(|| micros(act.at));
    let mut row = row.into_active_model();
    row.state = Set(State::Running.code().to_owned());
    row.source_id = Set(Some(source));
    row.started_at = Set(Some(started_at));
    imports::Entity::update(row).exec(&tx).await?;
    tx.commit().await?;
    Ok(source)
}

/// The kinds this source has no fact of yet: nothing has to be looked up before loading them.
async fn empty_tables(keelson: &Keelson, source: SourceId) -> Result<Vec<FactKind>> {
    let mut empty = Vec::new();
    for kind in FactKind::ALL {
        let db = keelson.db.read();
        let found = db
            .query_one_raw(Statement::from_sql_and_values(
                db.get_database_backend(),
                format!("SELECT 1 FROM {} WHERE source_id = $1 LIMIT 1", kind.code()),
                [source.0.into()],
            ))
            .await?;
        if found.is_none() {
            empty.push(kind);
        }
    }
    Ok(empty)
}

struct Load<'a> {
    keelson: &'a Keelson,
    act: &'a Act,
    id: ImportId,
    source: SourceId,
    counts: Counts,
    empty: Vec<FactKind>,
    /// Who the source's keys are, as far as they have come up.
    suppliers: HashMap<String, SupplierId>,
}

impl Load<'_> {
    async fn all(
        &mut self,
        mut batches: mpsc::Receiver<Batch>,
        watch: &(dyn Fn(&Counts) + Sync),
    ) -> Result<()> {
        while let Some(batch) = batches.recv().await {
            self.batch(batch).await?;
            watch(&self.counts);
        }
        Ok(())
    }

    async fn batch(&mut self, batch: Batch) -> Result<()> {
        let mut counts = self.counts;
        counts.rows += batch.rows;
        counts.repeated += batch.repeated;
        counts.rejected += batch.rejected;
        let mut refused = batch.refused;
        let (described, mentioned): (Vec<Row>, Vec<Row>) = batch
            .good
            .into_iter()
            .partition(|row| matches!(row, Row::Supplier(_)));
        if !described.is_empty() {
            let outcome = self.describe(described).await?;
            counts.inserted += outcome.created;
            counts.suppliers_created += outcome.created;
            counts.superseded += outcome.changed;
            counts.unchanged += outcome.unchanged;
            counts.rejected += outcome.refused_rows;
            refused.extend(outcome.refused);
        }
        counts.suppliers_created += self.meet(&mentioned).await?;
        let facts = self.facts(mentioned);
        let mut bulk = Bulk::begin(&self.keelson.db).await?;
        let mut lines_touched = false;
        for (kind, facts) in facts {
            if facts.is_empty() {
                continue;
            }
            let known = Known {
                no_key_yet: self.empty.contains(&kind),
                lines_touched,
            };
            let flat = kind == FactKind::Receipts && lines_touched;
            let loaded = bulk.load(kind, self.source, self.id, facts, known).await?;
            // A flat row is one row of the file, however many facts it carries: its line is what is counted.
            if !flat {
                counts.inserted += loaded.inserted;
                counts.superseded += loaded.superseded;
                counts.unchanged += loaded.unchanged;
            }
            lines_touched = kind == FactKind::OrderLines && known.no_key_yet;
        }
        self.progress(&mut bulk, &counts, refused).await?;
        bulk.commit().await?;
        self.counts = counts;
        Ok(())
    }

    /// Notes how far the import is and what it refused, in the transaction of the facts.
    async fn progress(
        &self,
        bulk: &mut Bulk,
        counts: &Counts,
        refused: Vec<(u64, Problem)>,
    ) -> Result<()> {
        let Counts {
            rows,
            inserted,
            superseded,
            unchanged,
            repeated,
            rejected,
            suppliers_created,
        } = counts;
        bulk.execute(format!(
            "UPDATE imports SET rows_done = {rows}, inserted = {inserted}, superseded = {superseded}, \
             unchanged = {unchanged}, repeated = {repeated}, rejected = {rejected}, \
             suppliers_created = {suppliers_created} WHERE id = {}",
            self.id
        ))
        .await?;
        let rows: Vec<Vec<Cell>> = refused
            .into_iter()
            .map(|(row, problem)| {
                vec![
                    Cell::Number(Some(self.id.0)),
                    Cell::Number(Some(row as i64)),
                    Cell::Text(problem.column),
                    Cell::Text(problem.value),
                    Cell::Text(Some(problem.reason)),
                ]
            })
            .collect();
        let columns = ["import_id", "row_number", "column_name", "value", "reason"];
        bulk.insert_rows("import_rejects", &columns, &rows).await
    }

    /// Takes over what a file says about suppliers. It commits before the batch's progress does: done twice, it changes nothing.
    async fn describe(&self, rows: Vec<Row>) -> Result<supplier::Outcome> {
        let tx = self.keelson.db.begin().await?;
        let outcome = supplier::load(&tx, self.act, self.source, self.id, rows).await?;
        tx.commit().await?;
        Ok(outcome)
    }

    /// Learns who the suppliers of these rows are; answers how many of them are new.
    async fn meet(&mut self, rows: &[Row]) -> Result<u64> {
        let mut strangers: HashMap<&str, &SupplierRef> = HashMap::new();
        for supplier in rows.iter().filter_map(mentioned) {
            if !self.suppliers.contains_key(&supplier.key) {
                strangers.entry(supplier.key.as_str()).or_insert(supplier);
            }
        }
        if strangers.is_empty() {
            return Ok(0);
        }
        let mentions: Vec<Mention> = strangers
            .values()
            .filter_map(|supplier| {
                Some(Mention {
                    key: supplier.key.clone(),
                    name: Name::parse(&supplier.name).ok()?,
                })
            })
            .collect();
        let tx = self.keelson.db.begin().await?;
        let resolved =
            find_or_create_from_source(&tx, self.act, self.source, Some(self.id), &mentions)
                .await?;
        tx.commit().await?;
        self.suppliers.extend(
            mentions
                .into_iter()
                .zip(&resolved.suppliers)
                .map(|(mention, id)| (mention.key, *id)),
        );
        Ok(resolved.created)
    }

    /// The facts of a batch by kind, lines before their receipts.
    fn facts(&self, rows: Vec<Row>) -> [(FactKind, Vec<Fact>); 4] {
        let (mut lines, mut receipts, mut inspections, mut invoices) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let who = |supplier: &SupplierRef| self.suppliers.get(&supplier.key).copied();
        for row in rows {
            match row {
                Row::Supplier(_) => {}
                Row::OrderLine(mut row) => {
                    if let Some(supplier) = who(&row.supplier) {
                        receipts.extend(
                            row.receipt
                                .take()
                                .map(|receipt| facts::receipt(receipt, Some(supplier))),
                        );
                        lines.push(facts::order_line(*row, supplier));
                    }
                }
                Row::Receipt(row) => {
                    let supplier = row.supplier.as_ref().and_then(who);
                    receipts.push(facts::receipt(*row, supplier));
                }
                Row::Inspection(row) => {
                    if let Some(supplier) = who(&row.supplier) {
                        inspections.push(facts::inspection(*row, supplier));
                    }
                }
                Row::InvoiceLine(row) => {
                    if let Some(supplier) = who(&row.supplier) {
                        invoices.push(facts::invoice_line(*row, supplier));
                    }
                }
            }
        }
        [
            (FactKind::OrderLines, lines),
            (FactKind::Receipts, receipts),
            (FactKind::Inspections, inspections),
            (FactKind::InvoiceLines, invoices),
        ]
    }

    /// Ends the import, tells it, and asks for what follows from it.
    async fn finish(&self, fed: Fed) -> Result<()> {
        let tx = self.keelson.db.begin().await?;
        let row = imports::Entity::find_by_id(self.id)
            .one(&tx)
            .await?
            .ok_or(Error::NotFound("import"))?;
        let mut row = row.into_active_model();
        row.finished_at = Set(Some(micros(self.act.at)));
        let verb = match fed {
            Ok(control) => {
                row.state = Set(State::Done.code().to_owned());
                row.rows_total = Set(Some(self.counts.rows as i64));
                row.control = Set(control);
                "finished"
            }
            Err(reason) => {
                row.state = Set(State::Failed.code().to_owned());
                row.failure = Set(Some(reason));
                "failed"
            }
        };
        imports::Entity::update(row).exec(&tx).await?;
        import::tell(
            &tx,
            self.act,
            self.id,
            verb,
            json!({ "counts": self.counts }),
        )
        .await?;
        keelson_jobs::enqueue_once(&tx, &Project, Project::KEY, self.act.at).await?;
        if self.counts.suppliers_created > 0 {
            let check = FindDuplicates {
                changed_since: None,
            };
            keelson_jobs::enqueue_once(&tx, &check, FindDuplicates::KEY, self.act.at).await?;
        }
        tx.commit().await?;
        Ok(())
    }
}

/// Who a row of facts is about, where it says so.
fn mentioned(row: &Row) -> Option<&SupplierRef> {
    match row {
        Row::Supplier(_) => None,
        Row::OrderLine(row) => Some(&row.supplier),
        Row::Receipt(row) => row.supplier.as_ref(),
        Row::Inspection(row) => Some(&row.supplier),
        Row::InvoiceLine(row) => Some(&row.supplier),
    }
}
