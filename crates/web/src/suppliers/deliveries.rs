//! How a supplier delivers: the figures of the last twelve months, month by month, each opening to the lines behind it.

use askama::{Template, filters::HtmlSafe};
use keelson_domain::{access::Permission, performance::measure, suppliers::Supplier, versions};
use keelson_methods::{
    kpi::{Definition, Unit as Kind},
    period::Period,
};

use crate::{
    App, Result, Signed,
    charts::{Ink, Point, Series, Trend, Unit},
    kit::{Html, format::count, list::Blank},
    performance::words as figures,
};

/// Months that are drawn.
const MONTHS: usize = 13;

#[derive(Template)]
#[template(path = "suppliers/deliveries.html")]
pub(super) struct Deliveries {
    measures: Vec<Measured>,
    courses: Vec<Course>,
    blank: Blank,
}

impl HtmlSafe for Deliveries {}

/// A figure with everything it was made from.
struct Measured {
    name: String,
    period: String,
    value: Html,
    href: Option<String>,
    parts: String,
    sure: String,
    n: String,
}

/// A figure over the months.
struct Course {
    id: String,
    title: String,
    chart: Trend,
}

impl Deliveries {
    pub(super) async fn of(app: &App, signed: &Signed, supplier: &Supplier) -> Result<Self> {
        let db = app.keelson.db.read();
        let locale = signed.locale();
        let definitions = versions::current::<Definition>(db).await?;
        let stored = measure::of_supplier(db, supplier.id).await?;
        let opens = signed.may(Permission::ViewFacts);
        let lines = |stored: &measure::Stored| {
            opens.then(|| {
                figures::lines_of(supplier.id.0, &stored.kpi, stored.version, stored.period)
                    .with("as_of", stored.as_of)
                    .to_string()
            })
        };
        let mut measures = Vec::new();
        let mut courses = Vec::new();
        for definition in &definitions {
            let kpi = &definition.document;
            let own = || stored.iter().filter(|stored| stored.kpi == kpi.id);
            measures.extend(
                own()
                    .filter(|stored| matches!(stored.period, Period::Trailing { .. }))
                    .map(|stored| Measured {
                        name: kpi.name.clone(),
                        period: stored.period.label(),
                        value: figures::figure(kpi.unit, &stored.figure, locale),
                        href: lines(stored),
                        parts: figures::parts(kpi.measure, &stored.figure, locale),
                        sure: figures::interval(kpi.unit, &stored.figure, locale)
                            .unwrap_or_default(),
                        n: count(stored.figure.rate.n as i64, locale),
                    }),
            );
            if kpi.unit != Kind::Fraction || courses.len() == 2 {
                continue;
            }
            let newest = own()
                .map(|stored| stored.period)
                .filter(|period| matches!(period, Period::Month(..)))
                .max_by_key(|period| match period {
                    Period::Month(year, month) => (*year, *month),
                    _ => (0, 0),
                });
            let Some(newest) = newest else { continue };
            let mut months: Vec<Period> = std::iter::successors(Some(newest), Period::previous)
                .take(MONTHS)
                .collect();
            months.reverse();
            let points = months
                .iter()
                .map(|month| {
                    let found = own().find(|stored| stored.period == *month)?;
                    let point = Point::of(found.figure.value?)?;
                    Some(match lines(found) {
                        Some(href) => point.href(href),
                        None => point,
                    })
                })
                .collect();
            let mut series = Series::new(&kpi.name, Ink::One, points);
            "no lines due".clone_into(&mut series.missing);
            courses.push(Course {
                id: format!("course-{}", kpi.id),
                title: format!("{}, month by month", kpi.name),
                chart: Trend::new(
                    format!("{} by month", kpi.name),
                    months.iter().enumerate().map(short).collect(),
                    vec![series],
                    Unit::share(0, locale),
                ),
            });
        }
        Ok(Self {
            measures,
            courses,
            blank: blank(signed),
        })
    }
}

/// A month as an axis has room for it: with its year where it is the first, or the first of a year.
fn short((place, month): (usize, &Period)) -> String {
    let label = month.label();
    match (month, label.split_once(' ')) {
        (Period::Month(_, number), Some((name, _))) if place > 0 && *number > 1 => name.to_owned(),
        _ => label,
    }
}

fn blank(signed: &Signed) -> Blank {
    let blank = Blank::new(
        "truck",
        "Nothing was measured in the last twelve months",
        "Figures appear once orders, receipts, inspections or invoices of this supplier are imported.",
    );
    if signed.may(Permission::ImportFacts) {
        blank.action("Import a file", "/imports/new")
    } else {
        blank
    }
}
