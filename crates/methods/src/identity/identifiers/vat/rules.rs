//! The countries' check-digit rules. Numbers come without prefix and are of their country's form.

use super::super::{Reason, all_digits, mod97};

/// Whether the check digits of a number fit; `None` where there is no rule to test by.
pub(super) fn fits(prefix: &str, number: &str) -> Option<bool> {
    Some(match prefix {
        "DE" => {
            let digits = numbers(number);
            german(&digits[..8]) == digits[8]
        }
        "FR" if all_digits(&number[..2]) => number[..2].parse() == Ok(french(&number[2..])),
        "IT" => {
            let digits = numbers(number);
            luhn(&digits[..10]) == digits[10]
        }
        "BE" => number[8..].parse() == Ok(belgian(&number[..8])),
        "AT" => {
            let digits = numbers(&number[1..]);
            austrian(&digits[..7]) == digits[7]
        }
        // Sole traders have had numbers under the newer rule, over the whole number, since 2020.
        "NL" => {
            let digits = numbers(&number[..9]);
            dutch(&digits[..8]) == Some(digits[8]) || mod97(&format!("NL{number}")) == Some(1)
        }
        "ES" => spanish_fits(number),
        "PL" => {
            let digits = numbers(number);
            polish(&digits[..9]) == Some(digits[9])
        }
        "GB" | "XI" if all_digits(number) => british_fits(number),
        _ => return None,
    })
}

/// A number's rest with its check digits: what follows the prefix.
pub(super) fn complete(country: &str, rest: &str) -> Result<String, Reason> {
    let digits = numbers(rest);
    Ok(match (country, rest.len()) {
        ("DE", 8) => format!("{rest}{}", german(&digits)),
        ("FR", 9) => format!("{:02}{rest}", french(rest)),
        ("IT", 10) => format!("{rest}{}", luhn(&digits)),
        ("BE", 8) => format!("{rest}{:02}", belgian(rest)),
        ("AT", 7) => format!("U{rest}{}", austrian(&digits)),
        ("NL", 8) => format!("{rest}{}B01", dutch(&digits).ok_or(Reason::Checksum)?),
        ("ES", 8) => format!("{rest}{}", spanish_person(rest)),
        ("ES", 7) => format!("B{rest}{}", spanish_company(&digits)),
        ("PL", 9) => format!("{rest}{}", polish(&digits).ok_or(Reason::Checksum)?),
        ("GB", 7) => format!("{rest}{:02}", british(&digits)),
        _ => return Err(Reason::Format),
    })
}

fn numbers(digits: &str) -> Vec<u32> {
    digits
        .chars()
        .filter_map(|digit| digit.to_digit(10))
        .collect()
}

fn weighted(digits: &[u32], weights: &[u32]) -> u32 {
    digits
        .iter()
        .zip(weights)
        .map(|(digit, weight)| digit * weight)
        .sum()
}

/// The sum of the digits, every other one doubled and its own digits added: `first` says which half is doubled.
fn doubled_sum(digits: &[u32], first: usize) -> u32 {
    let value = |(at, digit): (usize, &u32)| {
        if at % 2 == first {
            digit * 2 / 10 + digit * 2 % 10
        } else {
            *digit
        }
    };
    digits.iter().enumerate().map(value).sum()
}

/// ISO 7064 mod 11,10 over eight digits.
fn german(first_8: &[u32]) -> u32 {
    let product = first_8.iter().fold(10, |product, digit| {
        let sum = (digit + product) % 10;
        2 * (if sum == 0 { 10 } else { sum }) % 11
    });
    (11 - product) % 10
}

/// `(12 + 3 * (SIREN mod 97)) mod 97`.
fn french(siren: &str) -> u32 {
    (12 + 3 * (mod97(siren).unwrap_or(0))) % 97
}

/// Luhn's check digit over ten digits.
fn luhn(first_10: &[u32]) -> u32 {
    (10 - doubled_sum(first_10, 1) % 10) % 10
}

/// `97 - (first eight mod 97)`.
fn belgian(first_8: &str) -> u32 {
    97 - mod97(first_8).unwrap_or(0)
}

/// As Luhn's, over seven digits, plus four.
fn austrian(first_7: &[u32]) -> u32 {
    (10 - (doubled_sum(first_7, 1) + 4) % 10) % 10
}

/// Weights 9 to 2 modulo 11; `None` for numbers that are never issued.
fn dutch(first_8: &[u32]) -> Option<u32> {
    Some(weighted(first_8, &[9, 8, 7, 6, 5, 4, 3, 2]) % 11).filter(|rest| *rest < 10)
}

/// Modulo 11; `None` for numbers that are never issued.
fn polish(first_9: &[u32]) -> Option<u32> {
    Some(weighted(first_9, &[6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11).filter(|rest| *rest < 10)
}

const BRITISH_WEIGHTS: [u32; 7] = [8, 7, 6, 5, 4, 3, 2];

/// `97 - (weighted sum mod 97)`, the older of the two British rules.
fn british(first_7: &[u32]) -> u32 {
    97 - weighted(first_7, &BRITISH_WEIGHTS) % 97
}

/// Either British rule: modulo 97, or since 2010 the same with 55 added.
fn british_fits(number: &str) -> bool {
    let digits = numbers(&number[..9]);
    let sum = weighted(&digits[..7], &BRITISH_WEIGHTS) + digits[7] * 10 + digits[8];
    sum.is_multiple_of(97) || (sum + 55).is_multiple_of(97)
}

/// The letter of a Spanish personal number.
fn spanish_person(digits: &str) -> char {
    const LETTERS: &[u8; 23] = b"TRWAGMYFPDXBNJZSQVHLCKE";
    let rest = digits.bytes().fold(0, |rest, digit| {
        (rest * 10 + usize::from(digit - b'0')) % 23
    });
    char::from(LETTERS[rest])
}

/// The control digit of a Spanish company number.
fn spanish_company(seven: &[u32]) -> u32 {
    (10 - doubled_sum(seven, 0) % 10) % 10
}

/// Persons (digits first, or X, Y, Z for foreigners) end in a letter; companies in a digit, a letter, or either, by
/// their first letter.
fn spanish_fits(number: &str) -> bool {
    let (first, middle) = (number.as_bytes()[0], &number[1..8]);
    let control = char::from(number.as_bytes()[8]);
    if first.is_ascii_digit() {
        return control == spanish_person(&number[..8]);
    }
    let company = spanish_company(&numbers(middle));
    let is_digit = control.to_digit(10) == Some(company);
    let is_letter = control == char::from(b"JABCDEFGHI"[company as usize]);
    match first {
        b'X' | b'Y' | b'Z' => control == spanish_person(&format!("{}{middle}", first - b'X')),
        b'K' | b'L' | b'M' => control == spanish_person(middle) || is_letter,
        b'P' | b'Q' | b'R' | b'S' | b'N' | b'W' => is_letter,
        b'A' | b'B' | b'E' | b'H' => is_digit,
        b'C' | b'D' | b'F' | b'G' | b'J' | b'U' | b'V' => is_digit || is_letter,
        _ => false,
    }
}
