//! Mappings kept under a name, so that the file of next month is read as this month's was. A changed mapping is a new version.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, FromQueryResult};
use serde_json::json;

use super::{Kind, Mapping};
use crate::{
    Act, Error, Keelson, MappingId, Result, micros, moment,
    record::{self, Audience, NewEvent},
    sql::Sql,
};

/// A mapping that is kept, in its newest version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptMapping {
    pub name: String,
    pub kind: Kind,
    pub version: i64,
    /// The document.
    pub toml: String,
    pub at: DateTime<Utc>,
}

/// Keeps a mapping under its name and answers its version. Saying the same again changes nothing.
pub async fn keep_mapping(keelson: &Keelson, act: &Act, mapping: &Mapping) -> Result<i64> {
    let name = mapping.name.trim();
    if name.is_empty() || name.chars().count() > 100 {
        return Err(Error::invalid(
            "name",
            "Enter a name for the mapping, of at most 100 characters.",
        ));
    }
    let document = mapping.to_toml();
    let tx = keelson.db.begin().await?;
    let last = newest(&tx, Some(name)).await?.into_iter().next();
    if let Some(last) = &last {
        if last.kind != mapping.kind {
            return Err(Error::invalid(
                "name",
                format!(
                    "There is a mapping called {name} for {}; choose another name.",
                    last.kind.code()
                ),
            ));
        }
        if last.toml == document {
            return Ok(last.version);
        }
    }
    let version = last.map_or(1, |last| last.version + 1);
    let id = Sql::new(
        "INSERT INTO mappings (kind, name, document, version, created_by, created_at) \
         VALUES (?, ?, ?, ?, ?, ?) RETURNING id",
    )
    .bind(mapping.kind.code())
    .bind(name)
    .bind(document)
    .bind(version)
    .bind(act.by)
    .bind(micros(act.at))
    .one::<Id>(&tx)
    .await?
    .map(|row| row.id)
    .ok_or_else(|| Error::damaged("mapping", "an inserted row has no id"))?;
    let event = NewEvent {
        supplier: None,
        subject: "mapping",
        subject_id: id.0,
        verb: "kept",
        payload: json!({ "name": name, "version": version, "kind": mapping.kind.code() }),
        audience: Audience::Internal,
    };
    record::append(&tx, act, event).await?;
    tx.commit().await?;
    Ok(version)
}

/// The mappings that are kept, by name, each in its newest version.
pub async fn kept_mappings(db: &impl ConnectionTrait) -> Result<Vec<KeptMapping>> {
    newest(db, None).await
}

/// The newest version of one mapping.
pub async fn kept_mapping(db: &impl ConnectionTrait, name: &str) -> Result<Option<KeptMapping>> {
    Ok(newest(db, Some(name)).await?.into_iter().next())
}

#[derive(FromQueryResult)]
struct Id {
    id: MappingId,
}

async fn newest(db: &impl ConnectionTrait, name: Option<&str>) -> Result<Vec<KeptMapping>> {
    #[derive(FromQueryResult)]
    struct Row {
        kind: String,
        name: String,
        document: String,
        version: i64,
        created_at: i64,
    }
    let mut sql = Sql::new(
        "SELECT m.kind, m.name, m.document, m.version, m.created_at FROM mappings m \
         WHERE m.version = (SELECT MAX(o.version) FROM mappings o WHERE o.name = m.name)",
    );
    if let Some(name) = name {
        sql.with(" AND m.name = ?", name);
    }
    sql.push(" ORDER BY m.name");
    let rows = sql.all::<Row>(db).await?;
    rows.into_iter()
        .map(|row| {
            Ok(KeptMapping {
                kind: Kind::parse(&row.kind).ok_or_else(|| {
                    Error::damaged("mapping", format!("its kind is {}", row.kind))
                })?,
                name: row.name,
                version: row.version,
                toml: row.document,
                at: moment(row.created_at),
            })
        })
        .collect()
}
