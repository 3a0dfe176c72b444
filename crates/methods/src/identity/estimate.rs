//! Learning how telling each field is from pairs nobody has labelled.

/// What an estimation found.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimate {
    /// P(agree | match) per field.
    pub m: Vec<f64>,
    /// Share of matches among the pairs.
    pub prior: f64,
    /// Rounds it took.
    pub rounds: u32,
}

/// Keeps a probability off 0 and 1, where a weight would be infinite.
const EDGE: f64 = 1e-6;
/// Smaller changes than this end the estimation.
const STILL: f64 = 1e-9;

/// u per field: how often random pairs, nearly all of them non-matches, agree. Each pair holds, per field, whether it
/// agrees, `None` where it is missing. One pair is added to either side so that nothing is impossible; `None` for a field
/// that no pair has. Source: handbook 11.4.
pub fn estimate_u(random_pairs: &[Vec<Option<bool>>]) -> Vec<Option<f64>> {
    let fields = random_pairs.iter().map(Vec::len).max().unwrap_or(0);
    let of = |field: usize| {
        let known = || {
            random_pairs
                .iter()
                .filter_map(|pair| pair.get(field).copied().flatten())
        };
        let agreeing = known().filter(|agrees| *agrees).count();
        (known().count() > 0).then(|| (agreeing as f64 + 1.0) / (known().count() as f64 + 2.0))
    };
    (0..fields).map(of).collect()
}

/// m per field and the share of matches, by expectation maximisation over blocked pairs, with u fixed.
///
/// `start_m` and `u` have one probability per field; `start_prior` is the share of matches to begin with. Ends when
/// nothing moves, after `most_rounds` at the latest. Fields are taken as independent. `None` without pairs, or where the
/// lists do not have one length. Source: Winkler 1988 after Dempster, Laird and Rubin 1977; handbook 11.4.
pub fn estimate_m(
    blocked_pairs: &[Vec<Option<bool>>],
    u: &[f64],
    start_m: &[f64],
    start_prior: f64,
    most_rounds: u32,
) -> Option<Estimate> {
    let fields = u.len();
    if blocked_pairs.is_empty()
        || start_m.len() != fields
        || blocked_pairs.iter().any(|pair| pair.len() != fields)
    {
        return None;
    }
    let keep_off = |p: f64| p.clamp(EDGE, 1.0 - EDGE);
    let u: Vec<f64> = u.iter().copied().map(keep_off).collect();
    let mut m: Vec<f64> = start_m.iter().copied().map(keep_off).collect();
    let mut prior = keep_off(start_prior);
    for round in 1..=most_rounds {
        let likely: Vec<f64> = blocked_pairs
            .iter()
            .map(|pair| likelihood(pair, &m, &u, prior))
            .collect();
        let mut moved = 0.0_f64;
        for field in 0..fields {
            let known = || {
                blocked_pairs
                    .iter()
                    .zip(&likely)
                    .filter_map(|(pair, p)| Some((pair[field]?, *p)))
            };
            let weight: f64 = known().map(|(_, p)| p).sum();
            let agreeing: f64 = known().filter(|(agrees, _)| *agrees).map(|(_, p)| p).sum();
            if weight > 0.0 {
                let next = keep_off(agreeing / weight);
                moved = moved.max((next - m[field]).abs());
                m[field] = next;
            }
        }
        let next = keep_off(likely.iter().sum::<f64>() / likely.len() as f64);
        moved = moved.max((next - prior).abs());
        prior = next;
        if moved < STILL {
            return Some(Estimate {
                m,
                prior,
                rounds: round,
            });
        }
    }
    Some(Estimate {
        m,
        prior,
        rounds: most_rounds,
    })
}

/// How likely a pair is a match under the present estimate.
fn likelihood(pair: &[Option<bool>], m: &[f64], u: &[f64], prior: f64) -> f64 {
    let bits: f64 = pair
        .iter()
        .zip(m.iter().zip(u))
        .map(|(agrees, (m, u))| match agrees {
            Some(true) => (m / u).ln(),
            Some(false) => ((1.0 - m) / (1.0 - u)).ln(),
            None => 0.0,
        })
        .sum();
    1.0 / (1.0 + (-(bits + (prior / (1.0 - prior)).ln())).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pairs in which each field agrees exactly as often as told, all combinations in their shares.
    fn pairs(of: usize, agreeing: [f64; 3]) -> Vec<Vec<Option<bool>>> {
        let mut pairs = Vec::new();
        for combination in 0..8_u32 {
            let agrees = [0, 1, 2].map(|field| combination >> field & 1 == 1);
            let share: f64 = agrees
                .iter()
                .zip(agreeing)
                .map(|(yes, p)| if *yes { p } else { 1.0 - p })
                .product();
            let count = (share * of as f64).round() as usize;
            pairs.extend(std::iter::repeat_n(agrees.map(Some).to_vec(), count));
        }
        pairs
    }

    #[test]
    fn what_was_put_in_is_found_again() {
        let mut blocked = pairs(2000, [0.95, 0.90, 0.80]);
        blocked.extend(pairs(8000, [0.02, 0.05, 0.10]));
        let found = estimate_m(&blocked, &[0.02, 0.05, 0.10], &[0.8, 0.8, 0.8], 0.5, 500).unwrap();
        for (m, truth) in found.m.iter().zip([0.95, 0.90, 0.80]) {
            assert!((m - truth).abs() < 0.01, "{m} is not {truth}");
        }
        assert!((found.prior - 0.2).abs() < 0.01);
    }

    #[test]
    fn u_is_how_often_random_pairs_agree() {
        let u = estimate_u(&pairs(10_000, [0.02, 0.05, 0.10]));
        for (u, truth) in u.iter().zip([0.02, 0.05, 0.10]) {
            assert!((u.unwrap() - truth).abs() < 0.001);
        }
        assert_eq!(
            estimate_u(&[vec![None, Some(false)]]),
            [None, Some(1.0 / 3.0)]
        );
        assert!(estimate_u(&[]).is_empty());
    }

    #[test]
    fn a_field_that_is_always_missing_keeps_its_start() {
        let blocked = vec![vec![Some(true), None], vec![Some(false), None]];
        let found = estimate_m(&blocked, &[0.1, 0.1], &[0.9, 0.7], 0.5, 50).unwrap();
        assert!((found.m[1] - 0.7).abs() < 1e-12);
        assert_eq!(estimate_m(&[], &[0.1], &[0.9], 0.5, 5), None);
        assert_eq!(estimate_m(&blocked, &[0.1], &[0.9], 0.5, 5), None);
    }
}
