//! A supplier against its peers in the category, without naming any of them.

use crate::kpi::Direction;
use crate::missing::Missing;
use crate::stats;

/// The fewest peers, the supplier itself not counted. With fewer nobody is compared, and nothing is shown to a
/// supplier that would let it work out a competitor's figure.
pub const MINIMUM_PEERS: usize = 5;

/// Where a supplier stands among its peers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Benchmark {
    /// Peers, the supplier itself not counted.
    pub peers: usize,
    /// Mid-rank percentile of the value among peers and itself, 0..=100; high means a high value.
    pub percentile: f64,
    /// The same as merit: high means better. `None` for a measure with a target, where neither end is better.
    pub merit: Option<f64>,
    /// Median of the peers, in the unit of the value.
    pub median: f64,
    /// Robust z of the value against the peers; `None` where the peers do not vary.
    pub robust_z: Option<f64>,
}

/// Compares a value with those of the peers: suppliers of the same category with at least the minimum n.
///
/// `peers` do not include the supplier itself. `below_min_n` under five peers; `parse_error` where a value is not a
/// number. Source: handbook 2.12.
pub fn benchmark(value: f64, peers: &[f64], direction: Direction) -> Result<Benchmark, Missing> {
    if peers.len() < MINIMUM_PEERS {
        return Err(Missing::BelowMinN);
    }
    let mut everyone = peers.to_vec();
    everyone.push(value);
    let percentile = stats::midrank_percentile(value, &everyone).ok_or(Missing::ParseError)?;
    let merit = match direction {
        Direction::Higher => Some(percentile),
        Direction::Lower => Some(100.0 - percentile),
        Direction::Target => None,
    };
    Ok(Benchmark {
        peers: peers.len(),
        percentile,
        merit,
        median: stats::median(peers).ok_or(Missing::ParseError)?,
        robust_z: stats::robust_z(value, peers),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn t2_15_robust_z_among_peers() {
        let peers = [120.0, 150.0, 180.0, 210.0, 400.0];
        assert_eq!(stats::median_absolute_deviation(&peers), Some(30.0));
        let found = benchmark(400.0, &peers, Direction::Lower).unwrap();
        assert_eq!((found.peers, found.median), (5, 180.0));
        assert!((found.robust_z.unwrap() - 4.9463).abs() < 1e-4);
        // Four of six are smaller, two equal: among the worst, as fewer defects are better.
        assert!((found.percentile - 500.0 / 6.0).abs() < 1e-9);
        assert!((found.merit.unwrap() - 100.0 / 6.0).abs() < 1e-9);
    }

    #[test]
    fn four_peers_are_too_few() {
        assert_eq!(
            benchmark(1.0, &[1.0, 2.0, 3.0, 4.0], Direction::Higher),
            Err(Missing::BelowMinN)
        );
        assert_eq!(
            benchmark(f64::NAN, &[1.0; 5], Direction::Higher),
            Err(Missing::ParseError)
        );
        let flat = benchmark(1.0, &[1.0; 5], Direction::Target).unwrap();
        assert_eq!(
            (flat.robust_z, flat.merit, flat.percentile),
            (None, None, 50.0)
        );
    }

    proptest! {
        #[test]
        fn the_order_of_peers_does_not_matter_and_more_is_never_lower(
            mut peers in prop::collection::vec(0.0..1e4f64, 5..30), value in 0.0..1e4f64, more in 0.0..1e3f64,
        ) {
            let before = benchmark(value, &peers, Direction::Higher).unwrap();
            peers.reverse();
            prop_assert_eq!(benchmark(value, &peers, Direction::Higher).unwrap(), before);
            let higher = benchmark(value + more, &peers, Direction::Higher).unwrap();
            prop_assert!(higher.percentile >= before.percentile);
        }
    }
}
