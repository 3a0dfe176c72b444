//! The Mann-Kendall test for a monotonic trend, with Sen's slope.

use crate::code::coded;
use crate::distributions::normal_upper_tail;
use crate::missing::Missing;
use crate::stats;

/// The handbook's level for calling something a trend, two-sided.
const ALPHA: f64 = 0.10;
/// The fewest periods with a value.
const MINIMUM_N: usize = 8;
/// Up to this many periods the distribution of S is counted out instead of approximated.
const EXACT_UP_TO: usize = 10;

/// The result of a trend test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trend {
    /// Periods with a value.
    pub n: usize,
    /// Rises minus falls over all pairs of periods.
    pub s: i64,
    /// Variance of S without a trend, ties considered.
    pub variance: f64,
    /// S in standard deviations, with continuity correction; 0 where S is 0.
    pub z: f64,
    /// Probability of an S at least as far from zero without a trend, two-sided.
    pub p: f64,
    /// How the probability was found.
    pub method: Method,
    /// Sen's slope: median change per period, in the unit of the values.
    pub slope: f64,
}

coded! {
    /// How a probability was found.
    pub enum Method {
        /// All orders of the values counted out, no two values equal.
        Exact = "exact",
        /// All orders of the values counted out, some values equal.
        Permutation = "permutation",
        /// Normal approximation.
        Normal = "normal",
    }
}

coded! {
    /// Where a series is going.
    pub enum Movement {
        /// Values rise.
        Rising = "rising",
        /// Values fall.
        Falling = "falling",
        /// No trend that chance would not explain.
        None = "none",
    }
}

/// Tests a series for a monotonic trend. Missing periods are dropped but keep their place in time for the slope.
///
/// Up to ten values the distribution of S is exact, with ties too (every order of the values at hand is counted);
/// above, the normal approximation with continuity correction. `below_min_n` under eight values; `denominator_zero`
/// where all values are equal. Serial correlation and seasons inflate significance: for a seasonal series test
/// [`same_season_differences`]. Source: Mann 1945, Kendall 1975, Sen 1968; handbook 2.10.
///
/// ```
/// let series = [96.0, 95.0, 95.5, 94.0, 93.0, 93.5, 92.0, 91.0].map(Some);
/// let trend = keelson_methods::trend::mann_kendall(&series).unwrap();
/// assert_eq!(trend.s, -24);
/// assert!((trend.p - 0.001736).abs() < 1e-6);
/// ```
pub fn mann_kendall(series: &[Option<f64>]) -> Result<Trend, Missing> {
    let known: Vec<(usize, f64)> = series
        .iter()
        .enumerate()
        .filter_map(|(at, value)| {
            value
                .filter(|value| value.is_finite())
                .map(|value| (at, value))
        })
        .collect();
    let n = known.len();
    if n < MINIMUM_N {
        return Err(Missing::BelowMinN);
    }
    let mut s = 0;
    let mut slopes = Vec::with_capacity(n * (n - 1) / 2);
    for (later, (at, value)) in known.iter().enumerate() {
        for (before, earlier) in &known[..later] {
            s += i64::from(value > earlier) - i64::from(value < earlier);
            slopes.push((value - earlier) / (at - before) as f64);
        }
    }
    let ties = tie_groups(&known);
    let variance = variance(n, &ties);
    if variance <= 0.0 {
        return Err(Missing::DenominatorZero);
    }
    let z = (s - s.signum()) as f64 / variance.sqrt();
    let (p, method) = if n <= EXACT_UP_TO {
        let untied = ties.iter().all(|group| *group == 1);
        (
            exact_p(&ties, s),
            if untied {
                Method::Exact
            } else {
                Method::Permutation
            },
        )
    } else {
        ((2.0 * normal_upper_tail(z.abs())).min(1.0), Method::Normal)
    };
    let slope = stats::median(&slopes).ok_or(Missing::BelowMinN)?;
    Ok(Trend {
        n,
        s,
        variance,
        z,
        p,
        method,
        slope,
    })
}

impl Trend {
    /// Where the series is going at the handbook's level of 0.10, two-sided.
    pub fn movement(&self) -> Movement {
        self.movement_at(ALPHA)
    }

    /// Where the series is going at a level of one's own.
    pub fn movement_at(&self, alpha: f64) -> Movement {
        match self.s.signum() {
            _ if self.p > alpha => Movement::None,
            1 => Movement::Rising,
            -1 => Movement::Falling,
            _ => Movement::None,
        }
    }
}

/// Each value minus the value one season before (12 for months with a yearly season); missing where either is.
/// Source: handbook 2.10.
pub fn same_season_differences(series: &[Option<f64>], season: usize) -> Vec<Option<f64>> {
    let before = series.iter();
    series
        .iter()
        .skip(season)
        .zip(before)
        .map(|(now, then)| Some((*now)? - (*then)?))
        .collect()
}

/// Sizes of the groups of equal values.
fn tie_groups(known: &[(usize, f64)]) -> Vec<usize> {
    let mut values: Vec<f64> = known.iter().map(|(_, value)| *value).collect();
    values.sort_unstable_by(f64::total_cmp);
    values.chunk_by(|a, b| a == b).map(<[f64]>::len).collect()
}

fn variance(n: usize, ties: &[usize]) -> f64 {
    let term = |n: usize| n as f64 * (n as f64 - 1.0) * (2.0 * n as f64 + 5.0);
    (term(n) - ties.iter().map(|group| term(*group)).sum::<f64>()) / 18.0
}

/// P(|S| >= |s|) over all orders of the values.
///
/// S is the number of untied pairs minus twice the falls. Falls over the orders of a multiset are counted by the
/// Gaussian multinomial coefficient, built group by group.
fn exact_p(ties: &[usize], s: i64) -> f64 {
    let mut orders_by_falls = vec![1_u64];
    let mut placed = 0;
    let mut untied_pairs = 0;
    for group in ties {
        orders_by_falls = multiply(&orders_by_falls, &gaussian_binomial(placed + group, *group));
        untied_pairs += placed * group;
        placed += group;
    }
    let total: u64 = orders_by_falls.iter().sum();
    let as_far = |falls: usize| (untied_pairs as i64 - 2 * falls as i64).abs() >= s.abs();
    let extreme: u64 = orders_by_falls
        .iter()
        .enumerate()
        .filter(|(falls, _)| as_far(*falls))
        .map(|(_, count)| count)
        .sum();
    extreme as f64 / total as f64
}

/// Coefficients of the Gaussian binomial: ways to mix `chosen` equal values into `n` places, by number of falls.
/// Pascal's rule: [n, k] = [n-1, k-1] + q^k [n-1, k].
fn gaussian_binomial(n: usize, chosen: usize) -> Vec<u64> {
    let mut row: Vec<Vec<u64>> = vec![vec![1]];
    for size in 1..=n {
        let next = (0..=size.min(chosen)).map(|k| {
            let taken = if k == 0 { &[][..] } else { &row[k - 1] };
            let left = if k < size {
                row.get(k).map_or(&[][..], Vec::as_slice)
            } else {
                &[]
            };
            let mut sum = vec![
                0;
                taken
                    .len()
                    .max(if left.is_empty() { 0 } else { left.len() + k })
            ];
            for (at, count) in taken.iter().enumerate() {
                sum[at] += count;
            }
            for (at, count) in left.iter().enumerate() {
                sum[at + k] += count;
            }
            sum
        });
        row = next.collect();
    }
    row.swap_remove(chosen)
}

fn multiply(left: &[u64], right: &[u64]) -> Vec<u64> {
    let mut product = vec![0; left.len() + right.len() - 1];
    for (i, a) in left.iter().enumerate() {
        for (j, b) in right.iter().enumerate() {
            product[i + j] += a * b;
        }
    }
    product
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn close(left: f64, right: f64, within: f64) {
        assert!((left - right).abs() < within, "{left} is not {right}");
    }

    #[test]
    fn t2_11_mann_kendall_by_the_normal_approximation() {
        let series = [
            12.9, 14.8, 13.2, 15.7, 13.8, 15.6, 12.9, 11.0, 17.3, 15.9, 19.0, 18.3, 20.1, 21.7,
        ]
        .map(Some);
        let trend = mann_kendall(&series).unwrap();
        assert_eq!(
            (trend.s, trend.method, trend.movement()),
            (54, Method::Normal, Movement::Rising)
        );
        close(trend.variance, 332.6667, 1e-4);
        close(trend.z, 2.905_837, 1e-6);
        close(trend.p, 0.003_663, 1e-6);
        close(trend.slope, 0.566_667, 1e-6);
    }

    #[test]
    fn t2_12_mann_kendall_counted_out() {
        let trend =
            mann_kendall(&[96.0, 95.0, 95.5, 94.0, 93.0, 93.5, 92.0, 91.0].map(Some)).unwrap();
        assert_eq!(
            (trend.s, trend.method, trend.movement()),
            (-24, Method::Exact, Movement::Falling)
        );
        close(trend.p, 0.001_736, 1e-6);
        close(2.0 * normal_upper_tail(trend.z.abs()), 0.004_434, 1e-6);
        close(trend.slope, -0.666_667, 1e-6);
    }

    #[test]
    fn missing_periods_keep_their_place() {
        let with_gap: Vec<Option<f64>> = (0..12)
            .map(|at| (at % 3 != 1).then_some(f64::from(at) * 2.0))
            .collect();
        let trend = mann_kendall(&with_gap).unwrap();
        assert_eq!((trend.n, trend.s), (8, 28));
        close(trend.slope, 2.0, 1e-12);
    }

    #[test]
    fn too_few_or_all_equal_is_missing() {
        assert_eq!(mann_kendall(&[Some(1.0); 7]), Err(Missing::BelowMinN));
        assert_eq!(mann_kendall(&[Some(1.0); 9]), Err(Missing::DenominatorZero));
        let mut series = vec![Some(1.0); 7];
        series.extend([Some(f64::NAN), None]);
        assert_eq!(mann_kendall(&series), Err(Missing::BelowMinN));
    }

    #[test]
    fn seasons_are_taken_out_by_the_same_month_before() {
        let series: Vec<Option<f64>> = (0..24)
            .map(|at| Some(f64::from(at % 12) * 10.0 + f64::from(at / 12)))
            .collect();
        assert_eq!(same_season_differences(&series, 12), vec![Some(1.0); 12]);
        assert_eq!(
            same_season_differences(&[Some(1.0), None, Some(3.0)], 1),
            [None, None]
        );
    }

    /// Every order of the values, one by one: the slow truth.
    fn p_by_listing(values: &mut Vec<f64>, s: i64) -> f64 {
        fn visit(values: &mut Vec<f64>, from: usize, s: i64, seen: &mut (u64, u64)) {
            if from == values.len() {
                let score: i64 = (0..values.len())
                    .flat_map(|j| (0..j).map(move |i| (i, j)))
                    .map(|(i, j)| {
                        i64::from(values[j] > values[i]) - i64::from(values[j] < values[i])
                    })
                    .sum();
                seen.0 += u64::from(score.abs() >= s.abs());
                seen.1 += 1;
                return;
            }
            for at in from..values.len() {
                values.swap(from, at);
                visit(values, from + 1, s, seen);
                values.swap(from, at);
            }
        }
        let mut seen = (0, 0);
        visit(values, 0, s, &mut seen);
        seen.0 as f64 / seen.1 as f64
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn the_count_with_ties_agrees_with_listing_every_order(values in prop::collection::vec(0u8..4, 4..7), s in 0i64..15) {
            let mut values: Vec<f64> = values.into_iter().map(f64::from).collect();
            let known: Vec<(usize, f64)> = values.iter().copied().enumerate().collect();
            let counted = exact_p(&tie_groups(&known), s);
            prop_assert!((counted - p_by_listing(&mut values, s)).abs() < 1e-12);
        }
    }

    proptest! {
        #[test]
        fn the_mirrored_series_has_the_mirrored_trend(values in prop::collection::vec(-50i32..50, 8..30)) {
            let series: Vec<Option<f64>> = values.iter().map(|value| Some(f64::from(*value))).collect();
            let mirrored: Vec<Option<f64>> = values.iter().map(|value| Some(-f64::from(*value))).collect();
            match (mann_kendall(&series), mann_kendall(&mirrored)) {
                (Ok(up), Ok(down)) => {
                    prop_assert_eq!((up.s, up.p), (-down.s, down.p));
                    prop_assert!((up.slope + down.slope).abs() < 1e-9);
                    prop_assert!((0.0..=1.0).contains(&up.p));
                }
                (up, down) => prop_assert_eq!(up, down),
            }
        }
    }
}
