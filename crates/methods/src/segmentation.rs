//! Where management effort pays: ABC, the Kraljic matrix, tiers that stay stable, and what power lies on which side.
//!
//! The way of one supplier: [`SupplierFacts`] → [`assess`] (axes, quadrant with hysteresis, tier, tier score) →
//! [`flip_points`] (what would have to change). Weights, cut-offs and anchors live in one versioned document, [`Policy`].

mod abc;
mod assessment;
mod composite;
mod concentration;
mod facts;
mod flip;
mod hysteresis;
mod leverage;
mod manual_override;
mod policy;
mod preferencing;
mod quadrant;

pub use abc::{AbcClass, abc, spend_scores};
pub use assessment::{Assessment, assess, profit_impact, supply_risk, tier_score};
pub use composite::{Composite, Input, InputName, Part, PartName};
pub use concentration::{
    Concentration, ConcentrationBand, HhiBounds, concentration, hhi, hhi_bounds,
};
pub use facts::{Fact, Source, SupplierFacts, dependency};
pub use flip::{Bound, Flip, FlipPoint, flip_points};
pub use hysteresis::{Axis, AxisState, Standing, TierHold, axis_state, decide};
pub use leverage::{Leverage, LeverageBand, LeverageFacts, leverage_index};
pub use manual_override::{
    Override, OverrideError, OverrideReason, OverrideState, TOO_MANY_OVERRIDES,
    override_share_is_too_high,
};
pub use policy::{
    AbcCuts, Anchors, LeverageRules, Matrix, Policy, PreferencingRules, ProfitImpactWeights,
    RollUpRules, Stability, SupplyRiskWeights, TierScoreWeights,
};
pub use preferencing::{
    Preferencing, PreferencingFacts, PreferencingQuadrant, WindmillCell, preferencing,
    relative_value, windmill,
};
pub use quadrant::{Item, Quadrant, RollUp, Tier, roll_up};
