//! From a draft to a row of its kind, with the rules that look at more than one field.

use super::draft::Draft;
use super::plan::{Columns, Plan, key_columns};
use super::seen::Occurrences;
use crate::ingest::kinds::{
    self, MOST_FIELDS, inspection, invoice_line, order_line, receipt, supplier,
};
use crate::ingest::mapping::{KeyPart, KeyRule, Mapping, WhenEmpty};
use crate::ingest::rows::{
    InspectionRow, InvoiceLineRow, Kind, OrderLineRow, Provenance, ReceiptRow, Row, SupplierRef,
    SupplierRow,
};
use crate::ingest::values;
use crate::suppliers::Name;
use keelson_documents::Row as TableRow;
use keelson_methods::money::Quantity;
use std::collections::HashMap;
use std::fmt::Write;

/// How the key of a row is built.
pub(super) struct KeyPlan {
    rule: Option<Rule>,
    occurrences: Occurrences,
}

struct Rule {
    /// The columns whose texts are joined.
    columns: Vec<usize>,
    labels: Vec<String>,
    separator: String,
    digest: bool,
    occurrence: bool,
    when_empty: WhenEmpty,
}

impl KeyPlan {
    pub(super) fn new(mapping: &Mapping, columns: &Columns) -> Self {
        let rule = mapping.key.as_ref().map(|key: &KeyRule| {
            let positions: Vec<usize> = key_columns(key)
                .filter_map(|names| columns.first(names))
                .collect();
            Rule {
                labels: positions
                    .iter()
                    .map(|position| columns.label(Some(*position)))
                    .collect(),
                columns: positions,
                separator: key.separator.clone(),
                digest: key.parts.contains(&KeyPart::Digest),
                occurrence: key.parts.contains(&KeyPart::Occurrence),
                when_empty: key.when_empty,
            }
        });
        Self {
            rule,
            occurrences: Occurrences::default(),
        }
    }

    pub(super) fn counts_occurrences(&self) -> bool {
        self.rule.as_ref().is_some_and(|rule| rule.occurrence)
    }

    /// The columns the key is made of, for a message.
    pub(super) fn label(&self) -> Option<String> {
        self.rule
            .as_ref()
            .map(|rule| rule.labels.join(", "))
            .filter(|label| !label.is_empty())
    }

    /// Joins the key columns of a row into the draft.
    pub(super) fn read(&self, row: &TableRow<'_>, draft: &mut Draft) {
        let Some(rule) = &self.rule else { return };
        let mut filled = false;
        for (position, column) in rule.columns.iter().enumerate() {
            let text = values::tidy(row.cell(*column).text);
            filled |= !text.is_empty();
            if position > 0 {
                draft.key.push_str(&rule.separator);
            }
            draft.key.push_str(&text);
        }
        if !filled {
            draft.key.clear();
        }
    }

    /// The finished key; `derived` is used where the mapping has no rule of its own.
    fn finish(
        &mut self,
        draft: &mut Draft,
        digest: [u8; 16],
        derived: impl FnOnce(&mut Draft) -> Option<String>,
    ) -> String {
        let Some(rule) = &self.rule else {
            return derived(draft).unwrap_or_default();
        };
        let mut key = std::mem::take(&mut draft.key);
        if key.is_empty() && !rule.digest && rule.when_empty == WhenEmpty::Reject {
            let columns = rule.labels.join(", ");
            draft.reject(
                Some(&columns),
                None,
                "The key is empty, so the row could not be recognised when it is loaded again. Fill it in, or write \
                 when_empty = \"digest\" for the key in the mapping.",
            );
            return key;
        }
        if key.is_empty() || rule.digest {
            if !key.is_empty() {
                key.push_str(&rule.separator);
            }
            push_hex(&digest, &mut key);
        }
        if rule.occurrence {
            let count = self.occurrences.count(&key);
            if count > 1 {
                let _ = write!(key, "#{count}");
            }
        }
        if key.chars().count() > 300 {
            let columns = rule.labels.join(", ");
            draft.reject(
                Some(&columns),
                Some(&key),
                "The key is longer than 300 characters. Build it from fewer columns.",
            );
        }
        key
    }
}

fn push_hex(bytes: &[u8], into: &mut String) {
    for byte in bytes {
        let _ = write!(into, "{byte:02x}");
    }
}

/// Builds rows of one kind.
pub(super) struct Builder {
    kind: Kind,
    /// The column of each field, for messages.
    labels: [Option<String>; MOST_FIELDS],
    unnamed_supplier: Option<String>,
    /// `received_quantity` follows the ordered quantity, so it says nothing where no date says that something arrived.
    received_follows: bool,
}

impl Builder {
    pub(super) fn new(mapping: &Mapping, plans: &[Plan]) -> Self {
        let mut labels = [const { None }; MOST_FIELDS];
        for plan in plans {
            labels[plan.at].clone_from(&plan.label);
        }
        Self {
            kind: mapping.kind,
            labels,
            unnamed_supplier: mapping.unnamed_supplier.clone(),
            received_follows: mapping.kind == Kind::OrderLines
                && plans.iter().any(|plan| {
                    plan.at == order_line::At::ReceivedQuantity as usize && plan.same_as.is_some()
                }),
        }
    }

    /// The row, or nothing where it cannot be kept; the draft then holds the problems.
    pub(super) fn build(&self, draft: &mut Draft, key: &mut KeyPlan) -> Option<Row> {
        match self.kind {
            Kind::Suppliers => Self::supplier(draft, key).map(|row| Row::Supplier(Box::new(row))),
            Kind::OrderLines => self
                .order_line(draft, key)
                .map(|row| Row::OrderLine(Box::new(row))),
            Kind::Receipts => self
                .receipt(draft, key)
                .map(|row| Row::Receipt(Box::new(row))),
            Kind::Inspections => self
                .inspection(draft, key)
                .map(|row| Row::Inspection(Box::new(row))),
            Kind::InvoiceLines => self
                .invoice_line(draft, key)
                .map(|row| Row::InvoiceLine(Box::new(row))),
        }
    }

    fn label(&self, at: usize) -> Option<&str> {
        self.labels[at].as_deref()
    }

    /// Which column each field is read from.
    pub(super) fn labels(&self) -> HashMap<&'static str, String> {
        let fields = kinds::fields(self.kind).iter().zip(&self.labels);
        fields
            .filter_map(|(field, label)| Some((field.name, label.clone()?)))
            .collect()
    }

    fn supplier(draft: &mut Draft, key: &mut KeyPlan) -> Option<SupplierRow> {
        use supplier::At;
        let digest = draft.digest("", |at| at != At::Key as usize);
        let missing = draft.reasons(|_| true);
        let name = draft.text(At::Name as usize);
        let derived = name.as_deref().map(values::key_of_name);
        let key = key.finish(draft, digest, |draft| {
            draft.text(At::Key as usize).or(derived)
        });
        let currency = draft.currency(At::Currency as usize);
        Some(SupplierRow {
            provenance: provenance(draft, key, digest, missing),
            name: name?,
            legal_name: draft.text(At::LegalName as usize),
            country: draft.text(At::Country as usize),
            region: draft.text(At::Region as usize),
            city: draft.text(At::City as usize),
            address: draft.text(At::Address as usize),
            postcode: draft.text(At::Postcode as usize),
            website: draft.text(At::Website as usize),
            email: draft.text(At::Email as usize),
            phone: draft.text(At::Phone as usize),
            contact_name: draft.text(At::ContactName as usize),
            category: draft.text(At::Category as usize),
            lei: draft.text(At::Lei as usize),
            vat: draft.text(At::Vat as usize),
            iban: draft.text(At::Iban as usize),
            duns: draft.text(At::Duns as usize),
            registration_number: draft.text(At::RegistrationNumber as usize),
            parent_key: draft.text(At::ParentKey as usize),
            owner_email: draft.text(At::OwnerEmail as usize),
            status: draft.text(At::Status as usize),
            business_impact: draft.number(At::BusinessImpact as usize),
            innovation_potential: draft.number(At::InnovationPotential as usize),
            alternatives: draft.number(At::Alternatives as usize),
            switching_cost: draft.money(At::SwitchingCost as usize, currency),
            market_hhi_ppm: draft.number(At::MarketHhi as usize),
            disruption_risk_centi: draft.number(At::DisruptionRisk as usize),
            supplier_revenue: draft.money(At::SupplierRevenue as usize, currency),
            dependency_centi: draft.number(At::Dependency as usize),
            partner_since: draft.number(At::PartnerSince as usize),
        })
    }

    fn order_line(&self, draft: &mut Draft, key: &mut KeyPlan) -> Option<OrderLineRow> {
        use order_line::At;
        let supplier = self.supplier_ref(draft, SupplierAt::ORDER_LINE);
        let digest = draft.digest(supplier_key(supplier.as_ref()), |at| {
            !is_order_line_receipt(at) && !SupplierAt::ORDER_LINE.has(at) && at != At::Key as usize
        });
        let order_number = draft.text(At::OrderNumber as usize);
        let line_number = draft.text(At::LineNumber as usize);
        let reference = [order_number.as_deref(), line_number.as_deref()];
        let key = key.finish(draft, digest, |draft| {
            let own = draft.text(At::Key as usize);
            own.or_else(|| {
                self.joined_key(
                    draft,
                    [At::OrderNumber as usize, At::LineNumber as usize],
                    reference,
                )
            })
        });
        let receipt = self.order_line_receipt(draft, &key);
        let missing = draft.reasons(|at| !is_order_line_receipt(at));
        let currency = draft.currency(At::Currency as usize);
        Some(OrderLineRow {
            provenance: provenance(draft, key, digest, missing),
            supplier: supplier?,
            order_number,
            line_number,
            item: draft.text(At::Item as usize),
            description: draft.text(At::Description as usize),
            category: draft.text(At::Category as usize),
            site: draft.text(At::Site as usize),
            quantity: draft.quantity(At::Quantity as usize)?,
            unit: draft.text(At::Unit as usize),
            unit_price: draft.price(At::UnitPrice as usize, currency),
            value: draft.money(At::Value as usize, currency),
            ordered_on: draft.date(At::OrderedOn as usize),
            requested_on: draft.date(At::RequestedOn as usize),
            confirmed_first_on: draft.date(At::ConfirmedFirstOn as usize),
            confirmed_last_on: draft.date(At::ConfirmedLastOn as usize),
            promised_lead_days: draft
                .number(At::PromisedLeadDays as usize)
                .map(|days| days as i32),
            cancelled_on: draft.date(At::CancelledOn as usize),
            delay_cause: draft.text(At::DelayCause as usize),
            receipt,
        })
    }

    /// The receipt a flat row carries.
    fn order_line_receipt(&self, draft: &mut Draft, line_key: &str) -> Option<ReceiptRow> {
        use order_line::At;
        let received_on = draft.date(At::ReceivedOn as usize);
        let received = draft.quantity(At::ReceivedQuantity as usize);
        let rejected = draft.quantity(At::RejectedQuantity as usize);
        let Some(received_on) = received_on else {
            if received.is_some_and(|quantity| quantity.milli > 0) && !self.received_follows {
                draft.reject(
                    self.label(At::ReceivedOn as usize),
                    None,
                    "A quantity was received, but the date of the receipt is empty. Fill in the date, or empty the quantity.",
                );
            }
            return None;
        };
        let Some(received) = received else {
            let label = self.label(At::ReceivedQuantity as usize);
            let ordered = self.label(At::Quantity as usize);
            // A quantity taken over from the order falls with it, and that has been said.
            if draft.told(label) || (label.is_none() && draft.told(ordered)) {
                return None;
            }
            draft.reject(
                label,
                None,
                "The receipt has a date but no quantity. Fill it in, or write same_as = \"quantity\" for received_quantity in the mapping.",
            );
            return None;
        };
        let good = self.good(draft, received, rejected, At::RejectedQuantity as usize)?;
        let digest = draft.digest("receipt", is_order_line_receipt);
        let missing = draft.reasons(is_order_line_receipt);
        Some(ReceiptRow {
            provenance: provenance(draft, receipt_key(line_key), digest, missing),
            supplier: None,
            line_key: line_key.to_owned(),
            received_on,
            good,
            rejected: rejected.unwrap_or_default(),
            site: None,
        })
    }

    /// What is left of a received quantity once the rejected part is taken off.
    fn good(
        &self,
        draft: &mut Draft,
        received: Quantity,
        rejected: Option<Quantity>,
        at: usize,
    ) -> Option<Quantity> {
        let rejected = rejected.unwrap_or_default();
        if rejected > received {
            draft.reject(
                self.label(at),
                Some(&rejected.to_string()),
                format!("More was rejected ({rejected}) than received ({received}). Correct one of the two."),
            );
            return None;
        }
        Some(Quantity {
            milli: received.milli - rejected.milli,
        })
    }

    fn receipt(&self, draft: &mut Draft, key: &mut KeyPlan) -> Option<ReceiptRow> {
        use receipt::At;
        let named = draft.value(At::SupplierKey as usize).is_some()
            || draft.value(At::SupplierName as usize).is_some();
        let supplier = if named {
            self.supplier_ref(draft, SupplierAt::RECEIPT)
        } else {
            None
        };
        let digest = draft.digest(supplier_key(supplier.as_ref()), |at| {
            !SupplierAt::RECEIPT.has(at) && at != At::Key as usize
        });
        let key = key.finish(draft, digest, |draft| self.own_key(draft, At::Key as usize));
        let line_key = line_key(
            draft,
            [
                At::OrderLineKey as usize,
                At::OrderNumber as usize,
                At::LineNumber as usize,
            ],
        );
        if line_key.is_none() {
            draft.reject(
                self.label(At::OrderLineKey as usize).or(self.label(At::OrderNumber as usize)),
                None,
                "The receipt names no order line, so it cannot be compared with an order. Fill in its order number and line.",
            );
        }
        let received = draft.quantity(At::QuantityReceived as usize);
        let rejected = draft.quantity(At::QuantityRejected as usize);
        let good = match (draft.quantity(At::QuantityGood as usize), received) {
            (Some(good), _) => Some(good),
            (None, Some(received)) => {
                self.good(draft, received, rejected, At::QuantityRejected as usize)
            }
            (None, None) => {
                draft.reject(
                    self.label(At::QuantityGood as usize)
                        .or(self.label(At::QuantityReceived as usize)),
                    None,
                    "The receipt has no quantity. Fill in how much arrived.",
                );
                None
            }
        };
        let missing = draft.reasons(|_| true);
        Some(ReceiptRow {
            provenance: provenance(draft, key, digest, missing),
            supplier,
            line_key: line_key?,
            received_on: draft.date(At::ReceivedOn as usize)?,
            good: good?,
            rejected: rejected.unwrap_or_default(),
            site: draft.text(At::Site as usize),
        })
    }

    fn inspection(&self, draft: &mut Draft, key: &mut KeyPlan) -> Option<InspectionRow> {
        use inspection::At;
        let supplier = self.supplier_ref(draft, SupplierAt::INSPECTION);
        let digest = draft.digest(supplier_key(supplier.as_ref()), |at| {
            !SupplierAt::INSPECTION.has(at) && at != At::Key as usize
        });
        let key = key.finish(draft, digest, |draft| self.own_key(draft, At::Key as usize));
        let received = draft.quantity(At::QuantityReceived as usize);
        let inspected = draft.quantity(At::QuantityInspected as usize);
        let defective = draft.quantity(At::QuantityDefective as usize);
        if let (Some(defective), Some(looked_at)) = (defective, inspected.or(received))
            && defective > looked_at
        {
            draft.reject(
                self.label(At::QuantityDefective as usize),
                Some(&defective.to_string()),
                format!("More units are defective ({defective}) than were inspected ({looked_at}). Correct one of the two."),
            );
        }
        let missing = draft.reasons(|_| true);
        Some(InspectionRow {
            provenance: provenance(draft, key, digest, missing),
            supplier: supplier?,
            line_key: line_key(
                draft,
                [
                    At::OrderLineKey as usize,
                    At::OrderNumber as usize,
                    At::LineNumber as usize,
                ],
            ),
            lot: draft.text(At::Lot as usize),
            category: draft.text(At::Category as usize),
            site: draft.text(At::Site as usize),
            inspected_on: draft.date(At::InspectedOn as usize),
            received_on: draft.date(At::ReceivedOn as usize),
            received,
            inspected,
            defective,
            result: draft.text(At::Result as usize),
            cause: draft.text(At::Cause as usize),
        })
    }

    fn invoice_line(&self, draft: &mut Draft, key: &mut KeyPlan) -> Option<InvoiceLineRow> {
        use invoice_line::At;
        let supplier = self.supplier_ref(draft, SupplierAt::INVOICE_LINE);
        let digest = draft.digest(supplier_key(supplier.as_ref()), |at| {
            !SupplierAt::INVOICE_LINE.has(at) && at != At::Key as usize
        });
        let invoice_number = draft.text(At::InvoiceNumber as usize);
        let line_number = draft.text(At::LineNumber as usize);
        let reference = [invoice_number.as_deref(), line_number.as_deref()];
        let key = key.finish(draft, digest, |draft| {
            let own = draft.text(At::Key as usize);
            own.or_else(|| {
                self.joined_key(
                    draft,
                    [At::InvoiceNumber as usize, At::LineNumber as usize],
                    reference,
                )
            })
        });
        let currency = draft.currency(At::Currency as usize);
        let missing = draft.reasons(|_| true);
        Some(InvoiceLineRow {
            provenance: provenance(draft, key, digest, missing),
            supplier: supplier?,
            invoice_number,
            line_number,
            line_key: line_key(
                draft,
                [
                    At::OrderLineKey as usize,
                    At::OrderNumber as usize,
                    At::OrderLineNumber as usize,
                ],
            ),
            category: draft.text(At::Category as usize),
            cost_centre: draft.text(At::CostCentre as usize),
            description: draft.text(At::Description as usize),
            quantity: draft.quantity(At::Quantity as usize),
            unit_price: draft.price(At::UnitPrice as usize, currency),
            amount: draft.money(At::Amount as usize, currency),
            currency: currency?,
            tax: draft.money(At::Tax as usize, currency),
            invoiced_on: draft.date(At::InvoicedOn as usize),
            posted_on: draft.date(At::PostedOn as usize),
            due_on: draft.date(At::DueOn as usize),
            paid_on: draft.date(At::PaidOn as usize),
            match_result: draft.text(At::MatchResult as usize),
            baseline_price: draft.price(At::BaselinePrice as usize, currency),
            baseline_kind: draft.text(At::BaselineKind as usize),
            fx_standard_micros: draft.number(At::FxStandard as usize),
            fx_actual_micros: draft.number(At::FxActual as usize),
        })
    }

    /// Who the row is about. A name whose reading failed has been told already.
    fn supplier_ref(&self, draft: &mut Draft, at: SupplierAt) -> Option<SupplierRef> {
        let key = draft.text(at.key);
        let name = draft.text(at.name);
        let (key, name) = match (key, name) {
            (Some(key), Some(name)) => (key, name),
            (None, Some(name)) => (values::key_of_name(&name), name),
            (Some(key), None) => {
                // The number may be longer than a name; what identifies the supplier is the whole of it.
                let name = format!("Supplier {key}").chars().take(Name::MOST).collect();
                (key, name)
            }
            (None, None) => {
                let told = [at.key, at.name].map(|at| self.label(at));
                let already = told.iter().any(|label| draft.told(*label));
                match &self.unnamed_supplier {
                    Some(name) if !already => (values::key_of_name(name), name.clone()),
                    _ if already => return None,
                    _ => {
                        draft.reject(
                            told[1].or(told[0]),
                            None,
                            "The row names no supplier. Fill in its name or number, or write unnamed_supplier = \"…\" in the mapping to \
                             keep such rows under a supplier of that name.",
                        );
                        return None;
                    }
                }
            }
        };
        Some(SupplierRef {
            key,
            name,
            country: draft.text(at.country),
            city: draft.text(at.city),
            address: draft.text(at.address),
            postcode: draft.text(at.postcode),
            region: draft.text(at.region),
        })
    }

    fn own_key(&self, draft: &mut Draft, at: usize) -> Option<String> {
        let key = draft.text(at);
        if key.is_none() {
            draft.reject(self.label(at), None, EMPTY_KEY);
        }
        key
    }

    /// Number and line, which identify a line of an order or an invoice where the file has no key of its own.
    fn joined_key(
        &self,
        draft: &mut Draft,
        at: [usize; 2],
        parts: [Option<&str>; 2],
    ) -> Option<String> {
        let [number, line] = parts;
        if number.is_none() || line.is_none() {
            let empty = if number.is_none() { at[0] } else { at[1] };
            draft.reject(self.label(empty), None, EMPTY_KEY);
        }
        Some(format!("{}{}{}", number?, KeyRule::SEPARATOR, line?))
    }
}

const EMPTY_KEY: &str = "The key is empty, so the row could not be recognised when it is loaded again. Fill it in, or build the key from other \
     columns in the mapping.";

fn provenance(
    draft: &Draft,
    key: String,
    digest: [u8; 16],
    missing: Vec<(&'static str, keelson_methods::missing::Missing)>,
) -> Provenance {
    Provenance {
        key,
        row_number: draft.row_number,
        digest,
        missing,
    }
}

/// The key of the receipt a flat order line carries.
pub(in crate::ingest) fn receipt_key(line_key: &str) -> String {
    format!("{line_key}/receipt")
}

fn supplier_key(supplier: Option<&SupplierRef>) -> &str {
    supplier.map_or("", |supplier| supplier.key.as_str())
}

/// The order line's key: its own, or number and line joined as the keys of order lines are.
fn line_key(draft: &mut Draft, [key, number, line]: [usize; 3]) -> Option<String> {
    let number = draft.text(number);
    let line = draft.text(line);
    draft.text(key).or_else(|| match (number, line) {
        (Some(number), Some(line)) => Some(format!("{number}{}{line}", KeyRule::SEPARATOR)),
        (number, None) => number,
        (None, Some(_)) => None,
    })
}

fn is_order_line_receipt(at: usize) -> bool {
    use order_line::At;
    (At::ReceivedOn as usize..=At::RejectedQuantity as usize).contains(&at)
}

/// Where a kind keeps who its rows are about.
#[derive(Clone, Copy)]
struct SupplierAt {
    key: usize,
    name: usize,
    country: usize,
    city: usize,
    address: usize,
    postcode: usize,
    region: usize,
}

macro_rules! supplier_at {
    ($kind:ident) => {
        Self {
            key: $kind::At::SupplierKey as usize,
            name: $kind::At::SupplierName as usize,
            country: $kind::At::SupplierCountry as usize,
            city: $kind::At::SupplierCity as usize,
            address: $kind::At::SupplierAddress as usize,
            postcode: $kind::At::SupplierPostcode as usize,
            region: $kind::At::SupplierRegion as usize,
        }
    };
}

impl SupplierAt {
    const ORDER_LINE: Self = supplier_at!(order_line);
    const RECEIPT: Self = supplier_at!(receipt);
    const INSPECTION: Self = supplier_at!(inspection);
    const INVOICE_LINE: Self = supplier_at!(invoice_line);

    /// What describes the supplier is no part of the fact: a new address does not supersede an order line.
    fn has(self, at: usize) -> bool {
        [
            self.key,
            self.name,
            self.country,
            self.city,
            self.address,
            self.postcode,
            self.region,
        ]
        .contains(&at)
    }
}
