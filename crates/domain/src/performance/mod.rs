//! KPI definitions, measures, scorecards.
//!
//! Facts become measures ([`refresh()`]), measures become scorecards ([`score()`]); [`lines`] opens any figure to its facts.

pub mod decisions;
pub mod definition;
mod figures;
mod job;
pub mod lines;
pub mod list;
pub mod measure;
pub mod portfolio;
pub mod preview;
mod refresh;
mod score;
pub mod scorecard;
pub mod shared;
pub mod template;

pub use figures::{Amount, SupplierSpend, first_of, read_amounts, read_trend};
pub(crate) use figures::{rejudged, spend_of};
pub use job::{DailyRefresh, Refresh, refresh_everyone, schedule_daily_refresh};
pub use keelson_analytics::{By, Measured};
pub(crate) use list::escaped;
pub use measure::{Answer, Figure, SupplierName, measure};
pub use refresh::{Refreshed, Scope, Touched, refresh, refresh_touched};
pub use score::{Scored, score};
pub use scorecard::Card;
