use sea_orm::{ConnectionTrait, FromQueryResult};

use super::{
    Contact, Details, Document, Draft, Identifier, Note, Reader, Site, Status, contact, document,
    identifier, note, site, supplier::must_find_in,
};
use crate::{Result, SupplierId, sql::Sql};

/// A supplier's own record as its own people see it in the portal.
///
/// It is made for them: no internal note, no rating, no owner's judgement, no reason for a block, no figure of ours and no
/// other supplier is in it, so none can be shown. What is not here cannot leak.
#[derive(Clone, Debug, PartialEq)]
pub struct PortalProfile {
    pub number: String,
    pub details: Details,
    pub standing: Standing,
    /// The colleague at the buying company who looks after them.
    pub looked_after_by: Option<String>,
    pub identifiers: Vec<Identifier>,
    pub sites: Vec<Site>,
    pub contacts: Vec<Contact>,
    /// Documents both sides see.
    pub documents: Vec<Document>,
    /// Notes both sides see.
    pub notes: Vec<Note>,
    /// For the edit form: the version the edit is made on.
    pub version: i64,
}

/// Where a supplier stands, as far as it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The profile is theirs to fill in.
    Registering,
    UnderReview,
    Approved,
    Active,
    /// Blocked or retired: the two look the same from outside.
    Paused,
}

impl Standing {
    pub const fn words(self) -> &'static str {
        match self {
            Self::Registering => "Your profile is open",
            Self::UnderReview => "Under review",
            Self::Approved => "Approved",
            Self::Active => "Active",
            Self::Paused => "Paused",
        }
    }
}

impl From<Status> for Standing {
    fn from(status: Status) -> Self {
        match status {
            Status::Invited | Status::Registering => Self::Registering,
            Status::UnderReview => Self::UnderReview,
            Status::Approved => Self::Approved,
            Status::Active => Self::Active,
            Status::Blocked | Status::Retired => Self::Paused,
        }
    }
}

impl PortalProfile {
    /// The profile of a supplier; a person of a merged record sees the record it was merged into.
    pub async fn of(db: &impl ConnectionTrait, supplier: SupplierId) -> Result<Self> {
        #[derive(FromQueryResult)]
        struct Owner {
            name: String,
        }
        let found = must_find_in(db, supplier).await?;
        let supplier = match found.merged_into {
            Some(survivor) => must_find_in(db, survivor).await?,
            None => found,
        };
        let id = supplier.id;
        let owner = match supplier.owner {
            Some(person) => {
                Sql::new("SELECT name FROM people WHERE id = ? AND status <> 'disabled'")
                    .bind(person)
                    .one::<Owner>(db)
                    .await?
            }
            None => None,
        };
        Ok(Self {
            number: supplier.number,
            standing: supplier.status.into(),
            looked_after_by: owner.map(|owner| owner.name),
            identifiers: identifier::identifiers(db, id).await?,
            sites: site::sites(db, id).await?,
            contacts: contact::contacts(db, id).await?,
            documents: document::documents(db, id, Reader::Supplier).await?,
            notes: note::notes(db, id, Reader::Supplier).await?,
            version: supplier.version,
            details: supplier.details,
        })
    }

    /// The details as a form shows them.
    pub fn draft(&self) -> Draft {
        Draft::from(&self.details)
    }
}
