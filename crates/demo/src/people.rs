//! Who works at the sample company, and the one supplier's person who visits its portal.

use keelson_domain::{
    Act, Error, Keelson, Result, SupplierId,
    access::{self, Email, NewOrganisation, NewPerson, Person, PersonName, Role},
};
use keelson_methods::money::Currency;

use crate::ORGANISATION;

/// Somebody a demonstration signs in as.
#[derive(Clone, Debug)]
pub struct Visitor {
    pub role: &'static str,
    pub person: Person,
}

pub(crate) const MANAGER: &str = "ingrid.lund@aldermark.example";
pub(crate) const BUYER: &str = "omar.mansour@aldermark.example";
pub(crate) const CATEGORY: &str = "clara.pfister@aldermark.example";
pub(crate) const QUALITY: &str = "jonas.weber@aldermark.example";
const EXECUTIVE: &str = "ruth.sandoval@aldermark.example";
const ADMINISTRATOR: &str = "piotr.halik@aldermark.example";

const STAFF: &[(&str, &str, Role)] = &[
    ("Ingrid Lund", MANAGER, Role::SupplierManager),
    ("Omar Mansour", BUYER, Role::Buyer),
    ("Ruth Sandoval", EXECUTIVE, Role::Executive),
    ("Piotr Halik", ADMINISTRATOR, Role::Administrator),
    ("Clara Pfister", CATEGORY, Role::CategoryManager),
    ("Jonas Weber", QUALITY, Role::Quality),
];

pub(crate) const SUPPLIER_PERSON: (&str, &str) =
    ("Marta Ekström", "marta.ekstrom@norrfjord.example");

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
        0 | 3 => MANAGER,
        1 => BUYER,
        _ => CATEGORY,
    }
}

/// Lets the first supplier's person into the portal.
pub(crate) async fn invite_supplier(
    keelson: &Keelson,
    act: &Act,
    supplier: SupplierId,
) -> Result<()> {
    let tx = keelson.db.begin().await?;
    let (name, email) = SUPPLIER_PERSON;
    access::add(
        &tx,
        act,
        person(name, email, Role::SupplierAdministrator, Some(supplier))?,
    )
    .await?;
    tx.commit().await?;
    Ok(())
}

/// The people a demonstration signs in as, in the order they are shown.
pub async fn visitors(keelson: &Keelson) -> Result<Vec<Visitor>> {
    let shown = [
        ("supplier manager", MANAGER),
        ("buyer", BUYER),
        ("executive", EXECUTIVE),
        ("administrator", ADMINISTRATOR),
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

fn person(name: &str, email: &str, role: Role, supplier: Option<SupplierId>) -> Result<NewPerson> {
    Ok(NewPerson {
        email: Email::parse(email).map_err(|why| Error::damaged("sample person", why))?,
        name: PersonName::parse(name).map_err(|why| Error::damaged("sample person", why))?,
        roles: vec![role],
        supplier,
    })
}
