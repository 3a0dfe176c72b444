use keelson_methods::identity::NormalName;

use super::{Country, legal_form::is_only_a_legal_form, text::one_line};

/// A supplier's name as people write it: one line, not empty, and more than a legal form.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Name(String);

impl Name {
    /// Letters a name may have.
    pub const MOST: usize = 200;

    pub fn parse(text: &str) -> Result<Self, String> {
        let line = one_line(text, Self::MOST)?.ok_or("enter the supplier's name")?;
        if !line.chars().any(char::is_alphanumeric) {
            return Err(format!(
                "\"{line}\" holds no letter or digit; enter the supplier's name"
            ));
        }
        if is_only_a_legal_form(&line) {
            return Err(format!(
                "\"{line}\" is only a legal form; enter the name that goes with it"
            ));
        }
        Ok(Self(line))
    }

    /// Stands in for a name that could not be read, until the draft it belongs to is refused.
    pub(super) fn unknown() -> Self {
        Self("?".to_owned())
    }

    /// A name as it lies in the database.
    pub(super) fn stored(name: String) -> Self {
        Self(name)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What search and duplicates compare (handbook 11.2).
    pub fn key(&self) -> String {
        key(&self.0, None)
    }
}

impl From<Name> for String {
    fn from(name: Name) -> Self {
        name.0
    }
}

impl std::fmt::Display for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// The legal form at the end of a name, or at its start, as people write it: "GmbH".
pub(super) fn legal_form(name: &str, country: Option<Country>) -> Option<&'static str> {
    NormalName::of(name, country.map(Country::code))
        .legal_form
        .map(|form| form.label)
}

/// A name normalised, without its legal form.
pub(super) fn key(name: &str, country: Option<Country>) -> String {
    NormalName::of(name, country.map(Country::code)).text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_more_than_a_legal_form() {
        assert_eq!(
            Name::parse(" Norrfjord  Castings AB ").map(|name| name.to_string()),
            Ok("Norrfjord Castings AB".to_owned())
        );
        for wrong in ["", "  ", "GmbH", "S.p.A.", "GmbH & Co. KG", "Ltd.", "***"] {
            assert!(Name::parse(wrong).is_err(), "{wrong}");
        }
        for right in ["3M", "SE Norway", "Coop", "AG2R", "BT"] {
            assert!(Name::parse(right).is_ok(), "{right}");
        }
    }

    #[test]
    fn the_legal_form_is_read_off_the_name() {
        assert_eq!(
            legal_form("Alpha GmbH & Co. KG", None),
            Some("GmbH & Co. KG")
        );
        assert_eq!(legal_form("Alpha", None), None);
    }
}
