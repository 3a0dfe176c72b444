//! Concentration: the Herfindahl-Hirschman index.

use crate::code::coded;
use crate::missing::Missing;

coded! {
    /// How concentrated a market or a spend is. The lines are antitrust's, borrowed for supply markets.
    pub enum ConcentrationBand {
        /// Below 0.10.
        Low = "low",
        /// From 0.10.
        Moderate = "moderate",
        /// From 0.18.
        High = "high",
    }
}

/// Concentration of shares. Say whether it is the market's or our own spend's: the two must not be confused.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Concentration {
    /// Sum of squared shares, above 0 up to 1; times 10,000 for points.
    pub hhi: f64,
    /// How many equal suppliers would be as concentrated: 1 / HHI.
    pub effective_number: f64,
}

/// Concentration of known shares when the rest is unknown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HhiBounds {
    /// The rest is split into crumbs.
    pub low: f64,
    /// The rest is held in blocks as large as the smallest known share.
    pub high: f64,
}

impl Concentration {
    /// The band, by the lines 0.10 and 0.18. Source: handbook 1.10, US Merger Guidelines 2023.
    pub fn band(self) -> ConcentrationBand {
        match self.hhi {
            hhi if hhi >= 0.18 => ConcentrationBand::High,
            hhi if hhi >= 0.10 => ConcentrationBand::Moderate,
            _ => ConcentrationBand::Low,
        }
    }
}

/// HHI of shares or of amounts in one unit: they are normalised to one. Negative ones are left out first.
///
/// `no_activity` for an empty list, `denominator_zero` where nothing is positive, `parse_error` for a number that is none.
/// Source: handbook 1.10.
///
/// ```
/// let found = keelson_methods::segmentation::hhi(&[0.5, 0.3, 0.2]).unwrap();
/// assert!((found.hhi - 0.38).abs() < 1e-12 && (found.effective_number - 2.6316).abs() < 1e-4);
/// ```
pub fn hhi(shares: &[f64]) -> Result<Concentration, Missing> {
    if shares.is_empty() {
        return Err(Missing::NoActivity);
    }
    if shares.iter().any(|share| !share.is_finite()) {
        return Err(Missing::ParseError);
    }
    let positive = || shares.iter().filter(|share| **share > 0.0);
    let total: f64 = positive().sum();
    if total <= 0.0 {
        return Err(Missing::DenominatorZero);
    }
    let hhi = positive()
        .map(|share| (share / total).powi(2))
        .sum::<f64>()
        .min(1.0);
    Ok(Concentration {
        hhi,
        effective_number: 1.0 / hhi,
    })
}

/// HHI of amounts in minor units, such as our spend per supplier: [`hhi`].
pub fn concentration(amounts_minor: &[i64]) -> Result<Concentration, Missing> {
    hhi(&amounts_minor
        .iter()
        .map(|amount| *amount as f64)
        .collect::<Vec<_>>())
}

/// Bounds of the HHI when known shares leave a remainder unknown.
///
/// The lower bound adds nothing; the upper one fills the remainder with blocks as large as the smallest known share.
/// `no_activity` without a known share; `parse_error` where shares are not positive or exceed one together.
/// Source: handbook 1.10.
pub fn hhi_bounds(known_shares: &[f64]) -> Result<HhiBounds, Missing> {
    let smallest = known_shares
        .iter()
        .copied()
        .reduce(f64::min)
        .ok_or(Missing::NoActivity)?;
    let rest = 1.0 - known_shares.iter().sum::<f64>();
    // Three decimals that should make one may add up to a hair more.
    if known_shares
        .iter()
        .any(|share| share.is_nan() || *share <= 0.0)
        || rest < -1e-9
    {
        return Err(Missing::ParseError);
    }
    let rest = rest.max(0.0);
    let low: f64 = known_shares.iter().map(|share| share * share).sum();
    let blocks = (rest / smallest + 1e-9).floor();
    let crumb = (rest - blocks * smallest).max(0.0);
    Ok(HhiBounds {
        low,
        high: low + blocks * smallest * smallest + crumb * crumb,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn t1_7_hhi_and_its_bounds() {
        let found = hhi(&[0.5, 0.3, 0.2]).unwrap();
        assert!((found.hhi - 0.38).abs() < 1e-12);
        assert!((found.effective_number - 2.6316).abs() < 1e-4);
        assert_eq!(found.band(), ConcentrationBand::High);
        let bounds = hhi_bounds(&[0.40, 0.25, 0.15]).unwrap();
        assert!((bounds.low - 0.2450).abs() < 1e-12 && (bounds.high - 0.2700).abs() < 1e-12);
    }

    #[test]
    fn negative_shares_are_left_out_and_the_rest_normalised() {
        assert_eq!(hhi(&[50.0, 50.0, -20.0]).unwrap().hhi, 0.5);
        assert_eq!(concentration(&[100, -100]).unwrap().hhi, 1.0);
        assert_eq!(hhi(&[]), Err(Missing::NoActivity));
        assert_eq!(hhi(&[-1.0, 0.0]), Err(Missing::DenominatorZero));
        assert_eq!(hhi(&[f64::NAN]), Err(Missing::ParseError));
    }

    #[test]
    fn bounds_need_shares_that_can_be() {
        assert_eq!(hhi_bounds(&[]), Err(Missing::NoActivity));
        assert_eq!(hhi_bounds(&[0.7, 0.5]), Err(Missing::ParseError));
        assert_eq!(hhi_bounds(&[0.7, -0.5]), Err(Missing::ParseError));
        let all_known = hhi_bounds(&[0.5, 0.3, 0.2]).unwrap();
        assert!((all_known.high - all_known.low).abs() < 1e-9);
    }

    proptest! {
        #[test]
        fn hhi_lies_between_equal_shares_and_one(amounts in prop::collection::vec(1i64..1_000_000, 1..30)) {
            let found = concentration(&amounts).unwrap();
            prop_assert!(1.0 / amounts.len() as f64 <= found.hhi + 1e-12 && found.hhi <= 1.0);
            let mut reversed = amounts.clone();
            reversed.reverse();
            prop_assert!((concentration(&reversed).unwrap().hhi - found.hhi).abs() < 1e-12);
        }

        #[test]
        fn the_truth_lies_within_the_bounds(amounts in prop::collection::vec(1i64..1000, 2..12), known in 1usize..11) {
            // The largest shares are known, the rest is not.
            let mut sorted = amounts.clone();
            sorted.sort_unstable_by(|a, b| b.cmp(a));
            let total: i64 = sorted.iter().sum();
            let shares: Vec<f64> = sorted.iter().map(|amount| *amount as f64 / total as f64).collect();
            let bounds = hhi_bounds(&shares[..known.min(shares.len())]).unwrap();
            let truth = concentration(&amounts).unwrap().hhi;
            prop_assert!(bounds.low <= truth + 1e-9 && truth <= bounds.high + 1e-9);
        }
    }
}
