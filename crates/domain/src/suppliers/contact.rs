use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    details::phone,
    supplier::{must_find_in, tell},
    text::{Fields, email, one_line, required_line},
};
use crate::{
    Act, ContactId, Error, Keelson, Result, SupplierId, Tx, micros, record::Audience, sql::Sql,
};

/// A person at a supplier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    pub id: ContactId,
    pub name: String,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub role: Option<String>,
    /// The one to call first.
    pub lead: bool,
    pub left: bool,
}

/// A contact as a person types it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ContactDraft {
    pub name: String,
    pub email: String,
    pub phone: String,
    pub role: String,
    pub lead: String,
}

/// A contact that has been read and understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewContact {
    pub name: String,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub role: Option<String>,
    pub lead: bool,
}

impl From<&Contact> for ContactDraft {
    fn from(contact: &Contact) -> Self {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        Self {
            name: contact.name.clone(),
            email: text(&contact.email),
            phone: text(&contact.phone),
            role: text(&contact.role),
            lead: if contact.lead { "on" } else { "" }.to_owned(),
        }
    }
}

impl ContactDraft {
    pub fn parse(&self) -> Result<NewContact> {
        let mut fields = Fields::default();
        let contact = NewContact {
            name: fields
                .take("name", required_line(&self.name, 120, "the person's name"))
                .unwrap_or_default(),
            email: fields.optional("email", &self.email, email),
            phone: fields.optional("phone", &self.phone, phone),
            role: fields.take("role", one_line(&self.role, 120)).flatten(),
            lead: !self.lead.trim().is_empty(),
        };
        fields.into_result(contact)
    }
}

/// Adds a person. A supplier has one lead: a new lead takes the place of the old one.
pub async fn add_contact(
    keelson: &Keelson,
    act: &Act,
    supplier: SupplierId,
    contact: &NewContact,
) -> Result<ContactId> {
    let tx = keelson.db.begin().await?;
    must_find_in(&tx, supplier).await?.must_stand_alone()?;
    if contact.lead {
        drop_leads(&tx, supplier).await?;
    }
    let id = insert(&tx, act, supplier, contact).await?;
    tell(
        &tx,
        act,
        supplier,
        "contact_added",
        json!({ "contact": id, "name": contact.name, "role": contact.role }),
        Audience::Both,
    )
    .await?;
    tx.commit().await?;
    Ok(id)
}

/// Corrects what is on record about a person. Whoever left stays as they were.
pub async fn edit_contact(
    keelson: &Keelson,
    act: &Act,
    supplier: SupplierId,
    contact: ContactId,
    to: &NewContact,
) -> Result<()> {
    let tx = keelson.db.begin().await?;
    must_find_in(&tx, supplier).await?.must_stand_alone()?;
    if to.lead {
        drop_leads(&tx, supplier).await?;
    }
    let mut sql =
        Sql::new("UPDATE supplier_contacts SET name = ?, email = ?, phone = ?, role = ?, lead = ?")
            .bind(to.name.as_str())
            .bind(to.email.clone())
            .bind(to.phone.clone())
            .bind(to.role.clone())
            .bind(to.lead);
    sql.with(" WHERE left_at IS NULL AND id = ?", contact)
        .with(
            " AND supplier_id IN (SELECT id FROM suppliers WHERE id = ?",
            supplier,
        )
        .with(" OR merged_into = ?)", supplier);
    if sql.run(&tx).await? == 0 {
        return Err(Error::NotFound("contact"));
    }
    tell(
        &tx,
        act,
        supplier,
        "contact_edited",
        json!({ "contact": contact, "name": to.name, "role": to.role }),
        Audience::Both,
    )
    .await?;
    tx.commit().await?;
    Ok(())
}

/// Makes a person the one to call first.
pub async fn make_lead(
    keelson: &Keelson,
    act: &Act,
    supplier: SupplierId,
    contact: ContactId,
) -> Result<()> {
    let tx = keelson.db.begin().await?;
    drop_leads(&tx, supplier).await?;
    change(&tx, supplier, contact, "lead = ?", true).await?;
    tell(
        &tx,
        act,
        supplier,
        "lead_named",
        json!({ "contact": contact }),
        Audience::Both,
    )
    .await?;
    tx.commit().await?;
    Ok(())
}

/// The person no longer works there. The entry stays, so that old notes remain readable.
pub async fn contact_left(
    keelson: &Keelson,
    act: &Act,
    supplier: SupplierId,
    contact: ContactId,
) -> Result<()> {
    let tx = keelson.db.begin().await?;
    change(
        &tx,
        supplier,
        contact,
        "lead = FALSE, left_at = ?",
        micros(act.at),
    )
    .await?;
    tell(
        &tx,
        act,
        supplier,
        "contact_left",
        json!({ "contact": contact }),
        Audience::Both,
    )
    .await?;
    tx.commit().await?;
    Ok(())
}

/// The people of a supplier and of the records merged into it: the lead first, those who left last.
pub async fn contacts(db: &impl ConnectionTrait, supplier: SupplierId) -> Result<Vec<Contact>> {
    let rows = Sql::new(
        "SELECT c.* FROM supplier_contacts c JOIN suppliers s ON s.id = c.supplier_id \
         WHERE s.id = ? OR s.merged_into = ? \
         ORDER BY CASE WHEN c.left_at IS NULL THEN 0 ELSE 1 END, \
           CASE WHEN c.lead AND s.merged_into IS NULL THEN 0 WHEN c.lead THEN 1 ELSE 2 END, c.name, c.id",
    )
    .bind(supplier)
    .bind(supplier)
    .all::<rows::Model>(db)
    .await?;
    Ok(rows.into_iter().map(Contact::from).collect())
}

async fn drop_leads(tx: &Tx, supplier: SupplierId) -> Result<()> {
    Sql::new(
        "UPDATE supplier_contacts SET lead = FALSE WHERE lead AND supplier_id IN \
         (SELECT id FROM suppliers WHERE id = ? OR merged_into = ?)",
    )
    .bind(supplier)
    .bind(supplier)
    .run(tx)
    .await
    .map(drop)
}

async fn change(
    tx: &Tx,
    supplier: SupplierId,
    contact: ContactId,
    set: &str,
    value: impl Into<sea_orm::Value>,
) -> Result<()> {
    let mut sql = Sql::new("UPDATE supplier_contacts SET ");
    sql.with(set, value)
        .with(" WHERE left_at IS NULL AND id = ?", contact)
        .with(
            " AND supplier_id IN (SELECT id FROM suppliers WHERE id = ?",
            supplier,
        )
        .with(" OR merged_into = ?)", supplier);
    match sql.run(tx).await? {
        0 => Err(Error::NotFound("contact")),
        _ => Ok(()),
    }
}

pub(super) async fn insert(
    tx: &Tx,
    act: &Act,
    supplier: SupplierId,
    contact: &NewContact,
) -> Result<ContactId> {
    let row = rows::ActiveModel {
        supplier_id: Set(supplier),
        name: Set(contact.name.clone()),
        email: Set(contact.email.clone()),
        phone: Set(contact.phone.clone()),
        role: Set(contact.role.clone()),
        lead: Set(contact.lead),
        created_at: Set(micros(act.at)),
        ..Default::default()
    };
    Ok(rows::Entity::insert(row).exec(tx).await?.last_insert_id)
}

/// Adds a person a source names, unless one of that name and mail address is there.
pub(super) async fn insert_if_new(
    tx: &Tx,
    act: &Act,
    supplier: SupplierId,
    contact: &NewContact,
) -> Result<()> {
    let there = rows::Entity::find()
        .filter(rows::Column::SupplierId.eq(supplier))
        .filter(rows::Column::Name.eq(contact.name.as_str()))
        .filter(rows::Column::Email.eq(contact.email.clone()))
        .one(tx)
        .await?;
    if there.is_none() {
        insert(tx, act, supplier, contact).await?;
    }
    Ok(())
}

impl From<rows::Model> for Contact {
    fn from(row: rows::Model) -> Self {
        Self {
            id: row.id,
            name: row.name,
            email: row.email,
            phone: row.phone,
            role: row.role,
            lead: row.lead,
            left: row.left_at.is_some(),
        }
    }
}

mod rows {
    use sea_orm::entity::prelude::*;

    use crate::{ContactId, SupplierId};

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "supplier_contacts")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: ContactId,
        pub supplier_id: SupplierId,
        pub name: String,
        pub email: Option<String>,
        pub phone: Option<String>,
        pub role: Option<String>,
        pub lead: bool,
        pub left_at: Option<i64>,
        pub created_at: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
