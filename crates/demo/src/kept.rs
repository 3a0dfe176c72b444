//! What the sample company's people keep beside the ERP's rows: sites, notes, documents, shared scorecards.

use std::collections::HashMap;

use chrono::{DateTime, Days, Months, NaiveDate, TimeDelta, Utc};
use keelson_domain::{
    Act, Error, Keelson, PersonId, Result, ScorecardId, SupplierId, Via,
    access::{Email, Person},
    performance::{
        list::{CardFilter, CardSort, cards},
        scorecard,
    },
    segmentation::overrides::{self, NewOverride},
    suppliers::{self, DocumentKind, ListQuery, SiteDraft, Upload},
};
use keelson_methods::{
    money::Currency,
    period::Period,
    segmentation::{OverrideReason, Tier},
};

use crate::{company::Supplier, paper, people};

/// Suppliers of the sample company by their names.
pub(crate) struct Ids(HashMap<String, SupplierId>);

impl Ids {
    pub(crate) async fn read(keelson: &Keelson, currency: Currency) -> Result<Self> {
        let rows = suppliers::every_row(keelson.db.read(), &ListQuery::default(), currency).await?;
        Ok(Self(
            rows.into_iter().map(|row| (row.name, row.id)).collect(),
        ))
    }

    pub(crate) fn of(&self, name: &str) -> Result<SupplierId> {
        self.0.get(name).copied().ok_or(Error::NotFound("supplier"))
    }
}

/// Gives the suppliers that deliver from several places their sites.
pub(crate) async fn sites(
    keelson: &Keelson,
    act: &Act,
    ids: &Ids,
    company: &[Supplier],
) -> Result<()> {
    for supplier in company.iter().filter(|supplier| supplier.sites.len() > 1) {
        let id = ids.of(&supplier.name)?;
        for (place, city) in supplier.sites.iter().enumerate() {
            let (purpose, street) = if place == 0 {
                ("Head office and plant", supplier.address.clone())
            } else {
                ("Warehouse", format!("{} 3", supplier.country.street))
            };
            let site = SiteDraft {
                name: (*city).to_owned(),
                purpose: purpose.to_owned(),
                country: supplier.country.code.to_owned(),
                city: (*city).to_owned(),
                address: street,
                ..SiteDraft::default()
            };
            suppliers::add_site(keelson, act, id, &site.parse()?).await?;
        }
    }
    Ok(())
}

/// A document: whose, what kind, its file name, in how many days it ends, and whether the supplier sees it.
type Paper = (&'static str, DocumentKind, &'static str, Option<i64>, bool);

const PAPERS: &[Paper] = {
    use DocumentKind::{Agreement, Certificate, CodeOfConduct, Insurance, Other};
    &[
        (
            "Norrfjord Castings AB",
            Certificate,
            "ISO 14001 certificate.pdf",
            Some(56),
            true,
        ),
        (
            "Norrfjord Castings AB",
            Certificate,
            "ISO 9001 certificate.pdf",
            Some(465),
            true,
        ),
        (
            "Norrfjord Castings AB",
            Insurance,
            "Liability insurance.pdf",
            Some(220),
            true,
        ),
        (
            "Norrfjord Castings AB",
            CodeOfConduct,
            "Code of conduct, signed.pdf",
            None,
            true,
        ),
        (
            "Norrfjord Castings AB",
            Agreement,
            "Frame agreement FA-118.pdf",
            Some(320),
            true,
        ),
        (
            "Norrfjord Castings AB",
            Other,
            "Cost model housing HP-40.pdf",
            None,
            false,
        ),
        (
            "Kessler Präzision GmbH",
            Certificate,
            "ISO 9001 certificate.pdf",
            Some(190),
            true,
        ),
        (
            "Kessler Präzision GmbH",
            Insurance,
            "Liability insurance.pdf",
            Some(-12),
            true,
        ),
        (
            "Kessler Präzision GmbH",
            CodeOfConduct,
            "Code of conduct, signed.pdf",
            None,
            true,
        ),
        (
            "Tanaka Seimitsu K.K.",
            Certificate,
            "ISO 9001 certificate.pdf",
            Some(300),
            true,
        ),
        (
            "Tanaka Seimitsu K.K.",
            CodeOfConduct,
            "Code of conduct, signed.pdf",
            None,
            true,
        ),
        (
            "Brenta Motori S.p.A.",
            Certificate,
            "ISO 9001 certificate.pdf",
            Some(610),
            true,
        ),
        (
            "Lumen Sensors Oy",
            Certificate,
            "ISO 9001 certificate.pdf",
            Some(700),
            true,
        ),
        (
            "Minh Phát Electronics JSC",
            Certificate,
            "ISO 9001 certificate.pdf",
            Some(27),
            true,
        ),
        (
            "Aurelia Steel N.V.",
            Agreement,
            "Frame agreement FA-094.pdf",
            Some(400),
            true,
        ),
        (
            "Oriel Polymers Ltd",
            Insurance,
            "Liability insurance.pdf",
            Some(140),
            true,
        ),
    ]
};

/// A note: about whom, by whom, so many days ago, and whether the supplier reads it. Oldest first.
type Note = (&'static str, &'static str, i64, bool, &'static str);

const NOTES: &[Note] = &[
    (
        "Gdynia Logistyka Sp. z o.o.",
        people::CATEGORY,
        25,
        false,
        "Slower since the second depot closed. Compare with the tender of last year before we extend.",
    ),
    (
        "Tanaka Seimitsu K.K.",
        people::BUYER,
        20,
        false,
        "No second source for the ceramic hybrid set. Korund could qualify by June; the tooling budget is open.",
    ),
    (
        "Korund Keramik GmbH",
        people::CATEGORY,
        15,
        false,
        "The bearing rings run as a trial. Judge after twenty lines, not before.",
    ),
    (
        "Norrfjord Castings AB",
        people::BUYER,
        12,
        false,
        "Line 2 is the limit from January on. Ask for the capacity plan before the review in December.",
    ),
    (
        "Aurelia Steel N.V.",
        people::BUYER,
        11,
        true,
        "One invoice in five names another price than the order. Please send the price list your system uses.",
    ),
    (
        "Minh Phát Electronics JSC",
        people::QUALITY,
        9,
        false,
        "Controller boards of the last lot were sorted at our cost. 8D asked for; the answer is open.",
    ),
    (
        "Oriel Polymers Ltd",
        people::BUYER,
        8,
        true,
        "Your deliveries arrive up to two weeks before the date, and our goods-in has no room for them. Please ship for the confirmed date.",
    ),
    (
        "Norrfjord Castings AB",
        people::MANAGER,
        6,
        true,
        "Thank you for the extra castings in October. We plan the same volume for January; the forecast follows in the first week of December.",
    ),
    (
        "Kessler Präzision GmbH",
        people::MANAGER,
        4,
        false,
        "Third month below target. The grinding cell has had no operator on nights since the move; they promise one from January.",
    ),
    (
        "Kessler Präzision GmbH",
        people::MANAGER,
        3,
        true,
        "Please send us your recovery plan for on-time delivery, with dates for each step.",
    ),
];

/// Files the papers. Their dates count from today, whenever they were filed.
pub(crate) async fn papers(
    keelson: &Keelson,
    act: &Act,
    ids: &Ids,
    today: NaiveDate,
) -> Result<()> {
    let act = Act::by_person(person(keelson, people::MANAGER).await?, Via::Page, act.at);
    for (supplier, kind, file_name, ends, shared) in PAPERS {
        let valid_to = ends.map(|days| today + TimeDelta::days(days));
        let valid_from = valid_to.and_then(|end| end.checked_sub_months(Months::new(36)));
        let mut lines = vec![
            (*supplier).to_owned(),
            "Invented for the sample company.".to_owned(),
        ];
        lines.extend(valid_to.map(|end| format!("Valid to {end}")));
        let title = file_name.trim_end_matches(".pdf");
        let upload = Upload {
            file_name,
            content: paper::pdf(title, &lines).into(),
            kind: *kind,
            valid_from,
            valid_to,
            shared: *shared,
        };
        suppliers::upload_document(keelson, &act, ids.of(supplier)?, upload).await?;
    }
    Ok(())
}

/// Writes the notes, each by its person and on its day, but none before `after`: the log reads in the order of time.
pub(crate) async fn notes(
    keelson: &Keelson,
    act: &Act,
    ids: &Ids,
    after: DateTime<Utc>,
) -> Result<()> {
    for (supplier, author, days, shared, body) in NOTES {
        let author = person(keelson, author).await?;
        let at = (act.at - TimeDelta::days(*days)).max(after);
        let act = Act::by_person(author, Via::Page, at);
        suppliers::write_note(keelson, &act, ids.of(supplier)?, body, *shared).await?;
    }
    Ok(())
}

/// One request that waits for an answer: the trial supplier that could become the second source.
pub(crate) async fn override_request(keelson: &Keelson, act: &Act, ids: &Ids) -> Result<()> {
    let starts_on = act.on();
    let wish = NewOverride {
        supplier: ids.of("Korund Keramik GmbH")?,
        tier: Tier::Strategic,
        reason: OverrideReason::Roadmap,
        note: "Second source for the ceramic bearings of the next pump series.".to_owned(),
        starts_on,
        ends_on: starts_on + Days::new(365),
    };
    let act = Act::by_person(person(keelson, people::CATEGORY).await?, Via::Page, act.at);
    match overrides::request(keelson, &act, &wish).await {
        // Placed there already, so there is nothing to ask for.
        Ok(_) | Err(Error::Invalid(_)) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Shows every supplier its scorecard of a quarter.
pub(crate) async fn share(keelson: &Keelson, act: &Act, quarter: Period) -> Result<()> {
    let manager = person(keelson, people::MANAGER).await?;
    let act = Act::by_person(manager, Via::Page, act.at);
    let all = CardFilter {
        period: quarter,
        grades: Vec::new(),
        tiers: Vec::new(),
        provisional: false,
        thin: false,
        text: String::new(),
        sort: CardSort::Name,
        descending: false,
        offset: 0,
        limit: u32::MAX.into(),
    };
    let page = cards(keelson.db.read(), &all).await?;
    let ids: Vec<ScorecardId> = page.lines.iter().map(|line| line.id).collect();
    scorecard::share(keelson, &act, &ids).await?;
    Ok(())
}

async fn person(keelson: &Keelson, email: &str) -> Result<PersonId> {
    let email = Email::parse(email).map_err(|why| Error::damaged("sample person", why))?;
    Person::with_email(keelson.db.read(), &email)
        .await?
        .map(|person| person.id)
        .ok_or(Error::NotFound("person"))
}
