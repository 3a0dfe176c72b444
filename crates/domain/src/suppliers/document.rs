use chrono::{DateTime, NaiveDate, Utc};
use object_store::{ObjectStoreExt, path::Path};
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait, FromQueryResult};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::{
    Reader,
    file_type::FileType,
    supplier::{must_find_in, tell},
    text::one_line,
};
use crate::{
    Act, DocumentId, Error, Keelson, PersonId, Result, SupplierId, date_of_day, day_of, micros,
    moment, record::Audience, sql::Sql,
};

/// The largest file a person may upload.
pub const MOST_BYTES: usize = 25 * 1024 * 1024;

/// A file kept with a supplier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    pub id: DocumentId,
    pub name: String,
    pub kind: DocumentKind,
    pub media_type: String,
    pub bytes: i64,
    pub sha256: String,
    pub valid_from: Option<NaiveDate>,
    pub valid_to: Option<NaiveDate>,
    pub shared: bool,
    pub uploaded_by: PersonId,
    pub uploaded_by_name: String,
    pub uploaded_at: DateTime<Utc>,
}

/// What a document is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DocumentKind {
    Certificate,
    Insurance,
    CodeOfConduct,
    Agreement,
    Tax,
    Other,
}

/// How a document stands on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Validity {
    /// No dates, or inside them with more than 60 days to go.
    Valid,
    NotYet,
    /// This many days are left.
    Ending(i64),
    /// It ended this many days ago.
    Ended(i64),
}

/// A file a person hands over.
#[derive(Clone, Debug)]
pub struct Upload<'a> {
    /// What the person's machine calls it.
    pub file_name: &'a str,
    pub content: bytes::Bytes,
    pub kind: DocumentKind,
    pub valid_from: Option<NaiveDate>,
    pub valid_to: Option<NaiveDate>,
    /// Whether the supplier may read it. What the supplier uploads is always shared.
    pub shared: bool,
}

impl DocumentKind {
    pub const ALL: [Self; 6] = [
        Self::Certificate,
        Self::Insurance,
        Self::CodeOfConduct,
        Self::Agreement,
        Self::Tax,
        Self::Other,
    ];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Certificate => "certificate",
            Self::Insurance => "insurance",
            Self::CodeOfConduct => "code_of_conduct",
            Self::Agreement => "agreement",
            Self::Tax => "tax",
            Self::Other => "other",
        }
    }

    pub const fn words(self) -> &'static str {
        match self {
            Self::Certificate => "Certificate",
            Self::Insurance => "Insurance",
            Self::CodeOfConduct => "Code of conduct",
            Self::Agreement => "Agreement",
            Self::Tax => "Tax form",
            Self::Other => "Other",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

impl Document {
    pub fn validity(&self, on: NaiveDate) -> Validity {
        match (self.valid_from, self.valid_to) {
            (Some(from), _) if on < from => Validity::NotYet,
            (_, Some(to)) if on > to => Validity::Ended((on - to).num_days()),
            (_, Some(to)) if (to - on).num_days() <= 60 => Validity::Ending((to - on).num_days()),
            _ => Validity::Valid,
        }
    }
}

/// Keeps a file. Its extension, its first bytes and its size must agree; it is stored under a key of our own, never under the
/// name somebody's machine gave it.
pub async fn upload_document(
    keelson: &Keelson,
    act: &Act,
    supplier: SupplierId,
    upload: Upload<'_>,
) -> Result<DocumentId> {
    let by = act
        .by
        .ok_or_else(|| Error::conflict("A document needs somebody who uploads it."))?;
    let name = file_name(upload.file_name).map_err(|why| Error::invalid("file", why))?;
    if upload.content.len() > MOST_BYTES {
        return Err(Error::invalid(
            "file",
            format!(
                "{name} has {} MB. The limit is {} MB.",
                upload.content.len() / 1_048_576,
                MOST_BYTES / 1_048_576
            ),
        ));
    }
    let file_type =
        FileType::of(&name, &upload.content).map_err(|why| Error::invalid("file", why))?;
    if let (Some(from), Some(to)) = (upload.valid_from, upload.valid_to)
        && to < from
    {
        return Err(Error::invalid(
            "valid_to",
            "The last day must not lie before the first.",
        ));
    }
    must_find_in(keelson.db.read(), supplier)
        .await?
        .must_stand_alone()?;
    let sha256 = hex(&Sha256::digest(&upload.content));
    let key = format!("documents/{supplier}/{sha256}");
    let bytes = upload.content.len() as i64;
    // The file comes before the row: a row without its file would be a promise nobody can keep, a file without a row is dust.
    keelson
        .files
        .put(&Path::from(key.as_str()), upload.content.into())
        .await?;
    let tx = keelson.db.begin().await?;
    must_find_in(&tx, supplier).await?.must_stand_alone()?;
    let row = rows::ActiveModel {
        supplier_id: Set(supplier),
        name: Set(name.clone()),
        kind: Set(upload.kind.code().to_owned()),
        media_type: Set(file_type.media_type().to_owned()),
        bytes: Set(bytes),
        sha256: Set(sha256.clone()),
        storage_key: Set(key),
        valid_from: Set(upload.valid_from.map(day_of)),
        valid_to: Set(upload.valid_to.map(day_of)),
        shared: Set(upload.shared),
        uploaded_by: Set(by),
        uploaded_at: Set(micros(act.at)),
        ..Default::default()
    };
    let id = rows::Entity::insert(row).exec(&tx).await?.last_insert_id;
    tell(
        &tx,
        act,
        supplier,
        "document_uploaded",
        json!({ "document": id, "name": name, "kind": upload.kind.code(), "sha256": sha256 }),
        audience(upload.shared),
    )
    .await?;
    tx.commit().await?;
    Ok(id)
}

/// Takes a document out of sight. The file and the record of it stay. A supplier's people may take back what they uploaded.
pub async fn withdraw_document(
    keelson: &Keelson,
    act: &Act,
    supplier: SupplierId,
    reader: Reader,
    document: DocumentId,
) -> Result<()> {
    #[derive(FromQueryResult)]
    struct Row {
        name: String,
        shared: bool,
    }
    let tx = keelson.db.begin().await?;
    let mut sql = Sql::new(
        "UPDATE documents SET withdrawn_at = ? WHERE id = ? AND withdrawn_at IS NULL AND supplier_id IN \
         (SELECT id FROM suppliers WHERE id = ? OR merged_into = ?)",
    )
    .bind(micros(act.at))
    .bind(document)
    .bind(supplier)
    .bind(supplier);
    if reader == Reader::Supplier {
        sql.with(" AND shared AND uploaded_by = ?", act.by);
    }
    sql.push(" RETURNING name, shared");
    let row = sql
        .one::<Row>(&tx)
        .await?
        .ok_or(Error::NotFound("document"))?;
    tell(
        &tx,
        act,
        supplier,
        "document_withdrawn",
        json!({ "document": document, "name": row.name }),
        audience(row.shared),
    )
    .await?;
    tx.commit().await?;
    Ok(())
}

/// The documents of a supplier and of the records merged into it, newest first: all of them, or the shared ones only.
pub async fn documents(
    db: &impl ConnectionTrait,
    supplier: SupplierId,
    reader: Reader,
) -> Result<Vec<Document>> {
    let rows = select(supplier, reader, None).all::<Row>(db).await?;
    rows.into_iter().map(Document::try_from).collect()
}

/// A document with its content, checked against the digest it was stored with.
pub async fn open_document(
    keelson: &Keelson,
    supplier: SupplierId,
    reader: Reader,
    document: DocumentId,
) -> Result<(Document, bytes::Bytes)> {
    let row = select(supplier, reader, Some(document))
        .one::<Row>(keelson.db.read())
        .await?
        .ok_or(Error::NotFound("document"))?;
    let content = keelson
        .files
        .get(&Path::from(row.storage_key.as_str()))
        .await?
        .bytes()
        .await?;
    if hex(&Sha256::digest(&content)) != row.sha256 {
        return Err(Error::damaged(
            "document",
            format!("the file of document {document} is not the one that was uploaded"),
        ));
    }
    Ok((row.try_into()?, content))
}

fn select(supplier: SupplierId, reader: Reader, document: Option<DocumentId>) -> Sql {
    let mut sql = Sql::new(
        "SELECT d.*, p.name AS uploaded_by_name FROM documents d JOIN suppliers s ON s.id = d.supplier_id \
         JOIN people p ON p.id = d.uploaded_by WHERE d.withdrawn_at IS NULL AND (s.id = ? OR s.merged_into = ?)",
    )
    .bind(supplier)
    .bind(supplier);
    if reader == Reader::Supplier {
        sql.push(" AND d.shared");
    }
    if let Some(document) = document {
        sql.with(" AND d.id = ?", document);
    }
    sql.push(" ORDER BY d.uploaded_at DESC, d.id DESC");
    sql
}

/// The last part of a path, on any system, without anything a header or a shell could trip over.
fn file_name(text: &str) -> Result<String, String> {
    let last = text.rsplit(['/', '\\']).next().unwrap_or_default();
    let name = one_line(last, 200)?.ok_or("the file has no name")?;
    let odd = |c: char| c == '"' || c == ';' || ('\u{202a}'..='\u{202e}').contains(&c);
    let name: String = name.chars().filter(|c| !odd(*c)).collect();
    match name.trim_matches(['.', ' ']) {
        "" => Err("the file has no name".to_owned()),
        name => Ok(name.to_owned()),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn audience(shared: bool) -> Audience {
    if shared {
        Audience::Both
    } else {
        Audience::Internal
    }
}

#[derive(FromQueryResult)]
struct Row {
    id: DocumentId,
    name: String,
    kind: String,
    media_type: String,
    bytes: i64,
    sha256: String,
    storage_key: String,
    valid_from: Option<i32>,
    valid_to: Option<i32>,
    shared: bool,
    uploaded_by: PersonId,
    uploaded_by_name: String,
    uploaded_at: i64,
}

impl TryFrom<Row> for Document {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: row.id,
            kind: DocumentKind::parse(&row.kind)
                .ok_or_else(|| Error::damaged("document", format!("its kind is {}", row.kind)))?,
            name: row.name,
            media_type: row.media_type,
            bytes: row.bytes,
            sha256: row.sha256,
            valid_from: row.valid_from.map(date_of_day),
            valid_to: row.valid_to.map(date_of_day),
            shared: row.shared,
            uploaded_by: row.uploaded_by,
            uploaded_by_name: row.uploaded_by_name,
            uploaded_at: moment(row.uploaded_at),
        })
    }
}

mod rows {
    use sea_orm::entity::prelude::*;

    use crate::{DocumentId, PersonId, SupplierId};

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "documents")]
    pub(super) struct Model {
        #[sea_orm(primary_key)]
        pub id: DocumentId,
        pub supplier_id: SupplierId,
        pub name: String,
        pub kind: String,
        pub media_type: String,
        pub bytes: i64,
        pub sha256: String,
        pub storage_key: String,
        pub valid_from: Option<i32>,
        pub valid_to: Option<i32>,
        pub shared: bool,
        pub uploaded_by: PersonId,
        pub uploaded_at: i64,
        pub withdrawn_at: Option<i64>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_no_name_and_a_name_holds_no_header() {
        assert_eq!(
            file_name("C:\\x\\..\\ISO 9001.pdf"),
            Ok("ISO 9001.pdf".into())
        );
        assert_eq!(file_name("../../etc/passwd"), Ok("passwd".into()));
        assert_eq!(file_name("a\r\nb\"; x.pdf"), Ok("a b x.pdf".into()));
        assert_eq!(file_name("\u{202e}fdp.exe.pdf"), Ok("fdp.exe.pdf".into()));
        assert!(file_name("..").is_err());
        assert!(file_name("a/").is_err());
    }

    #[test]
    fn a_certificate_ends_in_words() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let document = |from: Option<&str>, to: Option<&str>| Document {
            id: DocumentId(1),
            name: "a.pdf".into(),
            kind: DocumentKind::Certificate,
            media_type: "application/pdf".into(),
            bytes: 1,
            sha256: String::new(),
            valid_from: from.map(day),
            valid_to: to.map(day),
            shared: false,
            uploaded_by: PersonId(1),
            uploaded_by_name: String::new(),
            uploaded_at: DateTime::UNIX_EPOCH,
        };
        let on = day("2026-11-23");
        for (from, to, expected) in [
            (None, None, Validity::Valid),
            (Some("2026-11-24"), None, Validity::NotYet),
            (None, Some("2026-11-23"), Validity::Ending(0)),
            (None, Some("2027-01-22"), Validity::Ending(60)),
            (None, Some("2027-01-23"), Validity::Valid),
            (None, Some("2026-11-22"), Validity::Ended(1)),
        ] {
            assert_eq!(document(from, to).validity(on), expected);
        }
    }
}
