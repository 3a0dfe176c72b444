//! Numbers that look like registered ones and are not: each passes its checksum.

use keelson_methods::identity::{Iban, Lei, VatId};
use rand::Rng;

use crate::{company::Supplier, rows::Identifiers};

pub(crate) fn of(rng: &mut impl Rng, supplier: &Supplier) -> Identifiers {
    let country = supplier.country.code;
    // Two records of one party carry the same VAT number; it is drawn from the name's first word.
    let twin = supplier.name.starts_with("Vallefer");
    let vat = if twin {
        VatId::with_check_digits("IT", "0271828182").ok()
    } else {
        vat(rng, country)
    };
    Identifiers {
        lei: rng
            .random_bool(0.6)
            .then(|| lei(rng))
            .flatten()
            .filter(|_| !twin),
        vat: vat.map(|vat| vat.as_str().to_owned()),
        iban: rng
            .random_bool(0.7)
            .then(|| iban(rng, country))
            .flatten()
            .filter(|_| !twin),
        duns: rng
            .random_bool(0.4)
            .then(|| digits(rng, 9))
            .filter(|_| !twin),
    }
}

fn lei(rng: &mut impl Rng) -> Option<String> {
    let body = format!("9999{}{}", "00", digits(rng, 12));
    Lei::with_check_digits(&body)
        .ok()
        .map(|lei| lei.as_str().to_owned())
}

fn vat(rng: &mut impl Rng, country: &str) -> Option<VatId> {
    let rest = match country {
        "DE" | "BE" | "NL" => 8,
        "FR" | "PL" => 9,
        "IT" => 10,
        "AT" | "ES" | "GB" => 7,
        _ => return None,
    };
    // A Belgian number begins with 0 or 1.
    let first = if country == "BE" { "0" } else { "7" };
    (0..20).find_map(|_| {
        VatId::with_check_digits(country, &format!("{first}{}", digits(rng, rest - 1))).ok()
    })
}

fn iban(rng: &mut impl Rng, country: &str) -> Option<String> {
    let length = match country {
        "DE" => 18,
        "AT" => 16,
        "PL" => 24,
        "BE" => 12,
        "ES" | "CZ" | "SE" => 20,
        _ => return None,
    };
    Iban::with_check_digits(country, &digits(rng, length))
        .ok()
        .map(|iban| iban.as_str().to_owned())
}

fn digits(rng: &mut impl Rng, count: usize) -> String {
    (0..count)
        .map(|_| char::from(b'0' + rng.random_range(0..10)))
        .collect()
}
