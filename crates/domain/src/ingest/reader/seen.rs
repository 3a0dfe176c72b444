//! The keys a file has shown so far, in sixteen bytes each.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{BuildHasherDefault, DefaultHasher, Hash, Hasher};

/// Keys by their hash. Two keys with the same 64 bits would be taken for one; among a million keys the chance of a single
/// such pair is one in thirty million, and the row would be rejected with its reason rather than lost.
pub(super) struct Seen {
    keys: HashMap<u64, First, BuildHasherDefault<AsItIs>>,
    /// The mapping numbers repeated keys, so none can be seen twice and nothing has to be remembered here.
    unneeded: bool,
}

struct First {
    row: u32,
    content: u32,
}

/// What a key has been seen on before.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Sighting {
    New,
    /// A row with the same content.
    Same,
    /// A row with other content, and its number.
    Other(u64),
}

impl Seen {
    pub(super) fn new(unneeded: bool) -> Self {
        Self {
            keys: HashMap::default(),
            unneeded,
        }
    }

    pub(super) fn look(&mut self, key: &str, row: u64, content: &[u8; 16]) -> Sighting {
        if self.unneeded {
            return Sighting::New;
        }
        let content = u32::from_le_bytes([content[0], content[1], content[2], content[3]]);
        match self.keys.entry(hash_of(key)) {
            Entry::Vacant(place) => {
                place.insert(First {
                    row: row as u32,
                    content,
                });
                Sighting::New
            }
            Entry::Occupied(first) if first.get().content == content => Sighting::Same,
            Entry::Occupied(first) => Sighting::Other(u64::from(first.get().row)),
        }
    }
}

/// Counts how often a key has occurred.
#[derive(Default)]
pub(super) struct Occurrences(HashMap<u64, u32, BuildHasherDefault<AsItIs>>);

impl Occurrences {
    /// How often the key has occurred, this time included.
    pub(super) fn count(&mut self, key: &str) -> u32 {
        let count = self.0.entry(hash_of(key)).or_default();
        *count += 1;
        *count
    }
}

fn hash_of(key: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    hasher.finish()
}

/// The keys of the maps are hashes already.
#[derive(Default)]
struct AsItIs(u64);

impl Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_new_once() {
        let mut seen = Seen::new(false);
        assert_eq!(seen.look("a", 2, &[1; 16]), Sighting::New);
        assert_eq!(seen.look("b", 3, &[1; 16]), Sighting::New);
        assert_eq!(seen.look("a", 4, &[1; 16]), Sighting::Same);
        assert_eq!(seen.look("a", 5, &[2; 16]), Sighting::Other(2));
        let mut occurrences = Occurrences::default();
        assert_eq!(
            (
                occurrences.count("a"),
                occurrences.count("a"),
                occurrences.count("b")
            ),
            (1, 2, 1)
        );
    }
}
