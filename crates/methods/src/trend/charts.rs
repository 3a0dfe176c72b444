//! Control charts: EWMA for slow drift, CUSUM for a lasting shift.

use crate::code::coded;
use crate::missing::Missing;
use crate::stats;

/// The fewest in-control periods for a baseline.
const BASELINE_PERIODS: usize = 12;

/// What a process looks like while it is in control, frozen: re-baseline only by decision.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Baseline {
    /// Mean, in the unit of the values.
    pub centre: f64,
    /// Standard deviation, in the unit of the values.
    pub sigma: f64,
}

impl Baseline {
    /// From at least twelve in-control periods. `below_min_n` under twelve; `denominator_zero` without any variation,
    /// for then no chart can be drawn. Source: handbook 2.10.
    pub fn from_periods(values: &[f64]) -> Result<Self, Missing> {
        if values.len() < BASELINE_PERIODS {
            return Err(Missing::BelowMinN);
        }
        let centre = stats::mean(values).ok_or(Missing::ParseError)?;
        let sigma = stats::standard_deviation(values).ok_or(Missing::ParseError)?;
        if sigma > 0.0 {
            Ok(Self { centre, sigma })
        } else {
            Err(Missing::DenominatorZero)
        }
    }

    /// For values that are standardised already ([`standardised_rate`]).
    pub const fn standard() -> Self {
        Self {
            centre: 0.0,
            sigma: 1.0,
        }
    }
}

/// A period's rate in standard deviations from the baseline rate: `(p_t - p0) / sqrt(p0 (1 - p0) / n_t)`.
///
/// `denominator_zero` where the period has no case or the baseline rate is 0 or 1. Source: handbook 2.10.
pub fn standardised_rate(successes: u64, n: u64, baseline: f64) -> Result<f64, Missing> {
    let variance = baseline * (1.0 - baseline) / n as f64;
    if n == 0 || !(variance > 0.0 && variance.is_finite()) {
        return Err(Missing::DenominatorZero);
    }
    Ok((successes as f64 / n as f64 - baseline) / variance.sqrt())
}

coded! {
    /// On which side a chart signals.
    pub enum Alarm {
        /// Above the upper limit.
        High = "high",
        /// Below the lower limit.
        Low = "low",
    }
}

/// How an EWMA chart reacts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EwmaSettings {
    /// Weight of the newest value, above 0 up to 1; 0.2 to 0.3 in practice.
    pub lambda: f64,
    /// Width of the limits in standard deviations.
    pub width: f64,
}

impl Default for EwmaSettings {
    fn default() -> Self {
        Self {
            lambda: 0.2,
            width: 3.0,
        }
    }
}

/// One period of a control chart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ControlPoint {
    /// The smoothed value.
    pub value: f64,
    /// Lower limit of this period.
    pub low: f64,
    /// Upper limit of this period.
    pub high: f64,
    /// The side on which the value is outside, if it is.
    pub alarm: Option<Alarm>,
}

/// Exponentially weighted moving average with limits that widen from period to period.
///
/// `z_t = lambda x_t + (1 - lambda) z_(t-1)` from the centre; limits
/// `centre ± width sigma sqrt(lambda / (2 - lambda) (1 - (1 - lambda)^(2t)))`. All in the unit of the values.
/// Source: Roberts 1959; NIST/SEMATECH e-Handbook 6.3.2.4; handbook 2.10.
pub fn ewma(values: &[f64], baseline: Baseline, settings: EwmaSettings) -> Vec<ControlPoint> {
    let lambda = settings.lambda.clamp(f64::MIN_POSITIVE, 1.0);
    let mut value = baseline.centre;
    let mut memory = 1.0;
    let step = |x: &f64| {
        value = lambda * x + (1.0 - lambda) * value;
        memory *= (1.0 - lambda) * (1.0 - lambda);
        let half =
            settings.width * baseline.sigma * (lambda / (2.0 - lambda) * (1.0 - memory)).sqrt();
        let (low, high) = (baseline.centre - half, baseline.centre + half);
        let alarm = match () {
            () if value > high => Some(Alarm::High),
            () if value < low => Some(Alarm::Low),
            () => None,
        };
        ControlPoint {
            value,
            low,
            high,
            alarm,
        }
    };
    values.iter().map(step).collect()
}

/// How a CUSUM chart reacts, in standard deviations.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CusumSettings {
    /// Half the shift to detect.
    pub slack: f64,
    /// The sum above which it alarms: 4, or 5 for fewer false alarms.
    pub limit: f64,
}

impl Default for CusumSettings {
    fn default() -> Self {
        Self {
            slack: 0.5,
            limit: 4.0,
        }
    }
}

/// One period of a CUSUM chart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CusumPoint {
    /// The accumulated fall, in standard deviations.
    pub sum: f64,
    /// Whether it exceeds the limit. The next period starts from zero: the alarm opens a case.
    pub alarm: bool,
}

/// Downward cumulative sum of standardised values: `C_t = max(0, C_(t-1) - x_t - slack)`, back to zero after an alarm.
/// Source: Page 1954; Montgomery, Statistical Quality Control; handbook 2.10.
pub fn cusum_down(standardised: &[f64], settings: CusumSettings) -> Vec<CusumPoint> {
    let mut carried = 0.0;
    let step = |x: &f64| {
        let sum = f64::max(0.0, carried - x - settings.slack);
        let alarm = sum > settings.limit;
        carried = if alarm { 0.0 } else { sum };
        CusumPoint { sum, alarm }
    };
    standardised.iter().map(step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn close(left: f64, right: f64, within: f64) {
        assert!((left - right).abs() < within, "{left} is not {right}");
    }

    fn sliding() -> Vec<f64> {
        [(57, 60), (46, 50), (49, 55), (43, 50), (41, 50)]
            .map(|(successes, n)| standardised_rate(successes, n, 0.95).unwrap())
            .to_vec()
    }

    #[test]
    fn t2_13_ewma_of_the_nist_example() {
        let settings = EwmaSettings {
            lambda: 0.3,
            width: 3.0,
        };
        let baseline = Baseline {
            centre: 50.0,
            sigma: 2.0539,
        };
        let points = ewma(&[52.0, 47.0, 53.0, 49.3, 50.1], baseline, settings);
        for (point, expected) in points.iter().zip([50.60, 49.52, 50.56, 50.18, 50.16]) {
            close(point.value, expected, 0.005);
            assert_eq!(point.alarm, None);
        }
        let steady = ewma(&[50.0; 200], baseline, settings)[199];
        close(steady.low, 47.4116, 1e-4);
        close(steady.high, 52.5884, 1e-4);
    }

    #[test]
    fn t2_14_ewma_and_cusum_see_the_slide_at_period_4() {
        let points = ewma(&sliding(), Baseline::standard(), EwmaSettings::default());
        let expected = [
            (0.0, 0.6),
            (-0.1947, 0.7684),
            (-0.5579, 0.8590),
            (-1.0303, 0.9123),
            (-1.6678, 0.9448),
        ];
        for (point, (value, limit)) in points.iter().zip(expected) {
            close(point.value, value, 1e-4);
            close(point.high, limit, 1e-4);
            close(point.low, -limit, 1e-4);
        }
        let alarms: Vec<bool> = points
            .iter()
            .map(|point| point.alarm == Some(Alarm::Low))
            .collect();
        assert_eq!(alarms, [false, false, false, true, true]);

        let sums = cusum_down(&sliding(), CusumSettings::default());
        for (point, sum) in sums.iter().zip([0.0, 0.4733, 1.9841, 4.4041]) {
            close(point.sum, sum, 1e-4);
        }
        let alarms: Vec<bool> = sums.iter().map(|point| point.alarm).collect();
        assert_eq!(alarms, [false, false, false, true, false]);
        // After the alarm the sum starts again: only the fifth period is in it.
        close(sums[4].sum, -sliding()[4] - 0.5, 1e-12);
    }

    #[test]
    fn a_baseline_needs_twelve_periods_that_vary() {
        assert_eq!(Baseline::from_periods(&[1.0; 11]), Err(Missing::BelowMinN));
        assert_eq!(
            Baseline::from_periods(&[1.0; 12]),
            Err(Missing::DenominatorZero)
        );
        let values: Vec<f64> = (0..12).map(f64::from).collect();
        assert_eq!(Baseline::from_periods(&values).unwrap().centre, 5.5);
    }

    #[test]
    fn a_rate_without_cases_or_without_variation_has_no_distance() {
        for (n, baseline) in [(0, 0.95), (10, 0.0), (10, 1.0)] {
            assert_eq!(
                standardised_rate(0, n, baseline),
                Err(Missing::DenominatorZero)
            );
        }
    }

    proptest! {
        #[test]
        fn a_smoothed_value_stays_between_the_extremes(values in prop::collection::vec(-5.0..5.0f64, 1..40)) {
            let points = ewma(&values, Baseline::standard(), EwmaSettings::default());
            let lowest = values.iter().copied().fold(0.0, f64::min);
            let highest = values.iter().copied().fold(0.0, f64::max);
            for point in points {
                prop_assert!(lowest - 1e-9 <= point.value && point.value <= highest + 1e-9);
            }
        }

        #[test]
        fn worse_values_never_lower_the_first_alarm(values in prop::collection::vec(-3.0..3.0f64, 1..30), worse in 0.0..2.0f64) {
            let first = |values: &[f64]| {
                cusum_down(values, CusumSettings::default()).iter().position(|p| p.alarm).unwrap_or(usize::MAX)
            };
            let lowered: Vec<f64> = values.iter().map(|value| value - worse).collect();
            prop_assert!(first(&lowered) <= first(&values));
        }
    }
}
