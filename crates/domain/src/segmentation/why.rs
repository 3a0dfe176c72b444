//! Why a supplier is in its tier: every part with its figure, source, points and weight, and what would have to change.

use chrono::NaiveDate;
use keelson_methods::segmentation::{Flip, OverrideState, Policy, Tier, flip_points};
use sea_orm::ConnectionTrait;

use super::{
    overrides::{self, Stage, TierOverride},
    tier::{self, Row},
};
use crate::{
    Result, SupplierId,
    versions::{self, Published},
};

/// The explanation of a supplier's tier.
#[derive(Clone, Debug, PartialEq)]
pub struct Why {
    /// The tier that counts today.
    pub tier: Tier,
    /// The placement it comes from, with its breakdown.
    pub placement: Row,
    /// The policy's version the placement was made by.
    pub policy: Published<Policy>,
    /// The override in force, or the one that waits for approval.
    pub over: Option<TierOverride>,
    /// What single change would move the supplier to a neighbouring quadrant.
    pub flips: Vec<Flip>,
    /// Earlier placements, newest first.
    pub earlier: Vec<Row>,
}

/// Explains a supplier's tier; `None` for a supplier that was never placed.
pub async fn why(
    db: &impl ConnectionTrait,
    supplier: SupplierId,
    on: NaiveDate,
) -> Result<Option<Why>> {
    let mut rows = tier::history(db, supplier, 9).await?.into_iter();
    let Some(placement) = rows.next() else {
        return Ok(None);
    };
    let policies = versions::current::<Policy>(db).await?;
    let policy = match policies.into_iter().next() {
        Some(policy) if policy.version == placement.policy_version => policy,
        Some(other) => {
            versions::at_version(db, &other.document.id, placement.policy_version).await?
        }
        None => return Err(crate::Error::NotFound("segmentation policy")),
    };
    let over = overrides::of_supplier(db, supplier)
        .await?
        .into_iter()
        .find(|over| is_open(over, on));
    let breakdown = &placement.breakdown;
    let flips = flip_points(
        &breakdown.input.facts,
        &breakdown.assessment,
        breakdown.previous.as_ref(),
        &policy.document,
    );
    let in_force = over.as_ref().filter(|over| {
        matches!(
            over.stage(on),
            Stage::Approved(OverrideState::Active | OverrideState::EndsSoon)
        )
    });
    Ok(Some(Why {
        tier: in_force.map_or(placement.tier, |over| over.tier),
        earlier: rows.collect(),
        placement,
        policy,
        over,
        flips,
    }))
}

fn is_open(over: &TierOverride, on: NaiveDate) -> bool {
    matches!(
        over.stage(on),
        Stage::Requested
            | Stage::Approved(
                OverrideState::Pending | OverrideState::Active | OverrideState::EndsSoon
            )
    )
}
