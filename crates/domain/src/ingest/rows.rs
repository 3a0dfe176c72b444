//! What a row of a file becomes once its mapping has been applied: one struct per kind, values parsed, gaps with their reason.

use chrono::NaiveDate;
use keelson_methods::{
    missing::Missing,
    money::{Currency, Money, Quantity, UnitPrice},
};

/// The kinds of file Keelson takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    Suppliers,
    OrderLines,
    Receipts,
    Inspections,
    InvoiceLines,
}

impl Kind {
    pub const ALL: [Self; 5] = [
        Self::Suppliers,
        Self::OrderLines,
        Self::Receipts,
        Self::Inspections,
        Self::InvoiceLines,
    ];

    /// The word in a mapping and on the command line.
    pub fn code(self) -> &'static str {
        match self {
            Self::Suppliers => "suppliers",
            Self::OrderLines => "order-lines",
            Self::Receipts => "receipts",
            Self::Inspections => "inspections",
            Self::InvoiceLines => "invoice-lines",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// A mapped row of any kind.
#[derive(Clone, Debug, PartialEq)]
pub enum Row {
    Supplier(Box<SupplierRow>),
    OrderLine(Box<OrderLineRow>),
    Receipt(Box<ReceiptRow>),
    Inspection(Box<InspectionRow>),
    InvoiceLine(Box<InvoiceLineRow>),
}

impl Row {
    /// Where the row comes from and what identifies it.
    pub fn provenance(&self) -> &Provenance {
        match self {
            Self::Supplier(row) => &row.provenance,
            Self::OrderLine(row) => &row.provenance,
            Self::Receipt(row) => &row.provenance,
            Self::Inspection(row) => &row.provenance,
            Self::InvoiceLine(row) => &row.provenance,
        }
    }
}

/// What every row carries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Provenance {
    /// The row's key in its source system, or the one the mapping builds.
    pub key: String,
    /// The row of the file, counted as a spreadsheet counts.
    pub row_number: u64,
    /// Over the mapped content; equal digests mean nothing changed.
    pub digest: [u8; 16],
    /// Mapped fields without a value, and why, where the reason is known to be another than `not_reported`.
    pub missing: Vec<(&'static str, Missing)>,
}

/// Who a fact is about, as the file says it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SupplierRef {
    /// The supplier's key in the source system; the normalised name where the file has none.
    pub key: String,
    pub name: String,
    /// What a facts file says about its supplier beside the name. Used when the supplier is new.
    pub country: Option<String>,
    pub city: Option<String>,
    pub address: Option<String>,
    pub postcode: Option<String>,
    pub region: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct SupplierRow {
    pub provenance: Provenance,
    pub name: String,
    pub legal_name: Option<String>,
    /// ISO 3166 alpha-2.
    pub country: Option<String>,
    pub region: Option<String>,
    pub city: Option<String>,
    pub address: Option<String>,
    pub postcode: Option<String>,
    pub website: Option<String>,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub contact_name: Option<String>,
    pub category: Option<String>,
    pub lei: Option<String>,
    pub vat: Option<String>,
    pub iban: Option<String>,
    pub duns: Option<String>,
    pub registration_number: Option<String>,
    pub parent_key: Option<String>,
    pub owner_email: Option<String>,
    /// One of the onboarding states; `active` where the file does not say.
    pub status: Option<String>,
    /// 1 to 5.
    pub business_impact: Option<i64>,
    /// 1 to 5.
    pub innovation_potential: Option<i64>,
    pub alternatives: Option<i64>,
    pub switching_cost: Option<Money>,
    /// 0 to 1, in millionths.
    pub market_hhi_ppm: Option<i64>,
    /// 0 to 100, in hundredths.
    pub disruption_risk_centi: Option<i64>,
    pub supplier_revenue: Option<Money>,
    /// 0 to 100, in hundredths.
    pub dependency_centi: Option<i64>,
    /// The year the partnership began.
    pub partner_since: Option<i64>,
}

/// One line of a purchase order. A flat file may carry its receipt.
#[derive(Clone, Debug, PartialEq)]
pub struct OrderLineRow {
    /// Its digest covers the line alone, so that a corrected receipt does not supersede the line.
    pub provenance: Provenance,
    pub supplier: SupplierRef,
    pub order_number: Option<String>,
    pub line_number: Option<String>,
    pub item: Option<String>,
    pub description: Option<String>,
    pub category: Option<String>,
    pub site: Option<String>,
    pub quantity: Quantity,
    pub unit: Option<String>,
    pub unit_price: Option<UnitPrice>,
    pub value: Option<Money>,
    pub ordered_on: Option<NaiveDate>,
    pub requested_on: Option<NaiveDate>,
    pub confirmed_first_on: Option<NaiveDate>,
    pub confirmed_last_on: Option<NaiveDate>,
    pub promised_lead_days: Option<i32>,
    pub cancelled_on: Option<NaiveDate>,
    /// A code of `methods::kpi::DelayCause`.
    pub delay_cause: Option<String>,
    /// The receipt in the same row.
    pub receipt: Option<ReceiptRow>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct ReceiptRow {
    pub provenance: Provenance,
    /// Absent where the order line says who delivers.
    pub supplier: Option<SupplierRef>,
    /// The order line's key in the same source.
    pub line_key: String,
    pub received_on: NaiveDate,
    pub good: Quantity,
    pub rejected: Quantity,
    pub site: Option<String>,
}

/// The inspection of one lot.
#[derive(Clone, Debug, PartialEq)]
pub struct InspectionRow {
    pub provenance: Provenance,
    pub supplier: SupplierRef,
    pub line_key: Option<String>,
    pub lot: Option<String>,
    pub category: Option<String>,
    pub site: Option<String>,
    pub inspected_on: Option<NaiveDate>,
    pub received_on: Option<NaiveDate>,
    pub received: Option<Quantity>,
    pub inspected: Option<Quantity>,
    pub defective: Option<Quantity>,
    /// accepted, use_as_is, sorted, reworked or rejected
    pub result: Option<String>,
    /// supplier, disputed or other
    pub cause: Option<String>,
}

/// One line of an invoice or, with a negative amount, of a credit note.
#[derive(Clone, Debug, PartialEq)]
pub struct InvoiceLineRow {
    pub provenance: Provenance,
    pub supplier: SupplierRef,
    pub invoice_number: Option<String>,
    pub line_number: Option<String>,
    pub line_key: Option<String>,
    pub category: Option<String>,
    pub cost_centre: Option<String>,
    pub description: Option<String>,
    pub quantity: Option<Quantity>,
    pub unit_price: Option<UnitPrice>,
    /// Missing only where the mapping allows it (`required = false`): some sources list lines without an amount.
    pub amount: Option<Money>,
    pub currency: Currency,
    pub tax: Option<Money>,
    pub invoiced_on: Option<NaiveDate>,
    pub posted_on: Option<NaiveDate>,
    pub due_on: Option<NaiveDate>,
    pub paid_on: Option<NaiveDate>,
    /// matched, price, quantity, tax or missing_order
    pub match_result: Option<String>,
    pub baseline_price: Option<UnitPrice>,
    /// standard, contract or average
    pub baseline_kind: Option<String>,
    /// Millionths of the reporting currency for one unit of the invoice's.
    pub fx_standard_micros: Option<i64>,
    pub fx_actual_micros: Option<i64>,
}

impl OrderLineRow {
    /// The line's currency, from whichever amount it has.
    pub fn currency(&self) -> Option<Currency> {
        self.value
            .map(|value| value.currency)
            .or(self.unit_price.map(|price| price.currency))
    }
}
