use sea_orm::{ConnectionTrait, FromQueryResult};
use serde_json::json;

use super::{
    supplier::{must_find_in, tell},
    text::{Fields, required_line},
};
use crate::{
    Act, CategoryId, Error, Keelson, Result, SupplierId, Tx, micros,
    record::{self, Audience, NewEvent},
    sql::Sql,
};

/// What is bought: a node of the buying company's own tree of categories.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Category {
    pub id: CategoryId,
    pub code: String,
    pub name: String,
    pub parent_id: Option<CategoryId>,
}

/// One of a supplier's categories.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct SupplierCategory {
    pub id: CategoryId,
    pub code: String,
    pub name: String,
    /// The one lists show.
    pub main: bool,
}

/// Adds a category to the tree. Its code is what files name it by.
pub async fn create_category(
    keelson: &Keelson,
    act: &Act,
    code: &str,
    name: &str,
    parent: Option<CategoryId>,
) -> Result<CategoryId> {
    let mut fields = Fields::default();
    let code = fields.take("code", required_line(code, 40, "a code"));
    let name = fields.take("name", required_line(name, 120, "a name"));
    let (code, name) = fields.into_result((code, name))?;
    let (code, name) = (code.unwrap_or_default(), name.unwrap_or_default());
    let tx = keelson.db.begin().await?;
    if by_code(&tx, &code).await?.is_some() {
        return Err(Error::invalid(
            "code",
            format!("There is a category {code} already; choose another code."),
        ));
    }
    let id = insert(&tx, act, &code, &name, parent).await?;
    tx.commit().await?;
    Ok(id)
}

/// The category with a code, made with its code for a name when it is not there: files name categories nobody has set up.
pub async fn find_or_create_category(tx: &Tx, act: &Act, code: &str) -> Result<CategoryId> {
    let code =
        required_line(code, 40, "a category").map_err(|why| Error::invalid("category", why))?;
    match by_code(tx, &code).await? {
        Some(id) => Ok(id),
        None => insert(tx, act, &code, &code, None).await,
    }
}

/// All categories by name.
pub async fn categories(db: &impl ConnectionTrait) -> Result<Vec<Category>> {
    Sql::new("SELECT id, code, name, parent_id FROM categories ORDER BY name, id")
        .all(db)
        .await
}

/// Puts a supplier into categories; the first is the main one.
pub async fn set_categories(
    keelson: &Keelson,
    act: &Act,
    supplier: SupplierId,
    categories: &[CategoryId],
) -> Result<()> {
    let tx = keelson.db.begin().await?;
    set_categories_in(&tx, act, supplier, categories).await?;
    tx.commit().await?;
    Ok(())
}

/// Puts a supplier into categories inside a larger change and says which it was in before, the main one first.
pub(super) async fn set_categories_in(
    tx: &Tx,
    act: &Act,
    supplier: SupplierId,
    categories: &[CategoryId],
) -> Result<Vec<CategoryId>> {
    must_find_in(tx, supplier).await?.must_stand_alone()?;
    let before: Vec<_> = own(tx, supplier).await?;
    if before != categories {
        Sql::new("DELETE FROM supplier_categories WHERE supplier_id = ?")
            .bind(supplier)
            .run(tx)
            .await?;
        put(tx, supplier, categories).await?;
        tell(
            tx,
            act,
            supplier,
            "categories_set",
            json!({ "from": before, "to": categories }),
            Audience::Internal,
        )
        .await?;
    }
    Ok(before)
}

/// The categories of a supplier and of the records merged into it, the main one first.
pub async fn categories_of(
    db: &impl ConnectionTrait,
    supplier: SupplierId,
) -> Result<Vec<SupplierCategory>> {
    let rows: Vec<SupplierCategory> = Sql::new(
        "SELECT c.id, c.code, c.name, (k.main AND s.merged_into IS NULL) AS main \
         FROM supplier_categories k JOIN suppliers s ON s.id = k.supplier_id \
         JOIN categories c ON c.id = k.category_id WHERE s.id = ? OR s.merged_into = ? \
         ORDER BY CASE WHEN k.main AND s.merged_into IS NULL THEN 0 ELSE 1 END, c.name, c.id",
    )
    .bind(supplier)
    .bind(supplier)
    .all(db)
    .await?;
    let mut seen = Vec::new();
    Ok(rows
        .into_iter()
        .filter(|row| {
            let new = !seen.contains(&row.id);
            seen.push(row.id);
            new
        })
        .collect())
}

/// A record's own categories, the main one first.
pub(super) async fn own(
    db: &impl ConnectionTrait,
    supplier: SupplierId,
) -> Result<Vec<CategoryId>> {
    #[derive(FromQueryResult)]
    struct Row {
        category_id: CategoryId,
    }
    let rows = Sql::new(
        "SELECT category_id FROM supplier_categories WHERE supplier_id = ? \
         ORDER BY CASE WHEN main THEN 0 ELSE 1 END, category_id",
    )
    .bind(supplier)
    .all::<Row>(db)
    .await?;
    Ok(rows.into_iter().map(|row| row.category_id).collect())
}

pub(super) async fn put(tx: &Tx, supplier: SupplierId, categories: &[CategoryId]) -> Result<()> {
    for (place, category) in categories.iter().enumerate() {
        if categories[..place].contains(category) {
            continue;
        }
        let known = Sql::new(
            "INSERT INTO supplier_categories (supplier_id, category_id, main) \
             SELECT ?, id, ? FROM categories WHERE id = ?",
        )
        .bind(supplier)
        .bind(place == 0)
        .bind(*category)
        .run(tx)
        .await?;
        if known == 0 {
            return Err(Error::invalid(
                "category",
                "Choose a category from the list.",
            ));
        }
    }
    Ok(())
}

async fn by_code(db: &impl ConnectionTrait, code: &str) -> Result<Option<CategoryId>> {
    #[derive(FromQueryResult)]
    struct Row {
        id: CategoryId,
    }
    let row = Sql::new("SELECT id FROM categories WHERE code = ?")
        .bind(code)
        .one::<Row>(db)
        .await?;
    Ok(row.map(|row| row.id))
}

async fn insert(
    tx: &Tx,
    act: &Act,
    code: &str,
    name: &str,
    parent: Option<CategoryId>,
) -> Result<CategoryId> {
    #[derive(FromQueryResult)]
    struct Row {
        id: CategoryId,
    }
    let id = Sql::new(
        "INSERT INTO categories (code, name, parent_id, created_at) VALUES (?, ?, ?, ?) RETURNING id",
    )
    .bind(code)
    .bind(name)
    .bind(parent)
    .bind(micros(act.at))
    .one::<Row>(tx)
    .await?
    .map(|row| row.id)
    .ok_or_else(|| Error::damaged("category", "an inserted row has no id"))?;
    let event = NewEvent {
        supplier: None,
        subject: "category",
        subject_id: id.0,
        verb: "created",
        payload: json!({ "code": code, "name": name }),
        audience: Audience::Internal,
    };
    record::append(tx, act, event).await?;
    Ok(id)
}
