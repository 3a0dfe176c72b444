//! Money, unit prices and quantities as integers. No float holds money.

mod currency;

pub use currency::{Currency, UnknownCurrency};

use crate::decimal::{self, DecimalError};
use serde::{Deserialize, Serialize};

/// An amount in the minor unit of its currency (cents for the euro, whole yen for the yen).
///
/// Source: handbook 00, "Numbers".
///
/// ```
/// use keelson_methods::money::{Currency, Money};
/// let euro = Currency::parse("EUR").unwrap();
/// assert_eq!(Money::parse("1234.565", euro).unwrap().to_string(), "1234.57 EUR");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    /// The amount, in minor units.
    pub minor: i64,
    /// The currency of the amount.
    pub currency: Currency,
}

/// A price per unit in millionths of the currency's major unit, because prices below a cent are real.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct UnitPrice {
    /// The price, in millionths of the major unit.
    pub micros: i64,
    /// The currency of the price.
    pub currency: Currency,
}

/// A quantity in thousandths of its unit of measure: pieces and kilograms, three decimals as ERPs keep them.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Quantity {
    /// The quantity, in thousandths.
    pub milli: i64,
}

/// Why two amounts do not add up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// The amounts are in different currencies; convert first.
    #[error("{0} and {1} cannot be added; convert to one currency first")]
    TwoCurrencies(Currency, Currency),
    /// The result has more digits than fit.
    #[error("the amount is too large")]
    TooLarge,
}

impl Money {
    /// No money, in a currency.
    pub const fn zero(currency: Currency) -> Self {
        Self { minor: 0, currency }
    }

    /// Reads plain decimal text in the major unit (`1234.567`), rounded half-up to the minor unit.
    pub fn parse(text: &str, currency: Currency) -> Result<Self, DecimalError> {
        Ok(Self {
            minor: decimal::parse_scaled(text, currency.exponent())?,
            currency,
        })
    }

    /// The sum. Errors: different currencies, too large.
    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        self.combine(other, i64::checked_add)
    }

    /// The difference. Errors: different currencies, too large.
    pub fn checked_sub(self, other: Self) -> Result<Self, MoneyError> {
        self.combine(other, i64::checked_sub)
    }

    fn combine(
        self,
        other: Self,
        operation: fn(i64, i64) -> Option<i64>,
    ) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::TwoCurrencies(self.currency, other.currency));
        }
        let minor = operation(self.minor, other.minor).ok_or(MoneyError::TooLarge)?;
        Ok(Self {
            minor,
            currency: self.currency,
        })
    }

    /// The amount in the major unit as plain decimal text, without the currency.
    pub fn amount(self) -> String {
        decimal::format_scaled(self.minor, self.currency.exponent())
    }

    /// The price of one unit when this amount pays for `quantity`, rounded half-up to the millionth.
    /// `None` where the quantity is zero or the price does not fit.
    pub fn per_unit(self, quantity: Quantity) -> Option<UnitPrice> {
        // minor / 10^exponent / (milli / 10^3) * 10^6
        let numerator = i128::from(self.minor) * 1_000_000_000;
        let divisor = i128::from(quantity.milli) * 10_i128.pow(self.currency.exponent());
        Some(UnitPrice {
            micros: decimal::divide_half_up(numerator, divisor)?,
            currency: self.currency,
        })
    }
}

impl std::fmt::Display for Money {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.amount(), self.currency)
    }
}

impl UnitPrice {
    /// Reads plain decimal text in the major unit, rounded half-up at the sixth decimal.
    pub fn parse(text: &str, currency: Currency) -> Result<Self, DecimalError> {
        Ok(Self {
            micros: decimal::parse_scaled(text, 6)?,
            currency,
        })
    }

    /// What a quantity costs at this price, rounded half-up to the minor unit once, at the end.
    /// Error: the amount does not fit.
    ///
    /// ```
    /// use keelson_methods::money::{Currency, Quantity, UnitPrice};
    /// let euro = Currency::parse("EUR").unwrap();
    /// let price = UnitPrice::parse("0.0333", euro).unwrap();
    /// assert_eq!(price.times(Quantity::parse("1000").unwrap()).unwrap().to_string(), "33.30 EUR");
    /// ```
    pub fn times(self, quantity: Quantity) -> Result<Money, MoneyError> {
        let product = i128::from(self.micros) * i128::from(quantity.milli);
        let divisor = 10_i128.pow(9 - self.currency.exponent());
        let minor = decimal::divide_half_up(product, divisor).ok_or(MoneyError::TooLarge)?;
        Ok(Money {
            minor,
            currency: self.currency,
        })
    }
}

impl std::fmt::Display for UnitPrice {
    /// At least the digits of the minor unit, at most six: `0.0333 EUR`, `12.50 EUR`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = trim_zeros(
            &decimal::format_scaled(self.micros, 6),
            self.currency.exponent() as usize,
        );
        write!(f, "{text} {}", self.currency)
    }
}

impl Quantity {
    /// A whole number of units. Saturates at the largest quantity, which no order reaches.
    pub const fn whole(units: i64) -> Self {
        Self {
            milli: units.saturating_mul(1000),
        }
    }

    /// Reads plain decimal text, rounded half-up at the third decimal.
    pub fn parse(text: &str) -> Result<Self, DecimalError> {
        Ok(Self {
            milli: decimal::parse_scaled(text, 3)?,
        })
    }

    /// The sum; `None` where it does not fit.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        Some(Self {
            milli: self.milli.checked_add(other.milli)?,
        })
    }
}

impl std::fmt::Display for Quantity {
    /// As few decimals as needed: `100`, `2.5`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&trim_zeros(&decimal::format_scaled(self.milli, 3), 0))
    }
}

/// Drops trailing zeros after the point, but keeps `at_least` decimals.
fn trim_zeros(text: &str, at_least: usize) -> String {
    let Some((whole, fraction)) = text.split_once('.') else {
        return text.to_owned();
    };
    let needed = fraction
        .trim_end_matches('0')
        .len()
        .max(at_least.min(fraction.len()));
    if needed == 0 {
        whole.to_owned()
    } else {
        format!("{whole}.{}", &fraction[..needed])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn currency(code: &str) -> Currency {
        Currency::parse(code).unwrap()
    }

    #[test]
    fn money_rounds_half_up_to_the_minor_unit_of_its_currency() {
        assert_eq!(
            Money::parse("1234.567", currency("EUR"))
                .unwrap()
                .to_string(),
            "1234.57 EUR"
        );
        assert_eq!(
            Money::parse("1234.5", currency("JPY")).unwrap().to_string(),
            "1235 JPY"
        );
        assert_eq!(
            Money::parse("-0.0005", currency("TND"))
                .unwrap()
                .to_string(),
            "-0.001 TND"
        );
        assert_eq!(
            Money::parse("abc", currency("EUR")),
            Err(DecimalError::NotANumber)
        );
        assert_eq!(
            Money::parse("99999999999999999999", currency("EUR")),
            Err(DecimalError::TooLarge)
        );
    }

    #[test]
    fn money_of_two_currencies_does_not_add() {
        let (euro, dollar) = (currency("EUR"), currency("USD"));
        let five = Money {
            minor: 500,
            currency: euro,
        };
        assert_eq!(five.checked_add(five).unwrap().minor, 1000);
        assert_eq!(five.checked_sub(five).unwrap(), Money::zero(euro));
        assert_eq!(
            five.checked_add(Money::zero(dollar)),
            Err(MoneyError::TwoCurrencies(euro, dollar))
        );
        let most = Money {
            minor: i64::MAX,
            currency: euro,
        };
        assert_eq!(most.checked_add(five), Err(MoneyError::TooLarge));
    }

    #[test]
    fn a_price_times_a_quantity_rounds_once() {
        let euro = currency("EUR");
        let price = UnitPrice::parse("0.333333", euro).unwrap();
        assert_eq!(price.times(Quantity::whole(3)).unwrap().minor, 100);
        assert_eq!(
            UnitPrice::parse("2.5", currency("JPY"))
                .unwrap()
                .times(Quantity::whole(1))
                .unwrap()
                .minor,
            3
        );
        let huge = UnitPrice {
            micros: i64::MAX,
            currency: euro,
        };
        assert_eq!(
            huge.times(Quantity { milli: i64::MAX }),
            Err(MoneyError::TooLarge)
        );
    }

    #[test]
    fn an_amount_divided_by_a_quantity_is_a_unit_price() {
        let price = Money {
            minor: 1000,
            currency: currency("EUR"),
        }
        .per_unit(Quantity::whole(3))
        .unwrap();
        assert_eq!(price.to_string(), "3.333333 EUR");
        assert_eq!(
            Money {
                minor: 1000,
                currency: currency("EUR")
            }
            .per_unit(Quantity { milli: 0 }),
            None
        );
    }

    #[test]
    fn prices_and_quantities_show_the_digits_they_need() {
        assert_eq!(
            UnitPrice::parse("12.5", currency("EUR"))
                .unwrap()
                .to_string(),
            "12.50 EUR"
        );
        assert_eq!(
            UnitPrice::parse("0.0333", currency("EUR"))
                .unwrap()
                .to_string(),
            "0.0333 EUR"
        );
        assert_eq!(
            UnitPrice::parse("7", currency("JPY")).unwrap().to_string(),
            "7 JPY"
        );
        assert_eq!(Quantity::parse("2.5004").unwrap().to_string(), "2.5");
        assert_eq!(Quantity::parse("100").unwrap().to_string(), "100");
    }

    proptest! {
        #[test]
        fn money_reads_back_what_it_writes(minor: i64, pick in 0usize..165) {
            let currency = Currency::in_use().nth(pick).unwrap();
            let money = Money { minor, currency };
            prop_assert_eq!(Money::parse(&money.amount(), currency), Ok(money));
        }

        #[test]
        fn price_and_amount_agree_within_half_a_minor_unit(minor in 1i64..1_000_000_000, units in 1i64..1000) {
            let money = Money { minor, currency: currency("EUR") };
            let back = money.per_unit(Quantity::whole(units)).unwrap().times(Quantity::whole(units)).unwrap();
            prop_assert!((back.minor - minor).abs() <= 1);
        }
    }
}
