use sea_orm::FromQueryResult;

use crate::{Error, Result, Tx, sql::Sql};

/// Takes the next `count` supplier numbers and returns the first. The series' row is held until the transaction ends, so
/// numbers follow the order of creation without a gap, also when two people create at the same moment.
pub(super) async fn take(tx: &Tx, count: usize) -> Result<i64> {
    Ok(advance(tx, "supplier", count).await? - count as i64 + 1)
}

/// Waits until nobody else is changing who belongs to whom: two changes, each right alone, could close a circle together.
pub(super) async fn hold_groups(tx: &Tx) -> Result<()> {
    advance(tx, "group", 1).await.map(drop)
}

async fn advance(tx: &Tx, series: &str, count: usize) -> Result<i64> {
    #[derive(FromQueryResult)]
    struct Row {
        last: i64,
    }
    Sql::new("UPDATE number_series SET last = last + ? WHERE series = ? RETURNING last")
        .bind(count as i64)
        .bind(series)
        .one::<Row>(tx)
        .await?
        .map(|row| row.last)
        .ok_or_else(|| Error::damaged("number series", format!("{series} is not there")))
}

/// The number as people read it.
pub(super) fn format(number: i64) -> String {
    format!("S-{number:05}")
}
