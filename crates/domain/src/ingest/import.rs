//! An import: one file of one kind, its mapping, its progress and its outcome.

use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder, QuerySelect,
};
use serde_json::json;

use super::{Kind, Mapping, store};
use crate::{
    Act, Error, Field, ImportId, Keelson, PersonId, Result, SourceId, Tx, micros, moment,
    record::{self, Audience, NewEvent},
};

/// How far an import is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// The file is here; nobody has said yet that it shall run.
    Uploaded,
    Waiting,
    Running,
    Done,
    Failed,
    Cancelled,
}

impl State {
    pub fn code(self) -> &'static str {
        match self {
            Self::Uploaded => "uploaded",
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    fn parse(code: &str) -> Result<Self> {
        [
            Self::Uploaded,
            Self::Waiting,
            Self::Running,
            Self::Done,
            Self::Failed,
            Self::Cancelled,
        ]
        .into_iter()
        .find(|state| state.code() == code)
        .ok_or_else(|| Error::damaged("import", format!("unknown state {code:?}")))
    }

    /// Nothing more will happen.
    pub fn ended(self) -> bool {
        matches!(self, Self::Done | Self::Failed | Self::Cancelled)
    }
}

/// An import as it is read.
#[derive(Clone, Debug)]
pub struct Import {
    pub id: ImportId,
    pub kind: Kind,
    pub source: Option<SourceId>,
    pub file_name: String,
    pub sha256: String,
    pub mapping: String,
    pub state: State,
    pub counts: Counts,
    pub rows_total: Option<u64>,
    /// What the file's own control totals said, where the mapping names them.
    pub control: Option<String>,
    /// What a careful reader of the result should know, a sentence a line.
    pub notes: Vec<String>,
    pub failure: Option<String>,
    pub started_by: Option<PersonId>,
    pub created_at: DateTime<Utc>,
    pub started_at: Option<DateTime<Utc>>,
    pub finished_at: Option<DateTime<Utc>>,
    pub(super) storage_key: Option<String>,
}

/// What became of the rows so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Counts {
    /// Rows of the file whose outcome is committed.
    pub rows: u64,
    pub inserted: u64,
    pub superseded: u64,
    pub unchanged: u64,
    /// Rows that say again what an earlier row of the same file said.
    pub repeated: u64,
    pub rejected: u64,
    pub suppliers_created: u64,
}

/// A row that was refused, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    pub row: u64,
    pub column: Option<String>,
    pub value: Option<String>,
    pub reason: String,
}

/// Takes a file in and keeps it, so that an import can be resumed and its provenance shown. Nothing is loaded yet.
pub async fn receive(
    keelson: &Keelson,
    act: &Act,
    kind: Kind,
    file_name: &str,
    path: &std::path::Path,
    mapping: &Mapping,
) -> Result<ImportId> {
    let (sha256, key) = store::keep(keelson, path).await?;
    let tx = keelson.db.begin().await?;
    let row = imports::ActiveModel {
        kind: Set(kind.code().to_owned()),
        file_name: Set(file_name.to_owned()),
        sha256: Set(sha256.clone()),
        storage_key: Set(Some(key)),
        mapping: Set(mapping.to_toml()),
        state: Set(State::Uploaded.code().to_owned()),
        started_by: Set(act.by),
        created_at: Set(micros(act.at)),
        ..Default::default()
    };
    let id = imports::Entity::insert(row).exec(&tx).await?.last_insert_id;
    tell(
        &tx,
        act,
        id,
        "received",
        json!({ "kind": kind.code(), "file": file_name, "sha256": sha256 }),
    )
    .await?;
    tx.commit().await?;
    Ok(id)
}

/// Opens an import whose rows come from the program itself.
pub(super) async fn open_without_file(
    keelson: &Keelson,
    act: &Act,
    kind: Kind,
    label: &str,
) -> Result<ImportId> {
    let tx = keelson.db.begin().await?;
    let row = imports::ActiveModel {
        kind: Set(kind.code().to_owned()),
        file_name: Set(label.to_owned()),
        sha256: Set(String::new()),
        mapping: Set(String::new()),
        state: Set(State::Waiting.code().to_owned()),
        started_by: Set(act.by),
        created_at: Set(micros(act.at)),
        ..Default::default()
    };
    let id = imports::Entity::insert(row).exec(&tx).await?.last_insert_id;
    tell(
        &tx,
        act,
        id,
        "started",
        json!({ "kind": kind.code(), "file": label }),
    )
    .await?;
    tx.commit().await?;
    Ok(id)
}

/// Replaces the mapping of an import that has not run.
pub async fn remap(keelson: &Keelson, act: &Act, id: ImportId, mapping: &Mapping) -> Result<()> {
    let tx = keelson.db.begin().await?;
    let row = uploaded(&tx, id).await?;
    let mut row = row.into_active_model();
    row.mapping = Set(mapping.to_toml());
    imports::Entity::update(row).exec(&tx).await?;
    tell(&tx, act, id, "mapped", json!({})).await?;
    tx.commit().await?;
    Ok(())
}

/// Asks for an uploaded import to run. The caller enqueues or runs it.
///
/// # Errors
/// A mapping that is not complete: each field that is missing is named, with what to write.
pub async fn start(tx: &Tx, act: &Act, id: ImportId) -> Result<()> {
    let row = uploaded(tx, id).await?;
    mapping(&row.mapping)?;
    let mut row = row.into_active_model();
    row.state = Set(State::Waiting.code().to_owned());
    imports::Entity::update(row).exec(tx).await?;
    tell(tx, act, id, "started", json!({})).await
}

/// The mapping of an import, complete enough to be run.
pub(super) fn mapping(text: &str) -> Result<Mapping> {
    Mapping::parse(text).map_err(|errors| {
        Error::Invalid(
            errors
                .into_iter()
                .map(|error| Field {
                    name: error.field.into(),
                    message: error.message,
                })
                .collect(),
        )
    })
}

/// An import of this very file through this very mapping that was begun and has not come to its end: its process was killed.
/// Running it goes on where its last batch ended.
pub async fn interrupted(
    keelson: &Keelson,
    kind: Kind,
    path: &std::path::Path,
    mapping: &Mapping,
) -> Result<Option<Import>> {
    let sha256 = store::digest_of(path).await?;
    let row = imports::Entity::find()
        .filter(imports::Column::Kind.eq(kind.code()))
        .filter(imports::Column::Sha256.eq(sha256))
        .filter(imports::Column::Mapping.eq(mapping.to_toml()))
        .filter(imports::Column::State.eq(State::Running.code()))
        .order_by_desc(imports::Column::Id)
        .one(keelson.db.read())
        .await?;
    row.map(Import::try_from).transpose()
}

/// Gives up an import that has not run.
pub async fn cancel(keelson: &Keelson, act: &Act, id: ImportId) -> Result<()> {
    let tx = keelson.db.begin().await?;
    let row = uploaded(&tx, id).await?;
    let mut row = row.into_active_model();
    row.state = Set(State::Cancelled.code().to_owned());
    row.finished_at = Set(Some(micros(act.at)));
    imports::Entity::update(row).exec(&tx).await?;
    tell(&tx, act, id, "cancelled", json!({})).await?;
    tx.commit().await?;
    Ok(())
}

async fn uploaded(tx: &Tx, id: ImportId) -> Result<imports::Model> {
    let row = imports::Entity::find_by_id(id)
        .one(tx)
        .await?
        .ok_or(Error::NotFound("import"))?;
    if State::parse(&row.state)? == State::Uploaded {
        return Ok(row);
    }
    Err(Error::conflict(format!(
        "This import is already {}. Upload the file again to import it another way.",
        row.state
    )))
}

pub(super) async fn tell(
    tx: &Tx,
    act: &Act,
    id: ImportId,
    verb: &'static str,
    payload: serde_json::Value,
) -> Result<()> {
    let event = NewEvent {
        supplier: None,
        subject: "import",
        subject_id: id.0,
        verb,
        payload,
        audience: Audience::Internal,
    };
    record::append(tx, act, event).await?;
    Ok(())
}

/// One import.
pub async fn find(db: &impl ConnectionTrait, id: ImportId) -> Result<Import> {
    imports::Entity::find_by_id(id)
        .one(db)
        .await?
        .ok_or(Error::NotFound("import"))?
        .try_into()
}

/// The file of an import, as it was taken in: what a sample is read from.
pub async fn file(keelson: &Keelson, import: &Import) -> Result<std::fs::File> {
    let key = import
        .storage_key
        .as_deref()
        .ok_or(Error::NotFound("file of this import"))?;
    store::fetch(keelson, key).await
}

/// Imports, newest first.
pub async fn recent(
    db: &impl ConnectionTrait,
    before: Option<ImportId>,
    limit: u64,
) -> Result<Vec<Import>> {
    let mut query = imports::Entity::find()
        .order_by_desc(imports::Column::Id)
        .limit(limit);
    if let Some(before) = before {
        query = query.filter(imports::Column::Id.lt(before));
    }
    query
        .all(db)
        .await?
        .into_iter()
        .map(Import::try_from)
        .collect()
}

/// The files of a kind that one person uploaded and nobody has started, oldest first: those that came together.
pub async fn waiting_of(
    db: &impl ConnectionTrait,
    kind: Kind,
    person: PersonId,
) -> Result<Vec<Import>> {
    imports::Entity::find()
        .filter(imports::Column::Kind.eq(kind.code()))
        .filter(imports::Column::State.eq(State::Uploaded.code()))
        .filter(imports::Column::StartedBy.eq(person))
        .order_by_asc(imports::Column::Id)
        .limit(200)
        .all(db)
        .await?
        .into_iter()
        .map(Import::try_from)
        .collect()
}

/// The rows of an import that were refused, in the order of the file.
pub async fn refused(
    db: &impl ConnectionTrait,
    id: ImportId,
    offset: u64,
    limit: u64,
) -> Result<Vec<Refused>> {
    let rows = import_rejects::Entity::find()
        .filter(import_rejects::Column::ImportId.eq(id))
        .order_by_asc(import_rejects::Column::RowNumber)
        .order_by_asc(import_rejects::Column::Id)
        .offset(offset)
        .limit(limit)
        .all(db)
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| Refused {
            row: row.row_number as u64,
            column: row.column_name,
            value: row.value,
            reason: row.reason,
        })
        .collect())
}

/// The source system of a name, made when it is new.
pub(super) async fn source(tx: &Tx, act: &Act, name: &str) -> Result<SourceId> {
    let known = sources::Entity::find()
        .filter(sources::Column::Name.eq(name))
        .one(tx)
        .await?;
    if let Some(known) = known {
        return Ok(known.id);
    }
    let row = sources::ActiveModel {
        name: Set(name.to_owned()),
        created_at: Set(micros(act.at)),
        ..Default::default()
    };
    Ok(sources::Entity::insert(row).exec(tx).await?.last_insert_id)
}

impl TryFrom<imports::Model> for Import {
    type Error = Error;

    fn try_from(row: imports::Model) -> Result<Self> {
        Ok(Self {
            id: row.id,
            kind: Kind::parse(&row.kind)
                .ok_or_else(|| Error::damaged("import", format!("unknown kind {:?}", row.kind)))?,
            source: row.source_id,
            file_name: row.file_name,
            sha256: row.sha256,
            mapping: row.mapping,
            state: State::parse(&row.state)?,
            counts: Counts {
                rows: row.rows_done as u64,
                inserted: row.inserted as u64,
                superseded: row.superseded as u64,
                unchanged: row.unchanged as u64,
                repeated: row.repeated as u64,
                rejected: row.rejected as u64,
                suppliers_created: row.suppliers_created as u64,
            },
            rows_total: row.rows_total.map(|rows| rows as u64),
            control: row.control,
            notes: row
                .notes
                .iter()
                .flat_map(|notes| notes.lines())
                .map(str::to_owned)
                .collect(),
            failure: row.failure,
            started_by: row.started_by,
            created_at: moment(row.created_at),
            started_at: row.started_at.map(moment),
            finished_at: row.finished_at.map(moment),
            storage_key: row.storage_key,
        })
    }
}

pub(super) mod imports {
    use sea_orm::entity::prelude::*;

    use crate::{ImportId, PersonId, SourceId};

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "imports")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: ImportId,
        pub kind: String,
        pub source_id: Option<SourceId>,
        pub file_name: String,
        pub sha256: String,
        pub storage_key: Option<String>,
        pub mapping: String,
        pub state: String,
        pub rows_done: i64,
        pub rows_total: Option<i64>,
        pub inserted: i64,
        pub superseded: i64,
        pub unchanged: i64,
        pub repeated: i64,
        pub rejected: i64,
        pub suppliers_created: i64,
        pub control: Option<String>,
        pub failure: Option<String>,
        pub started_by: Option<PersonId>,
        pub created_at: i64,
        pub started_at: Option<i64>,
        pub finished_at: Option<i64>,
        pub notes: Option<String>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

#[expect(unreachable_pub, reason = "SeaORM's derive asks for pub")]
mod import_rejects {
    use sea_orm::entity::prelude::*;

    use crate::{ImportId, RejectId};

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "import_rejects")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: RejectId,
        pub import_id: ImportId,
        pub row_number: i64,
        pub column_name: Option<String>,
        pub value: Option<String>,
        pub reason: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

#[expect(unreachable_pub, reason = "SeaORM's derive asks for pub")]
mod sources {
    use sea_orm::entity::prelude::*;

    use crate::SourceId;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "sources")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: SourceId,
        pub name: String,
        pub created_at: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
