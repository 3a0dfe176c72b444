//! The list of suppliers as a file, with its filters and its order.

use axum::{
    extract::{RawQuery, State},
    response::Response,
};
use keelson_documents::write::{Column, ColumnKind, Value};
use keelson_domain::suppliers::{Row, every_row};

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
    let decimals = currency.exponent() as u8;
    let columns = columns(currency.code(), decimals);
    let rows = found.iter().map(|row| values(row, decimals));
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

fn columns(currency: &str, decimals: u8) -> Vec<Column> {
    use ColumnKind::{Date, Number, Percent, Text};
    let spend = format!("spend_12_months_{}", currency.to_lowercase());
    [
        ("number", Text),
        ("name", Text),
        ("status", Text),
        ("country", Text),
        ("city", Text),
        ("category", Text),
        ("owner", Text),
        (spend.as_str(), Number { decimals }),
        ("class", Text),
        ("tier", Text),
        ("quadrant", Text),
        ("score", Number { decimals: 2 }),
        ("score_change", Number { decimals: 2 }),
        ("grade", Text),
        ("provisional", Text),
        ("on_time", Percent { decimals: 1 }),
        ("defects_ppm", Number { decimals: 3 }),
        ("order_lines", Number { decimals: 0 }),
        ("last_receipt", Date),
        ("partner_since", Number { decimals: 0 }),
    ]
    .map(|(name, kind)| Column::new(name, kind))
    .into()
}

/// In the order of [`columns`].
fn values(row: &Row, decimals: u8) -> Vec<Value<'_>> {
    fn text(value: Option<&String>) -> Value<'_> {
        value.map_or(Value::Empty, |text| Value::Text(text))
    }
    let decimal = |value: Option<i64>, places: u8| {
        value.map_or(Value::Empty, |value| Value::Decimal(value, places))
    };
    vec![
        Value::Text(&row.number),
        Value::Text(&row.name),
        Value::Text(row.status.code()),
        row.country
            .map_or(Value::Empty, |country| Value::Text(country.code())),
        text(row.city.as_ref()),
        text(row.category.as_ref()),
        text(row.owner_name.as_ref()),
        decimal(row.spend_minor, decimals),
        text(row.abc.as_ref()),
        text(row.tier.as_ref()),
        text(row.quadrant.as_ref()),
        decimal(row.score_centi, 2),
        decimal(row.score_delta_centi, 2),
        text(row.grade.as_ref()),
        match row.score_centi {
            Some(_) => Value::Text(if row.provisional { "yes" } else { "no" }),
            None => Value::Empty,
        },
        decimal(row.on_time_ppm, 6),
        decimal(row.ppm_milli, 3),
        row.order_lines.map_or(Value::Empty, Value::Integer),
        row.last_receipt.map_or(Value::Empty, Value::Date),
        row.partner_since
            .map_or(Value::Empty, |year| Value::Integer(i64::from(year))),
    ]
}
