//! What things cost: price variance, its exchange part, total cost of ownership.

use crate::decimal::{self, DecimalError};
use crate::missing::Missing;
use crate::money::{Money, MoneyError, Quantity, UnitPrice};
use serde::{Deserialize, Serialize};

/// A purchase price variance. Positive is unfavourable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PriceVariance {
    /// `(actual - baseline) * quantity`.
    pub variance: Money,
    /// `baseline * quantity`, the denominator of the share.
    pub baseline_value: Money,
}

impl PriceVariance {
    /// Variance / baseline value; `denominator_zero` where the baseline is worth nothing.
    pub fn share(self) -> Result<f64, Missing> {
        if self.baseline_value.minor == 0 {
            return Err(Missing::DenominatorZero);
        }
        Ok(self.variance.minor as f64 / self.baseline_value.minor as f64)
    }
}

/// Purchase price variance of one line: actual against baseline price, times the quantity.
///
/// Rounded half-up to the minor unit, each amount once. Errors: the prices are in two currencies, an amount does not
/// fit. Which baseline (contract, standard, average) it was is for the caller to store.
/// Source: Horngren, Cost Accounting; handbook 2.4.
///
/// ```
/// use keelson_methods::cost::price_variance;
/// use keelson_methods::money::{Currency, Quantity, UnitPrice};
/// let euro = |text| UnitPrice::parse(text, Currency::parse("EUR").unwrap()).unwrap();
/// let found = price_variance(euro("10.40"), euro("10.00"), Quantity::whole(5000)).unwrap();
/// assert_eq!((found.variance.to_string().as_str(), found.share()), ("2000.00 EUR", Ok(0.04)));
/// ```
pub fn price_variance(
    actual: UnitPrice,
    baseline: UnitPrice,
    quantity: Quantity,
) -> Result<PriceVariance, MoneyError> {
    if actual.currency != baseline.currency {
        return Err(MoneyError::TwoCurrencies(
            actual.currency,
            baseline.currency,
        ));
    }
    let micros = actual
        .micros
        .checked_sub(baseline.micros)
        .ok_or(MoneyError::TooLarge)?;
    Ok(PriceVariance {
        variance: UnitPrice { micros, ..actual }.times(quantity)?,
        baseline_value: baseline.times(quantity)?,
    })
}

/// An exchange rate: units of the base currency for one unit of the foreign one, in billionths, so that no rate is
/// rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ExchangeRate {
    /// The rate, in billionths.
    pub billionths: i64,
}

impl ExchangeRate {
    /// Reads plain decimal text, rounded half-up at the ninth decimal.
    pub fn parse(text: &str) -> Result<Self, DecimalError> {
        Ok(Self {
            billionths: decimal::parse_scaled(text, 9)?,
        })
    }
}

/// A variance in the base currency, split into what the supplier did and what the exchange rate did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExchangeSplit {
    /// `(actual - baseline) * standard rate * quantity`: the part to score.
    pub price: Money,
    /// `actual * (actual rate - standard rate) * quantity`.
    pub exchange: Money,
    /// The sum of both parts.
    pub total: Money,
}

/// Splits a variance between prices in a foreign currency into its price part and its exchange part, in `base`.
///
/// Each part is rounded half-up to the minor unit; the total is their sum, so that the parts always add up. Errors: the
/// two prices are in different currencies, an amount does not fit. Source: handbook 2.4.
pub fn split_exchange(
    actual: (UnitPrice, ExchangeRate),
    baseline: (UnitPrice, ExchangeRate),
    quantity: Quantity,
    base: crate::money::Currency,
) -> Result<ExchangeSplit, MoneyError> {
    let ((actual, actual_rate), (baseline, standard_rate)) = (actual, baseline);
    if actual.currency != baseline.currency {
        return Err(MoneyError::TwoCurrencies(
            actual.currency,
            baseline.currency,
        ));
    }
    let in_base = |micros: i128, billionths: i128| {
        let product = micros
            .checked_mul(billionths)
            .and_then(|product| product.checked_mul(i128::from(quantity.milli)));
        // Micros, billionths and thousandths make 10^-18 of the major unit.
        let divisor = 10_i128.pow(18 - base.exponent());
        let minor = product
            .and_then(|product| decimal::divide_half_up(product, divisor))
            .ok_or(MoneyError::TooLarge)?;
        Ok(Money {
            minor,
            currency: base,
        })
    };
    let price = in_base(
        i128::from(actual.micros) - i128::from(baseline.micros),
        i128::from(standard_rate.billionths),
    )?;
    let exchange = in_base(
        i128::from(actual.micros),
        i128::from(actual_rate.billionths) - i128::from(standard_rate.billionths),
    )?;
    Ok(ExchangeSplit {
        price,
        exchange,
        total: price.checked_add(exchange)?,
    })
}

/// What owning one unit costs beyond its price. Amounts are in one currency per unit, an estimate for comparing offers
/// and not a ledger amount, hence floating point. Everything left at zero costs nothing.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OwnershipCost {
    /// Price per unit.
    pub price: f64,
    /// Freight per unit.
    pub freight: f64,
    /// Duty per unit.
    pub duty: f64,
    /// Share of defective units, 0..=1.
    pub defect_rate: f64,
    /// Cost of one defect.
    pub cost_per_defect: f64,
    /// Cost of holding stock, as a share of the price a year.
    pub holding_rate: f64,
    /// Days in stock.
    pub stock_days: f64,
    /// Cost of capital, as a share of the price a year.
    pub capital_rate: f64,
    /// Days until payment.
    pub terms_days: f64,
    /// Administration per unit.
    pub administration: f64,
    /// Downtime per unit.
    pub downtime: f64,
    /// Expected loss / units.
    pub risk: f64,
    /// Rebates per unit, as a positive number.
    pub rebates: f64,
}

impl OwnershipCost {
    /// The parts in the order in which they are shown, benefits negative: name and amount per unit.
    pub fn parts(&self) -> [(&'static str, f64); 10] {
        [
            ("price", self.price),
            ("freight", self.freight),
            ("duty", self.duty),
            ("quality", self.defect_rate * self.cost_per_defect),
            (
                "carrying",
                self.holding_rate * self.price * self.stock_days / 365.0,
            ),
            (
                "payment_terms",
                -(self.capital_rate * self.price * self.terms_days / 365.0),
            ),
            ("administration", self.administration),
            ("downtime", self.downtime),
            ("risk", self.risk),
            ("rebates", -self.rebates),
        ]
    }

    /// Total cost of ownership per unit: the sum of the parts. Source: Ellram 1995; handbook 2.4.
    pub fn total(&self) -> f64 {
        self.parts().iter().map(|(_, amount)| amount).sum()
    }
}

/// Net present value of yearly amounts, the first one due now: `sum of amount_t / (1 + rate)^t`. For a total cost of
/// ownership over several years. `None` where the rate is -1 or below. Source: handbook 2.4.
pub fn net_present_value(yearly: &[f64], rate: f64) -> Option<f64> {
    (rate > -1.0).then(|| {
        yearly
            .iter()
            .rev()
            .fold(0.0, |later, amount| amount + later / (1.0 + rate))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Currency;
    use proptest::prelude::*;

    fn price(text: &str, currency: &str) -> UnitPrice {
        UnitPrice::parse(text, Currency::parse(currency).unwrap()).unwrap()
    }

    fn rate(text: &str) -> ExchangeRate {
        ExchangeRate::parse(text).unwrap()
    }

    #[test]
    fn t2_5_price_variance_and_its_exchange_part() {
        let quantity = Quantity::whole(5000);
        let found = price_variance(price("10.40", "EUR"), price("10.00", "EUR"), quantity).unwrap();
        assert_eq!(
            (found.variance.to_string().as_str(), found.share()),
            ("2000.00 EUR", Ok(0.04))
        );

        let euro = Currency::parse("EUR").unwrap();
        let actual = (price("10.4", "USD"), rate("0.95"));
        let split =
            split_exchange(actual, (price("10", "USD"), rate("0.90")), quantity, euro).unwrap();
        let parts = [split.price, split.exchange, split.total].map(|money| money.to_string());
        assert_eq!(parts, ["1800.00 EUR", "2600.00 EUR", "4400.00 EUR"]);
    }

    #[test]
    fn t2_6_the_dearer_price_wins() {
        let rates = OwnershipCost {
            holding_rate: 0.20,
            capital_rate: 0.08,
            cost_per_defect: 45.0,
            ..Default::default()
        };
        let a = OwnershipCost {
            price: 100.0,
            freight: 6.0,
            duty: 4.0,
            defect_rate: 0.02,
            stock_days: 60.0,
            terms_days: 60.0,
            administration: 1.5,
            ..rates
        };
        let b = OwnershipCost {
            price: 106.0,
            freight: 2.0,
            defect_rate: 0.004,
            stock_days: 15.0,
            terms_days: 30.0,
            administration: 1.5,
            ..rates
        };
        assert!((a.total() - 114.3726).abs() < 1e-4);
        assert!((b.total() - 109.8542).abs() < 1e-4);
    }

    #[test]
    fn what_cannot_be_compared_is_refused() {
        let mixed = price_variance(price("1", "EUR"), price("1", "USD"), Quantity::whole(1));
        assert!(matches!(mixed, Err(MoneyError::TwoCurrencies(..))));
        let free =
            price_variance(price("1", "EUR"), price("0", "EUR"), Quantity::whole(1)).unwrap();
        assert_eq!(free.share(), Err(Missing::DenominatorZero));
        let huge = UnitPrice {
            micros: i64::MAX,
            ..price("1", "USD")
        };
        let euro = Currency::parse("EUR").unwrap();
        let all = ExchangeRate {
            billionths: i64::MAX,
        };
        let split = split_exchange(
            (huge, all),
            (price("0", "USD"), all),
            Quantity { milli: i64::MAX },
            euro,
        );
        assert_eq!(split, Err(MoneyError::TooLarge));
    }

    #[test]
    fn present_value_of_yearly_amounts() {
        assert!((net_present_value(&[100.0, 110.0, 121.0], 0.10).unwrap() - 300.0).abs() < 1e-9);
        assert_eq!(net_present_value(&[1.0], -1.0), None);
    }

    proptest! {
        #[test]
        fn the_parts_of_a_split_are_what_the_whole_cost_more(
            a in 1i64..1_000_000_000, b in 1i64..1_000_000_000, fx_a in 1i64..5_000_000_000, fx_b in 1i64..5_000_000_000,
            units in 1i64..10_000,
        ) {
            let dollar = Currency::parse("USD").unwrap();
            let euro = Currency::parse("EUR").unwrap();
            let of = |micros, billionths| (UnitPrice { micros, currency: dollar }, ExchangeRate { billionths });
            let split = split_exchange(of(a, fx_a), of(b, fx_b), Quantity::whole(units), euro).unwrap();
            let paid = |micros: i64, rate: i64| micros as f64 / 1e6 * rate as f64 / 1e9 * units as f64 * 100.0;
            let difference = paid(a, fx_a) - paid(b, fx_b);
            prop_assert!((split.total.minor as f64 - difference).abs() <= 1.5 + difference.abs() * 1e-9);
        }
    }
}
