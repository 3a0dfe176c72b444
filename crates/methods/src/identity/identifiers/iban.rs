//! International Bank Account Numbers.

use super::{Reason, check_digits, compact, identifier, length, mod97};

identifier! {
    /// An International Bank Account Number of the right length with fitting check digits (ISO 13616). That the account
    /// exists, and whose it is, only a call to a known number tells. Source: handbook 11.6.
    Iban, Iban::parse
}

impl Iban {
    /// Reads an IBAN; spaces and lower case are accepted.
    ///
    /// ```
    /// use keelson_methods::identity::Iban;
    /// assert_eq!(Iban::parse("GB82 WEST 1234 5698 7654 32").unwrap().country(), "GB");
    /// ```
    pub fn parse(text: &str) -> Result<Self, Reason> {
        let iban = compact(text)?;
        let expected = iban.get(..2).and_then(length_in).ok_or(Reason::Country)?;
        length(&iban, expected)?;
        let digits = iban[2..4].parse::<u32>().map_err(|_| Reason::Characters)?;
        let turned = format!("{}{}", &iban[4..], &iban[..4]);
        let fits = mod97(&turned) == Some(1) && (2..=98).contains(&digits);
        if fits {
            Ok(Self(iban))
        } else {
            Err(Reason::Checksum)
        }
    }

    /// Builds an IBAN from a country and its national account number. For demonstration data.
    pub fn with_check_digits(country: &str, account: &str) -> Result<Self, Reason> {
        let (country, account) = (compact(country)?, compact(account)?);
        let expected = length_in(&country).ok_or(Reason::Country)?;
        length(&account, expected - 4)?;
        let digits = check_digits(&format!("{account}{country}")).ok_or(Reason::Characters)?;
        Ok(Self(format!("{country}{digits}{account}")))
    }

    /// The country of the account, ISO 3166-1 alpha-2.
    pub fn country(&self) -> &str {
        &self.0[..2]
    }

    /// The IBAN in groups of four, as people read it.
    pub fn grouped(&self) -> String {
        let groups = self.0.as_bytes().chunks(4).map(String::from_utf8_lossy);
        groups.collect::<Vec<_>>().join(" ")
    }
}

/// Length of the IBANs of a country. Source: handbook 11.6 for the ten it names; SWIFT IBAN registry.
fn length_in(country: &str) -> Option<usize> {
    const LENGTHS: &[(usize, &str)] = &[
        (15, "NO"),
        (16, "BE"),
        (18, "DK FI FK FO GL NL SD"),
        (19, "MK SI"),
        (20, "AT BA EE KZ LT LU MN XK"),
        (21, "CH HR LI LV"),
        (22, "BG BH CR DE GB GE IE ME RS VA"),
        (23, "AE GI IL IQ OM SO TL"),
        (24, "AD CZ ES MD PK RO SA SE SK TN VG"),
        (25, "LY PT ST"),
        (26, "IS TR"),
        (27, "BI DJ FR GR IT MC MR SM"),
        (28, "AL AZ BY CY DO GT HN HU LB NI PL SV"),
        (29, "BR EG PS QA UA"),
        (30, "JO KW MU YE"),
        (31, "MT SC"),
        (32, "LC"),
        (33, "RU"),
    ];
    let known = |countries: &str| countries.split(' ').any(|known| known == country);
    LENGTHS
        .iter()
        .find(|(_, countries)| known(countries))
        .map(|(length, _)| *length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::identifiers::single_digit_errors;
    use proptest::prelude::*;

    #[test]
    fn t11_4_iban_checksums() {
        let rest = |iban: &str| mod97(&format!("{}{}", &iban[4..], &iban[..4]));
        assert_eq!(rest("GB82WEST12345698765432"), Some(1));
        assert_eq!(rest("DE89370400440532013000"), Some(1));
        assert_eq!(rest("DE89370400440532031000"), Some(31));
        assert_eq!(
            Iban::parse("DE89370400440532013000").unwrap().grouped(),
            "DE89 3704 0044 0532 0130 00"
        );
        assert_eq!(Iban::parse("DE89370400440532031000"), Err(Reason::Checksum));
        assert_eq!(
            Iban::with_check_digits("GB", "WEST12345698765432")
                .unwrap()
                .as_str(),
            "GB82WEST12345698765432"
        );
    }

    #[test]
    fn the_length_is_that_of_the_country() {
        for (country, length) in [
            ("DE", 22),
            ("GB", 22),
            ("FR", 27),
            ("IT", 27),
            ("ES", 24),
            ("NL", 18),
            ("BE", 16),
            ("AT", 20),
            ("CH", 21),
            ("PL", 28),
        ] {
            assert_eq!(length_in(country), Some(length));
        }
        assert_eq!(
            Iban::parse("DE8937040044053201300"),
            Err(Reason::Length {
                expected: 22,
                found: 21
            })
        );
        assert_eq!(Iban::parse("US89370400440532013000"), Err(Reason::Country));
        assert_eq!(Iban::parse("D"), Err(Reason::Country));
    }

    proptest! {
        #[test]
        fn check_digits_fit_and_notice_every_mistyped_digit(account in "[0-9]{18}") {
            let iban = Iban::with_check_digits("DE", &account).unwrap();
            prop_assert_eq!(&Iban::parse(&iban.grouped()).unwrap(), &iban);
            for wrong in single_digit_errors(iban.as_str()) {
                prop_assert!(Iban::parse(&wrong).is_err(), "{}", wrong);
            }
        }
    }
}
