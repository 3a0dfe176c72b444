//! The three-way match: what was invoiced against what was ordered and what was received.

use crate::code::coded;
use crate::document::Fraction;
use crate::kpi::InvoiceRules;

coded! {
    /// How an invoice line matched the first time.
    pub enum MatchResult {
        /// Price, quantity and tax agree within the tolerances.
        Matched = "matched",
        /// The price differs.
        Price = "price",
        /// The quantity differs.
        Quantity = "quantity",
        /// The tax differs.
        Tax = "tax",
    }
}

/// What is known about one invoice line. Prices in millionths, quantities in thousandths, tax in minor units, each pair
/// in one currency and one unit of measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvoiceFacts {
    /// Ordered price per unit.
    pub ordered_price_micros: i64,
    /// Invoiced price per unit.
    pub invoiced_price_micros: i64,
    /// Received quantity.
    pub received_milli: i64,
    /// Invoiced quantity.
    pub invoiced_milli: i64,
    /// Tax as it should be.
    pub expected_tax_minor: i64,
    /// Tax on the invoice.
    pub invoiced_tax_minor: i64,
}

/// Matches one invoice line: price, then quantity, then tax, each within its tolerance either way; the first that is not
/// is the result. An invoice matches where all its lines do. Source: handbook 2.5.
///
/// ```
/// use keelson_methods::invoice::{InvoiceFacts, MatchResult, three_way_match};
/// use keelson_methods::kpi::InvoiceRules;
/// let line = InvoiceFacts {
///     ordered_price_micros: 10_000_000, invoiced_price_micros: 10_050_000, received_milli: 5_000, invoiced_milli: 5_000,
///     expected_tax_minor: 950, invoiced_tax_minor: 950,
/// };
/// assert_eq!(three_way_match(&line, &InvoiceRules::default()), MatchResult::Matched);
/// ```
pub fn three_way_match(line: &InvoiceFacts, rules: &InvoiceRules) -> MatchResult {
    let price = (
        line.invoiced_price_micros,
        line.ordered_price_micros,
        rules.price_tolerance,
    );
    let quantity = (
        line.invoiced_milli,
        line.received_milli,
        rules.quantity_tolerance,
    );
    let tax = (
        line.invoiced_tax_minor,
        line.expected_tax_minor,
        rules.tax_tolerance,
    );
    match () {
        () if !is_within(price) => MatchResult::Price,
        () if !is_within(quantity) => MatchResult::Quantity,
        () if !is_within(tax) => MatchResult::Tax,
        () => MatchResult::Matched,
    }
}

/// Whether the found number is within the tolerance, a share of the expected one.
fn is_within((found, expected, tolerance): (i64, i64, Fraction)) -> bool {
    let difference = (i128::from(found) - i128::from(expected)).unsigned_abs();
    difference * 1_000_000 <= i128::from(expected).unsigned_abs() * u128::from(tolerance.millionths)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example() -> InvoiceFacts {
        InvoiceFacts {
            ordered_price_micros: 10_000_000,
            invoiced_price_micros: 10_000_000,
            received_milli: 5_000,
            invoiced_milli: 5_000,
            expected_tax_minor: 950,
            invoiced_tax_minor: 950,
        }
    }

    #[test]
    fn half_a_percent_of_price_is_tolerated_and_nothing_else() {
        let result = |line: InvoiceFacts| three_way_match(&line, &InvoiceRules::default());
        for (price, expected) in [
            (10_050_000, MatchResult::Matched),
            (10_050_001, MatchResult::Price),
            (9_950_000, MatchResult::Matched),
            (9_949_999, MatchResult::Price),
        ] {
            assert_eq!(
                result(InvoiceFacts {
                    invoiced_price_micros: price,
                    ..example()
                }),
                expected,
                "{price}"
            );
        }
        assert_eq!(
            result(InvoiceFacts {
                invoiced_milli: 5_001,
                ..example()
            }),
            MatchResult::Quantity
        );
        assert_eq!(
            result(InvoiceFacts {
                invoiced_tax_minor: 951,
                ..example()
            }),
            MatchResult::Tax
        );
    }

    #[test]
    fn credit_notes_and_free_goods_match_too() {
        let rules = InvoiceRules::default();
        let credit = InvoiceFacts {
            received_milli: -5_000,
            invoiced_milli: -5_000,
            ..example()
        };
        assert_eq!(three_way_match(&credit, &rules), MatchResult::Matched);
        let free = InvoiceFacts {
            ordered_price_micros: 0,
            invoiced_price_micros: 0,
            ..example()
        };
        assert_eq!(three_way_match(&free, &rules), MatchResult::Matched);
        let charged = InvoiceFacts {
            ordered_price_micros: 0,
            invoiced_price_micros: 1,
            ..example()
        };
        assert_eq!(three_way_match(&charged, &rules), MatchResult::Price);
    }
}
