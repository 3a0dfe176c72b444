//! A supplier's page: the head, the key figures and the tabs. What stands in a tab is its own file's.

use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse as _, Response},
};
use keelson_domain::{
    access::Permission,
    suppliers::{self, ListQuery, Row, Supplier},
};
use keelson_methods::period::Period;
use serde::Deserialize;

use super::{
    activity::Activity, deliveries::Deliveries, documents::Documents, list, overview::Overview,
    people::People, steps::StatusMenu, words,
};
use crate::{
    Allowed, App, Query, Result, Signed,
    charts::{self, Course},
    kit::{
        Html, Hx, NavItem, Page, Shell,
        form::Errors,
        format::{self, count, number, percent},
        list::{Address, Neighbours, Tabs},
        marks::{self, Better},
        panel::{Figure, Figures},
        redirect,
        rows::{RecordHead, link_button},
    },
    performance::{tab::ScorecardPanel, words as figures},
    segmentation::WhyTier,
};

/// What the address of the page asks for.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    tab: String,
    period: String,
    /// Which notes the activity shows.
    notes: String,
    /// The list one came from, in its own address's words.
    list: Option<String>,
}

impl Asked {
    pub(super) fn tab(tab: Tab) -> Self {
        Self {
            tab: tab.code().to_owned(),
            ..Self::default()
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Tab {
    Overview,
    Scorecard,
    Deliveries,
    Documents,
    People,
    Activity,
}

impl Tab {
    const ALL: [Self; 6] = [
        Self::Overview,
        Self::Scorecard,
        Self::Deliveries,
        Self::Documents,
        Self::People,
        Self::Activity,
    ];

    const fn code(self) -> &'static str {
        match self {
            Self::Overview => "overview",
            Self::Scorecard => "scorecard",
            Self::Deliveries => "deliveries",
            Self::Documents => "documents",
            Self::People => "people",
            Self::Activity => "activity",
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::Overview => "Overview",
            Self::Scorecard => "Scorecard",
            Self::Deliveries => "Deliveries",
            Self::Documents => "Documents",
            Self::People => "People",
            Self::Activity => "Activity",
        }
    }

    /// The tab of a code; what is none opens the first.
    fn of(code: &str) -> Self {
        Self::ALL
            .into_iter()
            .find(|tab| tab.code() == code)
            .unwrap_or(Self::Overview)
    }
}

#[derive(Template)]
#[template(path = "suppliers/show.html")]
struct View {
    shell: Shell,
    name: String,
    list: String,
    neighbours: Option<Neighbours>,
    head: RecordHead,
    figures: Figures,
    tabs: Tabs,
    section: Html,
}

pub(super) async fn page(
    State(app): State<App>,
    signed: Signed,
    hx: Hx,
    Query(asked): Query<Asked>,
    Allowed(supplier): Allowed<Supplier>,
) -> Result<Response> {
    if supplier.merged_into.is_some() {
        let survivor = suppliers::survivor_of(app.keelson.db.read(), supplier.id).await?;
        return Ok(redirect(&hx, &format!("/suppliers/{survivor}")));
    }
    let section = match Tab::of(&asked.tab) {
        Tab::Overview => Html::of(Overview::of(&app, &signed, &supplier).await?),
        Tab::Scorecard => {
            let period = Period::parse(&asked.period).ok();
            let locale = signed.locale();
            Html::of(ScorecardPanel::of(&app.keelson, supplier.id, period, locale).await?)
        }
        Tab::Deliveries => Html::of(Deliveries::of(&app, &signed, &supplier).await?),
        Tab::Documents => {
            Html::of(Documents::of(&app, &signed, &supplier, None, Errors::none()).await?)
        }
        Tab::People => Html::of(People::of(&app, &signed, &supplier).await?),
        Tab::Activity => {
            Html::of(Activity::of(&app, &signed, &supplier, &asked.notes, None).await?)
        }
    };
    let page = with(&app, &signed, &supplier, &asked, section, false).await?;
    Ok(page.into_response())
}

/// The page around a tab. `needs_fixing` says that a form in it came back with errors.
pub(super) async fn with(
    app: &App,
    signed: &Signed,
    supplier: &Supplier,
    asked: &Asked,
    section: Html,
    needs_fixing: bool,
) -> Result<Page> {
    let home = format!("/suppliers/{}", supplier.id);
    let figured = suppliers::row(app.keelson.db.read(), supplier.id).await?;
    let current = Tab::of(&asked.tab);
    let from = asked.list.as_deref().map(|query| list::read(Some(query)));
    let tab = |tab: Tab| {
        let address = Address::new(&home);
        let address = if tab == Tab::Overview {
            address
        } else {
            address.with("tab", tab.code())
        };
        match &asked.list {
            // An empty list is the whole one, and coming from it is worth keeping, too.
            Some(query) => address.with("list", if query.is_empty() { "all" } else { query }),
            None => address,
        }
    };
    Ok(Page::whole(&View {
        head: head(app, signed, supplier, figured.as_ref()).await?,
        figures: strip(figured.as_ref(), signed, &home),
        tabs: Tab::ALL
            .into_iter()
            .fold(Tabs::new("Supplier sections"), |tabs, one| {
                tabs.tab(one.words(), tab(one), one == current)
            }),
        neighbours: match &from {
            Some(query) => neighbours(app, signed, supplier, query, current).await?,
            None => None,
        },
        list: from.map_or_else(
            || "/suppliers".to_owned(),
            |query| list::address("/suppliers", &query).to_string(),
        ),
        name: supplier.details.name.to_string(),
        section,
        shell: Shell {
            has_errors: needs_fixing,
            ..signed.shell(NavItem::Suppliers)
        },
    }))
}

/// The suppliers before and after this one in the list one came from, each opening on the same tab.
async fn neighbours(
    app: &App,
    signed: &Signed,
    supplier: &Supplier,
    query: &ListQuery,
    tab: Tab,
) -> Result<Option<Neighbours>> {
    let db = app.keelson.db.read();
    let currency = signed.organisation().currency;
    let Some(found) = suppliers::neighbours(db, query, currency, supplier.id).await? else {
        return Ok(None);
    };
    let ids: Vec<_> = [found.previous, found.next].into_iter().flatten().collect();
    let beside = suppliers::find_all(db, &ids).await?;
    let link = |id: Option<_>| {
        let one = beside.iter().find(|one| Some(one.id) == id)?;
        let address = list::open(one.id, query);
        let address = if tab == Tab::Overview {
            address
        } else {
            address.set("tab", tab.code())
        };
        Some((one.details.name.to_string(), address.to_string()))
    };
    let locale = signed.locale();
    Ok(Some(Neighbours {
        position: count(found.position, locale),
        of: count(found.total, locale),
        previous: link(found.previous),
        next: link(found.next),
    }))
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
        details.country.map(suppliers::Country::name),
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
    if signed.may(Permission::ApproveSuppliers) {
        tools = tools.then(Html::of(StatusMenu::of(supplier)));
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

fn strip(row: Option<&Row>, signed: &Signed, home: &str) -> Figures {
    let locale = signed.locale();
    let currency = signed.organisation().currency.code();
    let tab = |code: &str| Address::new(home).with("tab", code);
    let figure = |label: &str, value: Option<String>, reason: &str| match value {
        Some(value) => Figure::new(label, value),
        None => Figure::missing(label, reason),
    };
    let spend = row.and_then(|row| row.spend_minor);
    let on_time = row
        .and_then(|row| row.on_time_ppm)
        .map(|ppm| percent(ppm as f64 / 1_000_000.0, 1, locale));
    let defects = row
        .and_then(|row| row.ppm_milli)
        .map(|milli| number(milli as f64 / 1000.0, 0, locale));
    let lines = row.and_then(|row| row.order_lines);
    let received = row.and_then(|row| row.last_receipt);
    let elsewhere = row.and_then(|row| figures::elsewhere(&row.spend_elsewhere, locale));
    let mut spent = match (spend, elsewhere) {
        (None, Some(elsewhere)) => Figure::new("Spend, 12 months", elsewhere)
            .note(format!("nothing in {currency}; no rate is known")),
        (spend, elsewhere) => {
            let spent = figure(
                "Spend, 12 months",
                spend.map(|minor| format::money_compact(minor, currency, locale)),
                "no spend known",
            );
            match elsewhere {
                Some(elsewhere) => spent.note(format!("and {elsewhere}")),
                None => spent,
            }
        }
    };
    if let Some(class) = row.and_then(|row| row.abc.as_deref()) {
        spent = spent.note(format!("class {class}"));
    }
    Figures::new(vec![
        spent,
        score(row, signed).href(tab("scorecard")),
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

/// The newest score with its course, its change and its grade.
fn score(row: Option<&Row>, signed: &Signed) -> Figure {
    let locale = signed.locale();
    let Some((row, centi)) = row.and_then(|row| Some((row, row.score_centi?))) else {
        return Figure::missing("Score", "not scored yet");
    };
    let mut score = Figure::new("Score", number(centi as f64 / 100.0, 1, locale));
    let points: Vec<Option<f64>> = row
        .score_trend
        .iter()
        .map(|score| score.map(|centi| centi as f64 / 100.0))
        .collect();
    if points.iter().flatten().count() > 1 {
        score = score.spark(charts::spark(&points, Course::Neither));
    }
    if let Some(grade) = row.grade.as_deref() {
        score = score.note(words::grade(Some(grade)));
    }
    if let Some(change) = row.score_delta_centi {
        score = score.note(marks::delta(
            change as f64 / 100.0,
            1,
            "",
            Better::Higher,
            locale,
        ));
    }
    if row.provisional {
        score = score.note("provisional");
    }
    score
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
