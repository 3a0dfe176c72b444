use chrono::{DateTime, Utc};
use keelson_methods::money::Currency;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, FromQueryResult,
    QueryFilter, sea_query::Expr,
};
use serde_json::{Map, Value, json};

use super::{
    Details, Name, NewContact, NewIdentifier, NewSite, Ratings, Status, Website, category, contact,
    identifier, number, rating, site,
};
use crate::{
    Act, CategoryId, Error, Keelson, PersonId, Result, SupplierId, Tx, micros, moment,
    record::{self, Audience, NewEvent},
    sql::Sql,
};

/// The golden record of one party.
#[derive(Clone, Debug, PartialEq)]
pub struct Supplier {
    pub id: SupplierId,
    /// "S-00118": what people say on the telephone.
    pub number: String,
    pub details: Details,
    /// Read off the name when the record was last written.
    pub legal_form: Option<String>,
    pub status: Status,
    pub status_reason: Option<String>,
    pub owner: Option<PersonId>,
    pub parent: Option<Parent>,
    /// The record this one was merged into.
    pub merged_into: Option<SupplierId>,
    /// Grows with each change; an edit names the version it was made on.
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    /// When somebody last checked the record against the outside world.
    pub verified_at: Option<DateTime<Utc>>,
}

/// The company a supplier belongs to, and how much of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parent {
    pub id: SupplierId,
    /// In millionths; unknown is not all of it.
    pub share_ppm: Option<i64>,
}

/// A supplier to be created, with everything that is known of it.
#[derive(Clone, Debug)]
pub struct NewSupplier {
    pub details: Details,
    pub status: Status,
    pub owner: Option<PersonId>,
    /// The first is the main one.
    pub categories: Vec<CategoryId>,
    pub sites: Vec<NewSite>,
    pub contacts: Vec<NewContact>,
    pub identifiers: Vec<NewIdentifier>,
    pub ratings: Option<Ratings>,
}

impl NewSupplier {
    /// A supplier that is asked to register.
    pub fn invited(details: Details) -> Self {
        Self {
            details,
            status: Status::Invited,
            owner: None,
            categories: Vec::new(),
            sites: Vec::new(),
            contacts: Vec::new(),
            identifiers: Vec::new(),
            ratings: None,
        }
    }

    /// A supplier that already delivers: what the ERP's history names.
    pub fn established(details: Details) -> Self {
        Self {
            status: Status::Active,
            ..Self::invited(details)
        }
    }
}

/// What events about suppliers call their subject.
pub(super) const SUBJECT: &str = "supplier";

/// Creates a supplier.
pub async fn create(keelson: &Keelson, act: &Act, new: &NewSupplier) -> Result<SupplierId> {
    let tx = keelson.db.begin().await?;
    let id = create_in(&tx, act, new).await?;
    tx.commit().await?;
    Ok(id)
}

/// Creates a supplier inside a larger change, such as an import.
pub async fn create_in(tx: &Tx, act: &Act, new: &NewSupplier) -> Result<SupplierId> {
    let number = number::format(number::take(tx, 1).await?);
    if let Some(owner) = new.owner {
        must_be_colleague(tx, owner).await?;
    }
    let row = suppliers::ActiveModel {
        number: Set(number.clone()),
        status: Set(new.status),
        owner_id: Set(new.owner),
        version: Set(1),
        created_at: Set(micros(act.at)),
        updated_at: Set(micros(act.at)),
        ..suppliers::ActiveModel::from(&new.details)
    };
    let id = suppliers::Entity::insert(row)
        .exec(tx)
        .await?
        .last_insert_id;
    category::put(tx, id, &new.categories).await?;
    for site in &new.sites {
        site::insert(tx, act, id, site).await?;
    }
    for contact in &new.contacts {
        contact::insert(tx, act, id, contact).await?;
    }
    for identifier in &new.identifiers {
        identifier::insert(tx, act, id, identifier).await?;
    }
    if let Some(ratings) = &new.ratings {
        rating::put(tx, act, id, ratings).await?;
    }
    tell(
        tx,
        act,
        id,
        "created",
        json!({ "number": number, "name": new.details.name.as_str(), "status": new.status }),
        Audience::Internal,
    )
    .await?;
    Ok(id)
}

/// Changes what is known about a supplier. `version` is the one the editor saw; if somebody else was faster, nothing changes
/// and the sentence says who it was.
pub async fn edit(
    keelson: &Keelson,
    act: &Act,
    id: SupplierId,
    version: i64,
    details: &Details,
) -> Result<()> {
    let tx = keelson.db.begin().await?;
    edit_in(&tx, act, id, version, details).await?;
    tx.commit().await?;
    Ok(())
}

pub(super) async fn edit_in(
    tx: &Tx,
    act: &Act,
    id: SupplierId,
    version: i64,
    details: &Details,
) -> Result<()> {
    let before = must_find_in(tx, id).await?;
    before.must_stand_alone()?;
    let changed = differences(&before.details, details);
    if changed.is_empty() {
        return Ok(());
    }
    if before.version != version {
        return Err(Error::conflict(overtaken(tx, &before).await?));
    }
    let row = suppliers::ActiveModel {
        id: Set(id),
        version: Set(version + 1),
        updated_at: Set(micros(act.at)),
        ..suppliers::ActiveModel::from(details)
    };
    let written = suppliers::Entity::update_many()
        .set(row)
        .filter(suppliers::Column::Id.eq(id))
        .filter(suppliers::Column::Version.eq(version))
        .exec(tx)
        .await?;
    if written.rows_affected == 0 {
        return Err(Error::conflict(overtaken(tx, &before).await?));
    }
    tell(
        tx,
        act,
        id,
        "edited",
        json!({ "changed": changed }),
        match act.via {
            crate::Via::Portal => Audience::Both,
            _ => Audience::Internal,
        },
    )
    .await?;
    Ok(())
}

/// Writes a supplier's details as they are, whoever chose them.
pub(super) async fn write_details(
    tx: &Tx,
    act: &Act,
    id: SupplierId,
    details: &Details,
) -> Result<()> {
    let row = suppliers::ActiveModel {
        updated_at: Set(micros(act.at)),
        ..suppliers::ActiveModel::from(details)
    };
    suppliers::Entity::update_many()
        .set(row)
        .col_expr(
            suppliers::Column::Version,
            Expr::col(suppliers::Column::Version).add(1),
        )
        .filter(suppliers::Column::Id.eq(id))
        .exec(tx)
        .await?;
    Ok(())
}

/// Gives a supplier to a colleague, or to nobody.
pub async fn assign_owner(
    keelson: &Keelson,
    act: &Act,
    id: SupplierId,
    owner: Option<PersonId>,
) -> Result<()> {
    let tx = keelson.db.begin().await?;
    assign_owner_in(&tx, act, id, owner).await?;
    tx.commit().await?;
    Ok(())
}

/// Assigns an owner inside a larger change and says who owned it before.
pub(super) async fn assign_owner_in(
    tx: &Tx,
    act: &Act,
    id: SupplierId,
    owner: Option<PersonId>,
) -> Result<Option<PersonId>> {
    let supplier = must_find_in(tx, id).await?;
    supplier.must_stand_alone()?;
    if let Some(owner) = owner {
        must_be_colleague(tx, owner).await?;
    }
    if supplier.owner != owner {
        set(tx, act, id, "owner_id", owner).await?;
        tell(
            tx,
            act,
            id,
            "owner_assigned",
            json!({ "from": supplier.owner, "to": owner }),
            Audience::Internal,
        )
        .await?;
    }
    Ok(supplier.owner)
}

/// Says which company a supplier belongs to and how much of it, or that it stands alone. A circle is refused.
pub async fn set_parent(
    keelson: &Keelson,
    act: &Act,
    id: SupplierId,
    parent: Option<Parent>,
) -> Result<()> {
    let tx = keelson.db.begin().await?;
    number::hold_groups(&tx).await?;
    let supplier = must_find_in(&tx, id).await?;
    supplier.must_stand_alone()?;
    if let Some(parent) = parent {
        if parent
            .share_ppm
            .is_some_and(|share| !(1..=1_000_000).contains(&share))
        {
            return Err(Error::invalid(
                "share",
                "Enter a share above 0 and up to 100 %.",
            ));
        }
        let above = must_find_in(&tx, parent.id).await?;
        above.must_stand_alone()?;
        if ancestors(&tx, parent.id).await?.contains(&id) {
            return Err(Error::invalid(
                "parent",
                format!(
                    "{} belongs to {} already, directly or through others; a company cannot belong to itself.",
                    above.details.name, supplier.details.name
                ),
            ));
        }
    }
    if supplier.parent != parent {
        let sql = Sql::new(
            "UPDATE suppliers SET parent_id = ?, parent_share_ppm = ?, version = version + 1, updated_at = ? WHERE id = ?",
        )
        .bind(parent.map(|parent| parent.id))
        .bind(parent.and_then(|parent| parent.share_ppm))
        .bind(micros(act.at))
        .bind(id);
        sql.run(&tx).await?;
        tell(
            &tx,
            act,
            id,
            "parent_set",
            json!({
                "from": supplier.parent.map(|parent| parent.id),
                "to": parent.map(|parent| parent.id),
                "share_ppm": parent.and_then(|parent| parent.share_ppm),
            }),
            Audience::Internal,
        )
        .await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Notes that somebody checked the record against the outside world: a register, a telephone call on a known number.
pub async fn verify(keelson: &Keelson, act: &Act, id: SupplierId) -> Result<()> {
    let tx = keelson.db.begin().await?;
    must_find_in(&tx, id).await?.must_stand_alone()?;
    set(&tx, act, id, "verified_at", micros(act.at)).await?;
    tell(&tx, act, id, "verified", json!({}), Audience::Internal).await?;
    tx.commit().await?;
    Ok(())
}

/// One supplier, also when it has been merged into another.
pub async fn find(db: &impl ConnectionTrait, id: SupplierId) -> Result<Option<Supplier>> {
    let row = suppliers::Entity::find_by_id(id).one(db).await?;
    row.map(Supplier::try_from).transpose()
}

/// Several suppliers by id, in no order.
pub async fn find_all(db: &impl ConnectionTrait, ids: &[SupplierId]) -> Result<Vec<Supplier>> {
    let mut found = Vec::with_capacity(ids.len());
    for some in ids.chunks(1000) {
        let rows = suppliers::Entity::find()
            .filter(suppliers::Column::Id.is_in(some.iter().copied()))
            .all(db)
            .await?;
        for row in rows {
            found.push(Supplier::try_from(row)?);
        }
    }
    Ok(found)
}

/// The supplier a number leads to. The number of a merged record leads to the record it was merged into.
pub async fn by_number(db: &impl ConnectionTrait, number: &str) -> Result<Option<SupplierId>> {
    #[derive(FromQueryResult)]
    struct Row {
        id: SupplierId,
    }
    let row = Sql::new("SELECT COALESCE(merged_into, id) AS id FROM suppliers WHERE number = ?")
        .bind(number.trim().to_ascii_uppercase())
        .one::<Row>(db)
        .await?;
    Ok(row.map(|row| row.id))
}

/// The records that are one supplier: itself and all that were merged into it. What belongs to any of them is its own.
pub async fn family(db: &impl ConnectionTrait, id: SupplierId) -> Result<Vec<SupplierId>> {
    #[derive(FromQueryResult)]
    struct Row {
        id: SupplierId,
    }
    let rows = Sql::new("SELECT id FROM suppliers WHERE id = ? OR merged_into = ? ORDER BY id")
        .bind(id)
        .bind(id)
        .all::<Row>(db)
        .await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// The companies a supplier belongs to, nearest first, beginning with itself.
pub async fn ancestors(db: &impl ConnectionTrait, id: SupplierId) -> Result<Vec<SupplierId>> {
    #[derive(FromQueryResult)]
    struct Row {
        id: SupplierId,
    }
    let rows = Sql::new(
        "WITH RECURSIVE above (id, depth) AS ( \
           SELECT id, 0 FROM suppliers WHERE id = ? \
           UNION ALL \
           SELECT s.parent_id, depth + 1 FROM suppliers s JOIN above ON s.id = above.id \
           WHERE s.parent_id IS NOT NULL AND depth < 100 \
         ) SELECT id FROM above ORDER BY depth",
    )
    .bind(id)
    .all::<Row>(db)
    .await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// The suppliers that belong to this one directly.
pub async fn children(db: &impl ConnectionTrait, id: SupplierId) -> Result<Vec<Supplier>> {
    #[derive(FromQueryResult)]
    struct Row {
        id: SupplierId,
    }
    let rows = Sql::new(
        "SELECT c.id FROM suppliers c JOIN suppliers p ON p.id = c.parent_id \
         WHERE (p.id = ? OR p.merged_into = ?) AND c.merged_into IS NULL ORDER BY c.name",
    )
    .bind(id)
    .bind(id)
    .all::<Row>(db)
    .await?;
    let ids: Vec<_> = rows.into_iter().map(|row| row.id).collect();
    let mut found = find_all(db, &ids).await?;
    found.sort_by(|a, b| a.details.name.as_str().cmp(b.details.name.as_str()));
    Ok(found)
}

impl Supplier {
    /// Refuses to change a record that has been merged: its survivor is the one to change.
    pub(super) fn must_stand_alone(&self) -> Result<()> {
        match self.merged_into {
            None => Ok(()),
            Some(_) => Err(Error::conflict(format!(
                "{} {} was merged into another supplier. Change that one, or undo the merge first.",
                self.number, self.details.name
            ))),
        }
    }
}

pub(super) async fn must_find_in(db: &impl ConnectionTrait, id: SupplierId) -> Result<Supplier> {
    find(db, id).await?.ok_or(Error::NotFound("supplier"))
}

/// Refuses an owner who is not an active colleague. A supplier's own people own no supplier.
async fn must_be_colleague(db: &impl ConnectionTrait, person: PersonId) -> Result<()> {
    #[derive(FromQueryResult)]
    struct Row {
        status: String,
        supplier_id: Option<SupplierId>,
    }
    let row = Sql::new("SELECT status, supplier_id FROM people WHERE id = ?")
        .bind(person)
        .one::<Row>(db)
        .await?;
    match row {
        Some(row) if row.status != "disabled" && row.supplier_id.is_none() => Ok(()),
        _ => Err(Error::invalid(
            "owner",
            "Choose a colleague who can sign in.",
        )),
    }
}

/// Sets one column and counts the change.
async fn set(
    tx: &Tx,
    act: &Act,
    id: SupplierId,
    column: &str,
    value: impl Into<sea_orm::Value>,
) -> Result<()> {
    let mut sql = Sql::new("UPDATE suppliers SET ");
    sql.push(column)
        .with(" = ?", value)
        .with(", version = version + 1, updated_at = ?", micros(act.at))
        .with(" WHERE id = ?", id);
    sql.run(tx).await.map(drop)
}

/// Counts a change of something that belongs to the record.
pub(super) async fn touch(tx: &Tx, act: &Act, id: SupplierId) -> Result<()> {
    Sql::new("UPDATE suppliers SET version = version + 1, updated_at = ? WHERE id = ?")
        .bind(micros(act.at))
        .bind(id)
        .run(tx)
        .await
        .map(drop)
}

/// Appends an event about a supplier.
pub(super) async fn tell(
    tx: &Tx,
    act: &Act,
    id: SupplierId,
    verb: &'static str,
    payload: Value,
    audience: Audience,
) -> Result<()> {
    let event = NewEvent {
        supplier: Some(id),
        subject: SUBJECT,
        subject_id: id.0,
        verb,
        payload,
        audience,
    };
    record::append(tx, act, event).await.map(drop)
}

/// What an edit changed, field by field, for the timeline.
pub(super) fn differences(before: &Details, after: &Details) -> Map<String, Value> {
    let (old, new) = (super::Draft::from(before), super::Draft::from(after));
    let fields = |draft| match serde_json::to_value(draft) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    };
    let old = fields(old);
    fields(new)
        .into_iter()
        .filter(|(name, value)| old.get(name) != Some(value))
        .map(|(name, value)| {
            let from = old.get(&name).cloned().unwrap_or(Value::Null);
            (name, json!({ "from": from, "to": value }))
        })
        .collect()
}

/// Tells an editor who was faster, what they changed and what to do now.
async fn overtaken(db: &impl ConnectionTrait, now: &Supplier) -> Result<String> {
    let events = record::of_subject(db, SUBJECT, now.id.0).await?;
    let last = events.iter().find(|event| event.verb != "created");
    let who = match last.and_then(|event| event.actor) {
        Some(person) => person_name(db, person).await?,
        None => None,
    };
    let what = last
        .and_then(|event| event.payload.get("changed")?.as_object().cloned())
        .map(|changed| {
            let names: Vec<_> = changed.keys().map(|name| name.replace('_', " ")).collect();
            format!(" ({})", names.join(", "))
        })
        .unwrap_or_default();
    Ok(format!(
        "{} changed this supplier{what} after you opened it. Nothing of yours was saved; look at the new values and save again.",
        who.unwrap_or_else(|| "Somebody else".to_owned())
    ))
}

pub(super) async fn person_name(
    db: &impl ConnectionTrait,
    person: PersonId,
) -> Result<Option<String>> {
    #[derive(FromQueryResult)]
    struct Row {
        name: String,
    }
    let row = Sql::new("SELECT name FROM people WHERE id = ?")
        .bind(person)
        .one::<Row>(db)
        .await?;
    Ok(row.map(|row| row.name))
}

impl From<&Details> for suppliers::ActiveModel {
    fn from(details: &Details) -> Self {
        Self {
            name: Set(details.name.to_string()),
            legal_name: Set(details.legal_name.clone()),
            legal_form: Set(details.legal_form().map(str::to_owned)),
            name_key: Set(details.name.key()),
            country: Set(details.country),
            region: Set(details.region.clone()),
            city: Set(details.city.clone()),
            postcode: Set(details.postcode.clone()),
            address: Set(details.address.clone()),
            website: Set(details
                .website
                .as_ref()
                .map(|website| website.as_str().to_owned())),
            domain: Set(details.domain().map(str::to_owned)),
            phone: Set(details.phone.clone()),
            currency: Set(details.currency.map(|currency| currency.code().to_owned())),
            partner_since: Set(details.partner_since),
            ..Default::default()
        }
    }
}

impl TryFrom<suppliers::Model> for Supplier {
    type Error = Error;

    fn try_from(row: suppliers::Model) -> Result<Self> {
        let damaged = |why: &dyn std::fmt::Display| Error::damaged("supplier", why);
        Ok(Self {
            id: row.id,
            number: row.number,
            details: Details {
                name: Name::stored(row.name),
                legal_name: row.legal_name,
                country: row.country,
                region: row.region,
                city: row.city,
                postcode: row.postcode,
                address: row.address,
                website: row
                    .website
                    .map(|text| Website::parse(&text))
                    .transpose()
                    .map_err(|why| damaged(&why))?,
                phone: row.phone,
                currency: row
                    .currency
                    .map(|code| Currency::parse(&code))
                    .transpose()
                    .map_err(|why| damaged(&why))?,
                partner_since: row.partner_since,
            },
            legal_form: row.legal_form,
            status: row.status,
            status_reason: row.status_reason,
            owner: row.owner_id,
            parent: row.parent_id.map(|id| Parent {
                id,
                share_ppm: row.parent_share_ppm,
            }),
            merged_into: row.merged_into,
            version: row.version,
            created_at: moment(row.created_at),
            updated_at: moment(row.updated_at),
            verified_at: row.verified_at.map(moment),
        })
    }
}

pub(super) mod suppliers {
    use sea_orm::entity::prelude::*;

    use crate::{
        PersonId, SupplierId,
        suppliers::{Country, Status},
    };

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "suppliers")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: SupplierId,
        pub number: String,
        pub name: String,
        pub legal_name: Option<String>,
        pub legal_form: Option<String>,
        pub name_key: String,
        pub status: Status,
        pub status_reason: Option<String>,
        pub country: Option<Country>,
        pub region: Option<String>,
        pub city: Option<String>,
        pub postcode: Option<String>,
        pub address: Option<String>,
        pub website: Option<String>,
        pub domain: Option<String>,
        pub phone: Option<String>,
        pub currency: Option<String>,
        pub partner_since: Option<i32>,
        pub owner_id: Option<PersonId>,
        pub parent_id: Option<SupplierId>,
        pub parent_share_ppm: Option<i64>,
        pub merged_into: Option<SupplierId>,
        pub version: i64,
        pub created_at: i64,
        pub updated_at: i64,
        pub verified_at: Option<i64>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
