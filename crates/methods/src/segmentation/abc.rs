//! ABC classes by cumulative spend, and the spend score of the profit-impact axis.

use super::{AbcCuts, Anchors};
use crate::code::coded;
use crate::missing::Missing;
use crate::stats;

/// From this many suppliers on a percentile says something; below, anchors do.
const PERCENTILES_FROM: usize = 10;

coded! {
    /// The class of a supplier by spend.
    pub enum AbcClass {
        /// The few that make the first 80 %.
        A = "A",
        /// The next, up to 95 %.
        B = "B",
        /// The many that make the rest.
        C = "C",
        /// No spend, or more credit than spend.
        N = "N",
    }
}

/// ABC classes in the order given, from a key and the spend in minor units.
///
/// Sorted by spend, largest first, ties by key; the class follows the cumulative share before the item, so the item that
/// crosses a line joins the higher class. Spend of zero or less is class N and outside the total; without any spend every
/// class is `None`. Source: handbook 1.2 (after Pareto; the rule at the line is fixed there).
///
/// ```
/// use keelson_methods::segmentation::{AbcClass::{A, B, C}, AbcCuts, abc};
/// let spend = [("a", 500), ("b", 250), ("c", 120), ("d", 60), ("e", 40), ("f", 20), ("g", 10)];
/// assert_eq!(abc(&spend, AbcCuts::default()), [A, A, A, B, B, C, C].map(Some));
/// ```
pub fn abc<K: Ord>(spends: &[(K, i64)], cuts: AbcCuts) -> Vec<Option<AbcClass>> {
    let total: i128 = spends
        .iter()
        .map(|(_, spend)| i128::from(*spend).max(0))
        .sum();
    if total == 0 {
        return vec![None; spends.len()];
    }
    let mut order: Vec<usize> = (0..spends.len()).collect();
    order.sort_unstable_by(|a, b| {
        let ((key_a, spend_a), (key_b, spend_b)) = (&spends[*a], &spends[*b]);
        spend_b.cmp(spend_a).then_with(|| key_a.cmp(key_b))
    });
    let mut classes = vec![Some(AbcClass::N); spends.len()];
    let mut before: i128 = 0;
    let below = |before: i128, millionths: u32| before * 1_000_000 < i128::from(millionths) * total;
    for index in order {
        let spend = spends[index].1;
        if spend <= 0 {
            break;
        }
        classes[index] = Some(match () {
            () if below(before, cuts.a.millionths) => AbcClass::A,
            () if below(before, cuts.b.millionths) => AbcClass::B,
            () => AbcClass::C,
        });
        before += i128::from(spend);
    }
    classes
}

/// P(spend) of every supplier, 0..=100, in the order given, from spend in minor units.
///
/// Mid-rank percentile among the suppliers with spend; below ten of them the policy's anchors on logarithms instead,
/// which are in minor units of the base currency too. Spend of zero or less scores 0; a missing spend stays missing.
/// Source: handbook 1.3 and 00.
pub fn spend_scores(
    spends: &[Result<i64, Missing>],
    anchors: &Anchors,
) -> Vec<Result<f64, Missing>> {
    let positive: Vec<f64> = spends
        .iter()
        .flatten()
        .filter(|spend| **spend > 0)
        .map(|spend| *spend as f64)
        .collect();
    let mut percentiles = stats::midrank_percentiles(&positive).into_iter();
    let by_percentile = positive.len() >= PERCENTILES_FROM;
    let score = |spend: &Result<i64, Missing>| {
        let spend = (*spend)?;
        if spend <= 0 {
            return Ok(0.0);
        }
        let percentile = percentiles.next();
        let anchored = || {
            stats::log_anchored(
                spend as f64,
                anchors.spend_low_minor,
                anchors.spend_high_minor,
                1.0,
            )
        };
        percentile
            .filter(|_| by_percentile)
            .or_else(anchored)
            .ok_or(Missing::ParseError)
    };
    spends.iter().map(score).collect()
}

#[cfg(test)]
mod tests {
    use super::AbcClass::{A, B, C, N};
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn t1_1_the_item_that_crosses_the_line_joins_the_higher_class() {
        let spends: Vec<(usize, i64)> = [500, 250, 120, 60, 40, 20, 10]
            .into_iter()
            .enumerate()
            .collect();
        assert_eq!(
            abc(&spends, AbcCuts::default()),
            [A, A, A, B, B, C, C].map(Some)
        );
    }

    #[test]
    fn no_spend_is_class_n_and_outside_the_total() {
        assert_eq!(
            abc(&[("x", 0), ("y", 100), ("z", -900)], AbcCuts::default()),
            [N, A, N].map(Some)
        );
        assert_eq!(
            abc(&[("x", 0), ("z", -5)], AbcCuts::default()),
            [None, None]
        );
        assert_eq!(abc::<u8>(&[], AbcCuts::default()), []);
    }

    #[test]
    fn ties_are_broken_by_key() {
        let spends = [("b", 50), ("a", 50), ("c", 50), ("d", 50), ("e", 50)];
        // Before the fifth item stand exactly 80 %: it is B, and it is "e", the last by key.
        assert_eq!(abc(&spends, AbcCuts::default()), [A, A, A, A, B].map(Some));
    }

    #[test]
    fn spend_is_scored_by_percentile_from_ten_suppliers_on() {
        let anchors = Anchors::default();
        let spends: Vec<Result<i64, Missing>> = (1..=10).map(|step| Ok(step * 1000)).collect();
        assert_eq!(spend_scores(&spends, &anchors)[9], Ok(95.0));
        let few = spend_scores(
            &[Ok(1_000_000), Ok(0), Ok(-5), Err(Missing::NotReported)],
            &anchors,
        );
        assert_eq!(&few[1..], &[Ok(0.0), Ok(0.0), Err(Missing::NotReported)]);
        // 10,000.00 lies at the lower anchor, 10,000,000.00 at the upper one.
        assert_eq!(few[0], Ok(0.0));
        assert_eq!(spend_scores(&[Ok(1_000_000_000)], &anchors), [Ok(100.0)]);
    }

    proptest! {
        #[test]
        fn the_order_of_suppliers_does_not_matter_and_more_spend_is_never_a_lower_class(
            spends in prop::collection::vec(-100i64..10_000, 1..40),
        ) {
            let keyed: Vec<(usize, i64)> = spends.iter().copied().enumerate().collect();
            let classes = abc(&keyed, AbcCuts::default());
            let mut reversed = keyed.clone();
            reversed.reverse();
            let mut back = abc(&reversed, AbcCuts::default());
            back.reverse();
            prop_assert_eq!(&back, &classes);
            for (a, class_a) in spends.iter().zip(&classes) {
                for (b, class_b) in spends.iter().zip(&classes) {
                    prop_assert!(a <= b || class_a <= class_b);
                }
            }
        }
    }
}
