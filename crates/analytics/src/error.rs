use datafusion::error::DataFusionError;

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What can go wrong between the columns and an answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the figures' files could not be read or written: {0}")]
    Storage(#[from] object_store::Error),
    /// The question needs more memory than the setting allows, even with what can be put on disk.
    #[error(
        "this question needs more memory than figures may use; ask for a shorter period or raise analytics.memory"
    )]
    Memory(#[source] DataFusionError),
    #[error("the figures could not be computed: {0}")]
    Query(#[source] DataFusionError),
    #[error("{0}")]
    Definition(String),
}

impl From<DataFusionError> for Error {
    fn from(error: DataFusionError) -> Self {
        match error.find_root() {
            DataFusionError::ResourcesExhausted(_) => Self::Memory(error),
            _ => Self::Query(error),
        }
    }
}

impl From<parquet::errors::ParquetError> for Error {
    fn from(error: parquet::errors::ParquetError) -> Self {
        DataFusionError::from(error).into()
    }
}
