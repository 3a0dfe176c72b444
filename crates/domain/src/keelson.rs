use std::{path::Path, sync::Arc};

use keelson_analytics::Analytics;
use object_store::{ObjectStore, local::LocalFileSystem};

use crate::{Clock, Db, Error, Result, suppliers::Duplicates};

/// One running Keelson: the record, the files, the columns and the clock. Cheap to clone.
#[derive(Clone)]
pub struct Keelson {
    pub db: Db,
    /// Uploaded files and documents.
    pub files: Arc<dyn ObjectStore>,
    pub analytics: Analytics,
    pub clock: Arc<dyn Clock>,
    /// Who may be whom, in memory.
    pub duplicates: Duplicates,
}

impl std::fmt::Debug for Keelson {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keelson")
            .field("db", &self.db)
            .finish_non_exhaustive()
    }
}

impl Keelson {
    /// Opens a data folder: `keelson.db`, `files/` and `facts/`, each made when it is not there.
    pub async fn open(data: &Path, clock: Arc<dyn Clock>) -> Result<Self> {
        let db = Db::open_sqlite(&data.join("keelson.db")).await?;
        Self::with_folder(db, data, clock)
    }

    /// Puts a database together with files and columns that live in a folder.
    pub fn with_folder(db: Db, data: &Path, clock: Arc<dyn Clock>) -> Result<Self> {
        let folder = |name: &str| -> Result<Arc<dyn ObjectStore>> {
            let path = data.join(name);
            std::fs::create_dir_all(&path).map_err(|error| {
                Error::conflict(format!(
                    "the folder {} cannot be made: {error}",
                    path.display()
                ))
            })?;
            Ok(Arc::new(LocalFileSystem::new_with_prefix(path)?))
        };
        Ok(Self {
            db,
            files: folder("files")?,
            analytics: Analytics::new(folder("facts")?)?,
            clock,
            duplicates: Duplicates::default(),
        })
    }
}
