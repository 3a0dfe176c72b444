//! From pairs to groups: who hangs together, and whether the group may be merged.

/// A group larger than this goes to review whatever its pairs say.
pub const MOST_MEMBERS: usize = 10;
/// Every pair of a group must be at least this likely.
const EVERY_PAIR: f64 = 0.70;

/// Records that hang together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cluster {
    /// The records, ascending.
    pub members: Vec<usize>,
    /// Some pair is less likely than 0.70 or was never compared, or the group is too large: a person decides.
    pub needs_review: bool,
}

/// Groups records by transitive closure over pairs of probability 0.70 or more.
///
/// A group stands by itself only where every one of its pairs is that likely, so that A like B and B like C do not merge
/// A with C unseen; more than ten members go to review. `pairs` are (record, record, probability); records are numbered
/// from 0 to `records - 1`, others are ignored. Source: handbook 11.5.
pub fn cluster(records: usize, pairs: &[(usize, usize, f64)]) -> Vec<Cluster> {
    fn root(parent: &mut [usize], mut at: usize) -> usize {
        while parent[at] != at {
            parent[at] = parent[parent[at]];
            at = parent[at];
        }
        at
    }
    let mut likely: Vec<(usize, usize)> = pairs
        .iter()
        .filter(|(a, b, p)| *p >= EVERY_PAIR && a != b && *a < records && *b < records)
        .map(|(a, b, _)| (*a.min(b), *a.max(b)))
        .collect();
    likely.sort_unstable();
    likely.dedup();
    let mut parent: Vec<usize> = (0..records).collect();
    for (a, b) in &likely {
        let (a, b) = (root(&mut parent, *a), root(&mut parent, *b));
        parent[a.max(b)] = a.min(b);
    }
    let mut members: Vec<Vec<usize>> = vec![Vec::new(); records];
    for record in 0..records {
        members[root(&mut parent, record)].push(record);
    }
    let mut pairs_in = vec![0_usize; records];
    for (a, _) in &likely {
        pairs_in[root(&mut parent, *a)] += 1;
    }
    members
        .into_iter()
        .zip(pairs_in)
        .filter(|(members, _)| members.len() > 1)
        .map(|(members, pairs)| {
            let complete = pairs == members.len() * (members.len() - 1) / 2;
            Cluster {
                needs_review: !complete || members.len() > MOST_MEMBERS,
                members,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_chain_is_not_a_group_until_every_pair_is_likely() {
        let chain = [(0, 1, 0.95), (2, 1, 0.80), (3, 4, 0.69)];
        assert_eq!(
            cluster(5, &chain),
            [Cluster {
                members: vec![0, 1, 2],
                needs_review: true
            }]
        );
        let whole = [(0, 1, 0.95), (2, 1, 0.80), (0, 2, 0.70), (1, 0, 0.95)];
        assert_eq!(
            cluster(3, &whole),
            [Cluster {
                members: vec![0, 1, 2],
                needs_review: false
            }]
        );
    }

    #[test]
    fn more_than_ten_are_looked_at() {
        let all = |n: usize| -> Vec<(usize, usize, f64)> {
            (0..n)
                .flat_map(|a| (0..a).map(move |b| (a, b, 1.0)))
                .collect()
        };
        assert!(!cluster(10, &all(10))[0].needs_review);
        assert!(cluster(11, &all(11))[0].needs_review);
    }

    proptest! {
        #[test]
        fn the_order_of_pairs_does_not_matter(pairs in prop::collection::vec((0usize..12, 0usize..12, 0.0..=1.0f64), 0..30)) {
            let before = cluster(12, &pairs);
            let reversed: Vec<_> = pairs.iter().rev().map(|(a, b, p)| (*b, *a, *p)).collect();
            prop_assert_eq!(cluster(12, &reversed), before);
        }
    }
}
