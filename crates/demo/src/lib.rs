//! The sample company, generated from a seed: the same seed and the same day make the same company. Nobody in it exists.
//!
//! It takes the ways real data takes: rows are imported, projected, measured, scored and tiered by the same code.

mod company;
mod identifiers;
mod kept;
mod orders;
mod paper;
mod people;
mod rows;
mod world;

#[cfg(test)]
mod tests;

use chrono::{NaiveDate, NaiveTime, TimeDelta};
use keelson_domain::{Act, Keelson, Result, Via, ingest, operations, performance, segmentation};
use keelson_methods::{money::Currency, period::Period};
use rand::{SeedableRng, rngs::StdRng};

use crate::{company::Supplier, kept::Ids, orders::Line};

pub use people::{Visitor, visitors};

/// The name of the sample company, as the reference screens have it.
pub const ORGANISATION: &str = "Aldermark";

/// The system its rows come from.
const SOURCE: &str = "Aldermark ERP";

/// What to generate.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    pub seed: u64,
    pub suppliers: u32,
    pub today: NaiveDate,
}

/// What is being done, for a progress bar.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    pub what: &'static str,
    /// 0 to 1.
    pub done: f64,
}

/// Makes the sample company in an empty Keelson.
pub async fn make(
    keelson: &Keelson,
    options: Options,
    watch: &(dyn Fn(Step) + Sync),
) -> Result<()> {
    let step = |what, done| watch(Step { what, done });
    let act = Act::by_system(Via::Command, keelson.clock.now());
    // The log reads like that of a company which has worked with Keelson for as long as it has order lines.
    let begin = orders::begin(options.today);
    let founding = Act {
        at: begin.and_time(NaiveTime::MIN).and_utc() + TimeDelta::hours(8),
        ..act
    };
    let currency = Currency::parse("EUR")
        .map_err(|error| keelson_domain::Error::damaged("currency", error))?;
    let mut rng = StdRng::seed_from_u64(options.seed);

    step("Inventing suppliers and their order lines", 0.0);
    let mut company = company::suppliers(&mut rng, options.suppliers);
    people::SUPPLIER_PERSON
        .0
        .clone_into(&mut company[0].contact);
    let mut orders = 0;
    let lines: Vec<Line> = company
        .iter()
        .enumerate()
        .flat_map(|(place, supplier)| {
            orders::lines(&mut rng, place, supplier, options.today, &mut orders)
        })
        .collect();

    step("Founding the company", 0.05);
    people::found(keelson, &founding, currency).await?;
    step("Loading suppliers", 0.08);
    let described: Vec<ingest::Row> = company
        .iter()
        .enumerate()
        .map(|(place, supplier)| {
            let identifiers = identifiers::of(&mut rng, supplier);
            rows::supplier(
                place,
                supplier,
                identifiers,
                Some(people::owner(place)),
                currency,
                (begin, options.today),
            )
        })
        .collect();
    load(
        keelson,
        &founding,
        (ingest::Kind::Suppliers, "suppliers"),
        described,
    )
    .await?;
    let ids = Ids::read(keelson, currency).await?;
    kept::sites(keelson, &founding, &ids, &company).await?;
    people::invite_supplier(keelson, &founding, ids.of(&company[0].name)?).await?;

    facts(keelson, &act, currency, company, lines, &step).await?;

    step("Writing the columns", 0.55);
    operations::project(keelson, act.at).await?;
    judge(keelson, &act, &ids, options.today, &step).await?;
    step("Measuring, and looking for duplicates", 0.85);
    keelson_domain::work::worker(keelson).run_due().await?;
    step("Ready", 1.0);
    Ok(())
}

/// Loads order lines, receipts, inspections and invoices.
async fn facts(
    keelson: &Keelson,
    act: &Act,
    currency: Currency,
    company: Vec<Supplier>,
    lines: Vec<Line>,
    step: &(dyn Fn(&'static str, f64) + Sync),
) -> Result<()> {
    let books = std::sync::Arc::new((company, lines));
    let all = |row: fn(usize, &Line, &Supplier, Currency) -> Vec<ingest::Row>| {
        let books = books.clone();
        (0..books.1.len()).flat_map(move |place| {
            let line = &books.1[place];
            row(place, line, &books.0[line.supplier], currency)
        })
    };
    step("Loading order lines", 0.10);
    let rows = all(|place, line, supplier, currency| {
        vec![rows::order_line(place, line, supplier, currency)]
    });
    load(
        keelson,
        act,
        (ingest::Kind::OrderLines, "order lines"),
        rows,
    )
    .await?;
    step("Loading receipts", 0.28);
    let rows = all(|place, line, supplier, _| rows::receipts(place, line, supplier));
    load(keelson, act, (ingest::Kind::Receipts, "receipts"), rows).await?;
    step("Loading inspections", 0.40);
    let rows = all(|place, line, supplier, _| {
        rows::inspection(place, line, supplier)
            .into_iter()
            .collect()
    });
    load(
        keelson,
        act,
        (ingest::Kind::Inspections, "inspections"),
        rows,
    )
    .await?;
    step("Loading invoices", 0.43);
    let rows = all(|place, line, supplier, currency| {
        rows::invoice_line(place, line, supplier, currency)
            .into_iter()
            .collect()
    });
    load(
        keelson,
        act,
        (ingest::Kind::InvoiceLines, "invoice lines"),
        rows,
    )
    .await
}

async fn load<R>(
    keelson: &Keelson,
    act: &Act,
    (kind, label): (ingest::Kind, &str),
    rows: R,
) -> Result<()>
where
    R: IntoIterator<Item = ingest::Row>,
    R::IntoIter: Send + 'static,
{
    let label = format!("generated {label}");
    ingest::take(
        keelson,
        act,
        (kind, SOURCE, &label),
        rows.into_iter(),
        &|_| {},
    )
    .await?;
    Ok(())
}

/// Scores and tiers the last eight complete quarters, oldest first, so that trends, hysteresis and history are real. What
/// people wrote down and filed meanwhile comes between.
async fn judge(
    keelson: &Keelson,
    act: &Act,
    ids: &Ids,
    today: NaiveDate,
    step: &(dyn Fn(&'static str, f64) + Sync),
) -> Result<()> {
    const QUARTERS: usize = 8;
    let this = segmentation::quarter_of(today);
    let mut quarters: Vec<Period> = std::iter::successors(this.previous(), Period::previous)
        .take(QUARTERS)
        .collect();
    quarters.reverse();
    for (number, quarter) in quarters.iter().copied().enumerate() {
        step("Scoring and tiering", 0.65 + 0.025 * number as f64);
        // Judged when its last deliveries were in, two weeks after its end.
        let as_of = quarter
            .bounds(today)
            .to
            .map_or(today, |end| (end + TimeDelta::days(14)).min(today));
        let morning = as_of.and_time(NaiveTime::MIN).and_utc() + TimeDelta::hours(6);
        let then = Act {
            at: morning.min(act.at),
            ..*act
        };
        segmentation::tier(keelson, &then, quarter, as_of).await?;
        performance::score(keelson, &then, quarter, None, as_of).await?;
        if number + 1 < QUARTERS {
            kept::share(keelson, &then, quarter).await?;
        } else {
            // The newest is fresh in the portal.
            kept::notes(keelson, act, ids, then.at).await?;
            let lately = Act {
                at: (act.at - TimeDelta::days(2)).max(then.at),
                ..*act
            };
            kept::share(keelson, &lately, quarter).await?;
        }
        if number + 1 == QUARTERS / 2 {
            kept::papers(keelson, &then, ids, today).await?;
        }
    }
    kept::override_request(keelson, act, ids).await
}
