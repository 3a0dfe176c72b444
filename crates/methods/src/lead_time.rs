//! Lead-time accuracy: how far deliveries are from what was promised.

use crate::delivery::{Exclusion, LineFacts, Window, at_least, follow};
use crate::kpi::{CountedDate, LeadTimeRules, Partials};
use crate::missing::Missing;
use crate::rate::Rate;
use crate::stats;

/// What a line says about lead time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeadTimeVerdict {
    /// The line is in no figure.
    Excluded(Exclusion),
    /// The line has arrived.
    Measured {
        /// Actual minus promised, in calendar days; negative when early.
        error_days: i32,
        /// Whether that is within the rules' days, either side.
        within: bool,
        /// Whether the supplier answers for the line.
        accountable: bool,
    },
    /// The line is open and overdue by at least so many days: for the separate censored figure.
    Censored {
        /// Days from the promise to `as_of`.
        at_least_days: i32,
    },
}

/// Measures one line as it stood on the day `as_of`.
///
/// The error is the day that counts (completion, or first receipt) minus the first promised date present. Lines that
/// have not arrived are left out while they are not due, and censored once they are overdue. A cancelled line that did
/// not arrive is left out: there is no lead time to measure. Receipts after `as_of` are not known yet.
/// Source: handbook 2.2.
pub fn judge(line: &LineFacts<'_>, rules: &LeadTimeRules, as_of: i32) -> LeadTimeVerdict {
    if line.ordered <= 0 {
        return LeadTimeVerdict::Excluded(Exclusion::NothingOrdered);
    }
    let Some(promised_on) = line.reference_on(&rules.reference) else {
        return LeadTimeVerdict::Excluded(Exclusion::NoReferenceDate);
    };
    let needed = at_least(line.ordered, rules.under_tolerance.millionths);
    let window = Window {
        first: i32::MIN,
        last: promised_on,
    };
    let delivered = follow(
        line.receipts,
        needed,
        window,
        rules.quantity,
        Partials::AddUp,
        as_of,
    );
    let counted = match rules.counted {
        CountedDate::Completion => delivered.completed_on,
        CountedDate::FirstReceipt => delivered.first_on,
    };
    if let Some(day) = counted {
        let error_days = day.saturating_sub(promised_on);
        return LeadTimeVerdict::Measured {
            error_days,
            within: error_days.unsigned_abs() <= rules.within_days,
            accountable: line
                .cause
                .is_none_or(|cause| !rules.excluded_causes.contains(&cause)),
        };
    }
    if line.cancelled.is_some_and(|day| day <= as_of) {
        LeadTimeVerdict::Excluded(Exclusion::Cancelled)
    } else if promised_on >= as_of {
        LeadTimeVerdict::Excluded(Exclusion::NotYetDue)
    } else {
        LeadTimeVerdict::Censored {
            at_least_days: as_of.saturating_sub(promised_on),
        }
    }
}

/// One delivery: promised and actual lead time, in days from the order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LeadTime {
    /// Days promised.
    pub promised: f64,
    /// Days it took.
    pub actual: f64,
}

/// Lead-time accuracy of several deliveries.
#[derive(Debug, Clone, PartialEq)]
pub struct Accuracy {
    /// Mean error in days; positive is later than promised.
    pub bias: f64,
    /// Mean absolute error in days.
    pub mean_absolute_error: f64,
    /// Mean actual lead time in days.
    pub mean: f64,
    /// Standard deviation of the actual lead time in days; missing below two deliveries.
    pub standard_deviation: Option<f64>,
    /// Standard deviation / mean; missing where the mean is not above zero or the deviation is missing.
    pub variation: Result<f64, Missing>,
    /// Deliveries within so many days of the promise, either side.
    pub within: Rate,
    /// Deliveries whose error is an outlier (|robust z| > 3.5), by position. They are flagged, not trimmed.
    pub outliers: Vec<usize>,
}

/// Summarises deliveries, `within_days` either side counting as right.
///
/// `no_activity` for an empty list. Whether five deliveries, the handbook's minimum, are reached is for the caller to
/// flag; nothing is trimmed. Source: handbook 2.2.
pub fn accuracy(deliveries: &[LeadTime], within_days: f64) -> Result<Accuracy, Missing> {
    let errors: Vec<f64> = deliveries
        .iter()
        .map(|delivery| delivery.actual - delivery.promised)
        .collect();
    let actual: Vec<f64> = deliveries.iter().map(|delivery| delivery.actual).collect();
    let bias = stats::mean(&errors).ok_or(Missing::NoActivity)?;
    let mean = stats::mean(&actual).ok_or(Missing::NoActivity)?;
    let standard_deviation = stats::standard_deviation(&actual);
    let variation = match standard_deviation {
        None => Err(Missing::BelowMinN),
        Some(_) if mean <= 0.0 => Err(Missing::DenominatorZero),
        Some(deviation) => Ok(deviation / mean),
    };
    let is_outlier =
        |error: f64| stats::robust_z(error, &errors).is_some_and(|z| z.abs() > stats::OUTLIER_Z);
    let within = errors
        .iter()
        .filter(|error| error.abs() <= within_days)
        .count();
    Ok(Accuracy {
        bias,
        mean_absolute_error: errors.iter().map(|error| error.abs()).sum::<f64>()
            / errors.len() as f64,
        mean,
        standard_deviation,
        variation,
        within: Rate {
            numerator: within as i64,
            denominator: errors.len() as i64,
            n: errors.len() as u64,
        },
        outliers: (0..errors.len())
            .filter(|index| is_outlier(errors[*index]))
            .collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::ReceiptFacts;
    use crate::kpi::DelayCause;

    fn line(receipts: &[ReceiptFacts]) -> LineFacts<'_> {
        LineFacts {
            ordered: 100_000,
            confirmed_first: Some(20),
            confirmed_last: None,
            requested: Some(10),
            receipts,
            cancelled: None,
            cause: None,
        }
    }

    fn receipt(on: i32, units: i64) -> ReceiptFacts {
        ReceiptFacts {
            on,
            good: units * 1000,
            rejected: 0,
        }
    }

    #[test]
    fn t2_2_lead_time_accuracy() {
        let deliveries = [21.0, 19.0, 24.0, 20.0, 26.0, 22.0].map(|actual| LeadTime {
            promised: 20.0,
            actual,
        });
        let accuracy = accuracy(&deliveries, 2.0).unwrap();
        assert_eq!((accuracy.bias, accuracy.mean), (2.0, 22.0));
        assert!((accuracy.mean_absolute_error - 2.333_333).abs() < 1e-6);
        assert!((accuracy.standard_deviation.unwrap() - 2.607_681).abs() < 1e-6);
        assert!((accuracy.variation.unwrap() - 0.118_531).abs() < 1e-6);
        assert!((accuracy.within.value().unwrap() - 0.666_667).abs() < 1e-6);
        assert!(accuracy.outliers.is_empty());
    }

    #[test]
    fn what_cannot_be_computed_says_why() {
        assert_eq!(accuracy(&[], 2.0), Err(Missing::NoActivity));
        let one = accuracy(
            &[LeadTime {
                promised: 20.0,
                actual: 20.0,
            }],
            2.0,
        )
        .unwrap();
        assert_eq!(
            (one.standard_deviation, one.variation),
            (None, Err(Missing::BelowMinN))
        );
        let same_day = [0.0, 0.0].map(|actual| LeadTime {
            promised: 1.0,
            actual,
        });
        assert_eq!(
            accuracy(&same_day, 2.0).unwrap().variation,
            Err(Missing::DenominatorZero)
        );
    }

    #[test]
    fn an_outlier_is_flagged_and_kept() {
        let deliveries = [20.0, 21.0, 19.0, 20.0, 22.0, 80.0].map(|actual| LeadTime {
            promised: 20.0,
            actual,
        });
        let accuracy = accuracy(&deliveries, 2.0).unwrap();
        assert_eq!(accuracy.outliers, [5]);
        assert_eq!(accuracy.bias, 62.0 / 6.0);
    }

    #[test]
    fn a_line_is_measured_against_its_first_promise() {
        let rules = LeadTimeRules::default();
        for (completed, error_days, within) in [
            (18, -2, true),
            (22, 2, true),
            (23, 3, false),
            (17, -3, false),
        ] {
            let receipts = [receipt(5, 40), receipt(completed, 60)];
            let verdict = judge(&line(&receipts), &rules, 100);
            assert_eq!(
                verdict,
                LeadTimeVerdict::Measured {
                    error_days,
                    within,
                    accountable: true
                }
            );
        }
        let first = LeadTimeRules {
            counted: CountedDate::FirstReceipt,
            ..rules
        };
        let receipts = [receipt(5, 40), receipt(22, 60)];
        let verdict = judge(
            &LineFacts {
                cause: Some(DelayCause::Buyer),
                ..line(&receipts)
            },
            &first,
            100,
        );
        assert_eq!(
            verdict,
            LeadTimeVerdict::Measured {
                error_days: -15,
                within: false,
                accountable: false
            }
        );
    }

    #[test]
    fn an_open_line_is_left_out_until_due_and_censored_after() {
        let rules = LeadTimeRules::default();
        let open = line(&[]);
        assert_eq!(
            judge(&open, &rules, 20),
            LeadTimeVerdict::Excluded(Exclusion::NotYetDue)
        );
        assert_eq!(
            judge(&open, &rules, 27),
            LeadTimeVerdict::Censored { at_least_days: 7 }
        );
        let cancelled = LineFacts {
            cancelled: Some(25),
            ..open
        };
        assert_eq!(
            judge(&cancelled, &rules, 27),
            LeadTimeVerdict::Excluded(Exclusion::Cancelled)
        );
        assert_eq!(
            judge(&cancelled, &rules, 24),
            LeadTimeVerdict::Censored { at_least_days: 4 }
        );
    }
}
