use std::collections::HashMap;

use chrono::{DateTime, Utc};
use rand::CryptoRng;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder,
    SqlErr, sea_query::Expr,
};
use serde_json::{Value, json};

use super::{
    Passwords, Permissions, Role, Scope, Secret, Side,
    link::{self, Purpose},
    organisation,
    password::{Check, NewPassword},
    session,
};
use crate::{
    Act, Error, Keelson, PersonId, Result, SessionId, SupplierId, Tx, Via, micros, moment,
    record::{self, Audience, NewEvent},
};

/// Somebody who may come in, came in once, or is invited.
#[derive(Clone, Debug)]
pub struct Person {
    pub id: PersonId,
    pub email: Email,
    pub name: PersonName,
    /// The supplier this person speaks for; nobody's of the buying company.
    pub supplier: Option<SupplierId>,
    pub status: Status,
    /// In the order of [`Role::ALL`].
    pub roles: Vec<Role>,
    pub preferences: Preferences,
    pub has_password: bool,
    pub created_at: DateTime<Utc>,
    pub last_seen_at: Option<DateTime<Utc>>,
}

/// Where a person stands between invitation and farewell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Invited,
    Active,
    Disabled,
}

/// How a person wants to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preferences {
    pub theme: Theme,
    /// A language tag; without one the organisation's.
    pub locale: Option<String>,
    /// Whether single keys do something.
    pub shortcuts: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Theme {
    #[default]
    System,
    Light,
    Dark,
}

/// An e-mail address, in lower case.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Email(String);

/// What a person is called, on one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonName(String);

/// Somebody to be entered.
#[derive(Clone, Debug)]
pub struct NewPerson {
    pub email: Email,
    pub name: PersonName,
    pub roles: Vec<Role>,
    pub supplier: Option<SupplierId>,
}

/// Somebody invited: the person, and the link's secret, shown once.
#[derive(Debug)]
pub struct Invitation {
    pub person: PersonId,
    pub secret: Secret,
}

impl Person {
    pub async fn find(db: &impl ConnectionTrait, id: PersonId) -> Result<Option<Self>> {
        one(db, people::Entity::find_by_id(id).one(db).await?).await
    }

    pub async fn with_email(db: &impl ConnectionTrait, email: &Email) -> Result<Option<Self>> {
        let row = people::Entity::find()
            .filter(people::Column::Email.eq(email.as_str()))
            .one(db)
            .await?;
        one(db, row).await
    }

    pub fn side(&self) -> Side {
        if self.supplier.is_some() {
            Side::Supplier
        } else {
            Side::Buyer
        }
    }

    pub fn scope(&self) -> Scope {
        self.supplier.map_or(Scope::Organisation, Scope::Supplier)
    }

    pub fn permissions(&self) -> Permissions {
        Permissions::of(self.side(), &self.roles)
    }

    /// The door this person's pages are behind.
    pub fn door(&self) -> Via {
        match self.side() {
            Side::Buyer => Via::Page,
            Side::Supplier => Via::Portal,
        }
    }

    /// Appends an event about this person. Never a secret, never a hash.
    pub(super) async fn tell(
        &self,
        tx: &Tx,
        act: &Act,
        verb: &'static str,
        payload: Value,
    ) -> Result<()> {
        tell(tx, act, self.id, self.supplier, verb, payload).await
    }
}

/// Everybody, the buying company's people first, each by name.
pub async fn people(db: &impl ConnectionTrait) -> Result<Vec<Person>> {
    let rows = people::Entity::find()
        .order_by_asc(people::Column::Name)
        .order_by_asc(people::Column::Id)
        .all(db)
        .await?;
    let mut people = with_roles(db, rows).await?;
    people.sort_by_key(|person| person.supplier.is_some());
    Ok(people)
}

/// The people of one supplier and of the records merged into it, by name.
pub async fn people_of_supplier(
    db: &impl ConnectionTrait,
    supplier: SupplierId,
) -> Result<Vec<Person>> {
    let family = suppliers::Entity::find()
        .filter(suppliers::Column::MergedInto.eq(supplier))
        .all(db)
        .await?;
    let family = family.into_iter().map(|row| row.id).chain([supplier]);
    let rows = people::Entity::find()
        .filter(people::Column::SupplierId.is_in(family))
        .order_by_asc(people::Column::Name)
        .order_by_asc(people::Column::Id)
        .all(db)
        .await?;
    with_roles(db, rows).await
}

/// Enters somebody who is active at once and signs in by link: the sample company's people, and tests'.
pub async fn add(tx: &Tx, act: &Act, new: NewPerson) -> Result<PersonId> {
    insert(tx, act, new, Status::Active, None).await
}

/// Invites somebody. The link's secret is shown once, to whoever invites, or sent.
pub async fn invite(
    keelson: &Keelson,
    act: &Act,
    rng: &mut impl CryptoRng,
    new: NewPerson,
) -> Result<Invitation> {
    let tx = keelson.db.begin().await?;
    let person = insert(&tx, act, new, Status::Invited, None).await?;
    let secret = link::issue(&tx, act, rng, person, Purpose::Invitation).await?;
    tx.commit().await?;
    let secret =
        secret.ok_or_else(|| Error::damaged("link", "a new person holds links already"))?;
    Ok(Invitation { person, secret })
}

/// Makes a new invitation link for somebody who has not come yet. Earlier ones stop working.
pub async fn invite_again(
    keelson: &Keelson,
    act: &Act,
    rng: &mut impl CryptoRng,
    person: PersonId,
) -> Result<Invitation> {
    let tx = keelson.db.begin().await?;
    let found = known(&tx, person).await?;
    if found.status != Status::Invited {
        return Err(Error::conflict(
            "This person has accepted an invitation already.",
        ));
    }
    link::void(&tx, act, person, &[Purpose::Invitation]).await?;
    let secret = link::issue(&tx, act, rng, person, Purpose::Invitation).await?;
    found.tell(&tx, act, "invited_again", json!({})).await?;
    tx.commit().await?;
    let secret = secret.ok_or_else(|| Error::damaged("link", "voided links still count"))?;
    Ok(Invitation { person, secret })
}

/// Turns an invitation into an account: the invited person says the name and chooses a password. None when the link is used,
/// too old, or none.
pub async fn accept_invitation(
    keelson: &Keelson,
    passwords: &Passwords,
    at: DateTime<Utc>,
    rng: &mut impl CryptoRng,
    secret: &Secret,
    (name, password): (PersonName, NewPassword),
    browser: &session::Browser,
) -> Result<Option<Secret>> {
    // A link that opens nothing is not worth a hash; 256 bits are not guessed, so the difference tells nobody anything.
    if link::peek(keelson.db.read(), secret, Purpose::Invitation, at)
        .await?
        .is_none()
    {
        return Ok(None);
    }
    let hash = passwords.hash(rng, &password).await?;
    let tx = keelson.db.begin().await?;
    let Some(person) = link::redeem(&tx, secret, Purpose::Invitation, at).await? else {
        return Ok(None);
    };
    let act = Act::by_person(person.id, person.door(), at);
    people::Entity::update_many()
        .col_expr(people::Column::Name, Expr::value(name.as_str()))
        .col_expr(people::Column::PasswordHash, Expr::value(hash))
        .col_expr(people::Column::Status, Expr::value(Status::Active.code()))
        .filter(people::Column::Id.eq(person.id))
        .exec(&tx)
        .await?;
    link::void(&tx, &act, person.id, &[Purpose::Invitation]).await?;
    person
        .tell(
            &tx,
            &act,
            "accepted_invitation",
            json!({ "name": name.as_str() }),
        )
        .await?;
    let session = session::start(&tx, &act, rng, person.id, browser).await?;
    seen(&tx, person.id, at).await?;
    tx.commit().await?;
    Ok(Some(session))
}

/// Makes a link with which a person chooses a new password, for an administrator to hand over. Earlier ones stop working.
pub async fn make_reset_link(
    keelson: &Keelson,
    act: &Act,
    rng: &mut impl CryptoRng,
    person: PersonId,
) -> Result<Secret> {
    let tx = keelson.db.begin().await?;
    let found = known(&tx, person).await?;
    if found.status != Status::Active {
        return Err(Error::conflict(
            "Only an active account has a password to choose anew.",
        ));
    }
    link::void(&tx, act, person, &[Purpose::Reset]).await?;
    let secret = link::issue(&tx, act, rng, person, Purpose::Reset).await?;
    found.tell(&tx, act, "reset_link_made", json!({})).await?;
    tx.commit().await?;
    secret.ok_or_else(|| Error::damaged("link", "voided links still count"))
}

/// Sets a new password for the holder of a reset link, ends every session and signs in anew.
pub async fn reset_password(
    keelson: &Keelson,
    passwords: &Passwords,
    at: DateTime<Utc>,
    rng: &mut impl CryptoRng,
    secret: &Secret,
    password: NewPassword,
    browser: &session::Browser,
) -> Result<Option<Secret>> {
    if link::peek(keelson.db.read(), secret, Purpose::Reset, at)
        .await?
        .is_none()
    {
        return Ok(None);
    }
    let hash = passwords.hash(rng, &password).await?;
    let tx = keelson.db.begin().await?;
    let Some(person) = link::redeem(&tx, secret, Purpose::Reset, at).await? else {
        return Ok(None);
    };
    let act = Act::by_person(person.id, person.door(), at);
    store_password(&tx, person.id, hash).await?;
    session::end_all(&tx, &act, person.id, None).await?;
    link::void(&tx, &act, person.id, &[Purpose::Reset, Purpose::SignIn]).await?;
    person
        .tell(
            &tx,
            &act,
            "changed_password",
            json!({ "with": "reset link" }),
        )
        .await?;
    let session = session::start(&tx, &act, rng, person.id, browser).await?;
    seen(&tx, person.id, at).await?;
    tx.commit().await?;
    Ok(Some(session))
}

/// Sets a new password for somebody who is signed in. Who has one shows it first; every other session ends.
pub async fn change_password(
    keelson: &Keelson,
    passwords: &Passwords,
    act: &Act,
    rng: &mut impl CryptoRng,
    person: &Person,
    kept: SessionId,
    (current, password): (&str, NewPassword),
) -> Result<()> {
    let stored = password_hash(keelson.db.read(), person.id).await?;
    if stored.is_some() && passwords.check(current, stored.as_deref()).await? == Check::Wrong {
        return Err(Error::invalid(
            "current",
            "This is not your current password",
        ));
    }
    let hash = passwords.hash(rng, &password).await?;
    let tx = keelson.db.begin().await?;
    store_password(&tx, person.id, hash).await?;
    session::end_all(&tx, act, person.id, Some(kept)).await?;
    link::void(&tx, act, person.id, &[Purpose::Reset]).await?;
    person.tell(&tx, act, "changed_password", json!({})).await?;
    Ok(tx.commit().await?)
}

/// Changes what a person is called.
pub async fn change_profile(
    keelson: &Keelson,
    act: &Act,
    person: &Person,
    name: PersonName,
) -> Result<()> {
    let tx = keelson.db.begin().await?;
    people::Entity::update_many()
        .col_expr(people::Column::Name, Expr::value(name.as_str()))
        .filter(people::Column::Id.eq(person.id))
        .exec(&tx)
        .await?;
    person
        .tell(
            &tx,
            act,
            "renamed",
            json!({ "name": [person.name.as_str(), name.as_str()] }),
        )
        .await?;
    Ok(tx.commit().await?)
}

/// Changes how a person reads.
pub async fn change_preferences(
    keelson: &Keelson,
    act: &Act,
    person: &Person,
    wanted: Preferences,
) -> Result<()> {
    let tx = keelson.db.begin().await?;
    people::Entity::update_many()
        .col_expr(people::Column::Theme, Expr::value(wanted.theme.code()))
        .col_expr(people::Column::Locale, Expr::value(wanted.locale.clone()))
        .col_expr(people::Column::Shortcuts, Expr::value(wanted.shortcuts))
        .filter(people::Column::Id.eq(person.id))
        .exec(&tx)
        .await?;
    let facts = json!({ "theme": wanted.theme.code(), "locale": wanted.locale, "shortcuts": wanted.shortcuts });
    person.tell(&tx, act, "changed_preferences", facts).await?;
    Ok(tx.commit().await?)
}

/// Changes what a person is here. Somebody stays administrator.
pub async fn change_roles(
    keelson: &Keelson,
    act: &Act,
    person: PersonId,
    roles: &[Role],
) -> Result<()> {
    let tx = keelson.db.begin().await?;
    organisation::lock(&tx).await?;
    let found = known(&tx, person).await?;
    check_roles(found.side(), roles)?;
    if !roles.contains(&Role::Administrator) {
        keep_an_administrator(&tx, &found).await?;
    }
    person_roles::Entity::delete_many()
        .filter(person_roles::Column::PersonId.eq(person))
        .exec(&tx)
        .await?;
    store_roles(&tx, person, roles).await?;
    let change = json!({ "roles": [codes(&found.roles), codes(roles)] });
    found.tell(&tx, act, "changed_roles", change).await?;
    Ok(tx.commit().await?)
}

/// Closes an account. Its sessions and links end now; what its person did stays.
pub async fn disable(keelson: &Keelson, act: &Act, person: PersonId) -> Result<()> {
    let tx = keelson.db.begin().await?;
    organisation::lock(&tx).await?;
    let found = known(&tx, person).await?;
    if found.status == Status::Disabled {
        return Err(Error::conflict("This account is disabled already."));
    }
    keep_an_administrator(&tx, &found).await?;
    set_status(&tx, person, Status::Disabled).await?;
    session::end_all(&tx, act, person, None).await?;
    link::void(
        &tx,
        act,
        person,
        &[Purpose::SignIn, Purpose::Invitation, Purpose::Reset],
    )
    .await?;
    found.tell(&tx, act, "disabled", json!({})).await?;
    Ok(tx.commit().await?)
}

/// Opens a closed account again. Who never had accepted an invitation needs a new one.
pub async fn enable(keelson: &Keelson, act: &Act, person: PersonId) -> Result<()> {
    let tx = keelson.db.begin().await?;
    let found = known(&tx, person).await?;
    if found.status != Status::Disabled {
        return Err(Error::conflict("This account is not disabled."));
    }
    let came_once = found.has_password || found.last_seen_at.is_some();
    set_status(
        &tx,
        person,
        if came_once {
            Status::Active
        } else {
            Status::Invited
        },
    )
    .await?;
    found.tell(&tx, act, "enabled", json!({})).await?;
    Ok(tx.commit().await?)
}

/// What a supplier is called. None where there is no such supplier.
pub async fn name_of_supplier(db: &impl ConnectionTrait, id: SupplierId) -> Result<Option<String>> {
    Ok(suppliers::Entity::find_by_id(id)
        .one(db)
        .await?
        .map(|row| row.name))
}

/// The supplier with this number: what people know it by.
pub async fn supplier_numbered(
    db: &impl ConnectionTrait,
    number: &str,
) -> Result<Option<SupplierId>> {
    let row = suppliers::Entity::find()
        .filter(suppliers::Column::Number.eq(number))
        .one(db)
        .await?;
    Ok(row.map(|row| row.id))
}

pub(super) async fn insert(
    tx: &Tx,
    act: &Act,
    new: NewPerson,
    status: Status,
    password_hash: Option<String>,
) -> Result<PersonId> {
    let side = if new.supplier.is_some() {
        Side::Supplier
    } else {
        Side::Buyer
    };
    check_roles(side, &new.roles)?;
    let row = people::ActiveModel {
        email: Set(new.email.0.clone()),
        name: Set(new.name.0.clone()),
        password_hash: Set(password_hash),
        supplier_id: Set(new.supplier),
        status: Set(status.code().to_owned()),
        theme: Set(Theme::default().code().to_owned()),
        shortcuts: Set(true),
        created_at: Set(micros(act.at)),
        ..Default::default()
    };
    let id = people::Entity::insert(row)
        .exec(tx)
        .await
        .map_err(taken)?
        .last_insert_id;
    store_roles(tx, id, &new.roles).await?;
    let verb = if status == Status::Invited {
        "invited"
    } else {
        "added"
    };
    let facts = json!({ "name": new.name.0, "email": new.email.0, "roles": codes(&new.roles) });
    tell(tx, act, id, new.supplier, verb, facts).await?;
    Ok(id)
}

/// Notes when a person was last here.
pub(super) async fn seen(tx: &Tx, person: PersonId, at: DateTime<Utc>) -> Result<()> {
    people::Entity::update_many()
        .col_expr(people::Column::LastSeenAt, Expr::value(micros(at)))
        .filter(people::Column::Id.eq(person))
        .exec(tx)
        .await?;
    Ok(())
}

/// The stored hash. It leaves this module for nothing but a check: [`Person`] does not carry it.
pub(super) async fn password_hash(
    db: &impl ConnectionTrait,
    person: PersonId,
) -> Result<Option<String>> {
    Ok(people::Entity::find_by_id(person)
        .one(db)
        .await?
        .and_then(|row| row.password_hash))
}

pub(super) async fn store_password(tx: &Tx, person: PersonId, hash: String) -> Result<()> {
    people::Entity::update_many()
        .col_expr(people::Column::PasswordHash, Expr::value(hash))
        .filter(people::Column::Id.eq(person))
        .exec(tx)
        .await?;
    Ok(())
}

async fn set_status(tx: &Tx, person: PersonId, status: Status) -> Result<()> {
    people::Entity::update_many()
        .col_expr(people::Column::Status, Expr::value(status.code()))
        .filter(people::Column::Id.eq(person))
        .exec(tx)
        .await?;
    Ok(())
}

async fn store_roles(tx: &Tx, person: PersonId, roles: &[Role]) -> Result<()> {
    let mut roles = roles.to_vec();
    roles.sort_unstable();
    roles.dedup();
    let rows = roles.iter().map(|role| person_roles::ActiveModel {
        person_id: Set(person),
        role: Set(role.code().to_owned()),
    });
    person_roles::Entity::insert_many(rows)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

fn check_roles(side: Side, roles: &[Role]) -> Result<()> {
    if roles.is_empty() {
        return Err(Error::invalid("roles", "Choose at least one role"));
    }
    if let Some(role) = roles.iter().find(|role| role.side() != side) {
        let whose = match side {
            Side::Buyer => "a person of the organisation",
            Side::Supplier => "a person of a supplier",
        };
        return Err(Error::invalid(
            "roles",
            format!("{} is not a role for {whose}", role.label()),
        ));
    }
    Ok(())
}

/// Refuses a change after which nobody who can come in would be administrator. The organisation's row is locked by then, so two
/// administrators cannot each remove the other at once.
async fn keep_an_administrator(tx: &Tx, leaving: &Person) -> Result<()> {
    let is_one = |person: &Person| {
        person.status == Status::Active && person.roles.contains(&Role::Administrator)
    };
    let others = people(tx).await?;
    if is_one(leaving)
        && !others
            .iter()
            .any(|other| other.id != leaving.id && is_one(other))
    {
        return Err(Error::conflict(
            "This is the last administrator. Make somebody else administrator first.",
        ));
    }
    Ok(())
}

async fn known(db: &impl ConnectionTrait, id: PersonId) -> Result<Person> {
    Person::find(db, id).await?.ok_or(Error::NotFound("person"))
}

async fn tell(
    tx: &Tx,
    act: &Act,
    person: PersonId,
    supplier: Option<SupplierId>,
    verb: &'static str,
    payload: Value,
) -> Result<()> {
    let event = NewEvent {
        supplier,
        subject: "person",
        subject_id: person.0,
        verb,
        payload,
        audience: Audience::Internal,
    };
    record::append(tx, act, event).await.map(drop)
}

fn taken(error: DbErr) -> Error {
    match error.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(_)) => Error::invalid(
            "email",
            "There is already a person with this e-mail address",
        ),
        _ => error.into(),
    }
}

fn codes(roles: &[Role]) -> Vec<&'static str> {
    roles.iter().map(|role| role.code()).collect()
}

async fn one(db: &impl ConnectionTrait, row: Option<people::Model>) -> Result<Option<Person>> {
    let Some(row) = row else { return Ok(None) };
    let roles = person_roles::Entity::find()
        .filter(person_roles::Column::PersonId.eq(row.id))
        .all(db)
        .await?;
    Ok(speaking_now(db, vec![person(row, &roles)?]).await?.pop())
}

async fn with_roles(db: &impl ConnectionTrait, rows: Vec<people::Model>) -> Result<Vec<Person>> {
    // A few hundred people: all roles in one query are less work than one query each.
    let roles = person_roles::Entity::find().all(db).await?;
    let people: Result<_> = rows.into_iter().map(|row| person(row, &roles)).collect();
    speaking_now(db, people?).await
}

/// Whoever speaks for a record that was merged speaks for the one it was merged into, for as long as the merge stands.
async fn speaking_now(db: &impl ConnectionTrait, mut people: Vec<Person>) -> Result<Vec<Person>> {
    let records: Vec<SupplierId> = people.iter().filter_map(|person| person.supplier).collect();
    if records.is_empty() {
        return Ok(people);
    }
    let merged: HashMap<SupplierId, SupplierId> = suppliers::Entity::find()
        .filter(suppliers::Column::Id.is_in(records))
        .filter(suppliers::Column::MergedInto.is_not_null())
        .all(db)
        .await?
        .into_iter()
        .filter_map(|row| Some((row.id, row.merged_into?)))
        .collect();
    for person in &mut people {
        person.supplier = person
            .supplier
            .map(|own| merged.get(&own).copied().unwrap_or(own));
    }
    Ok(people)
}

fn person(row: people::Model, roles: &[person_roles::Model]) -> Result<Person> {
    // A role this version does not know grants nothing.
    let mut roles: Vec<Role> = roles
        .iter()
        .filter(|role| role.person_id == row.id)
        .filter_map(|role| Role::from_code(&role.role))
        .collect();
    roles.sort_unstable();
    Ok(Person {
        id: row.id,
        email: Email(row.email),
        name: PersonName(row.name),
        supplier: row.supplier_id,
        status: Status::from_code(&row.status)
            .ok_or_else(|| Error::damaged("person", &row.status))?,
        roles,
        preferences: Preferences {
            theme: Theme::from_code(&row.theme).unwrap_or_default(),
            locale: row.locale,
            shortcuts: row.shortcuts,
        },
        has_password: row.password_hash.is_some(),
        created_at: moment(row.created_at),
        last_seen_at: row.last_seen_at.map(moment),
    })
}

impl Status {
    pub fn code(self) -> &'static str {
        match self {
            Self::Invited => "invited",
            Self::Active => "active",
            Self::Disabled => "disabled",
        }
    }

    fn from_code(code: &str) -> Option<Self> {
        [Self::Invited, Self::Active, Self::Disabled]
            .into_iter()
            .find(|status| status.code() == code)
    }
}

impl Theme {
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    pub fn code(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.code() == code)
    }
}

impl Email {
    /// Reads an address as typed. It is checked for shape only; that somebody reads it is shown by the link that arrives.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim().to_ascii_lowercase();
        let shape = text.split_once('@').is_some_and(|(mailbox, domain)| {
            !mailbox.is_empty()
                && !domain.contains('@')
                && domain.contains('.')
                && !domain.starts_with(['.', '-'])
                && !domain.ends_with(['.', '-'])
                && !domain.contains("..")
        });
        let plain = text
            .chars()
            .all(|c| c.is_ascii_graphic() && !"<>()[],;:\\\"".contains(c));
        if text.is_empty() {
            Err("Enter an e-mail address".to_owned())
        } else if shape && plain && text.len() <= 254 {
            Ok(Self(text))
        } else {
            Err("Enter an e-mail address in the form name@example.com".to_owned())
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl PersonName {
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if text.is_empty() {
            Err("Enter a name".to_owned())
        } else if text.chars().count() > 120 || text.chars().any(char::is_control) {
            Err("Use a name of at most 120 characters".to_owned())
        } else {
            Ok(Self(text))
        }
    }

    /// What to call somebody of whom only the address is known: "ada.smith@example.com" is Ada Smith until she says otherwise.
    pub fn from_email(email: &Email) -> Self {
        let mailbox = email.0.split('@').next().unwrap_or_default();
        let words = mailbox
            .split(['.', '_', '-', '+'])
            .filter(|word| !word.is_empty());
        let capital = |word: &str| {
            let mut letters = word.chars();
            letters.next().map_or_else(String::new, |first| {
                first.to_uppercase().chain(letters).collect()
            })
        };
        Self(words.map(capital).collect::<Vec<_>>().join(" "))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for Email {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::fmt::Display for PersonName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[expect(unreachable_pub, reason = "SeaORM's derive asks for pub")]
mod people {
    use sea_orm::entity::prelude::*;

    use crate::{PersonId, SupplierId};

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "people")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: PersonId,
        pub email: String,
        pub name: String,
        pub password_hash: Option<String>,
        pub supplier_id: Option<SupplierId>,
        pub status: String,
        pub locale: Option<String>,
        pub theme: String,
        pub shortcuts: bool,
        pub created_at: i64,
        pub last_seen_at: Option<i64>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

#[expect(unreachable_pub, reason = "SeaORM's derive asks for pub")]
mod person_roles {
    use sea_orm::entity::prelude::*;

    use crate::PersonId;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "person_roles")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub person_id: PersonId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub role: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// As much of a supplier as this room needs: that it exists, its name, and who it is now.
#[expect(unreachable_pub, reason = "SeaORM's derive asks for pub")]
mod suppliers {
    use sea_orm::entity::prelude::*;

    use crate::SupplierId;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "suppliers")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: SupplierId,
        pub number: String,
        pub name: String,
        pub merged_into: Option<SupplierId>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
