//! How sure a figure is, and what may be said about a target.

use crate::code::coded;
use crate::distributions::{Z_95, student_quantile};
use crate::kpi::Direction;
use serde::{Deserialize, Serialize};

/// A confidence interval, in the unit of the figure it belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

coded! {
    /// What the interval says about a target.
    pub enum Verdict {
        /// The whole interval is good enough.
        Met = "met",
        /// The whole interval is not good enough.
        Missed = "missed",
        /// The target lies inside the interval: too few observations to say.
        Inconclusive = "inconclusive",
    }
}

/// The 95 % Wilson interval of a proportion: `successes` of `n`.
///
/// `None` where n is zero or there are more successes than cases. Lines on one truck are not independent, so the true
/// interval is wider: see [`wilson_clustered`]. Source: Wilson 1927; handbook 2.8.
///
/// ```
/// let interval = keelson_methods::interval::wilson(46, 50).unwrap();
/// assert!((interval.low - 0.811618).abs() < 1e-6 && (interval.high - 0.968450).abs() < 1e-6);
/// ```
pub fn wilson(successes: u64, n: u64) -> Option<Interval> {
    wilson_clustered(successes, n, 1.0, Z_95)
}

/// The Wilson interval with a normal quantile `z` of one's own, n divided by `cases_per_cluster`: the average number of
/// lines of a delivery, at least 1, where lines of a delivery share their fate. `None` as for [`wilson`], and where
/// `z` or the divisor is not a usable number. Source: handbook 2.8.
pub fn wilson_clustered(
    successes: u64,
    n: u64,
    cases_per_cluster: f64,
    z: f64,
) -> Option<Interval> {
    let usable =
        z >= 0.0 && z.is_finite() && cases_per_cluster >= 1.0 && cases_per_cluster.is_finite();
    if n == 0 || successes > n || !usable {
        return None;
    }
    let p = successes as f64 / n as f64;
    let n = n as f64 / cases_per_cluster;
    let square = z * z;
    let centre = (p + square / (2.0 * n)) / (1.0 + square / n);
    let half = z / (1.0 + square / n) * (p * (1.0 - p) / n + square / (4.0 * n * n)).sqrt();
    // The ends are exact at nought and all; rounding must not push them out.
    let low = if successes == 0 {
        0.0
    } else {
        (centre - half).clamp(0.0, p)
    };
    let high = if p == 1.0 {
        1.0
    } else {
        (centre + half).clamp(p, 1.0)
    };
    Some(Interval { low, high })
}

/// The 95 % interval of a mean by Student's t, in the unit of the values: for lead-time bias and other means.
///
/// `n` observations, `standard_deviation` with n-1. `None` below two observations or without a finite deviation.
/// Source: handbook 2.8 asks for an interval; Student 1908.
pub fn of_mean(mean: f64, standard_deviation: f64, n: u64) -> Option<Interval> {
    if n < 2 || !mean.is_finite() || !standard_deviation.is_finite() || standard_deviation < 0.0 {
        return None;
    }
    let half = student_quantile(0.975, (n - 1) as f64)? * standard_deviation / (n as f64).sqrt();
    Some(Interval {
        low: mean - half,
        high: mean + half,
    })
}

/// The one-sided 95 % upper bound of a proportion when `n` cases had none, by the rule of three: `3 / n`.
/// `None` where n is zero. Source: handbook T2.3.
pub fn rule_of_three(n: u64) -> Option<f64> {
    (n > 0).then(|| 3.0 / n as f64)
}

impl Interval {
    /// What may be said about a target: `met` if the whole interval reaches it, `missed` if none of it does.
    ///
    /// `tolerance` widens a target that is to be hit ([`Direction::Target`]) and is ignored by the others.
    /// Source: handbook 2.8.
    pub fn verdict(self, target: f64, direction: Direction, tolerance: f64) -> Verdict {
        let (met, missed) = match direction {
            Direction::Higher => (self.low >= target, self.high < target),
            Direction::Lower => (self.high <= target, self.low > target),
            Direction::Target => {
                let (from, to) = (target - tolerance.abs(), target + tolerance.abs());
                (
                    self.low >= from && self.high <= to,
                    self.high < from || self.low > to,
                )
            }
        };
        match (met, missed) {
            (true, _) => Verdict::Met,
            (_, true) => Verdict::Missed,
            _ => Verdict::Inconclusive,
        }
    }

    /// Both ends times a positive factor: a share as PPM is `scaled(1e6)`.
    pub fn scaled(self, factor: f64) -> Self {
        Self {
            low: self.low * factor,
            high: self.high * factor,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn close(left: f64, right: f64, within: f64) {
        assert!((left - right).abs() < within, "{left} is not {right}");
    }

    #[test]
    fn t2_3_ppm_carries_a_wilson_interval() {
        let twelve = wilson(12, 48_000).unwrap().scaled(1e6);
        close(twelve.low, 143.02, 0.005);
        close(twelve.high, 436.96, 0.005);
        let none = wilson(0, 48_000).unwrap().scaled(1e6);
        assert_eq!(none.low, 0.0);
        close(none.high, 80.02, 0.005);
        close(rule_of_three(48_000).unwrap() * 1e6, 62.5, 1e-9);
    }

    #[test]
    fn t2_10_wilson_intervals() {
        let most = wilson(46, 50).unwrap();
        close(most.low, 0.811_618, 1e-6);
        close(most.high, 0.968_450, 1e-6);
        let all = wilson(20, 20).unwrap();
        close(all.low, 0.838_875, 1e-6);
        assert_eq!(all.high, 1.0);
    }

    #[test]
    fn no_cases_no_interval() {
        assert_eq!(
            (wilson(0, 0), wilson(3, 2), rule_of_three(0)),
            (None, None, None)
        );
        assert_eq!(wilson_clustered(1, 2, 0.5, Z_95), None);
    }

    #[test]
    fn the_verdict_needs_the_whole_interval() {
        let interval = Interval {
            low: 0.90,
            high: 0.96,
        };
        let higher = |target| interval.verdict(target, Direction::Higher, 0.0);
        assert_eq!(
            [higher(0.90), higher(0.95), higher(0.97)],
            [Verdict::Met, Verdict::Inconclusive, Verdict::Missed]
        );
        let lower = |target| interval.verdict(target, Direction::Lower, 0.0);
        assert_eq!(
            [lower(0.96), lower(0.95), lower(0.89)],
            [Verdict::Met, Verdict::Inconclusive, Verdict::Missed]
        );
        let bias = Interval {
            low: -0.5,
            high: 1.5,
        };
        let near = |tolerance| bias.verdict(0.0, Direction::Target, tolerance);
        assert_eq!(
            [near(2.0), near(1.0)],
            [Verdict::Met, Verdict::Inconclusive]
        );
        assert_eq!(bias.verdict(5.0, Direction::Target, 1.0), Verdict::Missed);
    }

    #[test]
    fn a_mean_has_the_interval_of_students_t() {
        // Six errors of T2.2: mean 2, deviation 2.607681.
        let interval = of_mean(2.0, 2.607_681, 6).unwrap();
        close(
            interval.low,
            2.0 - 2.570_582 * 2.607_681 / 6.0_f64.sqrt(),
            1e-5,
        );
        assert_eq!(of_mean(2.0, 1.0, 1), None);
        assert_eq!(
            of_mean(2.0, 0.0, 5),
            Some(Interval {
                low: 2.0,
                high: 2.0
            })
        );
    }

    proptest! {
        #[test]
        fn an_interval_holds_its_share_and_stays_inside(n in 1u64..100_000, share in 0.0..=1.0f64, lines in 1.0..9.0f64) {
            let successes = (share * n as f64) as u64;
            let p = successes as f64 / n as f64;
            let interval = wilson(successes, n).unwrap();
            prop_assert!(0.0 <= interval.low && interval.low <= p && p <= interval.high && interval.high <= 1.0);
            let wider = wilson_clustered(successes, n, lines, Z_95).unwrap();
            prop_assert!(wider.low <= interval.low + 1e-12 && interval.high <= wider.high + 1e-12);
        }

        #[test]
        fn more_cases_of_the_same_share_narrow_the_interval(successes in 0u64..50, more in 0u64..50, times in 2u64..20) {
            let few = wilson(successes, successes + more + 1).unwrap();
            let many = wilson(successes * times, (successes + more + 1) * times).unwrap();
            prop_assert!(many.high - many.low <= few.high - few.low + 1e-12);
        }
    }
}
