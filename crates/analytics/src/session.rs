//! The engine and its limits, and which files it reads.

use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
};

use arrow::datatypes::SchemaRef;
use async_trait::async_trait;
use datafusion::{
    catalog::{Session, TableProvider},
    datasource::{
        TableType,
        listing::PartitionedFile,
        physical_plan::{
            FileGroup, FileScanConfigBuilder, ParquetSource,
            parquet::{CachedParquetFileReaderFactory, metadata::DFParquetMetadata},
        },
        source::DataSourceExec,
    },
    error::Result as DataFusionResult,
    execution::{
        disk_manager::{DiskManagerBuilder, DiskManagerMode},
        memory_pool::FairSpillPool,
        object_store::ObjectStoreUrl,
        runtime_env::RuntimeEnvBuilder,
    },
    logical_expr::{Expr, TableProviderFilterPushDown},
    physical_plan::{ExecutionPlan, empty::EmptyExec},
    prelude::{SessionConfig, SessionContext},
};
use object_store::{ObjectStore, ObjectStoreExt, path::Path};

use crate::{Kind, Measured, MonthFile, Result, Spend, answers::Answers};

/// The columns of one Keelson. Cheap to clone.
#[derive(Clone)]
pub struct Analytics {
    store: Arc<dyn ObjectStore>,
    context: SessionContext,
    catalogue: Arc<Catalogue>,
    /// By request, in the order of one call.
    pub(crate) measured: Arc<Answers<Vec<Measured>>>,
    pub(crate) spent: Arc<Answers<Spend>>,
}

impl std::fmt::Debug for Analytics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Analytics")
            .field("store", &self.store)
            .finish_non_exhaustive()
    }
}

/// How much of the machine questions may use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Memory for sorting and grouping, in bytes. What does not fit goes to `spill`.
    pub memory: usize,
    /// How many parts of a question run at the same time.
    pub threads: usize,
    /// Where to put what does not fit in memory; the system's temporary folder when `None`.
    pub spill: Option<PathBuf>,
}

impl Default for Limits {
    /// One gibibyte and every core.
    fn default() -> Self {
        Self {
            memory: 1 << 30,
            threads: std::thread::available_parallelism().map_or(1, usize::from),
            spill: None,
        }
    }
}

/// The store under a name the engine can put in front of a path.
const STORE: &str = "facts://columns";

impl Analytics {
    /// Columns kept in the given store, within the default limits.
    pub fn new(store: Arc<dyn ObjectStore>) -> Result<Self> {
        Self::with_limits(store, Limits::default())
    }

    /// Columns kept in the given store.
    pub fn with_limits(store: Arc<dyn ObjectStore>, limits: Limits) -> Result<Self> {
        let spill = limits
            .spill
            .map_or(DiskManagerMode::OsTmpDirectory, |folder| {
                DiskManagerMode::Directories(vec![folder])
            });
        let runtime = RuntimeEnvBuilder::new()
            .with_memory_pool(Arc::new(FairSpillPool::new(limits.memory)))
            .with_disk_manager_builder(DiskManagerBuilder::default().with_mode(spill))
            .build_arc()?;
        let url = ObjectStoreUrl::parse(STORE)?;
        runtime.register_object_store(url.as_ref(), Arc::clone(&store));
        let config = SessionConfig::new()
            .with_target_partitions(limits.threads.max(1))
            .with_collect_statistics(true)
            .with_information_schema(false);
        let context = SessionContext::new_with_config_rt(config, runtime);
        let catalogue = Arc::new(Catalogue::default());
        for kind in Kind::ALL {
            let table = MonthsTable {
                kind,
                catalogue: Arc::clone(&catalogue),
            };
            context.register_table(kind.code(), Arc::new(table))?;
        }
        Ok(Self {
            store,
            context,
            catalogue,
            measured: Arc::default(),
            spent: Arc::default(),
        })
    }

    /// Where the columns are kept.
    pub fn store(&self) -> &Arc<dyn ObjectStore> {
        &self.store
    }

    pub(crate) fn context(&self) -> &SessionContext {
        &self.context
    }

    /// Says which files hold a kind of fact from now on; questions read exactly these. A question already running
    /// finishes with the files it began with.
    pub fn set_months(&self, kind: Kind, files: Vec<MonthFile>) {
        let files = files
            .into_iter()
            .map(|file| PartitionedFile::new(file.path, file.bytes))
            .collect();
        self.catalogue.put(kind, files);
    }

    /// Counts the changes of the files.
    pub(crate) fn changes(&self) -> u64 {
        self.catalogue.changes.load(Ordering::Acquire)
    }

    /// A file written earlier, for the domain that keeps only its path. `None` when it is gone or damaged: its month
    /// must be projected again.
    pub async fn month_file(
        &self,
        kind: Kind,
        month: i32,
        path: &str,
    ) -> Result<Option<MonthFile>> {
        let location = Path::from(path);
        let meta = match self.store.head(&location).await {
            Ok(meta) => meta,
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let cached = self
            .context
            .runtime_env()
            .cache_manager
            .get_file_metadata_cache();
        let footer = DFParquetMetadata::new(self.store.as_ref(), &meta)
            .with_file_metadata_cache(Some(cached))
            .fetch_metadata()
            .await;
        Ok(footer.ok().map(|footer| MonthFile {
            kind,
            month,
            path: path.to_owned(),
            rows: footer.file_metadata().num_rows().unsigned_abs(),
            bytes: meta.size,
        }))
    }

    /// Deletes files that no question reads any more. The caller waits long enough after `set_months`: questions begun
    /// before it may still read them. Files that are gone already are no error.
    pub async fn forget(&self, paths: impl IntoIterator<Item = impl AsRef<str>>) -> Result<()> {
        let cached = self
            .context
            .runtime_env()
            .cache_manager
            .get_file_metadata_cache();
        for path in paths {
            let path = Path::from(path.as_ref());
            match self.store.delete(&path).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(error.into()),
            }
            cached.remove(&path);
        }
        Ok(())
    }
}

/// The current files by kind.
#[derive(Debug, Default)]
struct Catalogue {
    files: RwLock<HashMap<Kind, Arc<Vec<PartitionedFile>>>>,
    changes: AtomicU64,
}

impl Catalogue {
    fn put(&self, kind: Kind, files: Vec<PartitionedFile>) {
        self.files
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(kind, Arc::new(files));
        self.changes.fetch_add(1, Ordering::Release);
    }

    fn files(&self, kind: Kind) -> Arc<Vec<PartitionedFile>> {
        self.files
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&kind)
            .cloned()
            .unwrap_or_default()
    }
}

/// The current files of one kind as a table.
#[derive(Debug)]
struct MonthsTable {
    kind: Kind,
    catalogue: Arc<Catalogue>,
}

#[async_trait]
impl TableProvider for MonthsTable {
    fn schema(&self) -> SchemaRef {
        self.kind.schema()
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    /// Filters go to the scan to skip row groups and pages; the engine filters the rows itself.
    fn supports_filters_pushdown(
        &self,
        filters: &[&Expr],
    ) -> DataFusionResult<Vec<TableProviderFilterPushDown>> {
        Ok(vec![TableProviderFilterPushDown::Inexact; filters.len()])
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        _filters: &[Expr],
        limit: Option<usize>,
    ) -> DataFusionResult<Arc<dyn ExecutionPlan>> {
        let files = self.catalogue.files(self.kind);
        if files.is_empty() {
            let schema = projection.map_or_else(
                || Ok(self.schema()),
                |columns| self.schema().project(columns).map(Arc::new),
            )?;
            return Ok(Arc::new(EmptyExec::new(schema)));
        }
        let url = ObjectStoreUrl::parse(STORE)?;
        let runtime = state.runtime_env();
        // Files never change, so what the engine learnt of one it may keep.
        let reader = CachedParquetFileReaderFactory::new(
            runtime.object_store(&url)?,
            runtime.cache_manager.get_file_metadata_cache(),
        );
        let source = ParquetSource::new(self.schema())
            .with_table_parquet_options(state.table_options().parquet.clone())
            .with_parquet_file_reader_factory(Arc::new(reader));
        let groups = FileGroup::new(files.to_vec()).split_files(state.config().target_partitions());
        let scan = FileScanConfigBuilder::new(url, Arc::new(source))
            .with_file_groups(groups)
            .with_projection_indices(projection.cloned())?
            .with_limit(limit)
            .build();
        Ok(DataSourceExec::from_data_source(scan))
    }
}
