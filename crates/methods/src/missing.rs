//! Why a value is absent. A missing value is never zero.

use serde::{Deserialize, Serialize};

/// The reason a value is missing.
///
/// Stored and exchanged by its code (`no_activity` …). Source: handbook 00, "Missing, zero, small".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Missing {
    /// Nothing happened that could be measured: no lines, no lots, no invoices.
    NoActivity,
    /// The one who should have told us has not.
    NotReported,
    /// The measure makes no sense for this supplier.
    NotApplicable,
    /// There is a value, but it is too old to count.
    Stale,
    /// The rate would divide by zero.
    DenominatorZero,
    /// There are too few observations to say anything.
    BelowMinN,
    /// The source holds a value that could not be read.
    ParseError,
}

/// A text that is not one of the reason codes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is not a reason for a missing value; the reasons are {list}", list = Missing::ALL.map(Missing::code).join(", "))]
pub struct UnknownReason(pub String);

impl Missing {
    /// Every reason, in the handbook's order.
    pub const ALL: [Self; 7] = [
        Self::NoActivity,
        Self::NotReported,
        Self::NotApplicable,
        Self::Stale,
        Self::DenominatorZero,
        Self::BelowMinN,
        Self::ParseError,
    ];

    /// The handbook's code, as stored.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NoActivity => "no_activity",
            Self::NotReported => "not_reported",
            Self::NotApplicable => "not_applicable",
            Self::Stale => "stale",
            Self::DenominatorZero => "denominator_zero",
            Self::BelowMinN => "below_min_n",
            Self::ParseError => "parse_error",
        }
    }

    /// Reads a code. The match is exact; surrounding spaces are an error.
    pub fn parse(code: &str) -> Result<Self, UnknownReason> {
        Self::ALL
            .into_iter()
            .find(|reason| reason.code() == code)
            .ok_or_else(|| UnknownReason(code.to_owned()))
    }

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

impl std::fmt::Display for Missing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}

impl std::str::FromStr for Missing {
    type Err = UnknownReason;

    fn from_str(code: &str) -> Result<Self, Self::Err> {
        Self::parse(code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_reads_back_and_is_what_serde_writes() {
        for reason in Missing::ALL {
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
