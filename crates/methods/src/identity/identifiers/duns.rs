//! D-U-N-S numbers.

use super::{Reason, all_digits, compact, identifier, length};

identifier! {
    /// A D-U-N-S number: nine digits, one per location. Its check digit was given up about 2006, so only the form can be
    /// tested. Source: handbook 11.6.
    Duns, Duns::parse
}

impl Duns {
    /// Reads a D-U-N-S number; spaces and hyphens are accepted.
    ///
    /// ```
    /// use keelson_methods::identity::{Duns, Reason};
    /// assert_eq!(Duns::parse("15-048-3782").unwrap().as_str(), "150483782");
    /// assert_eq!(Duns::parse("000000000"), Err(Reason::Reserved));
    /// ```
    pub fn parse(text: &str) -> Result<Self, Reason> {
        let duns = compact(text)?;
        if !all_digits(&duns) {
            return Err(Reason::Characters);
        }
        length(&duns, 9)?;
        if duns == "000000000" || duns == "999999999" {
            Err(Reason::Reserved)
        } else {
            Ok(Self(duns))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_form_is_tested() {
        assert!(Duns::parse("123456789").is_ok());
        assert_eq!(
            Duns::parse("12345678"),
            Err(Reason::Length {
                expected: 9,
                found: 8
            })
        );
        assert_eq!(Duns::parse("12345678A"), Err(Reason::Characters));
        assert_eq!(Duns::parse("999-999-999"), Err(Reason::Reserved));
    }
}
