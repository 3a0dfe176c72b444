//! Countries by code and by name.

use std::collections::HashMap;
use std::sync::LazyLock;

/// One country a line: its two codes of ISO 3166-1, then names without spaces and signs, in English, French and Spanish
/// as the United Nations and CLDR write them (via datasets/country-codes, public domain), and in further languages and
/// habits for the countries most suppliers come from.
const COUNTRIES: &str = include_str!("countries.txt");

static BY_NAME: LazyLock<HashMap<&str, &str>> = LazyLock::new(|| {
    let mut names = HashMap::new();
    for line in COUNTRIES.lines() {
        let mut words = line.split(' ');
        let code = words.next().unwrap_or_default();
        names.extend(words.map(|word| (word, code)));
        names.insert(code, code);
    }
    names
});

/// The two-letter code of a country written as a code of two or three letters or by its name.
pub(in crate::ingest) fn country(text: &str) -> Option<&'static str> {
    let text = text.trim();
    if let Some(code) = BY_NAME.get(text) {
        return Some(code);
    }
    let upper = text.to_uppercase();
    if let Some(code) = BY_NAME.get(upper.as_str()) {
        return Some(code);
    }
    // What stands in brackets explains the name: "Congo (the)", "Korea (Republic of)" keeps its own name below.
    let outside = text.split_once('(').map_or(text, |(before, _)| before);
    [text, outside].into_iter().find_map(|text| {
        let name: String = text
            .to_lowercase()
            .chars()
            .filter(|letter| letter.is_alphanumeric())
            .collect();
        BY_NAME
            .get(name.as_str())
            .or_else(|| BY_NAME.get(name.strip_prefix("the")?))
            .copied()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn countries_are_known_by_codes_and_names() {
        for (text, code) in [
            ("DE", "DE"),
            ("de", "DE"),
            ("DEU", "DE"),
            ("Deutschland", "DE"),
            (" Germany ", "DE"),
            ("The Netherlands", "NL"),
            ("Côte d'Ivoire", "CI"),
            ("Cote d'Ivoire", "CI"),
            ("Congo, DRC", "CD"),
            ("Swaziland", "SZ"),
            ("U.S.A.", "US"),
            ("United Kingdom", "GB"),
            ("UK", "GB"),
            ("Österreich", "AT"),
            ("Oesterreich", "AT"),
            ("Schweiz", "CH"),
            ("Iran (Islamic Republic of)", "IR"),
            ("Polska", "PL"),
            ("España", "ES"),
            ("Türkei", "TR"),
            ("Kosovo", "XK"),
        ] {
            assert_eq!(country(text), Some(code), "{text}");
        }
        for text in ["Atlantis", "", "ZZ", "QQQ", "Bavaria"] {
            assert_eq!(country(text), None, "{text}");
        }
        assert_eq!(COUNTRIES.lines().count(), 250);
    }
}
