//! Rows that describe suppliers, on their way into the golden record.

use std::collections::HashMap;

use keelson_methods::money::Money;

use super::{Problem, Row, SupplierRow, facts::hex, values};
use crate::{
    Act, Error, ImportId, Result, SourceId, Tx,
    access::{Email, Person},
    suppliers::{
        self, ContactDraft, Described, Draft, NewIdentifier, NewSupplier, Ratings, Scheme,
        SourceRecord, Status,
    },
};

/// What became of a batch of described suppliers.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub(super) created: u64,
    pub(super) changed: u64,
    pub(super) unchanged: u64,
    pub(super) refused_rows: u64,
    pub(super) refused: Vec<(u64, Problem)>,
}

/// Creates and updates suppliers. A row whose identifier or country cannot be right is refused whole, with every reason.
pub(super) async fn load(
    tx: &Tx,
    act: &Act,
    (source, import): (SourceId, ImportId),
    rows: Vec<Row>,
    labels: &HashMap<&'static str, String>,
) -> Result<Outcome> {
    let mut outcome = Outcome::default();
    let mut records = Vec::with_capacity(rows.len());
    for row in rows {
        let Row::Supplier(row) = row else { continue };
        match record(tx, act, &row).await? {
            Ok(record) => records.push(record),
            Err(problems) => {
                outcome.refused_rows += 1;
                let number = row.provenance.row_number;
                outcome.refused.extend(problems.into_iter().map(|problem| {
                    let column = problem
                        .column
                        .map(|field| labels.get(field.as_str()).cloned().unwrap_or(field));
                    (number, Problem { column, ..problem })
                }));
            }
        }
    }
    for described in
        suppliers::take_over_from_source(tx, act, source, Some(import), &records).await?
    {
        match described {
            Described::Created(_) => outcome.created += 1,
            Described::Changed(_) => outcome.changed += 1,
            Described::Unchanged(_) => outcome.unchanged += 1,
        }
    }
    Ok(outcome)
}

/// A row as the golden record takes it, or everything that is wrong with it.
async fn record(
    tx: &Tx,
    act: &Act,
    row: &SupplierRow,
) -> Result<std::result::Result<SourceRecord, Vec<Problem>>> {
    let mut problems = Vec::new();
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let draft = Draft {
        name: row.name.clone(),
        legal_name: text(&row.legal_name),
        country: text(&row.country),
        region: text(&row.region),
        city: text(&row.city),
        postcode: text(&row.postcode),
        address: text(&row.address),
        website: text(&row.website),
        phone: text(&row.phone),
        partner_since: row
            .partner_since
            .map(|year| year.to_string())
            .unwrap_or_default(),
        ..Draft::default()
    };
    let details = understood(&mut problems, row, draft.parse(act.on()));
    let mut contacts = Vec::new();
    if row.contact_name.is_some() || row.email.is_some() {
        let draft = ContactDraft {
            name: row
                .contact_name
                .clone()
                .or_else(|| row.email.clone())
                .unwrap_or_default(),
            email: text(&row.email),
            lead: "yes".to_owned(),
            ..ContactDraft::default()
        };
        contacts.extend(understood(&mut problems, row, draft.parse()));
    }
    let country = details.as_ref().and_then(|details| details.country);
    let mut identifiers = Vec::new();
    for (scheme, column, value) in [
        (Scheme::Lei, "lei", &row.lei),
        (Scheme::Vat, "vat", &row.vat),
        (Scheme::Iban, "iban", &row.iban),
        (Scheme::Duns, "duns", &row.duns),
        (
            Scheme::Registration,
            "registration_number",
            &row.registration_number,
        ),
    ] {
        let Some(value) = value else { continue };
        match NewIdentifier::parse(scheme, value, country) {
            Ok(identifier) => identifiers.push(identifier),
            Err(reason) => problems.push(Problem {
                column: Some(column.to_owned()),
                value: Some(value.clone()),
                reason,
            }),
        }
    }
    let Some(details) = details.filter(|_| problems.is_empty()) else {
        return Ok(Err(problems));
    };
    let mut categories = Vec::new();
    if let Some(category) = &row.category {
        categories.push(suppliers::find_or_create_category(tx, act, category).await?);
    }
    let owner = match row.owner_email.as_deref().map(Email::parse) {
        Some(Ok(email)) => Person::with_email(tx, &email)
            .await?
            .map(|person| person.id),
        _ => None,
    };
    let supplier = NewSupplier {
        details,
        status: row
            .status
            .as_deref()
            .and_then(Status::parse)
            .unwrap_or(Status::Active),
        owner,
        categories,
        sites: Vec::new(),
        contacts,
        identifiers,
        ratings: ratings(row),
    };
    let digest = hex(&row.provenance.digest);
    Ok(Ok(SourceRecord {
        key: row.provenance.key.clone(),
        supplier,
        digest,
    }))
}

/// What a draft says, or its mistakes as problems of the row, each with the field it is about.
fn understood<T>(problems: &mut Vec<Problem>, row: &SupplierRow, parsed: Result<T>) -> Option<T> {
    match parsed {
        Ok(value) => Some(value),
        Err(Error::Invalid(fields)) => {
            problems.extend(fields.into_iter().map(|field| Problem {
                value: written(row, &field.name).map(values::cut),
                column: Some(field.name.into_owned()),
                reason: format!("{}.", field.message),
            }));
            None
        }
        Err(other) => {
            problems.push(Problem {
                column: None,
                value: None,
                reason: other.to_string(),
            });
            None
        }
    }
}

/// What the row says in a field that a draft can find wrong.
fn written<'a>(row: &'a SupplierRow, field: &str) -> Option<&'a str> {
    match field {
        "name" => Some(&row.name),
        "legal_name" => row.legal_name.as_ref(),
        "country" => row.country.as_ref(),
        "region" => row.region.as_ref(),
        "city" => row.city.as_ref(),
        "postcode" => row.postcode.as_ref(),
        "address" => row.address.as_ref(),
        "website" => row.website.as_ref(),
        "phone" => row.phone.as_ref(),
        "email" => row.email.as_ref(),
        _ => None,
    }
    .map(String::as_str)
}

fn ratings(row: &SupplierRow) -> Option<Ratings> {
    let minor = |money: Option<Money>| money.map(|money| money.minor);
    let ratings = Ratings {
        business_impact: row.business_impact,
        innovation_potential: row.innovation_potential,
        innovation_evidence: row
            .innovation_potential
            .map(|_| "From the imported file.".to_owned()),
        alternatives: row.alternatives,
        switching_cost_minor: minor(row.switching_cost),
        market_hhi_ppm: row.market_hhi_ppm,
        disruption_risk_centi: row.disruption_risk_centi,
        supplier_revenue_minor: minor(row.supplier_revenue),
        dependency_centi: row.dependency_centi,
    };
    (ratings != Ratings::default()).then_some(ratings)
}
