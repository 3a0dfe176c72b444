//! Writing a month of facts to Parquet.

use std::{
    marker::PhantomData,
    sync::{Arc, Mutex, PoisonError},
};

use arrow::{array::RecordBatch, datatypes::SchemaRef};
use datafusion::{
    catalog::streaming::StreamingTable,
    common::runtime::SpawnedTask,
    error::DataFusionError,
    execution::{SendableRecordBatchStream, TaskContext},
    physical_plan::{stream::RecordBatchStreamAdapter, streaming::PartitionStream},
    prelude::{SessionContext, col},
};
use futures::StreamExt;
use object_store::{ObjectStore, buffered::BufWriter, path::Path};
use parquet::{arrow::AsyncArrowWriter, basic::Compression, file::properties::WriterProperties};
use tokio::sync::mpsc;

use crate::{Analytics, Error, Fact, Kind, Result, facts::columns::batch_of};

/// One immutable file: the facts of a kind and a month as they were when it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MonthFile {
    pub kind: Kind,
    /// 202603; 0 for facts without any date.
    pub month: i32,
    /// Where it lies in the store.
    pub path: String,
    pub rows: u64,
    pub bytes: u64,
}

impl Analytics {
    /// Begins the file of a month. `name` is new every time the month is written (the projection's change number does):
    /// files are never overwritten, so that questions under way keep reading what they began with.
    ///
    /// Rows may come in any order; they are sorted by supplier within the memory limit, on disk where they exceed it.
    pub fn write_month<F: Fact>(&self, month: i32, name: &str) -> MonthWriter<F> {
        let kind = F::KIND;
        let path = format!("{}/month={month:06}/{name}.parquet", kind.code());
        let (rows, received) = mpsc::channel(2);
        let written = write(
            self.context().clone(),
            Arc::clone(self.store()),
            Path::from(path.as_str()),
            kind.schema(),
            received,
        );
        MonthWriter {
            month,
            path,
            rows,
            written: SpawnedTask::spawn(written),
            kind: PhantomData,
        }
    }
}

/// A month's file while it is written. Dropped without [`MonthWriter::finish`], it leaves nothing behind.
#[must_use = "nothing is written until the month is finished"]
pub struct MonthWriter<F> {
    month: i32,
    path: String,
    /// `None` says that all rows have come; a channel that closes before was abandoned.
    rows: mpsc::Sender<Option<RecordBatch>>,
    written: SpawnedTask<Result<(u64, u64)>>,
    kind: PhantomData<fn(&F)>,
}

impl<F: Fact> MonthWriter<F> {
    /// Adds rows. Best a few thousand at a time.
    pub async fn push(&mut self, rows: &[F]) -> Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        match self.rows.send(Some(batch_of(rows))).await {
            Ok(()) => Ok(()),
            Err(_) => Err(joined((&mut self.written).await)
                .err()
                .unwrap_or_else(abandoned)),
        }
    }

    /// Completes the file. `None` when there were no rows: an empty month has no file.
    pub async fn finish(self) -> Result<Option<MonthFile>> {
        // A writer that failed has stopped listening; it says why below.
        let _ = self.rows.send(None).await;
        let (rows, bytes) = joined(self.written.await)?;
        Ok((rows > 0).then_some(MonthFile {
            kind: F::KIND,
            month: self.month,
            path: self.path,
            rows,
            bytes,
        }))
    }
}

fn joined<T>(joined: Result<Result<T>, tokio::task::JoinError>) -> Result<T> {
    joined.unwrap_or_else(|error| Err(DataFusionError::External(Box::new(error)).into()))
}

fn abandoned() -> Error {
    DataFusionError::Execution("the writing of the month was abandoned".to_owned()).into()
}

/// Rows per row group: small enough to skip much for one supplier, large enough to read fast.
const ROW_GROUP: usize = 128 * 1024;
/// Rows per page: what a look at one supplier reads at least.
const PAGE: usize = 8 * 1024;

async fn write(
    context: SessionContext,
    store: Arc<dyn ObjectStore>,
    path: Path,
    schema: SchemaRef,
    rows: mpsc::Receiver<Option<RecordBatch>>,
) -> Result<(u64, u64)> {
    let table = StreamingTable::try_new(
        Arc::clone(&schema),
        vec![Arc::new(Rows::new(Arc::clone(&schema), rows))],
    )?;
    let mut sorted = context
        .read_table(Arc::new(table))?
        .sort(vec![
            col("supplier").sort(true, false),
            col("id").sort(true, false),
        ])?
        .execute_stream()
        .await?
        .peekable();
    // The stream is asked first, so that an empty month writes nothing.
    if std::pin::Pin::new(&mut sorted).peek().await.is_none() {
        return Ok((0, 0));
    }
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_max_row_group_row_count(Some(ROW_GROUP))
        .set_data_page_row_count_limit(PAGE)
        .build();
    let file = BufWriter::new(store, path);
    let mut writer = AsyncArrowWriter::try_new(file, schema, Some(properties))?;
    while let Some(batch) = sorted.next().await {
        writer.write(&batch?).await?;
    }
    let footer = writer.finish().await?;
    Ok((
        footer.file_metadata().num_rows().unsigned_abs(),
        writer.bytes_written() as u64,
    ))
}

/// The rows of a writer as a stream, once.
struct Rows {
    schema: SchemaRef,
    rows: Mutex<Option<mpsc::Receiver<Option<RecordBatch>>>>,
}

impl Rows {
    fn new(schema: SchemaRef, rows: mpsc::Receiver<Option<RecordBatch>>) -> Self {
        Self {
            schema,
            rows: Mutex::new(Some(rows)),
        }
    }
}

impl std::fmt::Debug for Rows {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Rows")
    }
}

impl PartitionStream for Rows {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn execute(&self, _context: Arc<TaskContext>) -> SendableRecordBatchStream {
        let rows = self
            .rows
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let stream = futures::stream::unfold(rows, |rows| async {
            let mut rows = rows?;
            match rows.recv().await {
                Some(Some(batch)) => Some((Ok(batch), Some(rows))),
                Some(None) => None,
                None => Some((
                    Err(DataFusionError::Execution(
                        "the writing of the month was abandoned".to_owned(),
                    )),
                    None,
                )),
            }
        });
        Box::pin(RecordBatchStreamAdapter::new(
            Arc::clone(&self.schema),
            stream,
        ))
    }
}
