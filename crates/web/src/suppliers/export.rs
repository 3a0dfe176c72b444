//! The list of suppliers as a file, with its filters and its order.

use axum::{
    extract::{RawQuery, State},
    response::Response,
};
use keelson_documents::write::{Column, ColumnKind, Value};
use keelson_domain::suppliers::{Column as By, Row, every_row};

use super::list;
use crate::{App, Result, Signed, sheet};

pub(super) async fn file(
    State(app): State<App>,
    signed: Signed,
    RawQuery(raw): RawQuery,
) -> Result<Response> {
    let currency = signed.organisation().currency;
    let query = list::read(raw.as_deref());
    let found = every_row(app.keelson.db.read(), &query, currency).await?;
    let shown = query.shown_columns();
    let decimals = currency.exponent() as u8;
    let columns: Vec<Column> = shown
        .iter()
        .flat_map(|by| heads(*by, currency.code(), decimals))
        .collect();
    let rows = found.iter().map(|row| {
        shown
            .iter()
            .flat_map(|by| cells(*by, row, decimals))
            .collect()
    });
    if wants_workbook(raw.as_deref()) {
        sheet::xlsx("suppliers.xlsx", "Suppliers", &columns, rows)
    } else {
        sheet::csv("suppliers.csv", &columns, rows)
    }
}

fn wants_workbook(raw: Option<&str>) -> bool {
    form_urlencoded::parse(raw.unwrap_or_default().as_bytes())
        .any(|(name, value)| name == "format" && value == "xlsx")
}

/// The columns of a file for a column of the list. The number goes with the name: names alone tell no two suppliers apart.
fn heads(by: By, currency: &str, decimals: u8) -> Vec<Column> {
    use ColumnKind::{Date, Number, Percent, Text};
    let spend = format!("spend_12_months_{}", currency.to_lowercase());
    let heads: &[(&str, ColumnKind)] = match by {
        By::Name => &[("number", Text), ("name", Text)],
        By::Number => &[],
        By::Status => &[("status", Text)],
        By::Category => &[("category", Text)],
        By::Tier => &[("tier", Text)],
        By::Quadrant => &[("quadrant", Text)],
        By::Owner => &[("owner", Text)],
        By::Country => &[("country", Text)],
        By::City => &[("city", Text)],
        By::Spend => &[(&spend, Number { decimals })],
        By::Abc => &[("class", Text)],
        By::Score => &[("score", Number { decimals: 2 }), ("provisional", Text)],
        By::Trend => &[("score_change", Number { decimals: 2 })],
        By::Grade => &[("grade", Text)],
        By::OnTime => &[("on_time", Percent { decimals: 1 })],
        By::Ppm => &[("defects_ppm", Number { decimals: 3 })],
        By::OrderLines => &[("order_lines", Number { decimals: 0 })],
        By::LastReceipt => &[("last_receipt", Date)],
        By::PartnerSince => &[("partner_since", Number { decimals: 0 })],
        By::Changed => &[("changed", Date)],
    };
    heads
        .iter()
        .map(|(name, kind)| Column::new(*name, *kind))
        .collect()
}

/// As many as [`heads`] says.
fn cells(by: By, row: &Row, decimals: u8) -> Vec<Value<'_>> {
    fn text(value: Option<&String>) -> Value<'_> {
        value.map_or(Value::Empty, |text| Value::Text(text))
    }
    let decimal = |value: Option<i64>, places: u8| {
        value.map_or(Value::Empty, |value| Value::Decimal(value, places))
    };
    vec![match by {
        By::Name => return vec![Value::Text(&row.number), Value::Text(&row.name)],
        By::Number => return Vec::new(),
        By::Score => {
            let provisional = match row.score_centi {
                Some(_) => Value::Text(if row.provisional { "yes" } else { "no" }),
                None => Value::Empty,
            };
            return vec![decimal(row.score_centi, 2), provisional];
        }
        By::Status => Value::Text(row.status.code()),
        By::Category => text(row.category.as_ref()),
        By::Tier => text(row.tier.as_ref()),
        By::Quadrant => text(row.quadrant.as_ref()),
        By::Owner => text(row.owner_name.as_ref()),
        By::Country => row
            .country
            .map_or(Value::Empty, |country| Value::Text(country.code())),
        By::City => text(row.city.as_ref()),
        By::Spend => decimal(row.spend_minor, decimals),
        By::Abc => text(row.abc.as_ref()),
        By::Trend => decimal(row.score_delta_centi, 2),
        By::Grade => text(row.grade.as_ref()),
        By::OnTime => decimal(row.on_time_ppm, 6),
        By::Ppm => decimal(row.ppm_milli, 3),
        By::OrderLines => row.order_lines.map_or(Value::Empty, Value::Integer),
        By::LastReceipt => row.last_receipt.map_or(Value::Empty, Value::Date),
        By::PartnerSince => row
            .partner_since
            .map_or(Value::Empty, |year| Value::Integer(i64::from(year))),
        By::Changed => Value::Date(row.changed.date_naive()),
    }]
}
