//! From the text of a cell to a value: numbers, dates, countries and currencies as the files of this world write them.

mod countries;
mod date;
mod number;

pub(super) use countries::country;
pub(super) use date::{DateFormat, NotADate, iso_date, parse_any};
pub(super) use number::{NotANumber, NumberStyle, Plain, currency_in};

use keelson_methods::money::Currency;

/// A currency as it is written: its code, or a sign or name that belongs to one currency alone.
pub(super) fn currency(text: &str) -> Option<Currency> {
    let text = text.trim();
    let code = match text.to_lowercase().as_str() {
        "€" | "euro" | "euros" => "EUR",
        "£" | "pound sterling" | "pounds sterling" => "GBP",
        "us$" | "us dollar" | "us dollars" | "u.s. dollar" => "USD",
        "₹" | "indian rupee" => "INR",
        "zł" | "zloty" | "złoty" => "PLN",
        "kč" => "CZK",
        "₺" => "TRY",
        "₩" => "KRW",
        "₪" => "ILS",
        "₦" => "NGN",
        "swiss franc" | "sfr" | "sfr." | "fr." => "CHF",
        _ => text,
    };
    Currency::parse(code).ok()
}

/// Text as it is kept: no spaces around it, and line breaks and other control characters turned into single spaces, so
/// that a name can stand in a header line of a mail or an export.
pub(super) fn tidy(text: &str) -> std::borrow::Cow<'_, str> {
    let text = text.trim();
    if text
        .chars()
        .any(|letter| letter.is_control() || letter == '\u{a0}')
    {
        let spaced: String = text
            .chars()
            .map(|letter| {
                if letter.is_control() || letter == '\u{a0}' {
                    ' '
                } else {
                    letter
                }
            })
            .collect();
        return spaced
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
            .into();
    }
    text.into()
}

/// The key of a supplier known by name alone: the name in lower case with single spaces. Spellings that differ in more
/// are for the review of duplicates, where a person decides.
pub(super) fn key_of_name(name: &str) -> String {
    name.to_lowercase()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

/// The first letters of a value, enough to recognise it by.
pub(super) fn cut(text: &str) -> String {
    const MOST: usize = 200;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn currencies_are_known_by_code_sign_and_name() {
        for (text, code) in [
            ("eur", "EUR"),
            (" € ", "EUR"),
            ("US$", "USD"),
            ("zł", "PLN"),
            ("CHF", "CHF"),
        ] {
            assert_eq!(currency(text).map(Currency::code), Some(code), "{text}");
        }
        // A dollar sign alone may be any of twenty dollars.
        assert_eq!(currency("$"), None);
        assert_eq!(currency("Taler"), None);
    }

    #[test]
    fn text_is_kept_without_breaks() {
        assert_eq!(tidy("  Acme\r\nInc.\t "), "Acme Inc.");
        assert_eq!(tidy("Acme\u{a0}Inc."), "Acme Inc.");
        assert_eq!(tidy("Acme  Inc."), "Acme  Inc.");
        assert_eq!(key_of_name("  ACME   Inc. "), "acme inc.");
        assert_eq!(cut(&"ä".repeat(300)).chars().count(), 201);
    }
}
