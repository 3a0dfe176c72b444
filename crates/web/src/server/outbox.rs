use std::{
    io,
    path::PathBuf,
    sync::atomic::{AtomicU64, Ordering},
};

use async_trait::async_trait;
use keelson_domain::access::Email;

/// What somebody is to be sent.
#[derive(Clone, Debug)]
pub struct Letter {
    pub to: Email,
    pub subject: String,
    pub text: String,
}

/// Where letters go.
#[async_trait]
pub trait Outbox: Send + Sync {
    async fn put(&self, letter: Letter) -> io::Result<()>;

    /// Whether a letter reaches its reader by itself. Where it does not, pages say who hands it over.
    fn delivers(&self) -> bool;
}

/// A folder beside the database for as long as no mail server is configured: the administrator reads the letter there and hands
/// it over. Letters hold links that let somebody in, so only the owner of the folder may read them.
#[derive(Debug)]
pub struct FolderOutbox {
    folder: PathBuf,
    next: AtomicU64,
}

impl FolderOutbox {
    pub fn new(folder: PathBuf) -> io::Result<Self> {
        std::fs::create_dir_all(&folder)?;
        let held = std::fs::read_dir(&folder)?.count();
        Ok(Self {
            folder,
            next: AtomicU64::new(held as u64 + 1),
        })
    }
}

#[async_trait]
impl Outbox for FolderOutbox {
    async fn put(&self, letter: Letter) -> io::Result<()> {
        let text = format!(
            "To: {}\nSubject: {}\n\n{}\n",
            letter.to, letter.subject, letter.text
        );
        loop {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            let path = self.folder.join(format!("{number:05}.txt"));
            let mut options = tokio::fs::OpenOptions::new();
            options.write(true).create_new(true);
            #[cfg(unix)]
            options.mode(0o600);
            match options.open(&path).await {
                Ok(mut file) => {
                    tokio::io::AsyncWriteExt::write_all(&mut file, text.as_bytes()).await?;
                    file.sync_all().await?;
                    tracing::info!(letter = %path.display(), "no mail server is configured; hand this letter over");
                    return Ok(());
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
    }

    fn delivers(&self) -> bool {
        false
    }
}
