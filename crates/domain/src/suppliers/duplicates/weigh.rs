use std::borrow::Cow;

use keelson_methods::identity::{FormAgreement, agreement, jaro_winkler};
use serde::{Deserialize, Serialize};

use super::{
    super::{Country, Scheme},
    party::{NameForm, Party, PartyId},
};

/// How much the fields of two records speak for one party: bits of evidence, for or against (handbook 11.4).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    pub fields: Vec<FieldWeight>,
    /// The log odds before any field was looked at.
    pub prior: f64,
    /// That both are one party, 0 to 1.
    pub probability: f64,
    /// Why they cannot be one party, whatever else agrees.
    pub contradiction: Option<String>,
    /// Whether anything but the name agrees. A name alone is never enough to propose a merge.
    pub beyond_name: bool,
}

/// What comparing one field came to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FieldWeight {
    pub field: Compared,
    /// In words: "the same", "nearly the same", "different".
    pub finding: Cow<'static, str>,
    pub bits: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Compared {
    Name,
    LegalForm,
    Place,
    Phone,
    Domain,
    Vat,
    Lei,
    Registration,
    Duns,
    Iban,
}

/// What should be done about a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Advice {
    /// Almost certainly one party, and not by its name alone.
    Merge,
    /// A person has to look.
    Review,
    Distinct,
}

/// From here a pair is worth a person's time, and from here a merge is proposed (handbook 11.4).
pub const REVIEW_FROM: f64 = 0.70;
pub const PROPOSE_FROM: f64 = 0.99;

impl Compared {
    pub const fn words(self) -> &'static str {
        match self {
            Self::Name => "Name",
            Self::LegalForm => "Legal form",
            Self::Place => "Place",
            Self::Phone => "Telephone",
            Self::Domain => "Web domain",
            Self::Vat => "VAT number",
            Self::Lei => "LEI",
            Self::Registration => "Registration number",
            Self::Duns => "D-U-N-S number",
            Self::Iban => "IBAN",
        }
    }
}

impl Evidence {
    pub fn advice(&self) -> Advice {
        if self.contradiction.is_some() || self.probability < REVIEW_FROM {
            Advice::Distinct
        } else if self.probability >= PROPOSE_FROM && self.beyond_name {
            Advice::Merge
        } else {
            Advice::Review
        }
    }
}

/// A record with the surprise at finding each word of its name in a name, in bits: a word few names hold says more.
#[derive(Clone, Copy)]
pub(super) struct Rated<'a> {
    pub(super) party: &'a Party,
    pub(super) bits: &'a [f64],
}

/// P(agree | one party) and P(agree | two parties): what a level of agreement is worth.
///
/// `m` and `u` of the names are counted: `m` on labelled pairs of company names (patent applicants, childcare providers), `u`
/// on all pairs of 13,882 real vendors of two cities and a ministry. Identifiers, bank account and domain carry the
/// handbook's start values (11.4); place and telephone are design decisions in their spirit.
struct Level {
    finding: &'static str,
    m: f64,
    u: f64,
}

impl Level {
    const fn new(finding: &'static str, m: f64, u: f64) -> Self {
        Self { finding, m, u }
    }

    fn bits(&self) -> f64 {
        (self.m / self.u).log2()
    }
}

const PRIOR: f64 = 0.001;

const NAME_SAME: Level = Level::new("the same", 0.33, 2.0e-7);
const NAME_NEAR: Level = Level::new("nearly the same", 0.20, 5.0e-6);
const NAME_HELD: Level = Level::new("one holds the other", 0.14, 1.3e-5);
const NAME_PARTLY: Level = Level::new("one holds most of the other", 0.013, 3.6e-5);
const NAME_SISTERS: Level = Level::new("much in common, each has words of its own", 0.05, 3.0e-4);
const NAME_COUSINS: Level = Level::new(
    "something in common, each has words of its own",
    0.04,
    1.0e-3,
);
const NAME_LIGHT: Level = Level::new("alike in common words only", 0.005, 1.0e-4);
const NAME_OTHER: Level = Level::new("different", 0.25, 0.998);

const ADDRESS_SAME: Level = Level::new("the same address", 0.55, 1.0e-4);
const POSTCODE_SAME: Level = Level::new("the same postcode", 0.20, 2.0e-3);
const CITY_SAME: Level = Level::new("the same city", 0.90, 0.05);
const COUNTRY_SAME: Level = Level::new("the same country", 0.95, 0.60);
const ADDRESS_OTHER: Level = Level::new("another address", 0.25, 0.95);
const CITY_OTHER: Level = Level::new("another city", 0.10, 0.95);
const COUNTRY_OTHER: Level = Level::new("another country", 0.03, 0.40);

const PHONE_SAME: Level = Level::new("the same", 0.70, 1.0e-4);
const PHONE_OTHER: Level = Level::new("different", 0.30, 0.9999);
const DOMAIN_SAME: Level = Level::new("the same", 0.80, 0.01);
const DOMAIN_OTHER: Level = Level::new("different", 0.20, 0.99);
const ID_SAME: Level = Level::new("the same", 0.98, 0.0001);
const ID_OTHER: Level = Level::new("different", 0.02, 0.9999);
const IBAN_SAME: Level = Level::new("the same", 0.85, 0.001);
const IBAN_OTHER: Level = Level::new("different", 0.15, 0.999);
const FORM_SAME: Level = Level::new("the same", 0.80, 0.35);
const FORM_OTHER: Level = Level::new("different", 0.15, 0.65);

/// Weighs every field two records both have.
pub(super) fn weigh(a: Rated<'_>, b: Rated<'_>) -> Evidence {
    let (level, bits) = names(a, b);
    let (a, b) = (a.party, b.party);
    let mut fields = Vec::with_capacity(6);
    let mut put = |field, level: &Level, bits| {
        fields.push(FieldWeight {
            field,
            finding: Cow::Borrowed(level.finding),
            bits,
        });
    };
    put(Compared::Name, level, bits);
    match agreement(
        a.name.normal.legal_form,
        b.name.normal.legal_form,
        a.country
            .filter(|_| a.country == b.country)
            .map(Country::code),
    ) {
        FormAgreement::Same => put(Compared::LegalForm, &FORM_SAME, FORM_SAME.bits()),
        FormAgreement::Conflict => put(Compared::LegalForm, &FORM_OTHER, FORM_OTHER.bits()),
        FormAgreement::Unknown => {}
    }
    if let Some(level) = places(a, b) {
        put(Compared::Place, level, level.bits());
    }
    if let (Some(mine), Some(theirs)) = (&a.phone, &b.phone) {
        let same = mine.ends_with(theirs.as_str()) || theirs.ends_with(mine.as_str());
        let level = if same { &PHONE_SAME } else { &PHONE_OTHER };
        put(Compared::Phone, level, level.bits());
    }
    if let (Some(mine), Some(theirs)) = (&a.domain, &b.domain) {
        if mine == theirs {
            // A domain is made from the name, so the two together count at most half as much again as the larger.
            let domain = DOMAIN_SAME.bits();
            let together = (bits + domain).min(bits.max(domain) * 1.5);
            put(
                Compared::Domain,
                &DOMAIN_SAME,
                (together - bits).clamp(0.0, domain),
            );
        } else {
            put(Compared::Domain, &DOMAIN_OTHER, DOMAIN_OTHER.bits());
        }
    }
    let mut contradiction = None;
    for (scheme, field, same, other) in IDS {
        match identifiers(&a.ids, &b.ids, scheme) {
            Agreement::None => {}
            Agreement::Same => put(field, same, same.bits()),
            Agreement::Different { strong } => {
                // One company has several sites and several accounts, so those numbers may differ.
                if scheme != Scheme::Duns {
                    put(field, other, other.bits());
                }
                if strong && contradiction.is_none() {
                    contradiction = Some(format!("two different valid {}s", field.words()));
                }
            }
        }
    }
    let prior = (PRIOR / (1.0 - PRIOR)).log2();
    let total = prior + fields.iter().map(|field| field.bits).sum::<f64>();
    Evidence {
        prior,
        probability: 1.0 / (1.0 + (-total).exp2()),
        contradiction,
        beyond_name: fields.iter().any(|field| {
            field.bits > 2.0 && !matches!(field.field, Compared::Name | Compared::LegalForm)
        }),
        fields,
    }
}

const IDS: [(Scheme, Compared, &Level, &Level); 5] = [
    (Scheme::Vat, Compared::Vat, &ID_SAME, &ID_OTHER),
    (Scheme::Lei, Compared::Lei, &ID_SAME, &ID_OTHER),
    (
        Scheme::Registration,
        Compared::Registration,
        &ID_SAME,
        &ID_OTHER,
    ),
    (Scheme::Duns, Compared::Duns, &ID_SAME, &ID_OTHER),
    (Scheme::Iban, Compared::Iban, &IBAN_SAME, &IBAN_OTHER),
];

enum Agreement {
    None,
    Same,
    /// `strong` when both passed their check and one party can have only one of them.
    Different {
        strong: bool,
    },
}

fn identifiers(a: &[PartyId], b: &[PartyId], scheme: Scheme) -> Agreement {
    let comparable = |mine: &&PartyId, theirs: &&PartyId| match scheme {
        // A company may be registered for tax in several countries; only two numbers of one country can contradict.
        Scheme::Vat | Scheme::Registration => mine.country == theirs.country,
        _ => true,
    };
    let mut outcome = Agreement::None;
    for mine in a.iter().filter(|id| id.scheme == scheme) {
        for theirs in b.iter().filter(|id| id.scheme == scheme) {
            if mine.value == theirs.value {
                return Agreement::Same;
            }
            if comparable(&mine, &theirs) {
                let one_each = matches!(scheme, Scheme::Vat | Scheme::Lei);
                let strong = one_each && mine.valid && theirs.valid;
                let before = matches!(outcome, Agreement::Different { strong: true });
                outcome = Agreement::Different {
                    strong: strong || before,
                };
            }
        }
    }
    outcome
}

/// Where two records are, by the finest grain both know.
fn places(a: &Party, b: &Party) -> Option<&'static Level> {
    let differ = |mine: &Option<String>, theirs: &Option<String>| matches!((mine, theirs), (Some(mine), Some(theirs)) if mine != theirs);
    if let (Some(mine), Some(theirs)) = (a.country, b.country)
        && mine != theirs
    {
        return Some(&COUNTRY_OTHER);
    }
    if let (Some(mine), Some(theirs)) = (&a.street, &b.street) {
        let same_street = mine.number == theirs.number
            && mine.words.iter().any(|word| {
                theirs
                    .words
                    .iter()
                    .any(|other| word == other || jaro_winkler(word, other) >= 0.92)
            });
        return Some(if same_street && !differ(&a.city, &b.city) {
            &ADDRESS_SAME
        } else if differ(&a.city, &b.city) {
            &CITY_OTHER
        } else {
            &ADDRESS_OTHER
        });
    }
    if let (Some(mine), Some(theirs)) = (&a.postcode, &b.postcode)
        && mine == theirs
        && !differ(&a.city, &b.city)
    {
        return Some(&POSTCODE_SAME);
    }
    match (&a.city, &b.city) {
        (Some(mine), Some(theirs)) => Some(if jaro_winkler(mine, theirs) >= 0.92 {
            &CITY_SAME
        } else {
            &CITY_OTHER
        }),
        _ => (a.country.is_some() && b.country.is_some()).then_some(&COUNTRY_SAME),
    }
}

/// How alike two names are, and what that is worth given how rare the words are that they share.
fn names(a: Rated<'_>, b: Rated<'_>) -> (&'static Level, f64) {
    let (mine, theirs) = (&a.party.name, &b.party.name);
    if are_same(mine, theirs) {
        // Two "Marine Services" are less of a wonder than two "Norrfjord Castings"; both are worth a look.
        let surprise: f64 = a.bits.iter().sum();
        let bits = (NAME_SAME.m.log2() + surprise).clamp(12.0, NAME_SAME.bits());
        return (&NAME_SAME, bits);
    }
    let Shared { bits, part, apart } = share(a, b);
    let level = if part >= 0.95 || alike(mine, theirs, 0.97) {
        &NAME_NEAR
    } else if apart < 8.0 {
        // Only one of them holds anything rare that the other lacks: a place, a department, a longer form of the name.
        if bits >= 10.0 && (part >= 0.85 || alike(mine, theirs, 0.93)) {
            &NAME_NEAR
        } else if bits >= 15.0 && part >= 0.30 {
            &NAME_HELD
        } else if bits >= 10.0 && (part >= 0.45 || alike(mine, theirs, 0.80)) {
            &NAME_PARTLY
        } else if part >= 0.75 || alike(mine, theirs, 0.93) {
            &NAME_LIGHT
        } else {
            &NAME_OTHER
        }
    } else if bits >= 25.0 && part >= 0.30 {
        // "… Metropolitan Chicago Garfield" and "… Metropolitan Chicago Marshall" are sisters, not one.
        &NAME_SISTERS
    } else if bits >= 15.0 && part >= 0.30 {
        &NAME_COUSINS
    } else {
        &NAME_OTHER
    };
    (level, level.bits())
}

fn are_same(a: &NameForm, b: &NameForm) -> bool {
    let spelt_out = |one: &NameForm, other: &NameForm| {
        one.normal.with_umlauts.as_ref() == Some(&other.normal.text)
    };
    a.compact == b.compact
        || a.normal.sorted == b.normal.sorted
        || spelt_out(a, b)
        || spelt_out(b, a)
}

/// Whether two whole names are at least this alike, as they stand or with their words in order.
fn alike(a: &NameForm, b: &NameForm, least: f64) -> bool {
    // Jaro-Winkler cannot be higher than when the shorter name is all found in the longer and begins it.
    let (short, long) = (
        a.compact.len().min(b.compact.len()) as f64,
        a.compact.len().max(b.compact.len()) as f64,
    );
    let at_most = (2.0 + short / long) / 3.0;
    at_most + 0.4 * (1.0 - at_most) >= least
        && (jaro_winkler(&a.compact, &b.compact) >= least
            || jaro_winkler(&a.normal.sorted, &b.normal.sorted) >= least)
}

/// What two names have in common, word by word.
struct Shared {
    /// Surprise at the words both hold.
    bits: f64,
    /// Their share of all words, each weighed by its rarity, 0 to 1.
    part: f64,
    /// Surprise at the words only one of them holds, of the one that has less of it.
    apart: f64,
}

fn share(a: Rated<'_>, b: Rated<'_>) -> Shared {
    let (mine, theirs) = (&a.party.name.words, &b.party.name.words);
    // A name of more words than this is a sentence; the rest of it takes no part.
    let mut taken = [false; 32];
    let (mut bits, mut common, mut only_mine) = (0.0, 0.0, 0.0);
    for (word, surprise) in mine.iter().zip(a.bits).take(taken.len()) {
        let mut best = (0.0, usize::MAX);
        for (place, other) in theirs.iter().enumerate().take(taken.len()) {
            if taken[place] {
                continue;
            }
            let alike = if word == other {
                1.0
            } else if word.may_be(other) {
                jaro_winkler(&word.text, &other.text)
            } else {
                0.0
            };
            if alike >= 0.90 && alike > best.0 {
                best = (alike, place);
            }
        }
        let (alike, place) = best;
        if place == usize::MAX {
            only_mine += surprise;
        } else {
            taken[place] = true;
            // A misspelt word looks rare; what counts is how rare the better known spelling is.
            let rare = surprise.min(b.bits[place]);
            bits += if alike < 1.0 {
                (rare - 2.0).max(0.0)
            } else {
                rare
            };
            common += alike * (surprise + b.bits[place]);
        }
    }
    let only_theirs: f64 = b
        .bits
        .iter()
        .zip(&taken)
        .filter(|(_, taken)| !**taken)
        .map(|(bits, _)| bits)
        .sum();
    let all: f64 = a.bits.iter().chain(b.bits).sum();
    Shared {
        bits,
        part: if all > 0.0 { common / all } else { 0.0 },
        apart: f64::min(only_mine, only_theirs),
    }
}
