//! Kaplan-Meier: how long things take when some are not finished yet.

/// One case: how long it has run, and whether it is finished.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Case {
    /// Days from start to end, or to the day of asking.
    pub days: f64,
    /// Finished; otherwise still open (censored).
    pub closed: bool,
}

/// One step of the survival curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// Days at which something finished.
    pub days: f64,
    /// Cases still running just before.
    pub at_risk: usize,
    /// Cases that finished then.
    pub closed: usize,
    /// Share of cases still running after.
    pub surviving: f64,
}

/// The survival curve: the share of cases still running after so many days.
///
/// A case still open on the day another one closes counts as running then. Cases without finite, non-negative days are
/// left out. Source: Kaplan and Meier 1958; handbook 2.3.
pub fn kaplan_meier(cases: &[Case]) -> Vec<Step> {
    let mut cases: Vec<Case> = cases
        .iter()
        .copied()
        .filter(|case| case.days.is_finite() && case.days >= 0.0)
        .collect();
    cases.sort_unstable_by(|a, b| a.days.total_cmp(&b.days));
    let mut at_risk = cases.len();
    let mut surviving = 1.0;
    let mut steps = Vec::new();
    for group in cases.chunk_by(|a, b| a.days == b.days) {
        let closed = group.iter().filter(|case| case.closed).count();
        if closed > 0 {
            surviving *= 1.0 - closed as f64 / at_risk as f64;
            steps.push(Step {
                days: group[0].days,
                at_risk,
                closed,
                surviving,
            });
        }
        at_risk -= group.len();
    }
    steps
}

/// The days after which at most half the cases still run; `None` where more than half are still open at the end.
/// The median of the closed cases alone flatters: it forgets those that take longest.
///
/// ```
/// use keelson_methods::survival::{Case, median};
/// let case = |days, closed| Case { days, closed };
/// let cases = [case(10.0, true), case(15.0, true), case(20.0, true), case(30.0, true), case(12.0, false), case(40.0, false)];
/// assert_eq!(median(&cases), Some(20.0));
/// ```
pub fn median(cases: &[Case]) -> Option<f64> {
    // A curve that touches one half by rounding has reached it.
    kaplan_meier(cases)
        .iter()
        .find(|step| step.surviving <= 0.5 + 1e-12)
        .map(|step| step.days)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cases(closed: &[f64], open: &[f64]) -> Vec<Case> {
        let closed = closed.iter().map(|days| Case {
            days: *days,
            closed: true,
        });
        closed
            .chain(open.iter().map(|days| Case {
                days: *days,
                closed: false,
            }))
            .collect()
    }

    #[test]
    fn t2_4_median_closure_with_open_cases() {
        let cases = cases(&[10.0, 15.0, 20.0, 30.0], &[12.0, 40.0]);
        let steps = kaplan_meier(&cases);
        for (step, (days, surviving)) in
            steps
                .iter()
                .zip([(10.0, 0.8333), (15.0, 0.6250), (20.0, 0.4167)])
        {
            assert_eq!(step.days, days);
            assert!((step.surviving - surviving).abs() < 1e-4);
        }
        assert_eq!(median(&cases), Some(20.0));
        assert_eq!(crate::stats::median(&[10.0, 15.0, 20.0, 30.0]), Some(17.5));
    }

    #[test]
    fn a_median_that_is_not_reached_is_none() {
        assert_eq!(median(&cases(&[5.0], &[10.0, 20.0, 30.0])), None);
        assert_eq!(median(&[]), None);
    }

    #[test]
    fn open_on_the_day_of_a_closure_counts_as_running() {
        let steps = kaplan_meier(&cases(&[10.0], &[10.0]));
        assert_eq!(
            steps,
            [Step {
                days: 10.0,
                at_risk: 2,
                closed: 1,
                surviving: 0.5
            }]
        );
    }

    proptest! {
        #[test]
        fn the_curve_falls_from_one_and_without_open_cases_is_the_plain_share(days in prop::collection::vec(0u16..90, 1..40)) {
            let days: Vec<f64> = days.into_iter().map(f64::from).collect();
            let steps = kaplan_meier(&cases(&days, &[]));
            let mut before = 1.0;
            for step in &steps {
                let share = days.iter().filter(|other| **other > step.days).count() as f64 / days.len() as f64;
                prop_assert!((step.surviving - share).abs() < 1e-9 && step.surviving < before);
                before = step.surviving;
            }
        }

        #[test]
        fn an_open_case_never_shortens_the_median(days in prop::collection::vec(1u16..90, 1..20), open in 90u16..200) {
            let days: Vec<f64> = days.into_iter().map(f64::from).collect();
            let closed_only = median(&cases(&days, &[])).unwrap();
            let with_open = median(&cases(&days, &[f64::from(open)])).unwrap_or(f64::INFINITY);
            prop_assert!(with_open >= closed_only);
        }
    }
}
