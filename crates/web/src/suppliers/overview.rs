//! The first tab of a supplier's page: where it stands, who it is, whom it belongs to, what we judge about it.

use askama::{Template, filters::HtmlSafe};
use keelson_domain::{
    access::{Permission, Person},
    suppliers::{self, Identifier, Merge, Ratings, Site, Supplier},
};

use super::{steps, words};
use crate::{
    App, Result, Signed,
    kit::{
        Html, Locale,
        format::{self, count, number, percent},
        marks,
        panel::Props,
        rows::link_button,
    },
    performance::words as figures,
};

#[derive(Template)]
#[template(path = "suppliers/overview.html")]
pub(super) struct Overview {
    home: String,
    may_edit: bool,
    may_merge: bool,
    path: Html,
    company: Props,
    sites: Vec<Site>,
    identifiers: Vec<Identified>,
    categories: Vec<(String, bool)>,
    relation: Props,
    ratings: Option<Props>,
    children: Vec<(String, String)>,
    duplicates: Vec<(String, String)>,
    merges: Vec<Merged>,
}

impl HtmlSafe for Overview {}

struct Identified {
    scheme: &'static str,
    value: String,
    warning: Option<String>,
    remove: String,
}

struct Merged {
    number: String,
    name: String,
    when: Html,
    taken_over: String,
    undo: String,
}

impl Overview {
    pub(super) async fn of(app: &App, signed: &Signed, supplier: &Supplier) -> Result<Self> {
        let db = app.keelson.db.read();
        let locale = signed.locale();
        let id = supplier.id;
        let home = format!("/suppliers/{id}");
        let may_edit = signed.may(Permission::EditSuppliers);
        let currency = signed.organisation().currency.code();
        let pairs = suppliers::pairs_of(db, id).await?;
        let identified = |identifier: &Identifier| Identified {
            scheme: identifier.scheme.words(),
            value: identifier.shown(),
            warning: identifier.warning.clone(),
            remove: format!("{home}/identifiers/{}/removal", identifier.id),
        };
        Ok(Self {
            path: steps::path(supplier),
            company: company(supplier),
            sites: suppliers::sites(db, id).await?,
            identifiers: suppliers::identifiers(db, id)
                .await?
                .iter()
                .map(identified)
                .collect(),
            categories: suppliers::categories_of(db, id)
                .await?
                .into_iter()
                .map(|category| (category.name, category.main))
                .collect(),
            relation: relation(app, signed, supplier, &home).await?,
            ratings: suppliers::ratings(db, id)
                .await?
                .map(|ratings| rated(&ratings, currency, locale)),
            children: suppliers::children(db, id)
                .await?
                .into_iter()
                .map(|child| {
                    (
                        child.details.name.to_string(),
                        format!("/suppliers/{}", child.id),
                    )
                })
                .collect(),
            duplicates: pairs
                .into_iter()
                .map(|pair| {
                    let other = if pair.left.id == id {
                        &pair.right
                    } else {
                        &pair.left
                    };
                    let likely = percent(pair.evidence.probability, 0, locale);
                    (
                        format!("{}, {} ({likely} likely)", other.name, other.number),
                        format!("/suppliers/{}", other.id),
                    )
                })
                .collect(),
            merges: suppliers::merges_into(db, id)
                .await?
                .into_iter()
                .map(|merge| merged(merge, locale))
                .collect(),
            may_edit,
            may_merge: signed.may(Permission::MergeSuppliers),
            home,
        })
    }
}

fn company(supplier: &Supplier) -> Props {
    let details = &supplier.details;
    let not_known = "not known";
    Props::default()
        .row_or("Legal name", details.legal_name.as_ref(), not_known)
        .row_or("Legal form", supplier.legal_form.as_ref(), not_known)
        .row_or("Address", details.address.as_ref(), not_known)
        .row_or("Postcode", details.postcode.as_ref(), not_known)
        .row_or("City", details.city.as_ref(), not_known)
        .row_or("Region", details.region.as_ref(), not_known)
        .row_or(
            "Country",
            details.country.map(suppliers::Country::name),
            not_known,
        )
        .row_or("Telephone", details.phone.as_ref(), not_known)
        .row_or(
            "Website",
            details
                .website
                .as_ref()
                .map(|website| figures::link(website.as_str(), website.as_str())),
            not_known,
        )
        .row_or(
            "Currency",
            details.currency.map(keelson_methods::money::Currency::code),
            not_known,
        )
}

/// Who looks after it, whom it belongs to, when it was last checked.
async fn relation(app: &App, signed: &Signed, supplier: &Supplier, home: &str) -> Result<Props> {
    let db = app.keelson.db.read();
    let locale = signed.locale();
    let may_edit = signed.may(Permission::EditSuppliers);
    let owner = match supplier.owner {
        Some(owner) => Person::find(db, owner)
            .await?
            .map(|person| marks::person(person.name.as_str())),
        None => None,
    };
    let belongs = match supplier.parent {
        Some(parent) => suppliers::find(db, parent.id).await?.map(|above| {
            let share = parent.share_ppm.map_or_else(String::new, |ppm| {
                format!(", {} of it", percent(ppm as f64 / 1_000_000.0, 0, locale))
            });
            figures::link(
                above.details.name.as_str(),
                &format!("/suppliers/{}", above.id),
            )
            .then(share)
        }),
        None => None,
    };
    let change = |value: Html, part: &str, what: &str| {
        if may_edit {
            value
                .then(" ")
                .then(link_button(what, None, &format!("{home}/{part}"), "text"))
        } else {
            value
        }
    };
    let or = |value: Option<Html>, reason: &str| value.unwrap_or_else(|| format::missing(reason));
    Ok(Props::default()
        .row(
            "Owner",
            change(or(owner, "nobody"), "owner", "Change owner"),
        )
        .row(
            "Belongs to",
            change(
                or(belongs, "stands alone"),
                "parent",
                "Change parent company",
            ),
        )
        .row_or(
            "Partner since",
            supplier.details.partner_since.map(|year| year.to_string()),
            "not known",
        )
        .row_or(
            "Checked",
            supplier
                .verified_at
                .map(|at| format::day(at.date_naive(), locale)),
            "never",
        )
        .row(
            "Changed",
            format::day(supplier.updated_at.date_naive(), locale),
        ))
}

fn merged(merge: Merge, locale: Locale) -> Merged {
    Merged {
        undo: format!("/merges/{}/undo", merge.id),
        when: format::day(merge.merged_at.date_naive(), locale),
        taken_over: match merge.taken_over.as_slice() {
            [] => "nothing".to_owned(),
            fields => fields
                .iter()
                .map(|field| words::field(field))
                .collect::<Vec<_>>()
                .join(", "),
        },
        number: merge.absorbed_number,
        name: merge.absorbed_name,
    }
}

fn rated(ratings: &Ratings, currency: &str, locale: Locale) -> Props {
    let of_five = |value: Option<i64>| value.map(|value| format!("{value} of 5"));
    let centi = |value: Option<i64>| value.map(|value| number(value as f64 / 100.0, 0, locale));
    let money =
        |value: Option<i64>| value.map(|minor| format::money_compact(minor, currency, locale));
    let none = "not rated";
    Props::default()
        .row_or("Business impact", of_five(ratings.business_impact), none)
        .row_or(
            "Innovation potential",
            of_five(ratings.innovation_potential),
            none,
        )
        .row_or(
            "Qualified alternatives",
            ratings.alternatives.map(|value| count(value, locale)),
            none,
        )
        .row_or("Switching cost", money(ratings.switching_cost_minor), none)
        .row_or(
            "Market concentration",
            ratings
                .market_hhi_ppm
                .map(|ppm| number(ppm as f64 / 1_000_000.0, 2, locale)),
            none,
        )
        .row_or(
            "Residual risk, of 100",
            centi(ratings.disruption_risk_centi),
            none,
        )
        .row_or(
            "Our dependence, of 100",
            centi(ratings.dependency_centi),
            none,
        )
        .row_or("Their revenue", money(ratings.supplier_revenue_minor), none)
}
