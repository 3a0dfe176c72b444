//! Policies, tiers, overrides.
