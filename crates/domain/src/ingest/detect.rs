//! What the values of a column tell about how they are written: the decimal sign, the order of day and month, the currency.
//!
//! Each answer says how sure it is. Nothing is guessed where a wrong guess would go unnoticed: dates that could be read
//! both ways are said to be ambiguous.

use std::cmp::Reverse;

use super::values::{DateFormat, NumberStyle, Plain, currency_in, iso_date};
use keelson_methods::money::Currency;

/// The decimal sign of some numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decimal {
    pub sign: char,
    /// Values that can only be read with this sign.
    pub evidence: usize,
    /// Values that can only be read with the other sign.
    pub against: usize,
}

impl Decimal {
    pub fn is_sure(&self) -> bool {
        self.evidence > 0 && self.against == 0
    }
}

/// Decides the decimal sign by the values that leave no choice: `1,5`, `1.234,50`, `1.234.567`. Where none does, `usual` is
/// what files of this sort have.
pub fn decimal<'a>(values: impl Iterator<Item = &'a str>, usual: char) -> Decimal {
    let (mut point, mut comma) = (0, 0);
    for value in values {
        match sign_of(value) {
            Some('.') => point += 1,
            Some(_) => comma += 1,
            None => {}
        }
    }
    let sign = match point.cmp(&comma) {
        std::cmp::Ordering::Greater => '.',
        std::cmp::Ordering::Less => ',',
        std::cmp::Ordering::Equal => usual,
    };
    let (evidence, against) = if sign == '.' {
        (point, comma)
    } else {
        (comma, point)
    };
    Decimal {
        sign,
        evidence,
        against,
    }
}

/// The decimal sign a single value can only have, if it leaves no choice.
fn sign_of(value: &str) -> Option<char> {
    let point = value.matches('.').count();
    let comma = value.matches(',').count();
    let last = value.rfind(['.', ','])?;
    let after = value[last + 1..]
        .bytes()
        .take_while(u8::is_ascii_digit)
        .count();
    let before = &value[..last];
    let read_as = |decimal: char| {
        let style = NumberStyle {
            decimal,
            thousands: None,
        };
        Plain::new().read(value, style).is_ok()
    };
    let sign = match (point, comma) {
        (1, 1) => value[last..].chars().next()?,
        (0, 1) | (1, 0) if after != 3 => value[last..].chars().next()?,
        // 0.125 cannot be a group of three behind a zero.
        (0, 1) | (1, 0) if before.trim_start_matches(|c: char| !c.is_ascii_digit()) == "0" => {
            value[last..].chars().next()?
        }
        (0, 1) | (1, 0) => return None,
        (0 | 1, _) => '.',
        (_, 0 | 1) => ',',
        _ => return None,
    };
    read_as(sign).then_some(sign)
}

/// How the dates of a column are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dates {
    /// Formats that together read `read` of the values, most frequent first.
    pub formats: Vec<String>,
    pub read: usize,
    pub total: usize,
    /// A value that could be read both day first and month first, where no other value decides.
    pub ambiguous: Option<String>,
}

/// Formats that leave no doubt which number is the day.
const CLEAR: [&str; 15] = [
    "%Y-%m-%d",
    "%d.%m.%Y",
    "%d.%m.%y",
    "%d-%b-%y",
    "%d-%b-%Y",
    "%d %b %Y",
    "%d %b %y",
    "%b %d, %Y",
    "%b %d %Y",
    "%d. %b %Y",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%Y%m%d",
    "%d%b%Y",
    "%d/%b/%Y",
];

/// Pairs of formats that differ in which of day and month comes first.
const EITHER: [(&str, &str); 4] = [
    ("%d/%m/%Y", "%m/%d/%Y"),
    ("%d/%m/%y", "%m/%d/%y"),
    ("%d-%m-%Y", "%m-%d-%Y"),
    ("%d-%m-%y", "%m-%d-%y"),
];

/// Finds the formats of some dates. Day and month are told apart over all values together: one 13/05 or 05/13 decides.
pub fn dates<'a>(values: impl Iterator<Item = &'a str>) -> Dates {
    let values: Vec<&str> = values
        .map(str::trim)
        .filter(|value| !value.is_empty())
        .collect();
    let reads = |format: &str| {
        let format = DateFormat::compile(format).ok();
        values
            .iter()
            .filter(|value| {
                format
                    .as_ref()
                    .is_some_and(|format| format.read(value).is_ok())
            })
            .count()
    };
    let mut found: Vec<(usize, String)> = CLEAR
        .iter()
        .map(|format| (reads(format), (*format).to_owned()))
        .filter(|(count, _)| *count > 0)
        .collect();
    let either: Vec<(usize, usize, (&str, &str))> = EITHER
        .iter()
        .map(|pair| (reads(pair.0), reads(pair.1), *pair))
        .filter(|(day, month, _)| day + month > 0)
        .collect();
    // A value only one of a pair can read is evidence for it, and for the other pairs of the file.
    let (day_first, month_first) = values.iter().fold((0, 0), |(day, month), value| {
        let read = |first: bool| {
            either.iter().any(|(.., pair)| {
                let format = if first { pair.0 } else { pair.1 };
                DateFormat::compile(format).is_ok_and(|format| format.read(value).is_ok())
            })
        };
        match (read(true), read(false)) {
            (true, false) => (day + 1, month),
            (false, true) => (day, month + 1),
            _ => (day, month),
        }
    });
    let mut ambiguous = None;
    for (day, month, pair) in either {
        let day_wins = day_first >= month_first;
        found.push(if day_wins {
            (day, pair.0.to_owned())
        } else {
            (month, pair.1.to_owned())
        });
        if day_first == month_first {
            let format = DateFormat::compile(pair.0).ok();
            ambiguous = ambiguous.or_else(|| {
                values
                    .iter()
                    .find(|value| {
                        format
                            .as_ref()
                            .is_some_and(|format| format.read(value).is_ok())
                    })
                    .map(|value| (*value).to_owned())
            });
        }
    }
    found.retain(|(count, _)| *count > 0);
    found.sort_by_key(|(count, _)| Reverse(*count));
    let formats = keep_useful(&values, found);
    let compiled: Vec<DateFormat> = formats
        .iter()
        .filter_map(|format| DateFormat::compile(format).ok())
        .collect();
    let read = values
        .iter()
        .filter(|value| compiled.iter().any(|format| format.read(value).is_ok()))
        .count();
    Dates {
        formats,
        read,
        total: values.len(),
        ambiguous,
    }
}

/// Drops the formats that read nothing the ones before them do not read.
fn keep_useful(values: &[&str], found: Vec<(usize, String)>) -> Vec<String> {
    let mut left: Vec<&str> = values.to_vec();
    let mut kept = Vec::new();
    for (_, format) in found {
        let Ok(compiled) = DateFormat::compile(&format) else {
            continue;
        };
        let before = left.len();
        left.retain(|value| compiled.read(value).is_err());
        if left.len() < before {
            kept.push(format);
        }
    }
    kept
}

/// The one currency that stands beside the numbers, or in a column's name such as "Freight cost (USD)".
pub fn currency<'a>(header: &str, values: impl Iterator<Item = &'a str>) -> Option<Currency> {
    let mut found = None;
    for value in values {
        if let Some(currency) = currency_in(value) {
            if found.is_some_and(|other| other != currency) {
                return None;
            }
            found = Some(currency);
        }
    }
    found.or_else(|| {
        header
            .split(|letter: char| !letter.is_alphanumeric() && !"€£".contains(letter))
            .filter(|word| word.len() == 3)
            .find_map(|word| {
                Currency::parse(word)
                    .ok()
                    .filter(|_| word.chars().all(char::is_uppercase))
            })
            .or_else(|| currency_at_end(header))
    })
}

/// The currency a header ends with in small letters: `amount_gbp`. Codes that are words as well, such as all and try, are not
/// among them.
fn currency_at_end(header: &str) -> Option<Currency> {
    const CODES: [&str; 14] = [
        "aud", "cad", "chf", "cny", "czk", "dkk", "eur", "gbp", "inr", "jpy", "nok", "pln", "sek",
        "usd",
    ];
    let (before, last) = header.rsplit_once(|letter: char| !letter.is_alphanumeric())?;
    let is_code = !before.is_empty() && CODES.contains(&last);
    is_code.then(|| Currency::parse(last).ok()).flatten()
}

/// What share of some values are dates and numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shape {
    pub filled: usize,
    pub dates: usize,
    pub numbers: usize,
    pub distinct: usize,
}

/// Looks at the shape of a column's values.
pub fn shape<'a>(values: impl Iterator<Item = &'a str>) -> Shape {
    let values: Vec<&str> = values
        .map(str::trim)
        .filter(|value| !value.is_empty())
        .collect();
    let comma = NumberStyle {
        decimal: ',',
        thousands: None,
    };
    let is_number = |value: &str| {
        Plain::new().read(value, NumberStyle::POINT).is_ok()
            || Plain::new().read(value, comma).is_ok()
    };
    let dates = dates(values.iter().copied());
    let mut distinct = values.clone();
    distinct.sort_unstable();
    distinct.dedup();
    Shape {
        filled: values.len(),
        dates: dates.read.max(
            values
                .iter()
                .filter(|value| iso_date(value).is_some())
                .count(),
        ),
        numbers: values.iter().filter(|value| is_number(value)).count(),
        distinct: distinct.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sign(values: &[&str]) -> (char, bool) {
        let found = decimal(values.iter().copied(), '.');
        (found.sign, found.is_sure())
    }

    #[test]
    fn the_decimal_sign_is_decided_by_values_that_leave_no_choice() {
        assert_eq!(sign(&["1,5", "1.234", "7"]), (',', true));
        assert_eq!(sign(&["1,234", "12.50"]), ('.', true));
        assert_eq!(sign(&["1.234.567"]), (',', true));
        assert_eq!(sign(&["1,234,567"]), ('.', true));
        assert_eq!(sign(&["0,125"]), (',', true));
        assert_eq!(sign(&["€ 1.234,50-"]), (',', true));
        // Thousand or one and a bit: nobody knows.
        assert_eq!(sign(&["1,234", "5,678"]), ('.', false));
        assert_eq!(decimal(["1.234"].into_iter(), ',').sign, ',');
        assert_eq!(sign(&["1,5", "1.5"]), ('.', false));
        assert_eq!(sign(&["See DN-1.5", "10.11.2024"]), ('.', false));
    }

    #[test]
    fn day_and_month_are_told_apart_over_all_values() {
        let found = dates(["5/13/07", "12/01/2006", "Date Not Captured", "1/2/07"].into_iter());
        assert_eq!(found.formats, ["%m/%d/%y", "%m/%d/%Y"]);
        assert_eq!((found.read, found.total, found.ambiguous), (3, 4, None));
        let found = dates(["01/02/2015", "03/04/2015"].into_iter());
        assert_eq!(found.formats, ["%d/%m/%Y"]);
        assert_eq!(found.ambiguous.as_deref(), Some("01/02/2015"));
        let found = dates(["31/12/2015", "03/04/2015"].into_iter());
        assert_eq!(
            (found.formats, found.ambiguous),
            (vec!["%d/%m/%Y".to_owned()], None)
        );
        let found = dates(["02-Jun-06", "14-Nov-06"].into_iter());
        assert_eq!(found.formats, ["%d-%b-%y"]);
        let found = dates(["2024-01-31 00:00:00", "20240201"].into_iter());
        assert_eq!(found.formats, ["%Y-%m-%d", "%Y%m%d"]);
        assert_eq!(
            dates(["00:00:00"].into_iter()).formats,
            Vec::<String>::new()
        );
    }

    #[test]
    fn a_currency_is_found_beside_the_numbers_or_in_the_name() {
        let code =
            |header, values: &[&str]| currency(header, values.iter().copied()).map(Currency::code);
        assert_eq!(code("Amount", &["5.00 EUR", "7"]), Some("EUR"));
        assert_eq!(code("Amount", &["5.00 EUR", "7 USD"]), None);
        assert_eq!(code("Freight Cost (USD)", &["5"]), Some("USD"));
        assert_eq!(code("All costs", &["5"]), None);
    }
}
