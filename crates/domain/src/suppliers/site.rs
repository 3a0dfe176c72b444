use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    Country,
    supplier::{must_find_in, tell},
    text::{Fields, one_line, required_line},
};
use crate::{
    Act, Error, Keelson, Result, SiteId, SupplierId, Tx, micros, record::Audience, sql::Sql,
};

/// A place a supplier delivers from or is reached at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    pub id: SiteId,
    pub name: String,
    pub purpose: Option<String>,
    pub country: Option<Country>,
    pub city: Option<String>,
    pub postcode: Option<String>,
    pub address: Option<String>,
    pub closed: bool,
}

/// A site as a person types it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SiteDraft {
    pub name: String,
    pub purpose: String,
    pub country: String,
    pub city: String,
    pub postcode: String,
    pub address: String,
}

/// A site that has been read and understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSite {
    pub name: String,
    pub purpose: Option<String>,
    pub country: Option<Country>,
    pub city: Option<String>,
    pub postcode: Option<String>,
    pub address: Option<String>,
}

impl From<&Site> for SiteDraft {
    fn from(site: &Site) -> Self {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        Self {
            name: site.name.clone(),
            purpose: text(&site.purpose),
            country: site
                .country
                .map_or_else(String::new, |country| country.code().to_owned()),
            city: text(&site.city),
            postcode: text(&site.postcode),
            address: text(&site.address),
        }
    }
}

impl SiteDraft {
    pub fn parse(&self) -> Result<NewSite> {
        let mut fields = Fields::default();
        let site = NewSite {
            name: fields
                .take("name", required_line(&self.name, 120, "the site's name"))
                .unwrap_or_default(),
            purpose: fields
                .take("purpose", one_line(&self.purpose, 120))
                .flatten(),
            country: fields.optional("country", &self.country, Country::parse),
            city: fields.take("city", one_line(&self.city, 120)).flatten(),
            postcode: fields
                .take("postcode", one_line(&self.postcode, 20))
                .flatten(),
            address: fields
                .take("address", one_line(&self.address, 300))
                .flatten(),
        };
        fields.into_result(site)
    }
}

pub async fn add_site(
    keelson: &Keelson,
    act: &Act,
    supplier: SupplierId,
    site: &NewSite,
) -> Result<SiteId> {
    let tx = keelson.db.begin().await?;
    must_find_in(&tx, supplier).await?.must_stand_alone()?;
    let id = insert(&tx, act, supplier, site).await?;
    tell(
        &tx,
        act,
        supplier,
        "site_added",
        json!({ "site": id, "name": site.name, "city": site.city }),
        Audience::Both,
    )
    .await?;
    tx.commit().await?;
    Ok(id)
}

/// Corrects what is on record about a site that is open.
pub async fn edit_site(
    keelson: &Keelson,
    act: &Act,
    supplier: SupplierId,
    site: SiteId,
    to: &NewSite,
) -> Result<()> {
    let tx = keelson.db.begin().await?;
    must_find_in(&tx, supplier).await?.must_stand_alone()?;
    let changed = Sql::new(
        "UPDATE supplier_sites SET name = ?, purpose = ?, country = ?, city = ?, postcode = ?, address = ? \
         WHERE id = ? AND closed_at IS NULL AND supplier_id IN \
         (SELECT id FROM suppliers WHERE id = ? OR merged_into = ?)",
    )
    .bind(to.name.as_str())
    .bind(to.purpose.clone())
    .bind(to.country)
    .bind(to.city.clone())
    .bind(to.postcode.clone())
    .bind(to.address.clone())
    .bind(site)
    .bind(supplier)
    .bind(supplier)
    .run(&tx)
    .await?;
    if changed == 0 {
        return Err(Error::NotFound("site"));
    }
    tell(
        &tx,
        act,
        supplier,
        "site_edited",
        json!({ "site": site, "name": to.name, "city": to.city }),
        Audience::Both,
    )
    .await?;
    tx.commit().await?;
    Ok(())
}

/// Nothing is delivered from here any more. The site stays readable.
pub async fn close_site(
    keelson: &Keelson,
    act: &Act,
    supplier: SupplierId,
    site: SiteId,
) -> Result<()> {
    let tx = keelson.db.begin().await?;
    let closed = Sql::new(
        "UPDATE supplier_sites SET closed_at = ? WHERE id = ? AND closed_at IS NULL AND supplier_id IN \
         (SELECT id FROM suppliers WHERE id = ? OR merged_into = ?)",
    )
    .bind(micros(act.at))
    .bind(site)
    .bind(supplier)
    .bind(supplier)
    .run(&tx)
    .await?;
    if closed == 0 {
        return Err(Error::NotFound("site"));
    }
    tell(
        &tx,
        act,
        supplier,
        "site_closed",
        json!({ "site": site }),
        Audience::Both,
    )
    .await?;
    tx.commit().await?;
    Ok(())
}

/// The sites of a supplier and of the records merged into it, open ones first.
pub async fn sites(db: &impl ConnectionTrait, supplier: SupplierId) -> Result<Vec<Site>> {
    let rows = Sql::new(
        "SELECT t.* FROM supplier_sites t JOIN suppliers s ON s.id = t.supplier_id \
         WHERE s.id = ? OR s.merged_into = ? \
         ORDER BY CASE WHEN t.closed_at IS NULL THEN 0 ELSE 1 END, t.name, t.id",
    )
    .bind(supplier)
    .bind(supplier)
    .all::<rows::Model>(db)
    .await?;
    Ok(rows.into_iter().map(Site::from).collect())
}

pub(super) async fn insert(
    tx: &Tx,
    act: &Act,
    supplier: SupplierId,
    site: &NewSite,
) -> Result<SiteId> {
    let row = rows::ActiveModel {
        supplier_id: Set(supplier),
        name: Set(site.name.clone()),
        purpose: Set(site.purpose.clone()),
        country: Set(site.country),
        city: Set(site.city.clone()),
        postcode: Set(site.postcode.clone()),
        address: Set(site.address.clone()),
        created_at: Set(micros(act.at)),
        ..Default::default()
    };
    Ok(rows::Entity::insert(row).exec(tx).await?.last_insert_id)
}

/// Adds a site a source names, unless one of that name is there.
pub(super) async fn insert_if_new(
    tx: &Tx,
    act: &Act,
    supplier: SupplierId,
    site: &NewSite,
) -> Result<()> {
    let there = rows::Entity::find()
        .filter(rows::Column::SupplierId.eq(supplier))
        .filter(rows::Column::Name.eq(site.name.as_str()))
        .one(tx)
        .await?;
    if there.is_none() {
        insert(tx, act, supplier, site).await?;
    }
    Ok(())
}

impl From<rows::Model> for Site {
    fn from(row: rows::Model) -> Self {
        Self {
            id: row.id,
            name: row.name,
            purpose: row.purpose,
            country: row.country,
            city: row.city,
            postcode: row.postcode,
            address: row.address,
            closed: row.closed_at.is_some(),
        }
    }
}

mod rows {
    use sea_orm::entity::prelude::*;

    use crate::{SiteId, SupplierId, suppliers::Country};

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "supplier_sites")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: SiteId,
        pub supplier_id: SupplierId,
        pub name: String,
        pub purpose: Option<String>,
        pub country: Option<Country>,
        pub city: Option<String>,
        pub postcode: Option<String>,
        pub address: Option<String>,
        pub closed_at: Option<i64>,
        pub created_at: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
