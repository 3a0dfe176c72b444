//! What a mapping can fill: the target fields of each kind of file, what each holds, and what it is for.

use super::rows::Kind;

/// A target field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// The name a mapping writes.
    pub name: &'static str,
    pub holds: Holds,
    pub need: Need,
    /// One line for the wizard and for `--help`.
    pub help: &'static str,
}

/// Whether a row can do without a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    Optional,
    /// It must be mapped, and a row without a value is rejected unless the mapping says `required = false`.
    Usual,
    /// It must be mapped, and no row is kept without a value.
    Always,
}

/// What a field holds, and so how its text is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    Text,
    /// A party's name: more than a legal form.
    Name,
    Country,
    Currency,
    Date,
    /// A quantity that must be above zero.
    Ordered,
    /// A quantity that must not be below zero.
    Counted,
    /// A quantity of either sign.
    Quantity,
    Money,
    /// Money that must not be below zero.
    Worth,
    UnitPrice,
    /// An exchange rate, in millionths.
    Rate,
    /// A whole number within bounds.
    Whole(i64, i64),
    /// A decimal number from 0 to the bound, stored times ten to the power of the second number.
    Share(i64, u32),
    /// One of a list of codes.
    Code(&'static [&'static str]),
}

impl Holds {
    /// Whether the text is a number that follows the habits of a country.
    pub fn is_number(self) -> bool {
        !matches!(
            self,
            Self::Text | Self::Name | Self::Country | Self::Currency | Self::Date | Self::Code(_)
        )
    }

    /// Whether the value is an amount of money and needs a currency beside it.
    pub fn needs_currency(self) -> bool {
        matches!(self, Self::Money | Self::Worth | Self::UnitPrice)
    }
}

/// The target fields of a kind, most important first.
pub fn fields(kind: Kind) -> &'static [Field] {
    match kind {
        Kind::Suppliers => supplier::FIELDS,
        Kind::OrderLines => order_line::FIELDS,
        Kind::Receipts => receipt::FIELDS,
        Kind::Inspections => inspection::FIELDS,
        Kind::InvoiceLines => invoice_line::FIELDS,
    }
}

/// The target field of a name.
pub fn field(kind: Kind, name: &str) -> Option<&'static Field> {
    fields(kind).iter().find(|field| field.name == name)
}

/// The largest set of fields any kind has.
pub(super) const MOST_FIELDS: usize = 40;

/// Declares the fields of a kind together with their positions, so that a row is built without looking names up.
macro_rules! fields {
    ($(#[$meta:meta])* $module:ident { $($variant:ident = $name:literal $holds:expr, $need:expr, $help:literal;)+ }) => {
        $(#[$meta])*
        pub(super) mod $module {
            use super::{Field, Holds, Need};

            /// Positions in [`FIELDS`]. They are part of a row's digest, so new fields are added at the end.
            #[derive(Clone, Copy)]
            pub(in crate::ingest) enum At { $($variant),+ }

            pub(super) const FIELDS: &[Field] = &[
                $(Field { name: $name, holds: $holds, need: $need, help: $help }),+
            ];
        }
    };
}

const STATUS: Holds = Holds::Code(&[
    "invited",
    "registering",
    "under_review",
    "approved",
    "active",
    "blocked",
    "retired",
]);
const DELAY_CAUSE: Holds = Holds::Code(&["supplier", "buyer", "carrier_buyer", "force_majeure"]);
const RESULT: Holds = Holds::Code(&["accepted", "use_as_is", "sorted", "reworked", "rejected"]);
const CAUSE: Holds = Holds::Code(&["supplier", "disputed", "other"]);
const MATCH: Holds = Holds::Code(&["matched", "price", "quantity", "tax", "missing_order"]);
const BASELINE: Holds = Holds::Code(&["standard", "contract", "average"]);

fields! {
    /// A supplier's master data.
    supplier {
        Key = "key" Holds::Text, Need::Optional, "The supplier's number in the source system";
        Name = "name" Holds::Name, Need::Always, "The name it is known by";
        LegalName = "legal_name" Holds::Text, Need::Optional, "The registered name, with its legal form";
        Country = "country" Holds::Country, Need::Optional, "The country it is registered in: a code or a name";
        Region = "region" Holds::Text, Need::Optional, "State or province";
        City = "city" Holds::Text, Need::Optional, "City";
        Address = "address" Holds::Text, Need::Optional, "Street and number";
        Postcode = "postcode" Holds::Text, Need::Optional, "Postcode";
        Website = "website" Holds::Text, Need::Optional, "Website";
        Email = "email" Holds::Text, Need::Optional, "The contact's e-mail address";
        Phone = "phone" Holds::Text, Need::Optional, "The contact's telephone number";
        ContactName = "contact_name" Holds::Text, Need::Optional, "The contact's name";
        Category = "category" Holds::Text, Need::Optional, "The category it mainly supplies";
        Lei = "lei" Holds::Text, Need::Optional, "Legal entity identifier";
        Vat = "vat" Holds::Text, Need::Optional, "VAT number";
        Iban = "iban" Holds::Text, Need::Optional, "Bank account (IBAN)";
        Duns = "duns" Holds::Text, Need::Optional, "D-U-N-S number";
        RegistrationNumber = "registration_number" Holds::Text, Need::Optional, "Number in the company register";
        ParentKey = "parent_key" Holds::Text, Need::Optional, "The parent's number in the source system";
        OwnerEmail = "owner_email" Holds::Text, Need::Optional, "E-mail address of the supplier manager who owns it";
        Status = "status" super::STATUS, Need::Optional, "Where it stands in onboarding";
        BusinessImpact = "business_impact" Holds::Whole(1, 5), Need::Optional, "1 to 5: how much our business depends on it";
        InnovationPotential = "innovation_potential" Holds::Whole(1, 5), Need::Optional, "1 to 5: what it can contribute";
        Alternatives = "alternatives" Holds::Whole(0, 10_000), Need::Optional, "Qualified sources that could take over";
        Currency = "currency" Holds::Currency, Need::Optional, "Currency of switching cost and revenue";
        SwitchingCost = "switching_cost" Holds::Worth, Need::Optional, "What changing to another source would cost";
        MarketHhi = "market_hhi" Holds::Share(1, 6), Need::Optional, "Concentration of its market, 0 to 1";
        DisruptionRisk = "disruption_risk" Holds::Share(100, 2), Need::Optional, "Residual risk of disruption, 0 to 100";
        SupplierRevenue = "supplier_revenue" Holds::Worth, Need::Optional, "Its yearly revenue";
        Dependency = "dependency" Holds::Share(100, 2), Need::Optional, "How far we depend on it, 0 to 100";
        PartnerSince = "partner_since" Holds::Whole(1800, 2200), Need::Optional, "The year the partnership began";
    }
}

fields! {
    /// A line of a purchase order, perhaps with its receipt.
    order_line {
        Key = "key" Holds::Text, Need::Optional, "The line's key in the source system";
        SupplierKey = "supplier_key" Holds::Text, Need::Optional, "The supplier's number in the source system";
        SupplierName = "supplier_name" Holds::Name, Need::Optional, "The supplier's name";
        OrderNumber = "order_number" Holds::Text, Need::Optional, "Purchase order number";
        LineNumber = "line_number" Holds::Text, Need::Optional, "Line of the purchase order";
        Item = "item" Holds::Text, Need::Optional, "Item or material number";
        Description = "description" Holds::Text, Need::Optional, "What was ordered";
        Category = "category" Holds::Text, Need::Optional, "Category or material group";
        Site = "site" Holds::Text, Need::Optional, "Where it is delivered to";
        Quantity = "quantity" Holds::Ordered, Need::Always, "Quantity ordered";
        Unit = "unit" Holds::Text, Need::Optional, "Unit of measure";
        Currency = "currency" Holds::Currency, Need::Optional, "Currency of price and value";
        UnitPrice = "unit_price" Holds::UnitPrice, Need::Optional, "Price of one unit";
        Value = "value" Holds::Money, Need::Optional, "Net value of the line";
        OrderedOn = "ordered_on" Holds::Date, Need::Optional, "Date of the order";
        RequestedOn = "requested_on" Holds::Date, Need::Optional, "Delivery date we asked for";
        ConfirmedFirstOn = "confirmed_first_on" Holds::Date, Need::Optional, "Delivery date the supplier confirmed first";
        ConfirmedLastOn = "confirmed_last_on" Holds::Date, Need::Optional, "Delivery date the supplier confirmed last";
        PromisedLeadDays = "promised_lead_days" Holds::Whole(0, 3_650), Need::Optional, "Agreed lead time in days";
        CancelledOn = "cancelled_on" Holds::Date, Need::Optional, "Date of cancellation";
        DelayCause = "delay_cause" super::DELAY_CAUSE, Need::Optional, "Who caused a delay";
        ReceivedOn = "received_on" Holds::Date, Need::Optional, "Date the goods arrived, where the file has one receipt a line";
        ReceivedQuantity = "received_quantity" Holds::Counted, Need::Optional, "Quantity that arrived, the rejected part included";
        RejectedQuantity = "rejected_quantity" Holds::Counted, Need::Optional, "Part of it that was rejected";
        SupplierCountry = "supplier_country" Holds::Country, Need::Optional, "The supplier's country";
        SupplierCity = "supplier_city" Holds::Text, Need::Optional, "The supplier's city";
        SupplierAddress = "supplier_address" Holds::Text, Need::Optional, "The supplier's street and number";
        SupplierPostcode = "supplier_postcode" Holds::Text, Need::Optional, "The supplier's postcode";
        SupplierRegion = "supplier_region" Holds::Text, Need::Optional, "The supplier's state or province";
    }
}

fields! {
    /// Goods that arrived.
    receipt {
        Key = "key" Holds::Text, Need::Optional, "The receipt's key in the source system";
        SupplierKey = "supplier_key" Holds::Text, Need::Optional, "The supplier's number, where the order line does not say";
        SupplierName = "supplier_name" Holds::Name, Need::Optional, "The supplier's name, where the order line does not say";
        OrderLineKey = "order_line_key" Holds::Text, Need::Optional, "The order line's key in the source system";
        OrderNumber = "order_number" Holds::Text, Need::Optional, "Purchase order number";
        LineNumber = "line_number" Holds::Text, Need::Optional, "Line of the purchase order";
        ReceivedOn = "received_on" Holds::Date, Need::Always, "Date the goods arrived";
        QuantityGood = "quantity_good" Holds::Counted, Need::Optional, "Quantity that arrived in good order";
        QuantityReceived = "quantity_received" Holds::Counted, Need::Optional, "Quantity that arrived, the rejected part included";
        QuantityRejected = "quantity_rejected" Holds::Counted, Need::Optional, "Quantity that was rejected";
        Site = "site" Holds::Text, Need::Optional, "Where it arrived";
        SupplierCountry = "supplier_country" Holds::Country, Need::Optional, "The supplier's country";
        SupplierCity = "supplier_city" Holds::Text, Need::Optional, "The supplier's city";
        SupplierAddress = "supplier_address" Holds::Text, Need::Optional, "The supplier's street and number";
        SupplierPostcode = "supplier_postcode" Holds::Text, Need::Optional, "The supplier's postcode";
        SupplierRegion = "supplier_region" Holds::Text, Need::Optional, "The supplier's state or province";
    }
}

fields! {
    /// The inspection of a lot.
    inspection {
        Key = "key" Holds::Text, Need::Optional, "The inspection's key in the source system";
        SupplierKey = "supplier_key" Holds::Text, Need::Optional, "The supplier's number in the source system";
        SupplierName = "supplier_name" Holds::Name, Need::Optional, "The supplier's name";
        OrderLineKey = "order_line_key" Holds::Text, Need::Optional, "The order line's key in the source system";
        OrderNumber = "order_number" Holds::Text, Need::Optional, "Purchase order number";
        LineNumber = "line_number" Holds::Text, Need::Optional, "Line of the purchase order";
        Lot = "lot" Holds::Text, Need::Optional, "Lot or batch number";
        Category = "category" Holds::Text, Need::Optional, "Category or material group";
        Site = "site" Holds::Text, Need::Optional, "Where it was inspected";
        InspectedOn = "inspected_on" Holds::Date, Need::Optional, "Date of the inspection";
        ReceivedOn = "received_on" Holds::Date, Need::Optional, "Date the lot arrived";
        QuantityReceived = "quantity_received" Holds::Counted, Need::Optional, "Units in the lot";
        QuantityInspected = "quantity_inspected" Holds::Counted, Need::Optional, "Units inspected";
        QuantityDefective = "quantity_defective" Holds::Counted, Need::Optional, "Units found defective";
        Result = "result" super::RESULT, Need::Optional, "What was decided about the lot";
        Cause = "cause" super::CAUSE, Need::Optional, "Who caused the defects";
        SupplierCountry = "supplier_country" Holds::Country, Need::Optional, "The supplier's country";
        SupplierCity = "supplier_city" Holds::Text, Need::Optional, "The supplier's city";
        SupplierAddress = "supplier_address" Holds::Text, Need::Optional, "The supplier's street and number";
        SupplierPostcode = "supplier_postcode" Holds::Text, Need::Optional, "The supplier's postcode";
        SupplierRegion = "supplier_region" Holds::Text, Need::Optional, "The supplier's state or province";
    }
}

fields! {
    /// A line of an invoice or a credit note.
    invoice_line {
        Key = "key" Holds::Text, Need::Optional, "The line's key in the source system";
        SupplierKey = "supplier_key" Holds::Text, Need::Optional, "The supplier's number in the source system";
        SupplierName = "supplier_name" Holds::Name, Need::Optional, "The supplier's name";
        InvoiceNumber = "invoice_number" Holds::Text, Need::Optional, "Invoice number";
        LineNumber = "line_number" Holds::Text, Need::Optional, "Line of the invoice";
        OrderLineKey = "order_line_key" Holds::Text, Need::Optional, "The order line's key in the source system";
        OrderNumber = "order_number" Holds::Text, Need::Optional, "Purchase order number";
        OrderLineNumber = "order_line_number" Holds::Text, Need::Optional, "Line of the purchase order";
        Category = "category" Holds::Text, Need::Optional, "Category, account or material group";
        CostCentre = "cost_centre" Holds::Text, Need::Optional, "Cost centre or department";
        Description = "description" Holds::Text, Need::Optional, "What was invoiced";
        Quantity = "quantity" Holds::Quantity, Need::Optional, "Quantity invoiced";
        Currency = "currency" Holds::Currency, Need::Always, "Currency of the amounts";
        UnitPrice = "unit_price" Holds::UnitPrice, Need::Optional, "Price of one unit";
        Amount = "amount" Holds::Money, Need::Usual, "Net amount; negative on a credit note";
        Tax = "tax" Holds::Money, Need::Optional, "Tax";
        InvoicedOn = "invoiced_on" Holds::Date, Need::Optional, "Date of the invoice";
        PostedOn = "posted_on" Holds::Date, Need::Optional, "Date it was posted";
        DueOn = "due_on" Holds::Date, Need::Optional, "Date it is due";
        PaidOn = "paid_on" Holds::Date, Need::Optional, "Date it was paid";
        MatchResult = "match_result" super::MATCH, Need::Optional, "What comparing it with order and receipt found";
        BaselinePrice = "baseline_price" Holds::UnitPrice, Need::Optional, "Price it is compared with";
        BaselineKind = "baseline_kind" super::BASELINE, Need::Optional, "What that price is";
        FxStandard = "fx_standard" Holds::Rate, Need::Optional, "Planned exchange rate to the reporting currency";
        FxActual = "fx_actual" Holds::Rate, Need::Optional, "Exchange rate on the posting date";
        SupplierCountry = "supplier_country" Holds::Country, Need::Optional, "The supplier's country";
        SupplierCity = "supplier_city" Holds::Text, Need::Optional, "The supplier's city";
        SupplierAddress = "supplier_address" Holds::Text, Need::Optional, "The supplier's street and number";
        SupplierPostcode = "supplier_postcode" Holds::Text, Need::Optional, "The supplier's postcode";
        SupplierRegion = "supplier_region" Holds::Text, Need::Optional, "The supplier's state or province";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_fit() {
        for kind in Kind::ALL {
            let mut names: Vec<&str> = fields(kind).iter().map(|field| field.name).collect();
            assert!(names.len() <= MOST_FIELDS);
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), fields(kind).len(), "{kind:?}");
            assert!(fields(kind).iter().all(|field| !field.help.ends_with('.')));
            // An amount is read with its currency, so the currency comes first.
            let at = |wanted: fn(Holds) -> bool| {
                fields(kind).iter().position(|field| wanted(field.holds))
            };
            if let Some(money) = at(Holds::needs_currency) {
                assert!(
                    at(|holds| holds == Holds::Currency).is_some_and(|currency| currency < money)
                );
            }
        }
    }

    #[test]
    fn delay_causes_are_those_the_methods_know() {
        let known: Vec<&str> = keelson_methods::kpi::DelayCause::ALL
            .iter()
            .map(|cause| cause.code())
            .collect();
        assert!(matches!(DELAY_CAUSE, Holds::Code(codes) if codes == known));
    }
}
