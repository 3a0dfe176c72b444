//! ISO 4217 currencies with the number of digits of their minor unit.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A currency of ISO 4217.
///
/// Holds the currencies in use and those withdrawn since 2010, because an order history reaches back; codes without a
/// minor unit (gold, special drawing rights, the test code) are no currency to order in and are refused.
/// One byte in memory; `Ord` is alphabetical.
///
/// ```
/// use keelson_methods::money::Currency;
/// let yen = Currency::parse("JPY").unwrap();
/// assert_eq!((yen.code(), yen.exponent()), ("JPY", 0));
/// assert!(Currency::parse("EURO").is_err());
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency(u8);

/// A code that is not in the list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is not an ISO 4217 currency code such as EUR or USD")]
pub struct UnknownCurrency(pub String);

impl Currency {
    /// Reads a three-letter code. Lower case and surrounding spaces are accepted; symbols and names are not.
    pub fn parse(text: &str) -> Result<Self, UnknownCurrency> {
        let unknown = || UnknownCurrency(text.chars().take(40).collect());
        let trimmed = text.trim_ascii().as_bytes();
        let letters: [u8; 3] = trimmed.try_into().map_err(|_| unknown())?;
        let letters = letters.map(|letter| letter.to_ascii_uppercase());
        TABLE
            .binary_search_by(|(code, ..)| code.as_bytes().cmp(letters.as_slice()))
            .map(|index| Self(index as u8))
            .map_err(|_| unknown())
    }

    /// The three-letter code.
    pub fn code(self) -> &'static str {
        TABLE[usize::from(self.0)].0
    }

    /// Digits after the point of the minor unit: 2 for the euro, 0 for the yen, 3 for the Tunisian dinar.
    pub fn exponent(self) -> u32 {
        u32::from(TABLE[usize::from(self.0)].1)
    }

    /// The year the currency was withdrawn; `None` while it is in use.
    pub fn withdrawn(self) -> Option<u16> {
        Some(TABLE[usize::from(self.0)].2).filter(|year| *year != 0)
    }

    /// The currencies in use, alphabetically: what a person may choose from.
    pub fn in_use() -> impl Iterator<Item = Self> {
        (0..TABLE.len())
            .map(|index| Self(index as u8))
            .filter(|currency| currency.withdrawn().is_none())
    }
}

impl std::fmt::Display for Currency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}

impl std::fmt::Debug for Currency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}

impl std::str::FromStr for Currency {
    type Err = UnknownCurrency;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

/// Code, digits of the minor unit, year of withdrawal (0 while in use). Sorted by code. As of January 2026.
/// Source: ISO 4217 list one, and list three for currencies withdrawn since 2010.
#[rustfmt::skip]
static TABLE: &[(&str, u8, u16)] = &[
    ("AED", 2, 0), ("AFN", 2, 0), ("ALL", 2, 0), ("AMD", 2, 0), ("ANG", 2, 2025), ("AOA", 2, 0), ("ARS", 2, 0),
    ("AUD", 2, 0), ("AWG", 2, 0), ("AZN", 2, 0), ("BAM", 2, 0), ("BBD", 2, 0), ("BDT", 2, 0), ("BGN", 2, 2026),
    ("BHD", 3, 0), ("BIF", 0, 0), ("BMD", 2, 0), ("BND", 2, 0), ("BOB", 2, 0), ("BOV", 2, 0), ("BRL", 2, 0),
    ("BSD", 2, 0), ("BTN", 2, 0), ("BWP", 2, 0), ("BYN", 2, 0), ("BYR", 0, 2017), ("BZD", 2, 0), ("CAD", 2, 0),
    ("CDF", 2, 0), ("CHE", 2, 0), ("CHF", 2, 0), ("CHW", 2, 0), ("CLF", 4, 0), ("CLP", 0, 0), ("CNY", 2, 0),
    ("COP", 2, 0), ("COU", 2, 0), ("CRC", 2, 0), ("CUC", 2, 2021), ("CUP", 2, 0), ("CVE", 2, 0), ("CZK", 2, 0),
    ("DJF", 0, 0), ("DKK", 2, 0), ("DOP", 2, 0), ("DZD", 2, 0), ("EEK", 2, 2011), ("EGP", 2, 0), ("ERN", 2, 0),
    ("ETB", 2, 0), ("EUR", 2, 0), ("FJD", 2, 0), ("FKP", 2, 0), ("GBP", 2, 0), ("GEL", 2, 0), ("GHS", 2, 0),
    ("GIP", 2, 0), ("GMD", 2, 0), ("GNF", 0, 0), ("GTQ", 2, 0), ("GYD", 2, 0), ("HKD", 2, 0), ("HNL", 2, 0),
    ("HRK", 2, 2023), ("HTG", 2, 0), ("HUF", 2, 0), ("IDR", 2, 0), ("ILS", 2, 0), ("INR", 2, 0), ("IQD", 3, 0),
    ("IRR", 2, 0), ("ISK", 0, 0), ("JMD", 2, 0), ("JOD", 3, 0), ("JPY", 0, 0), ("KES", 2, 0), ("KGS", 2, 0),
    ("KHR", 2, 0), ("KMF", 0, 0), ("KPW", 2, 0), ("KRW", 0, 0), ("KWD", 3, 0), ("KYD", 2, 0), ("KZT", 2, 0),
    ("LAK", 2, 0), ("LBP", 2, 0), ("LKR", 2, 0), ("LRD", 2, 0), ("LSL", 2, 0), ("LTL", 2, 2014), ("LVL", 2, 2014),
    ("LYD", 3, 0), ("MAD", 2, 0), ("MDL", 2, 0), ("MGA", 2, 0), ("MKD", 2, 0), ("MMK", 2, 0), ("MNT", 2, 0),
    ("MOP", 2, 0), ("MRO", 2, 2017), ("MRU", 2, 0), ("MUR", 2, 0), ("MVR", 2, 0), ("MWK", 2, 0), ("MXN", 2, 0),
    ("MXV", 2, 0), ("MYR", 2, 0), ("MZN", 2, 0), ("NAD", 2, 0), ("NGN", 2, 0), ("NIO", 2, 0), ("NOK", 2, 0),
    ("NPR", 2, 0), ("NZD", 2, 0), ("OMR", 3, 0), ("PAB", 2, 0), ("PEN", 2, 0), ("PGK", 2, 0), ("PHP", 2, 0),
    ("PKR", 2, 0), ("PLN", 2, 0), ("PYG", 0, 0), ("QAR", 2, 0), ("RON", 2, 0), ("RSD", 2, 0), ("RUB", 2, 0),
    ("RWF", 0, 0), ("SAR", 2, 0), ("SBD", 2, 0), ("SCR", 2, 0), ("SDG", 2, 0), ("SEK", 2, 0), ("SGD", 2, 0),
    ("SHP", 2, 0), ("SLE", 2, 0), ("SLL", 2, 2023), ("SOS", 2, 0), ("SRD", 2, 0), ("SSP", 2, 0), ("STD", 2, 2017),
    ("STN", 2, 0), ("SVC", 2, 0), ("SYP", 2, 0), ("SZL", 2, 0), ("THB", 2, 0), ("TJS", 2, 0), ("TMT", 2, 0),
    ("TND", 3, 0), ("TOP", 2, 0), ("TRY", 2, 0), ("TTD", 2, 0), ("TWD", 2, 0), ("TZS", 2, 0), ("UAH", 2, 0),
    ("UGX", 0, 0), ("USD", 2, 0), ("USN", 2, 0), ("UYI", 0, 0), ("UYU", 2, 0), ("UYW", 4, 0), ("UZS", 2, 0),
    ("VED", 2, 0), ("VEF", 2, 2018), ("VES", 2, 0), ("VND", 0, 0), ("VUV", 0, 0), ("WST", 2, 0), ("XAD", 2, 0),
    ("XAF", 0, 0), ("XCD", 2, 0), ("XCG", 2, 0), ("XOF", 0, 0), ("XPF", 0, 0), ("YER", 2, 0), ("ZAR", 2, 0),
    ("ZMK", 2, 2012), ("ZMW", 2, 0), ("ZWG", 2, 0), ("ZWL", 2, 2024),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_so_that_search_finds_every_code() {
        assert!(TABLE.is_sorted_by(|a, b| a.0 < b.0));
        assert!(TABLE.len() < 256);
        for (code, exponent, _) in TABLE {
            let currency = Currency::parse(code).unwrap();
            assert_eq!(
                (currency.code(), currency.exponent()),
                (*code, u32::from(*exponent))
            );
        }
    }

    #[test]
    fn minor_units_are_those_of_the_standard() {
        for (code, exponent) in [
            ("EUR", 2),
            ("JPY", 0),
            ("KRW", 0),
            ("TND", 3),
            ("KWD", 3),
            ("CLF", 4),
            ("MRU", 2),
        ] {
            assert_eq!(
                Currency::parse(code).unwrap().exponent(),
                exponent,
                "{code}"
            );
        }
    }

    #[test]
    fn withdrawn_currencies_are_read_but_not_offered() {
        let kuna = Currency::parse("hrk").unwrap();
        assert_eq!(kuna.withdrawn(), Some(2023));
        assert!(!Currency::in_use().any(|currency| currency == kuna));
        assert!(Currency::in_use().any(|currency| currency.code() == "EUR"));
        assert_eq!(Currency::in_use().count(), 165);
    }

    #[test]
    fn what_is_no_currency_to_order_in_is_refused() {
        for text in ["", "EU", "EURO", "€", "XXX", "XAU", "ABC", "é1"] {
            assert!(Currency::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn serde_writes_the_code() {
        let euro = Currency::parse("EUR").unwrap();
        assert_eq!(serde_json::to_string(&euro).unwrap(), "\"EUR\"");
        assert_eq!(serde_json::from_str::<Currency>("\"eur\"").unwrap(), euro);
        assert!(serde_json::from_str::<Currency>("\"DOUBLOON\"").is_err());
    }
}
