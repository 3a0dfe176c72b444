//! A rate with its parts, so that a roll-up is exact: sums are divided, percentages never averaged.

use crate::missing::Missing;
use serde::{Deserialize, Serialize};

/// Numerator, denominator and number of observations of a rate. Source: handbook 00 and 2.9.
///
/// ```
/// use keelson_methods::rate::Rate;
/// let north = Rate { numerator: 9, denominator: 10, n: 10 };
/// let south = Rate { numerator: 1, denominator: 90, n: 90 };
/// // Ten of a hundred, not the mean of 90 % and 1.1 %.
/// assert_eq!(north.rolled_up(south).unwrap().value(), Ok(0.1));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Rate {
    /// What is counted, in the measure's unit (lines, thousandths of a unit, days, minor units).
    pub numerator: i64,
    /// What it is a share of.
    pub denominator: i64,
    /// How many observations stand behind it.
    pub n: u64,
}

impl Rate {
    /// Numerator / denominator. No observation: `no_activity`; denominator zero: `denominator_zero`.
    pub fn value(self) -> Result<f64, Missing> {
        match (self.n, self.denominator) {
            (0, _) => Err(Missing::NoActivity),
            (_, 0) => Err(Missing::DenominatorZero),
            _ => Ok(self.numerator as f64 / self.denominator as f64),
        }
    }

    /// Both rates as one: sums of numerators, denominators and observations. `None` where a sum does not fit.
    pub fn rolled_up(self, other: Self) -> Option<Self> {
        Some(Self {
            numerator: self.numerator.checked_add(other.numerator)?,
            denominator: self.denominator.checked_add(other.denominator)?,
            n: self.n.checked_add(other.n)?,
        })
    }

    /// Whether there are too few observations for a value that carries consequences.
    pub fn is_provisional(self, minimum_n: u32) -> bool {
        self.n < u64::from(minimum_n)
    }
}

/// A rate brought to its minimum n where that could be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Widened {
    /// The rate to show.
    pub rate: Rate,
    /// It is the trailing twelve months' instead of the period's.
    pub widened: bool,
    /// It stays below its minimum n and carries no consequences.
    pub provisional: bool,
}

/// The period's rate where it has its minimum n, else the trailing twelve months', else the wider one marked provisional.
/// Source: handbook 2.8.
pub fn widened(period: Rate, trailing: Rate, minimum_n: u32) -> Widened {
    let enough = !period.is_provisional(minimum_n);
    let rate = if enough || trailing.n <= period.n {
        period
    } else {
        trailing
    };
    Widened {
        rate,
        widened: rate != period,
        provisional: rate.is_provisional(minimum_n),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_zero_denominator_is_missing_with_its_reason() {
        assert_eq!(Rate::default().value(), Err(Missing::NoActivity));
        assert_eq!(
            Rate {
                numerator: 3,
                denominator: 0,
                n: 2
            }
            .value(),
            Err(Missing::DenominatorZero)
        );
        assert_eq!(
            Rate {
                numerator: 0,
                denominator: 5,
                n: 5
            }
            .value(),
            Ok(0.0)
        );
    }

    #[test]
    fn a_sum_that_does_not_fit_is_refused() {
        let most = Rate {
            numerator: i64::MAX,
            denominator: 1,
            n: 1,
        };
        assert_eq!(most.rolled_up(most), None);
    }

    #[test]
    fn too_few_observations_widen_the_period_before_they_are_provisional() {
        let of = |n: u64| Rate {
            numerator: 1,
            denominator: n as i64,
            n,
        };
        assert_eq!(
            widened(of(20), of(90), 20),
            Widened {
                rate: of(20),
                widened: false,
                provisional: false
            }
        );
        assert_eq!(
            widened(of(19), of(90), 20),
            Widened {
                rate: of(90),
                widened: true,
                provisional: false
            }
        );
        assert_eq!(
            widened(of(5), of(12), 20),
            Widened {
                rate: of(12),
                widened: true,
                provisional: true
            }
        );
        assert_eq!(
            widened(of(5), of(5), 20),
            Widened {
                rate: of(5),
                widened: false,
                provisional: true
            }
        );
    }

    proptest! {
        #[test]
        fn a_roll_up_equals_the_recomputation(passed in proptest::collection::vec(any::<bool>(), 1..200), cut in 0usize..200) {
            let rate = |lines: &[bool]| {
                let n = lines.len();
                Rate { numerator: lines.iter().filter(|line| **line).count() as i64, denominator: n as i64, n: n as u64 }
            };
            let (left, right) = passed.split_at(cut.min(passed.len()));
            prop_assert_eq!(rate(left).rolled_up(rate(right)), Some(rate(&passed)));
        }
    }
}
