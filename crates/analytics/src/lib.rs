//! Columnar facts: the projection to Parquet and the questions over many rows. The only crate that knows Arrow and DataFusion.

use std::sync::Arc;

use object_store::ObjectStore;

/// The columns of one Keelson.
#[derive(Clone, Debug)]
pub struct Analytics {
    store: Arc<dyn ObjectStore>,
}

impl Analytics {
    /// Columns kept in the given store.
    pub fn new(store: Arc<dyn ObjectStore>) -> Result<Self, Error> {
        Ok(Self { store })
    }

    /// Where the columns are kept.
    pub fn store(&self) -> &Arc<dyn ObjectStore> {
        &self.store
    }
}

/// What can go wrong between the columns and an answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the figures' files could not be read or written: {0}")]
    Storage(#[from] object_store::Error),
    #[error(transparent)]
    Query(#[from] datafusion::error::DataFusionError),
}
