//! The table of measures: what the projection says today for every supplier, definition and period that pages show. Derived;
//! computed anew for the suppliers an import touched.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use keelson_analytics::{By, Measured, Request};
use keelson_methods::{
    kpi::Definition,
    period::{Bounds, Period},
    rate::Rate,
};
use sea_orm::{ConnectionTrait, Statement, Value};
use tokio::sync::mpsc;

use super::{
    figures,
    measure::{self, Figure},
};
use crate::{
    Error, Keelson, Result, SupplierId, day_of,
    operations::{Bulk, Cell},
    rows,
    versions::{self, Published},
};

/// Suppliers computed and written together: enough that one scan serves many, few enough that others may write in between.
const CHUNK: usize = 1_000;

/// Whose measures are computed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Every supplier.
    Everyone,
    Suppliers(Vec<SupplierId>),
}

/// What a refresh did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Refreshed {
    pub suppliers: u64,
    pub measures: u64,
}

/// Computes the measures and the figures of suppliers anew. Safe to repeat and to run beside itself.
pub async fn refresh(
    keelson: &Keelson,
    scope: &Scope,
    as_of: NaiveDate,
    now: DateTime<Utc>,
) -> Result<Refreshed> {
    let definitions = versions::current::<Definition>(keelson.db.read()).await?;
    let windows = Windows::on(as_of);
    let suppliers = match scope {
        Scope::Everyone => {
            ids(
                keelson.db.read(),
                "SELECT id FROM suppliers WHERE merged_into IS NULL ORDER BY id",
                [],
            )
            .await?
        }
        Scope::Suppliers(suppliers) => suppliers.iter().map(|id| id.0).collect(),
    };
    let mut refreshed = Refreshed::default();
    // While one chunk is written, the next is computed.
    let (hand_over, mut computed) = mpsc::channel(1);
    let computing = async {
        for chunk in suppliers.chunks(CHUNK) {
            let rows = compute(keelson, &definitions, &windows, chunk, as_of).await?;
            let figures =
                figures::gather(keelson, &definitions, &windows, chunk, &rows, as_of).await?;
            if hand_over.send((chunk, rows, figures)).await.is_err() {
                break;
            }
        }
        drop(hand_over);
        Ok::<_, Error>(())
    };
    let writing = async {
        while let Some((chunk, rows, figures)) = computed.recv().await {
            refreshed.suppliers += chunk.len() as u64;
            refreshed.measures += rows.len() as u64;
            replace(keelson, chunk, rows, as_of).await?;
            let tx = keelson.db.begin().await?;
            figures::write(&tx, &figures, &windows, as_of, now).await?;
            tx.commit().await?;
        }
        Ok::<_, Error>(())
    };
    futures::try_join!(computing, writing)?;
    if *scope == Scope::Everyone {
        forget_absorbed(keelson).await?;
    }
    figures::share(keelson, now).await?;
    Ok(refreshed)
}

/// The suppliers whose facts changed since their figures were computed, and how often: the refresh's worklist.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Touched(Vec<(i64, i64)>);

impl Touched {
    pub async fn read(db: &impl ConnectionTrait) -> Result<Self> {
        let sql = "SELECT supplier_id, wanted FROM touched_suppliers ORDER BY supplier_id";
        let rows = db
            .query_all_raw(Statement::from_string(db.get_database_backend(), sql))
            .await?;
        let touched: Result<_> = rows
            .iter()
            .map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?)))
            .collect();
        Ok(Self(touched?))
    }

    /// Whose figures follow: a merged record's facts count for its survivor.
    async fn scope(&self, db: &impl ConnectionTrait) -> Result<Vec<SupplierId>> {
        let mut suppliers = BTreeSet::new();
        for chunk in self.0.chunks(1_000) {
            let list: Vec<i64> = chunk.iter().map(|(supplier, _)| *supplier).collect();
            let sql = format!(
                "SELECT DISTINCT COALESCE(merged_into, id) FROM suppliers WHERE id IN ({})",
                rows::list(&list)
            );
            suppliers.extend(ids(db, &sql, []).await?);
        }
        Ok(suppliers.into_iter().map(SupplierId).collect())
    }

    /// Takes off the list who has not been touched again meanwhile.
    async fn done(&self, keelson: &Keelson) -> Result<()> {
        let tx = keelson.db.begin().await?;
        for chunk in self.0.chunks(1_000) {
            let rows: Vec<String> = chunk
                .iter()
                .map(|(supplier, wanted)| format!("({supplier}, {wanted})"))
                .collect();
            tx.execute_unprepared(&format!(
                "DELETE FROM touched_suppliers WHERE (supplier_id, wanted) IN (VALUES {})",
                rows.join(",")
            ))
            .await?;
        }
        Ok(tx.commit().await?)
    }
}

/// Computes the figures of the suppliers whose facts changed, and of nobody else.
pub async fn refresh_touched(
    keelson: &Keelson,
    touched: Touched,
    as_of: NaiveDate,
    now: DateTime<Utc>,
) -> Result<Refreshed> {
    if touched.0.is_empty() {
        return Ok(Refreshed::default());
    }
    let scope = Scope::Suppliers(touched.scope(keelson.db.read()).await?);
    let refreshed = refresh(keelson, &scope, as_of, now).await?;
    touched.done(keelson).await?;
    Ok(refreshed)
}

/// The periods that are kept, as seen on a day.
pub(super) struct Windows {
    /// The last thirty, the one under way included, oldest first.
    pub(super) months: Vec<Period>,
    /// The last eight complete ones, oldest first, and the one under way.
    pub(super) quarters: Vec<Period>,
    /// The last twelve complete months.
    pub(super) year: Period,
}

impl Windows {
    pub(super) fn on(as_of: NaiveDate) -> Self {
        let month = as_of.month() as u8;
        let back = |from: Period, count: usize| {
            let mut list: Vec<Period> = std::iter::successors(Some(from), Period::previous)
                .take(count)
                .collect();
            list.reverse();
            list
        };
        Self {
            months: back(Period::Month(as_of.year(), month), 30),
            quarters: back(Period::Quarter(as_of.year(), month.div_ceil(3)), 9),
            year: Period::Trailing {
                months: 12,
                until: None,
            },
        }
    }

    /// The complete quarters, oldest first.
    pub(super) fn complete_quarters(&self) -> &[Period] {
        &self.quarters[..self.quarters.len() - 1]
    }

    fn longer(&self) -> impl Iterator<Item = Period> + '_ {
        self.quarters.iter().copied().chain([self.year])
    }

    fn bounds(&self, as_of: NaiveDate) -> Bounds {
        let ends = |period: Option<&Period>| period.map(|period| period.bounds(as_of));
        Bounds {
            from: ends(self.months.first()).and_then(|bounds| bounds.from),
            to: ends(self.months.last()).and_then(|bounds| bounds.to),
        }
    }
}

/// A row on its way into the table.
pub(super) struct Row<'a> {
    pub(super) supplier: i64,
    pub(super) definition: &'a Published<Definition>,
    pub(super) period: Period,
    pub(super) figure: Figure,
}

async fn compute<'a>(
    keelson: &Keelson,
    definitions: &'a [Published<Definition>],
    windows: &Windows,
    suppliers: &[i64],
    as_of: NaiveDate,
) -> Result<Vec<Row<'a>>> {
    let monthly = definitions.iter().map(|definition| Request {
        definition: &definition.document,
        bounds: windows.bounds(as_of),
        as_of,
        by: By::SupplierMonth,
        suppliers: Some(suppliers),
    });
    let asked: Vec<(&Published<Definition>, Period)> = definitions
        .iter()
        .filter(|definition| !measure::adds_up(definition.document.measure))
        .flat_map(|definition| windows.longer().map(move |period| (definition, period)))
        .collect();
    let longer = asked.iter().map(|(definition, period)| {
        measure::request(definition, *period, as_of, By::Supplier, suppliers)
    });
    let requests: Vec<Request<'_>> = monthly.chain(longer).collect();
    let mut answers = keelson.analytics.measure_many(&requests).await?.into_iter();

    let mut rows = Vec::new();
    for definition in definitions {
        let measured = one_currency(answers.next().unwrap_or_default());
        for measured in &measured {
            let Some((supplier, period)) = month_of(measured) else {
                continue;
            };
            rows.push(Row {
                supplier,
                definition,
                period,
                figure: Figure::from(measured),
            });
        }
        if measure::adds_up(definition.document.measure) {
            rows.extend(added_up(definition, &measured, windows, as_of));
        }
    }
    for (definition, period) in asked {
        for measured in one_currency(answers.next().unwrap_or_default()) {
            rows.extend(measured.group.supplier.map(|supplier| Row {
                supplier,
                definition,
                period,
                figure: Figure::from(&measured),
            }));
        }
    }
    rows.retain(|row| !row.figure.is_nothing());
    Ok(rows)
}

/// Quarters and the year from the months: sums are divided, percentages never averaged.
fn added_up<'a>(
    definition: &'a Published<Definition>,
    months: &[Measured],
    windows: &Windows,
    as_of: NaiveDate,
) -> Vec<Row<'a>> {
    let longer: Vec<(Period, Bounds)> = windows
        .longer()
        .map(|period| (period, period.bounds(as_of)))
        .collect();
    let mut sums: BTreeMap<(i64, usize), (Rate, u64)> = BTreeMap::new();
    for measured in months {
        let Some((supplier, month)) = month_of(measured) else {
            continue;
        };
        let Some(first) = month.bounds(as_of).from else {
            continue;
        };
        for (at, _) in longer
            .iter()
            .enumerate()
            .filter(|(_, (_, bounds))| bounds.contains(first))
        {
            let (rate, unreported) = sums.entry((supplier, at)).or_default();
            // A sum beyond 64 bits has no meaning; the months stay visible by themselves.
            *rate = rate.rolled_up(measured.rate).unwrap_or(*rate);
            *unreported += measured.unreported;
        }
    }
    sums.into_iter()
        .map(|((supplier, at), (rate, unreported))| Row {
            supplier,
            definition,
            period: longer[at].0,
            figure: Figure::of(definition.document.measure, rate, unreported),
        })
        .collect()
}

fn month_of(measured: &Measured) -> Option<(i64, Period)> {
    let month = measured.group.month?;
    Some((
        measured.group.supplier?,
        Period::Month(month / 100, u8::try_from(month % 100).ok()?),
    ))
}

/// Amounts in different currencies do not add up. A supplier's figure is the one in the currency of most of its observations;
/// the others are answered by `keelson measure`.
pub(super) fn one_currency(measured: Vec<Measured>) -> Vec<Measured> {
    let mut counts: HashMap<(Option<i64>, &str), u64> = HashMap::new();
    for each in &measured {
        if let Some(currency) = &each.group.currency {
            *counts
                .entry((each.group.supplier, currency.as_str()))
                .or_default() += each.rate.n;
        }
    }
    let mut chosen: HashMap<Option<i64>, (u64, String)> = HashMap::new();
    for ((supplier, currency), n) in counts {
        let best = chosen.entry(supplier).or_insert((n, currency.to_owned()));
        if (n, std::cmp::Reverse(currency)) > (best.0, std::cmp::Reverse(best.1.as_str())) {
            *best = (n, currency.to_owned());
        }
    }
    measured
        .into_iter()
        .filter(
            |each| match (&each.group.currency, chosen.get(&each.group.supplier)) {
                (Some(currency), Some((_, chosen))) => currency == chosen,
                (None, Some(_)) => false,
                _ => true,
            },
        )
        .collect()
}

const COLUMNS: &[&str] = &[
    "supplier_id",
    "kpi",
    "version",
    "period",
    "numerator",
    "denominator",
    "n",
    "value",
    "low",
    "high",
    "reason",
    "as_of",
];

/// Two refreshes that meet on a supplier follow one another; the later one's rows stay.
async fn replace(
    keelson: &Keelson,
    suppliers: &[i64],
    rows: Vec<Row<'_>>,
    as_of: NaiveDate,
) -> Result<()> {
    let mut bulk = Bulk::begin(&keelson.db).await?;
    bulk.alone_in("measures").await?;
    bulk.execute(format!(
        "DELETE FROM measures WHERE supplier_id IN ({})",
        rows::list(suppliers)
    ))
    .await?;
    let as_of = i64::from(day_of(as_of));
    let mut names: HashMap<&str, Arc<str>> = HashMap::new();
    let rows: Vec<(i64, Arc<str>, i64, Period, Figure)> = rows
        .into_iter()
        .map(|row| {
            let Published {
                document, version, ..
            } = row.definition;
            let kpi = names
                .entry(&document.id)
                .or_insert_with(|| document.id.as_str().into());
            (row.supplier, kpi.clone(), *version, row.period, row.figure)
        })
        .collect();
    let cells = rows
        .into_iter()
        .map(move |(supplier, kpi, version, period, figure)| {
            let Figure {
                rate,
                value,
                interval,
                reason,
            } = figure;
            vec![
                Cell::Number(Some(supplier)),
                Cell::Text(Some(kpi.as_ref().to_owned())),
                Cell::Number(Some(version)),
                Cell::Text(Some(period.to_string())),
                Cell::Number(Some(rate.numerator)),
                Cell::Number(Some(rate.denominator)),
                Cell::Number(Some(rate.n as i64)),
                Cell::Real(value),
                Cell::Real(interval.map(|interval| interval.low)),
                Cell::Real(interval.map(|interval| interval.high)),
                Cell::Text(reason.map(|reason| reason.code().to_owned())),
                Cell::Number(Some(as_of)),
            ]
        });
    bulk.insert_rows("measures", COLUMNS, cells).await?;
    bulk.commit().await
}

/// A merged record's facts count for its survivor.
async fn forget_absorbed(keelson: &Keelson) -> Result<()> {
    let tx = keelson.db.begin().await?;
    for table in ["measures", "supplier_figures"] {
        tx.execute_unprepared(&format!(
            "DELETE FROM {table} WHERE supplier_id IN (SELECT id FROM suppliers WHERE merged_into IS NOT NULL)"
        ))
        .await?;
    }
    tx.commit().await?;
    Ok(())
}

async fn ids<const N: usize>(
    db: &impl ConnectionTrait,
    sql: &str,
    values: [Value; N],
) -> Result<Vec<i64>> {
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    let rows = db.query_all_raw(statement).await?;
    rows.iter()
        .map(|row| Ok(row.try_get_by_index(0)?))
        .collect()
}
