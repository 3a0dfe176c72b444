//! Calendar dates as files write them.

use chrono::NaiveDate;

/// A way to write a date, compiled: `%d.%m.%Y`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::ingest) struct DateFormat {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Day,
    Month,
    /// The name of a month, in full or short, in the languages exports come in.
    MonthName,
    /// Four digits.
    Year,
    /// Two digits: 69 to 99 are of the last century.
    ShortYear,
    /// Digits of a time of day, which a date does not keep.
    Time,
    /// `AM`, `PM`.
    HalfDay,
    /// The days since 1899-12-30 a spreadsheet counts in.
    Serial,
    Letter(char),
}

/// Why a text is not a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::ingest) enum NotADate {
    /// It is not written in this way.
    OtherFormat,
    /// It is written in this way, but the calendar has no such day.
    NoSuchDay { year: i32, month: u32, day: u32 },
}

impl DateFormat {
    /// Reads a format of `%d`, `%m`, `%b`, `%B`, `%Y`, `%y`, `%H`, `%I`, `%M`, `%S`, `%p`, `%T` or the word `serial`.
    /// The error says what is wrong.
    pub(in crate::ingest) fn compile(format: &str) -> Result<Self, String> {
        if format == "serial" {
            return Ok(Self {
                parts: vec![Part::Serial],
            });
        }
        let mut parts = Vec::new();
        let mut letters = format.chars();
        while let Some(letter) = letters.next() {
            if letter != '%' {
                parts.push(Part::Letter(letter));
                continue;
            }
            match letters.next() {
                Some('d' | 'e') => parts.push(Part::Day),
                Some('m') => parts.push(Part::Month),
                Some('b' | 'B' | 'h') => parts.push(Part::MonthName),
                Some('Y') => parts.push(Part::Year),
                Some('y') => parts.push(Part::ShortYear),
                Some('H' | 'I' | 'M' | 'S' | 'f') => parts.push(Part::Time),
                Some('p' | 'P') => parts.push(Part::HalfDay),
                Some('T') => parts.extend([
                    Part::Time,
                    Part::Letter(':'),
                    Part::Time,
                    Part::Letter(':'),
                    Part::Time,
                ]),
                Some('F') => parts.extend([
                    Part::Year,
                    Part::Letter('-'),
                    Part::Month,
                    Part::Letter('-'),
                    Part::Day,
                ]),
                Some('%') => parts.push(Part::Letter('%')),
                other => {
                    let sign = other.map_or_else(|| "%".to_owned(), |letter| format!("%{letter}"));
                    return Err(format!(
                        "{sign} is not known in a date format; use %d, %m, %b, %Y, %y, and %H:%M:%S for a time"
                    ));
                }
            }
        }
        let has = |wanted: &[Part]| parts.iter().filter(|part| wanted.contains(part)).count() == 1;
        if !has(&[Part::Day])
            || !has(&[Part::Month, Part::MonthName])
            || !has(&[Part::Year, Part::ShortYear])
        {
            return Err(
                "a date format needs one day (%d), one month (%m or %b) and one year (%Y or %y)"
                    .to_owned(),
            );
        }
        Ok(Self { parts })
    }

    /// Reads a date. A time of day behind it is accepted and not kept.
    pub(in crate::ingest) fn read(&self, text: &str) -> Result<NaiveDate, NotADate> {
        if self.parts == [Part::Serial] {
            return serial(text).ok_or(NotADate::OtherFormat);
        }
        let (mut year, mut month, mut day) = (0, 0, 0);
        let mut rest = text;
        for part in &self.parts {
            let left = match part {
                // Digits that follow each other without a sign between them (20240131) are as many as the part has.
                Part::Day => digits(rest, 1, 2, &mut day),
                Part::Month => digits(rest, 1, 2, &mut month),
                Part::Year => digits(rest, 4, 4, &mut year),
                Part::ShortYear => digits(rest, 2, 2, &mut year)
                    .inspect(|_| year += if year < 69 { 2000 } else { 1900 }),
                Part::Time => digits(rest, 1, 9, &mut 0),
                Part::HalfDay => half_day(rest),
                Part::MonthName => month_name(rest).map(|(number, left)| {
                    month = number;
                    left
                }),
                Part::Letter(' ') => Some(rest.trim_start()).filter(|left| left.len() < rest.len()),
                Part::Letter(letter) => rest.strip_prefix(*letter),
                Part::Serial => None,
            };
            rest = left.ok_or(NotADate::OtherFormat)?;
        }
        if !rest.is_empty() && !is_time(rest) {
            return Err(NotADate::OtherFormat);
        }
        NaiveDate::from_ymd_opt(year as i32, month, day).ok_or(NotADate::NoSuchDay {
            year: year as i32,
            month,
            day,
        })
    }
}

/// Reads with the first format that fits. A day the calendar does not have is told rather than a format that does not fit.
pub(in crate::ingest) fn parse_any(
    text: &str,
    formats: &[DateFormat],
) -> Result<NaiveDate, NotADate> {
    let mut problem = NotADate::OtherFormat;
    for format in formats {
        match format.read(text) {
            Ok(date) => return Ok(date),
            Err(no_such_day @ NotADate::NoSuchDay { .. }) => problem = no_such_day,
            Err(NotADate::OtherFormat) => {}
        }
    }
    Err(problem)
}

/// `2024-01-31`, perhaps with a time behind it: what workbooks and most systems write.
pub(in crate::ingest) fn iso_date(text: &str) -> Option<NaiveDate> {
    let bytes = text.as_bytes();
    if bytes.len() < 10
        || bytes[4] != b'-'
        || bytes[7] != b'-'
        || !(bytes.len() == 10 || is_time(&text[10..]))
    {
        return None;
    }
    let number = |from: usize, to: usize| {
        bytes[from..to].iter().try_fold(0_u32, |number, byte| {
            byte.is_ascii_digit()
                .then(|| number * 10 + u32::from(byte - b'0'))
        })
    };
    NaiveDate::from_ymd_opt(number(0, 4)? as i32, number(5, 7)?, number(8, 10)?)
}

/// Between `least` and `most` digits, as many as there are.
fn digits<'a>(text: &'a str, least: usize, most: usize, into: &mut u32) -> Option<&'a str> {
    let mut number = 0_u32;
    let mut count = 0;
    for byte in text.bytes().take(most) {
        if !byte.is_ascii_digit() {
            break;
        }
        number = number.wrapping_mul(10).wrapping_add(u32::from(byte - b'0'));
        count += 1;
    }
    *into = number;
    (count >= least).then(|| &text[count..])
}

fn half_day(text: &str) -> Option<&str> {
    let text = text.trim_start();
    let word = text.get(..2)?;
    (word.eq_ignore_ascii_case("am") || word.eq_ignore_ascii_case("pm")).then(|| &text[2..])
}

/// A time of day with nothing but digits and its signs: ` 00:00`, `T10:00:00.000Z`, ` 10:00:00+01:00`, ` 9:15 PM`.
fn is_time(text: &str) -> bool {
    let Some(time) = text.strip_prefix(['T', 't', ' ']) else {
        return false;
    };
    let mut time = time.trim();
    if let Some(word) = time.len().checked_sub(2).and_then(|at| time.get(at..))
        && (word.eq_ignore_ascii_case("am") || word.eq_ignore_ascii_case("pm"))
    {
        time = time[..time.len() - 2].trim_end();
    }
    let time = time.strip_suffix(['Z', 'z']).unwrap_or(time);
    time.len() >= 4
        && time.as_bytes()[0].is_ascii_digit()
        && time.contains(':')
        && time
            .bytes()
            .all(|byte| byte.is_ascii_digit() || matches!(byte, b':' | b'.' | b'+' | b'-'))
}

fn serial(text: &str) -> Option<NaiveDate> {
    let (days, fraction) = text.split_once('.').unwrap_or((text, ""));
    let days: u64 = days
        .parse()
        .ok()
        .filter(|days| (61..2_958_466).contains(days))?;
    if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    NaiveDate::from_ymd_opt(1899, 12, 30)?.checked_add_days(chrono::Days::new(days))
}

/// The first letters that tell a month apart, in English, German, French, Spanish, Italian, Dutch, Polish and Portuguese.
/// A longer beginning stands before a shorter one that it contains.
const MONTHS: [(&str, u32); 53] = [
    ("jan", 1),
    ("jän", 1),
    ("ene", 1),
    ("gen", 1),
    ("sty", 1),
    ("feb", 2),
    ("fév", 2),
    ("fev", 2),
    ("lut", 2),
    ("marzec", 3),
    ("marca", 3),
    ("mars", 3),
    ("mar", 3),
    ("mär", 3),
    ("mrz", 3),
    ("maa", 3),
    ("mrt", 3),
    ("apr", 4),
    ("avr", 4),
    ("abr", 4),
    ("kwi", 4),
    ("mai", 5),
    ("may", 5),
    ("mag", 5),
    ("mei", 5),
    ("maj", 5),
    ("juin", 6),
    ("jun", 6),
    ("giu", 6),
    ("cze", 6),
    ("juil", 7),
    ("jul", 7),
    ("lug", 7),
    ("lip", 7),
    ("aug", 8),
    ("aoû", 8),
    ("aou", 8),
    ("ago", 8),
    ("sie", 8),
    ("sep", 9),
    ("set", 9),
    ("wrz", 9),
    ("oct", 10),
    ("okt", 10),
    ("ott", 10),
    ("paź", 10),
    ("paz", 10),
    ("out", 10),
    ("nov", 11),
    ("lis", 11),
    ("dec", 12),
    ("dez", 12),
    ("dic", 12),
];

/// The month a name begins with, and what follows the name.
fn month_name(text: &str) -> Option<(u32, &str)> {
    let end = text
        .char_indices()
        .find(|(_, letter)| !letter.is_alphabetic())
        .map_or(text.len(), |(at, _)| at);
    let (name, rest) = text.split_at(end);
    // Most names are the three ASCII letters of an English export.
    let mut short = [0; 3];
    let month = if name.len() == 3 && name.is_ascii() {
        short.copy_from_slice(name.as_bytes());
        short.make_ascii_lowercase();
        MONTHS.iter().find(|(known, _)| known.as_bytes() == short)
    } else {
        let lower = name.to_lowercase();
        MONTHS
            .iter()
            .find(|(known, _)| lower.starts_with(known))
            .or_else(|| {
                (lower == "déc"
                    || lower == "décembre"
                    || lower == "grudzień"
                    || lower == "grudnia"
                    || lower == "gru")
                    .then_some(&("dec", 12))
            })
    }?;
    // "sept." and "janv." carry a point of their own.
    Some((month.1, rest.strip_prefix('.').unwrap_or(rest)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str, format: &str) -> Result<String, NotADate> {
        DateFormat::compile(format)
            .unwrap()
            .read(text)
            .map(|date| date.to_string())
    }

    #[test]
    fn dates_of_many_hands_are_read() {
        for (text, format, expected) in [
            ("02-Jun-06", "%d-%b-%y", "2006-06-02"),
            ("5/13/07", "%m/%d/%y", "2007-05-13"),
            ("12/01/2006", "%m/%d/%Y", "2006-12-01"),
            ("31.01.2024", "%d.%m.%Y", "2024-01-31"),
            ("1.2.24", "%d.%m.%y", "2024-02-01"),
            ("20240131", "%Y%m%d", "2024-01-31"),
            ("2024-01-31T10:00:00Z", "%Y-%m-%d", "2024-01-31"),
            ("31/01/2024 00:00", "%d/%m/%Y", "2024-01-31"),
            ("1/31/2024 9:15:00 PM", "%m/%d/%Y", "2024-01-31"),
            ("January 31, 2024", "%B %d, %Y", "2024-01-31"),
            ("31 März 2024", "%d %B %Y", "2024-03-31"),
            ("3 août 2024", "%d %B %Y", "2024-08-03"),
            ("1 févr. 2024", "%d %b %Y", "2024-02-01"),
            ("14 mei 2024", "%d %B %Y", "2024-05-14"),
            ("14 grudnia 2024", "%d %B %Y", "2024-12-14"),
            ("10:15 31/01/2024", "%H:%M %d/%m/%Y", "2024-01-31"),
            ("45322", "serial", "2024-01-31"),
            ("45322.5", "serial", "2024-01-31"),
            ("1/1/69", "%d/%m/%y", "1969-01-01"),
            ("1/1/68", "%d/%m/%y", "2068-01-01"),
        ] {
            assert_eq!(read(text, format).as_deref(), Ok(expected), "{text}");
        }
        assert_eq!(
            iso_date("2024-01-31 00:00:00")
                .map(|d| d.to_string())
                .as_deref(),
            Some("2024-01-31")
        );
        assert_eq!(iso_date("2024-01-311"), None);
        assert_eq!(iso_date("2024-13-01"), None);
    }

    #[test]
    fn what_is_no_date_says_why() {
        let feb = NotADate::NoSuchDay {
            year: 2024,
            month: 2,
            day: 31,
        };
        assert_eq!(read("31.02.2024", "%d.%m.%Y"), Err(feb));
        for text in [
            "00:00:00",
            "Pre-PQ Process",
            "",
            "31.01",
            "31.01.24",
            "31.01.2024x",
            "31-01-2024",
        ] {
            assert_eq!(read(text, "%d.%m.%Y"), Err(NotADate::OtherFormat), "{text}");
        }
        assert!(DateFormat::compile("%d.%m").is_err());
        assert!(
            DateFormat::compile("%d.%m.%Q")
                .unwrap_err()
                .starts_with("%Q is not known")
        );
        let formats = ["%m/%d/%Y", "%d/%m/%Y"].map(|format| DateFormat::compile(format).unwrap());
        assert!(parse_any("31/01/2024", &formats).is_ok());
        assert!(matches!(
            parse_any("31/31/2024", &formats),
            Err(NotADate::NoSuchDay { .. })
        ));
    }

    proptest! {
        #[test]
        fn every_date_reads_back(days in 0u64..80_000, which in 0usize..6) {
            let date = NaiveDate::from_ymd_opt(1900, 1, 1).unwrap() + chrono::Days::new(days);
            let format = ["%d.%m.%Y", "%m/%d/%Y", "%Y%m%d", "%d-%b-%Y", "%B %d, %Y", "%Y-%m-%d"][which];
            let text = date.format(format).to_string();
            prop_assert_eq!(DateFormat::compile(format).unwrap().read(&text), Ok(date));
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,30}") {
            for format in ["%d.%m.%Y", "%d %B %Y", "serial", "%Y%m%d %H:%M %p"] {
                let _ = DateFormat::compile(format).unwrap().read(&text);
            }
            let _ = iso_date(&text);
        }
    }
}
