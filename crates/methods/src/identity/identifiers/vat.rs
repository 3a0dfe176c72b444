//! Value added tax numbers: form, then check digit; the registry has the last word.

mod rules;

use super::{Check, Reason, all_digits, compact, identifier};

identifier! {
    /// A VAT number of its country's form, with the country's prefix. Its check digit may still fail: [`VatId::check`].
    /// Source: handbook 11.6.
    VatId, |text| VatId::parse(text, None)
}

impl VatId {
    /// Reads a VAT number; spaces, dots, hyphens and lower case are accepted. `country` (ISO 3166-1 alpha-2) stands in
    /// where the number is written without its prefix. `Format` where the number is not of its country's form, `Country`
    /// where neither the prefix nor the country is known.
    ///
    /// ```
    /// use keelson_methods::identity::{Check, VatId};
    /// assert_eq!(VatId::parse("BE 0403.019.261", None).unwrap().check(), Check::Valid);
    /// assert!(VatId::parse("403.019.261", Some("BE")).is_err(), "Belgian numbers have ten digits");
    /// ```
    pub fn parse(text: &str, country: Option<&str>) -> Result<Self, Reason> {
        let compact = compact(text)?;
        let written = compact.get(..2).filter(|prefix| is_known(prefix));
        let as_written = written.map(|_| Self::of_form(compact.clone()));
        let supplied = country.map(prefix_of).filter(|prefix| is_known(prefix));
        match (as_written, supplied) {
            (Some(Ok(vat)), _) => Ok(vat),
            // A number may begin with two letters that only look like a prefix, as some French ones do.
            (Some(Err(reason)), Some(prefix)) => {
                Self::of_form(format!("{prefix}{compact}")).map_err(|_| reason)
            }
            (Some(Err(reason)), None) => Err(reason),
            (None, Some(prefix)) => Self::of_form(format!("{prefix}{compact}")),
            (None, None) => Err(Reason::Country),
        }
    }

    /// Adds the check digits to the rest of a number, given without prefix: DE 8, FR 9 (the SIREN), IT 10, BE 8, AT 7,
    /// NL 8, ES 7 (company) or 8 (person), PL 9, GB 7 digits. For demonstration data. `Checksum` for the few Dutch and
    /// Polish numbers that have no check digit and are never issued; `Format` for other countries and lengths.
    pub fn with_check_digits(country: &str, rest: &str) -> Result<Self, Reason> {
        let rest = compact(rest)?;
        if !all_digits(&rest) {
            return Err(Reason::Characters);
        }
        Self::of_form(format!("{country}{}", rules::complete(country, &rest)?))
    }

    /// The prefix of the number: the country's code, EL for Greece, XI for Northern Ireland.
    pub fn prefix(&self) -> &str {
        &self.0[..2]
    }

    /// Whether the European Commission's VIES can confirm it: the Union's members and Northern Ireland, not Great Britain.
    pub fn is_in_vies(&self) -> bool {
        self.prefix() != "GB"
    }

    /// Whether the check digits fit. A failed one is a warning, not a verdict: some valid numbers fail, and the registry's
    /// answer is the truth. Source: handbook 11.6 (DE after ISO 7064 mod 11,10; FR, IT, BE); for AT, NL, ES, PL and GB the
    /// countries' published rules.
    pub fn check(&self) -> Check {
        match rules::fits(self.prefix(), &self.0[2..]) {
            Some(true) => Check::Valid,
            Some(false) => Check::Warning(Reason::Checksum),
            None => Check::Warning(Reason::NotCheckable),
        }
    }

    fn of_form(text: String) -> Result<Self, Reason> {
        let (prefix, number) = text.split_at_checked(2).ok_or(Reason::Format)?;
        let (_, forms) = FORMS
            .iter()
            .find(|(known, _)| *known == prefix)
            .ok_or(Reason::Format)?;
        if forms.split(' ').any(|form| has_form(number, form)) {
            Ok(Self(text))
        } else {
            Err(Reason::Format)
        }
    }
}

/// The forms of the numbers after the prefix: 9 a digit, a a letter, x either; anything else stands for itself.
const FORMS: &[(&str, &str)] = &[
    ("AT", "U99999999"),
    ("BE", "0999999999 1999999999"),
    ("BG", "999999999 9999999999"),
    ("CY", "99999999a"),
    ("CZ", "99999999 999999999 9999999999"),
    ("DE", "999999999"),
    ("DK", "99999999"),
    ("EE", "999999999"),
    ("EL", "999999999"),
    ("ES", "a99999999 a9999999a 99999999a"),
    ("FI", "99999999"),
    ("FR", "xx999999999"),
    ("GB", "999999999 999999999999 GD999 HA999"),
    ("HR", "99999999999"),
    ("HU", "99999999"),
    ("IE", "9x99999a 9999999aa"),
    ("IT", "99999999999"),
    ("LT", "999999999 999999999999"),
    ("LU", "99999999"),
    ("LV", "99999999999"),
    ("MT", "99999999"),
    ("NL", "999999999B99"),
    ("PL", "9999999999"),
    ("PT", "999999999"),
    (
        "RO",
        "99 999 9999 99999 999999 9999999 99999999 999999999 9999999999",
    ),
    ("SE", "999999999999"),
    ("SI", "99999999"),
    ("SK", "9999999999"),
    ("XI", "999999999 999999999999 GD999 HA999"),
];

fn is_known(prefix: &str) -> bool {
    FORMS.iter().any(|(known, _)| *known == prefix)
}

/// The prefix of a country's numbers.
fn prefix_of(country: &str) -> &str {
    match country {
        "GR" => "EL",
        "MC" => "FR",
        other => other,
    }
}

fn has_form(number: &str, form: &str) -> bool {
    let fits = |(byte, wanted): (u8, u8)| match wanted {
        b'9' => byte.is_ascii_digit(),
        b'a' => byte.is_ascii_uppercase(),
        b'x' => byte.is_ascii_alphanumeric(),
        literal => byte == literal,
    };
    number.len() == form.len() && number.bytes().zip(form.bytes()).all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::identifiers::single_digit_errors;
    use proptest::prelude::*;

    fn check(text: &str) -> Check {
        VatId::parse(text, None).unwrap().check()
    }

    #[test]
    fn t11_5_vat_check_digits() {
        for vat in [
            "DE136695976",
            "DE129430206",
            "DE815243055",
            "FR83404833048",
            "IT00743110157",
            "BE0403019261",
        ] {
            assert_eq!(check(vat), Check::Valid, "{vat}");
        }
        assert_eq!(check("DE136695978"), Check::Warning(Reason::Checksum));
        assert_eq!(
            VatId::with_check_digits("FR", "404833048")
                .unwrap()
                .as_str(),
            "FR83404833048"
        );
    }

    #[test]
    fn the_other_countries_by_published_examples() {
        for vat in [
            "ATU13585627",
            "NL123456782B90",
            "NL004495445B01",
            "NL000099998B57",
            "ESA58818501",
            "ES54362315K",
            "ESX2482300W",
            "ESB58378431",
            "PL8567346215",
            "GB980780684",
            "GB802311782",
        ] {
            assert_eq!(check(vat), Check::Valid, "{vat}");
        }
        for vat in [
            "ATU13585626",
            "NL123456783B90",
            "ESA58818502",
            "ES54362315X",
            "PL8567346216",
            "GB802311781",
        ] {
            assert_eq!(check(vat), Check::Warning(Reason::Checksum), "{vat}");
        }
    }

    #[test]
    fn where_there_is_no_rule_the_register_is_asked() {
        for vat in ["DK13585628", "FRK7399859412", "GBGD001", "RO18547290"] {
            assert_eq!(check(vat), Check::Warning(Reason::NotCheckable), "{vat}");
        }
    }

    #[test]
    fn the_prefix_may_be_left_out_where_the_country_is_known() {
        let of = |text: &str, country: &str| VatId::parse(text, Some(country)).map(String::from);
        let ok = |text: &str| Ok(text.to_owned());
        assert_eq!(of("136695976", "DE"), ok("DE136695976"));
        assert_eq!(of("094259216", "GR"), ok("EL094259216"));
        assert_eq!(
            of("DE136695976", "FR"),
            ok("DE136695976"),
            "a written prefix counts"
        );
        assert_eq!(of("U13585627", "AT"), ok("ATU13585627"));
        assert_eq!(
            of("IT399859412", "FR"),
            ok("FRIT399859412"),
            "a French key that looks like a prefix"
        );
        assert_eq!(of("12345", "DE"), Err(Reason::Format));
        assert_eq!(of("12345", "US"), Err(Reason::Country));
        assert_eq!(VatId::parse("DE12345678", None), Err(Reason::Format));
        assert_eq!(VatId::parse("8", None), Err(Reason::Country));
    }

    #[test]
    fn great_britain_is_outside_vies_and_northern_ireland_inside() {
        let in_vies = |text: &str| VatId::parse(text, None).unwrap().is_in_vies();
        assert_eq!(
            [
                in_vies("DE136695976"),
                in_vies("GB980780684"),
                in_vies("XI980780684")
            ],
            [true, false, true]
        );
    }

    #[test]
    fn the_generator_refuses_what_it_cannot_complete() {
        assert_eq!(VatId::with_check_digits("DE", "123"), Err(Reason::Format));
        assert_eq!(
            VatId::with_check_digits("DE", "1234567A"),
            Err(Reason::Characters)
        );
        assert_eq!(
            VatId::with_check_digits("US", "12345678"),
            Err(Reason::Format)
        );
    }

    proptest! {
        #[test]
        fn what_is_generated_is_valid(digits in "[0-9]{10}") {
            for (country, length) in
                [("DE", 8), ("FR", 9), ("IT", 10), ("AT", 7), ("NL", 8), ("ES", 7), ("ES", 8), ("PL", 9), ("GB", 7)]
            {
                match VatId::with_check_digits(country, &digits[..length]) {
                    Ok(vat) => prop_assert_eq!(vat.check(), Check::Valid, "{}", vat),
                    Err(reason) => prop_assert!(reason == Reason::Checksum && ["NL", "PL"].contains(&country)),
                }
            }
            let belgian = VatId::with_check_digits("BE", &format!("0{}", &digits[..7])).unwrap();
            prop_assert_eq!(belgian.check(), Check::Valid);
        }

        /// Great Britain and the Netherlands have two rules each, so a mistyped digit can satisfy the other one.
        #[test]
        fn check_digits_notice_every_mistyped_digit(digits in "[0-9]{10}") {
            for (country, length) in [("DE", 8), ("FR", 9), ("IT", 10), ("AT", 7), ("ES", 7), ("PL", 9)] {
                let Ok(vat) = VatId::with_check_digits(country, &digits[..length]) else { continue };
                for wrong in single_digit_errors(&vat.as_str()[2..]) {
                    let wrong = VatId::of_form(format!("{country}{wrong}")).unwrap();
                    prop_assert_eq!(wrong.check(), Check::Warning(Reason::Checksum), "{}", wrong);
                }
            }
        }
    }
}
