//! The lines behind a figure of a shared scorecard: exactly those it was added up from, and only the reader's own.

use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse as _, Response},
};
use keelson_domain::performance::{
    lines::{self, Inspection, InvoiceLine, Line, LineFact, OrderLine, Selection, Sort, Standing},
    shared::{SharedLine, SharedScorecard},
};
use keelson_methods::kpi::Measure;
use serde::Deserialize;

use super::{Own, scorecard, shell, words};
use crate::{
    App, Error, Query, Result, Signed,
    kit::{
        Html, Hx, Locale, Page, PortalShell, Tone, format,
        list::{Address, Blank, Column, Kind, Pager, Sort as Sorting, Tabs},
        marks,
        panel::{Figure, Figures, Notice},
        redirect,
    },
};

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    kpi: String,
    period: Option<String>,
    /// "met", "missed" or "left_out"; all lines without one.
    only: Option<String>,
    #[serde(default)]
    sort: String,
    page: Option<u64>,
    rows: Option<u64>,
}

#[derive(Template)]
#[template(path = "portal/lines.html")]
struct View {
    shell: PortalShell,
    name: String,
    lead: String,
    back: String,
    figures: Figures,
    notice: Option<Notice>,
    tabs: Tabs,
    columns: Vec<Column>,
    rows: Vec<Row>,
    blank: Blank,
    pager: Pager,
}

/// One line in words. It holds what a supplier knows of its own order, lot or invoice, and how it was judged.
struct Row {
    number: String,
    what: String,
    size: String,
    day: Html,
    done: Html,
    deviation: Html,
    verdict: Html,
}

pub(super) async fn page(
    State(app): State<App>,
    signed: Signed,
    hx: Hx,
    Own(own): Own,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    if asked.kpi.is_empty() {
        return Ok(redirect(&hx, "/portal/scorecard"));
    }
    let locale = signed.locale();
    let cards = scorecard::shared(&app, own).await?;
    let at = scorecard::position(&cards, asked.period.as_deref())?.ok_or(Error::NotFound)?;
    let card = &cards[at];
    let line = card.lines.iter().find(|line| line.kpi == asked.kpi);
    let line = line.ok_or(Error::NotFound)?;
    let only = asked.only.as_deref().and_then(standing);
    let sort = Sorting::parse(&asked.sort, &["number", "size", "day", "deviation"], "-day");
    let address = scorecard::lines_of(card, line)
        .with("only", asked.only.as_deref().unwrap_or_default())
        .with("sort", &asked.sort);
    let figure = card.figure(own, line);
    let selection = |pager: &Pager| Selection {
        only,
        sort: match sort.key.as_str() {
            "number" => Sort::Number,
            "size" => Sort::Size,
            "deviation" => Sort::Deviation,
            _ => Sort::Day,
        },
        descending: sort.descends(),
        offset: usize::try_from(pager.offset()).unwrap_or(usize::MAX),
        limit: usize::try_from(pager.rows).unwrap_or(usize::MAX),
    };
    let pager = |page, total| Pager::new(page, asked.rows, total, address.clone(), locale);
    // How many lines there are is known only with the first answer; a page beyond the last is asked for again.
    let hoped = pager(asked.page, u64::from(u32::MAX));
    let mut opened = lines::open(&app.keelson, &figure, selection(&hoped)).await?;
    let pager = pager(asked.page, opened.lines.total);
    if pager.page != hoped.page {
        opened = lines::open(&app.keelson, &figure, selection(&pager)).await?;
    }
    let measure = opened.definition.document.measure;
    let found = &opened.lines;
    let (numerator, denominator) = (opened.figure.rate.numerator, opened.figure.rate.denominator);
    let view = View {
        shell: shell(&app, &signed, "/portal/scorecard").await?,
        name: line.name.clone(),
        lead: lead(card, line, measure),
        back: Address::new("/portal/scorecard")
            .with("period", card.period)
            .to_string(),
        figures: figures(
            line,
            opened.figure.value,
            (found.met, found.missed, found.excluded),
            locale,
        ),
        notice: notice(
            line,
            measure,
            (numerator, denominator),
            (found.met, found.missed),
        ),
        tabs: tabs(card, line, asked.only.as_deref(), found, locale),
        columns: columns(measure, &sort, &address),
        rows: found
            .lines
            .iter()
            .map(|line| Row::of(line, locale))
            .collect(),
        blank: Blank::new(
            "list-checks",
            "No lines here",
            "None of your lines of this period stands like this.",
        )
        .action("Show all lines", scorecard::lines_of(card, line)),
        pager,
    };
    Ok(Page::whole(&view).into_response())
}

fn standing(text: &str) -> Option<Standing> {
    match text {
        "met" => Some(Standing::Met),
        "missed" => Some(Standing::Missed),
        "left_out" => Some(Standing::Excluded),
        _ => None,
    }
}

/// What the lines of a measure are.
const fn noun(measure: Measure) -> &'static str {
    match measure {
        Measure::Ppm | Measure::LotAcceptance => "inspections",
        Measure::Ppv | Measure::InvoiceAccuracy => "invoice lines",
        _ => "order lines",
    }
}

fn lead(card: &SharedScorecard, line: &SharedLine, measure: Measure) -> String {
    let counted = if line.counted == card.period {
        line.counted.label()
    } else {
        format!(
            "{}, because {} alone has too few observations",
            line.counted.label(),
            card.period.label()
        )
    };
    format!(
        "Your {} of {counted}, and how each of them counted.",
        noun(measure)
    )
}

fn figures(
    line: &SharedLine,
    value: Option<f64>,
    (met, missed, excluded): (u64, u64, u64),
    locale: Locale,
) -> Figures {
    let count = |count: u64| format::count(count.try_into().unwrap_or(i64::MAX), locale);
    let write = |value: f64| words::value(value, line.unit, locale);
    let value = match value {
        Some(value) => Figure::new("Value", write(value)),
        None => Figure::missing("Value", "There is no value."),
    };
    Figures::new(vec![
        value.note(format!("Target {}", write(line.target))),
        Figure::new("Met", count(met)).note("Counts for you"),
        Figure::new("Missed", count(missed)).note("Counts against you"),
        Figure::new("Left out", count(excluded)).note("Does not count"),
    ])
}

/// Where the lines do not simply count one each, how the figure comes out of them; and where facts were corrected since.
fn notice(
    line: &SharedLine,
    measure: Measure,
    (numerator, denominator): (i64, i64),
    (met, missed): (u64, u64),
) -> Option<Notice> {
    if (numerator, denominator) != (line.numerator, line.denominator) {
        return Some(Notice::new(
            Tone::Info,
            "Corrected since.",
            "Lines of this period were corrected after the scorecard was made. The scorecard stays as it was shared; the lines are as they are now.",
        ));
    }
    let each_counts_one =
        i64::try_from(met) == Ok(numerator) && i64::try_from(met + missed) == Ok(denominator);
    let text = match measure {
        _ if each_counts_one => return None,
        Measure::OtifQuantity => {
            "The figure adds up quantities: what arrived in the agreed days, of what was ordered."
        }
        Measure::OtifOrder => {
            "The figure counts orders: one is met when all of its lines that were due are met."
        }
        Measure::LeadTimeBias => {
            "The figure is the mean of the days late over the delivered lines."
        }
        Measure::Ppm => "The figure adds up units: those that were defective, of those received.",
        Measure::Ppv => {
            "The figure adds up amounts: the difference in price, of the amount compared with."
        }
        Measure::InvoiceAccuracy => {
            "The figure counts invoices: one is met when all of its lines match the first time."
        }
        _ => "Some lines belong together and count once.",
    };
    Some(Notice::new(Tone::Info, "How it adds up.", text))
}

fn tabs(
    card: &SharedScorecard,
    line: &SharedLine,
    only: Option<&str>,
    found: &lines::Lines,
    locale: Locale,
) -> Tabs {
    let known = only.filter(|only| standing(only).is_some());
    let mut tabs = Tabs::new("Which lines");
    for (text, code, of) in [
        ("All", "", found.met + found.missed + found.excluded),
        ("Met", "met", found.met),
        ("Missed", "missed", found.missed),
        ("Left out", "left_out", found.excluded),
    ] {
        let href = scorecard::lines_of(card, line).with("only", code);
        tabs = tabs.counted(
            text,
            href,
            known.unwrap_or_default() == code,
            of.try_into().unwrap_or(i64::MAX),
            locale,
        );
    }
    tabs
}

fn columns(measure: Measure, sort: &Sorting, address: &Address) -> Vec<Column> {
    let [number, what, size, day, done, deviation] = match noun(measure) {
        "inspections" => [
            "Lot",
            "Inspection",
            "Received",
            "Received on",
            "Inspected on",
            "Defective",
        ],
        "invoice lines" => [
            "Invoice",
            "Item",
            "Amount",
            "Invoiced on",
            "Paid on",
            "Match",
        ],
        _ => [
            "Order",
            "Item",
            "Ordered",
            "Agreed for",
            "Complete on",
            "Days late",
        ],
    };
    vec![
        sort.column(number, "number", Kind::Text, address),
        Column::plain(what, Kind::Text),
        sort.column(size, "size", Kind::Number, address),
        sort.column(day, "day", Kind::Text, address),
        Column::plain(done, Kind::Text),
        sort.column(deviation, "deviation", Kind::Number, address),
        Column::plain("How it counted", Kind::Text),
    ]
}

impl Row {
    fn of(line: &Line, locale: Locale) -> Self {
        match &line.fact {
            LineFact::OrderLine(order) => Self::of_order(line, order, locale),
            LineFact::Inspection(inspection) => Self::of_inspection(line, inspection, locale),
            LineFact::InvoiceLine(invoice) => Self::of_invoice(line, invoice, locale),
        }
    }

    fn of_order(line: &Line, order: &OrderLine, locale: Locale) -> Self {
        let late = line
            .days_late
            .map(|days| format::count(days.into(), locale));
        Self {
            number: numbered(
                order.order_number.as_deref(),
                order.line_number.as_deref(),
                &order.key,
            ),
            what: described(order.item.as_deref(), order.description.as_deref()),
            size: quantity(order.quantity_milli, order.unit.as_deref(), locale),
            day: day(line.day, "No agreed date is recorded", locale),
            done: day(line.completed_on, "Not complete", locale),
            deviation: format::or_missing(late, "Not known"),
            verdict: verdict(line),
        }
    }

    fn of_inspection(line: &Line, inspection: &Inspection, locale: Locale) -> Self {
        let units = |milli: Option<i64>| milli.map(|milli| quantity(milli, None, locale));
        Self {
            number: inspection
                .lot
                .clone()
                .unwrap_or_else(|| inspection.key.clone()),
            what: inspection.key.clone(),
            size: units(inspection.received_milli).unwrap_or_else(|| "Not recorded".to_owned()),
            day: day(inspection.received_on, "Not recorded", locale),
            done: day(inspection.inspected_on, "Not inspected", locale),
            deviation: format::or_missing(units(inspection.defective_milli), "Not counted"),
            verdict: verdict(line),
        }
    }

    fn of_invoice(line: &Line, invoice: &InvoiceLine, locale: Locale) -> Self {
        let matched = invoice.match_result.as_deref().map(|result| match result {
            "matched" => "Matched".to_owned(),
            _ => "Did not match".to_owned(),
        });
        Self {
            number: numbered(
                invoice.invoice_number.as_deref(),
                invoice.line_number.as_deref(),
                &invoice.key,
            ),
            what: described(None, invoice.description.as_deref()),
            size: format::money(invoice.amount_minor, &invoice.currency, locale),
            day: day(invoice.invoiced_on, "Not recorded", locale),
            done: day(invoice.paid_on, "Not paid", locale),
            deviation: format::or_missing(matched, "Not matched yet"),
            verdict: verdict(line),
        }
    }
}

fn verdict(line: &Line) -> Html {
    let (text, tone) = match line.standing {
        Standing::Met => ("Met", Tone::Ok),
        Standing::Missed => ("Missed", Tone::Bad),
        Standing::Excluded => ("Left out", Tone::Plain),
    };
    let badge = marks::badge(text, tone);
    match line.reason {
        Some(reason) => badge.then(" ").then(words::reason(reason)),
        None => badge,
    }
}

fn numbered(number: Option<&str>, line: Option<&str>, key: &str) -> String {
    match (number, line) {
        (Some(number), Some(line)) => format!("{number} / {line}"),
        (Some(number), None) => number.to_owned(),
        (None, _) => key.to_owned(),
    }
}

fn described(item: Option<&str>, description: Option<&str>) -> String {
    [item, description]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(", ")
}

/// Thousandths of a unit as people write them: without decimals where there are none.
fn quantity(milli: i64, unit: Option<&str>, locale: Locale) -> String {
    let written = if milli % 1000 == 0 {
        format::count(milli / 1000, locale)
    } else {
        format::number(milli as f64 / 1000.0, 3, locale)
    };
    unit.map_or_else(|| written.clone(), |unit| format!("{written}\u{a0}{unit}"))
}

fn day(on: Option<chrono::NaiveDate>, reason: &str, locale: Locale) -> Html {
    on.map_or_else(|| format::missing(reason), |on| format::day(on, locale))
}
