//! How alike two strings are.

/// Jaro similarity, 0..=1: `(m/|a| + m/|b| + (m-t)/m) / 3`.
///
/// m counts equal characters at most `floor(max length / 2) - 1` places apart, t is half the matches that are out of
/// order. Nothing in common, or nothing to compare, is 0. Source: Jaro 1989; handbook 11.3.
pub fn jaro(a: &str, b: &str) -> f64 {
    if a.is_ascii() && b.is_ascii() {
        return jaro_of(a.as_bytes(), b.as_bytes());
    }
    jaro_of(
        &a.chars().collect::<Vec<_>>(),
        &b.chars().collect::<Vec<_>>(),
    )
}

/// Jaro-Winkler similarity, 0..=1: Jaro plus a tenth of what is missing per common character at the start, four at most.
///
/// The boost always applies, also below a similarity of 0.7, where libraries differ. Source: Winkler 1990; handbook 11.3.
///
/// ```
/// let alike = keelson_methods::identity::jaro_winkler("MARTHA", "MARHTA");
/// assert!((alike - 0.9611).abs() < 1e-4);
/// ```
pub fn jaro_winkler(a: &str, b: &str) -> f64 {
    let similarity = jaro(a, b);
    let common = a
        .chars()
        .zip(b.chars())
        .take(4)
        .take_while(|(left, right)| left == right)
        .count();
    similarity + common as f64 * 0.1 * (1.0 - similarity)
}

fn jaro_of<T: PartialEq + Copy>(a: &[T], b: &[T]) -> f64 {
    let window = (a.len().max(b.len()) / 2).saturating_sub(1);
    let mut taken = vec![false; b.len()];
    let mut matched: Vec<T> = Vec::with_capacity(a.len().min(b.len()));
    for (at, item) in a.iter().enumerate() {
        let from = at.saturating_sub(window);
        let to = (at + window + 1).min(b.len());
        if let Some(hit) = (from..to).find(|other| !taken[*other] && b[*other] == *item) {
            taken[hit] = true;
            matched.push(*item);
        }
    }
    if matched.is_empty() {
        return 0.0;
    }
    let in_b = b
        .iter()
        .zip(&taken)
        .filter(|(_, taken)| **taken)
        .map(|(item, _)| item);
    let out_of_order = matched
        .iter()
        .zip(in_b)
        .filter(|(left, right)| left != right)
        .count();
    let m = matched.len() as f64;
    let t = out_of_order as f64 / 2.0;
    (m / a.len() as f64 + m / b.len() as f64 + (m - t) / m) / 3.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn t11_1_jaro_and_jaro_winkler() {
        for (a, b, plain, winkler) in [
            ("MARTHA", "MARHTA", 0.9444, 0.9611),
            ("DWAYNE", "DUANE", 0.8222, 0.8400),
            ("DIXON", "DICKSONX", 0.7667, 0.8133),
        ] {
            assert!((jaro(a, b) - plain).abs() < 1e-4, "{a} {b}");
            assert!((jaro_winkler(a, b) - winkler).abs() < 1e-4, "{a} {b}");
        }
    }

    #[test]
    fn nothing_in_common_is_nothing_alike() {
        assert_eq!(
            (
                jaro("abc", "xyz"),
                jaro("", "abc"),
                jaro("", ""),
                jaro_winkler("", "")
            ),
            (0.0, 0.0, 0.0, 0.0)
        );
        assert_eq!(jaro_winkler("ab", "ab"), 1.0);
        // Letters outside ASCII count as letters, not as bytes.
        assert_eq!(jaro("ß", "ß"), 1.0);
    }

    proptest! {
        #[test]
        fn similarity_stays_inside_and_is_the_same_both_ways(a in "[a-eé ]{0,20}", b in "[a-eé ]{0,20}") {
            for similarity in [jaro, jaro_winkler] {
                let alike = similarity(&a, &b);
                prop_assert!((0.0..=1.0 + 1e-12).contains(&alike));
                prop_assert!((alike - similarity(&b, &a)).abs() < 1e-9);
            }
            prop_assert!(jaro_winkler(&a, &b) >= jaro(&a, &b) - 1e-12);
            prop_assert!(a.is_empty() || (jaro(&a, &a) - 1.0).abs() < 1e-12);
        }
    }
}
