//! Service: are queries answered in time.

use crate::rate::Rate;

/// One query to a supplier. Moments on one scale of the caller's, such as business minutes or microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Query {
    /// The end of the agreed time.
    pub due_at: i64,
    /// When it was answered, if it was.
    pub answered_at: Option<i64>,
}

/// Queries answered in time / queries due at `now`. Answered early counts before it is due; unanswered past its time is a
/// failure, unanswered within its time is left out. Source: handbook 2.5.
pub fn responsiveness(queries: &[Query], now: i64) -> Rate {
    let known = |query: &Query| query.answered_at.filter(|at| *at <= now);
    let due = queries
        .iter()
        .filter(|query| known(query).is_some() || query.due_at < now);
    let in_time = due
        .clone()
        .filter(|query| known(query).is_some_and(|at| at <= query.due_at))
        .count();
    let due = due.count();
    Rate {
        numerator: in_time as i64,
        denominator: due as i64,
        n: due as u64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_past_the_agreed_time_is_a_failure() {
        let query = |due_at, answered_at| Query {
            due_at,
            answered_at,
        };
        let queries = [
            query(10, Some(10)),
            query(10, Some(11)),
            query(10, None),
            query(50, Some(20)),
            query(50, None),
            query(30, Some(60)),
        ];
        let rate = responsiveness(&queries, 40);
        // In time: the first and the fourth; late: the second; silent: the third and, at 40, the last.
        assert_eq!((rate.numerator, rate.denominator), (2, 5));
        assert_eq!(
            responsiveness(&queries[4..5], 50).denominator,
            0,
            "the agreed time ends with its last moment"
        );
    }
}
