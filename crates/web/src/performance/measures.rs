//! A KPI over a period, supplier by supplier: what stands behind a figure of the portfolio.

use askama::Template;
use axum::extract::State;
use keelson_domain::{
    performance::{self, Answer, By, Figure as Known, SupplierName},
    versions::{self, Published},
};
use keelson_methods::{kpi::Definition, period::Period};
use serde::Deserialize;

use super::words;
use crate::{
    App, Error, Query, Result, Signed,
    kit::{
        Html, Hx, Locale, NavItem, Page, Shell,
        form::Choice,
        format::count,
        list::{Address, Blank, Column, Kind, Pager, Sort},
    },
};

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    kpi: String,
    #[serde(default)]
    period: String,
    #[serde(default)]
    sort: String,
    page: Option<u64>,
    rows: Option<u64>,
}

#[derive(Template)]
#[template(path = "performance/measures.html", blocks = ["results"])]
struct View {
    shell: Shell,
    title: String,
    lead: String,
    definition: String,
    kpi: String,
    kpis: Vec<Choice>,
    period: String,
    periods: Vec<Choice>,
    total: String,
    columns: Vec<Column>,
    rows: Vec<Row>,
    pager: Pager,
    blank: Blank,
}

struct Row {
    name: String,
    href: String,
    number: String,
    value: Html,
    lines: String,
    parts: String,
    sure: String,
    n: String,
}

/// A supplier's figure with its name.
struct Entry {
    supplier: SupplierName,
    figure: Known,
}

pub(super) async fn page(
    State(app): State<App>,
    signed: Signed,
    hx: Hx,
    Query(asked): Query<Asked>,
) -> Result<Page> {
    let db = app.keelson.db.read();
    let locale = signed.locale();
    let today = app.now().date_naive();
    let definitions = versions::current::<Definition>(db).await?;
    let Some(definition) = definitions
        .iter()
        .find(|definition| definition.document.id == asked.kpi)
        .or_else(|| definitions.first().filter(|_| asked.kpi.is_empty()))
    else {
        return Err(Error::NotFound);
    };
    let text = if asked.period.is_empty() {
        "trailing-12"
    } else {
        &asked.period
    };
    let period = Period::parse(text)
        .map_err(|error| Error::Unreadable(error.to_string()))?
        .resolved(today);
    let answers = performance::measure(
        &app.keelson,
        &definition.document,
        period,
        By::Supplier,
        today,
    )
    .await?;
    let total =
        performance::measure(&app.keelson, &definition.document, period, By::Total, today).await?;
    let mut entries = entries(answers);
    let sort = Sort::parse(&asked.sort, &["name", "value", "n"], "value");
    order(&mut entries, &sort);
    let address = Address::new("/measures")
        .with("kpi", &definition.document.id)
        .with("period", period)
        .with("sort", &asked.sort)
        .with(
            "rows",
            asked.rows.map(|rows| rows.to_string()).unwrap_or_default(),
        );
    let pager = Pager::new(
        asked.page,
        asked.rows,
        entries.len() as u64,
        address.clone(),
        locale,
    );
    let head = |text: &str, key: &str, kind: Kind| {
        sort.column(text, key, kind, &address).target("#results")
    };
    let kpi = &definition.document;
    let view = View {
        title: format!("{}, {}", kpi.name, period.label()),
        lead: kpi.description.clone(),
        definition: format!("/settings/kpis/{}/versions/{}", kpi.id, definition.version),
        kpi: kpi.id.clone(),
        kpis: definitions
            .iter()
            .map(|definition| Choice::new(&definition.document.id, &definition.document.name))
            .collect(),
        period: period.to_string(),
        periods: periods(period, today),
        total: total_of(&total, kpi, locale),
        columns: vec![
            head("Supplier", "name", Kind::Text).class("stick name-col"),
            head("Value", "value", Kind::Number),
            Column::plain("Parts", Kind::Text),
            Column::plain("How sure", Kind::Text),
            head("Observations", "n", Kind::Number),
        ],
        rows: entries
            .iter()
            .skip(pager.offset() as usize)
            .take(pager.rows as usize)
            .map(|entry| row(entry, definition, period, locale))
            .collect(),
        blank: Blank::new(
            "search-x",
            "Nothing was measured",
            "No supplier has facts of this kind in this period. Choose another period, or import the facts.",
        ),
        pager,
        shell: signed.shell(NavItem::Scorecards),
    };
    Ok(Page::of(&hx, &view, &view.as_results()))
}

/// The figures by supplier, those with a value or a reason worth telling.
fn entries(answers: Vec<Answer>) -> Vec<Entry> {
    answers
        .into_iter()
        .filter_map(|answer| {
            let figure = Known::from(&answer.measured);
            (!figure.is_nothing()).then_some(Entry {
                supplier: answer.supplier?,
                figure,
            })
        })
        .collect()
}

/// Those without a value come last, whichever way the list is sorted.
fn order(entries: &mut [Entry], sort: &Sort) {
    let name = |entry: &Entry| entry.supplier.name.to_lowercase();
    entries.sort_by(|left, right| {
        let by_name = name(left).cmp(&name(right));
        let directed = |ordering: std::cmp::Ordering| {
            if sort.descends() {
                ordering.reverse()
            } else {
                ordering
            }
        };
        match sort.key.as_str() {
            "name" => directed(by_name),
            "n" => directed(left.figure.rate.n.cmp(&right.figure.rate.n)).then(by_name),
            _ => match (left.figure.value, right.figure.value) {
                (Some(left), Some(right)) => directed(left.total_cmp(&right)).then(by_name),
                (left, right) => left.is_none().cmp(&right.is_none()).then(by_name),
            },
        }
    });
}

fn row(entry: &Entry, definition: &Published<Definition>, period: Period, locale: Locale) -> Row {
    let kpi = &definition.document;
    Row {
        name: entry.supplier.name.clone(),
        href: format!("/suppliers/{}", entry.supplier.id),
        number: entry.supplier.number.clone(),
        value: words::figure(kpi.unit, &entry.figure, locale),
        lines: words::lines_of(entry.supplier.id.0, &kpi.id, definition.version, period)
            .to_string(),
        parts: words::parts(kpi.measure, &entry.figure, locale),
        sure: words::interval(kpi.unit, &entry.figure, locale).unwrap_or_default(),
        n: count(entry.figure.rate.n as i64, locale),
    }
}

/// All suppliers together; amounts in several currencies are not added up.
fn total_of(total: &[Answer], kpi: &Definition, locale: Locale) -> String {
    match total {
        [one] => {
            let figure = Known::from(&one.measured);
            match figure.value {
                Some(value) => format!(
                    "All suppliers together: {}, {}.",
                    words::value(kpi.unit, value, locale),
                    words::parts(kpi.measure, &figure, locale)
                ),
                None => String::new(),
            }
        }
        [] => String::new(),
        _ => "Amounts are kept by currency and not added across currencies.".to_owned(),
    }
}

fn periods(chosen: Period, today: chrono::NaiveDate) -> Vec<Choice> {
    let quarter = keelson_domain::segmentation::quarter_of(today);
    let quarters = std::iter::successors(Some(quarter), Period::previous).take(9);
    let year = Period::Trailing {
        months: 12,
        until: None,
    }
    .resolved(today);
    let mut periods: Vec<Period> = [year]
        .into_iter()
        .chain(quarters)
        .chain([Period::All])
        .collect();
    if !periods.contains(&chosen) {
        periods.insert(0, chosen);
    }
    periods
        .into_iter()
        .map(|period| Choice::new(period, period.label()))
        .collect()
}
