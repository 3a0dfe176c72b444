//! Who may come in and what they may see.
//!
//! A [`Person`] has [`Role`]s; [`role`] holds the one table that says which [`Permission`]s a role carries. A person signs in
//! with a password or a [`link`] and then holds a [`session`]. Tokens are stored as their digest only.
//!
//! The buying company and its suppliers are two [`Side`]s that share no permission. What a person may read is a [`Scope`]:
//! every query that a handler runs starts with one.

pub mod link;
mod organisation;
mod password;
mod person;
pub mod role;
mod secret;
pub mod session;
pub mod sign_in;

pub use organisation::{NewAdministrator, NewOrganisation, Organisation, found, init, set_up};
pub use password::{NewPassword, Passwords};
pub use person::{
    Email, Invitation, NewPerson, Person, PersonName, Preferences, Status, Theme,
    accept_invitation, add, change_password, change_preferences, change_profile, change_roles,
    disable, enable, invite, invite_again, make_reset_link, name_of_supplier, people,
    people_of_supplier, reset_password, supplier_numbered,
};
pub use role::{Permission, Permissions, Role, Side};
pub use secret::Secret;

use crate::SupplierId;

/// Whose records a person may read. Every query a handler runs starts with one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The buying company's people see every supplier.
    Organisation,
    /// A supplier's people see their own records and nothing else.
    Supplier(SupplierId),
}

impl Scope {
    /// Whether records of this supplier are within it.
    pub fn covers(self, supplier: SupplierId) -> bool {
        match self {
            Self::Organisation => true,
            Self::Supplier(own) => own == supplier,
        }
    }
}
