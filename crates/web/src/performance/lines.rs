//! The lines behind a figure: exactly those it was added up from, each with its verdict and the reason in words.

use askama::Template;
use axum::{extract::State, response::Response};
use chrono::NaiveDate;
use keelson_documents::write::{Column as Out, ColumnKind, Value};
use keelson_domain::{
    access::Permission,
    performance::lines::{FigureRef, Line, LineFact, Opened, Selection, Sort, Standing, open},
};
use keelson_methods::{kpi::Measure, period::Period};
use serde::Deserialize;

use super::{Measured, words};
use crate::{
    Allowed, App, Error, Query, Result, Signed,
    kit::{
        Html, Locale, NavItem, Page, Shell, Tone,
        format::{self, count, number},
        list::{Address, Blank, Column, Kind, Pager, Sort as ListSort, Tabs},
        marks::badge,
        panel::{Figure, Figures},
    },
    sheet,
};

/// Lines of an export in one go.
const EXPORT: usize = 1_000_000;

#[derive(Clone, Deserialize)]
pub(super) struct Asked {
    kpi: String,
    version: Option<i64>,
    period: String,
    /// The day on which the figure was asked for; today where it is left out.
    #[serde(default)]
    as_of: String,
    #[serde(default)]
    verdict: String,
    #[serde(default)]
    sort: String,
    page: Option<u64>,
    rows: Option<u64>,
}

const SORTS: [&str; 4] = ["day", "late", "size", "number"];

impl Asked {
    fn figure(&self, supplier: keelson_domain::SupplierId, today: NaiveDate) -> Result<FigureRef> {
        let period =
            Period::parse(&self.period).map_err(|error| Error::Unreadable(error.to_string()))?;
        let as_of = if self.as_of.is_empty() {
            today
        } else {
            self.as_of.parse().map_err(|_| {
                Error::Unreadable(format!("\"{}\" is no date such as 2026-09-30.", self.as_of))
            })?
        };
        Ok(FigureRef {
            supplier,
            kpi: self.kpi.clone(),
            version: self.version,
            period,
            as_of,
        })
    }

    fn sort(&self) -> ListSort {
        ListSort::parse(&self.sort, &SORTS, "-late")
    }

    fn standing(&self) -> Option<Standing> {
        match self.verdict.as_str() {
            "met" => Some(Standing::Met),
            "missed" => Some(Standing::Missed),
            "excluded" => Some(Standing::Excluded),
            _ => None,
        }
    }

    fn selection(&self, offset: usize, limit: usize) -> Selection {
        let sort = self.sort();
        Selection {
            only: self.standing(),
            sort: match sort.key.as_str() {
                "day" => Sort::Day,
                "size" => Sort::Size,
                "number" => Sort::Number,
                _ => Sort::Deviation,
            },
            descending: sort.descends(),
            offset,
            limit,
        }
    }

    fn address(&self, path: String) -> Address {
        Address::new(path)
            .with("kpi", &self.kpi)
            .with(
                "version",
                self.version
                    .map(|version| version.to_string())
                    .unwrap_or_default(),
            )
            .with("period", &self.period)
            .with("as_of", &self.as_of)
            .with("verdict", &self.verdict)
            .with("sort", &self.sort)
            .with(
                "rows",
                self.rows.map(|rows| rows.to_string()).unwrap_or_default(),
            )
    }
}

#[derive(Template)]
#[template(path = "performance/lines.html")]
struct View {
    shell: Shell,
    supplier: String,
    home: String,
    title: String,
    lead: String,
    definition: String,
    figures: Figures,
    tabs: Tabs,
    export: Option<Address>,
    columns: Vec<Column>,
    rows: Vec<Row>,
    pager: Pager,
    blank: Blank,
}

struct Row {
    number: String,
    what: Html,
    cells: Vec<Cell>,
    verdict: Html,
    reason: &'static str,
}

struct Cell {
    text: Html,
    right: bool,
}

pub(super) async fn page(
    State(app): State<App>,
    signed: Signed,
    Allowed(Measured(supplier)): Allowed<Measured>,
    Query(asked): Query<Asked>,
) -> Result<Page> {
    let locale = signed.locale();
    let figure = asked.figure(supplier.id, app.now().date_naive())?;
    let address = asked.address(format!("/suppliers/{}/lines", supplier.id));
    let wanted = Pager::new(asked.page, asked.rows, u64::MAX, address.clone(), locale);
    let selection = |pager: &Pager| asked.selection(pager.offset() as usize, pager.rows as usize);
    let mut opened = open(&app.keelson, &figure, selection(&wanted)).await?;
    let pager = Pager::new(
        asked.page,
        asked.rows,
        opened.lines.total,
        address.clone(),
        locale,
    );
    if opened.lines.lines.is_empty() && opened.lines.total > 0 {
        opened = open(&app.keelson, &figure, selection(&pager)).await?;
    }
    let definition = &opened.definition;
    let kpi = &definition.document;
    let view = View {
        title: format!("{}, {}", kpi.name, opened.period.label()),
        lead: lead(&opened, &figure, locale),
        definition: format!("/settings/kpis/{}/versions/{}", kpi.id, definition.version),
        figures: figures(&opened, locale),
        tabs: tabs(&asked, &address, &opened, locale),
        export: signed
            .may(Permission::ExportData)
            .then(|| asked.address(format!("/suppliers/{}/lines/export", supplier.id))),
        columns: columns(kpi.measure, &asked.sort(), &address),
        rows: opened
            .lines
            .lines
            .iter()
            .map(|line| row(kpi.measure, line, locale))
            .collect(),
        blank: Blank::new(
            "search-x",
            "No line is here",
            "Nothing of this supplier falls into this period and verdict.",
        )
        .action("Show all lines", address.clone().clear("verdict")),
        home: format!("/suppliers/{}", supplier.id),
        supplier: supplier.name,
        pager,
        shell: signed.shell(NavItem::Suppliers),
    };
    Ok(Page::whole(&view))
}

fn lead(opened: &Opened, figure: &FigureRef, locale: Locale) -> String {
    let kpi = &opened.definition.document;
    let mut lead = format!(
        "{} As known on {}.",
        kpi.description,
        format::date(figure.as_of, locale)
    );
    let unreported = opened.figure.unreported;
    if unreported > 0 {
        lead.push_str(&format!(
            " {} lack what this definition needs and are in no figure.",
            format::counted(unreported as i64, "line", "lines", locale)
        ));
    }
    lead
}

fn figures(opened: &Opened, locale: Locale) -> Figures {
    let kpi = &opened.definition.document;
    let rate = opened.figure.rate;
    let own = keelson_domain::performance::Figure::from(&opened.figure);
    let value = Figure::new("Value", words::figure(kpi.unit, &own, locale));
    let value = match words::interval(kpi.unit, &own, locale) {
        Some(sure) => value.note(sure),
        None => value.note(words::parts(kpi.measure, &own, locale)),
    };
    let raw = match opened.figure.raw {
        Some(raw) => {
            let raw = keelson_domain::performance::Figure::of(kpi.measure, raw, 0);
            Figure::new("Raw", words::figure(kpi.unit, &raw, locale)).note("whoever answers for it")
        }
        None => Figure::new("Raw", words::figure(kpi.unit, &own, locale)).note("the same"),
    };
    let in_units = matches!(kpi.measure, Measure::OtifQuantity | Measure::Ppm);
    let part = |value: i64| {
        if in_units {
            number(value as f64 / 1000.0, 0, locale)
        } else {
            count(value, locale)
        }
    };
    Figures::new(vec![
        value,
        Figure::new("Numerator", part(rate.numerator)).note(counted(kpi.measure).0),
        Figure::new("Denominator", part(rate.denominator)).note(counted(kpi.measure).1),
        raw,
    ])
}

/// What numerator and denominator count.
pub(crate) fn counted(measure: Measure) -> (&'static str, &'static str) {
    match measure {
        Measure::OnTimeDelivery => ("lines on time", "lines judged"),
        Measure::OtifLine => ("lines on time in full", "lines judged"),
        Measure::OtifQuantity => ("units inside the window", "units ordered"),
        Measure::OtifOrder => ("orders with every line met", "orders with a due line"),
        Measure::LeadTimeBias => ("days late in all", "deliveries"),
        Measure::LeadTimeWithin => ("deliveries within the days", "deliveries"),
        Measure::Ppm => ("defective units", "units received"),
        Measure::LotAcceptance => ("lots accepted the first time", "lots inspected"),
        Measure::Ppv => ("variance, minor units", "baseline value, minor units"),
        Measure::InvoiceAccuracy => ("invoices matched the first time", "invoices"),
    }
}

fn tabs(asked: &Asked, address: &Address, opened: &Opened, locale: Locale) -> Tabs {
    let lines = &opened.lines;
    let base = address.clone().clear("verdict");
    let all = lines.met + lines.missed + lines.excluded;
    let standing = asked.standing();
    let mut tabs =
        Tabs::new("Lines by verdict").counted("All", &base, standing.is_none(), all as i64, locale);
    for (text, code, of, count) in [
        ("Met", "met", Standing::Met, lines.met),
        ("Missed", "missed", Standing::Missed, lines.missed),
        ("Left out", "excluded", Standing::Excluded, lines.excluded),
    ] {
        tabs = tabs.counted(
            text,
            base.clone().with("verdict", code),
            standing == Some(of),
            count as i64,
            locale,
        );
    }
    tabs
}

fn columns(measure: Measure, sort: &ListSort, address: &Address) -> Vec<Column> {
    let by = |text: &str, key: &str, kind: Kind| sort.column(text, key, kind, address);
    let plain = Column::plain;
    let own = match kind_of(measure) {
        Facts::OrderLines => vec![
            by("Order line", "number", Kind::Text).class("stick name-col"),
            plain("Item", Kind::Text),
            plain("Ordered", Kind::Number),
            by("Held against", "day", Kind::Text),
            plain("Complete on", Kind::Text),
            by("Days late", "late", Kind::Number),
            by("Value", "size", Kind::Number),
        ],
        Facts::Inspections => vec![
            by("Lot", "number", Kind::Text).class("stick name-col"),
            plain("Category", Kind::Text),
            by("Received on", "day", Kind::Text),
            by("Received", "size", Kind::Number),
            plain("Inspected", Kind::Number),
            by("Defective", "late", Kind::Number),
            plain("Result", Kind::Text),
        ],
        Facts::InvoiceLines => vec![
            by("Invoice line", "number", Kind::Text).class("stick name-col"),
            plain("Description", Kind::Text),
            by("Posted on", "day", Kind::Text),
            by("Amount", "size", Kind::Number),
            plain("Baseline", Kind::Number),
            by("Variance", "late", Kind::Number),
            plain("Match", Kind::Text),
        ],
    };
    own.into_iter()
        .chain([plain("Verdict", Kind::Text), plain("Reason", Kind::Text)])
        .collect()
}

/// Which facts a measure is about.
enum Facts {
    OrderLines,
    Inspections,
    InvoiceLines,
}

fn kind_of(measure: Measure) -> Facts {
    match measure {
        Measure::Ppm | Measure::LotAcceptance => Facts::Inspections,
        Measure::Ppv | Measure::InvoiceAccuracy => Facts::InvoiceLines,
        _ => Facts::OrderLines,
    }
}

fn row(measure: Measure, line: &Line, locale: Locale) -> Row {
    let left = |text: Html| Cell { text, right: false };
    let right = |text: Html| Cell { text, right: true };
    let quantity = |milli: Option<i64>, reason: &str| {
        format::or_missing(
            milli.map(|milli| number(milli as f64 / 1000.0, decimals(milli), locale)),
            reason,
        )
    };
    let day = |day: Option<NaiveDate>, reason: &str| match day {
        Some(day) => format::day(day, locale),
        None => format::missing(reason),
    };
    let money = |minor: Option<i64>, currency: Option<&str>, reason: &str| {
        let written = minor
            .zip(currency)
            .map(|(minor, currency)| format::money(minor, currency, locale));
        format::or_missing(written, reason)
    };
    let (number, what, cells) = match &line.fact {
        LineFact::OrderLine(order) => (
            named(
                order.order_number.as_deref(),
                order.line_number.as_deref(),
                &order.key,
            ),
            format::or_missing(
                order.description.clone().or_else(|| order.item.clone()),
                "no item",
            ),
            vec![
                right(quantity(Some(order.quantity_milli), "not reported")),
                left(day(line.day, "no date to hold it against")),
                left(day(line.completed_on, "not complete")),
                right(format::or_missing(
                    line.days_late.map(|days| count(i64::from(days), locale)),
                    "not judged",
                )),
                right(money(
                    order.value_minor,
                    order.currency.as_deref(),
                    "no value",
                )),
            ],
        ),
        LineFact::Inspection(inspection) => (
            inspection
                .lot
                .clone()
                .unwrap_or_else(|| inspection.key.clone()),
            format::or_missing(inspection.category.clone(), "no category"),
            vec![
                left(day(line.day, "no date")),
                right(quantity(inspection.received_milli, "not reported")),
                right(quantity(inspection.inspected_milli, "not reported")),
                right(quantity(inspection.defective_milli, "not counted")),
                left(format::or_missing(
                    inspection
                        .result
                        .as_deref()
                        .map(|code| code.replace('_', " ")),
                    "no result",
                )),
            ],
        ),
        LineFact::InvoiceLine(invoice) => (
            named(
                invoice.invoice_number.as_deref(),
                invoice.line_number.as_deref(),
                &invoice.key,
            ),
            format::or_missing(
                invoice
                    .description
                    .clone()
                    .or_else(|| invoice.category.clone()),
                "no description",
            ),
            vec![
                left(day(line.day, "no date")),
                right(money(
                    Some(invoice.amount_minor),
                    Some(&invoice.currency),
                    "no amount",
                )),
                right(money(
                    line.baseline_minor,
                    Some(&invoice.currency),
                    "no baseline",
                )),
                right(money(
                    line.variance_minor,
                    Some(&invoice.currency),
                    "no baseline",
                )),
                left(format::or_missing(
                    invoice
                        .match_result
                        .as_deref()
                        .map(|code| code.replace('_', " ")),
                    "nobody matched it",
                )),
            ],
        ),
    };
    Row {
        number,
        what,
        cells,
        verdict: verdict(line.standing, measure),
        reason: line.reason.map_or("", |reason| reason.explain()),
    }
}

fn decimals(milli: i64) -> usize {
    if milli % 1000 == 0 { 0 } else { 3 }
}

fn named(document: Option<&str>, line: Option<&str>, key: &str) -> String {
    match (document, line) {
        (Some(document), Some(line)) => format!("{document} / {line}"),
        (Some(document), None) => document.to_owned(),
        _ => key.to_owned(),
    }
}

fn verdict(standing: Standing, measure: Measure) -> Html {
    match (standing, measure) {
        (Standing::Met, Measure::Ppm) => badge("Without defect", Tone::Ok),
        (Standing::Met, _) => badge("Met", Tone::Ok),
        (Standing::Missed, _) => badge("Missed", Tone::Bad),
        (Standing::Excluded, _) => badge("Left out", Tone::Plain),
    }
}

/// The lines as a file: all of the chosen verdict, in the chosen order.
pub(super) async fn export(
    State(app): State<App>,
    Allowed(Measured(supplier)): Allowed<Measured>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let figure = asked.figure(supplier.id, app.now().date_naive())?;
    let opened = open(&app.keelson, &figure, asked.selection(0, EXPORT)).await?;
    let columns = [
        Out::new("source_key", ColumnKind::Text),
        Out::new("number", ColumnKind::Text),
        Out::new("line", ColumnKind::Text),
        Out::new("day", ColumnKind::Date),
        Out::new("completed_on", ColumnKind::Date),
        Out::new("days_late", ColumnKind::Number { decimals: 0 }),
        Out::new("quantity", ColumnKind::Number { decimals: 3 }),
        Out::new("defective", ColumnKind::Number { decimals: 3 }),
        Out::new("amount", ColumnKind::Number { decimals: 2 }),
        Out::new("variance", ColumnKind::Number { decimals: 2 }),
        Out::new("currency", ColumnKind::Text),
        Out::new("verdict", ColumnKind::Text),
        Out::new("reason", ColumnKind::Text),
        Out::new("explanation", ColumnKind::Text),
    ];
    let name = format!(
        "{}-{}-{}.csv",
        supplier
            .number
            .replace(|c: char| !c.is_ascii_alphanumeric(), "-"),
        opened.definition.document.id,
        opened.period
    );
    sheet::csv(
        &name.replace('@', "-"),
        &columns,
        opened.lines.lines.iter().map(exported),
    )
}

fn exported(line: &Line) -> Vec<Value<'_>> {
    let date = |day: Option<NaiveDate>| day.map_or(Value::Empty, Value::Date);
    let milli = |milli: Option<i64>| milli.map_or(Value::Empty, |milli| Value::Decimal(milli, 3));
    let facts = Exported::of(line);
    let money = |minor: Option<i64>| match minor {
        Some(minor) => Value::Decimal(minor, facts.digits),
        None => Value::Empty,
    };
    vec![
        Value::Text(facts.key),
        facts.number.map_or(Value::Empty, Value::Text),
        facts.line.map_or(Value::Empty, Value::Text),
        date(line.day),
        date(line.completed_on),
        line.days_late
            .map_or(Value::Empty, |days| Value::Integer(i64::from(days))),
        milli(facts.quantity_milli),
        milli(facts.defective_milli),
        money(facts.amount_minor),
        money(line.variance_minor),
        facts.currency.map_or(Value::Empty, Value::Text),
        Value::Text(match line.standing {
            Standing::Met => "met",
            Standing::Missed => "missed",
            Standing::Excluded => "excluded",
        }),
        line.reason
            .map_or(Value::Empty, |reason| Value::Text(reason.code())),
        line.reason
            .map_or(Value::Empty, |reason| Value::Text(reason.explain())),
    ]
}

/// What a fact of any kind has to say in a file.
struct Exported<'a> {
    key: &'a str,
    number: Option<&'a str>,
    line: Option<&'a str>,
    quantity_milli: Option<i64>,
    defective_milli: Option<i64>,
    amount_minor: Option<i64>,
    currency: Option<&'a str>,
    digits: u8,
}

impl<'a> Exported<'a> {
    fn of(line: &'a Line) -> Self {
        let mut facts = match &line.fact {
            LineFact::OrderLine(order) => Self {
                key: &order.key,
                number: order.order_number.as_deref(),
                line: order.line_number.as_deref(),
                quantity_milli: Some(order.quantity_milli),
                defective_milli: None,
                amount_minor: order.value_minor,
                currency: order.currency.as_deref(),
                digits: 2,
            },
            LineFact::Inspection(inspection) => Self {
                key: &inspection.key,
                number: inspection.lot.as_deref(),
                line: None,
                quantity_milli: inspection.received_milli,
                defective_milli: inspection.defective_milli,
                amount_minor: None,
                currency: None,
                digits: 2,
            },
            LineFact::InvoiceLine(invoice) => Self {
                key: &invoice.key,
                number: invoice.invoice_number.as_deref(),
                line: invoice.line_number.as_deref(),
                quantity_milli: invoice.quantity_milli,
                defective_milli: None,
                amount_minor: Some(invoice.amount_minor),
                currency: Some(&invoice.currency),
                digits: 2,
            },
        };
        facts.digits = facts
            .currency
            .map_or(2, |currency| format::minor_digits(currency) as u8);
        facts
    }
}
