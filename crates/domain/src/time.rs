use chrono::{DateTime, Datelike, NaiveDate, Utc};

/// Where the present comes from. Held by the binary and by tests; everything below takes the moment as an argument.
pub trait Clock: Send + Sync {
    fn now(&self) -> DateTime<Utc>;
}

/// The machine's clock.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the machine's clock"
    )]
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }
}

/// A moment as it is stored: microseconds since 1970 UTC.
pub fn micros(moment: DateTime<Utc>) -> i64 {
    moment.timestamp_micros()
}

/// A stored moment. Values no calendar holds, which only a damaged file has, read as 1970.
pub fn moment(micros: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(micros).unwrap_or_default()
}

/// A calendar date as facts store it: days since 1970-01-01.
pub fn day_of(date: NaiveDate) -> i32 {
    date.to_epoch_days()
}

/// A stored calendar date.
pub fn date_of_day(day: i32) -> NaiveDate {
    NaiveDate::from_epoch_days(day).unwrap_or_default()
}

/// The month of a stored date as the projection counts months: 202603.
pub fn month_of_day(day: i32) -> i32 {
    let date = date_of_day(day);
    date.year() * 100 + date.month() as i32
}
