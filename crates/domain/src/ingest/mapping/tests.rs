use super::*;
use proptest::prelude::*;

const SCMS: &str = r##"
kind = "order-lines"
source = "SCMS"
[key]
columns = ["ID", ["Line", "Pos."], "#occurrence"]
when_empty = "digest"
[file]
decimal = ","
dates = ["%d.%m.%Y"]
missing = { "n/a" = "not_applicable" }
[[skip]]
columns = ["Vendor"]
starts_with = ["Total"]
reason = "a total"
[control]
rows = "meta.rows"
sums = { value = "meta.sum" }
[fields.supplier_name]
columns = ["Vendor"]
translate = { "SCMS from RDC" = "Warehouse \"RDC\"" }
[fields.quantity]
columns = ["Menge"]
factor = 1000
on_error = "missing"
[fields.currency]
constant = "USD"
[fields.unit_price]
columns = ["Preis"]
per = ["Preiseinheit"]
[fields.value]
columns = ["Wert"]
negate = true
required = true
[fields.received_on]
columns = ["Delivered"]
formats = ["%d-%b-%y", "serial"]
missing = { "See DN*" = "not_reported" }
[fields.received_quantity]
same_as = "quantity"
"##;

fn errors(text: &str) -> Vec<String> {
    Mapping::parse(text)
        .unwrap_err()
        .iter()
        .map(ToString::to_string)
        .collect()
}

#[test]
fn a_document_comes_back_as_it_was() {
    let mapping = Mapping::parse(SCMS).unwrap();
    assert_eq!(mapping.fields["quantity"].factor, 3);
    assert_eq!(mapping.key.as_ref().unwrap().parts.len(), 3);
    let again = mapping.to_toml();
    assert_eq!(Mapping::parse(&again).unwrap(), mapping, "{again}");
}

#[test]
fn one_reading_names_every_mistake_and_what_to_write() {
    let found = errors(
        "kind = \"order-lines\"\nsource = \"\"\n[fields.suplier_name]\ncolumns = [\"Vendor\"]\n\
         [fields.quantity]\ncolumns = [\"Q\"]\nfactor = 3\nformats = [\"%d\"]\n[fields.value]\ncolumns = [\"V\"]\nconstant = 5\n\
         [fields.ordered_on]\ncolumns = [\"D\"]\nmissing = { x = \"gone\" }\nformatz = []\n[fields.delay_cause]\nconstant = \"weather\"\n\
         [fields.received_on]\ncolumns = [\"R\"]\n[fields.item]\n",
    );
    let always = errors(
        "kind = \"suppliers\"\nsource = \"x\"\n[fields.name]\ncolumns = [\"N\"]\nrequired = false",
    );
    assert_eq!(
        always,
        ["fields.name.required: no row of suppliers can be kept without name"]
    );
    for expected in [
        "source: name the system the file comes from in at most 100 characters",
        "fields.suplier_name: order-lines has no field \"suplier_name\"; did you mean \"supplier_name\"?",
        "fields.quantity.factor: expected a power of ten, such as 1000 or 0.01, found 3",
        "fields.quantity.formats: only dates have formats",
        "fields.value: columns, join and constant exclude each other; keep one",
        "fields.ordered_on.missing.\"x\": \"gone\" is not known here; write one of: no_activity, not_reported, not_applicable, \
         stale, denominator_zero, below_min_n, parse_error",
        "fields.delay_cause.constant: \"weather\" does not fit delay_cause; write one of supplier, buyer, carrier_buyer, \
         force_majeure",
        "fields.item: say where the value comes from: columns, join, constant or same_as",
        "fields.supplier_name: missing; map the supplier's name, its number (supplier_key), or both",
        "fields.currency: missing; value needs a currency: map its column or write constant = \"EUR\"",
        "fields.received_quantity: missing; received_on is mapped, so map how much arrived, or write same_as = \"quantity\"",
    ] {
        assert!(
            found.iter().any(|error| error == expected),
            "{expected}\n{found:#?}"
        );
    }
    assert!(
        found
            .iter()
            .any(|error| error.starts_with("fields.ordered_on.formatz: there is no such field"))
    );
    assert!(
        found
            .iter()
            .any(|error| error.starts_with("key: say how a row is identified"))
    );
}

#[test]
fn each_kind_says_what_it_needs() {
    let found = errors("kind = \"receipts\"\nsource = \"ERP\"");
    assert!(
        found
            .iter()
            .any(|error| error.starts_with("fields.order_number: missing; a receipt belongs"))
    );
    assert!(
        found
            .iter()
            .any(|error| error.starts_with("fields.received_on: missing"))
    );
    let found = errors("kind = \"orders\"\nsource = \"ERP\"");
    assert_eq!(
        found,
        [
            "kind: \"orders\" is no kind of file; write one of suppliers, order-lines, receipts, inspections, invoice-lines"
        ]
    );
    assert!(
        errors("kind = ")
            .remove(0)
            .starts_with("line 1 is not valid TOML")
    );
    let unknown = errors(
        "kind = \"suppliers\"\nsource = \"ERP\"\n[fields.name]\ncolumns = [\"N\"]\n[fields.favourite_colour]\n",
    );
    assert!(
        unknown[0].contains("its fields are key, name, legal_name"),
        "{unknown:?}"
    );
}

#[test]
fn columns_are_compared_without_case_spaces_and_hyphens() {
    for name in [
        "Paid Date",
        "paid_date",
        " PAID  DATE ",
        "paid-date",
        "PaidDate",
    ] {
        assert_eq!(column_key(name), "paiddate");
    }
    assert_ne!(column_key("Paid Date 2"), column_key("Paid Date"));
}

proptest! {
    /// Whatever a person types into the wizard comes back from the document unchanged.
    #[test]
    fn texts_survive_the_document(text in "\\PC{1,20}", control in "[\t\n\"\\\\a]{1,5}") {
        let mut mapping = Mapping::parse(SCMS).unwrap();
        let both = format!("{text}{control}");
        mapping.note.clone_from(&both);
        if let Some(rule) = mapping.fields.get_mut("supplier_name") {
            rule.columns = vec![both.clone()];
            rule.translate.insert(both.clone(), both.clone());
        }
        prop_assert_eq!(Mapping::parse(&mapping.to_toml()).unwrap(), mapping);
    }

    #[test]
    fn no_document_makes_it_panic(text in "\\PC{0,200}") {
        let _ = Mapping::parse(&text);
        let _ = Mapping::parse(&format!("kind = \"suppliers\"\nsource = \"x\"\n[fields.name]\n{text}"));
    }
}
