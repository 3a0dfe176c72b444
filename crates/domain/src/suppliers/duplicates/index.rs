use std::collections::{HashMap, HashSet};

use super::{
    party::Party,
    weigh::{Advice, Evidence, Rated, weigh},
};
use crate::SupplierId;

/// All suppliers in memory, arranged so that the few that may be a given party are found without looking at the rest.
///
/// Two records meet when they share an identifier, a telephone number, a domain, a name without its spaces, or words that are
/// rare enough together; a word is also met by the words one letter away from it.
#[derive(Debug, Default)]
pub struct DuplicateIndex {
    entries: Vec<Option<Entry>>,
    places: HashMap<SupplierId, u32>,
    words: HashMap<String, u32>,
    postings: Vec<Posting>,
    /// Each word with one letter left out leads to the words it may stand for.
    spellings: HashMap<u64, Vec<u32>>,
    /// Identifiers, telephone numbers, domains and whole names, by a hash of what they are.
    keys: HashMap<u64, Vec<u32>>,
    names: usize,
}

#[derive(Debug)]
struct Entry {
    id: SupplierId,
    party: Party,
    /// The numbers of the name's words, one for each.
    words: Vec<u32>,
}

/// Who bears a word.
#[derive(Debug, Default)]
struct Posting {
    entries: Vec<u32>,
    /// In how many different names.
    names: u32,
}

/// A supplier that may be the party asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    pub id: SupplierId,
    pub evidence: Evidence,
}

/// Names assumed beyond those in the index: in a small company no word is proven common by a handful of names.
const UNSEEN_NAMES: f64 = 20_000.0;

/// A word that more entries bear than this finds nobody by itself.
const COMMON: usize = 800;

/// Shared words have to be this surprising together before the pair is weighed.
const WORTH_WEIGHING: f32 = 10.0;

/// At most so many of those that share words are weighed, the ones that share most.
const MOST_WEIGHED: usize = 1_000;

impl DuplicateIndex {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn len(&self) -> usize {
        self.places.len()
    }

    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Adds a supplier, or replaces what was known of it.
    pub fn insert(&mut self, id: SupplierId, party: Party) {
        self.remove(id);
        let place = self.entries.len() as u32;
        let new_name = !self.keys.contains_key(&name_key(&party));
        self.names += usize::from(new_name);
        let words: Vec<u32> = party
            .name
            .words
            .iter()
            .map(|word| self.word(&word.text))
            .collect();
        for word in distinct(&words) {
            let posting = &mut self.postings[word as usize];
            posting.entries.push(place);
            posting.names += u32::from(new_name);
        }
        for key in keys(&party) {
            self.keys.entry(key).or_default().push(place);
        }
        self.places.insert(id, place);
        self.entries.push(Some(Entry { id, party, words }));
    }

    /// Forgets a supplier, such as one that was merged.
    pub fn remove(&mut self, id: SupplierId) {
        let Some(place) = self.places.remove(&id) else {
            return;
        };
        let Some(entry) = self.entries[place as usize].take() else {
            return;
        };
        for key in keys(&entry.party) {
            if let Some(list) = self.keys.get_mut(&key) {
                list.retain(|other| *other != place);
                if list.is_empty() {
                    self.keys.remove(&key);
                }
            }
        }
        let last_of_name = !self.keys.contains_key(&name_key(&entry.party));
        self.names -= usize::from(last_of_name);
        for word in distinct(&entry.words) {
            let posting = &mut self.postings[word as usize];
            posting.entries.retain(|other| *other != place);
            posting.names -= u32::from(last_of_name);
        }
    }

    /// The suppliers that may be this party, the likeliest first. `but` is left out: a record is no duplicate of itself.
    pub fn look_up(&self, party: &Party, but: Option<SupplierId>) -> Vec<Candidate> {
        let rarity = self.rarity_of(party);
        let mut theirs = Vec::new();
        let mut found = Vec::new();
        for place in self.meeting(party) {
            let Some(entry) = &self.entries[place as usize] else {
                continue;
            };
            if Some(entry.id) == but {
                continue;
            }
            theirs.clear();
            theirs.extend(self.rarity(entry));
            let evidence = weigh(
                Rated {
                    party,
                    bits: &rarity,
                },
                Rated {
                    party: &entry.party,
                    bits: &theirs,
                },
            );
            if evidence.advice() != Advice::Distinct {
                found.push(Candidate {
                    id: entry.id,
                    evidence,
                });
            }
        }
        found.sort_by(|a, b| {
            b.evidence
                .probability
                .total_cmp(&a.evidence.probability)
                .then(a.id.cmp(&b.id))
        });
        found
    }

    /// Weighs two suppliers that are both in the index, whether or not they meet.
    pub fn compare(&self, a: SupplierId, b: SupplierId) -> Option<Evidence> {
        let entry = |id| {
            let place = *self.places.get(&id)?;
            self.entries[place as usize].as_ref()
        };
        let (a, b) = (entry(a)?, entry(b)?);
        let (mine, theirs): (Vec<f64>, Vec<f64>) =
            (self.rarity(a).collect(), self.rarity(b).collect());
        Some(weigh(
            Rated {
                party: &a.party,
                bits: &mine,
            },
            Rated {
                party: &b.party,
                bits: &theirs,
            },
        ))
    }

    /// Every supplier in the index, in no order.
    pub fn ids(&self) -> impl Iterator<Item = SupplierId> {
        self.places.keys().copied()
    }

    /// A supplier as the index knows it.
    pub fn party(&self, id: SupplierId) -> Option<&Party> {
        let place = *self.places.get(&id)?;
        self.entries[place as usize]
            .as_ref()
            .map(|entry| &entry.party)
    }

    /// The entries worth weighing against a party.
    fn meeting(&self, party: &Party) -> Vec<u32> {
        let mut met: HashSet<u32> = HashSet::new();
        for key in keys(party) {
            if let Some(list) = self.keys.get(&key) {
                met.extend(list);
            }
        }
        // Which entry bears which of the party's words, and how surprising that is.
        let mut meetings: Vec<(u32, u32, f32)> = Vec::new();
        for (nth, word) in party.name.distinct().enumerate() {
            for near in self.spelt_like(word) {
                let posting = &self.postings[near as usize];
                if posting.entries.len() <= COMMON {
                    let bits = self.bits_of(posting.names) as f32;
                    meetings.extend(
                        posting
                            .entries
                            .iter()
                            .map(|place| (*place, nth as u32, bits)),
                    );
                }
            }
        }
        meetings.sort_unstable_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)).then(b.2.total_cmp(&a.2)));
        // A name holds a word or a spelling of it once, so only the best meeting of each word counts.
        meetings.dedup_by_key(|meeting| (meeting.0, meeting.1));
        let mut likely: Vec<(f32, u32)> = meetings
            .chunk_by(|a, b| a.0 == b.0)
            .map(|entry| (entry.iter().map(|meeting| meeting.2).sum(), entry[0].0))
            .filter(|(bits, _)| *bits >= WORTH_WEIGHING)
            .collect();
        if likely.len() > MOST_WEIGHED {
            likely.select_nth_unstable_by(MOST_WEIGHED, |a, b| {
                b.0.total_cmp(&a.0).then(a.1.cmp(&b.1))
            });
            likely.truncate(MOST_WEIGHED);
        }
        met.extend(likely.into_iter().map(|(_, place)| place));
        let mut met: Vec<u32> = met.into_iter().collect();
        met.sort_unstable();
        met
    }

    /// The word itself and those one letter away: added, left out, changed or swapped with its neighbour.
    fn spelt_like(&self, word: &str) -> HashSet<u32> {
        let mut near: HashSet<u32> = self.words.get(word).copied().into_iter().collect();
        if word.chars().count() > 4 {
            for spelling in spellings(word) {
                near.extend(self.spellings.get(&spelling).into_iter().flatten());
            }
        }
        near
    }

    fn word(&mut self, word: &str) -> u32 {
        if let Some(known) = self.words.get(word) {
            return *known;
        }
        let number = self.postings.len() as u32;
        self.words.insert(word.to_owned(), number);
        self.postings.push(Posting::default());
        if word.chars().count() > 4 {
            for spelling in spellings(word) {
                self.spellings.entry(spelling).or_default().push(number);
            }
        }
        number
    }

    /// The surprise at each word of an entry's name.
    fn rarity(&self, entry: &Entry) -> impl Iterator<Item = f64> {
        entry
            .words
            .iter()
            .map(|word| self.bits_of(self.postings[*word as usize].names))
    }

    /// The same for a party that may hold words no entry does.
    fn rarity_of(&self, party: &Party) -> Vec<f64> {
        let names = |word: &str| {
            let number = self.words.get(word)?;
            Some(self.postings[*number as usize].names)
        };
        party
            .name
            .words
            .iter()
            .map(|word| self.bits_of(names(&word.text).unwrap_or(0)))
            .collect()
    }

    fn bits_of(&self, names: u32) -> f64 {
        -((f64::from(names) + 1.0) / (self.names as f64 + UNSEEN_NAMES)).log2()
    }
}

/// What two records may have exactly in common.
fn keys(party: &Party) -> Vec<u64> {
    let mut keys = vec![name_key(party), hash("sorted", &party.name.normal.sorted)];
    keys.extend(party.phone.iter().map(|phone| hash("phone", phone)));
    keys.extend(party.domain.iter().map(|domain| hash("domain", domain)));
    keys.extend(party.ids.iter().map(|id| hash(id.scheme.code(), &id.value)));
    keys.extend(party.street.iter().flat_map(|street| {
        street
            .words
            .iter()
            .take(1)
            .map(|word| hash("street", &format!("{} {word}", street.number)))
    }));
    keys.sort_unstable();
    keys.dedup();
    keys
}

fn name_key(party: &Party) -> u64 {
    hash("name", &party.name.compact)
}

/// The word and the word with each of its letters left out.
fn spellings(word: &str) -> Vec<u64> {
    let letters: Vec<char> = word.chars().collect();
    let mut spellings = Vec::with_capacity(letters.len() + 1);
    spellings.push(hash("word", word));
    for gone in 0..letters.len() {
        let rest: String = letters
            .iter()
            .enumerate()
            .filter(|(place, _)| *place != gone)
            .map(|(_, letter)| letter)
            .collect();
        spellings.push(hash("word", &rest));
    }
    spellings.sort_unstable();
    spellings.dedup();
    spellings
}

/// FNV-1a: small, without state, the same in every run. A collision costs a needless comparison, nothing else.
fn hash(kind: &str, value: &str) -> u64 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in kind.bytes().chain([0]).chain(value.bytes()) {
        hash ^= u64::from(byte);
        hash = hash.wrapping_mul(0x0100_0000_01b3);
    }
    hash
}

fn distinct(words: &[u32]) -> impl Iterator<Item = u32> {
    words
        .iter()
        .enumerate()
        .filter(|(place, word)| !words[..*place].contains(word))
        .map(|(_, word)| *word)
}
