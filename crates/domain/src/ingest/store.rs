//! Where imported files are kept: under their own digest, so that the same file is kept once.

use std::{fs::File, path::Path};

use futures::StreamExt;
use object_store::{GetResultPayload, ObjectStoreExt, WriteMultipart, path::Path as Key};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt};

use crate::{Error, Keelson, Result};

/// Read and written at a time; S3 takes no smaller part than five mebibytes.
const PART: usize = 8 << 20;

/// The SHA-256 of a file.
pub(super) async fn digest_of(path: &Path) -> Result<String> {
    let unreadable = unreadable(path);
    let mut file = tokio::fs::File::open(path).await.map_err(&unreadable)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; PART];
    loop {
        let read = file.read(&mut buffer).await.map_err(&unreadable)?;
        if read == 0 {
            break;
        }
        hasher.update(&buffer[..read]);
    }
    let digest = hasher.finalize();
    Ok(digest.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn unreadable(path: &Path) -> impl Fn(std::io::Error) -> Error {
    move |error| {
        Error::invalid(
            "file",
            format!("{} cannot be read: {error}.", path.display()),
        )
    }
}

/// Keeps a file and answers its SHA-256 and the key it is kept under.
pub(super) async fn keep(keelson: &Keelson, path: &Path) -> Result<(String, String)> {
    let sha256 = digest_of(path).await?;
    let key = format!("imports/{sha256}");
    let place = Key::from(key.as_str());
    match keelson.files.head(&place).await {
        Ok(_) => return Ok((sha256, key)),
        Err(object_store::Error::NotFound { .. }) => {}
        Err(error) => return Err(error.into()),
    }
    let unreadable = unreadable(path);
    let mut file = tokio::fs::File::open(path).await.map_err(&unreadable)?;
    let mut buffer = vec![0; PART];
    let mut upload = WriteMultipart::new(keelson.files.put_multipart(&place).await?);
    loop {
        let read = file.read(&mut buffer).await.map_err(&unreadable)?;
        if read == 0 {
            break;
        }
        upload.wait_for_capacity(2).await?;
        upload.write(&buffer[..read]);
    }
    upload.finish().await?;
    Ok((sha256, key))
}

/// A kept file as one that can be read and sought: itself in a folder, a temporary copy from a bucket.
pub(super) async fn fetch(keelson: &Keelson, key: &str) -> Result<File> {
    let lost = |error: std::io::Error| {
        Error::conflict(format!("The kept file could not be copied: {error}."))
    };
    match keelson.files.get(&Key::from(key)).await?.payload {
        GetResultPayload::File(file, _) => Ok(file),
        GetResultPayload::Stream(mut parts) => {
            let mut copy = tokio::fs::File::from_std(tempfile::tempfile().map_err(lost)?);
            while let Some(part) = parts.next().await {
                copy.write_all(&part?).await.map_err(lost)?;
            }
            copy.rewind().await.map_err(lost)?;
            Ok(copy.into_std().await)
        }
    }
}
