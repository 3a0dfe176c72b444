//! The business: one folder per capability. It knows SQL; it knows no HTTP and no HTML.
//!
//! A business operation takes `&Keelson` (what it works on) and an `&Act` (who does it, through which door, when), checks the
//! state, changes it and appends the event that tells it, all in one transaction begun with [`Db::begin`].

pub mod access;
mod act;
mod db;
mod error;
pub mod export;
mod ids;
pub mod ingest;
mod keelson;
pub mod operations;
pub mod performance;
pub mod record;
mod rows;
pub mod segmentation;
mod sql;
pub mod suppliers;
mod time;
pub mod versions;
pub mod work;

pub use act::{Act, Via};
pub use db::{Db, Engine, Tx};
pub use error::{Error, Field, Result};
pub use ids::*;
pub use keelson::Keelson;
pub use time::{Clock, SystemClock, date_of_day, day_of, micros, moment, month_of_day};
