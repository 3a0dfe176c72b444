//! Numbers as people and systems write them, turned into plain decimal text.

use keelson_methods::money::Currency;

/// How the numbers of a column are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::ingest) struct NumberStyle {
    /// `.` or `,`.
    pub decimal: char,
    /// What stands between groups of digits. `None`: whatever is not the decimal sign, where the groups are whole.
    pub thousands: Option<char>,
}

impl NumberStyle {
    pub(in crate::ingest) const POINT: Self = Self {
        decimal: '.',
        thousands: None,
    };
}

/// Why a text is no number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::ingest) enum NotANumber {
    /// There are letters or signs in it that no number has.
    Text,
    /// Its separators do not fit the style, but they would fit the other one.
    OtherStyle,
    /// More digits than anything is counted in.
    TooLong,
}

/// Room for the plain text of a number, so that reading one allocates nothing.
#[derive(Debug, Clone, Copy)]
pub(in crate::ingest) struct Plain {
    bytes: [u8; 64],
    length: usize,
}

impl Plain {
    pub(in crate::ingest) fn new() -> Self {
        Self {
            bytes: [0; 64],
            length: 0,
        }
    }

    fn push(&mut self, byte: u8) -> Result<(), NotANumber> {
        let place = self.bytes.get_mut(self.length).ok_or(NotANumber::TooLong)?;
        *place = byte;
        self.length += 1;
        Ok(())
    }

    pub(in crate::ingest) fn text(&self) -> &str {
        std::str::from_utf8(&self.bytes[..self.length]).unwrap_or_default()
    }

    /// Reads a number: signs before or behind, parentheses for negative amounts, currency signs and codes, percent signs,
    /// separators between groups of digits, an exponent. Returns the percent sign's power of ten: 0 or -2.
    pub(in crate::ingest) fn read(
        &mut self,
        text: &str,
        style: NumberStyle,
    ) -> Result<i32, NotANumber> {
        self.length = 0;
        let mut rest = text.trim();
        let mut negative = false;
        let mut percent = 0;
        if let Some(inside) = rest
            .strip_prefix('(')
            .and_then(|rest| rest.strip_suffix(')'))
        {
            negative = true;
            rest = inside.trim();
        }
        // Signs, currencies and percent signs may stand before and behind, in any order, each once.
        for _ in 0..4 {
            let before = rest;
            rest = strip_currency(rest);
            if let Some(inner) = rest.strip_suffix('%') {
                percent = -2;
                rest = inner.trim_end();
            }
            let signed = ['-', '−', '–'].iter().find_map(|sign| {
                rest.strip_prefix(*sign)
                    .or_else(|| rest.strip_suffix(*sign))
            });
            if let Some(unsigned) = signed {
                if negative {
                    return Err(NotANumber::Text);
                }
                negative = true;
                rest = unsigned.trim();
            } else if let Some(unsigned) = rest.strip_prefix('+').or_else(|| rest.strip_suffix('+'))
            {
                rest = unsigned.trim();
            }
            if rest.len() == before.len() {
                break;
            }
        }
        let (digits, exponent) = split_exponent(rest)?;
        if negative {
            self.push(b'-')?;
        }
        let (whole, fraction) = split_decimal(digits, style)?;
        self.push_grouped(whole, style)?;
        if let Some(fraction) = fraction {
            if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(other_style(digits, style));
            }
            self.push(b'.')?;
            for byte in fraction.bytes() {
                self.push(byte)?;
            }
        }
        if whole.is_empty() && fraction.is_none_or(str::is_empty) {
            return Err(NotANumber::Text);
        }
        self.shift(exponent)?;
        Ok(percent)
    }

    /// The digits before the decimal sign, whose separators must stand between whole groups.
    fn push_grouped(&mut self, whole: &str, style: NumberStyle) -> Result<(), NotANumber> {
        if whole.bytes().all(|byte| byte.is_ascii_digit()) {
            for byte in whole.bytes() {
                self.push(byte)?;
            }
            return Ok(());
        }
        let separator = whole
            .chars()
            .find(|letter| !letter.is_ascii_digit())
            .unwrap_or(' ');
        let allowed = match style.thousands {
            Some(told) => separator == told || (told == ' ' && is_space(separator)),
            None => separator != style.decimal && is_separator(separator),
        };
        if !allowed {
            return Err(other_style(whole, style));
        }
        let groups: Vec<&str> = whole.split(separator).collect();
        let last = groups.len() - 1;
        for (position, group) in groups.iter().enumerate() {
            let digits = group.bytes().all(|byte| byte.is_ascii_digit());
            // Groups of two before the last occur in India.
            let whole_group = match position {
                0 => (1..=3).contains(&group.len()),
                _ if position == last => group.len() == 3,
                _ => group.len() == 3 || group.len() == 2,
            };
            if !digits || !whole_group {
                return Err(other_style(whole, style));
            }
            for byte in group.bytes() {
                self.push(byte)?;
            }
        }
        Ok(())
    }

    /// Moves the decimal point to the right by `places`, to the left where they are negative.
    pub(in crate::ingest) fn shift(&mut self, places: i32) -> Result<(), NotANumber> {
        if places == 0 {
            return Ok(());
        }
        if places.unsigned_abs() > 40 {
            return Err(NotANumber::TooLong);
        }
        let text = self.text().to_owned();
        let (sign, digits) = text
            .strip_prefix('-')
            .map_or(("", text.as_str()), |rest| ("-", rest));
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let count = places.unsigned_abs() as usize;
        let moved = if places > 0 {
            let fraction = format!("{fraction:0<count$}");
            format!("{sign}{whole}{}.{}", &fraction[..count], &fraction[count..])
        } else {
            let whole = format!("{whole:0>width$}", width = count + 1);
            let point = whole.len() - count;
            format!("{sign}{}.{}{fraction}", &whole[..point], &whole[point..])
        };
        self.length = 0;
        moved
            .trim_end_matches('.')
            .bytes()
            .try_for_each(|byte| self.push(byte))
    }
}

/// The currency written into a number, where it belongs to one currency alone: `€ 5`, `5.00 USD`.
pub(in crate::ingest) fn currency_in(text: &str) -> Option<Currency> {
    let sign: String = text
        .chars()
        .filter(|letter| {
            !letter.is_ascii_digit() && !is_space(*letter) && !"+-−–.,'’()%".contains(*letter)
        })
        .collect();
    if sign.is_empty() {
        None
    } else {
        super::currency(&sign)
    }
}

/// Takes a currency sign or a code of three letters off either end.
fn strip_currency(text: &str) -> &str {
    const SIGNS: [&str; 16] = [
        "US$", "R$", "A$", "C$", "$", "€", "£", "¥", "₹", "₺", "₩", "zł", "Kč", "kr.", "kr", "Fr.",
    ];
    let letters = |code: &str| {
        code.bytes().all(|byte| byte.is_ascii_uppercase()) && Currency::parse(code).is_ok()
    };
    for sign in SIGNS {
        if let Some(rest) = text.strip_prefix(sign).or_else(|| text.strip_suffix(sign)) {
            return rest.trim();
        }
    }
    match (
        text.get(..3),
        text.len().checked_sub(3).and_then(|at| text.get(at..)),
    ) {
        (Some(code), _) if letters(code) => text[3..].trim_start(),
        (_, Some(code)) if letters(code) => text[..text.len() - 3].trim_end(),
        _ => text,
    }
}

/// `1.5E+05` as `1.5` and 5.
fn split_exponent(text: &str) -> Result<(&str, i32), NotANumber> {
    match text.split_once(['e', 'E']) {
        None => Ok((text, 0)),
        Some((digits, exponent)) if !digits.is_empty() && exponent.len() <= 4 => exponent
            .parse()
            .map(|exponent| (digits, exponent))
            .map_err(|_| NotANumber::Text),
        Some(_) => Err(NotANumber::Text),
    }
}

/// Before and behind the decimal sign. Where the sign stands more than once, the text is written in the other style.
fn split_decimal(text: &str, style: NumberStyle) -> Result<(&str, Option<&str>), NotANumber> {
    match text.split_once(style.decimal) {
        None => Ok((text, None)),
        Some((_, fraction)) if fraction.contains(style.decimal) => Err(other_style(text, style)),
        Some((whole, fraction)) => Ok((whole, Some(fraction))),
    }
}

fn other_style(text: &str, style: NumberStyle) -> NotANumber {
    let only_digits_and_signs = text
        .chars()
        .all(|letter| letter.is_ascii_digit() || is_separator(letter));
    let other = if style.decimal == '.' { ',' } else { '.' };
    if only_digits_and_signs && text.contains(other) {
        NotANumber::OtherStyle
    } else {
        NotANumber::Text
    }
}

fn is_separator(letter: char) -> bool {
    matches!(letter, '.' | ',' | '\'' | '’') || is_space(letter)
}

fn is_space(letter: char) -> bool {
    matches!(letter, ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const COMMA: NumberStyle = NumberStyle {
        decimal: ',',
        thousands: None,
    };

    fn read(text: &str, style: NumberStyle) -> Result<String, NotANumber> {
        let mut plain = Plain::new();
        let percent = plain.read(text, style)?;
        plain.shift(percent)?;
        Ok(plain.text().to_owned())
    }

    #[test]
    fn numbers_of_many_hands_are_read() {
        for (text, style, expected) in [
            ("1234.5", NumberStyle::POINT, "1234.5"),
            ("1,234.50", NumberStyle::POINT, "1234.50"),
            ("12,34,567.5", NumberStyle::POINT, "1234567.5"),
            ("1.234,50", COMMA, "1234.50"),
            ("1 234,5", COMMA, "1234.5"),
            ("1\u{a0}234\u{a0}567,5", COMMA, "1234567.5"),
            ("1'234.50", NumberStyle::POINT, "1234.50"),
            ("-5", NumberStyle::POINT, "-5"),
            ("5-", NumberStyle::POINT, "-5"),
            ("−5,5", COMMA, "-5.5"),
            ("(1,234.50)", NumberStyle::POINT, "-1234.50"),
            ("($ 12.00)", NumberStyle::POINT, "-12.00"),
            ("-$12.00", NumberStyle::POINT, "-12.00"),
            ("€ 1.234,50-", COMMA, "-1234.50"),
            ("1.234,50 EUR", COMMA, "1234.50"),
            ("USD 5", NumberStyle::POINT, "5"),
            ("+7", NumberStyle::POINT, "7"),
            (".5", NumberStyle::POINT, ".5"),
            ("5.", NumberStyle::POINT, "5."),
            ("35 %", NumberStyle::POINT, "0.35"),
            ("1.5E+03", NumberStyle::POINT, "1500"),
            ("2,5e-2", COMMA, "0.025"),
            ("007", NumberStyle::POINT, "007"),
        ] {
            assert_eq!(read(text, style).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_number_says_why() {
        for (text, style, expected) in [
            ("1,5", NumberStyle::POINT, NotANumber::OtherStyle),
            ("1.234,50", NumberStyle::POINT, NotANumber::OtherStyle),
            ("1,234.50", COMMA, NotANumber::OtherStyle),
            ("1.5", COMMA, NotANumber::OtherStyle),
            ("1,23,4", NumberStyle::POINT, NotANumber::OtherStyle),
            (
                "See DN-304 (ID#:10589)",
                NumberStyle::POINT,
                NotANumber::Text,
            ),
            ("12 kg", NumberStyle::POINT, NotANumber::Text),
            ("", NumberStyle::POINT, NotANumber::Text),
            ("-", NumberStyle::POINT, NotANumber::Text),
            ("--5", NumberStyle::POINT, NotANumber::Text),
            ("(-5)", NumberStyle::POINT, NotANumber::Text),
            ("1-2", NumberStyle::POINT, NotANumber::Text),
            ("€", NumberStyle::POINT, NotANumber::Text),
            ("1e999", NumberStyle::POINT, NotANumber::TooLong),
            (&"9".repeat(70), NumberStyle::POINT, NotANumber::TooLong),
        ] {
            assert_eq!(read(text, style), Err(expected), "{text}");
        }
        // A separator that is told is the only one.
        let spaces = NumberStyle {
            decimal: ',',
            thousands: Some(' '),
        };
        assert_eq!(read("1.234", spaces), Err(NotANumber::OtherStyle));
        assert_eq!(read("1 234,5", spaces).as_deref(), Ok("1234.5"));
    }

    #[test]
    fn a_currency_beside_a_number_is_seen() {
        assert_eq!(currency_in("€ 5,00").map(Currency::code), Some("EUR"));
        assert_eq!(currency_in("(5.00 USD)").map(Currency::code), Some("USD"));
        assert_eq!(currency_in("$5"), None);
        assert_eq!(currency_in("1.234,5-"), None);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[-+0-9.,' €%()eE$a-zZł\u{a0}]{0,70}", comma: bool) {
            let _ = read(&text, if comma { COMMA } else { NumberStyle::POINT });
            let _ = currency_in(&text);
        }

        #[test]
        fn grouped_and_plain_numbers_are_the_same(number: i64, decimals in 0u32..4) {
            let plain = keelson_methods::decimal::format_scaled(number, decimals);
            let (sign, digits) = plain.strip_prefix('-').map_or(("", plain.as_str()), |d| ("-", d));
            let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
            let grouped: Vec<&str> = whole.as_bytes().rchunks(3).rev()
                .map(|group| std::str::from_utf8(group).unwrap()).collect();
            let german = format!("{sign}{}{}{fraction}", grouped.join("."), if fraction.is_empty() { "" } else { "," });
            prop_assert_eq!(read(&german, COMMA), Ok(plain));
        }
    }
}
