//! Plain decimal text to scaled integers, exactly: no float takes part.

/// Why a text is not a decimal number that fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DecimalError {
    /// There is no text, or only spaces.
    #[error("the number is empty")]
    Empty,
    /// The text is not of the form `-1234.567`.
    #[error("not a plain decimal number (digits, one optional point, one optional sign)")]
    NotANumber,
    /// The value needs more digits than the store can hold.
    #[error("the number is too large")]
    TooLarge,
}

/// Reads plain decimal text and returns it times `10^decimals`, rounded half-up at that digit.
///
/// - Input: optional sign, ASCII digits, an optional point; surrounding spaces are ignored. No grouping, no exponent:
///   what the decimal sign of a file is has been decided before (the mapping), so nothing is guessed here.
/// - Half-up means away from zero at exactly one half, so that a credit note mirrors its invoice.
/// - Errors: [`DecimalError`].
/// - Source: handbook 00, "Numbers".
///
/// ```
/// use keelson_methods::decimal::parse_scaled;
/// assert_eq!(parse_scaled("1234.565", 2), Ok(123_457));
/// assert_eq!(parse_scaled("-0.005", 2), Ok(-1));
/// ```
pub fn parse_scaled(text: &str, decimals: u32) -> Result<i64, DecimalError> {
    let text = text.trim_ascii();
    let (negative, digits) = match text.as_bytes() {
        [] => return Err(DecimalError::Empty),
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        all => (false, all),
    };
    // Built as a negative number, because i64 reaches one further down than up.
    let mut value: i64 = 0;
    let mut kept: u32 = 0;
    let mut after_point = false;
    let mut seen_digit = false;
    let mut round_up = false;
    for &byte in digits {
        match byte {
            b'.' if !after_point => after_point = true,
            b'0'..=b'9' => {
                seen_digit = true;
                let digit = byte - b'0';
                if after_point && kept == decimals {
                    // Only the first dropped digit decides; mark it by counting one further.
                    round_up = digit >= 5;
                    kept += 1;
                } else if !after_point || kept < decimals {
                    value = push_digit(value, digit)?;
                    kept += u32::from(after_point);
                }
            }
            _ => return Err(DecimalError::NotANumber),
        }
    }
    if !seen_digit {
        return Err(DecimalError::NotANumber);
    }
    for _ in kept..decimals {
        value = push_digit(value, 0)?;
    }
    if round_up {
        value = value.checked_sub(1).ok_or(DecimalError::TooLarge)?;
    }
    if negative {
        Ok(value)
    } else {
        value.checked_neg().ok_or(DecimalError::TooLarge)
    }
}

fn push_digit(value: i64, digit: u8) -> Result<i64, DecimalError> {
    value
        .checked_mul(10)
        .and_then(|v| v.checked_sub(i64::from(digit)))
        .ok_or(DecimalError::TooLarge)
}

/// Divides and rounds half-up (away from zero at one half). `None` where the divisor is zero or the result does not fit.
pub(crate) fn divide_half_up(numerator: i128, divisor: i128) -> Option<i64> {
    if divisor == 0 {
        return None;
    }
    let (whole, rest) = (numerator / divisor, numerator % divisor);
    let away = if (numerator < 0) == (divisor < 0) {
        1
    } else {
        -1
    };
    let rounded = if rest.unsigned_abs() * 2 >= divisor.unsigned_abs() {
        whole + away
    } else {
        whole
    };
    i64::try_from(rounded).ok()
}

/// Writes a scaled integer with exactly `decimals` digits after the point: `(123_457, 2)` is `1234.57`.
pub fn format_scaled(value: i64, decimals: u32) -> String {
    let sign = if value < 0 { "-" } else { "" };
    let digits = value.unsigned_abs().to_string();
    let decimals = decimals as usize;
    if decimals == 0 {
        return format!("{sign}{digits}");
    }
    let padded = format!("{digits:0>width$}", width = decimals + 1);
    let (whole, fraction) = padded.split_at(padded.len() - decimals);
    format!("{sign}{whole}.{fraction}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_what_exports_write() {
        assert_eq!(parse_scaled("0.95", 6), Ok(950_000));
        assert_eq!(parse_scaled(" 42 ", 3), Ok(42_000));
        assert_eq!(parse_scaled("+.5", 0), Ok(1));
        assert_eq!(parse_scaled("5.", 1), Ok(50));
        assert_eq!(parse_scaled("0.4999999999999999999999999", 0), Ok(0));
        assert_eq!(parse_scaled("-1.5", 0), Ok(-2));
        assert_eq!(parse_scaled("000000000000000000000000000001", 0), Ok(1));
    }

    #[test]
    fn refuses_what_is_no_plain_decimal() {
        for text in [
            "-", ".", "1,5", "1.2.3", "1e3", "NaN", "12 kg", "0x1F", "١", "--1",
        ] {
            assert_eq!(
                parse_scaled(text, 2),
                Err(DecimalError::NotANumber),
                "{text}"
            );
        }
        assert_eq!(parse_scaled("  ", 2), Err(DecimalError::Empty));
    }

    #[test]
    fn refuses_what_does_not_fit() {
        assert_eq!(parse_scaled("9223372036854775807", 0), Ok(i64::MAX));
        assert_eq!(parse_scaled("-9223372036854775808", 0), Ok(i64::MIN));
        assert_eq!(
            parse_scaled("9223372036854775808", 0),
            Err(DecimalError::TooLarge)
        );
        assert_eq!(
            parse_scaled("9223372036854775807.5", 0),
            Err(DecimalError::TooLarge)
        );
        assert_eq!(
            parse_scaled("92233720368547759", 3),
            Err(DecimalError::TooLarge)
        );
    }

    #[test]
    fn divides_half_up_on_both_sides_of_zero() {
        assert_eq!(divide_half_up(5, 10), Some(1));
        assert_eq!(divide_half_up(-5, 10), Some(-1));
        assert_eq!(divide_half_up(5, -10), Some(-1));
        assert_eq!(divide_half_up(-4, 10), Some(0));
        assert_eq!(divide_half_up(24, 10), Some(2));
        assert_eq!(divide_half_up(1, 0), None);
        assert_eq!(divide_half_up(i128::MAX, 1), None);
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(value: i64, decimals in 0u32..7) {
            prop_assert_eq!(parse_scaled(&format_scaled(value, decimals), decimals), Ok(value));
        }

        #[test]
        fn any_text_is_read_or_refused_without_a_panic(text in "\\PC*") {
            let _ = parse_scaled(&text, 2);
        }
    }
}
