//! From measures to a score: scoring functions, scorecard templates, aggregation with missing data, grades and gates.

mod card;
mod function;
mod grade;
mod template;

pub use card::{CardContext, KpiValue, Policy, Scorecard, ScoredLine, Totals, score_card};
pub use function::{ScoringFunction, Step, suggestion_score};
pub use grade::{AppliedGate, Effect, Gate, Grade, Hold, Incidents};
pub use template::{MissingPolicy, ScorecardTemplate, TemplateLine};
