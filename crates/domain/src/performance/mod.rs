//! KPI definitions, measures, scorecards.
