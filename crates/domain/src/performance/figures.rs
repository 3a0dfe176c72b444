//! One row per supplier with what lists, headers and the portfolio show. Derived from the facts, the measures and the
//! judgements; never the place where anything is decided.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use keelson_analytics::{By, Spend, SupplierFigures};
use keelson_methods::{
    kpi::{Definition, Measure},
    period::Period,
    segmentation::{Policy, abc},
};
use sea_orm::{ConnectionTrait, FromQueryResult, Statement, Value};

use super::refresh::{Row, Windows};
use crate::{
    Keelson, Result, Tx, day_of, micros, rows,
    segmentation::{self, Placed},
    versions::{self, Published},
};

/// What the facts say about a supplier, on its way into the table.
pub(super) struct FactFigures {
    supplier: i64,
    spend: SupplierSpend,
    on_time_ppm: Option<i64>,
    on_time_trend: String,
    ppm_milli: Option<i64>,
    deliveries: SupplierFigures,
}

/// Gathers the figures of suppliers from the facts and from their measures, just computed.
pub(super) async fn gather(
    keelson: &Keelson,
    definitions: &[Published<Definition>],
    windows: &Windows,
    suppliers: &[i64],
    measured: &[Row<'_>],
    as_of: NaiveDate,
) -> Result<Vec<FactFigures>> {
    let on_time = first_of(definitions, Measure::OnTimeDelivery);
    let ppm = first_of(definitions, Measure::Ppm);
    let rules = on_time
        .and_then(|definition| definition.delivery.clone())
        .unwrap_or_default();
    let deliveries = keelson
        .analytics
        .supplier_figures(&rules, as_of, Some(suppliers))
        .await?;
    let mut deliveries: HashMap<i64, SupplierFigures> = deliveries
        .into_iter()
        .map(|figures| (figures.supplier, figures))
        .collect();
    let mut spend = spend_of(keelson, windows.year, Some(suppliers), as_of).await?;

    let shown = [on_time, ppm].map(|kpi| kpi.map(|kpi| kpi.id.as_str()));
    let mut values: HashMap<(i64, &str, Period), f64> = HashMap::new();
    for row in measured {
        let is_shown = shown.contains(&Some(row.definition.document.id.as_str()));
        if let Some(value) = row.figure.value.filter(|_| is_shown) {
            values.insert(
                (row.supplier, &row.definition.document.id, row.period),
                value,
            );
        }
    }
    let value = |supplier: i64, kpi: Option<&Definition>, period: Period| {
        values.get(&(supplier, kpi?.id.as_str(), period)).copied()
    };
    let share_ppm = |value: f64| (value * 1e6).round() as i64;
    Ok(suppliers
        .iter()
        .map(|supplier| FactFigures {
            supplier: *supplier,
            spend: spend.remove(supplier).unwrap_or_default(),
            on_time_ppm: value(*supplier, on_time, windows.year).map(share_ppm),
            on_time_trend: trend(
                windows
                    .complete_quarters()
                    .iter()
                    .map(|quarter| value(*supplier, on_time, *quarter).map(share_ppm)),
            ),
            ppm_milli: value(*supplier, ppm, windows.year).map(|ppm| (ppm * 1e3).round() as i64),
            deliveries: deliveries.remove(supplier).unwrap_or_default(),
        })
        .collect())
}

/// The definition that stands for a measure where a page shows one figure: the one published first.
pub fn first_of(definitions: &[Published<Definition>], measure: Measure) -> Option<&Definition> {
    definitions
        .iter()
        .map(|definition| &definition.document)
        .find(|definition| definition.measure == measure)
}

/// An amount of money in a currency that is not the organisation's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Amount {
    /// Its ISO 4217 code; `None` where the facts name no currency.
    pub currency: Option<String>,
    pub minor: i64,
}

/// What was spent with a supplier.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SupplierSpend {
    /// In the organisation's currency.
    /// `None` where everything is in other currencies, or no line has a value.
    pub minor: Option<i64>,
    /// From the values of order lines, because no invoice is known.
    pub ordered: bool,
    /// In other currencies, by code. They are shown beside it: no rate is known, and amounts are never added across currencies.
    pub elsewhere: Vec<Amount>,
}

/// Spend by supplier over a period. A supplier without any line is not there.
pub(crate) async fn spend_of(
    keelson: &Keelson,
    period: Period,
    suppliers: Option<&[i64]>,
    as_of: NaiveDate,
) -> Result<HashMap<i64, SupplierSpend>> {
    let currency = currency(keelson.db.read()).await?;
    let spends = keelson
        .analytics
        .spend(period.bounds(as_of), By::Supplier, suppliers)
        .await?;
    let mut found: HashMap<i64, SupplierSpend> = HashMap::new();
    for spend in spends {
        let Spend {
            group,
            amount_minor,
            lines,
            ordered,
            unvalued,
        } = spend;
        let Some(supplier) = group.supplier else {
            continue;
        };
        let total = found.entry(supplier).or_default();
        total.ordered |= ordered > 0;
        if unvalued == lines {
            continue;
        }
        if group.currency.is_some() && group.currency == currency {
            total.minor = Some(total.minor.unwrap_or(0).saturating_add(amount_minor));
        } else {
            total.elsewhere.push(Amount {
                currency: group.currency,
                minor: amount_minor,
            });
        }
    }
    Ok(found)
}

/// The organisation's currency, once it is set up.
pub(crate) async fn currency(db: &impl ConnectionTrait) -> Result<Option<String>> {
    let row = db
        .query_one_raw(Statement::from_string(
            db.get_database_backend(),
            "SELECT currency FROM organisation",
        ))
        .await?;
    Ok(row.map(|row| row.try_get_by_index(0)).transpose()?)
}

/// Writes what the facts say and what the judgements say about these suppliers.
pub(super) async fn write(
    tx: &Tx,
    figures: &[FactFigures],
    windows: &Windows,
    as_of: NaiveDate,
    now: DateTime<Utc>,
) -> Result<()> {
    const COLUMNS: [&str; 9] = [
        "supplier_id",
        "spend_minor",
        "spend_elsewhere",
        "on_time_ppm",
        "on_time_trend",
        "ppm_milli",
        "order_lines",
        "last_receipt_on",
        "refreshed_at",
    ];
    let now = micros(now);
    let values = figures.iter().map(|row| -> Vec<Value> {
        vec![
            row.supplier.into(),
            row.spend.minor.into(),
            amounts(&row.spend.elsewhere).into(),
            row.on_time_ppm.into(),
            row.on_time_trend.clone().into(),
            row.ppm_milli.into(),
            (row.deliveries.order_lines as i64).into(),
            row.deliveries.last_received_on.map(day_of).into(),
            now.into(),
        ]
    });
    rows::insert(
        tx,
        "supplier_figures",
        &COLUMNS,
        values.collect(),
        &replacing(&COLUMNS),
    )
    .await?;
    let suppliers: Vec<i64> = figures.iter().map(|row| row.supplier).collect();
    write_judgements(tx, &suppliers, windows, as_of, now).await
}

/// Brings the score and the tier of suppliers up to date after they were judged.
pub(crate) async fn rejudged(
    tx: &Tx,
    suppliers: &[i64],
    as_of: NaiveDate,
    now: DateTime<Utc>,
) -> Result<()> {
    write_judgements(tx, suppliers, &Windows::on(as_of), as_of, micros(now)).await
}

#[derive(FromQueryResult)]
struct ScoreRow {
    supplier_id: i64,
    period: String,
    score_centi: Option<i64>,
    coverage_ppm: i64,
    grade: Option<String>,
    provisional: bool,
}

async fn write_judgements(
    tx: &Tx,
    suppliers: &[i64],
    windows: &Windows,
    as_of: NaiveDate,
    now: i64,
) -> Result<()> {
    const COLUMNS: [&str; 10] = [
        "supplier_id",
        "score_centi",
        "score_delta_centi",
        "coverage_ppm",
        "provisional",
        "grade",
        "score_trend",
        "tier",
        "quadrant",
        "refreshed_at",
    ];
    for chunk in suppliers.chunks(1_000) {
        let quarters = windows.complete_quarters();
        let mut scores: HashMap<i64, HashMap<String, ScoreRow>> = HashMap::new();
        for row in newest_scores(tx, chunk, quarters).await? {
            scores
                .entry(row.supplier_id)
                .or_default()
                .insert(row.period.clone(), row);
        }
        let placed = segmentation::placed(tx, chunk, as_of).await?;
        let values = chunk.iter().map(|supplier| -> Vec<Value> {
            let empty = HashMap::new();
            let scores = scores.get(supplier).unwrap_or(&empty);
            let of = |quarter: &Period| scores.get(&quarter.to_string());
            let newest = quarters.iter().rev().find_map(of);
            let score = newest.and_then(|row| row.score_centi);
            let before = newest
                .and_then(|row| Period::parse(&row.period).ok()?.previous())
                .and_then(|quarter| of(&quarter)?.score_centi);
            let placed = placed.get(supplier);
            vec![
                (*supplier).into(),
                score.into(),
                score.zip(before).map(|(now, before)| now - before).into(),
                newest.map(|row| row.coverage_ppm).into(),
                newest.is_some_and(|row| row.provisional).into(),
                newest.and_then(|row| row.grade.clone()).into(),
                trend(quarters.iter().map(|quarter| of(quarter)?.score_centi)).into(),
                placed.map(|placed| placed.tier.code().to_owned()).into(),
                placed
                    .and_then(|placed: &Placed| placed.quadrant)
                    .map(|quadrant| quadrant.code().to_owned())
                    .into(),
                now.into(),
            ]
        });
        rows::insert(
            tx,
            "supplier_figures",
            &COLUMNS,
            values.collect(),
            &replacing(&COLUMNS),
        )
        .await?;
    }
    Ok(())
}

/// The newest judgement of each supplier and quarter.
async fn newest_scores(
    db: &impl ConnectionTrait,
    suppliers: &[i64],
    quarters: &[Period],
) -> Result<Vec<ScoreRow>> {
    let sql = format!(
        "SELECT s.supplier_id, s.period, s.score_centi, s.coverage_ppm, s.grade, s.provisional FROM scorecards s \
         WHERE s.supplier_id IN ({}) AND s.period IN ({}) AND NOT EXISTS (\
           SELECT 1 FROM scorecards newer WHERE newer.supplier_id = s.supplier_id AND newer.period = s.period \
           AND newer.version > s.version)",
        rows::list(suppliers),
        // Periods are written by our own code: digits, a hyphen and a Q.
        quarters
            .iter()
            .map(|quarter| format!("'{quarter}'"))
            .collect::<Vec<_>>()
            .join(", ")
    );
    Ok(
        ScoreRow::find_by_statement(Statement::from_string(db.get_database_backend(), sql))
            .all(db)
            .await?,
    )
}

#[derive(FromQueryResult)]
struct SpendRow {
    supplier_id: i64,
    spend_minor: Option<i64>,
    spend_share_ppm: Option<i64>,
    abc: Option<String>,
}

/// Brings every supplier's share of all spend and its ABC class up to date. One supplier's spend moves them all, so all are
/// read; only those that moved are written.
pub(super) async fn share(keelson: &Keelson, now: DateTime<Utc>) -> Result<()> {
    const COLUMNS: [&str; 4] = ["supplier_id", "spend_share_ppm", "abc", "refreshed_at"];
    let db = keelson.db.read();
    let statement = Statement::from_string(
        db.get_database_backend(),
        "SELECT supplier_id, spend_minor, spend_share_ppm, abc FROM supplier_figures",
    );
    let suppliers = SpendRow::find_by_statement(statement).all(db).await?;
    let cuts = versions::current::<Policy>(db)
        .await?
        .pop()
        .map(|policy| policy.document.abc)
        .unwrap_or_default();
    let spends: Vec<(i64, i64)> = suppliers
        .iter()
        .filter_map(|row| Some((row.supplier_id, row.spend_minor?)))
        .collect();
    let total: i128 = spends
        .iter()
        .map(|(_, spend)| i128::from(*spend).max(0))
        .sum();
    let classes = abc(&spends, cuts);
    let classes: HashMap<i64, Option<&'static str>> = spends
        .iter()
        .zip(classes)
        .map(|((supplier, _), class)| {
            (
                *supplier,
                class.map(keelson_methods::segmentation::AbcClass::code),
            )
        })
        .collect();
    let moved: Vec<Vec<Value>> = suppliers
        .iter()
        .filter_map(|row| {
            let share = row
                .spend_minor
                .filter(|spend| *spend > 0 && total > 0)
                .map(|spend| (i128::from(spend) * 1_000_000 / total) as i64);
            let class = classes.get(&row.supplier_id).copied().flatten();
            let same = row.spend_share_ppm == share && row.abc.as_deref() == class;
            (!same).then(|| {
                vec![
                    row.supplier_id.into(),
                    share.into(),
                    class.map(str::to_owned).into(),
                    micros(now).into(),
                ]
            })
        })
        .collect();
    if moved.is_empty() {
        return Ok(());
    }
    let tx = keelson.db.begin().await?;
    rows::insert(
        &tx,
        "supplier_figures",
        &COLUMNS,
        moved,
        &replacing(&COLUMNS),
    )
    .await?;
    tx.commit().await?;
    Ok(())
}

/// The end of an insert into the table of figures that replaces the named columns of a row that is there.
fn replacing(columns: &[&str]) -> String {
    let set: Vec<String> = columns[1..]
        .iter()
        .map(|column| format!("{column} = excluded.{column}"))
        .collect();
    format!("ON CONFLICT (supplier_id) DO UPDATE SET {}", set.join(", "))
}

/// "8120,,7990": values oldest first, a gap where there is none; nothing at all where there are only gaps.
fn trend(values: impl Iterator<Item = Option<i64>>) -> String {
    let values: Vec<Option<i64>> = values.collect();
    if values.iter().all(Option::is_none) {
        return String::new();
    }
    values
        .iter()
        .map(|value| value.map(|value| value.to_string()).unwrap_or_default())
        .collect::<Vec<_>>()
        .join(",")
}

/// "USD:1250000,GBP:90000": amounts in minor units, an unnamed currency left empty.
fn amounts(amounts: &[Amount]) -> String {
    let amount = |amount: &Amount| {
        let currency = amount.currency.as_deref().unwrap_or_default();
        format!("{currency}:{}", amount.minor)
    };
    amounts.iter().map(amount).collect::<Vec<_>>().join(",")
}

/// Reads amounts as they are stored.
pub fn read_amounts(stored: &str) -> Vec<Amount> {
    stored
        .split(',')
        .filter_map(|amount| {
            let (currency, minor) = amount.split_once(':')?;
            Some(Amount {
                currency: Some(currency.to_owned()).filter(|currency| !currency.is_empty()),
                minor: minor.parse().ok()?,
            })
        })
        .collect()
}

/// Reads a trend as it is stored.
pub fn read_trend(stored: &str) -> Vec<Option<i64>> {
    if stored.is_empty() {
        return Vec::new();
    }
    stored.split(',').map(|value| value.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::{Amount, amounts, read_amounts, read_trend, trend};

    #[test]
    fn amounts_keep_their_currency() {
        let kept = [("USD", 1_250_000), ("", -90)].map(|(currency, minor)| Amount {
            currency: Some(currency.to_owned()).filter(|currency| !currency.is_empty()),
            minor,
        });
        assert_eq!(amounts(&kept), "USD:1250000,:-90");
        assert_eq!(read_amounts(&amounts(&kept)), kept);
        assert_eq!(read_amounts(""), []);
    }

    #[test]
    fn a_gap_in_a_trend_stays_a_gap() {
        let values = [Some(8120), None, Some(7990)];
        let stored = trend(values.into_iter());
        assert_eq!(stored, "8120,,7990");
        assert_eq!(read_trend(&stored), values);
        assert_eq!(trend([None, None].into_iter()), "");
        assert_eq!(read_trend(""), []);
    }
}
