//! Everything that is kept, table by table, for whoever wants to take it elsewhere.

use keelson_analytics::Kind;
use keelson_methods::{decimal::format_scaled, money::Currency};
use sea_orm::{ConnectionTrait, FromQueryResult, Statement};
use serde_json::Value;

use crate::{Keelson, Result, date_of_day, moment};

/// What can be exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Export {
    Suppliers,
    /// The current facts of a kind; superseded ones stay behind.
    Facts(Kind),
    Measures,
    Scorecards,
    Tiers,
}

/// What a stored value is, and so how it is written for people and other programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stored {
    Plain,
    /// Days since 1970: a date.
    Day,
    /// Microseconds since 1970: a moment in UTC.
    Moment,
    /// An integer with so many of its digits after the point.
    Scaled(u32),
    /// Minor units of the currency in the column of that name.
    Minor(&'static str),
    /// A JSON document, kept whole.
    Document,
}

use Stored::{Day, Document, Minor, Moment, Plain, Scaled};

/// A column: its name outside, the expression it is read by, and what is stored there.
type Column = (&'static str, &'static str, Stored);

/// The supplier of a row is the record that stands today, also where the row came for one that was merged into it.
const SUPPLIER: &str =
    "LEFT JOIN suppliers s ON s.id = t.supplier_id LEFT JOIN suppliers m ON m.id = s.merged_into";
const NUMBER: Column = ("supplier_number", "COALESCE(m.number, s.number)", Plain);
const NAME: Column = ("supplier", "COALESCE(m.name, s.name)", Plain);

const SUPPLIERS: &[Column] = &[
    ("number", "t.number", Plain),
    ("name", "t.name", Plain),
    ("legal_name", "t.legal_name", Plain),
    ("legal_form", "t.legal_form", Plain),
    ("status", "t.status", Plain),
    ("status_reason", "t.status_reason", Plain),
    ("country", "t.country", Plain),
    ("region", "t.region", Plain),
    ("city", "t.city", Plain),
    ("postcode", "t.postcode", Plain),
    ("address", "t.address", Plain),
    ("website", "t.website", Plain),
    ("phone", "t.phone", Plain),
    ("currency", "t.currency", Plain),
    ("partner_since", "t.partner_since", Plain),
    ("owner", "o.email", Plain),
    ("parent_number", "p.number", Plain),
    ("parent_share", "t.parent_share_ppm", Scaled(6)),
    ("merged_into", "m.number", Plain),
    ("created_at", "t.created_at", Moment),
    ("updated_at", "t.updated_at", Moment),
];

const ORDER_LINES: &[Column] = &[
    ("source", "f.name", Plain),
    ("source_key", "t.source_key", Plain),
    NUMBER,
    NAME,
    ("order_number", "t.order_number", Plain),
    ("line_number", "t.line_number", Plain),
    ("item", "t.item", Plain),
    ("description", "t.description", Plain),
    ("category", "t.category", Plain),
    ("site", "t.site", Plain),
    ("quantity", "t.quantity_milli", Scaled(3)),
    ("unit", "t.unit", Plain),
    ("price", "t.price_micros", Scaled(6)),
    ("value", "t.value_minor", Minor("currency")),
    ("currency", "t.currency", Plain),
    ("ordered_on", "t.ordered_on", Day),
    ("requested_on", "t.requested_on", Day),
    ("confirmed_first_on", "t.confirmed_first_on", Day),
    ("confirmed_last_on", "t.confirmed_last_on", Day),
    ("promised_lead_days", "t.promised_lead_days", Plain),
    ("cancelled_on", "t.cancelled_on", Day),
    ("delay_cause", "t.delay_cause", Plain),
    ("missing", "t.missing", Plain),
    ("import", "t.import_id", Plain),
    ("row_number", "t.row_number", Plain),
];

const RECEIPTS: &[Column] = &[
    ("source", "f.name", Plain),
    ("source_key", "t.source_key", Plain),
    ("line_key", "t.line_key", Plain),
    NUMBER,
    NAME,
    ("received_on", "t.received_on", Day),
    ("good", "t.good_milli", Scaled(3)),
    ("rejected", "t.rejected_milli", Scaled(3)),
    ("site", "t.site", Plain),
    ("missing", "t.missing", Plain),
    ("import", "t.import_id", Plain),
    ("row_number", "t.row_number", Plain),
];

const INSPECTIONS: &[Column] = &[
    ("source", "f.name", Plain),
    ("source_key", "t.source_key", Plain),
    ("line_key", "t.line_key", Plain),
    NUMBER,
    NAME,
    ("lot", "t.lot", Plain),
    ("category", "t.category", Plain),
    ("site", "t.site", Plain),
    ("inspected_on", "t.inspected_on", Day),
    ("received_on", "t.received_on", Day),
    ("received", "t.received_milli", Scaled(3)),
    ("inspected", "t.inspected_milli", Scaled(3)),
    ("defective", "t.defective_milli", Scaled(3)),
    ("result", "t.result", Plain),
    ("cause", "t.cause", Plain),
    ("missing", "t.missing", Plain),
    ("import", "t.import_id", Plain),
    ("row_number", "t.row_number", Plain),
];

const INVOICE_LINES: &[Column] = &[
    ("source", "f.name", Plain),
    ("source_key", "t.source_key", Plain),
    ("line_key", "t.line_key", Plain),
    NUMBER,
    NAME,
    ("invoice_number", "t.invoice_number", Plain),
    ("line_number", "t.line_number", Plain),
    ("category", "t.category", Plain),
    ("cost_centre", "t.cost_centre", Plain),
    ("description", "t.description", Plain),
    ("quantity", "t.quantity_milli", Scaled(3)),
    ("price", "t.price_micros", Scaled(6)),
    ("amount", "t.amount_minor", Minor("currency")),
    ("tax", "t.tax_minor", Minor("currency")),
    ("currency", "t.currency", Plain),
    ("invoiced_on", "t.invoiced_on", Day),
    ("posted_on", "t.posted_on", Day),
    ("due_on", "t.due_on", Day),
    ("paid_on", "t.paid_on", Day),
    ("match_result", "t.match_result", Plain),
    ("baseline", "t.baseline_micros", Scaled(6)),
    ("baseline_kind", "t.baseline_kind", Plain),
    ("fx_standard", "t.fx_standard_micros", Scaled(6)),
    ("fx_actual", "t.fx_actual_micros", Scaled(6)),
    ("missing", "t.missing", Plain),
    ("import", "t.import_id", Plain),
    ("row_number", "t.row_number", Plain),
];

const MEASURES: &[Column] = &[
    NUMBER,
    NAME,
    ("kpi", "t.kpi", Plain),
    ("version", "t.version", Plain),
    ("period", "t.period", Plain),
    ("numerator", "t.numerator", Plain),
    ("denominator", "t.denominator", Plain),
    ("n", "t.n", Plain),
    ("value", "t.value", Plain),
    ("low", "t.low", Plain),
    ("high", "t.high", Plain),
    ("reason", "t.reason", Plain),
    ("as_of", "t.as_of", Day),
];

const SCORECARDS: &[Column] = &[
    NUMBER,
    NAME,
    ("period", "t.period", Plain),
    ("version", "t.version", Plain),
    ("template", "t.template", Plain),
    ("template_version", "t.template_version", Plain),
    ("score", "t.score_centi", Scaled(2)),
    ("coverage", "t.coverage_ppm", Scaled(6)),
    ("raw_grade", "t.raw_grade", Plain),
    ("grade", "t.grade", Plain),
    ("provisional", "t.provisional", Plain),
    ("as_of", "t.as_of", Day),
    ("scored_at", "t.scored_at", Moment),
    ("shared_at", "t.shared_at", Moment),
    ("digest", "t.digest", Plain),
    ("breakdown", "t.breakdown", Document),
];

const TIERS: &[Column] = &[
    NUMBER,
    NAME,
    ("period", "t.period", Plain),
    ("version", "t.version", Plain),
    ("policy_version", "t.policy_version", Plain),
    ("tier", "t.tier", Plain),
    ("quadrant", "t.quadrant", Plain),
    ("plain_quadrant", "t.plain_quadrant", Plain),
    ("impact", "t.impact_centi", Scaled(2)),
    ("risk", "t.risk_centi", Scaled(2)),
    ("tier_score", "t.tier_score_centi", Scaled(2)),
    ("abc", "t.abc", Plain),
    ("candidate", "t.candidate", Plain),
    ("as_of", "t.as_of", Day),
    ("decided_at", "t.decided_at", Moment),
    ("digest", "t.digest", Plain),
    ("breakdown", "t.breakdown", Document),
];

impl Export {
    /// The names of the columns, in the order of every row's values.
    pub fn columns(self) -> impl Iterator<Item = &'static str> {
        self.stored().iter().map(|(name, ..)| *name)
    }

    fn stored(self) -> &'static [Column] {
        match self {
            Self::Suppliers => SUPPLIERS,
            Self::Facts(Kind::OrderLines) => ORDER_LINES,
            Self::Facts(Kind::Receipts) => RECEIPTS,
            Self::Facts(Kind::Inspections) => INSPECTIONS,
            Self::Facts(Kind::InvoiceLines) => INVOICE_LINES,
            Self::Measures => MEASURES,
            Self::Scorecards => SCORECARDS,
            Self::Tiers => TIERS,
        }
    }

    fn table(self) -> &'static str {
        match self {
            Self::Suppliers => "suppliers",
            Self::Facts(kind) => kind.code(),
            Self::Measures => "measures",
            Self::Scorecards => "scorecards",
            Self::Tiers => "tiers",
        }
    }

    fn joins(self) -> String {
        match self {
            Self::Suppliers => "LEFT JOIN people o ON o.id = t.owner_id LEFT JOIN suppliers p ON p.id = t.parent_id \
                                LEFT JOIN suppliers m ON m.id = t.merged_into"
                .to_owned(),
            Self::Facts(_) => format!("JOIN sources f ON f.id = t.source_id {SUPPLIER}"),
            _ => SUPPLIER.to_owned(),
        }
    }

    /// The column rows are read along, in steps of so many.
    fn along(self) -> (&'static str, i64) {
        match self {
            Self::Measures => ("supplier_id", 100),
            _ => ("id", 5_000),
        }
    }
}

/// The rows with a key after `after`, some thousand at a time, and the key to go on from; `None` after the last.
pub async fn rows(
    keelson: &Keelson,
    what: Export,
    after: i64,
) -> Result<Option<(Vec<Vec<Value>>, i64)>> {
    let db = keelson.db.read();
    let (table, (key, step)) = (what.table(), what.along());
    let current = match what {
        Export::Facts(_) => "AND t.superseded_by IS NULL",
        _ => "",
    };
    let next: Option<i64> = db
        .query_one_raw(Statement::from_sql_and_values(
            db.get_database_backend(),
            format!("SELECT MIN(t.{key}) FROM {table} t WHERE t.{key} > $1 {current}"),
            [after.into()],
        ))
        .await?
        .and_then(|row| row.try_get_by_index(0).ok())
        .flatten();
    let Some(first) = next else {
        return Ok(None);
    };
    let until = first + step - 1;
    let columns = what.stored();
    let selected: Vec<String> = columns
        .iter()
        .map(|(name, from, _)| format!("{from} AS \"{name}\""))
        .collect();
    let rows = Value::find_by_statement(Statement::from_sql_and_values(
        db.get_database_backend(),
        format!(
            "SELECT {} FROM {table} t {} WHERE t.{key} >= $1 AND t.{key} <= $2 {current} ORDER BY t.{key}",
            selected.join(", "),
            what.joins()
        ),
        [first.into(), until.into()],
    ))
    .all(db)
    .await?;
    let rows = rows
        .iter()
        .map(|row| {
            columns
                .iter()
                .map(|(name, _, stored)| written(&row[*name], *stored, row))
                .collect()
        })
        .collect();
    Ok(Some((rows, until)))
}

/// A stored value as it goes out. What cannot be what its column says, which only a damaged file has, goes out as it is.
fn written(value: &Value, stored: Stored, row: &Value) -> Value {
    let number = value.as_i64();
    let scaled = |digits: u32| {
        let text = format_scaled(number?, digits);
        // The shortest number that reads back the same; past 2^53 the text, so that no digit is lost.
        match text.parse().ok().and_then(serde_json::Number::from_f64) {
            Some(exact) if number?.unsigned_abs() < 1 << 53 => Some(Value::Number(exact)),
            _ => Some(Value::String(text)),
        }
    };
    let out = match stored {
        Plain => None,
        Day => number.map(|day| date_of_day(day as i32).to_string().into()),
        Moment => number.map(|at| moment(at).to_rfc3339().into()),
        Scaled(digits) => scaled(digits),
        Minor(currency) => row[currency]
            .as_str()
            .and_then(|code| Currency::parse(code).ok())
            .and_then(|currency| scaled(currency.exponent())),
        Document => value
            .as_str()
            .and_then(|text| serde_json::from_str(text).ok()),
    };
    out.unwrap_or_else(|| value.clone())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_go_out_as_people_write_them() {
        let row = json!({ "currency": "JPY" });
        let cases = [
            (json!(20_000), Day, json!("2024-10-04")),
            (json!(12_500), Scaled(3), json!(12.5)),
            (json!(-5), Scaled(3), json!(-0.005)),
            (json!(1_240), Minor("currency"), json!(1240.0)),
            (json!(0), Moment, json!("1970-01-01T00:00:00+00:00")),
            (json!("{\"a\":1}"), Document, json!({ "a": 1 })),
            (Value::Null, Scaled(3), Value::Null),
            (Value::Null, Day, Value::Null),
            (
                json!(9_223_372_036_854_775_807_i64),
                Scaled(2),
                json!("92233720368547758.07"),
            ),
        ];
        for (value, stored, expected) in cases {
            assert_eq!(
                written(&value, stored, &row),
                expected,
                "{value} {stored:?}"
            );
        }
        let euro = json!({ "currency": "EUR" });
        assert_eq!(
            written(&json!(1_240), Minor("currency"), &euro),
            json!(12.4)
        );
    }
}
