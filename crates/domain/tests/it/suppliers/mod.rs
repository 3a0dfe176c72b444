//! The golden record: every operation on both engines.

mod bulk;
mod documents;
mod duplicates;
mod list;
mod merge;
mod onboarding;
mod records;
mod sources;
mod views;

use chrono::NaiveDate;
use keelson_domain::{
    PersonId, Result, SupplierId,
    access::{self, Email, NewPerson, PersonName, Role},
    suppliers::{self, Details, Draft, NewSupplier, Supplier},
};
use keelson_testkit::TestDb;

/// A colleague who can sign in.
async fn colleague(t: &TestDb, name: &str) -> Result<PersonId> {
    person(t, name, None).await
}

async fn person(t: &TestDb, name: &str, supplier: Option<SupplierId>) -> Result<PersonId> {
    let address = format!("{}@example.com", name.to_lowercase().replace(' ', "."));
    let new = NewPerson {
        email: Email::parse(&address).expect("the address reads"),
        name: PersonName::parse(name).expect("the name reads"),
        roles: vec![match supplier {
            None => Role::SupplierManager,
            Some(_) => Role::SupplierMember,
        }],
        supplier,
    };
    let tx = t.db.begin().await?;
    let id = access::add(&tx, &t.act(), new).await?;
    tx.commit().await?;
    Ok(id)
}

fn details(draft: &Draft) -> Details {
    draft
        .parse(NaiveDate::from_ymd_opt(2026, 3, 2).expect("a day"))
        .expect("the draft reads")
}

fn named(name: &str) -> Draft {
    Draft {
        name: name.to_owned(),
        ..Draft::default()
    }
}

/// An active supplier of which these things are known.
async fn supplier(t: &TestDb, draft: Draft) -> Result<SupplierId> {
    let new = NewSupplier::established(details(&draft));
    suppliers::create(&t.keelson, &t.act(), &new).await
}

async fn read(t: &TestDb, id: SupplierId) -> Result<Supplier> {
    Ok(suppliers::find(t.db.read(), id)
        .await?
        .expect("the supplier is there"))
}
