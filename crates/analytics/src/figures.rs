//! The plain numbers of a supplier's deliveries: how many lines, what is open, when something last arrived.

use std::collections::BTreeMap;

use arrow::{
    array::{Array, AsArray, RecordBatch},
    datatypes::Int32Type,
};
use chrono::NaiveDate;
use datafusion::{
    functions::core::expr_ext::FieldAccessor,
    functions_aggregate::expr_fn::{count, max},
    logical_expr::ExprFunctionExt,
    prelude::{col, lit},
};
use keelson_methods::{delivery::Exclusion, kpi::DeliveryRules};

use crate::{
    Analytics, Result,
    judged::{self, exclusion_code},
    measure::{Rows, count_where, recipe::Source, rows},
};

/// A supplier's deliveries in numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SupplierFigures {
    pub supplier: i64,
    pub order_lines: u64,
    /// Not complete and not cancelled, window not ended.
    pub open: u64,
    /// Not complete and not cancelled, window ended.
    pub overdue: u64,
    /// The last day something arrived, up to the day of asking; receipts without an order line included.
    pub last_received_on: Option<NaiveDate>,
    pub inspections: u64,
    pub invoice_lines: u64,
}

impl Analytics {
    /// The figures of these suppliers, or of all that have facts, by supplier. A supplier without facts is not there.
    pub async fn supplier_figures(
        &self,
        rules: &DeliveryRules,
        as_of: NaiveDate,
        suppliers: Option<&[i64]>,
    ) -> Result<Vec<SupplierFigures>> {
        let as_of = as_of.to_epoch_days();
        // A definition may leave overdue lines out of its figure; here they are what is asked for.
        let rules = DeliveryRules {
            overdue_open: keelson_methods::kpi::OverdueOpen::Fail,
            ..rules.clone()
        };
        let excluded = |exclusion| {
            col("judged")
                .field("exclusion")
                .eq(lit(exclusion_code(exclusion)))
        };
        let active = col("cancelled_on")
            .is_null()
            .or(col("cancelled_on").gt(lit(as_of)));
        let incomplete = col("judged")
            .field("exclusion")
            .is_null()
            .and(col("judged").field("completed_on").is_null());
        let last = |day: &str| max(col(day)).filter(col(day).lt_eq(lit(as_of))).build();
        let mut found: BTreeMap<i64, SupplierFigures> = BTreeMap::new();
        for source in [
            Source::OrderLines,
            Source::LooseReceipts,
            Source::Inspections,
            Source::InvoiceLines,
        ] {
            let table = rows(self, source, suppliers).await?;
            let (table, sums) = match source {
                Source::OrderLines => (
                    table.with_column("judged", judged::delivery(&rules, as_of))?,
                    vec![
                        count(lit(1)).alias("lines"),
                        count_where(excluded(Exclusion::NotYetDue).and(active.clone()))?
                            .alias("open"),
                        count_where(incomplete.clone().and(active.clone()))?.alias("overdue"),
                        last("last_received_on")?.alias("last"),
                    ],
                ),
                Source::LooseReceipts => (table, vec![last("received_on")?.alias("last")]),
                _ => (table, vec![count(lit(1)).alias("lines")]),
            };
            for batch in table
                .aggregate(vec![col("supplier")], sums)?
                .collect()
                .await?
            {
                let rows = Rows { batch: &batch };
                let [supplier, lines, open, overdue] =
                    ["supplier", "lines", "open", "overdue"].map(|name| rows.int(name));
                for row in 0..batch.num_rows() {
                    let supplier = supplier.read(row);
                    let lines = lines.read(row).unsigned_abs();
                    let figures = found.entry(supplier).or_default();
                    figures.supplier = supplier;
                    figures.last_received_on = figures.last_received_on.max(last_of(&batch, row));
                    match source {
                        Source::Inspections => figures.inspections = lines,
                        Source::InvoiceLines => figures.invoice_lines = lines,
                        Source::OrderLines => {
                            figures.order_lines = lines;
                            figures.open = open.read(row).unsigned_abs();
                            figures.overdue = overdue.read(row).unsigned_abs();
                        }
                        Source::LineReceipts | Source::LooseReceipts => {}
                    }
                }
            }
        }
        Ok(found.into_values().collect())
    }
}

fn last_of(batch: &RecordBatch, row: usize) -> Option<NaiveDate> {
    let days = batch.column_by_name("last")?.as_primitive::<Int32Type>();
    (!days.is_null(row))
        .then(|| days.value(row))
        .and_then(NaiveDate::from_epoch_days)
}
