//! Reporting periods: a year, a quarter, a month, a trailing window, or everything.

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A reporting period of whole calendar months.
///
/// Written `2026`, `2026-Q3`, `2026-03`, `trailing-12`, `trailing-12@2026-09`, `all`; [`Period::parse`] checks the ranges.
/// A month or quarter number out of range, possible only when built by hand, is brought to the nearest valid one.
/// Source: handbook 02, "period", and 2.8 for the trailing window.
///
/// ```
/// use keelson_methods::period::Period;
/// let as_of = chrono::NaiveDate::from_ymd_opt(2026, 10, 15).unwrap();
/// let year = Period::parse("trailing-12").unwrap().bounds(as_of);
/// assert_eq!(year.from.unwrap().to_string(), "2025-10-01");
/// assert_eq!(year.to.unwrap().to_string(), "2026-10-01");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Period {
    /// A calendar year.
    Year(i32),
    /// A quarter of a calendar year, 1 to 4.
    Quarter(i32, u8),
    /// A month of a calendar year, 1 to 12.
    Month(i32, u8),
    /// A number of whole months up to and including `until`, or up to the last complete month.
    Trailing {
        /// How many months, 1 to 1200.
        months: u32,
        /// The last month of the window (year, month); `None` is the last complete month before the date of asking.
        until: Option<(i32, u8)>,
    },
    /// Everything on record.
    All,
}

/// The days of a period: `from` inclusive, `to` exclusive, `None` where it is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Bounds {
    /// First day inside.
    pub from: Option<NaiveDate>,
    /// First day after.
    pub to: Option<NaiveDate>,
}

/// A text that names no period.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "\"{0}\" is not a period; write 2026, 2026-Q3, 2026-03, trailing-12, trailing-12@2026-09 or all"
)]
pub struct UnknownPeriod(pub String);

impl Period {
    /// Reads a period. Lower and upper case are the same; years have four digits.
    pub fn parse(text: &str) -> Result<Self, UnknownPeriod> {
        Self::read(&text.trim_ascii().to_ascii_lowercase())
            .ok_or_else(|| UnknownPeriod(text.chars().take(40).collect()))
    }

    fn read(text: &str) -> Option<Self> {
        if text == "all" {
            return Some(Self::All);
        }
        if let Some(window) = text.strip_prefix("trailing-") {
            let (months, until) = match window.split_once('@') {
                Some((months, until)) => (months, Some(read_month(until)?)),
                None => (window, None),
            };
            let months = read_digits(months, 1, 4)?;
            return (1..=1200)
                .contains(&months)
                .then_some(Self::Trailing { months, until });
        }
        match text.split_once('-') {
            None => Some(Self::Year(read_year(text)?)),
            Some((year, part)) => match part.strip_prefix('q') {
                Some(quarter) => {
                    let quarter = read_digits(quarter, 1, 1)?;
                    (1..=4)
                        .contains(&quarter)
                        .then_some(Self::Quarter(read_year(year)?, quarter as u8))
                }
                None => read_month(text).map(|(year, month)| Self::Month(year, month)),
            },
        }
    }

    /// The days of the period, asked on `as_of` (which only a trailing window without an end needs).
    ///
    /// A month is complete when `as_of` lies after its last day. Years beyond the calendar (about 262,000) leave the
    /// bound open.
    pub fn bounds(&self, as_of: NaiveDate) -> Bounds {
        match self.month_range(as_of) {
            Some((first, count)) => Bounds {
                from: first_day(first),
                to: first_day(first + count),
            },
            None => Bounds {
                from: None,
                to: None,
            },
        }
    }

    /// The period of the same length just before. `None` for everything, and for a trailing window without an end:
    /// fix its end with [`Period::resolved`] first.
    pub fn previous(&self) -> Option<Self> {
        Some(match *self {
            Self::Year(year) => Self::Year(year - 1),
            Self::Quarter(year, quarter) if quarter <= 1 => Self::Quarter(year - 1, 4),
            Self::Quarter(year, quarter) => Self::Quarter(year, quarter - 1),
            Self::Month(year, month) => {
                let (year, month) = month_of(month_index(year, month) - 1);
                Self::Month(year, month)
            }
            Self::Trailing {
                months,
                until: Some((year, month)),
            } => Self::Trailing {
                months,
                until: Some(month_of(month_index(year, month) - i64::from(months))),
            },
            Self::Trailing { until: None, .. } | Self::All => return None,
        })
    }

    /// The same period with its end fixed: a trailing window gets the last complete month before `as_of`, so that a
    /// stored result keeps meaning the same months. The others are returned as they are.
    pub fn resolved(&self, as_of: NaiveDate) -> Self {
        match *self {
            Self::Trailing {
                months,
                until: None,
            } => Self::Trailing {
                months,
                until: Some(month_of(month_index_of(as_of) - 1)),
            },
            other => other,
        }
    }

    /// How many months the period has; `None` for everything.
    pub fn months(&self) -> Option<u32> {
        match *self {
            Self::Year(_) => Some(12),
            Self::Quarter(..) => Some(3),
            Self::Month(..) => Some(1),
            Self::Trailing { months, .. } => Some(months),
            Self::All => None,
        }
    }

    /// For people: `2026`, `Q3 2026`, `Mar 2026`, `12 months to Sep 2026`, `last 12 months`, `all time`.
    pub fn label(&self) -> String {
        match *self {
            Self::Year(year) => year.to_string(),
            Self::Quarter(year, quarter) => format!("Q{quarter} {year}"),
            Self::Month(year, month) => format!("{} {year}", month_name(month)),
            Self::Trailing {
                months,
                until: Some((year, month)),
            } => {
                format!("{} to {} {year}", count_months(months), month_name(month))
            }
            Self::Trailing {
                months: 1,
                until: None,
            } => "last month".to_owned(),
            Self::Trailing {
                months,
                until: None,
            } => format!("last {}", count_months(months)),
            Self::All => "all time".to_owned(),
        }
    }

    /// First month and number of months.
    fn month_range(&self, as_of: NaiveDate) -> Option<(i64, i64)> {
        match self.resolved(as_of) {
            Self::Year(year) => Some((month_index(year, 1), 12)),
            Self::Quarter(year, quarter) => {
                Some((month_index(year, quarter.clamp(1, 4) * 3 - 2), 3))
            }
            Self::Month(year, month) => Some((month_index(year, month), 1)),
            Self::Trailing { months, until } => {
                let last = until.map_or(month_index_of(as_of) - 1, |(year, month)| {
                    month_index(year, month)
                });
                Some((last + 1 - i64::from(months), i64::from(months)))
            }
            Self::All => None,
        }
    }
}

impl Bounds {
    /// Whether a day lies inside.
    pub fn contains(&self, day: NaiveDate) -> bool {
        self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day < to)
    }
}

impl std::fmt::Display for Period {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match *self {
            Self::Year(year) => write!(f, "{year:04}"),
            Self::Quarter(year, quarter) => write!(f, "{year:04}-Q{quarter}"),
            Self::Month(year, month) => write!(f, "{year:04}-{month:02}"),
            Self::Trailing {
                months,
                until: None,
            } => write!(f, "trailing-{months}"),
            Self::Trailing {
                months,
                until: Some((year, month)),
            } => {
                write!(f, "trailing-{months}@{year:04}-{month:02}")
            }
            Self::All => f.write_str("all"),
        }
    }
}

impl std::str::FromStr for Period {
    type Err = UnknownPeriod;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl Serialize for Period {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Period {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

fn read_digits(text: &str, shortest: usize, longest: usize) -> Option<u32> {
    let plain = (shortest..=longest).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_digit());
    if plain { text.parse().ok() } else { None }
}

fn read_year(text: &str) -> Option<i32> {
    read_digits(text, 4, 4).map(|year| year as i32)
}

fn read_month(text: &str) -> Option<(i32, u8)> {
    let (year, month) = text.split_once('-')?;
    let month = read_digits(month, 2, 2)?;
    (1..=12)
        .contains(&month)
        .then_some((read_year(year)?, month as u8))
}

/// Months since January of year 0.
fn month_index(year: i32, month: u8) -> i64 {
    i64::from(year) * 12 + i64::from(month.clamp(1, 12)) - 1
}

fn month_index_of(day: NaiveDate) -> i64 {
    month_index(day.year(), day.month() as u8)
}

fn month_of(index: i64) -> (i32, u8) {
    (index.div_euclid(12) as i32, index.rem_euclid(12) as u8 + 1)
}

fn first_day(index: i64) -> Option<NaiveDate> {
    let (year, month) = month_of(index);
    NaiveDate::from_ymd_opt(year, u32::from(month), 1)
}

fn month_name(month: u8) -> &'static str {
    const NAMES: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    NAMES[usize::from(month.clamp(1, 12)) - 1]
}

fn count_months(months: u32) -> String {
    if months == 1 {
        "1 month".to_owned()
    } else {
        format!("{months} months")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn bounds(period: &str, as_of: &str) -> (String, String) {
        let bounds = Period::parse(period).unwrap().bounds(day(as_of));
        (
            bounds.from.unwrap().to_string(),
            bounds.to.unwrap().to_string(),
        )
    }

    #[test]
    fn every_form_reads_writes_and_has_its_label() {
        for (text, label) in [
            ("2026", "2026"),
            ("2026-Q3", "Q3 2026"),
            ("2026-03", "Mar 2026"),
            ("trailing-12", "last 12 months"),
            ("trailing-1", "last month"),
            ("trailing-12@2026-09", "12 months to Sep 2026"),
            ("trailing-1@2026-09", "1 month to Sep 2026"),
            ("all", "all time"),
        ] {
            let period = Period::parse(text).unwrap();
            assert_eq!(
                (period.to_string().as_str(), period.label().as_str()),
                (text, label)
            );
            assert_eq!(
                serde_json::to_string(&period).unwrap(),
                format!("\"{text}\"")
            );
            assert_eq!(
                serde_json::from_str::<Period>(&format!("\"{text}\"")).unwrap(),
                period
            );
        }
        assert_eq!(Period::parse(" 2026-q1 "), Ok(Period::Quarter(2026, 1)));
        assert_eq!(Period::parse("ALL"), Ok(Period::All));
    }

    #[test]
    fn what_is_no_period_is_refused_with_the_forms_that_are() {
        for text in [
            "",
            "26",
            "2026-Q5",
            "2026-Q0",
            "2026-13",
            "2026-00",
            "2026-3",
            "trailing-0",
            "trailing-",
            "trailing-12@2026",
            "trailing-99999",
            "+2026",
            "2026-Q",
            "20260",
            "last year",
        ] {
            let error = Period::parse(text).unwrap_err().to_string();
            assert!(error.contains("2026-Q3"), "{error}");
        }
    }

    #[test]
    fn bounds_are_whole_months_with_an_open_end() {
        let pair = |from: &str, to: &str| (from.to_owned(), to.to_owned());
        assert_eq!(
            bounds("2026", "2000-01-01"),
            pair("2026-01-01", "2027-01-01")
        );
        assert_eq!(
            bounds("2026-Q4", "2000-01-01"),
            pair("2026-10-01", "2027-01-01")
        );
        assert_eq!(
            bounds("2024-02", "2000-01-01"),
            pair("2024-02-01", "2024-03-01")
        );
        assert_eq!(
            bounds("trailing-3@2026-01", "2000-01-01"),
            pair("2025-11-01", "2026-02-01")
        );
        assert_eq!(
            Period::All.bounds(day("2026-01-01")),
            Bounds {
                from: None,
                to: None
            }
        );
    }

    #[test]
    fn a_trailing_window_ends_with_the_last_complete_month() {
        let pair = |from: &str, to: &str| (from.to_owned(), to.to_owned());
        assert_eq!(
            bounds("trailing-12", "2026-10-15"),
            pair("2025-10-01", "2026-10-01")
        );
        assert_eq!(
            bounds("trailing-12", "2026-10-01"),
            pair("2025-10-01", "2026-10-01")
        );
        // On its last day a month is not over yet.
        assert_eq!(
            bounds("trailing-1", "2026-09-30"),
            pair("2026-08-01", "2026-09-01")
        );
    }

    #[test]
    fn the_previous_period_has_the_same_length() {
        let previous = |text: &str| {
            Period::parse(text)
                .unwrap()
                .previous()
                .map(|period| period.to_string())
        };
        assert_eq!(previous("2026").as_deref(), Some("2025"));
        assert_eq!(previous("2026-Q1").as_deref(), Some("2025-Q4"));
        assert_eq!(previous("2026-01").as_deref(), Some("2025-12"));
        assert_eq!(
            previous("trailing-12@2026-09").as_deref(),
            Some("trailing-12@2025-09")
        );
        assert_eq!(previous("trailing-12"), None);
        assert_eq!(previous("all"), None);
        let resolved = Period::parse("trailing-12")
            .unwrap()
            .resolved(day("2026-10-15"));
        assert_eq!(resolved.to_string(), "trailing-12@2026-09");
    }

    fn any_period() -> impl Strategy<Value = Period> {
        let year = 1900i32..2200;
        prop_oneof![
            year.clone().prop_map(Period::Year),
            (year.clone(), 1u8..=4).prop_map(|(year, quarter)| Period::Quarter(year, quarter)),
            (year.clone(), 1u8..=12).prop_map(|(year, month)| Period::Month(year, month)),
            (1u32..=120, proptest::option::of((year, 1u8..=12)))
                .prop_map(|(months, until)| Period::Trailing { months, until }),
            Just(Period::All),
        ]
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(period in any_period()) {
            prop_assert_eq!(Period::parse(&period.to_string()), Ok(period));
        }

        #[test]
        fn a_period_starts_where_the_previous_one_ends(period in any_period(), offset in 0i64..80_000) {
            let as_of = day("1990-01-01") + chrono::Days::new(offset as u64);
            let period = period.resolved(as_of);
            if let Some(previous) = period.previous() {
                prop_assert_eq!(previous.bounds(as_of).to, period.bounds(as_of).from);
                prop_assert_eq!(previous.months(), period.months());
            }
        }
    }
}
