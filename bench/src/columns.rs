//! How long the columns take to answer, on invented facts written month by month as the projection writes them.

use std::{sync::Arc, time::Instant};

use chrono::{Days, Months, NaiveDate};
use keelson_analytics::{
    Analytics, By, Fact, Inspection, InvoiceLine, LineReceipt, LinesRequest, MonthFile, OrderLine,
    Request, Result, Sort,
};
use keelson_methods::{
    kpi::{Definition, DeliveryRules, Measure},
    period::Period,
};

pub(crate) fn measure(lines: u64, suppliers: u64, months: u64) -> anyhow::Result<()> {
    println!("\ncolumns: {lines} order lines, {suppliers} suppliers, {months} months");
    let folder = tempfile::tempdir()?;
    let store = object_store::local::LocalFileSystem::new_with_prefix(folder.path())?;
    let analytics = Analytics::new(Arc::new(store))?;
    tokio::runtime::Runtime::new()?.block_on(run(&analytics, lines, suppliers, months))?;
    Ok(())
}

async fn run(analytics: &Analytics, lines: u64, suppliers: u64, months: u64) -> Result<()> {
    let first = NaiveDate::default() + Months::new(12 * 54);
    let as_of = first + Months::new(months as u32);
    let mut world = World {
        seed: 7,
        suppliers,
        first,
    };
    let begun = Instant::now();
    let (mut files, mut inspections, mut invoices) = (Vec::new(), Vec::new(), Vec::new());
    for month in 0..months {
        let rows = lines / months;
        files.extend(
            write(analytics, month, rows, |id| {
                world.order_line(month, month * rows + id)
            })
            .await?,
        );
        inspections.extend(
            write(analytics, month, rows / 10, |id| {
                world.inspection(month, month * rows + id)
            })
            .await?,
        );
        invoices.extend(
            write(analytics, month, rows, |id| {
                world.invoice_line(month, month * rows + id)
            })
            .await?,
        );
    }
    let bytes: u64 = files
        .iter()
        .chain(&inspections)
        .chain(&invoices)
        .map(|file| file.bytes)
        .sum();
    println!(
        "{:<52}{:>10.2} s   {} MB",
        "projection of all facts",
        begun.elapsed().as_secs_f64(),
        bytes / 1_000_000
    );
    analytics.set_months(OrderLine::KIND, files);
    analytics.set_months(Inspection::KIND, inspections);
    analytics.set_months(InvoiceLine::KIND, invoices);

    let definitions = Definition::standard();
    let all = Period::All.bounds(as_of);
    let delivery_and_quality = |definition: &&Definition| {
        !matches!(definition.measure, Measure::Ppv | Measure::InvoiceAccuracy)
    };
    for by in [By::Supplier, By::SupplierMonth] {
        let ask = |definition| Request {
            definition,
            bounds: all,
            as_of,
            by,
            suppliers: None,
        };
        for definition in &definitions {
            timed(
                &format!("{} by {by:?}", definition.id),
                analytics.measure(&ask(definition)),
            )
            .await?;
        }
        let requests: Vec<Request<'_>> = definitions
            .iter()
            .filter(delivery_and_quality)
            .map(ask)
            .collect();
        timed(
            &format!("delivery and quality by {by:?}"),
            analytics.measure_many(&requests),
        )
        .await?;
        let requests: Vec<Request<'_>> = definitions.iter().map(ask).collect();
        timed(
            &format!("everything by {by:?}"),
            analytics.measure_many(&requests),
        )
        .await?;
    }
    let one = [suppliers as i64 / 2];
    let requests: Vec<Request<'_>> = definitions
        .iter()
        .map(|definition| Request {
            definition,
            bounds: all,
            as_of,
            by: By::Supplier,
            suppliers: Some(&one),
        })
        .collect();
    timed(
        "everything for one supplier",
        analytics.measure_many(&requests),
    )
    .await?;
    let list = LinesRequest {
        definition: &definitions[0],
        bounds: all,
        as_of,
        suppliers: Some(&one),
        category: None,
        site: None,
        only: None,
        sort: Sort::Day,
        descending: true,
        offset: 0,
        limit: 50,
    };
    timed(
        "the lines behind one supplier's figure",
        analytics.lines(&list),
    )
    .await?;
    timed(
        "spend by supplier and category",
        analytics.spend(all, By::SupplierCategory, None),
    )
    .await?;
    let rules = DeliveryRules::default();
    timed(
        "plain figures of every supplier",
        analytics.supplier_figures(&rules, as_of, None),
    )
    .await?;
    timed(
        "plain figures of one supplier",
        analytics.supplier_figures(&rules, as_of, Some(&one)),
    )
    .await?;
    Ok(())
}

async fn timed<T>(what: &str, question: impl Future<Output = Result<T>>) -> Result<()> {
    let begun = Instant::now();
    question.await?;
    println!("{what:<52}{:>10.1} ms", begun.elapsed().as_secs_f64() * 1e3);
    Ok(())
}

async fn write<F: Fact>(
    analytics: &Analytics,
    month: u64,
    rows: u64,
    mut row: impl FnMut(u64) -> F,
) -> Result<Option<MonthFile>> {
    let mut writer = analytics.write_month::<F>(month as i32, "1");
    let mut id = 0;
    while id < rows {
        let chunk: Vec<F> = (id..rows.min(id + 8192)).map(&mut row).collect();
        id += chunk.len() as u64;
        writer.push(&chunk).await?;
    }
    writer.finish().await
}

/// Facts by chance, the same every time.
struct World {
    seed: u64,
    suppliers: u64,
    first: NaiveDate,
}

impl World {
    fn below(&mut self, end: u64) -> u64 {
        // Xorshift: quick, and good enough to look like a company.
        self.seed ^= self.seed << 13;
        self.seed ^= self.seed >> 7;
        self.seed ^= self.seed << 17;
        self.seed % end
    }

    fn day(&mut self, month: u64) -> NaiveDate {
        self.first + Months::new(month as u32) + Days::new(self.below(28))
    }

    /// A few suppliers get most of the lines.
    fn supplier(&mut self) -> i64 {
        let (one, other) = (self.below(self.suppliers), self.below(self.suppliers));
        one.min(other) as i64
    }

    fn order_line(&mut self, month: u64, id: u64) -> OrderLine {
        let due = self.day(month);
        let quantity_milli = 1000 * (1 + self.below(5000) as i64);
        let parts = if self.below(5) == 0 { 2 } else { 1 };
        let receipts = (0..parts).map(|part| LineReceipt {
            id: (id * 2 + part) as i64,
            received_on: due + Days::new(self.below(9)) - Days::new(5),
            good_milli: quantity_milli / parts as i64,
            rejected_milli: 0,
        });
        let receipts = receipts.collect();
        OrderLine {
            id: id as i64,
            supplier: self.supplier(),
            source: 1,
            key: format!("{id}"),
            order_number: Some(format!("45{:08}", id / 3)),
            line_number: Some(format!("{}", id % 3 * 10)),
            item: Some(format!("item {}", self.below(5000))),
            description: Some(format!("Part {} as drawn", self.below(5000))),
            category: Some(format!("category {}", self.below(40))),
            site: Some(format!("site {}", self.below(8))),
            unit: Some("PCE".to_owned()),
            quantity_milli,
            price_micros: Some(12_500_000),
            value_minor: Some(quantity_milli * 5 / 4),
            currency: Some("EUR".to_owned()),
            ordered_on: Some(due - Days::new(20 + self.below(30))),
            requested_on: Some(due),
            confirmed_first_on: (self.below(3) > 0).then_some(due),
            confirmed_last_on: (self.below(3) == 0).then_some(due + Days::new(3)),
            cancelled_on: None,
            promised_lead_days: None,
            delay_cause: (self.below(20) == 0).then(|| "buyer".to_owned()),
            receipts,
        }
    }

    fn inspection(&mut self, month: u64, id: u64) -> Inspection {
        let defective = if self.below(20) == 0 {
            self.below(9) as i64
        } else {
            0
        };
        Inspection {
            id: id as i64,
            supplier: self.supplier(),
            source: 1,
            key: format!("{id}"),
            lot: Some(format!("lot {id}")),
            category: Some(format!("category {}", self.below(40))),
            site: Some(format!("site {}", self.below(8))),
            received_on: Some(self.day(month)),
            received_milli: Some(1_000_000),
            inspected_milli: Some(50_000),
            defective_milli: Some(defective * 1000),
            result: Some(if defective > 0 { "sorted" } else { "accepted" }.to_owned()),
            cause: (defective > 0).then(|| "supplier".to_owned()),
            ..Inspection::default()
        }
    }

    fn invoice_line(&mut self, month: u64, id: u64) -> InvoiceLine {
        let price = 9_000_000 + self.below(2_000_000) as i64;
        InvoiceLine {
            id: id as i64,
            supplier: self.supplier(),
            source: 1,
            key: format!("{id}"),
            invoice_number: Some(format!("R{:08}", id / 2)),
            category: Some(format!("category {}", self.below(40))),
            quantity_milli: Some(1_000_000),
            price_micros: Some(price),
            amount_minor: price / 10,
            currency: "EUR".to_owned(),
            posted_on: Some(self.day(month)),
            match_result: Some(
                if self.below(12) == 0 {
                    "price"
                } else {
                    "matched"
                }
                .to_owned(),
            ),
            baseline_micros: Some(10_000_000),
            baseline_kind: Some("contract".to_owned()),
            ..InvoiceLine::default()
        }
    }
}
