//! KPI definitions, measures, scorecards.

pub mod definition;
