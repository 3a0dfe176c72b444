//! Who works at the sample company, and the one supplier's person who visits its portal.

use keelson_domain::{
    Act, Error, Keelson, Result,
    access::{self, Email, NewOrganisation, NewPerson, Person, PersonName, Role},
    suppliers::{self, ListQuery},
};
use keelson_methods::money::Currency;

use crate::{ORGANISATION, company::Supplier};

/// Somebody a demonstration signs in as.
#[derive(Clone, Debug)]
pub struct Visitor {
    pub role: &'static str,
    pub person: Person,
}

const STAFF: &[(&str, &str, Role)] = &[
    (
        "Ingrid Lund",
        "ingrid.lund@aldermark.example",
        Role::SupplierManager,
    ),
    (
        "Omar Mansour",
        "omar.mansour@aldermark.example",
        Role::Buyer,
    ),
    (
        "Ruth Sandoval",
        "ruth.sandoval@aldermark.example",
        Role::Executive,
    ),
    (
        "Piotr Halik",
        "piotr.halik@aldermark.example",
        Role::Administrator,
    ),
    (
        "Clara Pfister",
        "clara.pfister@aldermark.example",
        Role::CategoryManager,
    ),
    (
        "Jonas Weber",
        "jonas.weber@aldermark.example",
        Role::Quality,
    ),
];

const SUPPLIER_PERSON: (&str, &str) = ("Marta Ekström", "marta.ekstrom@norrfjord.example");

/// Founds the organisation with its people.
pub(crate) async fn found(keelson: &Keelson, act: &Act, currency: Currency) -> Result<()> {
    let tx = keelson.db.begin().await?;
    let new = NewOrganisation {
        name: ORGANISATION.to_owned(),
        currency,
        locale: "en-GB".to_owned(),
        invented: true,
    };
    access::found(&tx, act, new).await?;
    for (name, email, role) in STAFF {
        access::add(&tx, act, person(name, email, *role, None)?).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Whose supplier it is: managers share them.
pub(crate) fn owner(place: usize) -> &'static str {
    match place % 5 {
        0 | 3 => STAFF[0].1,
        1 => STAFF[1].1,
        _ => STAFF[4].1,
    }
}

/// Lets the first supplier's person into the portal.
pub(crate) async fn invite_supplier(
    keelson: &Keelson,
    act: &Act,
    supplier: &Supplier,
    currency: Currency,
) -> Result<()> {
    let db = keelson.db.read();
    let named = ListQuery {
        text: supplier.name.clone(),
        ..ListQuery::default()
    };
    let found = suppliers::list(db, &named, currency)
        .await?
        .rows
        .first()
        .map(|row| row.id)
        .ok_or(Error::NotFound("supplier"))?;
    let tx = keelson.db.begin().await?;
    let (name, email) = SUPPLIER_PERSON;
    access::add(
        &tx,
        act,
        person(name, email, Role::SupplierAdministrator, Some(found))?,
    )
    .await?;
    tx.commit().await?;
    Ok(())
}

/// The people a demonstration signs in as, in the order they are shown.
pub async fn visitors(keelson: &Keelson) -> Result<Vec<Visitor>> {
    let shown = [
        ("supplier manager", STAFF[0].1),
        ("buyer", STAFF[1].1),
        ("executive", STAFF[2].1),
        ("administrator", STAFF[3].1),
        ("supplier", SUPPLIER_PERSON.1),
    ];
    let mut visitors = Vec::new();
    for (role, email) in shown {
        let email = Email::parse(email).map_err(|why| Error::damaged("sample person", why))?;
        let person = Person::with_email(keelson.db.read(), &email)
            .await?
            .ok_or(Error::NotFound("person"))?;
        visitors.push(Visitor { role, person });
    }
    Ok(visitors)
}

fn person(
    name: &str,
    email: &str,
    role: Role,
    supplier: Option<keelson_domain::SupplierId>,
) -> Result<NewPerson> {
    Ok(NewPerson {
        email: Email::parse(email).map_err(|why| Error::damaged("sample person", why))?,
        name: PersonName::parse(name).map_err(|why| Error::damaged("sample person", why))?,
        roles: vec![role],
        supplier,
    })
}
