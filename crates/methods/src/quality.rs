//! Quality beyond defects: lots accepted the first time, and what comes back after delivery.

use crate::kpi::{LotResult, QualityRules};
use crate::rate::Rate;

/// Days after delivery until a cohort's return rate may be read: by then most of what comes back has come back.
pub const MATURE_DAYS: i32 = 60;

/// Lots accepted the first time / lots inspected. Skipped lots are not in the denominator; used as it is, sorted or
/// reworked is not accepted unless the rules say so. Source: handbook 2.3.
pub fn lot_acceptance(results: &[LotResult], rules: &QualityRules) -> Rate {
    let inspected = results
        .iter()
        .filter(|result| **result != LotResult::Skipped);
    let accepted = inspected
        .clone()
        .filter(|result| rules.accepted.contains(result))
        .count();
    let inspected = inspected.count();
    Rate {
        numerator: accepted as i64,
        denominator: inspected as i64,
        n: inspected as u64,
    }
}

/// What was delivered on one day, and how much of that came back since.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cohort {
    /// The day of delivery, in days since 1970-01-01.
    pub delivered_on: i32,
    /// Delivered quantity, in thousandths.
    pub delivered_milli: i64,
    /// Of it returned until now, in thousandths.
    pub returned_milli: i64,
}

/// Units returned / units delivered in the same cohorts, of those delivered at least [`MATURE_DAYS`] before `as_of`;
/// younger ones would flatter. `n` counts cohorts. Source: handbook 2.3.
pub fn return_rate(cohorts: &[Cohort], as_of: i32) -> Rate {
    let mature = cohorts
        .iter()
        .filter(|cohort| as_of.saturating_sub(cohort.delivered_on) >= MATURE_DAYS);
    mature.fold(Rate::default(), |sum, cohort| Rate {
        numerator: sum.numerator.saturating_add(cohort.returned_milli),
        denominator: sum.denominator.saturating_add(cohort.delivered_milli),
        n: sum.n + 1,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::missing::Missing;

    #[test]
    fn only_lots_accepted_the_first_time_count() {
        let results = [
            LotResult::Accepted,
            LotResult::Accepted,
            LotResult::UseAsIs,
            LotResult::Reworked,
            LotResult::Rejected,
            LotResult::Skipped,
        ];
        assert_eq!(
            lot_acceptance(&results, &QualityRules::default()).value(),
            Ok(0.4)
        );
        let lenient = QualityRules {
            accepted: vec![LotResult::Accepted, LotResult::UseAsIs],
            ..QualityRules::default()
        };
        assert_eq!(lot_acceptance(&results, &lenient).value(), Ok(0.6));
        assert_eq!(
            lot_acceptance(&[LotResult::Skipped], &lenient).value(),
            Err(Missing::NoActivity)
        );
    }

    #[test]
    fn young_deliveries_wait() {
        let cohort = |delivered_on, returned_milli| Cohort {
            delivered_on,
            delivered_milli: 100_000,
            returned_milli,
        };
        let cohorts = [cohort(0, 4_000), cohort(40, 2_000), cohort(41, 0)];
        assert_eq!(return_rate(&cohorts, 100).value(), Ok(0.03));
        assert_eq!(return_rate(&cohorts, 10).value(), Err(Missing::NoActivity));
    }
}
