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
    reader::receipt_key,
    store, supplier,
};
use crate::{
    Act, Error, ImportId, Keelson, Result, SourceId, SupplierId, Tx, micros,
    operations::{Bulk, Cell, Fact, Known, Loaded, Project},
    suppliers::{Details, Draft, FindDuplicates, Mention, Name, find_or_create_from_source},
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
    let mapping = import::mapping(&import.mapping)?;
    let source = begin(keelson, act, id, &mapping.source).await?;
    let key = import
        .storage_key
        .as_deref()
        .ok_or(Error::NotFound("file of this import"))?;
    let file = store::fetch(keelson, key).await?;
    let name = import.file_name.clone();
    let skip = import.counts.rows;
    let flat = mapping.kind == Kind::OrderLines && mapping.fields.contains_key("received_on");
    let feed = move |batches: &mpsc::Sender<Batch>| read(file, &name, &mapping, skip, batches);
    drive(keelson, act, import, (source, flat), feed, watch).await
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
                return Ok(Remarks::default());
            }
        }
        let _ = batches.blocking_send(batch);
        Ok(Remarks::default())
    };
    drive(keelson, act, import, (source, false), feed, watch).await
}

/// Loads what `feed` hands over from a thread of its own, then ends the import.
async fn drive(
    keelson: &Keelson,
    act: &Act,
    import: Import,
    (source, flat): (SourceId, bool),
    feed: impl FnOnce(&mpsc::Sender<Batch>) -> Fed + Send + 'static,
    watch: &(dyn Fn(&Counts) + Sync),
) -> Result<Import> {
    let (batches, received) = mpsc::channel(2);
    let feeding = tokio::task::spawn_blocking(move || feed(&batches));
    let mut load = Load {
        keelson,
        act,
        id: import.id,
        kind: import.kind,
        source,
        flat,
        counts: import.counts,
        labels: HashMap::new(),
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

/// What the reader has to say at the end, or why reading stopped.
type Fed = std::result::Result<Remarks, String>;

/// What a careful reader of the result should know.
#[derive(Default)]
struct Remarks {
    /// The file's control report, where it has one.
    control: Option<String>,
    notes: Vec<String>,
}

/// What the reader hands over at a time.
#[derive(Default)]
struct Batch {
    /// Rows of the file this batch accounts for.
    rows: u64,
    good: Vec<Row>,
    refused: Vec<(u64, Problem)>,
    rejected: u64,
    repeated: u64,
    /// With the first batch of a file: which column each field is read from.
    labels: HashMap<&'static str, String>,
}

/// Reads the file to its end, on a thread of its own.
fn read(
    file: File,
    name: &str,
    mapping: &Mapping,
    skip: u64,
    batches: &mpsc::Sender<Batch>,
) -> Fed {
    let mut reader = RowReader::open(file, name, mapping).map_err(|problem| problem.to_string())?;
    let mut batch = Batch {
        labels: reader.labels(),
        ..Batch::default()
    };
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
            return Ok(Remarks::default());
        }
    }
    let _ = batches.blocking_send(batch);
    let skipped = reader.skipped().map(|(reason, count)| {
        let rows = if count == 1 { "row was" } else { "rows were" };
        format!("{count} {rows} passed over: {reason}.")
    });
    Ok(Remarks {
        control: reader.control().map(|report| report.to_string()),
        notes: skipped.chain(reader.notes()).collect(),
    })
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
    kind: Kind,
    source: SourceId,
    /// The rows are order lines that carry their receipts, so a line without one has none.
    flat: bool,
    counts: Counts,
    /// Which column of the file each field is read from.
    labels: HashMap<&'static str, String>,
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
        self.labels.extend(batch.labels);
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
        let Facts { kinds, withdrawn } = self.facts(mentioned)?;
        let mut bulk = Bulk::begin(&self.keelson.db).await?;
        let mut lines = None;
        for (kind, facts) in kinds {
            if facts.is_empty() {
                continue;
            }
            // The keys of the lines a flat file's receipts came with.
            let carried = match &lines {
                Some(_) if kind == FactKind::Receipts => facts.iter().map(line_of).collect(),
                _ => Vec::new(),
            };
            let known = Known {
                no_key_yet: self.empty.contains(&kind),
                lines_touched: lines.is_some() && self.empty.contains(&FactKind::OrderLines),
                no_receipt_yet: self.empty.contains(&FactKind::Receipts),
            };
            let loaded = bulk.load(kind, self.source, self.id, facts, known).await?;
            match (&mut lines, kind) {
                (Some(lines), FactKind::Receipts) => changed_with_receipt(lines, carried, &loaded),
                (_, FactKind::OrderLines) => lines = Some(loaded),
                _ => count(&mut counts, &loaded),
            }
        }
        if !self.empty.contains(&FactKind::Receipts) {
            let keys = withdrawn.keys().cloned().collect();
            let gone = bulk
                .withdraw_receipts(self.source, keys, self.id)
                .await?
                .into_iter()
                .filter_map(|key| withdrawn.get(&key));
            if let Some(lines) = &mut lines {
                changed(lines, gone.cloned());
            }
        }
        if let Some(lines) = &lines {
            count(&mut counts, lines);
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
        // Whoever runs the same import beside this one has taken it further; both going on would load its rows twice.
        let alone = bulk
            .execute(format!(
                "UPDATE imports SET rows_done = {rows}, inserted = {inserted}, superseded = {superseded}, \
                 unchanged = {unchanged}, repeated = {repeated}, rejected = {rejected}, \
                 suppliers_created = {suppliers_created} WHERE id = {} AND state = 'running' AND rows_done = {}",
                self.id, self.counts.rows
            ))
            .await?;
        if alone == 0 {
            return Err(Error::conflict(
                "This import is being run by another process, which goes on with it.",
            ));
        }
        if refused.is_empty() {
            return Ok(());
        }
        let import = self.id.0;
        let rows = refused.into_iter().map(move |(row, problem)| {
            vec![
                Cell::Number(Some(import)),
                Cell::Number(Some(row as i64)),
                Cell::Text(problem.column),
                Cell::Text(problem.value),
                Cell::Text(Some(problem.reason)),
            ]
        });
        const COLUMNS: &[&str] = &["import_id", "row_number", "column_name", "value", "reason"];
        bulk.insert_rows("import_rejects", COLUMNS, rows).await
    }

    /// Takes over what a file says about suppliers. It commits before the batch's progress does: done twice, it changes nothing.
    async fn describe(&self, rows: Vec<Row>) -> Result<supplier::Outcome> {
        let tx = self.keelson.db.begin().await?;
        let outcome =
            supplier::load(&tx, self.act, (self.source, self.id), rows, &self.labels).await?;
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
            .map(|supplier| {
                Ok(Mention {
                    key: supplier.key.clone(),
                    details: details(supplier, self.act)?,
                })
            })
            .collect::<Result<_>>()?;
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

    fn facts(&self, rows: Vec<Row>) -> Result<Facts> {
        let (mut lines, mut receipts, mut inspections, mut invoices) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut withdrawn = HashMap::new();
        // A row that reaches this point is counted as loaded, so it must not be lost here.
        let who = |supplier: &SupplierRef| {
            self.suppliers.get(&supplier.key).copied().ok_or_else(|| {
                Error::damaged("import", format!("{} is nobody's key", supplier.key))
            })
        };
        for row in rows {
            match row {
                Row::Supplier(_) => {}
                Row::OrderLine(mut row) => {
                    let supplier = who(&row.supplier)?;
                    match row.receipt.take() {
                        Some(receipt) => receipts.push(facts::receipt(receipt, Some(supplier))),
                        None if self.flat => {
                            let key = row.provenance.key.clone();
                            withdrawn.insert(receipt_key(&key), key);
                        }
                        None => {}
                    }
                    lines.push(facts::order_line(*row, supplier));
                }
                Row::Receipt(row) => {
                    let supplier = row.supplier.as_ref().map(who).transpose()?;
                    receipts.push(facts::receipt(*row, supplier));
                }
                Row::Inspection(row) => {
                    let supplier = who(&row.supplier)?;
                    inspections.push(facts::inspection(*row, supplier));
                }
                Row::InvoiceLine(row) => {
                    let supplier = who(&row.supplier)?;
                    invoices.push(facts::invoice_line(*row, supplier));
                }
            }
        }
        Ok(Facts {
            kinds: [
                (FactKind::OrderLines, lines),
                (FactKind::Receipts, receipts),
                (FactKind::Inspections, inspections),
                (FactKind::InvoiceLines, invoices),
            ],
            withdrawn,
        })
    }

    /// What to say about receipts whose order line is not known: they count once it is.
    async fn waiting_receipts(&self, tx: &Tx) -> Result<Option<String>> {
        if self.kind != Kind::Receipts {
            return Ok(None);
        }
        let sql = "SELECT receipt.row_number, receipt.line_key FROM receipts receipt WHERE receipt.import_id = $1 \
                   AND receipt.superseded_by IS NULL AND NOT EXISTS (SELECT 1 FROM order_lines line \
                   WHERE line.source_id = receipt.source_id AND line.source_key = receipt.line_key \
                   AND line.superseded_by IS NULL) ORDER BY receipt.row_number";
        let rows = tx
            .query_all_raw(Statement::from_sql_and_values(
                tx.get_database_backend(),
                sql,
                [self.id.0.into()],
            ))
            .await?;
        let Some(first) = rows.first() else {
            return Ok(None);
        };
        let (row, line): (i64, String) = (first.try_get_by_index(0)?, first.try_get_by_index(1)?);
        Ok(Some(match rows.len() {
            1 => format!(
                "The receipt in row {row} belongs to order line {line}, which is not known here. It counts once that line is loaded."
            ),
            many => format!(
                "{many} receipts belong to order lines that are not known here, first {line} in row {row}. They count once those \
                 lines are loaded."
            ),
        }))
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
            Ok(Remarks { control, mut notes }) => {
                notes.extend(self.waiting_receipts(&tx).await?);
                row.state = Set(State::Done.code().to_owned());
                row.rows_total = Set(Some(self.counts.rows as i64));
                row.control = Set(control);
                row.notes = Set(Some(notes.join("\n")).filter(|notes| !notes.is_empty()));
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

/// The facts of a batch.
struct Facts {
    /// Lines before their receipts.
    kinds: [(FactKind, Vec<Fact>); 4],
    /// Receipts that flat rows no longer report, each with its line.
    withdrawn: HashMap<String, String>,
}

/// The order line a receipt came with.
fn line_of(receipt: &Fact) -> (String, String) {
    let line = match receipt.cells.first() {
        Some(Cell::Text(Some(line))) => line.clone(),
        _ => String::new(),
    };
    (receipt.key.clone(), line)
}

/// A flat row is one row of the file, however many facts it carries: it has changed when its line or its receipt has.
fn changed_with_receipt(lines: &mut Loaded, carried: Vec<(String, String)>, receipts: &Loaded) {
    let news = carried
        .into_iter()
        .filter(|(receipt, _)| !receipts.unchanged.contains(receipt))
        .map(|(_, line)| line);
    changed(lines, news);
}

fn changed(lines: &mut Loaded, keys: impl Iterator<Item = String>) {
    for key in keys {
        if lines.unchanged.remove(&key) {
            lines.superseded += 1;
        }
    }
}

fn count(counts: &mut Counts, loaded: &Loaded) {
    counts.inserted += loaded.inserted;
    counts.superseded += loaded.superseded;
    counts.unchanged += loaded.unchanged.len() as u64;
}

/// What a file of facts says about a supplier it names. An address nobody could read keeps no fact from being loaded.
fn details(supplier: &SupplierRef, act: &Act) -> Result<Details> {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let draft = Draft {
        name: supplier.name.clone(),
        country: text(&supplier.country),
        region: text(&supplier.region),
        city: text(&supplier.city),
        postcode: text(&supplier.postcode),
        address: text(&supplier.address),
        ..Draft::default()
    };
    draft.parse(act.on()).or_else(|_| {
        Name::parse(&supplier.name)
            .map(Details::of)
            .map_err(|why| Error::damaged("supplier's name", why))
    })
}

/// Who a row of facts is about, where it says so.
pub(super) fn mentioned(row: &Row) -> Option<&SupplierRef> {
    match row {
        Row::Supplier(_) => None,
        Row::OrderLine(row) => Some(&row.supplier),
        Row::Receipt(row) => row.supplier.as_ref(),
        Row::Inspection(row) => Some(&row.supplier),
        Row::InvoiceLine(row) => Some(&row.supplier),
    }
}
