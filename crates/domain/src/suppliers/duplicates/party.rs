use keelson_methods::identity::{NormalName, is_free_mail_host, web_domain};

use super::super::{Country, Scheme};

/// A supplier as duplicates are looked for: every value in the form in which two of them can be compared.
#[derive(Clone, Debug, PartialEq)]
pub struct Party {
    pub(super) name: NameForm,
    pub(super) country: Option<Country>,
    pub(super) city: Option<String>,
    pub(super) postcode: Option<String>,
    pub(super) street: Option<Street>,
    pub(super) phone: Option<String>,
    pub(super) domain: Option<String>,
    pub(super) ids: Vec<PartyId>,
}

/// What is known of a supplier, as it is written.
#[derive(Clone, Copy, Debug, Default)]
pub struct Known<'a> {
    pub name: &'a str,
    pub country: Option<Country>,
    pub city: Option<&'a str>,
    pub postcode: Option<&'a str>,
    pub address: Option<&'a str>,
    pub phone: Option<&'a str>,
    pub website: Option<&'a str>,
}

/// An identifier to compare by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartyId {
    pub scheme: Scheme,
    pub value: String,
    pub country: Option<Country>,
    /// Only a value that passed its check speaks against another.
    pub valid: bool,
}

/// A name in the forms that are compared.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct NameForm {
    pub(super) normal: NormalName,
    /// The name without its spaces: "Sara Lee" and "SaraLee" are one.
    pub(super) compact: String,
    pub(super) words: Vec<Word>,
}

/// A word of a name with the letters it holds as bits, so that unlike words are told apart without being compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) text: String,
    letters: u64,
}

/// A street with a house number: enough to say whether two addresses are one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Street {
    pub(super) number: String,
    pub(super) words: Vec<String>,
}

impl Party {
    pub fn new(known: Known<'_>, ids: Vec<PartyId>) -> Self {
        let text = |value: Option<&str>| value.map(plain).filter(|value| !value.is_empty());
        Self {
            name: NameForm::of(known.name, known.country),
            country: known.country,
            city: text(known.city),
            postcode: text(known.postcode).map(|code| code.replace(' ', "")),
            street: known.address.and_then(Street::of),
            phone: known.phone.and_then(phone_tail),
            domain: known
                .website
                .and_then(web_domain)
                .filter(|domain| !is_free_mail_host(domain)),
            ids,
        }
    }
}

impl NameForm {
    fn of(text: &str, country: Option<Country>) -> Self {
        let normal = NormalName::of(text, country.map(Country::code));
        Self {
            compact: normal.text.replace(' ', ""),
            words: normal
                .text
                .split(' ')
                .filter(|word| !word.is_empty())
                .map(Word::of)
                .collect(),
            normal,
        }
    }

    /// The words without repetition: what the index knows a name by.
    pub(super) fn distinct(&self) -> impl Iterator<Item = &str> {
        self.words
            .iter()
            .enumerate()
            .filter(|(place, word)| !self.words[..*place].contains(word))
            .map(|(_, word)| word.text.as_str())
    }
}

impl Word {
    fn of(text: &str) -> Self {
        let letters = text
            .bytes()
            .fold(0, |letters, byte| letters | 1_u64 << (byte & 63));
        Self {
            text: text.to_owned(),
            letters,
        }
    }

    /// Whether it is worth asking how alike two words are: short ones must be equal, long ones share most of their letters.
    pub(super) fn may_be(&self, other: &Self) -> bool {
        let (mine, theirs) = (self.text.len(), other.text.len());
        let together = (self.letters & other.letters).count_ones() * 5;
        mine > 3
            && theirs > 3
            && mine.abs_diff(theirs) * 3 <= mine.max(theirs)
            && together >= self.letters.count_ones().max(other.letters.count_ones()) * 3
    }
}

impl Street {
    /// Reads "1114 S. Kedvale Ave, 2nd floor" or "Hauptstr. 12a". What stands after the street and its number is left out of
    /// the comparison by comparing only what both have.
    fn of(text: &str) -> Option<Self> {
        let plain = plain(text);
        let words: Vec<&str> = plain.split(' ').collect();
        let place = words
            .iter()
            .position(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
        let number: String = words[place]
            .chars()
            .take_while(char::is_ascii_digit)
            .collect();
        let street: Vec<String> = words
            .iter()
            .enumerate()
            .filter(|(at, word)| *at != place && word.len() > 2 && !STREET_WORDS.contains(word))
            .map(|(_, word)| (*word).to_owned())
            .take(4)
            .collect();
        (!street.is_empty()).then_some(Self {
            number,
            words: street,
        })
    }
}

/// Words that say that something is a street, not which.
const STREET_WORDS: [&str; 26] = [
    "street",
    "str",
    "strasse",
    "straße",
    "avenue",
    "ave",
    "road",
    "boulevard",
    "blvd",
    "drive",
    "lane",
    "place",
    "court",
    "floor",
    "suite",
    "ste",
    "north",
    "south",
    "east",
    "west",
    "rue",
    "via",
    "calle",
    "unit",
    "room",
    "weg",
];

/// The last digits of a telephone number: with or without country and area codes they stay the same.
fn phone_tail(text: &str) -> Option<String> {
    let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_digit).collect();
    let tail = &digits[digits.len().saturating_sub(7)..];
    (tail.len() >= 6 && tail.iter().any(|digit| *digit != tail[0]))
        .then(|| String::from_utf8_lossy(tail).into_owned())
}

/// Lower case, letters and digits only, single spaces.
fn plain(text: &str) -> String {
    text.to_lowercase()
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}
