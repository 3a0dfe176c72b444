use sea_orm::{ConnectionTrait, FromQueryResult};
use serde_json::json;

use super::text::required_line;
use crate::{
    Act, Error, Keelson, PersonId, Result, SavedViewId, Tx, micros,
    record::{self, Audience, NewEvent},
    sql::Sql,
};

/// A list as somebody keeps it: filters, sort and columns in the address's own words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedView {
    pub id: SavedViewId,
    pub name: String,
    /// The address's query string, without a question mark.
    pub query: String,
    /// Everybody sees a shared view; a personal one is seen by the one who keeps it.
    pub shared: bool,
    /// Stands in the sidebar.
    pub pinned: bool,
    pub created_by: Option<PersonId>,
}

/// A view to be kept.
#[derive(Clone, Copy, Debug)]
pub struct NewView<'a> {
    /// Which list it is a view of: "suppliers".
    pub list: &'a str,
    pub name: &'a str,
    pub query: &'a str,
    pub shared: bool,
    pub pinned: bool,
}

/// Keeps a view for oneself or for everybody. Names are unique among the views one person sees together.
pub async fn save_view(keelson: &Keelson, act: &Act, view: NewView<'_>) -> Result<SavedViewId> {
    let person = must_be_somebody(act)?;
    let name = view_name(view.name)?;
    if view.query.len() > 4_000 {
        return Err(Error::invalid("query", "The view has too many filters."));
    }
    let tx = keelson.db.begin().await?;
    must_be_free(&tx, view.list, person, &name, None).await?;
    let id = Sql::new(
        "INSERT INTO saved_views (person_id, list, name, query, pinned, position, created_by, created_at) \
         SELECT ?, ?, ?, ?, ?, COALESCE(MAX(position), 0) + 1, ?, ? FROM saved_views WHERE list = ? RETURNING id",
    )
    .bind((!view.shared).then_some(person))
    .bind(view.list)
    .bind(name.as_str())
    .bind(view.query)
    .bind(view.pinned)
    .bind(person)
    .bind(micros(act.at))
    .bind(view.list)
    .one::<Id>(&tx)
    .await?
    .map(|row| row.id)
    .ok_or_else(|| Error::damaged("saved view", "an inserted row has no id"))?;
    tell(&tx, act, id, "saved", &name).await?;
    tx.commit().await?;
    Ok(id)
}

/// Replaces what a view shows.
pub async fn update_view(keelson: &Keelson, act: &Act, id: SavedViewId, query: &str) -> Result<()> {
    change(keelson, act, id, "changed", async |tx| {
        Sql::new("UPDATE saved_views SET query = ? WHERE id = ?")
            .bind(query)
            .bind(id)
            .run(tx)
            .await
            .map(drop)
    })
    .await
}

pub async fn rename_view(keelson: &Keelson, act: &Act, id: SavedViewId, name: &str) -> Result<()> {
    let person = must_be_somebody(act)?;
    change(keelson, act, id, "renamed", async |tx| {
        let name = view_name(name)?;
        must_be_free(tx, "suppliers", person, &name, Some(id)).await?;
        Sql::new("UPDATE saved_views SET name = ? WHERE id = ?")
            .bind(name.as_str())
            .bind(id)
            .run(tx)
            .await
            .map(drop)
    })
    .await
}

/// Puts a view into the sidebar or takes it out.
pub async fn pin_view(keelson: &Keelson, act: &Act, id: SavedViewId, pinned: bool) -> Result<()> {
    let verb = if pinned { "pinned" } else { "unpinned" };
    change(keelson, act, id, verb, async |tx| {
        Sql::new("UPDATE saved_views SET pinned = ? WHERE id = ?")
            .bind(pinned)
            .bind(id)
            .run(tx)
            .await
            .map(drop)
    })
    .await
}

pub async fn delete_view(keelson: &Keelson, act: &Act, id: SavedViewId) -> Result<()> {
    change(keelson, act, id, "deleted", async |tx| {
        Sql::new("DELETE FROM saved_views WHERE id = ?")
            .bind(id)
            .run(tx)
            .await
            .map(drop)
    })
    .await
}

/// The views of a list one person sees: the shared ones, then their own.
pub async fn views(
    db: &impl ConnectionTrait,
    list: &str,
    person: PersonId,
) -> Result<Vec<SavedView>> {
    let rows = Sql::new(
        "SELECT id, person_id, name, query, pinned, created_by FROM saved_views \
         WHERE list = ? AND (person_id IS NULL OR person_id = ?) \
         ORDER BY CASE WHEN person_id IS NULL THEN 0 ELSE 1 END, position, id",
    )
    .bind(list)
    .bind(person)
    .all::<Row>(db)
    .await?;
    Ok(rows.into_iter().map(SavedView::from).collect())
}

/// Changes a view the person may change: a personal one its owner, a shared one whoever made it.
async fn change(
    keelson: &Keelson,
    act: &Act,
    id: SavedViewId,
    verb: &'static str,
    how: impl AsyncFnOnce(&Tx) -> Result<()>,
) -> Result<()> {
    let person = must_be_somebody(act)?;
    let tx = keelson.db.begin().await?;
    let row = Sql::new(
        "SELECT id, person_id, name, query, pinned, created_by FROM saved_views WHERE id = ? \
         AND (person_id IS NULL OR person_id = ?)",
    )
    .bind(id)
    .bind(person)
    .one::<Row>(&tx)
    .await?
    .ok_or(Error::NotFound("view"))?;
    if row.created_by != Some(person) {
        return Err(Error::Forbidden(
            "Only the person who shared this view can change it. Save your own instead.".into(),
        ));
    }
    how(&tx).await?;
    tell(&tx, act, id, verb, &row.name).await?;
    tx.commit().await?;
    Ok(())
}

async fn must_be_free(
    tx: &Tx,
    list: &str,
    person: PersonId,
    name: &str,
    except: Option<SavedViewId>,
) -> Result<()> {
    let mut sql = Sql::new(
        "SELECT id FROM saved_views WHERE list = ? AND LOWER(name) = ? AND (person_id IS NULL OR person_id = ?)",
    )
    .bind(list)
    .bind(name.to_lowercase())
    .bind(person);
    if let Some(id) = except {
        sql.with(" AND id <> ?", id);
    }
    match sql.one::<Id>(tx).await? {
        None => Ok(()),
        Some(_) => Err(Error::invalid(
            "name",
            format!("There is a view called {name} already; choose another name."),
        )),
    }
}

fn view_name(text: &str) -> Result<String> {
    required_line(text, 60, "a name for the view").map_err(|why| Error::invalid("name", why))
}

fn must_be_somebody(act: &Act) -> Result<PersonId> {
    act.by
        .ok_or_else(|| Error::conflict("A view belongs to somebody; nobody is signed in."))
}

async fn tell(tx: &Tx, act: &Act, id: SavedViewId, verb: &'static str, name: &str) -> Result<()> {
    let event = NewEvent {
        supplier: None,
        subject: "saved_view",
        subject_id: id.0,
        verb,
        payload: json!({ "name": name }),
        audience: Audience::Internal,
    };
    record::append(tx, act, event).await.map(drop)
}

#[derive(FromQueryResult)]
struct Id {
    id: SavedViewId,
}

#[derive(FromQueryResult)]
struct Row {
    id: SavedViewId,
    person_id: Option<PersonId>,
    name: String,
    query: String,
    pinned: bool,
    created_by: Option<PersonId>,
}

impl From<Row> for SavedView {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            name: row.name,
            query: row.query,
            shared: row.person_id.is_none(),
            pinned: row.pinned,
            created_by: row.created_by,
        }
    }
}
