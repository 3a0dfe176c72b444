//! A supplier's page: who it is, where it stands, how it delivers, what was said and done.

use std::collections::HashMap;

use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse as _, Response},
};
use keelson_domain::{
    Keelson, PersonId,
    access::{self, Permission},
    performance::measure,
    record::{self, Audience},
    suppliers::{
        self, Contact, DocumentKind, Identifier, ListQuery, Merge, Note, Ratings, Reader, Row,
        Site, Step, Supplier,
    },
    versions,
};
use keelson_methods::{kpi::Definition, period::Period};
use serde::Deserialize;

use super::{
    documents::{self, DocumentRow},
    words,
};
use crate::{
    Allowed, App, Query, Result, Signed,
    kit::{
        Html, Hx, Locale, NavItem, Page, Shell,
        form::{Choice, Field},
        format::{self, count, number, percent},
        list::{Address, Tabs},
        marks::{self, Better},
        panel::{Entry, Figure, Figures, Props, Timeline},
        redirect,
        rows::{RecordHead, link_button},
    },
    performance::{tab::ScorecardPanel, words as figures},
    segmentation::WhyTier,
};

/// Events on a page of the activity.
const EVENTS: u64 = 100;

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    tab: String,
    #[serde(default)]
    period: String,
}

#[derive(Template)]
#[template(path = "suppliers/show.html")]
struct View {
    shell: Shell,
    name: String,
    home: String,
    head: RecordHead,
    steps: Vec<StepForm>,
    figures: Figures,
    tabs: Tabs,
    section: Section,
}

/// A step of the onboarding path, offered as a form.
struct StepForm {
    code: &'static str,
    text: &'static str,
    needs_reason: bool,
}

#[expect(
    clippy::large_enum_variant,
    reason = "there is one of it for each page that is shown"
)]
enum Section {
    Overview(Overview),
    Scorecard(ScorecardPanel),
    Deliveries(Vec<Measure>),
    Documents {
        rows: Vec<DocumentRow>,
        form: Option<Vec<Field>>,
    },
    People(People),
    Activity(Activity),
}

struct Overview {
    company: Props,
    categories: Vec<String>,
    identifiers: Vec<Identified>,
    sites: Vec<Site>,
    ratings: Option<Props>,
    belongs: Option<Html>,
    children: Vec<(String, String)>,
    duplicates: Vec<(String, String)>,
    merges: Vec<Merged>,
    may_merge: bool,
}

struct Identified {
    scheme: &'static str,
    value: String,
    warning: Option<String>,
}

struct Merged {
    number: String,
    name: String,
    when: Html,
    undo: String,
}

struct Measure {
    name: String,
    period: String,
    value: Html,
    href: Option<String>,
    parts: String,
    sure: String,
    n: String,
}

struct People {
    contacts: Vec<Contact>,
    portal: Vec<(String, String, String)>,
    owner: Html,
}

struct Activity {
    notes: Vec<Written>,
    compose: Option<Field>,
    timeline: Timeline,
    nothing: bool,
}

struct Written {
    note: Note,
    at: Html,
    withdraw: Option<String>,
}

const TABS: [(&str, &str); 6] = [
    ("overview", "Overview"),
    ("scorecard", "Scorecard"),
    ("deliveries", "Deliveries"),
    ("documents", "Documents"),
    ("people", "People"),
    ("activity", "Activity"),
];

pub(super) async fn page(
    State(app): State<App>,
    signed: Signed,
    hx: Hx,
    Query(asked): Query<Asked>,
    Allowed(supplier): Allowed<Supplier>,
) -> Result<Response> {
    let db = app.keelson.db.read();
    if supplier.merged_into.is_some() {
        let survivor = suppliers::survivor_of(db, supplier.id).await?;
        return Ok(redirect(&hx, &format!("/suppliers/{survivor}")));
    }
    let locale = signed.locale();
    let home = format!("/suppliers/{}", supplier.id);
    let tab = TABS
        .iter()
        .map(|(code, _)| *code)
        .find(|code| *code == asked.tab)
        .unwrap_or("overview");
    let figured = row(&app, &signed, &supplier).await?;
    let view = View {
        head: head(&app, &signed, &supplier, figured.as_ref()).await?,
        steps: steps(&signed, &supplier),
        figures: strip(figured.as_ref(), &signed, &home),
        tabs: TABS
            .iter()
            .fold(Tabs::new("Supplier sections"), |tabs, (code, text)| {
                tabs.tab(*text, Address::new(&home).with("tab", code), *code == tab)
            }),
        section: match tab {
            "scorecard" => Section::Scorecard(
                ScorecardPanel::of(
                    &app.keelson,
                    supplier.id,
                    Period::parse(&asked.period).ok(),
                    locale,
                )
                .await?,
            ),
            "deliveries" => Section::Deliveries(deliveries(&app, &signed, &supplier).await?),
            "documents" => Section::Documents {
                rows: documents::rows(&app, &signed, supplier.id).await?,
                form: signed
                    .may(Permission::ManageDocuments)
                    .then(documents::fields),
            },
            "people" => Section::People(people(&app, &supplier, figured.as_ref()).await?),
            "activity" => Section::Activity(activity(&app, &signed, &supplier).await?),
            _ => Section::Overview(overview(&app, &signed, &supplier).await?),
        },
        name: supplier.details.name.to_string(),
        shell: signed.shell(NavItem::Suppliers),
        home,
    };
    Ok(Page::whole(&view).into_response())
}

/// The supplier's figures, as the list shows them.
async fn row(app: &App, signed: &Signed, supplier: &Supplier) -> Result<Option<Row>> {
    let query = ListQuery {
        text: supplier.number.clone(),
        ..ListQuery::default()
    };
    let currency = signed.organisation().currency;
    let found = suppliers::list(app.keelson.db.read(), &query, currency).await?;
    Ok(found.rows.into_iter().find(|row| row.id == supplier.id))
}

async fn head(
    app: &App,
    signed: &Signed,
    supplier: &Supplier,
    figured: Option<&Row>,
) -> Result<RecordHead> {
    let details = &supplier.details;
    let home = format!("/suppliers/{}", supplier.id);
    let mut head = RecordHead::new(details.name.as_str()).status(words::status(supplier.status));
    if signed.may(Permission::ViewSegmentation) {
        let currency = signed.organisation().currency.code();
        let why = WhyTier::of(&app.keelson, supplier.id, currency, signed.locale()).await?;
        head = match why {
            Some(why) => head.status(Html::of(why)),
            None => head.status(words::tier(None)),
        };
    }
    head = head.fact("hash", &supplier.number);
    let place: Vec<&str> = [
        details.city.as_deref(),
        details.country.map(|country| country.name()),
    ]
    .into_iter()
    .flatten()
    .collect();
    if !place.is_empty() {
        head = head.fact("map-pin", place.join(", "));
    }
    if let Some(category) = figured.and_then(|row| row.category.as_ref()) {
        head = head.fact("box", category);
    }
    if let Some(owner) = figured.and_then(|row| row.owner_name.as_ref()) {
        head = head.fact("user-round", format!("Looked after by {owner}"));
    }
    if let Some(year) = details.partner_since {
        head = head.fact("handshake", format!("Partner since {year}"));
    }
    let mut tools = Html::default();
    if signed.may(Permission::ViewSegmentation) {
        tools = tools.then(link_button(
            "Why this tier",
            Some("circle-help"),
            &format!("{home}/why"),
            "",
        ));
    }
    if signed.may(Permission::EditSuppliers) {
        tools = tools.then(link_button(
            "Edit supplier",
            Some("pencil"),
            &format!("{home}/edit"),
            "primary",
        ));
    }
    Ok(head.tools(tools))
}

fn steps(signed: &Signed, supplier: &Supplier) -> Vec<StepForm> {
    if !signed.may(Permission::ApproveSuppliers) {
        return Vec::new();
    }
    supplier
        .status
        .steps()
        .into_iter()
        .map(|step| StepForm {
            code: step.code(),
            text: step_words(step),
            needs_reason: step.needs_reason(),
        })
        .collect()
}

fn step_words(step: Step) -> &'static str {
    match step {
        Step::StartRegistration => "Start registration",
        Step::SubmitForReview => "Submit for review",
        Step::SendBack => "Send back",
        Step::Approve => "Approve supplier",
        Step::Activate => "Activate supplier",
        Step::Block => "Block supplier",
        Step::Unblock => "Unblock supplier",
        Step::Retire => "Retire supplier",
        Step::Reinstate => "Reinstate supplier",
    }
}

fn strip(row: Option<&Row>, signed: &Signed, home: &str) -> Figures {
    let locale = signed.locale();
    let currency = signed.organisation().currency.code();
    let tab = |code: &str| Address::new(home).with("tab", code);
    let figure = |label: &str, value: Option<String>, reason: &str| match value {
        Some(value) => Figure::new(label, value),
        None => Figure::missing(label, reason),
    };
    let spend = row.and_then(|row| row.spend_minor);
    let mut score = figure(
        "Score",
        row.and_then(|row| row.score_centi)
            .map(|centi| number(centi as f64 / 100.0, 1, locale)),
        "not scored yet",
    )
    .href(tab("scorecard"));
    if let Some(change) = row.and_then(|row| row.score_delta_centi) {
        score = score.note(marks::delta(
            change as f64 / 100.0,
            1,
            "",
            Better::Higher,
            locale,
        ));
    }
    if let Some(grade) = row.and_then(|row| row.grade.as_deref()) {
        score = score.note(words::grade(Some(grade)));
    }
    let on_time = row
        .and_then(|row| row.on_time_ppm)
        .map(|ppm| percent(ppm as f64 / 1_000_000.0, 1, locale));
    let defects = row
        .and_then(|row| row.ppm_milli)
        .map(|milli| number(milli as f64 / 1000.0, 0, locale));
    let lines = row.and_then(|row| row.order_lines);
    let received = row.and_then(|row| row.last_receipt);
    let mut spent = figure(
        "Spend, 12 months",
        spend.map(|minor| format::money_compact(minor, currency, locale)),
        "no spend known",
    );
    if let Some(class) = row.and_then(|row| row.abc.as_deref()) {
        spent = spent.note(format!("class {class}"));
    }
    Figures::new(vec![
        spent,
        score,
        figure("On-time delivery", on_time, "no receipts").href(tab("deliveries")),
        figure("Defects, ppm", defects, "not inspected").href(tab("deliveries")),
        figure(
            "Order lines",
            lines.map(|lines| count(lines, locale)),
            "no orders",
        )
        .href(tab("deliveries")),
        figure(
            "Last receipt",
            received.map(|on| format::date(on, locale)),
            "no receipts",
        )
        .href(tab("deliveries")),
    ])
}

async fn overview(app: &App, signed: &Signed, supplier: &Supplier) -> Result<Overview> {
    let db = app.keelson.db.read();
    let locale = signed.locale();
    let id = supplier.id;
    let may_merge = signed.may(Permission::MergeSuppliers);
    let belongs = match supplier.parent {
        Some(parent) => suppliers::find(db, parent.id).await?.map(|above| {
            let share = parent.share_ppm.map_or_else(String::new, |ppm| {
                format!(", {} of it", percent(ppm as f64 / 1_000_000.0, 1, locale))
            });
            figures::link(
                above.details.name.as_str(),
                &format!("/suppliers/{}", above.id),
            )
            .then(share)
        }),
        None => None,
    };
    let children = suppliers::children(db, id).await?;
    let pairs = suppliers::pairs_of(db, id).await?;
    let currency = signed.organisation().currency.code();
    Ok(Overview {
        company: company(supplier, locale),
        categories: suppliers::categories_of(db, id)
            .await?
            .into_iter()
            .map(|category| category.name)
            .collect(),
        identifiers: suppliers::identifiers(db, id)
            .await?
            .iter()
            .map(|identifier: &Identifier| Identified {
                scheme: identifier.scheme.words(),
                value: identifier.shown(),
                warning: identifier.warning.clone(),
            })
            .collect(),
        sites: suppliers::sites(db, id).await?,
        ratings: suppliers::ratings(db, id)
            .await?
            .map(|ratings| rated(&ratings, currency, locale)),
        belongs,
        children: children
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
        may_merge,
    })
}

fn merged(merge: Merge, locale: Locale) -> Merged {
    Merged {
        undo: format!("/merges/{}/undo", merge.id),
        when: format::day(merge.merged_at.date_naive(), locale),
        number: merge.absorbed_number,
        name: merge.absorbed_name,
    }
}

fn company(supplier: &Supplier, locale: Locale) -> Props {
    let details = &supplier.details;
    let not_known = "not known";
    let mut props = Props::default();
    if let Some(reason) = &supplier.status_reason {
        props = props.row("Reason for its status", reason);
    }
    props
        .row_or("Legal name", details.legal_name.as_ref(), not_known)
        .row_or("Legal form", supplier.legal_form.as_ref(), not_known)
        .row_or("Address", details.address.as_ref(), not_known)
        .row_or("Postcode", details.postcode.as_ref(), not_known)
        .row_or("City", details.city.as_ref(), not_known)
        .row_or("Region", details.region.as_ref(), not_known)
        .row_or(
            "Country",
            details.country.map(|country| country.name()),
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
            details.currency.map(|currency| currency.code()),
            not_known,
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
        )
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

async fn deliveries(app: &App, signed: &Signed, supplier: &Supplier) -> Result<Vec<Measure>> {
    let db = app.keelson.db.read();
    let locale = signed.locale();
    let definitions = versions::current::<Definition>(db).await?;
    let opens = signed.may(Permission::ViewFacts);
    let mut measures = Vec::new();
    for stored in measure::of_supplier(db, supplier.id).await? {
        // Months and quarters are the scorecard's; here stands the year.
        if !matches!(stored.period, Period::Trailing { .. }) {
            continue;
        }
        let Some(kpi) = definitions
            .iter()
            .map(|definition| &definition.document)
            .find(|definition| definition.id == stored.kpi)
        else {
            continue;
        };
        measures.push(Measure {
            name: kpi.name.clone(),
            period: stored.period.label(),
            value: figures::figure(kpi.unit, &stored.figure, locale),
            href: opens.then(|| {
                figures::lines_of(supplier.id.0, &stored.kpi, stored.version, stored.period)
                    .with("as_of", stored.as_of)
                    .to_string()
            }),
            parts: figures::parts(kpi.measure, &stored.figure, locale),
            sure: figures::interval(kpi.unit, &stored.figure, locale).unwrap_or_default(),
            n: count(stored.figure.rate.n as i64, locale),
        });
    }
    Ok(measures)
}

async fn people(app: &App, supplier: &Supplier, figured: Option<&Row>) -> Result<People> {
    let db = app.keelson.db.read();
    let portal = access::people_of_supplier(db, supplier.id).await?;
    Ok(People {
        contacts: suppliers::contacts(db, supplier.id).await?,
        portal: portal
            .into_iter()
            .map(|person| {
                let roles: Vec<&str> = person.roles.iter().map(|role| role.label()).collect();
                (
                    person.name.to_string(),
                    person.email.to_string(),
                    roles.join(", "),
                )
            })
            .collect(),
        owner: figured
            .and_then(|row| row.owner_name.as_deref())
            .map_or_else(|| format::missing("nobody"), marks::person),
    })
}

async fn activity(app: &App, signed: &Signed, supplier: &Supplier) -> Result<Activity> {
    let db = app.keelson.db.read();
    let now = app.now();
    let locale = signed.locale();
    let names = names(&app.keelson).await?;
    let entries = record::of_supplier(db, supplier.id, Audience::Internal, None, EVENTS).await?;
    let mut days: Vec<(String, Vec<Entry>)> = Vec::new();
    for entry in &entries {
        let day = format::date(entry.at.date_naive(), locale);
        let shown = happened(entry, &names, now, locale);
        match days.last_mut() {
            Some((last, entries)) if *last == day => entries.push(shown),
            _ => days.push((day, vec![shown])),
        }
    }
    let may_write = signed.may(Permission::WriteNotes);
    let notes = suppliers::notes(db, supplier.id, Reader::Colleague).await?;
    Ok(Activity {
        nothing: days.is_empty(),
        timeline: Timeline { days },
        compose: may_write.then(|| Field::text_area("body", "Note", 3)),
        notes: notes
            .into_iter()
            .map(|note| Written {
                at: format::ago(note.at, now, locale),
                withdraw: (may_write && note.author == signed.person().id)
                    .then(|| format!("/suppliers/{}/notes/{}/withdrawal", supplier.id, note.id)),
                note,
            })
            .collect(),
    })
}

async fn names(keelson: &Keelson) -> Result<HashMap<PersonId, String>> {
    let people = access::people(keelson.db.read()).await?;
    Ok(people
        .into_iter()
        .map(|person| (person.id, person.name.to_string()))
        .collect())
}

fn happened(
    entry: &record::Entry,
    names: &HashMap<PersonId, String>,
    now: chrono::DateTime<chrono::Utc>,
    locale: Locale,
) -> Entry {
    Entry {
        who: entry.actor.and_then(|person| names.get(&person).cloned()),
        icon: "history",
        what: Html::from(deed(&entry.subject, &entry.verb)),
        when: format::ago(entry.at, now, locale),
        note: entry
            .payload
            .get("reason")
            .and_then(|reason| reason.as_str())
            .map(str::to_owned),
    }
}

/// What an event says, to follow a name or to stand by itself.
fn deed(subject: &str, verb: &str) -> String {
    let known = match (subject, verb) {
        (_, "created") => "created the record",
        (_, "edited") => "edited the record",
        (_, "verified") => "checked the record",
        (_, "owner_assigned") => "changed who looks after the supplier",
        (_, "parent_set") => "changed the company it belongs to",
        (_, "categories_set") => "changed the categories",
        (_, "rated") => "rated the supplier",
        (_, "contact_added") => "added a contact",
        (_, "contact_left") => "noted that a contact has left",
        (_, "lead_named") => "named the contact to call first",
        (_, "site_added") => "added a site",
        (_, "site_closed") => "closed a site",
        (_, "identifier_added") => "added an identifier",
        (_, "identifier_removed") => "removed an identifier",
        (_, "document_uploaded") => "added a document",
        (_, "document_withdrawn") => "withdrew a document",
        (_, "noted") => "wrote a note",
        (_, "note_withdrawn") => "withdrew a note",
        (_, "merged") => "merged a duplicate into it",
        (_, "merge_undone") => "took a merge back",
        ("scorecard", "scored") => "scored a period",
        _ => {
            return format!("{}: {}", subject.replace('_', " "), verb.replace('_', " "));
        }
    };
    known.to_owned()
}

/// Links of the home page name a tab as a path.
pub(super) async fn tab_scorecard(
    hx: Hx,
    Query(asked): Query<Asked>,
    Allowed(supplier): Allowed<Supplier>,
) -> Response {
    let to = Address::new(format!("/suppliers/{}", supplier.id))
        .with("tab", "scorecard")
        .with("period", &asked.period);
    redirect(&hx, &to.to_string())
}

pub(super) async fn tab_documents(hx: Hx, Allowed(supplier): Allowed<Supplier>) -> Response {
    redirect(&hx, &format!("/suppliers/{}?tab=documents", supplier.id))
}

/// The kinds of a document, to choose from.
pub(super) fn kinds() -> Vec<Choice> {
    [
        DocumentKind::Certificate,
        DocumentKind::Insurance,
        DocumentKind::CodeOfConduct,
        DocumentKind::Agreement,
        DocumentKind::Tax,
        DocumentKind::Other,
    ]
    .map(|kind| Choice::new(kind.code(), kind.words()))
    .into()
}
