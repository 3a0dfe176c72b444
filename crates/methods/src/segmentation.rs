//! Where management effort pays: ABC, the Kraljic matrix, tiers that stay stable, and what power lies on which side.

mod quadrant;

pub use quadrant::{Item, Quadrant, RollUp, Tier, roll_up};
