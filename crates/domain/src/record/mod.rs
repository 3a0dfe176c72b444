//! The event log. An event is written in the transaction of the change it tells; timelines, the audit trail and notices read it.

mod event;

pub use event::{Audience, Entry, NewEvent, append, append_all, find, of_subject, of_supplier};
