//! Documents that are published in versions: KPI definitions, scorecard templates, segmentation policies. A new version never
//! touches an old one, because figures and judgements were made by it.

use chrono::{DateTime, Utc};
use keelson_methods::document::FieldError;
use sea_orm::{ConnectionTrait, FromQueryResult, Statement, Value};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::json;

use crate::{
    Act, Error, Field, PersonId, Result, Tx, micros, moment,
    record::{self, Audience, NewEvent},
};

/// A kind of document that is published in versions.
pub trait Document: Clone + PartialEq + Serialize + DeserializeOwned {
    const TABLE: &'static str;
    /// The column that tells the documents of this kind apart.
    const KEY: &'static str;
    /// The kind as events name it.
    const SUBJECT: &'static str;
    /// The kind in words.
    const WHAT: &'static str;

    fn key(&self) -> &str;
    fn name(&self) -> &str;
    /// Reads and checks what a person wrote; every mistake comes back with its field.
    fn parse(toml: &str) -> Result<Self, Vec<FieldError>>;
    fn to_toml(&self) -> String;
}

/// A version of a document: what it says, who published it and when.
#[derive(Clone, Debug, PartialEq)]
pub struct Published<D> {
    pub version: i64,
    pub document: D,
    pub by: Option<PersonId>,
    pub by_name: Option<String>,
    pub at: DateTime<Utc>,
}

/// One field that differs between two versions, as the documents write it. `None`: the field is not there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    pub field: String,
    pub before: Option<String>,
    pub after: Option<String>,
}

/// Reads a document written as TOML.
pub fn read<D: Document>(toml: &str) -> Result<D> {
    D::parse(toml).map_err(|mistakes| {
        Error::Invalid(
            mistakes
                .into_iter()
                .map(|mistake| Field {
                    name: mistake.field.into(),
                    message: mistake.message,
                })
                .collect(),
        )
    })
}

/// Publishes a document. When the newest version says the same already, nothing happens and that version is handed back.
/// Answers the version and whether it is new.
pub(crate) async fn publish<D: Document>(
    tx: &Tx,
    act: &Act,
    document: &D,
) -> Result<(Published<D>, bool)> {
    // A document built in code or by a form passes the same checks as one that was written.
    let document: D = read(&document.to_toml())?;
    let last = newest::<D>(tx, document.key()).await?;
    let changed = match &last {
        Some(last) if last.document == document => return Ok((last.clone(), false)),
        Some(last) => changes(&last.document, &document)?,
        None => Vec::new(),
    };
    let version = last.map_or(1, |last| last.version + 1);
    let id = insert(tx, act, &document, version).await?;
    record::append(
        tx,
        act,
        NewEvent {
            supplier: None,
            subject: D::SUBJECT,
            subject_id: id,
            verb: "published",
            payload: json!({ "key": document.key(), "version": version, "changes": changed }),
            audience: Audience::Internal,
        },
    )
    .await?;
    let published = Published {
        version,
        document,
        by: act.by,
        by_name: None,
        at: act.at,
    };
    Ok((published, true))
}

/// Publishes documents whose keys are not taken. Part of setting up an organisation.
pub(crate) async fn seed<D: Document>(tx: &Tx, act: &Act, documents: Vec<D>) -> Result<()> {
    for document in documents {
        if newest::<D>(tx, document.key()).await?.is_none() {
            publish(tx, act, &document).await?;
        }
    }
    Ok(())
}

/// The newest version of every document of a kind, in the order they were first published.
pub async fn current<D: Document>(db: &impl ConnectionTrait) -> Result<Vec<Published<D>>> {
    let which = format!(
        "WHERE d.version = (SELECT MAX(other.version) FROM {table} other WHERE other.{key} = d.{key}) \
         ORDER BY (SELECT MIN(other.id) FROM {table} other WHERE other.{key} = d.{key})",
        table = D::TABLE,
        key = D::KEY
    );
    select(db, &which, []).await
}

/// The newest version of one document.
pub async fn find<D: Document>(db: &impl ConnectionTrait, key: &str) -> Result<Published<D>> {
    newest(db, key).await?.ok_or(Error::NotFound(D::WHAT))
}

/// One version of one document.
pub async fn at_version<D: Document>(
    db: &impl ConnectionTrait,
    key: &str,
    version: i64,
) -> Result<Published<D>> {
    let which = format!("WHERE d.{} = $1 AND d.version = $2", D::KEY);
    select(db, &which, [key.into(), version.into()])
        .await?
        .pop()
        .ok_or(Error::NotFound(D::WHAT))
}

/// Every version of one document, newest first.
pub async fn history<D: Document>(
    db: &impl ConnectionTrait,
    key: &str,
) -> Result<Vec<Published<D>>> {
    let which = format!("WHERE d.{} = $1 ORDER BY d.version DESC", D::KEY);
    let versions = select(db, &which, [key.into()]).await?;
    if versions.is_empty() {
        return Err(Error::NotFound(D::WHAT));
    }
    Ok(versions)
}

/// What differs between two documents, field by field, in the order the fields are written.
pub fn changes<D: Document>(before: &D, after: &D) -> Result<Vec<Change>> {
    let (before, after) = (leaves(before)?, leaves(after)?);
    let value = |list: &[(String, String)], field: &str| {
        list.iter()
            .find(|(name, _)| name == field)
            .map(|(_, value)| value.clone())
    };
    let gone = before
        .iter()
        .filter(|(field, _)| value(&after, field).is_none());
    Ok(after
        .iter()
        .chain(gone)
        .map(|(field, _)| Change {
            field: field.clone(),
            before: value(&before, field),
            after: value(&after, field),
        })
        .filter(|change| change.before != change.after)
        .collect())
}

async fn newest<D: Document>(db: &impl ConnectionTrait, key: &str) -> Result<Option<Published<D>>> {
    let which = format!("WHERE d.{} = $1 ORDER BY d.version DESC LIMIT 1", D::KEY);
    Ok(select(db, &which, [key.into()]).await?.pop())
}

async fn insert<D: Document>(tx: &Tx, act: &Act, document: &D, version: i64) -> Result<i64> {
    let sql = format!(
        "INSERT INTO {} ({}, version, name, document, published_by, published_at) \
         VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
        D::TABLE,
        D::KEY
    );
    let values = [
        document.key().into(),
        version.into(),
        document.name().into(),
        document.to_toml().into(),
        act.by.map(|person| person.0).into(),
        micros(act.at).into(),
    ];
    let row = tx
        .query_one_raw(Statement::from_sql_and_values(
            tx.get_database_backend(),
            sql,
            values,
        ))
        .await
        .map_err(|error| match error.sql_err() {
            Some(sea_orm::SqlErr::UniqueConstraintViolation(_)) => Error::conflict(format!(
                "Somebody else has just published version {version} of this {}. Look at it, then publish again.",
                D::WHAT
            )),
            _ => error.into(),
        })?
        .ok_or_else(|| Error::damaged(D::WHAT, "no id came back"))?;
    Ok(row.try_get_by_index(0)?)
}

#[derive(FromQueryResult)]
struct Row {
    version: i64,
    document: String,
    published_by: Option<i64>,
    by_name: Option<String>,
    published_at: i64,
}

async fn select<D: Document, const N: usize>(
    db: &impl ConnectionTrait,
    which: &str,
    values: [Value; N],
) -> Result<Vec<Published<D>>> {
    let sql = format!(
        "SELECT d.version, d.document, d.published_by, p.name AS by_name, d.published_at \
         FROM {} d LEFT JOIN people p ON p.id = d.published_by {which}",
        D::TABLE
    );
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    let rows = Row::find_by_statement(statement).all(db).await?;
    rows.into_iter()
        .map(|row| {
            Ok(Published {
                version: row.version,
                // Read without the checks of today: what was accepted once stays readable.
                document: toml::from_str(&row.document)
                    .map_err(|error| Error::damaged(D::WHAT, error))?,
                by: row.published_by.map(PersonId),
                by_name: row.by_name,
                at: moment(row.published_at),
            })
        })
        .collect()
}

/// The fields of a document with their values as TOML writes them: `delivery.late_days` and `0`.
fn leaves<D: Document>(document: &D) -> Result<Vec<(String, String)>> {
    let value = toml::Value::try_from(document).map_err(|error| Error::damaged(D::WHAT, error))?;
    let mut out = Vec::new();
    walk(String::new(), &value, &mut out);
    Ok(out)
}

fn walk(path: String, value: &toml::Value, out: &mut Vec<(String, String)>) {
    let inside = |name: &str| {
        if path.is_empty() {
            name.to_owned()
        } else {
            format!("{path}.{name}")
        }
    };
    match value {
        toml::Value::Table(table) => {
            for (name, value) in table {
                walk(inside(name), value, out);
            }
        }
        toml::Value::Array(list) if list.iter().any(toml::Value::is_table) => {
            for (index, value) in list.iter().enumerate() {
                // An entry is known by its own name where it has one, so that a line moved is not a line changed.
                let name = ["kpi", "id", "name"]
                    .iter()
                    .find_map(|name| value.get(name)?.as_str().map(str::to_owned));
                walk(
                    inside(&name.unwrap_or_else(|| index.to_string())),
                    value,
                    out,
                );
            }
        }
        toml::Value::String(text) => out.push((path, text.clone())),
        other => out.push((path, other.to_string())),
    }
}
