//! The sample company's books as the rows an import would read from its ERP.

use chrono::{Datelike, NaiveDate};
use keelson_domain::ingest::{
    InspectionRow, InvoiceLineRow, OrderLineRow, Provenance, ReceiptRow, Row, SupplierRef,
    SupplierRow,
};
use keelson_methods::money::{Currency, Money, Quantity, UnitPrice};
use sha2::{Digest, Sha256};

use crate::{company::Supplier, orders::Line};

/// A supplier as the ERP knows it.
pub(crate) fn supplier(
    place: usize,
    supplier: &Supplier,
    identifiers: Identifiers,
    owner: Option<&str>,
    currency: Currency,
    (begin, today): (NaiveDate, NaiveDate),
) -> Row {
    let money = |minor: Option<i64>| minor.map(|minor| Money { minor, currency });
    let ratings = &supplier.ratings;
    let Identifiers {
        lei,
        vat,
        iban,
        duns,
    } = identifiers;
    Row::Supplier(Box::new(SupplierRow {
        provenance: provenance(supplier.key.clone(), place),
        name: supplier.name.clone(),
        country: Some(supplier.country.code.to_owned()),
        city: Some(supplier.city.to_owned()),
        address: Some(supplier.address.clone()),
        postcode: Some(supplier.postcode.clone()),
        website: Some(format!("www.{}", supplier.domain)),
        email: Some(format!("contact@{}", supplier.domain)),
        contact_name: Some(supplier.contact.clone()),
        category: Some(supplier.category.name.to_owned()),
        lei,
        vat,
        iban,
        duns,
        owner_email: owner.map(str::to_owned),
        status: Some(supplier.status.to_owned()),
        business_impact: ratings.impact,
        innovation_potential: ratings.innovation,
        alternatives: ratings.alternatives,
        switching_cost: money(ratings.switching_minor),
        market_hhi_ppm: ratings.market_hhi_ppm,
        disruption_risk_centi: ratings.risk_centi,
        supplier_revenue: money(ratings.revenue_minor),
        dependency_centi: ratings.dependency_centi,
        // The books begin on a day, and do not know of whoever came later.
        partner_since: Some(today.year() - supplier.years)
            .filter(|year| *year <= begin.year())
            .map(i64::from),
        ..SupplierRow::default()
    }))
}

/// The numbers a supplier is known by outside. Each passes its checksum; none is anybody's.
#[derive(Debug, Default)]
pub(crate) struct Identifiers {
    pub(crate) lei: Option<String>,
    pub(crate) vat: Option<String>,
    pub(crate) iban: Option<String>,
    pub(crate) duns: Option<String>,
}

/// An order line with its first receipt; further receipts follow as rows of their own.
pub(crate) fn order_line(
    place: usize,
    line: &Line,
    supplier: &Supplier,
    currency: Currency,
) -> Row {
    let key = key(line);
    let amount = i128::from(line.quantity_milli) * i128::from(line.price_micros);
    Row::OrderLine(Box::new(OrderLineRow {
        provenance: provenance(key, place),
        supplier: named(supplier),
        order_number: Some(order_number(line)),
        line_number: Some(line.number.to_string()),
        item: Some(line.item.to_owned()),
        description: None,
        category: Some(supplier.category.name.to_owned()),
        site: Some(line.site.to_owned()),
        quantity: Quantity {
            milli: line.quantity_milli,
        },
        unit: Some(supplier.category.unit.to_owned()),
        unit_price: Some(UnitPrice {
            micros: line.price_micros,
            currency,
        }),
        // Thousandths times millionths make billionths; a cent is ten million of them.
        value: Some(Money {
            minor: ((amount + 5_000_000) / 10_000_000) as i64,
            currency,
        }),
        ordered_on: Some(line.ordered_on),
        requested_on: Some(line.requested_on),
        confirmed_first_on: Some(line.confirmed_on),
        confirmed_last_on: Some(line.last_promised_on),
        promised_lead_days: Some((line.confirmed_on - line.ordered_on).num_days() as i32),
        cancelled_on: line.cancelled_on,
        delay_cause: line.delay_cause.map(str::to_owned),
        receipt: None,
    }))
}

pub(crate) fn receipts(place: usize, line: &Line, supplier: &Supplier) -> Vec<Row> {
    let of = key(line);
    line.receipts
        .iter()
        .enumerate()
        .map(|(number, receipt)| {
            Row::Receipt(Box::new(ReceiptRow {
                provenance: provenance(format!("{of}/{}", number + 1), place),
                supplier: Some(named(supplier)),
                line_key: of.clone(),
                received_on: receipt.on,
                good: Quantity {
                    milli: receipt.good_milli,
                },
                rejected: Quantity {
                    milli: receipt.rejected_milli,
                },
                site: Some(line.site.to_owned()),
            }))
        })
        .collect()
}

pub(crate) fn inspection(place: usize, line: &Line, supplier: &Supplier) -> Option<Row> {
    let inspection = line.inspection?;
    let of = key(line);
    Some(Row::Inspection(Box::new(InspectionRow {
        provenance: provenance(format!("{of}/lot"), place),
        supplier: named(supplier),
        lot: Some(format!("{of}/lot")),
        line_key: Some(of),
        category: Some(supplier.category.name.to_owned()),
        site: Some(line.site.to_owned()),
        inspected_on: Some(inspection.on),
        received_on: Some(inspection.received_on),
        received: Some(Quantity {
            milli: inspection.received_milli,
        }),
        inspected: Some(Quantity {
            milli: inspection.inspected_milli,
        }),
        defective: Some(Quantity {
            milli: inspection.defective_milli,
        }),
        result: Some(inspection.result.to_owned()),
        cause: inspection.cause.map(str::to_owned),
    })))
}

pub(crate) fn invoice_line(
    place: usize,
    line: &Line,
    supplier: &Supplier,
    currency: Currency,
) -> Option<Row> {
    let invoice = line.invoice?;
    let of = key(line);
    Some(Row::InvoiceLine(Box::new(InvoiceLineRow {
        provenance: provenance(format!("{of}/invoice"), place),
        supplier: named(supplier),
        invoice_number: Some(format!("R-{of}")),
        line_number: Some("1".to_owned()),
        line_key: Some(of),
        category: Some(supplier.category.name.to_owned()),
        cost_centre: Some(line.site.to_owned()),
        description: Some(line.item.to_owned()),
        quantity: Some(Quantity {
            milli: invoice.quantity_milli,
        }),
        unit_price: Some(UnitPrice {
            micros: line.price_micros,
            currency,
        }),
        amount: Some(Money {
            minor: invoice.amount_minor,
            currency,
        }),
        currency,
        tax: None,
        invoiced_on: Some(invoice.posted_on),
        posted_on: Some(invoice.posted_on),
        due_on: Some(invoice.due_on),
        paid_on: invoice.paid_on,
        match_result: Some(invoice.matched.to_owned()),
        baseline_price: Some(UnitPrice {
            micros: line.standard_micros,
            currency,
        }),
        baseline_kind: Some("standard".to_owned()),
        fx_standard_micros: None,
        fx_actual_micros: None,
    })))
}

fn named(supplier: &Supplier) -> SupplierRef {
    SupplierRef {
        key: supplier.key.clone(),
        name: supplier.name.clone(),
        ..SupplierRef::default()
    }
}

fn order_number(line: &Line) -> String {
    format!("PO-{:06}", line.order)
}

fn key(line: &Line) -> String {
    format!("{}/{}", order_number(line), line.number)
}

/// Generated rows never change, so their key is digest enough.
fn provenance(key: String, place: usize) -> Provenance {
    let hash = Sha256::digest(key.as_bytes());
    let mut digest = [0; 16];
    digest.copy_from_slice(&hash[..16]);
    Provenance {
        key,
        row_number: place as u64 + 1,
        digest,
        missing: Vec::new(),
    }
}
