use keelson_analytics::Kind;

use crate::SupplierId;

/// The columns a kind has besides those every fact has, in the order of [`Fact::cells`].
pub(super) fn columns(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::OrderLines => &[
            "order_number",
            "line_number",
            "item",
            "description",
            "category",
            "site",
            "quantity_milli",
            "unit",
            "price_micros",
            "value_minor",
            "currency",
            "ordered_on",
            "requested_on",
            "confirmed_first_on",
            "confirmed_last_on",
            "promised_lead_days",
            "cancelled_on",
            "delay_cause",
        ],
        Kind::Receipts => &[
            "line_key",
            "received_on",
            "good_milli",
            "rejected_milli",
            "site",
        ],
        Kind::Inspections => &[
            "line_key",
            "lot",
            "category",
            "site",
            "inspected_on",
            "received_on",
            "received_milli",
            "inspected_milli",
            "defective_milli",
            "result",
            "cause",
        ],
        Kind::InvoiceLines => &[
            "invoice_number",
            "line_number",
            "line_key",
            "category",
            "cost_centre",
            "description",
            "quantity_milli",
            "price_micros",
            "amount_minor",
            "tax_minor",
            "currency",
            "invoiced_on",
            "posted_on",
            "due_on",
            "paid_on",
            "match_result",
            "baseline_micros",
            "baseline_kind",
            "fx_standard_micros",
            "fx_actual_micros",
        ],
    }
}

/// One fact on its way into its table.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    /// The source system's own key.
    pub key: String,
    /// `None` only for a receipt whose order line is not known yet.
    pub supplier: Option<SupplierId>,
    /// 202603; 0 without any date.
    pub month: i32,
    /// Over the mapped content: equal digests mean nothing changed.
    pub digest: String,
    pub row_number: i64,
    /// "field=reason" pairs, or nothing.
    pub missing: Option<String>,
    pub cells: Vec<Cell>,
}

/// A value as a fact table stores it.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Dates as days, quantities, prices and amounts.
    Number(Option<i64>),
    Real(Option<f64>),
    Text(Option<String>),
}
