//! Legal Entity Identifiers.

use super::{Reason, check_digits, compact, identifier, length, mod97};

identifier! {
    /// A Legal Entity Identifier with fitting check digits (ISO 17442): 4 characters of the issuer, 14 of the entity, 2
    /// check digits. A valid checksum is no registration: the status comes from GLEIF. Source: handbook 11.6.
    Lei, Lei::parse
}

impl Lei {
    /// Reads a LEI; spaces and lower case are accepted.
    ///
    /// ```
    /// use keelson_methods::identity::{Lei, Reason};
    /// assert!(Lei::parse("213800WSGIIZCXF1P572").is_ok());
    /// assert_eq!(Lei::parse("213800WSGIIZCXF1P527"), Err(Reason::Checksum));
    /// ```
    pub fn parse(text: &str) -> Result<Self, Reason> {
        let lei = compact(text)?;
        length(&lei, 20)?;
        let digits = lei[18..].parse::<u32>().map_err(|_| Reason::Characters)?;
        // 00, 01 and 99 leave the same remainder as 97, 98 and 02 and are never issued.
        let fits = mod97(&lei) == Some(1) && (2..=98).contains(&digits);
        if fits {
            Ok(Self(lei))
        } else {
            Err(Reason::Checksum)
        }
    }

    /// Adds the check digits to the first 18 characters. For demonstration data.
    pub fn with_check_digits(first_18: &str) -> Result<Self, Reason> {
        let body = compact(first_18)?;
        length(&body, 18)?;
        let digits = check_digits(&body).ok_or(Reason::Characters)?;
        Ok(Self(body + &digits))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::identifiers::single_digit_errors;
    use proptest::prelude::*;

    #[test]
    fn t11_3_lei_checksums() {
        for lei in [
            "213800WSGIIZCXF1P572",
            "54930084UKLVMY22DS16",
            "5493000IBP32UQZ0KL24",
        ] {
            assert_eq!(mod97(lei), Some(1));
            assert_eq!(Lei::parse(lei).unwrap().as_str(), lei);
            assert_eq!(Lei::with_check_digits(&lei[..18]).unwrap().as_str(), lei);
        }
        assert_eq!(mod97("213800WSGIIZCXF1P527"), Some(53));
        assert_eq!(Lei::parse("213800WSGIIZCXF1P527"), Err(Reason::Checksum));
        assert_eq!(check_digits("10Bx939c5543TqA1144M999143X").unwrap(), "38");
    }

    #[test]
    fn what_is_no_lei_is_refused_with_its_reason() {
        assert_eq!(
            Lei::parse("213800WSGIIZCXF1P57"),
            Err(Reason::Length {
                expected: 20,
                found: 19
            })
        );
        assert_eq!(Lei::parse("213800WSGIIZCXF1P5AB"), Err(Reason::Characters));
        assert!(serde_json::from_str::<Lei>("\"213800WSGIIZCXF1P527\"").is_err());
    }

    proptest! {
        #[test]
        fn check_digits_fit_and_notice_every_mistyped_digit(body in "[A-Z0-9]{18}") {
            let lei = Lei::with_check_digits(&body).unwrap();
            prop_assert_eq!(&Lei::parse(lei.as_str()).unwrap(), &lei);
            for wrong in single_digit_errors(lei.as_str()) {
                prop_assert!(Lei::parse(&wrong).is_err(), "{}", wrong);
            }
        }
    }
}
