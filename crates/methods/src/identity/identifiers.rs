//! Identifiers that companies carry, parsed once: what has the type is well-formed.

mod duns;
mod iban;
mod lei;
mod vat;

pub use duns::Duns;
pub use iban::Iban;
pub use lei::Lei;
pub use vat::VatId;

use crate::code::coded;
use serde::{Deserialize, Serialize};

coded! {
    /// The kinds of identifiers that are checked.
    pub enum IdentifierKind {
        /// Legal Entity Identifier, ISO 17442.
        Lei = "lei",
        /// International Bank Account Number, ISO 13616.
        Iban = "iban",
        /// Value added tax number.
        Vat = "vat",
        /// D-U-N-S number.
        Duns = "duns",
    }
}

/// What a check says about an identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// Well-formed, and its check digits fit. Whether it is registered only the register knows.
    Valid,
    /// Well-formed, but doubtful or not checkable: ask the register, whose answer is the truth.
    Warning(Reason),
    /// Cannot be an identifier of this kind.
    Invalid(Reason),
}

/// Why an identifier is refused or doubted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// There is nothing in the field.
    #[error("the field is empty")]
    Empty,
    /// A character that does not belong there.
    #[error("only letters and digits belong here, in the places the standard gives them")]
    Characters,
    /// Too long or too short.
    #[error("it must have {expected} characters; this one has {found}")]
    Length {
        /// How many there must be.
        expected: u8,
        /// How many there are.
        found: u8,
    },
    /// The country does not issue it, or is not known here.
    #[error("it must start with the code of a country that issues it, such as DE")]
    Country,
    /// The shape is not the country's.
    #[error("it does not have the form of its country's numbers")]
    Format,
    /// The check digits do not fit the rest.
    #[error("the check digits do not fit; one character is probably mistyped")]
    Checksum,
    /// A number that is never given out.
    #[error("this number is never given out")]
    Reserved,
    /// There is no public rule to check it by.
    #[error("there is no check digit to test; only the register can confirm it")]
    NotCheckable,
}

/// Checks a text as an identifier. `country` (ISO 3166-1 alpha-2) helps where a VAT number is written without its prefix.
///
/// LEI and IBAN with wrong check digits are invalid; a VAT number whose check digit fails is a warning, because the
/// registry's answer is the truth; a D-U-N-S number has no check digit any more. Source: handbook 11.6.
///
/// ```
/// use keelson_methods::identity::{Check, IdentifierKind, Reason, check_identifier};
/// assert_eq!(check_identifier(IdentifierKind::Vat, "DE 136 695 976", None), Check::Valid);
/// assert_eq!(check_identifier(IdentifierKind::Vat, "DE136695978", None), Check::Warning(Reason::Checksum));
/// ```
pub fn check_identifier(kind: IdentifierKind, text: &str, country: Option<&str>) -> Check {
    let parsed = match kind {
        IdentifierKind::Lei => Lei::parse(text).map(|_| Check::Valid),
        IdentifierKind::Iban => Iban::parse(text).map(|_| Check::Valid),
        IdentifierKind::Vat => VatId::parse(text, country).map(|vat| vat.check()),
        IdentifierKind::Duns => Duns::parse(text).map(|_| Check::Warning(Reason::NotCheckable)),
    };
    parsed.unwrap_or_else(Check::Invalid)
}

/// The number a text stands for modulo 97, letters counting A = 10 to Z = 35 in either case; `None` where the text holds
/// anything else or nothing. Digit by digit, so no big number is needed. Source: ISO 7064; handbook 11.6.
pub fn mod97(text: &str) -> Option<u32> {
    if text.is_empty() {
        return None;
    }
    text.chars().try_fold(0, |rest, letter| {
        let value = letter.to_digit(36)?;
        Some((rest * if value < 10 { 10 } else { 100 } + value) % 97)
    })
}

/// The two check digits that make `text` followed by them 1 modulo 97: `98 - (text followed by 00) mod 97`.
/// Source: ISO 7064 mod 97-10; handbook 11.6.
pub fn check_digits(text: &str) -> Option<String> {
    let rest = mod97(text)?;
    Some(format!("{:02}", 98 - rest * 100 % 97))
}

/// Upper case without spaces, dots, hyphens and slashes, as people group identifiers.
fn compact(text: &str) -> Result<String, Reason> {
    let compact: String = text
        .chars()
        .filter(|letter| !letter.is_whitespace() && !".-/".contains(*letter))
        .map(|letter| letter.to_ascii_uppercase())
        .collect();
    match () {
        () if compact.is_empty() => Err(Reason::Empty),
        () if !compact.bytes().all(|byte| byte.is_ascii_alphanumeric()) => Err(Reason::Characters),
        () => Ok(compact),
    }
}

fn length(text: &str, expected: usize) -> Result<(), Reason> {
    if text.len() == expected {
        return Ok(());
    }
    Err(Reason::Length {
        expected: expected as u8,
        found: u8::try_from(text.len()).unwrap_or(u8::MAX),
    })
}

fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Declares a newtype over a normalised identifier text: `as_str`, `Display`, `FromStr` by its `parse`, serde as a string.
macro_rules! identifier {
    ($(#[$meta:meta])* $name:ident, $parse:expr) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The identifier in its normal form: upper case, nothing between.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl std::str::FromStr for $name {
            type Err = super::Reason;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                $parse(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = super::Reason;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                $parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(identifier: $name) -> Self {
                identifier.0
            }
        }
    };
}
use identifier;

/// Every text that differs from `text` in one digit: what check digits must notice.
#[cfg(test)]
fn single_digit_errors(text: &str) -> Vec<String> {
    let mut errors = Vec::new();
    for (at, byte) in text
        .bytes()
        .enumerate()
        .filter(|(_, byte)| byte.is_ascii_digit())
    {
        for other in (b'0'..=b'9').filter(|other| *other != byte) {
            let mut wrong = text.as_bytes().to_vec();
            wrong[at] = other;
            errors.push(String::from_utf8(wrong).unwrap());
        }
    }
    errors
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_says_what_to_do() {
        let check = |kind, text| check_identifier(kind, text, Some("DE"));
        assert_eq!(
            check(IdentifierKind::Lei, "5493 000I BP32 UQZ0 KL24"),
            Check::Valid
        );
        assert_eq!(
            check(IdentifierKind::Lei, "5493000IBP32UQZ0KL25"),
            Check::Invalid(Reason::Checksum)
        );
        assert_eq!(
            check(IdentifierKind::Iban, "DE89 3704 0044 0532 0130 00"),
            Check::Valid
        );
        assert_eq!(
            check(IdentifierKind::Vat, "136695976"),
            Check::Valid,
            "the country stands in for the prefix"
        );
        assert_eq!(
            check(IdentifierKind::Duns, "15-048-3782"),
            Check::Warning(Reason::NotCheckable)
        );
        for &kind in IdentifierKind::ALL {
            assert_eq!(check(kind, " "), Check::Invalid(Reason::Empty));
            assert_eq!(check(kind, "DE€"), Check::Invalid(Reason::Characters));
        }
        let reason = Lei::parse("5493").unwrap_err().to_string();
        assert_eq!(reason, "it must have 20 characters; this one has 4");
    }

    #[test]
    fn mod_97_reads_letters_as_two_digits() {
        assert_eq!(
            (mod97("97"), mod97("A"), mod97("z"), mod97("10AB")),
            (Some(0), Some(10), Some(35), Some(101_011 % 97))
        );
        assert_eq!((mod97(""), mod97("12 3"), mod97("é")), (None, None, None));
    }
}
