//! Records that may be one party: found by an index in memory, weighed by Fellegi and Sunter, decided by people.

mod index;
mod party;
mod queue;
mod weigh;

pub use index::{Candidate, DuplicateIndex};
pub use party::{Known, Party, PartyId};
pub use queue::{
    Checked, Duplicates, FindDuplicates, Found, PAGE_PAIRS, Pair, QueuePage, Side, Verdict,
    find_duplicates, not_a_duplicate, open_pairs, pair, pairs_of, possible_duplicates, queue,
    recently_distinct, reconsider,
};
pub(super) use queue::{contradiction, decide, undecide};
pub use weigh::{Advice, Compared, Evidence, FieldWeight, PROPOSE_FROM, REVIEW_FROM};
