//! Records that may be one party: found by an index in memory, weighed by Fellegi and Sunter, decided by people.

mod check;
mod index;
mod party;
mod queue;
mod verdict;
mod weigh;

pub use check::{Checked, Duplicates, FindDuplicates, Found, find_duplicates, possible_duplicates};
pub use index::{Candidate, DuplicateIndex};
pub use party::{Known, Party, PartyId};
pub use queue::{
    PAGE_PAIRS, Pair, QueuePage, Side, open_pairs, pair, pairs_of, queue, recently_distinct,
};
pub use verdict::{Verdict, not_a_duplicate, reconsider};
pub(super) use verdict::{contradiction, decide, undecide};
pub use weigh::{Advice, Compared, Evidence, FieldWeight, PROPOSE_FROM, REVIEW_FROM};
