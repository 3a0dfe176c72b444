//! Policies, tiers, overrides: which suppliers deserve attention, by a document anybody can read.

mod input;
mod list;
pub mod overrides;
pub mod policy;
mod tier;
mod why;

use chrono::{Datelike, NaiveDate};
use keelson_methods::period::Period;

pub use input::Input;
pub use list::{Place, PlaceCounts, PlaceFilter, PlacePage, PlaceSort, counts, places};
pub use tier::{Breakdown, Move, Placed, Row, Tiered, history, placed, preview, tier};
pub use why::{Why, why};

/// The quarter a day lies in.
pub fn quarter_of(day: NaiveDate) -> Period {
    Period::Quarter(day.year(), (day.month() as u8).div_ceil(3))
}
