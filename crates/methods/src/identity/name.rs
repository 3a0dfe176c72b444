//! Company names made comparable.

use super::legal_form::{LegalForm, split_legal_form};
use super::similarity::jaro_winkler;
use unicode_normalization::UnicodeNormalization;

/// A company name made comparable: lower case, Latin, without punctuation, its legal form set apart.
///
/// For matching only; what people read is the name as it was written.
///
/// ```
/// use keelson_methods::identity::NormalName;
/// let name = NormalName::of("Müller & Söhne GmbH & Co. KG", Some("DE"));
/// assert_eq!(name.text, "muller and sohne");
/// assert_eq!(name.with_umlauts.as_deref(), Some("mueller and soehne"));
/// assert_eq!(name.legal_form.unwrap().label, "GmbH & Co. KG");
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct NormalName {
    /// The name without its legal form; the whole name where it is nothing but a legal form.
    pub text: String,
    /// The same with umlauts written out (ae, oe, ue, and aa for å), where that differs.
    pub with_umlauts: Option<String>,
    /// The legal form, where one was recognised.
    pub legal_form: Option<&'static LegalForm>,
    /// The words of `text` in alphabetical order: the second key, for words that changed places.
    pub sorted: String,
}

/// Words that say little about which company it is; dropped for blocking only, never for display.
const STOP_WORDS: [&str; 30] = [
    "and",
    "company",
    "corporation",
    "das",
    "de",
    "del",
    "der",
    "di",
    "die",
    "el",
    "for",
    "fur",
    "group",
    "groupe",
    "gruppe",
    "holding",
    "holdings",
    "il",
    "international",
    "la",
    "le",
    "les",
    "los",
    "of",
    "the",
    "van",
    "von",
    "y",
    "et",
    "und",
];

impl NormalName {
    /// Normalises a name. `country` (ISO 3166-1 alpha-2) decides where a legal form reads differently in two countries.
    ///
    /// Steps: Unicode NFKC and lower case; Latin letters; `&`, `+`, und, et become `and`; punctuation goes, initials
    /// join (`S.p.A.`, `N V`); the legal form at the end, or where its country writes it there at the start, is set
    /// apart, the longest first. Normalising a normal name changes nothing. Source: handbook 11.2.
    pub fn of(name: &str, country: Option<&str>) -> Self {
        let folded: String = name.nfkc().flat_map(char::to_lowercase).collect();
        let (words, legal_form) = split(&folded, country);
        let text = words.join(" ");
        let spelled_out = spell_out_umlauts(&folded);
        let with_umlauts =
            (spelled_out != folded).then(|| split(&spelled_out, country).0.join(" "));
        let mut sorted = words;
        sorted.sort_unstable();
        Self {
            with_umlauts: with_umlauts.filter(|other| *other != text),
            text,
            legal_form,
            sorted: sorted.join(" "),
        }
    }

    /// How alike two names are, 0..=1: the best Jaro-Winkler similarity of the texts, of the texts with umlauts written
    /// out, and of the sorted words. Legal forms are compared apart ([`super::agreement`]). Source: handbook 11.3.
    pub fn similarity(&self, other: &Self) -> f64 {
        let mut best =
            jaro_winkler(&self.text, &other.text).max(jaro_winkler(&self.sorted, &other.sorted));
        for text in [Some(&self.text), self.with_umlauts.as_ref()]
            .into_iter()
            .flatten()
        {
            for theirs in [Some(&other.text), other.with_umlauts.as_ref()]
                .into_iter()
                .flatten()
            {
                if text != &self.text || theirs != &other.text {
                    best = best.max(jaro_winkler(text, theirs));
                }
            }
        }
        best
    }

    /// The text for blocking: without words that say little, without spaces, umlauts folded so that Müller, Mueller and
    /// Muller meet. The whole text where nothing else is left.
    pub fn block_text(&self) -> String {
        let telling: String = self
            .text
            .split(' ')
            .filter(|word| !STOP_WORDS.contains(word))
            .collect();
        let text = if telling.is_empty() {
            self.text.replace(' ', "")
        } else {
            telling
        };
        text.replace("ae", "a")
            .replace("oe", "o")
            .replace("ue", "u")
    }
}

fn split(folded: &str, country: Option<&str>) -> (Vec<String>, Option<&'static LegalForm>) {
    let words = words_of(folded);
    let found = split_legal_form(&words, country);
    (found.words.to_vec(), found.form)
}

/// The words of a name in lower-case ASCII. Both the names and the table of legal forms are read by this rule.
pub(super) fn words_of(folded: &str) -> Vec<String> {
    // Letters of other scripts turn into words of their own; "?" would be read as punctuation anyway.
    let latin =
        deunicode::deunicode_with_tofu(&folded.nfkc().collect::<String>(), " ").to_lowercase();
    let mut words: Vec<String> = Vec::new();
    // Whether the last word is a run of single letters that a further single letter may join.
    let mut letters_open = false;
    for raw in latin.split(|letter: char| {
        letter.is_whitespace() || ",;:/|\\()[]{}<>\"-_*#!?=~^%$@".contains(letter)
    }) {
        for piece in raw
            .replace(['&', '+'], " and ")
            .split(' ')
            .filter(|piece| !piece.is_empty())
        {
            add_piece(piece, &mut words, &mut letters_open);
        }
    }
    for word in &mut words {
        if word == "und" || word == "et" {
            "and".clone_into(word);
        }
    }
    words
}

/// Adds what stands between two spaces: dots end words but join initials (`s.p.a` is one word), apostrophes vanish.
fn add_piece(piece: &str, words: &mut Vec<String>, letters_open: &mut bool) {
    let parts: Vec<String> = piece
        .split('.')
        .map(|part| {
            part.chars()
                .filter(char::is_ascii_alphanumeric)
                .collect::<String>()
        })
        .filter(|part| !part.is_empty())
        .collect();
    for run in parts.chunk_by(|a, b| a.len() == 1 && b.len() == 1) {
        let word = run.concat();
        let is_letter = word.len() == 1 && word.as_bytes()[0].is_ascii_alphabetic();
        match words.last_mut() {
            Some(last) if is_letter && *letters_open => last.push_str(&word),
            _ => words.push(word),
        }
        *letters_open = is_letter;
    }
}

fn spell_out_umlauts(folded: &str) -> String {
    let mut text = String::with_capacity(folded.len());
    for letter in folded.chars() {
        match letter {
            'ä' => text.push_str("ae"),
            'ö' | 'ø' => text.push_str("oe"),
            'ü' => text.push_str("ue"),
            'å' => text.push_str("aa"),
            other => text.push(other),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(name: &str) -> String {
        NormalName::of(name, None).text
    }

    #[test]
    fn the_steps_of_the_handbook_one_by_one() {
        assert_eq!(text("ＡＣＭＥ　Ｌｔｄ"), "acme", "full-width letters");
        assert_eq!(text("Straße & Söhne"), "strasse and sohne");
        assert_eq!(text("Łódź Zakłady"), "lodz zaklady");
        assert_eq!(text("Dupont et Fils"), "dupont and fils");
        assert_eq!(text("Black+Decker"), "black and decker");
        assert_eq!(text("  L'Oréal, (Paris) "), "loreal paris");
        assert_eq!(text("A.B.C. Trading"), "abc trading");
        assert_eq!(text("A B C Trading"), "abc trading");
        assert_eq!(text("3M Company"), "3m");
    }

    #[test]
    fn umlauts_are_read_both_ways() {
        let (short, long) = (
            NormalName::of("Muller", None),
            NormalName::of("Mueller", None),
        );
        let umlaut = NormalName::of("Müller", None);
        assert_eq!(
            (umlaut.similarity(&short), umlaut.similarity(&long)),
            (1.0, 1.0)
        );
        assert!(short.similarity(&long) < 1.0);
        assert_eq!(umlaut.block_text(), long.block_text());
        assert_eq!(umlaut.block_text(), short.block_text());
    }

    #[test]
    fn words_that_changed_places_are_still_alike() {
        let (a, b) = (
            NormalName::of("Nordwerk Antriebe", None),
            NormalName::of("Antriebe Nordwerk GmbH", None),
        );
        assert_eq!(a.similarity(&b), 1.0);
    }

    #[test]
    fn a_name_that_is_only_a_legal_form_stays_itself() {
        for name in ["GmbH", "Ltd.", "S.A.", "& Co. KG"] {
            assert!(!text(name).is_empty(), "{name}");
        }
        assert_eq!(text("GmbH"), "gmbh");
    }

    #[test]
    fn blocking_drops_words_that_say_little_but_never_all() {
        assert_eq!(
            NormalName::of("The Nordwerk Group of Companies", None).block_text(),
            "nordwerkcompanies"
        );
        assert_eq!(NormalName::of("The Group", None).block_text(), "thegroup");
    }

    proptest! {
        #[test]
        fn normalising_twice_changes_nothing(name in "\\PC{0,30}") {
            let once = NormalName::of(&name, None);
            let twice = NormalName::of(&once.text, None);
            prop_assert_eq!(&twice.text, &once.text);
            prop_assert!(once.text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b' '));
        }

        #[test]
        fn normalising_company_like_names_twice_changes_nothing(
            words in prop::collection::vec(
                prop::sample::select(vec!["Alpha", "B", "and", "&", "GmbH", "AG", "Co.", "KG", "S.A.", "N", "V", "Ltd", "A/S", "OOO", "de", "C.V."]),
                1..7,
            ),
        ) {
            let once = NormalName::of(&words.join(" "), None).text;
            prop_assert_eq!(NormalName::of(&once, None).text, once.clone());
            prop_assert!(!once.is_empty());
        }
    }
}
