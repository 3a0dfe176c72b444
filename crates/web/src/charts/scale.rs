//! Scales: how values are written, which round numbers an axis shows, where a value lies between them.

use crate::kit::format::{self, Locale};

/// How a chart's values are written.
#[derive(Debug, Clone, PartialEq)]
pub enum Unit {
    /// Plain numbers, with a suffix such as " ppm" or " days".
    Number {
        decimals: usize,
        suffix: String,
        locale: Locale,
    },
    /// Shares from 0 to 1, written as percentages.
    Share { decimals: usize, locale: Locale },
    /// Minor units of a currency, written compactly.
    Money { currency: String, locale: Locale },
}

impl Unit {
    pub fn number(decimals: usize, locale: Locale) -> Self {
        Self::Number {
            decimals,
            suffix: String::new(),
            locale,
        }
    }

    pub fn suffixed(decimals: usize, suffix: impl Into<String>, locale: Locale) -> Self {
        Self::Number {
            decimals,
            suffix: suffix.into(),
            locale,
        }
    }

    pub fn share(decimals: usize, locale: Locale) -> Self {
        Self::Share { decimals, locale }
    }

    pub fn money(currency: impl Into<String>, locale: Locale) -> Self {
        Self::Money {
            currency: currency.into(),
            locale,
        }
    }

    pub(super) fn write(&self, value: f64) -> String {
        match self {
            Self::Number {
                decimals,
                suffix,
                locale,
            } => format!("{}{suffix}", format::number(value, *decimals, *locale)),
            Self::Share { decimals, locale } => format::percent(value, *decimals, *locale),
            Self::Money { currency, locale } => {
                format::money_compact(value.round() as i64, currency, *locale)
            }
        }
    }

    /// As on an axis: as many decimals as its step needs, and without a long suffix.
    pub(super) fn write_tick(&self, value: f64, step: f64) -> String {
        let decimals = |step: f64| {
            if step >= 1.0 {
                0
            } else {
                (-step.log10()).ceil().clamp(0.0, 4.0) as usize
            }
        };
        match self {
            Self::Number { suffix, locale, .. } => {
                let suffix = if suffix.chars().count() <= 1 {
                    suffix.as_str()
                } else {
                    ""
                };
                format!("{}{suffix}", format::number(value, decimals(step), *locale))
            }
            Self::Share { locale, .. } => format::percent(value, decimals(step * 100.0), *locale),
            Self::Money { .. } => self.write(value),
        }
    }
}

/// A range of values with round ends and the ticks between them.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Scale {
    pub low: f64,
    pub high: f64,
    pub step: f64,
}

impl Scale {
    /// The rounded range that holds all values; with `zero` it starts, or ends, at nothing.
    pub(super) fn of(values: impl Iterator<Item = f64>, zero: bool) -> Self {
        let (mut low, mut high) = values
            .filter(|value| value.is_finite())
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
                (low.min(value), high.max(value))
            });
        if low > high {
            (low, high) = (0.0, 1.0);
        }
        if zero {
            low = low.min(0.0);
            high = high.max(0.0);
        }
        if high - low <= f64::EPSILON * high.abs().max(1.0) * 4.0 {
            let room = if high == 0.0 { 1.0 } else { high.abs() * 0.1 };
            if !zero || low == 0.0 {
                high += room;
            }
            if !zero || high <= 0.0 {
                low -= room;
            }
        }
        let step = round_step((high - low) / 4.0);
        Self {
            low: (low / step + 1e-9).floor() * step,
            high: (high / step - 1e-9).ceil() * step,
            step,
        }
    }

    /// Where a value lies, in percent from the top.
    pub(super) fn y(&self, value: f64) -> f64 {
        (100.0 - (value - self.low) / (self.high - self.low) * 100.0).clamp(-2.0, 102.0)
    }

    pub(super) fn ticks(&self) -> Vec<f64> {
        let count = ((self.high - self.low) / self.step)
            .round()
            .clamp(1.0, 12.0) as usize;
        (0..=count)
            .map(|i| self.low + self.step * i as f64)
            .collect()
    }
}

/// The next of 1, 2, 2.5, 5 times a power of ten.
fn round_step(rough: f64) -> f64 {
    let power = 10_f64.powf(rough.log10().floor());
    let lead = rough / power;
    let round = [1.0, 2.0, 2.5, 5.0, 10.0]
        .into_iter()
        .find(|round| lead <= round + 1e-9)
        .unwrap_or(10.0);
    round * power
}

/// Which labels of an axis to write so that they do not touch: the first, the last, and every nth between; `true` marks
/// those a narrow screen leaves out too.
pub(super) fn thinned(count: usize) -> Vec<(usize, bool)> {
    let every = count.div_ceil(7).max(1);
    let last = count.saturating_sub(1);
    let mut kept: Vec<usize> = (0..count)
        .step_by(every)
        .filter(|i| *i == last || last - i >= every)
        .collect();
    if count > 0 && kept.last() != Some(&last) {
        kept.push(last);
    }
    let dense = kept.len() > 3;
    let end = kept.len().saturating_sub(1);
    kept.into_iter()
        .enumerate()
        .map(|(n, i)| (i, dense && n != 0 && n != end && n % 2 == 1))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_has_round_ends_and_few_ticks() {
        let scale = Scale::of([71.0, 88.9, 80.0].into_iter(), false);
        assert_eq!((scale.low, scale.high, scale.step), (70.0, 90.0, 5.0));
        assert_eq!(scale.ticks(), [70.0, 75.0, 80.0, 85.0, 90.0]);
        assert_eq!(Scale::of([0.907].into_iter(), true).low, 0.0);
        assert_eq!(
            Scale::of([-3.0, 5.0].into_iter(), true).ticks(),
            [-4.0, -2.0, 0.0, 2.0, 4.0, 6.0]
        );
    }

    #[test]
    fn one_value_or_none_still_makes_a_scale() {
        for values in [vec![], vec![0.0], vec![42.0], vec![-7.0], vec![f64::NAN]] {
            for zero in [true, false] {
                let scale = Scale::of(values.iter().copied(), zero);
                assert!(
                    scale.high > scale.low && scale.step > 0.0,
                    "{values:?} {zero} {scale:?}"
                );
                assert!(
                    scale
                        .y(values
                            .first()
                            .copied()
                            .filter(|v| v.is_finite())
                            .unwrap_or(0.0))
                        .is_finite()
                );
            }
        }
    }

    #[test]
    fn the_first_and_last_label_are_always_written() {
        for count in [1, 2, 3, 8, 13, 24, 36] {
            let kept = thinned(count);
            assert_eq!(kept.first().map(|k| k.0), Some(0));
            assert_eq!(kept.last().map(|k| k.0), Some(count - 1));
            assert!(kept.len() <= 9, "{count}: {kept:?}");
        }
        assert!(thinned(0).is_empty());
    }
}
