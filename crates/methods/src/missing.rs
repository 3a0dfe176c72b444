//! Why a value is absent. A missing value is never zero.

use crate::code::coded;

coded! {
    /// The reason a value is missing.
    ///
    /// Stored and exchanged by its code (`no_activity` …). Source: handbook 00, "Missing, zero, small".
    pub enum Missing {
        /// Nothing happened that could be measured: no lines, no lots, no invoices.
        NoActivity = "no_activity",
        /// The one who should have told us has not.
        NotReported = "not_reported",
        /// The measure makes no sense for this supplier.
        NotApplicable = "not_applicable",
        /// There is a value, but it is too old to count.
        Stale = "stale",
        /// The rate would divide by zero.
        DenominatorZero = "denominator_zero",
        /// There are too few observations to say anything.
        BelowMinN = "below_min_n",
        /// The source holds a value that could not be read.
        ParseError = "parse_error",
    }
}

impl Missing {
    /// A short sentence for people.
    pub const fn explain(self) -> &'static str {
        match self {
            Self::NoActivity => "Nothing happened in this period that could be measured.",
            Self::NotReported => "No data has been reported.",
            Self::NotApplicable => "This measure does not apply to this supplier.",
            Self::Stale => "The last value is too old to count.",
            Self::DenominatorZero => "There is nothing to divide by, so no rate exists.",
            Self::BelowMinN => "There are too few observations for a reliable value.",
            Self::ParseError => "The source holds a value that could not be read.",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_reads_back_and_is_what_serde_writes() {
        assert_eq!(Missing::ALL.len(), 7);
        for &reason in Missing::ALL {
            assert_eq!(Missing::parse(reason.code()), Ok(reason));
            assert_eq!(
                serde_json::to_string(&reason).unwrap(),
                format!("\"{}\"", reason.code())
            );
            assert!(reason.explain().ends_with('.'));
        }
    }

    #[test]
    fn an_unknown_code_names_the_known_ones() {
        let error = Missing::parse("n/a").unwrap_err().to_string();
        assert!(
            error.contains("\"n/a\"") && error.contains("below_min_n"),
            "{error}"
        );
    }
}
