//! What was spent, by supplier, category and month.
//!
//! Spend is what invoice lines say: their amounts by the day they were posted, else invoiced, else paid, because a list of
//! payments knows no other day. Credit notes are negative and so come off by themselves. Tax is not part of it.
//!
//! A source that keeps no invoices has order lines only; there spend is the value of the order lines by the day they were
//! ordered, else due, else received. A cancelled line is no spend. A supplier with invoices from anywhere in the window is
//! not counted from its orders as well, so nothing is counted twice when orders and invoices come from two systems.
//!
//! Amounts stay apart by currency.

use std::collections::{BTreeMap, BTreeSet};

use arrow::{array::AsArray, datatypes::Int64Type};
use datafusion::{
    functions::core::expr_fn::coalesce,
    functions_aggregate::expr_fn::{count, sum},
    logical_expr::{Expr, JoinType},
    prelude::{DataFrame, col, lit},
};
use keelson_methods::period::Bounds;

use crate::{
    Analytics, By, Group, Result,
    measure::{
        Rows, count_where, group_by,
        recipe::{Source, any, inside},
        rows,
    },
};

/// Spend of a group in one currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spend {
    /// Its currency is `None` where the facts name none.
    pub group: Group,
    pub amount_minor: i64,
    /// Invoice or order lines behind the amount.
    pub lines: u64,
    /// Of these, order lines: ordered rather than invoiced.
    pub ordered: u64,
    /// Order lines without a value: spend nobody knows.
    pub unvalued: u64,
}

impl Analytics {
    /// Spend over a window, largest first within a currency. By month, category, site, supplier or both.
    pub async fn spend(
        &self,
        bounds: Bounds,
        by: By,
        suppliers: Option<&[i64]>,
    ) -> Result<Vec<Spend>> {
        let question = || format!("{bounds:?} {by:?} {suppliers:?}");
        let asked = self.spend_by(bounds, by, suppliers);
        self.spent.get(self, suppliers, question, asked).await
    }

    async fn spend_by(
        &self,
        bounds: Bounds,
        by: By,
        suppliers: Option<&[i64]>,
    ) -> Result<Vec<Spend>> {
        let invoiced = invoice_lines(self, bounds, suppliers).await?;
        let ordered = order_lines(self, bounds, suppliers, &invoiced).await?;
        let mut found: BTreeMap<Group, Spend> = BTreeMap::new();
        for (frame, is_ordered) in [(invoiced, false), (ordered, true)] {
            for (group, [amount, lines, unvalued]) in sums(frame, by).await? {
                let spend = found
                    .entry(group.clone())
                    .or_insert_with(|| Spend::none(group));
                spend.amount_minor += amount;
                spend.lines += lines.unsigned_abs();
                spend.ordered += if is_ordered { lines.unsigned_abs() } else { 0 };
                spend.unvalued += unvalued.unsigned_abs();
            }
        }
        let mut found: Vec<Spend> = found.into_values().collect();
        found.sort_by(|left, right| {
            let by_currency = left.group.currency.cmp(&right.group.currency);
            by_currency
                .then(right.amount_minor.cmp(&left.amount_minor))
                .then_with(|| left.group.cmp(&right.group))
        });
        Ok(found)
    }
}

impl Spend {
    fn none(group: Group) -> Self {
        Self {
            group,
            amount_minor: 0,
            lines: 0,
            ordered: 0,
            unvalued: 0,
        }
    }
}

async fn invoice_lines(
    analytics: &Analytics,
    bounds: Bounds,
    suppliers: Option<&[i64]>,
) -> Result<DataFrame> {
    let dates = ["posted_on", "invoiced_on", "paid_on"];
    window(
        rows(analytics, Source::InvoiceLines, suppliers).await?,
        &dates,
        "amount_minor",
        bounds,
    )
}

async fn order_lines(
    analytics: &Analytics,
    bounds: Bounds,
    suppliers: Option<&[i64]>,
    invoiced: &DataFrame,
) -> Result<DataFrame> {
    let with_invoices = sources_with_invoices(analytics).await?;
    let elsewhere = with_invoices.into_iter().map(lit).collect();
    let lines = rows(analytics, Source::OrderLines, suppliers)
        .await?
        .filter(col("source").in_list(elsewhere, true))?
        .filter(col("cancelled_on").is_null())?;
    let dates = [
        "ordered_on",
        "confirmed_first_on",
        "requested_on",
        "first_received_on",
    ];
    let lines = window(lines, &dates, "value_minor", bounds)?;
    let billed = invoiced
        .clone()
        .select(vec![col("supplier").alias("billed")])?
        .distinct()?;
    Ok(lines.join(billed, JoinType::LeftAnti, &["supplier"], &["billed"], None)?)
}

/// The rows of a window with their day and amount.
fn window(rows: DataFrame, dates: &[&str], amount: &str, bounds: Bounds) -> Result<DataFrame> {
    let day = coalesce(dates.iter().map(|date| col(*date)).collect());
    Ok(rows
        .filter(any(dates.iter().map(|date| inside(col(*date), bounds))))?
        .with_column("day", day)?
        .with_column("amount", col(amount))?
        .filter(inside(col("day"), bounds))?)
}

async fn sources_with_invoices(analytics: &Analytics) -> Result<BTreeSet<i64>> {
    let rows = rows(analytics, Source::InvoiceLines, None).await?;
    let batches = rows
        .select_columns(&["source"])?
        .distinct()?
        .collect()
        .await?;
    let column = |batch: &arrow::array::RecordBatch| {
        batch
            .column(0)
            .as_primitive::<Int64Type>()
            .values()
            .to_vec()
    };
    Ok(batches.iter().flat_map(column).collect())
}

async fn sums(frame: DataFrame, by: By) -> Result<Vec<(Group, [i64; 3])>> {
    let groups: Vec<Expr> = group_by(&frame, by, true, &col("day"));
    let sums = vec![
        sum(col("amount")).alias("amount_sum"),
        count(lit(1)).alias("lines"),
        count_where(col("amount").is_null())?.alias("unvalued"),
    ];
    let mut found = Vec::new();
    for batch in frame.aggregate(groups, sums)?.collect().await? {
        let rows = Rows { batch: &batch };
        let sums = ["amount_sum", "lines", "unvalued"].map(|name| rows.int(name));
        let groups = rows.groups();
        found.extend(
            (0..batch.num_rows())
                .map(|row| (groups.read(row), sums.each_ref().map(|sum| sum.read(row)))),
        );
    }
    // A question without groups always has one row, if only of nothing.
    found.retain(|(_, [_, lines, _])| *lines > 0);
    Ok(found)
}
