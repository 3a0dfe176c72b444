//! Descriptive statistics and the normalisation toolbox.
//!
//! Every function takes finite numbers; a list with NaN or infinity in it gives `None`, never a silent nonsense value.
//! Source: handbook 00, "Numbers" and "Normalisation toolbox".

/// |robust z| above this is an outlier (Iglewicz and Hoaglin; NIST/SEMATECH e-Handbook 1.3.5.17).
pub const OUTLIER_Z: f64 = 3.5;

/// The list sorted ascending; `None` where it is empty or holds NaN or infinity.
fn sorted(values: &[f64]) -> Option<Vec<f64>> {
    if values.is_empty() || values.iter().any(|value| !value.is_finite()) {
        return None;
    }
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    Some(sorted)
}

/// Quantile by linear interpolation (Hyndman-Fan type 7), in the unit of the values.
///
/// `share` is in 0..=1 and is clamped. `None` for an empty list. Source: Hyndman and Fan 1996; handbook 00.
///
/// ```
/// assert_eq!(keelson_methods::stats::quantile(&[1.0, 2.0, 3.0, 4.0], 0.25), Some(1.75));
/// ```
pub fn quantile(values: &[f64], share: f64) -> Option<f64> {
    quantile_of_sorted(&sorted(values)?, share)
}

fn quantile_of_sorted(sorted: &[f64], share: f64) -> Option<f64> {
    let position = share.clamp(0.0, 1.0) * (sorted.len().checked_sub(1)?) as f64;
    let below = position.floor();
    let low = *sorted.get(below as usize)?;
    let high = *sorted.get(position.ceil() as usize)?;
    Some(low + (high - low) * (position - below))
}

/// Median, in the unit of the values. `None` for an empty list.
pub fn median(values: &[f64]) -> Option<f64> {
    quantile(values, 0.5)
}

/// Arithmetic mean, in the unit of the values. `None` for an empty list.
pub fn mean(values: &[f64]) -> Option<f64> {
    let finite = !values.is_empty() && values.iter().all(|value| value.is_finite());
    finite.then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// Standard deviation with n-1, in the unit of the values. `None` below two values.
pub fn standard_deviation(values: &[f64]) -> Option<f64> {
    if values.len() < 2 {
        return None;
    }
    let mean = mean(values)?;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    Some((squares / (values.len() - 1) as f64).sqrt())
}

/// Median absolute deviation from the median (unscaled), in the unit of the values.
pub fn median_absolute_deviation(values: &[f64]) -> Option<f64> {
    let centre = median(values)?;
    median(
        &values
            .iter()
            .map(|value| (value - centre).abs())
            .collect::<Vec<_>>(),
    )
}

/// How far `x` lies from the median of `values`, in robust standard deviations: `0.6745 * (x - median) / MAD`.
///
/// Where the MAD is zero, the mean absolute deviation stands in: `(x - median) / (1.2533 * meanAD)`; where that is zero
/// too, `None`. Beyond [`OUTLIER_Z`] either way is an outlier. Source: Iglewicz and Hoaglin 1993; handbook 00.
///
/// ```
/// let z = keelson_methods::stats::robust_z(400.0, &[120.0, 150.0, 180.0, 210.0, 400.0]).unwrap();
/// assert!((z - 4.9463).abs() < 1e-4);
/// ```
pub fn robust_z(x: f64, values: &[f64]) -> Option<f64> {
    let centre = median(values)?;
    let deviations: Vec<f64> = values.iter().map(|value| (value - centre).abs()).collect();
    let mad = median(&deviations)?;
    if mad > 0.0 {
        return Some(0.6745 * (x - centre) / mad);
    }
    let mean_deviation = mean(&deviations)?;
    (mean_deviation > 0.0).then(|| (x - centre) / (1.2533 * mean_deviation))
}

/// Mid-rank percentile of `x` among `values`, 0..=100: `100 * (L + E/2) / n` with L strictly smaller and E equal values.
///
/// `values` include `x` itself; a value from outside is ranked among them all the same. Percentiles move when others
/// move; below ten values use anchors instead. `None` for an empty list. Source: handbook 00.
///
/// ```
/// let spend = [10.0, 20.0, 20.0, 40.0, 80.0];
/// assert_eq!(keelson_methods::stats::midrank_percentile(20.0, &spend), Some(40.0));
/// ```
pub fn midrank_percentile(x: f64, values: &[f64]) -> Option<f64> {
    if values.is_empty() || !x.is_finite() || values.iter().any(|value| !value.is_finite()) {
        return None;
    }
    let smaller = values.iter().filter(|value| **value < x).count();
    let equal = values.iter().filter(|value| **value == x).count();
    Some(midrank(smaller, equal, values.len()))
}

/// The mid-rank percentile of every value among all, in the order given; one sort for the whole list.
/// Empty where a value is not finite.
pub fn midrank_percentiles(values: &[f64]) -> Vec<f64> {
    let Some(sorted) = sorted(values) else {
        return Vec::new();
    };
    let rank = |value: &f64| {
        let smaller = sorted.partition_point(|other| other < value);
        let up_to = sorted.partition_point(|other| other <= value);
        midrank(smaller, up_to - smaller, sorted.len())
    };
    values.iter().map(rank).collect()
}

fn midrank(smaller: usize, equal: usize, n: usize) -> f64 {
    100.0 * (smaller as f64 + 0.5 * equal as f64) / n as f64
}

/// Anchored score 0..=100: 0 at `low`, 100 at `high`, straight between, clamped outside. `low` may lie above `high`
/// (lower is better). `None` where the anchors are equal or a number is not finite. Source: handbook 00.
pub fn anchored(x: f64, low: f64, high: f64) -> Option<f64> {
    let share = (x - low) / (high - low);
    share.is_finite().then(|| 100.0 * share.clamp(0.0, 1.0))
}

/// A rating of 1 to 5 as a score: 1 is 0, 5 is 100. `None` outside 1..=5. Source: handbook 00.
pub fn rating_score(rating: f64) -> Option<f64> {
    (1.0..=5.0)
        .contains(&rating)
        .then(|| 100.0 * (rating - 1.0) / 4.0)
}

/// Anchored score on logarithms, for heavy tails: `x`, `low` and `high` are replaced by `ln(value + offset)`, the offset
/// being 1 by default. `None` where a logarithm does not exist or the anchors are equal. Source: handbook 00.
pub fn log_anchored(x: f64, low: f64, high: f64, offset: f64) -> Option<f64> {
    let log = |value: f64| Some((value + offset).ln()).filter(|log| log.is_finite());
    anchored(log(x)?, log(low)?, log(high)?)
}

/// Rounded to nine decimals: what a weighted mean is compared with (50, 60, 90) is exact, so the rounding error of a
/// sum of products must not decide on which side of a line it falls.
pub(crate) fn round_off(value: f64) -> f64 {
    (value * 1e9).round() / 1e9
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn t0_1_midrank_percentiles() {
        let values = [10.0, 20.0, 20.0, 40.0, 80.0];
        assert_eq!(midrank_percentiles(&values), [10.0, 40.0, 40.0, 70.0, 90.0]);
        for (x, percentile) in [(10.0, 10.0), (20.0, 40.0), (40.0, 70.0), (80.0, 90.0)] {
            assert_eq!(midrank_percentile(x, &values), Some(percentile));
        }
    }

    #[test]
    fn quantiles_are_those_of_type_7() {
        let values = [9.0, 1.0, 3.0, 7.0, 5.0];
        assert_eq!(quantile(&values, 0.1), Some(1.8));
        assert_eq!(quantile(&values, 0.0), Some(1.0));
        assert_eq!(quantile(&values, 1.0), Some(9.0));
        assert_eq!(median(&[4.0, 1.0, 3.0, 2.0]), Some(2.5));
    }

    #[test]
    fn spread_and_robust_z() {
        assert_eq!(
            standard_deviation(&[2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0]),
            Some((32.0_f64 / 7.0).sqrt())
        );
        assert_eq!(
            median_absolute_deviation(&[1.0, 1.0, 2.0, 2.0, 4.0, 6.0, 9.0]),
            Some(1.0)
        );
        // More than half equal: the mean absolute deviation stands in.
        let z = robust_z(9.0, &[5.0, 5.0, 5.0, 5.0, 9.0]).unwrap();
        assert!((z - 4.0 / (1.2533 * 0.8)).abs() < 1e-12);
        assert_eq!(robust_z(5.0, &[5.0, 5.0, 5.0]), None);
    }

    #[test]
    fn nothing_or_nonsense_gives_nothing() {
        assert_eq!(
            (mean(&[]), median(&[]), standard_deviation(&[1.0])),
            (None, None, None)
        );
        assert_eq!((mean(&[f64::NAN]), median(&[f64::INFINITY])), (None, None));
        assert_eq!(midrank_percentile(1.0, &[]), None);
        assert!(midrank_percentiles(&[1.0, f64::NAN]).is_empty());
        assert_eq!(anchored(1.0, 2.0, 2.0), None);
        assert_eq!(log_anchored(1.0, -2.0, 5.0, 1.0), None);
    }

    #[test]
    fn anchors_are_straight_between_and_flat_outside() {
        assert_eq!(anchored(70.0, 14.0, 126.0), Some(50.0));
        assert_eq!(
            (anchored(0.0, 14.0, 126.0), anchored(500.0, 14.0, 126.0)),
            (Some(0.0), Some(100.0))
        );
        assert_eq!(anchored(25.0, 100.0, 0.0), Some(75.0));
        assert_eq!(
            (rating_score(1.0), rating_score(4.0), rating_score(5.0)),
            (Some(0.0), Some(75.0), Some(100.0))
        );
        assert_eq!((rating_score(0.0), rating_score(5.5)), (None, None));
        assert!((log_anchored(99.0, 0.0, 9999.0, 1.0).unwrap() - 50.0).abs() < 1e-9);
    }

    proptest! {
        #[test]
        fn percentiles_stay_inside_and_follow_the_order(values in prop::collection::vec(-1e9..1e9f64, 1..60)) {
            let percentiles = midrank_percentiles(&values);
            for (value, percentile) in values.iter().zip(&percentiles) {
                prop_assert!((0.0..=100.0).contains(percentile));
                prop_assert_eq!(midrank_percentile(*value, &values), Some(*percentile));
            }
            for (a, b) in values.iter().zip(&percentiles) {
                for (c, d) in values.iter().zip(&percentiles) {
                    prop_assert!(a > c || b <= d);
                }
            }
            let average = percentiles.iter().sum::<f64>() / percentiles.len() as f64;
            prop_assert!((average - 50.0).abs() < 1e-9, "mid-ranks average to the middle");
        }

        #[test]
        fn a_quantile_lies_between_the_ends_and_ignores_the_order(
            mut values in prop::collection::vec(-1e6..1e6f64, 1..40), share in 0.0..=1.0f64,
        ) {
            let before = quantile(&values, share).unwrap();
            values.reverse();
            prop_assert_eq!(quantile(&values, share), Some(before));
            let lowest = values.iter().copied().fold(f64::INFINITY, f64::min);
            let highest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            prop_assert!(lowest <= before && before <= highest);
        }
    }
}
